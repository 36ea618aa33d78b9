"""The differential campaign on a Spark cluster: Spark and the reference on generated policies and facts.

    pip install -e '.[test,spark]' && python benchmarks/agree_spark.py --examples 100 [--seed 1]

Two executors on this machine; Java 17 is needed. Prints how many decisions were compared, and every difference. Exit
code 1 if there is one.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.facts.written import tables, typed
from tests.policy.test_streamed import deal_policies, deals, plain
from tests.run.worlds import DATES, compiled, worlds
from tests.spark.session import local_cluster
from tests.spark.transfers import arrow

import licet.spark
from licet.api import Policy
from licet.decide.from_outcome import decide
from licet.decide.table.result_table import result_table
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.run.reference import interpreter as reference

SEEN: Counter[str] = Counter()


def differences(spark: Any, text: str, world: Facts, rows: dict[str, Record], as_of: date | None) -> list[str] | None:
    """Every column on which Spark and the reference differ; None where the generated policy is refused."""
    policy = compiled(text)
    if policy is None:
        return None
    frame = spark.createDataFrame(arrow(policy, "Deal", rows)).repartition(3)
    decided = licet.spark.decide(Policy(policy, ()), frame, inventory(world, policy), of="Deal", as_of=as_of).toArrow()
    place = {id_: row for row, id_ in enumerate(decided["id"].to_pylist())}
    subjects = [Subject("Deal", id_) for id_ in rows]
    facts = replace(world, entities={**world.entities, "Deal": rows})
    expected = result_table(policy, decide(policy, facts, subjects, as_of=as_of, evaluate=reference.evaluate))
    SEEN["decisions"] += len(rows)
    if set(place) != set(rows) or any(decided["problems"].to_pylist()):
        return [f"rows: {decided.select(['id', 'problems']).to_pylist()}"]
    found = decided.take([place[id_] for id_ in rows])
    return [
        f"{name}: reference {theirs}, Spark {mine}"
        for name in expected.schema.names
        for theirs, mine in [(plain(expected[name].to_pylist()), plain(found[name].to_pylist()))]
        if mine != theirs
    ]


def inventory(facts: Facts, policy: ir.Policy) -> dict[str, pa.Table]:
    """A table for each entity and relation."""
    return {
        name: pa.table({column: typed([row[i] for row in rows], kinds[i]) for i, column in enumerate(names)})
        for name, (names, kinds, rows) in tables(facts, policy).items()
    }


def campaign(spark: Any, examples: int, number: int) -> int:
    """Compares `examples` cases; the number of differences."""
    found: list[str] = []

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(deal_policies(), worlds(), deals(), DATES)
    def compare(text: str, world: Facts, rows: dict[str, Record], as_of: date | None) -> None:
        different = differences(spark, text, world, rows, as_of)
        SEEN["refused" if different is None else "compared"] += 1
        if different:
            found.append("\n".join([text, str(world), str(rows), str(as_of), *different]))

    compare()
    for one in found:
        print(one)
    return len(found)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    warnings.simplefilter("ignore")
    spark = local_cluster()
    start = time.perf_counter()
    different = campaign(spark, chosen.examples, chosen.seed)
    seconds = time.perf_counter() - start
    spark.stop()
    print(
        f"{SEEN['compared']} policies, {SEEN['decisions']} subjects compared in {seconds:.0f} s; "
        f"{SEEN['refused']} policies refused; {different} differences"
    )
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
