"""Asks everything that a check of some inputs would ask, and records the answers."""

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.catalog.coverage import Coverage
    from assay.inputs.plan.plan import Source
    from assay.model import Policy
    from assay.run.catalogs import Asking
    from assay.run.host import Host
    from assay.run.inputs import Reading


class Recorded(NamedTuple):
    """The sources that were asked about, and the recording."""

    sources: "list[Source]"
    coverage: "Coverage"
    content: bytes


def record(
    host: "Host",
    paths: "Sequence[str]",
    how: "Reading",
    asking: "Asking",
    policy: "Policy | None",
) -> Recorded:
    """Ask what a check by any policy could need. `policy` gives readers and a Region, if set."""
    from assay.catalog.coverage import coverage
    from assay.catalog.decorators.recording import RecordingCatalog
    from assay.model import Kind
    from assay.run.catalogs import open_catalog
    from assay.run.check import gather
    from assay.run.inputs import Wishes, open_sources

    wishes = Wishes(tuple(Kind), policy.region if policy else None)
    sources = open_sources(host, paths, how, wishes)
    recording = RecordingCatalog(open_catalog(host, asking, policy.readers if policy else None))
    with host.watching(recording):
        gather(sources, recording)
    now = host.now()
    return Recorded(sources, coverage(recording.file(now)), recording.to_json(now))


def answers_lost(host: "Host", found: "Coverage", path: str) -> int:
    """Count the answers in the recording at `path` to questions that got no answer this time."""
    return found.lost(_before(host, path)) if found.unanswered else 0


def _before(host: "Host", path: str) -> "Coverage":
    """The coverage of the recording that would be replaced; empty if there is none."""
    from assay.catalog.coverage import Coverage, coverage
    from assay.catalog.recorded import RecordedCatalog
    from assay.errors import RecordingError

    try:
        if os.path.isfile(path):
            return coverage(RecordedCatalog.load(path, host.read(path)).file)
    except RecordingError:
        pass  # something else, or damaged: there are no answers to lose
    return Coverage(frozenset(), {})
