"""An exception to more rules than the library of the forward engine has room for in one step."""

from __future__ import annotations

import pytest

from licet.decide.from_outcome import decide
from licet.facts.store import Facts, Record, Subject
from tests.run.from_texts import policy_of

RULES = 90  # the library gives up beyond 64 joins that begin alike
HEAD = """
module demo "Demo"
  jurisdiction US
  authority EAR "15 CFR"
entity Deal "deal"
  size : number "size"
  held : boolean "held"
decision permit of d: Deal "permit"
  outcomes free < licensed < forbidden
  otherwise free
exception held "Held"
  to @asked
  for d: Deal
  cites EAR "750"
  when d.held
  then permit of d is licensed
"""


@pytest.mark.parametrize("engine", ["reference", "forward", "columnar"])
def test_an_exception_to_ninety_rules(engine: str) -> None:
    rules = "".join(
        f'rule r{i} "Rule {i}"\n  for d: Deal\n  cites EAR "{i}"\n  tagged @asked\n'
        f"  when d.size is at least {i}\n  then permit of d is forbidden\n"
        for i in range(1, RULES + 1)
    )
    policy = policy_of(HEAD + rules, {})
    assert policy is not None
    deals = {
        f"{size}-{held}": Record({"size": size, "held": held}, {}) for size in (0, 1, RULES) for held in (True, False)
    }
    facts = Facts({"Deal": deals}, {}, None)
    decided = decide(policy, facts, [Subject("Deal", id_) for id_ in deals], engine_name=engine)
    came = {d.subject.id: d.overall[0].must for d in decided}
    assert came == {
        "0-True": "free", "0-False": "free", "1-True": "licensed", "1-False": "forbidden",
        f"{RULES}-True": "licensed", f"{RULES}-False": "forbidden",
    }  # fmt: skip
