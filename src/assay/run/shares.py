"""Whom the images of a night are shared with, where that decides whether they may go: `assay remediate` asks.

A call for each image (EC2 DescribeImageAttribute), so that only those are asked about which could go: of class unknown,
the account's own, and used by nothing that was listed. Of the others something else decides.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from msgspec.structs import replace

from assay.catalog.fleet_questions import LAUNCH_PERMISSIONS_OF
from assay.catalog.interface import CutShort, ImageCatalog, whole
from assay.catalog.questions import ImageKey
from assay.fleet.ancestries import Node
from assay.fleet.collecting import Collected
from assay.fleet.used_by import has_ended
from assay.model import Place
from assay.model.inventory import Classified, ImageClass
from assay.model.uses import LaunchPermission

_AT_A_TIME = 16
Shares = Mapping[ImageKey, tuple[LaunchPermission, ...] | CutShort]
"""What each image that was asked about is shared with, or why that was not told."""


def shares(
    catalog: ImageCatalog,
    places: Iterable[Collected],
    classified: Callable[[Collected], Iterable[Classified]],
) -> Shares:
    """Ask about the images of some places that could go."""
    used: set[Node] = set()
    could_go: dict[ImageKey, None] = {}
    for place in places:
        region = place.place.region
        used.update(
            (region, use.image_id)
            for use in place.uses
            if use.image_id is not None and not has_ended(use)
        )
        could_go.update(dict.fromkeys(_could_go(classified(place))))
    keys = [key for key in could_go if (key[0].region, key[1]) not in used]
    workers = ThreadPoolExecutor(_AT_A_TIME, "shares")
    try:
        answers = list(
            workers.map(lambda key: whole(catalog.list_all(LAUNCH_PERMISSIONS_OF, key)), keys)
        )
    finally:  # whoever interrupts need not wait for what is on its way
        workers.shutdown(wait=False, cancel_futures=True)
    return {
        key: answer if isinstance(answer, CutShort) else tuple(answer)
        for key, answer in zip(keys, answers, strict=True)
    }


def untold(told: Shares) -> tuple[str, ...]:
    """A line for each reason why it is not known in an account whom some images are shared with."""
    images: Counter[tuple[str, str]] = Counter()
    for (place, _), answer in told.items():
        if isinstance(answer, CutShort):
            images[str(place), answer.reason] += 1
    return tuple(
        f"whom {number:,} image{'' if number == 1 else 's'} of {place} {'is' if number == 1 else 'are'} shared with: {reason}"
        for (place, reason), number in sorted(images.items())
    )


def _could_go(images: Iterable[Classified]) -> Iterator[ImageKey]:
    for each in images:
        image = each.listed.image
        if each.kind is ImageClass.UNKNOWN and not each.shared and image.state != "disabled":
            yield _key(each)


def with_shares(images: Iterable[Classified], told: Shares) -> list[Classified]:
    """The images, with whom they are shared where that was told."""
    return [replace(each, launch_permissions=_told(each, told)) for each in images]


def _told(found: Classified, told: Shares) -> tuple[LaunchPermission, ...] | None:
    answer = None if found.shared else told.get(_key(found))
    return None if isinstance(answer, CutShort) else answer


def _key(found: Classified) -> ImageKey:
    return Place.of(found.region, found.account), found.listed.image.id
