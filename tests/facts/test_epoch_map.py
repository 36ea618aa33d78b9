"""The map of Epoch AI's models, on the real table where it is present."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from licet.facts.inventory.from_tables import Reading, read_tables
from licet.ir.policy import Policy
from licet.values import State, parse_number
from tests.conftest import ROOT

TABLE = ROOT.parent / "shared" / "data" / "epoch" / "notable_ai_models_2026-07.csv"
MAP = ROOT / "fixtures" / "maps" / "epoch_models.yaml"


@pytest.fixture(scope="module")
def table() -> Path:
    path = next((p for p in (TABLE, ROOT.parent.parent / TABLE.relative_to(ROOT.parent)) if p.is_file()), None)
    if path is None:
        pytest.skip(f"Epoch AI's table is not there: {TABLE}")
    return path


@pytest.fixture(scope="module")
def reading(table: Path, library: Policy) -> Reading:
    return read_tables(table, library, mapping=MAP)


def test_every_model_is_read(reading: Reading) -> None:
    assert reading.usable
    assert not reading.diagnostics
    assert len(reading.facts.entities["Model"]) == 1036 + 41  # with models that others are based on


def test_what_a_model_is_based_on_is_read(reading: Reading, table: Path) -> None:
    models = reading.facts.entities["Model"]
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["Model"].strip(), row["Base model"].split(",")) for row in csv.DictReader(file)]
    expected = {(model, base.strip()) for model, bases in rows for base in bases if base.strip()}
    found = {(row.get("derived"), row.get("base")) for row in reading.facts.relations["derived_from"]}

    assert found == expected
    assert len(found) == 144
    assert models["Gemma 3 4B"].get("training_compute") is State.ABSENT


def test_compute_is_exact_and_blanks_are_unknown(reading: Reading, table: Path) -> None:
    models = reading.facts.entities["Model"]
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        text = row["Training compute (FLOP)"]
        fact = models[row["Model"].strip()].get("training_compute")
        assert fact == (parse_number(text) if text else State.ABSENT), row["Model"]
    known = [m for m in models.values() if m.get("training_compute") is not State.ABSENT]
    assert len(known) == 529
    assert sum(m.get("training_compute") >= 10**25 for m in known) == 22  # type: ignore[operator]
    assert models["Inkling"].get("training_compute") == 1845 * 10**21
    assert models["Claude 3.5 Sonnet"].get("training_compute") == 2700000000000001 * 10**10
    assert models["Claude Mythos 5"].get("training_compute") is State.ABSENT


def test_what_the_table_says_otherwise(reading: Reading) -> None:
    models, parties = reading.facts.entities["Model"], reading.facts.entities["Party"]
    inkling = models["Inkling"]

    assert inkling.get("openness") == "open_unrestricted"
    assert inkling.get("weights_published") is True
    assert inkling.get("compute_confidence") == "likely"
    assert inkling.get("parameters") == Fraction(975 * 10**9)
    assert inkling.get("modalities") == frozenset({"Language", "Multimodal", "Audio", "Video", "Vision"})
    assert inkling.get("us_origin") is State.ABSENT
    assert parties[str(inkling.get("developer"))].get("country") == "US"
    assert {p.get("country") for p in parties.values()} >= {"CN", "GB", State.UNDETERMINED}
