"""Where a comment has to stand to except a reference, and what somebody hears of one that does not."""

import pytest

from tests.inputs.test_code import ONE, Read, call, instance, variable

WORD = 'assay:ignore[unmarked] reason="x"'
MODULE = variable("ami") + instance("i", "var.ami")
TOLD = "this exception applies to nothing that is judged: put it on the line that a report names, or directly above that line or its block"


def excepted(read: Read, main: str, **others: str) -> tuple[bool, list[str]]:
    """Whether the one reference is excepted, and what people are told of comments."""
    files = {f"{name}/main.tf": code for name, code in others.items()}
    source = read({"main.tf": main, **files})
    [reference] = source.references
    return bool(reference.exceptions), list(source.notes)


@pytest.mark.parametrize(
    "code",
    [
        f'# {WORD}\nresource "aws_instance" "a" {{\n  ami = "{ONE}"\n}}\n',
        f'resource "aws_instance" "a" {{ # {WORD}\n  ami = "{ONE}"\n}}\n',
        f'resource "aws_instance" "a" {{\n  ami = "{ONE}" # {WORD}\n}}\n',
        f'resource "aws_instance" "a" {{\n  ami = "{ONE}" // {WORD}\n}}\n',
        f'resource "aws_instance" "a" {{\n  /* {WORD} */\n  ami = "{ONE}"\n}}\n',
        f'resource "aws_instance" "a" {{\n  /*\n   * {WORD}\n   */\n  ami = "{ONE}"\n}}\n',
        f'resource "aws_instance" "a" {{\n  //{WORD}\n  #checkov:skip=CKV_AWS_8:x\n  ami = "{ONE}"\n}}\n',
    ],
)
def test_a_comment_at_the_reported_line_or_above_it_or_its_block_holds(
    read: Read, code: str
) -> None:
    assert excepted(read, code) == (True, [])


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (f'# {WORD}\n\nresource "aws_instance" "a" {{\n  ami = "{ONE}"\n}}\n', 1),
        (f'resource "aws_instance" "a" {{\n  # {WORD}\n  tags = {{}}\n  ami = "{ONE}"\n}}\n', 2),
        (f'resource "aws_instance" "a" {{\n  ami = (\n    # {WORD}\n    "{ONE}"\n  )\n}}\n', 3),
        (f'locals {{\n  img = "{ONE}" # {WORD}\n}}\n' + instance("a", "local.img"), 2),
        (variable("img", f'"{ONE}" # {WORD}') + instance("a", "var.img"), 2),
    ],
)
def test_one_that_stands_elsewhere_does_not_and_somebody_hears_of_it(
    read: Read, code: str, line: int
) -> None:
    assert excepted(read, code) == (False, [f"main.tf:{line}: {TOLD}"])


@pytest.mark.parametrize(
    "text", [f"<<EOT\n# {WORD}\nEOT\n", f"<<-EOT\n    # {WORD[:-1]}\n  EOT\n", f'"# {WORD[:22]}"']
)
def test_text_is_no_comment(read: Read, text: str) -> None:
    code = f'resource "aws_instance" "a" {{\n  ami = "{ONE}"\n  user_data = {text}\n}}\n'
    held, [note] = excepted(read, code)
    assert not held
    line = 4 if text.startswith("<<") else 3
    assert note == f"main.tf:{line}: this is text and not a comment, so it is not an exception"


# ------------------------------------------------------------------------------------ modules


@pytest.mark.parametrize(
    "code",
    [
        call("m", "./m", f"# {WORD}", f'ami = "{ONE}"'),
        call("m", "./m", f'ami = "{ONE}" # {WORD}'),
        f"# {WORD}\n" + call("m", "./m", f'ami = "{ONE}"'),
        call("m", "./m", f'ami = "{ONE}"').replace("{", f"{{ # {WORD}", 1),
    ],
)
def test_the_argument_of_a_module_s_call_and_the_call_hold(read: Read, code: str) -> None:
    assert excepted(read, code, m=MODULE) == (True, [])


def test_another_argument_does_not(read: Read) -> None:
    code = call("m", "./m", f"name = 1 # {WORD}", f'ami = "{ONE}"')
    held, notes = excepted(read, code, m=variable("name") + MODULE)
    assert (held, notes) == (False, [f"main.tf:3: {TOLD}"])


@pytest.mark.parametrize(
    ("text", "passed"),
    [("var.ami", "var.cfg.ami"), ('"${var.ami}"', 'var.cfg["ami"]'), ("var.ami", "var.cfg[0]")],
)
def test_so_do_the_arguments_of_calls_further_out(read: Read, text: str, passed: str) -> None:
    inner = variable("ami") + instance("i", text)
    outer = variable("cfg") + call("inner", "../inner", f"ami = {passed}")
    value = f'["{ONE}"]' if "[0]" in passed else f'{{ ami = "{ONE}" }}'
    code = call("outer", "./outer", f"cfg = {value} # {WORD}")
    assert excepted(read, code, outer=outer, inner=inner) == (True, [])


def test_what_is_made_of_a_variable_is_not_what_the_argument_says(read: Read) -> None:
    inner = variable("ami") + instance("i", f'coalesce("{ONE}", var.ami)')
    code = call("m", "./m", f'ami = "{ONE}" # {WORD}')
    assert excepted(read, code, m=inner) == (False, [f"main.tf:3: {TOLD}"])


def test_the_line_that_is_reported_of_an_installed_module_holds(read: Read) -> None:
    manifest = '{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"registry.terraform.io/x/y/aws","Version":"1.0.0","Dir":".terraform/modules/m"},{"Key":"m.deep","Source":"./deep","Dir":".terraform/modules/m/deep"}]}'  # fmt: skip
    deep = variable("ami") + instance("i", "var.ami")
    source = read(
        {
            "main.tf": call("m", "x/y/aws", 'version = "1.0.0"', f'image = "{ONE}" # {WORD}'),
            ".terraform/modules/modules.json": manifest,
            ".terraform/modules/m/main.tf": variable("image")
            + call("deep", "./deep", "ami = var.image"),
            ".terraform/modules/m/deep/main.tf": deep,
        }
    )
    [reference] = source.references
    assert (reference.file, reference.line) == ("main.tf", 4)
    assert reference.exceptions


def test_comments_in_code_that_others_wrote_except_nothing(read: Read) -> None:
    """Who writes a module from elsewhere would else decide what passes in every root that calls it."""
    manifest = '{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"registry.terraform.io/x/y/aws","Version":"1.0.0","Dir":".terraform/modules/m"},{"Key":"m.deep","Source":"./deep","Dir":".terraform/modules/m/deep"}]}'  # fmt: skip
    own = f'resource "aws_instance" "i" {{\n  # {WORD}\n  ami = "{ONE}"\n}}\n'
    files = {
        "main.tf": call("m", "x/y/aws"),
        ".terraform/modules/modules.json": manifest,
        ".terraform/modules/m/main.tf": f"# {WORD}\n"
        + call("deep", "./deep", f'ami = "{ONE}" # {WORD}'),
        ".terraform/modules/m/deep/main.tf": variable("ami") + instance("d", "var.ami") + own,
    }
    assert not any(each.exceptions for each in read(files).references)
    files["main.tf"] = f"# {WORD}\n" + call("m", "x/y/aws")
    assert [len(each.exceptions) for each in read(files).references] == [1, 1]
    files[".terraform/modules/m/main.tf"] = f"# {WORD}\n" + call(
        "gone", "./gone", f'ami = "{ONE}" # {WORD}'
    )
    assert [len(each.exceptions) for each in read(files).references] == [1, 1]
