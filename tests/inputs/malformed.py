"""Configurations that Terraform refuses, and their neighbours that it takes.

`tests/terraform/test_refusals_oracle.py` asks the real one; `test_refusals.py` holds assay to it
without one. None needs a provider that is not built in.
"""

R = 'resource "terraform_data" "a" {}\n'
MODULE = 'module "m" {\n  source = "./m"\n}\n'
OUTPUT = 'output "a" {\n  value = 1\n}\n'
CHECK = 'check "a" {\n  assert {\n    condition     = terraform.workspace != null\n    error_message = "No."\n  }\n}\n'
STATE = 'data "terraform_remote_state" "a" {\n  backend = "local"\n  config  = { path = "x" }\n}\n'
REQUIRED = 'terraform {\n  required_providers {\n    terraform = { source = "terraform.io/builtin/terraform" }\n  }\n}\n'
BACKEND = 'terraform {\n  backend "local" {}\n}\n'
CLOUD = 'terraform {\n  cloud {\n    organization = "x"\n    workspaces {\n      name = "x"\n    }\n  }\n}\n'
MOVED = "moved {\n  from = terraform_data.b\n  to   = terraform_data.a\n}\n"


def alias(name: str) -> str:
    return f'provider "terraform" {{\n  alias = {name}\n}}\n'


def with_(line: str, *, kind: str = 'resource "terraform_data" "a"') -> str:
    return f"{kind} {{\n  {line}\n}}\n"


Case = dict[str, str | bytes]

