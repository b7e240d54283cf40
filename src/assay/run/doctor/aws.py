"""What `doctor` asks AWS: who looks, with which permissions, and by which clock.

Each permission is tried with DryRun, which EC2 answers with an error either way: DryRunOperation
or UnauthorizedOperation (EC2 API Reference, "DryRun" of each action). SSM has none: it is asked for
a parameter that need not exist. Nothing here changes anything, and nothing quotes an answer but the
identities' ARNs, an error's code and the state of Allowed AMIs.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from assay.catalog.aws.permissions import PROBED_PARAMETER, READS, Permission
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Answer, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import ALLOWED_IMAGES, IDENTITIES
from assay.errors import CatalogError
from assay.model import AllowedImages, CommonReader, Identity, Place, Readers
from assay.run.doctor.observation import Level, Observation

_ABOUT_WHAT_WAS_ASKED = re.compile(
    r"Invalid[A-Za-z]+\.[A-Za-z.]+|InvalidParameter(Value|Combination)?|[A-Za-z]+NotFound"
)
"""Codes that tell what is wrong with the question (EC2 API Reference, "Error codes"); codes that
tell what is wrong with the credentials, as InvalidClientTokenId, have no dot."""


class Allowed(msgspec.Struct, frozen=True):
    """The call went through, or would have; `inferred` is the code that only suggests it."""

    inferred: str | None = None


class Denied(msgspec.Struct, frozen=True):
    """IAM says no."""

    reason: str


class Untried(msgspec.Struct, frozen=True):
    """Nothing is known."""

    reason: str


Trial: TypeAlias = Allowed | Denied | Untried


def examine(
    sdk: Sdk, region: str, readers: Readers | None, fleet: Sequence[str] = ()
) -> Iterator[Observation]:
    """The caller, the readers, and what each of them may ask in `region`.

    Without the caller's identity nothing else is asked. A required permission that the caller's own
    account lacks is no more than a warning where a reader can be used: the reader's account can be
    checked all the same. The reader of all other accounts is tried in those of `fleet`.
    """
    readers = readers or Readers()
    catalog = LiveCatalog(sdk)
    caller = _identity(catalog, Place.of(region))
    yield _caller(caller)
    if not isinstance(caller, Identity):
        yield Observation(Level.SKIP, "readers and permissions: the credentials cannot be used")
        return
    places = [Place.of(region, caller.account)]
    for account, said in _readers(catalog, region, readers, fleet, caller):
        yield said
        if said.level is Level.OK and account != caller.account:
            places.append(Place.of(region, account))
    if readers.common is not None:
        yield _untried(readers.common)
    spared = len(places) > 1 or readers.common is not None
    yield from _permissions(sdk, places, spared=spared)
    yield from _allowed_images(catalog, places)


def endpoints(sdk: Sdk) -> Observation:
    """Which endpoints answered."""
    foreign = sdk.endpoints()
    if foreign is None:
        known = bool(sdk.calls())
        text = "every endpoint is AWS's own" if known else "endpoints: none was asked"
        return Observation(Level.OK if known else Level.SKIP, text)
    return Observation(Level.WARN, f"not AWS's own endpoint: {foreign}")


# --------------------------------------------------------------------------------------- identities


def _identity(catalog: LiveCatalog, place: Place) -> Answer[Identity]:
    try:
        return catalog.ask(IDENTITIES, [place])[place]
    except CatalogError as error:
        return Unavailable(str(error))


def _caller(answer: Answer[Identity]) -> Observation:
    match answer:
        case Identity(account=account, arn=arn):
            return Observation(Level.OK, f"credentials of account {account}: {arn}")
        case Unavailable(reason=reason):
            return Observation(Level.FAIL, f"credentials: {reason}")
        case Absent():
            return Observation(Level.FAIL, "credentials: sts:GetCallerIdentity named nobody")


def _readers(
    catalog: LiveCatalog,
    region: str,
    readers: Readers,
    fleet: Sequence[str],
    caller: Identity,
) -> Iterator[tuple[str, Observation]]:
    """A reader of another partition has no role that could be assumed from `region`."""
    place = {
        account: Place.of(region, account) for account in sorted({*readers.by_account, *fleet})
    }
    of = {account: readers.of(each.partition, account) for account, each in place.items()}
    near = {
        account: place[account]
        for account, reader in of.items()
        if reader is not None and reader.role_arn.split(":")[1] == place[account].partition
    }
    answers = catalog.ask(IDENTITIES, near.values())
    for account in place:
        if account in near:
            yield account, _reader(account, answers[near[account]], caller)
        elif of[account] is None:
            if account != caller.account:
                text = f"account {account} of the policy's aws.accounts has no reader"
                yield account, Observation(Level.WARN, text)
        else:
            text = f"the reader of account {account} is of another partition than {region}"
            yield account, Observation(Level.WARN, f"{text}; try it with a --region of its own")


def _reader(account: str, answer: Answer[Identity], caller: Identity) -> Observation:
    match answer:
        case Identity() if account == caller.account:
            text = "not used, the credentials are of that account"
            return Observation(Level.OK, f"the reader of account {account}: {text}")
        case Identity(arn=arn):
            return Observation(Level.OK, f"the reader of account {account}: {arn}")
        case Unavailable(reason=reason):
            told = reason if account in reason else f"the reader of account {account}: {reason}"
            return Observation(Level.FAIL, told)
        case Absent():
            return Observation(Level.FAIL, f"the reader of account {account} is nobody")


def _untried(common: CommonReader) -> Observation:
    text = f"the reader of all other accounts, role {common.role_name}: not tried"
    return Observation(Level.SKIP, f"{text}, which accounts those are is not known here")


# -------------------------------------------------------------------------------------- permissions


def _permissions(sdk: Sdk, places: Sequence[Place], *, spared: bool) -> Iterator[Observation]:
    """The caller's own place comes first, then those of readers, which may spare the caller some."""
    tries = [(place, permission) for place in places for permission in READS]
    trials = sdk.flights.each(
        tries, lambda each: _try(sdk, *each), lambda _: Untried(sdk.late.reason)
    )
    for place, permission in tries:
        less = spared and place is places[0]
        yield _permission(place, permission, trials[place, permission], spared=less)


