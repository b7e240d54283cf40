"""What `doctor` says about permissions: each is tried where it would be used.

Each is tried with DryRun, which EC2 always answers with an error: DryRunOperation or
UnauthorizedOperation (EC2 API Reference, "DryRun" of each action). SSM has no DryRun: it is asked
for parameters that plans name, or for one that need not exist.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import msgspec

from assay.catalog.aws.permissions import PROBED_PARAMETER, Permission
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import ALLOWED_IMAGES
from assay.errors import CatalogError
from assay.model import AllowedImages, Place
from assay.run.doctor.observation import Level, Observation

_ABOUT_WHAT_WAS_ASKED = re.compile(
    r"Invalid[A-Za-z]+\.[A-Za-z.]+|InvalidParameter(Value|Combination)?|[A-Za-z]+NotFound"
)
"""Error codes about the question (EC2 API Reference, "Error codes"); codes about the credentials,
such as InvalidClientTokenId, have no dot.
"""


class Trying(msgspec.Struct, frozen=True):
    """One permission in one place, and the level if it is missing."""

    place: Place
    permission: Permission
    bad: Level
    besides: str = ""
    """What to add about the consequences."""
    parameters: tuple[str, ...] = ()
    """The Systems Manager parameters that a check would ask for."""

    @property
    def probe(self) -> dict[str, Any]:
        """The parameters of the call."""
        permission = self.permission
        if permission.service == "ssm" and self.parameters:
            return {"Names": list(self.parameters)}
        dry = {"DryRun": True} if permission.service == "ec2" else {}
        return {**permission.probe, **dry}

    @property
    def with_what(self) -> str:
        """The parameters it was tried with; a grant for some parameters may cover those in plans."""
        if self.permission.service != "ssm":
            return ""
        if not self.parameters:
            return f" (tried with {PROBED_PARAMETER})"
        number = len(self.parameters)
        return f" (tried with {number} parameter{'s' if number > 1 else ''} named here)"


class Allowed(msgspec.Struct, frozen=True):
    """The call was or would have been successful; `inferred` is the code that only suggests it."""

    inferred: str | None = None


class Denied(msgspec.Struct, frozen=True):
    """IAM denied the call."""

    reason: str


class Untried(msgspec.Struct, frozen=True):
    """The result is not known."""

    reason: str


Trial: TypeAlias = Allowed | Denied | Untried


def tried(sdk: Sdk, tries: Sequence[Trying]) -> Iterator[Observation]:
    """Try all permissions at once, and report them in order."""
    trials = sdk.flights.each(
        range(len(tries)),
        lambda n: _try(sdk, tries[n]),
        lambda _, watch: Untried(sdk.late(watch).reason),
    )
    for number, each in enumerate(tries):
        yield _told(each, trials[number])


def _try(sdk: Sdk, trying: Trying) -> Trial:
    place, permission = trying.place, trying.permission
    try:
        answer = sdk.call(place, permission.service, permission.operation, **trying.probe)
    except RefusedError as refused:
        return _meaning(refused)
    except CatalogError as error:
        return Untried(str(error))
    if permission.member not in answer:  # the endpoint may answer anything to everything
        return Untried(
            f"{permission.action} in {place.region}: the answer contains no {permission.member}"
        )
    return Allowed()


def _meaning(refused: RefusedError) -> Trial:
    code = refused.code
    if code == "DryRunOperation":
        return Allowed()
    if code == "UnauthorizedOperation" or code.startswith("AccessDenied"):
        return Denied(refused.reason)
    if _ABOUT_WHAT_WAS_ASKED.fullmatch(code):
        # Inferred: it is not documented that IAM is asked before the request is examined. But a
        # caller who learns that an image does not exist was at least not turned away.
        return Allowed(code)
    return Untried(refused.reason)


def _told(trying: Trying, trial: Trial) -> Observation:
    place, permission = trying.place, trying.permission
    name, where = f"{permission.action} in {place.region}", f"in account {place.account}"
    without = f"; without it {permission.loss}{trying.besides}"
    match trial:
        case Allowed(inferred=None):
            return Observation(Level.OK, f"{name}: allowed {where}")
        case Allowed(inferred=code):
            return Observation(Level.OK, f"{name}: not denied {where} (inferred from {code})")
        case Denied(reason=reason):
            return Observation(trying.bad, f"{reason} {where}{trying.with_what}{without}")
        case Untried(reason=reason):
            told = reason if permission.action in reason else f"{name}: {reason}"
            return Observation(trying.bad, f"{told}; it could not be tried {where}{without}")


def allowed_images(catalog: LiveCatalog, places: Sequence[Place]) -> Iterator[Observation]:
    """Report whether EC2 hides images in these places."""
    answers = catalog.ask(ALLOWED_IMAGES, places)
    for place in places:
        name = f"Allowed AMIs in {place.region} of account {place.account}"
        match answers[place]:
            case AllowedImages(state="enabled", managed_by=manager):
                hides = "images that they do not admit look as if they did not exist"
                yield Observation(Level.WARN, f"{name}: enabled, managed by {manager}; {hides}")
            case AllowedImages(state="disabled" | "audit-mode" as state, managed_by=manager):
                yield Observation(Level.OK, f"{name}: {state}, managed by {manager}")
            case AllowedImages():
                yield Observation(Level.WARN, f"{name}: in an unknown state")
            case Absent() | Unavailable():
                yield Observation(Level.SKIP, f"{name}: not known")
