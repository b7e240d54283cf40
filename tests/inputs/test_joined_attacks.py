"""Code and plans that say one thing and come to another: what is told is what an apply will use.

The plans are as the real Terraform makes them of this code, cut to what matters.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from assay.inputs.plan.plan import read_plans
from assay.inputs.saved.code import PlannedCode
from assay.inputs.terraform.of_plans import CodeOfPlans
from assay.kept import Kept
from assay.model import (
    AmiId,
    AmiReference,
    AnyOf,
    Kind,
    Made,
    Place,
    Planned,
    TemplateRef,
    Unknown,
    Unplaced,
    Unusable,
)
from tests.plans import configured, dump, instance, plan, resource

GOLDEN, OTHER = "ami-0123456789abcdef0", "ami-0eeeeeeeeeeeeeeee"
COPIES = f"""
resource "aws_ami_copy" "golden" {{
  name              = "golden"
  source_ami_id     = "{GOLDEN}"
  source_ami_region = "us-east-1"
}}

resource "aws_ami_copy" "other" {{
  name              = "other"
  source_ami_id     = "{OTHER}"
  source_ami_region = "us-east-1"
}}
"""


def copies() -> list[dict[str, Any]]:
    return [
        resource(
            f"aws_ami_copy.{name}",
            {"name": name, "source_ami_id": source, "source_ami_region": "us-east-1"},
            unknown={"id": True},
        )
        for name, source in (("golden", GOLDEN), ("other", OTHER))
    ]


def read(code: str, document: dict[str, Any]) -> dict[str, AmiReference]:
    """The references of a plan that carries this code, by address and attribute."""
    provider = "" if 'provider "aws"' in code else 'provider "aws" {\n  region = "us-east-1"\n}\n'
    files = {".": {"main.tf": (provider + COPIES + code).encode()}}
    joining = CodeOfPlans.carried(Kept(None), PlannedCode({(): "."}, files), ".").join
    [source] = read_plans(
        "tfplan", dump(document), kinds=list(Kind), region="us-east-1", joining=joining
    )
    return {f"{each.address}.{each.attribute}": each for each in source.references}


def images(value: object) -> set[str]:
    """The images that a value comes from; nothing where it is not known."""
    match value:
        case AmiId(id):
            return {id}
        case Made(source=inner) | Planned(value=inner):
            return images(inner)
        case AnyOf(values):
            return set().union(*map(images, values))
    assert isinstance(value, Unknown), value
    return set()


def launched(expression: str, *changes: dict[str, Any], code: str = "") -> set[str]:
    """The images of an instance with this expression as its image."""
    block = f'\nresource "aws_instance" "a" {{\n  ami = {expression}\n}}\n'
    one = instance("aws_instance.a", None, unknown={"ami": True})
    found = read(code + block, plan(*copies(), *changes, one))
    return images(found["aws_instance.a.ami"].value)


# --------------------------------------------------------------------------------- blocks of a set


def fleet(*specifications: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    """A Spot Fleet request with these values and masks of its blocks, in the order of a plan."""
    values, masks = zip(*specifications, strict=True)
    return resource(
        "aws_spot_fleet_request.f",
        {"launch_specification": list(values)},
        unknown={"launch_specification": list(masks)},
    )


def of_fleet(code: str, *specifications: tuple[dict[str, Any], dict[str, Any]]) -> list[set[str]]:
    block = f'\nresource "aws_spot_fleet_request" "f" {{\n{code}\n}}\n'
    found = read(block, plan(*copies(), fleet(*specifications)))
    at = "aws_spot_fleet_request.f.launch_specification[{}].ami"
    return [images(found[at.format(number)].value) for number in range(len(specifications))]


DIGEST = "79d6fa3ba1f2cb5b6a6c4f4e8fbd6f3b1d5f2d86"
TWINS = """
launch_specification {
  instance_type = "m5.large"
  ami           = aws_ami_copy.golden.id
}

