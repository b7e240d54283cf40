"""Exit codes, files and streams: how anything comes in and goes out."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.errors import InputError
    from assay.model import Outcome, Policy

EXIT_PASS, EXIT_FAIL, EXIT_NO_VERDICT, EXIT_UNDETERMINED = 0, 1, 2, 3
NARROWEST = 40
"""Columns. Narrower lines would have room for only one word each."""


def exit_code(outcome: "Outcome", policy: "Policy") -> int:
    """The exit code for an outcome."""
    from assay.model import Outcome
    from assay.model.verdicts import closes_the_gate

    if not closes_the_gate(outcome, policy.undetermined):
        return EXIT_PASS
    return EXIT_FAIL if outcome is Outcome.FAIL else EXIT_UNDETERMINED


def read(path: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises `InputError`."""
    from assay.errors import InputError
    from assay.run.inputs import STDIN

    require_name(path)
    if path == STDIN:
        return _standard_input()
    if os.path.isdir(path):
        raise InputError("is a directory", where=path, hint="name a file")
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error


def _standard_input() -> bytes:
    from assay.errors import InputError

    if sys.stdin is None:
        raise InputError("is closed", where="standard input")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where="standard input") from error


def write(path: str, content: bytes, *, private: bool = False) -> None:
    """Write a whole file or none: a truncated report could be taken for a short report.

    A private file is accessible only to its owner, from the first byte on. Others follow the umask,
    because later steps, which may run as another user, read the reports.
    """
    from assay.files import PRIVATE, SHARED, replace

    require_name(path)
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:  # a pipe or a device is written to, not replaced
                file.write(content)
        else:
            replace(path, content, PRIVATE if private else SHARED)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from error


def require_writable(path: str) -> None:
    """Raise `InputError` if a file could not be written, before long work is done for it.

    This checks only what can be checked without writing: a disk can still be full.
    """
    import errno

    require_name(path)
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path):
        code = errno.EISDIR
    elif os.path.exists(path) and not os.path.isfile(path):
        return  # a pipe or a device
    elif not os.path.exists(folder):
        code = errno.ENOENT
    elif not os.path.isdir(folder):
        code = errno.ENOTDIR
    elif not os.access(folder, os.W_OK | os.X_OK):
        code = errno.EACCES
    else:
        return
    raise unwritable(path, os.strerror(code))


def unwritable(path: str, why: str) -> "InputError":
    """The error for a file that cannot be written, with a hint if the cure is known."""
    from assay.errors import InputError

    folder = os.path.dirname(path)
    hint = None
    if os.path.isdir(path):
        hint = "name a file in it"
    elif folder and not os.path.exists(folder):
        hint = f"make the directory {folder} first"
    return InputError(f"cannot be written: {why}", where=path, hint=hint)


def require_name(path: str) -> None:
    """Raise `InputError` for an empty path, most likely from a shell variable that is not set."""
    from assay.errors import InputError

    if not path:
        raise InputError("a file or directory is named by nothing", hint="is a variable not set?")


def show(report: str | bytes) -> None:
    """Print a report; a reader that has gone away (`| head`, `>&-`) changes no verdict. Bytes are UTF-8.

    Raises `InputError` if the report cannot be printed, because then nobody has read the verdict.
    """
    from assay.errors import InputError

    if sys.stdout is None:
        return
    try:
        whole = report if isinstance(report, bytes) else report.encode("utf-8", "backslashreplace")
        sys.stdout.buffer.write(whole)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _silence(sys.stdout.fileno())
    except OSError as error:
        _silence(sys.stdout.fileno())
        raise InputError(f"cannot be written: {error.strerror}", where="standard output") from error


def _silence(descriptor: int) -> None:
    """Discard what is left in a stream's buffer, so that writing it cannot fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def note(text: str) -> None:
    """Print one line on standard error; text that it quotes is made harmless.

    If the line cannot be printed, the exit code does not change.
    """
    from contextlib import suppress

    import click

    from assay.report.safe import safe

    with suppress(OSError):
        click.echo(f"assay: {safe(printable(' '.join(text.split())))}", err=True)


def printable(text: str) -> str:
    """The text, without anything that ends a line or moves the cursor."""
    return "".join(c if c.isprintable() else "?" for c in text)


def columns() -> int | None:
    """The width of the terminal that shows the report; None if it goes elsewhere."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    try:
        found = os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        return None
    return max(found, NARROWEST) if found else None


def wants_colour(choice: str) -> bool:
    """`--color` wins, then NO_COLOR, then FORCE_COLOR, then whether output goes to a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    watched = sys.stdout is not None and sys.stdout.isatty()
    return bool(os.environ.get("FORCE_COLOR")) or watched
