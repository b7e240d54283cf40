"""Sends an audit's findings to Security Hub: to each account its own, by its role, in their Region.

Findings of an earlier audit that are active there, but not in this one, are archived if all of the
place was seen; otherwise it is not known that they are gone. Findings judged there as of a later
time are left alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from assay.catalog.aws.security_hub import Finding, SecurityHub
from assay.catalog.interface import Unavailable
from assay.fleet.places import ALL
from assay.model import Place, Report
from assay.model.pushing import NotTaken, PushedPlace, Pushing
from assay.model.times import iso, moment
from assay.report.formats.asff import GENERATOR, JUDGED_AS_OF, KIND, findings, product_arn
from assay.run.catalogs import open_sdk

if TYPE_CHECKING:
    from assay.model import Policy
    from assay.run.cache import Cache
    from assay.run.host import Host

_OURS = (
    *("SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "CreatedAt", "Title"),
    *("Description", "FindingProviderFields", "Remediation", "Resources"),
)
"""The fields of an active finding that are sent: those that a findings provider may set."""
At = tuple[str, str]


class Writing(msgspec.Struct, frozen=True):
    """What to do with the findings of an audit."""

    report: Report
    generated_at: datetime
    """By this, Security Hub recognizes updates."""
    dry_run: bool
    workers: int


def open_hub(host: "Host", policy: "Policy", timeout: float, cache: "Cache") -> SecurityHub:
    """Open Security Hub with the policy's readers; in the caller's own account, as the caller."""
    return SecurityHub(open_sdk(host, policy.readers, timeout, cache))


def push(hub: SecurityHub, writing: Writing) -> Iterator[PushedPlace]:
    """Yield each place of the audit as soon as it is done."""
    report = writing.report
    judged: dict[At, list[Finding]] = {}
    for each in findings(report):
        judged.setdefault((each["AwsAccountId"], each["ProductArn"].split(":")[3]), []).append(each)
    # An account whose Regions are not known has no place to ask. If anything in it was judged, it was
    # in a Region that was not seen
    seen = {(each.account, each.region) for each in report.places if each.region != ALL}
    whole = seen - {(each.account, each.region) for each in report.unread}
    places = sorted({*judged, *seen})
    workers = ThreadPoolExecutor(writing.workers, "hub")
    try:
        under_way = [
            workers.submit(_pushed, hub, writing, at, judged.get(at, ()), at in whole)
            for at in places
        ]
        for done in as_completed(under_way):
            yield done.result()
    finally:  # after an interrupt, do not wait for what has not begun
        workers.shutdown(wait=False, cancel_futures=True)


def pushing(hub: SecurityHub, writing: Writing, places: Sequence[PushedPlace]) -> Pushing:
    """Return all results, in order."""
    report = writing.report
    return Pushing(
        report.as_of,
        writing.generated_at,
        writing.dry_run,
        (report.policy.path, report.policy.sha256),
        report.places,
        report.unread,
        tuple(sorted(places, key=lambda each: (each.account, each.region))),
        hub.endpoints(),
    )


def _pushed(
    hub: SecurityHub, writing: Writing, at: At, judged: Sequence[Finding], whole: bool
) -> PushedPlace:
    """Push one place. If its active findings are not known, write nothing: they could be newer."""
    account, region = at
    place = Place.of(region, account)
    known = hub.active(place, product_arn(*at), GENERATOR)
    if isinstance(known, Unavailable):
        lost = tuple(NotTaken(each["Id"], known.reason, archive=False) for each in judged)
        return PushedPlace(account, region, len(judged), 0, refused=known.reason, not_taken=lost)
    active = {str(each["Id"]): each for each in known if _is_ours(each)}
    later = {id for id, each in active.items() if _is_later(each, writing)}
    ids = {each["Id"] for each in judged}
    wanted = [
        _renewed(each, active, writing.generated_at) for each in judged if each["Id"] not in later
    ]
    gone = [id for id in active if id not in ids and id not in later] if whole else []
    found = PushedPlace(account, region, len(wanted), len(gone), kept=len(later))
    if writing.dry_run:
        return found
    failures = hub.take(
        place, [*wanted, *(_archived(active[id], writing.generated_at) for id in gone)]
    )
    return msgspec.structs.replace(
        found,
        imported=len(wanted) - sum(each["Id"] in failures for each in wanted),
        archived=len(gone) - sum(id in failures for id in gone),
        not_taken=tuple(NotTaken(id, why, id not in ids) for id, why in failures.items()),
    )


def _is_ours(finding: Finding) -> bool:
    """Whether an audit made it. Findings of plans are archived by whatever imports them."""
    return _field(finding, KIND) == "audit" and _judged_as_of(finding) is not None


def _field(finding: Finding, name: str) -> Any:
    fields = finding.get("ProductFields")
    return fields.get(name) if isinstance(fields, Mapping) else None


def _judged_as_of(finding: Finding) -> datetime | None:
    try:
        return moment(str(_field(finding, JUDGED_AS_OF)))
    except ValueError:
        return None


def _is_later(finding: Finding, writing: Writing) -> bool:
    """Whether the active finding is newer.

    Security Hub itself refuses updates of findings that were updated since (User Guide,
    "BatchImportFindings").
    """
    judged, updated = _judged_as_of(finding), finding.get("UpdatedAt")
    try:
        stands = isinstance(updated, str) and moment(updated) >= writing.generated_at
    except ValueError:
        stands = False
    return stands or (judged is not None and judged > writing.report.as_of)


def _renewed(finding: Finding, active: Mapping[str, Finding], now: datetime) -> Finding:
    """Set the time of this import, by which Security Hub recognizes an update."""
    known = active.get(finding["Id"], {})
    created = known.get("CreatedAt", finding["CreatedAt"])
    return {**finding, "CreatedAt": created, "UpdatedAt": iso(now)}


def _archived(finding: Finding, now: datetime) -> Finding:
    """Return a finding as its provider wrote it, archived; fields set by users are not touched."""
    written = {name: finding[name] for name in _OURS if name in finding}
    fields = finding["ProductFields"].items()
    written["ProductFields"] = {name: text for name, text in fields if name.startswith("assay/")}
    status = (finding.get("Compliance") or {}).get("Status")
    if status:  # without the fields that Security Hub adds and does not accept
        written["Compliance"] = {"Status": status}
    return {**written, "UpdatedAt": iso(now), "RecordState": "ARCHIVED"}
