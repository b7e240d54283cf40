"""JSON syntax: what becomes a block, at which line it stands, and what is refused where.

What Terraform makes of each form was tried with Terraform 1.11.4 (`validate`, `console`).
"""

import json
import re
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.inputs.terraform.syntax.blocks import Block, BrokenCodeError, CodeFile, Comment, Written
from assay.inputs.terraform.syntax.expressions import (
    Attribute,
    Expression,
    Literal,
    ObjectOf,
    Opaque,
    TupleOf,
    Variable,
)
from assay.inputs.terraform.syntax.json_syntax import json_expression, locate_json


def located(text: str) -> CodeFile:
    return locate_json(text.encode(), values=False)


def values(text: str) -> dict[str, Written]:
    return locate_json(text.encode(), values=True).attributes


def wrong(data: str | bytes, *, of_values: bool = False) -> tuple[int, int, str]:
    data = data.encode() if isinstance(data, str) else data
    with pytest.raises(BrokenCodeError) as caught:
        locate_json(data, values=of_values)
    return caught.value.line, caught.value.column, caught.value.reason


def tried(data: bytes, *, of_values: bool = False) -> CodeFile | BrokenCodeError:
    try:
        return locate_json(data, values=of_values)
    except BrokenCodeError as error:
        return error


def only(text: str) -> Block:
    [block] = located(text).blocks
    return block


def shape(blocks: tuple[Block, ...]) -> list[tuple[str, tuple[str, ...], int]]:
    return [(block.type, block.labels, block.line) for block in blocks]


def json_text(text: str, line: int) -> Written:
    return Written(text, line, json=True)


# ------------------------------------------------------------------------------------- blocks

EVERY = """\
{
  "//": "made by a script",
  "terraform": {"required_version": ">= 1.5"},
  "provider": {
    "aws": [
      {"region": "eu-west-1"},
      {
        "alias": "west",
        "region": "us-west-2"
      }
    ]
  },
  "variable": {
    "image": {
      "type": "string",
      "default": "ami-0123456789abcdef0"
    }
  },
  "locals": {
    "a": 1,
    "b": "${var.image}"
  },
  "data": {
    "aws_ami": {
      "golden": {"owners": ["self"], "most_recent": true}
    }
  },
  "resource": {
    "aws_instance": {
      "web": {
        "ami": "${data.aws_ami.golden.id}",
        "root_block_device": {"encrypted": true}
      },
      "db": [{
        "ami": null
      }]
    }
  },
  "module": {"net": {"source": "./net"}},
  "output": {"id": {"value": "${aws_instance.web.id}"}},
  "moved": [{"from": "a", "to": "b"}],
  "foo": 3
}
"""


def test_every_kind_of_block_stands_at_the_line_of_its_name() -> None:
    blocks = located(EVERY).blocks
    assert shape(blocks) == [
        ("terraform", (), 3),
        ("provider", ("aws",), 6),
        ("provider", ("aws",), 7),
        ("variable", ("image",), 14),
        ("locals", (), 19),
        ("data", ("aws_ami", "golden"), 25),
        ("resource", ("aws_instance", "web"), 30),
        ("resource", ("aws_instance", "db"), 34),
        ("module", ("net",), 39),
        ("output", ("id",), 40),
        ("moved", (), 41),
        ("foo", (), 42),
    ]
    assert blocks[2].attributes == {
        "alias": json_text('"west"', 8),
        "region": json_text('"us-west-2"', 9),
    }
    assert blocks[4].attributes == {"a": json_text("1", 20), "b": json_text('"${var.image}"', 21)}
    assert blocks[6].attributes == {
        "ami": json_text('"${data.aws_ami.golden.id}"', 31),
        "root_block_device": json_text('{"encrypted": true}', 32),
    }
    assert blocks[7].attributes == {"ami": json_text("null", 35)}


