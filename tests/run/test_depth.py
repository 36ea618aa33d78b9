"""Nothing depends on how deeply Python calls may nest: long chains are decided, proved and printed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import licet
from licet.agenda import Agenda
from licet.cli.main import main
from licet.facts.store import Facts, Record

LINKS = 120  # half of them was too many
DAY = date(2026, 1, 1)
VOCABULARY = """
module deep "Deep"
  jurisdiction A
entity Thing "thing"
  n : number "n"
  next : Thing "next"
{fields}
decision final of x: Thing "final" outcomes keep < drop otherwise keep
{decisions}
"""


def terms(of: str = "x") -> str:
    """Each hangs on the one before, of the same thing or of what `of` leads to; then no term reads itself."""
    fields = "\n".join(f'  t{i} : boolean derived "t{i}"' for i in range(LINKS))
    rules = ['rule r0 "0" for x: Thing when x.n is 0 then x is t0']
    rules += [f'rule r{i} "{i}" for x: Thing when {of} is t{i - 1} then x is t{i}' for i in range(1, LINKS)]
    last = f'rule last "last" for x: Thing when x is t{LINKS - 1} then final of x is drop'
    return "\n".join([VOCABULARY.format(fields=fields, decisions=""), *rules, last])


def terms_of_others() -> str:
    return terms("x.next")


def values() -> str:
    """Derived values, each one text of the one before."""
    fields = "\n".join(f'  t{i} : set of text derived "t{i}"' for i in range(LINKS))
    rules = ['rule r0 "0" for x: Thing when x.n is 0 then x.t0 includes "a"']
    rules += [
        f'rule r{i} "{i}" for x: Thing when x.t{i - 1} includes "a" then x.t{i} includes "a"' for i in range(1, LINKS)
    ]
    last = f'rule last "last" for x: Thing when x.t{LINKS - 1} includes "a" then final of x is drop'
    return "\n".join([VOCABULARY.format(fields=fields, decisions=""), *rules, last])


def decisions() -> str:
    declared = "\n".join(f'decision d{i} of x: Thing "d{i}" outcomes low < high otherwise low' for i in range(LINKS))
    rules = ['rule r0 "0" for x: Thing when x.n is 0 then d0 of x is high']
    rules += [
        f'rule r{i} "{i}" for x: Thing when d{i - 1} of x is high then d{i} of x is high' for i in range(1, LINKS)
    ]
    last = f'rule last "last" for x: Thing when d{LINKS - 1} of x is high then final of x is drop'
    return "\n".join([VOCABULARY.format(fields="", decisions=declared), *rules, last])


def exceptions_to_exceptions() -> str:
    """An even number of them: the first rule is beaten in the end by none that holds."""
    rules = ['rule e0 "0" for x: Thing when x.n is 0 then final of x is drop']
    rules += [
        f'exception e{i} "{i}" to e{i - 1} for x: Thing when x.n is 0 then final of x is {"keep" if i % 2 else "drop"}'
        for i in range(1, LINKS + 1)
    ]
    return "\n".join([VOCABULARY.format(fields="", decisions=""), *rules])


def exceptions_to_one_rule() -> str:
    rules = ['rule base "base" for x: Thing when x.n is 0 then final of x is drop']
    rules += [
        f'exception e{i} "{i}" to base for x: Thing when x.n is {i + 1} then final of x is keep'
        for i in range(6 * LINKS)
    ]
    return "\n".join([VOCABULARY.format(fields="", decisions=""), *rules])


POLICIES = {
    f.__name__: f for f in (terms, terms_of_others, values, decisions, exceptions_to_exceptions, exceptions_to_one_rule)
}


@pytest.fixture(params=POLICIES, scope="module")
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found: Path = tmp_path_factory.mktemp(request.param)
    (found / "policy.licet").write_text(POLICIES[request.param](), encoding="utf-8")
    (found / "facts.yaml").write_text(
        "as_of: 2026-01-01\nThing:\n  - {id: a, n: 0, next: a}\n  - {id: b, n: -1, next: b}\n  - {id: c, next: c}\n",
        encoding="utf-8",
    )
    return found


@pytest.mark.slow
def test_chains_are_decided_by_every_engine(folder: Path) -> None:
    policy = licet.load(folder / "policy.licet")
    assert not [d for d in policy.findings if d.severity == "error"], policy.findings
    facts = policy.facts(folder / "facts.yaml")
    found = {engine: policy.decide(facts, engine=engine) for engine in ("auto", "reference", "columnar", "forward")}
    expected = [("drop", "drop"), ("keep", "keep"), ("keep", "drop")]
    for engine, decided in found.items():
        answers = [next(o for o in d.overall if o.decision == "final") for d in decided]
        assert [(o.must, o.may) for o in answers] == expected, engine
        assert [d.missing for d in decided] == [d.missing for d in found["reference"]], engine
    assert [m.fact for m in found["reference"][2].missing] == ["n"]

    table = policy.decide_table(folder / "facts.yaml")
    assert list(zip(table["final.must"].to_pylist(), table["final.may"].to_pylist(), strict=True)) == expected
    assert [[m["fact"] for m in row] for row in table["missing"].to_pylist()] == [[], [], ["n"]]

    gate = policy.gate("Thing", facts, as_of=DAY)
    for case, answer in zip(({"n": 0, "next": "a"}, {"n": -1, "next": "b"}, {"next": "c"}), expected, strict=True):
        assert gate(case).outcomes["final"] == answer
        whole = next(o for o in gate.decision(case).overall if o.decision == "final")
        assert (whole.must, whole.may) == answer


@pytest.mark.slow
def test_chains_are_explained_and_printed(folder: Path) -> None:
    """A proof nests a few rules; what lies deeper stands beside."""
    file = str(folder / "policy.licet")
    for command in (
        ["explain", "c", "--no-check"],
        ["explain", "a", "--format", "json"],
        ["batch", "-o", str(folder / "out.csv")],
    ):
        done = CliRunner().invoke(main, [command[0], str(folder / "facts.yaml"), *command[1:], "--policy", file])
        assert done.exit_code == 0, done.stderr
    assert CliRunner().invoke(main, ["fmt", "--check", file], catch_exceptions=False).exit_code in (0, 1)


@pytest.mark.parametrize("kind", POLICIES)
def test_what_chains_hang_on_is_checked(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deep enough that conditions are begun again when what they need is done."""
    monkeypatch.setattr("tests.run.test_depth.LINKS", 12)
    (tmp_path / "policy.licet").write_text(POLICIES[kind](), encoding="utf-8")
    (tmp_path / "facts.yaml").write_text(
        "as_of: 2026-01-01\nThing:\n  - {id: a, n: 0, next: b}\n  - {id: b, n: 0, next: c}\n  - {id: c, next: a}\n",
        encoding="utf-8",
    )
    for thing in "ac":
        words = ["explain", str(tmp_path / "facts.yaml"), thing, "--policy", str(tmp_path / "policy.licet")]
        done = CliRunner().invoke(main, words, catch_exceptions=False)
        assert "Checked by a second program: it agrees." in done.stdout, done.stdout
        assert done.exit_code == 0