def _try(sdk: Sdk, place: Place, permission: Permission) -> Trial:
    dry = {"DryRun": True} if permission.service == "ec2" else {}
    try:
        answer = sdk.call(
            place, permission.service, permission.operation, **permission.probe, **dry
        )
    except RefusedError as refused:
        return _meaning(refused)
    except CatalogError as error:
        return Untried(str(error))
    if permission.member not in answer:  # an endpoint that answers anything to everything
        return Untried(
            f"{permission.action} in {place.region}: the answer lacks {permission.member}"
        )
    return Allowed()


def _meaning(refused: RefusedError) -> Trial:
    code = refused.code
    if code == "DryRunOperation":
        return Allowed()
    if code == "UnauthorizedOperation" or code.startswith("AccessDenied"):
        return Denied(refused.reason)
    if _ABOUT_WHAT_WAS_ASKED.fullmatch(code):
        # Inferred: nowhere is it said that IAM is asked before the question is looked at. Whoever
        # gets as far as to hear that an image does not exist was at least not sent away.
        return Allowed(code)
    return Untried(refused.reason)


def _permission(place: Place, permission: Permission, trial: Trial, *, spared: bool) -> Observation:
    name, where = f"{permission.action} in {place.region}", f"in account {place.account}"
    bad = Level.FAIL if permission.required and not spared else Level.WARN
    without = f"; without it {permission.loss}"
    if permission.required and spared:
        without += ", but not in the accounts of readers"
    match trial:
        case Allowed(inferred=None):
            return Observation(Level.OK, f"{name}: allowed {where}")
        case Allowed(inferred=code):
            return Observation(Level.OK, f"{name}: not denied {where} (inferred from {code})")
        case Denied(reason=reason):
            # A grant for a part of the parameters may well cover the part that plans name.
            tried = f" (tried with {PROBED_PARAMETER})" if permission.service == "ssm" else ""
            return Observation(bad, f"{reason} {where}{tried}{without}")
        case Untried(reason=reason):
            told = reason if permission.action in reason else f"{name}: {reason}"
            return Observation(bad, f"{told}; it could not be tried {where}{without}")


def _allowed_images(catalog: LiveCatalog, places: Sequence[Place]) -> Iterator[Observation]:
    answers = catalog.ask(ALLOWED_IMAGES, places)
    for place in places:
        name = f"Allowed AMIs in {place.region} of account {place.account}"
        match answers[place]:
            case AllowedImages(state="enabled", managed_by=manager):
                hides = "an image that they do not allow looks as if it did not exist"
                yield Observation(Level.WARN, f"{name}: enabled, managed by {manager}; {hides}")
            case AllowedImages(state="disabled" | "audit-mode" as state, managed_by=manager):
                yield Observation(Level.OK, f"{name}: {state}, managed by {manager}")
            case AllowedImages():
                yield Observation(Level.WARN, f"{name}: in a state that is not known")
            case Absent() | Unavailable():
                yield Observation(Level.SKIP, f"{name}: not told")
