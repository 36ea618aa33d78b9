"""Which tables a path holds: one file, the sheets of a workbook, or a folder of files of any kind."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from licet.diagnostics import Diagnostic
from licet.errors import UsageError
from licet.facts.files.addresses import is_elsewhere
from licet.facts.files.connections import database_of
from licet.facts.files.databases import tables_at
from licet.facts.files.fetched import files_at
from licet.facts.files.opened import ARCHIVE, is_stream, members_of, opened, shown_name, suffix_of
from licet.facts.files.partitions import keyed, refuse_table_formats
from licet.facts.files.sheets import Cells, Sheet, SheetError, Stretch, unreadable
from licet.facts.files.sheets_arrow import arrow_sheet, parquet_sheet
from licet.facts.files.sheets_csv import csv_sheet
from licet.facts.files.sheets_jsonl import jsonl_sheet
from licet.facts.files.sheets_xlsx import xlsx_sheets
from licet.facts.inventory.answers import is_answers
from licet.names import matched
from licet.values import counted

DOCUMENTS = (".yaml", ".yml", ".json")
_WORDS = "YAML, JSON, JSONL, CSV, XLSX, Parquet or Arrow"
_FEW = 5  # files that a note names
_PROSE = (".md", ".licet")  # beside an inventory, and never facts
_BESIDE = ("_SUCCESS", "_metadata", "_common_metadata")  # what Spark and others leave beside the parts of a table
PROVENANCE = "provenance.json"  # likewise, of what was imported: where it comes from
_ONE = {
    ".csv": csv_sheet,
    ".tsv": csv_sheet,
    ".tab": csv_sheet,
    ".txt": csv_sheet,
    ".jsonl": jsonl_sheet,
    ".ndjson": jsonl_sheet,
    ".parquet": parquet_sheet,
    ".arrow": arrow_sheet,
    ".arrows": arrow_sheet,
    ".ipc": arrow_sheet,
    ".feather": arrow_sheet,
}
TYPED = (".jsonl", ".ndjson", ".parquet", ".arrow", ".arrows", ".ipc", ".feather")  # cells have types of their own
TABLES = (*_ONE, ".xlsx")
_KNOWN = (*DOCUMENTS, *TABLES)
_BY_NAME = (".txt",)  # in a folder only where its name says what it is a table of: most such files are prose
_GLOB = re.compile(r"[*?\[]")


def files_in(path: Path, known: Iterable[str] = ()) -> list[Path]:
    """The inventory's files, in a fixed order; a file in an archive is a path below it. `known` are entities and such.

    Errors: `UsageError` where there is none.
    """
    if database_of(path):
        return tables_at(path, known)
    if is_elsewhere(path):
        found = [file for file in files_at(path) if file == path or suffix_of(file) in _KNOWN]
        if not found:
            raise UsageError(f"there is no inventory ({', '.join('*' + s for s in _KNOWN)}) in `{shown_name(path)}`")
        return found
    if is_stream(path):
        return [path]
    if path.is_file():
        return _expanded(path)
    if not path.is_dir():
        return _fitting(path)
    names = {matched(name) for name in known}
    found = [file for file in _all_in(path) if _is_read(file, path, names)]
    if not found:
        raise UsageError(f"there is no inventory ({', '.join('*' + s for s in _KNOWN)}) in `{path}`")
    return [inner for file in found for inner in _expanded(file)]


def _is_read(file: Path, folder: Path, names: Collection[str]) -> bool:
    """Whether a file of a folder is an inventory's: not one that Licet wrote, unless it is called like facts."""
    suffix = suffix_of(file)
    is_called = any(_called(part) in names for part in file.relative_to(folder).parts)
    if suffix in _BY_NAME:
        return is_called
    return (suffix in _KNOWN or suffix == ARCHIVE) and (is_called or not is_answers(file))


def may_be_read_in(path: Path) -> list[Path]:
    """The files that an inventory may be read from, whatever the vocabulary: none of them may be written to.

    Errors: `UsageError` where there is none.
    """
    if is_elsewhere(path):
        return []
    if database_of(path):
        return [path]
    if not path.is_dir():
        return [path, *files_in(path)]
    return [file for file in _all_in(path) if not is_answers(file)]


