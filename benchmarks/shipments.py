"""What is left of licences and of calendar years, over a million shipments of chips.

    python benchmarks/shipments.py --shipments 1e5,1e6 [--orders 0.1] [--missing]

Half of the shipments name one of a thousand licences with a limited quantity; half are made under Licence Exception LPP
to two consignees of each of a thousand owners, over two calendar years. With `--orders`, such a share of them are
orders under Licence Exception LVS, about a hundred to each of its buyers, in any place of the table. Their answers are
compared with sums that numpy makes of the same columns: which shipment exceeds the quantity of its licence, which the
26,900,000 of its owner's year, and which the 18,000 dollars of its buyer's. Printed are the time for each number of
shipments and what was compared; exit code 1 where an answer is another. With `--missing`, the facts that answers hang
on are looked for too.
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

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

LICENCES = OWNERS = 1000
OF_A_BUYER = 100  # orders, about, in two years
CARD = 5000  # the processing power of one card
YEAR = 26_900_000  # 740.29: for an owner in a calendar year
ORDER, ORDERS = 1500, 18_000  # 740.3: dollars of an order, and of a buyer's calendar year under one entry
KINDS = ("licensed", "licence_exception", "licence_exception")  # under a licence, LPP and LVS
FIRST, DAYS = date(2025, 6, 1), 579  # the licence requirement for these destinations is in force
MODELS = """as_of: 2026-12-31
Item:
  - {{id: card, performance: {card} TPP, for_data_centres: no, us_origin: yes, classified_as: [3A090.a]}}
  - {{id: accelerator, performance: 16000 TPP, for_data_centres: yes, us_origin: yes, classified_as: [3A090.a],
     designer_standing: neither, die_area: 800 mm2}}
  - {{id: sensor, us_origin: yes, classified_as: [3A001.c]}}
Party:
{parties}
Licence:
{licences}
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--shipments", default="1e5,1e6", help="how many, with commas")
    options.add_argument("--orders", type=float, default=0, help="which share of them are orders under LVS")
    options.add_argument("--missing", action="store_true", help="look for missing facts too")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    wrong = 0
    for number in (int(float(text)) for text in asked.shipments.split(",")):
        with tempfile.TemporaryDirectory() as made:
            draw = np.random.default_rng(asked.seed)
            wrong += decided(Path(made), number, int(number * asked.orders), draw, missing=asked.missing)
    raise SystemExit(1 if wrong else 0)


def decided(folder: Path, number: int, orders: int, draw: np.random.Generator, *, missing: bool) -> int:
    """Decides so many shipments, and says how many answers are not what the sums say."""
    half = (number - orders) // 2
    kind = np.repeat([0, 1, 2], [half, number - orders - half, orders])
    limit = int(half / LICENCES * 3 * 0.8) or 1  # four of five units that are sent under a licence
    (folder / "rest.yaml").write_text(inventory(limit, orders // OF_A_BUYER + 1), "utf-8")
    columns = shipments(kind, draw)
    if orders:
        order = draw.permutation(number)
        kind, columns = kind[order], {name: values[order] for name, values in columns.items()}
    pq.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), folder / "Transfer.parquet")
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    words = ["batch", folder / "Transfer.parquet", "--with", folder / "rest.yaml", "-o", folder / "out.parquet"]
    words += ["--jurisdiction", "US", "--verbose"] + ([] if missing else ["--no-missing"])
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
    print(
        "  " + next((line for line in done.stderr.splitlines() if line.startswith("Transfer is ")), "Transfer is read")
    )
    return compared(pq.read_table(folder / "out.parquet"), columns, kind, limit)


def inventory(limit: int, labs: int) -> str:
    seats = ("country", "headquarters", "ultimate_parent_country", "incorporated_in")
    places = [(f"buyer-{i}", "VN", "VN") for i in range(LICENCES)]
    places += [(f"{name}-{i}", where, "BR") for i in range(OWNERS) for name, where in (("group", "BR"), ("peru", "PE"))]
    places += [(f"lab-{i}", "UY", "UY") for i in range(labs)]
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


