"""What is asked of the rules about one entity, to see what their conclusions rest on: compiled once for a policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from licet.decide.grounds.grounds import (
    READ,
    ConclusionRead,
    behind,
    collections,
    concluding,
    is_single,
    own_reads,
    own_tables,
    own_values,
    read_by,
)
from licet.decide.missing.reads_columns import reads
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_policy
from licet.ir.rewrite import renamed
from licet.ir.strata import Strata
from licet.ir.walk import Part, parts, parts_of, walk
from licet.plan.bits import SELF, OfFormula, OfRule, Program, StatusOf, Wanted, compile_program
from licet.plan.stages import closure


@dataclass(frozen=True)
class GroundsPlan:
    """`rules` are those that `roots` lead to through conclusions about the row itself.

    `atoms` read conclusions about others, each in the rules that `readers` has. `values` and `tables` are what rules
    may contradict each other about, `asked` the collections that each rule looks into, with its condition as it is and
    as if one were open. `read` is what the rules conclude, where it is not the answers. Without `relied`,
    only contradictions matter.
    """

    program: Program
    roots: tuple[str, ...]
    rules: tuple[ir.Rule, ...]
    atoms: tuple[Part, ...]
    readers: tuple[tuple[str, ...], ...]
    values: tuple[ConclusionRead, ...]
    tables: tuple[str, ...]
    asked: Mapping[str, Sequence[tuple[str, OfFormula, OfFormula]]]
    read: ConclusionRead | None
    relied: bool

    @cached_property
    def places(self) -> Mapping[Wanted, int]:
        """Where the bits of each thing wanted begin."""
        found, place = {}, 0
        for want in self.program.wanted:
            found[want] = place
            place += 4 if isinstance(want, StatusOf) else 2
        return found

    @cached_property
    def collections(self) -> Mapping[str, Sequence[tuple[str, int, int]]]:
        """The collections of each rule, and where the bits of its two conditions begin."""
        places = self.places
        return {
            id_: [(name, places[one], places[other]) for name, one, other in own] for id_, own in self.asked.items()
        }


@by_policy
def grounds_plan(
    policy: ir.Policy, entity: str, roots: tuple[str, ...], read: ConclusionRead | None = None, *, relied: bool = True
) -> GroundsPlan:
    """For rules about the rows of an entity; with `read`, for a conclusion about them and the rules behind it."""
    rules = [policy.rules[id_] for id_ in _led_to(policy, roots)]
    tables = own_tables(policy, entity)
    values: list[ConclusionRead] = []
    groups: list[str] = []
    if read is None and relied:
        values = [ConclusionRead(entity, name, view, is_term=True) for name, view in own_values(policy, entity)]
        groups = list(tables)
    elif read is not None:
        own = {own: None for rule in rules for own in own_reads(policy, rule)}
        values = [single for single in dict.fromkeys((read, *own)) if is_single(policy, single)]
        groups = [group for group in dict.fromkeys(rule.group for rule in rules) if group in tables]
    wanted: dict[Wanted, None] = {}
    asked = {rule.id: _asked(policy, rule) for rule in rules if relied}
    for rule in rules if relied else ():
        if rule.certainty != READ:
            wanted[StatusOf(rule.id)] = None
        wanted |= {want: None for _, *both in asked[rule.id] for want in both}
    for single in values:
        wanted |= {OfRule("effective", rule.id): None for rule, _ in concluding(policy, single)}
    for group in groups:
        wanted |= {OfRule("effective", rule.id): None for rule in tables[group]}
    program = compile_program(policy, Strata.of(policy), entity, wanted)
    atoms: dict[Part, dict[str, None]] = {}
    for rule in rules:
        for atom in _atoms(rule):
            atoms.setdefault(atom, {})[rule.id] = None
    readers = tuple(tuple(ids) for ids in atoms.values())
    about = tuple(values), tuple(groups)
    return GroundsPlan(program, roots, tuple(rules), tuple(atoms), readers, *about, asked, read, relied)


def _asked(policy: ir.Policy, rule: ir.Rule) -> Sequence[tuple[str, OfFormula, OfFormula]]:
    """The collections that a rule looks into, and its conditions, about the row."""

    def about_row(condition: n.Formula) -> OfFormula:
        return OfFormula(renamed(condition, rule.variable, SELF))

    return [(name, about_row(closed), about_row(opened)) for name, closed, opened in collections(policy, rule)]


def _led_to(policy: ir.Policy, roots: tuple[str, ...]) -> list[str]:
    """Rules, and those about the same subject whose conclusions they read."""

    def step(id_: str) -> Iterator[str]:
        for read in own_reads(policy, policy.rules[id_]):
            yield from behind(policy, read)

    return sorted({*roots, *closure(roots, step)})


def _atoms(rule: ir.Rule) -> Iterator[Part]:
    """The parts of a rule that read conclusions about something else, below its connectives."""

    def below(part: Part) -> Iterator[Part]:
        if isinstance(part, n.Connective):
            for inner in parts(part):
                yield from below(inner)
        elif reads(part):
            yield part

    for part in parts_of(rule):
        yield from below(renamed(part, rule.variable, SELF))


@by_policy
def reachable(policy: ir.Policy, roots: tuple[str, ...]) -> tuple[str, ...]:
    """Every rule that others may lead to, about whatever."""

    def step(id_: str) -> Iterator[str]:
        for part in parts_of(policy.rules[id_]):
            for node in walk(part):
                read = read_by(node)
                if read is not None:
                    yield from behind(policy, read)

    return tuple(sorted({*roots, *closure(roots, step)}))
