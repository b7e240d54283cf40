"""Terraform code as a source: what it says, what it says that it does not know, and what breaks it.

What Terraform makes of each form was tried with Terraform 1.11.4; tests/terraform/test_code_oracle.py
tries most of it again.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from assay.inputs.plan.plan import Source
from assay.inputs.terraform.directory import Code
from assay.inputs.terraform.syntax import strict
from assay.kept import Kept
from assay.model import (
    AmiId,
    AmiReference,
    Incomplete,
    Kind,
    Made,
    Place,
    Planned,
    Unknown,
    Unplaced,
    Value,
)
from tests.command import POLICY, Run
from tests.inputs.test_corpus import run_here

ONE, TWO, THREE = "ami-00000001", "ami-00000002", "ami-00000003"
SECRET = "hunter2-and-nobody-else"
HANGS = 20.0
"""Seconds after which a small input is taken to have hung."""

Files = Mapping[str, str | bytes]


# ------------------------------------------------------------------------------------- reading


Read = Callable[..., Source]
"""Writes files below an empty folder, and reads its code from there: the fixture `read`."""


def lay(files: Files) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def instance(name: str, ami: str, *more: str) -> str:
    inside = "".join(f"  {line}\n" for line in (f"ami = {ami}", *more) if line)
    return f'resource "aws_instance" "{name}" {{\n{inside}}}\n'


def by_template(name: str, *lines: str) -> str:
    inside = "".join(f"    {line}\n" for line in lines)
    return f'resource "aws_instance" "{name}" {{\n  launch_template {{\n{inside}  }}\n}}\n'


def told(source: Source) -> dict[str, str]:
    """What each reference says, by address and attribute, in words."""
    return {f"{each.address} {each.attribute}": in_words(each.value) for each in source.references}


def in_words(value: Value) -> str:
    match value:
        case Unknown():
            return "unknown"
        case Incomplete():
            return "incomplete"
        case Planned(value=inner):
            return in_words(inner)
        case Made(by, _, inner):
            return f"{by} of {in_words(inner)}"
    return str(value)


def one(source: Source) -> AmiReference:
    [reference] = source.references
    return reference


def regions(source: Source) -> dict[str, str | None]:
    return {
        each.address: each.place.region if isinstance(each.place, Place) else None
        for each in source.references
    }


class Hung(BaseException):
    """Something does not end. No `TimeoutError`: that is an `OSError`, and caught as one."""


@contextmanager
def in_time(seconds: float = HANGS) -> Iterator[None]:
    """Fail where something does not end. The traceback is left out: what it holds can be huge."""

    def ring(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    hung = False
    try:
        yield
    except Hung:
        hung = True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    if hung:
        pytest.fail(f"does not end within {seconds} seconds of work", pytrace=False)


def check(*arguments: str, policy: str = POLICY) -> Run:
    Path("assay.yaml").write_text(policy)
    return run_here("check", "--offline", "--format", "json", *arguments)


# ------------------------------------------------------------------------------- files, broken


BROKEN = instance("good", f'"{ONE}"') + 'resource "aws_instance" "bad" {\n  ami = = "x"\n}\n'


def test_a_broken_file_is_named_and_the_others_are_judged(read: Read) -> None:
    source = read({"a.tf": BROKEN, "b.tf": instance("whole", f'"{TWO}"')})
    [error] = source.errors
    assert error.where == "a.tf:5:9"
    assert told(source) == {"aws_instance.whole ami": TWO, "(a.tf) syntax": "incomplete"}
    [syntax] = [each for each in source.references if each.attribute == "syntax"]
    assert (syntax.file, syntax.line) == ("a.tf", 5)


def test_a_broken_file_ends_the_run_with_2_and_verdicts_for_the_rest(read: Read) -> None:
    read({"a.tf": BROKEN, "b.tf": instance("whole", f'"{TWO}"')})
    done = check(".")
    assert done.code == 2
    assert "a.tf:5:9" in done.stderr
    assert set(done.outcomes()) == {"aws_instance.whole", "(a.tf)"}


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b'variable "x" {\n  default = "\xff"\n}\n', "a.tf:2"),
        (b'variable "x" {\n  default = 1\n', "a.tf:"),
        (b'variable "x" {\n  default = 1 default = 2\n}\n', "a.tf:2"),
        (b'variable "x" {\n  default = 1\n  default = 2\n}\n', "a.tf:3"),
        (b'variable "x" {\n  default = <<EOT\n', "a.tf:"),
        (b"\x00variable", "a.tf:1"),
    ],
)
def test_what_is_no_code_is_refused_at_its_line(read: Read, content: bytes, where: str) -> None:
    source = read({"a.tf": content, "b.tf": instance("whole", f'"{TWO}"')})
    [error] = source.errors
    assert str(error.where).startswith(where)
    assert told(source)["aws_instance.whole ami"] == TWO


def test_a_file_that_is_not_there_is_an_error_of_its_own(read: Read) -> None:
    lay({"b.tf": instance("whole", f'"{TWO}"')})
    Path("a.tf").symlink_to("nowhere")
    source = read({})
    [error] = source.errors
    assert error.where == "a.tf"
    assert told(source) == {"aws_instance.whole ami": TWO, "(a.tf) syntax": "incomplete"}


def test_broken_values_end_the_run_with_2(read: Read) -> None:
    files = {"main.tf": variable("x", f'"{ONE}"') + instance("a", "var.x")}
    source = read({**files, "terraform.tfvars": "x = = 1\n"})
    assert [error.where for error in source.errors] == ["terraform.tfvars:1:5"]
    assert check(".").code == 2


def variable(name: str, default: str | None = None, *more: str) -> str:
    lines = [f"default = {default}"] if default is not None else []
    inside = "".join(f"  {line}\n" for line in (*lines, *more))
    return f'variable "{name}" {{\n{inside}}}\n'


def test_a_module_of_broken_code_is_an_error_at_its_own_file(read: Read) -> None:
    source = read({"main.tf": call("m"), "m/main.tf": 'variable "x" {\n', "m/ok.tf": instance("a", f'"{ONE}"')})  # fmt: skip
    assert [str(error.where).partition(":")[0] for error in source.errors] == ["m/main.tf"]
    assert told(source)["module.m.aws_instance.a ami"] == ONE


def call(name: str, source: str | None = None, *more: str) -> str:
    inside = "".join(f"  {line}\n" for line in (f'source = "{source or f"./{name}"}"', *more))
    return f'module "{name}" {{\n{inside}}}\n'


# ------------------------------------------------------------------------------- code, missing


def test_of_a_module_that_is_not_there_the_images_that_it_is_given_are_judged(read: Read) -> None:
    more = (f'image = "{ONE}"', 'name = "x"', "other = data.aws_ami.x.id")
    source = read(call("m", "terraform-aws-modules/ec2-instance/aws", *more))
    assert told(source) == {
        "module.m image": ONE,
        "module.m other": "unknown",
        "module.m source": "incomplete",
    }
    at = {each.attribute: each.line for each in source.references}
    assert at == {"image": 3, "other": 5, "source": 2}


@pytest.mark.parametrize("source", ["./missing", "git::https://example.com/x.git", "/somewhere"])
def test_code_that_is_not_there_is_never_silent(read: Read, source: str) -> None:
    assert told(read(call("m", source))) == {"module.m source": "incomplete"}
    assert check(".").code == 3


def test_installed_modules_are_read_where_init_has_put_them(read: Read) -> None:
    manifest = '{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"x/y/aws","Dir":".terraform/modules/m"},{"Key":"m.inner","Source":"x/z/aws","Dir":".terraform/modules/m.inner"}]}'  # fmt: skip
    inner = call("inner", "x/z/aws", f'image = "{TWO}"') + instance("own", f'"{ONE}"')
    files = {
        "main.tf": call("m", "x/y/aws"),
        ".terraform/modules/modules.json": manifest,
        ".terraform/modules/m/main.tf": inner,
        ".terraform/modules/m.inner/main.tf": variable("image") + instance("a", "var.image"),
    }
    source = read(files)
    assert told(source) == {
        "module.m.aws_instance.own ami": ONE,
        "module.m.module.inner.aws_instance.a ami": TWO,
    }
    assert {each.file for each in source.references} == {"main.tf"}


@pytest.mark.parametrize("manifest", ["", "{}", "[]", '{"Modules": 1}', "\xff", '{"Modules":[{}]}'])
def test_a_damaged_manifest_is_as_good_as_none(read: Read, manifest: str) -> None:
    files = {"main.tf": call("m", "x/y/aws"), ".terraform/modules/modules.json": manifest}
    assert told(read(files)) == {"module.m source": "incomplete"}


# ------------------------------------------------------------------------ what is not known


def test_an_empty_image_is_one_that_nobody_knows(read: Read) -> None:
    code = instance("a", '""') + variable("image", '""') + instance("b", "var.image")
    code += 'resource "aws_spot_instance_request" "s" {\n  ami = ""\n}\n'
    assert told(read(code)) == {
        "aws_instance.a ami": "unknown",
        "aws_instance.b ami": "unknown",
        "aws_spot_instance_request.s ami": "unknown",
    }


def test_an_empty_image_is_that_of_the_launch_template(read: Read) -> None:
    template = f'resource "aws_launch_template" "t" {{\n  image_id = "{ONE}"\n}}\n'
    use = by_template("a", "id = aws_launch_template.t.id", 'version = "$Latest"')
    words = told(read(template + use.replace("{\n", '{\n  ami = ""\n', 1)))
    assert words == {
        "aws_launch_template.t image_id": ONE,
        "aws_instance.a launch_template[0].id": ONE,
    }


UNSEEN = 'for_each = yamldecode(file("hosts.yaml"))'


def test_an_unknown_number_of_instances_is_one_reference_without_a_key(read: Read) -> None:
    code = instance("fixed", f'"{ONE}"', UNSEEN) + instance("each", "each.value", UNSEEN)
    code += instance("counted", f'"{TWO}"', 'count = length(file("x"))')
    assert told(read(code)) == {
        "aws_instance.fixed ami": ONE,
        "aws_instance.each ami": "unknown",
        "aws_instance.counted ami": TWO,
    }


def test_an_unknown_number_of_modules_is_one_without_a_key(read: Read) -> None:
    files = {
        "main.tf": call("m", None, UNSEEN, "image = each.value"),
        "m/main.tf": variable("image") + instance("a", "var.image") + instance("b", f'"{ONE}"'),
    }
    assert told(read(files)) == {
        "module.m.aws_instance.a ami": "unknown",
        "module.m.aws_instance.b ami": ONE,
    }


@pytest.mark.parametrize(
    "code",
    [
        "locals {\n  a = local.b\n  b = local.a\n}\n" + instance("x", "local.a"),
        "locals {\n  a = [for x in local.a : x]\n}\n" + instance("x", "local.a[0]"),
        instance("x", "aws_instance.y.ami") + instance("y", "aws_instance.x.ami"),
        instance("x", "aws_instance.x.ami"),
        variable("v", "var.v") + instance("x", "var.v"),
        instance("x", "local.nowhere") + instance("z", "var.nowhere"),
        instance("x", "module.nowhere.id"),
        instance("x", "self.ami") + instance("w", "each.value") + instance("v", "count.index"),
        instance("x", "nowhere"),
        instance("x", "provider::acme::image()"),
        instance("x", 'file("image.txt")'),
        instance("x", "terraform.workspace"),
        instance("x", '"ami-${uuid()}"'),
    ],
)
def test_what_terraform_would_refuse_or_assay_does_not_read_is_unknown(
    read: Read, code: str
) -> None:
    source = read(code)
    assert source.references
    assert set(told(source).values()) == {"unknown"}
    assert not source.errors


def test_outputs_that_read_each_other_are_unknown(read: Read) -> None:
    module = variable("image") + 'output "image" {\n  value = var.image\n}\n'
    code = call("m", None, "image = module.n.image") + call("n", "./m", "image = module.m.image")
    assert told(read({"main.tf": code + instance("x", "module.m.image"), "m/main.tf": module})) == {
        "aws_instance.x ami": "unknown"
    }


def test_a_module_that_calls_itself_ends(read: Read) -> None:
    source = read(
        {"main.tf": call("m"), "m/main.tf": call("m", "../m") + instance("a", f'"{ONE}"')}
    )
    words = told(source)
    assert set(words.values()) == {ONE, "incomplete"}
    assert len(words) < 100


# ---------------------------------------------------------------------------- whose code it is


def test_an_override_has_its_own_line(read: Read) -> None:
    files = {
        "main.tf": instance("a", f'"{ONE}"', 'instance_type = "t3.micro"'),
        "override.tf": "\n\n" + instance("a", f'"{TWO}"'),
    }
    reference = one(read(files))
    assert (str(reference.value), reference.file, reference.line) == (TWO, "override.tf", 4)


def test_a_block_that_an_override_brings_has_its_own_line(read: Read) -> None:
    files = {
        "main.tf": by_template("a", 'name = "web"'),
        "z_override.tf": "\n" + by_template("a", 'name = "api"', 'version = "1"'),
    }
    reference = one(read(files))
    assert (str(reference.value), reference.file, reference.line) == ("api:1", "z_override.tf", 4)


def test_files_that_terraform_passes_over_are_passed_over(read: Read) -> None:
    bad = instance("bad", f'"{TWO}"')
    files = {
        ".hidden.tf": bad,
        "editor.tf~": bad,
        "a.tf.bak": bad,
        "a.txt": bad,
        "a.tfvars": "x = 1",
    }
    assert told(read({**files, "main.tf": instance("a", f'"{ONE}"')})) == {
        "aws_instance.a ami": ONE
    }


def test_the_command_finds_the_roots_below_a_directory(read: Read) -> None:
    read(
        {
            "prod/main.tf": call("m", "../modules/m"),
            "stage/main.tf": instance("s", f'"{TWO}"'),
            "modules/m/main.tf": instance("a", f'"{ONE}"'),
            ".terraform/modules/x/main.tf": instance("hidden", f'"{THREE}"'),
        }
    )
    assert set(check(".").outcomes()) == {"module.m.aws_instance.a", "aws_instance.s"}


def test_a_directory_without_code_is_an_error(read: Read) -> None:
    lay({"empty/readme.md": "nothing"})
    read({"main.tf": ""})
    done = check("empty")
    assert (done.code, done.stdout) == (2, "")
    assert "empty" in done.stderr


def test_values_come_from_where_terraform_takes_them(read: Read) -> None:
    names = ("default", "environment", "tfvars", "json", "automatic", "file")
    code = "".join(
        variable(name, '"ami-00000bad"') + instance(name, f"var.{name}") for name in names
    )
    later = {name: position for position, name in enumerate(names)}

    def given(source: str) -> str:
        return "".join(
            f'{name} = "{ONE if name == source else "ami-00000bad"}"\n'
            for name in names
            if later[name] >= later[source]
        )

    files = {
        "main.tf": code,
        "terraform.tfvars": given("tfvars"),
        "terraform.tfvars.json": "{" + ",".join(f'"{line.partition(" ")[0]}": {line.rpartition(" ")[2]}' for line in given("json").splitlines()) + "}",
        "z.auto.tfvars": given("automatic"),
        "a.auto.tfvars": 'automatic = "ami-00000bad"\n',
        "values/last.tfvars": given("file"),
    }  # fmt: skip
    environment = dict.fromkeys(names[1:], "ami-00000bad") | {"environment": ONE}
    source = read(files, var_files=["values/last.tfvars"], environment=environment)
    words = told(source)
    assert words.pop("aws_instance.default ami") == "ami-00000bad"
    assert set(words.values()) == {ONE}


def test_who_can_give_a_variable_its_value_is_told_how(read: Read) -> None:
    outside = variable("image", None) + instance("a", "var.image") + instance("b", "x.y.id")
    read(provider("us-east-1") + outside)
    fixes = {
        verdict["address"]: [result["fix"] for result in verdict["results"] if result["fix"]]
        for verdict in check(".").report["verdicts"]
    }
    assert any("TF_VAR_image" in fix for fix in fixes["aws_instance.a"])
    assert not any("TF_VAR" in fix for fix in fixes["aws_instance.b"])


def test_unset_variables_are_unknown_and_null_is_null(read: Read) -> None:
    code = variable("none") + variable("null", "null") + instance("a", "var.none")
    code += instance("b", "var.null") + instance("c", f'var.null == null ? "{ONE}" : var.none')
    assert told(read(code)) == {"aws_instance.a ami": "unknown", "aws_instance.c ami": ONE}


# ------------------------------------------------------------------------------- Cloud Control


def test_cloud_control_resources_are_read_with_attributes_for_blocks(read: Read) -> None:
    code = f"""
