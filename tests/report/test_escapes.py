"""Text of others is no command where it is shown: terminals, XML, JSON, pages, CSV and workbooks."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from licet.cli.main import main
from licet.diagnostics import Diagnostic, Source, Span
from licet.names import printable
from licet.report.diagnostics import FORMATS
from licet.report.escapes import column_for_csv, for_csv, for_json

NASTY = "\x1b[2J\u202egnp\u200b\x00\rx"
ANY = st.text(st.characters(exclude_categories=("Cs",)))


def invoke(*words: Any) -> Any:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@given(ANY)
def test_what_cannot_be_seen_is_written_out(text: str) -> None:
    assert all(c.isprintable() or c.isspace() for c in printable(text))
    assert "\n" not in printable(text)
    assert json.loads(for_json([text])) == [text]
    assert all(c.isprintable() or c.isspace() for c in for_json([text]))


@given(st.lists(ANY))
def test_a_column_is_as_its_cells(texts: list[str]) -> None:
    assert column_for_csv(pa.array(texts, pa.string())).to_pylist() == [for_csv(text) for text in texts]


@given(ANY, ANY, st.integers(0, 5), st.integers(0, 5))
def test_findings_in_every_format(message: str, text: str, start: int, length: int) -> None:
    source = Source("a\x1b.csv", text)
    start = min(start, len(text))
    span = Span(source, start, min(start + length, len(text)))
    found = [Diagnostic("F005", message, span, message, ((span, text),), text, (text,))]

    for name, render in FORMATS.items():
        shown = render(found)
        assert all(c.isprintable() or c.isspace() for c in shown), name
        assert "\r" not in shown
    ET.fromstring(FORMATS["junit"](found))
    json.loads(FORMATS["sarif"](found))
    assert len(FORMATS["concise"](found).splitlines()) == 1


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    folder = tmp_path / "facts"
    folder.mkdir()
    records = [
        {"id": name, "date": "2025-09-01", "made_under": NASTY, "source": NASTY, "item": "m", "destination": "CH"}
        for name in ("=1+2", "+1", "-1", "@x", "[bold]red[/]", "[/]", ":warning:", "<b>&amp;</b>")
    ]
    model = {"id": "m", "name": NASTY, "training_compute": "1e24", "weights_published": "no", "source": NASTY}
    (folder / "all.json").write_text(json.dumps({"Transfer": records, "Model": [model]}), encoding="utf-8")
    return folder


def test_decide_shows_ids_as_they_are(inventory: Path) -> None:
    shown = invoke("decide", inventory, "--as-of", "2026-06-15").output

    for id_ in ("=1+2", "[bold]red[/]", "[/]", ":warning:", "<b>&amp;</b>"):
        assert id_ in shown
    assert all(c.isprintable() or c == "\n" for c in shown)


@pytest.mark.parametrize("command", [("explain",), ("audit-status",)])
def test_other_commands_show_no_controls(inventory: Path, command: tuple[str, ...]) -> None:
    subject = "[/]" if command[0] == "explain" else "m"
    shown = invoke(*command, inventory, subject).output

    assert subject in shown
    assert all(c.isprintable() or c == "\n" for c in shown)


def test_files_hold_no_formulas_and_no_controls(inventory: Path, tmp_path: Path) -> None:
    for suffix in ("csv", "xlsx", "jsonl"):
        done = invoke(
            "batch", inventory, "--type", "Transfer", "-o", tmp_path / f"out.{suffix}", "--as-of", "2026-06-15"
        )
        assert done.exit_code == 0, done.output
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    ids = [row["id"] for row in csv.DictReader(io.StringIO(text))]
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]

    assert ids[:4] == ["'=1+2", "'+1", "'-1", "'@x"]
    assert all(c.isprintable() or c == "\n" for c in text)
    assert not any("<f>" in sheet for sheet in sheets)
    assert json.loads((tmp_path / "out.jsonl").read_text("utf-8").split("\n")[0])["id"] == "=1+2"


def test_the_page_shows_no_controls(inventory: Path, tmp_path: Path) -> None:
    done = invoke("matrix", inventory, "-o", tmp_path / "map.html", "--as-of", "2026-06-15")

    assert done.exit_code == 0, done.output
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "\u202e" not in page
    assert "\\u202e" not in page
    assert "\x1b" not in page
