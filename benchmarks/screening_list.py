"""The Consolidated Screening List, imported as it is downloaded, and a hundred thousand transfers decided against it.

    python benchmarks/screening_list.py [FILE] --transfers 100000

Half of the transfers go to parties drawn from the lists, half to parties that are in none. What is printed: the time
and the memory of each step, and how the answers to the parties of each list are spread. No name is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
LIST = next(
    (p for up in (ROOT.parent, ROOT.parent.parent) if (p := up / "shared/data/ear/screening-list.json").is_file()), None
)
PLACES = ("SG", "AE", "CH", "JP", "DE", "BR", "IN", "MY")
MODELS = {"small": "1e24 operations", "large": "2e26 operations"}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", nargs="?", type=Path, default=LIST, help="the list; else the one of ../shared")
    options.add_argument("--transfers", type=int, default=100_000)
    options.add_argument("--as-of", default="2026-08-15")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    if asked.file is None:
        raise SystemExit("the list is not there: name the file")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        run("import", "lists", "import", asked.file, "-o", folder / "lists")
        lists = inventory(folder, asked.transfers, asked.as_of, random.Random(asked.seed))
        out = folder / "out.parquet"
        further = [word for name in ("lists", "Model.csv", "Party.jsonl") for word in ("--with", folder / name)]
        run("batch", "batch", folder / "Transfer.parquet", *further, "-o", out, "--jurisdiction", "US", "--no-missing")
        tell(out, lists)


def run(name: str, *words: object) -> None:
    """Runs a command of Licet and prints what it took, all of its processes together."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "licet", *map(str, words)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{name}: {time.perf_counter() - begun:.1f} s; so far {used.ru_utime + used.ru_stime:.1f} s of processor time, "
        f"the largest process {used.ru_maxrss / 1024:.0f} MiB (load {os.getloadavg()[0]:.1f})"
    )


def inventory(folder: Path, transfers: int, day: str, draw: random.Random) -> dict[str, str]:
    """Writes models, parties of nobody's lists and transfers; returns which list each transfer's consignee is of."""
    rows = [json.loads(line) for line in (folder / "lists" / "listed.jsonl").read_text("utf-8").splitlines()]
    parties: dict[str, list[str]] = {}
    for row in rows:
        parties.setdefault(row["list"], []).append(row["party"])
    models = [f"{name},yes,{compute},no,no" for name, compute in MODELS.items()]
    header = "id,us_origin,training_compute,weights_published,below_published_frontier"
    (folder / "Model.csv").write_text("\n".join([header, *models, ""]), "utf-8")
    own = [{"id": f"own-{i}", "kind": "commercial", **dict.fromkeys(_SEATS, draw.choice(PLACES))} for i in range(5000)]
    (folder / "Party.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in own), "utf-8")
    of_list, made = {}, []
    names = sorted(parties)
    for i in range(transfers):
        list_ = draw.choice(names) if i % 2 else "none"
        party = draw.choice(parties[list_]) if i % 2 else draw.choice(own)["id"]
        of_list[f"t{i}"] = list_
        made.append(
            {
                "id": f"t{i}",
                "item": draw.choice(list(MODELS)),
                "kind": "export",
                "exporter": "not applicable",
                "consignee": party,
                "end_user": party,
                "recipient": "not applicable",
                "origin": "US",
                "destination": draw.choice(PLACES),
                "region": "elsewhere",
                "end_use": "commercial",
                "date": day,
                "ended_on": day,
                "knowledge": "none",
                "facility_secure": True,
            }
        )
    pq.write_table(pa.Table.from_pylist(made), folder / "Transfer.parquet")
    return of_list


_SEATS = ("country", "headquarters", "ultimate_parent_country", "incorporated_in")


def tell(out: Path, of_list: dict[str, str]) -> None:
    answers: dict[str, Counter[str]] = {}
    table = pq.read_table(out, columns=["type", "id", "licensing.must", "licensing.may"]).to_pylist()
    for row in (one for one in table if one["type"] == "Transfer"):
        must, may = row["licensing.must"], row["licensing.may"]
        answers.setdefault(of_list[row["id"]], Counter())[must if must == may else f"{must} to {may}"] += 1
    print(f"{len(of_list)} transfers decided")
    for list_ in sorted(answers):
        said = ", ".join(f"{number} {answer}" for answer, number in answers[list_].most_common())
        print(f"  {list_}: {said}")


if __name__ == "__main__":
    main()
