"""Lark trees of modules, vocabulary and decisions to syntax trees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from licet.syntax import tree as t
from licet.syntax.builder import Builder, Children


@v_args(meta=True)
class VocabularyBuilder(Builder):
    """One method for each production."""

    def module(self, meta: Meta, children: Children) -> t.Module:
        places = [c[1] for c in children if isinstance(c, tuple) and c[0] == "jurisdiction"]
        for more in places[1:]:
            self._twice("jurisdiction", places[0].span, more.span)
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
        names = [c for c in children if isinstance(c, Token) and c.type == "NAME"]
        factor = self._one(children, t.NumberLiteral)
        return t.Unit(self._span(meta), self._words(names), factor, self._text(children))

    def unit_factor(self, _meta: Meta, children: Children) -> t.NumberLiteral:
        literal, base = self._number(children[0]), children[1]
        return t.NumberLiteral(literal.span.to(base.span), literal.value, base)

    def unit_of(self, meta: Meta, children: Children) -> t.Word:
        return t.Word(self._span(meta), " per ".join(map(str, children)))

    def enumeration(self, meta: Meta, children: Children) -> t.Enumeration:
        further = self._of(children, tuple)
        values = (*self._of(children, t.ValueName), *(value for _, value in further))
        ordered = bool(further) and further[0][0] == "<"
        other = next((value for sign, value in further if (sign == "<") != ordered), None)
        if other is not None:
            self._findings.error(
                "E075",
                f"`<` and `,` are mixed before `{other.name.text}`",
                other.span,
                help="`<` between all values says that they rise, `,` between all that they do not",
            )
        return t.Enumeration(self._span(meta), self._word(children[0]), self._text(children), values, ordered=ordered)

    def listed_value(self, _meta: Meta, children: Children) -> tuple[str, t.ValueName]:
        return (",", children[0])

    def ranked_value(self, _meta: Meta, children: Children) -> tuple[str, t.ValueName]:
        return ("<", children[0])

    def value_name(self, meta: Meta, children: Children) -> t.ValueName:
        spellings = tuple(c[1] for c in children if isinstance(c, tuple))
        return t.ValueName(self._span(meta), self._word(children[0]), self._text(children), spellings)

    def spelling(self, _meta: Meta, children: Children) -> tuple[str, t.Word]:
        return ("spelt", self._word(children[0]))

    def code(self, meta: Meta, children: Children) -> t.Code:
        parts: dict[str, tuple[t.Word, ...]] = dict(c for c in children if isinstance(c, tuple))
        then, file = (next(iter(parts.get(name, ())), None) for name in ("then", "from"))
        return t.Code(self._span(meta), self._word(children[0]), self._text(children), parts["parts"], then, file)

    def code_parts(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("parts", self._words(children))

    def code_then(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("then", self._words(children))

    def code_file(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("from", self._words(children))

    def entity(self, meta: Meta, children: Children) -> t.Entity:
        return t.Entity(self._span(meta), self._word(children[0]), self._text(children), self._of(children, t.Field))

    def field(self, meta: Meta, children: Children) -> t.Field:
        parts = self._parts(children)
        return t.Field(
            self._span(meta),
            self._word(children[0]),
            children[1],
            self._phrase(parts),
            parts["absent"][1] if "absent" in parts else "",
            "derived" in parts,
            parts.get("open"),
            "blank" in parts,
            parts.get("always"),
            parts.get("beside"),
        )

    def column(self, _meta: Meta, children: Children) -> t.Parameter:
        marks = self._parts(children[1:])
        parameter: t.Parameter = children[0]
        return replace(parameter, blank="blank" in marks, always=marks.get("always"))

    def blank_not_applicable(self, meta: Meta, _children: Children) -> tuple[str, t.Word]:
        return ("blank", t.Word(self._span(meta), "blank means not applicable"))

    def blank_beside(self, _meta: Meta, children: Children) -> tuple[str, t.Word]:
        return ("beside", self._word(children[0]))

    def always_applies(self, meta: Meta, _children: Children) -> tuple[str, t.Word]:
        return ("always", t.Word(self._span(meta), "always applies"))

    def derived(self, meta: Meta, _children: Children) -> tuple[str, t.Word]:
        return ("derived", t.Word(self._span(meta), "derived"))

    def open(self, meta: Meta, _children: Children) -> tuple[str, t.Word]:
        return ("open", t.Word(self._span(meta), "open"))

    def absent(self, meta: Meta, children: Children) -> tuple[str, tuple[t.Word, str]]:
        text = self._text(children)
        return ("absent", (t.Word(self._span(meta), f'absent "{text}"'), text))

    @staticmethod
    def _misplaced(parts: dict[str, Any], *meaningless: str) -> tuple[t.Word, ...]:
        found = [parts[name] for name in meaningless if name in parts]
        return tuple(mark if isinstance(mark, t.Word) else mark[0] for mark in found)

    def phrase(self, _meta: Meta, children: Children) -> tuple[str, t.Word]:
        return ("phrase", self._word(children[0]))

    @staticmethod
    def _phrase(parts: dict[str, Any]) -> str:
        found: t.Word | None = parts.get("phrase")
        return found.text if found is not None else ""

    def key(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("key", self._words(children))

    def bound(self, meta: Meta, children: Children) -> t.Bound:
        limit = self._percent(children[2])
        return t.Bound(self._span(meta), self._word(children[0]), self._word(children[1]), limit)

    def type(self, meta: Meta, children: Children) -> t.TypeName:
        return t.TypeName(self._span(meta), "name", self._words(children))

    def quantity(self, meta: Meta, children: Children) -> t.TypeName:
        return t.TypeName(self._span(meta), "quantity", self._of(children, t.Word))

    def set_of(self, meta: Meta, children: Children) -> t.TypeName:
        return t.TypeName(self._span(meta), "set", self._words(children))

    def one_of(self, meta: Meta, children: Children) -> t.TypeName:
        return t.TypeName(self._span(meta), "one of", self._words(children))

    def param(self, meta: Meta, children: Children) -> t.Parameter:
        return t.Parameter(self._span(meta), self._word(children[0]), children[1])

    def parameter(self, meta: Meta, children: Children) -> t.DatedParameter:
        files = [c[1] for c in children if isinstance(c, tuple) and c[0] == "file"]
        return t.DatedParameter(
            self._span(meta),
            self._word(children[0]),
            children[1],
            self._text(children),
            self._clauses(children),
            self._of(children, t.ParameterRow),
            files[0] if files else None,
        )

    def parameter_file(self, _meta: Meta, children: Children) -> tuple[str, t.Word]:
        return ("file", self._word(children[0]))

    def parameter_is(self, meta: Meta, children: Children) -> t.ParameterRow:
        cites = self._one(children, t.Cites)
        return t.ParameterRow(self._span(meta), "value", children[1], children[0], cites)

    def parameter_unconfirmed(self, meta: Meta, children: Children) -> t.ParameterRow:
        interval = replace(children[0], note=self._text(children))
        return t.ParameterRow(self._span(meta), "unconfirmed", interval)

    def parameter_none(self, meta: Meta, children: Children) -> t.ParameterRow:
        interval = replace(children[0], note=self._text(children))
        return t.ParameterRow(self._span(meta), "not applicable", interval)

    def relation(self, meta: Meta, children: Children) -> t.Relation:
        parts = self._parts(children)
        return t.Relation(
            self._span(meta),
            self._word(children[0]),
            self._of(children, t.Parameter),
            self._phrase(parts),
            "open" in parts,
            parts.get("key", ()),
            self._of(children, t.Bound),
            self._misplaced(parts, "derived", "absent", "blank", "beside", "always"),
        )

    def list(self, meta: Meta, children: Children) -> t.ListDeclaration:
        parts = self._parts(children)
        return t.ListDeclaration(
            self._span(meta),
            self._word(children[0]),
            children[1],
            self._word(children[2]),
            self._phrase(parts),
            "open" in parts,
            self._misplaced(parts, "derived", "absent", "blank", "beside", "always"),
        )

    def term(self, meta: Meta, children: Children) -> t.Term:
        parts = self._parts(children)
        return t.Term(
            self._span(meta),
            self._word(children[0]),
            children[1],
            self._one(children, t.TypeName),
            self._phrase(parts),
            parts["absent"][1] if "absent" in parts else "",
            self._misplaced(parts, "open", "blank", "beside", "always"),
        )

    def decision(self, meta: Meta, children: Children) -> t.Decision:
        names = [c for c in children[1:] if isinstance(c, Token) and c.type == "NAME"]
        parts: dict[str, Any] = dict(c for c in children if isinstance(c, tuple) and c[0] in ("details", "as of"))
        (otherwise,) = self._of(children, t.Otherwise)
        return t.Decision(
            self._span(meta),
            self._word(children[0]),
            children[1],
            self._text(children),
            self._words(names),
            otherwise,
            parts.get("details", ()),
            self._notes(children),
            parts.get("as of"),
        )

    def governed(self, _meta: Meta, children: Children) -> tuple[str, t.Reading]:
        return ("as of", children[0])

    def otherwise(self, meta: Meta, children: Children) -> t.Otherwise:
        outcome, *more = children
        unearned = self._word(more[1]) if len(more) > 1 else None
        return t.Otherwise(self._span(meta), self._word(outcome), more[0] if more else None, unearned)

    def details(self, _meta: Meta, children: Children) -> tuple[str, tuple[t.Word, ...]]:
        return ("details", self._words(children))
