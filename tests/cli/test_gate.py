"""`licet gate`: it says what the decisions say, passes nothing that is open, and the recipes that call it run."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema.validators import validator_for

from licet.cli.main import main
from licet.decide.action_gate import ActionVerdict, verdict_on
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.facts.store import Facts, Record, Subject
from licet.ir.policy import Policy
from licet.report import gate_json, gate_text
from licet.resources import schema_file
from licet.values import Fact, State
from tests.conftest import ROOT
from tests.run.worlds import accepted

DAY = date(2026, 11, 20)
KINDS = {
    "publish": {"publication"},
    "deploy": {"remote_access"},
    "transfer": {"export", "reexport", "in_country_transfer", "release"},
}
RECIPES = ROOT / "docs" / "pipelines.md"


def asked(library: Policy, facts: Facts, model: str, action: str, **more: Any) -> ActionVerdict:
    return verdict_on(library, facts, Subject("Model", model), action, DAY, jurisdictions=["US"], **more)


def with_transfer(frontier: Facts, id_: str, **said: Fact) -> Facts:
    """The inventory with one transfer alone, and other facts of it."""
    record = frontier.entities["Transfer"][id_]
    one = {id_: Record({**record.facts, **said})}
    return replace(frontier, entities={**frontier.entities, "Transfer": one})


# ---- what it says


@pytest.mark.slow
def test_it_says_what_the_decisions_about_recorded_transfers_say(library: Policy, frontier: Facts) -> None:
    transfers = frontier.entities["Transfer"]
    later = [s for s in frontier.subjects("Transfer") if str(transfers[s.id].get("date")) >= str(DAY)]
    others = [s for s in frontier.subjects("Transfer") if s not in later]
    by_id: dict[str, Decision] = {}
    for subjects, day in ((later, None), (others, DAY)):
        by_id |= {d.subject.id: d for d in decide(library, frontier, subjects, as_of=day, jurisdictions=["US"])}
    words = set()
    named = {str(one.get("item")) for one in transfers.values()} & frontier.entities["Model"].keys()
    for model in sorted(named)[::2]:  # every second: each is asked three times
        for action, kinds in KINDS.items():
            own = {i: by_id[i] for i, one in transfers.items() if one.get("item") == model}
            sure = {i: found for i, found in own.items() if transfers[i].get("kind") in kinds}
            ends = {i: (found.answers[0].must, found.answers[0].may) for i, found in sure.items()}
            if any(must != "no_licence_required" for must, _ in ends.values()):
                expected = "needed"
            else:
                perhaps = [found for i, found in own.items() if isinstance(transfers[i].get("kind"), State)]
                free = all(found.answers[0].may == "no_licence_required" for found in [*sure.values(), *perhaps])
                expected = "passed" if free and sure else "open"
            found = asked(library, frontier, model, action)
            assert found.word == expected, (model, action)
            words.add(found.word)
    assert words == {"passed", "needed", "open"}


def test_silence_is_no_answer(library: Policy, frontier: Facts) -> None:
    found = asked(library, frontier, "demo-small", "publish")

    assert (found.word, found.subjects) == ("open", ())
    assert "silence is no answer: record it; not legal advice\n" in gate_text.render(found)


@pytest.mark.parametrize("name", ["item", "kind", "consignee", "origin", "destination"])
def test_what_is_not_known_is_no_permission(name: str, library: Policy, frontier: Facts) -> None:
    """A transfer that passes as it is recorded does not with one fact less."""
    assert asked(library, with_transfer(frontier, "t-below-line"), "demo-below-line", "transfer").word == "passed"

    facts = with_transfer(frontier, "t-below-line", **{name: State.ABSENT})
    assert asked(library, facts, "demo-below-line", "transfer").word == "open"


def test_a_transfer_of_nobody_knows_what_may_be_of_the_model(library: Policy, frontier: Facts) -> None:
    records = frontier.entities["Transfer"]
    for item, word in (("demo-below-line", "needed"), (State.ABSENT, "open"), ("demo-closed-5e26", "passed")):
        both = {
            "t-below-line": records["t-below-line"],
            "t-denied": Record({**records["t-denied"].facts, "item": item}),
        }
        facts = replace(frontier, entities={**frontier.entities, "Transfer": both})
        assert asked(library, facts, "demo-below-line", "transfer").word == word


CONTRADICTORY = """
module a "A"
entity Ship "ship"
  name : text "name"
