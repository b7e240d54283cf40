"""A checkout is read together with a plan if it is what was planned; else it is not, and a note says so.

The plans are those of fixtures, made by the real Terraform, and the code is theirs, changed here.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.inputs.plan.document.document import read_documents
from assay.inputs.plan.plan import read_plans
from assay.inputs.terraform.of_plans import CodeOfPlans
from assay.kept import Kept
from assay.model import Kind
from tests.inputs.test_code_fixtures import ROOT

Differs = Callable[[], str | None]
OTHER = re.compile(r"plan\.json: the code in \S+ is not what was planned \((.*)\): only its line")


def laid(fixture: str, folder: Path) -> Path:
    """A copy of a fixture's code and plan."""
    return Path(shutil.copytree(ROOT / "fixtures" / fixture, folder / fixture))


def edit(file: Path, old: str, new: str) -> None:
    """Replaces what stands there once."""
    text = file.read_text()
    assert text.count(old) == 1, text.count(old)
    file.write_text(text.replace(old, new))


def differs(folder: Path) -> str | None:
    """What a note says that the code has in another way; None where it is read with the plan."""
    code = CodeOfPlans.checkout(Kept(None), None, str(folder))
    data = (folder / "plan.json").read_bytes()
    [document] = read_documents("plan.json", data)
    joined = code.join(document)
    [source] = read_plans("plan.json", data, kinds=list(Kind), region=None, joining=code.join)
    notes = code.at_lines(source).notes
    if joined is not None:
        assert notes == ()
        return None
    [note] = notes
    found = OTHER.match(note)
    assert found, note
    return found[1]


# ------------------------------------------------------------------------------ what is not the same

