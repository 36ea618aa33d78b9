"""The rows that were left out, whole and with reasons, as CSV that can be mended and read again."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from licet.facts.inventory.from_sheets import REJECTED
from licet.facts.inventory.row_errors import Reject
from licet.report.escapes import for_csv
from licet.report.result_file import whole_file
from licet.values import parse_number

_Place = tuple[int, int, int]  # of a reject: the number of its file, its row, and where it stands among what is noted


class Rejects:
    """Takes rejects as they come and, at the end, writes the rows of each table in the order of its files.

    `main` is the table whose rows the file itself has; those of another one stand beside it, with its name in theirs.
    """

    def __init__(self, path: Path, noted: IO[str]) -> None:
        self.main = ""
        self._path = path
        self._noted = noted  # on disk: nobody knows how many there will be
        self._places: dict[str, list[_Place]] = {}
        self._columns: dict[str, dict[str, None]] = {}
        self._files: dict[str, int] = {}

    def write(self, rejects: Sequence[Reject]) -> None:
        for reject in rejects:
            file = self._files.setdefault(reject.file, len(self._files))
            self._places.setdefault(reject.table, []).append((file, reject.row, self._noted.tell()))
            self._columns.setdefault(reject.table, {}).update(dict.fromkeys(name for name, _ in reject.cells))
            reason = reject.reason if reject.cells else f"{reject.reason}: {reject.value}"
            self._noted.write(json.dumps([reject.file, reject.row, reason, dict(reject.cells)]) + "\n")

    @property
    def paths(self) -> list[Path]:
        """The files that there will be: the one asked for, and those of further tables."""
        return [self._path, *(beside(self._path, table) for table in self._places if table != self.main)]

    def finish(self) -> None:
        for table in dict.fromkeys((self.main, *self._places)):
            path = self._path if table == self.main else beside(self._path, table)
            with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                columns = [name for name in self._columns.get(table, ()) if name not in REJECTED]
                writer.writerow([*columns, *REJECTED])
                for row in self._rows(table, columns):
                    writer.writerow([_cell(text) for text in row])

    def _rows(self, table: str, columns: Sequence[str]) -> Iterator[list[str]]:
        """Each row once, with all that is wrong with it."""
        for _, same in groupby(sorted(self._places.get(table, ())), lambda place: place[:2]):
            found = [self._read(place) for place in same]
            file, row, _, cells = found[0]
            reasons = dict.fromkeys(reason for _, _, reason, _ in found)
            yield [*(cells.get(name, "") for name in columns), file, str(row), " / ".join(reasons)]

    def _read(self, place: _Place) -> tuple[str, int, str, dict[str, str]]:
        self._noted.seek(place[2])
        file, row, reason, cells = json.loads(self._noted.readline())
        return file, row, reason, cells


def beside(path: Path, table: str) -> Path:
    """Where the rows of a further table stand: `out.rejects.Party.csv` beside `out.rejects.csv`."""
    return path.with_name(f"{path.stem}.{table}{path.suffix}")


def _cell(text: str) -> str:
    """Numbers stay what they are, with their signs."""
    return text if parse_number(text) is not None else for_csv(text)


@contextmanager
def rejects_file(path: Path, tables: Collection[str]) -> Iterator[Rejects]:
    """Files that are whole at the end, the one at `path` also where nothing was rejected.

    What an earlier run left of other `tables` beside it goes: nobody could tell it from what is left out now.
    """
    with TemporaryFile("w+", encoding="utf-8") as noted:
        rejects = Rejects(path, noted)
        yield rejects
        rejects.finish()
        for old in {beside(path, table) for table in tables} - set(rejects.paths):
            if _is_ours(old):
                old.unlink()


def _is_ours(path: Path) -> bool:
    with suppress(OSError, UnicodeDecodeError), path.open(encoding="utf-8") as file:
        return file.readline().rstrip("\n").endswith(",".join(REJECTED))
    return False
