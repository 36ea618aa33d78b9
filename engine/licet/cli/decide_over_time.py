"""`licet decide --from --to`: the answers as if on each of some days."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

from licet.cli.deciding import DOCUMENTS, Options, checked_policy
from licet.cli.options import load_facts, note_undecided, typed
from licet.cli.outputs import claimed_outputs, deliver
from licet.cli.screen import text_width
from licet.decide.asked_for import check_concluded
from licet.decide.from_outcome import decidable
from licet.decide.steps import OverTime, steps
from licet.decide.table.from_tables import NOTHING
from licet.errors import UsageError
from licet.ir.policy import Policy
from licet.report import steps_calendar, steps_json, steps_text, steps_timeline
from licet.report.steps_calendar import CalendarEvent

_WIDE = 110  # columns
_ENGINES = ("auto", "reference")


def decide_over_time(
    options: Options,
    first: date | None,
    last: date | None,
    calendar: Path | None,
    timeline: Path | None,
    *,
    with_names: bool,
) -> int:
    """Decides what is asked for on each day; returns the exit code."""
    first, last = _checked(options, first, last, calendar, timeline)
    facts = (options.facts, *options.further)
    drawn = {"the calendar": calendar, "the timeline": timeline}
    outputs = {**options.outputs, **{name: file for name, file in drawn.items() if file is not None}}
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
        command = shlex.join(("licet", *typed(), "--all"))
        match options.format:
            case "json":
                text = steps_json.render(policy, inventory, found)
            case "jsonl":
                text = steps_json.render_lines(policy, inventory, found)
            case _:
                width = text_width(_WIDE)
                text = steps_text.render(policy, inventory, found, width=width, every=options.every, command=command)
        if calendar is not None:
            # of an inventory by the name of its file or folder
            events = steps_calendar.events_of(policy, found, options.facts.resolve().stem, with_names=with_names)
            write_calendar(events, first, last, calendar)
        if timeline is not None:
            deliver(steps_timeline.render(policy, inventory, found, every=options.every, command=command), timeline)
        deliver(text, options.output)
    return 1 if options.fail_on is not None and _may_be(policy, found, options.fail_on) else 0


def _checked(
    options: Options, first: date | None, last: date | None, calendar: Path | None, timeline: Path | None
) -> tuple[date, date]:
    """The days, if they can be asked for with these options."""
    if first is None or last is None:
        raise UsageError("--from and --to go together: the first and the last day")
    check_days(first, last, options.as_of, options.engine_name)
    if options.format not in DOCUMENTS:
        raise UsageError(f"answers over time are written as {', '.join(DOCUMENTS)}, not as {options.format}")
    check_calendar(calendar)
    check_drawing(timeline)
    return first, last


def check_days(first: date, last: date, as_of: date | None, engine_name: str) -> None:
    """Errors: `UsageError` where answers are asked for on other days too, or no engine goes through these."""
    if last < first:
        raise UsageError(f"the last day, {last}, lies before the first, {first}")
    if as_of is not None:
        raise UsageError(
            "--as-of asks for one day, and a first and a last day for each of several; leave one of them out"
        )
    if engine_name not in _ENGINES:
        raise UsageError(f"days are gone through by the engine `reference`; leave out `--engine {engine_name}`")


def write_calendar(events: Iterable[CalendarEvent], first: date, last: date, calendar: Path) -> None:
    """Anew, or mended where it is there."""
    before = calendar.read_bytes().decode(errors="replace") if calendar.exists() else ""
    deliver(steps_calendar.render(events, first, last, before=before, today=datetime.now(UTC)), calendar)


def check_calendar(calendar: Path | None) -> None:
    """Errors: `UsageError` where its name is that of something else."""
    if calendar is not None and calendar.suffix.lower() != ".ics":
        raise UsageError(f"`{calendar}` is no calendar by its name; name it .ics")


def check_drawing(timeline: Path | None) -> None:
    """Errors: `UsageError` where its name is that of something else."""
    if timeline is not None and timeline.suffix.lower() != ".svg":
        raise UsageError(f"`{timeline}` is no drawing by its name; name it .svg")


def _may_be(policy: Policy, found: tuple[OverTime, ...], outcome: str) -> bool:
    """Whether some decision may on some day reach the outcome, or one beyond it."""
    steps_ = ((one.decision, step) for one in found for step in one.steps)
    return any(policy.decisions[name].reaches(step.answers[0].may, outcome) for name, step in steps_)
