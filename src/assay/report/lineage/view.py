"""One image's lineage as formats show it, without a plan: every fact from EC2 about each image.

EC2's own facts are shown: owners, marks, dates, states. Names of images are not, because whoever
makes an image chooses its name.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime

import msgspec

from assay.model import (
    AncestryEnd,
    CatalogFacts,
    Clue,
    Image,
    Place,
    Policy,
    Subject,
    Unresolved,
    Watermark,
)
from assay.model.lines import Claim, Gap, Grade, Link, Told, links_of
from assay.model.places_seen import PlaceSeen
from assay.model.uses import ImageUse
from assay.report.lineage.ends import End, end_of, nothing
from assay.report.steps import LineageStep, first_marked, keys, marked, owner

GoldenMarks = Callable[[Image], Collection[Watermark]]
"""Returns the marks of an image that are golden by a policy."""
HERE, ANCESTOR, OUTSIDE, NOT_TOLD = "here", "ancestor", "outside", "not told"
"""Where a mark was first attached, as seen from an image that has it: to the image itself, to one
of its known ancestors, to another image, or EC2 did not say."""


_SHOWN_NOW = ("ec2:DescribeImages", "ec2:GetImageAncestry")
"""Sources that a picture does not mention, because it has little room."""


class Mark(msgspec.Struct, frozen=True, gc=False):
    """One watermark of one image."""

    key: str
    attached: str
    """`here`, `ancestor`, `outside` or `not told`."""
    source_image_id: str | None
    source_image_region: str | None
    carried: bool | None
    """False for a mark that only descendants still carry; None if the image is not visible."""
    golden: bool | None
    """Whether the mark is golden by the policy; None without a policy."""


class Node(msgspec.Struct, frozen=True, gc=False):
    """One image of a lineage, with more facts than reports on plans show."""

    step: LineageStep
    creation_date: datetime | None
    state: str | None
    marks: tuple[Mark, ...]
    edge: Grade | None = None
    """The kind of evidence that the image was made from the next one."""
    told: tuple[Told, ...] = ()
    """The sources of these facts, and their times."""

    @property
    def made_from(self) -> str:
        """How the image was made, as a phrase that the next image's id completes."""
        match self.edge:
            case Grade.MARK:
                return "descends, according to a watermark, from"
            case Grade.CLOUDTRAIL:
                return f"{self.step.made_from}, according to CloudTrail,"
        return self.step.made_from

    @property
    def how_made(self) -> str:
        """The same for a line between the two."""
        match self.edge:
            case Grade.MARK:
                return "mark"
            case Grade.CLOUDTRAIL:
                return f"{self.step.how_made} (CloudTrail)"
        told = [each.source for each in self.told if each.claim is Claim.SOURCE]
        by_night = told and told[0] not in _SHOWN_NOW
        return f"{self.step.how_made} ({told[0]})" if by_night else self.step.how_made

    @property
    def is_origin(self) -> bool:
        """Whether marks of the lineage were first attached to this image."""
        return any(mark.attached == HERE for mark in self.marks)

    @property
    def is_golden_origin(self) -> bool:
        """Whether one of these marks is golden by the policy."""
        return any(mark.attached == HERE and mark.golden for mark in self.marks)

    @property
    def unseen(self) -> str | None:
        """Why no details of the image are shown; None if EC2 or a stored night describes it."""
        described = any(each.claim is Claim.IMAGE for each in self.told)
        return None if self.step.passed_over and described else self.step.unseen

    def label(self) -> Iterator[str]:
        """The lines of the image's label in a picture."""
        step, odd = self.step, self.state != "available" and self.state
        yield step.image_id
        yield step.where
        yield from (words for words in (step.whose, odd, self.unseen) if words)
        for mark in self.marks:
            yield marked(mark.key, first=mark.attached == HERE, detached=mark.carried is False)
        for told in self.told:
            if told.claim is Claim.IMAGE and told.source not in _SHOWN_NOW:
                yield f"according to {told.source}, {told.account or 'unknown account'}/{told.region}"


class Past(msgspec.Struct, frozen=True, gc=False):
    """The stored night that was asked, alone or in addition to AWS."""

    date: date
    store: str


