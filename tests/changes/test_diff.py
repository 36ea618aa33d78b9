"""`licet diff`: items matched and told limb by limb, verdicts that say no more than is known, and moves of answers."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from jsonschema.validators import validator_for

from licet.changes.items import LawItem, changed_items
from licet.changes.moves import OutcomeRange, certainty, direction, surely
from licet.changes.sides import policy_diff
from licet.cli.main import main
from licet.ir import policy as ir
from licet.loading.policy_files import load_policy
from licet.resources import schema_file
from tests.examples import examples
from tests.run import kept_strategies as st
from tests.run.worlds import compiled, policy_texts

SCHEMA = json.loads(schema_file("diff-1.json").read_text(encoding="utf-8"))
POLICY = """module trade "Trade" jurisdiction US
  authority L "Law"
entity Party "party"
  name : text "name"
  country : country "country"
  listed : boolean "listed"
  watched : boolean derived "watched"
entity Deal "deal"
  buyer : Party "buyer"
  date : date "date"
  amount : number "amount"
list allies of country from "allies.yaml" "allies"
parameter most : number "most" is 100 until 2026-01-01 is 200 from 2026-01-01
decision licensing of d: Deal "licensing" as of d.date outcomes free < ask < licence otherwise free details form, fee
decision audit of p: Party "audit" outcomes missing < current otherwise missing
rule big "Big ones" for d: Deal cites L "1"
  in force from 2025-05-15
  when all of
    (a) d.amount is at least 10
    (b) d.buyer.country is not CH
  end
  then licensing of d is ask with form because "it is big"
exception ally "Allies" to big for d: Deal cites L "2" when d.buyer.country is in allies
rule watched for p: Party cites L "3" when p.listed then p is watched
rule to_watched for d: Deal cites L "4" when d.buyer is watched and d.amount is at most most
  then licensing of d is licence
rule known for p: Party cites L "5" when p.name is applicable then audit of p is current
test "a big deal" as of 2025-08-01
  given p is Party { country: JP, listed: no }
  given d is Deal { buyer: p, amount: 20 }
  expect licensing of d is free
test "a big deal with a stranger" as of 2025-08-01
  given p is Party { country: CN, listed: no }
  given d is Deal { buyer: p, amount: 20 }
  expect licensing of d is ask
"""
ALLIES = """list: allies
title: Allies
source: L 7
certainty: verified
covers: {from: 2024-01-01}
members:
  - {code: JP}
  - {code: FR, from: 2025-01-01}
"""
FACTS = """as_of: 2026-06-01
Party:
  - {id: p1, name: One, country: CH, listed: no}
  - {id: p2, name: Two, country: CN}
  - {id: p3, name: Three, country: CN, listed: no}
Deal:
  - {id: d1, buyer: p1, date: 2026-06-01, amount: 50}
  - {id: d2, buyer: p2, date: 2026-06-01, amount: 20}
  - {id: d3, buyer: p3, date: 2026-06-01, amount: 20}
  - {id: d4, buyer: p3, date: 2026-06-01, amount: 20}
"""
Edit = tuple[str, str]


class Beside:
    """The policy in one folder, and as it is edited in another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.old = self.write("old")
        (folder / "facts.yaml").write_text(FACTS, encoding="utf-8")

    def write(self, name: str, *edits: Edit) -> Path:
        text, allies = POLICY, ALLIES
        for before, after in edits:
            assert before in text + allies, before
            text, allies = text.replace(before, after), allies.replace(before, after)
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "trade.licet").write_text(text, encoding="utf-8")
        (folder / "allies.yaml").write_text(allies, encoding="utf-8")
        return folder

    def policies(self, *edits: Edit) -> tuple[ir.Policy, ir.Policy]:
        return load_policy([self.old]), load_policy([self.write("new", *edits)])

    def items(self, *edits: Edit) -> list[LawItem]:
        return list(changed_items(*self.policies(*edits)))

    def diff(self, *words: str, edits: tuple[Edit, ...]) -> Result:
        new = self.write("new", *edits)
        return CliRunner().invoke(
            main, ["diff", str(self.old), str(new), "--no-solvers", *words], catch_exceptions=False
        )

    def document(self, *words: str, edits: tuple[Edit, ...]) -> Any:
        found = json.loads(self.diff("--format", "json", *words, edits=edits).stdout)
        validator_for(SCHEMA)(SCHEMA).validate(found)
        return found


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    return Beside(tmp_path)


