"""The engine that decides by default: one that can answer, and `--verbose` says which and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import licet
from licet.cli.main import main
from licet.errors import EngineError, UsageError
from licet.facts.store import Facts, Record
from licet.run import engines
from licet.run.forward import driver as forward

VOCABULARY = """
module wide "Wide"
  jurisdiction A
entity Thing "thing"
  n : number "n"
  flags : set of text "flags"
decision final of x: Thing "final" outcomes keep < drop otherwise keep
"""


def alternatives(count: int) -> str:
    return " or ".join(f'(x.flags includes "f{i}" and x.n is at least {i})' for i in range(1, count + 1))


def negated(count: int) -> str:
    return " and ".join(f'not (x.flags includes "g{i}")' for i in range(count))


def plain(count: int) -> str:
    return " and ".join(["x.n is at least 3", *(f"x.n is at most {i}" for i in range(5, count + 5))])


def written(folder: Path, condition: str) -> Path:
    text = f'{VOCABULARY}rule wide "Wide" for x: Thing when {condition} then final of x is drop\n'
    (folder / "policy.licet").write_text(text, encoding="utf-8")
    facts = ["{id: yes, n: 3, flags: [f3]}", "{id: none, n: 1, flags: [f3]}", "{id: open, n: 3}"]
    (folder / "facts.yaml").write_text(f"as_of: 2026-01-01\nThing: [{', '.join(facts)}]\n", encoding="utf-8")
    return folder


def run(command: str, folder: Path, *arguments: str) -> Result:
    facts = [str(folder / "facts.yaml"), *arguments, "--policy", str(folder / "policy.licet")]
    return CliRunner().invoke(main, [command, *facts])


@pytest.mark.parametrize("condition", [alternatives(60), negated(120), plain(250), alternatives(400)])
def test_a_rule_too_wide_for_durable_rules_is_decided_by_default(tmp_path: Path, condition: str) -> None:
    folder = written(tmp_path, condition)
    policy = licet.load(folder / "policy.licet")
    facts = policy.facts(folder / "facts.yaml")

    found = policy.decide(facts)

    assert [d.engine for d in found] == ["columnar"] * 3
    assert [d.overall for d in found] == [d.overall for d in policy.decide(facts, engine="reference")]
    done = run("decide", folder, "--verbose")
    assert done.exit_code == 0
    assert done.stderr.startswith("engine `columnar`: rule `wide.wide` needs ")
    assert run("explain", folder, "yes").exit_code == 0
    refused = run("decide", folder, "--engine", "forward")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "rule `wide.wide` needs " in refused.stderr
    assert "use `--engine columnar`" in refused.stderr


def test_a_small_policy_and_few_facts_are_decided_forward(tmp_path: Path) -> None:
    done = run("decide", written(tmp_path, alternatives(3)), "--verbose", "--format", "json")
    assert done.stderr == "engine `forward`: every rule is within the bounds of durable_rules, and the facts are few\n"
    assert '"engine":"forward"' in done.stdout.replace('"engine": "', '"engine":"')
    assert "engine" not in run("decide", tmp_path).stderr


def test_many_facts_are_decided_in_columns(tmp_path: Path) -> None:
    policy = licet.load(written(tmp_path, "x.n is 3") / "policy.licet")
    things = {f"t{i}": Record({"n": i % 5}) for i in range(engines.MOST_RECORDS + 1)}
    assert {d.engine for d in policy.decide(Facts({"Thing": things}, {}))} == {"columnar"}
    things.popitem()
    assert {d.engine for d in policy.decide(Facts({"Thing": things}, {}))} == {"forward"}


def test_many_rules_over_facts_that_are_not_few_are_decided_in_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path, "x.n is 3")
    monkeypatch.setattr(engines, "MOST_PAIRS", 3)
    assert run("decide", folder, "--verbose").stderr.startswith("engine `forward`")
    monkeypatch.setattr(engines, "MOST_PAIRS", 2)
    said = "engine `columnar`: 1 rule over 3 records are more than `forward` is quick for"
    assert run("decide", folder, "--verbose").stderr.startswith(said)


def test_where_the_forward_engine_gives_up_another_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise EngineError("durable_rules refused a token")

    folder = written(tmp_path, "x.n is 3")
    wanted = run("decide", folder).stdout
    monkeypatch.setattr(forward, "evaluate", fails)
    done = run("decide", folder, "--verbose")
    assert (done.exit_code, done.stdout) == (0, wanted)
    assert "engine `columnar`: `forward` gave up: durable_rules refused a token" in done.stderr


def test_without_durable_rules_columns_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = licet.load(written(tmp_path, "x.n is 3") / "policy.licet")
    facts = policy.facts(tmp_path / "facts.yaml")
    monkeypatch.setattr(engines, "forward_runs_here", lambda: False)
    assert {d.engine for d in policy.decide(facts)} == {"columnar"}
    with pytest.raises(UsageError, match="durable_rules does not import here"):
        policy.decide(facts, engine="forward")


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    policy = licet.load(written(tmp_path, "x.n is 3") / "policy.licet")
    with pytest.raises(UsageError, match="there is no engine `forwards`; did you mean `forward`"):
        policy.decide(policy.facts(tmp_path / "facts.yaml"), engine="forwards")