resource "awscc_ec2_instance" "image" {{
  image_id = "{ONE}"
}}
resource "awscc_ec2_launch_template" "web" {{
  launch_template_name = "web"
  launch_template_data = {{
    image_id = "{TWO}"
  }}
}}
resource "awscc_ec2_instance" "template" {{
  launch_template = {{
    launch_template_name = awscc_ec2_launch_template.web.launch_template_name
    version              = "$Latest"
  }}
}}
resource "awscc_autoscaling_auto_scaling_group" "mixed" {{
  max_size = "1"
  min_size = "0"
  mixed_instances_policy = {{
    launch_template = {{
      launch_template_specification = {{
        launch_template_id = "lt-0123456789abcdef0"
        version            = "3"
      }}
      overrides = [{{ launch_template_specification = {{ launch_template_name = "api" }} }}]
    }}
  }}
}}
"""
    mixed = "awscc_autoscaling_auto_scaling_group.mixed mixed_instances_policy.launch_template"
    assert told(read(code)) == {
        "awscc_ec2_instance.image image_id": ONE,
        "awscc_ec2_launch_template.web launch_template_data.image_id": TWO,
        "awscc_ec2_instance.template launch_template.launch_template_name": "web:$Latest",
        f"{mixed}.launch_template_specification.launch_template_id": "lt-0123456789abcdef0:3",
        f"{mixed}.overrides[0].launch_template_specification.launch_template_name": "api:$Default",
    }


# --------------------------------------------------------------------------------- lookups


def test_a_lookup_is_a_question_and_one_with_an_open_argument_is_none(read: Read) -> None:
    code = """
