"""`licet batch`, and what `licet decide` does of any size: an inventory into a result table on disk."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from licet import __version__
from licet.cli.deciding import Options, all_deciding_options, check_options, checked_policy
from licet.cli.in_memory import in_memory
from licet.cli.options import day_for_undated, note_undecided
from licet.cli.outputs import claimed_outputs, deliver
from licet.cli.progress import Progress
from licet.cli.stopping import exit_code, stopped_by_signals
from licet.decide.asked_for import check_concluded
from licet.decide.decision import NOTICE
from licet.decide.table.batches import Asked, decidable_types, schema_of
from licet.decide.table.choice import Choice, conditions
from licet.decide.table.counts import Tally
from licet.decide.table.derived_columns import check_derived, derived_columns
from licet.decide.table.from_tables import NOTHING, decide_split, diagnostics_of, refuse, types_in
from licet.decide.table.rule_bits import rule_bits_schema
from licet.decide.table.streamed import split_to_decide
from licet.errors import EngineError, FactsError, UsageError
from licet.facts.files.addresses import shown_address
from licet.facts.files.connections import DatabaseError
from licet.facts.files.row_estimate import rows_in
from licet.facts.inventory.split import Split
from licet.facts.inventory.stream import file_fingerprint
from licet.ir.canonical import fingerprint
from licet.ir.policy import Policy
from licet.parallel.beside import begun
from licet.report import batch_summary
from licet.report.batch_summary import RunNotes
from licet.report.column_names import called, chosen_columns
from licet.report.decisions_sql import TableParts
from licet.report.partitioned import PartitionedParts
from licet.report.parts import Parts, ResultKind, bits_file
from licet.report.rejects_csv import Rejects, beside, rejects_file
from licet.report.tally_text import render
from licet.report.writer import ResultNotes
from licet.run.columnar.engine import NAME
from licet.values import counted

NONE_CHOSEN = "nothing to decide: no subject is chosen by --where, --sample and --limit"
MOST_WORKERS = 8  # by default: the process that writes cannot keep up with more


@click.command()
@all_deciding_options
@click.pass_context
def batch(ctx: click.Context, /, **given: Any) -> None:
    """Decide every subject of FACTS, however many there are, into the file OUT.

    The same as `licet decide FACTS -o OUT`, but that OUT has rows in every format,
    and the rules' bits in a file beside Parquet. The largest table is read batch by
    batch; what it refers to is held in memory. OUT is there when it is whole. A run
    that was stopped goes on with --resume from its last finished part.

    Example: licet batch transfers.parquet --with parties.csv -o out.parquet
    """
    options = Options(rows=True, **given)
    if options.output is None:
        raise UsageError("name the file that rows are written to, with -o OUT")
    check_options(options)
    ctx.exit(large_run(ctx, options) if options.large else in_memory(options))


def large_run(ctx: click.Context, options: Options) -> int:
    """Everything from the facts to the file of rows; says on stderr what came of it, and returns the exit code."""
    policy = checked_policy(options)
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
    seconds = time.monotonic() - started
    if options.dry_run:
        found = ", ".join(f"{number:,} {type_}" for type_, number in tally.rows.items())
        click.echo(f"would decide {found or 'nothing'}; nothing was written", err=True)
    elif not options.quiet:
        _say(policy, options, tally, rejected, rejects, seconds)
    failed = options.fail_on is not None and tally.reaches(policy, options.fail_on)
    return 1 if failed or rejected else 0


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
        if options.dry_run:
            return _tried(policy, options, split), split.left_out if options.keep_going else 0, []
        tally = _decide(ctx, policy, options, split)
        return tally, split.left_out if options.keep_going else 0, rejects.paths if rejects is not None else []


def _tried(policy: Policy, options: Options, split: Split) -> Tally:
    """What there would be: reads everything, decides and writes nothing. Errors: `FactsError` with every finding."""
    asked = _asked(policy, options, split)
    tally, choice = Tally(), asked.choice or Choice()
    for type_ in asked.types:
        own = split.held.tables.entities.get(type_)
        tables = split.stream if split.stream is not None and split.stream.name == type_ else [own] if own else []
        for table in tables:
            tally.rows[type_] += len(choice.of(policy, table, 0, table.length))
    if split.stream is not None and not split.stream.usable:
        raise FactsError(diagnostics_of(split))
    names = called(schema_of(policy, asked).names, options.shown_names)
    where = f"the table `{options.into}`" if options.into else str(options.output)
    click.echo(f"would write {counted(len(names), 'column')} to {where}: {', '.join(names)}", err=True)
    return tally


def _rejects(policy: Policy, options: Options) -> AbstractContextManager[Rejects | None]:
    if not options.keep_going:
        return nullcontext()
    return rejects_file(options.rejects_path, [*policy.entities, *policy.relations])


def _decide(ctx: click.Context, policy: Policy, options: Options, split: Split) -> Tally:
    asked = _asked(policy, options, split)
    note_undecided(policy, asked.types, asked.jurisdictions)
    facts = begun(partial(_facts_fingerprint, split))  # the file is read for it while batches are decided
    parts = _parts(policy, options, split, asked, facts)
    started = time.monotonic()
    progress = _progress(split, asked, quiet=options.quiet)
    tally = Tally()
    tally.add(parts.tally)
    batches = decide_split(
        policy,
        split,
        asked,
        workers=options.workers or min(os.cpu_count() or 1, MOST_WORKERS),
        skip=parts.done,
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
            raise UsageError(NOTHING if asked.choice is None else NONE_CHOSEN)
        parts.finish()
    except (KeyboardInterrupt, EngineError, DatabaseError, OSError) as stopped:
        with suppress(OSError, DatabaseError):  # a disk that is full takes no manifest either: the one before holds
            parts.stop()
        progress.end()
        rows = sum(parts.tally.rows.values())
        kept = f"{counted(rows, 'row is', 'rows are')} kept: go on with --resume" if rows else "no rows are kept"
        click.echo(f"stopped; {kept}", err=True)
        if not isinstance(stopped, KeyboardInterrupt):  # a process died, or the disk is full
            raise
        ctx.exit(exit_code(stopped))
    finally:
        progress.end()
    if options.summary is not None:
        notes = _notes(options, split, asked, facts(), time.monotonic() - started)
        deliver(batch_summary.render(policy, tally, notes), options.summary)
    return tally


def _parts(
    policy: Policy, options: Options, split: Split, asked: Asked, facts: Callable[[], str]
) -> Parts | TableParts:
    """What takes the batches: parts of a file, or of a table."""
    schema = schema_of(policy, asked)

    def kind() -> ResultKind:
        return ResultKind(fingerprint(policy), facts(), _said(asked, options, split.rows_per_batch))

    if options.into is not None:
        return TableParts(options.out, options.into, kind, schema, names=options.shown_names, resume=options.resume)
    bits = rule_bits_schema(policy, asked.types) if asked.bitmaps else None
    names = partial(called, style=options.shown_names)
    names(schema.names)  # which tells at once where two are called alike

    def about() -> ResultNotes:
        return ResultNotes(policy, facts(), NAME, names=names)

    if options.partition_by:
        by = [chosen_columns(schema.names, [name])[0] for name in options.partition_by]
        return PartitionedParts(options.out, kind, schema, about, by=by, names=names, resume=options.resume)
    return Parts(options.out, kind, schema, bits, about, options.format, names=names, resume=options.resume)


def _asked(policy: Policy, options: Options, split: Split) -> Asked:
    types = types_in(policy, split, options.types, check_derived(policy, options.derived))
    if not options.derived:
        check_concluded(policy, types, options.jurisdictions)
    asked = Asked(
        types,
        options.as_of,
        day_for_undated(policy, types, options.as_of or split.held.tables.as_of),
        options.jurisdictions,
        lists=options.shown_rules == "lists",
        bitmaps=options.shown_rules == "bitmaps",
        missing=options.missing,
        derived=options.derived,
    )
    choice = Choice(conditions(options.where, policy, types), options.sample, options.limit)
    asked = asked if choice.is_all else replace(asked, choice=choice)
    if not options.columns:
        return asked
    derived = derived_columns(policy, asked.derived, types, asked.jurisdictions)
    own = [found.name for column in derived for found in column.fields]
    columns = chosen_columns(schema_of(policy, asked).names, (*options.columns, *own, *options.partition_by))
    if options.fail_on is not None and not any(name.endswith(".may") for name in columns):
        raise UsageError("--fail-on looks at answers: add a column such as `*.may` to --columns")
    return replace(asked, columns=columns)


def _notes(options: Options, split: Split, asked: Asked, facts: str, seconds: float) -> RunNotes:
    rejected = split.left_out if options.keep_going else 0
    day = asked.as_of or split.held.tables.as_of or asked.today
    return RunNotes(facts, NAME, asked.as_of, day, asked.jurisdictions, rejected, seconds)


def _facts_fingerprint(split: Split) -> str:
    """That of what is held; with a stream, the SHA-256 of it and of the stream's files as they are on disk."""
    held = split.held.tables.fingerprint
    if not isinstance(split.source, tuple):
        return held
    return "sha256:" + hashlib.sha256(f"{held}\n{file_fingerprint(*split.source)}\n".encode()).hexdigest()


