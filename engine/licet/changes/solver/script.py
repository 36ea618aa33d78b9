"""A text in SMT-LIB, which every solver reads: expressions with names, each written once, and constants folded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Literal

from licet.values import Number

Term = str  # a name, or a literal
Sort = Literal["Bool", "Int", "Real"]
TRUE, FALSE = "true", "false"


class SmtScript:
    """The lines of one text. Terms that are asked for again are the ones that were written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.sorts: dict[Term, Sort] = {}  # of what was declared
        self._written: dict[str, Term] = {}
        self._inverse: dict[Term, Term] = {TRUE: FALSE, FALSE: TRUE}

    def declare(self, sort: Sort) -> Term:
        """A new unknown."""
        name = f"v{len(self.lines)}"
        self.lines.append(f"(declare-const {name} {sort})")
        self.sorts[name] = sort
        return name

    def require(self, term: Term) -> None:
        """What holds in every world."""
        if term != TRUE:
            self.lines.append(f"(assert {term})")

    def text(self) -> str:
        return "\n".join(self.lines)

    def _define(self, sort: Sort, expression: str) -> Term:
        if expression not in self._written:
            name = self._written[expression] = f"d{len(self.lines)}"
            self.lines.append(f"(define-fun {name} () {sort} {expression})")
        return self._written[expression]

    # ---- truth

    def both(self, terms: Iterable[Term]) -> Term:
        return self._joined("and", terms, TRUE, FALSE)

    def either(self, terms: Iterable[Term]) -> Term:
        return self._joined("or", terms, FALSE, TRUE)

    def _joined(self, head: str, terms: Iterable[Term], neutral: Term, deciding: Term) -> Term:
        found = dict.fromkeys(terms)
        found.pop(neutral, None)
        if deciding in found or any(self._inverse.get(term) in found for term in found):
            return deciding
        return next(iter(found), neutral) if len(found) < 2 else self._define("Bool", f"({head} {' '.join(found)})")

    def inverse(self, term: Term) -> Term:
        if term not in self._inverse:
            found = self._define("Bool", f"(not {term})")
            self._inverse[term], self._inverse[found] = found, term
        return self._inverse[term]

    def implies(self, term: Term, other: Term) -> Term:
        return self.either((self.inverse(term), other))

    def choose(self, condition: Term, then: Term, otherwise: Term, sort: Sort) -> Term:
        """The first where the condition holds, else the second."""
        if then == otherwise or condition == TRUE:
            return then
        if condition == FALSE:
            return otherwise
        if sort == "Bool":
            both = self.both((condition, then))
            return self.either((both, self.both((self.inverse(condition), otherwise))))
        return self._define(sort, f"(ite {condition} {then} {otherwise})")

    # ---- numbers

    def equal(self, one: Term, other: Term) -> Term:
        if one == other:
            return TRUE
        if _is_literal(one) and _is_literal(other):
            return FALSE
        return self._define("Bool", f"(= {' '.join(sorted((one, other)))})")

    def less(self, one: Term, other: Term) -> Term:
        return FALSE if one == other else self._define("Bool", f"(< {one} {other})")

    def at_most(self, one: Term, other: Term) -> Term:
        return self.inverse(self.less(other, one))

    def within(self, low: Term, term: Term, high: Term) -> Term:
        """Both ends are in it."""
        return self.both((self.at_most(low, term), self.at_most(term, high)))

    def computed(self, operator: str, one: Term, other: Term, sort: Sort) -> Term:
        return self._define(sort, f"({operator} {one} {other})")

    def as_real(self, term: Term, sort: Sort) -> Term:
        return term if sort == "Real" else self._define("Real", f"(to_real {term})")


def whole(number: int) -> Term:
    """A whole number as a literal."""
    return str(number) if number >= 0 else f"(- {-number})"


def real(number: Number) -> Term:
    """An exact number as a literal."""
    exact = Fraction(number)
    sign = abs(exact)
    found = f"{sign.numerator}.0" if sign.denominator == 1 else f"(/ {sign.numerator}.0 {sign.denominator}.0)"
    return found if exact >= 0 else f"(- {found})"


def day(value: date) -> Term:
    """A day, as the number of days from the beginning of the calendar."""
    return whole(value.toordinal())


def _is_literal(term: Term) -> bool:
    return term[0] in "(0123456789"
