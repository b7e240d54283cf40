"""Finds which of many matches could apply to a reference, by their literal text.

A policy may have as many scopes and exceptions as a plan has references, nearly all of them about
a single module, account or image. A match with `address: module.web.*` applies only to addresses
that begin with `module.web.`, so it is indexed by that text and only tried for such addresses. A
match without literal text at the start (`address: "*.aws_instance.web"`) could apply anywhere.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from assay.model import Image, Match, Place, Resolved, Subject

_Texts: TypeAlias = Iterable[str | None]
_WILDCARDS = ("*", "?")


class Candidates:
    """An index of a list of matches, each under the rarest of the words that it requires."""

    def __init__(self, matches: Sequence[Match]) -> None:
        spelt = [tuple(_words(match)) for match in matches]
        common = Counter(word for words in spelt for word in words)
        self._anywhere: list[int] = []
        self._tables: dict[tuple[str, ...], _Table] = {}
        for number, words in enumerate(spelt):
            if words:
                # If many exceptions name the same account but different images, use the image.
                word = min(words, key=lambda word: (common[word], not word.whole))
                self._tables.setdefault(word.of, _Table(_reader(word.of))).add(word, number)
            else:
                self._anywhere.append(number)

    def of(self, subject: Subject, account: str | None = None) -> Sequence[int]:
        """The numbers of the matches that could apply to a subject, in order; `holds` decides.

        `account` is the known account of a place whose Region is open.
        """
        if not self._tables:
            return self._anywhere
        found = set(self._anywhere)
        for of, table in self._tables.items():
            table.find(table.read(subject), found)
            if account is not None and of == ("account",):
                table.find((account,), found)
        return sorted(found)


class _Word(msgspec.Struct, frozen=True, gc=False):
    """The text that a field has to equal, or to begin with, for a pattern to match."""

    of: tuple[str, ...]
    text: str
    whole: bool


class _Table:
    """The numbers of matches by their words, for one field: the address, or one of the tags."""

    def __init__(self, read: Callable[[Subject], _Texts]) -> None:
        self.read = read
        self._whole: dict[str, list[int]] = {}
        self._begun: dict[int, dict[str, list[int]]] = {}
        """By the length of the prefix: a text is looked up once for each length."""

    def add(self, word: _Word, number: int) -> None:
        words = self._whole if word.whole else self._begun.setdefault(len(word.text), {})
        words.setdefault(word.text, []).append(number)

    def find(self, texts: _Texts, found: set[int]) -> None:
        for text in texts:
            if text is not None:
                found.update(self._whole.get(text, ()))
                for length, words in self._begun.items():
                    found.update(words.get(text[:length], ()))


def _words(match: Match) -> Iterator[_Word]:
    """All words that a match requires, from every field that `holds` compares."""
    for name in ("address", "resource_type", "account", "region"):
        yield from _spelt((name,), getattr(match, name))
    if match.module is not None:  # also matches the modules inside, which begin with its name
        yield from (replace(word, whole=False) for word in _spelt(("module",), match.module))
    yield from _of_tags(("tags",), match.tags)
    image = match.image
    if image is None:
        return
    yield from _spelt(("image", "name"), image.name)
    for name in ("id", "owner", "owner_alias", "product_code"):
        if (value := getattr(image, name)) is not None:
            yield _Word(("image", name), value, whole=True)
    yield from _of_tags(("image", "tags"), image.tags)


def _of_tags(of: tuple[str, ...], tags: Mapping[str, str]) -> Iterator[_Word]:
    for key, pattern in tags.items():
        yield from _spelt((*of, key), pattern)


def _spelt(of: tuple[str, ...], pattern: str | None) -> Iterator[_Word]:
    """The text of a pattern before its first wildcard, if there is any."""
    if pattern is None:
        return
    length = min((at for each in _WILDCARDS if (at := pattern.find(each)) >= 0), default=None)
    if length != 0:
        yield _Word(of, pattern[:length], whole=length is None)


def _reader(of: tuple[str, ...]) -> Callable[[Subject], _Texts]:
    """Return a function that reads a field from a subject; no texts if its value is not known."""
    match of:
        case ("image", "tags", key):
            return lambda subject: (image.tags.get(key) for image in _image(subject))
        case ("image", "product_code"):
            return lambda subject: (
                code for image in _image(subject) for code in image.product_codes
            )
        case ("image", "owner"):
            return lambda subject: (image.owner_id for image in _image(subject))
        case ("image", name):
            return lambda subject: (getattr(image, name) for image in _image(subject))
        case ("tags", key):
            return lambda subject: (subject.reference.tags.get(key),)
        case ("account" | "region" as name,):
            return lambda subject: (
                (getattr(subject.place, name),) if isinstance(subject.place, Place) else ()
            )
        case _:
            return lambda subject: (getattr(subject.reference, of[0]),)


def _image(subject: Subject) -> tuple[Image, ...]:
    found = subject.resolution
    return (found.image,) if isinstance(found, Resolved) else ()
