"""Real projects of the corpus, made into one configuration that Terraform can plan offline.

What stands in the way is taken out, and nothing else: modules of the registry give way to stubs whose
outputs nobody knows, providers other than hashicorp/aws to `terraform_data`, arguments of version 6
of the provider are dropped, and what the snippets of other tools' tests leave out is added.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"

_CALL = re.compile(r'^module "([^"]+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_INFRACOST = "hcl/infracost__infracost"
_CHECKOV = "hcl/bridgecrewio__checkov/tests/terraform"
_MODULES = "hcl/terraform-aws-modules__terraform-aws"

PROJECTS = {
    "all_resources": ("local/all-resources", "."),
    "dynamic_expr": ("local/dynamic-expr", "."),
    "unknown_derived": ("local/unknown-derived", "."),
    "eks_node_group": (f"{_INFRACOST}/internal/providers/terraform/aws/testdata/eks_node_group_test", "."),
    "beanstalk": (f"{_INFRACOST}/internal/providers/terraform/aws/testdata/elastic_beanstalk_environment_test", "."),
    "autoscaling_group": (f"{_INFRACOST}/internal/providers/terraform/aws/testdata/autoscaling_group_test", "."),
    "object_mock": (f"{_INFRACOST}/cmd/infracost/testdata/hcllocal_object_mock", "."),
    "get_env": (f"{_INFRACOST}/cmd/infracost/testdata/breakdown_terragrunt_get_env_config_file", "."),
    "iamroles": (f"{_INFRACOST}/cmd/infracost/testdata/breakdown_terragrunt_iamroles", "."),
    "asg_template": (f"{_CHECKOV}/checks/resource/aws/example_AutoScalingLaunchTemplate", "."),
    "terragoat": (f"{_CHECKOV}/graph/resources/variable_rendering/render_terragoat_db_app", "."),
    "gruntwork": ("hcl/gruntwork-io__terragrunt-infrastructure-modules-example", "modules/asg-alb-service"),
    "cloudposse": ("hcl/cloudposse__terraform-aws-ec2-instance", "examples/complete"),
    "ec2_instance": (f"{_MODULES}-ec2-instance", "examples/complete"),
    "autoscaling": (f"{_MODULES}-autoscaling", "examples/complete"),
}  # fmt: skip
"""By name: the directory to copy, and the root module in it."""

_ARGUMENTS = {
    "gruntwork": """
  name          = "ggg"
  instance_type = "t3.micro"
  min_size      = 1
  max_size      = 2
  server_port   = 80
  alb_port      = 80
""",
    "cloudposse": """
  region                      = "us-east-2"
  availability_zones          = ["us-east-2a"]
  assign_eip_address          = false
  associate_public_ip_address = true
  instance_type               = "t3.micro"
  security_group_rules        = []
  ssh_public_key_path         = "/tmp/secrets"
  metric_treat_missing_data   = "notBreaching"
""",
}
_OUTPUTS = {
    "this.attributes": "[]",
    "this.context": "{}",
    "this.enabled": "true",
    "this.id": '"x"',
    "this.tags": "{}",
    "instance_profile_label.enabled": "true",
    "instance_profile_label.id": '"y"',
    "label_ssm_patch_s3_log_policy.enabled": "true",
    "label_ssm_patch_s3_log_policy.id": '"z"',
}
"""What stubs must know, since `count` depends on it."""

_UNKNOWN = "jsondecode(terraform_data.stub.output)"
_NEWER = (
    r"nested_virtualization|placement_group_id|force_destroy|group_id|volume_initialization_rate"
)
_NEWER_BLOCKS = (
    "network_performance_options",
    "secondary_interfaces",
    "secondary_network_interface",
)

_SUBNETS = """
resource "aws_subnet" "{0}" {{
  vpc_id = "vpc-1"
}}

resource "aws_subnet" "{1}" {{
  vpc_id = "vpc-1"
}}
"""
_MORE = {
    "asg_template/more.tf": """
resource "aws_launch_template" "example" {
  image_id = "ami-00900001"
}

resource "aws_launch_template" "x86_64" {
  image_id = "ami-00900002"
}

resource "aws_launch_template" "arm64" {
  image_id = "ami-00900003"
}

resource "aws_launch_configuration" "foobar" {
  image_id      = "ami-00900004"
  instance_type = "t3.micro"
}
"""
    + _SUBNETS.format("example1", "example2"),
    "terragoat/more.tf": _SUBNETS.format("web_subnet", "web_subnet2")
    + """