REFUSED: dict[str, tuple[Case, str]] = {
    "a resource twice, in two files": ({"a.tf": R, "b.tf": R}, "b.tf:1"),
    "a data source twice": ({"a.tf": STATE * 2}, "a.tf:5"),
    "an ephemeral resource twice": ({"a.tf": 'ephemeral "a" "b" {}\n' * 2}, "a.tf:2"),
    "a variable twice": ({"a.tf": 'variable "a" {}\n' * 2}, "a.tf:2"),
    "an output twice": ({"a.tf": OUTPUT * 2}, "a.tf:4"),
    "a local twice": ({"a.tf": "locals {\n  a = 1\n}\n", "b.tf": "locals {\n  b = 1\n  a = 1\n}\n"}, "b.tf:3"),
    "a module call twice": ({"a.tf": MODULE * 2, "m/a.tf": ""}, "a.tf:4"),
    "a provider twice": ({"a.tf": 'provider "terraform" {}\n' * 2}, "a.tf:2"),
    "an alias twice": ({"a.tf": alias('"x"') * 2}, "a.tf:4"),
    "required providers twice": ({"a.tf": REQUIRED * 2}, "a.tf:7"),
    "two backends": ({"a.tf": BACKEND * 2}, "a.tf:5"),
    "a backend beside a cloud": ({"a.tf": BACKEND + CLOUD}, "a.tf:5"),
    "a check twice": ({"a.tf": CHECK * 2}, "a.tf:7"),
    "a data source in a check again": ({"a.tf": STATE + CHECK.replace("  assert", "  " + STATE.replace("\n", "\n  ").rstrip(" ") + "  assert")}, "a.tf:6"),
    "a module's resource twice": ({"a.tf": MODULE, "m/a.tf": R * 2}, "m/a.tf:2"),
    "twice in JSON": ({"a.tf.json": '{"resource": {"terraform_data": {"a": {}, "a": {}}}}'}, "a.tf.json:1"),
    "in JSON and not": ({"a.tf.json": '{"resource": {"terraform_data": {"a": {}}}}', "b.tf": R}, "b.tf:1"),
    "one label of two": ({"a.tf": 'resource "terraform_data" {}\n'}, "a.tf:1"),
    "a label too many": ({"a.tf": 'resource "terraform_data" "a" "b" {}\n'}, "a.tf:1"),
    "no labels": ({"a.tf": "resource {}\n"}, "a.tf:1"),
    "a variable without a name": ({"a.tf": "variable {}\n"}, "a.tf:1"),
    "locals with a label": ({"a.tf": 'locals "x" {}\n'}, "a.tf:1"),
    "settings with a label": ({"a.tf": 'terraform "x" {}\n'}, "a.tf:1"),
    "a provider without a name": ({"a.tf": "provider {}\n"}, "a.tf:1"),
    "a lifecycle with a label": ({"a.tf": with_('lifecycle "x" {}')}, "a.tf:1"),
    "a provisioner without one": ({"a.tf": with_("provisioner {}")}, "a.tf:1"),
    "two lifecycles": ({"a.tf": with_("lifecycle {}\n  lifecycle {}")}, "a.tf:1"),
    "a name that begins with a digit": ({"a.tf": 'resource "terraform_data" "1a" {}\n'}, "a.tf:1"),
    "a name with a dot": ({"a.tf": 'resource "terraform_data" "a.b" {}\n'}, "a.tf:1"),
    "a name with a space": ({"a.tf": 'variable "a b" {}\n'}, "a.tf:1"),
    "a name that begins with a dash": ({"a.tf": 'resource "terraform_data" "-a" {}\n'}, "a.tf:1"),
    "an empty name": ({"a.tf": 'resource "terraform_data" "" {}\n'}, "a.tf:1"),
    "a name with a star": ({"a.tf": 'output "a*" {\n  value = 1\n}\n'}, "a.tf:1"),
    "a module's name with a dot": ({"a.tf": 'module "m.x" {\n  source = "./m"\n}\n', "m/a.tf": ""}, "a.tf:1"),
    "a name in JSON with a space": ({"a.tf.json": '{"resource": {"terraform_data": {"a b": {}}}}'}, "a.tf.json:1"),
    "a provider's name with a space": ({"a.tf": 'provider "a b" {}\n'}, "a.tf:1"),
    "an alias with a space": ({"a.tf": alias('"a b"')}, "a.tf:1"),
    "an alias by an expression": ({"a.tf": 'locals {\n  x = "y"\n}\n' + alias("local.x")}, "a.tf:4"),
    **{
        f"a variable called {name}": ({"a.tf": f'variable "{name}" {{}}\n'}, "a.tf:1")
        for name in ("count", "for_each", "source", "version", "providers", "lifecycle", "locals", "depends_on", "provider")
    },
    "a block that there is not": ({"a.tf": R, "b.tf": 'resources "terraform_data" "b" {}\n'}, "b.tf:1"),
    "a block that is Terragrunt's": ({"a.tf": "inputs {}\n"}, "a.tf:1"),
    "a property that there is not": ({"a.tf.json": '{\n"foo": {"a": 1}}'}, "a.tf.json:2"),
    "an attribute outside of blocks": ({"a.tf": R + "a = 1\n"}, "a.tf:2"),
    "count and for_each": ({"a.tf": with_("count = 1\n  for_each = {}")}, "a.tf:1"),
    "a count below zero": ({"a.tf": with_("count = -1")}, "a.tf:2"),
    "a count that becomes one": ({"a.tf": 'variable "n" {\n  default = 0\n}\n' + with_("count = var.n - 1")}, "a.tf:5"),
    "a module's count below zero": ({"a.tf": MODULE.replace("}", "  count = -1\n}"), "m/a.tf": R}, "a.tf:3"),
    "a count within a module": ({"a.tf": MODULE, "m/a.tf": with_("count = -2")}, "m/a.tf:2"),
    "half a count": ({"a.tf": with_("count = 1.5")}, "a.tf:2"),
    "a count that is null": ({"a.tf": with_("count = null")}, "a.tf:2"),
    "a count that is text": ({"a.tf": with_('count = "x"')}, "a.tf:2"),
    "a count that is a bool": ({"a.tf": with_("count = true")}, "a.tf:2"),
    "a count that is a list": ({"a.tf": with_("count = [1]")}, "a.tf:2"),
    "for_each of a list": ({"a.tf": with_('for_each = ["a"]')}, "a.tf:2"),
    "for_each of an empty list": ({"a.tf": with_("for_each = []")}, "a.tf:2"),
    "for_each of null": ({"a.tf": with_("for_each = null")}, "a.tf:2"),
    "for_each of text": ({"a.tf": with_('for_each = "x"')}, "a.tf:2"),
    "for_each of numbers": ({"a.tf": with_("for_each = toset([1])")}, "a.tf:2"),
    "UTF-16 with a mark": ({"a.tf": R.encode("utf-16")}, "a.tf:1"),
    "UTF-16 without one": ({"a.tf": R.encode("utf-16-le")}, "a.tf:1"),
    "UTF-16 the other way round": ({"a.tf": R.encode("utf-16-be")}, "a.tf:1"),
    "UTF-16 of no weight": ({"a.tf": R, "b.tf": MOVED.encode("utf-16")}, "b.tf:1"),
    "JSON in UTF-16": ({"a.tf.json": '{"resource": {}}'.encode("utf-16")}, "a.tf.json:1"),
    "values in UTF-16": ({"a.tf": 'variable "x" {}\n', "terraform.tfvars": "x = 1\n".encode("utf-16")}, "terraform.tfvars:1"),
    "a block among values": ({"a.tf": 'variable "x" {}\n', "terraform.tfvars": "x {}\n"}, "terraform.tfvars:1"),
    "a value twice": ({"a.tf": 'variable "x" {}\n', "terraform.tfvars": "x = 1\nx = 2\n"}, "terraform.tfvars:2"),
    "words": ({"a.tf": R, "b.tf": "garbage\n"}, "b.tf:"),
    "an argument twice": ({"a.tf": with_("input = 1\n  input = 2")}, "a.tf:3"),
    "an empty file of JSON": ({"a.tf.json": ""}, "a.tf.json:1"),
    "text where a block is meant": ({"a.tf.json": '{"variable": "x"}'}, "a.tf.json:1"),
    **{
        f"an override of no {kind}": ({"a.tf": "", "a_override.tf": text, "m/a.tf": ""}, "a_override.tf:")
        for kind, text in {"resource": R, "data source": STATE, "variable": 'variable "a" {}\n', "output": OUTPUT, "local": "locals {\n  a = 1\n}\n", "module": MODULE}.items()
    },
    "an override that moves": ({"a.tf": R, "override.tf": MOVED}, "override.tf:1"),
    "a version of a local module": ({"a.tf": MODULE.replace("}", '  version = "1.0"\n}'), "m/a.tf": ""}, "a.tf:1"),
}  # fmt: skip
"""What is wrong: the files, and the place that is named."""

