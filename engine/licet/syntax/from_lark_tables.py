"""Lark trees of tables, scores, obligations and properties to syntax trees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from licet.syntax import tree as t
from licet.syntax.builder import Builder, Children


@v_args(meta=True)
class TableBuilder(Builder):
    """One method for each production."""

    def table(self, meta: Meta, children: Children) -> t.Table:
        parts = {c[0]: c[1] for c in children if isinstance(c, tuple) and c[0] in ("hit", "rows", "file")}
        return t.Table(
            self._span(meta),
            self._word(children[0]),
            self._text(children),
            self._clauses(children),
            self._one(children, t.Path, t.Of, t.Call, t.Under),
            parts["hit"],
            parts.get("rows", ()),
            parts.get("file"),
        )

    def hit(self, _meta: Meta, children: Children) -> tuple[str, str]:
        return ("hit", str(children[0]))

    def rows(self, _meta: Meta, children: Children) -> tuple[str, tuple[Any, ...]]:
        return ("rows", tuple(children))

    def rows_from(self, _meta: Meta, children: Children) -> tuple[str, t.Word]:
        return ("file", self._word(children[0]))

    def row(self, meta: Meta, children: Children) -> t.Row:
        because = next((c[1] for c in children[1:] if isinstance(c, tuple) and c[0] == "because"), "")
        return t.Row(self._span(meta), children[0], self._of(children, t.Cell), self._of(children, t.Cites), because)

    def output(self, _meta: Meta, children: Children) -> t.Cell:
        cell: t.Cell = children[0]
        return replace(cell, details=children[1][1]) if len(children) > 1 else cell

    def inputs(self, _meta: Meta, children: Children) -> tuple[t.Cell, ...]:
        return tuple(children)

    def cell_any(self, meta: Meta, _children: Children) -> t.Cell:
        return t.Cell(self._span(meta), "any")

    def cell_otherwise(self, meta: Meta, _children: Children) -> t.Cell:
        return t.Cell(self._span(meta), "otherwise")

    def entries(self, meta: Meta, children: Children) -> t.Cell:
        return t.Cell(self._span(meta), "entries", tuple(children))

    def not_entries(self, meta: Meta, children: Children) -> t.Cell:
        return t.Cell(self._span(meta), "not entries", tuple(children))

    def entry_is(self, meta: Meta, children: Children) -> t.Entry:
        return t.Entry(self._span(meta), "is", children[0])

    def entry_range(self, meta: Meta, children: Children) -> t.Entry:
        return t.Entry(self._span(meta), "is", children[0], children[1])

    def entry_ge(self, meta: Meta, children: Children) -> t.Entry:
        return t.Entry(self._span(meta), ">=", children[0])

    def entry_le(self, meta: Meta, children: Children) -> t.Entry:
        return t.Entry(self._span(meta), "<=", children[0])

    def entry_gt(self, meta: Meta, children: Children) -> t.Entry:
        return t.Entry(self._span(meta), ">", children[0])

    def entry_lt(self, meta: Meta, children: Children) -> t.Entry:
        return t.Entry(self._span(meta), "<", children[0])

    # ---- scores, obligations, properties

    def score(self, meta: Meta, children: Children) -> t.Score:
        numbers = [c for c in children if isinstance(c, Token) and c.type == "NUMBER"]
        return t.Score(
            self._span(meta),
            self._word(children[0]),
            children[1],
            self._text(children),
            self._number(numbers[0]),
            self._number(numbers[1]),
            next((c[1] for c in children if isinstance(c, tuple) and c[0] == "told below"), None),
            next((c[1] for c in children if isinstance(c, tuple) and c[0] == "told where"), None),
            self._of(children, t.ScoreItem),
            _bands(children),
            self._certainties(children),
            self._notes(children),
        )

    def told_below(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, t.Word]]:
        return ("told below", (self._word(children[0]), self._word(children[1])))

    def told_where(self, _meta: Meta, children: Children) -> tuple[str, t.Condition]:
        return ("told where", children[0])

    def score_item(self, meta: Meta, children: Children) -> t.ScoreItem:
        parts = {c[0]: c[1:] for c in children if isinstance(c, tuple)}
        per, where, maximum = parts.get("per", (None, None, None))
        return t.ScoreItem(
            self._span(meta),
            self._number(children[0]),
            parts.get("factor", (None,))[0],
            parts.get("when", (None,))[0],
            per,
            where,
            maximum,
            parts.get("because", ("",))[0],
            self._of(children, t.Cites),
        )

    def factor(self, _meta: Meta, children: Children) -> tuple[str, t.Word]:
        return ("factor", self._word(children[0]))

    def add_when(self, _meta: Meta, children: Children) -> tuple[str, t.Condition]:
        return ("when", children[0])

    def add_per(self, _meta: Meta, children: Children) -> tuple[Any, ...]:
        return ("per", children[0], self._where(children), self._one(children, t.NumberLiteral))

    def maximum(self, _meta: Meta, children: Children) -> t.NumberLiteral:
        return self._number(children[0])

    def weigh(self, meta: Meta, children: Children) -> t.Weighing:
        points = tuple(c[1] for c in children if isinstance(c, tuple) and c[0] == "weight")
        name, phrase = self._word(children[0]), self._text(children)
        return t.Weighing(self._span(meta), name, phrase, points, _bands(children), self._notes(children))

    def weight(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, t.NumberLiteral]]:
        return ("weight", (self._word(children[0]), self._number(children[1])))

    def bands(self, _meta: Meta, children: Children) -> tuple[str, tuple[tuple[t.Word, t.NumberLiteral], ...]]:
        pairs = zip(children[::2], children[1::2], strict=True)
        return ("bands", tuple((self._word(name), self._number(number)) for name, number in pairs))

    def obligation(self, meta: Meta, children: Children) -> t.Obligation:
        parts = {c[0]: c[1:] for c in children if isinstance(c, tuple) and c[0] in ("when", "modal", "deadline")}
        bearer = next(i for i, c in enumerate(children) if isinstance(c, t.Path | t.Of | t.Call | t.Under))
        deadline = parts.get("deadline")
        return t.Obligation(
            self._span(meta),
            self._word(children[0]),
            self._text(children[:bearer]),
            self._clauses(children),
            parts.get("when", (None,))[0],
            children[bearer],
            parts["modal"][0],
            self._text(children[bearer:]),
            (deadline[0], deadline[1]) if deadline else None,
        )

    def must(self, _meta: Meta, _children: Children) -> tuple[str, str]:
        return ("modal", "must")

    def must_not(self, _meta: Meta, _children: Children) -> tuple[str, str]:
        return ("modal", "must not")

    def may(self, _meta: Meta, _children: Children) -> tuple[str, str]:
        return ("modal", "may")

    def due_by(self, _meta: Meta, children: Children) -> tuple[Any, ...]:
        return ("deadline", "by", children[0])

    def due_until(self, _meta: Meta, children: Children) -> tuple[Any, ...]:
        return ("deadline", "until", children[0])

    def check(self, meta: Meta, children: Children) -> t.Check:
        parts = {c[0]: c[1] for c in children if isinstance(c, tuple) and c[0] in ("when", "verdict", "because")}
        names = [c for c in children[1:] if isinstance(c, Token) and c.type == "NAME"]
        return t.Check(
            self._span(meta),
            self._word(children[0]),
            self._text(children),
            self._clauses(children),
            parts["when"],
            self._word(names[-1]),
            parts["verdict"],
            parts["because"],
        )

    def verdict(self, _meta: Meta, children: Children) -> tuple[str, str]:
        return ("verdict", str(children[0]))

    def property(self, meta: Meta, children: Children) -> t.Property:
        when = next((c[1] for c in children if isinstance(c, tuple) and c[0] == "when"), None)
        return t.Property(
            self._span(meta),
            self._word(children[0]),
            self._text(children),
            self._of(children, t.Parameter),
            when,
            children[-1],
            self._notes(children),
        )


def _bands(children: Children) -> tuple[tuple[t.Word, t.NumberLiteral], ...]:
    return next((c[1] for c in children if isinstance(c, tuple) and c[0] == "bands"), ())
