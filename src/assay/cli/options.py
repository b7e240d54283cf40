"""Options that several commands share, and the types of their values."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, TypeVar

import click

from assay.run.formats import FORMATS
from assay.run.policies import DEFAULT_POLICY

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from assay.inputs.terraform.project.files import Tool
    from assay.run.cache import Cache
    from assay.run.inputs import Reading

DEFAULT_TIMEOUT = 120.0
"""Seconds. Retrying a silent endpoint could take three minutes, but people wait for a gate."""

F = TypeVar("F", bound=Callable[..., Any])


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """A date or a time, ISO 8601; without a time zone it is UTC."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "datetime":
        from datetime import datetime

        from assay.model.times import moment

        if isinstance(value, datetime):
            return value
        try:
            return moment(value)
        except ValueError:
            of_a_day = param is not None and param.metavar in ("DATE", "NIGHT")
            what = (
                "date such as 2026-11-21"
                if of_a_day
                else "date or time such as 2026-11-21T00:00:00Z"
            )
            self.fail(f"{value!r} is not a {what}", param, ctx)


class Output(click.ParamType):  # type: ignore[type-arg]
    """`FORMAT=FILE`, with one of the given formats."""

    name = "format=file"

    def __init__(self, formats: Collection[str] = FORMATS) -> None:
        self._formats = formats

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        name, equals, path = value.partition("=")
        if name not in self._formats or not equals or not path:
            from assay.errors import did_you_mean

            some = ", ".join(self._formats)
            meant = None if name in self._formats else did_you_mean(name, self._formats)
            hint = f"; {meant}" if meant else ""
            self.fail(f"{value!r}: give FORMAT=FILE with one of {some}{hint}", param, ctx)
        if path == "-":
            self.fail("name a file; use --format for standard output", param, ctx)
        return name, path


