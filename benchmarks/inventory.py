"""A made-up but realistic inventory decided with the shipped library: what `licet batch` costs where rules look about.

    python benchmarks/inventory.py [--transfers 100000] [--parties 2000] [--no-missing] [--keep FOLDER]

Transfers on many different days refer to parties that others own and that lists name, to models, licences and persons;
about one cell in twelve is empty. Prints the time of each run and its processor time. The facts are fictional.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COUNTRIES = "US GB DE FR NL JP KR TW SG AE SA IN IL CN HK RU BY IR BR VN MY TH KZ TR PL".split()
FIRST = date(2024, 10, 1)
GAP = 0.08


class Inventory:
    def __init__(self, seed: int, parties: int) -> None:
        self._random = random.Random(seed)
        self.parties = [f"party-{i}" for i in range(parties)]
        self.models = [f"model-{i}" for i in range(max(parties // 40, 5))]
        self.persons = [f"person-{i}" for i in range(max(parties // 10, 5))]
        self._size = (place / len(self.models) for place in range(len(self.models)))

    def tables(self, transfers: int) -> dict[str, pa.Table]:
        return {
            "Model": self._table(self.models, self._model),
            "Party": self._table(self.parties, self._party),
            "Person": self._table(self.persons, self._person),
            "Licence": self._table([f"licence-{i}" for i in range(len(self.parties) // 5)], self._licence),
            "Evaluation": self._table([f"evaluation-{i}" for i in range(len(self.models) * 3)], self._evaluation),
            "Transfer": self._table([f"transfer-{i}" for i in range(transfers)], self._transfer),
            "owns": pa.Table.from_pylist(list(self._holdings(len(self.parties) * 5 // 4))),
            "derived_from": pa.Table.from_pylist(list(self._steps())),
            "listed": pa.Table.from_pylist([self._listing() for _ in range(len(self.parties) * 3 // 20)]),
        }

    def _table(self, ids: Sequence[str], row: object) -> pa.Table:
        return pa.Table.from_pylist([{"id": id_, **self._gaps(row())} for id_ in ids])  # type: ignore[operator]

    def _gaps(self, row: dict[str, object]) -> dict[str, object]:
        return {name: None if self._random.random() < GAP else value for name, value in row.items()}

    def _one(self, among: Iterable[object]) -> object:
        return self._random.choice(list(among))

    def _day(self, days: int = 700) -> date:
        return FIRST + timedelta(self._random.randrange(days))

    def _model(self) -> dict[str, object]:
        return {
            "developer": self._one(self.parties[:20]),
            "training_compute": float(f"{10 ** (22 + 5.5 * next(self._size)):.4g}"),  # more than any before it
            "openness": self._one(["closed", "api", "hosted", "open_unrestricted"]),
            "weights_published": self._random.random() < 0.3,
            "released_on": self._day(),
            "us_origin": self._random.random() < 0.6,
            "foreign_direct_product": self._random.random() < 0.2,
            "below_published_frontier": self._random.random() < 0.3,
        }

    def _party(self) -> dict[str, object]:
        home = self._one(COUNTRIES)
        return {
            "country": home,
            "headquarters": home if self._random.random() < 0.8 else self._one(COUNTRIES),
            "ultimate_parent_country": home if self._random.random() < 0.7 else self._one(COUNTRIES),
            "incorporated_in": home,
            "kind": self._one(["commercial"] * 8 + ["academic", "government", "military"]),
        }

    def _person(self) -> dict[str, object]:
        return {
            "employer": self._one(self.parties[:50]),
            "citizenship": self._one(COUNTRIES),
            "permanent_residence": self._one(COUNTRIES),
            "most_recent_nationality": self._one(COUNTRIES),
            "us_person": self._random.random() < 0.5,
            "employment": self._one(["regular_permanent", "contractor", "visitor"]),
        }

    def _licence(self) -> dict[str, object]:
        start = self._day()
        return {
            "number": f"D{self._random.randrange(10**6)}",
            "authority": "BIS",
            "models": [self._one(self.models)],
            "consignee": self._one(self.parties),
            "destination": self._one(COUNTRIES),
            "valid_from": start,
            "valid_until": start + timedelta(730),
        }

    def _evaluation(self) -> dict[str, object]:
        return {
            "model": self._one(self.models),
            "hazard": self._one(["cyber", "bio", "jailbreak", "autonomy"]),
            "score": round(self._random.random(), 2),
            "threshold": 0.5,
            "performed_on": self._day(),
        }

    def _transfer(self) -> dict[str, object]:
        return {
            "item": self._one(self.models),
            "kind": self._one(["export"] * 4 + ["reexport", "in_country_transfer", "release", "remote_access"]),
            "exporter": self._random.choice(self.parties[:20]),
            "consignee": self._random.choice(self.parties),
            "end_user": self._random.choice(self.parties),
            "recipient": self._random.choice(self.persons),
            "origin": "US" if self._random.random() < 0.7 else self._random.choice(COUNTRIES),
            "destination": self._random.choice(COUNTRIES),
            "end_use": self._one(["commercial"] * 5 + ["research", "cyber_defence", "military"]),
            "date": self._day(),
            "value": float(self._random.randrange(10**6)),
            "knowledge": self._one(["none", "none", "reason_to_know"]),
        }

    def _holdings(self, number: int) -> Iterable[dict[str, object]]:
        """Mostly by others of its group of twenty, of which the first ones stand higher; of no party is more held than
        there is.
        """
        left = dict.fromkeys(self.parties, 100)
        seen: set[tuple[str, str]] = set()
        while len(seen) < number:
            place = self._random.randrange(len(self.parties))
            owned, group = self.parties[place], self.parties[place - place % 20 : place]
            owner = self._random.choice(group if group and self._random.random() < 0.9 else self.parties)
            share = self._random.choice([10, 20, 30, 51])
            if owner == owned or (owner, owned) in seen or share > left[owned]:
                continue
            seen.add((owner, owned))
            left[owned] -= share
            yield {"owner": owner, "owned": owned, "share": f"{share}%" if self._random.random() > GAP else None}

    def _steps(self) -> Iterable[dict[str, object]]:
        """Half of the models are made of one that stands before them."""
        for place in range(1, len(self.models)):
            if self._random.random() < 0.5:
                base = self._random.choice(self.models[max(0, place - 10) : place])
                added = float(f"{10 ** self._random.uniform(21, 26.5):.3g}")
                yield {"derived": self.models[place], "base": base, **self._gaps({"added_compute": added})}

    def _listing(self) -> dict[str, object]:
        start = self._day()
        later = start + timedelta(self._random.randrange(400))
        row = {
            "list": self._one(["EL", "EL", "MEU", "SDN", "DPL", "UVL"]),
            "programme": "EAR",
            "requirement": "all items",
            "from": start.isoformat(),
            "until": self._one(["not applicable", "not applicable", later.isoformat()]),
        }
        return {"party": self._one(self.parties), **self._gaps(row)}


def write(tables: dict[str, pa.Table], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")


def timed(folder: Path, *options: str) -> tuple[float, float, int]:
    """Seconds on the clock, seconds of both processors, and the most memory in MiB of any run so far."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "licet", "batch", str(folder), "--type", "Transfer", "-o", f"{out}/o.parquet"]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run([*command, "--quiet", *options], check=False)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(f"licet batch ended with exit code {done.returncode}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss // 1024


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--transfers", type=float, default=100_000)
    options.add_argument("--parties", type=int, default=2000)
    options.add_argument("--seed", type=int, default=2026)
    options.add_argument("--no-missing", action="store_true", help="only the run without missing facts")
    options.add_argument("--keep", type=Path, help="where the tables are written, and stay")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        write(Inventory(asked.seed, asked.parties).tables(int(asked.transfers)), folder)
        for name in ["--no-missing"] if asked.no_missing else ["--no-missing", "--missing"]:
            wall, processor, memory = timed(folder, name)
            print(f"{name:13} {wall:7.1f} s, processor {processor:7.1f} s, at most {memory} MiB")


if __name__ == "__main__":
    main()
