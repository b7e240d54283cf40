"""The command line: the only package that prints, exits, or reads the clock and the environment.

Each command is a separate module, imported on demand, that prepares a run, starts it and maps the
outcome to an exit code. Everything except click is imported by the function that needs it, so that
`assay --version` costs no more than importing click.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

import click

from assay import __version__
from assay.cli.streams import EXIT_NO_VERDICT, note
from assay.cli.usage import Group, asked_for_help, told

COMMANDS = {
    "audit": "assay.cli.audit:audit_command",
    "check": "assay.cli.check:check_command",
    "checkov-dir": "assay.cli.checkov_dir:checkov_dir_command",
    "descendants": "assay.cli.descendants:descendants_command",
    "doctor": "assay.cli.doctor:doctor_command",
    "explain": "assay.cli.explain:explain_command",
    "export": "assay.cli.export:export_group",
    "iam-policy": "assay.cli.iam_policy:iam_policy_command",
    "init": "assay.cli.init:init_command",
    "inventory": "assay.cli.inventory:inventory_command",
    "policy": "assay.cli.policy:policy_group",
    "preview": "assay.cli.preview:preview_command",
    "push": "assay.cli.push:push_group",
    "record": "assay.cli.record:record_command",
    "remediate": "assay.cli.remediate:remediate_command",
    "report": "assay.cli.report:report_group",
    "rules": "assay.cli.rules:rules_command",
    "stamp": "assay.cli.stamp:stamp_command",
    "suggest": "assay.cli.suggest:suggest_command",
    "trace": "assay.cli.trace:trace_command",
}


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; every failure is one line on stderr."""
    debug = "--debug" in arguments or bool(os.environ.get("ASSAY_DEBUG"))
    from assay.errors import AssayError

    try:
        return int(cli.main(list(arguments), prog_name="assay", standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        if asked_for_help(error):
            click.echo(error.format_message(), err=True)
            return EXIT_NO_VERDICT
        return _complain(told(error))
    except click.Abort:
        return _complain("interrupted")
    except AssayError as error:
        _trace(debug)
        return _complain(str(error))
    except Exception as error:
        _trace(debug)
        if isinstance(error, FileNotFoundError) and not _stands_somewhere():
            return _complain("the current directory has been removed; change to another one")
        return _complain(f"internal error ({type(error).__name__}); run again with --debug")


def _stands_somewhere() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


def _trace(debug: bool) -> None:
    """Print the traceback only on request: it may quote values that reports never show."""
    if debug:
        import traceback

        with suppress(OSError):
            traceback.print_exc()


def _complain(message: str) -> int:
    note(message)
    return EXIT_NO_VERDICT


class _Commands(Group):
    """The commands of `COMMANDS`, each imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from a table, without importing them."""
        from assay.cli.manual import SUMMARIES

        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in COMMANDS])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assay", message="%(prog)s %(version)s")
def cli() -> None:
    """Prove that every AMI in a Terraform plan descends from a watermarked golden image."""
