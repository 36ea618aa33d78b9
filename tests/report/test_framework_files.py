"""The coverage of a framework as a page and as a workbook: all of it is there, and what others write is text."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import fastexcel
import pytest
from click.testing import CliRunner

from licet.cli.main import main
from licet.facts.inventory.from_tables import read_sources
from licet.facts.inventory.load import load_facts
from licet.ir.policy import Policy
from licet.release import framework_book
from licet.release.framework_coverage import FrameworkCoverage, covered, framework_file
from licet.release.framework_page import render as render_page
from tests.conftest import ROOT
from tests.report.accessibility import violations

FRONTIER = ROOT / "fixtures" / "frontier"
DAY = date(2026, 11, 20)
HOSTILE = "=1+1 <script>alert(1)</script> &amp; \u202e"


@pytest.fixture(scope="module")
def found(library: Policy) -> FrameworkCoverage:
    facts = read_sources([(FRONTIER, None), (framework_file("nist-ai-rmf"), None)], library).facts
    return covered(library, facts, DAY)


@pytest.fixture(scope="module")
def hostile(library: Policy, tmp_path_factory: pytest.TempPathFactory) -> FrameworkCoverage:
    """Two items of which everything that others write is meant to be read as something else."""
    file = tmp_path_factory.mktemp("hostile") / "facts.json"
    item_ = {"framework": "own", "part": HOSTILE, "subject": HOSTILE, "asks": ["document"], "remark": "x" * 200}
    records = {
        "Framework": [{"id": "own", "title": HOSTILE, "edition": HOSTILE, "standing": "y " * 200}],
        "Requirement": [{"id": "a", "number": HOSTILE, **item_}, {"id": "b", "number": "x" * 200, **item_}],
        "Evidence": [
            {"id": "e", "supports": [HOSTILE], "verdict": "inapplicable", "reason": HOSTILE, "reviewer": HOSTILE}
        ],
    }
    file.write_text(json.dumps(records), encoding="utf-8")
    return covered(library, load_facts(file, library), DAY)


def test_the_page_says_all_and_loads_nothing(found: FrameworkCoverage) -> None:
    page = render_page(found)

    assert all(f"<bdi>{one.text('number')}</bdi>" in page for one in found.items)
    for said in ("<b>55</b> undetermined", "not legal advice", "(review due 2026-03-31)", "it is no legal conclusion"):
        assert said in page
    assert not [word for word in ("<script", "<img", "src=", "url(", "@import", "<link") if word in page]


def test_what_others_write_is_text_on_the_page(hostile: FrameworkCoverage) -> None:
    page = render_page(hostile)

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;" in page
    assert "\u202e" not in page


def test_the_page_fits_and_can_be_read(
    browser: Any, found: FrameworkCoverage, hostile: FrameworkCoverage, tmp_path: Path
) -> None:
    path = tmp_path / "coverage.html"
    for told in (found, hostile):
        path.write_text(render_page(told), encoding="utf-8")
        for width in (400, 1280):
            size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.get(path.as_uri())
            assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth"), width
        assert violations(browser) == []
    assert browser.get_log("browser") == []
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_workbook_has_a_row_for_each_item_and_each_evidence(tmp_path: Path) -> None:
    out = tmp_path / "coverage.xlsx"
    done = CliRunner().invoke(main, ["coverage", "nist-ai-rmf", str(FRONTIER), "-o", str(out)], catch_exceptions=False)
    book = fastexcel.read_excel(out)
    items, evidence = (book.load_sheet(name, dtypes="string").to_arrow().to_pylist() for name in ("Items", "Evidence"))
    about = str(book.load_sheet("About", dtypes="string", header_row=None).to_arrow().to_pylist())
    stale = next(row for row in items if row["Number"] == "NIST GOVERN 1.2")
    (old,) = (row for row in evidence if row["Evidence"] == "evidence-02")

    assert done.exit_code == 0
    assert book.sheet_names == ["Items", "Evidence", "About"]
    assert len(items) == 72
    assert (stale["Status"], stale["Lacking"]) == ("out of date", "policy (out of date)")
    assert "review due 2026-03-31" in stale["Evidence"]
    assert old["Items"] == "NIST GOVERN 1.2, NIST GOVERN 4.1"
    assert "not legal advice" in about
    assert "no legal conclusion" in about


def test_no_cell_is_a_formula(hostile: FrameworkCoverage, tmp_path: Path) -> None:
    framework_book.write(hostile, tmp_path / "coverage.xlsx")
    with zipfile.ZipFile(tmp_path / "coverage.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]

    assert len(sheets) == 3
    assert not [sheet for sheet in sheets if "<f>" in sheet or "hyperlink" in sheet]
