"""What is left of licences and of calendar years, over a million shipments of chips.

    python benchmarks/shipments.py --shipments 1e5,1e6

Half of the shipments name one of a thousand licences with a limited quantity; half are made under Licence Exception LPP
to two consignees of each of a thousand owners, over two calendar years. Their answers are compared with sums that numpy
makes of the same columns: which shipment exceeds the quantity of its licence, and which the 26,900,000 of its owner's
year. Printed are the time for each number of shipments and what was compared; exit code 1 where an answer is another.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

LICENCES = OWNERS = 1000
CARD = 5000  # the processing power of one card
YEAR = 26_900_000  # 740.29: for an owner in a calendar year
FIRST, DAYS = date(2025, 6, 1), 579  # the licence requirement for these destinations is in force
MODELS = """as_of: 2026-12-31
Item:
  - {{id: card, performance: {card} TPP, for_data_centres: no, us_origin: yes, classified_as: [3A090.a]}}
  - {{id: accelerator, performance: 16000 TPP, for_data_centres: yes, us_origin: yes, classified_as: [3A090.a],
     designer_standing: neither, die_area: 800 mm2}}
Party:
{parties}
Licence:
{licences}
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--shipments", default="1e5,1e6", help="how many, with commas")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    wrong = 0
    for number in (int(float(text)) for text in asked.shipments.split(",")):
        with tempfile.TemporaryDirectory() as made:
            wrong += decided(Path(made), number, np.random.default_rng(asked.seed))
    raise SystemExit(1 if wrong else 0)


def decided(folder: Path, number: int, draw: np.random.Generator) -> int:
    """Decides so many shipments, and says how many answers are not what the sums say."""
    half = number // 2
    limit = int(half / LICENCES * 3 * 0.8) or 1  # four of five units that are sent under a licence
    (folder / "rest.yaml").write_text(inventory(limit), "utf-8")
    columns = shipments(half, number, draw)
    pq.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), folder / "Transfer.parquet")
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    words = ["batch", folder / "Transfer.parquet", "--with", folder / "rest.yaml", "-o", folder / "out.parquet"]
    words += ["--jurisdiction", "US", "--no-missing"]
    done = subprocess.run(
        [sys.executable, "-m", "licet", *map(str, words)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{number:,} shipments: {time.perf_counter() - begun:.1f} s, {used:.1f} s of processor time, "
        f"{used / number * 1e6:.0f} µs each; the largest process so far {after.ru_maxrss / 1024:.0f} MiB "
        f"(load {os.getloadavg()[0]:.1f})"
    )
    return compared(pq.read_table(folder / "out.parquet"), columns, half, limit)


def inventory(limit: int) -> str:
    seats = ("country", "headquarters", "ultimate_parent_country", "incorporated_in")
    places = [(f"buyer-{i}", "VN", "VN") for i in range(LICENCES)]
    places += [(f"{name}-{i}", where, "BR") for i in range(OWNERS) for name, where in (("group", "BR"), ("peru", "PE"))]
    parties = [
        f"  - {{id: {id_}, kind: commercial, state_controlled: no, "
        + ", ".join(f"{seat}: {where if seat in ('country', 'incorporated_in') else group}" for seat in seats)
        + "}"
        for id_, where, group in places
    ]
    licences = [
        f"  - {{id: licence-{i}, authority: BIS, goods: [accelerator], items: commodities, consignee: buyer-{i}, "
        f"destination: VN, valid_from: 2024-01-01, valid_until: 2027-01-31, total_units: {limit}}}"
        for i in range(LICENCES)
    ]
    return MODELS.format(card=CARD, parties="\n".join(parties), licences="\n".join(licences))


def shipments(half: int, number: int, draw: np.random.Generator) -> Mapping[str, Any]:
    """One column for each field; the first half under licences, the others under LPP."""
    under = np.arange(number) < half
    of = draw.integers(0, LICENCES, number)
    buyer = np.char.add("buyer-", of.astype(str))
    peru = draw.integers(0, 2, number).astype(bool)
    owner = np.char.add("group-", of.astype(str))
    consignee = np.where(under, buyer, np.where(peru, np.char.add("peru-", of.astype(str)), owner))
    day = np.datetime64(FIRST) + draw.integers(0, DAYS, number)
    share = int(YEAR / CARD / max(1, (number - half) / OWNERS / 2))  # a year's shipments come to about its limit
    return {
        "id": np.char.add("s", np.char.zfill(np.arange(number).astype(str), 8)),
        "goods": np.where(under, "accelerator", "card"),
        "item": np.full(number, "not applicable"),
        "kind": np.full(number, "export"),
        "exporter": np.full(number, "not applicable"),
        "consignee": consignee,
        "end_user": consignee,
        "recipient": np.full(number, "not applicable"),
        "origin": np.full(number, "US"),
        "destination": np.where(under, "VN", np.where(peru, "PE", "BR")),
        "region": np.full(number, "elsewhere"),
        "end_use": np.full(number, "commercial"),
        "knowledge": np.full(number, "none"),
        "purchase_order": np.full(number, "no"),
        "certified_on": np.where(under, "not applicable", "2024-12-31"),
        "items_owner": np.where(under, "not applicable", owner),
        "received_from_others": np.where(under, "not applicable", "0 TPP"),
        "made_under": np.where(under, "not applicable", "LPP"),
        "licence": np.where(under, np.char.add("licence-", of.astype(str)), "not applicable"),
        "units": np.where(under, draw.integers(1, 6, number), draw.integers(1, 2 * share + 2, number)),
        "value": np.full(number, "1000 USD"),  # of a shipment without a value it is not known what it adds
        "date": day,
        "ended_on": day,
    }


def compared(table: pa.Table, columns: Mapping[str, Any], half: int, limit: int) -> int:
    """Against sums in the order of day and id, which the engine has no part in."""
    table = table.filter(pc.equal(table["type"].cast(pa.string()), "Transfer")).sort_by("id")
    must, may = (
        table[f"licensing.{bound}"].cast(pa.string()).to_numpy(zero_copy_only=False) for bound in ("must", "may")
    )
    year = columns["date"].astype("datetime64[Y]").astype(int)
    group = np.where(
        np.arange(len(must)) < half, columns["licence"], np.char.add(columns["items_owner"], year.astype(str))
    )
    order = np.lexsort((columns["id"], columns["date"], group))
    units = columns["units"][order]
    so_far = np.cumsum(units)
    first = np.r_[True, group[order][1:] != group[order][:-1]]
    so_far -= np.maximum.accumulate(np.where(first, so_far - units, 0))
    left = np.empty(len(must), bool)
    left[order] = np.where(order < half, so_far <= limit, so_far * CARD <= YEAR)
    kinds = np.where(np.arange(len(must)) < half, "licensed", "licence_exception")
    expected = np.where(left, kinds, "licence_required")
    wrong = (must != expected) | (may != expected)
    for kind in ("licensed", "licence_exception"):
        own = kinds == kind
        here, beyond, otherwise = (int((own & which).sum()) for which in (left, ~left, wrong))
        print(f"  {here:,} {kind}, {beyond:,} beyond it, {otherwise:,} answered otherwise")
    for place in np.flatnonzero(wrong)[:3]:
        print(f"  {columns['id'][place]}: {must[place]} to {may[place]}, and not {expected[place]}")
    return int(wrong.sum())


if __name__ == "__main__":
    main()
