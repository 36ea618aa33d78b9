"""The checks of a policy over a whole inventory: F021 for what cannot be, F022 for what hardly can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Protocol

import numpy as np

from licet.decide.checks import accepting, checks_of, found_in
from licet.decide.table.batches import days_of
from licet.diagnostics import Diagnostic, Span
from licet.facts.concatenate import as_coded
from licet.facts.tables import Table, Tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_identity
from licet.ir.types import DOUBTS, Kind
from licet.ir.walk import walk
from licet.run.columnar.batch import Batches
from licet.run.columnar.distinct_evaluation import path_of
from licet.run.columnar.row_batch import Path
from licet.run.reference.settled import reads_conclusions
from licet.suggest import did_you_mean
from licet.values import State

_MOST = 20  # records of one check that are told one by one
_CODES = {"impossible": "F021", "doubtful": "F022"}


class FactPlaces(Protocol):
    """Where facts stand."""

    def of(self, name: str, row: int, field: str) -> Span: ...


def checked_facts(
    tables: Tables, policy: ir.Policy, places: FactPlaces, today: date | None = None
) -> Iterator[Diagnostic]:
    """A finding for each record that some check is surely true of, and for each doubt accepted that nobody has.

    `impossible` is an error, `doubtful` a warning; one that the record accepts is advice. `today` governs what has no
    day of its own, in an inventory without one.
    """
    entities = [name for name in tables.entities if checks_of(policy, name)]
    batches = Batches(policy, tables) if entities else None
    for entity in entities:
        assert batches is not None
        table = tables.entities[entity]
        yield from _unknown_doubts(policy, table, places)
        days = days_of(policy, table, None, tables.as_of or today)
        frame, vector = batches.rows(entity, table, None, days, enforced_only=False)
        for name, truths in found_in(policy, entity, vector, frame, accepted_too=True).items():
            check = policy.checks[name]
            accepts = accepting(check, frame)
            for is_accepted in (False, True):
                rows = np.flatnonzero(truths & (accepts if is_accepted else ~accepts)).tolist()
                yield from (_finding(check, tables, row, places) for row in rows[:_MOST])
                if len(rows) > _MOST:
                    yield _more(check, len(rows) - _MOST, is_accepted=is_accepted)


def by_day(policy: ir.Policy) -> list[str]:
    """The entities with a check that depends on the day, by itself or by what rules conclude."""
    dated = (n.AsOf, n.ListNamed, n.ParameterNamed)
    return [
        check.entity
        for check in policy.checks.values()
        if reads_conclusions(check.body) or any(isinstance(part, dated) for part in walk(check.body))
    ]


def _more(check: ir.Check, number: int, *, is_accepted: bool) -> Diagnostic:
    told = "accepted" if is_accepted else "recorded"
    words = f"and {number:,} more {check.entity} of which {check.verdict} facts are {told}, by `{check.name}`"
    return Diagnostic(_CODES[check.verdict], words, severity=_severity(check, is_accepted=is_accepted))


def _severity(check: ir.Check, *, is_accepted: bool) -> Any:
    return "error" if check.verdict == "impossible" else "style" if is_accepted else "warning"


def _finding(check: ir.Check, tables: Tables, row: int, places: FactPlaces) -> Diagnostic:
    table = tables.entities[check.entity]
    id_ = table.id_list[row]
    reason = _reason(check, table, row)
    first, *others = _facts(check, tables, row, places) or [(places.of(check.entity, row, "id"), "")]
    help_ = f"mend the facts; `licet rule {check.name}` says what cannot be" if check.verdict == "impossible" else ""
    if check.verdict == "doubtful" and not reason:
        help_ = f"mend the facts or, if it is so, say why: `{ir.ACCEPTED}: {{{check.name}: ...}}`"
        help_ += f", in a cell `{check.name}: ...`"
    return Diagnostic(
        _CODES[check.verdict],
        f"{check.entity} `{id_}` is {check.verdict}: {check.because}",
        first[0],
        label=first[1],
        others=tuple(others),
        help=help_,
        notes=(f"accepted: {reason}",) if reason else (),
        severity=_severity(check, is_accepted=bool(reason)),
    )


def _reason(check: ir.Check, table: Table, row: int) -> str:
    """Why a doubt is accepted; what is impossible cannot be."""
    return ir.accepted(_fact(table, row, ir.ACCEPTED), check.name) if check.verdict == "doubtful" else ""


def _facts(check: ir.Check, tables: Tables, row: int, places: FactPlaces) -> list[tuple[Span, str]]:
    """Where the recorded facts stand that the check reads along paths from its record."""
    found: dict[tuple[str, int, str], tuple[Span, str]] = {}
    for path in _paths(check):
        owner, at = check.entity, row
        for step, type_ in path:
            table = tables.entities.get(owner)
            fact = State.ABSENT if table is None else _fact(table, at, step)
            if isinstance(fact, State) or table is None:
                break
            label = (
                ""
                if owner == check.entity and at == row
                else f"{step.replace('_', ' ')} of {owner} {table.id_list[at]}"
            )
            found.setdefault((owner, at, step), (places.of(owner, at, step), label))
            next_ = tables.entities.get(type_)
            if next_ is None or not isinstance(fact, str) or fact not in next_.rows_by_id:
                break
            owner, at = type_, next_.rows_by_id[fact]
    return list(found.values())


@by_identity
def _paths(check: ir.Check) -> Sequence[tuple[tuple[str, str], ...]]:
    """The fields that lead to each fact that a check reads of its record, each with the entity that it refers to."""
    found: dict[Path, tuple[tuple[str, str], ...]] = {}
    for node in walk(check.body):
        path = path_of(node, frozenset({check.variable}))
        if path is not None and path[1] and path[1][-1] != "id":
            found[path[1]] = tuple(_steps(node))
    return [steps for path, steps in found.items() if not any(p != path and p[: len(path)] == path for p in found)]


def _steps(node: object) -> list[tuple[str, str]]:
    if not isinstance(node, n.FieldOf):
        return []
    return [*_steps(node.base), (node.name, node.type.name if node.type.kind is Kind.ENTITY else "")]


def _fact(table: Table, row: int, field: str) -> object:
    column = table.columns.get(field)
    return State.ABSENT if column is None else column.fact(row)


def _unknown_doubts(policy: ir.Policy, table: Table, places: FactPlaces) -> Iterator[Diagnostic]:
    """What is accepted and no check doubts."""
    if ir.ACCEPTED not in table.columns or policy.entities[table.name].fields[ir.ACCEPTED].type != DOUBTS:
        return
    known = [check.name for check in checks_of(policy, table.name) if check.verdict == "doubtful"]
    column = as_coded(table.columns[ir.ACCEPTED])
    of_codes: dict[str, list[int]] = {}
    for code, fact in enumerate(column.facts):
        for text in fact if isinstance(fact, frozenset) else ():
            of_codes.setdefault(text.partition(":")[0].strip(), []).append(code)
    for name in sorted(of_codes.keys() - known):
        rows = np.flatnonzero(np.isin(column.codes, of_codes[name]))
        if len(rows):
            cannot = name in policy.checks and policy.checks[name].verdict == "impossible"
            help_ = "what is impossible cannot be accepted" if cannot else did_you_mean(name, known)
            several = f", in {len(rows):,} records" if len(rows) > 1 else ""
            span = places.of(table.name, int(rows[0]), ir.ACCEPTED)
            yield Diagnostic("F005", f"no check doubts `{name}` of {table.name}{several}", span, help=help_)