def told(items: list[LawItem]) -> list[tuple[str, str, list[tuple[str, str | None, str | None]]]]:
    return [(item.kind, item.id.rpartition(".")[2], [(x.at, x.old, x.new) for x in item.limbs]) for item in items]


TOLD: list[tuple[Edit, list[Any]]] = [
    (('"Big ones"', '"Great ones"'), [("text", "big", [])]),
    (
        ("at least 10", "at least 11"),
        [("changed", "big", [("(a)", "d.amount is at least 10", "d.amount is at least 11")])],
    ),
    (
        ("    (b) d.buyer.country is not CH\n", ""),
        [("changed", "big", [("(b)", "d.buyer.country is not CH", None)])],
    ),
    (("when all of", "when any of"), [("changed", "big", [("when, put together otherwise", ...), ...])]),
    (
        ("from 2025-05-15", "from 2025-05-16"),
        [("changed", "big", [("in force", "from 2025-05-15", "from 2025-05-16")])],
    ),
    (
        ("is ask with form", "is licence with form"),
        [("changed", "big", [("then", "licensing is ask with form", "licensing is licence with form")])],
    ),
    (
        ('" to big for', '" to to_watched for'),
        [("exceptions", "ally", [("to", "trade.big", None), ("to", None, "trade.to_watched")])],
    ),
    (("rule known", "rule name_known"), [("renamed", "name_known", [])]),
    (
        ('rule watched for p: Party cites L "3" when p.listed then p is watched\n', ""),
        [("removed", "watched", [])],
    ),
    (
        ("{code: JP}", "{code: JP, until: 2026-01-01}"),
        [("changed", "allies", [("JP", "throughout", "until 2026-01-01")])],
    ),
    (("  - {code: JP}\n", ""), [("changed", "allies", [("JP", "throughout", None)])]),
    (("source: L 7", "source: L 8"), [("text", "allies", [])]),
    (
        ("is 200 from", "is 201 from"),
        [("changed", "most", [("from 2026-01-01", "200", "201")])],
    ),
    (
        ("< licence otherwise free", "< licence otherwise ask"),
        [("changed", "licensing", [("otherwise", "free", "ask")])],
    ),
    (
        ("amount : number", "amount : number always applies"),
        [("changed", "amount", [("marks", "none", "always applies")])],
    ),
]


@pytest.mark.parametrize(("edit", "expected"), TOLD, ids=[edit[1][:30] or edit[0][:30] for edit, _ in TOLD])
def test_what_changed_is_told_limb_by_limb(edit: Edit, expected: list[Any], beside: Beside) -> None:
    found = told(beside.items(edit))
    if edit[1] == "when any of":
        ((kind, name, ((at, old, new),)),) = found
        assert (kind, name, at) == ("changed", "big", "when, put together otherwise")
        assert old != new
    else:
        assert found == expected


