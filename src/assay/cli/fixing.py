"""What `assay check` does beyond its verdicts: adds suggestions to reports, and rewrites literals."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from assay.cli.streams import note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.model.suggestion import Suggestion
    from assay.run.fixes import Change, Rewritten
    from assay.run.gate import Judged, Order
    from assay.run.host import Host

F = TypeVar("F", bound=Callable[..., Any])


class FixOptions(TypedDict):
    """The values of `fix_options`."""

    store: str | None
    suggest: bool
    fix: bool


def fix_options(command: F) -> F:
    """Options for whether and where to look for candidates, and what to do with them."""
    for option in (
        click.option("--store", metavar="DIR", envvar="ASSAY_STORE",
                     help="Add the golden image to use to the fix of everything that fails, from the newest night of this store; does not ask AWS for it."),
        click.option("--suggest", is_flag=True, envvar="ASSAY_SUGGEST",
                     help="Add the golden image to use to the fix of everything that fails, from the images that AWS lists in each place where something fails."),
        click.option("--fix", is_flag=True,
                     help="Rewrite literals in code and tfvars to the golden image to use, if there is exactly one (from --store, or else from AWS). The report and the exit code describe the code before the rewrite."),
    ):  # fmt: skip
        command = option(command)
    return command


def require_code(host: "Host", paths: tuple[str, ...], how: FixOptions) -> None:
    """Refuse --fix without code before AWS is asked anything. Raises `InputError`."""
    if not how["fix"]:
        return
    from assay.errors import InputError
    from assay.run.inputs import STDIN, is_code

    if not any(path != STDIN and is_code(host, path) for path in paths):
        raise InputError(
            "--fix rewrites code, but the inputs contain none",
            hint="name the directory that contains the code",
        )


def with_suggestions(
    host: "Host", judged: "Judged", how: FixOptions
) -> "tuple[Judged, Mapping[int, Suggestion]]":
    """The judgement with suggestions in its report, and the suggestions by the index of their verdict."""
    if not (how["store"] or how["suggest"] or how["fix"]):
        return judged, {}
    from msgspec.structs import replace

    from assay.run.cures import Shelf, suggested, told

    shelf = Shelf(how["store"], live=how["suggest"])

    with host.watching(judged.catalog):
        found = suggested(host, judged.report, judged.catalog, shelf, judged.report.as_of)
    return replace(judged, report=told(judged.report, found)), found


def fix(
    host: "Host",
    order: "Order",
    judged: "Judged",
    found: "Mapping[int, Suggestion]",
    how: FixOptions,
) -> None:
    """Rewrite what can be rewritten, and show the changes on standard error. Raises `InputError`."""
    if not how["fix"]:
        return
    from assay.run.fixes import fixes

    fixed = fixes(host, judged.sources, judged.report.verdicts, found, order.reading)
    for each in fixed.left:
        note(each)
    for file in fixed.files:
        _rewrite(file)
        for line in _diff(file):
            click.echo(line, err=True)
    number = sum(change.references for file in fixed.files for change in file.changes)
    note(
        f"{number} reference{'' if number == 1 else 's'} rewritten"
        + ("; check again" if number else "")
    )


def _rewrite(file: "Rewritten") -> None:
    from assay.errors import InputError
    from assay.files import rewrite

    try:
        rewrite(file.path, file.before, file.content)
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror or error}", where=file.path
        ) from error


def _diff(file: "Rewritten") -> "Iterator[str]":
    """The changes as in `diff -u`, but without context, because a tfvars file may contain secrets."""
    from assay.report.safe import safe

    yield f"--- {safe(file.path)}"
    yield f"+++ {safe(file.path)}"
    before, after = (
        text.decode(errors="replace").split("\n") for text in (file.before, file.content)
    )
    lines = [n for n, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    for number in lines:
        yield f"@@ -{number + 1} +{number + 1} @@"
        yield f"-{safe(_shown(before[number], file.changes))}"
        yield f"+{safe(_shown(after[number], file.changes))}"


def _shown(line: str, changes: "tuple[Change, ...]") -> str:
    """The line if it only assigns an AMI id to a name, otherwise only the changed ids in it."""
    import re

    from assay.model.ids import AMI_ID

    text = line.rstrip("\r")
    if re.fullmatch(rf'\s*"?[\w-]+"?\s*[=:]\s*\(?\s*"{AMI_ID}"\s*\)?,?\s*', text):
        return text
    known = {id for each in changes for id in (each.before, each.after)}
    return f"… {' … '.join(each for each in re.findall(AMI_ID, text) if each in known)} …"
