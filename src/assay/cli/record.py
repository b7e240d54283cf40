"""`assay record`."""

import click

from assay.cli.options import source_options
from assay.cli.streams import EXIT_PASS, write


@click.command("record")
@source_options
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to write it.")
def record_command(
    paths: tuple[str, ...],
    catalog: str | None,
    region: str | None,
    include_unchanged: bool,
    policy_path: str | None,
    output: str,
    timeout: float,
    no_cache: bool,
) -> int:
    """Write down everything a check of these plans asks, for a check without AWS.

    The recording holds no credentials. It says when it was made; a question that it was not asked
    stays unanswered.
    """
    from assay.catalog.recording import RecordingCatalog
    from assay.check import gather
    from assay.cli import opening
    from assay.cli.progress import progress
    from assay.model import Kind

    policy = opening.policy_if_any(policy_path)
    region = region or (policy.region if policy else None)
    sources = opening.open_sources(paths, tuple(Kind), region, include_unchanged=include_unchanged)
    readers = policy.readers if policy else {}
    recording = RecordingCatalog(
        opening.open_catalog(catalog, readers, timeout, offline=False, no_cache=no_cache)
    )
    with progress(recording):
        gather(sources, recording)
    write(output, recording.to_json(opening.now()))
    return EXIT_PASS
