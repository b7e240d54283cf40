"""Additional facts about images for documents and tables."""

from collections.abc import Iterable
from datetime import datetime

from assay.model.inventory import Classified

NOT_YOURS = "only its owner can know"
"""EC2 tells only the owner when an image was last launched (EC2 API Reference, `LastLaunchedTime`)."""


def age_days(found: Classified, as_of: datetime) -> int | None:
    """Whole days since the image was made; None if EC2 did not say when."""
    created = found.listed.image.creation_date
    return (as_of - created).days if created else None


def by_image(used: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """For each image in use, how many resources of each type use it."""
    found: dict[str, dict[str, int]] = {}
    for image, kind, number in used:
        found.setdefault(image, {})[kind] = number
    return found
