"""Help in parts, and messages about command lines that cannot be understood.

Commands use `cls=Command`, groups `cls=Group`. What they show in addition to click's help is here;
examples are in `cli/manual.py`, which is imported only for help.
"""

import os
import re
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

INPUT, AWS, POLICY, OUTPUT = "Input", "AWS", "Policy", "Output"
_PARTS = {
    INPUT: (
        *("paths", "plans", "states", "source_root", "var_files", "exclude", "tool", "terraform"),
        *("include_unchanged", "no_inline", "store", "night", "starter", "settings_path"),
        *("mark_account", "watermark", "finding", "min_severity", "built_before", "copies"),
        *("criteria_path", "report", "where"),
    ),
    AWS: (
        *("accounts", "organization", "units", "excluded", "regions", "account", "region"),
        *("ask_aws", "live", "cloudtrail", "catalog", "max_age", "offline", "timeout", "wait"),
        *("workers", "cluster", "no_cache", "partition", "repositories", "branches"),
        *("environments", "reader", "caller", "fleet", "stamp", "findings"),
    ),
    POLICY: ("policy_path", "as_of", "undetermined", "state", "wider", "message"),
    OUTPUT: (
        *(
            "list_all",
            "permissions",
            "trust",
            "target",
            "format_",
            "stdout_format",
            "output",
            "outputs",
            "force",
        ),
        *(
            "record",
            "database",
            "quiet",
            "verbose",
            "excepted",
            "color",
            "category",
            "suggest",
            "fix",
        ),
        *("dry_run", "yes", "exit_zero", "version", "help"),
    ),
}
"""Options by their names in the code; every command's help has parts and options in this order."""
_PLACES = {name: (part, n) for part, names in _PARTS.items() for n, name in enumerate(names)}
_DEBUG = click.Option(["--debug"], is_flag=True, hidden=True, expose_value=False)


def part_of(option: click.Parameter) -> str:
    """The part of a command's help that lists an option."""
    return _place(option)[0]


def _place(option: click.Parameter) -> tuple[str, int]:
    return _PLACES.get(option.name or "", (OUTPUT, len(_PLACES)))


class _Path(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """The path of a file or directory, which the shell completes."""

    name = "text"

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not value and isinstance(param, click.Option):
            raise click.UsageError(f"{param.opts[0]} names nothing; is a variable not set?", ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type=self._kind)]


_PATHS = {
    "FILE": _Path("file"),
    "PATH": _Path("file"),
    "REPORT": _Path("file"),
    "DIR": _Path("dir"),
}


class _InParts(click.Command):
    """Help with options by topic, each with its environment variable, and then examples."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        for param in self.params:
            named = _PATHS.get((param.metavar or "").strip(".[]"))
            if named is not None and param.type is click.STRING:
                param.type = named

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own parameters, and those of every command."""
        return [*super().get_params(ctx), _DEBUG]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        parts: dict[str, list[tuple[str, str]]] = {part: [] for part in _PARTS}
        for param in sorted(self.get_params(ctx), key=lambda each: _place(each)[1]):
            if not isinstance(param, click.Option):
                continue  # arguments are in the first line of the help
            param.show_envvar = bool(param.envvar)
            record = param.get_help_record(ctx)
            if record is not None:
                parts[part_of(param)].append(record)
        for part, rows in parts.items():
            if rows:
                with formatter.section(part):
                    formatter.write_dl(rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from assay.cli.manual import EXAMPLES

        example = EXAMPLES.get(ctx.command_path.partition(" ")[2])
        if example:
            with formatter.section("Example"):
                for line in example.splitlines():
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


class Command(_InParts):
    """A command whose help has parts and an example."""


class Group(_InParts, click.Group):
    """A group of such commands, which suggests what may be meant by a mistyped one."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            ctx.fail(f"no such command {name!r}; {self._meant(ctx, name)}")
        return super().resolve_command(ctx, args)

    def _meant(self, ctx: click.Context, name: str) -> str:
        """What a word in the place of a command may stand for."""
        from assay.cli.manual import EXAMPLES
        from assay.errors import did_you_mean

        known = self.list_commands(ctx)
        if "check" in known and (os.path.exists(name) or name.endswith((".json", "tfplan"))):
            return f"did you mean 'assay check {name}'?"
        if any(f"--{name}" in option.opts for option in self.get_params(ctx)):
            return f"did you mean '{ctx.command_path} --{name}'?"
        # The names of most subcommands are verbs that are also looked for at the top.
        nested = [path for path in EXAMPLES if path.partition(" ")[2] == name]
        if nested and "check" in known:
            return f"did you mean 'assay {nested[0]}'?"
        return did_you_mean(name, known) or f"see {ctx.command_path} --help"

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List each command with its whole first sentence."""
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        rows = [(name, each.get_short_help_str(200)) for name, each in found.items() if each]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def told(error: click.ClickException) -> str:
    """One line that says what is wrong with the command line, and what to do."""
    if isinstance(error, click.NoSuchOption):
        return _no_such_option(error)
    if isinstance(error, click.MissingParameter) and error.ctx:
        return f"{error.format_message()} See {error.ctx.command_path} --help"
    return f"{_by_variable(error)}{_choice_meant(error)}"


def _by_variable(error: click.ClickException) -> str:
    """The message, which names the environment variable instead of the option if the value is from it."""
    message = error.format_message()
    if not isinstance(error, click.BadParameter) or error.ctx is None or error.param is None:
        return message
    name, variable = error.param.name, error.param.envvar
    source = error.ctx.get_parameter_source(name) if name else None
    if source is not click.core.ParameterSource.ENVIRONMENT or not isinstance(variable, str):
        return message
    # click lists ten words and an empty one, which all mean one of two things.
    said = re.sub("is not a valid boolean.*", "is neither 1 nor 0", error.message)
    return f"Invalid value for {variable}: {said}"


def _choice_meant(error: click.ClickException) -> str:
    """A hint with the choice most like an invalid value; empty if there is none."""
    from assay.errors import did_you_mean

    param = error.param if isinstance(error, click.BadParameter) else None
    found = re.match("'([^']*)' is not one of", error.message)
    if param is None or found is None or not isinstance(param.type, click.Choice):
        return ""
    hint = did_you_mean(found[1], map(str, param.type.choices))
    return f" {hint[0].upper()}{hint[1:]}" if hint else ""


def _no_such_option(error: click.NoSuchOption) -> str:
    from assay.errors import did_you_mean

    ctx = error.ctx
    if ctx is None:
        return error.format_message()
    params: list[Any] = ctx.command.get_params(ctx)
    known = [name for param in params for name in param.opts if name.startswith("-")]
    hint = did_you_mean(error.option_name, known) or f"see {ctx.command_path} --help"
    return f"no such option {error.option_name}; {hint}"


def asked_for_help(error: click.ClickException) -> bool:
    """Whether the error is the help of a group that was called without a command.

    click has this class since 8.2; older versions print the help themselves.
    """
    return type(error).__name__ == "NoArgsIsHelpError"
