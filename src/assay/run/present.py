"""The lineage of an image or instance as AWS shows it now; a night and CloudTrail fill gaps."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from assay.catalog.fleet_questions import INSTANCE_IMAGES
from assay.catalog.interface import Absent, Answer, Unavailable
from assay.catalog.questions import ANCESTRY, IDENTITIES
from assay.fleet.growing import Source, grow
from assay.fleet.memory import Memory, as_image
from assay.fleet.sights import MOST_CALLS, Eyes, Trail, unfollowed
from assay.model import Ancestry, AncestryEnd, Cause, Clue, Identity, Place, Policy, Unresolved
from assay.model.lines import Claim, Gap, Grade, Link, Told, links_of
from assay.model.uses import ImageUse
from assay.run import check
from assay.run.unknown import may_be_hidden
from assay.run.witness import Witness


class Traced(Struct):
    """The result of tracing an image or an instance."""

    links: list[Link]
    gaps: list[Gap]
    clues: tuple[Clue, ...] = ()
    why: tuple[str, str] = ("", "")
    """The reason and its text, if there is no lineage at all."""
    instance: ImageUse | None = None
    absent: bool = False
    """Whether it does not exist, provided that the caller may see everything."""


class Present:
    """Traces with what can be asked now, from one place."""

    def __init__(
        self,
        witness: Witness,
        place: Place,
        policy: Policy | None,
        as_of: datetime,
        memory: Memory | None,
    ) -> None:
        self.place = place
        """With the caller's account, as soon as it is known."""
        self._witness = witness
        self._policy = policy
        self._as_of = as_of
        self._memory = memory
        self._most: int | None = None
        self._at = witness.facts().recorded_at or witness.asked_at

    def image(self, image_id: str) -> Traced:
        """Trace an image by its id."""
        (subject,) = check.look_up([image_id], self.place, self._witness, self._policy)
        if isinstance(subject.place, Place):
            self.place = subject.place
        found = subject.resolution
        if not isinstance(found, Unresolved):
            assert subject.provenance is not None
            return self._grown(links_of(subject.provenance, self._at))
        unseen = found.cause is Cause.NOT_VISIBLE
        first = Link(
            image_id, self.place.region, None, False if unseen else None,
            end=AncestryEnd.NOT_VISIBLE if unseen else AncestryEnd.REFUSED, detail=found.reason,
            refused=not unseen,
        )  # fmt: skip
        traced = self._grown([first])
        if not traced.links[0].told:  # no other source knows anything about it either
            traced.links = []
            traced.absent = unseen and not may_be_hidden(self._witness, self.place, image_id)
        traced.clues, traced.why = found.clues, (found.cause.value, found.reason)
        return traced

    def instance(self, instance_id: str) -> Traced:
        """Trace an instance by its id, in at most five calls."""
        self._most = MOST_CALLS
        identity = self._witness.ask(IDENTITIES, [self.place])[self.place]
        if isinstance(identity, Identity):
            self.place = replace(self.place, account=identity.account)
        key = (self.place, instance_id)
        use = self._witness.ask(INSTANCE_IMAGES, [key])[key]
        if isinstance(use, ImageUse):
            api = "ec2:DescribeInstanceImageMetadata"
            image, told = use.image, self._told(Claim.IMAGE, api)
            first = Link(
                image.id, self.place.region, as_image(image),
                creation_date=image.creation_date, told=(told,),
            )  # fmt: skip
            return self._launched(use, first)
        why = _why(use, instance_id, self.place)
        gap = Gap(why[1], self.place.account, self.place.region)
        for kept in self._memory.instance(instance_id) if self._memory else ():
            if self._memory and kept.region == self.place.region:
                traced = self._launched(kept.use, self._memory.link_of(kept))
                traced.gaps.insert(0, gap)
                # The night has the instance's account, even if another account was asked
                self.place = replace(self.place, account=kept.account)
                return traced
        return Traced(
            [], [] if isinstance(use, Absent) else [gap], why=why, absent=isinstance(use, Absent)
        )

    def _launched(self, use: ImageUse, first: Link) -> Traced:
        traced = self._grown(self._ancestry(first))
        traced.instance = use
        return traced

    def _ancestry(self, first: Link) -> list[Link]:
        """The lineage in EC2's record, which contains little more than ids."""
        key = (self.place, first.image_id)
        if not self._may(1):
            return [unfollowed(first)]
        answer = self._witness.ask(ANCESTRY, [key])[key]
        if not isinstance(answer, Ancestry):
            reason = answer.reason if isinstance(answer, Unavailable) else "EC2 knows no ancestry"
            return [replace(first, end=AncestryEnd.REFUSED, detail=reason)]
        told = self._told(Claim.IMAGE, "ec2:GetImageAncestry")
        source = replace(told, claim=Claim.SOURCE)
        links = [
            Link(
                entry.image_id, entry.region, None,
                creation_date=entry.creation_date, owner_alias=entry.owner_alias, told=(told,),
            )
            for entry in answer.entries[1:]
        ]  # fmt: skip
        line = [first, *links]
        for number, after in enumerate(links):
            parent, before = (after.image_id, after.region), line[number]
            line[number] = replace(
                before, parent=parent, edge=Grade.RECORDED, told=(*before.told, source)
            )
        line[-1] = replace(line[-1], end=answer.end, detail=answer.detail)
        return line

    def _grown(self, links: list[Link]) -> Traced:
        """Add what all sources know."""
        eyes = Eyes(self._witness, self.place, self._may, self._at)
        trail = Trail(self._witness, self.place, self._may, self._as_of, self._readable)
        sources: list[Source] = [eyes]
        if self._most is not None:
            eyes.look(links)
        if self._memory is not None:
            sources.append(self._memory)
        if self._witness.facts().kind == "live":
            sources.append(trail)
        line, gaps = grow(links, sources)
        disputes = self._memory.disputes if self._memory else []
        return Traced(line, [*gaps, *eyes.gaps, *trail.gaps, *disputes])

    def _may(self, calls: int) -> bool:
        return self._most is None or self._witness.calls + calls <= self._most

    def _readable(self, account: str) -> bool:
        readers = self._policy.readers if self._policy else None
        return readers is not None and readers.of(self.place.partition, account) is not None

    def _told(self, claim: Claim, api: str) -> Told:
        return Told(claim, Grade.RECORDED, api, self.place.account, self.place.region, self._at)


def _why(answer: Answer[ImageUse], instance: str, place: Place) -> tuple[str, str]:
    """The reason why nothing is known about an instance, and its text."""
    if isinstance(answer, Unavailable):
        return Cause.LOOKUP_FAILED.value, answer.reason
    known = "EC2 shows terminated instances for about an hour"
    return Cause.NOT_VISIBLE.value, f"EC2 shows no {instance} in {place}; {known}"
