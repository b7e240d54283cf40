"""`assay record`."""

from typing import Unpack

import click

from assay.cli.delivery import require_places
from assay.cli.options import DEFAULT_POLICY, SourceOptions, source_options
from assay.cli.streams import EXIT_NO_VERDICT, EXIT_PASS, write


@click.command("record")
@source_options
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to write it.")
def record_command(
    paths: tuple[str, ...],
    catalog: str | None,
    policy_path: str | None,
    output: str,
    timeout: float,
    **how: Unpack[SourceOptions],
) -> int:
    """Write down everything a check of these plans, or of this code, asks, for a check without AWS.

    The recording holds no credentials. It says when it was made; a question that it was not asked
    stays unanswered.
    """
    from assay.catalog.recording import RecordingCatalog
    from assay.check import gather
    from assay.cli import inputs, opening
    from assay.cli.progress import progress
    from assay.model import Kind

    require_places(
        [output],
        (*paths, policy_path or DEFAULT_POLICY, catalog, how["source_root"], *how["var_files"]),
    )
    policy = opening.policy_if_any(policy_path)
    region = policy.region if policy else None
    sources = inputs.open_sources(paths, inputs.reading(how, tuple(Kind), region))
    readers = policy.readers if policy else {}
    recording = RecordingCatalog(
        opening.open_catalog(catalog, readers, timeout, offline=False, no_cache=how["no_cache"])
    )
    with progress(recording):
        gather(sources, recording)
    write(output, recording.to_json(opening.now()), private=True)
    return EXIT_NO_VERDICT if inputs.tell(sources) else EXIT_PASS
