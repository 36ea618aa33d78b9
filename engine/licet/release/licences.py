"""What licences that are held still carry: shipments in the order of their days, what is left, and their conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from licet.decide.decision import Decision, Finding
from licet.errors import UsageError
from licet.explain.words import show
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.strata import Strata
from licet.release import recorded
from licet.report import decision_json
from licet.report.decision_cells import said
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.unknown_values import F, T
from licet.values import Fact, Range, State

LICENCE, TRANSFER, CONDITION = "Licence", "Transfer", "LicenceCondition"
NEED, TOLD = "licensing", "condition_status"
_BALANCES = (("units", "total_units", "units_left"), ("value", "total_value", "value_left"))
_LATER = ("extended_until", "suspended_on", "revoked_on")
_DAYS = ("valid_from", "valid_until", *_LATER)


@dataclass(frozen=True, slots=True)
class HeldLicence:
    """A licence on a day: what is `left` of each balance, its shipments in the order of their days, its conditions.

    What is left is a number, not applicable where there is no balance, or absent.
    """

    id: str
    record: Record
    as_of: date
    left: Mapping[str, Fact]
    shipments: tuple[tuple[Record, Decision], ...]
    conditions: tuple[tuple[Record, Decision], ...]


def check_policy(policy: ir.Policy) -> None:
    """Errors: `UsageError` where these policies know of no licences, or count nothing of them."""
    terms = {name.name for name in Strata.of(policy).concluders if name.sort == "term" and name.entity == LICENCE}
    if not {left for _, _, left in _BALANCES} <= terms or NEED not in policy.decisions:
        raise UsageError(
            "licences are counted by `units_left` and `value_left`: no rule of these policies concludes them"
        )


def read(
    policy: ir.Policy,
    facts: Facts,
    licences: Sequence[Subject],
    day: date,
    decide: Callable[[Sequence[Subject]], Sequence[Decision]],
) -> list[HeldLicence]:
    """These licences, with the decisions about what names them."""
    world = Interpreter(policy, facts, day)
    under = {one: [_under(facts, type_, one.id) for type_ in (TRANSFER, CONDITION)] for one in licences}
    wanted = [subject for several in under.values() for some in several for subject in some]
    decided = {decision.subject: (facts.record(decision.subject), decision) for decision in decide(wanted)}
    return [
        HeldLicence(
            one.id,
            facts.record(one),
            day,
            {term: _left(world, one, term) for _, _, term in _BALANCES},
            *(tuple(decided[subject] for subject in some) for some in several),
        )
        for one, several in under.items()
    ]


def _under(facts: Facts, type_: str, licence: str) -> list[Subject]:
    """The records of a type that name a licence; shipments by day, then by name, as the law counts them."""
    found = recorded.saying(facts, type_, "licence", licence)
    return [Subject(type_, id_) for id_ in sorted(found, key=lambda id_: (_day(found[id_]), id_))]


def _day(record: Record) -> date:
    day = record.get("date")
    return day if isinstance(day, date) else date.max


def _left(world: Interpreter, licence: Subject, term: str) -> Fact:
    concluders = Strata.of(world.policy).concluders
    places = sorted({name.jurisdiction for name in concluders if name[:3] == ("term", LICENCE, term)})
    found = world.term(LICENCE, term, places[-1] or None, licence.id)
    certain = [value for value, truth in found.members.items() if truth is T]
    if certain:
        return certain[0]
    is_open = found.others is not F or any(truth is not F for truth in found.members.values())
    return State.ABSENT if is_open else State.NOT_APPLICABLE


# ---- for a program


def document(found: HeldLicence) -> dict[str, Any]:
    """A licence: its days, its balances, its shipments and its conditions."""
    record = found.record
    return {
        "licence": found.id,
        "number": recorded.plain(record.get("number")),
        "as_of": found.as_of.isoformat(),
        "items": recorded.plain(record.get("items")),
        **{name: recorded.plain(record.get(name)) for name in _DAYS},
        **{
            name: {"total": recorded.plain(record.get(total)), "left": recorded.plain(found.left[left])}
            for name, total, left in _BALANCES
        },
        "shipments": [
            {
                "id": shipment.subject.id,
                **{name: recorded.plain(its.get(name)) for name in ("date", "units", "value")},
                NEED: recorded.answer(shipment, NEED),
                "doubts": _doubts(shipment),
            }
            for its, shipment in found.shipments
        ],
        "conditions": [
            {
                "id": condition.subject.id,
                **{name: recorded.plain(its.get(name)) for name in ("text", "party")},
                TOLD: recorded.answer(condition, TOLD),
                "obligations": [decision_json.obligation(duty) for duty in condition.obligations],
            }
            for its, condition in found.conditions
        ],
    }


def _doubts(shipment: Decision) -> list[str]:
    return list(dict.fromkeys(_doubt(found) for found in shipment.doubts if found.of == shipment.subject))


def _doubt(found: Finding) -> str:
    return "; accepted: ".join(filter(None, (found.because, found.accepted)))


# ---- for a screen


def text(policy: ir.Policy, found: HeldLicence, width: int) -> str:
    """A licence in lines that fit the width."""
    return recorded.on_screen(_lines(policy, found), width)


def _lines(policy: ir.Policy, found: HeldLicence) -> Iterator[str]:
    record, fields = found.record, policy.entities[LICENCE].fields
    number, first, last = (recorded.shown(record, fields, name) for name in ("number", "valid_from", "valid_until"))
    items = f", {recorded.shown(record, fields, 'items')}" if isinstance(record.get("items"), str) else ""
    yield f"{found.id}: {number}{items}, {first} to {last}"
    for name in _LATER:
        if record.get(name) is not State.NOT_APPLICABLE:
            yield f"  {said(name)} {recorded.shown(record, fields, name)}"
    for name, total, left in _BALANCES:
        yield f"  {name}: {_balance(record.get(total), found.left[left], fields[left])}"
    yield "  shipments" if found.shipments else "  no shipment names it"
    fields = policy.entities[TRANSFER].fields
    for its, shipment in found.shipments:
        carried = ", ".join(_carried(its, fields))
        on, answer = recorded.shown(its, fields, "date"), recorded.answer_words(shipment, NEED)
        yield f"    {on} {shipment.subject.id}: {answer}{f' ({carried})' if carried else ''}"
        yield from (f"      doubtful: {because}" for because in _doubts(shipment))
    for its, condition in found.conditions:
        fields = policy.entities[CONDITION].fields
        asks, party = (recorded.shown(its, fields, name) for name in ("text", "party"))
        yield f"  condition {condition.subject.id}: {recorded.answer_words(condition, TOLD)}, {asks}, binds {party}"
        yield from (f"      {duty.status}: {duty.words}" for duty in condition.obligations)


def _balance(total: Fact, left: Fact, counted: ir.Field) -> str:
    if total is State.NOT_APPLICABLE:
        return "not limited"
    if left is State.NOT_APPLICABLE:
        return "not applicable, only commodities have a balance"
    of = "" if isinstance(total, State) else f" of {show(total, counted.type)}"
    return f"not known what is left{of}" if left is State.ABSENT else f"{show(left, counted.type)} left{of}"


def _carried(shipment: Record, fields: Mapping[str, ir.Field]) -> Iterator[str]:
    for name, unit in (("units", " units"), ("value", "")):
        if isinstance(shipment.get(name), int | Fraction | Range):
            yield f"{recorded.shown(shipment, fields, name)}{unit}"
