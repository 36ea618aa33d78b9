"""Facts in units that are products and quotients: exact, and told with what to write instead."""

from __future__ import annotations

from fractions import Fraction

import pytest

from licet.facts.cells.values_from_text import Problem, value_from_text
from licet.ir.types import Kind, Type
from licet.ir.units import combined, unit_named
from licet.values import Number

UNITS: dict[str, tuple[str, Number]] = {
    "TPP": ("TPP", 1),
    "mm2": ("mm2", 1),
    "cm2": ("mm2", 100),
    "density": ("TPP per mm2", 1),
    "USD": ("USD", 1),
    "day": ("day", 1),
    "week": ("day", 7),
}


@pytest.mark.parametrize(
    ("one", "other", "product", "quotient"),
    [
        ("TPP", "mm2", "TPP * mm2", "TPP per mm2"),
        ("TPP per mm2", "mm2", "TPP", "TPP per mm2 per mm2"),
        ("TPP", "TPP", "TPP * TPP", ""),
        ("1 per mm2", "mm2", "", "1 per mm2 per mm2"),
        ("", "day", "day", "1 per day"),
        ("b * a per c", "c per a", "b", "a * a * b per c per c"),
    ],
)
def test_exponents_are_added_and_subtracted(one: str, other: str, product: str, quotient: str) -> None:
    assert combined(one, other) == product
    assert combined(one, other, inverse=True) == quotient
    assert combined(quotient, other) == combined("", one)


@pytest.mark.parametrize(
    ("text", "base", "factor"),
    [
        ("TPP per cm2", "TPP per mm2", Fraction(1, 100)),
        ("density", "TPP per mm2", 1),
        ("USD per  week", "USD per day", Fraction(1, 7)),
        ("density per week", "TPP per day per mm2", Fraction(1, 7)),
        ("TPP * TPP per cm2", "TPP * TPP per mm2", Fraction(1, 100)),
        ("cm2 per mm2", "", 100),
    ],
)
def test_a_written_unit_has_a_base_and_a_factor(text: str, base: str, factor: Number) -> None:
    assert unit_named(UNITS, text) == (base, factor)


def test_what_is_no_unit_has_neither() -> None:
    assert [unit_named(UNITS, text) for text in ("TPP per", "per mm2", "m2", "TPP per m2", "")] == [None] * 5


DENSITY = Type(Kind.QUANTITY, "TPP per mm2")


@pytest.mark.parametrize(
    ("text", "value"), [("592 TPP per cm2", Fraction(148, 25)), ("6 density", 6), ("2.5", Fraction(5, 2))]
)
def test_facts_are_read_exactly(text: str, value: Number) -> None:
    assert value_from_text(text, DENSITY, UNITS) == value


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("5 TPP/mm2", "write 5 TPP per mm2"),
        ("5 TPP / cm2", "write 5 TPP per cm2"),
        ("5 TPP per m2", "did you mean `TPP per mm2`?"),
        ("5 desity", "did you mean `density`?"),
    ],
)
def test_other_units_are_told_with_what_to_write(text: str, help_: str) -> None:
    found = value_from_text(text, DENSITY, UNITS)

    assert isinstance(found, Problem)
    assert (found.expected, found.help) == ("a quantity in `TPP per mm2`", help_)
