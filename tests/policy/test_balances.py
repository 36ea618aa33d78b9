"""No balance below zero is ever licensed: shipments under licences beside sums that have no part in the engine."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from licet.decide.table.batches import Asked
from licet.decide.table.from_tables import table_of
from licet.ir.policy import Policy

LICENCES, SHIPMENTS = 40, 6  # under each
NOTHING = "not applicable"
SEATS = ("country", "headquarters", "ultimate_parent_country", "incorporated_in")
GIVEN = {
    "goods": "accelerator",
    "item": NOTHING,
    "kind": "export",
    "exporter": NOTHING,
    "consignee": "buyer",
    "end_user": "buyer",
    "recipient": NOTHING,
    "origin": "US",
    "destination": "VN",
    "region": "elsewhere",
    "end_use": "commercial",
    "knowledge": "none",
    "purchase_order": "no",
    "made_under": NOTHING,
    "order_value": NOTHING,
    "intermediate_consignee": NOTHING,
    "ended_on": "2026-12-01",
}


class Amount(NamedTuple):
    """From the least to the most that it may be."""

    low: float
    high: float

    @property
    def cell(self) -> str:
        if self.high == inf:
            return ""
        return str(self.low) if self.low == self.high else f"{self.low}..{self.high}"

    def __add__(self, other: Amount) -> Amount:  # type: ignore[override]
        return Amount(self.low + other.low, self.high + other.high)


class Shipment(NamedTuple):
    id: str
    date: str
    units: Amount
    value: Amount


class Limits(NamedTuple):
    units: int | None
    value: int | None
    tolerance: int | None  # percent

    def record(self, number: int) -> dict[str, object]:
        return {
            "id": f"licence-{number}",
            "authority": "BIS",
            "goods": ["accelerator"],
            "items": "commodities",
            "consignee": "buyer",
            "destination": "VN",
            "valid_from": "2024-01-01",
            "valid_until": "2027-01-31",
            "total_units": NOTHING if self.units is None else self.units,
            "total_value": NOTHING if self.value is None else f"{self.value} USD",
            "shipping_tolerance": NOTHING if self.tolerance is None else f"{self.tolerance}%",
        }

    def fits(self, units: float, value: float) -> bool:
        percent = 110 if self.tolerance is None else 100 + self.tolerance  # 750.11: from the United States a tenth
        most = None if self.value is None else Fraction(self.value * percent, 100)
        return (self.units is None or units <= self.units) and (most is None or value <= most)


def amount(draw: random.Random, most: int, least: float, *, gaps: bool) -> Amount:
    """`least` is that of what nobody knows."""
    low = draw.randint(1, most)
    if not gaps or draw.random() < 0.7:
        return Amount(low, low)
    return draw.choice([Amount(least, inf), Amount(low, low + draw.randint(1, most))])


def made(draw: random.Random, number: int) -> tuple[Limits, list[Shipment]]:
    """A licence and what is shipped under it, about as much as it allows; of every second one not all is known. A value
    is never below zero; a number, as units are, may be.
    """
    limits = Limits(
        draw.choice([None, draw.randint(4, 25)]),
        draw.choice([None, draw.randint(400, 2500)]),
        draw.choice([None, 0, 5]),
    )
    gaps = number % 2 == 1
    ids = draw.sample(range(100), SHIPMENTS)
    days = [f"2026-0{draw.randint(1, 4)}-0{draw.randint(1, 3)}" for _ in ids]
    return limits, [
        Shipment(f"s{number:02}-{i}", day, amount(draw, 7, -inf, gaps=gaps), amount(draw, 700, 0, gaps=gaps))
        for i, day in zip(ids, days, strict=True)
    ]


def expected(limits: Limits, shipments: list[Shipment]) -> Iterator[tuple[str, str]]:
    """Of each shipment whether it fits, does not, or may. One that nobody put a number on may have none, and then it is
    not counted itself.
    """
    units = value = Amount(0, 0)
    for each in sorted(shipments, key=lambda s: (s.date, s.id)):
        own = [
            -inf if said.high == inf else before.low + said.low
            for before, said in ((units, each.units), (value, each.value))
        ]
        units, value = units + each.units, value + each.value
        if not limits.fits(*own):
            yield each.id, "above"
        else:
            yield each.id, "within" if limits.fits(units.high, value.high) else "either"


def test_what_goes_below_zero_is_never_licensed_and_what_does_not_is(library: Policy, tmp_path: Path) -> None:
    draw = random.Random(1)
    worlds = [made(draw, number) for number in range(LICENCES)]
    accelerator = {
        "performance": "16000 TPP",
        "for_data_centres": True,
        "us_origin": True,
        "classified_as": ["3A090.a"],
    }
    buyer = {"id": "buyer", "kind": "commercial", "state_controlled": False, **dict.fromkeys(SEATS, "VN")}
    rest = {
        "as_of": "2026-12-31",
        "Item": [{"id": "accelerator", "designer_standing": "neither", "die_area": "800 mm2", **accelerator}],
        "Party": [buyer],
        "Licence": [limits.record(number) for number, (limits, _) in enumerate(worlds)],
    }
    (tmp_path / "rest.yaml").write_text(json.dumps(rest), "utf-8")
    rows = [(number, each) for number, (_, shipments) in enumerate(worlds) for each in shipments]
    draw.shuffle(rows)
    columns = {name: [cell] * len(rows) for name, cell in GIVEN.items()} | {
        "id": [each.id for _, each in rows],
        "date": [each.date for _, each in rows],
        "licence": [f"licence-{number}" for number, _ in rows],
        "units": [each.units.cell for _, each in rows],
        "value": [f"{each.value.cell} USD" if each.value.cell else "" for _, each in rows],
    }
    asked = Asked(("Transfer",), missing=False, columns=("id", "licensing.must", "licensing.may"))
    found = table_of(library, [(pa.table(columns), "Transfer"), (tmp_path / "rest.yaml", None)], asked)
    wanted = dict(pair for world in worlds for pair in expected(*world))
    outcomes = library.decisions["licensing"].outcomes
    seen: Counter[str] = Counter()
    for row in found.to_pylist():
        must, may, fits = row["licensing.must"], row["licensing.may"], wanted[row["id"]]
        ends = outcomes.index(must), outcomes.index(may)
        licensed = outcomes.index("licensed")
        assert (ends[0] <= licensed <= ends[1]) is (fits != "above"), row
        assert (ends == (licensed, licensed)) is (fits == "within"), row
        seen[fits] += 1
    assert min(seen["above"], seen["within"], seen["either"]) > 20, seen
