"""What each conclusion depends on, and what strata follow (language.md#strata, language.md#recursion)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

from licet.diagnostics import Span
from licet.ir import nodes as n
from licet.ir.effects import about, term_values
from licet.ir.operators import COMPARISONS
from licet.ir.policy import Policy, Rule
from licet.ir.remembered import by_identity
from licet.ir.types import Kind
from licet.ir.walk import parts


class Name(NamedTuple):
    """A term of an entity, or a decision, as concluded in one jurisdiction (empty: common)."""

    sort: str
    entity: str
    name: str
    jurisdiction: str

    def __str__(self) -> str:
        return self.name + (f" under {self.jurisdiction}" if self.jurisdiction else "")


class Read(NamedTuple):
    """A condition reads a name; strictly, where it needs the finished answer."""

    name: Name
    strict: bool
    span: Span | None


class Edge(NamedTuple):
    """A conclusion of `rule` depends on what `rule` or one of its exceptions reads."""

    reader: Name
    read: Read
    rule: str


_OF_POLICY: WeakKeyDictionary[Policy, Strata] = WeakKeyDictionary()


@by_identity
def _conclusions(rule: Rule) -> tuple[Name, ...]:
    place = rule.jurisdiction or ""
    found = map(about, rule.effects)
    return tuple(Name(sort, rule.entity, name, place) for sort, name in found if sort in ("term", "decision"))


class Strata:
    """The dependency graph of a policy and its strongly connected components, lowest first."""

    def __init__(self, rules: Mapping[str, Rule], jurisdictions: Iterable[str]) -> None:
        self._rules = rules
        self._first_reads: dict[int, tuple[n.RowConditions, list[tuple[int, Read]]]] = {}  # kept: so is the identity
        self._jurisdictions = tuple(sorted(set(jurisdictions)))
        beaten_by: dict[str, list[str]] = {}
        for rule in rules.values():
            for target in rule.excepts:
                beaten_by.setdefault(target, []).append(rule.id)
        self.beaten_by = {target: tuple(found) for target, found in beaten_by.items()}  # rule: the exceptions to it

    @classmethod
    def of(cls, policy: Policy) -> Strata:
        """The strata of a policy, worked out once."""
        if policy not in _OF_POLICY:
            _OF_POLICY[policy] = cls(policy.rules, (r.jurisdiction for r in policy.rules.values() if r.jurisdiction))
        return _OF_POLICY[policy]

    def conclusions(self, rule: Rule) -> tuple[Name, ...]:
        """The names that a rule concludes; points and obligations are read by nobody."""
        return _conclusions(rule)

    @cached_property
    def concluders(self) -> Mapping[Name, tuple[Rule, ...]]:
        """The rules that conclude each name, by id."""
        found: dict[Name, list[Rule]] = {}
        for rule in sorted(self._rules.values(), key=lambda r: r.id):
            for name in self.conclusions(rule):
                found.setdefault(name, []).append(rule)
        return {name: tuple(rules) for name, rules in found.items()}

    @cached_property
    def names_read(self) -> frozenset[Name]:
        """What some rule reads."""
        return frozenset(read.name for reads in self._read_by.values() for read in reads)

    @cached_property
    def about(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules about each entity, by id."""
        found: dict[str, list[Rule]] = {}
        for rule in sorted(self._rules.values(), key=lambda r: r.id):
            found.setdefault(rule.entity, []).append(rule)
        return {entity: tuple(rules) for entity, rules in found.items()}

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(edge for rule in self._rules.values() for edge in self._edges_of(rule))

    def _edges_of(self, rule: Rule) -> Iterator[Edge]:
        readers = self.conclusions(rule)
        if not readers:
            return
        reads = [*self._read_by[rule.id]]
        for target in self.excepted_by(rule.id):
            reads += self._read_by[target]  # an exception concludes only where what it excepts applies
        for beater in self.exceptions_to(rule.id):
            reads += [Read(r.name, True, r.span) for r in self._read_by[beater]]
        for reader in readers:
            yield from (Edge(reader, read, rule.id) for read in reads)

    def exceptions_to(self, rule: str) -> list[str]:
        """The exceptions to a rule and to these, however indirect; by id."""
        return self._reachable(rule, lambda r: self.beaten_by.get(r, ()))

    def excepted_by(self, rule: str) -> list[str]:
        """The rules to which a rule is an exception, however indirectly; by id."""
        return self._reachable(rule, lambda r: self._rules[r].excepts)

    def _reachable(self, start: str, step: Callable[[str], Iterable[str]]) -> list[str]:
        pending, seen = list(step(start)), dict[str, None]()
        while pending:
            current = pending.pop()
            if current not in seen and current in self._rules:
                seen[current] = None
                pending += step(current)
        return list(seen)

    @cached_property
    def _read_by(self) -> Mapping[str, tuple[Read, ...]]:
        """What each rule reads, by its id."""
        return {id_: tuple(self.reads(rule)) for id_, rule in self._rules.items()}

    def reads(self, rule: Rule) -> Iterator[Read]:
        """What the body and the concluded values of a rule read."""
        if rule.body is not None:
            yield from self.reads_of(rule.body)
        for effect in term_values(rule.effects):
            grows = isinstance(effect.value, n.Aggregate) and effect.value.kind == "each"
            yield from self.reads_of(effect.value, strict=not grows)

    def reads_of(self, node: n.Formula | n.Operand, *, strict: bool = False) -> Iterator[Read]:
        """The names a node reads; `strict` once inside a negation or a non-monotone operation."""
        match node:
            case n.Holds(term=term, entity=entity, view=view, negated=negated):
                yield from self._names("term", entity, term, view, strict or negated, node.span)
            case n.TermOf(base=base, name=name, view=view):
                owner = base.type.name if not isinstance(base, n.AsOf) else ""
                yield from self._names("term", owner, name, view, strict, node.span)
            case n.RowAbove():
                yield from self._above(node, strict=strict)
            case n.Outcome(decision=decision, view=view):
                owner = node.subject.type.name if not isinstance(node.subject, n.AsOf) else ""
                places = self._jurisdictions if view == n.OVERALL else (view,)
                for place in (*places, ""):
                    yield Read(Name("decision", owner, decision, place), True, node.span)
            case _:
                pass
        for part, is_strict in _polarities(node):
            yield from self.reads_of(part, strict=strict or is_strict)

    def _above(self, node: n.RowAbove, *, strict: bool) -> Iterator[Read]:
        """What the rows above read, each name once."""
        if id(node.rows) not in self._first_reads:
            seen: set[tuple[Name, bool]] = set()
            first: list[tuple[int, Read]] = []
            self._first_reads[id(node.rows)] = node.rows, first  # a row of `otherwise` asks for those above it
            for place, condition in enumerate(node.rows.conditions):
                for read in self.reads_of(condition):
                    if (read.name, read.strict) not in seen:
                        seen.add((read.name, read.strict))
                        first.append((place, read))
        for place, read in tuple(self._first_reads[id(node.rows)][1]):
            if place < node.number:
                yield Read(read.name, strict or read.strict, read.span)

    def _names(
        self, sort: str, entity: str, name: str, view: str | None, strict: bool, span: Span | None
    ) -> Iterator[Read]:
        for place in {view or "", ""}:
            yield Read(Name(sort, entity, name, place), strict, span)

    # ---- components

    @cached_property
    def components(self) -> tuple[frozenset[Name], ...]:
        """Strongly connected components; each depends only on those before it."""
        graph: dict[Name, set[Name]] = {name: set() for name in self.concluders}
        for edge in self.edges:
            if edge.read.name in graph:
                graph[edge.reader].add(edge.read.name)
        return _strongly_connected(graph)

    @cached_property
    def component_of(self) -> Mapping[Name, int]:
        return {name: i for i, component in enumerate(self.components) for name in component}

    @cached_property
    def recursive(self) -> frozenset[Name]:
        """The names in a component that reads itself."""
        place = self.component_of
        inner = (e.reader for e in self.edges if place.get(e.read.name) == place[e.reader])
        return frozenset(name for reader in inner for name in self.components[place[reader]])


