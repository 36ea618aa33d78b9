"""Which items moved an answer: of many subjects in columns what the reference finds of each one."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from licet.changes import responsible
from tests.changes.test_diff import Beside

CALM = 'exception calm "Calm" to to_watched for d: Deal cites L "6" when d.amount is 50\n'
EDITS = (
    ("amount is at least 10", "amount is at least 4"),
    ("is 200 from 2026-01-01", "is 60 from 2026-01-01"),
    ("  - {code: JP}\n", ""),
    ("country is in allies", "country is in allies and d.amount is not 20"),
    ("rule watched for p: Party", f"{CALM}rule watched for p: Party"),
)
PARTIES = """id,name,country,listed
here,One,CH,no
there,Two,CN,yes
friend,Three,JP,no
both,Four,JP,yes
opaque,Five,CN,
nowhere,Six,,no
"""


@pytest.fixture
def many(tmp_path: Path) -> Beside:
    """Deals of every kind, of some more than of others."""
    made = Beside(tmp_path)
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / "Party.csv").write_text(PARTIES, encoding="utf-8")
    buyers = [line.partition(",")[0] for line in PARTIES.splitlines()[1:]]
    kinds = product(buyers, ("5", "20", "50", "100", ""), ("2025-08-01", "2026-06-01"))
    deals = [(i % 3 + 1, kind) for i, kind in enumerate(kinds)]
    rows = [",".join((f"d{i}-{k}", *kind)) for i, (times, kind) in enumerate(deals) for k in range(times)]
    (folder / "Deal.csv").write_text("\n".join(["id,buyer,amount,date", *rows]), encoding="utf-8")
    return made


def moves(made: Beside, edits: tuple[tuple[str, str], ...] = EDITS) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made.document("--facts", str(made.folder / "facts"), edits=edits)["moves"]
    return found


def said(found: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """Each move with what is responsible for how many of its rows, in any order."""
    keys = ("what", "jurisdiction", "from", "to", "rows")
    return [(*(move[key] for key in keys), Counter(map(_words, move["responsible"]))) for move in found]


def _words(one: dict[str, Any]) -> str:
    sets = sorted(" and ".join(sorted(f"{c['of']} {c['field'] or ''}".strip() for c in some)) for some in one["sets"])
    return f"{', or '.join(sets)}: {one['rows']}"


def test_what_is_decided_in_columns_is_what_the_reference_finds_of_each(
    many: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = moves(many)
    monkeypatch.setattr(responsible, "FEW", 2)
    in_columns = moves(many)

    assert said(in_columns) == said(one_by_one)
    assert all(sum(one["rows"] for one in move["responsible"]) == move["rows"] for move in in_columns)
    sets = [one["sets"] for move in in_columns for one in move["responsible"]]
    assert {len(some) for some in sets} == {1, 2}
    assert {len(one) for some in sets for one in some} >= {1, 2}


def test_of_whom_less_is_enough_more_is_not_told(many: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test before can fail."""
    right = said(moves(many))
    monkeypatch.setattr(responsible, "FEW", 2)
    monkeypatch.setattr(responsible, "_brought_back", lambda _moved, _undone, among: among.copy())

    assert said(moves(many)) != right


def test_where_the_vocabulary_is_another_some_are_looked_into(many: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responsible, "FEW", 4)
    found = moves(many, (("amount : number", "amount : number always applies"), EDITS[0]))

    assert 0 < sum(one["rows"] for move in found for one in move["responsible"]) < sum(move["rows"] for move in found)
