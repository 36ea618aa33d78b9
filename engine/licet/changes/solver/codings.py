"""Values as whole numbers: the same number for equal values, under both policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.codes import CodeForm, Parts
from licet.ir.countries import CODES
from licet.ir.types import Kind, Type
from licet.ir.walk import parts_of, walk

_SIGNS = "1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
COUNTRIES = tuple(sorted(CODES))


@dataclass(slots=True)
class _Node:
    """A code, or the beginning of one: `low` is its number, up to `high` those of all that begins with it."""

    parts: Parts
    low: int = 0
    high: int = 0
    below: dict[str, _Node] = field(default_factory=dict)


class CodeNumbers:
    """Codes of one form in the order of a tree, so that all below a code are a stretch of numbers.

    The last number of a stretch stands for whatever code lies below and is named by neither policy.
    """

    def __init__(self, form: CodeForm, named: Iterable[str]) -> None:
        self.form = form
        self._root = _Node(())
        for code in sorted(set(named)):
            node = self._root
            for part in form.parts(code):
                node = node.below.setdefault(part, _Node((*node.parts, part)))
        self._nodes: dict[int, _Node] = {}
        self._others: dict[int, _Node] = {}  # by the number that stands for what nobody names below them
        self.most = self._number(self._root, 0)

    def _number(self, node: _Node, low: int) -> int:
        node.low, at = low, low
        self._nodes[low] = node
        for part in sorted(node.below):
            at = self._number(node.below[part], at + 1)
        node.high = at + 1
        self._others[node.high] = node
        return node.high

    def stretch(self, code: str) -> tuple[int, int]:
        """The number of a named code, and the last of those that begin with it."""
        *_, node = self._path(code)
        return node.low, node.high

    def beginnings(self, code: str) -> list[int]:
        """The numbers of codes that it begins with, and is not."""
        return [node.low for node in list(self._path(code))[:-1] if node.parts]

    def _path(self, code: str) -> Iterator[_Node]:
        node = self._root
        for part in self.form.parts(code):
            node = node.below[part]
            yield node

    def code(self, number: int) -> str | None:
        """A code of this number, as it is recorded; None where none is found that nobody names."""
        if number in self._nodes:
            return self._written(self._nodes[number].parts)
        node = self._others[number]
        tried = (self._written((*node.parts, part)) for part in self._further(node))
        return next((code for code in tried if code is not None), None)

    def _written(self, parts: Parts) -> str | None:
        """The code of some parts; None where there is none."""
        found = self.form.reads("".join(parts))
        is_code = found is not None and self.form.parts(found) == parts and self.form.knows(found)
        return found if is_code else next((c for c in self.form.known or () if self.form.parts(c) == parts), None)

    def _further(self, node: _Node) -> Iterator[str]:
        """Parts that may stand below a code and are not named there: others of the policies, with another sign too."""
        depth = len(node.parts)
        alike = sorted({n.parts[depth] for n in self._nodes.values() if len(n.parts) > depth}) or list(_SIGNS)
        changed = (part[:i] + sign + part[i + 1 :] for part in alike for i in range(len(part)) for sign in _SIGNS)
        yield from (part for part in (*alike, *changed) if part not in node.below)


class Codings:
    """The numbers of texts, countries, values of enumerations, truth values and codes."""

    def __init__(self, policies: tuple[ir.Policy, ir.Policy]) -> None:
        self._texts: dict[str, int] = {}
        named: dict[CodeForm, set[str]] = {}
        for type_, value in _named(policies):
            if type_.form is not None:
                named.setdefault(type_.form, set()).add(value)
        self._codes = {form.name: CodeNumbers(form, codes) for form, codes in named.items()}

    def codes(self, type_: Type) -> CodeNumbers:
        assert type_.form is not None
        if type_.form.name not in self._codes:
            self._codes[type_.form.name] = CodeNumbers(type_.form, ())
        return self._codes[type_.form.name]

    def number(self, value: bool | str, type_: Type) -> int:
        if isinstance(value, bool):
            return int(value)
        match type_.kind:
            case Kind.ENUMERATION:
                return _values(type_).index(value)
            case Kind.COUNTRY:
                return COUNTRIES.index(value)
            case Kind.CODE:
                return self.codes(type_).stretch(value)[0]
            case _:
                return self._texts.setdefault(value, len(self._texts))

    def bounds(self, type_: Type) -> tuple[int, int] | None:
        """The least and the greatest number that stand for a value; None where there are as many as one likes."""
        match type_.kind:
            case Kind.BOOLEAN:
                return 0, 1
            case Kind.ENUMERATION:
                return 0, len(type_.values) - 1
            case Kind.COUNTRY:
                return 0, len(COUNTRIES) - 1
            case Kind.CODE:
                return 1, self.codes(type_).most  # 0 would be a code without parts
            case _:
                return None

    def value(self, number: int, type_: Type) -> bool | str | None:
        """What a number stands for; None where no value that is known does."""
        match type_.kind:
            case Kind.BOOLEAN:
                return bool(number)
            case Kind.ENUMERATION:
                return type_.value_named(_values(type_)[number])
            case Kind.COUNTRY:
                return COUNTRIES[number]
            case Kind.CODE:
                return self.codes(type_).code(number)
            case _:
                return next((text for text, other in self._texts.items() if other == number), f"text {number}")


def numbered_alike(one: Type, other: Type) -> bool:
    """Whether equal values have one number: those of an enumeration are numbered among the values of its type."""
    return Kind.ENUMERATION not in (one.kind, other.kind) or _values(one) == _values(other)


def _values(type_: Type) -> tuple[str, ...]:
    """The values of an enumeration, the same however it was written; their order is only said where they are ranked."""
    return type_.values if type_.ranked else tuple(sorted(type_.values))


def _named(policies: Iterable[ir.Policy]) -> Iterator[tuple[Type, str]]:
    """The codes that policies name."""
    for policy in policies:
        for dated in policy.lists.values():
            yield from ((dated.type, m.member) for m in dated.members if isinstance(m.member, str))
        for top in (part for rule in policy.rules.values() for part in parts_of(rule)):
            yield from ((k.type, k.value) for k in walk(top) if isinstance(k, n.Known) and isinstance(k.value, str))
        for parameter in policy.parameters.values():
            yield from ((parameter.type, row.value) for row in parameter.rows if isinstance(row.value, str))