launch_specification {
  instance_type = "%s"
  ami           = aws_ami_copy.other.id
  user_data     = "echo"
}
"""


def test_a_block_that_a_provider_has_changed_is_not_lost_beside_another() -> None:
    """hashicorp/aws plans a digest of `user_data`, so that the second block agrees with neither."""
    plain = {"instance_type": "m5.large", "user_data": None}
    digested = {"instance_type": "m5.large", "user_data": DIGEST}
    unknown = {"ami": True}
    found = of_fleet(TWINS % "m5.large", (plain, unknown), (digested, unknown))
    assert found == [{GOLDEN, OTHER}, {GOLDEN, OTHER}]


def test_blocks_that_can_be_told_apart_are() -> None:
    both = TWINS.replace("user_data     = ", "key_name      = ") % "m5.xlarge"
    one = {"instance_type": "m5.large", "key_name": None}
    other = {"instance_type": "m5.xlarge", "key_name": "echo"}
    unknown = {"ami": True}
    assert of_fleet(both, (other, unknown), (one, unknown)) == [{OTHER}, {GOLDEN}]


def test_a_block_whose_image_is_known_is_no_other_one() -> None:
    code = TWINS.replace("aws_ami_copy.other.id", f'"{OTHER}"') % "m5.large"
    plain = {"instance_type": "m5.large", "user_data": None}
    digested = {"instance_type": "m5.large", "user_data": DIGEST, "ami": OTHER}
    assert of_fleet(code, (plain, {"ami": True}), (digested, {})) == [{GOLDEN}, {OTHER}]


# --------------------------------------------------------------------------- what a build hands out

BUILD = """
resource "aws_imagebuilder_image_recipe" "r" {
  parent_image = "ami-0123456789abcdef0"
}

resource "aws_imagebuilder_image" "b" {
  image_recipe_arn = aws_imagebuilder_image_recipe.r.arn
}

locals {
  outputs = aws_imagebuilder_image.b.output_resources
  images  = tolist(local.outputs)[0].amis
}
"""


def built(expression: str) -> set[str]:
    recipe = resource(
        "aws_imagebuilder_image_recipe.r", {"parent_image": GOLDEN}, unknown={"arn": True}
    )
    unknown = {"arn": True, "image_recipe_arn": True, "output_resources": True}
    image = resource("aws_imagebuilder_image.b", {}, unknown=unknown)
    return launched(expression, recipe, image, code=BUILD)


@pytest.mark.parametrize(
    "expression",
    [
        "tolist(local.images)[0].image",
        'one([for each in local.images : each.image if each.region == "us-east-1"])',
        '{for each in local.images : each.region => each.image}["us-east-1"]',
        "flatten(local.outputs[*].amis[*].image)[0]",
    ],
)
def test_the_image_of_a_build_is_one_of_its_images(expression: str) -> None:
    assert built(expression) == {GOLDEN}


@pytest.mark.parametrize(
    "expression",
    [
        "tolist(local.images)[0].description",
        "tolist(local.images)[0].name",
        'one([for each in local.images : each.description if each.region == "us-east-1"])',
        '{for each in local.images : "image" => each.description}["image"]',
        'tolist({for each in local.outputs : "image" => each.amis}["image"])[0].description',
        'tolist({for each in local.outputs : "amis" => each.containers}["amis"])[0].image',
        "tolist(tolist(local.outputs)[0].containers)[0].region",
    ],
)
def test_what_somebody_says_of_an_image_is_no_image(expression: str) -> None:
    """The description is any text: also the id of another image."""
    assert built(expression) == set()


# ----------------------------------------------------------------------------- functions around ids


@pytest.mark.parametrize(
    "expression",
    [
        'regex("ami-[0-9]+", aws_ami_copy.golden.id)',
        'regex("^ami-[a-f]+", aws_ami_copy.golden.id)',
        f'try(regex("ami-[A-F0-9]+$", aws_ami_copy.golden.id), "{OTHER}")',
        'replace(aws_ami_copy.golden.id, "/\\\\s*/", "0")',
        'replace(aws_ami_copy.golden.id, "/\\\\s?/", "0")',
    ],
)
def test_a_part_of_an_id_is_another_id(expression: str) -> None:
    assert launched(expression) == set()


@pytest.mark.parametrize(
    "expression",
    [
        'regex("ami-[0-9a-f]+", aws_ami_copy.golden.id)',
        'regex("^ami-[a-z0-9]+$", aws_ami_copy.golden.id)',
        'regex("ami-\\\\w+", aws_ami_copy.golden.id)',
        'replace(aws_ami_copy.golden.id, "/\\\\s*/", "")',
    ],
)
def test_all_of_an_id_is_that_id(expression: str) -> None:
    assert launched(expression) == {GOLDEN}


# ------------------------------------------------------------------------ what is there, maybe null

TEMPLATE = """
resource "aws_launch_template" "t" {
  count    = 1
  image_id = aws_ami_copy.golden.id
}
"""


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("try(aws_launch_template.t[0].image_id, aws_ami_copy.other.id)", {GOLDEN}),
        ("try(aws_launch_template.t[1].image_id, aws_ami_copy.other.id)", {OTHER}),
        ("can(aws_launch_template.t[0].image_id) ? aws_ami_copy.golden.id : null", {GOLDEN}),
        # An attribute may turn out to be null, or another text
        ("coalesce(aws_launch_template.t[0].kernel_id, aws_ami_copy.other.id)", set()),
        ('try("${aws_launch_template.t[0].kernel_id}-x", aws_ami_copy.other.id)', set()),
        ("try(tonumber(aws_launch_template.t[0].kernel_id), aws_ami_copy.other.id)", set()),
        ("try(aws_launch_template.t[0].placement[0].id, aws_ami_copy.other.id)", set()),
        ("try(aws_launch_template.t[0].kernel_id[*], [])[0]", set()),
        (
            "aws_launch_template.t[0].kernel_id == null ? aws_ami_copy.golden.id : aws_ami_copy.other.id",
            {GOLDEN, OTHER},
        ),
    ],
)
def test_asking_for_an_attribute_of_what_is_there_does_not_fail(
    expression: str, found: set[str]
) -> None:
    unknown = {"id": True, "image_id": True, "kernel_id": True, "placement": True}
    template = {**resource("aws_launch_template.t[0]", {}, unknown=unknown), "index": 0}
    assert launched(expression, template, code=TEMPLATE) == found


# ---------------------------------------------------------------------------------- provider blocks

LATER = 'resource "terraform_data" "later" {\n  input = "x"\n}\n'
ROLE = "arn:aws:iam::333333333333:role/x"


def place(provider: str) -> Place | Unplaced:
    code = (
        f'{LATER}\nprovider "aws" {{\n  region = "us-east-2"\n{provider}\n}}\n'
        f'\nresource "aws_instance" "a" {{\n  ami = "{GOLDEN}"\n}}\n'
    )
    later = resource("terraform_data.later", {"input": "x"}, unknown={"output": True})
    document = plan(later, *copies(), instance("aws_instance.a", GOLDEN), region="us-east-2")
    return read(code, document)["aws_instance.a.ami"].place


def dynamic(block: str, each: str, content: str) -> str:
    return f'dynamic "{block}" {{\n  for_each = {each}\n  content {{\n    {content}\n  }}\n}}'


@pytest.mark.parametrize("block", ["assume_role", "assume_role_with_web_identity"])
def test_a_role_that_may_not_be_there_is_nobodys(block: str) -> None:
    role = f'role_arn = "{ROLE}"'
    sure = place(dynamic(block, "[1]", role))
    assert isinstance(sure, Place)
    assert sure.account == "333333333333"
    none = place(dynamic(block, "[]", role))
    assert isinstance(none, Place)
    assert none.account is None
    later = place(dynamic(block, 'terraform_data.later.output == "x" ? [1] : []', role))
    assert isinstance(later, Unplaced)
    assert later.region_told
    assert not later.account_told
    assert "333333333333" not in json.dumps([each.account for each in later.candidates])


def test_the_last_of_several_roles_is_the_one_that_acts() -> None:
    later = dynamic(
        "assume_role", 'terraform_data.later.output == "x" ? [1] : []', f'role_arn = "{ROLE}"'
    )
    last = 'assume_role {\n  role_arn = "arn:aws:iam::444444444444:role/y"\n}'
    found = place(f"{later}\n{last}")
    assert isinstance(found, Place)
    assert found.account == "444444444444"
    assert isinstance(place(f"{last}\n{later}"), Unplaced)


# --------------------------------------------------------------------------------- what comes to null

EC2 = """
variable "ami" {
  type    = string
  default = null
}

