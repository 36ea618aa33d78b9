"""Every public object may be used from any number of threads: together they say what one of them says alone."""

from __future__ import annotations

import copy
import pickle
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import licet
from licet.facts.store import Facts, Record, Subject

THREADS = 12
TEXT = """
module demo "Demo"
  jurisdiction US
  authority EAR "15 CFR"
entity Firm "firm"
  country : country "country"
  size : number "size"
  big : boolean derived "big"
  tainted : boolean derived "tainted"
  groups : set of text derived "groups"
entity Deal "deal"
  kind : one of sale, gift "kind"
  value : number "value"
  country : country "country"
  buyer : Firm "buyer"
  flags : set of text "flags"
relation owns(owner: Firm, owned: Firm, share: percent) "owns" key owner, owned
decision permit of x: Deal "permit" outcomes free < notice < licence < forbidden otherwise free
score risk of x: Deal "risk" range 0 to 100
  add 20 when x.value is at least 5
  add 40 per f in x.flags max 80
  bands low from 0, high from 50
rule big for f: Firm when f.size is at least 10 then f is big
rule tainted for f: Firm
  when f.country is CU or (some o in owns where (o.owned is f and o.owner is tainted)) then f is tainted
rule groups for f: Firm when f is big then f.groups includes "large"
rule sale for x: Deal when x.kind is sale and x.value is at least 5 then permit of x is licence
rule cuba for x: Deal when x.country is CU then permit of x is forbidden
rule bought for x: Deal when x.buyer is tainted then permit of x is forbidden
rule large for x: Deal when x.buyer.groups includes "large" and x.flags includes "a" then permit of x is notice
exception small to sale for x: Deal when not (x.buyer is big) and x.value is at most 6 then permit of x is notice
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("policy") / "policy.licet"
    found.write_text(TEXT, encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def policy(file: Path) -> licet.Policy:
    found = licet.load(file)
    assert not [d for d in found.findings if d.severity == "error"], found.findings
    return found


def case(i: int) -> dict[str, Any]:
    """Each with facts of its own, about every third of which nothing is known."""
    facts: dict[str, Any] = {
        "kind": ("sale", "gift")[i % 2],
        "value": i % 11,
        "country": ("CH", "CU", "DE", "FR")[i % 4],
        "buyer": f"f{i % 12}",
        "flags": frozenset({f"w{i}", "a"}) if i % 5 else frozenset({f"w{i}"}),
    }
    return {name: fact for place, (name, fact) in enumerate(facts.items()) if (i + place) % 3}


def inventory(deals: int) -> Facts:
    countries = ("CH", "CU", "DE")
    firms = {f"f{i}": Record({"country": countries[i % 3], "size": i} if i % 4 else {}) for i in range(12)}
    owns = tuple(Record({"owner": f"f{i}", "owned": f"f{i + 1}"}) for i in range(0, 11, 2))
    return Facts({"Firm": firms, "Deal": {f"d{i}": Record(case(i)) for i in range(deals)}}, {"owns": owns})


def together(work: Callable[[int], Any]) -> list[Any]:
    """What each thread came to, all begun at once and switched as often as can be; what one raises is raised."""
    found: list[Any] = [None] * THREADS
    begun = threading.Barrier(THREADS)

    def run(number: int) -> None:
        begun.wait()
        try:
            found[number] = work(number)
        except BaseException as error:  # noqa: BLE001 - told below, by the thread that everybody sees
            found[number] = error

    every = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(every)
    for one in found:
        if isinstance(one, BaseException):
            raise one
    return found


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["auto", "forward", "columnar", "reference"])
def test_one_policy_decides_in_many_threads(policy: licet.Policy, engine: str) -> None:
    facts = inventory(16)
    alone = policy.decide(facts, as_of=date(2026, 1, 1), engine=engine)

    def work(number: int) -> list[str]:
        asked = [Subject("Deal", f"d{(number + i) % 16}") for i in range(16)]
        wrong = []
        for _ in range(4):
            for decision in policy.decide(facts, asked, as_of=date(2026, 1, 1), engine=engine):
                wanted = alone[int(decision.subject.id[1:])]
                if decision != wanted:
                    wrong.append(f"{wanted} became {decision}")
        return wrong

    assert together(work) == [[]] * THREADS


@pytest.mark.parametrize("engine", ["forward", "columnar", "reference"])
def test_a_policy_is_first_used_by_many_threads(file: Path, engine: str) -> None:
    """Whatever is worked out of a policy once, the first of them asks for."""
    facts = inventory(4)
    for _ in range(2):
        fresh = licet.load(file)
        found = together(lambda _, fresh=fresh: fresh.decide(facts, as_of=date(2026, 1, 1), engine=engine))  # type: ignore[misc]
        assert [list(map(repr, one)) for one in found] == [list(map(repr, found[0]))] * THREADS
        assert list(found[0]) == list(fresh.decide(facts, as_of=date(2026, 1, 1), engine=engine))


def test_one_gate_answers_many_threads(policy: licet.Policy) -> None:
    """Fresh gates: all of them learn at once."""
    cases = [case(i) for i in range(300)]
    for _ in range(6):
        alone = policy.gate("Deal", inventory(0), as_of=date(2026, 1, 1))
        wanted = [alone(each).outcomes for each in cases]
        shared = policy.gate("Deal", inventory(0), as_of=date(2026, 1, 1))

        def work(number: int, shared: Any = shared, wanted: Any = wanted) -> list[int]:
            places = [(7 * number + i) % len(cases) for i in range(len(cases))]
            return [i for i in places if shared(cases[i]).outcomes != wanted[i]]

        assert together(work) == [[]] * THREADS


def test_whole_decisions_of_one_gate(policy: licet.Policy) -> None:
    cases = [case(i) for i in range(24)]
    gate = policy.gate("Deal", inventory(0), as_of=date(2026, 1, 1))
    wanted = [gate.decision(each) for each in cases]
    shared = policy.gate("Deal", inventory(0), as_of=date(2026, 1, 1))

    def work(number: int) -> list[int]:
        places = [(5 * number + i) % len(cases) for i in range(len(cases))]
        return [i for i in places if shared.decision(cases[i]) != wanted[i]]

    assert together(work) == [[]] * THREADS


@pytest.mark.parametrize("engine", ["auto", "columnar", "reference"])
def test_one_decision_is_explained_in_many_threads(policy: licet.Policy, engine: str) -> None:
    """Decisions of one run share what is worked out only when somebody looks."""
    facts = inventory(16)
    alone = [str(policy.explain(d)) for d in policy.decide(facts, as_of=date(2026, 1, 1), engine=engine)]
    for _ in range(3):
        decisions = policy.decide(facts, as_of=date(2026, 1, 1), engine=engine)

        def work(number: int, decisions: Any = decisions) -> list[int]:
            places = [(3 * number + i) % len(decisions) for i in range(len(decisions))]
            return [i for i in places if str(policy.explain(decisions[i])) != alone[i]]

        assert together(work) == [[]] * THREADS


def test_tables_are_loaded_and_decided_in_many_threads(policy: licet.Policy, tmp_path: Path) -> None:
    for name, text in _tables(40).items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    alone = policy.decide_table(tmp_path, as_of=date(2026, 1, 1))
    facts = policy.facts(tmp_path)

    def work(number: int) -> bool:
        if number % 3 == 0:
            return bool(policy.facts(tmp_path) == facts)
        if number % 3 == 1:
            return bool(policy.decide_table(tmp_path, as_of=date(2026, 1, 1), workers=2).equals(alone))
        rows = policy.decide(facts, as_of=date(2026, 1, 1), engine="columnar")
        return [d.subject.id for d in rows] == alone["id"].to_pylist()

    assert together(work) == [True] * THREADS


def _tables(deals: int) -> dict[str, str]:
    firms = "".join(f"f{i},{('CH', 'CU', 'DE')[i % 3]},{i}\n" for i in range(12))
    rows = "".join(f"d{i},{('sale', 'gift')[i % 2]},{i % 11},CH,f{i % 12},a; w{i}\n" for i in range(deals))
    owns = "".join(f"f{i},f{i + 1},60%\n" for i in range(0, 11, 2))
    return {
        "Firm": "id,country,size\n" + firms,
        "Deal": "id,kind,value,country,buyer,flags\n" + rows,
        "owns": "owner,owned,share\n" + owns,
    }


def test_many_threads_load_policies(file: Path, policy: licet.Policy) -> None:
    assert together(lambda _: licet.load(file) == policy) == [True] * THREADS


@pytest.mark.parametrize("engine", ["forward", "columnar", "reference"])
def test_what_is_public_is_copied_and_pickled(policy: licet.Policy, engine: str) -> None:
    facts = inventory(4)
    decisions = policy.decide(facts, as_of=date(2026, 1, 1), engine=engine)
    gate = policy.gate("Deal", facts, as_of=date(2026, 1, 1))
    answers = [gate(case(i)).outcomes for i in range(9)]
    gate.decision(case(1))
    copies: tuple[Callable[[Any], Any], ...] = (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one)))
    for copied in copies:
        assert copied(policy) == policy
        assert hash(copied(policy)) == hash(policy)
        assert copied(policy).decide(facts, as_of=date(2026, 1, 1), engine=engine) == decisions
        assert copied(facts) == facts
        assert [copied(gate)(case(i)).outcomes for i in range(9)] == answers
        assert copied(decisions) == decisions
        assert policy.explain(copied(decisions[1])) == policy.explain(decisions[1])
    assert policy != licet.load()
    assert policy != policy.fingerprint
