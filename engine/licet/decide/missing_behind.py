"""What conclusions about resident things hang on: found once for each conclusion, followed from whoever reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from licet.decide.missing_columns import Conclusion, MissingColumns
from licet.decide.missing_keys import Keys, Lists, joined
from licet.ir import policy as ir
from licet.ir.remembered import by_policy
from licet.ir.strata import Strata
from licet.plan.reach import Reach, compile_reach
from licet.run.bitmaps import unpacked
from licet.run.frame import Rows
from licet.run.once import once
from licet.run.solver import run_program

Look = tuple[Conclusion, Rows, Rows]  # origins, and the places of what they read


@dataclass(frozen=True, slots=True)
class _Direct:
    """For each place in the frame of a conclusion's entity: its missing facts, and the conclusions that it reads."""

    keys: Lists
    looks: Mapping[Conclusion, Lists]


class Behind:
    """Follows conclusions to conclusions, however they refer to one another."""

    def __init__(self, policy: ir.Policy, keys: Keys) -> None:
        self._policy = policy
        self._keys = keys
        self._known: dict[Conclusion, _Direct] = {}

    def found(self, looks: Iterable[Look]) -> tuple[Rows, Rows]:
        """Pairs of an origin and the key of a missing fact, from conclusions that origins read."""
        found: list[tuple[Rows, Rows]] = []
        seen: dict[Conclusion, Rows] = {}
        while looks:
            further: list[Look] = []
            for conclusion, readers in _together(looks).items():
                size = conclusion.solver.frame(conclusion.entity).length
                before = seen.get(conclusion, np.zeros(0, np.int64))
                new = once(readers[0] * size + readers[1])
                new = new[~_among(new, before)]
                seen[conclusion] = np.sort(np.concatenate([before, new]))
                origins, places = np.divmod(new, size)
                direct = self._direct(conclusion)
                belongs, keys = direct.keys.at(places)
                found.append((origins[belongs], keys))
                for other, lists in direct.looks.items():
                    belongs, there = lists.at(places)
                    if len(belongs):
                        further.append((other, origins[belongs], there))
            looks = further
        return joined(found)

    def _direct(self, conclusion: Conclusion) -> _Direct:
        if conclusion not in self._known:
            self._known[conclusion] = self._looked_up(conclusion)
        return self._known[conclusion]

    def _looked_up(self, conclusion: Conclusion) -> _Direct:
        solver, entity = conclusion.solver, conclusion.entity
        reach = reach_of(self._policy, entity, conclusion.rules)
        frame = solver.frame(entity)
        columns = MissingColumns(solver.vector, entity, self._keys, decided=False)
        bits = run_program(reach.program, solver.vector, frame, enforced_only=solver.enforced_only)
        for atom, reached in zip(reach.atoms, bits, strict=False):
            rows = np.flatnonzero(unpacked(reached, frame.length))
            columns.formula(atom, frame.take(rows), rows)
        for rule, reached in zip(reach.lives, bits[len(reach.atoms) :], strict=True):
            rows = np.flatnonzero(unpacked(reached, frame.length))
            columns.live(rule, frame.take(rows), rows)
        return _Direct(
            Lists(*joined(columns.found), frame.length),
            {other: Lists(*pairs, frame.length) for other, pairs in _together(columns.looks).items()},
        )


def _among(numbers: Rows, some: Rows) -> NDArray[np.bool_]:
    """Which of the numbers are among some others; these in order."""
    if not len(some):
        return np.zeros(len(numbers), np.bool_)
    found: NDArray[np.bool_] = some[np.minimum(np.searchsorted(some, numbers), len(some) - 1)] == numbers
    return found


def _together(looks: Iterable[Look]) -> Mapping[Conclusion, tuple[Rows, Rows]]:
    parts: dict[Conclusion, list[tuple[Rows, Rows]]] = defaultdict(list)
    for conclusion, origins, places in looks:
        parts[conclusion].append((origins, places))
    return {conclusion: joined(pairs) for conclusion, pairs in parts.items()}


@by_policy
def reach_of(policy: ir.Policy, entity: str, rules: tuple[str, ...] | None = None) -> Reach:
    """As `compile_reach`, once for a policy."""
    return compile_reach(policy, Strata.of(policy), entity, rules)
