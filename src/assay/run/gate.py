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
    """What somebody wants to have judged, by what, and who is to be asked."""

    paths: "Sequence[str]"
    reading: "Reading"
    policy: "Policy"
    asking: "Asking"
    honour_comments: bool = True
    """Whether exceptions in comments of the code count: whoever writes the code writes them."""
    states: "Sequence[str]" = ()
    """States of Terraform besides, as `terraform show -json` prints them."""
    record: bool = False
    """Whether the answers are to be written down."""


class Judged(Struct, frozen=True):
    """The report, the sources that it is about, whose files may not all have been readable, and who was
    asked.
    """

    report: "Report"
    sources: "list[Source]"
    catalog: "ImageCatalog"
    recording: bytes | None = None
    """The answers that it was judged by, as a recorded catalogue, where that was wanted."""


def judge(host: "Host", order: Order) -> Judged:
    """Read, ask and judge. Raises `AssayError` where no verdict is possible."""
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
    return Judged(report, sources, catalog, written)


def _with_exceptions(sources: "list[Source]", *, honoured: bool) -> "tuple[list[Source], int]":
    """The sources with the exceptions of the code, or without them, and how many are left aside.

    Raises `InputError` for one that excepts what cannot be named in an exception.
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
