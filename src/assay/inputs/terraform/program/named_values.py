"""The meaning of names in an expression.

Fact: HashiCorp, "References to Named Values".
"""

from collections.abc import Sequence

from msgspec.structs import replace

from assay.inputs.plan.trails.holders import IMAGE_ATTRIBUTES
from assay.inputs.surface import SENSITIVE
from assay.inputs.terraform.language.functions.table import call
from assay.inputs.terraform.language.marks import MaybeMarked, bare, marked, marks_of, secret
from assay.inputs.terraform.program.ignored import ignored_in, is_ignored
from assay.inputs.terraform.program.iteration import Iteration
from assay.inputs.terraform.program.known_attributes import known_attribute
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.providers import ProviderKeys
from assay.inputs.terraform.project.contents import FUNCTIONS
from assay.inputs.terraform.project.modules import Key
from assay.inputs.terraform.project.overrides import Placed
from assay.inputs.terraform.syntax.blocks import Block
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, Sure, UnknownValue
from assay.model.addresses import Step, key_step

_KEPT = {
    **IMAGE_ATTRIBUTES,
    "aws_launch_template": ("image_id", "name"),
    "aws_ssm_parameter": ("value", "insecure_value", "name"),
    "aws_launch_configuration": ("image_id", "name"),
    "awscc_ec2_launch_template": ("launch_template_name",),
}
"""Arguments whose planned value is the one in the code, as far as images are concerned."""


_NAMES = ("name", "launch_template_name")
"""Attributes that lead to the resource itself even if their value is unknown."""
_PRIMITIVE = ("string", "number", "bool")
_SURE = {
    ("data", "aws_ami", "id"): Sure.IMAGE,
    ("data", "aws_ami", "image_id"): Sure.IMAGE,
    ("data", "aws_ami", "arn"): Sure.ARN,
    ("data", "aws_instance", "ami"): Sure.IMAGE,
    ("data", "aws_ssm_parameter", "value"): Sure.TEXT,
    ("managed", "aws_ami", "id"): Sure.IMAGE,
    ("managed", "aws_ami_copy", "id"): Sure.IMAGE,
    ("managed", "aws_ami_from_instance", "id"): Sure.IMAGE,
    **{
        (mode, "aws_launch_template", name): Sure.TEMPLATE
        for mode in ("data", "managed")
        for name in ("default_version", "id", "latest_version", "name")
    },
}
"""Attributes that are never null if the thing exists (hashicorp/aws documentation): a search that
finds nothing ends the plan, SSM stores no empty value, and a template always has its versions.
"""


def sure_of(key: Key, attribute: str) -> Sure | None:
    """What is certain about an attribute whose value only Terraform will know."""
    mode, kind, _ = key
    return _SURE.get((mode, kind, attribute))


