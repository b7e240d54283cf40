"""Which provider block a resource uses, and what that block says about Region and account.

Facts: HashiCorp, "Providers Within Modules" (a child inherits default configurations and receives
the others through `providers`), "The provider Meta-Argument".
"""

from typing import Any

from assay.inputs.plan.document.document import ProviderConfig
from assay.inputs.plan.places.accounts import CREDENTIALS, is_no_key
from assay.inputs.terraform.language.marks import bare
from assay.inputs.terraform.program.body import Body, body
from assay.inputs.terraform.program.iteration import ONLY, Iteration, iterations
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.syntax.blocks import Block, plain_text
from assay.inputs.terraform.syntax.expressions import (
    Attribute,
    Expression,
    HclValue,
    Index,
    Literal,
    ObjectOf,
    Opaque,
    UnknownValue,
    Variable,
)
from assay.model.addresses import address

UNREADABLE = "?"
"""The key used when it is not known which block is meant."""
_DOUBTFUL = ("assume_role", "assume_role_with_web_identity", "endpoints")
"""Blocks whose absence matters too: a `dynamic` one may produce none."""
_AWS = ("aws", "awscc")
_NOT_KNOWN = {"references": ["each.key"]}
_SAID = (
    *("region", "assume_role", "assume_role_with_web_identity", "allowed_account_ids"),
    *("endpoints", *CREDENTIALS),
)
_SOMETHING: dict[str, Any] = {}
"""Says something whose value does not matter here, as a plan writes an expression of constants."""
_NO_KEY = {"constant_value": "none"}
"""The same for text that is used in place of an access key but is not one."""


class ProviderKeys:
    """The provider blocks found so far, by the key that a plan gives them: `module.a:aws.west`.

    In OpenTofu, a provider's `for_each` makes several of one block: `aws.by["us-east-1"]`.
    """

    def __init__(self) -> None:
        self.configs: dict[str, ProviderConfig] = {}
        self._blocks: dict[str, tuple[ModuleInstance, Block, Iteration]] = {}
        self._tags: dict[str, HclValue] = {}
        self.said: str | None = None
        """The Region that the user gives, for blocks that do not say one."""
        self.otherwise: str | None = None
        """The policy's Region, for blocks that say nothing."""

    def of_resource(
        self, module: ModuleInstance, resource: Block, iteration: Iteration = ONLY
    ) -> str:
        """The key of the provider block used by an instance of a resource."""
        named = resource.attributes.get("provider")
        if named is None:
            return self._find(module, resource.labels[0].partition("_")[0])
        return self._named(module, module.shared.expressions.of(named), iteration)

    def of_call(self, module: ModuleInstance, call: Block, iteration: Iteration) -> str:
        """The key of the AWS provider block that a module receives; `UNREADABLE` if it receives
        only aliases, because it is not known which of these the module launches with.
        """
        passed = _passed(module, call)
        if "aws" in passed:
            return self._named(module, passed["aws"], iteration)
        if any(name.partition(".")[0] in _AWS for name in passed):
            return self._unreadable()
        return self._find(module, "aws")

    def of_aws(self, module: ModuleInstance) -> str:
        """The key of the AWS provider block that a module uses by default."""
        return self._find(module, "aws")

    def region(self, module: ModuleInstance, block: Block, iteration: Iteration) -> HclValue:
        """The Region of a resource's provider block, or else the one from the user or policy."""
        key = self.of_resource(module, block, iteration)
        if key == UNREADABLE:
            return None
        config = self.configs.get(key)
        said = config.expressions.get("region") if config and config.expressions else None
        if isinstance(said, dict) and "constant_value" not in said:
            return self.said  # only Terraform knows it, unless the user gives it
        written = said["constant_value"] if isinstance(said, dict) else None
        return self.said or self.otherwise if written is None else written

    def config_of(self, module: ModuleInstance, local: str) -> ProviderConfig | None:
        """The block that a module calls `local`; None if there is no such block."""
        return self.configs.get(self._find(module, local))

    def _unreadable(self) -> str:
        """The key of a block that is named in a form that is not read."""
        self.configs[UNREADABLE] = ProviderConfig(
            expressions={"region": _NOT_KNOWN, "assume_role": [{"role_arn": _NOT_KNOWN}]}
        )
        return UNREADABLE

    def add_tags(
        self,
        module: ModuleInstance,
        resource: Block,
        iteration: Iteration,
        values: dict[str, HclValue],
    ) -> None:
        """Add the provider's default tags to a resource as plans do: the resource's own tags win.

        hashicorp/aws makes an exception of groups ("Resource Tagging"): they get none.
        """
        kind = resource.labels[0]
        if not kind.startswith("aws_") or kind == "aws_autoscaling_group":
            return
        defaults, own = self._default_tags(module, resource, iteration), values.get("tags", {})
        if isinstance(defaults, dict) and defaults and isinstance(own, dict):
            values["tags_all"] = {**defaults, **own}

    def _default_tags(
        self, module: ModuleInstance, resource: Block, iteration: Iteration
    ) -> HclValue:
        key = self.of_resource(module, resource, iteration)
        if key not in self._tags:
            at = self._blocks.get(key)
            self._tags[key] = _default_tags(body(*at, ("default_tags",))) if at else {}
        return self._tags[key]

    def _named(self, module: ModuleInstance, expression: Expression, iteration: Iteration) -> str:
        """The key of the block that an expression refers to: `aws.west`, `aws.by["x"]`."""
        match expression:
            case Index(of, key) if local := _dotted(of):
                return self._instance(module, local, bare(module.worth(key, iteration)))
        local = _dotted(expression)
        return self._find(module, local) if local else self._unreadable()

    def _instance(self, module: ModuleInstance, local: str, key: HclValue) -> str:
        """The key of one of the providers that a block with `for_each` makes."""
        block = _block(module, local)
        each = block.attributes.get("for_each") if block else None
        for iteration in iterations(module.value(each)) if each else ():
            if block is not None and iteration.key == key:
                return self._keep(
                    address("", _key(module, local), iteration.key), module, block, iteration
                )
        return self._unreadable()

    def _find(self, module: ModuleInstance, local: str) -> str:
        """The key of the block called `local` in a module: its own, or its caller's."""
        block, key = _block(module, local), _key(module, local)
        passed = _passed(module, module.call.block) if module.call else {}
        if block is not None and not (_is_empty(block) and local in passed):
            if "for_each" in block.attributes:
                return self._unreadable()  # one of several, and it is not said which
            return self._keep(key, module, block, ONLY)
        if module.parent is None:
            return key
        if local in passed:
            return self._named(module.parent, passed[local], module.iteration)
        if "." in local:
            return key  # an alias that no caller passes: Terraform will reject it
        return self._find(module.parent, local)

    def _keep(self, key: str, module: ModuleInstance, block: Block, iteration: Iteration) -> str:
        if key not in self.configs:
            self.configs[key] = _config(body(module, block, iteration, _SAID, doubtful=_DOUBTFUL))
            self._blocks[key] = (module, block, iteration)
        return key


