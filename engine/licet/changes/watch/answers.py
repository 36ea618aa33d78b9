"""The answers of a result table, by subject and decision, as the reference gives them too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from licet.changes.moves import columns_compared
from licet.decide.steps import AnswerOnDay, Answers
from licet.decide.table.result_table import decisions_about
from licet.facts.store import Subject
from licet.ir import policy as ir
from licet.ir.outcomes import places_asked
from licet.run.reference.bounds import Bounds, overall

HOLDS = "rules.holds"


def columns_kept(policy: ir.Policy, types: Sequence[str]) -> tuple[str, ...]:
    """The columns of the result table that a snapshot keeps."""
    return (*columns_compared(policy, types), "as_of", HOLDS)


def how_many(table: pa.Table, policy: ir.Policy) -> int:
    """Of how many answers a table tells."""
    names = [f"{decision.name}.must" for decision in decisions_about(policy, list(policy.entities))]
    return sum(len(table) - table.column(name).null_count for name in names if name in table.column_names)


def answers_in(table: pa.Table, policy: ir.Policy) -> Mapping[tuple[Subject, str], Answers]:
    """Of each subject and each decision about it, in the order of the table."""
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    decisions = decisions_about(policy, list(policy.entities))
    places = {
        d.name: [p for p in places_asked(policy, d.name, ()) if f"{d.name}.{p}.must" in columns] for d in decisions
    }
    found = {}
    for row, (type_, id_) in enumerate(zip(columns["type"], columns["id"], strict=True)):
        for decision in decisions:
            if decision.entity == type_ and columns.get(f"{decision.name}.must", {row: None})[row] is not None:
                own = tuple(_answer(columns, row, decision, place) for place in places[decision.name])
                found[Subject(type_, id_), decision.name] = (_overall(decision, own), *own)
    return found


def _answer(columns: Mapping[str, Sequence[Any]], row: int, decision: ir.Decision, place: str) -> AnswerOnDay:
    def cell(part: str) -> Any:
        return columns[f"{decision.name}.{place}.{part}"][row]

    enforced = cell("enforced_must"), cell("enforced_may")
    details = tuple(cell("details") or ()), tuple(cell("possible_details") or ())
    return AnswerOnDay(place, cell("must"), cell("may"), enforced, *details)


def _overall(decision: ir.Decision, answers: Sequence[AnswerOnDay]) -> AnswerOnDay:
    """The gravest over jurisdictions, also as it is enforced."""
    chain = decision.outcomes

    def gravest(ends: Sequence[tuple[str, str]]) -> tuple[str, str]:
        found = overall(Bounds(chain.index(must), chain.index(may)) for must, may in ends)
        return chain[found.must], chain[found.may]

    must, may = gravest([(one.must, one.may) for one in answers])
    return AnswerOnDay(None, must, may, gravest([one.enforced for one in answers]))
