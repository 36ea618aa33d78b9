"""The rows that were left out, with reasons, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from licet.facts.flaws import Reject
from licet.report.escapes import for_csv
from licet.report.result_file import whole_file


@dataclass(slots=True, eq=False)
class Rejects:
    """Takes rejects as they come; a row with several flaws is there once for each."""

    _writer: Any

    def write(self, rejects: Sequence[Reject]) -> None:
        for reject in rejects:
            self._writer.writerow([for_csv(str(getattr(reject, f.name))) for f in fields(Reject)])


@contextmanager
def rejects_file(path: Path) -> Iterator[Rejects]:
    """A file that is whole at the end, with a header even where nothing was rejected."""
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([f.name for f in fields(Reject)])
        yield Rejects(writer)