TAKEN: dict[str, Case] = {
    "a resource": {"a.tf": R},
    "a managed and a data block of one name": {"a.tf": R + 'variable "a" {\n  default = 1\n}\n' + OUTPUT},
    "two aliases": {"a.tf": alias('"x"') + alias('"y"') + 'provider "terraform" {}\n'},
    "two blocks of settings": {"a.tf": 'terraform {\n  required_version = ">= 1.0"\n}\n' * 2},
    "settings here and there": {"a.tf": REQUIRED, "b.tf": "terraform {}\n"},
    "names": {"a.tf": "".join(f'resource "terraform_data" "{name}" {{}}\n' for name in ("a-b", "_a", "größe", "a1"))},
    "a move": {"a.tf": R + MOVED},
    "a move in JSON": {"a.tf.json": '{"resource": {"terraform_data": {"a": {}}}, "moved": {"from": "terraform_data.b", "to": "terraform_data.a"}}'},
    "a comment in JSON": {"a.tf.json": '{"//": "x", "resource": {"terraform_data": {"a": {"//": "z"}}}}'},
    "a mark of UTF-8": {"a.tf": b"\xef\xbb\xbf" + R.encode()},
    "an override": {"a.tf": R + "locals {\n  a = 1\n}\n", "a_override.tf": R * 2 + "locals {\n  a = 2\n}\nlocals {\n  a = 3\n}\n"},
    "an override of a provider that is nowhere": {"a.tf": R, "override.tf": 'provider "terraform" {}\n'},
    "an override of settings": {"a.tf": REQUIRED, "override.tf": REQUIRED},
    "a count of text": {"a.tf": with_('count = "2"')},
    "a count of nothing": {"a.tf": with_("count = 0")},
    "for_each of a set by a condition": {"a.tf": with_('for_each = true ? toset(["a"]) : []')},
    "for_each of nothing by a condition": {"a.tf": with_('for_each = false ? toset(["a"]) : []')},
    "for_each of an empty map": {"a.tf": with_("for_each = {}")},
    "values of no variable": {"a.tf": R, "terraform.tfvars": "x = 1\n"},
    "a module without code": {"a.tf": MODULE, "m/read.me": ""},
    "blank files": {"a.tf": R, "b.tf": "\n\n# a comment\n// another", "c.tf": ""},
    "a check": {"a.tf": CHECK},
}  # fmt: skip
"""What is not, near to what is."""