def _expanded(file: Path) -> list[Path]:
    """The files in an archive; of one that cannot be read, or is empty, itself: whoever reads it will say so."""
    if file.suffix.lower() != ARCHIVE:
        return [file]
    try:
        return [inner for inner in members_of(file) if inner.suffix.lower() not in _PROSE] or [file]
    except SheetError:
        return [file]


def _fitting(pattern: Path) -> list[Path]:
    """The files whose names fit a pattern such as `2026-*.csv`."""
    if not _GLOB.search(str(pattern)):
        raise UsageError(f"there is no file or folder `{pattern}`")
    found = sorted(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))))
    if not found:
        raise UsageError(f"no file fits `{pattern}`")
    return [inner for path in found if path.is_file() for inner in _expanded(path)]


def kind_of(file: Path) -> str:
    """The ending of its kind; of what has none, as its beginning tells. Empty where nobody can say."""
    suffix = suffix_of(file)
    if suffix in _KNOWN:
        return suffix
    try:
        return suffix_of(opened(file))
    except SheetError:  # whoever reads it will say so
        return ""


def unread_in(path: Path, known: Iterable[str]) -> Iterator[Diagnostic]:
    """What to say of the files of a folder that are of no kind that is read.

    One that is called like an entity or relation (`known`), or stands in a folder that is, holds facts: without them
    the others would be taken for all that there are. Of the rest there is one note.
    """
    names = {matched(name): name for name in known}
    rest = []
    for file in _all_in(path) if path.is_dir() else ():
        if _is_read(file, path, names):
            continue
        name = next((names[key] for part in file.relative_to(path).parts if (key := _called(part)) in names), None)
        if name is not None:
            words = f"`{file}` bears the name of `{name}` and is of no kind that is read"
            help_ = f"save it as {_WORDS}, or move it out of the folder"
            yield Diagnostic("F016", words, help=help_)
        elif file.suffix.lower() not in _PROSE and file.name != PROVENANCE:
            rest.append(file)
    if rest:
        few = ", ".join(f"`{file}`" for file in rest[:_FEW]) + (" ..." if len(rest) > _FEW else "")
        words = counted(len(rest), "file of the folder is", "files of the folder are")
        yield Diagnostic("S010", f"{words} not read: {few}", help=f"what is read is {_WORDS}", severity="style")


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
        refuse_table_formats(Path(name), below)
        below[:] = [one for one in below if not one.startswith(".")]
        found += [Path(name, file) for file in files if not file.startswith(("~$", "."))]
    return sorted(file for file in found if file.name not in _BESIDE)


def sheets_in(file: Path) -> Iterator[Sheet]:
    """The tables of a file that is not YAML. Errors: `SheetError`."""
    if file.suffix.lower() == ARCHIVE:
        members_of(file)
        raise unreadable(str(file), "it holds no table", f"put files of these kinds into it: {_WORDS}")
    ready = opened(file)
    for sheet in _sheets(ready, file):
        yield _told(sheet, ready, file)


def _told(sheet: Sheet, ready: Path, file: Path) -> Sheet:
    """Under the file's own name, however it is laid out, and with what its folders say."""
    laid = sheet.laid
    told = sheet if ready == file else _renamed(sheet, ready, file)
    if laid is not None:
        told = replace(told, laid=lambda skip, named: _told(laid(skip, named), ready, file))
    return told if told.corner is not None else keyed(file, told)


def _sheets(ready: Path, file: Path) -> Iterator[Sheet]:
    suffix = suffix_of(ready)
    try:
        if suffix == ".xlsx":
            yield from xlsx_sheets(ready)
        elif (reader := _ONE.get(suffix)) is not None:
            yield reader(ready)
        else:
            known = ", ".join(f"`{suffix}`" for suffix in _KNOWN)
            help_ = f"known endings: {known}; or say its kind with `--input-format`"
            raise unreadable(str(file), "its name does not say what kind of file it is", help_)
    except SheetError as error:
        raise error.about(str(ready), shown_name(file)) from error


def _renamed(sheet: Sheet, ready: Path, file: Path) -> Sheet:
    """The sheet of a copy, told under the name of the original."""

    def told(stretch: Stretch) -> Stretch:
        def rows(only: str | None) -> Iterator[Cells]:
            try:
                yield from stretch(only)
            except SheetError as error:
                raise error.about(str(ready), shown_name(file)) from error

        return rows

    return replace(
        sheet,
        file=shown_name(file),
        stretches=lambda wished: [told(stretch) for stretch in sheet.stretches(wished)],
    )