MORE = """module more "More" jurisdiction US
  authority L "Law"
unit op "operations"
unit kop is 1000 op "thousands of operations"
entity Thing "thing"
  n : number "n"
  q : quantity kop "q"
  on : date "on"
  f : boolean "f"
  t : boolean derived "t"
  labels : set of text derived "labels"
relation owns(owner: Thing, owned: Thing, share: percent) "owns" key owner, owned
decision final of x: Thing "final" outcomes keep < drop otherwise keep
score risk of x: Thing "risk" range 0 to 10 add 1 when x.f because "so"
  add 2 per o in owns where (o.owner is x) max 6 because "so" bands low from 0, high from 5
rule r "R" for x: Thing cites L "1" when not (x.f and x.n is 1) then final of x is drop
rule s "S" for x: Thing cites L "2" when x.f then x is t
rule u "U" for x: Thing cites L "3" then x.labels includes "a"
obligation report "Report" for x: Thing cites L "5" when x.f then x must "report" by x.on
"""
MORE_TOLD = [
    (("1000 op", "1024 op"), "kop", ("is", "1,000 op", "1,024 op")),
    (
        ("low from 0, high from 5", "low from 0, high from 6"),
        "risk",
        ("bands", "low from 0, high from 5", "low from 0, high from 6"),
    ),
    (("0 to 10", "0 to 20"), "risk", ("range", "0 to 10", "0 to 20")),
    (('"final" outcomes', '"final" as of x.on outcomes'), "Thing", ("as of", None, "on")),
    (("key owner, owned", "key owned"), "owns", ("key", "owner, owned", "owned")),
    (("share: percent)", "share: number)"), "owns", ("share", "percent", "number")),
    (('"owns" key', '"owns" open key'), "owns", ("is", "closed", "open")),
    (
        ('"owns" key owner, owned', '"owns" key owner, owned total share per owned at most 100%'),
        "owns",
        ("total", "", "share per owned at most 100%"),
    ),
    (("x.n is 1)", "x.n is 2)"), "r", ("when", "not (x.n is 1)", "not (x.n is 2)")),
    (("then x is t", 'then x.labels includes "b"'), "s", ("then", "t", 'labels includes "b"')),
    (('"3" then', '"3" when x.f then'), "u", ("when", None, "x.f")),
    (("add 1 when", "add 3 when"), "item_1", ("then", "risk 1", "risk 3")),
    (
        ("max 6", "max 8"),
        "item_2",
        (
            "then",
            "risk 2 per o in owns where (o.owner is x), at most 6",
            "risk 2 per o in owns where (o.owner is x), at most 8",
        ),
    ),
    (("by x.on", "until x.on"), "report", ("then", "must report by x.on", "must report until x.on")),
    ((" by x.on", ""), "report", ("then", "must report by x.on", "must report")),
]


@pytest.mark.parametrize(("edit", "name", "limb"), MORE_TOLD, ids=[edit[1] for edit, *_ in MORE_TOLD])
def test_declarations_and_conclusions_are_told_in_words(
    edit: Edit, name: str, limb: tuple[str, str | None, str | None], tmp_path: Path
) -> None:
    policies = []
    for folder, text in (("old", MORE), ("new", MORE.replace(*edit))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "more.licet").write_text(text, encoding="utf-8")
        policies.append(load_policy([tmp_path / folder]))

    assert told(list(changed_items(*policies))) == [("changed", name, [limb])]


def test_a_rule_that_is_renamed_and_changed_is_one_removed_and_one_added(beside: Beside) -> None:
    found = told(beside.items(("rule known", "rule name_known"), ("p.name is applicable", "p.country is applicable")))

    assert found == [("removed", "known", []), ("added", "name_known", [])]


def test_proved_is_only_what_nothing_that_changed_bears_on(beside: Beside) -> None:
    found = policy_diff(*beside.policies(("p.name is applicable", "p.country is applicable")))
    verdicts = {one.decision: [(side.verdict, side.by) for side in one.sides.values()] for one in found.decisions}

    assert verdicts == {"licensing": [("proved no", "cone")] * 2, "audit": [("not found", "")] * 2}
    same = policy_diff(*beside.policies(("rule known", "rule name_known")))
    assert {side.by for one in same.decisions for side in one.sides.values()} == {"law digest"}


def test_other_outcomes_are_not_compared(beside: Beside) -> None:
    (found, _) = policy_diff(*beside.policies(("free < ask < licence", "free < licence < ask"))).decisions

    assert {(side.verdict, side.by) for side in found.sides.values()} == {("not encodable", "its outcomes are others")}