def test_what_needs_no_schema_to_be_a_block_inside_a_resource_is_one() -> None:
    block = only("""\
{"resource": {"aws_instance": {"web": {
  "lifecycle": {
    "ignore_changes": ["ami"],
    "precondition": {"condition": true}
  },
  "connection": {"host": "h"},
  "provisioner": [
    {"local-exec": {"command": "a"}},
    {"remote-exec": [
      {"inline": []},
      {"connection": {"host": "i"}}
    ]}
  ],
  "timeouts": {"create": "5m"}
}}}}""")
    assert shape(block.blocks) == [
        ("lifecycle", (), 2),
        ("connection", (), 6),
        ("provisioner", ("local-exec",), 8),
        ("provisioner", ("remote-exec",), 10),
        ("provisioner", ("remote-exec",), 11),
    ]
    [lifecycle] = block.of_type("lifecycle")
    assert lifecycle.attributes == {"ignore_changes": json_text('["ami"]', 3)}
    assert shape(lifecycle.blocks) == [("precondition", (), 4)]
    assert shape(block.blocks[4].blocks) == [("connection", (), 11)]
    assert block.attributes == {"timeouts": json_text('{"create": "5m"}', 14)}


def test_dynamic_blocks_hold_content_and_may_hold_each_other() -> None:
    block = only("""\
{"resource": {"aws_spot_fleet_request": {"f": {
  "dynamic": {
    "launch_specification": {
      "for_each": "${var.images}",
      "iterator": "image",
      "content": {
        "ami": "${image.value}",
        "dynamic": {"ebs_block_device": [
          {"for_each": [], "content": {"size": 1}},
          {"for_each": [1], "content": [{"size": 2}]}
        ]}
      }
    },
    "other": {"for_each": {}}
  }
}}}}""")
    first, other = block.of_type("dynamic")
    assert shape(block.blocks) == [
        ("dynamic", ("launch_specification",), 3),
        ("dynamic", ("other",), 14),
    ]
    assert first.attributes == {
        "for_each": json_text('"${var.images}"', 4),
        "iterator": json_text('"image"', 5),
    }
    assert other.blocks == ()
    [content] = first.blocks
    assert (content.type, content.line) == ("content", 6)
    assert content.attributes == {"ami": json_text('"${image.value}"', 7)}
    assert shape(content.blocks) == [
        ("dynamic", ("ebs_block_device",), 9),
        ("dynamic", ("ebs_block_device",), 10),
    ]
    [inner] = content.blocks[1].blocks
    assert inner.attributes == {"size": json_text("2", 10)}


def test_elsewhere_the_names_of_nested_blocks_are_names_like_any_other() -> None:
    module = only('{"module": {"m": {"lifecycle": {"a": 1}, "connection": 1, "dynamic": []}}}')
    assert (module.blocks, list(module.attributes)) == ((), ["lifecycle", "connection", "dynamic"])
    data = only('{"data": {"a": {"b": {"connection": {}, "content": {}}}}}')
    assert (data.blocks, list(data.attributes)) == ((), ["connection", "content"])


def test_labels_may_come_in_lists_and_a_property_that_comes_twice_counts_twice() -> None:
    blocks = located("""\
{"resource": [{"t": {"a": {}}},
              {"t": [{"b": {}},
                     {"c": {}, "d": [{}, {}]}]}],
 "locals": {"x": 1},
 "locals": [{"y": 2}, {"z": 3}],
 "resource": {"t": {"e": {}},
              "t": {"e": {"lifecycle": {}, "lifecycle": {}}}}}""").blocks
    assert shape(blocks) == [
        ("resource", ("t", "a"), 1),
        ("resource", ("t", "b"), 2),
        *[("resource", ("t", name), 3) for name in "cdd"],
        ("locals", (), 4),
        ("locals", (), 5),
        ("locals", (), 5),
        ("resource", ("t", "e"), 6),
        ("resource", ("t", "e"), 7),
    ]
    assert len(blocks[-1].blocks) == 2


@pytest.mark.parametrize(
    "text",
    ["{}", '{"resource": null}', '{"resource": {"t": {"n": null}}}', '{"locals": []}'],
)
def test_nothing_is_no_block(text: str) -> None:
    assert located(text) == CodeFile()


