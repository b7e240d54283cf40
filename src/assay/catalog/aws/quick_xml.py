"""Reads EC2's long lists in half of the time that botocore's parser takes, and to the same values.

What is read, botocore's model of the answer says, as for its own parser. That one looks up for every
element what the model says of it; here that is put together once for each kind of answer. What EC2
does not write (a list without an element around it) is unfamiliar, and then botocore reads the answer,
whose word is what counts: `tests/catalog/test_quick_xml.py` holds both readings against each other. One
thing botocore reads that nobody should: of a member that comes twice it makes a list of XML elements.

Facts: botocore's module `parsers`, `EC2QueryParser` and what it stands on.
"""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeAlias

LISTS = frozenset(
    {
        *("DescribeImagesResult", "DescribeInstanceImageMetadataResult"),
        *("DescribeLaunchTemplatesResult", "DescribeLaunchTemplateVersionsResult"),
    }
)
"""The answers that are read here, by the names of their shapes."""

Text: TypeAlias = Callable[[str], Any]
Read: TypeAlias = Callable[[Any], Any]
"""Makes a value of an element."""
_REQUEST = "requestId"


class UnfamiliarError(Exception):
    """A shape or an answer that botocore has to read."""


class Fields(dict[str, "tuple[str, Read | None] | None"]):
    """By the tag of an element, its member and how it is read, None for a string, of which there are
    most; nothing for what the model has not.
    """

    def __missing__(self, tag: str) -> "tuple[str, Read | None] | None":
        """Tags come with their namespace, which botocore takes away, too: {http://ec2…}imageId."""
        namespace, brace, name = tag.rpartition("}")
        if not brace or not namespace.startswith("{") or name not in self:
            return None
        self[tag] = self[name]  # there are as many of them as members
        return self[tag]


def reader_of(shape: Any, time: Text, around: tuple[str, ...] = ()) -> Read:
    """How to read what botocore's `shape` describes. Raises `UnfamiliarError`."""
    if shape.name in around or set(shape.serialization) - {"name", "queryName"}:
        raise UnfamiliarError(shape.name)  # of itself, flattened, an attribute, in a header
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
    """Of any name: botocore does not look at it either."""
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
    """Without text it is read as an empty one."""
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
    """Makes botocore's parsers, but for EC2 one that reads `LISTS` in the quick way if it can."""
    from botocore.parsers import EC2QueryParser, ResponseParserError, ResponseParserFactory

    readers: dict[str, Read | None] = {}
    """By the name of the shape: one factory is for one session, which has one model."""

    class QuickParser(EC2QueryParser):  # type: ignore[misc]  # botocore has no types
        def _parse_shape(self, shape: Any, node: Any) -> Any:
            """Of a whole answer, which botocore took apart; below that only where it is unfamiliar."""
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
            """A member that comes twice would be botocore's own elements instead of a value."""
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
