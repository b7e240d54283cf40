"""Parses EC2's long lists in half the time of botocore's parser, with the same results.

Both parsers follow botocore's model of the answer. botocore's looks up every element in the model;
here the model is compiled once for each kind of answer. Anything that EC2 does not write (such as a
list without an element around it) is unfamiliar and left to botocore, whose result is
authoritative: `tests/catalog/test_quick_xml.py` compares the two. There is one thing that botocore
reads and should not: it turns a member that occurs twice into a list of XML elements.

Facts: botocore's module `parsers`, `EC2QueryParser` and its base classes.
"""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeAlias

LISTS = frozenset(
    {
        *("DescribeImagesResult", "DescribeInstanceImageMetadataResult"),
        *("DescribeLaunchTemplatesResult", "DescribeLaunchTemplateVersionsResult"),
    }
)
"""The answers that are parsed here, by the names of their shapes."""

Text: TypeAlias = Callable[[str], Any]
Read: TypeAlias = Callable[[Any], Any]
"""Converts an element to a value."""
_REQUEST = "requestId"


class UnfamiliarError(Exception):
    """A shape or an answer that must be left to botocore."""


class Fields(dict[str, "tuple[str, Read | None] | None"]):
    """Maps the tag of an element to its member and the function that reads it.

    None instead of a function means a string, which is the most frequent type. A tag that is not in
    the model maps to None.
    """

    def __missing__(self, tag: str) -> "tuple[str, Read | None] | None":
        """Look up a tag without its namespace ({http://ec2…}imageId), as botocore does."""
        namespace, brace, name = tag.rpartition("}")
        if not brace or not namespace.startswith("{") or name not in self:
            return None
        self[tag] = self[name]  # there are only as many tags as members
        return self[tag]


def reader_of(shape: Any, time: Text, around: tuple[str, ...] = ()) -> Read:
    """How to read what botocore's `shape` describes. Raises `UnfamiliarError`."""
    if shape.name in around or set(shape.serialization) - {"name", "queryName"}:
        raise UnfamiliarError(shape.name)  # recursive, flattened, an attribute, in a header
    within = (*around, shape.name)
    if shape.type_name == "list":
        return _items(reader_of(shape.member, time, within))
    if shape.type_name != "structure":
        return _scalar(shape, time)
    if getattr(shape, "is_tagged_union", False) or shape.metadata.get("exception"):
        raise UnfamiliarError(shape.name)
    fields = Fields()
    for member, of in shape.members.items():
        name = of.serialization.get("name") or member
        if name in fields:
            raise UnfamiliarError(shape.name)
        read = reader_of(of, time, within)
        fields[name] = member, None if read is _string else read
    return _structure(fields)


def _items(read: Read) -> Read:
    """Read the items without looking at their tags, as botocore does."""
    return lambda element: [read(item) for item in element]


def _structure(fields: Fields) -> Read:
    def made(element: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for child in element:
            entry = fields[child.tag]
            if entry is not None:
                member, read = entry
                if member in found:
                    raise UnfamiliarError(member)
                found[member] = read(child) if read else child.text or ""
        return found

    return made


def _scalar(shape: Any, time: Text) -> Read:
    """Read a scalar; an element without text counts as an empty one."""
    if shape.type_name in ("string", "character"):
        return _string
    if shape.type_name == "boolean":
        return lambda element: element.text == "true"
    texts: Mapping[str, Text] = {
        "integer": int,
        "long": int,
        "float": float,
        "double": float,
        "timestamp": time,
    }
    text = texts.get(shape.type_name) or _refuse(shape)
    return lambda element: text(element.text or "")


def _string(element: Any) -> str:
    return element.text or ""


def _refuse(shape: Any) -> NoReturn:
    raise UnfamiliarError(shape.name)


def parser_factory(time: Text) -> Any:
    """A parser factory for botocore whose EC2 parser reads `LISTS` the quick way if it can."""
    from botocore.parsers import EC2QueryParser, ResponseParserError, ResponseParserFactory

    readers: dict[str, Read | None] = {}
    """By shape name: a factory belongs to one session, which has one model."""

    class QuickParser(EC2QueryParser):  # type: ignore[misc]  # botocore has no types
        def _parse_shape(self, shape: Any, node: Any) -> Any:
            """Read a whole answer here. botocore reads it, element by element, if it is unfamiliar."""
            if shape.name in LISTS:
                if shape.name not in readers:
                    readers[shape.name] = _reader_or_none(shape, time)
                read = readers[shape.name]
                try:
                    if read is not None:
                        return read(node)
                except UnfamiliarError:
                    pass  # safe: botocore reads it from the beginning
            return super()._parse_shape(shape, node)

        def _handle_structure(self, shape: Any, node: Any) -> Any:
            """Refuse a member that occurs twice: its value would be botocore's own XML elements."""
            known = {of.serialization.get("name") or name for name, of in shape.members.items()}
            told = [tag for tag in map(self._node_tag, node) if tag in known]
            if len(told) != len(set(told)):
                raise ResponseParserError(shape.name)
            return super()._handle_structure(shape, node)

    class Factory(ResponseParserFactory):  # type: ignore[misc]
        def create_parser(self, protocol_name: str) -> Any:
            if protocol_name == "ec2":
                return QuickParser(**self._defaults)
            return super().create_parser(protocol_name)

    factory = Factory()
    factory.set_parser_defaults(timestamp_parser=time)
    return factory


def _reader_or_none(shape: Any, time: Text) -> Read | None:
    try:
        return reader_of(shape, time)
    except UnfamiliarError:
        return None
