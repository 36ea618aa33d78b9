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
from licet.decide.asked_for import check_jurisdictions, check_outcome, check_types
from licet.errors import UsageError
from licet.ir.policy import Policy
from licet.loading.policy_files import load_policy
from licet.report.claims import check_place
from licet.report.decisions import BINARY, FORMATS, asked_format
from licet.report.parts import bits_file
from licet.run.columnar.engine import NAME

DOCUMENTS = ("text", "json", "jsonl")  # of `decide`: one for each decision, with everything that is said of it
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
    rules: str | None
    missing: bool
    keep_going: bool
    rejects: Path | None
    resume: bool
    fail_on: str | None
    workers: int | None
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
        return asked_format(self.format_, self.output)

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
        return self.rules or ("bitmaps" if self.rows and self.format == "parquet" else "lists")

    @property
    def rejects_path(self) -> Path:
        return self.rejects or self.out.with_name(self.out.stem + ".rejects.csv")

    @property
    def outputs(self) -> dict[str, Path]:
        """The files that are written, by what they are called."""
        found = {"OUT": self.out} if self.output is not None else {}
        if self.large and self.shown_rules == "bitmaps":
            found["the file of the rules' bits"] = bits_file(self.out)
        if self.large and self.keep_going:
            found["the file of rejects"] = self.rejects_path
        return found


_LARGE = "Of rows in a file:"


def all_deciding_options(command: C) -> C:
    """Every option of deciding but `rows`, for a command that takes the fields of `Options`."""
    for option in reversed(
        (
            click.argument("facts", type=Location(), metavar="FACTS"),
            click.option(
                "--output",
                "-o",
                type=click.Path(path_type=Path),
                metavar="OUT",
                help="Write here: .parquet, .csv, .jsonl, .xlsx, .arrow, .json or .txt.",
            ),
            click.option(
                "--format", "format_", type=click.Choice(FORMATS), help="Default: by OUT's suffix, else text."
            ),
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
            click.option(
                "--rules",
                type=click.Choice(["lists", "bitmaps", "none"]),
                help=f"{_LARGE} each row's rules, as lists, as bits in <OUT>.rules.arrow, or not at all.",
            ),
            click.option(
                "--missing/--no-missing", default=True, help=f"{_LARGE} whether to say which facts are missing."
            ),
            click.option("--keep-going", is_flag=True, help=f"{_LARGE} leave those with errors out; exit code 1."),
            click.option(
                "--rejects",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="Where rows that are left out go. Default: <OUT>.rejects.csv.",
            ),
            click.option(
                "--resume", is_flag=True, help=f"{_LARGE} go on with a run that was stopped, if there is one."
            ),
            click.option(
                "--workers",
                type=click.IntRange(1),
                help=f"{_LARGE} how many batches are decided at a time. Default: one for each core, up to 8.",
            ),
            click.option("--quiet", is_flag=True, help="Say nothing but errors, and the decisions on the screen."),
        )
    ):
        command = option(command)
    return command


def check_options(options: Options) -> None:
    """Refuses options that do not fit, before anything is read. Errors: `UsageError`."""
    for called, path in {"OUT": options.output, "the file of rejects": options.rejects}.items():
        if path is not None:
            check_place(called, path)  # first, since other files have names made of theirs
    if options.output is None and options.format in BINARY:
        raise UsageError(f"{options.format} is nothing to read on a terminal; name a file with -o")
    if options.rejects is not None and not options.keep_going:
        raise UsageError("--rejects says where rows go that are left out; add --keep-going")
    if options.large and options.format == "xlsx" and options.shown_rules != "lists":
        raise UsageError(f"a workbook lists its rules; leave out `--rules {options.rules}`")
    given = {
        "--keep-going": options.keep_going,
        "--resume": options.resume,
        "--rules": options.rules is not None,
        "--no-missing": not options.missing,
        "--workers": options.workers is not None,
    }
    asked = [name for name, is_given in given.items() if is_given]
    if asked and not options.large:
        other = "" if options.engine_name in _ENGINES else f", without `--engine {options.engine_name}`"
        raise UsageError(f"{asked[0]} is for rows in a file: add -o with .parquet, .csv, .xlsx or .arrow{other}")


def checked_policy(options: Options) -> Policy:
    """The policy; refuses names that it does not know before anything long begins. Errors: `UsageError`."""
    policy = load_policy(options.policies)
    check_jurisdictions(policy, options.jurisdictions)
    if options.fail_on is not None:
        check_outcome(policy, options.fail_on, options.jurisdictions)
    check_types(policy, options.types)
    return policy
