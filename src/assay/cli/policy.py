"""`assay policy …`."""

import click

from assay.cli.policy_test import test_command
from assay.cli.streams import EXIT_NO_VERDICT, EXIT_PASS, note, read, show
from assay.cli.usage import Group


@click.group("policy", cls=Group)
def policy_group() -> None:
    """Work with policy files."""


@policy_group.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate_command(files: tuple[str, ...]) -> int:
    """Check whether policy files are valid, and list everything that is wrong with each."""
    from assay.errors import AssayError
    from assay.policy.load import faults

    broken = 0
    for path in files:
        try:
            found: list[AssayError] = [*faults(path, read(path))]
        except AssayError as error:
            found = [error]
        for each in found:
            note(str(each))
        broken += bool(found)
        if not found:
            show(f"{path}: valid\n")
    return EXIT_NO_VERDICT if broken else EXIT_PASS


@policy_group.command("schema")
def schema_command() -> int:
    """Print the JSON Schema of policy files."""
    import json

    from assay.policy.explaining import schema

    show(f"{json.dumps(schema(), indent=2)}\n")
    return EXIT_PASS


policy_group.add_command(test_command)
