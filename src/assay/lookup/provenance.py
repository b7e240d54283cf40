"""Finds where images come from.

Every image names its parent (`SourceImageId`, `SourceImageRegion`), so one wave of DescribeImages
covers a whole generation, however many images it has, and also shows owners and marks.
GetImageAncestry needs one call for each image. It is called only if the walk does not show what a
verdict depends on: it also knows ancestors that the caller cannot see (EC2 User Guide, "View the
ancestry of an AMI").
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

from msgspec.structs import replace

from assay.catalog.interface import Absent, Answer, ImageCatalog, Unavailable
from assay.catalog.questions import ANCESTRY, IMAGES, ImageKey
from assay.model import (
    Ancestor,
    Ancestry,
    AncestryEnd,
    AncestryEntry,
    Evidence,
    Image,
    Place,
    Provenance,
    recorded_end,
)

Depends: TypeAlias = Callable[[Provenance], bool]
"""Whether the unknown part of an ancestry can still change a verdict."""


def trace(
    images: Mapping[ImageKey, Image],
    answers: Mapping[ImageKey, Answer[Image]],
    catalog: ImageCatalog,
    depends: Depends,
    *,
    in_full: bool,
    by_record: bool = False,
) -> dict[ImageKey, Provenance]:
    """Return the provenance of each image; `answers` are the answers about images so far.

    `in_full` follows every lineage as far as it is visible; otherwise only while `depends` is true.
    `by_record` asks GetImageAncestry first, and walks only if its record is not complete.
    """
    descriptions = _Descriptions(catalog, answers)
    chains = {key: _Chain(key[0], image) for key, image in images.items()}
    if by_record:
        for key, record in catalog.ask(ANCESTRY, chains).items():
            if isinstance(record, Ancestry) and record.complete:
                chains[key].adopt(record)
    if in_full:
        _walk(chains, descriptions)
    settled = _walk_as_needed(chains, descriptions, depends)
    unsettled = [key for key in chains if key not in settled]
    for key, record in catalog.ask(ANCESTRY, unsettled).items():
        chains[key].adopt(record)
    told = chains if in_full else unsettled
    descriptions.look_up(image for key in told for image in chains[key].images())
    if in_full:
        settled = {}
    return {
        key: settled.get(key) or chain.provenance(descriptions) for key, chain in chains.items()
    }


_Chains: TypeAlias = Mapping[ImageKey, "_Chain"]


def _walk(chains: _Chains, descriptions: "_Descriptions") -> None:
    """Follow every chain as far as it is visible."""
    walking = [chain for chain in chains.values() if chain.goes_on]
    while walking:
        _step(walking, descriptions)
        walking = [chain for chain in walking if chain.goes_on]


def _walk_as_needed(
    chains: _Chains, descriptions: "_Descriptions", depends: Depends
) -> dict[ImageKey, Provenance]:
    """Follow each chain while a verdict depends on it. Return the provenance of settled chains."""
    settled: dict[ImageKey, Provenance] = {}
    walking = dict(chains)
    while walking:
        for key, chain in list(walking.items()):
            known = chain.provenance(descriptions)
            if not depends(known):
                settled[key] = known
            if key in settled or not chain.goes_on:
                del walking[key]
        _step(walking.values(), descriptions)
    return settled


def _step(walking: Collection["_Chain"], descriptions: "_Descriptions") -> None:
    """Extend all chains by one generation, in one wave."""
    descriptions.look_up(chain.next for chain in walking)
    for chain in walking:
        chain.extend(descriptions.of(chain.next))


class _Descriptions:
    """The answers of DescribeImages; each image is asked about once."""

    def __init__(self, catalog: ImageCatalog, answers: Mapping[ImageKey, Answer[Image]]) -> None:
        self._catalog = catalog
        self._answers = dict(answers)
        self._evidence: dict[ImageKey, Evidence] = {}

    def look_up(self, keys: Iterable[ImageKey]) -> None:
        """Ask about the images that were not asked about before, in one wave."""
        unknown = [key for key in dict.fromkeys(keys) if key not in self._answers]
        answers = self._catalog.ask(IMAGES, unknown)
        self._answers.update(answers)

    def of(self, key: ImageKey) -> Answer[Image]:
        return self._answers[key]

    def answered(self, key: ImageKey) -> Image | Absent | None:
        """The answer about an image; None if it was not asked about, or AWS did not answer."""
        answer = self._answers.get(key)
        if isinstance(answer, Image):
            return answer
        return None if isinstance(answer, Unavailable) else answer

    def refused(self, key: ImageKey) -> bool:
        """Whether AWS was asked about an image and did not answer."""
        return isinstance(self._answers.get(key), Unavailable)

    def evidence(self, key: ImageKey) -> Evidence:
        found = self._evidence.get(key)
        if found is None:
            place, id = key
            found = self._evidence[key] = Evidence("ec2:DescribeImages", id, place)
        return found


class _Chain:
    """The ancestry of one image while it is being followed.

    The last entry may be a parent of which only the id and Region are known so far.
    """

    __slots__ = ("_asked_ec2", "_detail", "_end", "_entries", "_place", "_root")

    def __init__(self, place: Place, image: Image) -> None:
        self._place = place
        self._root = image
        self._entries: list[AncestryEntry] = [AncestryEntry(image.id, place.region)]
        self._end: AncestryEnd | None = None
        self._detail: str | None = None
        self._asked_ec2 = False
        self.extend(image)

    @property
    def goes_on(self) -> bool:
        """Whether there is a parent to look up."""
        return self._end is None

    @property
    def next(self) -> ImageKey:
        """The key of the parent to look up: in the parent's Region, with the same account."""
        return self._key(self._entries[-1])

    def images(self) -> list[ImageKey]:
        """The keys of all images in the ancestry whose Region is known."""
        return [self._key(entry) for entry in self._entries if entry.region]

    def extend(self, answer: Answer[Image]) -> None:
        """Add DescribeImages' answer about the last entry."""
        match answer:
            case Image():
                self._entries[-1] = _entry(answer, self._entries[-1].region)
                self._end = recorded_end(self._entries)
                if self._end is None:
                    self._name_parent(answer)
            case Absent():
                id, place = self._entries[-1].image_id, self.next[0]
                self._stop(AncestryEnd.NOT_VISIBLE, f"EC2 shows no {id} to {place}")
            case Unavailable(reason):
                self._stop(AncestryEnd.REFUSED, reason)

    def _name_parent(self, image: Image) -> None:
        id, region = image.source_image_id, image.source_image_region
        assert id is not None
        if any((entry.image_id, entry.region) == (id, region) for entry in self._entries):
            self._stop(AncestryEnd.UNEXPLAINED, f"{id} is recorded as its own ancestor")
            return
        self._entries.append(AncestryEntry(id, region))
        if region is None:
            self._stop(AncestryEnd.UNEXPLAINED, f"EC2 did not return the Region of {id}")

    def adopt(self, record: Answer[Ancestry]) -> None:
        """Add GetImageAncestry's record, which must not contradict what DescribeImages showed."""
        self._asked_ec2 = True
        whole = self._ancestry().complete
        match record:
            case Absent() if not whole:
                self._stop(AncestryEnd.REFUSED, "EC2 has no record of this image's ancestry")
            case Unavailable(reason) if not whole:
                self._stop(AncestryEnd.REFUSED, reason)
            case Ancestry(entries, end, detail):
                pairs = zip(self._entries, entries, strict=False)
                if any(_differ(seen, recorded) for seen, recorded in pairs):
                    self._stop(
                        AncestryEnd.UNEXPLAINED,
                        "GetImageAncestry and DescribeImages name different sources",
                    )
                elif not whole or len(entries) > len(self._entries):
                    self._entries = list(entries)
                    self._stop(end, detail)

    def provenance(self, descriptions: _Descriptions) -> Provenance:
        """The provenance as far as it is known."""
        ancestors = tuple([self._ancestor(entry, descriptions) for entry in self._entries])
        evidence = [descriptions.evidence(self._key(a.entry)) for a in ancestors if a.asked]
        if self._asked_ec2:
            evidence.append(Evidence("ec2:GetImageAncestry", self._root.id, self._place))
        record = self._ancestry()
        return Provenance(
            self._root, self._place, ancestors, record.end, record.detail, tuple(evidence)
        )

    def _ancestor(self, entry: AncestryEntry, descriptions: _Descriptions) -> Ancestor:
        """An entry and what is known of it; without a Region, EC2 cannot be asked about it."""
        key = self._key(entry)
        answer = descriptions.answered(key) if entry.region else None
        if answer is None:
            return Ancestor(entry, refused=bool(entry.region) and descriptions.refused(key))
        return Ancestor(entry, answer if isinstance(answer, Image) else None, asked=True)

    def _ancestry(self) -> Ancestry:
        end = self._end or AncestryEnd.NOT_FOLLOWED
        return Ancestry(tuple(self._entries), end, self._detail)

    def _stop(self, end: AncestryEnd, detail: str | None) -> None:
        self._end, self._detail = end, detail

    def _key(self, entry: AncestryEntry) -> ImageKey:
        region = entry.region or ""
        place = self._place
        return (place if region == place.region else replace(place, region=region), entry.image_id)


def _differ(seen: AncestryEntry, recorded: AncestryEntry) -> bool:
    """Whether EC2's record names another image, or another source, than DescribeImages showed."""
    source = (recorded.source_image_id, recorded.source_image_region)
    return (seen.image_id, seen.region) != (recorded.image_id, recorded.region) or (
        seen.source_image_id is not None
        and (seen.source_image_id, seen.source_image_region) != source
    )


def _entry(image: Image, region: str | None) -> AncestryEntry:
    """An image as an entry of an ancestry.

    The owner alias is left out if the image is not public: only public images end an ancestry by it.
    """
    return AncestryEntry(
        image_id=image.id,
        region=region,
        owner_alias=None if image.public is False else image.owner_alias,
        creation_date=image.creation_date,
        source_image_id=image.source_image_id,
        source_image_region=image.source_image_region,
    )
