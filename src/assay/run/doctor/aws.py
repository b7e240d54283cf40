"""What `doctor` asks AWS: with which identities and permissions, and at which endpoints.

Nothing here changes anything, and no answer is quoted except the identities' ARNs, error codes and
the state of Allowed AMIs.
"""

from collections.abc import Iterator, Sequence

from assay.catalog.aws.permissions import READS
from assay.catalog.aws.sdk import Sdk
from assay.catalog.live import LiveCatalog
from assay.inputs.plan.plan import Source
from assay.model import Identity, Place, Policy, Readers
from assay.run.doctor.identities import caller, identity, readers_for, readers_of, untried
from assay.run.doctor.inputs import regions, undetermined
from assay.run.doctor.needed import Needed
from assay.run.doctor.observation import Level, Observation
from assay.run.doctor.permissions import Trying, allowed_images, tried


def examine(
    sdk: Sdk, region: str, readers: Readers | None, fleet: Sequence[str] = ()
) -> Iterator[Observation]:
    """Examine the caller, the readers, and what each of them may ask in `region`.

    If the caller's identity is not known, nothing else is asked. A required permission that is
    missing in the caller's own account is only a warning if a reader can be used, because the
    reader's account can still be checked. The common reader for all other accounts is tried in
    those of `fleet`.
    """
    readers = readers or Readers()
    catalog = LiveCatalog(sdk)
    own = identity(catalog, Place.of(region))
    yield caller(own)
    if not isinstance(own, Identity):
        yield Observation(Level.SKIP, "readers and permissions: the credentials cannot be used")
        return
    places = [Place.of(region, own.account)]
    for account, said in readers_of(catalog, region, readers, fleet, own):
        yield said
        if said.level is Level.OK and account != own.account:
            places.append(Place.of(region, account))
    if readers.common is not None:
        yield untried(readers.common)
    spared = len(places) > 1 or readers.common is not None
    yield from tried(sdk, _tries(places, spared=spared))
    yield from allowed_images(catalog, places)


def _tries(places: Sequence[Place], *, spared: bool) -> list[Trying]:
    """Return the permissions to try: the caller's own place first, then those of readers.

    If there are readers, the caller may need fewer permissions.
    """
    tries: list[Trying] = []
    for place in places:
        for permission in READS:
            less = spared and place is places[0]
            bad = Level.FAIL if permission.required and not less else Level.WARN
            besides = ", but not in the accounts of readers" if permission.required and less else ""
            tries.append(Trying(place, permission, bad, besides))
    return tries


def examine_for(
    sdk: Sdk, sources: Sequence[Source], policy: Policy | None
) -> Iterator[Observation]:
    """Examine the identities and permissions that a check of `sources` needs in their places."""
    catalog = LiveCatalog(sdk)
    region = next(iter(regions(sources)), None)
    own = identity(catalog, Place.of(region)) if region else None
    if own is not None:
        yield caller(own)
    looking = isinstance(own, Identity)
    needed = Needed.of(sources, policy, catalog if looking else None)
    yield from undetermined(needed.subjects, sources, needed.bad)
    if not isinstance(own, Identity):
        why = (
            "the credentials do not work"
            if own
            else "it is not known which account and Region to ask"
        )
        yield Observation(Level.SKIP, f"readers and permissions: {why}")
        return
    seen: list[Place] = []
    for place, said in readers_for(catalog, needed.places, own):
        yield said
        if said.level is Level.OK:
            whose = place.partition, place.account
            seen += [each for each in needed.places if (each.partition, each.account) == whose]
    yield from tried(sdk, needed.tries(seen))
    if spared := needed.spared():
        yield Observation(Level.SKIP, f"not needed for this: {', '.join(spared)}")
    yield from allowed_images(catalog, seen)


def endpoints(sdk: Sdk) -> Observation:
    """Report which endpoints answered."""
    foreign = sdk.endpoints()
    if foreign is None:
        known = bool(sdk.calls())
        text = "every endpoint is AWS's own" if known else "endpoints: not tried"
        return Observation(Level.OK if known else Level.SKIP, text)
    return Observation(Level.WARN, f"not AWS's own endpoint: {foreign}")