def _polarities(node: n.Formula | n.Operand) -> Iterator[tuple[n.Formula | n.Operand, bool]]:
    """Each part of a node, and whether the node is not monotone in it."""
    match node:
        case n.AllOf() | n.AnyOf() | n.Limb() | n.Some() | n.Counted(exactly=False):
            yield from ((part, False) for part in parts(node))
        case n.Compare(operator=operator, left=left, right=right) if not COMPARISONS[operator].is_equality:
            yield from _compared(left, right) if COMPARISONS[operator].more else _compared(right, left)
        case n.Member(item=item, collection=collection, negated=negated):
            yield item, True
            yield collection, negated or not isinstance(collection, n.TermOf)
        case n.Aggregate(kind="each", each=each, where=where, operand=value):
            yield from ((part, True) for part in (each.members,) if part is not None)
            yield from ((part, False) for part in (where,) if part is not None)
            yield from ((part, not _is_term(part)) for part in (value,) if part is not None)
        case n.CodeTest(item=item, codes=codes, negated=False) if _is_term(item):
            yield item, False
            yield from ((code, True) for code in codes)
        case other:
            yield from ((part, True) for part in parts(other))


def _is_term(operand: n.Operand) -> bool:
    """Whether it is a set that rules conclude, which only grows."""
    return isinstance(operand, n.TermOf) and operand.type.kind is Kind.SET


