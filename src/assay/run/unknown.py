"""An id that nobody knows: an error that names the nearest, where everything was read that could have it.

Where something could not be seen, it may stand there: that is an answer with gaps, and no error.
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
"""So many pages of ids are read for a hint, of a thousand each."""
_OWN = Selection(owners=("self",), hidden_missed=False)


def may_be_hidden(catalog: ImageCatalog, place: Place, image_id: str) -> bool:
    """Whether EC2 may have another reason to show no image than that there is none, as it tells when it is asked."""
    settings = catalog.ask(ALLOWED_IMAGES, [place])[place]
    removal = catalog.ask(REMOVALS, [(place, image_id)])[place, image_id]
    hides = not isinstance(settings, AllowedImages) or settings.hides
    return hides or not isinstance(removal, Absent)


def unseen(night: Night | None) -> tuple[Gap, ...]:
    """The places of a night of which anything may be missing."""
    return tuple(
        Gap(f"{each.state}: {each.reason or 'reason unknown'}", each.account, each.region)
        for each in (night.unseen if night else ())
    )


def unknown(what: str, id: str, night: Night | None, listed: Sequence[str] = ()) -> InputError:
    """The error for an id that was found nowhere; `listed` are ids that somebody has just listed."""
    near = dict.fromkeys((*nearest_of(listed, id), *(night.nearest(id) if night else ())))
    hint = as_hint(list(near)[:3], "check the id, its Region and its account")
    return InputError(what, hint=hint)


def listed_now(catalog: ImageCatalog, place: Place, id: str) -> list[str]:
    """The first ids of the kind that the account has there; none where they are not told."""
    if id.startswith("i-"):
        return [each.instance_id for each in _first(catalog.list_all(USED_IMAGES, place))]
    return [each.image.id for each in _first(catalog.list_all(LISTED_IMAGES, (place, _OWN)))]


def _first(pages: Pages[T]) -> Iterator[T]:
    for part in islice(pages, _PAGES):
        yield from part.items if isinstance(part, Page) else ()
