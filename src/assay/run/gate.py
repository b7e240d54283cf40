"""One gate: inputs, a policy and a catalogue in, a report out."""

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.catalog.interface import ImageCatalog
    from assay.inputs.plan.plan import Source
    from assay.model import Policy, Report
    from assay.run.catalogs import Asking
    from assay.run.host import Host
    from assay.run.inputs import Reading


class Order(Struct, frozen=True):
    """What to judge, by which policy, and which catalogue to ask."""

    paths: "Sequence[str]"
    reading: "Reading"
    policy: "Policy"
    asking: "Asking"
    honour_comments: bool = True
    """Whether exceptions in comments of the code count; the authors of the code write them."""
    states: "Sequence[str]" = ()
    """Additional Terraform states, as printed by `terraform show -json`."""
    record: bool = False
    """Whether to record the answers."""


class Judged(Struct, frozen=True):
    """The report, its sources (some of whose files may not have been readable), and the catalogue."""

    report: "Report"
    sources: "list[Source]"
    catalog: "ImageCatalog"
    recording: bytes | None = None
    """The answers behind the verdicts, as a recorded catalogue, if they were to be recorded."""


def judge(host: "Host", order: Order) -> Judged:
    """Read, ask and judge. Raises `AssayError` if no verdict is possible."""
    from assay.run.catalogs import open_catalog
    from assay.run.check import check
    from assay.run.inputs import Wishes, open_sources

    policy, asking = order.policy, order.asking
    wishes = Wishes.of(policy)
    sources = open_sources(host, order.paths, order.reading, wishes)
    if order.states:
        from assay.run.states import open_states

        sources += open_states(host, order.states, wishes)
    sources, left_aside = _with_exceptions(sources, honoured=order.honour_comments)
    catalog = open_catalog(host, asking, policy.readers)
    recording = None
    if order.record:
        from assay.catalog.decorators.recording import RecordingCatalog

        catalog = recording = RecordingCatalog(catalog)
    with host.watching(catalog):
        now = host.now()
        report = check(sources, catalog, policy, asking.as_of or now, left_aside, now)
    written = recording.to_json(now) if recording is not None else None
    return Judged(_bound(report, written), sources, catalog, written)


def _bound(report: "Report", recording: bytes | None) -> "Report":
    """The report, bound to the recording of AWS's answers that is written with it, if there is one."""
    from msgspec.structs import replace

    from assay.digests import sha256

    if recording is None or report.catalog.kind != "live":
        return report
    return replace(report, catalog=replace(report.catalog, sha256=sha256(recording)))


def _with_exceptions(sources: "list[Source]", *, honoured: bool) -> "tuple[list[Source], int]":
    """Return the sources with the code's exceptions, or without, and how many were left out.

    Raises `InputError` for an exception to a rule that exceptions cannot name.
    """
    from msgspec.structs import replace

    from assay.policy.exceptions import check_exceptions

    references = [each for source in sources for each in source.references if each.exceptions]
    if honoured or not references:
        check_exceptions(references)
        return sources, 0
    bare = [
        replace(
            source, references=tuple(replace(each, exceptions=()) for each in source.references)
        )
        for source in sources
    ]
    return bare, len({exception for each in references for exception in each.exceptions})
