"""Finds the golden marks of an image.

Facts: EC2 API Reference, ImageWatermarkFilterRequest (all fields of a filter must match the same
watermark; one filter is enough) and ImageWatermark (`SourceImage*` name the image that the mark was
first attached to). The age of the source image counts until now, as the API reference says; the User
Guide's wording, "when the mark was applied", is laxer.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum

import msgspec

from assay.model import Golden, Image, Watermark, WatermarkFilter
from assay.policy.wildcard import matches

_SECONDS_A_DAY = 86_400
_TOO_OLD = "days old, and at most"


class Is(Enum):
    """Whether a condition is met; UNREAD if EC2's answer lacks a field that decides it."""

    YES = "yes"
    NO = "no"
    UNREAD = "unread"


class Marks(msgspec.Struct, frozen=True, gc=False):
    """An image's marks, sorted by whether the policy considers them golden."""

    golden: tuple[Watermark, ...]
    unread: tuple[Watermark, ...]
    """Marks that may be golden: EC2's answer lacks a field that decides it."""
    near_misses: tuple[str, ...]
    """For each mark that is not golden, why not."""

    @property
    def too_old(self) -> bool:
        """Whether a mark would be golden if it, or the image it was attached to, were younger."""
        return any(_TOO_OLD in why for why in self.near_misses)


class JudgedMarks:
    """Judged marks, cached by the `id()`s of the image and of `golden`; valid for one `as_of`.

    The cache keeps both objects alive, so that no other object can get the same `id()`. Descendants
    of one golden image have the same mark, so a thousand images may need only one judgement.
    """

    def __init__(self) -> None:
        self._of_images: dict[tuple[int, int], tuple[Marks, Image]] = {}
        self._of_marks: dict[tuple[tuple[Watermark, ...], int], tuple[Marks, Golden]] = {}

    def of(self, image: Image, golden: Golden, as_of: datetime) -> Marks:
        """`golden_marks` of an image, cached."""
        key = (id(image), id(golden))
        found = self._of_images.get(key)
        if found is None:
            found = self._of_images[key] = self.of_marks(image.watermarks, golden, as_of), image
        return found[0]

    def of_marks(self, marks: tuple[Watermark, ...], golden: Golden, as_of: datetime) -> Marks:
        """`golden_marks`, cached by the marks themselves, without keeping an image alive."""
        key = (marks, id(golden))
        found = self._of_marks.get(key)
        if found is None:
            found = self._of_marks[key] = golden_marks(marks, golden, as_of), golden
        return found[0]


def golden_marks(marks: Iterable[Watermark], golden: Golden, as_of: datetime) -> Marks:
    """Judge each mark by the policy's filters and its registry of source images."""
    yes: list[Watermark] = []
    unread: list[Watermark] = []
    why_not: list[str] = []
    for mark in marks:
        answers = [satisfies(mark, filter, as_of) for filter in golden.watermarks]
        held = best(answer for answer, _ in answers)
        registered = _registered(mark, golden)
        if held is Is.NO:
            why_not.append(f"{mark.key}: {_nearest(answers, mark, golden)}")
        elif registered is Is.NO:
            why_not.append(
                f"{mark.key}: it was attached to {mark.source_image_id} in "
                f"{mark.source_image_region}, which is not in the policy's source_images"
            )
        elif held is Is.UNREAD or registered is Is.UNREAD:
            unread.append(mark)
        else:
            yes.append(mark)
    return Marks(tuple(yes), tuple(unread), tuple(why_not))


def best(answers: Iterable[Is]) -> Is:
    """Whether at least one of several conditions is met."""
    found = Is.NO
    for answer in answers:
        if answer is Is.YES:
            return answer
        if answer is Is.UNREAD:
            found = answer
    return found


def satisfies(mark: Watermark, filter: WatermarkFilter, as_of: datetime) -> tuple[Is, str | None]:
    """Whether a mark matches all fields of a filter, and if not, why the first field does not."""
    answer = Is.YES
    for held, why in _fields(mark, filter, as_of):
        if held is Is.NO:
            return Is.NO, why
        if held is Is.UNREAD:
            answer = Is.UNREAD
    return answer, None


def _fields(
    mark: Watermark, filter: WatermarkFilter, as_of: datetime
) -> Iterator[tuple[Is, str | None]]:
    if filter.key is not None:
        yield _like(filter.key, mark.key), None
    if filter.source_image_region is not None:
        yield (
            _like(filter.source_image_region, mark.source_image_region),
            f"its source Region {mark.source_image_region} is not {filter.source_image_region}",
        )
    if (days := filter.max_days_since_source_image_created) is not None:
        yield young("its source image", days, mark.source_image_creation_time, as_of)
    if (days := filter.max_days_since_watermark_created) is not None:
        yield young("the watermark", days, mark.watermark_creation_time, as_of)


def _like(pattern: str, text: str | None) -> Is:
    if text is None:
        return Is.UNREAD
    return Is.YES if matches(pattern, text) else Is.NO


def young(
    what: str, days: int | None, born: datetime | None, as_of: datetime
) -> tuple[Is, str | None]:
    """Whether `what` is at most `days` old; a day is 24 hours."""
    if days is None:
        return Is.YES, None
    if born is None:
        return Is.UNREAD, None
    age = as_of - born
    if age.total_seconds() <= days * _SECONDS_A_DAY:
        return Is.YES, None
    return Is.NO, f"{what} is {age.days} {_TOO_OLD} {days} are allowed"


def _registered(mark: Watermark, golden: Golden) -> Is:
    """Whether the mark's source image is in the policy's `source_images` (YES without a list)."""
    if not golden.source_images:
        return Is.YES
    if mark.source_image_id is None or mark.source_image_region is None:
        return Is.UNREAD
    source = (mark.source_image_id, mark.source_image_region)
    return Is.YES if source in golden.registry else Is.NO


def _nearest(answers: list[tuple[Is, str | None]], mark: Watermark, golden: Golden) -> str:
    """The most helpful reason: a field that does not match beats a key that does not."""
    for _, why in answers:
        if why:
            return why
    account, _, name = (mark.key or "").partition(":")
    for filter in golden.watermarks:
        wanted, _, pattern = (filter.key or "").partition(":")
        if account != wanted and matches(pattern, name):
            return f"the name matches, but account {account} attached the watermark, not {wanted}"
    return "no filter in the policy matches this key"
