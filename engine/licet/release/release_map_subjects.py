"""The models and destinations of a release map, as its page shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from licet.explain.prove import source_text
from licet.explain.words import show
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.places import PLACES, REGIONS
from licet.ir.types import Kind
from licet.release.grid import Grid
from licet.release.grid_vocabulary import MODEL, PARTY
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.unknown_values import F, T
from licet.values import Fact, Number, Range, State

Json = dict[str, Any]
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_EXPONENT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e(\d{1,3})(?![\w.])")


def model(policy: ir.Policy, facts: Facts, id_: str, classified: Mapping[str, list[int]]) -> Json:
    """A model with what is recorded of it, and the rules that classify it by status."""
    record = facts.record(Subject(MODEL, id_))
    name, developer = record.get("name"), record.get("developer")
    compute = record.get("training_compute")
    return {
        "id": id_,
        "name": name if isinstance(name, str) else id_,
        "developer": _name_of(facts, developer) if isinstance(developer, str) else "",
        "compute": _short(compute),
        "facts": list(_recorded(policy, record)),
        **classified,
    }


def _name_of(facts: Facts, party: str) -> str:
    record = facts.entities.get(PARTY, {}).get(party)
    name = record.get("name") if record is not None else State.ABSENT
    return name if isinstance(name, str) else party


def _recorded(policy: ir.Policy, record: Record) -> Iterator[tuple[str, str, str]]:
    """What is recorded of a model: phrase, value, source."""
    for field in policy.entities[MODEL].fields.values():
        fact = record.get(field.name)
        if field.derived or field.name in ("name", "developer") or (fact is State.ABSENT and not field.absent):
            continue
        text = fact if isinstance(fact, str) and field.type.kind is Kind.TEXT else powers(show(fact, field.type))
        yield field.phrase, text, source_text(record.provenance.get(field.name))


def _short(compute: Fact) -> str:
    match compute:
        case bool() | str() | date() | State() | frozenset():
            return "?"
        case Range(low=low, high=high):
            return f"{_bound(low)}–{_bound(high)}"
        case _:
            return _digits(compute)


def _bound(bound: Number | date | None) -> str:
    return "?" if bound is None or isinstance(bound, date) else _digits(bound)


def _digits(number: Number) -> str:
    """Three digits, rounded down: what is shown never reaches a line that the number does not reach."""
    whole = int(number)
    power = len(str(whole)) - 1
    if whole < 10**6:
        return f"{whole:,}"
    first = str(whole)[:3]
    decimals = first[1:].rstrip("0")
    digits = f"{first[0]}{'.' + decimals if decimals else ''}"
    return _power(digits, str(power))


def _power(digits: str, power: str) -> str:
    """As people write it: `5×10²⁶`, and `10²⁶` alone."""
    return f"{'' if digits == '1' else f'{digits}×'}10{power.translate(_RAISED)}"


def powers(text: str) -> str:
    """A text in which numbers such as `5e26` stand as people write them."""
    return _EXPONENT.sub(lambda found: _power(found[1], found[2]), text)


def rank_by_compute(facts: Facts, ids: Sequence[str], described: Sequence[Json]) -> None:
    """Adds to each model its place by exact training compute, most first; what is not known comes last."""
    known: list[tuple[Fraction, int]] = []
    for place, id_ in enumerate(ids):
        compute = facts.record(Subject(MODEL, id_)).get("training_compute")
        low = compute.low if isinstance(compute, Range) else compute
        if isinstance(low, int | Fraction) and not isinstance(low, bool):
            known.append((-Fraction(low), place))
    for model in described:
        model["byCompute"] = len(known)
    for rank, (_, place) in enumerate(sorted(known)):
        described[place]["byCompute"] = rank


def lists(policy: ir.Policy, facts: Facts, grid: Grid) -> Iterator[tuple[str, list[str]]]:
    """Each destination with the dated lists of countries it stands on that day."""
    formulas = Interpreter(policy, facts, grid.as_of).formulas
    of_countries = [found for found in policy.lists.values() if found.type.kind is Kind.COUNTRY]
    for code in grid.destinations:
        said = []
        for dated in of_countries:
            truth = formulas.listed(dated, code)
            if truth is not F:
                said.append(dated.phrase if truth is T else f"perhaps {dated.phrase}: the list does not cover that day")
        yield code, said


def destination(code: str, on: list[str]) -> Json:
    """A destination with its name, the place of its region in `REGIONS`, and the lists that it is on."""
    place = PLACES[code]
    return {"code": code, "name": place.name, "region": REGIONS.index(place.region), "lists": on}
