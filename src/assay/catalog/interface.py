"""Two verbs: `ask` a question about many keys, and `list_all` items of a place.

A kind of question is a value (see `questions.py`), so a catalogue has one method for all of them,
and a wrapper around a catalogue (a recording, a cache) does not need to know what is asked.

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
"""Covariant, so that a question about images can be used where any question is accepted. Otherwise
mypy, which infers the answer type from how the answer is used, would refuse it where any `Answer`
is expected."""

# ----------------------------------------------------------------------------------------- questions


def as_it_is(answer: T) -> T:
    """Keep the whole answer in a recording."""
    return answer


class Question(msgspec.Struct, Generic[K, T_co], frozen=True, eq=False):
    """A kind of question: the types of its keys and answers, and how a recording stores both.

    A question is asked for a batch of keys at once. Each key gets its own answer, so one bad key
    never costs the others.
    """

    name: str
    """Also the member of a recording that contains the answers, which are found by it."""
    answer: type[T_co]
    place: Callable[[K], Place]
    written: Callable[[K], str]
    """How a recording writes the key, without its place. Existing recordings depend on it."""
    kept: Callable[[T_co], T_co] = as_it_is
    """The part of an answer that a recording may contain: tags, for example, can be
    confidential."""
    called: str | None = None
    """What a message calls a key that must not be quoted because it can contain anything."""

    def recorded(self, records: "Records", key: K) -> Answer[T_co]:
        """Return the recorded answer, or `Unavailable` if the question was never asked."""
        record = records.get(self.place(key))
        return (
            record.answers(self.name).get(self.written(key)) if record else Unavailable(NEVER_ASKED)
        )

    def record(self, records: "Records", key: K, answer: Answer[T_co]) -> None:
        """Record an answer, without the parts that a recording must not contain."""
        held = answer if isinstance(answer, Absent | Unavailable) else self.kept(answer)
        records.at(self.place(key)).answers(self.name).put(self.written(key), held)


# ------------------------------------------------------------------------------------------ listings


class Obstacle(enum.Enum):
    """Why a question was not answered completely, for code that has to react to it."""

    DENIED = "denied"
    OPTED_OUT = "opted-out"
    """The Region is off for that account, or rejects its credentials."""
    EXPIRED = "expired"
    """The credentials are no longer valid."""
    THROTTLED = "throttled"
    LATE = "late"
    """The run's time limit was reached."""
    FILTERED = "filtered"
    """All pages arrived, but Allowed AMIs hides images from them."""
    NOT_TAKEN = "not-taken"
    """AWS rejects the request: an unknown filter, or an invalid owner."""
    NOT_ASKED = "not-asked"
    """No call is made: the catalogue is a recording, or `--offline` is set."""
    FAILED = "failed"
    """Anything else: no connection, an answer that cannot be read."""


class Page(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """Some of the items. EC2 may return an empty page that is not the last one."""

    items: tuple[T, ...]


class Complete(msgspec.Struct, frozen=True, gc=False):
    """The pages contained everything: an item that is on none of them does not exist."""


class CutShort(msgspec.Struct, frozen=True, gc=False):
    """There may be more than the pages contained: an item on none of them may still exist."""

    obstacle: Obstacle
    reason: str
    """One line for people, as in `Unavailable`."""


Pages: TypeAlias = Iterator[Page[T] | Complete | CutShort]
"""The pages as they arrive, always followed by one `Complete` or `CutShort`. Both are parts of the
same iterator and have no `items`, so code that counts items cannot overlook them."""


class Listing(msgspec.Struct, Generic[K, T], frozen=True, eq=False):
    """A kind of list: the type of its items, its name, and how to get the place from its key."""

    name: str
    item: type[T]
    place: Callable[[K], Place]


def whole(pages: Pages[T]) -> list[T] | CutShort:
    """Return all items, or `CutShort` if the list is incomplete."""
    items, cut = as_far_as_read(pages)
    return items if cut is None else cut


def as_far_as_read(pages: Pages[T]) -> tuple[list[T], CutShort | None]:
    """Return the items that could be read, and `CutShort` if they are not all."""
    items: list[T] = []
    for part in pages:
        match part:
            case Page(found):
                items.extend(found)
            case Complete():
                return items, None
            case CutShort():
                return items, part
    return items, CutShort(Obstacle.FAILED, "a list did not end")


# ----------------------------------------------------------------------------------------- catalogue


class ImageCatalog(Protocol):
    """A source of answers. Its methods raise `CatalogError` only if nothing at all can be asked."""

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        """Return an answer for each key. Without keys, make no call and return nothing."""
        ...

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:
        """Yield everything that exists for one key, page by page, then whether that was all."""
        ...

    def facts(self) -> CatalogFacts:
        """The kind of this catalogue and how often it has called AWS so far."""
        ...
