"""The result table as text to read: a paragraph for each subject."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from licet.report.flat import flat
from licet.report.writer import ResultNotes

_WIDTH = 24  # of what is decided, in characters


class TextWriter:
    """Of each decision and score the answer or the range of answers, of each subject what is missing and due."""

    def __init__(self, path: Path, schema: pa.Schema, about: ResultNotes) -> None:
        named = [(d.phrase, f"{d.name}.must", f"{d.name}.may") for d in about.policy.decisions.values()]
        named += [(s.phrase, f"{s.name}.low", f"{s.name}.high") for s in about.policy.scores.values()]
        self._ranges = [(phrase, low, high) for phrase, low, high in named if low in schema.names]
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, batch: pa.RecordBatch) -> None:
        for row in flat(batch).to_pylist():
            said = [
                (phrase, _words(row[low]) if row[low] == row[high] else f"{_words(row[low])} to {_words(row[high])}")
                for phrase, low, high in self._ranges
                if row[low] is not None
            ]
            said += [(name, row[name]) for name in ("missing", "obligations") if row[name]]
            day = f" on {row['as_of']}" if row["as_of"] else ", date unknown"
            self._file.write(f"{row['type']} {row['id']}{day}\n")
            self._file.writelines(f"  {phrase:<{_WIDTH}} {value}\n" for phrase, value in said)

    def close(self) -> None:
        self._file.close()


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")
