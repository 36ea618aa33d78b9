"""What lists of records tell alike, on a screen and to a program: facts, answers, and the rules that decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from licet.decide.decision import Decision, Overall
from licet.errors import UsageError
from licet.explain.words import show
from licet.facts.store import Facts, Record
from licet.ir import policy as ir
from licet.ir.outcomes import outcomes_claimed
from licet.ir.types import Kind
from licet.report.decision_cells import between, overall_of
from licet.report.wrapped import hanging
from licet.values import Fact, Range, State


def on_screen(lines: Iterable[str], width: int) -> str:
    """Lines that fit the width; what goes on stands further in."""
    return "".join(f"{part}\n" for line in lines for part in hanging(line, width))


def saying(facts: Facts, type_: str, name: str, id_: str) -> dict[str, Record]:
    """The records of a type of which one fact names this, by their ids."""
    records = facts.entities.get(type_, {})
    index = facts.indexes.of(records, type_, name)
    return {one: records[one] for one in (index.ids[place] for place in index.exact.get(id_, ()))} if index.ids else {}


def shown(record: Record, fields: Mapping[str, ir.Field], name: str) -> str:
    """A fact in words, and a text as it is; of what the vocabulary has no field for nothing is known."""
    fact = record.get(name)
    if name not in fields:
        return "unknown"
    return fact if isinstance(fact, str) and fields[name].type.kind is Kind.TEXT else show(fact, fields[name].type)


def plain(fact: Fact) -> int | float | str:
    """A fact for a program: a number, a text as it is recorded, or the word of its state."""
    match fact:
        case State():
            return "unknown" if fact is State.ABSENT else fact.value
        case bool():
            return "yes" if fact else "no"
        case Range(low=low, high=high):
            ends = (end for end in (low, high) if end is not None)
            return ("at most " if low is None else "at least " if high is None else "") + " to ".join(map(str, ends))
        case Fraction():
            return float(fact)
        case int():
            return fact
        case frozenset():
            return ", ".join(sorted(map(str, fact)))
    return str(fact)


def answer(decision: Decision, name: str) -> dict[str, str]:
    """The least and the gravest that it may be. Errors: `UsageError` where no rule that is asked decides it."""
    found = _overall(decision, name)
    return {"must": found.must, "may": found.may}


def answer_words(decision: Decision, name: str) -> str:
    """The same in words: `in order to review due`. Errors: as `answer`."""
    found = _overall(decision, name)
    return between(found.must, found.may)


def _overall(decision: Decision, name: str) -> Overall:
    found = overall_of(decision, name)
    if found is None:
        raise UsageError(f"no rule of {', '.join(decision.asked_places)} decides `{name}`")
    return found


def rules(decision: Decision, name: str) -> list[str]:
    """What decides: the rules that hold or are open, and those that an exception takes away, with the exception."""
    deciding = outcomes_claimed(decision.settled.policy, name)
    lines = [line for one in decision.answers if one.decision == name for line in one.rules]
    return [
        f"{_short(line.id)} {line.status}{''.join(f' by {_short(e)}' for e in line.defeated_by)}"
        for line in lines
        if line.id in deciding and line.status in ("holds", "unknown", "defeated")
    ]


def _short(rule: str) -> str:
    return rule.rpartition(".")[2]
