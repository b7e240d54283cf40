"""Sources of a line that ask AWS: what EC2 shows now, and what CloudTrail recorded."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from assay.catalog.fleet_questions import IMAGE_EVENTS_OF, INSTANCE_IMAGES
from assay.catalog.interface import Absent, Answer, CutShort, ImageCatalog, Page, Unavailable
from assay.catalog.questions import IMAGES, ImageKey
from assay.model import AncestryEnd, Image, Place, how_made
from assay.model.events import MAKING, Attribute, EventName, EventSearch, ImageEvent
from assay.model.lines import Claim, Gap, Grade, Link, Told, is_open, sourced
from assay.model.uses import ImageUse

KEPT = timedelta(days=90)
"""CloudTrail User Guide, "Working with CloudTrail event history"."""
AROUND = timedelta(hours=1)
"""How far the event of an image may be from its creation date; inferred."""
MOST_CALLS = 5
"""For one instance, because tracing many of them must not take long."""
SPENT = f"the {MOST_CALLS} calls for an instance are used up"
May = Callable[[int], bool]
"""Whether this many more calls may be made."""


def unfollowed(link: Link) -> Link:
    """A link not asked about because no calls were left; another source may still add to it."""
    if link.parent is not None or link.end is not None:
        return link
    return replace(link, end=AncestryEnd.NOT_FOLLOWED, detail=SPENT)


class Eyes:
    """What EC2 shows to one account."""

    def __init__(self, catalog: ImageCatalog, home: Place, may: May, at: datetime | None) -> None:
        self._catalog = catalog
        self._home = home
        self._may = may
        self._at = at
        self._answers: dict[ImageKey, Answer[Image]] = {}
        self.gaps: list[Gap] = []

    def look(self, links: Iterable[Link]) -> None:
        """Ask about many at once: one call for each Region, the caller's Region first."""
        regions: dict[str, list[ImageKey]] = {self._home.region: []}
        for link in links:
            if link.region:
                key = (replace(self._home, region=link.region), link.image_id)
                regions.setdefault(link.region, []).append(key)
        for keys in regions.values():
            if keys and self._may(1):
                self._answers.update(self._catalog.ask(IMAGES, keys))

    def add(self, link: Link) -> Link:
        """The link with what EC2 shows. Nothing is asked twice."""
        if link.visible is not None or link.region is None:
            return link
        place = replace(self._home, region=link.region)
        key = (place, link.image_id)
        if key not in self._answers:
            if not self._may(1):
                said_so = f"{link.image_id} was not looked up: {SPENT}"
                self.gaps.append(Gap(said_so, place.account, place.region))
                return unfollowed(link)
            self._answers.update(self._catalog.ask(IMAGES, [key]))
        return self._seen(link, place, self._answers[key])

    def _seen(self, link: Link, place: Place, answer: Answer[Image]) -> Link:
        api, at = "ec2:DescribeImages", (place.account, place.region, self._at)
        undecided = link.parent is None and link.end is None
        match answer:
            case Image():
                said = Told(Claim.IMAGE, Grade.RECORDED, api, *at)
                others = [each for each in link.told if each.claim is not Claim.IMAGE]
                source, how = replace(said, claim=Claim.SOURCE), how_made(answer)
                link = replace(
                    link,
                    image=answer,
                    visible=True,
                    creation_date=answer.creation_date or link.creation_date,
                    told=(*others, said),
                )
                if is_open(link):
                    link = sourced(link, answer, source)
                elif how and not link.how:
                    link = replace(link, how=how, told=(*link.told, source))
            case Absent():
                link = replace(link, visible=False)
                if undecided:
                    said_so = f"EC2 shows no {link.image_id} to {place}"
                    link = replace(link, end=AncestryEnd.NOT_VISIBLE, detail=said_so)
            case Unavailable(reason):
                self.gaps.append(Gap(reason, place.account, place.region))
                link = replace(link, refused=True)
                if undecided:
                    link = replace(link, end=AncestryEnd.REFUSED, detail=reason)
        return link


