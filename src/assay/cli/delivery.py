"""Where reports go: standard output and files, in one pass over one report."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from assay.cli.formats import render
from assay.cli.streams import note, show, write

if TYPE_CHECKING:
    from assay.model import Report
    from assay.report.setting import Setting


def require_places(outputs: Sequence[tuple[str, str]], paths: Sequence[str]) -> None:
    """Refuse, before anybody is asked anything, to write over an input or over another report."""
    taken = {os.path.realpath(path): path for path in paths}
    for _, path in outputs:
        real = os.path.realpath(path)
        if real in taken and os.path.exists(real) and not os.path.isfile(real):
            continue  # a pipe, a terminal, /dev/null
        if real in taken:
            raise click.UsageError(f"-o {path} would write over {taken[real]}")
        taken[real] = path


def deliver(
    report: "Report", outputs: Sequence[tuple[str, str]], stdout_format: str, how: "Setting"
) -> bool:
    """Write every report that can be written, tell which cannot, and whether that is none."""
    from msgspec.structs import replace

    from assay.errors import InputError

    plain = replace(how, colour=False, width=None)
    failed: list[InputError] = []
    for name, path in outputs:
        try:
            write(path, render(report, name, plain).encode("utf-8", "backslashreplace"))
        except InputError as error:
            failed.append(error)
    show(render(report, stdout_format, how))
    for each in failed:
        note(str(each))
    return not failed
