"""What a release map needs from a policy's vocabulary and rules, and which of its assumed facts have a name there."""

from __future__ import annotations

import numpy as np

from licet.errors import UsageError
from licet.facts.tables import Coded, Column, Table
from licet.ir import nodes as n
from licet.ir.equations import conjuncts
from licet.ir.policy import Policy, blanks
from licet.ir.types import Kind
from licet.ir.walk import parts_of, walk
from licet.values import State

MODEL, PARTY, TRANSFER = "Model", "Party", "Transfer"
_NEEDED = {MODEL: (), PARTY: ("country",), TRANSFER: ("item", "destination", "consignee")}


class GridVocabulary:
    """Which of the assumed facts a policy has a name for; the others stay unrecorded, and that is said."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.unsaid: dict[str, None] = {}

    def knows(self, entity: str, name: str) -> bool:
        """Whether there is a field of that name."""
        return name in self._policy.entities[entity].fields

    def day(self, entity: str) -> str:
        """The field whose day governs what is decided."""
        return self._policy.entities[entity].day

    def blank(self, entity: str, name: str) -> bool:
        """Whether what is left empty is *not applicable*."""
        field = self._policy.entities[entity].fields.get(name)
        return field is not None and field.blank

    def recorded(self, entity: str, columns: dict[str, Coded], rows: int) -> dict[str, Coded]:
        """The columns that the entity has, with values that it knows; what is left blank is so as in a file."""
        fields = self._policy.entities[entity].fields
        found = {
            name: Coded(np.zeros(rows, np.int32), (State.NOT_APPLICABLE,))
            for name in blanks(fields)
            if name not in columns and not fields[name].derived
        }
        for name, column in columns.items():
            field = fields.get(name)
            if field is None or field.derived:
                continue
            values = set(field.type.values) if field.type.kind is Kind.ENUMERATION else None
            strange = [] if values is None else [f for f in column.facts if isinstance(f, str) and f not in values]
            for fact in strange:
                self.unsaid[f"`{name}` of {entity} is left unknown: the vocabulary has no `{fact}`"] = None
            if not strange and not (field.always and State.NOT_APPLICABLE in column.facts):
                found[name] = column
        return found


def check_vocabulary(policy: Policy) -> None:
    """Errors: `UsageError` where there are no models, parties or transfers to make; it names all that is not there."""
    lacking = [f"`{entity}`" for entity in _NEEDED if entity not in policy.entities] or [
        f"`{name}` of {entity}"
        for entity, fields in _NEEDED.items()
        for name in fields
        if name not in policy.entities[entity].fields
    ]
    if lacking:
        raise UsageError(
            f"a map is of models, parties and transfers: the vocabulary of these policies has no {', '.join(lacking)}"
        )


def check_independence(policy: Policy, cells: Table) -> None:
    """A rule that looks at all transfers, or all parties, would see those of other cells. Errors: `UsageError`.

    It sees none where it asks for those that agree with a transfer in what no cell records, as its licence.
    """
    empty = {name for name, column in cells.columns.items() if _is_empty(column)}
    for rule in policy.rules.values():
        for part in (node for read in parts_of(rule) for node in walk(read)):
            if isinstance(part, n.Some | n.Every | n.Aggregate):
                each = part.each
                if each.kind != "population" or each.name not in (PARTY, TRANSFER):
                    continue
                if part.where is None or not any(_reads_empty(c, empty) for c in conjuncts(part.where)):
                    raise UsageError(
                        f"the rule `{rule.id}` looks at every {each.name}: cells of a map would change each other"
                    )


def _is_empty(column: Column) -> bool:
    return isinstance(column, Coded) and set(column.facts) == {State.NOT_APPLICABLE}


def _reads_empty(part: n.Formula, empty: set[str]) -> bool:
    """Whether something equals what a transfer has in an empty column, which in no cell anything does."""
    if not isinstance(part, n.Compare) or part.operator != "=":
        return False
    (left, at_left), (right, at_right) = _begun(part.left), _begun(part.right)
    if isinstance(left, n.Variable) and left == right:
        return False
    return any(
        isinstance(side, n.Variable) and side.type.name == TRANSFER and first in empty
        for side, first in ((left, at_left), (right, at_right))
    )


def _begun(side: n.Operand) -> tuple[n.Operand, str]:
    """What a path begins with, and its first field."""
    first = ""
    while isinstance(side, n.FieldOf):
        first, side = side.name, side.base
    return side, first
