"""Audits one account in one Region, and sends the findings to Security Hub there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from assay.catalog.aws.sdk import Sdk
from assay.catalog.aws.security_hub import SecurityHub
from assay.catalog.interface import ImageCatalog
from assay.catalog.questions import IDENTITIES
from assay.errors import CatalogError
from assay.fleet.collecting import collect
from assay.model import Identity, Place, Policy
from assay.run.audit import audit, fleet_of
from assay.run.push import Writing, push


def push_here(
    sdk: Sdk, catalog: ImageCatalog, policy: Policy, region: str, clock: Callable[[], datetime]
) -> dict[str, Any]:
    """Return how many findings were imported and archived.

    Raises `CatalogError` if any was not accepted, or if not all of the place was seen; even then,
    the known findings are sent.
    """
    here = Place.of(region)
    identity = catalog.ask(IDENTITIES, [here])[here]
    if not isinstance(identity, Identity):
        raise CatalogError(
            f"it is not known which account this is: {getattr(identity, 'reason', '')}"
        )
    account, now = identity.account, clock()
    seen = collect(catalog, account, region, clock)
    fleet = fleet_of("live", [seen.place], {(account, region): list(seen.uses)}, catalog, policy)
    report = audit(fleet, (), policy, now, now)
    (found,) = push(SecurityHub(sdk), Writing(report, now, dry_run=False, workers=1))
    if found.refused is not None:
        raise CatalogError(f"nothing was pushed: {found.refused}")
    if found.not_taken:
        first = found.not_taken[0]
        raise CatalogError(
            f"{len(found.not_taken)} findings were not accepted, the first is {first.id}: {first.reason}"
        )
    if report.unread:
        raise CatalogError(f"not everything was seen: {seen.place.state}: {seen.place.reason}")
    return {
        "account": account,
        "region": region,
        "imported": found.imported,
        "archived": found.archived,
    }
