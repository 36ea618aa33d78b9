"""What `licet decide` and `licet batch` both take: one verb, at any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from licet.cli.asked import CommandLine
from licet.cli.options import Location, deciding_options, paths_option
from licet.cli.row_options import choice_options, column_options, output_options, row_options
from licet.decide.asked_for import check_jurisdictions, check_outcome, check_types
from licet.decide.table.derived_columns import check_derived
from licet.errors import UsageError
from licet.facts.files.connections import kind_of_database
from licet.ir.policy import Policy
from licet.loading.policy_files import load_policy
from licet.report.claims import check_place
from licet.report.decisions import BINARY, asked_format
from licet.report.parts import bits_file
from licet.run.columnar.engine import NAME

DOCUMENTS = ("text", "json", "jsonl")  # of `decide`: one for each decision, with everything that is said of it
DATABASE = "sql"
_ENGINES = ("auto", NAME)  # by which rows are decided batch by batch
C = TypeVar("C", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. `rows` asks for rows of the result table where `decide` writes documents."""

    facts: Path
    output: Path | None
    policies: tuple[Path, ...]
    further: tuple[Path, ...]
    types: tuple[str, ...]
    as_of: date | None
    jurisdictions: tuple[str, ...]
    engine_name: str
    format_: str | None
    into: str | None
    where: tuple[str, ...]
    sample: float
    limit: int | None
    dry_run: bool
    columns: tuple[str, ...]
    derived: tuple[str, ...]
    partition_by: tuple[str, ...]
    column_names: str | None
    rules: str | None
    missing: bool
    keep_going: bool
    rejects: Path | None
    resume: bool
    fail_on: str | None
    workers: int | None
    summary: Path | None
    every: bool
    quiet: bool
    rows: bool

    @property
    def asked(self) -> CommandLine:
        """What is asked of every subject."""
        return CommandLine(self.facts, self.policies, self.as_of, self.jurisdictions, self.engine_name)

    @property
    def format(self) -> str:
        """Errors: `UsageError` for a name of the output that says nothing, or something else than `--format`."""
        if self.database:
            return DATABASE
        if self.partition_by:
            return "parquet"
        return asked_format(self.format_, self.output)

    @property
    def database(self) -> str:
        """Which database rows are written into; empty where they are not."""
        return "" if self.output is None else kind_of_database(self.output)

    @property
    def shown_names(self) -> str:
        """In a database names that need no quotes."""
        return self.column_names or ("snake" if self.database else "dotted")

    @property
    def large(self) -> bool:
        """Whether it is done batch by batch, in constant memory."""
        is_rows = self.rows or self.format not in DOCUMENTS
        return self.output is not None and is_rows and self.engine_name in _ENGINES

    @property
    def out(self) -> Path:
        """The file that a large run writes."""
        assert self.output is not None
        return self.output

    @property
    def shown_rules(self) -> str:
        """Lists; of a large run into Parquet bits, which a column of names is many times as large as."""
        if self.rules or self.partition_by:
            return self.rules or "lists"
        return "bitmaps" if self.rows and self.format == "parquet" else "lists"

    @property
    def rejects_path(self) -> Path:
        if self.database:
            return self.rejects or Path(f"{self.into}.rejects.csv")
        return self.rejects or self.out.with_name(self.out.stem + ".rejects.csv")

    @property
    def outputs(self) -> dict[str, Path]:
        """The files that are written, by what they are called."""
        found = {"OUT": self.out} if self.output is not None and not self.database else {}
        if self.large and self.shown_rules == "bitmaps":
            found["the file of the rules' bits"] = bits_file(self.out)
        if self.large and self.keep_going:
            found["the file of rejects"] = self.rejects_path
        if self.summary is not None:
            found["the summary"] = self.summary
        return found


