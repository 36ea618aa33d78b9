"""Explanations, each claim counted: decided again by the second program, complete, and spoilt ones refused.

    python benchmarks/explanations.py [--cases 60] [--lines 60] [--policies 1000] [--changes 10000] [--seed 1]

Explains so many transfers of the frontier inventory under all laws, so many lines of `fixtures/law` under that of the
United States, and two things of each of so many generated policies. Of every document:

- the second program decides everything again: answers, proofs, that each set suffices and that none of its units can
  go, what acts, days and unread rules change;
- each fact and row that is read, and as many facts that are not, become something else one at a time, and the
  reference decides again: whatever brings an outcome that the answer excludes is told by its `exact`, permissions
  counted apart;
- next steps name nothing that is known: what somebody knows is never offered to be another;
- with a record more that has nothing to do with it, it says the same, and has the same fingerprint of what was read.

Then, unless `--changes` is 0, the faults that the tests plant are planted in each case in which there is something to
spoil, and so many random changes are made. Prints a count with its denominator for each, and whatever is wrong. Exit
code 1 if anything is.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.check_program.changed import changed, is_no_change
from tests.check_program.made import ASKED, DEALS, JUNE, documents, made
from tests.check_program.test_checks import PLANTS, PLANTS_BY_NAME
from tests.conftest import ROOT
from tests.policy import law
from tests.run.worlds import DATES, compiled, policy_texts, worlds

from licet.decide.dates import date_of
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.decide.missing.telling import is_open, saying
from licet.explain.cone import Cone
from licet.explain.looked import Looked
from licet.explain.named import narrowed
from licet.explain.questions import names_about
from licet.explain.units import FactUnit, RowUnit, Unit
from licet.explain.verdict import COUNTED, verdict
from licet.facts.inventory.load import load_facts
from licet.facts.store import Facts, Record
from licet.ir.policy import Policy
from licet.ir.types import Kind, Type
from licet.report import explanation_json
from licet.run.reference import interpreter as reference
from licet.run.reference.interpreter import Interpreter
from licet_check.checks import refusals

Document = dict[str, Any]


class Campaign:
    """Counts what was tried and what held, by the words of the claim."""

    def __init__(self, drawn: random.Random) -> None:
        self.drawn = drawn
        self.tried: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()

    def note(self, claim: str, holds: bool, what: str) -> None:
        self.tried[claim] += 1
        self.held[claim] += holds
        if not holds:
            print(f"  not so: {claim}: {what}", flush=True)

    def explained(self, decision: Decision) -> None:
        """Every claim about the explanation of one decision."""
        name = f"{decision.subject} as of {decision.settled.as_of}"
        looked, document = self._agreed(decision, "the second program agrees", name)
        names = {*names_about(decision.settled.policy, decision.subject.type).values()} - set(
            decision.settled.policy.decisions
        )
        if names:
            self._agreed(narrowed(decision, sorted(names)), "it agrees about terms, scores and duties", name)
        for cone, part in zip(looked.cones, document["parts"], strict=True):
            self._complete(decision, cone, set(part["because"]["exact"]), name)
        for unknown in _offered(document):
            self.note(
                "what is offered to be found out is not known", _not_known(decision, unknown), f"{name}: {unknown}"
            )
        self._same_beside_others(decision, document, name)

    def _agreed(self, decision: Decision, claim: str, name: str) -> tuple[Looked, Document]:
        looked = Looked(decision)
        document = explanation_json.document(decision, looked)
        said = verdict(decision, document)
        self.seen.update({"documents": 1, **{name: said.counts.get(name, 0) for name in COUNTED}})
        self.note(claim, said.agrees, f"{name}: {said.refused or said.unread}")
        return looked, document

    def _complete(self, decision: Decision, cone: Cone, exact: set[str], name: str) -> None:
        policy, facts = decision.settled.policy, decision.settled.facts
        answer = _answer(policy, facts, decision, cone)
        permits = cone.question.kind == "decision" and answer == (0, 0)
        for unit in [*cone.units, *_unread(facts, cone, self.drawn)]:
            for other, value in _otherwise(policy, facts, cone, unit, self.drawn):
                self.seen["facts changed"] += 1
                if not _within(_answer(policy, other, decision, cone), answer):
                    claim = "what changes a permission is told" if permits else "what changes an answer is told"
                    told = str(unit) in exact or _enters(cone, exact, unit, value)
                    self.note(claim, told, f"{name}: {unit} as {value}")

    def _same_beside_others(self, decision: Decision, document: Document, name: str) -> None:
        facts, subject = decision.settled.facts, decision.subject
        if self.drawn.random() > 0.1:
            return
        type_ = self.drawn.choice([type_ for type_ in decision.settled.policy.entities if type_ != subject.type])
        if any(f"only:{type_}{{" in unit for unit in document["labels"]["units"]):
            return
        more = replace(
            facts, entities={**facts.entities, type_: {**facts.entities.get(type_, {}), "zz-more": Record({})}}
        )
        (again,) = decide(
            decision.settled.policy,
            more,
            [subject],
            as_of=decision.asked_day,
            jurisdictions=decision.asked_places,
            evaluate=reference.evaluate,
        )
        found = explanation_json.document(again)
        same = found["parts"] == document["parts"] and found["facts"]["read"] == document["facts"]["read"]
        self.note("beside another record it says the same", same, f"{name}: with a further {type_}")

    def told(self, seconds: float) -> None:
        print(
            f"{self.seen['documents']:,} documents in {seconds:.0f} s: "
            + ", ".join(f"{self.seen[name]:,} {name}" for name in (*COUNTED, "facts changed"))
        )
        for claim, tried in self.tried.items():
            print(f"  {self.held[claim]:>9,} of {tried:>9,}  {claim}")


def _answer(policy: Policy, facts: Facts, decision: Decision, cone: Cone) -> Any:
    day = decision.asked_day or date_of(policy, facts, cone.subject, None, None)
    return cone.question.outcome(Interpreter(policy, facts, day), cone.subject)


def _within(other: tuple[int, int], answer: tuple[int, int]) -> bool:
    """Of an open answer each outcome is told: one of them alone is no other."""
    return answer[0] <= other[0] <= other[1] <= answer[1]


def _enters(cone: Cone, exact: set[str], unit: Unit, value: object) -> bool:
    """Whether a record comes to lie in a scope of which it is told that it has no further members."""
    return isinstance(unit, FactUnit) and any(
        only.collection == unit.type and (unit.field, value) in only.scope and str(only) in exact
        for only in cone.fitting
    )


def _unread(facts: Facts, cone: Cone, drawn: random.Random) -> list[Unit]:
    """As many recorded facts that are not read."""
    found: list[Unit] = [
        FactUnit(type_, id_, field)
        for type_, records in facts.entities.items()
        for id_, record in records.items()
        for field in record.facts
    ]
    fresh = [unit for unit in found if unit not in cone.units]
    return drawn.sample(fresh, min(len(fresh), len(cone.units) // 4))


def _otherwise(
    policy: Policy, facts: Facts, cone: Cone, unit: Unit, drawn: random.Random
) -> Iterator[tuple[Facts, object]]:
    """The inventory with one fact another, and what it is then, or without one row."""
    match unit:
        case FactUnit(type=type_, id=id_, field=name):
            declared = policy.entities[type_].fields[name].type
            if declared.kind is Kind.DATE and name == policy.entities[type_].day:
                return  # on other days another law holds: `changes` tells of them
            record = facts.entities[type_][id_]
            for value in _values(facts, declared, record.get(name), drawn):
                records = {**facts.entities[type_], id_: saying(record, {name: value})}
                yield replace(facts, entities={**facts.entities, type_: records}), value
        case RowUnit(relation=relation):
            rows = facts.relations[relation]
            kept = tuple(row for place, row in enumerate(rows) if place not in cone.places[unit])
            yield replace(facts, relations={**facts.relations, relation: kept}), None
        case _:
            return


def _values(facts: Facts, declared: Type, now: Any, drawn: random.Random) -> list[Any]:
    """Two other values that a fact may have; of one that is not known, any two."""
    match declared.kind:
        case Kind.BOOLEAN:
            several: Sequence[Any] = [True, False]
        case Kind.NUMBER | Kind.QUANTITY:
            several = [Fraction(0), Fraction(1), Fraction(10) ** 30]
        case Kind.PERCENT:
            several = [Fraction(0), Fraction(1, 2), Fraction(1)]
        case Kind.DATE:
            several = [
                date(2021, 1, 1),
                date(2026, 1, 1),
                *([now + timedelta(days=400)] if isinstance(now, date) else []),
            ]
        case Kind.COUNTRY:
            several = ["CN", "FR", "JP", "KP", "US"]
        case Kind.ENTITY:
            several = [*facts.entities.get(declared.name, ())][:40]
        case Kind.ENUMERATION:
            several = [*declared.values]
        case Kind.TEXT:
            several = ["zz", "yy"]
        case _:
            return []
    others = [value for value in several if value != now]
    return drawn.sample(others, min(2, len(others)))


def _offered(document: Document) -> Iterator[Any]:
    for part in document["next"]:
        for settling in part["settle"]:
            yield from settling["unknown"]
        for question in part["questions"]:
            yield question["unknown"]


def _not_known(decision: Decision, unknown: Any) -> bool:
    """Of facts: nothing is recorded, or only a range; of law and collections: they are among what is missing."""
    of, name = (unknown["of"]["type"], unknown["of"]["id"]), unknown["fact"]
    record = decision.settled.facts.entities.get(of[0], {}).get(of[1])
    declared = decision.settled.policy.entities.get(of[0])
    if record is not None and declared is not None and name in declared.fields:
        return is_open(record.get(name))
    return any((one.of, one.fact) == (of, name) for one in decision.missing)


# ---- what is explained


def frontier(most: int) -> Iterator[Decision]:
    policy = law.library()
    facts = load_facts(ROOT / "fixtures" / "frontier", policy)
    subjects = _spread(list(facts.subjects("Transfer")), most)
    yield from decide(policy, facts, subjects, evaluate=reference.evaluate)


def lines(most: int) -> Iterator[Decision]:
    yield from _spread(list(law.decisions().values()), most)


def generated(number: int, start: int, drawn: random.Random) -> Iterator[Decision]:
    """Two things of each of so many policies."""
    found: list[tuple[Policy, Facts, date | None]] = []

    @seed(start)
    @settings(
        max_examples=number * 2,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(policy_texts(), worlds(), DATES, st.none())
    def draw(text: str, facts: Facts, day: date | None, _: None) -> None:
        policy = compiled(text)
        if policy is not None and len(found) < number:
            found.append((policy, replace(facts, fingerprint=f"sha256:{'0' * 64}"), day))

    draw()
    for policy, facts, day in found:
        decisions = decide(policy, facts, as_of=day, evaluate=reference.evaluate)
        yield from drawn.sample(decisions, min(2, len(decisions)))


def _spread(several: Sequence[Any], most: int) -> Sequence[Any]:
    """So many of several, from all over them."""
    return several[:: max(1, -(-len(several) // most))]


# ---- what is spoilt


def planted(campaign: Campaign) -> None:
    """Each fault in each case in which it changes something."""
    for plants, ids in ((PLANTS, DEALS), (PLANTS_BY_NAME, ASKED)):
        right = {id_: made(id_) for id_ in ids}
        for what, spoil in plants.items():
            for id_, before in right.items():
                policy, facts = deepcopy(documents())
                spoilt = {"policy": policy, "facts": facts, "explanation": deepcopy(before)}
                spoil(spoilt)
                if is_no_change([*documents(), before], list(spoilt.values())):
                    continue
                campaign.note("planted faults are refused", bool(_refused(*spoilt.values())), f"{what} in {id_}")


def at_random(campaign: Campaign, number: int) -> None:
    right = {case: made(case) for case in (*DEALS, *ASKED)}
    tried = 0
    while tried < number:
        case, before = campaign.drawn.choice(list(right.items()))
        after, what = changed(before, campaign.drawn)
        if not is_no_change(before, after) and not _is_of_another_day(case, after):
            tried += 1
            refused = _refused(*documents(), after)
            campaign.note("random changes are refused", bool(refused), f"{before['subject']['id']}, {what}")


def _is_of_another_day(case: str, after: Any) -> bool:
    """Whether a changed document is the right one of the day that it says: what is not dated is told as of any."""
    try:
        day = (date.fromisoformat(after["as_of"]).toordinal(),) * 2
    except (KeyError, TypeError, ValueError):
        return False
    return day != JUNE and is_no_change(made(case, day), after)


def _refused(*spoilt: Any) -> Iterable[str]:
    try:
        return refusals(*spoilt)[0]
    except ValueError as error:
        return [str(error)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, most in (("cases", 60), ("lines", 60), ("policies", 1000), ("changes", 10_000), ("seed", 1)):
        options.add_argument(f"--{name}", type=int, default=most)
    asked = options.parse_args()
    start, failed = time.perf_counter(), False
    for title, number, decisions in (
        ("frontier, all laws", asked.cases, frontier),
        ("lines of fixtures/law, United States", asked.lines, lines),
        ("generated policies", asked.policies, partial(generated, start=asked.seed, drawn=random.Random(asked.seed))),
    ):
        if not number:
            continue
        campaign, begun = Campaign(random.Random(asked.seed)), time.perf_counter()
        for decision in decisions(number):
            campaign.explained(decision)
        print(f"{title}: ", end="")
        campaign.told(time.perf_counter() - begun)
        failed |= campaign.held != campaign.tried
    spoilt = Campaign(random.Random(asked.seed))
    if asked.changes:
        planted(spoilt)
        at_random(spoilt, asked.changes)
        print(f"spoilt documents, {len(PLANTS) + len(PLANTS_BY_NAME)} kinds of planted fault:")
    for claim, tried in spoilt.tried.items():
        print(f"  {spoilt.held[claim]:>9,} of {tried:>9,}  {claim}")
    print(f"{time.perf_counter() - start:.0f} s")
    sys.exit(1 if failed or spoilt.held != spoilt.tried else 0)


if __name__ == "__main__":
    main()
