"""Formulas of a workbook that nobody has calculated: a program wrote them, and the file holds no values for them."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from posixpath import join, normpath

from licet.facts.files.sheets import unreadable

_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_SHEET = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
_ATTRIBUTE = re.compile(r"(?:\w+:)?(\w+)\s*=\s*[\"']([^\"']*)[\"']")
_BLOCK = 1 << 20
# a cell with its attributes and contents; the attributes of one without contents end with a slash
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>[^<]+<")
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Z]+)([0-9]+)[\"']")
_TEXT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")


def formulas_without_values(path: Path) -> dict[str, list[tuple[int, str]]]:
    """The rows and names of such cells, by sheet: they read as empty, which they are not. Errors: `SheetError`."""
    try:
        with zipfile.ZipFile(path) as book:
            return {
                sheet: cells
                for sheet, file in sheets_of_book(book)
                if _has_formulas(book, file) and (cells := list(_unsaid(book.read(file))))
            }
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, ValueError, RuntimeError) as error:
        raise unreadable(str(path), "it is damaged", "save the workbook again") from error


def sheets_of_book(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name of each sheet and of its file in the archive."""
    files = {
        relation.get("Id", ""): normpath(join("xl", relation.get("Target", "")).lstrip("/"))
        for relation in _elements(_RELATION, book.read("xl/_rels/workbook.xml.rels"))
    }
    for sheet in _elements(_SHEET, book.read("xl/workbook.xml")):
        file = files.get(sheet.get("id", ""), "")
        if file in book.namelist():
            yield sheet.get("name", ""), file


def _elements(element: re.Pattern[str], content: bytes) -> Iterator[dict[str, str]]:
    """The attributes of each element, without the prefixes of their names."""
    for attributes in element.findall(content.decode("utf-8", errors="replace")):
        yield {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}


def _has_formulas(book: zipfile.ZipFile, file: str) -> bool:
    before = b""
    with book.open(file) as content:
        while block := content.read(_BLOCK):
            if _FORMULA.search(before + block):
                return True
            before = block[-16:]
    return False


def _unsaid(content: bytes) -> Iterator[tuple[int, str]]:
    for attributes, inner in _CELL.findall(content):
        is_text = _TEXT.search(attributes) and b"<v" in inner  # whose value may be a text without letters
        if _FORMULA.search(inner) and not is_text and not _VALUE.search(inner) and (place := _PLACE.search(attributes)):
            yield int(place[2]), f"{place[1].decode()}{place[2].decode()}"
