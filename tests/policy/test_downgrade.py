"""Whether an image is older than the one that it replaces, lineage by lineage."""

from datetime import datetime

import pytest

from assay.model import Image, Outcome
from assay.policy.rules.downgrade import check
from tests.policy.builders import ELSE, KEY, days_ago, image, mark

OTHER = "111122223333:golden-web"
NEW, OLD = days_ago(1), days_ago(30)


def made(born: datetime | None, *further: tuple[str | None, datetime | None]) -> Image:
    return image(*(mark(key, source_image_creation_time=at) for key, at in ((KEY, born), *further)))


def replaced(born: datetime | None, *further: tuple[str | None, datetime | None]) -> Image:
    marks = made(born, *further).watermarks
    return image(*marks, id=ELSE)


@pytest.mark.parametrize(
    ("after", "before", "outcome"),
    [
        (made(OLD), replaced(NEW), Outcome.FAIL),
        (made(NEW), replaced(OLD), Outcome.PASS),
        (made(OLD), replaced(OLD), Outcome.PASS),  # the same build, copied again
        (made(None), replaced(NEW), Outcome.PASS),
        (made(OLD), replaced(None), Outcome.PASS),
        (made(OLD), replaced(None, (OTHER, NEW)), Outcome.PASS),  # of another lineage
        (made(NEW, (OTHER, OLD)), replaced(OLD, (OTHER, NEW)), Outcome.FAIL),
        (made(NEW, (None, OLD)), replaced(OLD, (None, NEW)), Outcome.PASS),  # the key is not told
    ],
)
def test_only_a_lineage_of_both_that_is_older_fails(
    after: Image, before: Image, outcome: Outcome
) -> None:
    found = check(after, before)
    assert found is not None
    assert found.outcome is outcome


def test_every_older_lineage_is_named() -> None:
    found = check(made(OLD, (OTHER, OLD)), replaced(NEW, (OTHER, NEW)))
    assert found is not None
    assert found.message == (
        f"older than {ELSE}, which it replaces, in the lineage of {KEY}, {OTHER}"
    )


def test_nothing_is_said_where_nothing_is_replaced() -> None:
    assert check(made(OLD), None) is None
    assert check(made(OLD), made(NEW)) is None
