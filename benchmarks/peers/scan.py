"""A bare scan: the columns that some rule reads, from Parquet into Arrow, nothing else."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.peers import facts
from benchmarks.peers.engine import Engine
from benchmarks.peers.policy import Policy


class Scan(Engine):
    """Arrow's own reader with its own threads, dictionaries kept."""

    name = "bare scan"
    writes = False

    def __init__(self, policy: Policy, folder: Path) -> None:  # noqa: ARG002
        self.columns = facts.used(policy)
        self.dictionaries = [c.name for c in policy.columns if c.is_category]

    def compute(self, path: Path) -> pa.Table:
        return pq.read_table(path, columns=self.columns, read_dictionary=self.dictionaries)