class NamedValues:
    """The names that an expression can use, in one instance of a block."""

    def __init__(
        self, module: ModuleInstance, iteration: Iteration, providers: ProviderKeys
    ) -> None:
        self._module = module
        self._iteration = iteration
        self._providers = providers

    def lookup(self, name: str) -> HclValue:
        return UnknownValue((Ref(self._module.address, (name,)),), passed_on=True)

    def member(self, name: str, attribute: str) -> MaybeMarked:
        match name, attribute:
            case "var", _:
                return self._module.variable(attribute)
            case "local", _:
                return self._module.local(attribute)
            case "each", "key" if self._iteration.exact:
                return self._iteration.each_key
            case "each", "value" if self._iteration.exact:
                return self._iteration.each_value
            case "path", "module" | "root":
                return self._module.path_of(attribute)
            case "count", "index" if self._iteration.exact:
                key = self._iteration.key
                return key if isinstance(key, int) else UnknownValue()
        return UnknownValue((Ref(self._module.address, (name, attribute)),))

    def call(self, name: str, arguments: Sequence[HclValue]) -> HclValue:
        if name in FUNCTIONS:
            return self._module.shared.contents.call(name, arguments)
        return call(name, arguments)

    def is_text(self, variable: str) -> bool:
        placed = self._module.code.variables.get(variable)
        kind = placed.block.attributes.get("type") if placed else None
        return kind is not None and kind.text.strip().strip('"') in _PRIMITIVE

    def settle(self, value: UnknownValue) -> MaybeMarked:
        if not value.passed_on or len(value.refs) != 1:
            return value
        ref = value.refs[0]
        module = self._home(ref.module)
        if module is None:
            return value
        match ref.steps:
            case ("module", str(name)) if name in module.code.calls:
                return _all_of(module, ref, module.code.calls[name], value)
            case ("module", str(name), *rest) if name in module.code.calls:
                return _output(module, name, rest, value)
            case ("data", str(kind), str(name)):
                placed = module.code.resources.get(("data", kind, name))
                return _all_of(module, ref, placed, value)
            case ("data", str(kind), str(name), *rest):
                return self._attribute(module, ("data", kind, name), rest, value)
            case ("data" | "module", *_):
                return value
            case (str(kind), str(name)):
                placed = module.code.resources.get(("managed", kind, name))
                return _all_of(module, ref, placed, value)
            case (str(kind), str(name), *rest):
                return self._attribute(module, ("managed", kind, name), rest, value)
        return value

    def _home(self, module: str) -> ModuleInstance | None:
        """The module instance whose names are settled here: only this one. A reference into another
        module was already settled there, because an expression can only name things in its own
        module.
        """
        return self._module if module == self._module.address else None

    def _attribute(
        self, module: ModuleInstance, key: Key, rest: list[Step], value: UnknownValue
    ) -> MaybeMarked:
        """The value of an attribute of a block's instance, as far as it is known."""
        if key[0] == "managed":
            return self._argument(module, key, rest, value)
        return self._looked_up(module, key, rest, value)

    def _argument(
        self, module: ModuleInstance, key: Key, rest: list[Step], value: UnknownValue
    ) -> MaybeMarked:
        """The argument of a managed resource as written, if that is what will be planned."""
        placed = module.code.resources.get(key)
        found = module.instances(placed.block).meant(rest) if placed else None
        if placed is None or found is None or not found[0].exact or len(found[1]) != 1:
            return self._looked_up(module, key, rest, value)
        # `aws_launch_template.x.image_id` is what the code says; a provider may change other
        # arguments, and the previous value of those in `ignore_changes` is unknown
        name = found[1][0]
        written = placed.block.attributes.get(str(name))
        kept = name in _KEPT.get(key[1], ())
        if written is None or not kept or is_ignored(ignored_in(placed.block), str(name)):
            return self._looked_up(module, key, rest, value)
        iteration = found[0]
        known = module.remembered(
            (*key, iteration.key, name), lambda: module.value(written, iteration)
        )
        if isinstance(bare(known), UnknownValue) and name in _NAMES:
            own = self._looked_up(module, key, rest, value)  # the resource's own, whatever it is
            return marked(own, marks_of(known))
        # The provider fills in null
        said = value if known is None else known
        return secret(said) if name in SENSITIVE.get(key[1], ()) else said

    def _looked_up(
        self, module: ModuleInstance, key: Key, rest: list[Step], value: UnknownValue
    ) -> MaybeMarked:
        """An attribute's value if the code determines it, else unknown with what is certain."""
        placed = module.code.resources.get(key)
        found = module.instances(placed.block).meant(rest) if placed else None
        if found is None or not found[0].exact or len(found[1]) > 1:
            return value
        if len(found[1]) == 1:
            iteration, attribute = found[0], str(found[1][0])
            said = module.remembered(
                ("told", *key, iteration.key, attribute),
                lambda: known_attribute(module, key, iteration, attribute, self._providers),
            )
            if said is not None and said != UnknownValue():
                return said
        sure = sure_of(key, str(found[1][0])) if found[1] else Sure.THING
        return replace(value, sure=sure) if sure else value


def _all_of(
    module: ModuleInstance, ref: Ref, placed: Placed | None, value: UnknownValue
) -> MaybeMarked:
    """A block with `count` or `for_each` as a list or map; any other block as a single value."""
    if placed is None:
        return value
    block = placed.block
    # `aws_instance.x[*].ami`, `values(module.m)[0].image`: which instances exist is known even if
    # nothing about them is
    found = module.instances(block)
    if not found.are_exact:
        return value
    sure = Sure.NOTHING if ref.steps[0] == "module" else Sure.THING
    if not {"count", "for_each"} & placed.block.attributes.keys():
        return replace(value, sure=sure) if found else value
    return module.remembered(("all", *ref.steps), lambda: _listed(ref, block, found, sure))


def _listed(ref: Ref, block: Block, found: list[Iteration], sure: Sure) -> HclValue:
    each: dict[Step | None, HclValue] = {
        i.key: UnknownValue(
            (Ref(ref.module, (*ref.steps, key_step(i.key))),), passed_on=True, sure=sure
        )
        for i in found
        if i.key is not None
    }
    if "count" in block.attributes:
        return list(each.values())
    return {str(key): value for key, value in each.items()}


def _output(
    module: ModuleInstance, name: str, rest: list[Step], value: UnknownValue
) -> MaybeMarked:
    children = module.children(name)
    if children is None:
        return value
    found = module.instances(module.code.calls[name].block).meant(rest)
    if found is None or not found[0].exact or len(found[1]) != 1:
        return value
    child = children[found[0].key]
    return child.output(str(found[1][0])) if found[1][0] in child.code.outputs else value
