"""One night of a fleet: which places to read, what is in them, and what each image is."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, as_completed
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from assay.catalog.decorators.remembering import knowing
from assay.catalog.interface import Answer, ImageCatalog
from assay.catalog.questions import ANCESTRY, IDENTITIES
from assay.errors import CatalogError, CredentialsError
from assay.fleet.ancestries import Child, Node
from assay.fleet.classes import Classes
from assay.fleet.journal import Journal
from assay.fleet.night import Night
from assay.fleet.places import At, in_regions, members, spread
from assay.fleet.store import Store
from assay.fleet.totals import Trend, Used
from assay.fleet.uses import OWN, SHARED, missed
from assay.model import Ancestry, Identity, Organization, Place, Policy
from assay.model.inventory import Classified, ImageClass, Inventory, UseType
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.model.times import day_of
from assay.run.host import Host
from assay.run.places import Reply, failed
from assay.run.progress import Progress
from assay.run.shares import shares, untold, with_shares
from assay.run.workers import How, workers


class Wanted(Struct, frozen=True):
    """What to read, how to read it, and where to keep it."""

    accounts: Sequence[str] | Organization
    """If empty, the caller's own account."""
    regions: Sequence[str]
    """If empty, all Regions that are enabled for each account."""
    home: str
    """The Region in which global questions are asked."""
    store: Path
    as_of: datetime
    how: How
    permissions: bool = False
    """Whether to ask with whom unused images are shared."""


def inventory(
    host: Host, catalog: ImageCatalog, policy: Policy, wanted: Wanted, progress: Progress
) -> Inventory:
    """Read all places that are wanted, and store the night.

    Raises `AssayError` if nothing could be seen, or if the store cannot be written.
    """
    store = Store(wanted.store)
    places, lost = wanted_places(host, catalog, wanted.accounts, wanted.regions, wanted.home)
    progress.expect(len(places), lost)
    journal = Journal(wanted.store, f"{day_of(wanted.as_of)} {policy.sha256}")
    done = False
    try:
        found = _collected(host, catalog, places, journal, wanted, progress)
        if all(each.state in _NOTHING for each in found.values()):
            raise CatalogError(_why([*lost, *found.values()]))
        written = _written(store, journal, policy, found, wanted, catalog, progress.endpoint)
        seen = (*written.places, *lost)
        store.finish(day_of(wanted.as_of), seen)
        done = True
    finally:
        journal.close(done=done)
    night = Night(day_of(wanted.as_of), seen, store)
    return Inventory(
        wanted.as_of,
        seen,
        _Images(night),
        written.classes,
        progress.calls,
        progress.endpoint,
        written.running,
        Used(night),
        Trend(night, _NIGHTS),
        written.gaps,
    )


_NIGHTS = 60
"""The number of nights that are compared."""


class _Images(Struct, frozen=True):
    """The images that were read in a night, from its files, because they may not fit into memory."""

    night: Night

    def __iter__(self) -> Iterator[Classified]:
        return self.night.images(stale=False)


_NOTHING = (PlaceState.DENIED, PlaceState.FAILED, PlaceState.OPTED_OUT, PlaceState.SUSPENDED)
_LISTS_OF_IMAGES = ((False, OWN), (True, SHARED))
_AGAIN = (PlaceState.CUT_SHORT, *_NOTHING)
"""Places that are read again when a run continues."""


def wanted_places(
    host: Host,
    catalog: ImageCatalog,
    accounts: Sequence[str] | Organization,
    regions: Sequence[str],
    home: str,
) -> tuple[list[At], list[PlaceSeen]]:
    """Return the places to read and those that cannot be read; for the parameters, see `Wanted`."""
    others: list[PlaceSeen] = []
    match accounts:
        case Organization() as organization:
            ids, others = members(catalog, Place.of(home), organization)
        case named:
            ids = list(named) or [_caller(catalog, home)]
    found = in_regions(catalog, ids, regions, home, host.now)
    return found.places, [*others, *found.lost]


def _caller(catalog: ImageCatalog, region: str) -> str:
    place = Place.of(region)
    answer = catalog.ask(IDENTITIES, [place])[place]
    if not isinstance(answer, Identity):
        raise CredentialsError(
            f"it is not known which account this is: {getattr(answer, 'reason', '')}"
        )
    return answer.account


