"""What a lint rule looks at: the checked policy, its trees, and which modules are the author's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from licet.ir import nodes as n
from licet.ir.effects import about
from licet.ir.equations import conjuncts
from licet.ir.operators import COMPARISONS, Operator
from licet.ir.policy import Parameter, Policy, Rule
from licet.ir.walk import Part, parts_of, walk
from licet.syntax import tree as t
from licet.values import Truth

Term = tuple[str, str]  # entity and name: two entities may each have a term of one name


@dataclass(frozen=True, slots=True)
class Linted:
    """A policy without errors."""

    policy: Policy
    items: Mapping[str, tuple[t.Item, ...]]  # by module
    used_defines: Collection[str]

    def rules(self) -> Iterator[Rule]:
        """One rule of each item an author wrote, without score items."""
        seen = set()
        for rule in self.policy.rules.values():
            if rule.kind not in ("item", "default") and rule.group not in seen and rule.module in self.items:
                seen.add(rule.group)
                yield rule

    def parameters(self) -> Iterator[Parameter]:
        """Those that an author wrote."""
        yield from (one for one in self.policy.parameters.values() if one.module in self.items)

    def parts(self) -> Iterator[Part]:
        """Every node of every condition, of what rules conclude, of checks and of properties."""
        for rule in self.policy.rules.values():
            for part in parts_of(rule):
                yield from walk(part)
        for check in self.policy.checks.values():
            yield from walk(check.body)
        for property_ in self.policy.properties:
            for formula in (property_.when, property_.then):
                if formula is not None:
                    yield from walk(formula)

    def terms_concluded(self) -> set[Term]:
        """The terms and derived fields that some rule concludes."""
        concluded = ((rule.entity, about(effect)) for rule in self.policy.rules.values() for effect in rule.effects)
        return {(entity, name) for entity, (sort, name) in concluded if sort == "term"}


def declared_term(term: t.Term) -> Term:
    """What a declaration of a term declares."""
    return term.parameter.type.names[0].text, term.name.text


def terms_read(nodes: Iterable[Part]) -> dict[Term, n.Holds | n.TermOf]:
    """Each term that some nodes read, with the first one that does."""
    found: dict[Term, n.Holds | n.TermOf] = {}
    for node in nodes:
        match node:
            case n.Holds(term=name, entity=entity):
                found.setdefault((entity, name), node)
            case n.TermOf(name=name, base=base) if not isinstance(base, n.AsOf):
                found.setdefault((base.type.name, name), node)
            case _:
                pass
    return found


def surely(formula: n.Formula | None) -> Truth:
    """What a condition comes to whatever the facts are: T, F, or U where it depends on them.

    Looks at contradictions between comparisons of one operand with known values.
    """
    if formula is None:
        return Truth.T
    match formula:
        case n.Constant(truth=truth):
            return truth
        case n.Limb(part=part):
            return surely(part)
        case n.AllOf(parts=parts):
            least = min((surely(part) for part in parts), default=Truth.T)
            return Truth.F if contradict(list(conjuncts(formula))) else least
        case n.AnyOf(parts=parts):
            return max((surely(part) for part in parts), default=Truth.F)
        case _:
            return Truth.U


def contradict(parts: list[n.Formula]) -> bool:
    """Whether two of the conditions can never hold together: one denies the other, or no value satisfies both."""
    denied = {part.part for part in parts if isinstance(part, n.Not)}
    if any(part in denied for part in parts):
        return True
    compared: dict[n.Operand, list[tuple[Operator, Any]]] = {}
    for part in parts:
        if isinstance(part, n.Compare) and isinstance(part.right, n.Known):
            compared.setdefault(part.left, []).append((part.operator, part.right.value))
    return not all(_can_meet(comparisons) for comparisons in compared.values())


def _can_meet(comparisons: list[tuple[Operator, Any]]) -> bool:
    """Whether some value satisfies all of these comparisons with values of one type."""
    if isinstance(comparisons[0][1], bool | str):
        equal = {value for operator, value in comparisons if operator == "="}
        others = {value for operator, value in comparisons if operator == "!="}
        return len(equal) < 2 and not equal & others
    bounds = [bound for operator, value in comparisons for bound in _bounds(operator, value)]
    floors = [b for b in bounds if b.is_floor]
    ceilings = [b for b in bounds if not b.is_floor]
    if not floors or not ceilings:
        return True
    highest = max(floors, key=lambda b: (b.value, b.strict))
    lowest = min(ceilings, key=lambda b: (b.value, not b.strict))
    return _below(highest, lowest)


@dataclass(frozen=True, slots=True)
class _Bound:
    value: Any
    is_floor: bool
    strict: bool


def _below(floor: _Bound, ceiling: _Bound) -> bool:
    if floor.strict or ceiling.strict:
        return bool(floor.value < ceiling.value)
    return bool(floor.value <= ceiling.value)


def _bounds(operator: Operator, value: object) -> Iterator[_Bound]:
    """What a comparison with a value says of the least and the greatest."""
    comparison = COMPARISONS[operator]
    if not comparison.less:
        yield _Bound(value, True, not comparison.equal)
    if not comparison.more:
        yield _Bound(value, False, not comparison.equal)