data "aws_ami" "known" {
  owners      = ["self"]
  most_recent = true
}
data "aws_ami" "open" {
  owners = [data.aws_caller_identity.me.account_id]
}
data "aws_ssm_parameter" "known" {
  name = "/image"
}
data "aws_launch_template" "open" {
  tags = { a = "b" }
}
"""
    names = ("aws_ami.known.id", "aws_ami.open.id", "aws_ssm_parameter.known.value", "aws_launch_template.open.image_id", "aws_ami.known.name", "aws_ami_ids.x.ids[0]")  # fmt: skip
    code += "".join(instance(f"i{number}", f"data.{name}") for number, name in enumerate(names))
    values = [type(each.value.value).__name__ if isinstance(each.value, Planned) else in_words(each.value) for each in read(code).references]  # fmt: skip
    assert values == ["ImageSearch", "unknown", "Alias", "unknown", "unknown", "unknown"]


# ------------------------------------------------------------------------------ what is hostile


def test_expressions_nested_deeply_are_unknown(read: Read) -> None:
    deep = 2000
    code = instance("parens", "(" * deep + f'"{ONE}"' + ")" * deep)
    code += instance("tuples", "[" * deep + f'"{ONE}"' + "]" * deep + "[0]" * deep)
    code += instance("signs", "!" * deep + "true")
    code += instance("sums", "1 + " * deep + "1")
    code += instance("templates", '"${' * deep + f'"{ONE}"' + '}"' * deep)
    code += instance("dots", "local.a" + ".b" * deep) + instance("whole", f'"{TWO}"')
    source = read(code)
    if not source.errors:
        words = told(source)
        assert words.pop("aws_instance.whole ami") == TWO
        assert set(words.values()) <= {"unknown", ONE}


def test_json_nested_deeply_is_refused(read: Read) -> None:
    inside = "[" * 100_000 + "]" * 100_000
    source = read(
        {"main.tf.json": f'{{"locals": {{"a": {inside}}}}}', "a.tf": instance("a", f'"{ONE}"')}
    )
    assert [error.where for error in source.errors]
    assert told(source)["aws_instance.a ami"] == ONE


@pytest.mark.parametrize(
    "expression",
    [
        "length([for i in range(1000000) : i])",
        "length(range(0, 1000000000))",
        "pow(10, 999999999)",
        'format("%0999999999d", 1)',
        'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "/(a+)+$/", "x")',
        "length(setproduct(range(1000), range(1000), range(1000)))",
        'join("", [for i in range(1000) : join("", [for j in range(1000) : "xxxxxxxxxxxxxxxxxxxxxxxx"])])',
        "9999999999999999999999999999999999999999999999999999999999999999999999999999",
        "1 / 0",
        'substr(strrev(join(",", range(1024))), -1000000000, 1000000000)',
        'cidrsubnets("10.0.0.0/8", range(100)...)',
    ],
)  # fmt: skip
def test_what_would_take_long_is_unknown(read: Read, expression: str) -> None:
    with in_time(10):
        source = read(instance("a", f'{expression} == 5 ? "{ONE}" : "{ONE}x"'))
    assert told(source)["aws_instance.a ami"] != ONE


def test_a_text_that_doubles_itself_is_unknown(read: Read) -> None:
    doubling = "".join(f'  a{n} = "${{local.a{n - 1}}}${{local.a{n - 1}}}"\n' for n in range(1, 60))
    with in_time():
        source = read(f'locals {{\n  a0 = "x"\n{doubling}}}\n' + instance("a", "local.a59"))
    assert told(source) == {"aws_instance.a ami": "unknown"}


def test_a_huge_count_is_one_reference(read: Read) -> None:
    with in_time():
        source = read(instance("a", f'"{ONE}"', "count = 1000000000"))
    assert told(source) == {"aws_instance.a ami": ONE}


def test_links_in_circles_end(read: Read) -> None:
    lay({"main.tf": call("m", "./a/back") + instance("x", f'"{ONE}"')})
    Path("a").mkdir()
    Path("a/back").symlink_to("..")
    Path("a/x.tf").symlink_to("y.tf")
    Path("a/y.tf").symlink_to("x.tf")
    with in_time(10):
        source = read({})
    assert told(source)["aws_instance.x ami"] == ONE
    with in_time(10):
        assert check(".").code == 2  # what cannot be read is an error
    assert told(source)


def test_many_small_files_are_read(read: Read) -> None:
    files = {f"f{number}.tf": instance(f"a{number}", f'"{ONE}"') for number in range(500)}
    with in_time(10):
        assert len(read(files).references) == 500


# ------------------------------------------------------------------------------- what is kept

CACHED = {
    "main.tf": variable("image", f'"{ONE}"')
    + 'locals {\n  chosen = { for k, v in { a = "ami-00000002" } : k => upper(v) == "" ? var.image : v }\n}\n'
    + instance("a", "local.chosen.a")
    + instance("b", 'join("-", ["ami", "00000003"])')
    + call("m", None, 'image = local.chosen["a"]'),
    "m/main.tf": variable("image") + instance("c", "var.image") + by_template("d", 'name = "web"'),
}  # fmt: skip
EXPECTED = {
    "aws_instance.a ami": TWO,
    "aws_instance.b ami": THREE,
    "module.m.aws_instance.c ami": TWO,
    "module.m.aws_instance.d launch_template[0].name": "web:$Default",
}


def cached(cache: Path) -> Source:
    return Code(Kept(cache / "code")).source(".", kinds=list(Kind), region=None)


def test_a_second_run_says_the_same(read: Read, tmp_path: Path) -> None:
    read(CACHED)
    cache = tmp_path / "cache"
    first = cached(cache)
    assert told(first) == EXPECTED
    assert len(list((cache / "code").iterdir())) == 2
    assert cached(cache) == first


def test_what_is_wrong_in_a_file_is_found_once(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The grammar that says where takes more than a second to build."""
    read({**CACHED, "broken.tf": "a = [1 2]\n"})
    cache = tmp_path / "cache"
    first = cached(cache)
    [found] = map(str, first.errors)
    assert found.startswith("broken.tf:1:8: is not valid Terraform code: this is not allowed here")
    monkeypatch.setattr(strict, "syntax_error", None)
    assert [str(error) for error in cached(cache).errors] == [found]
    Path("broken.tf").write_text("a = [1 3 2]\n")
    with pytest.raises(TypeError):
        cached(cache)


