"""Rows of tables: every engine says of each what the reference says, however many rows stand above it."""

from __future__ import annotations

import pickle
from collections import Counter
from datetime import date
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.decide.gate import Gate
from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.ir.canonical import fingerprint
from licet.ir.countries import CODES
from licet.run.columnar import engine as columnar
from licet.run.reference import interpreter as reference
from tests.examples import each_once, examples
from tests.policy.test_gate import by_reference
from tests.run.test_engines_agree import differences
from tests.run.worlds import DATES, MODULES, VOCABULARY, compiled, compiled_anew, tables, worlds


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A policy of a rule and two tables, which may read what the rule concludes."""
    head, *tails = VOCABULARY.split("module ")[1:]
    found = {module: [] for module in MODULES}
    found["one"] = ["rule r0\n  for x: Thing\n  when x.f or x.ref.g\n  then x is t0\n", draw(tables("upper"))]
    found[draw(st.sampled_from(MODULES))].append(draw(tables("lower")))
    return "\n".join([f"module {head}", *(f"module {tail}\n" + "\n".join(found[tail.split(" ")[0]]) for tail in tails)])


@pytest.mark.slow
@settings(max_examples=examples(80))
@given(texts(), worlds(), DATES, st.booleans())
@each_once
def test_rows_of_tables_have_one_status_in_every_engine(
    text: str, facts: Facts, as_of: date | None, enforced_only: bool
) -> None:
    seen: Counter[str] = Counter()
    found = differences(text, facts, as_of, enforced_only, 0, seen)
    assert not found, "\n".join([text, str(facts), *found])
    assert seen["compared"] == 1, f"refused:\n{text}"


@settings(max_examples=examples(40))
@given(texts(), worlds(), DATES)
@each_once
def test_cases_and_copies_answer_alike(text: str, facts: Facts, as_of: date | None) -> None:
    """The gate; and a policy that was sent to another process, rows of `otherwise` included."""
    policy = compiled(text)
    assert policy is not None
    copy = pickle.loads(pickle.dumps(policy))
    assert fingerprint(copy) == fingerprint(policy)
    gates = [Gate(p, "Thing", tables_from_facts(facts, p), as_of) for p in (policy, copy)]
    for record in facts.entities["Thing"].values():
        expected = by_reference(policy, facts, record, as_of)
        for gate in gates:
            assert gate(record.facts).outcomes == {o.decision: (o.must, o.may) for o in expected.overall}, text
            assert gate.decision(record.facts).missing == expected.missing, text


def chart(rows: int) -> str:
    """A country chart: a country, a stretch of values and fourteen reasons a row."""
    head = 'module c "C" jurisdiction US authority A "Act" unit USD entity S "s" land: country value: quantity USD '
    reasons = [f"r{i}" for i in range(14)]
    lines = [head + " ".join(f"{r}: boolean" for r in reasons)]
    lines.append("decision duty of s: S outcomes free < licence otherwise free")
    lines.append('table chart for s: S cites A "1" decides duty of s hit first')
    lines.append(f"| s.land | s.value | {' | '.join('s.' + r for r in reasons)} => duty |")
    codes = sorted(CODES)
    for i in range(rows):
        said = [("yes", "no", "any")[(i * 7 + k * k) % 3] for k in range(14)]
        value = f"{i // len(codes) * 100} to {i // len(codes) * 100 + 99} USD"
        lines.append(f"| {codes[i % len(codes)]} | {value} | {' | '.join(said)} => {('free', 'licence')[i % 2]} |")
    return "\n".join([*lines, ""])


@pytest.mark.slow
@pytest.mark.parametrize("engine", [reference, columnar])
def test_a_table_grows_with_its_rows(engine: Any) -> None:
    """Four times the rows take about four times the time, and not sixteen times; the best of up to three tries each."""

    def seconds(rows: int) -> float:
        facts = Facts({"S": {"s": Record({"land": "CH", "value": 5})}}, {})
        start = process_time()
        policy = compiled_anew(chart(rows))
        assert policy is not None
        engine.evaluate(policy, facts, [Subject("S", "s")], date(2025, 9, 1))
        return process_time() - start

    small, large = [seconds(250)], [seconds(1000)]
    while len(small) < 3 and min(large) >= 9 * min(small):
        small.append(seconds(250))
        large.append(seconds(1000))
    assert min(large) < 9 * min(small), (small, large)
