"""CSV files of an inventory with cells mended that are written otherwise and can mean one thing only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from licet.errors import UsageError
from licet.facts.cells.meant_cells import meant, months_first
from licet.facts.files.sheets import SheetError
from licet.facts.files.sheets_csv import layout
from licet.facts.files.sheets_of import files_in
from licet.facts.inventory.from_sheets import fields_of
from licet.ir import policy as ir
from licet.ir.types import Kind, Type


@dataclass(frozen=True, slots=True)
class Mended:
    """The text of a file with so many of its cells mended."""

    file: Path
    text: str
    cells: int


@dataclass(frozen=True, slots=True)
class _Cell:
    """What stands in a cell, and from where to where it does, with its quotation marks."""

    text: str
    start: int
    end: int


def mended_sheets(inventory: Path, policy: ir.Policy, most: int | None = None) -> Iterator[Mended]:
    """Each CSV file of a folder, or the one file, in which something can be mended. Nothing is written.

    Files that are called after no entity and no relation, those that are no UTF-8 text and those of more than `most`
    bytes are left alone.
    """
    known = [*policy.entities, *policy.relations]
    if not inventory.exists():
        return
    try:
        files = files_in(inventory, known)
    except UsageError:
        return
    for file in files:
        if file.suffix.lower() == ".csv" and file.stem in known and file.is_file():
            if most is not None and file.stat().st_size > most:
                continue
            try:
                found = _mended(file, fields_of(policy, file.stem), policy)
            except (UnicodeDecodeError, SheetError):
                continue
            if found.cells:
                yield found


def _mended(file: Path, fields: Mapping[str, ir.Field], policy: ir.Policy) -> Mended:
    text = file.read_bytes().decode("utf-8")
    delimiter, header = layout(file)
    rows = [*_rows(text, delimiter)][header - 1 :]
    names = [cell.text.strip("\ufeff ") for cell in rows[0]] if rows else []
    types = {i: fields[name].type for i, name in enumerate(names) if name in fields and not fields[name].derived}
    edits: list[tuple[_Cell, str]] = []
    for column, type_ in types.items():
        cells = [row[column] for row in rows[1:] if column < len(row)]
        month_first = months_first(cell.text for cell in cells) if _holds_days(type_) else None
        means = {
            text: meant(text, type_, policy.units, month_first=month_first)
            for text in {cell.text for cell in cells if cell.text.strip()}
        }
        edits += [(cell, instead) for cell in cells if (instead := means.get(cell.text)) is not None]
    for cell, instead in sorted(edits, key=lambda edit: -edit[0].start):
        written = f'"{instead}"' if delimiter in instead else instead
        text = text[: cell.start] + written + text[cell.end :]
    return Mended(file, text, len(edits))


def _holds_days(type_: Type) -> bool:
    return type_.kind is Kind.DATE or (type_.element is not None and type_.element.kind is Kind.DATE)


def _rows(text: str, delimiter: str) -> Iterator[list[_Cell]]:
    """The rows of a file as its cells, and where they stand."""
    at, row = 0, list[_Cell]()
    while at < len(text):
        cell = _cell(text, at, delimiter)
        row.append(cell)
        at = cell.end
        if text.startswith(delimiter, at):
            at += 1
            if at == len(text):
                row.append(_Cell("", at, at))
            continue
        yield row
        row = []
        at += 2 if text.startswith("\r\n", at) else 1
    if row:
        yield row


def _cell(text: str, start: int, delimiter: str) -> _Cell:
    """The cell that begins at a place."""
    end = start
    if text.startswith('"', start):
        end = start + 1
        while end < len(text) and (text[end] != '"' or text.startswith('""', end)):
            end += 2 if text.startswith('""', end) else 1
        end += 1
    while end < len(text) and text[end] not in f"\r\n{delimiter}":
        end += 1
    inner = text[start:end]
    if inner.startswith('"'):
        inner = inner[1:].rstrip().removesuffix('"').replace('""', '"')
    return _Cell(inner, start, end)
