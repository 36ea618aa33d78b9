"""`licet decide --from --to`: the answers as if on each of some days."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

from licet.cli.deciding import DOCUMENTS, Options, checked_policy
from licet.cli.options import load_facts, note_undecided, typed
from licet.cli.outputs import claimed_outputs, deliver, text_width
from licet.decide.asked_for import check_concluded
from licet.decide.from_outcome import decidable
from licet.decide.steps import OverTime, steps
from licet.decide.table.from_tables import NOTHING
from licet.errors import UsageError
from licet.ir.policy import Policy
from licet.report import steps_calendar, steps_json, steps_text
from licet.report.steps_calendar import CalendarEvent

_WIDE = 110  # columns
_ENGINES = ("auto", "reference")


def decide_over_time(
    options: Options, first: date | None, last: date | None, calendar: Path | None, *, with_names: bool
) -> int:
    """Decides what is asked for on each day; returns the exit code."""
    if first is None or last is None:
        raise UsageError("--from and --to go together: the first and the last day")
    if last < first:
        raise UsageError(f"the last day, {last}, lies before the first, {first}")
    if options.as_of is not None:
        raise UsageError("--as-of asks for one day, --from and --to for each of several; leave one of them out")
    if options.engine_name not in _ENGINES:
        raise UsageError(f"days are gone through by the engine `reference`; leave out `--engine {options.engine_name}`")
    if options.format not in DOCUMENTS:
        raise UsageError(f"answers over time are written as {', '.join(DOCUMENTS)}, not as {options.format}")
    check_calendar(calendar)
    facts = (options.facts, *options.further)
    outputs = {**options.outputs, **({"the calendar": calendar} if calendar is not None else {})}
    with claimed_outputs(outputs, facts, options.policies) if outputs else nullcontext():
        policy = checked_policy(options)
        inventory = load_facts(policy, *facts)
        wanted = [s for s in decidable(policy, inventory) if not options.types or s.type in options.types]
        types = dict.fromkeys(subject.type for subject in wanted)
        check_concluded(policy, types, options.jurisdictions)
        found = steps(policy, inventory, wanted, first, last, options.jurisdictions)
        if not found:
            raise UsageError(NOTHING)
        note_undecided(policy, types, options.jurisdictions)
        match options.format:
            case "json":
                text = steps_json.render(policy, inventory, found)
            case "jsonl":
                text = steps_json.render_lines(policy, inventory, found)
            case _:
                command = shlex.join(("licet", *typed(), "--all"))
                width = text_width(_WIDE)
                text = steps_text.render(policy, inventory, found, width=width, every=options.every, command=command)
        if calendar is not None:
            # of an inventory by the name of its file or folder
            events = steps_calendar.events_of(policy, found, options.facts.resolve().stem, with_names=with_names)
            write_calendar(events, first, last, calendar)
        deliver(text, options.output)
    return 1 if options.fail_on is not None and _may_be(policy, found, options.fail_on) else 0


def write_calendar(events: Iterable[CalendarEvent], first: date, last: date, calendar: Path) -> None:
    """Anew, or mended where it is there."""
    before = calendar.read_bytes().decode(errors="replace") if calendar.exists() else ""
    deliver(steps_calendar.render(events, first, last, before=before, today=datetime.now(UTC)), calendar)


def check_calendar(calendar: Path | None) -> None:
    """Errors: `UsageError` where its name is that of something else."""
    if calendar is not None and calendar.suffix.lower() != ".ics":
        raise UsageError(f"`{calendar}` is no calendar by its name; name it .ics")


def _may_be(policy: Policy, found: tuple[OverTime, ...], outcome: str) -> bool:
    """Whether some decision may on some day reach the outcome, or one beyond it."""
    steps_ = ((one.decision, step) for one in found for step in one.steps)
    return any(policy.decisions[name].reaches(step.answers[0].may, outcome) for name, step in steps_)