def test_a_values_file_has_attributes() -> None:
    found = locate_json(
        b'\xef\xbb\xbf{"//": "assay: x",\r\n"a": [\r\n1],\r\n\t"resource": {"b": "${c}"}}',
        values=True,
    )
    assert found == CodeFile(
        (),
        {"a": json_text("[\r\n1]", 2), "resource": json_text('{"b": "${c}"}', 4)},
        (Comment(1, "assay: x", alone=True),),
    )


def test_comments_for_assay_are_found_wherever_blocks_are() -> None:
    found = located(r"""{
  "//": "assay:1",
  "resource": {
    "//": "assay:2", "t": {
      "//": "assay:3",
      "n": {
        "//": "assay:4",
        "//": ["assay:no"],
        "//": {"//": "assay:no"},
        "//": "nothing",
        "lifecycle": {"//": "two\nlines \u2014 assay:5\n"},
        "tags": {"//": "assay:is a tag"}
      }
    }
  },
  "foo": {"//": "assay:no"}
}""")
    assert found.comments == (
        Comment(2, "assay:1", alone=True),
        Comment(4, "assay:2", alone=True),
        Comment(5, "assay:3", alone=True),
        Comment(7, "assay:4", alone=True),
        Comment(11, "lines — assay:5", alone=True),
    )
    assert shape(found.blocks) == [("resource", ("t", "n"), 6), ("foo", (), 16)]
    assert list(found.blocks[0].attributes) == ["tags"]


# --------------------------------------------------------------------------------- the text


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (r'"\u0061mi\u002d0"', '"ami-0"'),
        (r'".\/net"', '"./net"'),
        (r'["a\\", "\"\n", {"\u00e9": "\ud83d\ude00"}, 1.50]', r'["a\\", "\"\n", {"é": "😀"}, 1.50]'),
        (r'"\ud83d \udfff\ud800"', '"\ufffd \ufffd\ufffd"'),
        (r'"\\u0041"', r'"\\u0041"'),
        ("1e400", "1e400"),
        ("1" * 5000, "1" * 5000),
    ],
)  # fmt: skip
def test_strings_have_no_more_escapes_than_they_need(written: str, plain: str) -> None:
    assert values(f'{{"a": {written} }}') == {"a": json_text(plain, 1)}


def test_names_have_no_escapes() -> None:
    block = only(r'{"\u0072esource": {"t\"": {"\ud800": {"\u0061mi": 1, "\u002f/": 2}}}}')
    assert block == Block("resource", ('t"', "\ufffd"), 1, {"ami": json_text("1", 1)})
    msgspec.msgpack.encode(block)


# ------------------------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        (" \n ", 2, 2),
        ("null", 1, 1),
        ('"resource"', 1, 1),
        ("{", 1, 2),
        ('{"a"', 1, 5),
        ('{"a" 1}', 1, 6),
        ('{"a" = 1}', 1, 6),
        ('{"a":', 1, 6),
        ('{"a": 1', 1, 8),
        ('{"a": 1\n  "b": 2}', 2, 3),
        ("{'a': 1}", 1, 2),
        ("{a: 1}", 1, 2),
        ('{"a": tru}', 1, 7),
        ('{"a": nul}', 1, 7),
        ('{"a": 01}', 1, 8),
        ('{"a": 1.}', 1, 8),
        ('{"a": +1}', 1, 7),
        ('{"é€😀": ,}', 1, 9),
        ('{"a": "\t"}', 1, 8),
        ('{"a": "x', 1, 7),
        ('{"a": [1, 2\n\n3]}', 3, 1),
        ('{"a": 1} {}', 1, 10),
        ('{"a": 1}\n}', 2, 1),
        ('{"a": 1}\x0c', 1, 9),
        ('{\xa0"a": 1}', 1, 2),
        ('{"a": 1} // no', 1, 10),
        ('\n{"a": ["NaN", "\\"NaN", {"b":\n NaN}]}', 3, 2),
        ('{"a": Infinity}', 1, 7),
        ('{"a": [1, -Infinity]}', 1, 11),
        ('{"a": NaN', 1, 7),
    ],
)
def test_what_is_not_one_json_object_is_refused_where_it_is_wrong(
    text: str, line: int, column: int
) -> None:
    assert wrong(text, of_values=True)[:2] == (line, column)
    assert wrong(text)[:2] == (line, column)


