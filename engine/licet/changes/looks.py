"""Which rows of an entity rules about a row may read besides it, where nothing else reads any of them.

A rule looks about where it asks for all records of its own entity. What of them can matter is bounded by the facts that
have to be equal (the same licence), by facts that have to be a value, and by what the rule asks of the row itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licet.facts.indexes import SCALARS
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.equations import conjuncts, keys
from licet.ir.remembered import by_policy
from licet.ir.strata import Name, Strata
from licet.ir.walk import Part, parts, parts_of, walk
from licet.run.columnar.batch import is_passing, ranges_over
from licet.run.columnar.distinct_evaluation import path_of

_QUANTIFIERS = n.Some | n.Every | n.Aggregate


@dataclass(frozen=True, slots=True)
class RowLook:
    """A question about all records of an entity, in a rule about one of them.

    `fields` are those that it reads of others; None where it reads what is concluded of them, which may hang on any.
    `ties` are facts of the others that equal a fact of the row itself, or of what that refers to (its path); `given`
    are facts of the others that are a value, and `own` facts of the row itself that are: else the answer does not
    matter.
    """

    fields: frozenset[str] | None
    ties: tuple[tuple[str, tuple[str, ...]], ...] = ()
    given: tuple[tuple[str, object], ...] = ()
    own: tuple[tuple[str, object], ...] = ()

    def reads(self, field: str) -> bool:
        return self.fields is None or field in self.fields


@by_policy
def looks_about(policy: ir.Policy, entity: str) -> tuple[RowLook, ...] | None:
    """How rules about an entity look about among its records; None where something else may read them."""
    if not is_passing(policy, entity) or _is_read_elsewhere((policy,), entity):
        return None
    return tuple(look for rule in policy.rules.values() if rule.entity == entity for look in _looks_of(rule))


def looks_between(policies: Sequence[ir.Policy], entity: str) -> tuple[RowLook, ...] | None:
    """The same of policies and of all that are made of parts of them."""
    if not all(entity in policy.entities for policy in policies) or _is_read_elsewhere(policies, entity):
        return None
    found = [looks_about(policy, entity) for policy in policies]
    return None if None in found else tuple(dict.fromkeys(look for some in found for look in some or ()))


def _is_read_elsewhere(policies: Sequence[ir.Policy], entity: str) -> bool:
    """Whether what is concluded of others from all records of an entity is read in some policy."""
    read = {name for policy in policies for name in Strata.of(policy).names_read}
    return any(not read.isdisjoint(_concluded_from(policy, entity)) for policy in policies)


@by_policy
def _concluded_from(policy: ir.Policy, entity: str) -> frozenset[Name]:
    """What is concluded of others from all records of an entity."""
    others = [rule for rule in policy.rules.values() if rule.entity != entity] if ranges_over(policy, entity) else []
    looking = (r for r in others if any(_ranges_over(node, entity) for part in parts_of(r) for node in walk(part)))
    return frozenset(name for rule in looking for name in Strata.of(policy).conclusions(rule))


def _ranges_over(node: Part, entity: str) -> bool:
    return isinstance(node, _QUANTIFIERS) and node.each.kind == "population" and node.each.name == entity


def _looks_of(rule: ir.Rule) -> Iterator[RowLook]:
    own = tuple(_own(rule.body, rule.variable)) if rule.body is not None else ()
    for part in parts_of(rule):
        for node in walk(part):
            if isinstance(node, _QUANTIFIERS) and _ranges_over(node, rule.entity):
                yield _look(node, rule.variable, own)


def _own(body: n.Formula, variable: str) -> Iterator[tuple[str, object]]:
    """What a rule asks of its own row in any case."""
    for part in conjuncts(body):
        if isinstance(part, n.Compare) and part.operator == "=":
            for side, other in ((part.left, part.right), (part.right, part.left)):
                path = _path(side, variable)
                value = other.value if isinstance(other, n.Known) else None
                if path is not None and len(path) == 1 and isinstance(value, SCALARS):
                    yield path[0], value


def _look(node: n.Some | n.Every | n.Aggregate, variable: str, own: tuple[tuple[str, object], ...]) -> RowLook:
    ties, given = [], []
    each = node.each.variable
    for of, fact, other, alternatives in keys(node.where) if node.where is not None else ():
        if of != each or alternatives:
            continue
        path = _path(other, variable)
        if path is not None and len(path) <= 2:  # a fact, or one of what that refers to
            ties.append((fact, path))
        elif isinstance(other, n.Known) and isinstance(other.value, SCALARS):
            given.append((fact, other.value))
    fields: set[str] | None = set()
    for inner in walk(node):
        read = _reads_of(inner, each)
        fields = None if fields is None or read is None else fields | read
    return RowLook(None if fields is None else frozenset(fields), tuple(ties), tuple(given), own)


def _path(operand: Part, variable: str) -> tuple[str, ...] | None:
    """The names of fields from a variable to a fact; None where it is something else."""
    found = path_of(operand, frozenset({variable}))
    return found[1] or None if found is not None else None


def _reads_of(node: Part, variable: str) -> frozenset[str] | None:
    """What a node reads of a variable itself; None where that is no recorded fact."""
    if not any(isinstance(inner, n.Variable) and inner.name == variable for inner in parts(node)):
        return frozenset()
    if isinstance(node, n.FieldOf):
        return frozenset({node.name})
    return frozenset() if isinstance(node, n.Compare | n.Member) else None
