"""Lark trees of rules, exceptions and letters to syntax trees."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from lark import v_args
from lark.tree import Meta

from licet.syntax import tree as t
from licet.syntax.builder import Builder, Children


@v_args(meta=True)
class RuleBuilder(Builder):
    """One method for each production."""

    def for_(self, _meta: Meta, children: Children) -> tuple[str, Children]:
        return ("for", children)

    def source(self, meta: Meta, children: Children) -> t.Certainty:
        return t.Certainty(self._span(meta), children[0], self._text(children))

    def certainty(self, _meta: Meta, children: Children) -> str:
        return str(children[0])

    def tagged(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("tagged", self._words(children))

    def _interval(self, kind: str, children: Children) -> tuple[str, tuple[t.Interval]]:
        interval: t.Interval = children[0]
        return (kind, (t.Interval(interval.span, interval.start, interval.end, self._text(children)),))

    def in_force(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Interval]]:
        return self._interval("in force", children)

    def suspended(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Interval]]:
        return self._interval("suspended", children)

    def not_enforced(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Interval]]:
        return self._interval("not enforced", children)

    def unconfirmed(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Interval]]:
        return self._interval("unconfirmed", children)

    def since(self, meta: Meta, children: Children) -> t.Interval:
        end = self._date(children[1]) if len(children) > 1 else None
        return t.Interval(self._span(meta), self._date(children[0]), end)

    def until_only(self, meta: Meta, children: Children) -> t.Interval:
        return t.Interval(self._span(meta), None, self._date(children[0]))

    def cites(self, meta: Meta, children: Children) -> t.Cites:
        words = self._words(children)
        return t.Cites(self._span(meta), words[0], words[1:])

    def when(self, _meta: Meta, children: Children) -> tuple[str, t.Condition]:
        return ("when", children[0])

    def then(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Effect, ...], str]:
        because = next((c[1] for c in children if isinstance(c, tuple)), "")
        return ("then", self._of(children, t.Effect), because)

    def effect_is(self, meta: Meta, children: Children) -> t.Effect:
        details = children[2][1] if len(children) > 2 else ()
        return t.Effect(self._span(meta), "is", children[0], children[1], details)

    def effect_includes(self, meta: Meta, children: Children) -> t.Effect:
        return t.Effect(self._span(meta), "includes", children[0], children[1])

    def effect_includes_each(self, meta: Meta, children: Children) -> t.Effect:
        each, where = self._one(children, t.Each), self._where(children)
        return t.Effect(self._span(meta), "includes", children[0], children[1], each=each, where=where)

    def may_be(self, meta: Meta, children: Children) -> t.Effect:
        return replace(self.effect_is(meta, children), may=True)

    def may_include(self, meta: Meta, children: Children) -> t.Effect:
        return replace(self.effect_includes(meta, children), may=True)

    def may_include_each(self, meta: Meta, children: Children) -> t.Effect:
        return replace(self.effect_includes_each(meta, children), may=True)

    def details_with(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("with", self._words(children))

    def because(self, _meta: Meta, children: Children) -> tuple[str, str]:
        return ("because", self._text(children))

    def _rule(self, kind: Literal["rule", "exception", "directive", "gap"], meta: Meta, children: Children) -> t.Rule:
        parts = {c[0]: c[1:] for c in children if isinstance(c, tuple) and c[0] in ("when", "then", "letter")}
        effects, because = parts.get("then", ((), ""))
        names, events = parts.get("letter", ((), ()))
        return t.Rule(
            self._span(meta),
            kind,
            self._word(children[0]),
            self._text(children),
            self._clauses(children),
            parts.get("when", (None,))[0],
            effects,
            because,
            self._of(children, t.Target),
            names,
            events,
        )

    def rule(self, meta: Meta, children: Children) -> t.Rule:
        return self._rule("rule", meta, children)

    def exception(self, meta: Meta, children: Children) -> t.Rule:
        return self._rule("exception", meta, children)

    def directive(self, meta: Meta, children: Children) -> t.Rule:
        return self._rule("directive", meta, children)

    def gap(self, meta: Meta, children: Children) -> t.Rule:
        return self._rule("gap", meta, children)

    def to_rule(self, meta: Meta, children: Children) -> t.Target:
        return t.Target(self._span(meta), children[0].text, "rule")

    def to_tag(self, meta: Meta, children: Children) -> t.Target:
        return t.Target(self._span(meta), str(children[0])[1:], "tag")

    def to_decision(self, meta: Meta, children: Children) -> t.Target:
        return t.Target(self._span(meta), str(children[0]), "decision")

    def to_module(self, meta: Meta, children: Children) -> t.Target:
        return t.Target(self._span(meta), children[0].text, "module")

    def define(self, meta: Meta, children: Children) -> t.Define:
        parameters = self._of(children, t.Parameter)
        return t.Define(self._span(meta), self._word(children[0]), parameters, self._text(children), children[-1])

    # ---- coverage of law

    def coverage(self, meta: Meta, children: Children) -> t.Coverage:
        lines = self._of(children, t.CoverageLine)
        review = next((c for c in children if isinstance(c, t.NumberLiteral)), None)
        return t.Coverage(self._span(meta), self._word(children[0]), self._date(children[1]), review, lines)

    def review(self, _meta: Meta, children: Children) -> t.NumberLiteral:
        return self._number(children[0])

    def _coverage_line(
        self, state: Literal["encoded", "partly", "not encoded", "outside"], meta: Meta, children: Children
    ) -> t.CoverageLine:
        because = next((c[1] for c in children if isinstance(c, tuple) and c[0] == "because"), "")
        return t.CoverageLine(self._span(meta), state, children[0][1], because)

    def covered(self, meta: Meta, children: Children) -> t.CoverageLine:
        return self._coverage_line("encoded", meta, children)

    def partly_covered(self, meta: Meta, children: Children) -> t.CoverageLine:
        return self._coverage_line("partly", meta, children)

    def not_covered(self, meta: Meta, children: Children) -> t.CoverageLine:
        return self._coverage_line("not encoded", meta, children)

    def outside(self, meta: Meta, children: Children) -> t.CoverageLine:
        return self._coverage_line("outside", meta, children)

    def sections(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("sections", self._words(children))

    def letter(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Names, ...], tuple[t.LetterEvent, ...]]:
        return ("letter", self._of(children, t.Names), self._of(children, t.LetterEvent))

    def _event(self, kind: Literal["issued", "amended", "lifted"], meta: Meta, children: Children) -> t.LetterEvent:
        as_to = next((c[1] for c in children if isinstance(c, tuple) and c[0] == "as to"), None)
        return t.LetterEvent(
            self._span(meta),
            kind,
            self._date(children[0]),
            self._of(children, t.Names),
            self._of(children, t.Exempts),
            as_to,
            self._text(children),
        )

    def issued(self, meta: Meta, children: Children) -> t.LetterEvent:
        return self._event("issued", meta, children)

    def amended(self, meta: Meta, children: Children) -> t.LetterEvent:
        return self._event("amended", meta, children)

    def lifted(self, meta: Meta, children: Children) -> t.LetterEvent:
        return self._event("lifted", meta, children)

    def names(self, meta: Meta, children: Children) -> t.Names:
        words = self._words(children)
        return t.Names(self._span(meta), words[0], words[1:])

    def exempts(self, meta: Meta, children: Children) -> t.Exempts:
        words = self._words(children)
        as_to = next((c[1] for c in children if isinstance(c, tuple)), None)
        return t.Exempts(self._span(meta), words[0], words[1:], as_to)

    def as_to(self, meta: Meta, children: Children) -> tuple[str, t.Names]:
        return ("as to", self.names(meta, children))
