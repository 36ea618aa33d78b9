"""What a writer of the result table is, and what it is told besides the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from licet.ir.policy import Policy


@dataclass(frozen=True, slots=True)
class ResultNotes:
    """What a result rests on, for formats that say so. `notes` are assumptions, rejects and the like, a line each;
    `names` says what columns are called.
    """

    policy: Policy
    facts_fingerprint: str = ""
    engine: str = ""
    notes: tuple[str, ...] = ()
    names: Callable[[Sequence[str]], Sequence[str]] = list


class Writer(Protocol):
    """Takes batches of one schema, in order; the file is complete after `close`, and only then."""

    def write(self, batch: pa.RecordBatch) -> None: ...

    def close(self) -> None: ...


class OpenWriter(Protocol):
    """How each format is opened; an existing file is overwritten."""

    def __call__(self, path: Path, schema: pa.Schema, about: ResultNotes, /) -> Writer: ...
