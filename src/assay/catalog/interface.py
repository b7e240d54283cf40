"""Two verbs: `ask` a question about many keys, `list_all` there is of a place.

A kind of question is a value (`questions.py` has them all), so a catalogue has one method for all of
them, and whatever stands around a catalogue (a recording, a memory) need not know what is asked.

    images = catalog.ask(IMAGES, [(place, "ami-0a…")])        # Mapping[ImageKey, Answer[Image]]
"""

import enum
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Generic, Protocol, TypeAlias, TypeVar

import msgspec

from assay.catalog.answers import NEVER_ASKED, Absent, Answer, Unavailable
from assay.model import CatalogFacts, Place

if TYPE_CHECKING:
    from assay.catalog.recording_file import Records

__all__ = [
    "NEVER_ASKED",
    "Absent",
    "Answer",
    "Complete",
    "CutShort",
    "ImageCatalog",
    "Listing",
    "Obstacle",
    "Page",
    "Pages",
    "Question",
    "Unavailable",
    "as_it_is",
    "whole",
]

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
"""A question about images is one about anything wider: else mypy, which infers the answer from what
is done with it, would refuse it where any `Answer` is wanted."""

# ----------------------------------------------------------------------------------------- questions


def as_it_is(answer: T) -> T:
    """All of an answer is written into a recording."""
    return answer


class Question(msgspec.Struct, Generic[K, T_co], frozen=True, eq=False):
    """A kind of question: what its keys and its answers are, and how both stand in a recording.

    Every question is put for a batch of keys at once, and every key gets an answer of its own: one
    bad key never costs the others.
    """

    name: str
    """Also the member that has its answers in a recording: what was recorded is found by it."""
    answer: type[T_co]
    place: Callable[[K], Place]
    written: Callable[[K], str]
    """How a recording names the key, beside its place. Recordings that people have are read by it."""
    kept: Callable[[T_co], T_co] = as_it_is
    """What of an answer a recording may hold: people put into tags what is nobody's business."""
    called: str | None = None
    """What a message calls a key that must not be quoted, since it can hold anything."""

    def recorded(self, records: "Records", key: K) -> Answer[T_co]:
        """The answer that a recording has. What it was never asked it cannot know."""
        record = records.get(self.place(key))
        return (
            record.answers(self.name).get(self.written(key)) if record else Unavailable(NEVER_ASKED)
        )

    def record(self, records: "Records", key: K, answer: Answer[T_co]) -> None:
        """Write an answer down, without what is nobody's business."""
        held = answer if isinstance(answer, Absent | Unavailable) else self.kept(answer)
        records.at(self.place(key)).answers(self.name).put(self.written(key), held)


# ------------------------------------------------------------------------------------------ listings


class Obstacle(enum.Enum):
    """What stands between a question and its whole answer, for whoever acts on it."""

    DENIED = "denied"
    OPTED_OUT = "opted-out"
    """The Region is off for that account, or does not know its credentials."""
    EXPIRED = "expired"
    """The credentials are not good any more."""
    THROTTLED = "throttled"
    LATE = "late"
    """The time of the run is up."""
    FILTERED = "filtered"
    """All pages came, and Allowed AMIs keeps images out of them."""
    NOT_TAKEN = "not-taken"
    """AWS does not take what was asked: an unknown filter, an owner that is none."""
    NOT_ASKED = "not-asked"
    """Nobody is asked: a recording, or `--offline`."""
    FAILED = "failed"
    """Anything else: no connection, an answer that cannot be read."""


class Page(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """Some of what there is; EC2 may answer with a page that is empty and not the last."""

    items: tuple[T, ...]


class Complete(msgspec.Struct, frozen=True, gc=False):
    """There is no more than the pages had: what stands on none of them is not there."""


class CutShort(msgspec.Struct, frozen=True, gc=False):
    """There may be more than the pages had: what stands on none of them may be there all the same."""

    obstacle: Obstacle
    reason: str
    """One line for people, as in `Unavailable`."""


Pages: TypeAlias = Iterator[Page[T] | Complete | CutShort]
"""Pages as they come, then one `Complete` or `CutShort`, always. It stands among the pages, so that
whoever counts items has to look at it: neither of the two has any `items`."""


class Listing(msgspec.Struct, Generic[K, T], frozen=True, eq=False):
    """A kind of list: of what (`item`), and by which key it is asked for, place included."""

    name: str
    item: type[T]
    place: Callable[[K], Place]


def whole(pages: Pages[T]) -> list[T] | CutShort:
    """Everything there is, for whom half a list is none."""
    items: list[T] = []
    for part in pages:
        match part:
            case Page(found):
                items.extend(found)
            case Complete():
                return items
            case CutShort():
                return part
    return CutShort(Obstacle.FAILED, "a list did not end")


# ----------------------------------------------------------------------------------------- catalogue


class ImageCatalog(Protocol):
    """Raises `CatalogError` only where nothing at all can be asked."""

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        """An answer for each key. Nothing asked is nothing answered, and costs nothing."""
        ...

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:
        """All that there is of one key, page by page, and at the end whether that was all."""
        ...

    def facts(self) -> CatalogFacts:
        """What kind of catalogue this is and how often AWS was called so far."""
        ...