def test_a_world_shows_the_side_and_is_a_test_that_passes_beside_the_new_rules(beside: Beside) -> None:
    edits = (("at least 10", "at least 30"),)
    (witness,) = beside.document(edits=edits)["witnesses"]
    new = beside.write("new", *edits) / "trade.licet"
    given = new.read_text(encoding="utf-8")
    kept = given[: given.index('test "a big deal"')]

    assert (witness["side"], witness["old"]["must"], witness["new"]["may"]) == ("looser", "ask", "free")
    assert witness["old"]["rules"] == ["trade.big"]
    new.write_text(kept + witness["test"], encoding="utf-8")
    assert CliRunner().invoke(main, ["test", str(new.parent)]).exit_code == 0
    (beside.old / "trade.licet").write_text(kept.replace("30", "10") + witness["test"], encoding="utf-8")
    assert CliRunner().invoke(main, ["test", str(beside.old)]).exit_code == 1


def test_the_moves_of_an_inventory_have_two_axes(beside: Beside) -> None:
    found = beside.document("--facts", str(beside.folder / "facts.yaml"), edits=(("is not CH", "is not CN"),))
    moves = {tuple(m["subjects"]): m for m in found["moves"] if m["jurisdiction"] == "overall"}

    assert found["inventory"] == {"subjects": 7, "moved": 4, "only_old": 0, "only_new": 0}
    assert {ids: (m["from"], m["to"], m["direction"], m["certainty"]) for ids, m in moves.items()} == {
        ("d1",): (["free", "free"], ["ask", "ask"], "stricter", "same"),
        ("d2",): (["ask", "licence"], ["free", "licence"], "looser", "less"),
        ("d3", "d4"): (["ask", "ask"], ["free", "free"], "looser", "same"),
    }
    assert [m["surely"] for m in moves.values()].count("none") == 1


def test_details_and_what_is_enforced_move_by_themselves(beside: Beside) -> None:
    facts = str(beside.folder / "facts.yaml")
    details = beside.document("--facts", facts, edits=(("with form", "with fee"),))["moves"]
    enforced = beside.document(
        "--facts", facts, edits=(("2025-05-15\n", '2025-05-15\n  not enforced from 2026-01-01 "so"\n'),)
    )

    assert {(m["what"], m["direction"]) for m in details} == {("details", "none")}
    assert {m["what"] for m in enforced["moves"]} == {"enforced"}


LOOSER, STRICTER = ("at least 10", "at least 30"), ("is at least 10", "is at least 1")
IDLE = ("p.name is applicable", "p.country is applicable")
TEXT = ('"Big ones"', '"Great ones"')


@pytest.mark.parametrize(
    ("edit", "words", "code"),
    [
        (LOOSER, "", 0),
        (LOOSER, "--fail-on looser", 1),
        (LOOSER, "--fail-on any", 1),
        (LOOSER, "--fail-on stricter", 3),
        (LOOSER, "--fail-on stricter --allow-open", 0),
        (LOOSER, "--fail-on details", 3),
        (IDLE, "--fail-on any --facts facts.yaml", 3),
        (("with form", "with fee"), "--fail-on details --facts facts.yaml", 1),
        (("is not CH", "is not CN"), "--fail-on open --facts facts.yaml", 1),
        (TEXT, "--fail-on any", 0),
        (TEXT, "--allow-open", 2),
        (TEXT, "--as-of 2026-01-01", 2),
        (TEXT, "--facts -", 2),
        (("amount : number", "amount : text"), "", 2),
    ],
)
def test_exit_codes(edit: Edit, words: str, code: int, beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(beside.folder)

    assert beside.diff(*words.split(), edits=(edit,)).exit_code == code


def test_facts_that_one_policy_cannot_read_are_an_error_and_no_move(beside: Beside) -> None:
    (beside.folder / "facts.yaml").write_text(FACTS.replace("{id: p1,", "{id: p1, town: Bern,"), encoding="utf-8")
    edits = (('  name : text "name"\n', '  name : text "name"\n  town : text "town"\n'),)
    done = beside.diff("--facts", str(beside.folder / "facts.yaml"), edits=edits)

    assert done.exit_code == 2
    assert "NEW can read the inventory, OLD cannot:" in done.stderr
    assert "`town`" in done.stderr


def git(folder: Path, *words: str) -> str:
    settings_ = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *settings_, *words], cwd=folder, capture_output=True, check=True, text=True).stdout


