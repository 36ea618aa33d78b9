"""Cells that can mean one thing only are written so, and nothing else in their file changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from licet.facts.cells.meant_cells import meant, months_first
from licet.facts.cells.texts import fact_from_cell
from licet.facts.cells.values_from_text import Problem
from licet.facts.inventory.mended_sheets import mended_sheets
from licet.ir.policy import Policy

# Entity and field, what stands there, and what is written instead; None: it stays, for a person to say.
CELLS = [
    ("Party.country", "Switzerland", "CH"),
    ("Party.country", "schweiz", "CH"),
    ("Party.country", "中国", "CN"),
    ("Party.country", "CHE", "CH"),
    ("Party.country", "Georgia", None),
    ("Party.country", "FALSE", None),
    ("Party.country", "n/a", None),
    ("Party.country", "Swizerland", None),
    ("Party.country", "tbd", "unknown"),
    ("Party.kind", "Military Intelligence", "military_intelligence"),
    ("Party.kind", "militry", None),
    ("Party.kind", "Company", None),
    ("Party.employees", "1,500,000", "1_500_000"),
    ("Party.employees", "1,500", None),
    ("Party.employees", "1 500", "1_500"),
    ("Party.employees", "NULL", ""),
    ("Party.employees", "none", None),
    ("Party.founded", "1 March 2026", "2026-03-01"),
    ("Party.founded", "20260301", "2026-03-01"),
    ("Party.founded", "3/4/2026", None),
    ("Party.founded", "4/4/2026", "2026-04-04"),
    ("Party.founded", "March 2026", None),
    ("Party.annual_revenue", "5 million USD", "5_000_000 USD"),
    ("Party.annual_revenue", "$5", None),
    ("Party.annual_revenue", "5 EUR", None),
    ("Party.annual_revenue", "1.500.000,00 EUR", None),
    ("Model.training_compute", "2,5E+26", "2.5E+26"),
    ("Model.training_compute", "2.5 × 10²⁶", "2.5e26"),
    ("Model.training_compute", "3x1026", None),
    ("Model.weights_published", "nein", "no"),
    ("Model.synthetic_share", "10 percent", "10%"),
    ("Model.synthetic_share", "0.1", None),
    ("Model.tracked_hazards", "Cyber; Loss of control", "cyber; loss_of_control"),
    ("Model.tracked_hazards", "Cyber; everything", None),
    ("Model.name", "N/A", None),
    ("Model.developer", "Acme", None),
]


@pytest.mark.parametrize(("field", "text", "wanted"), CELLS)
def test_only_what_is_meant_without_doubt(field: str, text: str, wanted: str | None, library: Policy) -> None:
    owner, _, name = field.partition(".")
    type_ = library.entities[owner].fields[name].type
    found = meant(text, type_, library.units, month_first=None)

    assert found == wanted
    if found is not None:
        assert not isinstance(fact_from_cell(found, type_, library.units, bare_shares=False), Problem)
        assert meant(found, type_, library.units, month_first=None) is None


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (["3/4/2026", "3/15/2026"], True),
        (["3/4/2026", "15/3/2026"], False),
        (["3/15/2026", "15/3/2026"], None),
        (["3/4/2026", "4/3/2026"], None),
        (["3.4.2026"], False),
        ([], None),
    ],
)
def test_days_beside_each_other_tell_their_order(days: list[str], wanted: bool | None) -> None:
    assert months_first(days) is wanted


def test_nothing_else_in_the_file_changes(library: Policy, tmp_path: Path) -> None:
    before = (
        '\ufeffid;name;country;founded;kind;note\r\n\r\na;"A; the ""first""";Germany;"3/15/2026";  Commercial ;x\r\n'
        'b;"two\nlines";CH;4/5/2026;commercial\r\nc;C;"Schweiz";2026-01-01;academic;"y";z'
    )
    after = (
        before.replace("Germany", "DE")
        .replace('"3/15/2026"', "2026-03-15")
        .replace("  Commercial ", "commercial")
        .replace("4/5/2026", "2026-04-05")
        .replace('"Schweiz"', "CH")
    )
    (tmp_path / "Party.csv").write_bytes(before.encode())
    (tmp_path / "Unknown.csv").write_text("id,country\na,Germany\n", encoding="utf-8")
    (tmp_path / "Site.csv").write_bytes("id,country\nm\xfcller,Germany\n".encode("cp1252"))
    (found,) = mended_sheets(tmp_path, library)

    assert (found.file.name, found.cells, found.text) == ("Party.csv", 5, after)
    (tmp_path / "Party.csv").write_bytes(found.text.encode())
    assert [*mended_sheets(tmp_path, library)] == []
