"""`licet watch --ahead`: what falls due in the next days, with facts and law as they are now."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from pathlib import Path

import click

from licet.cli.decide_over_time import check_calendar, write_calendar
from licet.cli.options import load_facts, today
from licet.cli.outputs import claimed_outputs
from licet.cli.screen import text_width
from licet.decide.ahead import ahead
from licet.decide.table.from_tables import NOTHING
from licet.errors import UsageError
from licet.loading.policy_files import load_policy
from licet.report import ahead_json, ahead_text
from licet.report.ahead_calendar import events_ahead
from licet.report.escapes import for_json

_WIDE = 80  # columns


def watch_ahead(
    facts: Path,
    policies: tuple[Path, ...],
    days: int,
    *,
    as_of: date | None,
    name: str | None,
    calendar: Path | None,
    with_names: bool,
    as_data: bool,
) -> bool:
    """Tells what falls due; whether anything does."""
    check_calendar(calendar)
    outputs = {"the calendar": calendar} if calendar is not None else {}
    with claimed_outputs(outputs, (facts,), policies) if outputs else nullcontext():
        policy = load_policy(policies)
        inventory = load_facts(policy, facts)
        first = as_of or inventory.as_of or today(policy, inventory, None)
        if days > (date.max - first).days:
            raise UsageError(f"there are no {days:,} days after {first}")
        found = ahead(policy, inventory, first, days, as_if=as_of is not None)
        if not found.subjects:
            raise UsageError(NOTHING)
        called = name or facts.resolve().stem
        if calendar is not None:
            write_calendar(events_ahead(policy, found, called, with_names=with_names), first, found.last, calendar)
        if as_data:
            click.echo(for_json(ahead_json.document(policy, found, called), indent=1))
        else:
            click.echo(ahead_text.render(policy, found, width=text_width(_WIDE)), nl=False)
    return bool(found)
