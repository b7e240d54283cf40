"""Whom the images of a night are shared with, where that decides whether they may go: `assay remediate` asks.

A call for each image (EC2 DescribeImageAttribute), so that only those are asked about which could go: of class unknown,
the account's own, and used by nothing that was listed. Of the others something else decides.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from msgspec.structs import replace

from assay.catalog.fleet_questions import LAUNCH_PERMISSIONS_OF
from assay.catalog.interface import CutShort, ImageCatalog, whole
from assay.catalog.questions import ImageKey
from assay.fleet.ancestries import Node
from assay.fleet.collecting import Collected
from assay.model import Place
from assay.model.inventory import Classified, ImageClass
from assay.model.uses import LaunchPermission

_AT_A_TIME = 16
Shares = Mapping[ImageKey, tuple[LaunchPermission, ...]]
"""Those that were told; whom another image is shared with, the night does not know."""


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
        used.update((region, use.image_id) for use in place.uses if use.image_id is not None)
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
        key: tuple(answer)
        for key, answer in zip(keys, answers, strict=True)
        if not isinstance(answer, CutShort)
    }


def _could_go(images: Iterable[Classified]) -> Iterator[ImageKey]:
    for each in images:
        image = each.listed.image
        if each.kind is ImageClass.UNKNOWN and not each.shared and image.state != "disabled":
            yield _key(each)


def with_shares(images: Iterable[Classified], told: Shares) -> list[Classified]:
    """The images, with whom they are shared where that was told."""
    return [
        replace(each, launch_permissions=told[_key(each)])
        if not each.shared and _key(each) in told
        else each
        for each in images
    ]


def _key(found: Classified) -> ImageKey:
    return Place.of(found.region, found.account), found.listed.image.id