def _said(asked: Asked, options: Options, rows_per_batch: int) -> dict[str, str]:
    """The options that change the result, by what they are called."""
    return {
        "--as-of": str(asked.as_of or ""),
        "today": str(asked.today or ""),
        "--type": " ".join(asked.types),
        "--jurisdiction": " ".join(asked.jurisdictions),
        "--format": options.format,
        "--rules": options.shown_rules,
        "--column-names": options.shown_names,
        "--where": " and ".join(options.where),
        "--sample": str(options.sample),
        "--limit": str(options.limit or ""),
        "--columns": " ".join(options.columns),
        "--derived": " ".join(options.derived),
        "--partition-by": " ".join(options.partition_by),
        "--missing": str(asked.missing),
        "--keep-going": str(options.keep_going),
        "rows of a batch": str(rows_per_batch),  # what is done is counted in batches
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
        words = counted(rejected, "row was", "rows were")
        says = "says" if len(rejects) == 1 else "say"
        click.echo(f"{words} left out: {' and '.join(map(str, rejects))} {says} why", err=True)
    rows = sum(tally.rows.values())
    decided = ", ".join(f"{number:,} {type_}" for type_, number in tally.rows.items())
    click.echo(f"decided {decided or 'nothing'} in {seconds:.1f} s, {rows / seconds:,.0f} a second", err=True)
    files = [shown_address(options.out), *([bits_file(options.out)] if options.shown_rules == "bitmaps" else [])]
    if options.into is not None:
        files = [f"the table `{options.into}` of {files[0]}"]
    click.echo(f"written to {' and '.join(str(file) for file in files)}; {NOTICE}", err=True)
