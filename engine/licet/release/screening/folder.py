"""The folder of an import: two sheets of an inventory, and where they come from. It is whole, or it is not there."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from licet.errors import UsageError
from licet.facts.files.sheets_of import PROVENANCE
from licet.facts.inventory.from_sheets import REJECTED
from licet.release.screening.entries import Wrong
from licet.release.screening.history import Sheets
from licet.release.screening.records import LISTED, PARTY, Record
from licet.report.escapes import for_csv, for_json

SCHEMA = "licet/lists/1"
REJECTS = "entries.rejects.csv"
SHEETS = (f"{PARTY}.jsonl", f"{LISTED}.jsonl")


def check_place(folder: Path, previous: Path | None) -> None:
    """Errors: `UsageError` where an import cannot be written there: only the one before is ever replaced."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"DIR `{folder}` is a file; name a folder")
    if not folder.absolute().parent.is_dir():
        raise UsageError(f"there is no folder `{folder.parent}`")
    if folder.is_dir() and any(folder.iterdir()):
        if previous is None or not previous.is_dir() or not folder.samefile(previous):
            help_ = f"name a new folder, or replace the import there with `--previous {folder}`"
            raise UsageError(f"DIR `{folder}` holds something; {help_}")
        others = sorted({path.name for path in folder.iterdir()} - {*SHEETS, PROVENANCE, REJECTS})
        if others:
            raise UsageError(f"DIR `{folder}` holds other things ({', '.join(others[:3])}); name a new folder")


def read(folder: Path) -> Sheets:
    """The import in a folder. Errors: `UsageError` where there is none, or it is not what was written."""
    about = _about(folder)
    texts = []
    for name in SHEETS:
        file = folder / name
        content = file.read_bytes() if file.is_file() else b""
        if hashlib.sha256(content).hexdigest() != about["files"].get(name):
            raise UsageError(f"`{file}` is not what the import wrote; put it back, or import without `--previous`")
        texts.append([json.loads(line) for line in content.decode("utf-8").splitlines()])
    parties, listings = texts
    return Sheets(date.fromisoformat(about["as_of"]), {record["id"]: record for record in parties}, listings)


def _about(folder: Path) -> Mapping[str, Any]:
    file = folder / PROVENANCE
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"there is no import in `{folder}`: `{file}` cannot be read") from error
    if not isinstance(about, dict) or about.get("schema") != SCHEMA:
        raise UsageError(f"`{file}` is of no import of `{SCHEMA}`; read it with the version of Licet that wrote it")
    return about


def lines(records: Iterable[Record]) -> str:
    """A sheet: a line for each record."""
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)


def contents(sheets: Sheets) -> dict[str, str]:
    """The sheets, as they are written."""
    rows = sorted(sheets.listings, key=lambda row: json.dumps(row, sort_keys=True))
    rows.sort(key=lambda row: row["party"])
    return dict(zip(SHEETS, (lines(sheets.parties.values()), lines(rows)), strict=True))


def digests(files: Mapping[str, str]) -> dict[str, str]:
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}


def write(folder: Path, files: Mapping[str, str], about: Mapping[str, Any], wrong: Sequence[Wrong], name: str) -> None:
    """All at once: the folder gets its name when it is whole, and the import that it replaces goes then."""
    beside = folder.absolute()
    part = beside.with_name(f".{beside.name}.{os.getpid()}.part")
    old = beside.with_name(f".{beside.name}.{os.getpid()}.old")
    part.mkdir()
    try:
        for file, text in files.items():
            (part / file).write_text(text, encoding="utf-8", newline="")
        (part / PROVENANCE).write_text(for_json(about, indent=2) + "\n", encoding="utf-8")
        if wrong:
            (part / REJECTS).write_text(_rejects(wrong, name), encoding="utf-8", newline="")
        _take_place(part, beside, old)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _take_place(part: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        part.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _rejects(wrong: Sequence[Wrong], file: str) -> str:
    """The entries that were left out, whole, with their places and reasons."""
    columns = list(dict.fromkeys(name for one in wrong for name, _ in one.cells))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*columns, *REJECTED])
    for one in wrong:
        cells = dict(one.cells)
        row = [*(cells.get(name, "") for name in columns), file, one.place, one.reason]
        writer.writerow([for_csv(cell) for cell in row])
    return text.getvalue()
