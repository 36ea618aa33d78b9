"""The tests of 3A090 on Epoch AI's table of hardware, where it is present, beside a second reading of the entry."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from licet.facts.inventory.from_tables import read_tables
from licet.facts.store import Facts, Record
from licet.ir.policy import Policy
from licet.run.reference.interpreter import Interpreter
from licet.values import State, Truth
from tests.conftest import ROOT

TABLE = ROOT.parent / "shared" / "data" / "epoch" / "ml_hardware_2026-07.csv"
MAP = ROOT / "fixtures" / "maps" / "epoch_hardware.yaml"
YES, NO, OPEN = Truth.T, Truth.F, Truth.U


@pytest.fixture(scope="module")
def table() -> Path:
    path = next((p for p in (TABLE, ROOT.parent.parent / TABLE.relative_to(ROOT.parent)) if p.is_file()), None)
    if path is None:
        pytest.skip(f"Epoch AI's table is not there: {TABLE}")
    return path


@pytest.fixture(scope="module")
def rows(table: Path) -> dict[str, dict[str, str]]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        return {row["Hardware name"].strip(): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def items(table: Path, library: Policy) -> Facts:
    reading = read_tables(table, library, mapping=MAP)
    assert reading.usable
    assert not reading.diagnostics
    return reading.facts


def number(text: str, scale: int = 1) -> Fraction | None:
    return Fraction(text) / scale if text else None


def with_facts(items: Facts, facts: dict[str, dict[str, object]]) -> Facts:
    """The items, with what the table does not say of them."""
    records = {id_: Record({**record.facts, **facts[id_]}, {}) for id_, record in items.entities["Item"].items()}
    return Facts({"Item": records}, {}, items.as_of)


def answers(library: Policy, items: Facts, day: date, *terms: str) -> dict[str, tuple[Truth, ...]]:
    found = Interpreter(library, items, day)
    return {
        id_: tuple(found.term("Item", term, "US", id_).contains(True) for term in terms)
        for id_ in items.entities["Item"]
    }


# ---- the second reading, from the entry alone: 3A090.a and .b, and note 2


def of_a(tpp: Fraction, area: Fraction) -> bool:
    return tpp >= 4800 or (tpp >= 1600 and tpp / area >= Fraction("5.92"))


def of_b(tpp: Fraction, area: Fraction) -> bool:
    density = tpp / area
    first = 2400 <= tpp < 4800 and Fraction("1.6") <= density < Fraction("5.92")
    return first or (tpp >= 1600 and Fraction("3.2") <= density < Fraction("5.92"))


def expected(tpp: Fraction | None, area: Fraction | None, for_data_centres: bool | None) -> tuple[Truth, Truth]:
    """By trying every area and every market where one is not known."""
    if tpp is None:
        return OPEN, OPEN
    areas = [area] if area is not None else [Fraction(10) ** power for power in range(-3, 7)] + [tpp / 4, tpp / 2]
    markets = [for_data_centres] if for_data_centres is not None else [True, False]
    worlds = [(a, market or tpp >= 4800) for a in areas for market in markets]
    return (
        settled({of_a(tpp, a) and controlled for a, controlled in worlds}),
        settled({of_b(tpp, a) and controlled for a, controlled in worlds}),
    )


def settled(seen: set[bool]) -> Truth:
    return OPEN if len(seen) == 2 else Truth.T if True in seen else Truth.F


@pytest.mark.parametrize("for_data_centres", [True, False, None])
def test_the_entry_of_2023(
    library: Policy, items: Facts, rows: dict[str, dict[str, str]], for_data_centres: bool | None
) -> None:
    said = State.ABSENT if for_data_centres is None else for_data_centres
    facts = with_facts(items, {id_: {"for_data_centres": said} for id_ in items.entities["Item"]})
    came = answers(library, facts, date(2026, 10, 1), "advanced_a", "advanced_b")
    assert len(came) == 176
    performance = {id_: number(row["Total processing performance (bit-OP/s)"], 10**12) for id_, row in rows.items()}
    areas = {id_: number(row["Die Size (mm^2)"]) for id_, row in rows.items()}
    assert came == {id_: expected(performance[id_], areas[id_], for_data_centres) for id_ in rows}

    sizes = Counter[tuple[str, bool]]()
    for id_, truths in came.items():
        tpp = performance[id_]
        kind = "unmeasured" if tpp is None else "4800" if tpp >= 4800 else "below" if tpp < 1600 else "between"
        sizes[kind, OPEN not in truths] += 1
    assert sum(sizes.values()) == 176
    assert {kind: sizes[kind, True] + sizes[kind, False] for kind, _ in sizes} == {
        "unmeasured": 14, "4800": 48, "below": 65, "between": 49,
    }  # fmt: skip
    assert sizes["below", True] == 65
    assert sizes["unmeasured", True] == 0
    if for_data_centres is True:
        between = [id_ for id_, tpp in performance.items() if tpp is not None and 1600 <= tpp < 4800]
        assert sizes["between", True] == sum(areas[id_] is not None for id_ in between) == 29


def test_the_entry_of_2022(library: Policy, items: Facts, rows: dict[str, dict[str, str]]) -> None:
    """The rate of the table, taken as that of all inputs and outputs, decides among those of 4800 and more."""
    rates = {id_: number(row["Intranode bandwidth (byte/s)"], 10**9) for id_, row in rows.items()}
    facts = with_facts(items, {id_: {"transfer_rate": State.ABSENT if r is None else r} for id_, r in rates.items()})
    came = answers(library, facts, date(2023, 1, 1), "advanced_2022")
    for id_, row in rows.items():
        tpp, rate = number(row["Total processing performance (bit-OP/s)"], 10**12), rates[id_]
        if tpp is None:
            wanted = OPEN
        elif tpp < 4800:
            wanted = NO
        else:
            wanted = OPEN if rate is None else YES if rate >= 600 else NO
        assert came[id_] == (wanted,), id_
    assert Counter(truth for (truth,) in came.values()) == {OPEN: 51, YES: 8, NO: 117}
