"""Options of what is written: to the screen, into a file, or as rows of any number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from licet.cli.options import Location
from licet.report.column_names import NAMES
from licet.report.decisions import FORMATS

_LARGE = "Of rows in a file:"
C = TypeVar("C", bound=Callable[..., Any])


def output_options(command: C) -> C:
    """`--output`, `--into` and `--format`."""
    return _with(
        command,
        click.option(
            "--output",
            "-o",
            type=Location(),
            metavar="OUT",
            help="Write here: .parquet, .csv, .jsonl, .xlsx, .arrow, .json or .txt; or postgresql://..., .duckdb, "
            ".sqlite, with --into.",
        ),
        click.option("--into", metavar="TABLE", help="The table of a database that rows are written into."),
        click.option("--format", "format_", type=click.Choice(FORMATS), help="Default: by OUT's suffix, else text."),
    )


def row_options(command: C) -> C:
    """What is said of each row, and what becomes of rows that cannot be decided."""
    return _with(
        command,
        click.option(
            "--column-names",
            type=click.Choice(NAMES),
            help=f"{_LARGE} names with dots, or in snake_case. Default: with dots, in a database without.",
        ),
        click.option(
            "--rules",
            type=click.Choice(["lists", "bitmaps", "none"]),
            help=f"{_LARGE} each row's rules, as lists, as bits in <OUT>.rules.arrow, or not at all.",
        ),
        click.option("--missing/--no-missing", default=True, help=f"{_LARGE} whether to say which facts are missing."),
        click.option("--keep-going", is_flag=True, help=f"{_LARGE} leave those with errors out; exit code 1."),
        click.option(
            "--rejects",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Where rows that are left out go. Default: <OUT>.rejects.csv.",
        ),
        click.option("--resume", is_flag=True, help=f"{_LARGE} go on with a run that was stopped, if there is one."),
        click.option(
            "--workers",
            type=click.IntRange(1),
            help=f"{_LARGE} how many batches are decided at a time. Default: one for each core, up to 8.",
        ),
        click.option(
            "--summary",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"{_LARGE} write what they come to here, as JSON (licet/summary/1).",
        ),
    )


def _with(command: C, *options: Callable[[C], C]) -> C:
    for option in reversed(options):
        command = option(command)
    return command