class Lineage(msgspec.Struct, frozen=True, gc=False):
    """What is known about one image; without nodes, `end` says why nothing is known."""

    image_id: str
    account: str | None
    region: str
    nodes: tuple[Node, ...]
    """From the image itself towards its root."""
    end: End
    clues: tuple[Clue, ...]
    """For an image that is not visible: what may explain that."""
    policy: Policy | None
    """The policy by which marks are golden, as of `as_of`."""
    as_of: datetime
    catalog: CatalogFacts
    traced: str = ""
    """The id that was asked about: of this image, or of an instance launched from it."""
    generated_at: datetime | None = None
    places: tuple[PlaceSeen, ...] = ()
    """The places that were asked; for a night, those with facts and those that it did not see."""
    gaps: tuple[Gap, ...] = ()
    instance: ImageUse | None = None
    night: Past | None = None
    whole: bool = False
    """Whether the whole recorded lineage could be seen."""


def lineage_of(
    subject: Subject,
    catalog: CatalogFacts,
    as_of: datetime,
    policy: Policy | None = None,
    golden: GoldenMarks | None = None,
    asked_at: datetime | None = None,
) -> Lineage:
    """The lineage of an image that was looked up by its id."""
    place, found = subject.place, subject.resolution
    assert isinstance(place, Place)
    nodes: tuple[Node, ...] = ()
    clues: tuple[Clue, ...] = ()
    whole = False
    if isinstance(found, Unresolved):
        image_id, clues = found.image_id or "", found.clues
        end = nothing(found.cause.value, found.reason)
    else:
        assert subject.provenance is not None
        links = links_of(subject.provenance, catalog.recorded_at or asked_at)
        image_id, nodes, end = found.image.id, nodes_of(links, golden), end_of(links)
        whole = subject.provenance.ancestry.complete
    return Lineage(
        image_id, place.account, place.region, nodes, end, clues, policy, as_of, catalog,
        traced=image_id, generated_at=asked_at, whole=whole,
    )  # fmt: skip


def nodes_of(links: Sequence[Link], golden: GoldenMarks | None) -> tuple[Node, ...]:
    """The nodes, from the image itself towards its root."""
    return tuple(_nodes(links, golden))


def _nodes(links: Sequence[Link], golden: GoldenMarks | None) -> Iterator[Node]:
    line = [(link.image_id, link.region) for link in links]
    inherited: list[tuple[Watermark, bool | None]] = []
    for depth, link in enumerate(links):
        known, last = link.image, depth == len(links) - 1
        own = _judged(known, golden) if known else []
        seen = links[0].image.watermarks if links[0].image else ()
        yield Node(
            LineageStep(
                image_id=link.image_id,
                region=link.region,
                owner=owner(known) if known else link.owner_alias,
                how=link.how,
                end=_reason(link) if last else None,
                marked=first_marked(
                    link.image_id, link.region, (*seen, *[mark for mark, _ in own])
                ),
                visible=link.visible,
                refused=link.refused,
                watermarks=keys(known.watermarks) if known else (),
                open=last and not end_of(links).complete,
            ),
            link.creation_date,
            known.state if known else None,
            _marks(known, own, inherited, line[depth:]),
            link.edge,
            link.told,
        )
        inherited += own


def _reason(link: Link) -> str:
    end = (link.end or AncestryEnd.NOT_FOLLOWED).value
    return f"{end}: {link.detail}" if link.detail else end


def _judged(image: Image, golden: GoldenMarks | None) -> list[tuple[Watermark, bool | None]]:
    if golden is None:
        return [(mark, None) for mark in image.watermarks]
    chosen = golden(image)
    return [(mark, mark in chosen) for mark in image.watermarks]


def _marks(
    seen: Image | None,
    own: list[tuple[Watermark, bool | None]],
    inherited: list[tuple[Watermark, bool | None]],
    line: Sequence[tuple[str, str | None]],
) -> tuple[Mark, ...]:
    """An image's own marks, and those that its descendants say were first attached to it."""
    # Own marks come first. Of the descendants' marks, only those first attached here are added: they
    # are news if the image is not visible, or if somebody has detached the mark since.
    marks: dict[tuple[str | None, ...], Mark] = {}
    for found, carried in ((own, True), (inherited, False if seen else None)):
        for mark, is_golden in found:
            attached = _attached(mark, line)
            source = (mark.source_image_id, mark.source_image_region)
            if mark.key and (carried or attached == HERE):
                shown = Mark(mark.key, attached, *source, carried, is_golden)
                marks.setdefault((mark.key, *source), shown)
    return tuple(marks.values())


def _attached(mark: Watermark, line: Sequence[tuple[str, str | None]]) -> str:
    """Where a mark was first attached, as seen from the first image of `line`."""
    source = (mark.source_image_id, mark.source_image_region)
    if None in source:
        return NOT_TOLD
    if source == line[0]:
        return HERE
    return ANCESTOR if source in line else OUTSIDE
