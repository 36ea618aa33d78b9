"""`licet decide`: every subject of an inventory, as a text, as data, or as rows of any number."""

from __future__ import annotations

from typing import Any

import click

from licet.cli.batch import large_run
from licet.cli.deciding import Options, all_deciding_options, check_options
from licet.cli.in_memory import in_memory


@click.command()
@all_deciding_options
@click.pass_context
def decide(ctx: click.Context, /, **given: Any) -> None:
    """Decide every subject of the inventory FACTS (YAML or tables: a file or a folder).

    Of many subjects a terminal shows first what matters: answers by outcome, what
    is open, what they rest on, and the gravest rows; --all shows the others too.
    Rows in a file (.parquet, .csv, .xlsx, .arrow) are decided batch by batch,
    however many there are.

    Example: licet decide fixtures/frontier --as-of 2026-06-15
    """
    options = Options(rows=False, **given)
    check_options(options)
    ctx.exit(large_run(ctx, options) if options.large else in_memory(options))