variable "version_of" {
  type    = string
  default = null
}

data "aws_ssm_parameter" "this" {
  count = 0
  name  = "/x"
}

locals {
  ami = try(coalesce(var.ami, try(nonsensitive(data.aws_ssm_parameter.this[0].value), null)), null)
}

resource "aws_launch_template" "t" {
  name     = "t"
  image_id = aws_ami_copy.golden.id
}

resource "aws_instance" "a" {
  ami = %s

  dynamic "launch_template" {
    for_each = [aws_launch_template.t]
    content {
      id      = launch_template.value.id
      version = var.version_of
    }
  }
}
"""


def of_template(ami: str, *actions: str) -> dict[str, AmiReference]:
    unknown = {"id": True, "image_id": True, "latest_version": True}
    template = resource(
        "aws_launch_template.t",
        {"name": "t", "default_version": 4} | ({"id": "lt-0123456789abcdef0"} if actions else {}),
        unknown=unknown if not actions else {"image_id": True, "latest_version": True},
        actions=actions or ("create",),
    )
    one = resource(
        "aws_instance.a",
        {"launch_template": [{}]},
        unknown={
            "ami": True,
            "launch_template": [{"id": not actions, "name": True, "version": True}],
        },
    )
    if actions:
        one["change"]["after"]["launch_template"] = [{"id": "lt-0123456789abcdef0"}]
    block = configured("aws_instance", "a", {"ami": {"references": ["local.ami"]}})
    document = plan(
        *copies(),
        template,
        one,
        configuration=[block, configured("aws_launch_template", "t")],
        variables={"ami": {"value": None}, "version_of": {"value": None}},
    )
    found = read(EC2 % ami, document)
    return {name: each for name, each in found.items() if name.startswith("aws_instance")}


def test_an_image_that_comes_to_null_leaves_it_to_the_template() -> None:
    """As in terraform-aws-modules/ec2-instance: the template is judged, and nothing else."""
    [(name, found)] = of_template("local.ami").items()
    assert name == "aws_instance.a.launch_template[0].id"
    assert images(found.value) == {GOLDEN}


def test_an_image_that_does_not_wins() -> None:
    [(name, found)] = of_template("coalesce(local.ami, aws_ami_copy.other.id)").items()
    assert name == "aws_instance.a.ami"
    assert images(found.value) == {OTHER}


def test_a_version_that_comes_to_null_is_the_default() -> None:
    [found] = of_template("null", "update").values()
    assert found.value == Planned(
        "launch template aws_launch_template.t, at its $Default",
        TemplateRef("lt-0123456789abcdef0", None, "4"),
        moving=True,
    )


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (
            "try(coalesce(null, try({}.none, null), aws_ami_copy.golden.id), null)",
            {GOLDEN},
        ),
        # A list that is null makes `coalesce` fail beside a text
        ("try(coalesce(try(tolist(null), null), aws_ami_copy.golden.id), null)", set()),
        (
            "try(coalesce(try(tolist(null), null), aws_ami_copy.golden.id), aws_ami_copy.other.id)",
            set(),
        ),
    ],
)
def test_a_null_where_all_else_fails_is_a_bare_one(expression: str, found: set[str]) -> None:
    assert launched(expression) == found


# --------------------------------------------------------------------- a checkout with other locals

RELEVANT = [{"resource": "aws_ami_copy.other", "attribute": ["id"]}]


def of_checkout(folder: Path, local: str, relevant: list[dict[str, Any]] | None) -> object:
    """The image of an instance, whose local the plan knows by what it reads alone, if by that."""
    provider = 'provider "aws" {\n  region = "us-east-1"\n}\n'
    block = 'resource "aws_instance" "a" {\n  ami = local.image\n}\n'
    (folder / "main.tf").write_text(
        f"{provider}{COPIES}\n{block}\nlocals {{\n  image = {local}\n}}\n"
    )
    blocks = [
        configured(
            each["type"],
            each["name"],
            {name: {"constant_value": value} for name, value in each["change"]["after"].items()},
        )
        for each in copies()
    ]
    reads = configured("aws_instance", "a", {"ami": {"references": ["local.image"]}})
    one = instance("aws_instance.a", None, unknown={"ami": True})
    more: dict[str, Any] = {} if relevant is None else {"relevant_attributes": relevant}
    document = dump(plan(*copies(), one, configuration=[*blocks, reads], **more))
    joining = CodeOfPlans.checkout(Kept(None), None, str(folder)).join
    [source] = read_plans(
        "plan.json", document, kinds=list(Kind), region="us-east-1", joining=joining
    )
    [value] = [each.value for each in source.references if each.address == "aws_instance.a"]
    return value


def test_a_local_reads_what_the_plan_depends_on(tmp_path: Path) -> None:
    planned = of_checkout(tmp_path, "aws_ami_copy.other.id", RELEVANT)
    assert images(planned) == {OTHER}
    changed = of_checkout(tmp_path, "aws_ami_copy.golden.id", RELEVANT)
    assert changed == Unknown(("aws_ami_copy.golden.id, on which the plan does not depend",))
    assert images(of_checkout(tmp_path, "aws_ami_copy.golden.id", [])) == set()
    name = [{"resource": "aws_ami_copy.golden", "attribute": ["name"]}]
    assert images(of_checkout(tmp_path, "aws_ami_copy.golden.id", name)) == set()


@pytest.mark.parametrize("attribute", [["id"], [], ["arn"]])
def test_it_may_depend_on_the_whole(tmp_path: Path, attribute: list[str]) -> None:
    whole = [{"resource": "aws_ami_copy.other", "attribute": attribute}]
    assert images(of_checkout(tmp_path, "aws_ami_copy.other.id", whole)) == {OTHER}


def test_a_plan_that_does_not_say_has_no_such_words(tmp_path: Path) -> None:
    """Terraform before 1.2, and plans of which nothing depends on anything."""
    assert images(of_checkout(tmp_path, "aws_ami_copy.golden.id", None)) == {GOLDEN}


# --------------------------------------------------------------------------------------- parameters

KEYED = """
resource "aws_ami_copy" "keyed" {
  for_each          = toset(["a.b"])
  name              = each.key
  source_ami_id     = "ami-0123456789abcdef0"
  source_ami_region = "us-east-1"
}

