"""What documents and tables tell of an image besides what it is."""

from collections.abc import Iterable
from datetime import datetime

from assay.model.inventory import Classified

NOT_YOURS = "only its owner can know"
"""When an image was last launched, EC2 tells its owner alone (EC2 API Reference, `LastLaunchedTime`)."""


def age_days(found: Classified, as_of: datetime) -> int | None:
    """Whole days since it was made; None where EC2 did not say when."""
    created = found.listed.image.creation_date
    return (as_of - created).days if created else None


def by_image(used: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """Of each image that is used how many things of each type were seen to."""
    found: dict[str, dict[str, int]] = {}
    for image, kind, number in used:
        found.setdefault(image, {})[kind] = number
    return found