@pytest.mark.parametrize("text", ["{}\n", '{"a": 1}\n', "# a comment\n{\n  a = 1\n}\n"])
@pytest.mark.parametrize("name", ["main.tf", "terraform.tfvars"])
def test_a_value_alone_is_not_an_empty_file(
    read: Read, tmp_path: Path, name: str, text: str
) -> None:
    """The grammar of the tree accepts it as a whole file; Terraform refuses it."""
    read({"main.tf": instance("a", f'"{ONE}"'), name: text})
    [error] = cached(tmp_path / "cache").errors
    where = f"{name}:{2 if text.startswith('#') else 1}:1"
    assert str(error).startswith(f"{where}: is not valid Terraform code: a block or an argument")


EMPTY_MAP = b"\x80"


@pytest.mark.parametrize("content", [b"", b"\xc1", EMPTY_MAP, b"\x93\x01\x02\x03", b"x" * 1000])
def test_a_damaged_cache_is_made_anew(read: Read, tmp_path: Path, content: bytes) -> None:
    read(CACHED)
    cache = tmp_path / "cache"
    first = cached(cache)
    whole = {path: path.read_bytes() for path in (cache / "code").iterdir()}
    for path in whole:
        path.write_bytes(content)
    assert cached(cache) == first
    assert {path: path.read_bytes() for path in (cache / "code").iterdir()} == whole


def test_cut_off_cache_files_are_made_anew(read: Read, tmp_path: Path) -> None:
    read(CACHED)
    cache = tmp_path / "cache"
    first = cached(cache)
    for path in (cache / "code").iterdir():
        path.write_bytes(path.read_bytes()[:-3])
    assert cached(cache) == first


@pytest.mark.parametrize("of_directory", [True, False])
def test_what_others_could_have_written_is_not_believed(
    read: Read, tmp_path: Path, of_directory: bool
) -> None:
    read(CACHED)
    cache = tmp_path / "cache"
    first = cached(cache)
    forged = False
    for path in (cache / "code").iterdir():
        content = path.read_bytes()
        forged = forged or TWO.encode() in content
        path.write_bytes(content.replace(TWO.encode(), b"ami-0badbad0"))
        if not of_directory:
            path.chmod(0o666)
    assert forged
    if of_directory:
        (cache / "code").chmod(0o777)
    assert cached(cache) == first


def test_runs_at_the_same_time_do_not_disturb_each_other(read: Read, tmp_path: Path) -> None:
    read(CACHED)
    (tmp_path / "assay.yaml").write_text(POLICY)
    command = [sys.executable, "-m", "assay", "check", ".", "--offline", "--format", "json"]
    moment = ["--as-of", "2026-11-21"]
    environment = {**os.environ, "ASSAY_CACHE_DIR": str(tmp_path / "cache")}
    runs = [
        subprocess.Popen([*command, *moment], env=environment, stdout=-1, stderr=-1)
        for _ in range(4)
    ]
    ended = [(*run.communicate(timeout=120), run.returncode) for run in runs]
    told = [json.loads(report) for report, _, _ in ended]
    for report in told:
        del report["generated_at"]  # each has its own
    assert all(report == told[0] for report in told)
    assert {each[1:] for each in ended} == {(b"", 3)}


# --------------------------------------------------------------------------- nothing besides

WATCHED = """
import os, sys

def watch(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes)):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        os.write(int(os.environ["WATCH"]), path.encode() + b"\\n")

sys.addaudithook(watch)
"""


def test_nothing_is_read_but_the_code_of_the_modules_and_files_below_the_root(
    tmp_path: Path,
) -> None:
    here = tmp_path / "repository"
    reads = [
        'file("../outside/secret.txt")',
        'templatefile("../outside/secret.txt", {})',
        'fileset("../outside", "*")',
        'filebase64("${path.module}/../outside/secret.txt")',
        'jsondecode(file("secret.json"))',
        'file("/etc/passwd")',
    ]
    code = "".join(instance(f"i{number}", each) for number, each in enumerate(reads))
    files = {
        "repository/root/main.tf": code + call("m", "../modules/m"),
        "repository/root/secret.json": '"secret"',
        "repository/root/notes.txt": "secret",
        "repository/modules/m/main.tf": instance("a", f'"{ONE}"'),
        "repository/modules/other/main.tf": instance("b", f'"{ONE}"'),
        "repository/outside/secret.txt": "secret",
        "repository/assay.yaml": POLICY,
        "watch/sitecustomize.py": WATCHED,
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    log = tmp_path / "opened"
    with log.open("wb") as opened:
        done = subprocess.run(
            [sys.executable, "-m", "assay", "check", "root", "--offline"],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "watch"), "ASSAY_CACHE_DIR": str(tmp_path / "cache"), "WATCH": str(opened.fileno())},
            pass_fds=[opened.fileno()],
            capture_output=True,
            check=False,
            timeout=120,
        )  # fmt: skip
    assert done.returncode == 3, done.stderr
    seen = {Path(line) for line in log.read_text().splitlines()}
    assert here / "root/main.tf" in seen
    below = {path.relative_to(here).as_posix() for path in seen if path.is_relative_to(here)}
    assert below <= {"root", "root/main.tf", "root/secret.json", "modules/m", "modules/m/main.tf", "assay.yaml", ".", "root/.terraform/modules/modules.json", "modules/m/.terraform/modules/modules.json"}  # fmt: skip
    assert Path("/etc/passwd") not in seen


# ------------------------------------------------------------------------------------ secrets


def secretive(name: str = "secret") -> str:
    return variable(name, f'"{SECRET}"', "sensitive = true")


