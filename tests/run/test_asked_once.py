"""A condition that looks for some texts is asked once for all others; and it says of each what the reference says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from benchmarks.growth import checked

from licet.facts.store import Facts, Record, Subject
from licet.run.columnar import engine as columnar
from licet.run.columnar.distinct_evaluation import Judge
from licet.run.reference import interpreter as reference
from licet.values import State
from tests.run.told import told

POLICY = checked(
    "module m\nentity Maker\n  place : text\nentity Thing\n  name : text\n  by : Maker\n"
    "decision v of x: Thing\n  outcomes a < b < c\n  otherwise a\n"
    'rule one for x: Thing when x.name is "t3" then v of x is b\n'
    'rule not_one for x: Thing when x.name is not "t4" then v of x is b\n'
    'rule some for x: Thing when x.name is one of ["t1", "t2"] then v of x is c\n'
    'rule of_maker for x: Thing when x.by.place is not one of ["t7", "t8"] then v of x is c\n'
)


def test_others_are_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    places: dict[str, Any] = {f"m{i}": Record({"place": f"t{i}"}) for i in range(40)}
    things = {f"x{i}": Record({"name": f"t{i}", "by": f"m{i}"}) for i in range(40)}
    things |= {"absent": Record({}), "open": Record({"name": State.UNDETERMINED, "by": State.UNDETERMINED})}
    facts = Facts({"Maker": places, "Thing": things}, {})
    asked: list[Any] = []
    one = Judge._one

    def counted(judge: Judge, prepared: Any, values: tuple[Any, ...], *further: Any, **named: Any) -> Any:
        asked.append(values)
        return one(judge, prepared, values, *further, **named)

    monkeypatch.setattr(Judge, "_one", counted)
    wanted, day = [Subject("Thing", id_) for id_ in things], date(2026, 1, 1)

    found = told(POLICY, facts, columnar.evaluate(POLICY, facts, wanted, day))

    assert found == told(POLICY, facts, reference.evaluate(POLICY, facts, wanted, day))
    assert len(asked) <= 4 * (2 + 1 + 3)  # at most two texts that are sought, one other, and states