class Trail:
    """CloudTrail's event history of the caller's account and of accounts with a reader."""

    def __init__(
        self,
        catalog: ImageCatalog,
        home: Place,
        may: May,
        as_of: datetime,
        readable: Callable[[str], bool],
    ) -> None:
        self._catalog = catalog
        self._home = home
        self._may = may
        self._as_of = as_of
        self._readable = readable
        self.gaps: list[Gap] = []

    def add(self, link: Link) -> Link:
        """The link with how, by whom and from what its image was made, if that is recent enough."""
        place = self._place(link)
        if place is None:
            return link
        event = self._first(
            place, link.image_id, link.creation_date,
            lambda each: each.name in MAKING and each.image_id == link.image_id,
        )  # fmt: skip
        if event is None:
            return link
        told = Told(
            Claim.SOURCE, Grade.CLOUDTRAIL, "cloudtrail:LookupEvents",
            event.account, event.region, event.time, event,
        )  # fmt: skip
        source = self._source(event, place)
        if link.parent is not None and source is not None and source != link.parent:
            said = f"CloudTrail names {source[0]} as the source of {link.image_id}"
            self.gaps.append(Gap(f"{said}, not {link.parent[0]}", event.account, event.region))
            return link
        link = replace(
            link,
            how=link.how or event.name.value,
            creation_date=link.creation_date or event.time,
            told=(*link.told, told),
        )
        if link.parent is not None:
            return link
        if source is not None:
            return replace(link, parent=source, edge=Grade.CLOUDTRAIL, end=None, detail=None)
        if event.name is EventName.REGISTER_IMAGE:
            return replace(link, end=AncestryEnd.NO_RECORDED_SOURCE, detail=None)
        return link

    def _place(self, link: Link) -> Place | None:
        """Whose history may contain an image: its owner's, or the caller's if that is unknown."""
        if link.region is None:
            return None
        owner = link.image.owner_id if link.image else None
        place = replace(self._home, region=link.region)
        if owner is None or owner == place.account:
            return place
        if self._readable(owner):
            return replace(place, account=owner)
        if is_open(link):
            said = f"CloudTrail was not asked about {link.image_id}: no reader for account {owner}"
            self.gaps.append(Gap(said, owner, link.region))
        return None

    def _first(
        self,
        place: Place,
        resource: str,
        made: datetime | None,
        wanted: Callable[[ImageEvent], bool],
    ) -> ImageEvent | None:
        """The newest of the wanted events about a resource."""
        at = (place.account, place.region)
        if made is not None and self._as_of - made > KEPT:
            kept = f"the {KEPT.days} days that CloudTrail keeps"
            self.gaps.append(Gap(f"{resource} was made before {kept}", *at))
            return None
        span = (made - AROUND, made + AROUND) if made else (None, None)
        key = (place, EventSearch(Attribute.RESOURCE, resource, *span))
        pages = self._catalog.list_all(IMAGE_EVENTS_OF, key)
        while self._may(1 if place.account == self._home.account else 3):
            match next(pages, None):
                case Page(events):
                    found = next(filter(wanted, events), None)
                    if found is not None:
                        return found
                case CutShort(reason=reason):
                    self.gaps.append(Gap(reason, *at))
                    return None
                case _:
                    return None
        self.gaps.append(Gap(f"CloudTrail was not asked about {resource}: {SPENT}", *at))
        return None

    def _source(self, event: ImageEvent, place: Place) -> tuple[str, str | None] | None:
        """The source image that an event names, or the image of the instance that it names."""
        if event.source_image_id:
            return (event.source_image_id, event.source_image_region)
        if event.name is not EventName.CREATE_IMAGE or not event.instances:
            return None
        instance = event.instances[0]
        launched = self._first(
            place, instance, None,
            lambda each: each.name is EventName.RUN_INSTANCES and instance in each.instances,
        )  # fmt: skip
        if launched is not None:
            return (launched.image_id, place.region)
        if not self._may(1):
            return None
        use = self._catalog.ask(INSTANCE_IMAGES, [(place, instance)])[place, instance]
        return (use.image.id, place.region) if isinstance(use, ImageUse) else None