HIDING = {
    "a literal": instance("a", f'"{SECRET}"'),
    "a variable": secretive() + instance("a", "var.secret"),
    "part of a text": secretive() + instance("a", '"ami-${var.secret}"'),
    "an object": variable("o", f'{{ password = "{SECRET}", ami = "{ONE}" }}') + instance("a", "var.o.ami"),
    "a name of a template": secretive() + by_template("a", "name = var.secret"),
    "an alias": secretive() + instance("a", '"resolve:ssm:/${var.secret}"'),
    "user data": instance("a", f'"{ONE}"', f'user_data = "password={SECRET}"'),
    "a provider": f'provider "aws" {{\n  region = "us-east-1"\n  secret_key = "{SECRET}"\n}}\n' + instance("a", f'"{ONE}"'),
    "a Region": f'provider "aws" {{\n  region = "{SECRET}"\n}}\n' + instance("a", f'"{ONE}"'),
    "a role": f'provider "aws" {{\n  assume_role {{\n    role_arn = "arn:aws:iam::{SECRET}"\n  }}\n}}\n' + instance("a", f'"{ONE}"'),
    "tags": instance("a", f'"{ONE}"', f'tags = {{ Token = "{SECRET}" }}'),
    "a broken file": f'variable "password" {{\n  default = "{SECRET}" "{SECRET}"\n}}\n',
    "a broken text": f'variable "password" {{\n  default = "{SECRET}\n}}\n',
    "a search": f'data "aws_ami" "x" {{\n  owners = ["self"]\n  filter {{\n    name = "name"\n    values = ["{SECRET}"]\n  }}\n}}\n' + instance("a", "data.aws_ami.x.id"),
    "an argument of a module": secretive() + call("m", "x/y/aws", "password = var.secret", f'image = "{ONE}"'),
    "a comment": f"# password: {SECRET}\n" + instance("a", f'"{ONE}"'),
}  # fmt: skip


@pytest.mark.parametrize("code", HIDING.values(), ids=HIDING)
@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_never_printed(read: Read, code: str, form: str) -> None:
    read(code)
    assert_hidden(form)


def assert_hidden(form: str = "json") -> None:
    Path("assay.yaml").write_text(POLICY)
    done = run_here("check", ".", "--offline", "--format", form)
    assert done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_secrets_of_values_and_of_the_environment_are_never_printed(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_token", SECRET)
    monkeypatch.setenv("TF_VAR_list", f'["{SECRET}"')
    read(
        {
            "main.tf": variable("token") + variable("list", None, "type = list(string)")
            + variable("broken") + instance("a", "var.token") + instance("b", "var.list[0]"),
            "terraform.tfvars": f'broken = "{SECRET}" oops',
        }
    )  # fmt: skip
    assert_hidden()
    assert_hidden("text")


def test_a_sensitive_image_is_judged_and_not_shown(read: Read) -> None:
    source = read(variable("image", f'"{ONE}"', "sensitive = true") + instance("a", "var.image"))
    assert (one(source).value, one(source).sensitive) == (AmiId(ONE), True)
    assert ONE not in check(".").stdout


def test_the_comment_that_ignores_a_rule_holds_where_the_code_is_read(read: Read) -> None:
    code = f'resource "aws_instance" "a" {{\n  # assay:ignore[unmarked] reason="lab"\n  ami = "{ONE}"\n}}\n'
    [ignore] = one(read(code)).exceptions
    assert (ignore.rules, ignore.line) == (("unmarked",), 2)


def test_unplaced_is_said_where_no_provider_says_a_region(read: Read) -> None:
    assert isinstance(one(read(instance("a", f'"{ONE}"'))).place, Unplaced)
    assert regions(read(instance("a", f'"{ONE}"'), region="eu-west-1")) == {
        "aws_instance.a": "eu-west-1"
    }


# ----------------------------------------------------------------------------- odd, and Terraform's


@pytest.mark.parametrize("number", ["1e7", "1E+3", "2e-2"])
def test_a_number_may_have_an_exponent(read: Read, number: str) -> None:
    source = read(f"locals {{\n  a = {number}\n}}\n" + instance("a", f'"{ONE}"'))
    assert not source.errors
    assert told(source) == {"aws_instance.a ami": ONE}


@pytest.mark.parametrize("splat", ["[ *]", "[\n*]", "[* ]"])
def test_a_splat_may_have_spaces(read: Read, splat: str) -> None:
    code = f'locals {{\n  a = [{{ id = "{ONE}" }}]\n}}\n' + instance("a", f"one(local.a{splat}.id)")
    assert told(read(code)) == {"aws_instance.a ami": ONE}


def test_a_splat_with_a_comment_in_it_is_no_broken_code(read: Read) -> None:
    code = f'locals {{\n  a = [{{ id = "{ONE}" }}]\n}}\n'
    source = read(code + instance("a", "one(local.a[ /* all */ *].id)"))
    assert not source.errors
    assert told(source) == {"aws_instance.a ami": "unknown"}


def test_json_code_may_be_a_list(read: Read) -> None:
    block = f'{{"resource": {{"aws_instance": {{"a": {{"ami": "{ONE}"}}}}}}}}'
    assert told(read({"main.tf.json": f"[{block}]"})) == {"aws_instance.a ami": ONE}


def test_automatic_values_stand_in_files_whose_name_ends_so(read: Read) -> None:
    files = {
        "main.tf": variable("image", f'"{ONE}"') + instance("a", "var.image"),
        "old.auto.tfvars.tfvars": f'image = "{TWO}"\n',
    }
    assert told(read(files)) == {"aws_instance.a ami": ONE}


def test_a_file_may_have_a_name_that_begins_with_a_hash(read: Read) -> None:
    assert told(read({"#a.tf": instance("a", f'"{ONE}"')})) == {"aws_instance.a ami": ONE}


def test_an_override_file_may_have_dots_in_its_name(read: Read) -> None:
    files = {
        "main.tf": instance("a", f'"{ONE}"'),
        "v1.2_override.tf": instance("a", "null", 'instance_type = "t3.micro"').replace("  ami = null\n", ""),
    }  # fmt: skip
    assert told(read(files)) == {"aws_instance.a ami": ONE}


DYNAMIC = """
resource "aws_instance" "a" {{
  dynamic "{0}" {{
    for_each = ["{1}"]
    content {{
      name = {0}.value
    }}
  }}
}}
"""


@pytest.mark.parametrize(
    ("base", "by", "found"),
    [
        (DYNAMIC.format("launch_template", "base"), by_template("a", 'name = "by"'), "by"),
        (by_template("a", 'name = "base"'), DYNAMIC.format("launch_template", "by"), "by"),
        (DYNAMIC.format("launch_template", "base"), DYNAMIC.format("metadata_options", "x"), "base"),
    ],
)  # fmt: skip
def test_an_override_replaces_the_blocks_of_one_type(
    read: Read, base: str, by: str, found: str
) -> None:
    files = {
        "main.tf": base.replace('"base"', '"base-1"'),
        "override.tf": by.replace('"by"', '"by-1"'),
    }
    words = list(told(read(files)).values())
    assert words == [f"{found}-1:$Default"]


def provider(region: str, alias: str = "", *more: str) -> str:
    lines = [f'alias = "{alias}"'] if alias else []
    inside = "".join(f"  {line}\n" for line in (*lines, f'region = "{region}"', *more))
    return f'provider "aws" {{\n{inside}}}\n'


@pytest.mark.parametrize("alias", ["", "west"])
def test_an_override_reaches_a_provider(read: Read, alias: str) -> None:
    of = [f"provider = aws.{alias}"] if alias else []
    files = {
        "main.tf": provider("us-east-1", alias) + instance("a", f'"{ONE}"', *of),
        "override.tf": provider("eu-west-1", alias),
    }
    assert regions(read(files)) == {"aws_instance.a": "eu-west-1"}


def test_a_provider_may_be_named_among_comments(read: Read) -> None:
    code = provider("us-west-2", "west") + instance(
        "a", f'"{ONE}"', "provider = aws /* x */ . west"
    )
    assert regions(read(code, region="us-east-1")) == {"aws_instance.a": "us-west-2"}


@pytest.mark.parametrize(
    "passed",
    ["/* aws = aws.east */ aws = aws.west", "aws /* x */ = aws.west", "aws = aws.west // aws.east"],
)
def test_providers_may_be_passed_among_comments(read: Read, passed: str) -> None:
    files = {
        "main.tf": provider("us-west-2", "west") + provider("us-east-2", "east")
        + call("m", None, "providers = {", f"  {passed}", "}"),
        "m/main.tf": instance("a", f'"{ONE}"'),
    }  # fmt: skip
    assert regions(read(files, region="us-east-1")) == {"module.m.aws_instance.a": "us-west-2"}


@pytest.mark.parametrize("alias", ["", "src"])
def test_an_empty_provider_block_stands_for_what_is_passed(read: Read, alias: str) -> None:
    name = f"aws.{alias}" if alias else "aws"
    block = 'provider "aws" {\n' + (f'  alias = "{alias}"\n' if alias else "") + "}\n"
    files = {
        "main.tf": provider("us-west-2", "west") + call("m", None, f"providers = {{ {name} = aws.west }}"),
        "m/main.tf": block + instance("a", f'"{ONE}"', f"provider = {name}"),
    }  # fmt: skip
    assert regions(read(files, region="us-east-1")) == {"module.m.aws_instance.a": "us-west-2"}


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("\\u0001", "\\u0001"),
        ("\\u2028", "\\u2028"),
        ("\\u00a0", "\\u00a0"),
        ("\\u200b", "\\u200b"),
    ],
)
def test_keys_are_written_as_terraform_writes_them(read: Read, key: str, written: str) -> None:
    code = instance("a", f'"{ONE}"', f'for_each = toset(["{key}"])')
    assert one(read(code)).address == f'aws_instance.a["{written}"]'


