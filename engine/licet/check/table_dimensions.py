"""The columns of a decision table as dimensions: columns of one fact are one, and cells are classes of its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from licet.check.context import describe, type_of
from licet.check.table_classes import Classes, NamedValues, Ordered, Tested, bounds_of, written
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.countries import CODES
from licet.ir.strata import never_negative
from licet.ir.types import BOOLEAN, DATE, DAYS, Kind
from licet.ir.walk import walk
from licet.syntax import tree as t

Lists = Mapping[str, ir.DatedList]
Cells = Sequence[n.Formula]
_MOST_TESTS = 10  # of one reference


class NotAnalysedError(Exception):
    """A column whose values are not parted into classes, and why."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head as written, and what it asks about."""

    head: t.Operand
    operand: n.Operand


@dataclass(slots=True)
class Dimension:
    """One fact: the places of the columns that ask about it, and the cells of each row that say something of it."""

    operand: n.Operand
    columns: tuple[int, ...]
    cells: Sequence[Cells]
    classes: Classes
    lists: Lists  # those that its cells name
    _masks: Sequence[int] | None = field(default=None, init=False)

    @property
    def days(self) -> frozenset[date]:
        """The days from which the day of the decision is in another class."""
        if not isinstance(self.operand, n.AsOf):
            return frozenset()
        found = {c.value for row in self.cells for cell in row for atom in _atoms(cell) for c in _constants(atom)}
        after = {day + timedelta(days=1) for day in found if isinstance(day, date) and day < date.max}
        return frozenset(day for day in found | after if isinstance(day, date))

    def whole(self, day: date) -> int:
        """Every class; of the day of the decision the one that it is in."""
        if isinstance(self.operand, n.AsOf) and isinstance(self.classes, Ordered):
            return self.classes.holding(day)
        return self.classes.whole

    def masks(self, day: date) -> Sequence[int]:
        """The classes in which each row holds on a day."""
        if self._masks is not None:
            return self._masks
        members = {name: self._members(dated, day) for name, dated in self.lists.items()}
        whole = self.whole(day)
        found = [reduce(and_, (self._mask(cell, members) for cell in row), whole) for row in self.cells]
        if not self.lists and not isinstance(self.operand, n.AsOf):
            self._masks = found
        return found

    def said(self, classes: int) -> tuple[str, ...]:
        """As `Classes.said`."""
        return self.classes.said(classes)

    def _members(self, dated: ir.DatedList, day: date) -> int:
        return self.classes.list_holds(dated.name, dated.on(day)) if isinstance(self.classes, NamedValues) else 0

    def _mask(self, formula: n.Formula, members: Mapping[str, int]) -> int:
        match formula:
            case n.AllOf(parts=inner):
                return reduce(and_, (self._mask(part, members) for part in inner), self.classes.whole)
            case n.AnyOf(parts=inner):
                return reduce(or_, (self._mask(part, members) for part in inner), 0)
            case _ if isinstance(self.classes, Tested):
                condition, holds = _test(formula, self.operand)
                return self.classes.where("=" if holds else "!=", condition)
            case n.Compare(operator=operator, right=n.Known(value=value)):
                return self.classes.where(operator, value)
            case n.Member(collection=collection, negated=negated):
                items = collection.items if isinstance(collection, n.SetOf) else (collection,)
                found = reduce(or_, (self._item(item, members) for item in items), 0)
                return self.classes.whole & ~found if negated else found
            case _:
                raise AssertionError(formula)  # `_classes` has refused it

    def _item(self, item: n.Operand, members: Mapping[str, int]) -> int:
        if isinstance(item, n.ListNamed):
            return members[item.name]
        assert isinstance(item, n.Known)
        return self.classes.where("=", item.value)


def dimensions(columns: Sequence[Column], rows: Sequence[Sequence[n.Formula | None]], lists: Lists) -> list[Dimension]:
    """The facts that some cell asks about. Raises NotAnalysedError for what is not parted into classes."""
    places: dict[n.Operand, list[int]] = {}
    for i, column in enumerate(columns):
        if any(row[i] is not None for row in rows):
            places.setdefault(column.operand, []).append(i)
    _independent(columns, places)
    read = [
        _dimension(
            columns[found[0]],
            found,
            [[cell for i in found if (cell := row[i]) is not None] for row in rows],
            lists,
        )
        for found in places.values()
    ]
    for dimension in read:
        for fact in dimension.classes.facts if isinstance(dimension.classes, Tested) else ():
            if fact in places and fact != dimension.operand:
                one, two = columns[dimension.columns[0]].head.span.said, columns[places[fact][0]].head.span.said
                raise NotAnalysedError(f"`{one}` and `{two}` depend on each other")
    return read


def _dimension(column: Column, places: Sequence[int], cells: Sequence[Cells], lists: Lists) -> Dimension:
    atoms = [atom for row in cells for cell in row for atom in _atoms(cell)]
    if type_of(column.operand).kind is Kind.ENTITY:
        return Dimension(column.operand, tuple(places), cells, _tests(column, atoms), {})
    for number, row in enumerate(cells, 1):
        if not all(_is_plain(atom, column.operand) for cell in row for atom in _atoms(cell)):
            what = "is compared with something else than written values and lists"
            raise NotAnalysedError(f"`{column.head.span.said}` in row {number} {what}")
    named = {
        part.name: lists[part.name] for atom in atoms for part in _collected(atom) if isinstance(part, n.ListNamed)
    }
    constants = [constant for atom in atoms for constant in _constants(atom)]
    return Dimension(column.operand, tuple(places), cells, _classes(column, constants, named), named)