resource "aws_ssm_parameter" "keyed" {
  for_each = aws_ami_copy.keyed
  name     = "/images/${each.key}"
  type     = "String"
  value    = each.value.id
}

variable "secret" {
  sensitive = true
}

resource "terraform_data" "later" {
  input = { hunter2 = aws_ami_copy.golden.id }
}
"""


def keyed(resource_type: str, after: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = resource(f"{resource_type}.keyed", after, **more)
    return {**found, "address": f'{resource_type}.keyed["a.b"]', "index": "a.b"}


def of_keyed(expression: str) -> object:
    copied = {"name": "a.b", "source_ami_id": GOLDEN, "source_ami_region": "us-east-1"}
    block = f'\nresource "aws_instance" "a" {{\n  ami = {expression}\n}}\n'
    document = plan(
        *copies(),
        keyed("aws_ami_copy", copied, unknown={"id": True}),
        keyed(
            "aws_ssm_parameter",
            {"name": "/images/a.b", "type": "String"},
            unknown={"value": True},
            sensitive={"value": True},
        ),
        resource(
            "terraform_data.later",
            {"input": {}},
            unknown={"input": {"hunter2": True}, "output": True},
        ),
        instance("aws_instance.a", None, unknown={"ami": True}),
        variables={"secret": {"value": "hunter2"}},
    )
    return read(KEYED + block, document)["aws_instance.a.ami"].value


def test_the_key_of_an_instance_is_no_secret() -> None:
    """What is sensitive of a parameter is its value: a plan alone knows that it is this copy's id."""
    assert images(of_keyed('aws_ssm_parameter.keyed["a.b"].value')) == {GOLDEN}
    assert images(of_keyed('sensitive(aws_ami_copy.keyed["a.b"].id)')) == {GOLDEN}


