"""Terraform's addresses: what is put together is taken apart again, whatever the keys hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model import addresses
from assay.model.addresses import BlockAddress, InstanceKey, Key

AWKWARD = ("a.b", 'a"b', "a\\", "]", '"]', "[0]", "module.x", "${a}", "%{if}", "$${", "$$", "\n\t\r", "é", "\x00", "\U0001f600", "\ue000", "\U000e0001", "", "0")  # fmt: skip

names = st.from_regex(r"[^\W\d][\w-]{0,12}", fullmatch=True).filter(
    lambda name: name not in ("data", "module", "action")
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(AWKWARD)
keys: st.SearchStrategy[InstanceKey] = st.none() | st.integers(0, 10**6) | texts
calls = st.lists(st.tuples(names, keys), max_size=3)
modes = st.sampled_from(("managed", "data", "action"))


def of_calls(path: list[tuple[str, InstanceKey]]) -> str:
    module = ""
    for name, key in path:
        module = addresses.address(module, f"module.{name}", key)
    return module


@given(calls, modes, names, names, keys)
def test_what_is_put_together_is_taken_apart(
    path: list[tuple[str, InstanceKey]], mode: str, kind: str, name: str, key: InstanceKey
) -> None:
    module = of_calls(path)
    block = BlockAddress(module, mode, kind, name, key)
    address = str(block)
    assert addresses.block_address(address) == block
    assert addresses.module_of(address) == module
    assert addresses.module_path(address) == tuple(name for name, _ in path)
    assert addresses.split_module(f"{address}.id") == (
        module,
        addresses.split_module(address)[1] + ".id",
    )


@given(calls)
def test_a_module_stands_in_the_one_that_calls_it(path: list[tuple[str, InstanceKey]]) -> None:
    module = of_calls(path)
    assert addresses.parent_module(module) == addresses.module_of(module) == of_calls(path[:-1])
    assert addresses.split_module(module) == (module, "")
    steps = addresses.module_steps(module)
    assert [(name, addresses.read_key(key)) for name, key in steps] == path
    assert [key for _, key in steps] == [addresses.written_key(key) for _, key in path]


@given(texts)
def test_a_key_is_read_as_it_was_written(key: str) -> None:
    written = addresses.written_key(key)
    assert written.isprintable()
    assert addresses.read_key(written) == key
    assert addresses.parse(f"aws_ami_copy.x{written}.id") == ["aws_ami_copy", "x", key, "id"]
    assert addresses.split_key(addresses.parse(f"{written}.id")) == (key, ["id"])


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (None, ""),
        (0, "[0]"),
        ("0", '["0"]'),
        ('a"b\\', r'["a\"b\\"]'),
        ("${a} %{b} $$ %", '["$${a} %%{b} $$ %"]'),
        ("a\nb\x07", r'["a\nb\u0007"]'),
        ("\U000e0001", r'["\U000e0001"]'),
        ("é\u00a0", r'["é\u00a0"]'),
    ],
)
def test_keys_are_quoted_as_terraform_does(key: InstanceKey, written: str) -> None:
    assert addresses.written_key(key) == written
    assert addresses.read_key(written) == key


@pytest.mark.parametrize(
    "text",
    ["", "[]", "[each.key]", '["a]', '["a', r'["\q"]', '["a"b"]', r'["\ud800"]', r'["\U00110000"]', '["a\\"]', f"[{'9' * 5000}]"],
)  # fmt: skip
def test_what_is_no_key_is_none(text: str) -> None:
    assert addresses.read_key(text) is None
    if text:
        assert addresses.parse(f"x{text}")[:1] == ["x"]


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("aws_instance.web", ("", "managed", "aws_instance", "web", None)),
        ("data.aws_ami.x[0]", ("", "data", "aws_ami", "x", 0)),
        (
            'module.a["x.y"].aws_instance.é["k"]',
            ('module.a["x.y"]', "managed", "aws_instance", "é", "k"),
        ),
        ("action.aws_lambda_invoke.x", ("", "action", "aws_lambda_invoke", "x", None)),
        ("action.odd", ("", "managed", "action", "odd", None)),
        ("module.a", ("module.a", "managed", "", "", None)),
        (
            "module.a[each.key].aws_x.y[each.key]",
            ("module.a[each.key]", "managed", "aws_x", "y", None),
        ),
        ("(main.tf)", ("", "managed", "main", "tf", None)),
        ("", ("", "managed", "", "", None)),
        ('module.a["x', ('module.a["x', "managed", "", "", None)),
    ],
)
def test_an_address_says_what_it_is_of(address: str, block: tuple[object, ...]) -> None:
    assert addresses.block_address(address) == BlockAddress(*block)  # type: ignore[arg-type]


@given(st.text('module.dta"[]\\ax0${ ', max_size=30))
def test_no_text_is_too_odd_to_be_taken_apart(text: str) -> None:
    module, rest = addresses.split_module(text)
    assert text in (module + rest, f"{module}.{rest}")
    assert addresses.parent_module(text) == addresses.parent_module(module)
    assert module.startswith(addresses.module_of(text))
    addresses.block_address(text)
    addresses.parse(text)


def test_references_keep_what_is_taken_of_them() -> None:
    references = ("module.m[0].out", "module.m[0]", "module.m", "var.a", "var.ab", "var.a")
    assert addresses.longest(references) == ["module.m[0].out", "var.a", "var.ab"]
    assert addresses.parse('module.m["a.b"].out[0]') == ["module", "m", "a.b", "out", 0]
    assert isinstance(addresses.parse('x["a"]')[1], Key)
    assert addresses.parse("aws_ami_copy.x[each.key].id") == ["aws_ami_copy", "x", "*", "id"]


def test_a_path_is_shown_as_an_expression_takes_it() -> None:
    assert addresses.notation(("launch_template", 0, "id")) == "launch_template[0].id"
    assert addresses.notation((0, "id"), "aws_instance.web") == "aws_instance.web[0].id"
    looked_up = ("data", "aws_ssm_parameter", "x", "value", addresses.DECODED, "image_id")
    assert addresses.notation(looked_up) == "jsondecode(data.aws_ssm_parameter.x.value).image_id"
    assert addresses.notation(()) == ""