def shipments(kind: np.ndarray, draw: np.random.Generator) -> Mapping[str, np.ndarray]:
    """One column for each field; of each shipment the kind says what it is made under, as a place in `KINDS`."""
    number = len(kind)
    under, orders = kind == 0, kind == 2
    of = draw.integers(0, LICENCES, number)
    buyer = np.char.add("buyer-", of.astype(str))
    peru = draw.integers(0, 2, number).astype(bool)
    owner = np.char.add("group-", of.astype(str))
    consignee = np.where(under, buyer, np.where(peru, np.char.add("peru-", of.astype(str)), owner))
    day = np.datetime64(FIRST) + draw.integers(0, DAYS, number)
    share = int(YEAR / CARD / max(1, (kind == 1).sum() / OWNERS / 2))  # a year's shipments come to about its limit
    columns = {
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
    return {**columns, **(of_orders(columns, orders, draw) if orders.any() else {})}


def of_orders(
    columns: Mapping[str, np.ndarray], orders: np.ndarray, draw: np.random.Generator
) -> Mapping[str, np.ndarray]:
    """The columns in which orders under LVS are other shipments, with what only these need."""
    most = int(ORDERS / (OF_A_BUYER / 2) * 1.6)  # a year's orders come to about what it may have
    value = draw.integers(1, 2 * most, len(orders))
    value = np.where(draw.random(len(orders)) < 0.05, ORDER + 1, value)  # some are too large by themselves
    lab = np.char.add("lab-", draw.integers(0, orders.sum() // OF_A_BUYER + 1, len(orders)).astype(str))
    other = {"goods": "sensor", "consignee": lab, "end_user": lab, "destination": "UY", "made_under": "LVS"}
    other |= dict.fromkeys(("certified_on", "items_owner", "received_from_others", "licence"), "not applicable")
    other |= {"value": np.char.add(value.astype(str), " USD"), "units": 1}
    ordered = np.where(orders, other["value"], "not applicable")
    return {
        **{name: np.where(orders, said, columns[name]) for name, said in other.items()},
        "order_value": ordered,
        "intermediate_consignee": np.full(len(orders), "not applicable"),
    }


def compared(table: pa.Table, columns: Mapping[str, np.ndarray], kind: np.ndarray, limit: int) -> int:
    """Against sums in the order of day and id, which the engine has no part in."""
    table = table.filter(pc.equal(table["type"].cast(pa.string()), "Transfer")).sort_by("id")
    by_id = np.argsort(columns["id"])
    columns, kind = {name: values[by_id] for name, values in columns.items()}, kind[by_id]
    must, may = (
        table[f"licensing.{bound}"].cast(pa.string()).to_numpy(zero_copy_only=False) for bound in ("must", "may")
    )
    year = columns["date"].astype("datetime64[Y]").astype(int).astype(str)
    value = np.array([int(text.split()[0]) for text in columns["value"].tolist()])
    group = np.select(
        [kind == 0, kind == 1],
        [columns["licence"], np.char.add(columns["items_owner"], year)],
        np.char.add(columns["consignee"], year),
    )
    adds = np.where(kind == 2, value, columns["units"])
    order = np.lexsort((columns["id"], columns["date"], group))
    so_far = np.cumsum(adds[order])
    first = np.r_[True, group[order][1:] != group[order][:-1]]
    so_far -= np.maximum.accumulate(np.where(first, so_far - adds[order], 0))
    used = np.empty(len(must), np.int64)
    used[order] = so_far
    left = np.select([kind == 0, kind == 1], [used <= limit, used * CARD <= YEAR], (used <= ORDERS) & (value <= ORDER))
    expected = np.where(left, np.array(KINDS)[kind], "licence_required")
    wrong = (must != expected) | (may != expected)
    for which, words in enumerate(("under licences", "under LPP", "under LVS")):
        own = kind == which
        here, beyond, otherwise = (int((own & some).sum()) for some in (left, ~left, wrong))
        if own.any():
            print(f"  {words}: {here:,} {KINDS[which]}, {beyond:,} beyond it, {otherwise:,} answered otherwise")
    for place in np.flatnonzero(wrong)[:3]:
        print(f"  {columns['id'][place]}: {must[place]} to {may[place]}, and not {expected[place]}")
    return int(wrong.sum())


if __name__ == "__main__":
    main()
