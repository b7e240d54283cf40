"""Where an image or an instance comes from, as shown by AWS now, a stored night, and CloudTrail.

For a night that is named, AWS is not asked: the past is shown as it was stored.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assay.errors import InputError
from assay.fleet.growing import grow
from assay.fleet.memory import Memory
from assay.model import (
    Action,
    AmiId,
    AmiReference,
    AncestryEnd,
    CatalogFacts,
    Cause,
    Kind,
    Place,
    Resolved,
    Subject,
    Unresolved,
)
from assay.model.lines import OPEN, Claim, Gap, Grade, Link
from assay.model.places_seen import PlaceSeen
from assay.report.lineage.ends import end_of, nothing
from assay.report.lineage.view import Lineage, Past, nodes_of
from assay.run import check
from assay.run.catalogs import open_catalog
from assay.run.one_image import Where, named_place, recorded_place
from assay.run.policies import policy_if_any
from assay.run.present import Present, Traced
from assay.run.unknown import listed_now, unknown, unseen
from assay.run.witness import Witness

if TYPE_CHECKING:
    from assay.run.host import Host


class Remembering(Struct, frozen=True):
    """The night to use in addition to AWS, or alone."""

    memory: Memory | None = None
    alone: bool = False
    gap: Gap | None = None
    """Why there is no night, if the user might expect one."""


def trace(host: "Host", named: str, where: Where, night: Remembering) -> Lineage:
    """Return the lineage of an image or an instance. Raises `AssayError` if nothing can be asked."""
    policy, memory, now = policy_if_any(host, where.policy_path), night.memory, host.now()
    as_of = where.asking.as_of or now
    seen: tuple[PlaceSeen, ...] = ()
    if night.alone and memory is not None:
        place, traced = _past(named, where, memory)
        facts = CatalogFacts("offline", None, None, {})
    else:
        place = named_place(where.region, where.account, policy)
        catalog = open_catalog(host, where.asking, policy.readers if policy else None)
        place = recorded_place(place, named, catalog)
        witness = Witness(catalog, now)
        present = Present(witness, place, policy, as_of, memory)
        with host.watching(catalog):
            traced = present.instance(named) if named.startswith("i-") else present.image(named)
            if not traced.links:
                _refuse_unknown(named, present.place, witness, traced, night)
        check.refuse_credentials(catalog)
        place, seen, facts = present.place, witness.places(), catalog.facts()
    links, whole = traced.links, is_whole(traced.links)
    gaps = [*traced.gaps, *([night.gap] if night.gap and not whole else [])]
    gaps += unseen(memory.night) if memory and not links else ()
    golden = None
    if policy is not None and links:
        golden = check.golden_marks_of(_subject(links[0], place), policy, as_of)
    return Lineage(
        image_id=links[0].image_id if links else named,
        account=place.account,
        region=place.region,
        nodes=nodes_of(links, golden),
        end=end_of(links) if links else nothing(*traced.why),
        clues=traced.clues,
        policy=policy,
        as_of=as_of,
        catalog=facts,
        traced=named,
        generated_at=now,
        places=(*seen, *_stored_places(memory, links, whole=whole)),
        gaps=tuple(dict.fromkeys(gaps)),
        instance=traced.instance,
        night=Past(memory.night.date, memory.night.store.path) if memory else None,
        whole=whole,
    )


def is_whole(links: Sequence[Link]) -> bool:
    """Whether the lineage leads from its image to one of EC2's ends, without a leap."""
    if not links or links[0].image is None or links[-1].end in (None, *OPEN):
        return False
    leaps = any(link.edge is Grade.MARK for link in links)
    unasked = any(
        link.visible is None and not any(told.claim is Claim.IMAGE for told in link.told)
        for link in links
    )
    return not leaps and not unasked


def _refuse_unknown(
    named: str, place: Place, witness: Witness, traced: Traced, night: Remembering
) -> None:
    """Raise `InputError` if it is known to be elsewhere, or does not exist anywhere visible."""
    memory = night.memory
    there = memory.places_of(named) if memory else []
    if memory and there:
        said = f"{memory.name} has {named} in {', '.join(there)}, and not in {place}"
        raise InputError(said, hint="name that with --region and --account")
    missing = traced.gaps or night.gap or (memory and memory.night.unseen)
    if not traced.absent or missing or witness.facts().kind != "live":
        return
    who = f", and {memory.name} of {memory.night.store.path} has none" if memory else ""
    what = f"{traced.why[1]}{who}"
    raise unknown(what, named, memory.night if memory else None, listed_now(witness, place, named))


def _past(named: str, where: Where, memory: Memory) -> tuple[Place, Traced]:
    """Trace by the night alone. Raises `InputError` if an id is in several places."""
    kept = memory.instance(named) if named.startswith("i-") else []
    at: list[tuple[str | None, str]] = [(each.account, each.region) for each in kept]
    if not named.startswith("i-"):
        at = [(where.account, region) for region in memory.regions_of(named)]
    at = [
        (account, region)
        for account, region in at
        if where.region in (None, region) and where.account in (None, account)
    ]
    if len(at) > 1:
        told = ", ".join(f"{account or 'any account'}/{region}" for account, region in at)
        raise InputError(f"{memory.name} has {named} in {told}", hint="name one with --region")
    if not at:
        place = Place.of(where.region or "any Region", where.account)
        said = f"{memory.name} of {memory.night.store.path} has no {named}"
        there = memory.places_of(named)
        if there:
            here = "/".join(filter(None, (where.account, where.region)))
            said = f"{memory.name} has {named} in {', '.join(there)}, and not in {here}"
            raise InputError(said, hint="name that, or no place")
        if not memory.night.unseen:
            raise unknown(said, named, memory.night)
        return place, Traced([], [], why=(Cause.NOT_VISIBLE.value, said))
    place = Place.of(at[0][1], at[0][0])
    launched = next((each for each in kept if (each.account, each.region) == at[0]), None)
    first = Link(named, place.region) if launched is None else memory.link_of(launched)
    line, gaps = grow([first], [memory])
    if line[-1].end is None:
        said = f"{memory.name} lists no {line[-1].image_id}"
        line[-1] = replace(line[-1], end=AncestryEnd.NOT_VISIBLE, detail=said)
    instance = launched.use if launched else None
    return place, Traced(line, [*gaps, *memory.disputes], instance=instance)


def _stored_places(
    memory: Memory | None, links: Sequence[Link], *, whole: bool
) -> tuple[PlaceSeen, ...]:
    """The places of a night that contributed and, if anything is missing, those not seen."""
    if memory is None:
        return ()
    told = {
        (each.account, each.region)
        for link in links
        for each in link.told
        if each.source == memory.name
    }
    missing = () if whole else memory.night.unseen
    return tuple(
        each
        for each in memory.night.places
        if (each.account, each.region) in told or each in missing
    )


def _subject(link: Link, place: Place) -> Subject:
    """The subject as if the image were launched there, to find which part of a policy applies."""
    reference = AmiReference(
        link.image_id, "", "", Kind.LAUNCH, Action.CREATE, AmiId(link.image_id), place
    )
    if link.image is None:
        return Subject(reference, place, Unresolved(Cause.NOT_VISIBLE, "", link.image_id))
    return Subject(reference, place, Resolved(link.image, place))
