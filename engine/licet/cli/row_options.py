"""Options of what is written: to the screen, into a file, or as rows of any number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from licet.cli.options import Location
from licet.report.column_names import NAMES
from licet.report.decisions import FORMATS
from licet.values import parse_number

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


def choice_options(command: C) -> C:
    """Which subjects are decided, and what is said of all of them."""
    return _with(
        command,
        click.option(
            "--where",
            multiple=True,
            metavar="COMPARISON",
            help=f"{_LARGE} only subjects whose fact is so, as `country = CN`; may be repeated: all have to be so.",
        ),
        click.option(
            "--sample", metavar="SHARE", callback=_share, help=f"{_LARGE} a share, as 1%; the same each time."
        ),
        click.option("--limit", type=click.IntRange(1), help=f"{_LARGE} at most so many subjects of each type."),
        click.option("--dry-run", is_flag=True, help="Read and check everything, and decide nothing."),
    )


def column_options(command: C) -> C:
    """Which columns rows have, and how they are called."""
    return _with(
        command,
        click.option(
            "--columns",
            metavar="NAMES",
            callback=_words,
            help=f"{_LARGE} only these columns, with commas between; `licensing.*` is all of a decision.",
        ),
        click.option(
            "--derived",
            metavar="FIELDS",
            callback=_words,
            help=f"{_LARGE} columns for what rules derive, as `eccn,restricted`; also of types that nothing decides.",
        ),
        click.option(
            "--partition-by",
            metavar="COLUMNS",
            callback=_words,
            help="Write OUT as a folder of Parquet, with a folder for each value of these columns.",
        ),
        click.option(
            "--column-names",
            type=click.Choice(NAMES),
            help=f"{_LARGE} names with dots, or in snake_case. Default: with dots, in a database without.",
        ),
    )


def row_options(command: C) -> C:
    """What is said of each row, and what becomes of rows that cannot be decided."""
    return _with(
        command,
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


def _words(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (value or "").split(",") if word.strip())


def _share(_: click.Context, __: click.Parameter, value: str | None) -> float:
    """Errors: `BadParameter` for what is no share."""
    if value is None:
        return 1.0
    text = value.strip()
    number = parse_number(text.removesuffix("%"))
    share = None if number is None else float(number) / (100 if text.endswith("%") else 1)
    if share is None or not 0 < share <= 1:
        raise click.BadParameter(f"`{value}` is no share: write 1%, or 0.01")
    return share


def _with(command: C, *options: Callable[[C], C]) -> C:
    for option in reversed(options):
        command = option(command)
    return command
