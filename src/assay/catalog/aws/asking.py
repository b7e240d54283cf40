"""Turns a question into calls: one key at a time or in batches, many in parallel.

An asker answers for one key or for one batch. If it raises `RefusedError`, exactly those keys are
`Unavailable`. Keys that were not answered in time are `Unavailable` as well.
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
"""The name of a question or a listing, and the function that asks AWS for it. Only the functions
below make rows: they check the two types against each other, which a table of all kinds cannot."""


def one_by_one(
    question: Question[K, T],
    ask: Callable[[Sdk, K], Answer[T]],
    in_order: Callable[[K], str] | None = None,
) -> Row:
    """Call once or more per key, because AWS has no batch or because each key must fail alone."""

    def asker(sdk: Sdk, keys: Collection[K]) -> Mapping[K, Answer[T]]:
        def answer(key: K) -> Answer[T]:
            try:
                return ask(sdk, key)
            except RefusedError as refused:
                return Unavailable(refused.reason)

        # If keys can answer for one another, the first is asked and the others wait for it. Which
        # one is first must not depend on the order of a set.
        asked = sorted(keys, key=in_order) if in_order else keys
        return sdk.flights.each(asked, answer, lambda _, watch: sdk.late(watch))

    return question.name, asker


def in_batches(
    question: Question[tuple[Place, str], T],
    ask: Callable[[Sdk, Place, list[str]], Mapping[str, Answer[T]]],
    size: int,
) -> Row:
    """Make one call for up to `size` names in a place; `ask` returns an answer for each of them."""

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
    # A call uses one Region and one account's credentials, so places never share a batch.
    by_place: defaultdict[Place, list[str]] = defaultdict(list)
    for place, name in dict.fromkeys(keys):
        by_place[place].append(name)
    for place, names in by_place.items():
        for start in range(0, len(names), size):
            yield place, tuple(names[start : start + size])
