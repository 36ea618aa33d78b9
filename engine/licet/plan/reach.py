"""Which unknown conditions a row's open answers hang on, as bits: from rules down through what is unknown only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import worked_out
from licet.ir.outcomes import outcomes_claimed
from licet.ir.rewrite import renamed
from licet.ir.strata import Name, Strata
from licet.ir.walk import parts
from licet.plan.bits import SELF, Program, ProgramWriter, compiled
from licet.plan.registers import ZERO


@dataclass(frozen=True, slots=True)
class RuleReached:
    """A rule, and why it is looked at: it concludes, an exception needs it to apply, or it may beat another."""

    rule: str
    role: Literal["concludes", "excepted", "beats"]


Node = RuleReached | n.Formula


@dataclass(frozen=True, slots=True)
class Reach:
    """`program` gives a bit for each atom that may be reached, then for each rule that may not stand, then two for
    each gap: where it is triggered, and where that is unknown; then one for each value that may be concluded."""

    program: Program
    atoms: tuple[n.Formula, ...]
    lives: tuple[str, ...]
    gaps: tuple[str, ...]
    values: tuple[n.Operand, ...] = ()


def compile_reach(
    policy: ir.Policy,
    strata: Strata,
    entity: str,
    rules: Sequence[str] = (),
    views: Sequence[tuple[str, str]] = (),
    term: str = "",
) -> Reach:
    """What some rules about an entity hang on, and some answers where they are not determined.

    `views` are decisions, each with a jurisdiction, and scores with none. With a `term`, also the values that the rules
    give it.
    """
    reached = _Reached(ProgramWriter(policy, strata, entity))
    found = reached.bits([*reached.unknown(rules), *reached.deciding(views)])
    gaps = [bit for pair in found.gaps.values() for bit in pair]
    values = list(reached.values(rules, term))
    bits = [*found.atoms.values(), *found.lives.values(), *gaps, *(bit for _, bit in values)]
    program = compiled(reached.writer, (), bits)
    return Reach(program, tuple(found.atoms), tuple(found.lives), tuple(found.gaps), tuple(v for v, _ in values))


@dataclass(slots=True)
class _Bits:
    """Where each is reached: atoms, rules that may not stand, and gaps, triggered and perhaps triggered."""

    atoms: dict[n.Formula, str] = field(default_factory=dict)
    lives: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Reached:
    """Follows a graph without cycles: what concludes recursively is an atom."""

    def __init__(self, writer: ProgramWriter) -> None:
        self.writer = writer
        self._edges: dict[Node, list[tuple[Node, str]]] = {}

    def bits(self, roots: Iterable[tuple[str, str]]) -> _Bits:
        """From rules that are looked into where a bit is set."""
        incoming: dict[Node, list[str]] = {}
        for rule, bit in roots:
            incoming.setdefault(RuleReached(rule, "concludes"), []).append(bit)
        found = _Bits()
        for node in self._in_order(list(incoming)):
            bit = self.writer.either(incoming.get(node, ()))
            for child, condition in self._edges[node]:
                incoming.setdefault(child, []).append(self.writer.both((bit, condition)))
            if isinstance(node, RuleReached):
                self._look_at(node.rule, bit, found)
            elif self._is_atom(node):
                found.atoms[node] = bit
        found.lives = {rule: bit for rule, bit in found.lives.items() if bit != ZERO}
        return found

    def _look_at(self, rule: str, bit: str, found: _Bits) -> None:
        """What is open of the law itself where a rule is reached."""
        either, both = self.writer.either, self.writer.both
        found.lives[rule] = either((found.lives.get(rule, ZERO), self._doubtful(rule, bit)))
        if self.writer.policy.rules[rule].is_open:
            sure, perhaps = found.gaps.get(rule, (ZERO, ZERO))
            may = self.writer.of_rule("body", rule)[1]
            triggered = self.writer.of_rule("triggered", rule)[0]
            found.gaps[rule] = (
                either((sure, both((bit, may, triggered)))),
                either((perhaps, both((bit, may, self.writer.inverse(triggered))))),
            )

    def _doubtful(self, rule: str, bit: str) -> str:
        """Where it matters that nobody knows whether a rule stands: its condition holds, or may."""
        may = self.writer.of_rule("body", rule)[1]
        return self.writer.both((bit, may, self.writer.unknown(self.writer.live_of(rule))))

    def unknown(self, rules: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Rules, where it is not known whether they conclude."""
        for rule in rules:
            yield rule, self.writer.unknown(self.writer.of_rule("effective", rule))

    def values(self, rules: Iterable[str], term: str) -> Iterator[tuple[n.Operand, str]]:
        """The values of a term that are not written in its rules, each where its rule concludes or may."""
        for id_ in rules:
            rule = self.writer.policy.rules[id_]
            for effect in worked_out(rule.effects):
                if effect.term == term:
                    yield renamed(effect.value, rule.variable, SELF), self.writer.of_rule("effective", id_)[1]

    def deciding(self, views: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """Rules that claim an outcome of an open answer, and items of scores, where it is not known whether they do."""
        writer = self.writer
        for rule in writer.policy.rules.values():
            for effect in rule.effects if rule.entity == writer.entity else ():
                if isinstance(effect, ir.AddsPoints) and (effect.score, "") in views:
                    yield rule.id, writer.unknown(writer.of_rule("effective", rule.id))
                elif isinstance(effect, ir.HasOutcome):
                    places = [place for name, place in views if name == effect.decision]
                    here = [place for place in places if rule.jurisdiction in (place, None)]
                    is_open = writer.either(self._open(effect.decision, place) for place in here)
                    if here:
                        yield rule.id, writer.both((is_open, writer.unknown(writer.of_rule("effective", rule.id))))

    def _open(self, decision: str, place: str) -> str:
        """Whether an answer is not determined."""
        steps = range(1, len(self.writer.policy.decisions[decision].outcomes))
        return self.writer.either(self.writer.unknown(self.writer.at_least(decision, place, i)) for i in steps)

    def _in_order(self, roots: list[Node]) -> list[Node]:
        """Every node after all that lead to it."""
        done: list[Node] = []
        seen: set[Node] = set()
        for root in roots:
            stack: list[tuple[Node, Iterator[Node]]] = [(root, iter(()))] if root not in seen else []
            if stack:
                seen.add(root)
                stack = [(root, iter(self._children(root)))]
            while stack:
                node, children = stack[-1]
                child = next((c for c in children if c not in seen), None)
                if child is None:
                    done.append(node)
                    stack.pop()
                else:
                    seen.add(child)
                    stack.append((child, iter(self._children(child))))
        return done[::-1]

    def _children(self, node: Node) -> list[Node]:
        self._edges[node] = list(self._of_rule(node) if isinstance(node, RuleReached) else self._of_formula(node))
        return [child for child, _ in self._edges[node]]

    def _of_rule(self, node: RuleReached) -> Iterator[tuple[Node, str]]:
        writer = self.writer
        rule = writer.policy.rules[node.rule]
        if rule.body is not None:
            body = renamed(rule.body, rule.variable, SELF)
            yield body, writer.unknown(writer.formula(body))
        for other in rule.excepts if node.role != "beats" else ():
            yield RuleReached(other, "excepted"), writer.unknown(writer.of_rule("applies", other))
        for exception in writer.strata.beaten_by.get(rule.id, ()) if node.role != "excepted" else ():
            yield RuleReached(exception, "beats"), writer.unknown(writer.of_rule("beats", exception))

    def _of_formula(self, formula: n.Formula) -> Iterator[tuple[Node, str]]:
        """The parts that are unknown themselves; of a conclusion about the row, the rules that are."""
        match formula:
            case n.RowAbove(number=0):
                return
            case n.RowAbove(rows=rows, number=number):
                above: n.Formula = replace(formula, number=number - 1)
                for row in (above, rows.conditions[number - 1]):
                    yield row, self.writer.unknown(self.writer.formula(row))
            case n.Connective():
                for part in parts(formula):
                    yield part, self.writer.unknown(self.writer.formula(part))
            case _ if not self._is_atom(formula):
                for rule in self._concluding(formula):
                    yield RuleReached(rule, "concludes"), self.writer.unknown(self.writer.of_rule("effective", rule))
            case _:
                return

    def _is_atom(self, formula: n.Formula) -> bool:
        self.writer.formula(formula)
        return formula in self.writer.atoms

    def _concluding(self, formula: n.Formula) -> Iterator[str]:
        writer = self.writer
        match formula:
            case n.Holds(term=term, view=view) | n.Member(collection=n.TermOf(name=term, view=view)):
                for place in sorted({view or "", ""}):
                    name = Name("term", writer.entity, term, place)
                    yield from (rule.id for rule in writer.strata.concluders.get(name, ()))
            case n.Outcome(decision=decision):
                yield from outcomes_claimed(writer.policy, decision)
            case _:
                return