def test_a_commit_is_read_without_a_checkout(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    git(beside.folder, "init", "-q")
    (beside.old / "out").symlink_to("/etc")
    git(beside.folder, "add", "-A")
    git(beside.folder, "commit", "-q", "-m", "one")
    commit = git(beside.folder, "rev-parse", "HEAD").strip()
    (beside.old / "trade.licet").write_text(POLICY.replace("at least 10", "at least 30"), encoding="utf-8")
    before = git(beside.folder, "status", "--porcelain")
    monkeypatch.chdir(beside.folder)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["diff", *words], catch_exceptions=False)

    found = json.loads(run("git:HEAD", "old", "--format", "json").stdout)
    assert found["old"]["ref"] == f"git:HEAD@{commit}:old"
    assert [item["id"] for item in found["items"]] == ["trade.big"]
    assert run("git:HEAD:old", "git:HEAD:old", "--fail-on", "any").exit_code == 0
    assert git(beside.folder, "status", "--porcelain") == before
    for words, said in (
        ("git:nowhere", "there is no commit `nowhere`"),
        ("git:HEAD:missing", "there is no policy `missing` in HEAD"),
        ("git:HEAD:../..", "leads out of the repository"),
        ("git:--help", "names no commit"),
        ("git:", "names no commit"),
    ):
        done = run(words, "old")
        assert (done.exit_code, said in done.stderr) == (2, True), done.stderr


def test_no_line_but_one_of_a_test_is_wider_than_80(beside: Beside) -> None:
    facts = str(beside.folder / "facts.yaml")
    for edit in (LOOSER, STRICTER, ("is not CH", "is not CN"), *(edit for edit, _ in TOLD)):
        for line in beside.diff("--facts", facts, edits=(edit,)).stdout.splitlines():
            assert len(line) <= 80, line


def test_equal_is_never_said(beside: Beside) -> None:
    for edit in (LOOSER, IDLE):
        said = beside.diff(edits=(edit,)).stdout
        assert not re.search(r"\bequal\b", said)
        assert "not found is no proof that there is" in said
    assert "no proof" not in beside.diff(edits=(TEXT,)).stdout


def test_directions_by_all_pairs_of_ranges() -> None:
    """Of a chain of three: what `surely` says holds for every outcome within the ranges."""
    ranges = [OutcomeRange(low, high) for low, high in product(range(3), repeat=2) if low <= high]
    for old, new in product(ranges, ranges):
        one, other = range(old.must, old.may + 1), range(new.must, new.may + 1)
        sure = surely(old, new)
        assert (sure == "looser") == all(b < a for a in one for b in other)
        assert (sure == "stricter") == all(b > a for a in one for b in other)
        assert sure in ("none", direction(old, new))
        assert (direction(old, new), certainty(old, new)) != ("none", "same") or old == new
    assert (direction(OutcomeRange(0, 3), OutcomeRange(0, 0)), certainty(OutcomeRange(0, 3), OutcomeRange(0, 0))) == (
        "looser",
        "more",
    )
    assert direction(OutcomeRange(0, 3), OutcomeRange(1, 1)) == "none"


@settings(max_examples=examples(40))
@given(policy_texts(), st.integers(0, 6))
def test_of_generated_policies_what_was_taken_out_is_removed_and_nothing_else(text: str, place: int) -> None:
    policy = compiled(text)
    found = re.findall(r"(?ms)^rule r\d+\n.*?(?=^(?:rule|exception|gap|table|score|obligation|check|module) |\Z)", text)
    if policy is None or not found:
        return
    other = compiled(text.replace(found[place % len(found)], ""))
    if other is None:
        return
    items = [item for item in changed_items(policy, other) if item.kind not in ("text", "exceptions")]
    gone = policy.rules.keys() - other.rules.keys()

    assert changed_items(policy, policy) == ()
    assert {item.id for item in items if item.kind == "removed"} >= gone - {
        item.was for item in items if item.kind == "renamed"
    }
    assert all(item.kind == "removed" or item.id in other.rules for item in items)
