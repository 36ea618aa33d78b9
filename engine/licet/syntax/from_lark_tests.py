"""Lark trees of tests, and of what may be obtained, to syntax trees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from licet.syntax import tree as t
from licet.syntax.builder import Builder, Children


@v_args(meta=True)
class TestBuilder(Builder):
    """One method for each production."""

    def test(self, meta: Meta, children: Children) -> t.Test:
        day = next((c for c in children if isinstance(c, Token) and c.type == "DATE"), None)
        return t.Test(
            self._span(meta),
            self._text(children),
            None if day is None else self._date(day),
            self._of(children, t.GivenRecord, t.GivenMember, t.GivenRow),
            self._of(children, t.Expect, t.ExpectRule),
            self._notes(children),
        )

    def given_record(self, meta: Meta, children: Children) -> t.GivenRecord:
        fields = tuple(c for c in children if isinstance(c, tuple))
        return t.GivenRecord(self._span(meta), self._word(children[0]), self._word(children[1]), fields)

    def given_field(self, _meta: Meta, children: Children) -> tuple[t.Word, t.GivenValue]:
        return (self._word(children[0]), children[1])

    def obtainable(self, meta: Meta, children: Children) -> t.Obtainable:
        *head, giver, record = (c for c in children if isinstance(c, Token))
        return t.Obtainable(
            self._span(meta),
            self._word(head[0]),
            self._text(head),
            self._clauses(children),
            self._word(giver).text,
            self._word(record),
            tuple(c for c in children if isinstance(c, tuple) and isinstance(c[0], t.Word)),
        )

    def given_member(self, meta: Meta, children: Children) -> t.GivenMember:
        return t.GivenMember(self._span(meta), *self._words(children))

    def given_row(self, meta: Meta, children: Children) -> t.GivenRow:
        return t.GivenRow(self._span(meta), self._word(children[0]), tuple(children[1:]))

    def given_unknown(self, meta: Meta, _children: Children) -> t.GivenState:
        return t.GivenState(self._span(meta), "unknown")

    def given_undetermined(self, meta: Meta, _children: Children) -> t.GivenState:
        return t.GivenState(self._span(meta), "undetermined")

    def given_not_applicable(self, meta: Meta, _children: Children) -> t.GivenState:
        return t.GivenState(self._span(meta), "not applicable")

    def given_range(self, meta: Meta, children: Children) -> t.GivenRange:
        return t.GivenRange(self._span(meta), *children)

    def expect_that(self, meta: Meta, children: Children) -> t.Expect:
        parts = {c[0]: c[1] for c in children[1:]}
        return t.Expect(self._span(meta), children[0], parts.get("with", ()), parts.get("because", ()))

    def expect_unknown(self, meta: Meta, children: Children) -> t.Expect:
        return t.Expect(self._span(meta), children[0], unknown=True)

    def expect_rule(self, meta: Meta, children: Children) -> t.ExpectRule:
        status, by = children[1]
        subject = self._word(children[2]) if len(children) > 2 else None
        return t.ExpectRule(self._span(meta), children[0], status, by, subject)

    def expect_check(self, meta: Meta, children: Children) -> t.ExpectRule:
        return replace(self.expect_rule(meta, children), is_check=True)

    def holds(self, _meta: Meta, _children: Children) -> tuple[str, None]:
        return ("holds", None)

    def fails(self, _meta: Meta, _children: Children) -> tuple[str, None]:
        return ("fails", None)

    def unknown(self, _meta: Meta, _children: Children) -> tuple[str, None]:
        return ("unknown", None)

    def defeated(self, _meta: Meta, children: Children) -> tuple[str, t.Path | None]:
        return ("defeated", children[0] if children else None)

    def not_encoded(self, _meta: Meta, _children: Children) -> tuple[str, None]:
        return ("not_encoded", None)

    def not_in_force(self, _meta: Meta, _children: Children) -> tuple[str, None]:
        return ("not_in_force", None)

    def because_rules(self, _meta: Meta, children: Children) -> tuple[str, tuple[Any, ...]]:
        return ("because", tuple(children))