def test_an_image_in_for_each_is_no_reference(read: Read) -> None:
    code = instance("a", "each.value", f'for_each = {{ x = "{ONE}", y = "{TWO}" }}')
    assert told(read(code)) == {'aws_instance.a["x"] ami': ONE, 'aws_instance.a["y"] ami': TWO}


@pytest.mark.parametrize(
    "code",
    [
        'resource "aws_vpc" "a" {\n  cidr_block = var.image\n}\n',
        'resource "acme_machine" "a" {\n  image = "${var.image}"\n}\n',
        'resource "acme_machine" "a" {\n  machine {\n    image = var.image\n  }\n}\n',
        'resource "acme_machine" "a" {\n  config = jsonencode({ image = var.image })\n}\n',
        'resource "aws_cloudformation_stack" "a" {\n  name = "a"\n  parameters = { Image = var.image }\n}\n',
        instance("b", f'"{TWO}"') + 'resource "aws_instance" "a" {\n  ami = "ami-00000003"\n  unheard_of = var.image\n}\n',
    ],
)  # fmt: skip
def test_an_image_where_nobody_expects_it_is_told_of(read: Read, code: str) -> None:
    words = told(read(variable("image", f'"{ONE}"') + code))
    assert ONE in words.values()


@pytest.mark.parametrize("between", ["/* x */", "/**/ /**/"])
def test_a_comment_may_stand_in_the_head_of_a_block(read: Read, between: str) -> None:
    code = by_template("a", 'name = "web"').replace("resource ", f"resource {between} ")
    assert told(read(code)) == {"aws_instance.a launch_template[0].name": "web:$Default"}


@pytest.mark.parametrize("label", ["aws_\\u0069nstance", "aws\\u005finstance"])
def test_a_label_may_have_escapes(read: Read, label: str) -> None:
    code = by_template("a", 'name = "web"').replace("aws_instance", label)
    assert told(read(code)) == {"aws_instance.a launch_template[0].name": "web:$Default"}


@pytest.mark.parametrize(
    "expression",
    [
        f'try(aws_instance.none[0].ami, "{ONE}")',
        f'coalesce(one(aws_instance.none[*].ami), "{ONE}")',
        f'join("", aws_instance.none.*.ami, ["{ONE}"])',
        f'length(aws_instance.none) == 0 ? "{ONE}" : "{TWO}"',
        f'try(module.none[0].id, "{ONE}")',
        f'lookup({{ for k, v in aws_instance.nothing : k => v.ami }}, "k", "{ONE}")',
    ],
)
def test_a_block_with_no_instances_is_empty(read: Read, expression: str) -> None:
    none = instance("none", f'"{TWO}"', "count = 0") + instance(
        "nothing", f'"{TWO}"', "for_each = {}"
    )
    files = {
        "main.tf": none + call("none", None, "count = 0") + instance("a", expression),
        "none/main.tf": f'output "id" {{\n  value = "{TWO}"\n}}\n',
    }
    assert told(read(files)) == {"aws_instance.a ami": ONE}


@pytest.mark.parametrize("meta", ["provider = aws.west", "depends_on = [aws_instance.b]"])
def test_a_lookup_may_have_meta_arguments(read: Read, meta: str) -> None:
    code = provider("us-west-2") + provider("us-west-2", "west")
    code += f'data "aws_ami" "x" {{\n  owners = ["self"]\n  {meta}\n}}\n' + instance(
        "a", "data.aws_ami.x.id"
    )
    reference = one(read(code))
    assert isinstance(reference.value, Planned)


def test_a_copy_of_what_is_looked_up_in_the_region_it_comes_from(read: Read) -> None:
    code = provider("us-east-1") + provider("eu-west-1", "eu") + """
data "aws_ssm_parameter" "x" {
  provider = aws.eu
  name     = "/image"
}
resource "aws_ami_copy" "a" {
  name              = "a"
  source_ami_id     = data.aws_ssm_parameter.x.value
  source_ami_region = "eu-west-1"
}
"""  # fmt: skip
    reference = one(read(code))
    assert in_words(reference.value) == "resolve:ssm:/image"
    assert regions(read(code)) == {"aws_ami_copy.a": "eu-west-1"}


def test_resources_have_the_default_tags_of_their_provider(read: Read) -> None:
    tagged = 'provider "aws" {\n  default_tags {\n    tags = { stage = "prod" }\n  }\n}\n'
    code = tagged + instance("a", f'"{ONE}"', 'tags = { Name = "a" }')
    assert one(read(code, tags=True)).tags == {"stage": "prod", "Name": "a"}


def test_groups_have_no_default_tags(read: Read) -> None:
    """hashicorp/aws, "Resource Tagging": default_tags do not apply to aws_autoscaling_group."""
    code = 'provider "aws" {\n  default_tags {\n    tags = { stage = "prod" }\n  }\n}\n'
    code += """
resource "aws_autoscaling_group" "a" {
  tag {
    key                 = "Name"
    value               = "a"
    propagate_at_launch = true
  }
  launch_template {
    id      = "lt-00000000000000001"
    version = "3"
  }
}
"""
    assert one(read(code, tags=True)).tags == {"Name": "a"}


@pytest.mark.parametrize("more", ["count = 0", "for_each = {}"])
def test_a_root_is_judged_although_another_one_calls_it(read: Read, more: str) -> None:
    read(
        {
            "prod/main.tf": provider("us-east-1") + instance("a", f'"{ONE}"'),
            "other/main.tf": call("p", "../prod", more),
        }
    )
    assert check(".").code == 3
    assert set(check(".").outcomes()) == {"aws_instance.a"}


