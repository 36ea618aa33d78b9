"""`licet watch` over a large inventory: a run after 1,000 changed facts beside a full run over the same facts.

    python benchmarks/watch_large.py [--library] [--transfers 1e6] [--parties 20000] [--changes 1000] [--keep FOLDER]

Three mixes of edits, each from the same first snapshot: facts of transfers; of transfers and of parties, half and half;
a country that comes on a list. For each the seconds of both runs, the ratio of processor time, how many subjects were
decided, and how many answers the two runs do not give alike, which is none or a fault (exit code 1). The policy has a
dozen rules, so that reading and writing weigh more than deciding; with `--library` it is the shipped one, and parties,
models, licences and listings are those of `inventory.py`, of whose transfers one in fifty names a licence. The facts
are made up. `--mixes 1` takes only the first: where parties or lists change, most of the time goes into the causes of
thousands of answers.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent))

from inventory import Inventory

COUNTRIES = np.array("US GB DE FR NL JP KR TW SG AE SA IN IL CN HK RU BY IR BR VN MY TH KZ TR PL".split())
POLICY = """module trade "Trade" jurisdiction US
  authority L "Law"
entity Party "party"
  country : country "country"
  parent : country "country of the parent"
  listed : boolean "listed"
  blocked : boolean derived "blocked"
entity Transfer "transfer"
  buyer : Party "buyer"
  end_user : Party "end user"
  exporter : Party "exporter"
  destination : country "destination"
  amount : number "amount"
  military : boolean "for a military end use"
  published : boolean "published"
  date : date "date"
relation owns(owner: Party, owned: Party, share: percent) "owns"
list embargoed of country from "embargoed.yaml" "embargoed countries"
list watched of country from "watched.yaml" "watched countries"
decision licensing of t: Transfer "licensing" as of t.date outcomes free < ask < licence < never otherwise free
  details form
rule listed for p: Party cites L "1" when p.listed then p is blocked
rule owned for p: Party cites L "2"
  when total o.share over o in owns where (o.owned is p and o.owner is blocked) is at least 50% then p is blocked
rule buyer for t: Transfer cites L "3" when t.buyer is blocked or t.end_user is blocked then licensing of t is licence
rule home for t: Transfer cites L "4" when t.destination is in embargoed then licensing of t is never
rule parent for t: Transfer cites L "5" when t.end_user.parent is in embargoed then licensing of t is licence
rule military for t: Transfer cites L "6" when t.military and t.destination is in watched then licensing of t is never
rule large for t: Transfer cites L "7" in force from 2025-01-01 when t.amount is at least 900000
  then licensing of t is ask with form
rule larger for t: Transfer cites L "8" in force from 2025-09-01 not enforced from 2026-03-01 "announced"
  when t.amount is at least 500000 and t.destination is in watched then licensing of t is licence
rule seat for t: Transfer cites L "9" when t.end_user.country is not t.destination and t.destination is in watched
  then licensing of t is ask
exception published to buyer, large, larger, seat for t: Transfer cites L "10"
  when t.published and t.destination is not in embargoed
