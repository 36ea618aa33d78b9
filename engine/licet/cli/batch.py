"""`licet batch`: an inventory of any size into a result table on disk."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from licet import __version__
from licet.cli.options import (
    Day,
    day_for_undated,
    inventory_options,
    jurisdiction_option,
    note_undecided,
    policy_option,
    type_option,
    verbose_option,
)
from licet.cli.outputs import claimed_outputs
from licet.cli.progress import Progress
from licet.cli.stopping import exit_code, stopped_by_signals
from licet.decide.asked_for import check_concluded, check_jurisdictions, check_outcome, check_types
from licet.decide.batches import ROWS_PER_BATCH, Asked, decidable_types, schema_of
from licet.decide.from_tables import NOTHING, decide_split, diagnostics_of, refuse, types_in
from licet.decide.rule_bits import rule_bits_schema
from licet.decide.streamed import split_to_decide
from licet.decide.tally import Tally
from licet.errors import EngineError, FactsError, UsageError
from licet.facts.policy_files import load_policy
from licet.facts.row_estimate import rows_in
from licet.facts.split import Split
from licet.facts.stream import file_fingerprint
from licet.ir.canonical import fingerprint
from licet.ir.policy import Policy
from licet.report.parts import Kind, Parts, bits_file
from licet.report.rejects_csv import Rejects, beside, rejects_file
from licet.report.result_file import writer_for
from licet.report.tally_text import render
from licet.report.writer import About
from licet.run.columnar import NAME

MOST_WORKERS = 8  # by default: the process that writes cannot keep up with more


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    facts: Path
    out: Path
    policies: tuple[Path, ...]
    further: tuple[Path, ...]
    types: tuple[str, ...]
    as_of: date | None
    jurisdictions: tuple[str, ...]
    rules: str | None
    missing: bool
    keep_going: bool
    rejects: Path | None
    resume: bool
    fail_on: str | None
    workers: int | None
    quiet: bool

    @property
    def shown_rules(self) -> str:
        return self.rules or ("bitmaps" if self.out.suffix.lower() == ".parquet" else "lists")

    @property
    def rejects_path(self) -> Path:
        return self.rejects or self.out.with_name(self.out.stem + ".rejects.csv")

    @property
    def outputs(self) -> dict[str, Path]:
        """The files that are written, by what they are called."""
        found = {"OUT": self.out}
        if self.shown_rules == "bitmaps":
            found["the file of the rules' bits"] = bits_file(self.out)
        if self.keep_going:
            found["the file of rejects"] = self.rejects_path
        return found


@click.command()
@click.argument("facts", type=click.Path(path_type=Path), metavar="FACTS")
@click.option(
    "--output",
    "-o",
    "out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="OUT",
    help="The result: .parquet, .csv, .jsonl, .xlsx, .arrow, .json or .txt.",
)
@policy_option
@inventory_options
@click.option(
    "--with",
    "further",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FACTS",
    help="A further file or folder of the same inventory; may be repeated.",
)
@type_option
@click.option("--as-of", type=Day(), help="The date that governs every decision.")
@jurisdiction_option
@click.option(
    "--rules",
    type=click.Choice(["lists", "bitmaps", "none"]),
    help="Each row's rules: as lists, as bits in <OUT>.rules.arrow (default for Parquet), or not at all.",
)
@click.option(
    "--missing/--no-missing",
    default=True,
    help="Whether to say which facts are missing.",
)
@click.option("--keep-going", is_flag=True, help="Leave rows with errors out, decide the others; exit code 1.")
@click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where rows that are left out go. Default: <OUT>.rejects.csv.",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped, if there is one.")
@click.option("--fail-on", metavar="OUTCOME", help="Exit code 1 if any decision may reach this outcome.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="How many batches are read and decided at a time. Default: one for each core, up to 8.",
)
@verbose_option
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
@click.pass_context
def batch(ctx: click.Context, /, **given: Any) -> None:
    """Decide every subject of FACTS, however many there are, into the file OUT.

    The largest table is read batch by batch; what it refers to is held in
    memory. OUT is there when it is whole. A run that was stopped goes on with
    --resume from its last finished part.

    Example: licet batch transfers.parquet --with parties.csv -o out.parquet
    """
    options = Options(**given)
    policy = _checked(options)
    started = time.monotonic()
    facts = (options.facts, *options.further)
    others = [beside(options.rejects_path, table) for table in (*policy.entities, *policy.relations)]
    others = others if options.keep_going else []
    with claimed_outputs(options.outputs, facts, options.policies, others), stopped_by_signals():
        try:
            tally, rejected, rejects = _run(ctx, policy, options)
        except KeyboardInterrupt as stopped:  # before anything was decided
            click.echo("stopped; nothing was written", err=True)
            ctx.exit(exit_code(stopped))
    if not options.quiet:
        _say(policy, options, tally, rejected, rejects, time.monotonic() - started)
    failed = options.fail_on is not None and tally.reaches(policy, options.fail_on)
    ctx.exit(1 if failed or rejected else 0)


def _checked(options: Options) -> Policy:
    """The policy; refuses options that do not fit before anything long begins."""
    writer_for(options.out)
    if options.rejects is not None and not options.keep_going:
        raise UsageError("--rejects says where rows go that are left out; add --keep-going")
    if options.out.suffix.lower() == ".xlsx" and options.shown_rules != "lists":
        raise UsageError(f"a workbook lists its rules; leave out `--rules {options.rules}`")
    policy = load_policy(options.policies)
    check_jurisdictions(policy, options.jurisdictions)
    if options.fail_on is not None:
        check_outcome(policy, options.fail_on, options.jurisdictions)
    check_types(policy, options.types)
    return policy


def _run(ctx: click.Context, policy: Policy, options: Options) -> tuple[Tally, int, list[Path]]:
    """Everything from the facts to the result on disk: what was counted, how many rows were left out, and where to."""
    with _rejects(policy, options) as rejects:
        split = split_to_decide(
            policy,
            [(options.facts, ctx.meta.get("licet.table")), *((path, None) for path in options.further)],
            options.types,
            mapping=ctx.meta.get("licet.map"),
            rejected=rejects.write if rejects is not None else None,
        )
        if rejects is not None:
            about = decidable_types(policy, split.held.tables.entities)
            rejects.main = split.stream.name if split.stream is not None else next(iter(about), "")
            rejects.write(split.held.rejects)
        if not split.held.usable:
            refuse(split)
        tally = _decide(ctx, policy, options, split)
        return tally, split.left_out if options.keep_going else 0, rejects.paths if rejects is not None else []


def _rejects(policy: Policy, options: Options) -> AbstractContextManager[Rejects | None]:
    if not options.keep_going:
        return nullcontext()
    return rejects_file(options.rejects_path, [*policy.entities, *policy.relations])


def _decide(ctx: click.Context, policy: Policy, options: Options, split: Split) -> Tally:
    asked = _asked(policy, options, split)
    note_undecided(policy, asked.types, asked.jurisdictions)
    facts = _facts_fingerprint(split)
    parts = Parts(
        options.out,
        Kind(fingerprint(policy), facts, _said(asked, options)),
        schema_of(policy, asked),
        rule_bits_schema(policy, asked.types) if asked.bitmaps else None,
        lambda: About(policy, facts, NAME),
        resume=options.resume,
    )
    progress = _progress(split, asked, quiet=options.quiet)
    tally = Tally()
    tally.add(parts.tally)
    batches = decide_split(
        policy,
        split,
        asked,
        workers=options.workers or min(os.cpu_count() or 1, MOST_WORKERS),
        rows_per_batch=ROWS_PER_BATCH,
        skip=parts.done,
        folder=parts.folder / "handed",
    )
    try:
        with closing(batches):
            for decided in batches:
                parts.write(decided)
                tally.add(decided.tally)
                progress.at(sum(tally.rows.values()))
        if split.stream is not None and not split.stream.usable:
            parts.drop()
            raise FactsError(diagnostics_of(split))
        if not sum(tally.rows.values()) and not split.left_out:
            parts.drop()
            raise UsageError(NOTHING)
        parts.finish()
    except (KeyboardInterrupt, EngineError, OSError) as stopped:
        with suppress(OSError):  # a disk that is full takes no manifest either: the one before holds
            parts.stop()
        progress.end()
        rows = sum(parts.tally.rows.values())
        click.echo(
            f"stopped; {rows:,} rows are kept: go on with --resume" if rows else "stopped; no rows are kept", err=True
        )
        if not isinstance(stopped, KeyboardInterrupt):  # a process died, or the disk is full
            raise
        ctx.exit(exit_code(stopped))
    finally:
        progress.end()
    return tally


def _asked(policy: Policy, options: Options, split: Split) -> Asked:
    types = types_in(policy, split, options.types)
    check_concluded(policy, types, options.jurisdictions)
    return Asked(
        types,
        options.as_of,
        day_for_undated(policy, types, options.as_of or split.held.tables.as_of),
        options.jurisdictions,
        lists=options.shown_rules == "lists",
        bitmaps=options.shown_rules == "bitmaps",
        missing=options.missing,
    )


def _facts_fingerprint(split: Split) -> str:
    """That of what is held; with a stream, the SHA-256 of it and of the stream's file as it is on disk."""
    held = split.held.tables.fingerprint
    if not isinstance(split.source, Path):
        return held
    return "sha256:" + hashlib.sha256(f"{held}\n{file_fingerprint(split.source)}\n".encode()).hexdigest()


