"""Twice the inventory, or twice the policy, is twice the work and no more. Work is counted in calls, not in time."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest
from benchmarks.growth import MOST, SHAPES, TIMED, Case, chain, checked

from licet.decide.from_outcome import decide
from licet.decide.table import batches
from licet.explain.from_decision import explain
from licet.explain.proof import Proof
from licet.facts.store import Subject
from licet.report import explanation_text

FEW = {"hit first": 25, "country chart": 40, "wide rule": 30, "terms": 15, "exceptions": 60}


class InThisThread(Executor):
    """Does at once what it is given: up to Python 3.11 a profile sees no other thread than its own."""

    def __init__(self, *_: object) -> None:
        pass

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*given, **named))
        return done


def calls(what: str, case: Case, engine: str) -> int:
    policy, facts = checked(case.policy), case.facts
    profile = cProfile.Profile()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "ThreadPoolExecutor", InThisThread)
        profile.runcall(TIMED[what], policy, facts, engine)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


@pytest.mark.parametrize("what", TIMED)
@pytest.mark.parametrize("shape", SHAPES)
def test_twice_as_much_is_no_more_than_twice_the_work(shape: str, what: str) -> None:
    made, _ = SHAPES[shape]
    size = FEW.get(shape, 150)
    calls(what, made(size // 2), "columnar")  # what is set up once
    few, many = (calls(what, made(n), "columnar") for n in (size, 2 * size))

    assert many < MOST * few


@pytest.mark.parametrize("shape", ["nested quantifiers", "ownership fan", "plain rows"])
def test_the_other_engines_do_not_fall_off_either(shape: str) -> None:
    made, _ = SHAPES[shape]
    few, many = (calls("decide", made(n), "reference") for n in (100, 200))

    assert many < 3 * few


def deepest(proof: Proof) -> int:
    """How many rules stand in one another."""
    return (proof.kind == "rule") + max(map(deepest, proof.children), default=0)


def rules_in(proof: Proof) -> list[str]:
    return [proof.text] * (proof.kind == "rule") + [text for child in proof.children for text in rules_in(child)]


def test_a_long_row_of_owners_is_proved_owner_by_owner() -> None:
    case = chain(300)
    policy = checked(case.policy)
    found = explain(decide(policy, case.facts, [Subject("Transfer", "t299")], engine_name="columnar")[0])
    proofs = found.parts[0].proofs

    assert max(map(deepest, proofs)) == 16
    assert sorted(text for proof in proofs for text in rules_in(proof)) == sorted(
        ["`consigned` holds for t299", "`marked` holds for p0", *(f"`owned` holds for p{i}" for i in range(1, 300))]
    )
    below = (301 - 1) // 16  # those that the sixteenth rule inside rests on
    assert repr(found).count("(shown below)") == below
    assert explanation_text.render(found).replace("\n", " ").count("`owned` holds for p") == 299 + below
