"""Which tables a path holds: one file, the sheets of a workbook, or a folder of files of any kind."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from licet.diagnostics import Diagnostic
from licet.errors import UsageError
from licet.facts.sheets import Sheet, unreadable
from licet.facts.sheets_arrow import arrow_sheet, parquet_sheet
from licet.facts.sheets_csv import csv_sheet
from licet.facts.sheets_jsonl import jsonl_sheet
from licet.facts.sheets_xlsx import xlsx_sheets
from licet.names import matched

DOCUMENTS = (".yaml", ".yml", ".json")
_WORDS = "YAML, JSON, JSONL, CSV, XLSX, Parquet or Arrow"
_FEW = 5  # files that a note names
_PROSE = (".md", ".licet")  # beside an inventory, and never facts
_ONE = {
    ".csv": csv_sheet,
    ".tsv": csv_sheet,
    ".jsonl": jsonl_sheet,
    ".ndjson": jsonl_sheet,
    ".parquet": parquet_sheet,
    ".arrow": arrow_sheet,
    ".arrows": arrow_sheet,
    ".ipc": arrow_sheet,
    ".feather": arrow_sheet,
}
TABLES = (*_ONE, ".xlsx")
_KNOWN = (*DOCUMENTS, *TABLES)


def files_in(path: Path) -> list[Path]:
    """The inventory's files, in a fixed order. Errors: `UsageError` where there is none."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(f"there is no file or folder `{path}`")
    found = [file for file in _all_in(path) if file.suffix.lower() in _KNOWN]
    if not found:
        raise UsageError(f"there is no inventory ({', '.join('*' + s for s in _KNOWN)}) in `{path}`")
    return found


def unread_in(path: Path, known: Iterable[str]) -> Iterator[Diagnostic]:
    """What to say of the files of a folder that are of no kind that is read.

    One that is called like an entity or relation (`known`), or stands in a folder that is, holds facts: without them
    the others would be taken for all that there are. Of the rest there is one note.
    """
    names = {matched(name): name for name in known}
    rest = []
    for file in _all_in(path) if path.is_dir() else ():
        if file.suffix.lower() in _KNOWN:
            continue
        name = next((names[key] for part in file.relative_to(path).parts if (key := _called(part)) in names), None)
        if name is not None:
            words = f"`{file}` bears the name of `{name}` and is of no kind that is read"
            help_ = f"save it as {_WORDS}, or move it out of the folder"
            yield Diagnostic("F016", words, help=help_)
        elif file.suffix.lower() not in _PROSE:
            rest.append(file)
    if rest:
        few = ", ".join(f"`{file}`" for file in rest[:_FEW]) + (" ..." if len(rest) > _FEW else "")
        words = (
            "1 file of the folder is not read" if len(rest) == 1 else f"{len(rest)} files of the folder are not read"
        )
        yield Diagnostic("S010", f"{words}: {few}", help=f"what is read is {_WORDS}", severity="style")


def _called(part: str) -> str:
    """What a file is called, without its endings: `listed` for `Listed.csv.gz`."""
    return matched(part.split(".", 1)[0])


def _all_in(folder: Path) -> list[Path]:
    """The files in a folder and in those below it, links followed, but for those that programs hide."""
    found: list[Path] = []
    been: set[str] = set()

    def refuse(error: OSError) -> None:
        raise error

    for name, below, files in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(name)
        if real in been:
            below.clear()
            continue
        been.add(real)
        below[:] = [one for one in below if not one.startswith(".")]
        found += [Path(name, file) for file in files if not file.startswith(("~$", "."))]
    return sorted(found)


def sheets_in(file: Path) -> Iterator[Sheet]:
    """The tables of a file that is not YAML. Errors: `SheetError`."""
    if file.suffix.lower() == ".xlsx":
        yield from xlsx_sheets(file)
    elif (reader := _ONE.get(file.suffix.lower())) is not None:
        yield reader(file)
    else:
        known = ", ".join(f"`{suffix}`" for suffix in _KNOWN)
        raise unreadable(str(file), "its name does not say what kind of file it is", f"known endings: {known}")
