"""Units as vectors of exponents: `TPP per mm2` is TPP once and mm2 minus once (language.md#units).

A base is written in one way: `m * m per s`, the units above by name, then those below; `1 per s` without any above.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from licet.values import Number, simplest

Units = Mapping[str, tuple[str, Number]]  # any name of a unit: its base, and how much of that one of it is
_ONE = "1"


def combined(one: str, other: str, *, inverse: bool = False) -> str:
    """The base of a product of two, or with `inverse` of a quotient; empty where everything cancels."""
    exponents = _vector(one)
    for name, exponent in _vector(other).items():
        exponents[name] += -exponent if inverse else exponent
    above = [name for name in sorted(exponents) for _ in range(exponents[name])]
    below = [name for name in sorted(exponents) for _ in range(-exponents[name])]
    return " per ".join([" * ".join(above) or _ONE, *below]) if above or below else ""


def unit_named(units: Units, text: str) -> tuple[str, Number] | None:
    """The base and the factor of a unit as it is written: `USD`, `TPP per mm2`; None if part of it is no unit."""
    text = " ".join(text.split())
    if text in units:
        return units[text]
    above, *below = text.split(" per ")
    base, factor = "", Fraction(1)
    for part, inverse in [*((p, False) for p in above.split(" * ") if p != _ONE), *((p, True) for p in below)]:
        if part not in units:
            return None
        of, each = units[part]
        base = combined(base, of, inverse=inverse)
        factor = factor / each if inverse else factor * each
    return base, simplest(factor)


def names_in(unit: str) -> list[str]:
    """The names in a unit as it is written."""
    return [part for whole in unit.split(" per ") for part in whole.split(" * ") if part not in ("", _ONE)]


def in_plural(base: str) -> str:
    """A base as it is said of many: `operations per second`."""
    above, *below = base.split(" per ")
    named = above[-1:].isalpha() and not above.isupper() and not above.endswith("s")
    return " per ".join([f"{above}s" if named else above, *below])


def is_simple(base: str) -> bool:
    """Whether a base is one declared unit."""
    return " " not in base


def _vector(base: str) -> Counter[str]:
    above, *below = base.split(" per ")
    found = Counter(part for part in above.split(" * ") if part not in ("", _ONE))
    found.subtract(below)
    return found
