"""The result table as a workbook for lawyers: decisions, missing facts, rules with citations, and what it rests on."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.format import Format

from licet.decide.decision import NOTICE
from licet.facts.inventory.answers import MARK
from licet.ir import policy as ir
from licet.ir.canonical import fingerprint
from licet.report.because import FACTS
from licet.report.flat import flat_column
from licet.report.missing_words import missing_words
from licet.report.outcome_colours import colours, ink
from licet.report.writer import ResultNotes
from licet.report.xlsx_columns import STATUSES, Cell, columns, said_of
from licet.report.xlsx_sheet import ROWS, Formats, GrowingSheet, Heading, Hyperlink


class _Sink(io.FileIO):
    """The file of a workbook. Whoever writes an archive cannot stand a full disk; so its first error is kept for us."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "w+")
        self.error: OSError | None = None
        self._path = path

    def write(self, data: Any, /) -> int:
        left = memoryview(data).cast("B")
        size = len(left)
        while len(left) and self.error is None:
            try:
                left = left[super().write(left) or 0 :]
            except OSError as error:
                self.error = OSError(error.errno, error.strerror, str(self._path))
        return size


class XlsxWriter:
    """Rows stream to disk; a sheet that is full goes on in a further one. `rows` of a sheet is less in tests."""

    def __init__(self, path: Path, schema: pa.Schema, about: ResultNotes, *, rows: int = ROWS) -> None:
        self._about = about
        self._sink = _Sink(path)
        self._book = Workbook(self._sink, {"constant_memory": True, "strings_to_urls": False})
        self._book.set_properties({"keywords": MARK})
        self._formats = Formats(self._book)
        self._looks = _looks(self._book)
        self._columns = list(columns(about.policy, schema, self._look))
        self._decided = [d for d in about.policy.decisions.values() if f"{d.name}.must" in schema.names]
        self._scored = [s for s in about.policy.scores.values() if f"{s.name}.low" in schema.names]
        headings = [heading for heading, _ in self._columns]
        self._decisions = GrowingSheet(self._formats, "Decisions", headings, frozen=2, rows=rows)
        self._missing = GrowingSheet(
            self._formats, "Missing facts", [Heading(h) for h in _MISSING], frozen=2, rows=rows
        )
        self._outcomes: Counter[tuple[str, str]] = Counter()
        self._statuses: Counter[tuple[str, str]] = Counter()
        self._days: set[date | None] = set()
        self._subjects = 0

    def _look(self, decision: ir.Decision, must: str, may: str) -> Format:
        place = decision.outcomes.index(may)
        return self._looks(colours(len(decision.outcomes))[place], must != may)

    def write(self, batch: pa.RecordBatch) -> None:
        text = {
            name: (column if pa.types.is_decimal(column.type) else flat_column(column)).to_pylist()
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        }
        missing = batch["missing"].to_pylist()
        for place in range(batch.num_rows):
            row = {name: column[place] for name, column in text.items()} | {FACTS: missing[place]}
            self._decisions.add([read(row) for _, read in self._columns])
            self._count(row)
            for fact in missing[place] or ():
                self._missing.add(self._missing_row(row, fact))
        for status in STATUSES:
            column = batch[f"rules.{status}"]
            for found in flat_column(column.flatten()).value_counts().to_pylist():
                self._statuses[found["values"], status] += found["counts"]

    def _count(self, row: Mapping[str, Any]) -> None:
        self._subjects += 1
        self._days.add(row["as_of"])
        for decision in self._decided:
            must, may = row[f"{decision.name}.must"], row[f"{decision.name}.may"]
            if must is not None:
                self._outcomes[decision.name, must if must == may else ""] += 1

    def _missing_row(self, row: Mapping[str, Any], fact: Mapping[str, str]) -> list[Cell]:
        words = missing_words(self._about.policy, fact["type"], fact["fact"])
        asked = f"how the law stands: {fact['note']}" if fact["kind"] == "law" else words.ask
        still_open = [said_of(d.phrase) for d in self._decided if row[f"{d.name}.must"] != row[f"{d.name}.may"]]
        still_open += [said_of(s.phrase) for s in self._scored if row[f"{s.name}.low"] != row[f"{s.name}.high"]]
        state = fact["state"] or "not recorded"
        return [
            row["type"],
            row["id"],
            fact["type"],
            fact["id"],
            fact["fact"],
            words.fact,
            asked,
            state,
            ", ".join(still_open),
        ]

    def close(self) -> None:
        self._decisions.close()
        self._missing.close()
        self._rules()
        self._about_sheet()
        self._book.close()
        self._sink.close()
        if self._sink.error is not None:
            raise self._sink.error

    def _rules(self) -> None:
        headings = [*_RULES, *(f"Subjects for which it {_singular(s)}" for s in STATUSES)]
        sheet = GrowingSheet(self._formats, "Rules", [Heading(h) for h in headings], frozen=1)
        for rule in self._about.policy.rules.values():
            url = next((c.url for c in rule.cites if c.url.startswith("http")), "")
            sheet.add(
                [
                    rule.id,
                    rule.title,
                    rule.jurisdiction or ir.COMMON,
                    "; ".join(ir.citations(rule)),
                    Hyperlink(url, url) if url and len(url) < 2000 else None,
                    rule.certainty or "not marked",
                    rule.certainty_note,
                    _standing(rule.live),
                    rule.because,
                    *(self._statuses[rule.id, status] for status in STATUSES),
                ]
            )
        sheet.close()

    def _about_sheet(self) -> None:
        page = self._book.add_worksheet("About")
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_column(0, 0, 34)
        page.set_column(1, 1, 90)
        page.write_string(0, 0, "What these decisions rest on", self._formats.title)
        for row, (name, value) in enumerate(self._about_rows(), 2):
            page.write_string(row, 0, name, self._formats.bold)
            if isinstance(value, int):
                page.write_number(row, 1, value, self._book.add_format({"num_format": "#,##0", "align": "left"}))
            else:
                page.write_string(row, 1, value, self._formats.prose)

    def _about_rows(self) -> Iterator[tuple[str, str | int]]:
        about = self._about
        yield "Notice", f"This is {NOTICE}."
        yield "Policy", about.policy.name
        yield "Policy fingerprint", fingerprint(about.policy)
        yield "Facts fingerprint", about.facts_fingerprint or "not given"
        yield "As of", _days(self._days)
        yield "Engine", about.engine or "not given"
        yield "Licet", version("licet")
        yield "Subjects", self._subjects
        for decision in self._decided:
            for outcome in (*decision.outcomes, ""):
                count = self._outcomes[decision.name, outcome]
                if count:
                    yield f"{said_of(decision.phrase)}: {said_of(outcome) if outcome else 'not determined'}", count
        for note in about.notes:
            yield "Note", note
        yield (
            "Reading",
            "An answer `from … to …` is not determined: a fact is missing, which is never a no, or law is unconfirmed.",
        )
        yield "Colours", "The darker, the more severe; striped where the answer is not determined."