def _key(module: ModuleInstance, local: str) -> str:
    prefix = ".".join(f"module.{name}" for name in module.path)
    return f"{prefix}:{local}" if prefix else local


def _block(module: ModuleInstance, local: str) -> Block | None:
    name, _, alias = local.partition(".")
    for placed in module.code.providers:
        written = placed.block.attributes.get("alias")
        if placed.block.labels == (name,) and (plain_text(written) or "") == alias:
            return placed.block
    return None


def _is_empty(block: Block) -> bool:
    """Whether a block only says that the module expects a configuration, as in Terraform 0.12."""
    return not block.blocks and not block.attributes.keys() - {"alias"}


def _dotted(expression: Expression) -> str | None:
    """`aws.west`, with or without the legacy quotes."""
    match expression:
        case Variable(name) | Literal(str(name)):
            return name
        case Attribute(Variable(name), alias):
            return f"{name}.{alias}"
        case Opaque((key,)):  # `aws.west` as the key of an object is not a plain word
            return _dotted(key)
    return None


def _passed(module: ModuleInstance, call: Block) -> dict[str, Expression]:
    """The `providers` of a module call: from the name in the module to the expression outside."""
    written = call.attributes.get("providers")
    found: dict[str, Expression] = {}
    match module.shared.expressions.of(written) if written else None:
        case ObjectOf(items):
            for inside, outside in items:
                name = _dotted(inside)
                if name:
                    found[name] = outside
    return found


def _config(said: Body) -> ProviderConfig:
    expressions: dict[str, Any] = {}
    for name, value in said.values.items():
        if name.startswith("assume_role"):
            blocks = value if isinstance(value, list) else [value]
            expressions[name] = [_role(block) for block in blocks]
        elif name == "endpoints":
            blocks = value if isinstance(value, list) else [value]
            expressions[name] = [_each(block) for block in blocks]
        elif name in CREDENTIALS and value not in (None, "", []):
            expressions[name] = _NO_KEY if is_no_key(value) else _SOMETHING
        else:
            expressions[name] = _as_configured(value)
    return ProviderConfig(expressions=expressions)


def _default_tags(said: Body) -> HclValue:
    """The tags in the block; unknown ones are left out, as in a plan."""
    match said.values.get("default_tags"):
        case [{"tags": dict() as tags}] | {"tags": dict() as tags}:
            return tags
    return {}


def _role(block: HclValue) -> Any:
    """Only the role of a block: nothing else matters here."""
    if isinstance(block, dict):
        return {"role_arn": _as_configured(block["role_arn"])} if "role_arn" in block else {}
    return _as_configured(block)


def _each(block: HclValue) -> dict[str, Any]:
    """The arguments of a block."""
    if isinstance(block, dict):
        return {name: _as_configured(value) for name, value in block.items()}
    return _as_configured(block)


def _as_configured(value: HclValue) -> dict[str, Any]:
    """A value in the form of a plan's configuration."""
    if isinstance(value, UnknownValue):
        return {"references": [str(ref) for ref in value.refs]}
    return {"constant_value": value}
