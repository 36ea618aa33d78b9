"""`licet explain --vs`: two answers beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from licet.cli.asked import CommandLine
from licet.cli.outputs import claimed_outputs, deliver
from licet.cli.subjects import find_asked
from licet.decide.decision import Decision
from licet.decide.from_outcome import decidable
from licet.errors import UsageError
from licet.explain.comparison import comparison
from licet.explain.named import narrowed
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.names import normal
from licet.report import comparison_text
from licet.report.decisions import asked_format
from licet.report.escapes import for_json
from licet.suggest import did_you_mean
from licet.values import parse_date

_FORMATS = ("text", "json")


def explain_beside(
    asked: CommandLine,
    subject: str,
    names: Sequence[str],
    other: str,
    format_: str | None,
    output: Path | None,
    *,
    width: int,
) -> None:
    """The subject beside another one, itself on another day, or itself under another policy: all its decisions, or what
    is asked for by name.
    """
    chosen = asked_format(format_, output, _FORMATS)
    with nullcontext() if output is None else claimed_outputs({"OUT": output}, [asked.facts], asked.policies):
        found = comparison(*_both(asked, subject, names, other))
        if names and not found["parts"]:
            named = ", ".join(f"`{name}`" for name in names)
            raise UsageError(f"rules state {named} of one of the two, and not of both")
        text = for_json(found, indent=1) + "\n" if chosen == "json" else comparison_text.render(found, width=width)
        deliver(text, output)


def _both(asked: CommandLine, subject: str, names: Sequence[str], other: str) -> tuple[Decision, Decision]:
    policy, facts = asked.load()
    one, known = find_asked(policy, facts, subject, names)

    def decided(asked: CommandLine, policy: Policy, facts: Facts, subject: Subject) -> Decision:
        (found,) = asked.decide(policy, facts, [subject])
        return narrowed(found, known) if known else found

    mine = decided(asked, policy, facts, one)
    if facts.find(normal(other.rpartition(":")[2])):
        two, _ = find_asked(policy, facts, other, names)
        if one.type != two.type:
            raise UsageError(f"{one} and {two} are not compared: other decisions are about them")
        theirs = decided(asked, policy, facts, two)
    elif (day := parse_date(other)) is not None:
        theirs = decided(replace(asked, as_of=day), policy, facts, one)
    elif Path(other).exists():
        otherwise = replace(asked, policies=(Path(other),))
        policy, facts = otherwise.load()
        same, _ = find_asked(policy, facts, f"{one.type}:{one.id}", names)
        theirs = decided(otherwise, policy, facts, same)
    else:
        help_ = did_you_mean(other, (s.id for s in decidable(policy, facts)))
        raise UsageError(f"`{other}` is no subject, no day and no policy" + (f"; {help_}" if help_ else ""))
    return mine, theirs