_MISSING = (
    "Subject type",
    "Subject",
    "Entity",
    "Id",
    "Fact",
    "In words",
    "What to ask",
    "Recorded",
    "Open decisions and scores of the subject",
)
_RULES = (
    "Rule",
    "Title",
    "Jurisdiction",
    "Citations",
    "Address",
    "Source",
    "Note on the source",
    "Stands",
    "Because",
)


def _looks(book: Workbook) -> Callable[[str, bool], Format]:
    @cache
    def look(colour: str, is_open: bool) -> Format:
        if is_open:
            striped = {"pattern": 14, "bg_color": "#FFFFFF", "fg_color": colour, "font_color": "#1B1F24"}
            return book.add_format({"valign": "top", "italic": True, **striped})
        return book.add_format({"valign": "top", "bg_color": colour, "font_color": ink(colour)})

    return look


def _standing(live: ir.Live) -> str:
    return "; ".join(
        f"{word} {interval}".rstrip() + (f" ({interval.note})" if interval.note else "")
        for word, intervals in live.told.items()
        for interval in intervals
    )


def _days(days: set[date | None]) -> str:
    known = sorted(day for day in days if day is not None)
    said = "" if not known else str(known[0]) if known[0] == known[-1] else f"{known[0]} to {known[-1]}"
    return " and ".join(part for part in (said, "date unknown" if None in days else "") if part) or "no subject"


def _singular(status: str) -> str:
    words = {"holds": "holds", "unknown": "is unknown", "defeated": "is excepted", "not_encoded": "is not encoded"}
    return words[status]