def _collected(
    host: Host,
    catalog: ImageCatalog,
    places: Sequence[At],
    journal: Journal,
    wanted: Wanted,
    progress: Progress,
) -> dict[At, PlaceSeen]:
    """Read the places; return the state of each. What was read is in the journal, not in memory."""
    kept = {(each.account, each.region): each for each in (read.place for read in journal.kept())}
    found = {at: kept[at] for at in places if at in kept and kept[at].state not in _AGAIN}
    if found:
        host.note(
            f"{len(found):,} of {len(places):,} places were already read; continuing with the others"
        )
    for each in found.values():
        progress.read(each)
    rest = spread([at for at in places if at not in found], wanted.how.workers)
    try:
        for at, reply in _read(host, catalog, rest, wanted.how):
            # Keep it first: a run that is ended now loses only what is still being read
            journal.keep(at, reply.content)
            found[at] = reply.place
            progress.read(reply.place)
            progress.heard(reply)
    except BaseException:
        if found:
            host.note(
                f"{len(found):,} of {len(places):,} places were read and are kept; the next run continues from there"
            )
        raise
    return {at: found[at] for at in places}


def _read(
    host: Host, catalog: ImageCatalog, places: Sequence[At], how: How
) -> Iterator[tuple[At, Reply]]:
    """Yield each place as it is read, in any worker. A place whose worker was lost has failed."""
    if not places:
        return
    with workers(host, catalog, how, len(places)) as at_work:
        running = {at_work.executor.submit(at_work.read, at): at for at in places}
        for each in as_completed(list(running)):
            at = running.pop(each)
            try:
                reply = each.result()
            except at_work.lost as error:
                reply = failed(at, str(error), host.now())
            except CancelledError:
                raise CatalogError(
                    "the process or worker that was reading the places has ended",
                    hint="run it again; it continues where it stopped",
                ) from None
            yield at, reply


class _Written(Struct):
    """What is known about a night without reading its files again."""

    places: list[PlaceSeen] = []
    classes: defaultdict[str, Counter[ImageClass]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    running: Counter[str] = field(default_factory=Counter)
    gaps: tuple[str, ...] = ()


def _written(
    store: Store,
    journal: Journal,
    policy: Policy,
    found: Mapping[At, PlaceSeen],
    wanted: Wanted,
    catalog: ImageCatalog,
    endpoint: str | None,
) -> _Written:
    """Classify images by what all places contain, and write the file of each place, one at a time."""
    classes = Classes(policy.golden, wanted.as_of)
    for at in found:
        classes.learn(journal.read(at))
    classes.ask(partial(_ancestries, catalog, endpoint))
    told = shares(catalog, map(journal.read, found), classes.of) if wanted.permissions else {}
    night, written = day_of(wanted.as_of), _Written(gaps=untold(told))
    for at, place in found.items():
        if place.state in _NOTHING:
            stale = store.keep_older(night, place)
            written.places.append(replace(place, stale_since=stale))
            continue
        collected = journal.read(at)
        images = with_shares(classes.of(collected), told)
        store.write(night, place, images, collected.uses)
        if place.state is PlaceState.CUT_SHORT:
            cut = [shared for shared, name in _LISTS_OF_IMAGES if name not in place.whole]
            store.keep_rest(night, place, cut, missed(place.whole))
        written.places.append(place)
        written.classes[place.account].update(each.kind for each in images)
        written.running.update(
            use.image_id for use in collected.uses if use.type is UseType.INSTANCE and use.image_id
        )
    return written


def _ancestries(
    catalog: ImageCatalog, endpoint: str | None, children: Collection[Child]
) -> dict[Node, Answer[Ancestry]]:
    """Ask EC2's record about images whose source is in no listing."""
    keys = {(Place.of(each.node[0], each.account), each.node[1]): each for each in children}
    described = {key: each.image for key, each in keys.items()}
    answers = knowing(catalog, described, endpoint).ask(ANCESTRY, list(keys))
    return {keys[key].node: answer for key, answer in answers.items()}


def _why(found: Collection[PlaceSeen]) -> str:
    reasons = list(dict.fromkeys(each.reason or "" for each in found)) or ["none is wanted"]
    more = f", and {len(reasons) - 1} other reasons" if reasons[1:] else ""
    return f"none of the {len(found)} places could be seen: {reasons[0]}{more}"
