"""Everything that a check of some inputs would ask, asked and written down."""

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
    """What was asked about which sources, and the recording of that."""

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
    """Ask what a check by any policy could need. `policy` names readers and a Region, if any."""
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
    """How many answers the recording at `path` has to questions that got none this time."""
    return found.lost(_before(host, path)) if found.unanswered else 0


def _before(host: "Host", path: str) -> "Coverage":
    """What the recording that would be replaced was asked; nothing where there is none."""
    from assay.catalog.coverage import Coverage, coverage
    from assay.catalog.recorded import RecordedCatalog
    from assay.errors import RecordingError

    try:
        if os.path.isfile(path):
            return coverage(RecordedCatalog.load(path, host.read(path)).file)
    except RecordingError:
        pass  # something else, or damaged: there is no answer to be lost
    return Coverage(frozenset(), {})
