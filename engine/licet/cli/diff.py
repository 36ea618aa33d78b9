"""`licet diff`: what changed between two policies, and which answers of an inventory moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path

import click

from licet.changes.moves import InventoryMoves, moves_between
from licet.changes.responsible import DecidedInventory, decided_inventory, with_responsible
from licet.changes.sides import PolicyDiff, failures, policy_diff
from licet.changes.solver.solvers import are_there
from licet.cli.options import Day, Location, day_for_undated, inventory_options
from licet.cli.outputs import claimed_outputs, deliver
from licet.cli.screen import text_width
from licet.decide.table.from_tables import refuse, types_in
from licet.decide.table.streamed import split_to_decide
from licet.errors import FactsError, UsageError
from licet.ir.policy import Policy
from licet.loading.from_git import PREFIX, CommitPath, policy_of_commit
from licet.loading.policy_files import load_policy
from licet.report import diff_json, diff_markdown, diff_page, diff_text
from licet.report.decisions import asked_format
from licet.report.diff_outline import outline
from licet.report.escapes import for_json

_FORMATS = ("text", "json", "markdown", "html")
_NAMED = ("looser", "stricter", "any", "details", "open")
_OPEN = 3  # the exit code where it is not known whether there is what `--fail-on` names
_WIDE = 80  # columns


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--facts", type=Location(), metavar="FACTS", help="Decide this inventory by both.")
@inventory_options
@click.option("--as-of", type=Day(), help="The date that governs every decision.")
@click.option(
    "--fail-on",
    type=click.Choice(_NAMED),
    help="Exit code 1 if an answer can move so, or moved; 3 if that is not known.",
)
@click.option("--allow-open", is_flag=True, help="With --fail-on: 0 instead of 3.")
@click.option("--no-solvers", is_flag=True, help="Only search, also where the extra `analyse` is installed.")
@click.option("--format", "format_", type=click.Choice(_FORMATS), help="Default: by OUT's suffix, else text.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), metavar="OUT", help="Write here: .json, .md, .html or .txt."
)
@click.pass_context
def diff(
    ctx: click.Context,
    old: str,
    new: str,
    facts: Path | None,
    as_of: date | None,
    fail_on: str | None,
    allow_open: bool,
    no_solvers: bool,
    format_: str | None,
    output: Path | None,
) -> None:
    """What changed from the policy OLD to NEW: rules, lists, decisions, vocabulary.

    OLD and NEW are files or folders, or git:REF[:PATH] for what a commit has; without
    PATH it is the path of the other one. For each decision it says whether it can get
    looser or stricter: proved no, shown by a world, not found, or not encodable.

    Example: licet diff git:main policies --facts fixtures/frontier
    """
    chosen = asked_format(format_, output, _FORMATS)
    if allow_open and fail_on is None:
        raise UsageError("--allow-open says what --fail-on makes of what is not known; add --fail-on")
    if as_of is not None and facts is None:
        raise UsageError("--as-of is the day on which facts are decided; add --facts")
    given = [Path(name) for name in (old, new) if not name.startswith(PREFIX)]
    held = nullcontext() if output is None else claimed_outputs({"OUT": output}, [facts] if facts else [], given)
    with held, _loaded(old, new) as (was, old_ref), _loaded(new, old) as (now, new_ref):
        inventory = None if facts is None else _moves((was, now), facts, as_of)
        found = policy_diff(was, now, inventory, solvers=are_there() and not no_solvers)
        deliver(_written(found, chosen, (old_ref, new_ref)), output)
    if fail_on is not None:
        is_found, is_open = failures(found, fail_on)
        ctx.exit(1 if is_found else _OPEN if is_open and not allow_open else 0)


def _written(found: PolicyDiff, format_: str, refs: tuple[str, str]) -> str:
    match format_:
        case "json":
            return for_json(diff_json.document(found, refs), indent=1) + "\n"
        case "markdown":
            return diff_markdown.render(outline(found))
        case "html":
            return diff_page.render(outline(found), refs)
        case _:
            return diff_text.render(outline(found), width=text_width(_WIDE))


@contextmanager
def _loaded(name: str, other: str) -> Iterator[tuple[Policy, str]]:
    """The policy that a word names, and what it is called; of a commit with the commit."""
    if not name.startswith(PREFIX):
        yield load_policy([Path(name)]), name
        return
    asked = CommitPath.read(name, "." if other.startswith(PREFIX) else other)
    with policy_of_commit(asked) as (path, commit):
        yield load_policy([path]), f"{PREFIX}{asked.ref}@{commit}:{asked.path}"


def _moves(policies: tuple[Policy, Policy], facts: Path, as_of: date | None) -> InventoryMoves:
    """Both policies decide the inventory. Errors: `FactsError`, also where only one of them can read it."""
    if str(facts) == "-":
        raise UsageError("the inventory is read under both policies, and standard input only once: name a file")
    now = _decided(policies[1], facts, as_of)
    try:
        was = _decided(policies[0], facts, as_of)
    except FactsError:
        click.echo("NEW can read the inventory, OLD cannot:", err=True)
        raise
    return with_responsible(moves_between(policies, (was.table, now.table)), policies, (was, now))


def _decided(policy: Policy, facts: Path, as_of: date | None) -> DecidedInventory:
    """The answers, as `licet batch` finds them."""
    meta = click.get_current_context().meta
    split = split_to_decide(policy, [(facts, meta.get("licet.table"))], (), mapping=meta.get("licet.map"))
    if not split.held.usable:
        refuse(split)
    types = types_in(policy, split, ())
    today = day_for_undated(policy, types, as_of or split.held.tables.as_of)
    return decided_inventory(policy, split, types, as_of, today)