def _said(asked: Asked, options: Options) -> dict[str, str]:
    """The options that change the result, by what they are called."""
    return {
        "--as-of": str(asked.as_of or ""),
        "today": str(asked.today or ""),
        "--type": " ".join(asked.types),
        "--jurisdiction": " ".join(asked.jurisdictions),
        "--rules": options.shown_rules,
        "--missing": str(asked.missing),
        "--keep-going": str(options.keep_going),
        "rows of a batch": str(ROWS_PER_BATCH),  # what is done is counted in batches
        "Licet": __version__,
    }


def _progress(split: Split, asked: Asked, *, quiet: bool) -> Progress:
    held = sum(table.length for name, table in split.held.tables.entities.items() if name in asked.types)
    rows, exact = rows_in(split.source) if split.stream is not None else (0, True)
    progress = Progress(held + rows if rows or split.stream is None else 0, not exact)
    progress.shown = progress.shown and not quiet
    return progress


def _say(policy: Policy, options: Options, tally: Tally, rejected: int, rejects: list[Path], seconds: float) -> None:
    click.echo(render(policy, tally), err=True, nl=False)
    if options.keep_going:
        words = "1 row was" if rejected == 1 else f"{rejected:,} rows were"
        says = "says" if len(rejects) == 1 else "say"
        click.echo(f"{words} left out: {' and '.join(map(str, rejects))} {says} why", err=True)
    rows = sum(tally.rows.values())
    counted = ", ".join(f"{number:,} {type_}" for type_, number in tally.rows.items())
    click.echo(f"decided {counted or 'nothing'} in {seconds:.1f} s, {rows / seconds:,.0f} a second", err=True)
    files = [options.out, *([bits_file(options.out)] if options.shown_rules == "bitmaps" else [])]
    click.echo(f"written to {' and '.join(str(file) for file in files)}; not legal advice", err=True)
