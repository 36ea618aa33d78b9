"""The bit program for one case: the lines of `plan/bits.py` as conditions that stop as soon as they may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.strata import Strata
from licet.kernel.library import OneCase
from licet.plan.bits import ProgramWriter, Wanted, function_of
from licet.plan.registers import ONES, Line, one_case

Ranks = Callable[..., tuple[int, ...] | None]
_DEEPEST = 40  # brackets within brackets; Python's parser gives up at 200


@dataclass(frozen=True, eq=False)
class Case:
    """A program whose inputs come in groups, those of the lives last."""

    groups: tuple[tuple[object, tuple[n.Formula, ...]], ...]
    lives: tuple[ir.Live, ...]
    rules: frozenset[str]  # that the program reads
    names: tuple[tuple[str, ...], ...]  # of the inputs, by group
    lines: tuple[Line, ...]
    results: tuple[str, ...]

    @cached_property
    def run(self) -> Callable[..., Sequence[int]]:
        """`run(1, bits of the first group, ..., bits of the lives)` gives the bits wanted, as `Program.run` does.

        Each of them is 0, 1 or a truth of Python's, which is a number too.
        """
        statements, said = _statements(self.lines, self.results)
        return function_of("\n".join([*_opening(self.names), *statements, f"    return [{', '.join(said)}]", ""]))

    @cached_property
    def one(self) -> OneCase | None:
        """The same in C, for the bytes of all groups one after the other; None where that cannot be."""
        return one_case([name for names in self.names for name in names], self.lines, self.results)


def compile_case(
    policy: ir.Policy,
    strata: Strata,
    entity: str,
    wanted: Iterable[Wanted],
    group: Callable[[n.Formula], object],
) -> Case:
    """The program for one case: its atoms come as one tuple for each group, in which they stand in order."""
    writer = ProgramWriter(policy, strata, entity)
    results = [bit for want in wanted for bit in writer.bits(want)]
    groups: dict[object, list[int]] = {}
    for i, atom in enumerate(writer.atoms):
        groups.setdefault(group(atom), []).append(i)
    names = [[f"{bit}a{i}" for i in members for bit in "my"] for members in groups.values()]
    names += [[f"{bit}l{i}" for i in range(len(writer.lives)) for bit in "my"]]
    atoms = tuple(writer.atoms)
    grouped = tuple((key, tuple(atoms[i] for i in members)) for key, members in groups.items())
    lines = tuple(writer.needed(results))
    return Case(grouped, tuple(writer.lives), writer.rules, tuple(map(tuple, names)), lines, tuple(results))


def compile_definite(policy: ir.Policy, strata: Strata, entity: str, decisions: Iterable[str], case: Case) -> Ranks:
    """The program where nothing that is read is unknown: `run(1, bits of the first group, ..., bits of the lives)` is
    the outcome of each decision overall, as its place; None where a gap is triggered.

    The groups and lives are those of `case`, with one bit for each atom and life.
    """
    writer = ProgramWriter(policy, strata, entity, definite=True)
    ends = [(name, len(policy.decisions[name].outcomes)) for name in decisions]
    steps = [[writer.at_least(name, n.OVERALL, i)[0] for i in range(1, end)] for name, end in ends]
    gaps = [rule for rule in map(policy.rules.__getitem__, sorted(case.rules)) if rule.is_open]
    gap = writer.either(writer.triggers(rule)[0] for rule in gaps)
    results = [*(step for own in steps for step in own), gap]
    statements, said = _statements(writer.needed(results), results)
    names = [[f"a{writer.atoms[a]}" if a in writer.atoms else "_" for a in atoms] for _, atoms in case.groups]
    names.append([f"l{writer.lives[live]}" if live in writer.lives else "_" for live in case.lives])
    left = iter(said)
    ranks = "".join(f"{' + '.join(['0', *(step for _, step in zip(own, left, strict=False))])}, " for own in steps)
    source = [*_opening(names), *statements, f"    return ({ranks}) if not {next(left)} else None", ""]
    return function_of("\n".join(source))


def _opening(groups: Sequence[Sequence[str]]) -> Iterator[str]:
    """The head of a program: each group of inputs is a tuple."""
    yield f"def program({', '.join([ONES, *(f'g{i}' for i in range(len(groups)))])}):"
    yield from (f"    {', '.join(group)}, = g{i}" for i, group in enumerate(groups) if group)


def _statements(lines: Sequence[Line], results: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines, and what stands for the results. What is used once stands where it is used: there it is worked out
    only if it matters.
    """
    found = []
    uses = Counter([*(bit for _, _, used in lines for bit in used), *results])
    inner: dict[str, tuple[str, int]] = {}  # what stands for a name, and how deep it is nested
    for name, expression, used in lines:
        parts = [inner.get(bit, (bit, 0)) for bit in used]
        written = _condition(expression.split(" ", 2)[1], [part for part, _ in parts])
        depth = 1 + max(depth for _, depth in parts)
        negates_name = depth == 1 and " ^ " in expression  # as fast as reading a name of its own
        if depth < _DEEPEST and (uses[name] == 1 or negates_name):
            inner[name] = written, depth
        else:
            found.append(f"    {name} = {written}")
    return found, [inner.get(bit, (bit, 0))[0] for bit in results]


def _condition(operator: str, parts: Sequence[str]) -> str:
    """An expression over words of bits, as one over single bits."""
    match operator:
        case "&":
            return f"({' and '.join(parts)})"
        case "|":
            return f"({' or '.join(parts)})"
        case _:  # the other part of `^` has every bit set
            return f"(not {parts[0]})"
