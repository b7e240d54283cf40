"""With whom a night's images are shared, if that decides whether they can be removed.

`assay remediate` needs to know. This takes one call per image (EC2 DescribeImageAttribute), so it
is asked only about images that could be removed: of class unknown, owned by the account, and not
used by anything that was listed. For the others, something else decides.
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
"""With whom each image that was asked about is shared, or why that is not known."""


def shares(
    catalog: ImageCatalog,
    places: Iterable[Collected],
    classified: Callable[[Collected], Iterable[Classified]],
) -> Shares:
    """Ask about the images of some places that could be removed."""
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
    finally:  # after an interrupt, do not wait for calls in progress
        workers.shutdown(wait=False, cancel_futures=True)
    return {
        key: answer if isinstance(answer, CutShort) else tuple(answer)
        for key, answer in zip(keys, answers, strict=True)
    }


def untold(told: Shares) -> tuple[str, ...]:
    """Return a line for each place and reason for which the sharing of images is not known."""
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
    """Return the images, with the accounts they are shared with if that is known."""
    return [replace(each, launch_permissions=_told(each, told)) for each in images]


def _told(found: Classified, told: Shares) -> tuple[LaunchPermission, ...] | None:
    answer = None if found.shared else told.get(_key(found))
    return None if isinstance(answer, CutShort) else answer


def _key(found: Classified) -> ImageKey:
    return Place.of(found.region, found.account), found.listed.image.id