def all_deciding_options(command: C) -> C:
    """Every option of deciding but `rows`, for a command that takes the fields of `Options`."""
    for option in reversed(
        (
            click.argument("facts", type=Location(), metavar="FACTS"),
            output_options,
            paths_option(
                "--with",
                "further",
                metavar="FACTS",
                words="A further file or folder of the same inventory; may be repeated.",
                type_=Location(),
            ),
            click.option(
                "--type",
                "types",
                multiple=True,
                metavar="NAME",
                help="Only subjects of this type, for example Transfer.",
            ),
            deciding_options,
            click.option("--all", "every", is_flag=True, help="Print every row, and all that the answers rest on."),
            click.option("--fail-on", metavar="OUTCOME", help="Exit code 1 if any decision may reach this outcome."),
            choice_options,
            column_options,
            row_options,
            click.option("--quiet", is_flag=True, help="Say nothing but errors, and the decisions on the screen."),
        )
    ):
        command = option(command)
    return command


def check_options(options: Options) -> None:
    """Refuses options that do not fit, before anything is read. Errors: `UsageError`."""
    if bool(options.database) != (options.into is not None):
        words = (
            "name the table with --into TABLE" if options.database else "--into is a table of a database: -o names none"
        )
        raise UsageError(words)
    if options.database:
        _check_database(options)
    if options.partition_by and (options.format_ not in (None, "parquet") or options.rules == "bitmaps"):
        raise UsageError(
            "--partition-by writes Parquet, and bits have the order of one file; leave out --format and --rules"
        )
    if options.partition_by and (options.database or options.output is None):
        raise UsageError("--partition-by is of a folder of Parquet: name it with -o")
    if options.partition_by and options.out.exists():
        raise UsageError(f"`{options.output}` is there; remove it, or write elsewhere")
    out = None if options.database else options.output
    for called, path in {"OUT": out, "the file of rejects": options.rejects, "the summary": options.summary}.items():
        if path is not None:
            check_place(called, path)  # first, since other files have names made of theirs
    if options.output is None and options.format in BINARY:
        raise UsageError(f"{options.format} is nothing to read on a terminal; name a file with -o")
    if options.rejects is not None and not options.keep_going:
        raise UsageError("--rejects says where rows go that are left out; add --keep-going")
    if options.large and options.format == "xlsx" and options.shown_names != "dotted":
        raise UsageError("a workbook has the names that people read; leave out --column-names")
    if options.large and options.format == "xlsx" and options.shown_rules != "lists":
        raise UsageError(f"a workbook lists its rules; leave out `--rules {options.rules}`")
    given = {
        "--keep-going": options.keep_going,
        "--resume": options.resume,
        "--rules": options.rules is not None,
        "--no-missing": not options.missing,
        "--workers": options.workers is not None,
        "--where": bool(options.where),
        "--sample": options.sample < 1,
        "--limit": options.limit is not None,
        "--dry-run": options.dry_run,
        "--summary": options.summary is not None,
        "--columns": bool(options.columns),
        "--derived": bool(options.derived),
        "--partition-by": bool(options.partition_by),
        "--column-names": options.column_names is not None,
    }
    asked = [name for name, is_given in given.items() if is_given]
    if asked and not options.large:
        other = "" if options.engine_name in _ENGINES else f", without `--engine {options.engine_name}`"
        raise UsageError(f"{asked[0]} is for rows in a file: add -o with .parquet, .csv, .xlsx or .arrow{other}")


def _check_database(options: Options) -> None:
    if options.format_ is not None or options.rules == "bitmaps":
        given = "--format" if options.format_ is not None else "--rules bitmaps"
        raise UsageError(f"{given} is for files; leave it out, or write into a file")
    if not options.large:
        raise UsageError(f"rows in a database are decided in columns; leave out `--engine {options.engine_name}`")


def checked_policy(options: Options) -> Policy:
    """The policy; refuses names that it does not know before anything long begins. Errors: `UsageError`."""
    policy = load_policy(options.policies)
    check_jurisdictions(policy, options.jurisdictions)
    if options.fail_on is not None:
        check_outcome(policy, options.fail_on, options.jurisdictions)
    check_types(policy, options.types, check_derived(policy, options.derived))
    return policy
