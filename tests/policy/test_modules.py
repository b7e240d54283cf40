"""The module path of an address, against a parser that reads addresses letter by letter."""

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.policy.builders import reference


def module(address: str) -> str:
    return reference(address=address).module


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("aws_instance.web", ""),
        ("aws_instance.web[0]", ""),
        ('aws_instance.web["module.a.x"]', ""),
        ("data.aws_ami.web", ""),
        ("(whole plan)", ""),
        ("", ""),
        ("module.a.aws_instance.web", "module.a"),
        ("module.a.data.aws_ami.web", "module.a"),
        ("module.a[0].aws_instance.web[1]", "module.a[0]"),
        ("module.a.module.b.aws_instance.web", "module.a.module.b"),
        ("module.a-b_c.aws_instance.web", "module.a-b_c"),
        ("module.module.aws_instance.web", "module.module"),
        ("module.module.module.a.aws_instance.web", "module.module.module.a"),
        ('module.a["x"].aws_instance.web', 'module.a["x"]'),
        ('module.a["x.y"].module.b[0].aws_instance.c', 'module.a["x.y"].module.b[0]'),
        ('module.a["x\\"]."].aws_instance.c', 'module.a["x\\"]."]'),
        ('module.a["]"].aws_instance.c["module.b."]', 'module.a["]"]'),
        ('module.a["module.b.aws_instance.c"].aws_instance.d', 'module.a["module.b.aws_instance.c"]'),
        ('module.a["x\\\\"].aws_instance.c', 'module.a["x\\\\"]'),
        ('module.a["["].module.b["\\"["].aws_instance.c[0]', 'module.a["["].module.b["\\"["]'),
        ("module.zażółć.aws_instance.web", "module.zażółć"),
        ('module.a["\U0001f600 é"].aws_instance.web', 'module.a["\U0001f600 é"]'),
        ('module.a[""].aws_instance.web', 'module.a[""]'),
    ],
)  # fmt: skip
def test_module(address: str, wanted: str) -> None:
    assert module(address) == wanted


def steps(address: str) -> list[str]:
    """The address cut at its dots, where they do not stand in quotes."""
    found, quoted, escaped = [""], False, False
    for letter in address:
        if letter == "." and not quoted:
            found.append("")
            continue
        found[-1] += letter
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = quoted
        elif letter == '"':
            quoted = not quoted
    return found


def simple(address: str) -> str:
    """Pairs of `module` and a call, for as long as there are any."""
    parts = steps(address)
    taken = 0
    while parts[taken] == "module" and len(parts) > taken + 2:
        taken += 2
    return ".".join(parts[:taken])


NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,5}", fullmatch=True) | st.sampled_from(
    ["module", "data", "aws_instance", "a"]
)


def _quoted(key: str) -> str:
    """A key as Terraform writes it (hclwrite: quotes, backslashes, newlines and templates)."""
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    escaped = escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return '["' + escaped.replace("${", "$${").replace("%{", "%%{") + '"]'


KEYS = st.one_of(
    st.just(""),
    st.integers(0, 99).map("[{}]".format),
    (st.text(alphabet='ab."[]\\ ${}*?/\n', max_size=8) | st.text(max_size=5)).map(_quoted),
)
TYPES = st.sampled_from(["aws_instance", "aws_launch_template", "awscc_ec2_instance"])


@settings(max_examples=400)
@given(
    st.lists(st.tuples(NAMES, KEYS), max_size=3),
    st.sampled_from(["", "data."]),
    TYPES,
    NAMES,
    KEYS,
)
def test_module_agrees_with_the_simple_parser_and_with_what_was_put_together(
    calls: list[tuple[str, str]], mode: str, type: str, name: str, key: str
) -> None:
    path = ".".join(f"module.{call}{index}" for call, index in calls)
    address = f"{path}{'.' if path else ''}{mode}{type}.{name}{key}"
    event(f"{len(calls)} modules")
    assert simple(address) == path
    assert module(address) == path


@settings(max_examples=200)
@given(st.text(alphabet='module.a["]\\0 ', max_size=40) | st.text(max_size=20))
def test_anything_else_is_read_without_harm(text: str) -> None:
    found = module(text)
    assert text.startswith(found)
    assert found == "" or found.startswith("module.")


def test_a_long_address_is_read_in_one_go() -> None:
    """Nothing of the pattern can match in two ways, so there is nothing to go back to."""
    deep = 'module.a["x.y"].' * 20_000
    assert module(deep + "aws_instance.b") == deep.rstrip(".")
    assert module('module.a["' + '\\"' * 100_000) == ""
    assert module("module.a[0]" * 100_000) == ""