"""
LIBRARY, GROUP = Path(__file__).parents[1] / "policies", "lists/us/country_group_d5.yaml"
LISTS = {"embargoed": ["IR", "BY"], "watched": ["CN", "HK", "RU", "AE"]}


def write_list(folder: Path, name: str, members: list[str]) -> None:
    head = f"list: {name}\ntitle: {name}\nsource: L 4\ncertainty: verified\ncovers: {{from: 2020-01-01}}\nmembers:\n"
    (folder / "lists").mkdir(exist_ok=True)
    (folder / "lists" / f"{name}.yaml").write_text(head + "".join(f"  - {{code: {code}}}\n" for code in members))


class MadeUp:
    """The tables of an inventory, which can be edited."""

    def __init__(self, transfers: int, parties: int, seed: int) -> None:
        self.dice = np.random.default_rng(seed)
        ids = np.array([f"party-{i}" for i in range(parties)])
        self.tables = {
            "Party": self._table(
                parties,
                id=pa.array(ids),
                country=self._some(COUNTRIES, parties),
                parent=self._some(COUNTRIES, parties),
                listed=self._with_gaps(self.dice.random(parties) < 0.03),
            ),
            "Transfer": self._table(
                transfers,
                id=pa.array(np.char.add("t-", np.arange(transfers).astype(str))),
                buyer=self._some(ids, transfers),
                end_user=self._some(ids, transfers),
                exporter=self._some(ids[:20], transfers),
                destination=self._some(COUNTRIES, transfers),
                amount=self._with_gaps(self.dice.integers(0, 10**6, transfers)),
                military=self._with_gaps(self.dice.random(transfers) < 0.05),
                published=self._with_gaps(self.dice.random(transfers) < 0.2),
                date=pa.array(np.datetime64("2024-10-01") + self.dice.integers(0, 700, transfers)),
            ),
            "owns": self._table(  # in groups of ten; the first of each is said to own itself
                parties,
                owner=pa.array(ids[np.arange(parties) - self.dice.integers(0, np.arange(parties) % 10 + 1)]),
                owned=pa.array(ids),
                share=pa.array(self.dice.choice(np.array(["10%", "30%", "51%"]), parties)),
            ),
        }

    def _table(self, _rows: int, **columns: pa.Array) -> pa.Table:
        return pa.table(columns)

    def _some(self, among: Any, number: int) -> pa.Array:
        return self._with_gaps(among[self.dice.integers(0, len(among), number)])

    def _with_gaps(self, values: Any) -> pa.Array:
        return pa.array(values, mask=self.dice.random(len(values)) < 0.04)

    def with_changed(self, name: str, number: int) -> pa.Table:
        """So many facts of a table are others: each in a row and a column at random."""
        table = self.tables[name]
        columns = [column for column in table.column_names if column != "id"]
        rows = self.dice.choice(len(table), number, replace=False)
        for column, places in zip(columns, np.array_split(rows, len(columns)), strict=True):
            values = table.column(column).combine_chunks()
            other = values.take(pa.array(self.dice.integers(0, len(table), len(places))))
            mask = np.zeros(len(table), np.bool_)
            mask[places] = True
            changed = pa.compute.replace_with_mask(values, pa.array(mask), other)
            table = table.set_column(table.column_names.index(column), column, changed)
        return table


class OfLibrary(MadeUp):
    """An inventory for the shipped library: all but the transfers are those of `inventory.py`."""

    def __init__(self, transfers: int, parties: int, seed: int) -> None:
        self.dice = np.random.default_rng(seed)
        made = Inventory(seed, parties)
        self.tables = made.tables(0)
        ids, models, persons = (np.array(some) for some in (made.parties, made.models, made.persons))
        licences = np.array(self.tables["Licence"].column("id").to_pylist())
        kinds = np.array(["export"] * 4 + ["reexport", "in_country_transfer", "release", "remote_access"])
        uses = np.array(["commercial"] * 5 + ["research", "cyber_defence", "military"])
        named = licences[self.dice.integers(0, len(licences), transfers)]
        self.tables["Transfer"] = self._table(
            transfers,
            id=pa.array(np.char.add("t-", np.arange(transfers).astype(str))),
            item=self._some(models, transfers),
            kind=pa.array(kinds[self.dice.integers(0, len(kinds), transfers)]),
            exporter=self._some(ids[:20], transfers),
            consignee=self._some(ids, transfers),
            end_user=self._some(ids, transfers),
            recipient=self._some(persons, transfers),
            origin=self._some(COUNTRIES, transfers),
            destination=self._some(COUNTRIES, transfers),
            end_use=self._some(uses, transfers),
            licence=pa.array(named, mask=self.dice.random(transfers) > 0.02),
            date=pa.array(np.datetime64("2024-10-01") + self.dice.integers(0, 700, transfers)),
            value=self._with_gaps(self.dice.integers(0, 10**6, transfers)),
            knowledge=self._some(np.array(["none", "none", "reason_to_know"]), transfers),
        )


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock and of the processors: the latter hang less on what else the machine does."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s (processor {self.processor:.1f} s)"


def watch(facts: Path, policy: Path, snapshots: Path, *options: str) -> tuple[Took, Any]:
    line = [sys.executable, "-m", "licet", "watch", str(facts), "--policy", str(policy), "--snapshot", str(snapshots)]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([*line, "--format", "json", *options], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"licet watch ended with exit code {done.returncode}: {done.stderr[-2000:]}")
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(wall, processor), json.loads(done.stdout)


def unlike(one: Path, other: Path) -> int:
    """In how many rows two snapshots do not have the same answers."""
    tables = [pq.read_table(folder / "answers.parquet") for folder in (one, other)]
    rows = np.zeros(len(tables[0]), np.bool_)
    for name in tables[0].column_names:
        if name not in ("since", "next_turn"):
            left, right = (np.array([str(x) for x in table.column(name).to_pylist()]) for table in tables)
            rows |= left != right
    return int(rows.sum())


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--transfers", type=float, default=1_000_000)
    options.add_argument("--parties", type=int, default=20_000)
    options.add_argument("--changes", type=int, default=1_000)
    options.add_argument("--mixes", type=int, default=3, help="only so many of them")
    options.add_argument("--library", action="store_true", help="with the shipped library")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, help="where the tables are written, and stay")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        return _measured(asked, asked.keep or Path(scratch))


def _measured(asked: argparse.Namespace, home: Path) -> int:
    facts, policy, first = home / "facts", home / "policy", home / "first"
    facts.mkdir(parents=True, exist_ok=True)
    made = (OfLibrary if asked.library else MadeUp)(int(asked.transfers), asked.parties, asked.seed)
    if asked.library:
        shutil.copytree(LIBRARY, policy, dirs_exist_ok=True)
    else:
        policy.mkdir(parents=True, exist_ok=True)
        (policy / "trade.licet").write_text(POLICY)
        for name, members in LISTS.items():
            write_list(policy, name, members)
    for name, table in made.tables.items():
        pq.write_table(table, facts / f"{name}.parquet")
    took, told = watch(facts, policy, first, "--full")
    print(f"{told['subjects']:,} subjects, first run {took}")
    half = asked.changes // 2
    mixes = {
        f"{asked.changes:,} facts of transfers": {"Transfer": asked.changes},
        f"{half:,} of transfers, {half:,} of parties": {"Transfer": half, "Party": half},
        "a country comes on a list": {},
    }
    wrong = 0
    for mix, changes in list(mixes.items())[: asked.mixes]:
        for name, table in made.tables.items():
            pq.write_table(
                made.with_changed(name, changes[name]) if name in changes else table, facts / f"{name}.parquet"
            )
        if not asked.library:
            write_list(policy, "watched", LISTS["watched"] + ([] if changes else ["KZ"]))
        elif not changes:
            with (policy / GROUP).open("a", encoding="utf-8") as listed:
                listed.write("  - KZ\n")
        snapshots = home / "snapshots"
        shutil.rmtree(snapshots, ignore_errors=True)
        shutil.copytree(first, snapshots)
        part, told = watch(facts, policy, snapshots)
        shutil.copytree(first, home / "again")
        full, _ = watch(facts, policy, home / "again", "--full")
        apart = unlike(snapshots / "2", home / "again" / "2")
        shutil.rmtree(home / "again")
        wrong += apart
        events = len(told["events"])
        print(
            f"{mix}: {part}, full {full}, ratio {part.processor / full.processor:.2f}; {told['decided']:,} of "
            f"{told['subjects']:,} subjects decided; {events:,} events; {apart} of {told['subjects']:,} rows unlike"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