@pytest.mark.parametrize("text", ["[]", '[{"locals": {}}]'])
def test_values_are_one_object(text: str) -> None:
    assert wrong(text, of_values=True)[:2] == (1, 1)


@pytest.mark.parametrize(
    ("text", "column"), [("[1]", 2), ('[{"locals": {}}, []]', 18), ("[null]", 2), ("null", 1)]
)
def test_a_list_at_the_root_holds_objects(text: str, column: int) -> None:
    """HCL's JSON parser: "either a JSON object or a JSON array of objects"."""
    assert wrong(text)[:2] == (1, column)


def test_several_objects_are_one_configuration() -> None:
    found = located('[{"locals": {"a": 1}},\n {"locals": {"b": 2}}]')
    assert [list(block.attributes) for block in found.blocks] == [["a"], ["b"]]
    assert located("[]") == CodeFile()


@pytest.mark.parametrize(
    ("value", "line", "column"),
    [
        ("tru", 4, 8),
        ("[1,\n 2 3]", 5, 4),
        ("[\n-Infinity]", 5, 1),
        ('"\\x"', 4, 9),
        ("1, 2", 4, 11),
    ],
)
def test_what_is_wrong_deep_inside_has_its_place_too(value: str, line: int, column: int) -> None:
    text = f'\n{{"resource": {{"t":\n{{"n": {{\n  "a": {value}}}}}}}}}'
    assert wrong(text)[:2] == (line, column)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('{"resource": 3}', 14),
        ('{"resource": "x"}', 14),
        ('{"resource": [[]]}', 15),
        ('{"resource": [null]}', 15),
        ('{"resource": {"t": 3}}', 20),
        ('{"resource": {"t": {"n": true}}}', 26),
        ('{"resource": {"t": {"n": [1]}}}', 27),
        ('{"resource": {"t": {"n": [{},]}}}', 30),
        ('{"resource": {"t": {"n": [{} {}]}}}', 30),
        ('{"resource": {"t": {"n": {"lifecycle": "x"}}}}', 40),
        ('{"resource": {"t": {"n": {"dynamic": {"d": {"content": 1}}}}}}', 56),
        ('{"variable": {"v": "x"}}', 20),
        ('{"locals": -1}', 12),
        ('{"locals": {"a": 1,}}', 20),
        ('{"locals": nil}', 12),
        ('{"terraform": false}', 15),
        ('{"locals": {"a": 1, "b": 2, "\\u0061": 3}}', 29),
    ],
)
def test_wrong_shapes_are_refused_where_they_stand(text: str, column: int) -> None:
    assert wrong(f"\n{text}")[:2] == (2, column)


def test_a_value_that_is_given_twice_is_refused() -> None:
    assert wrong('{"a": 1,\n "a": 1}', of_values=True) == (2, 2, "this property is set twice")


def test_the_place_of_what_is_not_utf8_counts_in_characters() -> None:
    assert wrong('{\n"é": "😀'.encode() + b'\xff"}') == (2, 8, "it is not UTF-8")
    assert wrong("{}".encode("utf-16")) == (1, 1, "it is not UTF-8")
    assert wrong("{}".encode("utf-16-le")) == (1, 2, "the name of a property is missing")


@pytest.mark.parametrize(
    "text",
    ['{"a": secret}', '{"a": "\\secret"}', '{"a": "\\usecret"}', '{"a": 1secret}', '{"a": "secret'],
)
def test_reasons_hold_nothing_of_the_file(text: str) -> None:
    assert "secret" not in wrong(text)[2]


# -------------------------------------------------------------------------------- hostile input


@pytest.mark.parametrize(
    "data",
    [
        b"{" * 1_000_000,
        b'{"a":' + b"[" * 1_000_000,
        b'{"a":' * 300_000,
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"resource":' + b"[" * 1_000_000,
        b'{"resource":{"t":{"n":' + b'{"dynamic":{"d":{"content":' * 30_000,
        b'{"a":"' + b'\\"' * 1_000_000,
        b'{"a":' + b" " * 1_000_000,
        b'{"a":[' + b'"NaN",' * 100_000 + b"NaN",
        b'{"a":1' + b"\n" * 1_000_000,
        b"\x00" * 1_000_000,
    ],
    ids=range(11),
)
def test_large_broken_files_are_refused(data: bytes) -> None:
    for of_values in (False, True):
        wrong(data, of_values=of_values)