def _compared(great: n.Operand, small: n.Operand) -> Iterator[tuple[n.Formula | n.Operand, bool]]:
    """A sum of non-negative terms, a count or a highest value only grows: its filter is read plainly."""
    if isinstance(great, n.Aggregate) and is_monotone(great):
        if great.each.members is not None:
            yield great.each.members, False
        if great.where is not None:
            yield great.where, False
        if great.operand is not None:
            yield great.operand, True
    else:
        yield great, True
    yield small, True


def is_monotone(aggregate: n.Aggregate) -> bool:
    """Whether more members can only make it greater."""
    if aggregate.kind in ("count", "highest"):
        return True
    return aggregate.kind == "total" and aggregate.operand is not None and never_negative(aggregate.operand)


def never_negative(operand: n.Operand) -> bool:
    """Whether nothing below zero can be said: facts with a unit and shares are not negative, differences may be."""
    match operand:
        case n.FieldOf(type=type_):
            return type_.kind in (Kind.QUANTITY, Kind.PERCENT)
        case n.Known(value=int() | Fraction() as value):
            return value >= 0
        case n.Arithmetic(operator="+" | "*" | "/", left=left, right=right):
            return never_negative(left) and never_negative(right)
        case n.Call(function="rounded" | "rounded_up" | "rounded_down", arguments=(rounded, _)):
            return never_negative(rounded)
        case n.Call(function="min", arguments=arguments):
            return all(map(never_negative, arguments))
        case n.Call(function="max", arguments=arguments):
            return any(map(never_negative, arguments))
        case n.Aggregate(operand=summed):
            return summed is None or never_negative(summed)
        case _:
            return False


def _strongly_connected(graph: Mapping[Name, set[Name]]) -> tuple[frozenset[Name], ...]:
    """Tarjan's algorithm, without recursion: policies may be deep."""
    index: dict[Name, int] = {}
    low: dict[Name, int] = {}
    stack: list[Name] = []
    on_stack: set[Name] = set()
    found: list[frozenset[Name]] = []
    for root in sorted(graph):
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(sorted(graph[successor]))))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = set()
                    while node not in component:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.add(member)
                    found.append(frozenset(component))
    return tuple(found)
