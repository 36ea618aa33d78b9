"""`licet explain --when`: the answers about one subject on each of some days."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path

from licet.cli.asked import CommandLine
from licet.cli.decide_over_time import check_days
from licet.cli.outputs import claimed_outputs, deliver
from licet.cli.subjects import find_asked
from licet.decide.steps import steps
from licet.errors import UsageError
from licet.report import steps_json, steps_text, steps_timeline
from licet.report.decisions import asked_format

_FORMATS = ("text", "json", "svg")


def explain_when(
    asked: CommandLine,
    subject: str,
    names: Sequence[str],
    days: tuple[date, date],
    format_: str | None,
    output: Path | None,
    *,
    width: int,
) -> None:
    """When which answer holds and why it changes: of all decisions about the subject, or of those that are named."""
    first, last = days
    check_days(first, last, asked.as_of, asked.engine_name)
    chosen = asked_format(format_, output, _FORMATS)
    with nullcontext() if output is None else claimed_outputs({"OUT": output}, [asked.facts], asked.policies):
        policy, facts = asked.load()
        one, known = find_asked(policy, facts, subject, names)
        found = steps(policy, facts, [one], first, last, asked.jurisdictions)
        if not known:
            told = found
        elif not (told := tuple(over for over in found if over.decision in known)):
            named = ", ".join(f"`{name}`" for name in names)
            raise UsageError(f"over time the answers to decisions are told, and {named} is none about {one}")
        if not told:
            raise UsageError(f"nothing is decided about `{one}`")
        match chosen:
            case "json":
                text = steps_json.render(policy, facts, told)
            case "svg":
                text = steps_timeline.render(policy, facts, told)
            case _:
                text = steps_text.render(policy, facts, told, width=width)
        deliver(text, output)
