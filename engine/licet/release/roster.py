"""Who may touch what: a person's rows of access, the state that it is in, and the releases that are on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from licet.decide.decision import Decision
from licet.errors import UsageError
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.release import recorded
from licet.report import decision_json
from licet.report.decision_cells import said
from licet.values import State

ACCESS, ROWS, TRANSFER, NEED = "access", "has_access", "Transfer", "licensing"
_NO_RELEASE = "no release on record"
_SAID = ("from", "until", "reviewed_on", "granted_by", "ground")


@dataclass(frozen=True, slots=True)
class AccessOf:
    """A person who has access: how it is decided, and each row with the releases of its model to the person."""

    person: Decision
    rows: tuple[tuple[Record, tuple[Decision, ...]], ...]


def holder(policy: ir.Policy) -> str:
    """The entity whose access is decided. Errors: `UsageError` where these policies know of none."""
    if ACCESS not in policy.decisions or ROWS not in policy.relations or NEED not in policy.decisions:
        raise UsageError(
            f"a roster is of rows of `{ROWS}`: these policies lack it, or decide no `{ACCESS}` or `{NEED}`"
        )
    return policy.decisions[ACCESS].entity


def read(
    facts: Facts, persons: Sequence[Subject], decide: Callable[[Sequence[Subject]], Sequence[Decision]]
) -> list[AccessOf]:
    """Those of these persons that have access."""
    rows = facts.relations.get(ROWS, ())
    places = facts.indexes.of(rows, ROWS, "person").exact
    found = {
        person: [(rows[place], tuple(_releases(facts, rows[place]))) for place in places[person.id]]
        for person in persons
        if person.id in places
    }
    releases = [release for held in found.values() for _, several in held for release in several]
    decided = {decision.subject: decision for decision in decide([*found, *releases])}
    return [
        AccessOf(decided[person], tuple((row, tuple(decided[one] for one in several)) for row, several in held))
        for person, held in found.items()
    ]


def _releases(facts: Facts, row: Record) -> Iterator[Subject]:
    """The releases of the row's model to its person that are on record."""
    for id_, transfer in recorded.saying(facts, TRANSFER, "recipient", str(row.get("person"))).items():
        if transfer.get("item") == row.get("model") and transfer.get("kind") == "release":
            yield Subject(TRANSFER, id_)


def text(found: AccessOf, width: int) -> str:
    """For a screen of a width: the state, each row with its releases, and what is owed."""
    return recorded.on_screen(_lines(found), width)


def _lines(found: AccessOf) -> Iterator[str]:
    person = found.person
    fields = person.settled.policy.relations[ROWS].parameters
    yield f"{person.subject.id}: {recorded.answer_words(person, ACCESS)} as of {person.as_of}"
    for row, releases in found.rows:
        model, level, place = (recorded.shown(row, fields, name) for name in ("model", "level", "place"))
        yield f"  {model}: {level} in {place}"
        for name in _SAID:
            if row.get(name) is not State.NOT_APPLICABLE:
                yield f"      {said(name)}: {recorded.shown(row, fields, name)}"
        for one in releases:
            by = ", ".join(recorded.rules(one, NEED))
            answer = recorded.answer_words(one, NEED)
            yield f"      {one.subject.id} of {one.as_of}: {answer}{f' ({by})' if by else ''}"
        if not releases:
            yield f"      {_NO_RELEASE}"
    yield f"  decided by: {', '.join(recorded.rules(person, ACCESS)) or 'no rule'}"
    yield from (f"  {duty.status}: {duty.words}" for duty in person.obligations)


def document(found: AccessOf) -> dict[str, Any]:
    """The same for a program."""
    person = found.person
    return {
        "person": person.subject.id,
        "as_of": str(person.as_of),
        "access": recorded.answer(person, ACCESS),
        "rules": recorded.rules(person, ACCESS),
        "rows": [
            {
                **{name: str(recorded.plain(fact)) for name, fact in row.facts.items()},
                "releases": [{"id": one.subject.id, NEED: recorded.answer(one, NEED)} for one in releases],
            }
            for row, releases in found.rows
        ],
        "obligations": [decision_json.obligation(duty) for duty in person.obligations],
    }
