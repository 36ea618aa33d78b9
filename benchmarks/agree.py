"""The long differential campaign: an engine against the reference on generated policies and facts.

    python benchmarks/agree.py [--engine columnar|forward|batch|gate|check] [--decisions 1000000] [--worlds 12]
        [--pool 1500] [--seed 1]

Each generated policy decides several inventories, each made of several generated worlds, on different dates. Compared
are the status and everything else that is reported of every rule, every conclusion and score, and the bounds of every
decision about every subject in every jurisdiction and overall; of a batch the bounds that its bits give, of a gate the
outcomes of some cases, of the checker what its own reading of the documents says. Bounds of which the least is above
the most severe cannot be made, and a batch's are compared.
Prints how much was compared, and every difference. Exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.check_program import beside_engine
from tests.policy.test_gate import by_reference
from tests.run import worlds as generated
from tests.run.told import told, told_of
from tests.run.worlds import compiled, policy_texts, subjects, worlds

from licet.decide.gate import Gate
from licet.facts.store import Facts, Opening, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.ir.outcomes import jurisdictions_of, rules_deciding
from licet.ir.policy import Policy
from licet.run.columnar import engine as columnar
from licet.run.columnar.batch import Batches, Days
from licet.run.forward import driver as forward
from licet.run.reference import interpreter as reference
from licet.run.reference.bounds import Bounds
from licet.run.reference.settled import Settled

ENGINES = {"columnar": columnar.evaluate, "forward": forward.evaluate}
DAYS: list[date | None] = [*generated.DAYS, None]
QUIET: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
POOL = 1500
CASES = 6  # one in so many things is a case of a gate
INVENTORIES = 4  # for each policy, each on another day


def merged(parts: list[Facts]) -> Facts:
    """Several worlds as one; ids are told apart by the number of their world."""
    entities: dict[str, dict[str, Record]] = {"Thing": {}, "Part": {}}
    relations: dict[str, list[Record]] = {"edge": [], "loose": []}
    opened: dict[str, dict[Opening, None]] = {}
    for number, part in enumerate(parts):
        ids = {id_: f"w{number}{id_}" for records in part.entities.values() for id_ in records}
        for type_, records in part.entities.items():
            entities[type_].update((ids[id_], _renamed(record, ids)) for id_, record in records.items())
        for name, rows in part.relations.items():
            relations[name] += [_renamed(row, ids) for row in rows]
        for name, openings in part.opened.items():  # of a population without any
            opened.setdefault(name, {}).update(dict.fromkeys(_opening(opening, ids) for opening in openings))
    return Facts(
        entities,
        {name: tuple(rows) for name, rows in relations.items()},
        None,
        {name: tuple(openings) for name, openings in opened.items()},
    )


def _opening(opening: Opening, ids: dict[str, str]) -> Opening:
    facts = tuple((name, ids[fact] if isinstance(fact, str) else fact) for name, fact in opening.facts)
    return Opening(facts, opening.of and Subject(opening.of.type, ids[opening.of.id]))


def _renamed(record: Record, ids: dict[str, str]) -> Record:
    references = ("ref", "home", "src", "dst", "whole")
    return Record({k: ids.get(v, v) if k in references and isinstance(v, str) else v for k, v in record.facts.items()})


def of_engine(
    policy: Policy, facts: Facts, as_of: date | None, enforced_only: bool, seen: Counter[str], engine: str
) -> Iterator[str]:
    """An engine by itself: every status, conclusion, decision and score."""
    wanted = subjects(facts)
    left = reference.evaluate(policy, facts, wanted, as_of, enforced_only=enforced_only)
    right = ENGINES[engine](policy, facts, wanted, as_of, enforced_only=enforced_only)
    one, two = Settled(policy, facts, left), Settled(policy, facts, right)
    said = told(policy, facts, right)
    for key, result in left.rules.items():
        seen[result.status] += 1
        if said.get(key) != told_of(one, *key):
            yield f"{key}: reference {told_of(one, *key)}, {engine} {said.get(key)}"
    for (name, subject), reading in right.terms.items():
        expected = one._conclusion(name, subject)  # noqa: SLF001 - what it concluded of one name, for comparison
        if expected != reading:
            yield f"{name} of {subject}: reference {expected}, {engine} {reading}"
    for decision, view in decided(policy):
        for subject in facts.subjects(policy.decisions[decision].entity):
            bounds = counted(one.decision(decision, view, subject), seen)
            if two.decision(decision, view, subject) != bounds:
                yield f"{decision} of {subject} in {view}"
    for name, score in policy.scores.items():
        for subject in facts.subjects(score.entity):
            if one.score(name, subject) != two.score(name, subject):
                yield f"{name} of {subject}: reference {one.score(name, subject)}, {engine} {two.score(name, subject)}"


def of_batch(
    policy: Policy, facts: Facts, as_of: date | None, enforced_only: bool, seen: Counter[str]
) -> Iterator[str]:
    """The bits of a batch, as `licet batch`, `decide_table` and Spark read them."""
    left = reference.evaluate(policy, facts, subjects(facts), as_of, enforced_only=enforced_only)
    expected = Settled(policy, facts, left)
    tables = tables_from_facts(facts, policy)
    batches = Batches(policy, tables)
    for entity, table in tables.entities.items():
        verdicts = batches.verdicts(entity, table, None, Days((as_of,), np.zeros(table.length, np.int32)))
        for decision, view in decided(policy):
            if policy.decisions[decision].entity == entity:
                ranks = verdicts.bounds(decision, view, enforced=enforced_only)
                for id_, must, may in zip(table.id_list, *(rank.tolist() for rank in ranks), strict=True):
                    bounds = counted(expected.decision(decision, view, Subject(entity, id_)), seen)
                    if must > may or (must, may) != (bounds.must, bounds.may):
                        yield f"{decision} of {id_} in {view}: reference {bounds}, batch {must} to {may}"


def of_gate(policy: Policy, facts: Facts, as_of: date | None, enforced_only: bool, seen: Counter[str]) -> Iterator[str]:  # noqa: ARG001 - a gate has no other answer
    """Some things as cases of a gate, decided against all the others and themselves."""
    gate = Gate(policy, "Thing", tables_from_facts(facts, policy), as_of)
    for record in list(facts.entities["Thing"].values())[::CASES]:
        found = gate(record.facts).outcomes
        expected = by_reference(policy, facts, record, as_of).overall
        for overall in expected:
            rank = policy.decisions[overall.decision].outcomes.index
            counted(Bounds(rank(overall.must), rank(overall.may)), seen)
        if found != {overall.decision: (overall.must, overall.may) for overall in expected}:
            yield f"{record}: reference {expected}, gate {found}"


def of_check(
    policy: Policy, facts: Facts, as_of: date | None, enforced_only: bool, seen: Counter[str]
) -> Iterator[str]:
    """The second reading, which has no hand in any engine."""
    left = reference.evaluate(policy, facts, subjects(facts), as_of, enforced_only=enforced_only)
    expected = Settled(policy, facts, left)
    yield from beside_engine.differences(policy, facts, left, seen)
    for decision, view in decided(policy):
        for subject in facts.subjects(policy.decisions[decision].entity):
            seen["determined"] += expected.decision(decision, view, subject).determined


def decided(policy: Policy) -> Iterator[tuple[str, str]]:
    """Each decision for which there are rules, in each jurisdiction and overall."""
    for decision, rules in rules_deciding(policy).items():
        for view in (*jurisdictions_of(policy, decision), "overall") if rules else ():
            yield decision, view


def counted(bounds: Bounds, seen: Counter[str]) -> Bounds:
    seen["decisions"] += 1
    seen["determined"] += bounds.determined
    return bounds


def campaign(
    engine: str, decisions: int, together: int, number: int, size: int = POOL
) -> tuple[Counter[str], list[str]]:
    pool: list[Facts] = []

    def keep(world: Facts) -> None:
        pool.append(world)

    seed(number)(settings(max_examples=size, **QUIET)(given(worlds())(keep)))()
    chosen = random.Random(number)
    seen: Counter[str] = Counter()
    found: list[str] = []

    def compare(text: str) -> None:
        if seen["decisions"] >= decisions:
            return
        policy = compiled(text)
        seen["policies" if policy else "refused"] += 1
        seen["several"] += policy is not None and any(len(rule.effects) > 1 for rule in policy.rules.values())
        for as_of in chosen.sample(DAYS, INVENTORIES) if policy else ():
            facts = merged(chosen.sample(pool, together))
            enforced_only = chosen.random() < 0.25
            different = list(COMPARED[engine](policy, facts, as_of, enforced_only, seen))
            if different:
                found.append("\n".join([text, str(facts), f"{as_of}, {enforced_only}", *different]))

    run = 0
    while seen["decisions"] < decisions:
        seed(number + run)(settings(max_examples=min(400, decisions // 50), **QUIET)(given(policy_texts())(compare)))()
        run += 1
        print(f"  {seen['decisions']:,} decisions, {len(found)} policies with differences", flush=True)
    return seen, found


COMPARED: dict[str, Callable[..., Iterator[str]]] = {
    "columnar": partial(of_engine, engine="columnar"),
    "forward": partial(of_engine, engine="forward"),
    "batch": of_batch,
    "gate": of_gate,
    "check": of_check,
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--engine", choices=sorted(COMPARED), default="columnar")
    options.add_argument("--decisions", type=int, default=1_000_000)
    options.add_argument("--worlds", type=int, default=12)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--pool", type=int, default=POOL, help="generated worlds to choose from")
    given_ = options.parse_args()
    start = time.perf_counter()
    seen, found = campaign(given_.engine, given_.decisions, given_.worlds, given_.seed, given_.pool)
    print(*found, sep="\n")
    print(f"{given_.engine}: {seen['decisions']:,} decisions compared, {seen['determined']:,} of them determined")
    print(
        f"{seen['policies']:,} policies, {seen['several']:,} with a rule that concludes several things, "
        f"{seen['refused']:,} refused, in {time.perf_counter() - start:.0f} s"
    )
    for status in ("holds", "fails", "unknown", "defeated", "not_in_force", "not_encoded") if seen["holds"] else ():
        print(f"  {status:13} {seen[status]:>12,}")
    print(f"{len(found)} policies with differences")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
