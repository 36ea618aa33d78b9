"""Who may touch what: a person's rows of access, the state that it is in, and the releases that are on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from licet.decide.decision import Decision
from licet.errors import UsageError
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.outcomes import outcomes_claimed
from licet.report.wrapped import hanging
from licet.values import Fact, State

ACCESS, ROWS, TRANSFER, NEED = "access", "has_access", "Transfer", "licensing"
_NO_RELEASE = "no release on record"
_SAID = ("from", "until", "reviewed_on", "granted_by", "ground")


def holder(policy: ir.Policy) -> str:
    """The entity whose access is decided. Errors: `UsageError` where these policies know of none."""
    if ACCESS not in policy.decisions or ROWS not in policy.relations or NEED not in policy.decisions:
        raise UsageError(
            f"a roster is of rows of `{ROWS}`: these policies lack it, or decide no `{ACCESS}` or `{NEED}`"
        )
    return policy.decisions[ACCESS].entity


def to_decide(facts: Facts, persons: Sequence[Subject]) -> list[Subject]:
    """The persons that have access, and the releases to them of what they have it to."""
    having = {str(row.get("person")) for row in facts.relations.get(ROWS, ())}
    found = [person for person in persons if person.id in having]
    return found + [Subject(TRANSFER, id_) for person in found for row in _rows(facts, person)
                    for id_ in _releases(facts, row)]  # fmt: skip


def text(person: Decision, facts: Facts, decided: Mapping[Subject, Decision], width: int) -> str:
    """For a screen of a width: the state, each row with its releases, and what is owed."""
    lines = [f"{person.subject.id}: {_answer(person, ACCESS)} as of {person.as_of}"]
    for row in _rows(facts, person.subject):
        lines.append(f"  {_said(row.get('model'))}: {_said(row.get('level'))} in {_said(row.get('place'))}")
        lines += [
            f"      {name}: {_said(row.get(name))}" for name in _SAID if row.get(name) is not State.NOT_APPLICABLE
        ]
        releases = [decided[Subject(TRANSFER, id_)] for id_ in _releases(facts, row)]
        lines += [f"      {d.subject.id} of {d.as_of}: {_answer(d, NEED)}{_by(d, NEED)}" for d in releases]
        lines += [] if releases else [f"      {_NO_RELEASE}"]
    lines.append(f"  decided by: {', '.join(_rules(person, ACCESS)) or 'no rule'}")
    lines += [f"  {duty.status}: {duty.bearer} {duty.modal} {duty.act}" for duty in person.obligations]
    return "".join(f"{part}\n" for line in lines for part in hanging(line, width))


def document(person: Decision, facts: Facts, decided: Mapping[Subject, Decision]) -> dict[str, Any]:
    """The same for a program."""
    return {
        "person": person.subject.id,
        "as_of": str(person.as_of),
        "access": _range(person, ACCESS),
        "rules": _rules(person, ACCESS),
        "rows": [
            {
                **{name: _said(fact) for name, fact in row.facts.items()},
                "releases": [
                    {"id": id_, NEED: _range(decided[Subject(TRANSFER, id_)], NEED)} for id_ in _releases(facts, row)
                ],
            }
            for row in _rows(facts, person.subject)
        ],
        "obligations": [{"rule": d.rule, "status": d.status, "act": d.act} for d in person.obligations],
    }


def _rows(facts: Facts, person: Subject) -> list[Record]:
    return [row for row in facts.relations.get(ROWS, ()) if row.get("person") == person.id]


def _releases(facts: Facts, row: Record) -> Iterator[str]:
    """The releases of the row's model to its person that are on record."""
    for id_, transfer in facts.entities.get(TRANSFER, {}).items():
        same = transfer.get("recipient") == row.get("person") and transfer.get("item") == row.get("model")
        if same and transfer.get("kind") == "release":
            yield id_


def _range(decision: Decision, name: str) -> dict[str, str]:
    overall = next(o for o in decision.overall if o.decision == name)
    return {"must": overall.must, "may": overall.may}


def _answer(decision: Decision, name: str) -> str:
    must, may = _range(decision, name).values()
    return _said(must if must == may else f"{must} to {may}")


def _by(decision: Decision, name: str) -> str:
    rules = _rules(decision, name)
    return f" ({', '.join(rules)})" if rules else ""


def _rules(decision: Decision, name: str) -> list[str]:
    """What decides: the rules that hold or are open, and those that an exception takes away, with the exception."""
    deciding = outcomes_claimed(decision.settled.policy, name)
    lines = [line for answer in decision.answers if answer.decision == name for line in answer.rules]
    return [
        f"{_short(line.id)} {line.status}{''.join(f' by {_short(e)}' for e in line.defeated_by)}"
        for line in lines
        if line.id in deciding and line.status in ("holds", "unknown", "defeated")
    ]


def _short(rule: str) -> str:
    return rule.rsplit(".", 1)[-1]


def _said(fact: Fact | date | str) -> str:
    if isinstance(fact, State):
        return "unknown" if fact is State.ABSENT else fact.value
    return str(fact).replace("_", " ")
