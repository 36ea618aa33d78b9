"""Two thousand policies in one process leave memory and threads as they were."""

from __future__ import annotations

import gc
import threading

import psutil
import pytest

from licet.facts.store import Facts, Record, Subject
from licet.run.forward import driver as forward
from tests.run.worlds import compiled

TEXT = """
module core "Small"
entity Thing "thing"
  n : number "n"
  hot : boolean derived "hot"
rule warm{i} "Warm"
  for x: Thing
  when x.n is at least {i}
  then x is hot
"""


def evaluate(i: int) -> None:
    policy = compiled(TEXT.format(i=i))
    assert policy is not None
    facts = Facts({"Thing": {"a": Record({"n": i}), "b": Record({"n": i - 1})}}, {})
    outcome = forward.evaluate(policy, facts, [Subject("Thing", "a"), Subject("Thing", "b")], None)
    assert [r.status for r in outcome.rules.values()] == ["holds", "fails"]


@pytest.mark.slow
def test_two_thousand_policies_leave_nothing_behind() -> None:
    for i in range(200):
        evaluate(i)
    gc.collect()
    gc.freeze()  # what other tests left is not looked through ten times
    process = psutil.Process()
    memory, threads = process.memory_info().rss, threading.active_count()
    for i in range(2000):
        evaluate(i)
        if i % 200 == 199:  # what nobody holds any longer is no growth
            gc.collect()

    gc.unfreeze()
    grown = (process.memory_info().rss - memory) / 2**20
    assert grown < 40, f"{grown:.0f} MiB more after 2,000 policies"
    assert threading.active_count() <= threads + 2