def test_large_files_are_read() -> None:
    count = 20_000
    body = {"ami": "ami-1\n", "tags": {"a": "é", "n": [1, 2]}, "lifecycle": {"a": "b"}}
    text = json.dumps({"resource": {"t": {f"n{i}": body for i in range(count)}}}, indent=1)
    blocks = located(text).blocks
    assert [block.line for block in blocks] == [4 + 13 * i for i in range(count)]


@pytest.mark.parametrize("levels", [*range(10, 200, 10), 500])
def test_what_nests_deeply_is_read_and_kept_or_refused(levels: int) -> None:
    text = '{"dynamic": {"d": {"content":' * levels + "{}" + "}}}" * levels
    found = tried(f'{{"resource": {{"t": {{"n": {text}}}}}}}'.encode())
    if isinstance(found, BrokenCodeError):
        assert found.reason == "this is nested too deeply"
        assert levels > 50
    else:
        kept = msgspec.msgpack.encode(found)
        assert msgspec.msgpack.decode(kept, type=CodeFile) == found


# ---------------------------------------------------------------------------- against an oracle

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
any_json = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


class Drawn:
    """A configuration whose names are all different, and what should be found of it."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self._names = 0
        self.blocks: list[tuple[str, tuple[str, ...], str | None]] = []
        self.attributes: dict[str, Any] = {}
        self.tree = {
            kind: self.labelled(kind, (), labels, kind)
            for kind, labels in (("resource", 2), ("data", 2), ("provider", 1), ("locals", 0))
            if data.draw(st.booleans())
        }

    def name(self) -> str:
        self._names += 1
        return f"name {self._names}: {self._data.draw(st.text(max_size=4))}"

    def labelled(self, kind: str, labels: tuple[str, ...], missing: int, last: str) -> Any:
        if not missing:
            return self.bodies(kind, labels, last)
        names = [self.name() for _ in range(self._data.draw(st.integers(0, 2)))]
        found = [{each: self.labelled(kind, (*labels, each), missing - 1, each)} for each in names]
        if self._data.draw(st.booleans()):
            return found
        return {name: below for each in found for name, below in each.items()}

    def bodies(self, kind: str, labels: tuple[str, ...], last: str) -> Any:
        count = self._data.draw(st.sampled_from((None, 0, 1, 2)))
        self.blocks.extend([(kind, labels, last if count is None else None)] * (count or 0))
        if count is None:
            self.blocks.append((kind, labels, last))
            return self.body(kind)
        return [self.body(kind) for _ in range(count)]

    def body(self, kind: str) -> dict[str, Any]:
        drawn = {self.name(): self._data.draw(any_json) for _ in range(2)}
        self.attributes.update(drawn)
        if kind in ("resource", "data") and self._data.draw(st.booleans()):
            name, size = self.name(), self.name()
            self.attributes[size] = self._data.draw(any_json)
            self.blocks.append(("dynamic", (name,), name))
            self.blocks.append(("content", (), None))
            return {**drawn, "dynamic": {name: {"content": {size: self.attributes[size]}}}}
        return drawn


def flat(blocks: tuple[Block, ...]) -> list[Block]:
    return [each for block in blocks for each in (block, *flat(block.blocks))]


def clean(value: Any) -> Any:
    """Halves of a character as they are read."""
    match value:
        case str():
            return re.sub("[\ud800-\udfff]", "\ufffd", value)
        case list():
            return [clean(item) for item in value]
        case dict():
            return {clean(name): clean(item) for name, item in value.items()}
    return value


@given(st.data(), st.sampled_from((0, 1, 2, "\t")), st.booleans(), st.sampled_from(("\n", "\r\n")))
def test_everything_is_found_at_its_line(
    data: st.DataObject, indent: int | str, ascii_only: bool, newline: str
) -> None:
    drawn = Drawn(data)
    text = json.dumps(drawn.tree, indent=indent, ensure_ascii=ascii_only)
    lines = text.split("\n")

    def line_of(name: str) -> int:
        start = json.dumps(name, ensure_ascii=ascii_only) + ":"
        [at] = [n for n, line in enumerate(lines, 1) if line.strip().startswith(start)]
        return at

    found = located(text.replace("\n", newline))
    blocks = flat(found.blocks)
    for block in blocks:
        for name, written in block.attributes.items():
            value = drawn.attributes.pop(name)
            assert written.line == line_of(name)
            assert json.loads(written.text) == value
    assert not drawn.attributes
    assert sorted((block.type, block.labels) for block in blocks) == sorted(
        (kind, labels) for kind, labels, _ in drawn.blocks
    )
    expected = {labels: line_of(last) for _, labels, last in drawn.blocks if labels and last}
    for block in blocks:
        assert block.line == expected.get(block.labels, block.line)
        starts = lines[block.line - 1].strip()
        assert block.labels in expected or starts == "{" or starts.startswith(f'"{block.type}": {{')


tokens = st.sampled_from(
    [
        *("{", "}", "[", "]", ",", ":", " ", "\n", "\t", '"', "\\", "\\u", "d800", "//", "/"),
        *('"resource"', '"locals"', '"dynamic"', '"content"', '"a"', '"a":', '"//":', "{}", "[]"),
        *("null", "true", "NaN", "-", "Infinity", "0", "1", ".", "e", "\ufeff", "é", "\x00"),
    ]
)
SEED = json.dumps(json.loads(EVERY))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = EVERY if draw(st.booleans()) else SEED
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.sampled_from((0, 0, 1, 2, 30)))
        text = text[:start] + "".join(draw(st.lists(tokens, max_size=3))) + text[end:]
    return text


def strictly(text: str) -> Any:
    """What Python's decoder reads, without the constants that are not JSON."""

    def refuse(_: str) -> Any:
        raise ValueError

    return json.loads(text, parse_constant=refuse, object_pairs_hook=tuple)


