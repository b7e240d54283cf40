"""Which Region a planned resource belongs to.

From the strongest sign to the weakest: the resource's own `region` (hashicorp/aws 6), then its
provider block. A plan does not hold the environment of the machine that made it, so a provider
without a Region is told by whoever runs assay, or not at all. Provider expressions can hold
credentials: only Region names leave this module.
"""

import re
from typing import Any

from assay.model import Place, Unplaced
from assay.sources.configuration import Configured, ModulePath
from assay.sources.document import Configuration, ProviderConfig, Variable

UNKNOWN = object()
"""Stands for a Region that the plan will know after apply."""

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")


class Providers:
    """Places references by the plan's provider configuration."""

    def __init__(
        self,
        configuration: Configuration | None,
        variables: dict[str, Variable] | None,
        fallback: str | None,
    ) -> None:
        """`fallback` is the Region for resources about which the plan says nothing."""
        self._configs = (configuration.provider_config if configuration else None) or {}
        self._variables = variables or {}
        self._fallback = fallback
        self._regions: dict[str, str | Unplaced | None] = {}

    def place(self, own_region: Any, configured: Configured | None) -> Place | Unplaced:
        """The place of a resource whose `region` attribute is `own_region` and block `configured`."""
        if isinstance(own_region, str) and _REGION.fullmatch(own_region):
            return Place.of(own_region)
        region = self._of_provider(configured) if configured else None
        if isinstance(region, Unplaced):
            return region
        region = region or self._fallback
        if region is None:
            return Unplaced(
                "the plan does not say the provider's Region (it came from the environment):"
                " give --region or the policy's aws.region"
            )
        return Place.of(region)

    def elsewhere(self, place: Place | Unplaced, region: Any) -> Place | Unplaced:
        """The same account in another Region; where the plan names none, the place itself."""
        if region is None or isinstance(place, Unplaced):
            return place
        if region is UNKNOWN:
            return Unplaced("the source's Region is known only after apply")
        if not isinstance(region, str) or not _REGION.fullmatch(region):
            return Unplaced("the source's Region is not a Region name")
        return Place.of(region, place.account)

    def _of_provider(self, configured: Configured) -> str | Unplaced | None:
        key = configured.block.provider_config_key
        found = self._find(key, configured.module)
        if found is None:
            return None
        name, config = found
        if name not in self._regions:
            self._regions[name] = self._region(config, in_root=":" not in name)
        return self._regions[name]

    def _find(self, key: str | None, module: ModulePath) -> tuple[str, ProviderConfig] | None:
        """The provider block a resource uses.

        Before Terraform 1.1 a child module's key can be missing from the map: the provider is then
        inherited from the nearest parent (terraform issues 23408 and 30113).
        """
        if key is None:
            return None
        if key in self._configs:
            return key, self._configs[key]
        local = key.rpartition(":")[2]
        for depth in range(len(module), -1, -1):
            prefix = ".".join(f"module.{name}" for name in module[:depth])
            candidate = f"{prefix}:{local}" if prefix else local
            if candidate in self._configs:
                return candidate, self._configs[candidate]
        return None

    def _region(self, config: ProviderConfig, *, in_root: bool) -> str | Unplaced | None:
        expression = (config.expressions or {}).get("region")
        if not isinstance(expression, dict) or not expression:
            return None
        value = expression.get("constant_value")
        if value is None and in_root:
            value = self._variable(expression.get("references"))
        if isinstance(value, str) and _REGION.fullmatch(value):
            return value
        return Unplaced(
            "the provider's Region is an expression that the plan does not resolve"
            if value is None
            else "the provider's Region is not a Region name"
        )

    def _variable(self, references: Any) -> Any:
        """The value of a root variable, when the expression is that variable and nothing else."""
        if not isinstance(references, list) or len(references) != 1:
            return None
        name = references[0]
        if not isinstance(name, str) or not name.startswith("var."):
            return None
        variable = self._variables.get(name.removeprefix("var."))
        return variable.value if variable else None
