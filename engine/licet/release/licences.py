"""What licences that are held still carry: shipments in the order of their days, what is left, and their conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from licet.decide.decision import Decision, Finding
from licet.errors import UsageError
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.strata import Strata
from licet.report.wrapped import hanging
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.unknown_values import F, T
from licet.values import Fact, Range, State

LICENCE, TRANSFER, CONDITION = "Licence", "Transfer", "LicenceCondition"
NEED, TOLD = "licensing", "condition_status"
_BALANCES = (("units", "total_units", "units_left"), ("value", "total_value", "value_left"))
_DAYS = ("valid_from", "valid_until", "extended_until", "suspended_on", "revoked_on")
_MONEY = {"value": " USD", "units": ""}
_LAST = date.max.isoformat()


def check_policy(policy: ir.Policy) -> None:
    """Errors: `UsageError` where these policies know of no licences, or count nothing of them."""
    terms = {name.name for name in Strata.of(policy).concluders if name.sort == "term" and name.entity == LICENCE}
    if not {left for _, _, left in _BALANCES} <= terms or NEED not in policy.decisions:
        raise UsageError(
            "licences are counted by `units_left` and `value_left`: no rule of these policies concludes them"
        )


def to_decide(facts: Facts, licences: Sequence[Subject]) -> list[Subject]:
    """The shipments under licences, and the conditions of these."""
    ids = [licence.id for licence in licences]
    return [Subject(type_, one) for type_ in (TRANSFER, CONDITION) for id_ in ids for one in _under(facts, type_, id_)]


def document(
    policy: ir.Policy, facts: Facts, licence: Subject, day: date | None, decided: Mapping[Subject, Decision]
) -> dict[str, Any]:
    """A licence: its days, its balances, its shipments in the order of their days, and its conditions."""
    record = facts.record(licence)
    shipments = [decided[Subject(TRANSFER, id_)] for id_ in _under(facts, TRANSFER, licence.id)]
    conditions = [decided[Subject(CONDITION, id_)] for id_ in _under(facts, CONDITION, licence.id)]
    return {
        "licence": licence.id,
        "number": _plain(record.get("number")),
        "as_of": None if day is None else day.isoformat(),
        "items": _plain(record.get("items")),
        **{name: _plain(record.get(name)) for name in _DAYS},
        **{name: _balance(policy, facts, licence, day, total, left) for name, total, left in _BALANCES},
        "shipments": [_shipment(facts, one) for one in shipments],
        "conditions": [_condition(facts, one) for one in conditions],
    }


def _balance(
    policy: ir.Policy, facts: Facts, licence: Subject, day: date | None, total: str, left: str
) -> dict[str, Any]:
    """What is licensed and what is left: each a number, `not applicable` or `unknown`."""
    return {
        "total": _plain(facts.record(licence).get(total)),
        "left": _left(Interpreter(policy, facts, day), licence, left),
    }


def _left(world: Interpreter, licence: Subject, term: str) -> Any:
    concluders = Strata.of(world.policy).concluders
    places = sorted({name.jurisdiction for name in concluders if name[:3] == ("term", LICENCE, term)})
    found = world.term(LICENCE, term, places[-1] or None, licence.id)
    certain = [value for value, truth in found.members.items() if truth is T]
    if certain:
        return _plain(certain[0])
    is_open = found.others is not F or any(truth is not F for truth in found.members.values())
    return State.ABSENT.value if is_open else State.NOT_APPLICABLE.value


def _shipment(facts: Facts, shipment: Decision) -> dict[str, Any]:
    record = facts.record(shipment.subject)
    need = next(o for o in shipment.overall if o.decision == NEED)
    return {
        "id": shipment.subject.id,
        "date": _plain(record.get("date")),
        "units": _plain(record.get("units")),
        "value": _plain(record.get("value")),
        NEED: {"must": need.must, "may": need.may},
        "doubts": list(dict.fromkeys(_doubt(found) for found in shipment.doubts if found.of == shipment.subject)),
    }


def _doubt(found: Finding) -> str:
    return "; accepted: ".join(filter(None, (found.because, found.accepted)))


def _condition(facts: Facts, condition: Decision) -> dict[str, Any]:
    record = facts.record(condition.subject)
    told = next(o for o in condition.overall if o.decision == TOLD)
    duties = [
        f"{d.bearer} {d.modal} {d.act}" + (f" by {d.deadline}" if d.deadline else "") for d in condition.obligations
    ]
    return {
        "id": condition.subject.id,
        "text": _plain(record.get("text")),
        "party": _plain(record.get("party")),
        TOLD: {"must": told.must, "may": told.may},
        "obligations": duties,
    }


def _under(facts: Facts, type_: str, licence: str) -> list[str]:
    """The records of a type that name a licence; shipments by day, then by name, as the law counts them."""
    found = [(id_, record) for id_, record in facts.entities.get(type_, {}).items() if record.get("licence") == licence]
    return [id_ for id_, record in sorted(found, key=lambda one: (_day(one[1]), one[0]))]


def _day(record: Record) -> str:
    day = record.get("date")
    return day.isoformat() if isinstance(day, date) else _LAST


# ---- for a screen


def text(found: Mapping[str, Any], width: int) -> str:
    """A licence in lines that fit the width."""
    return "".join(f"{part}\n" for line in _lines(found) for part in hanging(line, width))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    until = f"{found['valid_from']} to {found['valid_until']}"
    items = "" if found["items"] in (State.NOT_APPLICABLE.value, State.ABSENT.value) else f", {found['items']}"
    yield f"{found['licence']}: {found['number']}{items}, {until}"
    for name in ("extended_until", "suspended_on", "revoked_on"):
        if found[name] != State.NOT_APPLICABLE.value:
            yield f"  {name.replace('_', ' ')} {found[name]}"
    for name, _, _ in _BALANCES:
        total, left = found[name]["total"], found[name]["left"]
        if total == State.NOT_APPLICABLE.value:
            yield f"  {name}: not limited"
        elif left == State.NOT_APPLICABLE.value:
            yield f"  {name}: not applicable, only commodities have a balance"
        else:
            said = "not known what is left" if left == State.ABSENT.value else f"{_number(left)}{_MONEY[name]} left"
            yield f"  {name}: {said} of {_number(total)}{_MONEY[name]}"
    yield "  shipments" if found["shipments"] else "  no shipment names it"
    for one in found["shipments"]:
        carried = ", ".join(
            f"{_number(one[name])}{_MONEY[name] or ' units'}" for name in ("units", "value") if _is_number(one[name])
        )
        yield f"    {one['date']} {one['id']}: {_between(one[NEED])}{f' ({carried})' if carried else ''}"
        yield from (f"      doubtful: {because}" for because in one["doubts"])
    for one in found["conditions"]:
        yield f"  condition {one['id']}: {_between(one[TOLD])}, {one['text']}, binds {one['party']}"
        yield from (f"      due: {duty}" for duty in one["obligations"])


def _between(answer: Mapping[str, str]) -> str:
    must, may = (answer[end].replace("_", " ") for end in ("must", "may"))
    return must if must == may else f"{must} to {may}"


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _number(found: Any) -> str:
    return f"{found:,}" if _is_number(found) else str(found)


def _plain(fact: Fact) -> Any:
    """A fact as JSON has it: a number, a text, or the word of its state."""
    if isinstance(fact, State):
        return "unknown" if fact is State.ABSENT else fact.value
    if isinstance(fact, Fraction):
        return float(fact)
    if isinstance(fact, int):
        return fact
    if isinstance(fact, Range):
        return f"{fact.low} to {fact.high}"
    return str(fact)
