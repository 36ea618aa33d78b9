"""Lark's parse tree to the syntax tree, one method for each production of the grammar."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from lark import Token, Transformer, v_args
from lark.tree import Meta

from licet.diagnostics import Findings, Source, Span
from licet.syntax import tree as t
from licet.values import parse_date, parse_number, parse_percent

Children = list[Any]


@v_args(meta=True)
class TreeBuilder(Transformer[Token, Any]):
    """Builds the nodes of one parsed text, which stands at `offset` in its source."""

    def __init__(self, source: Source, offset: int, findings: Findings) -> None:
        super().__init__(visit_tokens=False)
        self._source = source
        self._offset = offset
        self._findings = findings

    # ---- helpers

    def _span(self, meta: Meta) -> Span:
        if meta.empty:
            return Span(self._source, self._offset, self._offset)
        return Span(self._source, meta.start_pos + self._offset, meta.end_pos + self._offset)

    def _token_span(self, token: Token) -> Span:
        start = (token.start_pos or 0) + self._offset
        return Span(self._source, start, start + len(token))

    def _word(self, token: Token) -> t.Word:
        text = str(token)
        if token.type == "STRING":
            text = text[1:-1]
        elif token.type in ("TAG", "LABEL"):
            text = text.lstrip("@")
        return t.Word(self._token_span(token), text)

    def _words(self, children: Children) -> tuple[t.Word, ...]:
        return tuple(self._word(c) for c in children if isinstance(c, Token))

    def _text(self, children: Children) -> str:
        """The first quoted text among the children, or nothing."""
        return next((c[1:-1] for c in children if isinstance(c, Token) and c.type == "STRING"), "")

    def _date(self, token: Token) -> date:
        day = parse_date(token)
        if day is None:
            self._findings.error(
                "E012",
                f"there is no day `{token}`",
                self._token_span(token),
                help="dates are written year-month-day, for example 2026-06-15",
            )
            return date(1970, 1, 1)
        return day

    def _number(self, token: Token) -> t.NumberLiteral:
        number = parse_number(token)
        assert number is not None, token
        return t.NumberLiteral(self._token_span(token), number, None)

    @staticmethod
    def _of(children: Children, *kinds: type) -> tuple[Any, ...]:
        return tuple(c for c in children if isinstance(c, kinds))

    @staticmethod
    def _one(children: Children, *kinds: type) -> Any:
        return next((c for c in children if isinstance(c, kinds)), None)

    # ---- modules and vocabulary

    def start(self, _meta: Meta, children: Children) -> tuple[t.Item, ...]:
        return tuple(children)

    def module(self, meta: Meta, children: Children) -> t.Module:
        places = [c[1] for c in children if isinstance(c, tuple) and c[0] == "jurisdiction"]
        notes = tuple(c[1] for c in children if isinstance(c, tuple) and c[0] == "note")
        return t.Module(
            self._span(meta),
            children[0],
            self._text(children),
            places[0] if places else None,
            self._of(children, t.Authority),
            notes,
        )

    def jurisdiction(self, _meta: Meta, children: Children) -> tuple[str, t.Word]:
        return ("jurisdiction", self._word(children[0]))

    def authority(self, meta: Meta, children: Children) -> t.Authority:
        words = self._words(children)
        return t.Authority(self._span(meta), words[0], words[1], words[2] if len(words) > 2 else None)

    def note(self, _meta: Meta, children: Children) -> tuple[str, str]:
        return ("note", self._text(children))

    def use(self, meta: Meta, children: Children) -> t.Use:
        alias = self._word(children[1]) if len(children) > 1 else None
        return t.Use(self._span(meta), children[0], alias)

    def path(self, meta: Meta, children: Children) -> t.Path:
        return t.Path(self._span(meta), self._words(children))

    def unit(self, meta: Meta, children: Children) -> t.Unit:
        names = [c for c in children if c.type == "NAME"]
        numbers = [c for c in children if c.type == "NUMBER"]
        factor = None
        if numbers:
            base = self._word(names.pop())
            literal = self._number(numbers[0])
            factor = t.NumberLiteral(literal.span.to(base.span), literal.value, base)
        return t.Unit(self._span(meta), self._words(names), factor, self._text(children))

    def entity(self, meta: Meta, children: Children) -> t.Entity:
        return t.Entity(
            self._span(meta), self._word(children[0]), self._text(children), self._of(children, t.Field)
        )

    def field(self, meta: Meta, children: Children) -> t.Field:
        parts = dict(c for c in children if isinstance(c, tuple))
        return t.Field(
            self._span(meta),
            self._word(children[0]),
            children[1],
            parts.get("phrase", ""),
            parts.get("absent", ""),
            "derived" in parts,
            "open" in parts,
        )

    def derived(self, _meta: Meta, _children: Children) -> tuple[str, bool]:
        return ("derived", True)

    def open(self, _meta: Meta, _children: Children) -> tuple[str, bool]:
        return ("open", True)

    def absent(self, _meta: Meta, children: Children) -> tuple[str, str]:
        return ("absent", self._text(children))

    def phrase(self, _meta: Meta, children: Children) -> tuple[str, str]:
        return ("phrase", self._text(children))

    def key(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("key", self._words(children))

    def bound(self, meta: Meta, children: Children) -> t.Bound:
        limit = self.percent(meta, [children[2]])
        return t.Bound(self._span(meta), self._word(children[0]), self._word(children[1]), limit)

    def type(self, meta: Meta, children: Children) -> t.TypeName:
        return t.TypeName(self._span(meta), "name", self._words(children))

    def quantity(self, meta: Meta, children: Children) -> t.TypeName:
        return t.TypeName(self._span(meta), "quantity", self._words(children))

    def set_of(self, meta: Meta, children: Children) -> t.TypeName:
        return t.TypeName(self._span(meta), "set", self._words(children))

    def enumeration(self, meta: Meta, children: Children) -> t.TypeName:
        return t.TypeName(self._span(meta), "one of", self._words(children))

    def param(self, meta: Meta, children: Children) -> t.Parameter:
        return t.Parameter(self._span(meta), self._word(children[0]), children[1])

    def relation(self, meta: Meta, children: Children) -> t.Relation:
        parts = dict(c for c in children if isinstance(c, tuple))
        return t.Relation(
            self._span(meta),
            self._word(children[0]),
            self._of(children, t.Parameter),
            parts.get("phrase", ""),
            "open" in parts,
            parts.get("key", ()),
            self._of(children, t.Bound),
        )

    def list(self, meta: Meta, children: Children) -> t.ListDeclaration:
        parts = dict(c for c in children if isinstance(c, tuple))
        return t.ListDeclaration(
            self._span(meta),
            self._word(children[0]),
            children[1],
            self._word(children[2]),
            parts.get("phrase", ""),
        )

    def term(self, meta: Meta, children: Children) -> t.Term:
        parts = dict(c for c in children if isinstance(c, tuple))
        return t.Term(
            self._span(meta),
            self._word(children[0]),
            children[1],
            self._one(children, t.TypeName),
            parts.get("phrase", ""),
            parts.get("absent", ""),
        )

    def decision(self, meta: Meta, children: Children) -> t.Decision:
        names = [c for c in children[1:] if isinstance(c, Token) and c.type == "NAME"]
        parts = dict(c for c in children if isinstance(c, tuple) and c[0] == "details")
        return t.Decision(
            self._span(meta),
            self._word(children[0]),
            children[1],
            self._text(children),
            self._words(names[:-1]),
            self._word(names[-1]),
            parts.get("details", ()),
            self._notes(children),
        )

    def details(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("details", self._words(children))

    @staticmethod
    def _notes(children: Children) -> tuple[str, ...]:
        return tuple(c[1] for c in children if isinstance(c, tuple) and c[0] == "note")

    # ---- rules

    def _clauses(self, children: Children) -> t.Clauses:
        def gather(kind: str) -> tuple[Any, ...]:
            return tuple(x for c in children if isinstance(c, tuple) and c[0] == kind for x in c[1])

        return t.Clauses(
            gather("for"),
            self._of(children, t.Cites),
            self._of(children, t.Certainty),
            gather("tagged"),
            gather("in force"),
            gather("suspended"),
            gather("not enforced"),
            gather("unconfirmed"),
            self._notes(children),
        )

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

    def details_with(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("with", self._words(children))

    def because(self, _meta: Meta, children: Children) -> tuple[str, str]:
        return ("because", self._text(children))

    def _rule(self, kind: Literal["rule", "exception", "directive"], meta: Meta, children: Children) -> t.Rule:
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

    def to_rule(self, meta: Meta, children: Children) -> t.Target:
        return t.Target(self._span(meta), children[0].text, is_tag=False)

    def to_tag(self, meta: Meta, children: Children) -> t.Target:
        return t.Target(self._span(meta), str(children[0])[1:], is_tag=True)

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

    # ---- conditions

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

    @staticmethod
    def _where(children: Children) -> t.Condition | None:
        return next((c[1] for c in children if isinstance(c, tuple) and c[0] == "where"), None)

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
        return t.Arithmetic(self._span(meta), "*", self.percent(meta, children[:1]), children[1])

    def set(self, meta: Meta, children: Children) -> t.SetLiteral:
        return t.SetLiteral(self._span(meta), tuple(children))

    def _aggregate(
        self, kind: Literal["count", "total", "highest", "lowest"], meta: Meta, children: Children
    ) -> t.Aggregate:
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

    def number(self, meta: Meta, children: Children) -> t.NumberLiteral:
        literal = self._number(children[0])
        unit = self._word(children[1]) if len(children) > 1 else None
        return t.NumberLiteral(self._span(meta), literal.value, unit)

    def percent(self, _meta: Meta, children: Children) -> t.PercentLiteral:
        share = parse_percent(children[0])
        assert share is not None, children
        return t.PercentLiteral(self._token_span(children[0]), share)

    def text(self, meta: Meta, children: Children) -> t.TextLiteral:
        return t.TextLiteral(self._span(meta), self._text(children))

    def date(self, meta: Meta, children: Children) -> t.DateLiteral:
        return t.DateLiteral(self._span(meta), self._date(children[0]))

    def yes(self, meta: Meta, _children: Children) -> t.BooleanLiteral:
        return t.BooleanLiteral(self._span(meta), value=True)

    def no(self, meta: Meta, _children: Children) -> t.BooleanLiteral:
        return t.BooleanLiteral(self._span(meta), value=False)

    # ---- tables

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

    def rows(self, _meta: Meta, children: Children) -> tuple[str, Children]:
        return ("rows", tuple(children))

    def rows_from(self, _meta: Meta, children: Children) -> tuple[str, t.Word]:
        return ("file", self._word(children[0]))

    def row(self, meta: Meta, children: Children) -> t.Row:
        return t.Row(self._span(meta), children[0], self._of(children, t.Cell), self._of(children, t.Cites))

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

    def entry_is(self, _meta: Meta, children: Children) -> tuple[t.Operator, t.Operand]:
        return ("is", children[0])

    def entry_ge(self, _meta: Meta, children: Children) -> tuple[t.Operator, t.Operand]:
        return (">=", children[0])

    def entry_le(self, _meta: Meta, children: Children) -> tuple[t.Operator, t.Operand]:
        return ("<=", children[0])

    def entry_gt(self, _meta: Meta, children: Children) -> tuple[t.Operator, t.Operand]:
        return (">", children[0])

    def entry_lt(self, _meta: Meta, children: Children) -> tuple[t.Operator, t.Operand]:
        return ("<", children[0])

    # ---- scores, obligations, properties

    def score(self, meta: Meta, children: Children) -> t.Score:
        numbers = [c for c in children if isinstance(c, Token) and c.type == "NUMBER"]
        bands = next((c[1] for c in children if isinstance(c, tuple) and c[0] == "bands"), ())
        return t.Score(
            self._span(meta),
            self._word(children[0]),
            children[1],
            self._text(children),
            self._number(numbers[0]),
            self._number(numbers[1]),
            self._of(children, t.ScoreItem),
            bands,
            self._of(children, t.Certainty),
            self._notes(children),
        )

    def score_item(self, meta: Meta, children: Children) -> t.ScoreItem:
        parts = {c[0]: c[1:] for c in children if isinstance(c, tuple)}
        per, where, maximum = parts.get("per", (None, None, None))
        return t.ScoreItem(
            self._span(meta),
            self._number(children[0]),
            parts.get("when", (None,))[0],
            per,
            where,
            maximum,
            parts.get("because", ("",))[0],
            self._of(children, t.Cites),
        )

    def add_when(self, _meta: Meta, children: Children) -> tuple[str, t.Condition]:
        return ("when", children[0])

    def add_per(self, _meta: Meta, children: Children) -> tuple[Any, ...]:
        return ("per", children[0], self._where(children), self._one(children, t.NumberLiteral))

    def maximum(self, _meta: Meta, children: Children) -> t.NumberLiteral:
        return self._number(children[0])

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

    # ---- tests

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

    def holds(self, _meta: Meta, _children: Children) -> tuple[str, None]:
        return ("holds", None)

    def fails(self, _meta: Meta, _children: Children) -> tuple[str, None]:
        return ("fails", None)

    def unknown(self, _meta: Meta, _children: Children) -> tuple[str, None]:
        return ("unknown", None)

    def defeated(self, _meta: Meta, children: Children) -> tuple[str, t.Path | None]:
        return ("defeated", children[0] if children else None)

    def not_in_force(self, _meta: Meta, _children: Children) -> tuple[str, None]:
        return ("not_in_force", None)

    def because_rules(self, _meta: Meta, children: Children) -> tuple[str, Children]:
        return ("because", tuple(children))
