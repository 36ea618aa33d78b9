"""Which tables a path holds: one file, the sheets of a workbook, or a folder of files of any kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from licet.errors import UsageError
from licet.facts.sheets import Sheet, unreadable
from licet.facts.sheets_arrow import arrow_sheet, parquet_sheet
from licet.facts.sheets_csv import csv_sheet
from licet.facts.sheets_jsonl import jsonl_sheet
from licet.facts.sheets_xlsx import xlsx_sheets

YAML = (".yaml", ".yml")
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


def files_in(path: Path) -> list[Path]:
    """The inventory's files, in a fixed order. Errors: `UsageError` where there is none."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(f"there is no file or folder `{path}`")
    known = (*YAML, *TABLES)
    found = sorted(f for f in path.rglob("*") if f.suffix.lower() in known and not f.name.startswith(("~$", ".")))
    if not found:
        raise UsageError(f"there is no inventory ({', '.join('*' + s for s in known)}) in `{path}`")
    return found


def sheets_in(file: Path) -> Iterator[Sheet]:
    """The tables of a file that is not YAML. Errors: `SheetError`."""
    if file.suffix.lower() == ".xlsx":
        yield from xlsx_sheets(file)
    elif (reader := _ONE.get(file.suffix.lower())) is not None:
        yield reader(file)
    else:
        known = ", ".join(f"`{suffix}`" for suffix in (*YAML, *TABLES))
        raise unreadable(str(file), "its name does not say what kind of file it is", f"known endings: {known}")
