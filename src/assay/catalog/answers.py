"""The possible answers to a question: a value, `Absent`, or `Unavailable`."""

from typing import TypeAlias, TypeVar

import msgspec

T = TypeVar("T")

NEVER_ASKED = "not asked when the catalogue was recorded"


class Absent(msgspec.Struct, frozen=True, gc=False):
    """The question was asked and nothing is visible from that place. This is an answer."""


class Unavailable(msgspec.Struct, frozen=True, gc=False):
    """The question could not be asked, or its answer could not be read. This is not an answer.

    `reason` is one line for people. It contains no credentials and no part of a response body.
    """

    reason: str


Answer: TypeAlias = T | Absent | Unavailable