resource "aws_vpc" "web_vpc" {
  cidr_block = "10.0.0.0/16"
}
""",
    "gruntwork/modules/asg-alb-service/user-data.sh": "echo ${server_port}\n",
}
_EDITS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "iamroles": (
        (r'(resource "aws_lambda_function" "hello_world" \{\n)', r'\1  filename = "x"\n'),
    ),
    "asg_template": (
        (
            r'(resource "aws_autoscaling_group" "pass_mixed(?:_multiple)?" \{\n)',
            r"\1  min_size = 0\n  max_size = 1\n",
        ),
    ),
    "terragoat": (
        (r'^  account_id = "test_id"\n', ""),
        (r'type(\s*)=\s*"string"', r"type\1= string"),
        (r"aws_security_group\.web-node\.id", "aws_security_group.default.id"),
        (r"aws_db_instance\.default\.name", "aws_db_instance.default.db_name"),
        (r"^  name( +)= var\.dbname\n", r"  db_name\1= var.dbname\n"),
    ),
}


def assemble(home: Path) -> None:
    """Write the configuration of all projects to an empty folder."""
    calls: list[str] = []
    for name, (source, root) in PROJECTS.items():
        shutil.copytree(
            CORPUS / source, home / name, ignore=shutil.ignore_patterns(".terraform*", "test")
        )
        for folder in {path.parent for path in (home / name).rglob("*.tf")}:
            _stub(folder)
        edit(home / name, _plannable(name))
        calls.append(
            f'module "{name}" {{\n  source = "./{(Path(name) / root).as_posix()}"\n'
            f"{_ARGUMENTS.get(name, '')}}}\n"
        )
    for path, text in _MORE.items():
        (home / path).write_text(text, encoding="utf-8")
    provider = 'provider "aws" {\n  region = "us-east-1"\n}\n'
    (home / "main.tf").write_text("\n".join((provider, *calls)), encoding="utf-8")


def edit(folder: Path, change: Callable[[str], str]) -> None:
    """Write every file of code below a folder anew."""
    for path in folder.rglob("*.tf"):
        before = path.read_text(encoding="utf-8")
        after = change(before)
        if after != before:
            path.write_text(after, encoding="utf-8")


def _plannable(name: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        for pattern in (r'provider "aws" \{\n.*?^\}', r'provider "aws" \{[^\n]*\}', r"terraform \{\n.*?^\}"):  # fmt: skip
            text = re.sub(rf"^{pattern}\n", "", text, flags=re.MULTILINE | re.DOTALL)
        text = _builtin(text)
        if name in ("ec2_instance", "autoscaling"):
            text = _older(text)
        for pattern, by in _EDITS.get(name, ()):
            text = re.sub(pattern, by, text, flags=re.MULTILINE)
        return text

    return change


def _builtin(text: str) -> str:
    """`terraform_data` in place of what other providers have."""
    block = r'^resource "random_string" "(\w+)" \{\n.*?^\}'
    by = r'resource "terraform_data" "\1" {\n  input = "x"\n}'
    text = re.sub(block, by, text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"random_string\.(\w+)\.result", r"terraform_data.\1.output", text)
    if "null_resource" not in text:
        return text
    text = re.sub(
        r"null_resource(\.\w+\[[^\]]*\])\.triggers", r"terraform_data\1.triggers_replace", text
    )
    text = text.replace("null_resource", "terraform_data")
    return re.sub(r"^(  )triggers(\s*=)", r"\1triggers_replace\2", text, flags=re.MULTILINE)


def _older(text: str) -> str:
    """Without the arguments and blocks that hashicorp/aws has since version 6 alone."""
    text = re.sub(r"^ *region *= (?:var|each\.value|local)\.[^\n]*\n", "", text, flags=re.MULTILINE)
    text = re.sub(rf"^ *(?:{_NEWER}) *= [^\n]*\n", "", text, flags=re.MULTILINE)
    for name in _NEWER_BLOCKS:
        block = rf'^  dynamic "{name}" \{{\n.*?^  \}}\n'
        text = re.sub(block, "", text, flags=re.MULTILINE | re.DOTALL)
    return text


def _stub(folder: Path) -> None:
    """Modules that stand elsewhere: any argument, and outputs that only an apply will know."""
    files = {path: path.read_text(encoding="utf-8") for path in folder.glob("*.tf")}
    whole = "\n".join(files.values())
    for path, text in files.items():
        stubbed = text
        for name, body in _CALL.findall(text):
            source = re.search(r'^  source *= "([^"]+)"', body, re.MULTILINE)
            if source is None or source[1].startswith("."):
                continue
            _write_stub(folder / f"stub_{name}", name, body, whole)
            local = re.sub(
                r'^(  source *= )"[^"]+"', rf'\1"./stub_{name}"', body, flags=re.MULTILINE
            )
            local = re.sub(r"^  version *= .*\n", "", local, flags=re.MULTILINE)
            stubbed = stubbed.replace(body, local)
        path.write_text(stubbed, encoding="utf-8")


def _write_stub(folder: Path, name: str, body: str, whole: str) -> None:
    meta = {"source", "version", "count", "for_each", "providers", "depends_on"}
    arguments = {*re.findall(r"^  ([a-z_0-9]+) *=", body, re.MULTILINE)} - meta
    outputs = {
        *re.findall(rf"module\.{re.escape(name)}(?:\[[^\]]*\])?(?:\.\*)?\.([a-z_0-9]+)", whole)
    }
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(
        'resource "terraform_data" "stub" {\n  input = "x"\n}\n'
        + "".join(f'variable "{each}" {{\n  default = null\n}}\n' for each in sorted(arguments))
        + "".join(
            f'output "{each}" {{\n  value = {_OUTPUTS.get(f"{name}.{each}", _UNKNOWN)}\n}}\n'
            for each in sorted(outputs)
        ),
        encoding="utf-8",
    )
