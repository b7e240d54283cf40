"""The command line: the only module that prints, exits, or reads the clock and the environment.

Builds things, calls `check`, maps the outcome to an exit code. Everything but click is imported by
the command that needs it, so that `assay --version` costs no more than click.
"""

import gc
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from assay import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from assay.catalog.interface import ImageCatalog
    from assay.model import Policy, Reader, Report
    from assay.sources.plan import Source

EXIT_PASS, EXIT_FAIL, EXIT_NO_VERDICT, EXIT_UNDETERMINED = 0, 1, 2, 3
DEFAULT_POLICY = "assay.yaml"
FORMATS = ("text", "json")
STDIN = "-"


def main() -> NoReturn:
    """The `assay` command."""
    gc.disable()  # one run, then the process ends: looking for garbage costs more than it frees
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # and so does taking a large plan apart again, object by object


def run(arguments: "Sequence[str]") -> int:
    """Run one command line and return its exit code; every failure is one line on stderr."""
    debug = "--debug" in arguments or bool(os.environ.get("ASSAY_DEBUG"))
    from assay.errors import AssayError

    try:
        return int(cli.main(list(arguments), prog_name="assay", standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        return _complain(error.format_message())
    except click.Abort:
        return _complain("interrupted")
    except AssayError as error:
        _trace(debug)
        return _complain(str(error))
    except Exception as error:
        _trace(debug)
        return _complain(f"internal error ({type(error).__name__}); run again with --debug")


def _trace(debug: bool) -> None:
    """The traceback, for whoever asked: it may quote values that reports never show."""
    if debug:
        import traceback

        traceback.print_exc()


def _complain(message: str) -> int:
    line = "".join(c if c.isprintable() else "?" for c in " ".join(message.split()))
    click.echo(f"assay: {line}", err=True)
    return EXIT_NO_VERDICT


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assay", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, hidden=True, help="Show tracebacks.")
def cli(debug: bool) -> None:
    """Prove that every AMI of a Terraform plan descends from a watermarked golden image."""


class _Moment(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """A date or a time, ISO 8601; without a time zone it is UTC."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "datetime":
        from datetime import UTC, datetime

        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date or time such as 2026-11-21T00:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Output(click.ParamType):  # type: ignore[type-arg]
    """`FORMAT=FILE`."""

    name = "format=file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        name, equals, path = value.partition("=")
        if name not in FORMATS or not equals or not path:
            self.fail(f"{value!r}: give FORMAT=FILE with one of {', '.join(FORMATS)}", param, ctx)
        return name, path


def _catalog_options(command: "Callable[..., Any]") -> "Callable[..., Any]":
    """What `check` and `record` both need to know about inputs and where to ask."""
    for option in (
        click.argument("paths", nargs=-1, required=True, metavar="PLAN..."),
        click.option("--policy", "policy_path", metavar="FILE", envvar="ASSAY_POLICY",
                     help=f"The policy document (default: {DEFAULT_POLICY} in this directory)."),
        click.option("--catalog", metavar="FILE", envvar="ASSAY_CATALOG",
                     help="Ask this recorded catalogue instead of AWS."),
        click.option("--region", metavar="REGION", envvar="ASSAY_REGION",
                     help="The Region of providers about which the plan does not say."),
        click.option("--include-unchanged", is_flag=True, envvar="ASSAY_INCLUDE_UNCHANGED",
                     help="Judge resources that the plan leaves as they are, too."),
        click.option("--debug", is_flag=True, hidden=True, expose_value=False),
    ):  # fmt: skip
        command = option(command)
    return command


@cli.command("check")
@_catalog_options
@click.option("--format", "stdout_format", type=click.Choice(FORMATS), default="text",
              envvar="ASSAY_FORMAT", help="What to print to standard output.")  # fmt: skip
@click.option("-o", "--output", "outputs", type=_Output(), multiple=True,
              help="Write FORMAT to FILE as well; may be repeated.")  # fmt: skip
@click.option("--as-of", type=_Moment(), envvar="ASSAY_AS_OF",
              help="Judge as of this time instead of now.")  # fmt: skip
@click.option("--offline", is_flag=True, envvar="ASSAY_OFFLINE",
              help="Ask nobody: what needs AWS stays undetermined.")  # fmt: skip
@click.option("--exit-zero", is_flag=True, envvar="ASSAY_EXIT_ZERO",
              help="Exit with 0 for fail and undetermined; never for an error.")  # fmt: skip
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto",
              envvar="ASSAY_COLOR", help="Colour in the text report.")  # fmt: skip
def check_command(
    paths: tuple[str, ...],
    catalog: str | None,
    region: str | None,
    include_unchanged: bool,
    policy_path: str | None,
    stdout_format: str,
    outputs: tuple[tuple[str, str], ...],
    as_of: "datetime | None",
    offline: bool,
    exit_zero: bool,
    color: str,
) -> int:
    """Judge every AMI of one or more plans.

    PLAN is a file that `terraform show -json` wrote, or - for standard input.

    Exit codes: 0 all passed, 1 something failed, 2 no verdict was possible, 3 something could not
    be determined.
    """
    from assay.check import check

    policy = _policy(policy_path)
    sources = _sources(paths, policy.judge, region or policy.region, include_unchanged)
    asked = _catalog(catalog, policy.readers, offline=offline)
    report = check(sources, asked, policy, as_of or _now())
    for name, path in outputs:
        _write(path, _render(report, name, colour=False).encode())
    _print(_render(report, stdout_format, colour=_wants_colour(color)))
    return EXIT_PASS if exit_zero else _exit_code(report)


@cli.command("record")
@_catalog_options
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to write it.")
def record_command(
    paths: tuple[str, ...],
    catalog: str | None,
    region: str | None,
    include_unchanged: bool,
    policy_path: str | None,
    output: str,
) -> int:
    """Write down everything a check of these plans asks, for a check without AWS.

    The recording holds no credentials. It says when it was made; a question that it was not asked
    stays unanswered.
    """
    from assay.catalog.recording import RecordingCatalog
    from assay.check import gather
    from assay.model import Kind

    policy = _policy(policy_path) if policy_path or os.path.exists(DEFAULT_POLICY) else None
    region = region or (policy.region if policy else None)
    sources = _sources(paths, tuple(Kind), region, include_unchanged)
    readers = policy.readers if policy else {}
    recording = RecordingCatalog(_catalog(catalog, readers, offline=False))
    gather(sources, recording)
    _write(output, recording.to_json(_now()))
    return EXIT_PASS


@cli.group("policy")
def policy_group() -> None:
    """Work with policy documents."""


@policy_group.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate_command(files: tuple[str, ...]) -> int:
    """Say whether policy documents are valid, or what is wrong and where."""
    from assay.policy.load import validate

    for path in files:
        validate(path, _read(path))
        click.echo(f"{path}: valid")
    return EXIT_PASS


@policy_group.command("schema")
def schema_command() -> int:
    """Print the JSON Schema of the policy document."""
    import json

    from assay.policy.load import schema

    click.echo(json.dumps(schema(), indent=2))
    return EXIT_PASS


# ------------------------------------------------------------------------------------- building


def _policy(path: str | None) -> "Policy":
    from assay.errors import PolicyError
    from assay.policy.load import load

    if path is None and os.path.exists(DEFAULT_POLICY):
        path = DEFAULT_POLICY
    if path is None:
        raise PolicyError(
            f"no policy: there is no {DEFAULT_POLICY} here",
            hint="name one with --policy FILE or ASSAY_POLICY",
        )
    return load(path, _read(path))


def _sources(
    paths: "Sequence[str]", kinds: Any, region: str | None, include_unchanged: bool
) -> "list[Source]":
    from assay.sources.plan import read_plans

    if paths.count(STDIN) > 1:
        raise click.UsageError("standard input can be read once only")
    return [
        source
        for path in paths
        for source in read_plans(
            path, _read(path), kinds=kinds, region=region, include_unchanged=include_unchanged
        )
    ]


def _catalog(path: str | None, readers: "Mapping[str, Reader]", *, offline: bool) -> "ImageCatalog":
    if path is not None:
        from assay.catalog.recorded import RecordedCatalog

        return RecordedCatalog.load(path, _read(path))
    if offline:
        from assay.catalog.offline import OfflineCatalog

        return OfflineCatalog()
    from assay.catalog.live import LiveCatalog
    from assay.catalog.sdk import Sdk

    return LiveCatalog(Sdk(readers))


def _now() -> "datetime":
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _exit_code(report: "Report") -> int:
    from assay.model import Outcome, Severity

    match report.outcome:
        case Outcome.PASS:
            return EXIT_PASS
        case Outcome.FAIL:
            return EXIT_FAIL
        case Outcome.UNDETERMINED:
            tolerated = report.policy.undetermined is Severity.WARNING
            return EXIT_PASS if tolerated else EXIT_UNDETERMINED


# ------------------------------------------------------------------------------ files and streams


def _read(path: str) -> bytes:
    """The bytes of a file, or of standard input for `-`."""
    from assay.errors import InputError

    if path == STDIN:
        return sys.stdin.buffer.read()
    if os.path.isdir(path):
        raise InputError("a directory", where=path, hint="give a plan: terraform show -json")
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error


def _write(path: str, content: bytes) -> None:
    """Write a whole file or none: a report cut short could be taken for a short report."""
    from assay.errors import InputError

    partial = f"{path}.{os.getpid()}.partial"
    try:
        with open(partial, "wb") as file:
            file.write(content)
        os.replace(partial, path)
    except OSError as error:
        if os.path.exists(partial):
            os.unlink(partial)
        raise InputError(f"cannot be written: {error.strerror}", where=path) from error


def _render(report: "Report", name: str, *, colour: bool) -> str:
    if name == "json":
        from assay.report import json

        return json.render(report)
    from assay.report import text

    return text.render(report, colour=colour)


def _print(text: str) -> None:
    """Print a report; a reader that has gone away (`| head`) changes no verdict."""
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _wants_colour(choice: str) -> bool:
    """`--color` wins, then NO_COLOR, then FORCE_COLOR, then whether a person is looking."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()
