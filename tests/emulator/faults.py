"""What a call is, what it is answered, and what a test may have happen to it instead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it arrived. The account is None for an access key that no account has."""

    service: str
    operation: str
    account: str | None
    region: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for a call."""

    status: int
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Fault:
    """An error answer, well-formed in the service's protocol."""

    status: int
    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class RawFault(Answer):
    """Any answer whatsoever: a proxy's HTML, nothing, half a document."""

    content_type: str = "text/html"


@dataclass(frozen=True, slots=True)
class CloseFault:
    """The connection is reset instead of an answer."""


Faults = Callable[[Request], Fault | RawFault | CloseFault | None]


class Refusing:
    """Denies operations, and all of EC2 to accounts in Regions, while a test names them."""

    def __init__(self) -> None:
        self.operations: set[str] = set()
        self.places: set[tuple[str, str]] = set()
        """By account and Region."""
        self.parameters: set[str] = set()
        """By what is asked with them."""

    def __call__(self, request: Request) -> Fault | None:
        here = (request.account or "", request.region)
        denied = request.service == "ec2" and here in self.places
        denied = denied or bool(self.parameters & set(request.params))
        if denied or request.operation in self.operations:
            return Fault(403, "UnauthorizedOperation")
        return None


class Happening:
    """What a test has happen at the calls of an operation: a fault, a change to the world, or both."""

    def __init__(self) -> None:
        self.of: dict[str, Callable[[], Fault | RawFault | None]] = {}

    def __call__(self, request: Request) -> Fault | RawFault | None:
        happen = self.of.get(request.operation)
        return happen() if happen else None
