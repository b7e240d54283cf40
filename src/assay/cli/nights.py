"""`assay inventory diff` and `assay inventory sql`: questions about stored nights."""

from typing import TYPE_CHECKING

import click

from assay.cli.options import Moment
from assay.cli.streams import EXIT_PASS, EXIT_UNDETERMINED, note, show
from assay.cli.usage import Command

if TYPE_CHECKING:
    from datetime import datetime

store_option = click.option(
    "--store", metavar="DIR", envvar="ASSAY_STORE", default="inventory", show_default=True,
    help="Where nights are stored.",
)  # fmt: skip

night_option = click.option(
    "--night", type=Moment(), metavar="DATE",
    help="The stored night to read, such as 2026-11-29 (default: the newest).",
)  # fmt: skip


@click.command("diff", cls=Command)
@click.argument("before", type=Moment(), metavar="NIGHT")
@click.argument("after", type=Moment(), metavar="NIGHT")
@store_option
@click.option("--format", "format_", type=click.Choice(("text", "json", "markdown")), default="text",
              show_default=True, help="The format to print to standard output.")  # fmt: skip
def diff_command(before: "datetime", after: "datetime", store: str, format_: str) -> int:
    """Show what was added, removed and changed between two nights, such as 2026-11-28 and 2026-11-29.

    Exit codes: 0 every place was seen in both nights, 3 some were not; they are named.
    """
    from pathlib import Path

    from assay.cli.host import this_process
    from assay.fleet.comparison import compare
    from assay.fleet.store import Store
    from assay.model.times import day_of
    from assay.report.inventory import diff

    found = compare(Store(Path(store)), day_of(before), day_of(after))
    show(diff.render(found, format_, this_process().now()))
    return EXIT_UNDETERMINED if found.unseen else EXIT_PASS


@click.command("sql", cls=Command)
@click.argument("query", metavar='"SELECT …"')
@store_option
@click.option("--format", "format_", type=click.Choice(("text", "json", "csv")), default="text",
              show_default=True, help="The format to print to standard output.")  # fmt: skip
def sql_command(query: str, store: str, format_: str) -> int:
    """Query the stored nights with SQL. The views are `images`, `uses` and `places`, each with a `night`.

    Accepts a single SELECT, which can read the store and no other file.
    """
    from pathlib import Path

    from assay.fleet.night import known_night, left_half, refuse_damaged
    from assay.fleet.store import Store
    from assay.report.inventory import rows

    kept = Store(Path(store))
    known_night(kept, None)
    refuse_damaged(kept, kept.nights())  # the query may be about any of them
    found = kept.select(query, asked=True)
    show(rows.render(found.names, found.rows, format_))
    for line in left_half(kept):
        note(line)
    return EXIT_PASS
