"""The rows of a result to look at first: the gravest that are open, and the gravest that are determined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.ir import policy as ir
from licet.report.results.result_counts import STATUSES, coded

_WIDTH = 1_000  # of a rank: no decision has as many outcomes


@dataclass(slots=True)
class _Chosen:
    """The gravest rows so far, at most `most`; how many there were."""

    most: int
    number: int = 0
    rows: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)  # rank downwards, place, row

    def add(self, places: NDArray[Any], ranks: NDArray[Any], first: int, row_of: Any) -> None:
        self.number += len(places)
        if not self.most:
            return
        least = -self.rows[-1][0] if len(self.rows) == self.most else -1
        candidates = places[ranks[places] > least]
        order = np.argsort(-ranks[candidates], kind="stable")[: self.most]
        chosen = candidates[order].tolist()
        self.rows += [
            (-int(ranks[place]), first + place, row) for place, row in zip(chosen, row_of(chosen), strict=True)
        ]
        self.rows.sort(key=lambda row: row[:2])
        del self.rows[self.most :]


class ResultCases:
    """Chooses rows from batches: so many of those with an answer that is open, and of those that are determined and
    say more than the most lenient answer to some decision. What may be graver comes first, as in `report/gravity.py`;
    of open ones the answers that are open count.
    """

    def __init__(self, policy: ir.Policy, decisions: Sequence[ir.Decision], most: int) -> None:
        self._policy = policy
        self._decisions = list(decisions)
        self.open, self.determined = _Chosen(most), _Chosen(most)
        self._place = 0

    def add(self, batch: pa.RecordBatch, bits: pa.RecordBatch | None = None) -> None:
        ranks, open_ranks = np.zeros(len(batch), np.int64), np.zeros(len(batch), np.int64)
        is_open = np.zeros(len(batch), np.bool_)
        for decision in self._decisions:
            must, may = (self._ranks(batch[f"{decision.name}.{end}"], decision) for end in ("must", "may"))
            rank, here = may * 2 * _WIDTH + must, must != may
            ranks, open_ranks = np.maximum(ranks, rank), np.maximum(open_ranks, np.where(here, rank, 0))
            is_open |= here
        doubtful = self._doubtful(batch)
        ranks, open_ranks = ranks * 2 + doubtful, open_ranks * 2 + doubtful

        def row_of(places: list[int]) -> Iterator[dict[str, Any]]:
            wanted = pa.array(places, pa.int64())
            rows = batch.take(wanted).to_pylist()
            beside = None if bits is None else bits.take(wanted)
            for at, row in enumerate(rows):
                yield row if beside is None else {**row, **_rules_of(beside, at)}

        self.open.add(np.flatnonzero(is_open), open_ranks, self._place, row_of)
        self.determined.add(np.flatnonzero(~is_open & (ranks > 1)), ranks, self._place, row_of)
        self._place += len(batch)

    @staticmethod
    def _ranks(column: pa.Array, decision: ir.Decision) -> NDArray[Any]:
        """How grave, from 0 for the most lenient outcome to the same end for all decisions."""
        codes, values = coded(column)
        chain = decision.outcomes
        of_value = [
            round(chain.index(value) * _WIDTH / max(1, len(chain) - 1)) if value in chain else 0 for value in values
        ]
        return np.array([*of_value, 0], np.int64)[codes]

    @staticmethod
    def _doubtful(batch: pa.RecordBatch) -> NDArray[Any]:
        found = np.zeros(len(batch), np.int64)
        for name in ("conflicts", "contradictions"):
            if name in batch.schema.names:
                lengths = pc.fill_null(pc.list_value_length(batch[name]), 0).to_numpy(zero_copy_only=False)
                found |= (lengths > 0).astype(np.int64)
        return found


def _rules_of(bits: pa.RecordBatch, at: int) -> dict[str, list[str]]:
    """The rules of one row by their status, from the bits of each."""
    found: dict[str, list[str]] = {f"rules.{status}": [] for status in STATUSES}
    for name, column in zip(bits.schema.names, bits.columns, strict=True):
        rule, _, status = name.rpartition(".")
        if status in STATUSES and column[at].as_py():
            found[f"rules.{status}"].append(rule)
    return found