entity Voyage "voyage"
  ship : Ship "ship"
  class : one of low, high derived "class"
  launch : boolean derived "launch"
decision permit of v: Voyage "permit" outcomes none < needed otherwise none
rule low "low" for v: Voyage then v.class is low
rule high "high" for v: Voyage when v.ship.name is "b" then v.class is high
rule launch "launch" for v: Voyage then v is launch
rule needed "needed" for v: Voyage when v.class is high and v.ship.name is "c" then permit of v is needed
"""


@pytest.mark.parametrize(("name", "word"), [("a", "passed"), ("b", "open")])
def test_where_rules_contradict_each_other_nothing_passes(name: str, word: str) -> None:
    facts = Facts({"Ship": {"s": Record({"name": name})}, "Voyage": {"v": Record({"ship": "s"})}}, {})

    assert verdict_on(accepted(CONTRADICTORY), facts, Subject("Ship", "s"), "launch", DAY).word == word


def test_what_cannot_be_as_it_is_recorded_does_not_pass(library: Policy, frontier: Facts) -> None:
    facts = with_transfer(frontier, "t-below-line", destination="US")
    found = asked(library, facts, "demo-below-line", "transfer")

    assert found.word == "open"
    assert "cannot be as it is recorded" in gate_text.render(found)


def test_no_law_of_an_earlier_day_lets_anything_pass(library: Policy, frontier: Facts) -> None:
    """On its own day, before the rules were due, nothing was needed for it; done again it is."""
    facts = with_transfer(frontier, "t-swiss-early", consignee="fjord-data", end_user="fjord-data", destination="NO")
    subject = Subject("Transfer", "t-swiss-early")
    (then,) = decide(library, facts, [subject], jurisdictions=["US"])

    assert then.answers[0].may == "no_licence_required"
    assert asked(library, facts, "demo-closed-5e26", "transfer").word != "passed"


def test_more_is_allowed_by_name(library: Policy, frontier: Facts) -> None:
    facts = with_transfer(frontier, "t-swiss")

    assert asked(library, facts, "demo-closed-5e26", "transfer").word == "needed"
    assert asked(library, facts, "demo-closed-5e26", "transfer", allow=["licence_exception"]).word == "needed"
    assert asked(library, facts, "demo-closed-5e26", "transfer", allow=["licensed"]).word == "passed"


def test_a_decision_about_the_model_itself_is_asked_by_name(library: Policy, frontier: Facts) -> None:
    assert asked(library, frontier, "claude-fable-5", "deploy").word == "passed"

    both = asked(library, frontier, "claude-fable-5", "deploy", decisions=["licensing", "release_readiness"])
    assert both.word == "needed"
    assert [one.subject for one in both.obstacles] == [Subject("Model", "claude-fable-5")]


def test_each_reason_has_what_it_cites(library: Policy, frontier: Facts) -> None:
    lines = gate_text.render(asked(library, frontier, "demo-small", "transfer")).splitlines()

    assert lines[0].startswith("stopped: transfer of demo-small as of 2026-11-20: prohibited for t-denied")
    assert len(lines) == 5
    assert all(re.search(r"\(EAR [\d.]+", line) for line in lines[1:4])
    assert re.fullmatch(r"  and \d+ more reasons; see `licet explain`", lines[4])
    assert not re.search(r"cleared|allowed to", "\n".join(lines))


# ---- as data


SCHEMA = json.loads(schema_file("gate-1.json").read_text(encoding="utf-8"))
VALIDATOR = validator_for(SCHEMA)(SCHEMA)


@pytest.mark.parametrize(
    ("model", "action", "word"),
    [
        ("claude-fable-5", "deploy", "passed"),
        ("demo-small", "transfer", "needed"),
        ("demo-small", "publish", "open"),
        ("claude-opus-4-5", "transfer", "open"),
    ],
)
def test_a_document_fits_the_schema_and_says_what_the_text_says(
    library: Policy, frontier: Facts, model: str, action: str, word: str
) -> None:
    found = asked(library, frontier, model, action)
    document = json.loads(gate_json.render(library, frontier, found))
    VALIDATOR.validate(document)

    assert (document["verdict"], document["as_of"]) == (word, "2026-11-20")
    assert document["of"] == {"type": "Model", "id": model}
    assert len(document["subjects"]) == len(found.subjects)
    reasons = [reason for one in document["obstacles"] for reason in one["reasons"]]
    assert all(reason["text"][:60] in gate_text.render(found) for reason in reasons[:1])
    assert [one["verdict"] for one in document["obstacles"]].count("needed") == (
        sum(one.word == "needed" for one in found.obstacles)
    )


def test_the_schema_refuses_a_verdict_that_its_obstacles_do_not_bear_out(library: Policy, frontier: Facts) -> None:
    document = gate_json.document(library, frontier, asked(library, frontier, "demo-small", "transfer"))

    assert VALIDATOR.is_valid(document)
    for word in ("passed", "open"):
        assert not VALIDATOR.is_valid({**document, "verdict": word})
    assert not VALIDATOR.is_valid({**document, "obstacles": []})
    assert not VALIDATOR.is_valid({**document, "more": 1})


def test_the_command_writes_the_document_and_ends_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "licet gate fixtures/frontier --model demo-small --action transfer --jurisdiction US"
    told, done = (licet(f"{words}{more}", monkeypatch) for more in ("", " --format json"))

    assert (told.exit_code, done.exit_code) == (1, 1)
    assert json.loads(done.stdout)["schema"] == "licet/gate/1"


# ---- the recipes


def blocks() -> list[dict[Any, Any]]:
    texts = re.findall(r"(?ms)^```yaml\n(.*?)^```$", RECIPES.read_text(encoding="utf-8"))
    return [yaml.safe_load(text) for text in texts if "licet gate" in text]


def licet(command: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(ROOT)
    name, *words = shlex.split(command)
    assert name == "licet"
    return CliRunner().invoke(main, words, catch_exceptions=False)


def test_the_workflow_asks_before_it_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    workflow, _ = blocks()
    gate, release = workflow["jobs"]["gate"], workflow["jobs"]["release"]
    commands = [step["run"] for step in gate["steps"] if step.get("run", "").startswith("licet")]

    assert release["needs"] == "gate"
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("${{" in command or "|" in command for command in commands)  # a pipe would hide the exit code
    assert not any(step.get("continue-on-error") for step in gate["steps"])
    done = [licet(command, monkeypatch) for command in commands]
    assert [one.exit_code for one in done] == [0, 0]
    assert done[-1].stdout.startswith("passed: deploy of claude-fable-5")


def test_the_hook_asks_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    _, hooks = blocks()
    (hook,) = hooks["repos"][0]["hooks"]

    assert {"id", "name", "entry", "language", "pass_filenames", "files"} <= hook.keys()
    assert not hook["pass_filenames"]
    assert re.search(hook["files"], "fixtures/frontier/models.yaml")
    assert licet(hook["entry"], monkeypatch).exit_code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--model claude-fable-5 --action deploy --as-of 2026-06-12", 1),
        ("--model claude-fable-5 --action publish", 3),
        ("--model claude-fable-5 --action sell", 2),
        ("--model claude-fable-5", 2),
    ],
)
def test_exit_codes(words: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    done = licet(f"licet gate fixtures/frontier --jurisdiction US {words}", monkeypatch)

    assert done.exit_code == code
    assert bool(done.stdout) == (code in (1, 3))
    assert "Traceback" not in done.stderr