MODULES = "through-modules"
IMAGE, SERVICE = "modules/image/main.tf", "modules/service/main.tf"
MAIN = "main.tf"
OF_BLOCKS: dict[str, tuple[str, str, str, str, str]] = {
    "a block that is gone": (
        "dynamic-blocks",
        MAIN,
        (
            'resource "aws_launch_template" "pass_golden" {\n  name     = "golden"\n'
            "  image_id = var.golden_ami\n}\n"
        ),
        "",
        "aws_launch_template.pass_golden",
    ),
    "a block of another name": (
        "demo",
        MAIN,
        'resource "aws_instance" "worker"',
        'resource "aws_instance" "workers"',
        "aws_instance.worker",
    ),
    "a data source instead of a resource": (
        "conditionals",
        MAIN,
        'resource "terraform_data" "switch"',
        'data "terraform_data" "switch"',
        "data.terraform_data.switch",
    ),
    "another count": (
        MODULES,
        MAIN,
        "count         = 2",
        "count         = 3",
        "aws_instance.pass_counted",
    ),
    "a count that is gone": (
        MODULES,
        MAIN,
        "  count         = 2\n",
        "",
        "aws_instance.pass_counted",
    ),
    "other keys": (
        MODULES,
        MAIN,
        '{ good = "bad", bad = "good" }',
        '{ good = "good", bad = "bad" }',
        "aws_instance.undetermined_key",
    ),
    "other keys of a module": (
        MODULES,
        MAIN,
        "{ good = var.golden_ami, bad = var.home_made_ami }",
        "{ good = var.golden_ami }",
        "module.image",
    ),
    "a call that is gone": (
        MODULES,
        MAIN,
        (
            'module "fail_image" {\n  source     = "./modules/image"\n'
            "  source_ami = var.home_made_ami\n}\n"
        ),
        "",
        "module.fail_image",
    ),
    "a module that is not there": (
        MODULES,
        MAIN,
        '{ good = var.golden_ami, bad = var.home_made_ami }\n  source     = "./modules/image"',
        '{ good = var.golden_ami, bad = var.home_made_ami }\n  source     = "acme/image/aws"',
        "module.image, whose code is missing",
    ),
    "another nested block": (
        "same-plan-templates",
        MAIN,
        '      override {\n        instance_type = "m5.large"\n      }\n',
        "",
        "aws_autoscaling_group.mixed",
    ),
    "another provider": (
        "other-places",
        MAIN,
        '"pass_in_dublin" {\n  provider      = aws.dublin\n',
        '"pass_in_dublin" {\n',
        "aws_instance.pass_in_dublin",
    ),
}
OF_EXPRESSIONS: dict[str, tuple[str, str, str, str, str]] = {
    "another reference": (
        "conditionals",
        MAIN,
        "aws_ami_copy.pass_blue.id : aws_ami_copy.pass_green.id",
        "aws_ami_copy.pass_blue.id : aws_ami_copy.fail_home_made.id",
        "aws_instance.pass_either",
    ),
    "another attribute": (
        "template-versions",
        MAIN,
        "version = aws_launch_template.pass_mended.default_version",
        "version = aws_launch_template.pass_mended.latest_version",
        "aws_eks_node_group.pass_mended",
    ),
    "another key": (
        MODULES,
        MAIN,
        'module.image["bad"].ami_id',
        'module.image["good"].ami_id',
        "aws_instance.fail_written_key",
    ),
    "another number": (
        MODULES,
        MAIN,
        "aws_ami_copy.pass_counted[0].id",
        "aws_ami_copy.pass_counted[1].id",
        "aws_instance.pass_each_value",
    ),
    "another key of a local": (
        "template-versions",
        MAIN,
        'local.versions["mended"]',
        'local.versions["rolled"]',
        "aws_autoscaling_group.undetermined_mended",
    ),
    "a reference where a literal was": (
        "conditionals",
        MAIN,
        '  name              = "home-made"\n',
        "  name              = var.home_made_ami\n",
        "aws_ami_copy.fail_home_made",
    ),
    "a literal where a reference was": (
        "conditionals",
        MAIN,
        "ami           = terraform_data.laundry.output",
        'ami           = "ami-0fedcba9876543210"',
        "aws_instance.pass_laundered",
    ),
    "another literal": (
        "other-places",
        MAIN,
        'source_ami_region = "eu-west-1"',
        'source_ami_region = "us-east-1"',
        "aws_ami_copy.fail_from_dublin",
    ),
    "null instead of a literal": (
        "other-places",
        MAIN,
        'source_ami_region = "eu-west-1"',
        "source_ami_region = null",
        "aws_ami_copy.fail_from_dublin",
    ),
    "a literal that a function makes": (
        "other-places",
        MAIN,
        'source_ami_region = "eu-west-1"',
        'source_ami_region = lower("eu-west-1")',
        "aws_ami_copy.fail_from_dublin",
    ),
    "a literal that no function makes any more": (
        MODULES,
        MAIN,
        'for_each   = toset(["blue", "green"])',
        'for_each   = { blue = "blue", green = "green" }',
        "module.pass_images",
    ),
    "a literal argument more": (
        "template-versions",
        MAIN,
        'fail_home_made" {\n  name                   = "fail-home-made"\n',
        'fail_home_made" {\n  name                   = "fail-home-made"\n  default_version = 1\n',
        "aws_launch_template.fail_home_made",
    ),
    "a literal argument less": (
        "same-plan-templates",
        MAIN,
        'name                   = "fail-spoilt-for-all"\n',
        "\n",
        "aws_launch_template.fail_spoilt_for_all",
    ),
    "a literal in a nested block": (
        "same-plan-templates",
        MAIN,
        '    name    = "fail-new"\n    version = "1"\n',
        '    name    = "fail-new"\n    version = "2"\n',
        "aws_instance.fail_new_by_name",
    ),
    "another default": (
        "conditionals",
        MAIN,
        'variable "blue" {\n  default = true\n}',
        'variable "blue" {\n  default = false\n}',
        "var.blue",
    ),
    "a default that is gone": (
        "conditionals",
        MAIN,
        'variable "blue" {\n  default = true\n}',
        'variable "blue" {}',
        "var.blue",
    ),
    "something else in a default": (
        "open-places",
        MAIN,
        '{ prod = "us-east-1", dr = "eu-west-1" }',
        '{ prod = "us-east-1", dr = "us-east-1" }',
        "var.regions",
    ),
    "a variable more": (
        "conditionals",
        MAIN,
        "locals {",
        'variable "more" {}\n\nlocals {',
        "var.more",
    ),
}
OF_PROVIDERS: dict[str, tuple[str, str, str, str, str]] = {
    "another Region": (
        "other-places",
        MAIN,
        'alias                       = "dublin"\n  region                      = "eu-west-1"',
        'alias                       = "dublin"\n  region                      = "us-east-1"',
        "provider aws.dublin",
    ),
    "no Region": (
        "other-places",
        MAIN,
        '  region                      = "eu-west-1"\n',
        "",
        "provider aws.dublin",
    ),
    "a Region of another variable": (
        "open-places",
        MAIN,
        "region                      = var.landing.region",
        "region                      = var.home",
        "provider aws.object",
    ),
    "a Region of another key": (
        "open-places",
        MAIN,
        'var.regions["dr"]',
        'var.regions["prod"]',
        "provider aws.map",
    ),
    "another account in a role": (
        "open-places",
        MAIN,
        '  region                  = "us-east-1"\n  allowed_account_ids     = ["222222222222"]\n',
        '  region                  = "us-east-1"\n  allowed_account_ids     = ["333333333333"]\n',
        "provider aws.allowed",
    ),
    "a Region where none was": (
        "open-places",
        MAIN,
        'alias                       = "environment"\n',
        'alias                       = "environment"\n  region = "us-east-1"\n',
        "provider aws.environment",
    ),
    "a provider block of another name": (
        "open-places",
        MAIN,
        'alias                       = "text"',
        'alias                       = "words"',
        "provider aws.words",
    ),
    "a provider block in a module": (
        MODULES,
        IMAGE,
        'variable "source_ami" {}',
        'variable "source_ami" {}\n\nprovider "aws" {\n  region = "eu-west-1"\n}',
        "module.fail_image.provider aws",
    ),
}
OF_MODULES: dict[str, tuple[str, str, str, str, str]] = {
    "what is passed": (
        MODULES,
        MAIN,
        "ami    = module.fail_image.ami_id",
        "ami    = module.pass_image.ami_id",
        "module.fail_service",
    ),
    "what is passed besides": (
        MODULES,
        MAIN,
        'module "fail_image" {\n  source     = "./modules/image"\n',
        'module "fail_image" {\n  source     = "./modules/image"\n  more = "x"\n',
        "module.fail_image",
    ),
    "which module": (
        MODULES,
        MAIN,
        '  source = "./modules/service"\n  ami    = module.fail_image.ami_id',
        '  source = "./modules/image"\n  ami    = module.fail_image.ami_id',
        "module.fail_service.aws_ami_copy.this",
    ),
    "a resource in it": (
        MODULES,
        IMAGE,
        "source_ami_id     = var.source_ami",
        'source_ami_id     = "ami-0fedcba9876543210"',
        "module.fail_image.aws_ami_copy.this",
    ),
    "an output of it": (
        MODULES,
        IMAGE,
        "value = aws_ami_copy.this.id",
        "value = aws_ami_copy.this.source_ami_id",
        "module.fail_image.output.ami_id",
    ),
    "a variable of it": (
        MODULES,
        SERVICE,
        'variable "ami" {}',
        'variable "ami" {\n  default = "ami-0fedcba9876543210"\n}',
        "module.fail_service.var.ami",
    ),
    "one output more": (
        MODULES,
        SERVICE,
        'variable "ami" {}',
        'variable "ami" {}\n\noutput "ami" {\n  value = var.ami\n}',
        "module.fail_service.output.ami",
    ),
}


