"""`assay policy …`."""

import click

from assay.cli.policy_test import test_command
from assay.cli.streams import EXIT_PASS, read


@click.group("policy")
def policy_group() -> None:
    """Work with policy documents."""


@policy_group.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate_command(files: tuple[str, ...]) -> int:
    """Say whether policy documents are valid, or what is wrong and where."""
    from assay.policy.load import validate

    for path in files:
        validate(path, read(path))
        click.echo(f"{path}: valid")
    return EXIT_PASS


@policy_group.command("schema")
def schema_command() -> int:
    """Print the JSON Schema of the policy document."""
    import json

    from assay.policy.load import schema

    click.echo(json.dumps(schema(), indent=2))
    return EXIT_PASS


policy_group.add_command(test_command)
