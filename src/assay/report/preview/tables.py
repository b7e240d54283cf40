"""What every format for people says about a preview: its tables, and the lines around them."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from assay.model.preview import Judged, Next, Preview, Ruling, counted
from assay.model.times import readable
from assay.report.unseen import unseen

MOST = 50
"""The maximum number of rows shown in a table; JSON has all of them."""


class Table(msgspec.Struct, frozen=True):
    """Rows under a heading; `more` were left out."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0


def title(found: Preview, source: str) -> str:
    """The question that the preview answers."""
    number = len(found.criteria.criteria)
    what = f"{number} criteri{'on' if number == 1 else 'a'} of {source}"
    return f"what Allowed AMIs would refuse with {what}: night {found.night}, as of {readable(found.as_of)}"


def tables(found: Preview) -> Iterator[Table]:
    """The tables that have rows, most important first."""
    by_itself = [each for each in found.launches if each.launch.by_itself]
    running = [each for each in found.images if each.instances]
    launch = ("account", "Region", "what", "name", "through", "image", "why")
    runs = ("account", "Region", "image", "name", "owner", "instances", "why")
    for table in (
        _cut("would be refused at the next launch", launch, _launches(by_itself, Ruling.REFUSED)),
        _cut(
            "running now, and would be refused if launched again",
            runs,
            _running(running, Ruling.REFUSED),
        ),
        _cut(
            "would be launched next, but it is not known whether they would be refused",
            launch,
            _launches(by_itself, Ruling.UNDETERMINED),
        ),
        _cut(
            "running now, but it is not known whether they would be refused",
            runs,
            _running(running, Ruling.UNDETERMINED),
        ),
        _cut(
            "images of the accounts' own that the criteria do not admit, but that Allowed AMIs never restricts",
            ("account", "Region", "image", "name", "class", "used by", "why"),
            _never_blocked(found),
        ),
        _cut(
            "by place",
            ("account", "Region", "now", *(each.value for each in Ruling), "breaking"),
            _by_place(found),
        ),
    ):
        if table.rows:
            yield table


def notes(found: Preview) -> Iterator[str]:
    """What else readers should know."""
    yield "enforcement affects only the next launch, not instances that are running or stopped"
    old = counted(each.ruling for each in found.launches if not each.launch.by_itself)
    if old[Ruling.REFUSED] or old[Ruling.UNDETERMINED]:
        yield (
            f"template versions that are launched only if somebody asks for them: {old[Ruling.REFUSED]} would be refused, {old[Ruling.UNDETERMINED]} are not known (--format json lists them)"
        )
    for each in found.not_seen:
        yield f"not seen: {unseen(each)}"
    if found.not_seen:
        yield "uses of images in places that were not seen completely may be missing here"


def summary(found: Preview) -> str:
    """The last line."""
    counts = counted(each.ruling for each in found.images)
    images = ", ".join(f"{counts[each]} {each}" for each in Ruling)
    seen = len(found.places) - len(found.not_seen)
    breaking = sum(each.launch.by_itself for each in found.breaking)
    return (
        f"images in use: {images}; {breaking} would be refused at the next launch; "
        f"{seen} of {len(found.places)} places seen"
    )


def _cut(heading: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    every = tuple(rows)
    return Table(heading, columns, every[:MOST], max(0, len(every) - MOST))


def _launches(launches: list[Next], ruling: Ruling) -> Iterator[tuple[str, ...]]:
    for each in sorted(launches, key=lambda each: each.launch.use.type != "group"):
        launch, use = each.launch, each.launch.use
        if each.ruling is ruling:
            yield (
                launch.account, launch.region, use.type.value, use.name or use.id, use.via or "",
                launch.image_id or "", "; ".join(each.why),
            )  # fmt: skip


def _running(images: list[Judged], ruling: Ruling) -> Iterator[tuple[str, ...]]:
    for each in sorted(images, key=lambda each: -len(each.instances)):
        if each.ruling is ruling:
            yield (
                each.account, each.region, each.image_id, each.name or "", each.owner or "",
                str(len(each.instances)), "; ".join(each.why),
            )  # fmt: skip


def _never_blocked(found: Preview) -> Iterator[tuple[str, ...]]:
    for each in sorted(found.never_blocked, key=lambda each: -each.used):
        yield (
            each.account, each.region, each.image_id, each.name or "", each.kind.value,
            str(each.used), "; ".join(each.why),
        )  # fmt: skip


def _by_place(found: Preview) -> Iterator[tuple[str, ...]]:
    rulings = Counter((each.account, each.region, each.ruling) for each in found.images)
    breaking = Counter(
        (each.launch.account, each.launch.region)
        for each in found.breaking
        if each.launch.by_itself
    )
    for place in found.places:
        at = (place.account, place.region)
        now = place.allowed_images.state if place.allowed_images else "not told"
        numbers = (*(rulings[*at, each] for each in Ruling), breaking[at])
        yield (*at, now, *map(str, numbers))
