"""`licet decide`: every subject of an inventory, as a text, as data, or as rows of any number."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from licet.cli.batch import large_run
from licet.cli.decide_over_time import decide_over_time
from licet.cli.deciding import Options, all_deciding_options, check_options
from licet.cli.in_memory import in_memory
from licet.cli.options import Day
from licet.errors import UsageError


@click.command()
@all_deciding_options
@click.option("--from", "first", type=Day(), metavar="DATE", help="As if on each day from this one …")
@click.option("--to", "last", type=Day(), metavar="DATE", help="… to this one: when which answer holds, and why then.")
@click.option(
    "--calendar",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --from and --to: also write a calendar (.ics) of what turns, or mend the one that is there.",
)
@click.option(
    "--timeline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --from and --to: also draw when which answer holds (.svg), with its causes.",
)
@click.option("--names", "with_names", is_flag=True, help="With --calendar: name the subjects, instead of counting.")
@click.pass_context
def decide(
    ctx: click.Context,
    /,
    first: date | None,
    last: date | None,
    calendar: Path | None,
    timeline: Path | None,
    with_names: bool,
    **given: Any,
) -> None:
    """Decide every subject of the inventory FACTS (YAML or tables: a file or a folder).

    Of many subjects a terminal shows first what matters: answers by outcome, what
    is open, what they rest on, and the gravest rows; --all shows the others too.
    Rows in a file (.parquet, .csv, .xlsx, .arrow) are decided batch by batch,
    however many there are.

    Example: licet decide fixtures/frontier --as-of 2026-06-15
    """
    options = Options(rows=False, **given)
    check_options(options)
    if with_names and calendar is None:
        raise UsageError("--names is of a calendar; add --calendar FILE")
    if first is not None or last is not None:
        ctx.exit(decide_over_time(options, first, last, calendar, timeline, with_names=with_names))
    for name, file in (("calendar", calendar), ("timeline", timeline)):
        if file is not None:
            raise UsageError(f"--{name} is of what turns on some days; add --from and --to")
    ctx.exit(large_run(ctx, options) if options.large else in_memory(options))
