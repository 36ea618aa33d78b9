"""What is in scope where a condition stands: its module, its bound variables, the letter around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from licet.check.scope import ModuleScope, Scope
from licet.diagnostics import Span
from licet.ir import nodes as n
from licet.ir.types import BOOLEAN, DATE, NUMBER, Kind, Type
from licet.syntax import tree as t
from licet.values import with_article


@dataclass(frozen=True, slots=True)
class Exemption:
    """A letter exempts something of an entity, from a day on."""

    entity: str
    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Letter:
    """The one thing that an instance of a directive names, and who is exempt as to it."""

    entity: str
    name: str
    exemptions: tuple[Exemption, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Passed down while a condition is given its meaning."""

    scope: Scope
    module: ModuleScope
    variables: Mapping[str, Type]
    letter: Letter | None = None
    in_test: bool = False
    lost: frozenset[str] = frozenset()  # variables whose type is not known, which has been said

    def bind(self, word: t.Word, type_: Type) -> Context:
        return replace(self, variables={**self.variables, word.text: type_})

    def error(
        self, code: str, message: str, span: Span, help_: str = "", label: str = "", notes: tuple[str, ...] = ()
    ) -> None:
        self.scope.findings.error(code, message, span, help=help_, label=label, notes=notes)

    @property
    def view(self) -> str | None:
        """The jurisdiction whose conclusions are read: None reads the common ones only."""
        return self.module.jurisdiction

    def view_under(self, word: t.Word) -> str | None:
        """Another jurisdiction, read by name."""
        known = {m.jurisdiction for m in self.scope.modules.values() if m.jurisdiction}
        if word.text not in known:
            self.scope.unknown("E030", "jurisdiction", word.text, word.span, known)
        return word.text


def type_of(operand: n.Operand) -> Type:
    return DATE if isinstance(operand, n.AsOf) else operand.type


def boolean_test(operand: n.Operand, span: Span, *, expected: bool = True) -> n.Compare:
    """A bare boolean fact as a condition."""
    return n.Compare(span, "=", operand, n.Known(span, expected, BOOLEAN))


def describe(type_: Type) -> str:
    """A type in an author's words."""
    match type_.kind:
        case Kind.BOOLEAN:
            return "yes or no"
        case Kind.NUMBER:
            return "a number"
        case Kind.QUANTITY:
            return f"a quantity in `{type_.name}`"
        case Kind.PERCENT:
            return "a share such as 40%"
        case Kind.DATE:
            return "a date"
        case Kind.DURATION:
            return "a stretch of time such as 60 days"
        case Kind.COUNTRY:
            return "a country code such as CH"
        case Kind.TEXT:
            return "text in quotes"
        case Kind.ENUMERATION:
            values = (" < " if type_.ranked else ", ").join(f"`{value}`" for value in type_.values)
            return with_article(f"`{type_.name}`: {values}") if type_.name else f"one of {values}"
        case Kind.CODE:
            return f"a code of `{type_.name}`" + (f' such as "{type_.form.example}"' if type_.form else "")
        case Kind.ENTITY:
            return with_article(f"`{type_.name}`")
        case Kind.ROW:
            return f"a row of `{type_.name}`"
        case Kind.SET:
            return f"a set of {describe(type_.element or NUMBER)}"
