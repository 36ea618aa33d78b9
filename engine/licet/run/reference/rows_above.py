"""Whether a row above holds: what was found of a table is kept, and its next row asks for one row more."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from licet.ir import nodes as n
from licet.values import Truth


@dataclass(slots=True)
class _Asked:
    """How many rows of a table were asked, and the first of them that may hold, and that does."""

    rows: n.RowConditions  # kept, so that it keeps its identity
    looked: int = 0
    possible: int | None = None
    sure: int | None = None


@dataclass(slots=True)
class RowsAbove:
    """Good as long as conclusions stay what they are: those that rows read are finished before any row is asked."""

    known: dict[tuple[int, Hashable], _Asked] = field(default_factory=dict)

    def truth(self, above: n.RowAbove, subject: Any, truth_of: Callable[[n.Formula, Any], Truth]) -> Truth:
        """`subject` is what the table's variable stands for; `truth_of` is asked for its rows, each once."""
        asked = self.known.setdefault((id(above.rows), subject), _Asked(above.rows))
        while asked.looked < above.number and asked.sure is None:
            found = truth_of(above.rows.conditions[asked.looked], {above.variable: subject})
            if found is not Truth.F and asked.possible is None:
                asked.possible = asked.looked
            if found is Truth.T:
                asked.sure = asked.looked
            asked.looked += 1
        if asked.sure is not None and asked.sure < above.number:
            return Truth.T
        return Truth.U if asked.possible is not None and asked.possible < above.number else Truth.F
