"""`assay rules`."""

import click

from assay.cli.options import color_option
from assay.cli.streams import EXIT_PASS, show, wants_colour
from assay.cli.usage import Command

_COLOUR = {"error": "red", "warning": "yellow", "undetermined": "yellow"}


@click.command("rules", cls=Command)
@click.option("--format", "stdout_format", type=click.Choice(("text", "json")), default="text",
              help="The format to print.")  # fmt: skip
@color_option
def rules_command(stdout_format: str, color: str) -> int:
    """List the rules, what each finds, and its default severity.

    See `assay explain RULE` for more.
    """
    from assay.policy.rules import RULES

    table = [(rule.id, rule.by_default, rule.summary) for rule in RULES]
    if stdout_format == "json":
        import json

        keys = ("rule", "by_default", "summary")
        rows = [dict(zip(keys, row, strict=True)) for row in table]
        show(json.dumps({"schema_version": 1, "rules": rows}, indent=2) + "\n")
        return EXIT_PASS
    colour = wants_colour(color)
    widths = [max(len(row[column]) for row in table) for column in (0, 1)]
    for id, by_default, summary in table:
        word = f"{by_default:<{widths[1]}}"
        shown = click.style(word, fg=_COLOUR[by_default]) if colour else word
        show(f"{id:<{widths[0]}}  {shown}  {summary}\n")
    return EXIT_PASS