def test_a_directory_may_be_named_like_code(read: Read) -> None:
    Path("x.tf").mkdir()
    assert not read(instance("a", f'"{ONE}"')).errors


def test_blocks_nested_deeply_are_refused(read: Read) -> None:
    deep = "  a {\n" * 2000 + "}\n" * 2000
    source = read(
        {"a.tf": f'resource "aws_instance" "x" {{\n{deep}}}\n', "b.tf": instance("a", f'"{ONE}"')}
    )
    assert told(source)["aws_instance.a ami"] == ONE


@pytest.mark.parametrize(
    "files",
    [
        {"main.tf": call("a", "./") + call("b", "./.") + instance("x", f'"{ONE}"')},
        {f"m{n}/main.tf": call("a", f"../m{n + 1}") + call("b", f"../m{n + 1}") for n in range(25)}
        | {"main.tf": call("m", "./m0") + instance("x", f'"{ONE}"'), "m25/main.tf": instance("y", f'"{TWO}"')},
    ],
    ids=["itself-twice", "twice-each-time"],
)  # fmt: skip
def test_modules_that_multiply_end(read: Read, files: Files) -> None:
    with in_time(30):
        source = read(files)
    assert told(source)["aws_instance.x ami"] == ONE


def test_instances_that_multiply_end(read: Read) -> None:
    files = {
        "main.tf": call("m", None, "count = 1000") + instance("x", f'"{ONE}"'),
        "m/main.tf": call("n", "../n", "count = 1000"),
        "n/main.tf": instance("y", f'"{TWO}"', "count = 1000"),
    }
    with in_time():
        source = read(files)
    assert told(source)["aws_instance.x ami"] == ONE


LAUGHS = "".join(f"  a{n} = [local.a{n - 1}, local.a{n - 1}]\n" for n in range(1, 41))


@pytest.mark.parametrize(
    "expression",
    [
        "length(flatten(local.a40))",
        "length(jsonencode(local.a40))",
        "local.a40 == local.a39 ? 1 : 2",
        "length(try(local.a40, []))",
        "can(local.a40) ? 1 : 2",
        "length([for a in range(999) : [for b in range(999) : [for c in range(999) : a]]])",
    ],
)  # fmt: skip
def test_an_evaluation_that_multiplies_ends(read: Read, expression: str) -> None:
    code = f'locals {{\n  a0 = ["x"]\n{LAUGHS}  length = {expression}\n}}\n'
    with in_time():
        source = read(code + instance("a", f'local.length == 9 ? "{ONE}" : "{ONE}x"'))
    assert set(told(source)) == {"aws_instance.a ami"}


def test_a_value_that_multiplies_is_no_image(read: Read) -> None:
    with in_time():
        source = read(f'locals {{\n  a0 = ["x"]\n{LAUGHS}}}\n' + instance("a", "local.a40"))
    assert set(told(source)) == {"aws_instance.a ami"}


def test_what_is_no_file_is_not_opened(read: Read) -> None:
    os.mkfifo("a.tf")
    with in_time():
        source = read({"b.tf": instance("a", f'"{ONE}"')})
    assert told(source)["aws_instance.a ami"] == ONE


def test_a_null_of_a_type_keeps_the_type(read: Read) -> None:
    of = "object({ a = string, b = optional(list(string)) })"
    code = variable("o", '{ a = "x" }', f"type = {of}")
    code += instance("a", f'try(tomap(var.o), null) == null ? "{ONE}" : "{TWO}"')
    assert told(read(code))["aws_instance.a ami"] in (ONE, "unknown")


def test_overrides_without_a_template_are_no_references(read: Read) -> None:
    code = f"""
resource "awscc_autoscaling_auto_scaling_group" "mixed" {{
  mixed_instances_policy = {{
    launch_template = {{
      overrides = [{{ instance_type = "m5.large" }}, {{ image_id = "{ONE}" }}]
    }}
  }}
}}
"""
    mixed = "awscc_autoscaling_auto_scaling_group.mixed mixed_instances_policy.launch_template"
    assert told(read(code)) == {f"{mixed}.overrides[1].image_id": ONE}


# what is sensitive and shown


@pytest.mark.parametrize("flag", ["!false", "1 == 1", "(true)"])
def test_sensitive_is_an_expression(read: Read, flag: str) -> None:
    source = read(variable("image", f'"{ONE}"', f"sensitive = {flag}") + instance("a", "var.image"))
    assert one(source).sensitive


def test_what_a_function_makes_sensitive_is_not_shown(read: Read) -> None:
    assert one(read(instance("a", f'sensitive("{ONE}")'))).sensitive


LEAKS = {
    "an instance": secretive() + instance("a", f'"{ONE}"', "for_each = toset([var.secret])"),
    "a module": secretive() + call("m", "x/y/aws", "for_each = toset([var.secret])"),
    "an object of instances": secretive()
    + instance("a", f'"{ONE}"', "for_each = { (var.secret) = 1 }")
    + instance("b", "each.value.ami", "for_each = aws_instance.a"),
}
LEAKING = {
    "a key": secretive() + instance("a", "terraform_data.x[var.secret].output"),
    "a key of a lookup": secretive() + instance("a", "data.aws_ami.x[var.secret].id"),
    "a template that is looked up": secretive()
    + 'data "aws_launch_template" "x" {\n  name = "x-${var.secret}"\n}\n'
    + by_template("a", "id = data.aws_launch_template.x.id", 'version = "$Latest"'),
    "a parameter that is looked up": secretive()
    + 'data "aws_ssm_parameter" "x" {\n  name = "/x/${var.secret}"\n}\n'
    + instance("a", "data.aws_ssm_parameter.x.insecure_value"),
}


@pytest.mark.parametrize("code", LEAKS.values(), ids=LEAKS)
def test_what_is_sensitive_is_hidden_in_addresses(read: Read, code: str) -> None:
    read(provider("us-east-1") + code)
    assert_hidden()


@pytest.mark.parametrize("code", LEAKING.values(), ids=LEAKING)
def test_what_is_sensitive_is_hidden_on_every_way(read: Read, code: str) -> None:
    read(provider("us-east-1") + code)
    assert_hidden()


# ----------------------------------------------------------------------- what somebody may try


def test_a_heredoc_ends_where_terraform_ends_it(read: Read) -> None:
    """HCL takes every space of Unicode for one beside the marker; grammars do not."""
    for space in ("\u00a0", "\u0085", "\u3000"):
        code = f"locals {{\n x = <<EOT\n a\n{space}EOT\n}}\n{instance('a', ONE)}"
        source = read(code + "locals {\n y = <<EOT\n a\nEOT\n}\n")
        assert source.errors
    assert not read("locals {\n x = <<EOT\n a\u00a0b EOT\n EOT\n}\n").errors


def test_the_source_of_a_module_has_escapes(read: Read) -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./real\\u0031"\n}\n'
        'module "n" {\n  source = ("./real1")\n}\n',
        "real1/main.tf": instance("a", f'"{ONE}"'),
        "real\\u0031/main.tf": instance("a", f'"{TWO}"'),
    }
    assert told(read(files)) == {
        "module.m.aws_instance.a ami": ONE,
        "module.n.aws_instance.a ami": ONE,
    }


