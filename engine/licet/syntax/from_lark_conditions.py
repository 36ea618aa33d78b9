"""Lark trees of conditions and operands to syntax trees."""

from __future__ import annotations

from typing import Literal

from lark import v_args
from lark.tree import Meta

from licet.syntax import tree as t
from licet.syntax.builder import Builder, Children


@v_args(meta=True)
class ConditionBuilder(Builder):
    """One method for each production."""

    def and_(self, meta: Meta, children: Children) -> t.And:
        return t.And(self._span(meta), tuple(children))

    def or_(self, meta: Meta, children: Children) -> t.Or:
        return t.Or(self._span(meta), tuple(children))

    def not_(self, meta: Meta, children: Children) -> t.Not:
        return t.Not(self._span(meta), children[0])

    def limb(self, meta: Meta, children: Children) -> t.Limb:
        return t.Limb(self._span(meta), self._word(children[0]), children[1])

    def all_of(self, meta: Meta, children: Children) -> t.Block:
        return t.Block(self._span(meta), "all", tuple(children))

    def any_of(self, meta: Meta, children: Children) -> t.Block:
        return t.Block(self._span(meta), "any", tuple(children))

    def none_of(self, meta: Meta, children: Children) -> t.Block:
        return t.Block(self._span(meta), "none", tuple(children))

    def at_least_of(self, meta: Meta, children: Children) -> t.Block:
        return t.Block(self._span(meta), "at least", tuple(children[1:]), self._number(children[0]))

    def exactly_of(self, meta: Meta, children: Children) -> t.Block:
        return t.Block(self._span(meta), "exactly", tuple(children[1:]), self._number(children[0]))

    def each(self, meta: Meta, children: Children) -> t.Each:
        return t.Each(self._span(meta), self._word(children[0]), children[1])

    def where(self, _meta: Meta, children: Children) -> tuple[str, t.Condition]:
        return ("where", children[0])

    def some(self, meta: Meta, children: Children) -> t.Some:
        return t.Some(self._span(meta), children[0], self._where(children))

    def every(self, meta: Meta, children: Children) -> t.Every:
        return t.Every(self._span(meta), children[0], self._where(children), children[-1])

    def _compare(self, operator: t.Operator, meta: Meta, children: Children) -> t.Compare:
        return t.Compare(self._span(meta), operator, children[0], children[1])

    def is_(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare("is", meta, children)

    def is_not(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare("is not", meta, children)

    def ge(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare(">=", meta, children)

    def le(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare("<=", meta, children)

    def gt(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare(">", meta, children)

    def lt(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare("<", meta, children)

    def in_(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare("in", meta, children)

    def not_in(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare("not in", meta, children)

    def includes(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare("includes", meta, children)

    def is_under(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare("under", meta, children)

    def is_not_under(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare("not under", meta, children)

    def is_earlier(self, meta: Meta, children: Children) -> t.Compare:
        return self._compare("earlier", meta, children)

    def between(self, meta: Meta, children: Children) -> t.Between:
        return t.Between(self._span(meta), *children)

    def undetermined(self, meta: Meta, children: Children) -> t.StateTest:
        return t.StateTest(self._span(meta), children[0], "undetermined", negated=False)

    def not_undetermined(self, meta: Meta, children: Children) -> t.StateTest:
        return t.StateTest(self._span(meta), children[0], "undetermined", negated=True)

    def applicable(self, meta: Meta, children: Children) -> t.StateTest:
        return t.StateTest(self._span(meta), children[0], "applicable", negated=False)

    def not_applicable(self, meta: Meta, children: Children) -> t.StateTest:
        return t.StateTest(self._span(meta), children[0], "applicable", negated=True)

    # ---- operands

    def _arithmetic(self, operator: Literal["+", "-", "*", "/"], meta: Meta, children: Children) -> t.Arithmetic:
        return t.Arithmetic(self._span(meta), operator, children[0], children[1])

    def add(self, meta: Meta, children: Children) -> t.Arithmetic:
        return self._arithmetic("+", meta, children)

    def sub(self, meta: Meta, children: Children) -> t.Arithmetic:
        return self._arithmetic("-", meta, children)

    def mul(self, meta: Meta, children: Children) -> t.Arithmetic:
        return self._arithmetic("*", meta, children)

    def div(self, meta: Meta, children: Children) -> t.Arithmetic:
        return self._arithmetic("/", meta, children)

    def neg(self, meta: Meta, children: Children) -> t.Negative:
        return t.Negative(self._span(meta), children[0])

    def percent_of(self, meta: Meta, children: Children) -> t.Arithmetic:
        return t.Arithmetic(self._span(meta), "*", self._percent(children[0]), children[1])

    def set(self, meta: Meta, children: Children) -> t.SetLiteral:
        return t.SetLiteral(self._span(meta), tuple(children))

    def _aggregate(self, kind: t.AggregateKind, meta: Meta, children: Children) -> t.Aggregate:
        operand = None if kind == "count" else children[0]
        return t.Aggregate(self._span(meta), kind, operand, self._one(children, t.Each), self._where(children))

    def total(self, meta: Meta, children: Children) -> t.Aggregate:
        return self._aggregate("total", meta, children)

    def highest(self, meta: Meta, children: Children) -> t.Aggregate:
        return self._aggregate("highest", meta, children)

    def lowest(self, meta: Meta, children: Children) -> t.Aggregate:
        return self._aggregate("lowest", meta, children)

    def count(self, meta: Meta, children: Children) -> t.Aggregate:
        return self._aggregate("count", meta, children)

    def of(self, meta: Meta, children: Children) -> t.Of:
        return t.Of(self._span(meta), self._word(children[0]), children[1])

    def call(self, meta: Meta, children: Children) -> t.Call:
        return t.Call(self._span(meta), self._word(children[0]), tuple(children[1:]))

    def under(self, meta: Meta, children: Children) -> t.Under:
        return t.Under(self._span(meta), children[0], self._word(children[1]))

    def on_day(self, meta: Meta, children: Children) -> t.OnDay:
        return t.OnDay(self._span(meta), children[0], children[1])

    def number(self, meta: Meta, children: Children) -> t.NumberLiteral:
        literal = self._number(children[0])
        unit = children[1] if len(children) > 1 else None
        return t.NumberLiteral(self._span(meta), literal.value, unit)

    def working_days(self, meta: Meta, children: Children) -> t.WorkingDays:
        return t.WorkingDays(self._span(meta), self._number(children[0]), self._word(children[1]))

    def percent(self, _meta: Meta, children: Children) -> t.PercentLiteral:
        return self._percent(children[0])

    def text(self, meta: Meta, children: Children) -> t.TextLiteral:
        return t.TextLiteral(self._span(meta), self._text(children))

    def date(self, meta: Meta, children: Children) -> t.DateLiteral:
        return t.DateLiteral(self._span(meta), self._date(children[0]))

    def yes(self, meta: Meta, _children: Children) -> t.BooleanLiteral:
        return t.BooleanLiteral(self._span(meta), value=True)

    def no(self, meta: Meta, _children: Children) -> t.BooleanLiteral:
        return t.BooleanLiteral(self._span(meta), value=False)
