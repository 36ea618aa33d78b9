"""What is false in an explanation is refused, with its cause; what is right is not."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from licet.api import Policy as Public
from licet.explain.document import explanation_document
from licet.explain.looked import Looked
from licet.explain.named import narrowed
from licet.facts.store import Subject
from licet_check.checks import main, refusals
from licet_check.policy import Facts, Policy, digest, governing
from licet_check.reading import Reading
from licet_check.trials import Trial
from tests.check_program.changed import changed, is_no_change
from tests.check_program.made import ASKED, DEALS, FACTS, TEXT, documents, made
from tests.run.worlds import accepted

Doc = Any  # policy, facts and explanation
WRONG = {"true": "false", "false": "true", "unknown": "true"}
OUTCOMES = ("free", "notify", "licence", "forbidden")
OTHER = {"free": "notify", "notify": "licence", "licence": "forbidden", "forbidden": "free"}


@pytest.fixture(scope="module")
def right() -> dict[str, Any]:
    return {deal: made(deal) for deal in DEALS}


def part(doc: Doc) -> Any:
    return doc["explanation"]["parts"][0]


def answer(doc: Doc) -> dict[str, Any]:
    """The answer of the part, where it is none of one word."""
    found = part(doc)["answer"]
    return found if isinstance(found, dict) else {}


def some_node(doc: Doc, wanted: Callable[[Any], bool] = bool) -> Any:
    return next((node for node in part(doc)["nodes"].values() if wanted(node)), None)


def some_atom(doc: Doc, wanted: Callable[[Any], bool]) -> Any:
    atoms = (atom for node in part(doc)["nodes"].values() for atom in node["atoms"] + node["values"])
    return next((atom for atom in atoms if wanted(atom)), None)


def change(holder: Any, key: Any, new: Callable[[Any], Any]) -> None:
    """Nothing where there is nothing to spoil: such a plant does not count."""
    if holder is not None and (key in holder if isinstance(holder, dict) else len(holder) > key):
        holder[key] = new(holder[key])


def less(holder: Any, key: Any) -> None:
    change(holder, key, lambda units: units[:-1] if units else units)


def more(holder: Any, key: Any, new: Any) -> None:
    change(holder, key, lambda units: None if units is None else [*units, new])


def unread(doc: Doc) -> str:
    """A unit of the cone that is not in `exact`."""
    units = {unit for node in part(doc)["nodes"].values() for atom in node["atoms"] for unit in atom["reads"]}
    return min(units - set(part(doc)["because"]["exact"]), default="Deal/large.size")


def drop_node(doc: Doc) -> None:
    part(doc)["nodes"].pop(min(part(doc)["nodes"]))


def forge_facts(doc: Doc) -> None:
    doc["facts"]["entities"]["Deal"][doc["explanation"]["subject"]["id"]]["size"] = "1000"


def forge_rule(doc: Doc, name: str, **changed: Any) -> None:
    rule = next(rule for id_, rule in doc["policy"]["rules"] if id_ == name)
    rule.update(changed)


def swap_lines(doc: Doc) -> None:
    for line in part(doc)["because"]["lines"]:
        line["node"] = next(iter(part(doc)["nodes"]))
        line["cites"] = ["L 3"]


def merge_acts(doc: Doc) -> None:
    acts = part(doc)["acts"]
    if len(acts) > 1:
        acts[0]["rules"] += acts.pop()["rules"]


def has_reads(atom: Any) -> bool:
    return bool(atom["reads"])


def e(doc: Doc) -> Any:
    return doc["explanation"]


def _units(doc: Doc, key: str) -> list[str]:
    return part(doc)["because"][key]


PLANTS: dict[str, Callable[[Doc], object]] = {
    # outcomes
    "a milder must": lambda d: change(part(d)["answer"], "must", lambda x: "free"),
    "another must": lambda d: change(part(d)["answer"], "must", OTHER.get),
    "another may": lambda d: change(part(d)["answer"], "may", OTHER.get),
    "a detail dropped": lambda d: less(part(d)["answer"], "details"),
    "a detail added": lambda d: more(part(d)["answer"], "details", "fee"),
    "a possible detail added": lambda d: more(part(d)["answer"], "possible", "fee"),
    "another enforced": lambda d: change(part(d)["answer"], "enforced", lambda x: [x[0], OTHER[x[1]]]),
    "an outcome that is none": lambda d: change(part(d)["answer"], "may", lambda x: "allowed"),
    # dates and hashes
    "another day": lambda d: change(e(d), "as_of", lambda x: "2026-05-05"),
    "no day": lambda d: change(e(d), "as_of", lambda x: None),
    "a day that is none": lambda d: change(e(d), "as_of", lambda x: "2026-02-30"),
    "another day asked for": lambda d: change(e(d)["asked"], "as_of", lambda x: "2026-05-05"),
    "a day asked for that is none": lambda d: change(e(d)["asked"], "as_of", lambda x: "2026-02-30"),
    "the law of nowhere asked for": lambda d: change(e(d)["asked"], "jurisdictions", lambda x: ["B"]),
    "law asked for twice": lambda d: change(e(d)["asked"], "jurisdictions", lambda x: ["A", "A"]),
    "another policy": lambda d: change(
        e(d)["policy"], "fingerprint", lambda x: x[:-1] + ("0" if x[-1] != "0" else "1")
    ),
    "other facts read": lambda d: change(e(d)["facts"], "read", lambda x: x[:-1] + ("0" if x[-1] != "0" else "1")),
    "the law read later": lambda d: change(e(d)["policy"]["as_read"], "L", lambda x: "2026-09-09"),
    "another schema": lambda d: change(e(d), "schema", lambda x: "licet/explanation/1"),
    # facts
    "a fact forged": forge_facts,
    "a fact forged in what is read": lambda d: change(
        some_atom(d, has_reads), "reads", lambda x: dict.fromkeys(x, "forged")
    ),
    "a fact dropped from what is read": lambda d: change(
        some_atom(d, has_reads), "reads", lambda x: dict(list(x.items())[1:])
    ),
    "a fact added to what is read": lambda d: change(
        some_atom(d, has_reads), "reads", lambda x: {**x, "Deal/large.oops": "1"}
    ),
    "a fact that is null added to what is read": lambda d: change(
        some_atom(d, has_reads), "reads", lambda x: {**x, "Deal/large.oops": None}
    ),
    "1 in place of true": lambda d: change(
        some_atom(d, lambda a: True in a["reads"].values()),
        "reads",
        lambda x: {unit: 1 if said is True else said for unit, said in x.items()},
    ),
    "an absent fact told as undetermined": lambda d: change(
        some_atom(d, lambda a: {"state": "absent"} in a["reads"].values()),
        "reads",
        lambda x: {u: {"state": "undetermined"} if v == {"state": "absent"} else v for u, v in x.items()},
    ),
    "completeness dropped": lambda d: change(
        some_atom(d, lambda a: any(u.startswith("only:") for u in a["reads"])),
        "reads",
        lambda x: {u: v for u, v in x.items() if not u.startswith("only:")},
    ),
    "a row dropped": lambda d: change(
        some_atom(d, lambda a: any("~" in u for u in a["reads"])),
        "reads",
        lambda x: {u: v for u, v in x.items() if "~" not in u},
    ),
    "another thing": lambda d: change(e(d)["subject"], "id", lambda x: "small" if x != "small" else "large"),
    "a thing that is none": lambda d: change(e(d)["subject"], "id", lambda x: "nothing"),
    # proof
    "a node dropped": drop_node,
    "a node added": lambda d: part(d)["nodes"].update({"one.owned@Party/zz": some_node(d)}),
    "a status": lambda d: change(some_node(d, lambda n: n["status"] != "holds"), "status", lambda x: "holds"),
    "live": lambda d: change(some_node(d, lambda n: n["live"] != "true"), "live", lambda x: "true"),
    "a condition": lambda d: change(some_node(d), "body", WRONG.get),
    "applies": lambda d: change(some_node(d), "applies", WRONG.get),
    "effective": lambda d: change(some_node(d), "effective", WRONG.get),
    "an exception hidden": lambda d: change(some_node(d, lambda n: n["excepts"]), "excepts", lambda x: []),
    "beaten by nobody": lambda d: change(some_node(d, lambda n: n["beaten_by"]), "beaten_by", lambda x: []),
    "beaten by another": lambda d: more(some_node(d), "beaten_by", "one.small"),
    "doubted by another": lambda d: more(some_node(d), "doubted_by", "one.small"),
    "a limb dropped": lambda d: less(some_node(d, lambda n: n["atoms"]), "atoms"),
    "a limb twice": lambda d: change(some_node(d, lambda n: n["atoms"]), "atoms", lambda x: [*x, x[0]]),
    "the truth of a limb": lambda d: change(some_atom(d, lambda a: "truth" in a), "truth", WRONG.get),
    "the place of a limb": lambda d: change(some_atom(d, lambda a: a["at"]), "at", lambda x: "(z)"),
    "the id of a limb": lambda d: change(some_atom(d, bool), "id", lambda x: x[:-1] + ("0" if x[-1] != "0" else "1")),
    "a term": lambda d: change(some_atom(d, lambda a: a["derives"]), "derives", lambda x: dict.fromkeys(x, "perhaps")),
    "a term dropped": lambda d: change(some_atom(d, lambda a: a["derives"]), "derives", lambda x: {}),
    "a value dropped": lambda d: less(some_node(d, lambda n: n["values"]), "values"),
    # because
    "a unit dropped of exact": lambda d: less(part(d)["because"], "exact"),
    "exact padded": lambda d: more(part(d)["because"], "exact", unread(d)),
    "a unit twice": lambda d: change(part(d)["because"], "exact", lambda x: [*x, x[0]]),
    "floor padded": lambda d: more(part(d)["because"], "floor", unread(d)),
    "floor shortened": lambda d: less(part(d)["because"], "floor"),
    "ceiling shortened": lambda d: less(part(d)["because"], "ceiling"),
    "ceiling padded": lambda d: more(part(d)["because"], "ceiling", unread(d)),
    "enforced left out": lambda d: change(part(d)["because"], "enforced", lambda x: None if x is not None else []),
    "a line of another rule": swap_lines,
    "a line with another source": lambda d: change(part(d)["because"]["lines"][0], "cites", lambda x: ["L 99"]),
    "a line without a unit": lambda d: less(part(d)["because"]["lines"][0], "units"),
    "no line": lambda d: change(part(d)["because"], "lines", lambda x: [] if x[0]["units"] else x),
    "four lines": lambda d: change(part(d)["because"], "lines", lambda x: x * 4),
    "an outcome without its why not": lambda d: change(part(d), "why_not", lambda x: dict(list(x.items())[1:])),
    "why not of an outcome that is": lambda d: part(d)["why_not"].update(
        {part(d)["answer"]["may"]: {"units": [], "nearest": []}}
    ),
    "why not shortened": lambda d: [less(why, "units") for why in part(d)["why_not"].values()],
    # assumptions and law
    "a need hidden": lambda d: less(part(d), "necessary"),
    "a need invented": lambda d: more(part(d), "necessary", unread(d)),
    "an assumption hidden": lambda d: less(part(d), "assumptions"),
    "an assumption invented": lambda d: more(part(d), "assumptions", "only:named{}"),
    "an act hidden": lambda d: less(part(d), "acts"),
    "a stay lifted": lambda d: [act.update(until=None) for act in part(d)["acts"] if act["until"]],
    "an act by another name": lambda d: [act.update(act="a promise") for act in part(d)["acts"]],
    "an act of another kind": lambda d: [
        act.update(status="unconfirmed") for act in part(d)["acts"] if act["status"] != "unconfirmed"
    ],
    "what an act would change": lambda d: [
        change(act, "if_it_stands", lambda x: [OTHER[x[0]], x[1]]) for act in part(d)["acts"]
    ],
    "what an act changes": lambda d: [change(act, "if_not", lambda x: [x[0], OTHER[x[1]]]) for act in part(d)["acts"]],
    "two acts as one": merge_acts,
    "an unread rule hidden": lambda d: less(part(d), "unverified"),
    "an unread rule as read": lambda d: [rule.update(certainty="verified") for rule in part(d)["unverified"]],
    "what an unread rule changes": lambda d: [
        change(rule, "if_not", lambda x: [OTHER[x[0]], x[1]]) for rule in part(d)["unverified"]
    ],
    "a change hidden": lambda d: less(part(d), "changes"),
    "a change on another day": lambda d: [found.update(on="2026-12-24") for found in part(d)["changes"]],
    "another cause": lambda d: [found.update(cause=["rule one.small"]) for found in part(d)["changes"]],
    "a change invented": lambda d: more(
        part(d), "changes", {"on": "2027-01-01", "answer": ["free", "free"], "cause": ["rule one.large"]}
    ),
    # policy
    "a rule changed": lambda d: forge_rule(d, "one.large", body=None),
    "a rule of another place": lambda d: forge_rule(d, "one.listed", jurisdiction=None),
    "an exception removed": lambda d: forge_rule(d, "one.small", excepts=[]),
    # text and shape
    "a mark that turns text round": lambda d: e(d)["labels"].update({"\u202e": "x"}),
    "a space that nobody sees": lambda d: e(d).update(notice="not\u200blegal advice"),
    "a tag": lambda d: e(d)["labels"].update(things={"x": "a\U000e0041"}),
    "a line within a name": lambda d: e(d)["labels"].update(things={"a\nb": {"c\nd": "x"}}),
    "a line within a text": lambda d: e(d).update(notice="not legal\nadvice"),
    "a part that nobody knows": lambda d: e(d).update(signed="yes"),
    "a part of a part that nobody knows": lambda d: part(d)["answer"].update(sure="yes"),
    "a part missing": lambda d: part(d).pop("acts"),
    "a part of another kind": lambda d: part(d).update(necessary="all"),
    "a decision twice": lambda d: e(d)["parts"].append(part(d)),
    "no decision": lambda d: e(d).update(parts=[]),
    "another jurisdiction": lambda d: part(d).update(jurisdiction="B"),
}


PLANTS_BY_NAME: dict[str, Callable[[Doc], object]] = {
    "another truth": lambda d: change(part(d), "answer", lambda x: WRONG[x] if isinstance(x, str) else x),
    "a member dropped": lambda d: change(answer(d), "members", lambda x: {}),
    "a member added": lambda d: change(answer(d), "members", lambda x: {**x, "zz": "true"}),
    "further members": lambda d: change(answer(d), "others", lambda x: "unknown"),
    "fewer points": lambda d: change(answer(d), "low", lambda x: "0"),
    "more points": lambda d: change(answer(d), "high", lambda x: "10"),
    "points as a number": lambda d: change(answer(d), "low", int),
    "a factor dropped": lambda d: change(answer(d), "factors", lambda x: dict(list(x.items())[1:])),
    "another factor": lambda d: change(answer(d), "factors", lambda x: {id_: [["0", "9"]] for id_ in x}),
    "an obligation that is or is not": lambda d: change(answer(d), "holds", WRONG.get),
    "somebody else obliged": lambda d: [duty.update(who="a") for duty in answer(d).get("duties", ())],
    "another act": lambda d: [duty.update(act="be glad") for duty in answer(d).get("duties", ())],
    "a duty dropped": lambda d: less(answer(d), "duties"),
    "another deadline": lambda d: [
        duty["deadline"].update(day="2030-01-01") for duty in answer(d).get("duties", ()) if duty["deadline"]
    ],
    "no deadline": lambda d: [duty.update(deadline=None) for duty in answer(d).get("duties", ())],
    "the bounds of a decision": lambda d: change(part(d), "answer", lambda x: ["free", "free"]),
    "another term": lambda d: change(part(d), "term", lambda x: "held" if x != "held" else "circle"),
    "another score": lambda d: change(part(d), "score", lambda x: "height"),
    "another obligation": lambda d: change(part(d), "obligation", lambda x: "one.large"),
    "a term that nobody asked for": lambda d: e(d)["asked"].pop("about"),
    "a term asked for that is none": lambda d: change(e(d)["asked"], "about", lambda x: [*x, "zz"]),
    "a term asked for twice": lambda d: change(e(d)["asked"], "about", lambda x: x * 2),
    "a term as a decision": lambda d: part(d).update(decision=part(d).pop("term", "duty")),
    "another view": lambda d: part(d).update(jurisdiction="common"),
    "why not of a term": lambda d: part(d).update(why_not={}),
    "other conditions as few denied": lambda d: [
        change(near, "others", lambda x: not x) for near in part(d)["nearest"]
    ],
    "no rule near": lambda d: part(d).pop("nearest"),
    "a rule near that is none": lambda d: more(
        part(d), "nearest", {"node": "one.zz@Party/y", "stopped": [], "others": False}
    ),
    "a condition against it that is none": lambda d: [
        change(near, "stopped", lambda x: [*x, "one.zz@Party/y#00000000"]) for near in part(d)["nearest"]
    ],
    "a floor of a term": lambda d: part(d)["because"].update(floor=[]),
    "a node dropped": drop_node,
    "a unit dropped": lambda d: less(part(d)["because"], "exact"),
    "a unit added": lambda d: more(part(d)["because"], "exact", unread(d)),
    "a line of another claim": lambda d: [
        change(line, "claim", lambda x: "floor") for line in part(d)["because"]["lines"]
    ],
    "what an unread rule changes": lambda d: [
        change(rule, "if_not", lambda x: WRONG.get(x, "true") if isinstance(x, str) else "true")
        for rule in part(d)["unverified"]
    ],
    "a need hidden": lambda d: less(part(d), "necessary"),
    "an assumption hidden": lambda d: less(part(d), "assumptions"),
    "a change invented": lambda d: more(
        part(d), "changes", {"on": "2027-01-01", "answer": "true", "cause": ["rule one.listed"]}
    ),
}


@pytest.fixture(scope="module")
def by_name() -> dict[str, Any]:
    return {case: made(case) for case in ASKED}


@pytest.mark.parametrize("plant", PLANTS_BY_NAME)
def test_a_fault_in_what_is_asked_for_by_name_is_refused(by_name: dict[str, Any], plant: str) -> None:
    assert refused_everywhere(by_name, PLANTS_BY_NAME[plant])


@pytest.mark.parametrize("case", [*ASKED, "all of y"])
def test_what_the_engines_explain_by_name_agrees(by_name: dict[str, Any], case: str) -> None:
    policy, facts = Public(accepted(TEXT), ()), replace(FACTS, fingerprint=f"sha256:{'0' * 64}")
    type_, id_, _, *names = ASKED.get(case, ("Party", "y", "", "held", "circle", "weight"))
    day = date(2026, 6, 1) if type_ == "Party" else None
    (decision,) = policy.decide(facts, [Subject(type_, id_)], as_of=day, engine="reference")
    found = json.loads(json.dumps(explanation_document(Looked(narrowed(decision, names)))))

    assert refusals(*documents(), found)[0] == []
    assert len(found["parts"]) == len(names)
    if case in by_name:
        assert refusals(*documents(), by_name[case])[0] == []
        assert found["parts"][0]["answer"] == by_name[case]["parts"][0]["answer"]


@pytest.mark.parametrize("deal", DEALS)
def test_what_is_right_agrees(right: dict[str, Any], deal: str) -> None:
    found, counts = refusals(*documents(), right[deal])

    assert found == []
    assert counts["rules"] == len(right[deal]["parts"][0]["nodes"]) >= 10
    assert counts["conditions"] >= counts["rules"]
    assert counts["claims"] >= 4


@pytest.mark.parametrize("deal", DEALS)
@pytest.mark.parametrize("asked", [{}, {"as_of": date(2026, 3, 3)}, {"jurisdictions": "A"}])
def test_what_the_engines_explain_agrees(deal: str, asked: dict[str, Any]) -> None:
    """As it is by itself, and where a day or the law of some jurisdictions was asked for."""
    policy, facts = Public(accepted(TEXT), ()), replace(FACTS, fingerprint=f"sha256:{'0' * 64}")
    (decision,) = policy.decide(facts, [Subject("Deal", deal)], engine="reference", **asked)

    assert refusals(*documents(), json.loads(json.dumps(explanation_document(Looked(decision)))))[0] == []


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_fault_is_refused(right: dict[str, Any], plant: str) -> None:
    """In each case in which there is something to spoil, and that is at least one."""
    assert refused_everywhere(right, PLANTS[plant])


def refused_everywhere(right: dict[str, Any], plant: Callable[[Doc], object]) -> int:
    """In how many explanations there is something to spoil; each of them is refused then."""
    planted = 0
    for name, explanation in right.items():
        policy, facts = documents()
        before = {"policy": policy, "facts": facts, "explanation": explanation}
        doc = deepcopy(before)
        plant(doc)
        if json.dumps(doc) != json.dumps(before):
            planted += 1
            found, _ = refusals(doc["policy"], doc["facts"], doc["explanation"])
            assert found, name
            assert all(" " in refusal and "\n" not in refusal for refusal in found)
    return planted


@pytest.mark.parametrize("name", ["one.large", "one.small", "one.listed", "one.owned"])
def test_a_forged_policy_with_its_own_fingerprint_is_refused(right: dict[str, Any], name: str) -> None:
    policy, facts = documents()
    doc = deepcopy({"policy": policy, "facts": facts, "explanation": right["large"]})
    forge_rule(doc, name, body=None)
    parts = {part: inner for part, inner in doc["policy"].items() if part != "schema"}
    doc["explanation"]["policy"]["fingerprint"] = f"sha256:{digest(parts)}"

    found, _ = refusals(doc["policy"], doc["facts"], doc["explanation"])

    assert any(name in refusal for refusal in found)


@pytest.mark.slow
@pytest.mark.parametrize("deal", DEALS)
def test_random_changes_are_refused_or_are_none(right: dict[str, Any], deal: str) -> None:
    """`benchmarks/explanations.py` tries ten thousand."""
    drawn, tried = random.Random(deal), 0
    for _ in range(60):
        after, what = changed(right[deal], drawn)
        if not is_no_change(right[deal], after):
            tried += 1
            assert refusals(*documents(), after)[0], what

    assert tried > 40


@pytest.mark.slow
def test_documents_of_policies_and_facts_that_are_damaged_end_in_words(right: dict[str, Any]) -> None:
    """A changed policy or inventory may say the same of this case; it never ends in a trace."""
    drawn = random.Random(1)
    for document in (0, 1):
        for _ in range(150):
            both = list(documents())
            both[document], what = changed(both[document], drawn)
            assert says_or_refuses(both, right["large"]) or document == 1 or both[0] == documents()[0], what


def says_or_refuses(both: list[Any], explanation: Any) -> str:
    """Why an explanation is not taken; empty where it is."""
    try:
        return " ".join(refusals(both[0], both[1], explanation)[0])
    except ValueError as error:
        return str(error)


def test_the_command(right: dict[str, Any], tmp_path: Path) -> None:
    policy, facts = documents()
    said: list[str] = []

    def run(*words: str) -> tuple[int, str]:
        said.clear()
        return main(list(words), said.append), said[-1]

    for name, document in (("policy", policy), ("facts", facts), ("explanation", right["small"])):
        (tmp_path / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    three = [str(tmp_path / f"{name}.json") for name in ("policy", "facts", "explanation")]
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps({"policy": policy, "facts": facts, "explanation": right["small"]}), encoding="utf-8")
    code, last = run(*three)
    assert code == 0
    assert last.startswith("checked: 1 answers, 18 rules, 23 conditions, ")
    assert last.endswith("; agrees")
    assert run(str(receipt)) == (0, last)
    assert run(str(tmp_path / "none.json"))[0] == 2
    assert run()[0] == 2
    assert run("--help")[0] == 0
    for text in ("", "{", "[1]", '{"policy": 1}', '{"a": 1, "a": 2}', "[" * 100_000, '"\\ud800"'):
        receipt.write_text(text, encoding="utf-8")
        code, last = run(str(receipt))
        assert (code, last[:15]) == (2, "cannot be read:")


@pytest.mark.parametrize("deal", DEALS)
def test_what_is_remembered_from_one_trial_to_the_next_changes_none(right: dict[str, Any], deal: str) -> None:
    policy, facts = (read(document) for read, document in zip((Policy, Facts), documents(), strict=True))
    on, duty = governing(policy, facts, "Deal", deal, (0, 0)), ("duty", "A", deal)
    as_it_is = [Reading(policy, facts, on, enforced_only=only) for only in (False, True)]
    trial, drawn = Trial(as_it_is, ("decision", "A", "", "duty", deal)), random.Random(deal)
    for _ in range(40):
        units = frozenset(unit for unit in trial.units if drawn.random() < 0.8)
        but = drawn.choice(sorted(units)) if units else ""
        answers = [trial.knowing(units), trial.knowing(units, but)]
        for answer, only in zip(answers, (units, units - {but}), strict=True):
            pair = [Reading(policy, facts, on, enforced_only=enforced, only=only) for enforced in (False, True)]
            for reading in pair:
                reading.fitting = trial.fitting
            bounds = pair[0].bounds(*duty), pair[0].details(*duty), pair[1].bounds(*duty)
            assert answer == bounds
    for number in range(40):
        rules = drawn.sample(sorted(policy.rules), 1 + number % 3)
        stand = drawn.choice((0, 2))
        reading = Reading(policy, facts, on)
        reading.forced = dict.fromkeys(rules, stand)
        assert trial.supposing(rules, stand) == [OUTCOMES[end] for end in reading.bounds(*duty)]
    names = (*policy.rules, *policy.lists, *policy.part["parameters"])
    days = {day + near for name in names for day in policy.changes(name) for near in (-1, 0, 1)} | {*trial.causes()}
    for day in sorted(day for day in days if on[1] < day):
        bounds = Reading(policy, facts, (day, day)).bounds(*duty)
        assert trial.on_day(day) == [OUTCOMES[end] for end in bounds], day