class Seconds(click.ParamType):  # type: ignore[type-arg]
    """How long to wait, in seconds: more than 0, and at most a day."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            seconds = float(value)
        except ValueError:
            self.fail(f"{value!r} is not a number of seconds, such as 60", param, ctx)
        if not 0 < seconds <= 86_400:  # rejects nan, too
            wanted = "more than 0 and at most 86400 seconds, such as 60"
            self.fail(f"{value!r} is not {wanted}", param, ctx)
        return seconds


class Duration(click.ParamType):  # type: ignore[type-arg]
    """A span of time, such as 36h or 7d."""

    name = "duration"
    _UNITS: ClassVar[dict[str, int]] = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "timedelta":
        import re
        from datetime import timedelta

        number, unit = str(value)[:-1], str(value)[-1:]
        if unit not in self._UNITS or not re.fullmatch(r"[0-9]{1,8}", number) or not int(number):
            self.fail(f"{value!r}: write a number and one of s, m, h, d, w, such as 7d", param, ctx)
        return timedelta(seconds=int(number) * self._UNITS[unit])


class Shaped(click.ParamType):  # type: ignore[type-arg]
    """Text that fits a pattern.

    No pattern accepts `*`, `?` or `${`: in some values IAM would treat them as wildcards or
    variables, and in the others they are a mistake.
    """

    def __init__(self, name: str, pattern: str | Callable[[], str], shape: str) -> None:
        """The pattern can be a function, which is called only when there is a text."""
        self.name = name
        self._pattern = pattern
        self._shape = shape

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        import re

        pattern = self._pattern if isinstance(self._pattern, str) else self._pattern()
        if not re.fullmatch(pattern, value):
            self.fail(f"{value!r} is not {self._shape}", param, ctx)
        return str(value)


def _region() -> str:
    from assay.model import ids

    return ids.REGION


def _account() -> str:
    from assay.model import ids

    return ids.ACCOUNT


REGION = Shaped("region", _region, "a Region such as us-east-1")
ACCOUNT = Shaped("account", _account, "an account of 12 digits")
policy_option = click.option(
    "--policy", "policy_path", metavar="FILE", envvar="ASSAY_POLICY",
    help=f"The policy file (default: {DEFAULT_POLICY} in this directory).",
)  # fmt: skip
catalog_option = click.option(
    "--catalog", metavar="FILE", envvar="ASSAY_CATALOG",
    help="Use this recorded catalogue instead of asking AWS.",
)  # fmt: skip
max_age_option = click.option(
    "--max-age", type=Duration(), metavar="DURATION", envvar="ASSAY_MAX_AGE",
    help="Refuse a recorded catalogue that is older than this (36h, 7d), counted up to --as-of or now.",
)  # fmt: skip
color_option = click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto",
    envvar="ASSAY_COLOR", help="When to use colour in the text report.",
)  # fmt: skip
as_of_option = click.option(
    "--as-of", type=Moment(), envvar="ASSAY_AS_OF", help="Judge as of this time instead of now."
)
timeout_option = click.option(
    "--timeout", type=Seconds(), metavar="SECONDS", default=f"{DEFAULT_TIMEOUT:g}", show_default=True,
    envvar="ASSAY_TIMEOUT", help="Anything that AWS has not answered after this many seconds counts as a failed lookup.",
)  # fmt: skip
no_cache_option = click.option(
    "--no-cache", is_flag=True, envvar="ASSAY_NO_CACHE",
    help="Neither read nor write the cache.",
)  # fmt: skip


def live_options(command: F) -> F:
    """Options for how AWS is asked."""
    for option in (
        click.option("--region", type=REGION, metavar="REGION", envvar="ASSAY_REGION",
                     help="The Region to use if a plan does not give it as a constant."),
        timeout_option,
        no_cache_option,
    ):  # fmt: skip
        command = option(command)
    return command


class SourceOptions(TypedDict):
    """The values of `input_options` and `live_options` that say how inputs are read."""

    region: str | None
    include_unchanged: bool
    source_root: str | None
    var_files: tuple[str, ...]
    exclude: tuple[str, ...]
    no_cache: bool
    tool: "Tool | None"
    terraform: str | None


def input_options(command: F) -> F:
    """Options for how inputs are read."""
    for option in (
        click.option("--source-root", metavar="DIR", envvar="ASSAY_SOURCE_ROOT",
                     help="The directory of the root module's code: adds file and line to the findings of a plan, and has the providers for rendering a saved plan."),
        click.option("--var-file", "var_files", metavar="FILE", multiple=True,
                     help="A file of values for the variables of code; repeatable."),
        click.option("--exclude", metavar="PATTERN", multiple=True, envvar="ASSAY_EXCLUDE",
                     help="Leave out directories of code, by their path below the checked directory (* and ?); repeatable."),
        click.option("--tool", type=click.Choice(("terraform", "opentofu")), envvar="ASSAY_TOOL",
                     help="Which tool plans the code, if it contains .tofu files (default: both)."),
        click.option("--terraform", metavar="PATH", envvar="ASSAY_TERRAFORM",
                     help="The Terraform or OpenTofu program that renders saved plans (default: terraform or tofu on PATH)."),
        click.option("--include-unchanged", is_flag=True, envvar="ASSAY_INCLUDE_UNCHANGED",
                     help="Also judge resources that the plan does not change."),
    ):  # fmt: skip
        command = option(command)
    return command


def source_options(command: F) -> F:
    """The options of both `check` and `record`: inputs, and where to ask."""
    for option in (
        click.argument("paths", nargs=-1, required=True, metavar="PATH..."),
        policy_option,
        catalog_option,
        input_options,
        live_options,
    ):
        command = option(command)
    return command


def reading(how: SourceOptions, cache: "Cache") -> "Reading":
    """How to read inputs according to these options."""
    from assay.run.inputs import Reading

    return Reading(
        cache,
        how["region"],
        how["include_unchanged"],
        how["source_root"],
        how["var_files"],
        how["tool"],
        how["exclude"],
        how["terraform"],
    )


class ReportOptions(TypedDict):
    """The values of `report_options` that say how reports look."""

    category: str
    excepted: bool
    quiet: bool
    verbose: bool
    color: str


class CheckOptions(SourceOptions, ReportOptions):
    """Options for how inputs are read and how reports look."""


def report_options(command: F) -> F:
    """Options for which reports to write, how they look, and the exit code."""
    for option in (
        click.option("--category", metavar="NAME", default="assay", show_default=True,
                      envvar="ASSAY_CATEGORY",
                      help="A name that separates the findings of this run from others on the same commit, in formats that keep findings."),
        click.option("--excepted", is_flag=True, envvar="ASSAY_EXCEPTED",
                      help="Also list what exceptions let through, in formats that list findings."),
        click.option("-q", "--quiet", is_flag=True, envvar="ASSAY_QUIET",
                      help="Text format: print one line per finding, and the verdict."),
        click.option("-v", "--verbose", is_flag=True, envvar="ASSAY_VERBOSE",
                      help="Text format: print everything, including the evidence and lineage of passes."),
        color_option,
        click.option("--format", "stdout_format", type=click.Choice(tuple(FORMATS)), default="text",
                     metavar="FORMAT", show_default=True, envvar="ASSAY_FORMAT",
                     help=f"The format to print to standard output: {', '.join(FORMATS)}."),
        click.option("-o", "--output", "outputs", type=Output(), multiple=True,
                     help="Also write FORMAT to FILE; repeatable."),
        click.option("--undetermined", type=click.Choice(("error", "warning")),
                     envvar="ASSAY_UNDETERMINED",
                     help="Whether undetermined references cause exit code 3, or are only reported"
                          " (default: as the policy says)."),
        click.option("--exit-zero", is_flag=True, envvar="ASSAY_EXIT_ZERO",
                     help="Exit with 0 instead of 1 and 3, but not instead of 2."),
    ):  # fmt: skip
        command = option(command)
    return command
