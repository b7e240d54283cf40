"""Small makers of real model values. Every test says only what it is about; time is `AS_OF`."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace

from assay.model import (
    Action,
    AllowedImages,
    AmiId,
    AmiReference,
    Ancestor,
    Ancestry,
    AncestryEnd,
    AncestryEntry,
    Cause,
    Derivation,
    Evidence,
    Finding,
    Golden,
    Image,
    ImageName,
    Kind,
    Outcome,
    Place,
    Policy,
    Provenance,
    Require,
    Resolved,
    Revoked,
    Severity,
    Subject,
    Unread,
    Unresolved,
    Value,
    Watermark,
    WatermarkFilter,
)
from assay.policy.engine import judge, judge_all
from assay.policy.load import load
from assay.policy.rules import RULES

AS_OF = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GOLD, USER, STRANGER = "111122223333", "222222222222", "999999999999"
KEY = f"{GOLD}:golden-al2023"
HOME, AWAY = "us-east-1", "eu-west-1"
USED, MIDDLE, SOURCE, ROOT = "ami-0000000d", "ami-0000000c", "ami-0000000b", "ami-0000000a"
ELSE = "ami-0000000e"
PLACE = Place.of(HOME, USER)
ASKED = Evidence("ec2:GetImageAncestry", USED, PLACE)

INCOMPLETE = (
    AncestryEnd.PARTITION_BOUNDARY,
    AncestryEnd.ENTRY_LIMIT,
    AncestryEnd.REFUSED,
    AncestryEnd.UNEXPLAINED,
)
UNASKED = (AncestryEnd.REFUSED, AncestryEnd.NOT_FOLLOWED)
"""Nothing was said of the last entry of an ancestry that ends so."""
COMPLETE = (AncestryEnd.PUBLIC_PROVIDER, AncestryEnd.NO_RECORDED_SOURCE)


def days_ago(days: float) -> datetime:
    return AS_OF - timedelta(days=days)


def mark(key: str | None = KEY, **changes: Any) -> Watermark:
    """A golden mark, attached ten days ago to SOURCE, which was built the day before."""
    plain = Watermark(key, SOURCE, HOME, days_ago(11), days_ago(10))
    return replace(plain, **changes)


def image(*marks: Watermark, **changes: Any) -> Image:
    plain = Image(
        USED,
        name="web",
        owner_id=USER,
        state="available",
        public=False,
        creation_date=days_ago(5),
        watermarks=marks,
    )
    return replace(plain, **changes)


def ancestry(
    *steps: str | tuple[str, str | None],
    end: AncestryEnd = AncestryEnd.NO_RECORDED_SOURCE,
    detail: str | None = None,
) -> Ancestry:
    """The entries in order; a step in another Region than HOME is a pair."""
    named = [(step, HOME) if isinstance(step, str) else step for step in steps]
    following = [*named[1:], (None, None)]
    entries = tuple(
        AncestryEntry(id, region, source_image_id=source[0], source_image_region=source[1])
        for (id, region), source in zip(named, following, strict=True)
    )
    return Ancestry(entries, end, detail)


def refused(detail: str | None = "ec2:GetImageAncestry: denied") -> Ancestry:
    """The parent's id is known, and nothing could be asked about it."""
    return ancestry(USED, MIDDLE, end=AncestryEnd.REFUSED, detail=detail)


Seen = Mapping[tuple[str, str | None], Image | None]
"""What EC2 shows of images, by id and Region; None: it was asked, and does not show it."""


def provenance(
    of: Image,
    place: Place,
    descent: Ancestry,
    seen: Seen = MappingProxyType({}),
    evidence: tuple[Evidence, ...] = (),
) -> Provenance:
    """Where an image comes from, with what was seen of each ancestor."""
    keys = ((entry, (entry.image_id, entry.region)) for entry in descent.entries)
    ancestors = tuple(Ancestor(entry, seen.get(key), key in seen) for entry, key in keys)
    return Provenance(of, place, ancestors, descent.end, descent.detail, evidence)


