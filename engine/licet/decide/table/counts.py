"""What is counted over the batches of an inventory: outcomes, missing facts, rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide.table.rule_bits import count
from licet.ir import policy as ir
from licet.run.columnar.batch import Statuses, Verdicts

Pair = tuple[str, str]
_COUNTED = ("outcomes", "missing", "rules", "conflicts", "rests", "contradicted", "checks")


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of rows: by type; by decision and its least and most severe outcome; by what is missing, an entity's or
    relation's fact; by rule, `holds` and `unknown`; by what rules contradict each other about (type, term, values,
    rules); by what is taken as complete or was not read, `assumptions` and `unverified`; `contradicted`, by type; by
    check, `contradictions` and `doubts`.
    """

    rows: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    missing: Counter[Pair] = field(default_factory=Counter)
    rules: Counter[Pair] = field(default_factory=Counter)
    conflicts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    rests: Counter[Pair] = field(default_factory=Counter)
    contradicted: Counter[tuple[str]] = field(default_factory=Counter)
    checks: Counter[Pair] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        for name in ("rows", *_COUNTED):
            getattr(self, name).update(getattr(other, name))

    def reaches(self, policy: ir.Policy, outcome: str) -> bool:
        """Whether some decision may reach an outcome, or one beyond it."""
        return any(policy.decisions[decision].reaches(may, outcome) for decision, _, may in self.outcomes)

    def document(self) -> dict[str, Any]:
        """For a file of JSON; `tally_from_document` reads it."""
        counted = {name: [[*key, number] for key, number in getattr(self, name).items()] for name in _COUNTED}
        return {"rows": dict(self.rows), **counted}


def tally_from_document(document: Mapping[str, Any]) -> Tally:
    pairs = (document[name] for name in _COUNTED)
    return Tally(Counter(document["rows"]), *(Counter({tuple(key): number for *key, number in p}) for p in pairs))


def tally_of(policy: ir.Policy, type_: str, verdicts: Verdicts, rows: pa.RecordBatch) -> Tally:
    """The counts of one batch, all rows of which are of one type: of the columns that there are, and of rules."""
    found = Tally()
    length, names = rows.num_rows, frozenset(rows.schema.names)
    if length:
        found.rows[type_] += length
    for decision in policy.decisions.values():
        ends = {f"{decision.name}.must", f"{decision.name}.may"}
        if ends <= names and rows[f"{decision.name}.must"].null_count < length:
            _count_outcomes(rows, decision, found.outcomes)
    if "missing" in names:
        _count_missing(rows["missing"], found.missing)
    if "conflicts" in names:
        _count_conflicts(rows["conflicts"], type_, found)
    counted = [(name, found.rests) for name in ("assumptions", "unverified")]
    for name, into in (*counted, *((name, found.checks) for name in ("contradictions", "doubts"))):
        if name not in names:
            continue
        said = rows[name].flatten()
        for code, number in enumerate(np.bincount(said.indices.to_numpy(), minlength=len(said.dictionary)).tolist()):
            if number:
                into[name, said.dictionary[code].as_py()] += number
    for rule, statuses in verdicts.statuses.items():
        for status, number in zip(("holds", "unknown"), _counts(verdicts, rule, statuses), strict=True):
            if number:
                found.rules[rule, status] += number
    return found


def _counts(verdicts: Verdicts, rule: str, statuses: Statuses) -> tuple[int, int]:
    if verdicts.counts is not None:
        return verdicts.counts[rule]
    length = verdicts.frame.length
    return count(statuses.holds, length), count(statuses.unknown, length)


def _count_outcomes(rows: pa.RecordBatch, decision: ir.Decision, into: Counter[tuple[str, str, str]]) -> None:
    must, may = (rows[f"{decision.name}.{end}"] for end in ("must", "may"))
    size = len(must.dictionary)
    codes = must.indices.to_numpy() * size + may.indices.to_numpy()
    for code in np.flatnonzero(numbers := np.bincount(codes)).tolist():
        key = decision.name, must.dictionary[code // size].as_py(), may.dictionary[code % size].as_py()
        into[key] += int(numbers[code])


def _count_missing(column: pa.Array, into: Counter[Pair]) -> None:
    """Each fact of a type once a row, of however many records it is missing there; each rule or list by its name."""
    if column.null_count == len(column):
        return
    rows, members = pc.list_parent_indices(column), column.flatten()
    types = members.field("type")
    named = pc.binary_join_element_wise(types, members.field("id"), " ")
    types = pc.if_else(pc.equal(members.field("kind"), "law"), named, types)
    table = pa.table({"row": rows, "type": types, "fact": members.field("fact")})
    once = table.group_by(["row", "type", "fact"]).aggregate([])
    for found in once.group_by(["type", "fact"]).aggregate([([], "count_all")]).to_pylist():
        into[found["type"], found["fact"]] += found["count_all"]


def _count_conflicts(column: pa.Array, type_: str, into: Tally) -> None:
    """Rows, and each conflict by what it is about and by its rules, whatever thing it is about."""
    members = column.flatten()
    if not len(members):
        return
    into.contradicted[(type_,)] += int(pc.sum(pc.greater(column.value_lengths(), 0)).as_py())
    parts = {name: members.field(name) for name in ("type", "term")}
    parts |= {name: pc.binary_join(members.field(name), " and ") for name in ("values", "rules")}
    names = list(parts)
    for found in pa.table(parts).group_by(names).aggregate([([], "count_all")]).to_pylist():
        into.conflicts[tuple(found[name] for name in names)] += found["count_all"]


def most(counter: Mapping[Any, int], number: int) -> list[tuple[Any, int]]:
    """The most frequent, then by name."""
    items: Iterable[tuple[Any, int]] = counter.items()
    return sorted(items, key=lambda item: (-item[1], item[0]))[:number]
