"""Which Region and account a planned resource belongs to.

The Region, from the strongest sign to the weakest: the resource's own `region` (hashicorp/aws 6),
its provider block, ARNs and availability zones that the same provider left in the prior state, and
last what the person who runs assay says. A plan does not hold the environment of the machine that
made it.

The account is that of the role which the provider assumes, else the one account it allows itself
(hashicorp/aws documentation, "Provider Configuration": `assume_role`, of which the last of several
is what is used; `assume_role_with_web_identity`; `allowed_account_ids`), else that of the prior
state's ARNs. None means the plan names no other account than the caller's; a role that cannot be
told never means that. A `dynamic` block leaves no trace in a plan and cannot be seen.

Provider expressions can hold credentials: only Region names and account ids leave this module.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import msgspec

from assay.model import Place, Unplaced
from assay.sources.configuration import Configured, ModulePath
from assay.sources.document import Configuration, ProviderConfig, Variable
from assay.sources.prior import Prior, Sign

UNKNOWN = object()
"""Stands for a Region that the plan will know after apply."""

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/[!-~]+")
_NO_ROLE = ({"constant_value": None}, {"constant_value": ""})
"""No role is assumed. A variable that is null proves nothing: ephemeral ones always are in a plan,
and `coalesce(var.role, "arn:...")` leaves no more trace than `var.role`. An expression of constants
alone, such as `format(...)`, is `{}`. (All as Terraform 1.x writes them.)"""

_PASSED = Unplaced(
    "the provider block of its module is empty and stands for the one that the caller passes, which"
    " a plan does not tell: declare configuration_aliases instead of the empty block"
)


class _Standing(msgspec.Struct, frozen=True, gc=False):
    """What is known of one provider block."""

    region: str | Unplaced | None = None
    account: str | Unplaced | None = None


class Providers:
    """Places references by the plan's provider configuration."""

    def __init__(
        self,
        configuration: Configuration | None,
        variables: dict[str, Variable] | None,
        fallback: str | None,
        prior: Prior | None = None,
    ) -> None:
        """`fallback` is the Region for resources about which the plan says nothing."""
        self._configs = (configuration.provider_config if configuration else None) or {}
        self._variables = variables or {}
        self._fallback = fallback
        self._prior = prior
        self._standings: dict[str, _Standing] = {}
        self._places: dict[tuple[str | None, int], Place | Unplaced] = {}

    def place(self, own_region: Any, configured: Configured | None) -> Place | Unplaced:
        """The place of a resource whose `region` attribute is `own_region` and block `configured`."""
        if not isinstance(own_region, str):
            own_region = None
        key = (own_region, id(configured))
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = self._place(own_region, configured)
        return found

    def _place(self, own_region: str | None, configured: Configured | None) -> Place | Unplaced:
        standing = self._of_provider(configured) if configured else _Standing()
        if isinstance(standing.account, Unplaced):
            return standing.account
        if own_region is not None and _REGION.fullmatch(own_region):
            return Place.of(own_region, standing.account)
        if isinstance(standing.region, Unplaced):
            return standing.region
        region = standing.region or self._fallback
        if region is None:
            return Unplaced(
                "nothing says the provider's Region (it comes from the environment):"
                " give --region or the policy's aws.region"
            )
        return Place.of(region, standing.account)

    def elsewhere(self, place: Place | Unplaced, region: Any) -> Place | Unplaced:
        """The same account in another Region; where the plan names none, the place itself."""
        if region is None or isinstance(place, Unplaced):
            return place
        if region is UNKNOWN:
            return Unplaced("the source's Region is known only after apply")
        if not isinstance(region, str) or not _REGION.fullmatch(region):
            return Unplaced("the source's Region is not a Region name")
        return Place.of(region, place.account)

    # ------------------------------------------------------------------------- provider blocks

    def _of_provider(self, configured: Configured) -> _Standing:
        found = self._find(configured.block.provider_config_key, configured.module)
        if found is None:
            return _Standing()
        name, config = found
        if name not in self._standings:
            self._standings[name] = self._standing(name, config)
        return self._standings[name]

    def _standing(self, name: str, config: ProviderConfig) -> _Standing:
        """The prior state is asked only about a provider that does not say its Region itself."""
        in_root = ":" not in name
        if not (in_root or config.expressions):
            signs = self._signs.get(name, ())
            return _Standing(
                _agreed(sign.region for sign in signs) or _PASSED,
                _agreed(sign.account for sign in signs) or _PASSED,
            )
        region = self._region(config, in_root=in_root)
        account = self._account(config, in_root=in_root)
        if region is None:
            signs = self._signs.get(name, ())
            region = _agreed(sign.region for sign in signs)
            account = account or _agreed(sign.account for sign in signs)
        return _Standing(region, account)

    @cached_property
    def _signs(self) -> dict[str, list[Sign]]:
        """What the prior state tells, by provider."""
        signs: defaultdict[str, list[Sign]] = defaultdict(list)
        for sign in self._prior.signs() if self._prior else ():
            found = self._find(sign.configured.block.provider_config_key, sign.configured.module)
            if found is not None:
                signs[found[0]].append(sign)
        return signs

    def _find(self, key: str | None, module: ModulePath) -> tuple[str, ProviderConfig] | None:
        """The provider block a resource uses.

        Before Terraform 1.1 a child module's key can be missing from the map: the provider is then
        inherited from the nearest parent (terraform issues 23408 and 30113). One that stands
        nowhere has no block at all: its name is all there is to know it by.
        """
        if key is None:
            return None
        if key in self._configs:
            return self._behind(key)
        local = key.rpartition(":")[2]
        for depth in range(len(module), -1, -1):
            prefix = ".".join(f"module.{name}" for name in module[:depth])
            candidate = f"{prefix}:{local}" if prefix else local
            if candidate in self._configs:
                return self._behind(candidate)
        return local, ProviderConfig()

    def _behind(self, key: str) -> tuple[str, ProviderConfig]:
        """The block, or what an empty one in a module stands for.

        A "proxy configuration block" (HashiCorp, "Providers Within Modules") is whatever the caller
        passes, which a plan does not tell: only where there is no choice is it known.
        """
        config = self._configs[key]
        if ":" not in key or config.expressions:
            return key, config
        others = {
            name
            for name, each in self._configs.items()
            if each.name == config.name and (":" not in name or each.expressions)
        }
        default = config.name or key.rpartition(":")[2]
        if others <= {default}:
            return default, self._configs.get(default, ProviderConfig())
        return key, config

    # ----------------------------------------------------------------------------- expressions

    def _region(self, config: ProviderConfig, *, in_root: bool) -> str | Unplaced | None:
        expression = (config.expressions or {}).get("region")
        if expression is None or expression == {"constant_value": None}:
            return None
        value = self._value(expression, in_root=in_root)
        if isinstance(value, str) and _REGION.fullmatch(value):
            return value
        return Unplaced(
            "the provider's Region is an expression that the plan does not resolve"
            if value is None
            else "the provider's Region is not a Region name"
        )

    def _account(self, config: ProviderConfig, *, in_root: bool) -> str | Unplaced | None:
        expressions = config.expressions or {}
        for block in ("assume_role", "assume_role_with_web_identity"):
            written = expressions.get(block)
            chained = written if isinstance(written, list) else [written]
            roles = [role for role in map(_role_of, chained) if role is not None]
            if not roles:
                continue
            arn = self._value(roles[-1], in_root=in_root)
            found = _ROLE.fullmatch(arn) if isinstance(arn, str) else None
            return found[1] if found else Unplaced(_unresolved(block))
        allowed = expressions.get("allowed_account_ids")
        ids = allowed.get("constant_value") if isinstance(allowed, dict) else None
        if isinstance(ids, list) and len(ids) == 1:
            only = ids[0]
            return only if isinstance(only, str) and _ACCOUNT.fullmatch(only) else None
        return None

    def _value(self, expression: Any, *, in_root: bool) -> Any:
        """A constant, or the value of the one root variable that an expression reads."""
        if not isinstance(expression, dict):
            return None
        value = expression.get("constant_value")
        return self._variable(expression.get("references")) if value is None and in_root else value

    def _variable(self, references: Any) -> Any:
        """The value of a root variable, when the expression is that variable and nothing else."""
        if not isinstance(references, list) or len(references) != 1:
            return None
        name = references[0]
        if not isinstance(name, str) or not name.startswith("var."):
            return None
        variable = self._variables.get(name.removeprefix("var."))
        return variable.value if variable else None


def _role_of(block: Any) -> Any:
    """The expression that names a block's role, or None where the block says there is none."""
    if block is None or block == {}:
        return None
    if not isinstance(block, dict) or {"references", "constant_value"} & block.keys():
        return {}  # a block in a form of its own: a role that cannot be told
    role = block.get("role_arn")
    return None if role is None or role in _NO_ROLE else role


def _unresolved(block: str) -> str:
    return (
        "the provider assumes a role that the plan does not resolve:"
        f" write {block}.role_arn as an ARN or as one root variable that holds it"
    )


def _agreed(told: Iterator[str | None]) -> str | None:
    """What all who tell anything tell alike."""
    values = {value for value in told if value is not None}
    return values.pop() if len(values) == 1 else None
