"""Delivers a report to standard output and to files."""

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from assay.cli.streams import note, show, write
from assay.run.formats import render

if TYPE_CHECKING:
    from assay.model import Report
    from assay.report.setting import Setting

_ELSEWHERE = "name another file"


def require_places(outputs: Iterable[tuple[str, str]], inputs: Iterable[str | None]) -> None:
    """Refuse to overwrite an input or another report, before AWS is asked anything.

    Each output is an option and the file it names. Inputs are files, and directories of code with all
    the code below them.
    """
    from assay.run.inputs import CODE, VALUES, require_one_reader

    named = [path for path in inputs if path]
    require_one_reader(named)
    files: dict[str, str] = {}
    folders: list[str] = []
    for path in named:
        real = os.path.realpath(path)
        files[real] = path
        if os.path.isdir(real):
            folders.append(os.path.join(real, ""))
        elif real.endswith((*CODE, *VALUES)):  # one file of code stands for its directory
            folders.append(os.path.join(os.path.dirname(real), ""))
    written: set[str] = set()
    for option, path in outputs:
        real = os.path.realpath(path)
        if os.path.exists(real) and not os.path.isfile(real):
            continue  # a pipe, a terminal, /dev/null; for a directory, writing reports what is wrong
        code = real.endswith((*CODE, *VALUES)) and os.path.exists(real)
        if real in written:
            raise click.UsageError(f"{option} {path} would overwrite another output; {_ELSEWHERE}")
        if real in files:
            raise click.UsageError(f"{option} {path} would overwrite {files[real]}; {_ELSEWHERE}")
        if code and real.startswith(tuple(folders)):
            told = f"{option} {path} would overwrite code that is read; {_ELSEWHERE}"
            raise click.UsageError(told)
        if code:  # most likely a slip: code of a saved plan is not read from its files
            raise click.UsageError(f"{option} {path} would overwrite code; {_ELSEWHERE}")
        written.add(real)


def deliver(
    report: "Report",
    outputs: Sequence[tuple[str, str]],
    stdout_format: str,
    how: "Setting",
    recording: tuple[bytes | None, str | None] = (None, None),
) -> bool:
    """Write every report that can be written, note the others, and return whether all were written.

    `recording` has the answers that were judged and the file for them, which is written first.
    """
    from msgspec.structs import replace

    from assay.errors import InputError

    plain = replace(how, colour=False, width=None)
    failed: list[InputError] = []
    content, place = recording
    if content is not None and place is not None:
        try:
            write(place, content, private=True)
        except InputError as error:
            failed.append(error)
    for name, path in outputs:
        try:
            write(path, render(report, name, plain).encode("utf-8", "backslashreplace"))
        except InputError as error:
            failed.append(error)
    for each in failed:
        note(str(each))
    show(render(report, stdout_format, how))
    return not failed
