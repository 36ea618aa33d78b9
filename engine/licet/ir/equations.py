"""What a filter says to be equal: by it the members of a collection are looked up instead of gone through."""

from __future__ import annotations

from licet.ir import nodes as n
from licet.ir.remembered import by_identity


@by_identity
def equations(where: n.Formula) -> tuple[tuple[str, str, n.Operand], ...]:
    """The facts of variables that a filter says to equal what is recorded of other variables, or a known value."""
    match where:
        case n.AllOf(parts=parts):
            return tuple(found for part in parts for found in equations(part))
        case n.Limb(part=part):
            return equations(part)
        case n.Compare(operator="=", left=left, right=right):
            found = []
            for side, other in ((left, right), (right, left)):
                own, of = _recorded_of(side), _recorded_of(other)
                if own is not None and len(own) == 2 and of is not None and of[:1] != own[:1]:
                    found.append((own[0], own[1], other))
            return tuple(found)
    return ()


def _recorded_of(operand: n.Operand) -> tuple[str, ...] | None:
    """A variable and the facts that lead from it; nothing at all for a known value; None for anything else."""
    match operand:
        case n.Known():
            return ()
        case n.Variable(name=name):
            return name, "id"
        case n.FieldOf(base=n.Variable(name=variable), name=name):
            return variable, name
        case n.FieldOf(base=base, name=name):
            before = _recorded_of(base)
            return None if before is None else (*before, name)
    return None
