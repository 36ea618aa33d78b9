"""`licet watch`: what happened to the answers of an inventory since the last run, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from licet import __version__
from licet.changes.watch.answers import how_many
from licet.changes.watch.events import is_named
from licet.changes.watch.kept_facts import InventoryFiles
from licet.changes.watch.run import RunBesideLast, WatchRun, begun, compared
from licet.changes.watch.snapshots import LATEST, Snapshots
from licet.cli.options import Day, Location, inventory_options, policy_option, today
from licet.cli.screen import text_width
from licet.cli.watch_ahead import watch_ahead
from licet.errors import UsageError
from licet.loading.policy_files import load_policy
from licet.report import watch_json, watch_text
from licet.report.claims import locked
from licet.report.escapes import for_json

_FORMATS = ("text", "json")
_NAMED = ("looser", "stricter", "any", "details", "open", "reopened")
_DUE = "due"
_UNVERIFIED = 3  # the exit code where a cause could not be verified
_WIDE = 80  # columns
_MEMORY = 365  # days


@click.command()
@click.argument("facts", type=Location())
@click.option(
    "--snapshot",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the answers of each run are kept; made where it is not there.",
)
@policy_option
@inventory_options
@click.option("--as-of", type=Day(), help="The date that governs every decision.")
@click.option("--inventory", "name", metavar="NAME", help="What the inventory is called. Default: as FACTS is.")
@click.option(
    "--memory",
    type=click.IntRange(min=0),
    default=_MEMORY,
    metavar="DAYS",
    help=f"How long an answer that comes back counts as reopened. Default: {_MEMORY}.",
)
@click.option("--reasons", is_flag=True, help="Tell also of answers that are the same by other rules.")
@click.option("--full", is_flag=True, help="Decide everything again, by the engine of `licet batch`.")
@click.option("--no-facts", is_flag=True, help="Keep no facts, only whether each record changed.")
@click.option(
    "--ahead",
    type=click.IntRange(min=1),
    metavar="DAYS",
    help="Instead: what falls due in the next days. Compares nothing and keeps nothing.",
)
@click.option(
    "--calendar",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --ahead: also write a calendar (.ics) of it, or mend the one that is there.",
)
@click.option("--names", "with_names", is_flag=True, help="With --calendar: name the records, instead of their types.")
@click.option("--fail-on", type=click.Choice((*_NAMED, _DUE)), help="Exit code 1 if this happened, or falls due.")
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="text", help="Default: text.")
@click.pass_context
def watch(
    ctx: click.Context,
    facts: Path,
    folder: Path | None,
    policies: tuple[Path, ...],
    as_of: date | None,
    name: str | None,
    memory: int,
    reasons: bool,
    full: bool,
    no_facts: bool,
    ahead: int | None,
    calendar: Path | None,
    with_names: bool,
    fail_on: str | None,
    format_: str,
) -> None:
    """What happened to the answers about FACTS since the last run, and why.

    Every answer is compared with the last snapshot in DIR, and kept as the next one;
    a subject is decided again unless nothing changed that its answers read. For each
    answer that is another it says what has to be undone to bring the first one back:
    facts, rules, lists, or a day that has come. Exit code 3 if some cause could not
    be verified.

    With --ahead it looks forward instead: answers that turn by the clock alone,
    planned subjects whose day comes, deadlines of duties, days on which a recorded
    fact, a rule or a list begins or ends, and law that is to be read again.

    Example: licet watch fixtures/frontier --snapshot .licet --as-of 2026-06-12
    """
    _check_kind(folder, ahead, calendar, fail_on, with_names=with_names)
    if ahead is not None:
        given: dict[str, Any] = {"as_of": as_of, "name": name, "calendar": calendar, "with_names": with_names}
        anything = watch_ahead(facts, policies, ahead, as_data=format_ == "json", **given)
        ctx.exit(int(anything and fail_on == _DUE))
    assert folder is not None
    with _held(folder, facts) as home:
        last = home.last()
        run = replace(_run(facts, policies, as_of, name), last=last, is_full=full, keeps_facts=not no_facts)
        found = None if last is None else compared(run, home, last, memory=memory, reasons=reasons)
        new, digest = begun(run, home, last, keep_facts=not no_facts)
        count, width = how_many(run.answers, run.policy), text_width(_WIDE)
        if format_ == "json":
            told = watch_json.document(run, found, (new.number, digest), count)
            click.echo(for_json(told, indent=1))
        elif found is None:
            click.echo(watch_text.first_run(count, width=width), nl=False)
        else:
            again = run.rows.decided, len(run.answers)
            click.echo(watch_text.render(found, count, again, width=width), nl=False)
        new.finish()  # what is not told yet is told again
        if format_ == "text":
            click.echo(watch_text.kept(f"snapshot {new.number} in `{folder}`", width=width), nl=False)
    if found is not None:
        ctx.exit(_exit_code(found, fail_on))


def _check_kind(
    folder: Path | None, ahead: int | None, calendar: Path | None, fail_on: str | None, *, with_names: bool
) -> None:
    """Errors: `UsageError` where it is asked about what was and what comes at once, or about neither."""
    if (folder is None) == (ahead is None):
        raise UsageError("--snapshot DIR compares with what was, --ahead DAYS looks at what comes: name one of the two")
    if ahead is None and (calendar is not None or fail_on == _DUE):
        raise UsageError("--calendar and --fail-on due are of what comes; name --ahead DAYS")
    if ahead is not None and fail_on not in (None, _DUE):
        raise UsageError(f"with --ahead nothing is compared: --fail-on {fail_on} is of what happened since a snapshot")
    if with_names and calendar is None:
        raise UsageError("--names is of a calendar; add --calendar FILE")


def _exit_code(found: RunBesideLast, fail_on: str | None) -> int:
    if fail_on is not None and any(is_named(event, fail_on) for event in found.events):
        return 1
    return _UNVERIFIED if found.has_faults else 0


@contextmanager
def _held(folder: Path, facts: Path) -> Iterator[Snapshots]:
    """The folder, which no other run writes to; what a killed run left of it goes.

    Errors: `UsageError` where it would be read as a part of the inventory.
    """
    inside = facts.is_dir() and folder.resolve().is_relative_to(facts.resolve())
    below = folder.resolve().relative_to(facts.resolve()).parts if inside else ()
    if inside and not any(part.startswith(".") for part in below):
        raise UsageError(
            f"`{folder}` lies in `{facts}` and would be read as facts; name a folder elsewhere, or `.licet`"
        )
    folder.mkdir(exist_ok=True)
    with locked(folder / LATEST):
        home = Snapshots(folder)
        home.remove_leftovers()
        yield home


def _run(facts: Path, policies: tuple[Path, ...], as_of: date | None, name: str | None) -> WatchRun:
    meta = click.get_current_context().meta
    policy = load_policy(policies)
    files = InventoryFiles.of(facts, policy, table=meta.get("licet.table"), mapping=meta.get("licet.map"))
    reading = files.read(policy)
    day = as_of or reading.facts.as_of or today(policy, reading.facts, None)
    called = name or facts.resolve().name
    return WatchRun(policy, policies, files, reading, day, as_of is not None, called, __version__)