@settings(max_examples=max(500, settings().max_examples))
@given(st.lists(tokens, max_size=12).map("".join) | mutated())
def test_python_agrees_on_what_is_json(text: str) -> None:
    text = text.lstrip("\ufeff")
    try:
        tree = strictly(text)
    except ValueError:
        tree = None
    names = [clean(name) for name, _ in tree if name != "//"] if isinstance(tree, tuple) else None
    found = tried(text.encode(), of_values=True)
    if isinstance(found, BrokenCodeError):
        lines = text.split("\n")
        assert 1 <= found.column <= len(lines[found.line - 1]) + 1
        assert names is None or len(set(names)) < len(names)
    else:
        assert list(found.attributes) == names
        for each in found.attributes.values():
            strictly(each.text)
            json_expression(each.text, Literal)
    several = isinstance(tree, list) and all(isinstance(each, tuple) for each in tree)
    configuration = isinstance(tree, tuple) or several
    assert configuration or isinstance(tried(text.encode()), BrokenCodeError)


@given(st.binary(max_size=60) | mutated().map(str.encode).flatmap(
    lambda data: st.integers(0, len(data)).map(lambda at: data[:at] + b"\xe2\x28" + data[at:])
))  # fmt: skip
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    for of_values in (False, True):
        found = tried(data, of_values=of_values)
        if isinstance(found, BrokenCodeError):
            lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
            assert 1 <= found.column <= len(lines[found.line - 1]) + 1
            assert found.reason


# --------------------------------------------------------------------------------- expressions


def marked(text: str) -> Expression:
    """A reader of templates that shows what it was given."""
    if text.startswith("${"):
        return Attribute(Variable("var"), text[2:-1])
    return Literal(text)


def test_a_value_is_an_expression_with_its_strings_read_as_templates() -> None:
    text = r'{"a": ["${x}", 1, true, null], "${k}": {"\u00e9": 0.5, "b": {}, "c": []}}'
    assert json_expression(text, marked) == ObjectOf(
        (
            (
                Literal("a"),
                TupleOf(
                    (Attribute(Variable("var"), "x"), Literal(1), Literal(True), Literal(None))
                ),
            ),
            (
                Attribute(Variable("var"), "k"),
                ObjectOf(
                    (
                        (Literal("é"), Literal(0.5)),
                        (Literal("b"), ObjectOf(())),
                        (Literal("c"), TupleOf(())),
                    )
                ),
            ),
        )
    )


