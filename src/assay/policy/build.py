"""Turns a decoded policy document into the policy that rules read, with defaults and scopes."""

from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from assay.model import (
    Accounts,
    CommonReader,
    Golden,
    ImageMatch,
    ImageName,
    Kind,
    Match,
    Organization,
    Policy,
    PolicyException,
    Reader,
    Readers,
    Require,
    Revoked,
    Roots,
    Scope,
    Severity,
    WatermarkFilter,
)
from assay.model.times import day
from assay.policy import document as written


def build(document: written.Document, path: str, sha256: str) -> Policy:
    """The policy of `document`, which has already been checked for contradictions."""
    revoked = document.revoked
    policy = Policy(
        golden=_golden(document.golden),
        require=_require(Require(), document.require),
        revoked=Revoked(
            watermarks=tuple(revoked.watermarks),
            images=tuple(
                ImageName(image.id, image.region, _or_none(image.reason))
                for image in revoked.images
            ),
        ),
        severities=_severities(document.rules),
        judge=frozenset(Kind(kind) for kind in document.judge),
        undetermined=Severity(document.undetermined),
        region=_or_none(document.aws.region),
        path=path,
        sha256=sha256,
        readers=_readers(document.aws),
        fleet=_fleet(document.aws),
        exceptions=tuple(_exception(each) for each in document.exceptions),
    )
    scopes = tuple(_scope(each, policy) for each in document.scopes)
    return replace(policy, scopes=scopes) if scopes else policy


def _readers(aws: written.Aws) -> Readers:
    """The readers of single accounts, and the common one for all others."""
    common = aws.readers.get(written.ALL_OTHERS)
    by_account = {
        account: Reader(reader.role_arn, _or_none(reader.external_id))
        for account, reader in aws.readers.items()
        if reader.role_arn is not UNSET
    }
    if common is None or common.role_name is UNSET:
        return Readers(by_account)
    return Readers(by_account, CommonReader(common.role_name, _or_none(common.external_id)))


def _fleet(aws: written.Aws) -> Accounts | Organization | None:
    """The accounts or the organization of the fleet, if the document names them."""
    if aws.accounts is not UNSET:
        return Accounts(tuple(dict.fromkeys(aws.accounts)))
    if aws.organization is UNSET:
        return None
    units = aws.organization.units
    return Organization(() if units is UNSET else units, aws.organization.exclude)


def _scope(scope: written.Scope, around: Policy) -> Scope:
    """A scope with its policy: the document's, with the scope's own settings on top."""
    policy = around
    if scope.golden is not UNSET:
        policy = replace(policy, golden=_golden(scope.golden))
    if scope.require is not UNSET:
        policy = replace(policy, require=_require(around.require, scope.require))
    if scope.rules is not UNSET:
        severities = {**around.severities, **_severities(scope.rules)}
        policy = replace(policy, severities=severities)
    return Scope(scope.name, _match(scope.match), policy)


def _require(base: Require, said: written.Require) -> Require:
    """`base` with the keys that are set in `said`."""
    changes: dict[str, Any] = {
        name: value
        for name in ("max_depth", "owners", "max_age_days", "max_scan_severity")
        if (value := getattr(said, name)) is not UNSET
    }
    if said.ancestry is not UNSET:
        changes["ancestry_agrees"] = said.ancestry == "agree"
    if said.allowed_amis is not UNSET:
        changes["allowed_by_ec2"] = said.allowed_amis == "predict"
    return replace(base, **changes)


def _severities(rules: written.Rules) -> dict[str, Severity]:
    return {rule: Severity(severity) for rule, severity in rules.items()}


def _golden(golden: written.ScopeGolden) -> Golden:
    roots = golden.roots if isinstance(golden, written.Golden) else UNSET
    return Golden(
        watermarks=tuple(
            WatermarkFilter(
                filter.key,
                _or_none(filter.source_image_region),
                _or_none(filter.max_days_since_source_image_created),
                _or_none(filter.max_days_since_watermark_created),
            )
            for filter in golden.watermarks
        ),
        source_images=_images(golden.source_images),
        roots=None if roots is UNSET else _roots(roots),
    )


def _roots(said: written.Roots) -> Roots:
    return Roots(_images(said.images), () if said.owners is UNSET else said.owners)


def _images(said: tuple[written.SourceImage, ...] | UnsetType) -> tuple[ImageName, ...]:
    return () if said is UNSET else tuple(ImageName(image.id, image.region) for image in said)


def _exception(said: written.PolicyException) -> PolicyException:
    return PolicyException(
        match=_match(said.match),
        rules=said.rules,
        reason=said.reason,
        approved_by=said.approved_by,
        expires=day(said.expires),
        ticket=_or_none(said.ticket),
    )


def _match(said: written.ScopeMatch) -> Match:
    image = said.image if isinstance(said, written.ExceptionMatch) else UNSET
    return Match(
        address=_or_none(said.address),
        module=_or_none(said.module),
        resource_type=_or_none(said.resource_type),
        account=_or_none(said.account),
        region=_or_none(said.region),
        tags={} if said.tags is UNSET else said.tags,
        image=None if image is UNSET else _image(image),
    )


def _image(said: written.ImageMatch) -> ImageMatch:
    return ImageMatch(
        id=_or_none(said.id),
        owner=_or_none(said.owner),
        owner_alias=_or_none(said.owner_alias),
        product_code=_or_none(said.product_code),
        name=_or_none(said.name),
        tags={} if said.tags is UNSET else said.tags,
    )


def _or_none(value: Any) -> Any:
    return None if value is UNSET else value
