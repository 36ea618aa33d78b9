"""What every engine of the comparison offers: answers in memory, and answers in a closed file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import pyarrow as pa
from benchmarks.peers import answers


class Engine(ABC):
    """An engine with its policy ready. Those that are two-valued get facts without gaps."""

    name = ""
    two_valued = False
    writes = True  # a bare scan has no answers

    @abstractmethod
    def compute(self, path: Path) -> Any:
        """From a Parquet file to the answers in memory, in the engine's own form."""

    def whole(self, path: Path, out: Path) -> None:
        """From a Parquet file to a closed file of answers: Arrow IPC, unless the engine has something faster."""
        answers.write(self.compute(path), out)

    def read(self, out: Path) -> pa.Table:
        """The answers in that file, as `answers.compare` takes them."""
        return answers.read(out)