def test_in_values_files_nothing_is_a_template() -> None:
    assert json_expression('"a${b}$${c}"', Literal) == Literal("a${b}$${c}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-0", 0),
        ("1.0", 1),
        ("1e2", 100),
        ("1.5e1", 15),
        ("0e999", 0),
        ("0.1", 0.1),
        ("-2.5", -2.5),
        ("1e-7", 1e-7),
        ("9007199254740993.0", 9007199254740993),
        ("1e18", 10**18),
        (str(2**63 - 1), 2**63 - 1),
        (str(-(2**63)), -(2**63)),
        ("1." + "0" * 6000, 1),
    ],
)
def test_a_number_is_an_int_wherever_it_is_whole(text: str, value: float) -> None:
    found = json_expression(text, marked)
    assert found == Literal(value)
    assert isinstance(found, Literal)
    assert type(found.value) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        str(2**63),
        str(-(2**63) - 1),
        "1e19",
        "1e400",
        "1e-400",
        "1e99999999999999999999",
        "-1e-99999999999999999999",
        "0.1000000000000000055511151231257827",
        "1" * 100_000,
        "1." + "3" * 100_000,
    ],
)
def test_a_number_that_python_would_change_is_not_known(text: str) -> None:
    assert json_expression(text, marked) == Opaque()
    assert json_expression(f"[{text}, 1]", marked) == TupleOf((Opaque(), Literal(1)))


def test_an_object_with_one_name_twice_is_not_known_but_reads_what_it_reads() -> None:
    assert json_expression('{"a": "${x}", "a": 1}', marked) == Opaque(
        (Attribute(Variable("var"), "x"), Literal(1))
    )


def test_halves_of_characters_are_what_terraform_makes_of_them() -> None:
    text = r'{"\ud800": "\ud83d\ude00 \ude00\ud83d"}'
    assert json_expression(text, marked) == ObjectOf(
        ((Literal("\ufffd"), Literal("😀 \ufffd\ufffd")),)
    )


@pytest.mark.parametrize("levels", [1, 10, 50, 300, 450, 500, 800, 990, 100_000])
def test_depth_has_a_limit(levels: int) -> None:
    found = json_expression("[" * levels + "]" * levels, marked)
    assert isinstance(found, TupleOf) or (levels > 50 and found == Opaque())


@pytest.mark.parametrize("text", ["", "nope", "[1", '"a" 1', "NaN"])
def test_what_is_no_json_is_not_known(text: str) -> None:
    assert json_expression(text, marked) == Opaque()


def known(expression: Expression) -> Any:
    match expression:
        case Literal(value):
            return value
        case TupleOf(items):
            return [known(item) for item in items]
        case ObjectOf(items):
            return {known(name): known(item) for name, item in items}
        case Opaque():
            return ...
    raise AssertionError


def agree(found: Any, value: Any) -> bool:
    match found, value:
        case list(), list():
            return len(found) == len(value) and all(map(agree, found, value))
        case dict(), dict():
            return found.keys() == value.keys() and all(agree(found[k], value[k]) for k in value)
        case (bool() | None, _) | (_, bool() | None):
            return found is value
        case (_, int() | float()):
            return same_number(found, json.dumps(value))
    return bool(found == value)


def same_number(found: Any, text: str) -> bool:
    exact = Decimal(text)
    if found is ...:
        digits = len(exact.as_tuple().digits)
        return exact.adjusted() >= 18 or exact.adjusted() <= -300 or digits > 15
    whole = exact == exact.to_integral_value()
    return isinstance(found, int) == whole and Decimal(repr(found)) == exact


@given(any_json, st.booleans())
def test_a_value_without_templates_is_what_json_says(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert agree(known(json_expression(text, Literal)), value)


@given(
    st.from_regex(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
)
def test_a_number_is_exactly_itself_or_not_known(text: str) -> None:
    assert same_number(known(json_expression(text, marked)), text)
