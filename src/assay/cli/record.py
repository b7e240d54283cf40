"""`assay record`."""

from typing import TYPE_CHECKING, Unpack

import click

from assay.cli.delivery import require_places
from assay.cli.options import SourceOptions, reading, source_options
from assay.cli.streams import (
    EXIT_NO_VERDICT,
    EXIT_PASS,
    EXIT_UNDETERMINED,
    note,
    require_writable,
    write,
)
from assay.cli.usage import Command
from assay.run.policies import DEFAULT_POLICY

if TYPE_CHECKING:
    from assay.catalog.coverage import Coverage

REASONS = 5
"""The maximum number of reasons for missing answers that are shown, most frequent first."""


@click.command("record", cls=Command)
@source_options
@click.option("-o", "--output", required=True, metavar="FILE", help="The file to write.")
@click.option("--force", is_flag=True,
              help="Overwrite an existing recording even if it has answers that the new one lacks.")  # fmt: skip
def record_command(
    paths: tuple[str, ...],
    catalog: str | None,
    policy_path: str | None,
    output: str,
    force: bool,
    timeout: float,
    **how: Unpack[SourceOptions],
) -> int:
    """Record all of AWS's answers that a check of these plans, or of this code, needs.

    The recording contains no credentials, and from parameters only AMI ids. It contains the time it was
    made. A check without AWS can use it; questions that were not recorded have no answer.

    Exit codes: 0 every question was answered, 2 none was answered, 3 some were not answered. If an
    existing recording has answers that could not be had this time, it is kept.
    """
    from assay.cli.host import this_process
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking
    from assay.run.inputs import tell
    from assay.run.policies import policy_if_any
    from assay.run.recording import answers_lost, record

    require_places(
        [("-o", output)],
        (*paths, policy_path or DEFAULT_POLICY, catalog, how["source_root"], *how["var_files"]),
    )
    require_writable(output)
    host = this_process()
    cache = Cache(host, wanted=not how["no_cache"])
    policy = policy_if_any(host, policy_path)
    made = record(host, paths, reading(how, cache), Asking(catalog, timeout, cache), policy)
    found = made.coverage
    lost = 0 if force else answers_lost(host, found, output)
    if not lost:
        write(output, made.content, private=True)
    _tell(output, found, lost)
    if tell(host, made.sources) or (found.unanswered and not found.answered):
        return EXIT_NO_VERDICT
    return EXIT_UNDETERMINED if found.unanswered else EXIT_PASS


def _tell(path: str, found: "Coverage", lost: int) -> None:
    """Note how many questions there were, those without an answer, and whether an old file was kept."""
    if not found.unanswered:
        note(f"{path}: {_many(found.asked)}, all of them answered")
        return
    without = len(found.unanswered) if found.answered else "none"
    note(f"{path}: {without} of {_many(found.asked)} got {'no' if found.answered else 'an'} answer")
    reasons = found.reasons()
    for reason, number in reasons[:REASONS]:
        note(f"{number} got no answer: {reason}")
    if len(reasons) > REASONS:
        note(f"and {len(reasons) - REASONS} other reasons")
    if lost:
        note(
            f"{path} was not replaced, because it has {lost} answers that the new recording lacks; use --force to replace it"
        )


def _many(number: int) -> str:
    return f"{number} question{'' if number == 1 else 's'}"
