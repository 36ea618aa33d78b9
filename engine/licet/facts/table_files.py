"""Decision tables whose rows stand in a CSV file beside the policy."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from licet.diagnostics import Findings, Source
from licet.syntax import tree as t
from licet.syntax.from_text import Parsed, parse


def with_table_files(parsed: Parsed, folders: tuple[Path, ...], findings: Findings) -> Parsed:
    """The same items, with the rows of every `table ... from "file.csv"` read."""
    if not any(isinstance(item, t.Table) and item.file for item in parsed.items):
        return parsed
    items = tuple(
        _filled(item, folders, findings) if isinstance(item, t.Table) and item.file else item for item in parsed.items
    )
    return replace(parsed, items=items)


def _filled(table: t.Table, folders: tuple[Path, ...], findings: Findings) -> t.Table:
    assert table.file is not None
    own = Path(table.span.source.name).parent
    path = next((f / table.file.text for f in (own, *folders) if (f / table.file.text).is_file()), None)
    if path is None:
        findings.error(
            "E064",
            f"there is no table file `{table.file.text}`",
            table.file.span,
            help="the path is relative to the policy",
        )
        return table
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if text.count(";") > text.count(",") else ","))
    source = Source(str(path), _as_policy(rows, table))
    read = parse(source)
    for diagnostic in read.diagnostics:
        findings.add(diagnostic)
    found = next((item for item in read.items if isinstance(item, t.Table)), None)
    return replace(table, rows=found.rows) if found else table


def _as_policy(rows: list[list[str]], table: t.Table) -> str:
    """The sheet as rows of the language, one line each: the last column decides, a column `cites` cites.

    The line that opens the table shares the header's, so that line numbers are those of the file.
    """
    head = [cell.strip() for cell in rows[0]] if rows else []
    cites = head.index("cites") if "cites" in head else None
    lines = []
    for row in rows:
        cells = [cell.strip() or "any" for i, cell in enumerate(row) if i != cites]
        line = "| " + " | ".join(cells[:-1]) + " => " + cells[-1] + " |" if len(cells) > 1 else ""
        citation = row[cites].strip() if cites is not None and cites < len(row) and row is not rows[0] else ""
        if citation:
            authority, _, section = citation.partition(" ")
            line += f' cites {authority} "{section}"'
        lines.append(line)
    return f"table {table.name.text} decides {table.decides.span.text} hit {table.hit} " + "\n".join(lines)