@pytest.mark.parametrize(
    "own",
    [
        {"prod/terraform.tf": 'terraform {\n  backend "s3" {}\n}\n'},
        {"prod/terraform.tf.json": '{"terraform": {"cloud": {"organization": "x"}}}'},
        {"prod/terraform.tfvars": 'image = "x"\n'},
        {"prod/a.auto.tfvars.json": '{"image": "x"}'},
        {"prod/.terraform.lock.hcl": ""},
    ],
    ids=["backend", "cloud", "values", "automatic values", "lock"],
)
def test_where_somebody_runs_terraform_is_a_root_whoever_calls_it(read: Read, own: Files) -> None:
    read(
        {
            "prod/main.tf": variable("image", f'"{ONE}"') + instance("a", "var.image"),
            "examples/main.tf": call("p", "../prod", f'image = "{TWO}"'),
            **own,
        }
    )
    assert set(check(".").outcomes()) == {"aws_instance.a", "module.p.aws_instance.a"}


def test_an_installed_module_is_the_one_that_the_code_asks_for(read: Read) -> None:
    def manifest(source: str, version: str) -> str:
        entry = {"Key": "m", "Source": source, "Version": version, "Dir": ".terraform/modules/m"}
        return json.dumps({"Modules": [entry]})

    module = 'module "m" {\n  source  = "acme/m/aws"\n  version = "2.0.0"\n}\n'
    files = {"main.tf": module, ".terraform/modules/m/main.tf": instance("a", f'"{ONE}"')}
    where = ".terraform/modules/modules.json"
    right = "registry.terraform.io/acme/m/aws"
    for source, version, fits in (
        (right, "2.0.0", True),
        (right, "1.0.0", False),
        ("registry.terraform.io/evil/m/aws", "2.0.0", False),
        ("registry.terraform.io/xacme/m/aws", "2.0.0", False),
    ):
        found = told(read({**files, where: manifest(source, version)}))
        assert ("module.m.aws_instance.a ami" in found) is fits, (source, version)
        assert ("module.m source" in found) is not fits


def test_an_image_in_a_type_that_nobody_knows_is_found_on_every_way(read: Read) -> None:
    """The argument of a resource type without a row in the table: an id there is reported."""
    files = {
        "main.tf": f"""
locals {{
  x = {{ a = "{ONE}" }}
}}
module "img" {{
  source = "./img"
}}
resource "aws_cloudformation_stack" "a" {{
  for_each   = {{ a = "{ONE}" }}
  parameters = {{ Image = each.value }}
}}
resource "aws_cloudformation_stack" "b" {{
  for_each   = local.x
  parameters = {{ Image = each.value }}
}}
resource "aws_cloudformation_stack" "c" {{
  parameters = {{ Image = module.img.id }}
}}
""",
        "img/main.tf": f'output "id" {{\n  value = "{ONE}"\n}}\n',
    }
    found = {name.partition("[")[0].partition(" ")[0] for name in told(read(files))}
    assert found == {f"aws_cloudformation_stack.{name}" for name in "abc"}


def test_nullable_is_evaluated(read: Read) -> None:
    chosen = f'var.x == null ? "{TWO}" : "{ONE}"'
    for written, expected in (("(true)", TWO), ("true", TWO), ("false", ONE), ("x()", "unknown")):
        files = {
            "main.tf": call("m", None, "x = null"),
            "m/main.tf": f'variable "x" {{\n  nullable = {written}\n  default = "d"\n}}\n'
            + instance("a", chosen),
        }
        assert told(read(files)) == {"module.m.aws_instance.a ami": expected}, written


def test_the_alias_of_a_provider_may_stand_in_brackets(read: Read) -> None:
    west = 'provider "aws" {\n  alias  = ("west")\n  region = "eu-west-1"\n}\n'
    code = west + instance("a", f'"{ONE}"', "provider = aws.west")
    assert regions(read(code, region="us-east-1")) == {"aws_instance.a": "eu-west-1"}


def test_a_provider_that_is_chosen_by_a_key_has_no_known_place(read: Read) -> None:
    """OpenTofu's `for_each` of providers."""
    code = provider("us-east-1") + instance("a", f'"{ONE}"', 'provider = aws.by["eu-west-1"]')
    assert regions(read(code)) == {"aws_instance.a": None}
    files = {
        "main.tf": provider("us-east-1")
        + 'module "m" {\n  source = "./m"\n  providers = { aws = aws.by["eu-west-1"] }\n}\n',
        "m/main.tf": instance("a", f'"{ONE}"'),
    }
    assert regions(read(files)) == {"module.m.aws_instance.a": None}


def test_a_lifecycle_in_an_override_file_keeps_what_it_does_not_say(read: Read) -> None:
    files = {
        "main.tf": instance("a", f'"{ONE}"', "lifecycle {", "ignore_changes = [ami]", "}"),
        "x_override.tf": 'resource "aws_instance" "a" {\n  lifecycle {\n'
        "    prevent_destroy = true\n  }\n}\n",
    }
    assert one(read(files)).changes_ignored


@pytest.mark.parametrize(
    ("written", "ignored"),
    [
        ("[tags, ami/*x*/]", True),
        ("[ami#c\n]", True),
        ("[\n tags, // all of them\n description]", False),
        ("[tags, # ami\n]", False),
        ("all", True),
    ],
)
def test_comments_among_ignored_changes_are_comments(
    read: Read, written: str, ignored: bool
) -> None:
    code = instance("a", f'"{ONE}"', "lifecycle {", f"ignore_changes = {written}", "}")
    assert one(read(code)).changes_ignored is ignored


def test_a_dynamic_block_of_very_many_is_not_nothing(read: Read) -> None:
    many = f'{{ for i in range(1001) : format("k%d", i) => "{ONE}" }}'
    code = f"""
resource "aws_spot_fleet_request" "a" {{
  dynamic "launch_specification" {{
    for_each = {many}
    content {{
      ami = launch_specification.value
    }}
  }}
}}
"""
    assert set(told(read(code)).values()) == {"unknown"}


def test_a_side_that_does_not_matter_may_fail_or_not(read: Read) -> None:
    """Terraform 1.12 leaves it out ("Logical binary operators can now short-circuit"), 1.11 fails."""
    code = "locals {\n  cfg = {}\n}\n"
    code += instance("a", f'can(false && local.cfg.missing) ? "{TWO}" : "{ONE}"')
    code += instance("b", f'try((true || local.cfg.nope) ? "{TWO}" : "", "{ONE}")')
    code += instance("c", f'can(true && local.cfg.missing) ? "{TWO}" : "{ONE}"')
    assert told(read(code)) == {
        "aws_instance.a ami": "unknown",
        "aws_instance.b ami": "unknown",
        "aws_instance.c ami": ONE,
    }


def test_a_sensitive_key_is_not_shown_in_a_path(read: Read) -> None:
    stack = 'resource "aws_cloudformation_stack" "a" {\n  parameters = %s\n}\n'
    for written in (
        f'{{ "${{var.secret}}" = "{ONE}" }}',
        f'{{ for k in [var.secret] : k => "{ONE}" }}',
    ):
        read(provider("us-east-1") + secretive() + stack % written)
        assert_hidden()
        assert_hidden("text")


def test_each_instance_has_a_value_of_its_own(read: Read) -> None:
    copies = f"""
      resource "aws_ami_copy" "c" {{
        for_each          = {{ a = "{ONE}", b = "{TWO}" }}
        name              = each.key
        source_ami_id     = each.value
        source_ami_region = "us-east-1"
      }}
      resource "aws_instance" "i" {{
        for_each      = {{ a = 1, b = 2 }}
        ami           = aws_ami_copy.c[each.key].id
        instance_type = "t3.small"
      }}
    """
    found = {each.address: each.value for each in read(copies).references}
    for key, image in (("a", ONE), ("b", TWO)):
        value = found[f'aws_instance.i["{key}"]']
        assert isinstance(value, Made)
        assert value.source == AmiId(image)