def test_every_link_of_a_chain_is_proved(tmp_path: Path) -> None:
    (tmp_path / "policy.licet").write_text(terms(), encoding="utf-8")
    policy = licet.load(tmp_path / "policy.licet")
    decision = policy.decide(Facts({"Thing": {"a": Record({"n": 0})}}, {}), as_of=DAY)[0]
    kinds: dict[str, set[str]] = {}
    waiting = [(proof, 1) for part in policy.explain(decision).parts for proof in part.proofs]
    deepest = 0
    while waiting:
        proof, depth = waiting.pop()
        deepest = max(deepest, depth)
        kinds.setdefault(proof.kind, set()).add(proof.text.split("`")[1] if "`" in proof.text else "")
        waiting += [(child, depth + 1) for child in proof.children]
    assert kinds["rule"] == {"last", *(f"r{i}" for i in range(LINKS))}
    assert kinds["seen"] < kinds["rule"]
    assert deepest < 60


def test_a_task_is_begun_again_when_what_it_needs_is_done() -> None:
    agenda, done, begun = Agenda(), set[int](), list[int]()

    def task(number: int) -> None:
        begun.append(number)
        if number and number - 1 not in done:
            agenda.do(lambda: task(number - 1))
        done.add(number)

    agenda.do(lambda: task(LINKS))
    assert done == set(range(LINKS + 1))
    assert max(begun.count(number) for number in range(LINKS + 1)) == 2


def test_what_a_task_raises_is_raised() -> None:
    agenda = Agenda()

    def fails() -> None:
        raise ValueError("a task failed")

    with pytest.raises(ValueError, match="a task failed"):
        agenda.do(lambda: agenda.do(fails))
    with pytest.raises(ValueError, match="a task failed"):
        agenda.do(fails)
