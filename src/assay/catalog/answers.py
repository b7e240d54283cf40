"""What comes back for a question: a value, that there is none, or that it could not be asked."""

from typing import TypeAlias, TypeVar

import msgspec

T = TypeVar("T")

NEVER_ASKED = "not asked when the catalogue was recorded"


class Absent(msgspec.Struct, frozen=True, gc=False):
    """Asked, and there is no such thing to be seen from that place. This is an answer."""


class Unavailable(msgspec.Struct, frozen=True, gc=False):
    """It could not be asked, or the answer could not be read. This is no answer.

    `reason` is one line for people; it holds no credential and nothing of a response body.
    """

    reason: str


Answer: TypeAlias = T | Absent | Unavailable
