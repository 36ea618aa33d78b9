"""Quotients of equal units are shares beside shares, also in sums, extremes and aggregates of them."""

from __future__ import annotations

import pytest

from licet.decide.from_outcome import decide
from licet.facts.store import Facts, Record
from tests.run.worlds import accepted

POLICY = """
module m "M"
  authority L "Law"
unit op "operations"
entity Run "run"
  done : quantity op "done"
  asked : quantity op "asked"
  spare : percent "spare"
decision verdict of r: Run "verdict" outcomes no < yes otherwise no
rule one for r: Run cites L "1" when {} then verdict of r is yes
"""


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("r.done / r.asked is at least 50%", "yes"),
        ("r.done / r.asked + r.asked / r.asked is at least 150%", "yes"),
        ("r.done / r.asked + r.asked / r.asked is more than 150%", "no"),
        ("max(r.done / r.asked, r.asked / r.asked) is at least 100%", "yes"),
        ("highest (s.done / s.asked) over s in Run is at least 51%", "no"),
        ("max(r.done / r.asked, r.spare) is r.spare", "yes"),
    ],
)
def test_what_is_made_of_shares_is_one(condition: str, expected: str) -> None:
    facts = Facts({"Run": {"r": Record({"done": 2, "asked": 4, "spare": 1})}}, {})
    (decision,) = decide(accepted(POLICY.format(condition)), facts)
    assert (decision.overall[0].must, decision.overall[0].may) == (expected, expected)