@pytest.mark.parametrize(
    ("fixture", "file", "old", "new", "told"),
    [
        pytest.param(*each, id=f"{name}")
        for group in (OF_BLOCKS, OF_EXPRESSIONS, OF_PROVIDERS, OF_MODULES)
        for name, each in group.items()
    ],
)
def test_other_code_is_not_read_with_the_plan(
    fixture: str, file: str, old: str, new: str, told: str, tmp_path: Path
) -> None:
    folder = laid(fixture, tmp_path)
    assert differs(folder) is None
    edit(folder / file, old, new)
    assert differs(folder) == told


def test_a_module_that_was_not_fetched_is_not_there(tmp_path: Path) -> None:
    folder = laid(MODULES, tmp_path)
    shutil.rmtree(folder / "modules" / "service")
    assert differs(folder) == "module.fail_service.aws_autoscaling_group.this"


def test_a_plan_of_other_code_says_so_each_time(tmp_path: Path) -> None:
    """Of several plans each is held against the code by itself."""
    folder = laid("conditionals", tmp_path)
    other = laid("demo", tmp_path)
    code = CodeOfPlans.checkout(Kept(None), None, str(folder))
    notes: dict[str, tuple[str, ...]] = {}
    for path in (folder / "plan.json", other / "plan.json"):
        data = path.read_bytes()
        [source] = read_plans(str(path), data, kinds=list(Kind), region=None, joining=code.join)
        notes[path.parent.name] = code.at_lines(source).notes
    assert notes["conditionals"] == ()
    [note] = notes["demo"]
    assert note.startswith(str(other / "plan.json"))


