"""Declared units: multiples of others, products and quotients of them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from licet.check.scope import ModuleScope, Scope
from licet.ir.units import names_in
from licet.syntax import tree as t
from licet.values import simplest


def declare_unit(scope: Scope, module: ModuleScope, tree: t.Unit) -> None:
    """The names of one unit."""
    base = tree.names[0].text
    for word in tree.names:
        if scope.declare("unit", word, module):
            scope.units[word.text] = (base, 1)
            scope.unit_phrases[word.text] = tree.phrase


def convert_units(scope: Scope) -> None:
    """`unit exaoperation is 1000 petaoperation`, `unit density is 1 TPP per mm2`: each a multiple of base units."""
    derived = {
        word.text: item.factor
        for module in scope.modules.values()
        for item in module.items
        if isinstance(item, t.Unit) and item.factor
        for word in item.names
    }
    waiting, told = dict(derived), set[str]()
    while waiting:
        ready = [name for name, literal in waiting.items() if not waiting.keys() & _needs(literal)]
        if not ready:
            for name in _circular(scope, waiting):
                del waiting[name]
        for name in ready:
            literal = waiting.pop(name)
            assert literal.unit is not None
            if literal.value == 0:
                _nothing(scope, name, literal)
                continue
            if literal.unit.text in told:
                continue
            found = scope.unit(literal.unit)
            if found is None:
                told.add(literal.unit.text)
            else:
                scope.units[name] = (found[0], simplest(Fraction(literal.value) * found[1]))


def _nothing(scope: Scope, name: str, literal: t.NumberLiteral) -> None:
    scope.findings.error("E079", f"one `{name}` is nothing", literal.span, help=f"write how much one `{name}` is")


def _needs(literal: t.NumberLiteral) -> set[str]:
    return set(names_in(literal.unit.text)) if literal.unit else set()


def _circular(scope: Scope, waiting: Mapping[str, t.NumberLiteral]) -> list[str]:
    """A circle, which is told: each of what waits needs something that waits."""
    current, path = min(waiting), list[str]()
    while current not in path:
        path.append(current)
        current = min(_needs(waiting[current]) & waiting.keys())
    circle = path[path.index(current) :]
    start = circle.index(min(circle))
    circle = circle[start:] + circle[:start]
    steps = [f"`{name}` is {waiting[name].span.said}" for name in circle]
    scope.findings.error(
        "E037",
        f"the unit `{circle[0]}` is defined by itself",
        waiting[circle[0]].span,
        notes=(f"the cycle: {', '.join(steps)}",),
        help="one of them must be a base unit: leave out its `is`",
    )
    return circle
