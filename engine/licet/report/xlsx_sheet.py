"""A sheet of a workbook that grows: header, filters, widths that fit, and a further sheet where one is full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from licet.decide.decision import NOTICE
from licet.report.escapes import for_workbook

ROWS = 1_048_576  # of a sheet, the header among them
_TEXT = 32_767  # characters of a cell
_CUT = " … (cut: a cell holds no more)"
_WIDEST = 60
_ACROSS = 280  # characters that can be read side by side on A4; what is wider goes on on a further page

Value = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Hyperlink:
    """Text that opens an address."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Coloured:
    """Text in a cell of its own look."""

    text: str
    look: Format


@dataclass(frozen=True, slots=True)
class Heading:
    """`folded` columns start out closed, behind a + above the sheet."""

    text: str
    folded: bool = False


class Formats:
    """The looks of cells, made once."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.heading = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "top",
                "bottom": 1,
                "bg_color": "#E9EDF1",
                "font_color": "#1B1F24",
            }
        )
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0.#########", "valign": "top"})
        self.whole = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.text = book.add_format({"valign": "top"})
        self.prose = book.add_format({"text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 15})
        self.bold = book.add_format({"bold": True, "valign": "top"})


class GrowingSheet:
    """Rows of text, numbers and days. Text is written as text, so that no cell is a formula."""

    def __init__(
        self, formats: Formats, name: str, headings: Sequence[Heading], *, frozen: int = 0, rows: int = ROWS
    ) -> None:
        self._formats = formats
        self._name = name
        self._headings = headings
        self._frozen = frozen
        self._rows = rows
        self._pages: list[tuple[Worksheet, list[int], int]] = []
        self._open()

    def _open(self) -> None:
        number = len(self._pages) + 1
        self._page = self._formats.book.add_worksheet(self._name if number == 1 else f"{self._name} {number}")
        self._widths = [max(10, min(22, len(h.text))) for h in self._headings]
        self._row = 0
        self._page.freeze_panes(1, self._frozen)
        self._page.set_row(0, 46)
        self._page.set_landscape()
        self._page.set_paper(9)  # A4
        self._page.repeat_rows(0)
        self._page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self._page.set_footer(f"&L&A: {NOTICE}&RPage &P of &N")
        for column, heading in enumerate(self._headings):
            self._page.write_string(0, column, heading.text, self._formats.heading)
        self._pages.append((self._page, self._widths, 0))

    def add(self, values: Sequence[Value | Coloured | Hyperlink]) -> None:
        """A row, with a value for each heading."""
        if self._row + 1 >= self._rows:
            self._open()
        self._row += 1
        for column, value in enumerate(values):
            if value is not None:
                self._write(column, value)
        self._pages[-1] = (self._page, self._widths, self._row)

    def _write(self, column: int, value: str | int | Decimal | date | Coloured | Hyperlink) -> None:
        row, page, looks = self._row, self._page, self._formats
        match value:
            case str():
                self._string(column, value, looks.text)
            case Coloured(text=text, look=look):
                self._string(column, text, look)
            case Hyperlink(text=text, url=url):
                page.write_url(row, column, url, string=for_workbook(text))
                self._fit(column, text)
            case date():
                page.write_datetime(row, column, value, looks.day)
                self._fit(column, "2026-01-01")
            case int():
                page.write_number(row, column, value, looks.whole)
            case Decimal():
                whole = value == value.to_integral_value()
                page.write_number(row, column, float(value), looks.whole if whole else looks.number)
            case _:
                assert_never(value)

    def _string(self, column: int, text: str, look: Format) -> None:
        text = for_workbook(text)
        if not text:
            return
        if len(text) > _TEXT:
            text = text[: _TEXT - len(_CUT)] + _CUT
        self._page.write_string(self._row, column, text, look)
        self._fit(column, text)

    def _fit(self, column: int, text: str) -> None:
        if self._widths[column] < _WIDEST:
            self._widths[column] = max(self._widths[column], min(len(text) + 2, _WIDEST))

    def close(self) -> None:
        """Widths, filters and what is printed, when all rows are known."""
        for page, widths, rows in self._pages:
            page.autofilter(0, 0, rows, len(self._headings) - 1)
            page.print_area(0, 0, rows, len(self._headings) - 1)
            shown = sum(width for heading, width in zip(self._headings, widths, strict=True) if not heading.folded)
            page.fit_to_pages(max(1, -(-shown // _ACROSS)), 0)
            if self._frozen and shown > _ACROSS:
                page.repeat_columns(0, self._frozen - 1)
            page.ignore_errors({"number_stored_as_text": f"A1:XFD{ROWS}"})  # an id of digits is text on purpose
            for column, (heading, width) in enumerate(zip(self._headings, widths, strict=True)):
                options: dict[str, Any] = {"level": 1, "hidden": True} if heading.folded else {}
                page.set_column(column, column, width, None, options)
