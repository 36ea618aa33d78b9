"""`licet check`: findings in policies, or in an inventory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from licet.cli.options import Day, Location, day_for_undated, inventory_options, policy_option, read_inventory
from licet.cli.screen import echo_findings, text_width
from licet.decide.checked_facts import by_day, checked_facts
from licet.decide.encoded import encoded
from licet.decide.overdue_law import with_overdue
from licet.diagnostics import Diagnostic, Edit
from licet.errors import UsageError
from licet.facts.cells.blank_columns import blank_columns
from licet.facts.inventory.look_alikes import look_alikes
from licet.facts.inventory.mended_sheets import mended_sheets
from licet.facts.inventory.unread_values import unread_values
from licet.facts.tables import Tables
from licet.ir.policy import Policy
from licet.loading.policy_files import check_files, load_policy
from licet.report import coverage_of_law as coverage_of_law_report
from licet.report.diagnostics import FORMATS
from licet.report.diagnostics_full import summary
from licet.trials.conflicts import with_conflicts
from licet.values import counted

_LOOKED_THROUGH = 1 << 22  # bytes of a file in which cells to be mended are counted without `--fix`
_WIDE, _WIDE_FILE = 160, 120  # columns of a table on a terminal, and elsewhere


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--facts", type=Location(), metavar="FACTS", help="Check an inventory, without deciding.")
@policy_option
@inventory_options
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="full", help="How findings are printed.")
@click.option("--coverage-of-law", is_flag=True, help="Print what of the law is encoded, provision by provision.")
@click.option("--as-of", type=Day(), help="The day on which law is overdue to be read again. Default: today.")
@click.option(
    "--fix", is_flag=True, help="Write the fixes that are safe, also in CSV files of FACTS, then check again."
)
@click.option("--quiet", is_flag=True, help="Print findings only.")
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[Path, ...],
    policies: tuple[Path, ...],
    facts: Path | None,
    format_: str,
    coverage_of_law: bool,
    as_of: date | None,
    fix: bool,
    quiet: bool,
) -> None:
    """Check policies: syntax, names, types, units, dates, defeat and strata.

    Without a PATH the shipped library is checked. Exit code 1 if there are errors
    or warnings; style findings are advice.

    Example: licet check my-policies/ --format concise
    """
    paths = (*paths, *policies)
    if coverage_of_law:
        if facts is not None or fix or format_ not in ("full", "json"):
            raise UsageError("`--coverage-of-law` goes with `--format json` only: it checks no facts and mends nothing")
        click.echo(_coverage_of_law(paths, as_json=format_ == "json"), nl=False)
        return
    if as_of is not None and facts is not None:
        raise UsageError("--as-of is of law that is to be read again; an inventory is checked by its own days")
    mapped = ctx.meta.get("licet.map") is not None
    if facts is None:
        checked = check_files(paths, whole=True)
        while fix and (fixed := _write_fixes(checked.diagnostics)):
            if not quiet:
                click.echo(f"{fixed} fixed", err=True)
            checked = check_files(paths, whole=True)
        today = as_of or date.today()  # noqa: DTZ011 - the user's own calendar day
        found = with_overdue(checked, with_conflicts(checked), today)
        what = f"{counted(len(checked.policy.rules), 'rule')} in {counted(len(checked.policy.modules), 'module')}"
    else:
        policy = load_policy(paths)
        if fix and mapped:
            raise UsageError("--fix mends sheets that are called and headed as the vocabulary says: none with --map")
        if fix and (mended := _write_mended(policy, facts)) and not quiet:
            click.echo(f"{mended} mended", err=True)
        found, what = _in_inventory(policy, facts)
    if found or format_ in ("json", "sarif", "junit"):
        show = echo_findings if format_ in ("full", "concise") else click.echo
        show(FORMATS[format_](found), nl=False)
    if not quiet:
        click.echo(f"{what}: {summary(found)}", err=True)
        if facts is not None and not fix and not mapped and any(d.code == "F005" for d in found):
            _tell_mendable(policy, facts)
    failed = any(d.severity != "style" for d in found)
    if facts is None and not checked.policy.rules and not any(d.severity == "error" for d in found):
        raise UsageError(f"nothing was checked: there is no rule in {', '.join(f'`{path}`' for path in paths)}")
    ctx.exit(1 if failed else 0)


def _in_inventory(policy: Policy, facts: Path) -> tuple[tuple[Diagnostic, ...], str]:
    """What is found in an inventory, and how many records it has."""
    reading = read_inventory(policy, facts)
    found = reading.diagnostics
    if reading.usable:
        found += (
            *unread_values(reading.tables, policy, reading.places),
            *blank_columns(reading.tables, policy, reading.places),
            *look_alikes(reading.tables, reading.places),
            *checked_facts(reading.tables, policy, reading.places, _today(policy, reading.tables)),
        )
    tables = (*reading.tables.entities.values(), *reading.tables.relations.values())
    return found, counted(sum(t.length for t in tables), "record")


def _today(policy: Policy, tables: Tables) -> date:
    """For what is checked and has no day of its own; said aloud where a check depends on it."""
    return day_for_undated(policy, [entity for entity in by_day(policy) if entity in tables.entities], tables.as_of)


def _coverage_of_law(paths: tuple[Path, ...], *, as_json: bool) -> str:
    policy = load_policy(paths)
    found = encoded(policy)
    if not found:
        known = (name for module in policy.modules.values() for name in module.authorities)
        raise UsageError(
            "no `coverage of` any authority is declared in these policies; "
            f"add `coverage of {next(known, 'ACT')} as read ...`"
        )
    if as_json:
        return coverage_of_law_report.render_json(found)
    return coverage_of_law_report.render(found, width=text_width(_WIDE, _WIDE_FILE))


def _write_mended(policy: Policy, facts: Path) -> str:
    """Mends the cells of sheets that can mean one thing only; how many in what."""
    mended = [*mended_sheets(facts, policy)]
    for sheet in mended:
        sheet.file.write_bytes(sheet.text.encode("utf-8"))
    cells = counted(sum(sheet.cells for sheet in mended), "cell")
    return f"{cells} in {counted(len(mended), 'file')}" if mended else ""


def _tell_mendable(policy: Policy, facts: Path) -> None:
    cells = sum(sheet.cells for sheet in mended_sheets(facts, policy, _LOOKED_THROUGH))
    if cells:
        click.echo(f"`--fix` mends {counted(cells, 'cell')} that can mean one thing only", err=True)


def _write_fixes(diagnostics: Iterable[Diagnostic]) -> int:
    """Applies every fix, the last place of a file first; two that touch each other wait for the next round.

    Sheets are left alone: what was parsed of them is not what stands in the file.
    """
    edits: dict[str, list[Edit]] = {}
    for diagnostic in diagnostics:
        for edit in diagnostic.fix:
            if not edit.span.source.cells:
                edits.setdefault(edit.span.source.name, []).append(edit)
    written = 0
    for name, found in edits.items():
        text, before = found[0].span.source.text, len(found[0].span.source.text) + 1
        for edit in sorted(found, key=lambda e: -e.span.start):
            if edit.span.end < before:
                text = text[: edit.span.start] + edit.text + text[edit.span.end :]
                before = edit.span.start
                written += 1
        Path(name).write_text(text, encoding="utf-8")
    return written
