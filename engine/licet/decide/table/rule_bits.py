"""Which rules hold, are unknown and are defeated for each row of a batch: a column of bits for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.decide.table.result_table import STATUSES
from licet.ir import policy as ir
from licet.run.columnar.batch import Verdicts, never_so
from licet.run.columnar.bitmaps import Bits, packed, unpacked


def rule_bits_schema(policy: ir.Policy, types: Sequence[str]) -> pa.Schema:
    """For each rule about these types, in the order of their ids, a column for each status: `<rule>.holds`, …

    Left out are `defeated` and `not_encoded` of a rule that can never be so, whatever the facts are.
    """
    wanted = sorted(rule.id for rule in policy.rules.values() if rule.entity in types)
    never = frozenset[tuple[str, str]]().union(*(never_so(policy, entity) for entity in types))
    names = [f"{rule}.{status}" for rule in wanted for status in STATUSES if (rule, status) not in never]
    return pa.schema([(name, pa.bool_()) for name in names])


@dataclass(frozen=True, slots=True, eq=False)
class RuleBits:
    """The bits of a batch, as the engine has them: for each column a bitmap, one bit that all rows have, or None where
    the rule is about another type.
    """

    length: int
    columns: Sequence[Bits | None]

    def batch(self, schema: pa.Schema) -> pa.RecordBatch:
        """The same as Arrow has it, over the same memory."""
        same = {truth: pa.repeat(pa.scalar(truth), self.length) for truth in (False, True)}
        nulls = pa.nulls(self.length, pa.bool_())
        arrays = [
            nulls if bits is None else as_booleans(bits, self.length) if np.ndim(bits) else same[bool(bits)]
            for bits in self.columns
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def rule_bits(verdicts: Verdicts, schema: pa.Schema) -> RuleBits:
    """The bits of a batch."""
    found: list[Bits | None] = []
    for rule, _, status in (name.rpartition(".") for name in schema.names):
        statuses = verdicts.statuses.get(rule)
        found.append(None if statuses is None else getattr(statuses, status))
    return RuleBits(verdicts.frame.length, found)


def bits_together(given: Sequence[RuleBits], order: NDArray[np.int64]) -> RuleBits:
    """The bits of several batches as one, in an order of their rows."""
    found: list[Bits | None] = []
    for same in zip(*(bits.columns for bits in given), strict=True):
        there = [(bits, one.length) for bits, one in zip(same, given, strict=True) if bits is not None]
        rows = np.concatenate([unpacked(bits, length) for bits, length in there]) if there else None
        found.append(None if rows is None else packed(rows[order]))
    return RuleBits(len(order), found)


def count(bits: Any, length: int) -> int:
    """In how many rows a bit is set."""
    if np.ndim(bits) == 0:
        return length if bits else 0
    found: int = as_booleans(bits, length).true_count
    return found


def as_booleans(bits: Any, length: int) -> pa.BooleanArray:
    """A bitmap as an Arrow array over the same memory."""
    return pa.Array.from_buffers(pa.bool_(), length, [None, pa.py_buffer(bits).slice(0, -(-length // 8))])