def _atoms(cell: n.Formula) -> Iterator[n.Formula]:
    """The comparisons that a cell is made of."""
    if isinstance(cell, n.AllOf | n.AnyOf):
        for part in cell.parts:
            yield from _atoms(part)
    else:
        yield cell


def _collected(atom: n.Formula) -> tuple[n.Operand, ...]:
    """What a membership lists, and what is written on the right of a comparison."""
    match atom:
        case n.Member(collection=n.SetOf(items=items)):
            return items
        case n.Member(collection=collection):
            return (collection,)
        case n.Compare(right=right):
            return (right,)
        case _:
            return ()


def _constants(atom: n.Formula) -> Iterator[n.Known]:
    yield from (part for part in _collected(atom) if isinstance(part, n.Known))


def _is_plain(atom: n.Formula, head: n.Operand) -> bool:
    """Whether an atom compares the column with written values and lists."""
    asks = (isinstance(atom, n.Compare) and atom.left == head) or (isinstance(atom, n.Member) and atom.item == head)
    found = _collected(atom)
    return asks and all(isinstance(p, n.Known | n.ListNamed) and type_of(p).kind is not Kind.DURATION for p in found)


def _classes(column: Column, constants: Sequence[n.Known], lists: Lists) -> Classes:
    operand, type_ = column.operand, type_of(column.operand)
    if lists and type_.kind not in (Kind.COUNTRY, Kind.TEXT, Kind.CODE):
        raise NotAnalysedError(f"`{column.head.span.said}` is compared with a list of {describe(type_)}")
    match type_.kind:
        case Kind.NUMBER | Kind.QUANTITY | Kind.PERCENT | Kind.DATE:
            low, high = bounds_of(type_)
            low = low if never_negative(operand) else None
            counts = isinstance(operand, n.Aggregate) and operand.kind == "count"
            whole = counts or type_.kind is Kind.DATE or _counts_time(operand)
            return Ordered(written(constants), 0 if counts else low, high, whole=whole)
        case Kind.BOOLEAN:
            return NamedValues({True: "yes", False: "no"}, others=False, few=True)
        case Kind.ENUMERATION:
            return NamedValues({type_.value_named(value): value for value in type_.values}, others=False, few=True)
        case Kind.COUNTRY:
            return NamedValues({code: code for code in sorted(CODES)}, others=False, groups=tuple(lists))
        case Kind.TEXT | Kind.CODE:
            names: dict[Any, str] = dict(written(constants))
            for dated in lists.values():
                names |= {m.member: f'"{m.member}"' for m in dated.members if m.member not in names}
            return NamedValues(names, others=True, groups=tuple(lists))
        case _:
            raise NotAnalysedError(f"`{column.head.span.said}` is {describe(type_)}")


def _counts_time(operand: n.Operand) -> bool:
    """Whether it is a whole number of days, a year, a quarter or a month."""
    if isinstance(operand, n.Arithmetic):
        return operand.type == DAYS and type_of(operand.left) == DATE
    return isinstance(operand, n.Call) and operand.function in ("year", "quarter", "month")


# ---- references


def _tests(column: Column, atoms: Sequence[n.Formula]) -> Tested:
    """The conditions that cells ask of the thing that a column leads to."""
    names: dict[n.Formula, str] = {}
    for atom in atoms:
        condition, _ = _test(atom, column.operand)
        names.setdefault(condition, _name(condition))
    if len(names) > _MOST_TESTS:
        raise NotAnalysedError(f"`{column.head.span.said}` is asked {len(names)} different things")
    return Tested(tuple(names), tuple(names.values()))


def _test(atom: n.Formula, head: n.Operand) -> tuple[n.Formula, bool]:
    """The condition of an atom without its negation, and whether it is to hold."""
    match atom:
        case n.Holds(subject=subject, negated=negated) if subject == head:
            return replace(atom, negated=False), not negated
        case n.Compare(operator="=", left=n.FieldOf(base=base), right=n.Known(value=bool() as wanted)) if base == head:
            return replace(atom, right=n.Known(None, True, BOOLEAN)), wanted
        case n.Compare(operator="=" | "!=", left=left) if left == head:
            return replace(atom, operator="="), atom.operator == "="
        case _:
            said = atom.span.said if atom.span else ""
            raise NotAnalysedError(f"`{said}` asks something of a thing that is not known of it alone")


def _name(condition: n.Formula) -> str:
    match condition:
        case n.Holds(term=term):
            return term
        case n.Compare(left=n.FieldOf(name=name), right=n.Known()):
            return name
        case n.Compare(right=right) if right.span is not None:
            return right.span.said
        case _:
            raise AssertionError(condition)


# ---- facts on which two dimensions depend


def _independent(columns: Sequence[Column], places: Mapping[n.Operand, Sequence[int]]) -> None:
    """Refuses two dimensions of one fact: `t.value` and `2 * t.value` cannot have any two values."""
    seen: dict[object, int] = {}
    for operand, (place, *_) in places.items():
        for fact in dict.fromkeys(_facts(operand)):
            other = seen.setdefault(fact, place)
            if other != place:
                one, two = columns[other].head.span.said, columns[place].head.span.said
                raise NotAnalysedError(f"`{one}` and `{two}` depend on each other")


def _facts(operand: n.Operand) -> Iterator[object]:
    """What the value of an operand is made of; a path is its last fact."""
    if isinstance(operand, _PATHS):
        yield operand
        return
    for node in walk(operand):
        if isinstance(node, _PATHS):
            yield node
        elif isinstance(node, n.Aggregate):
            yield node.each.name or node.each.members


_PATHS = (n.FieldOf, n.TermOf, n.AsOf)
