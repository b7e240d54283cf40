"""What several commands take: their options, and the values that options have."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from datetime import datetime

DEFAULT_POLICY = "assay.yaml"
FORMATS = ("text", "json")
DEFAULT_TIMEOUT = 120.0
"""Seconds. Retries of a silent endpoint alone could take three minutes; a gate is waited for."""

F = TypeVar("F", bound=Callable[..., Any])


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
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


class Output(click.ParamType):  # type: ignore[type-arg]
    """`FORMAT=FILE`."""

    name = "format=file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        name, equals, path = value.partition("=")
        if name not in FORMATS or not equals or not path:
            self.fail(f"{value!r}: give FORMAT=FILE with one of {', '.join(FORMATS)}", param, ctx)
        return name, path


class Seconds(click.ParamType):  # type: ignore[type-arg]
    """How long to wait: more than nothing, and less than a day."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        seconds: float = click.FLOAT.convert(value, param, ctx)
        if not 0 < seconds <= 86_400:  # nor is nan
            self.fail(f"{value!r} is not between 0 and 86400 seconds", param, ctx)
        return seconds


policy_option = click.option(
    "--policy", "policy_path", metavar="FILE", envvar="ASSAY_POLICY",
    help=f"The policy document (default: {DEFAULT_POLICY} in this directory).",
)  # fmt: skip
debug_option = click.option("--debug", is_flag=True, hidden=True, expose_value=False)


def live_options(command: F) -> F:
    """How AWS is asked."""
    for option in (
        click.option("--region", metavar="REGION", envvar="ASSAY_REGION",
                     help="The Region of providers about which the plan does not say."),
        click.option("--timeout", type=Seconds(), metavar="SECONDS",
                     default=DEFAULT_TIMEOUT, show_default=True, envvar="ASSAY_TIMEOUT",
                     help="What AWS has not answered by then counts as a failed lookup."),
        click.option("--no-cache", is_flag=True, envvar="ASSAY_NO_CACHE",
                     help="Keep and use nothing that an earlier run has learnt."),
    ):  # fmt: skip
        command = option(command)
    return command


def source_options(command: F) -> F:
    """What `check` and `record` both need to know about inputs and where to ask."""
    for option in (
        click.argument("paths", nargs=-1, required=True, metavar="PLAN..."),
        policy_option,
        click.option("--catalog", metavar="FILE", envvar="ASSAY_CATALOG",
                     help="Ask this recorded catalogue instead of AWS."),
        click.option("--include-unchanged", is_flag=True, envvar="ASSAY_INCLUDE_UNCHANGED",
                     help="Judge resources that the plan leaves as they are, too."),
        live_options,
        debug_option,
    ):  # fmt: skip
        command = option(command)
    return command
