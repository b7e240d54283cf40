"""Which Region and account a planned resource belongs to.

The Region comes from, in order of precedence: the resource's own `region` (hashicorp/aws 6), a
constant in its provider block, the user of assay, AWS's answers to that provider in the prior
state, what the provider's expression reads, and finally the policy. A plan does not contain the
environment of the machine that made it.

The account comes from the block (accounts.py), or else from ARNs in the prior state. None means
that the plan names no account other than the caller's; an unknown account is never None.

A place that is only likely becomes a candidate: ids are looked up there, names are not
(`Unplaced`). Provider expressions can contain credentials: only Region names and account ids leave
this module.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from assay.inputs.plan.document.configuration import Configured
from assay.inputs.plan.document.document import Configuration, ProviderConfig, Variable
from assay.inputs.plan.document.planned import UNKNOWN
from assay.inputs.plan.document.prior import Prior, Sign
from assay.inputs.plan.places.accounts import Account, account_of
from assay.inputs.plan.places.regions import Mentions, Region, read, region_of, regions_in
from assay.inputs.plan.places.standing import Standing, in_region, iterates, nowhere
from assay.model import Place, Unplaced
from assay.model.addresses import ModulePath
from assay.model.ids import is_region

_PASSED = (
    "the provider block of its module is empty, a placeholder for the one that the caller passes,"
    " which a plan does not show"
)
_NAME_IT = "declare the provider in required_providers of every module on the way, without a provider block"
_MISSING = "its provider block is missing"
_NOWHERE = "nothing specifies the provider's Region (it comes from the environment)"
_SAY_IT = 'write region = "…" in the provider block, or give --region or the policy\'s aws.region'
_NO_REGION = 'write region = "…" with the name of a Region'
_LATER = "give it a value that is known when Terraform plans"


class Providers:
    """Finds the places of resources from the plan's provider configuration."""

    def __init__(
        self,
        configuration: Configuration | None,
        variables: dict[str, Variable] | None,
        fallback: str | None,
        prior: Prior | None = None,
        said: str | None = None,
    ) -> None:
        """`fallback` is the Region for resources about which the plan says nothing; `said` is the
        user's Region, which takes precedence over one that can only be inferred.
        """
        self._configs = (configuration.provider_config if configuration else None) or {}
        self._variables = variables or {}
        self._fallback = fallback
        self._said = said
        self._prior = prior
        self._standings: dict[str, Standing] = {}
        self._passed_on: dict[str, Standing] = {}
        self._places: dict[tuple[Any, int], Place | Unplaced] = {}

    def place(self, own_region: Any, configured: Configured | None) -> Place | Unplaced:
        """Return the place of a resource, given its `region` attribute and its block."""
        if not isinstance(own_region, str) and own_region is not UNKNOWN:
            own_region = None
        key = (own_region, id(configured))
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = self._place(own_region, configured)
        return found

    def _place(self, own_region: Any, configured: Configured | None) -> Place | Unplaced:
        standing = self._of_provider(configured) if configured else Standing()
        if own_region is UNKNOWN:
            found = nowhere("its own `region` is known only after apply", _LATER, standing)
            return replace(found, single=False)
        if own_region is not None and not is_region(own_region):
            return nowhere("its own `region` is not a Region name", _NO_REGION, standing)
        if own_region is not None:
            return in_region(own_region, standing)
        region = standing.region
        if region.name is not None:
            return in_region(region.name, standing)
        if region.constant:
            return nowhere(region.reason or "", region.cure, standing)
        if region.reason is None:
            told = self._said or self._fallback
            return in_region(told, standing) if told else nowhere(_NOWHERE, _SAY_IT, standing)
        among = dict.fromkeys((self._said, *region.among) if self._said else region.among)
        if len(among) == 1 and self._said:
            return in_region(self._said, standing)
        found = nowhere(region.reason, region.cure, standing)
        account = standing.account
        said = self._said and account.reason is None
        return replace(
            found,
            candidates=tuple(Place.of(each, account.id) for each in among),
            said=Place.of(self._said, account.id) if self._said and said else None,
        )

    def elsewhere(self, place: Place | Unplaced, region: Any) -> Place | Unplaced:
        """Return the same account in another Region, or the place itself if no Region is given."""
        if region is None:
            return place
        if region is UNKNOWN:
            return Unplaced("the source's Region is known only after apply", _LATER)
        if not is_region(region):
            return Unplaced("the source's Region is not a Region name", _NO_REGION)
        if isinstance(place, Place):
            return Place.of(region, place.account)
        accounts = {each.account for each in place.candidates}
        if len(accounts) != 1:
            return place
        there = Place.of(region, accounts.pop())
        if place.account_told and not place.among:
            return there
        return replace(place, candidates=(there,), said=None, region_told=True)

    # ------------------------------------------------------------------------- provider blocks

    def _of_provider(self, configured: Configured) -> Standing:
        found = self._find(configured.block.provider_config_key, configured.module)
        return self._of(*found) if found else Standing()

    def _of(self, name: str, config: ProviderConfig) -> Standing:
        if name not in self._standings:
            self._standings[name] = self._standing(name, config)
        return self._standings[name]

    def _standing(self, name: str, config: ProviderConfig) -> Standing:
        """The standing of a block, with the prior state only if the block does not give its place."""
        if name not in self._configs and "." in name:
            among = tuple(dict.fromkeys(self._named(name)))
            standing = Standing(
                Region(among=among, reason=_MISSING, cure=_NAME_IT),
                Account(None, _MISSING, _NAME_IT),
                name,
            )
        elif config.expressions or ":" not in name:
            readable = {} if ":" in name else self._variables
            expressions = config.expressions or {}
            standing = Standing(
                region_of(config, readable, lambda: self._named(name)),
                account_of(expressions, lambda expression: read(expression, readable)),
                name,
                single=not iterates(expressions),
            )
        else:
            standing = replace(self._passed(config), name=name)
        certain = standing.region.name is not None and standing.account.reason is None
        return standing if certain else self._corroborated(standing)

    def _corroborated(self, standing: Standing) -> Standing:
        """Add AWS's answers to the same provider, whose resources cannot be in two places."""
        signs = self._signs.get(standing.name or "", ())
        region, account = standing.region, standing.account
        seen = dict.fromkeys(sign.region for sign in signs if sign.region)
        if region.name is None and not region.constant and seen and standing.single:
            agreed = len(seen) == 1 and (not region.among or next(iter(seen)) in region.among)
            if agreed and region.reason is None:
                region = region if self._said else Region(next(iter(seen)))
            elif agreed and self._said in (None, *seen) and self._fits(standing, next(iter(seen))):
                region = Region(next(iter(seen)))
            elif region.reason is not None:
                region = replace(region, among=tuple(dict.fromkeys((*region.among, *seen))))
        accounts = {sign.account for sign in signs if sign.account}
        if len(accounts) == 1 and standing.single:
            (only,) = accounts
            unsaid = standing.region.name is None or account.reason is not None
            if account.id in (None, only) and unsaid and only in (account.among or accounts):
                account = Account(only)
        return replace(standing, region=region, account=account)

    def _fits(self, standing: Standing, region: str) -> bool:
        """Whether all zones in the plan for the same provider are in this Region."""
        return all(zone == region for zone in self._zones.get(standing.name, ()))

    @cached_property
    def _signs(self) -> dict[str, list[Sign]]:
        """What the prior state says, by provider."""
        signs: defaultdict[str, list[Sign]] = defaultdict(list)
        for sign in self._prior.signs() if self._prior else ():
            name = self._name_of(sign.configured)
            if name is not None:
                signs[name].append(sign)
        return signs

    def _name_of(self, configured: Configured) -> str | None:
        found = self._find(configured.block.provider_config_key, configured.module)
        return found[0] if found else None

    def _named(self, than: str) -> Iterable[str]:
        """The Regions in variables, other provider blocks and the policy, or else those of zones."""
        return self._regions_named.named_by_others(than) or self._zones.get(than, ())

    @cached_property
    def _regions_named(self) -> Mentions:
        found: list[tuple[str | None, str]] = []
        found += ((None, each) for each in regions_in(v.value for v in self._variables.values()))
        for name, config in self._configs.items():
            written = read((config.expressions or {}).get("region"), {})
            found += ((name, each) for each in regions_in(written))
        return Mentions((*found, (None, self._fallback)) if self._fallback else found)

    @cached_property
    def _zones(self) -> dict[str | None, dict[str, None]]:
        """The Regions of the zones in the plan, by provider."""
        found: defaultdict[str | None, dict[str, None]] = defaultdict(dict)
        for configured, zone in self._prior.planned_zones() if self._prior else ():
            found[self._name_of(configured)][zone] = None
        return dict(found)

    def _find(self, key: str | None, module: ModulePath) -> tuple[str, ProviderConfig] | None:
        """Return the provider block that a resource uses.

        Before Terraform 1.1, a child module's key may be missing from the map: the provider is then
        inherited from the nearest parent (terraform issues 23408 and 30113). A provider that is
        found nowhere has no block and is known only by its name.
        """
        if key is None:
            return None
        if key in self._configs:
            return self._meant_by(key)
        local = key.rpartition(":")[2]
        for depth in range(len(module), -1, -1):
            prefix = ".".join(f"module.{name}" for name in module[:depth])
            candidate = f"{prefix}:{local}" if prefix else local
            if candidate in self._configs:
                return self._meant_by(candidate)
        return local, ProviderConfig()

    def _meant_by(self, key: str) -> tuple[str, ProviderConfig]:
        """Return the block, or the only one that an empty block in a module can stand for."""
        config = self._configs[key]
        if ":" not in key or config.expressions:
            return key, config
        default = config.name or key.rpartition(":")[2]
        if all(name == default for name, _ in self._like(config)):
            return default, self._configs.get(default, ProviderConfig())
        return key, config

    def _like(self, config: ProviderConfig) -> list[tuple[str, ProviderConfig]]:
        """Return the blocks of the same provider that are not empty or are in the root module."""
        return self._by_provider.get(_provider(config), [])

    @cached_property
    def _by_provider(self) -> dict[str, list[tuple[str, ProviderConfig]]]:
        found: defaultdict[str, list[tuple[str, ProviderConfig]]] = defaultdict(list)
        for name, config in self._configs.items():
            if ":" not in name or config.expressions:
                found[_provider(config)].append((name, config))
        return dict(found)

    def _passed(self, config: ProviderConfig) -> Standing:
        """Return the standing of an empty block in a module, which may be any of its provider's.

        It is a "proxy configuration block" (HashiCorp, "Providers Within Modules"), or what a plan
        shows if a module on the way does not name the provider in `required_providers`.
        """
        found = self._passed_on.get(_provider(config))
        if found is not None:
            return found
        others = [self._of(other, each) for other, each in self._like(config)]
        regions = dict.fromkeys(
            each
            for other in others
            for each in ((other.region.name,) if other.region.name else other.region.among)
        )
        if self._fallback:
            regions[self._fallback] = None
        accounts = {other.account for other in others}
        found = self._passed_on[_provider(config)] = Standing(
            Region(among=tuple(regions), reason=_PASSED, cure=_NAME_IT),
            accounts.pop() if len(accounts) == 1 else Account(None, _PASSED, _NAME_IT),
            single=all(other.single for other in others),
        )
        return found


def _provider(config: ProviderConfig) -> str:
    """Return `aws` for `aws.eu`."""
    return (config.name or "").partition(".")[0]