@pytest.mark.parametrize(
    "expression",
    ["terraform_data.later.output[var.secret]", "terraform_data.later.output[var.secret].x"],
)
def test_a_secret_key_is_never_told(expression: str) -> None:
    assert "hunter2" not in repr(of_keyed(expression))


PARAMETERS = """
provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

provider "aws" {
  alias  = "shared"
  region = "us-east-1"

  assume_role {
    role_arn = "arn:aws:iam::333333333333:role/x"
  }
}
"""


@pytest.mark.parametrize(
    ("provider", "attribute", "is_meant"),
    [
        ("aws", "name", True),
        ("aws", "arn", True),
        ("aws.west", "name", False),
        ("aws.west", "arn", False),
        # By its ARN a parameter of another account can be shared; by a name nobody means it
        ("aws.shared", "arn", True),
        ("aws.shared", "name", False),
    ],
)
def test_a_name_means_a_parameter_where_it_is(
    provider: str, attribute: str, *, is_meant: bool
) -> None:
    code = f"""{PARAMETERS}
resource "aws_ssm_parameter" "p" {{
  provider  = {provider}
  name      = "/images/${{terraform_data.later.output}}"
  type      = "String"
  data_type = "aws:ec2:image"
  value     = "{GOLDEN}"
}}

resource "aws_instance" "a" {{
  ami = "resolve:ssm:${{aws_ssm_parameter.p.{attribute}}}"
}}
"""
    parameter = resource(
        "aws_ssm_parameter.p",
        {"type": "String", "data_type": "aws:ec2:image", "value": GOLDEN},
        unknown={"name": True, "arn": True},
    )
    document = plan(
        *copies(),
        parameter,
        instance("aws_instance.a", None, unknown={"ami": True}),
        configuration=[
            configured("aws_ssm_parameter", "p", key=provider),
            configured("aws_instance", "a", {"ami": {"references": []}}),
        ],
    )
    others = {"aws.west": "us-west-2", "aws.shared": "us-east-1"}
    for name, region in others.items():
        document["configuration"]["provider_config"][name] = {
            "name": "aws",
            "expressions": {"region": {"constant_value": region}},
        }
    value = read(code, document)["aws_instance.a.ami"].value
    if is_meant:
        assert images(value) == {GOLDEN}
    else:
        assert value == Unusable(
            "is an alias for parameter aws_ssm_parameter.p, which is in another account or Region"
        )
