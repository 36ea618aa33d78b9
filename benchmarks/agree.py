"""The long differential campaign: an engine against the reference on generated policies and facts.

    python benchmarks/agree.py [--engine columnar|forward] [--decisions 1000000] [--worlds 12] [--seed 1]

Each generated policy decides several inventories, each made of several generated worlds, on different dates. Compared
are the status and everything else that is reported of every rule, every conclusion, and the bounds of every decision
about every subject in every jurisdiction and overall. Prints how many decisions and statuses were compared, and every
difference. Exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.run import worlds as generated
from tests.run.worlds import compiled, policy_texts, subjects, worlds

from licet.facts.store import Facts, Record
from licet.ir.outcomes import jurisdictions_of, outcome_of
from licet.ir.policy import Policy
from licet.run import columnar, forward, reference
from licet.run.settled import Settled

ENGINES = {"columnar": columnar.evaluate, "forward": forward.evaluate}
DAYS: list[date | None] = [*generated.DAYS, None]
QUIET: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
POOL = 1500  # generated worlds to choose from
INVENTORIES = 4  # for each policy, each on another day


def merged(parts: list[Facts]) -> Facts:
    """Several worlds as one; ids are told apart by the number of their world."""
    entities: dict[str, dict[str, Record]] = {"Thing": {}, "Part": {}}
    relations: dict[str, list[Record]] = {"edge": [], "loose": []}
    opened: set[str] = set()
    for number, part in enumerate(parts):
        ids = {id_: f"w{number}{id_}" for records in part.entities.values() for id_ in records}
        for type_, records in part.entities.items():
            entities[type_].update((ids[id_], _renamed(record, ids)) for id_, record in records.items())
        for name, rows in part.relations.items():
            relations[name] += [_renamed(row, ids) for row in rows]
        opened |= {ids[id_] for id_ in part.opened.get("edge", ())}
    return Facts(
        entities,
        {name: tuple(rows) for name, rows in relations.items()},
        None,
        {"edge": frozenset(opened)} if opened else {},
    )


def _renamed(record: Record, ids: dict[str, str]) -> Record:
    references = ("ref", "src", "dst", "whole")
    return Record({k: ids.get(v, v) if k in references and isinstance(v, str) else v for k, v in record.facts.items()})


def differences(
    policy: Policy, facts: Facts, as_of: date | None, enforced_only: bool, engine: str, seen: Counter[str]
) -> Iterator[str]:
    wanted = subjects(facts)
    left = reference.evaluate(policy, facts, wanted, as_of, enforced_only=enforced_only)
    right = ENGINES[engine](policy, facts, wanted, as_of, enforced_only=enforced_only)
    one, two = Settled(policy, facts, left), Settled(policy, facts, right)
    for key, result in left.rules.items():
        seen[result.status] += 1
        if right.rules.get(key) != result:
            yield f"{key}: reference {result}, {engine} {right.rules.get(key)}"
    for (name, subject), reading in right.terms.items():
        expected = one._conclusion(name, subject)  # noqa: SLF001 - what it concluded of one name, for comparison
        if expected != reading:
            yield f"{name} of {subject}: reference {expected}, {engine} {reading}"
    for decision in policy.decisions.values():
        if all(outcome_of(rule, decision.name) is None for rule in policy.rules.values()):
            continue
        for view in (*jurisdictions_of(policy, decision.name), "overall"):
            for subject in facts.subjects(decision.entity):
                seen["decisions"] += 1
                bounds = one.decision(decision.name, view, subject)
                seen["determined"] += bounds.determined
                if two.decision(decision.name, view, subject) != bounds:
                    yield f"{decision.name} of {subject} in {view}"


def campaign(engine: str, decisions: int, together: int, number: int) -> tuple[Counter[str], list[str]]:
    pool: list[Facts] = []

    def keep(world: Facts) -> None:
        pool.append(world)

    seed(number)(settings(max_examples=POOL, **QUIET)(given(worlds())(keep)))()
    chosen = random.Random(number)
    seen: Counter[str] = Counter()
    found: list[str] = []

    def compare(text: str) -> None:
        if seen["decisions"] >= decisions:
            return
        policy = compiled(text)
        seen["policies" if policy else "refused"] += 1
        for as_of in chosen.sample(DAYS, INVENTORIES) if policy else ():
            facts = merged(chosen.sample(pool, together))
            enforced_only = chosen.random() < 0.25
            different = list(differences(policy, facts, as_of, enforced_only, engine, seen))
            if different:
                found.append("\n".join([text, str(facts), f"{as_of}, {enforced_only}", *different]))

    run = 0
    while seen["decisions"] < decisions:
        seed(number + run)(settings(max_examples=400, **QUIET)(given(policy_texts())(compare)))()
        run += 1
        print(f"  {seen['decisions']:,} decisions, {len(found)} policies with differences", flush=True)
    return seen, found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--engine", choices=sorted(ENGINES), default="columnar")
    options.add_argument("--decisions", type=int, default=1_000_000)
    options.add_argument("--worlds", type=int, default=12)
    options.add_argument("--seed", type=int, default=1)
    given_ = options.parse_args()
    start = time.perf_counter()
    seen, found = campaign(given_.engine, given_.decisions, given_.worlds, given_.seed)
    print(*found, sep="\n")
    print(f"{given_.engine}: {seen['decisions']:,} decisions compared, {seen['determined']:,} of them determined")
    print(
        f"{seen['policies']:,} policies, {seen['refused']:,} refused; statuses in {time.perf_counter() - start:.0f} s:"
    )
    for status in ("holds", "fails", "unknown", "defeated", "not_in_force"):
        print(f"  {status:13} {seen[status]:>12,}")
    print(f"{len(found)} policies with differences")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
