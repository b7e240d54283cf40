"""Finds what a policy's JSON Schema cannot: contradictions, and parts that can never apply."""

from collections.abc import Iterator

from msgspec import UNSET

from assay.errors import PolicyError
from assay.model.addresses import block_address
from assay.model.ids import account_of_role, is_region
from assay.model.times import day
from assay.policy.document import Document, Require, Scope, ScopeMatch
from assay.policy.matching import hashable
from assay.policy.syntax import Parsed, Path
from assay.policy.wildcard import matches

_ACCOUNT_DIGITS = 12


def refuse_contradictions(document: Document, parsed: Parsed) -> None:
    """Raise `PolicyError` for the first contradiction in a document."""
    for found in contradictions(document, parsed):
        raise found


def contradictions(document: Document, parsed: Parsed) -> list[PolicyError]:
    """All contradictions in a document."""
    return [
        PolicyError(what, where=parsed.where(path), hint=hint)
        for path, what, hint in _contradictions(document)
    ]


_Contradiction = tuple[Path, str, str | None]


def _contradictions(document: Document) -> Iterator[_Contradiction]:
    yield from _golden_and_revoked(document)
    yield from _readers(document)
    yield from _organization(document)
    yield from _scopes(document)
    yield from _exceptions(document)


def _golden_and_revoked(document: Document) -> Iterator[_Contradiction]:
    """A mark cannot be both golden and revoked, nor an image both a root and revoked."""
    golden = {filter.key for filter in document.golden.watermarks}
    for scope in document.scopes:
        if scope.golden is not UNSET:
            golden |= {filter.key for filter in scope.golden.watermarks}
    for position, key in enumerate(document.revoked.watermarks):
        if key in golden:
            hint = "take it out of golden.watermarks, or revoke a narrower name"
            yield ("revoked", "watermarks", position), f"{key!r} is both golden and revoked", hint
    roots = document.golden.roots
    images = () if roots is UNSET or roots.images is UNSET else roots.images
    revoked = {(image.id, image.region) for image in document.revoked.images}
    for position, image in enumerate(images):
        if (image.id, image.region) in revoked:
            at: Path = ("golden", "roots", "images", position)
            yield (
                at,
                f"{image.id} is both a root and revoked",
                "remove it from one of the two: everything built from it would fail",
            )


def _readers(document: Document) -> Iterator[_Contradiction]:
    """The reader of an account must be a role in that account."""
    for account, reader in document.aws.readers.items():
        if reader.role_arn is not UNSET and account_of_role(reader.role_arn) != account:
            yield (
                ("aws", "readers", account, "role_arn"),
                f"the reader of account {account} is a role in another account",
                "name a role in that account",
            )


def _organization(document: Document) -> Iterator[_Contradiction]:
    """A unit cannot be both included and excluded."""
    said = document.aws.organization
    if said is UNSET or said.units is UNSET:
        return
    for position, unit in enumerate(said.exclude):
        if unit in said.units:
            at: Path = ("aws", "organization", "exclude", position)
            yield (
                at,
                f"{unit} is listed both under units and under exclude",
                "remove it from one of the two",
            )


def _scopes(document: Document) -> Iterator[_Contradiction]:
    """Scopes with a duplicate name, that can never decide, or that change nothing."""
    names: set[str] = set()
    matches: dict[object, Scope] = {}
    for position, scope in enumerate(document.scopes):
        at: Path = ("scopes", position)
        if scope.name in names:
            yield (*at, "name"), f"two scopes are called {scope.name!r}", "rename one"
        names.add(scope.name)
        earlier = matches.setdefault(hashable(scope.match), scope)
        if earlier is not scope:
            yield (
                (*at, "match"),
                f"scope {scope.name!r} never applies: {earlier.name!r} has the same match",
                "make one of them more specific, or merge them",
            )
        if _says_nothing(scope):
            yield at, f"scope {scope.name!r} changes nothing", "give it golden, require or rules"
        yield from _impossible((*at, "match"), f"scope {scope.name!r}", scope.match)


def _says_nothing(scope: Scope) -> bool:
    return (
        scope.golden is UNSET and scope.require in (UNSET, Require()) and scope.rules in (UNSET, {})
    )


def _exceptions(document: Document) -> Iterator[_Contradiction]:
    for position, exception in enumerate(document.exceptions):
        at: Path = ("exceptions", position)
        try:
            day(exception.expires)
        except ValueError:
            what = f"{exception.expires} is not a valid date"
            yield (*at, "expires"), what, "write it as 2027-01-31"
        yield from _impossible((*at, "match"), f"exception {position + 1}", exception.match)


def _impossible(at: Path, whose: str, match: ScopeMatch) -> Iterator[_Contradiction]:
    """Patterns that no account, Region or resource can match."""
    if match.account is not UNSET and not _some_account(match.account):
        yield (*at, "account"), f"{whose} never applies: an account id has 12 digits", None
    if match.region is not UNSET and _is_literal(match.region) and not is_region(match.region):
        yield (*at, "region"), f"{whose} never applies: {match.region!r} is not a Region", None
    if match.resource_type is UNSET:
        return
    if _is_literal(match.resource_type) and not match.resource_type.startswith(("aws_", "awscc_")):
        yield (
            (*at, "resource_type"),
            f"{whose} never applies: {match.resource_type!r} is not an AWS resource type",
            "the types of hashicorp/aws begin with aws_, those of hashicorp/awscc with awscc_",
        )
    if match.address is not UNSET and _is_literal(match.address):
        named = block_address(match.address)
        if str(named) == match.address and not matches(match.resource_type, named.type):
            yield (
                (*at, "resource_type"),
                f"{whose} never applies: {match.address} is not of type {match.resource_type}",
                None,
            )


def _is_literal(pattern: str) -> bool:
    return "*" not in pattern and "?" not in pattern


def _some_account(pattern: str) -> bool:
    """Whether 12 digits can match: they can for `1111*` and `11112222333?`, but not for `1111?`."""
    digits = len(pattern.replace("*", ""))
    return digits <= _ACCOUNT_DIGITS if "*" in pattern else digits == _ACCOUNT_DIGITS