def test_plans_that_name_no_attributes_prove_no_code(tmp_path: Path) -> None:
    """Terraform before 1.0 has `aws_ami_copy.x` for `aws_ami_copy.x.id`."""
    folder = laid("demo", tmp_path)
    edit(folder / "plan.json", '"format_version":"1.2"', '"format_version":"0.1"')
    code = CodeOfPlans.checkout(Kept(None), None, str(folder))
    data = (folder / "plan.json").read_bytes()
    [source] = read_plans("plan.json", data, kinds=list(Kind), region=None, joining=code.join)
    [note] = code.at_lines(source).notes
    assert "cannot be compared with the plan (Terraform before 1.0 names no attributes" in note
    assert note.endswith("only its line numbers are used")


# ------------------------------------------------------------------------ the same, written otherwise

BLOCK = re.compile(r'(?ms)^[a-z]+(?: "[^"]+")* \{(?:\}|.*?^\})$')


def blocks(text: str) -> list[str]:
    """The top-level blocks of a file, as `terraform fmt` writes them."""
    found = BLOCK.findall(text)
    left = [line for line in BLOCK.sub("", text).split("\n") if line.strip()]
    assert all(line.startswith("#") for line in left), left
    return found


def reformatted(folder: Path) -> None:
    for file in folder.rglob("*.tf"):
        lines = [
            f"\t {re.sub(' +', '  ', line.strip())}  " for line in file.read_text().split("\n")
        ]
        file.write_text("\r\n".join(lines))


def commented(folder: Path) -> None:
    for file in folder.rglob("*.tf"):
        lines = [
            line if line.startswith("#") or not line.strip() else f"/* here */ {line} # there"
            for line in file.read_text().split("\n")
        ]
        file.write_text("// before\n" + "\n\n".join(lines))


def reversed_blocks(folder: Path) -> None:
    for file in folder.rglob("*.tf"):
        file.write_text("\n".join(reversed(blocks(file.read_text()))))


def in_many_files(folder: Path) -> None:
    for file in list(folder.rglob("*.tf")):
        for number, block in enumerate(blocks(file.read_text())):
            (file.parent / f"part-{number}.tf").write_text(block + "\n")
        file.unlink()


def renamed(folder: Path) -> None:
    for file in list(folder.rglob("*.tf")):
        file.rename(file.with_name("infrastructure.tf"))
    (folder / "terraform.tfvars").write_text('golden_ami = "ami-0fedcba9876543210"\n')


def in_quotes(folder: Path) -> None:
    """`"${var.x}"` is `var.x`."""
    for file in folder.rglob("*.tf"):
        text = re.sub(
            r"= ((?:var|aws_ami_copy)\.[\w.]+)$", r'= "${\1}"', file.read_text(), flags=re.MULTILINE
        )
        assert "${" in text or "modules" in str(file)
        file.write_text(text)


@pytest.mark.parametrize(
    "rewrite", [reformatted, commented, reversed_blocks, in_many_files, renamed, in_quotes]
)
@pytest.mark.parametrize("fixture", [MODULES, "same-plan-templates", "open-places"])
def test_the_same_code_in_other_spelling_is_read_with_the_plan(
    rewrite: Callable[[Path], None], fixture: str, tmp_path: Path
) -> None:
    folder = laid(fixture, tmp_path)
    rewrite(folder)
    assert differs(folder) is None


def test_a_file_that_overrides_makes_it_the_same_again(tmp_path: Path) -> None:
    folder = laid("demo", tmp_path)
    edit(folder / MAIN, "ami           = var.legacy_ami", "ami           = var.web_ami")
    assert differs(folder) == "aws_instance.legacy"
    override = 'resource "aws_instance" "legacy" {\n  ami = var.legacy_ami\n}\n'
    (folder / "main_override.tf").write_text(override)
    assert differs(folder) is None


def test_an_attribute_may_be_written_as_a_key(tmp_path: Path) -> None:
    folder = laid("conditionals", tmp_path)
    edit(folder / MAIN, "terraform_data.laundry.output", 'terraform_data.laundry["output"]')
    assert differs(folder) is None


