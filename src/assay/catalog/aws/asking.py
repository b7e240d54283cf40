"""How a question becomes calls: one key at a time or in batches, with many under way at once.

An asker answers for one key, or for one batch, and may raise `RefusedError`: that costs exactly the
keys it was asked about. What was not answered in time is `Unavailable` as well.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Answer, K, Listing, Pages, Question, Unavailable
from assay.model import Place

T = TypeVar("T")

Lister: TypeAlias = Callable[[Sdk, K], Pages[T]]
Row: TypeAlias = tuple[str, Callable[..., Any]]
"""The name of a question or a listing, and who asks AWS for it. Only the functions below make one,
and they hold the types of both against each other; a table of all kinds has no types of its own."""


def one_by_one(
    question: Question[K, T],
    ask: Callable[[Sdk, K], Answer[T]],
    in_order: Callable[[K], str] | None = None,
) -> Row:
    """A call or more for each key, since AWS offers no more, or since each has to fail alone."""

    def asker(sdk: Sdk, keys: Collection[K]) -> Mapping[K, Answer[T]]:
        def answer(key: K) -> Answer[T]:
            try:
                return ask(sdk, key)
            except RefusedError as refused:
                return Unavailable(refused.reason)

        # Of keys that can answer for one another, the first is asked and the others wait for it:
        # which one that is should not hang on the order of a set.
        asked = sorted(keys, key=in_order) if in_order else keys
        return sdk.flights.each(asked, answer, lambda _, watch: sdk.late(watch))

    return question.name, asker


def in_batches(
    question: Question[tuple[Place, str], T],
    ask: Callable[[Sdk, Place, list[str]], Mapping[str, Answer[T]]],
    size: int,
) -> Row:
    """A call for up to `size` names of a place; `ask` answers for every one of them."""

    def asker(
        sdk: Sdk, keys: Collection[tuple[Place, str]]
    ) -> Mapping[tuple[Place, str], Answer[T]]:
        def answer(batch: tuple[Place, tuple[str, ...]]) -> Mapping[str, Answer[T]]:
            place, names = batch
            try:
                return ask(sdk, place, list(names))
            except RefusedError as refused:
                return dict.fromkeys(names, Unavailable(refused.reason))

        answers = sdk.flights.each(
            _batches(keys, size),
            answer,
            lambda batch, watch: dict.fromkeys(batch[1], sdk.late(watch)),
        )
        return {
            (place, name): found[name]
            for (place, names), found in answers.items()
            for name in names
        }

    return question.name, asker


def by_pages(listing: Listing[K, T], lister: Lister[K, T]) -> Row:
    """A list, which its lister ends with `Complete` or `CutShort`."""
    return listing.name, lister


def _batches(
    keys: Collection[tuple[Place, str]], size: int
) -> Iterator[tuple[Place, tuple[str, ...]]]:
    # A call is made in one Region, with one account's credentials: places never share a batch.
    by_place: defaultdict[Place, list[str]] = defaultdict(list)
    for place, name in dict.fromkeys(keys):
        by_place[place].append(name)
    for place, names in by_place.items():
        for start in range(0, len(names), size):
            yield place, tuple(names[start : start + size])
