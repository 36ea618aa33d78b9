"""What conclusions about resident things are missing themselves, found once for each conclusion."""

from __future__ import annotations

import numpy as np

from licet.decide.decision import View
from licet.decide.missing.columns import MissingColumns
from licet.decide.missing.fact_ids import Keys
from licet.decide.missing.through_conclusions import Conclusion, Direct, together
from licet.ir import policy as ir
from licet.ir.remembered import by_policy
from licet.ir.strata import Strata
from licet.plan.reach import Reach, compile_reach
from licet.run.columnar.bit_program import run_program
from licet.run.columnar.bitmaps import unpacked
from licet.run.columnar.lists import Lists, joined


def missing_of(policy: ir.Policy, keys: Keys, conclusion: Conclusion) -> Direct:
    """The facts that a conclusion is missing itself, for each place in the frame of its entity."""
    solver, entity = conclusion.solver, conclusion.entity
    reach = reach_of(policy, entity, conclusion.rules, term=conclusion.term)
    frame = solver.frame(entity)
    columns = MissingColumns(solver.vector, entity, keys, decided=False)
    bits = run_program(reach.program, solver.vector, frame, enforced_only=solver.enforced_only)
    reached = [np.flatnonzero(unpacked(bit, frame.length)) for bit in bits]
    first, last = len(reach.atoms), len(reached) - len(reach.values)
    for atom, rows in zip(reach.atoms, reached, strict=False):
        columns.formula(atom, frame.take(rows), rows)
    columns.open_law(reach, reached[first:last], frame)
    for value, rows in zip(reach.values, reached[last:], strict=True):
        columns.operand(value, frame.take(rows), rows)
    return Direct(
        Lists(*joined(columns.found), frame.length),
        {other: Lists(*pairs, frame.length) for other, pairs in together(columns.looks).items()},
    )


@by_policy
def reach_of(
    policy: ir.Policy, entity: str, rules: tuple[str, ...] = (), views: tuple[View, ...] = (), term: str = ""
) -> Reach:
    """As `compile_reach`, once for a policy."""
    return compile_reach(policy, Strata.of(policy), entity, rules, views, term)