def test_a_module_may_have_been_fetched(tmp_path: Path) -> None:
    folder = laid(MODULES, tmp_path)
    text = (folder / MAIN).read_text().replace('"./modules/image"', '"acme/image/aws"')
    (folder / MAIN).write_text(text)
    assert differs(folder) == "module.fail_image, whose code is missing"
    fetched = folder / ".terraform" / "modules"
    shutil.copytree(folder / "modules" / "image", fetched / "image")
    calls = ("pass_image", "fail_image", "pass_images", "image")
    where = {"Source": "registry.terraform.io/acme/image/aws", "Version": "1.0.0"}
    modules = [{"Key": "", "Source": "", "Dir": "."}]
    modules += [{"Key": name, **where, "Dir": ".terraform/modules/image"} for name in calls]
    (fetched / "modules.json").write_text(json.dumps({"Modules": modules}))
    assert differs(folder) is None
    edit(fetched / "image" / MAIN, "aws_ami_copy.this.id", "var.source_ami")
    assert differs(folder) == "module.fail_image.output.ami_id"


# --------------------------------------------------------------------------------------- JSON syntax


def copy_of_golden(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "source_ami_id": "${var.golden_ami}",
        "source_ami_region": "us-east-1",
    }


def in_json() -> dict[str, Any]:
    """The code of the fixture `locals`."""
    checks = ("credentials_validation", "requesting_account_id", "metadata_api_check")
    provider = {"region": "us-east-1", **{f"skip_{each}": True for each in checks}}
    green = "${aws_ami_copy.pass_green.id}"
    return {
        "//": "locals",
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "provider": {"aws": provider},
        "variable": {"golden_ami": {}},
        "locals": {
            "blue": "${aws_ami_copy.pass_blue.id}",
            "colour": {"blue": "${local.blue}", "green": green},
        },
        "resource": {
            "aws_ami_copy": {
                "pass_blue": copy_of_golden("blue"),
                "pass_green": copy_of_golden("green"),
            },
            "aws_instance": {
                "pass_local": {"ami": "${local.blue}", "instance_type": "t3.small"},
                "pass_local_map": {
                    "for_each": '${toset(["blue", "green"])}',
                    "ami": "${local.colour[each.key]}",
                    "instance_type": "t3.small",
                },
            },
        },
    }


def as_json(folder: Path, code: dict[str, Any]) -> str | None:
    (folder / MAIN).unlink(missing_ok=True)
    (folder / "main.tf.json").write_text(json.dumps(code))
    return differs(folder)


def test_json_is_read_with_the_plan(tmp_path: Path) -> None:
    folder = laid("locals", tmp_path)
    code = in_json()
    assert as_json(folder, code) is None
    code["resource"]["aws_ami_copy"]["pass_green"]["source_ami_region"] = "eu-west-1"
    assert as_json(folder, code) == "aws_ami_copy.pass_green"


def test_blocks_in_json_are_held_against_the_plan(tmp_path: Path) -> None:
    """Terraform takes an object for a block, in a list or alone."""
    code = in_json()
    del code["locals"], code["resource"]
    role = {"role_arn": "${var.role}", "session_name": "x"}
    code["variable"] = {"role": {}}
    code["provider"]["aws"] = {"region": "us-east-1", "assume_role": role}
    expressions: dict[str, Any] = {
        "region": {"constant_value": "us-east-1"},
        "assume_role": [
            {"role_arn": {"references": ["var.role"]}, "session_name": {"constant_value": "x"}}
        ],
    }
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": {}},
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": expressions}},
            "root_module": {"variables": {"role": {}}},
        },
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    assert as_json(tmp_path, code) is None
    code["provider"]["aws"]["assume_role"] = [role]
    assert as_json(tmp_path, code) is None
    for other in (
        [role, role],
        {**role, "session_name": "y"},
        {**role, "role_arn": "${var.role}x"},
        {**role, "external_id": "x"},
        {"role_arn": "${var.role}"},
        "${var.role}",
    ):
        code["provider"]["aws"]["assume_role"] = other
        if other != {
            **role,
            "role_arn": "${var.role}x",
        }:  # it reads the same, and no plan says more
            assert as_json(tmp_path, code) == "provider aws", other
        else:
            assert as_json(tmp_path, code) is None
