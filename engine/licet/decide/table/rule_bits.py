"""Which rules hold, are unknown and are defeated for each row of a batch: a column of bits for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from licet.decide.table.result_table import STATUSES
from licet.ir import policy as ir
from licet.run.columnar.batch import Verdicts


def rule_bits_schema(policy: ir.Policy, types: Sequence[str]) -> pa.Schema:
    """For each rule about these types, in the order of their ids, a column for each status: `<rule>.holds`, …"""
    wanted = [rule.id for rule in sorted(policy.rules.values(), key=lambda rule: rule.id) if rule.entity in types]
    return pa.schema([(f"{rule}.{status}", pa.bool_()) for rule in wanted for status in STATUSES])


def rule_bits(verdicts: Verdicts, schema: pa.Schema) -> pa.RecordBatch:
    """The bits of a batch, as the engine has them; null where a rule is about another type."""
    length = verdicts.frame.length
    same: dict[bool, pa.Array] = {}
    arrays = []
    for field in schema:
        rule, _, status = field.name.rpartition(".")
        statuses = verdicts.statuses.get(rule)
        arrays.append(
            pa.nulls(length, pa.bool_()) if statuses is None else _column(getattr(statuses, status), length, same)
        )
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def count(bits: Any, length: int) -> int:
    """In how many rows a bit is set."""
    if np.ndim(bits) == 0:
        return length if bits else 0
    found: int = as_booleans(bits, length).true_count
    return found


def as_booleans(bits: Any, length: int) -> pa.BooleanArray:
    """A bitmap as an Arrow array over the same memory."""
    return pa.Array.from_buffers(pa.bool_(), length, [None, pa.py_buffer(bits)])


def _column(bits: Any, length: int, same: dict[bool, pa.Array]) -> pa.Array:
    if np.ndim(bits):
        return as_booleans(bits, length)
    truth = bool(bits)
    if truth not in same:
        same[truth] = pa.repeat(pa.scalar(truth), length)
    return same[truth]
