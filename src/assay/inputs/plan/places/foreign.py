"""The place of other providers' resources that name images: the plan's place, if it has only one.

A Kubernetes manifest, a script or a variable of a build system does not say where its image is
launched. If all AWS providers of a plan act in one place, it is there; if they act in several, it
is not known.
"""

from functools import cached_property
from typing import Any

from assay.inputs.plan.document.configuration import Configured
from assay.inputs.plan.document.document import ConfigResource, Configuration
from assay.inputs.plan.places.providers import Providers
from assay.inputs.surface.mentions import of_aws
from assay.model import Place, Unplaced

_AWS = ("aws", "awscc")
_WHERE = (
    "the plan acts in several accounts or Regions, and nothing says which of them is meant here"
)
_CURE = "plan what names the image separately from what acts elsewhere"


def is_foreign(resource_type: str, configured: Configured | None) -> bool:
    """Whether a resource belongs to no AWS provider, judging by its type and its block."""
    if of_aws(resource_type):
        return False
    key = configured.block.provider_config_key if configured else None
    return key is None or _local(key) not in _AWS


def _local(key: str) -> str:
    """Return `aws` for `module.x:aws.eu`."""
    return key.rpartition(":")[2].partition(".")[0]


class Foreign:
    """Finds the place of resources whose provider is not AWS's."""

    def __init__(self, configuration: Configuration | None, providers: Providers) -> None:
        self._configs = (configuration.provider_config if configuration else None) or {}
        self._providers = providers

    def at(self, own_region: Any) -> Place | Unplaced:
        """Return the place of a resource whose block is not in the plan, in the Region it names."""
        place = self.place
        if own_region is None or (isinstance(place, Unplaced) and place.reason == _WHERE):
            return place
        if isinstance(place, Place) or place.candidates:
            return self._providers.elsewhere(place, own_region)
        return self._providers.place(own_region, None)

    @cached_property
    def place(self) -> Place | Unplaced:
        """The only place of all AWS providers; if there are several, ids are looked up in each."""
        blocks = [
            Configured((), ConfigResource("aws", "", "managed", key))
            for key, config in self._configs.items()
            if _local(config.name or key) in _AWS
        ]
        places = list(dict.fromkeys(self._providers.place(None, block) for block in blocks))
        if not places:
            return self._providers.place(None, None)
        if len(places) == 1:
            return places[0]
        candidates = [
            each
            for place in places
            for each in ((place,) if isinstance(place, Place) else place.candidates)
        ]
        accounts = {each.account for each in candidates}
        return Unplaced(
            _WHERE,
            _CURE,
            candidates=tuple(dict.fromkeys(candidates)),
            account_told=len(accounts) == 1 and all(_is_told(place) for place in places),
            single=False,
        )


def _is_told(place: Place | Unplaced) -> bool:
    return isinstance(place, Place) or place.account_told
