"""Ids that are not found: an error with the nearest ids, if all that could have them was read.

If something could not be seen, the id may be there: the result is an answer with gaps, not an
error.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

from assay.catalog.fleet_questions import LISTED_IMAGES, USED_IMAGES
from assay.catalog.interface import Absent, ImageCatalog, Page, Pages
from assay.catalog.questions import ALLOWED_IMAGES, REMOVALS, Selection
from assay.errors import InputError
from assay.fleet.nearest import as_hint, nearest_of
from assay.fleet.night import Night
from assay.model import AllowedImages, Place
from assay.model.lines import Gap

T = TypeVar("T")
_PAGES = 2
"""The number of pages of ids that are read for a hint, with a thousand ids each."""
_OWN = Selection(owners=("self",), hidden_missed=False)


def may_be_hidden(catalog: ImageCatalog, place: Place, image_id: str) -> bool:
    """Whether EC2 may have a reason not to show an existing image, according to its own answers."""
    settings = catalog.ask(ALLOWED_IMAGES, [place])[place]
    removal = catalog.ask(REMOVALS, [(place, image_id)])[place, image_id]
    hides = not isinstance(settings, AllowedImages) or settings.hides
    return hides or not isinstance(removal, Absent)


def unseen(night: Night | None) -> tuple[Gap, ...]:
    """Return the places of a night in which anything may be missing."""
    return tuple(
        Gap(f"{each.state}: {each.reason or 'reason unknown'}", each.account, each.region)
        for each in (night.unseen if night else ())
    )


def unknown(what: str, id: str, night: Night | None, listed: Sequence[str] = ()) -> InputError:
    """Return the error for an id that was not found; `listed` are ids from a fresh listing."""
    near = dict.fromkeys((*nearest_of(listed, id), *(night.nearest(id) if night else ())))
    hint = as_hint(list(near)[:3], "check the id, its Region and its account")
    return InputError(what, hint=hint)


def listed_now(catalog: ImageCatalog, place: Place, id: str) -> list[str]:
    """Return the first ids of this kind that the account has there; none if they are not available."""
    if id.startswith("i-"):
        return [each.instance_id for each in _first(catalog.list_all(USED_IMAGES, place))]
    return [each.image.id for each in _first(catalog.list_all(LISTED_IMAGES, (place, _OWN)))]


def _first(pages: Pages[T]) -> Iterator[T]:
    for part in islice(pages, _PAGES):
        yield from part.items if isinstance(part, Page) else ()