def described(descent: Ancestry, *visible: Image) -> Seen:
    """What EC2 says of each entry it was asked about: it shows `visible`, and nothing else."""
    by_id = {each.id: each for each in visible}
    last = descent.entries[-1:] if descent.end in UNASKED else ()
    return {
        (entry.image_id, entry.region): by_id.get(entry.image_id)
        for entry in descent.entries
        if entry.region and (entry not in last or entry.image_id in by_id)
    }


def reference(value: Value | None = None, **changes: Any) -> AmiReference:
    plain = AmiReference(
        "aws_instance.web",
        "aws_instance",
        "ami",
        Kind.LAUNCH,
        Action.CREATE,
        value or AmiId(USED),
        PLACE,
    )
    return replace(plain, **changes)


def subject(
    of: Image | None = None,
    descent: Ancestry | None = None,
    *visible: Image,
    value: Value | None = None,
    place: Place = PLACE,
    moving: tuple[str, ...] = (),
    sensitive: bool = False,
    derivations: tuple[Derivation, ...] = (),
    allowed: AllowedImages | Unread | None = None,
    **of_reference: Any,
) -> Subject:
    """A resolved reference to `of`, made from SOURCE in two steps unless `descent` says otherwise.

    Of the ancestors EC2 shows `visible`, and none besides.
    """
    of = of or image(mark())
    descent = descent or ancestry(of.id, MIDDLE, SOURCE, ROOT)
    seen = Evidence("ec2:DescribeImages", of.id, place)
    return Subject(
        reference(value, place=place, sensitive=sensitive, **of_reference),
        place,
        Resolved(of, place, moving=moving, evidence=(seen,), derivations=derivations),
        provenance(of, place, descent, described(descent, of, *visible), (ASKED,)),
        allowed,
    )


def unresolved(
    cause: Cause = Cause.UNRESOLVED, *, value: Value | None = None, **of_reference: Any
) -> Subject:
    gone = Unresolved(cause, f"because of {cause}", evidence=(ASKED,))
    return Subject(reference(value, **of_reference), PLACE, gone)


def policy(
    *filters: WatermarkFilter,
    sources: tuple[ImageName, ...] = (),
    revoked_marks: tuple[str, ...] = (),
    revoked_images: tuple[ImageName, ...] = (),
    severities: Mapping[str, Severity] | None = None,
    **require: Any,
) -> Policy:
    """Trusts KEY unless `filters` say otherwise."""
    return Policy(
        golden=Golden(filters or (WatermarkFilter(KEY),), sources),
        require=Require(**require),
        revoked=Revoked(revoked_marks, revoked_images),
        severities=severities or {},
        judge=frozenset({Kind.LAUNCH}),
        undetermined=Severity.ERROR,
        region=None,
        path="policy.yaml",
        sha256="0" * 64,
    )


def document(**parts: Any) -> Policy:
    """The policy of a document that trusts KEY, read as a file is."""
    whole = {"version": 1, "golden": {"watermarks": [{"key": KEY}]}, **parts}
    return load("policy.yaml", json.dumps(whole).encode())


def finding(rule: str, of: Subject, by: Policy | None = None) -> Finding | None:
    """What the registered rule of that name says."""
    [found] = [each for each in RULES if each.id == rule]
    results = judge_all([of], by or policy(), AS_OF, rules=[found]).verdicts[0].results
    if not results:
        return None
    said = results[0].finding
    # No struct looks at what it is made of: a message of None would show in a report and not before.
    assert msgspec.convert(msgspec.to_builtins(said), Finding) == said
    return said


def outcome(rule: str, of: Subject, by: Policy | None = None) -> Outcome | None:
    found = finding(rule, of, by)
    return found.outcome if found else None


def verdict(of: Subject, by: Policy | None = None) -> Outcome:
    return judge(of, by or policy(), AS_OF).outcome
