"""Whose conclusions the rules about a row may read: found from references and joins, whatever is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from licet.facts.store import Opening
from licet.facts.tables import Table
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import term_values
from licet.ir.walk import Part, parts
from licet.run.columnar.distinct_evaluation import path_of
from licet.run.columnar.joins import MOST_PAIRS, of_members, pairs
from licet.run.columnar.row_batch import Binding, Frame, Rows, World
from licet.run.reference.formulas import thing_type


@dataclass(frozen=True, slots=True, eq=False)
class RowScope:
    """Variables over rows that are read for the sake of row `origin[i]` of the entity; without it, for that of all."""

    frame: Frame
    origin: Rows | None


Scopes = Mapping[str, RowScope]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Row `rows[i]` of the entity `reader` may read a conclusion about row `seen[i]` of `entity`; without `rows`, each
    row about all of `seen`.
    """

    reader: str
    rows: Rows | None
    entity: str
    seen: Rows
    node: n.Holds | n.TermOf | n.Outcome


class JoinReader:
    """Follows every reference and every join of rules."""

    def __init__(self, world: World, most_pairs: int = MOST_PAIRS) -> None:
        """Joins of more than so many pairs are not made: every row may look at every member then."""
        self.world = world
        self._most_pairs = most_pairs
        self.entity = ""  # whose rules are being read
        self.looks: list[Look] = []

    def rule(self, rule: ir.Rule) -> None:
        self.entity = rule.entity
        frame = undated(self.world, rule.variable, rule.entity)
        scopes = {rule.variable: RowScope(frame, np.arange(frame.length))}
        said = [effect.value for effect in term_values(rule.effects)]
        for part in said if rule.body is None else [rule.body, *said]:
            self.visit(part, scopes)

    def visit(self, node: Part, scopes: Scopes) -> None:
        match node:
            case n.Holds(subject=subject, entity=entity):
                self._look(node, entity, subject, scopes)
            case n.TermOf(base=subject) | n.Outcome(subject=subject):
                self._look(node, thing_type(subject), subject, scopes)
            case n.Some() | n.Every() | n.Aggregate():
                self._members(node, scopes)
                return
            case _:
                pass
        for part in parts(node):
            self.visit(part, scopes)

    def _members(self, node: n.Some | n.Every | n.Aggregate, scopes: Scopes) -> None:
        each = node.each
        inner = {name: scope for name, scope in scopes.items() if name != each.variable}
        if of_members(each):
            inner[each.variable] = self._joined(each, node.where, scopes)
        for part in parts(node):
            self.visit(part, scopes if part is each.members else inner)

    def _joined(self, each: n.Each, where: n.Formula | None, scopes: Scopes) -> RowScope:
        """Members with the rows that an equation of the filter gives them to; with every row if there is none.

        Those that records' own marks make possible are among them: of such a one a part may be known.
        """
        table, further = self.world.with_openings(each.name)
        for scope in scopes.values():
            found = pairs(each, where, table, scope.frame, self._most_pairs)
            if found is not None:
                parent, rows = found
                frame = scope.frame.take(parent).bind(each.variable, Binding(table, rows, further))
                return RowScope(frame, None if scope.origin is None else scope.origin[parent])
        return RowScope(_undated(self.world, each.variable, table, further), None)

    def _look(self, node: n.Holds | n.TermOf | n.Outcome, entity: str, subject: n.Operand, scopes: Scopes) -> None:
        """A conclusion about something resident is read."""
        path = path_of(subject, frozenset(scopes))
        if path is None:
            every = np.arange(self.world.table(entity).length)
            self.looks.append(Look(self.entity, None, entity, every, node))
            return
        scope = scopes[path[0]]
        rows = scope.frame.rows_at(*path, entity)
        known = rows >= 0
        origin = None if scope.origin is None else scope.origin[known]
        self.looks.append(Look(self.entity, origin, entity, rows[known], node))


def undated(world: World, variable: str, name: str) -> Frame:
    """Every row of a table, on no day."""
    return _undated(world, variable, world.table(name), ())


def _undated(world: World, variable: str, table: Table, further: Sequence[Opening]) -> Frame:
    none = np.zeros(table.length, np.int32)
    return Frame(world, {variable: Binding(table, None, further)}, table.length, (None,), none, none)
