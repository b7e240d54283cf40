"""Help in parts, and what is told of a command line that cannot be understood.

A command says `cls=Command`, a group `cls=Group`; what they show beyond click's is here, and examples
are in `cli/manual.py`, which only help imports.
"""

from typing import Any

import click

INPUT, AWS, POLICY, OUTPUT = "Input", "AWS", "Policy", "Output"
_PARTS = {
    INPUT: (
        *("paths", "source_root", "var_files", "exclude", "tool", "terraform", "include_unchanged"),
        *("plans", "states", "store", "night", "report", "no_inline", "criteria_path", "watermark"),
        *("built_before", "finding", "min_severity", "copies", "settings_path", "where"),
    ),
    AWS: (
        *("region", "regions", "account", "accounts", "timeout", "no_cache", "offline", "catalog"),
        *("max_age", "workers", "dask", "cluster", "organization", "units", "excluded", "live"),
        *("ask_aws", "cloudtrail", "wait", "partition", "reader", "caller", "repositories"),
        *("branches", "environments", "fleet", "findings", "stamp", "permissions", "trust"),
    ),
    POLICY: ("policy_path", "as_of", "undetermined", "state", "wider", "message"),
}
"""By an option's name in the code; what is in no part is about the output."""


def part_of(option: click.Parameter) -> str:
    """The part of a command's help in which an option stands."""
    return next((part for part, names in _PARTS.items() if option.name in names), OUTPUT)


class _InParts(click.Command):
    """Options by what they are about, each with its environment variable, then examples."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        parts: dict[str, list[tuple[str, str]]] = {
            part: [] for part in (INPUT, AWS, POLICY, OUTPUT)
        }
        for param in self.get_params(ctx):
            if not isinstance(param, click.Option):
                continue  # the first line of the help has the arguments
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
    """A group of such commands, which knows what was meant by a mistyped one."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from assay.errors import did_you_mean

            known = self.list_commands(ctx)
            hint = did_you_mean(name, known) or f"see {ctx.command_path} --help"
            ctx.fail(f"no such command {name!r}; {hint}")
        return super().resolve_command(ctx, args)


def told(error: click.ClickException) -> str:
    """One line of what is wrong with the command line, and what to do."""
    if isinstance(error, click.NoSuchOption):
        return _no_such_option(error)
    if isinstance(error, click.MissingParameter) and error.ctx:
        return f"{error.format_message()} See {error.ctx.command_path} --help"
    return error.format_message()


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
    """Whether the error is a group's help, for whoever named none of its commands.

    click knows this class from 8.2 on; before it prints the help itself.
    """
    return type(error).__name__ == "NoArgsIsHelpError"
