"""`licet watch`: snapshots that are whole or not there, events, and what is refused or not verified."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from jsonschema.validators import validator_for

from licet.changes.law import law_digest
from licet.changes.watch.kept_facts import read_again
from licet.changes.watch.run import policy_of
from licet.changes.watch.snapshots import Snapshots
from licet.cli.main import main
from licet.loading.policy_files import load_policy
from licet.report.claims import locked
from licet.resources import schema_file
from tests.conftest import ROOT
from tests.language.cases import Case

SCHEMA = json.loads(schema_file("watch-1.json").read_text(encoding="utf-8"))
POLICY = """module trade "Trade" jurisdiction US
  authority L "Law"
entity Party "party"
  listed : boolean "listed"
entity Deal "deal"
  buyer : Party "buyer"
  amount : number "amount"
  date : date "date"
decision licensing of d: Deal "licensing" as of d.date outcomes free < ask < licence otherwise free details form, fee
rule listed for d: Deal cites L "1" when d.buyer.listed then licensing of d is licence
rule large for d: Deal cites L "2" when d.amount is at least 10 then licensing of d is licence with form
rule soon for d: Deal cites L "3" in force from 2026-06-01 not enforced from 2026-07-01 "announced"
  when d.amount is at least 5 then licensing of d is ask
"""
MONDAY = """as_of: 2026-03-02
Party:
  - {id: acme, listed: no}
  - {id: bolt, listed: no}
Deal:
  - {id: past, buyer: acme, amount: 5, date: 2026-01-05}
  - {id: standing, buyer: acme, amount: 5, date: not applicable}
  - {id: large, buyer: bolt, amount: 20, date: not applicable}
"""


class Story:
    """A folder with a policy and the inventory of each day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = folder / "kept"
        self.write("policy.licet", POLICY)
        self.facts("monday")

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def facts(self, day: str, *edits: tuple[str, str]) -> None:
        text = MONDAY
        for before, after in edits:
            assert before in text, before
            text = text.replace(before, after)
        self.write(f"{day}.yaml", text)

    def watch(self, day: str, *words: str, policy: str = "policy.licet") -> Result:
        line = ["watch", str(self.folder / f"{day}.yaml"), "--inventory", "deals", "--snapshot", str(self.kept)]
        line += ["--policy", str(self.folder / policy), *words]
        return CliRunner().invoke(main, line, catch_exceptions=False)

    def document(self, day: str, *words: str, policy: str = "policy.licet") -> Any:
        found = json.loads(self.watch(day, "--format", "json", *words, policy=policy).stdout)
        validator_for(SCHEMA)(SCHEMA).validate(found)
        return found

    def events(self, day: str, *words: str, policy: str = "policy.licet") -> dict[str, Any]:
        return {one["subject"]["id"]: one for one in self.document(day, *words, policy=policy)["events"]}


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def named(event: Any) -> list[list[tuple[str, str, str | None]]]:
    return [[(one["kind"], one["of"], one["field"]) for one in told] for told in event["causes"]["sets"]]


# ---- events


def test_the_past_is_corrected_and_the_present_changes(story: Story) -> None:
    story.watch("monday")
    story.facts("tuesday", ("03-02", "03-03"), ("acme, listed: no", "acme, listed: yes"))
    found = story.events("tuesday")

    assert {id_: event["event"] for id_, event in found.items()} == {"past": "corrected", "standing": "changed"}
    assert named(found["past"]) == named(found["standing"]) == [[("fact", "Party/acme", "listed")]]


def test_time_passes_for_what_has_no_day_of_its_own(story: Story) -> None:
    story.watch("monday")
    story.facts("june", ("2026-03-02", "2026-06-01"))
    found = story.events("june")

    assert named(found.pop("standing")) == [[("rule clock", "trade.soon", None)]]
    assert not found
    story.facts("july", ("2026-03-02", "2026-07-01"))
    (move, *_) = story.events("july")["standing"]["moves"]
    assert (move["what"], move["from"], move["to"], move["direction"]) == (
        "enforced",
        ["ask"] * 2,
        ["free"] * 2,
        "looser",
    )


def test_a_range_is_settled_and_opens_again(story: Story) -> None:
    story.watch("monday")
    story.facts("open", ("03-02", "03-03"), ("acme, listed: no", "acme, listed: unknown"))
    assert story.events("open", "--fail-on", "open")["standing"]["event"] == "reopened"
    story.facts("closed", ("03-02", "03-04"), ("acme, listed: no", "acme, listed: yes"))
    found = story.events("closed", "--memory", "0")["standing"]
    assert (found["event"], found["moves"][0]["certainty"], found["moves"][0]["direction"]) == (
        "settled",
        "more",
        "stricter",
    )


def test_what_comes_back_is_reopened_as_long_as_it_is_remembered(story: Story) -> None:
    story.watch("monday")
    story.facts("tuesday", ("03-02", "03-03"), ("acme, listed: no", "acme, listed: yes"))
    story.watch("tuesday")
    story.facts("later", ("03-02", "03-20"))
    assert story.watch("later", "--memory", "17", "--fail-on", "reopened").exit_code == 0
    story.facts("again", ("03-02", "03-21"), ("acme, listed: no", "acme, listed: yes"))
    found = story.events("again", "--memory", "18")["standing"]
    assert (found["event"], found["was_so_in"]) == ("reopened", 2)


def test_details_alone_and_other_reasons(story: Story) -> None:
    story.watch("monday")
    story.write("fee.licet", POLICY.replace("with form", "with fee"))
    found = story.events("monday", "--fail-on", "details", policy="fee.licet")
    assert [move["what"] for move in found["large"]["moves"]] == ["details"]
    assert named(found["large"]) == [[("rule", "trade.large", None)]]

    story.facts("both", ("bolt, listed: no", "bolt, listed: yes"))
    assert not story.events("both", policy="fee.licet")
    story.facts("one", ("bolt, listed: no", "bolt, listed: no"))
    found = story.events("one", "--reasons", policy="fee.licet")
    assert (found["large"]["event"], found["large"]["rules"]["after"]) == ("reasons", ["trade.large"])
    assert found["large"]["rules"]["before"] == ["trade.large", "trade.listed"]


@pytest.mark.parametrize(
    ("wanted", "code"), [("stricter", 1), ("looser", 0), ("any", 1), ("details", 0), ("open", 0), ("reopened", 0)]
)
def test_fail_on_names_what_happened(story: Story, wanted: str, code: int) -> None:
    assert story.watch("monday", "--fail-on", wanted).exit_code == 0
    story.facts("tuesday", ("acme, listed: no", "acme, listed: yes"))
    assert story.watch("tuesday", "--fail-on", wanted).exit_code == code


def test_a_rule_that_is_renamed_and_moved_is_no_event(story: Story) -> None:
    story.watch("monday")
    story.write("new.licet", POLICY.replace("rule listed", "rule on_the_list").replace("module trade", "module deals"))
    assert "no difference" in story.watch("monday", "--reasons", policy="new.licet").stdout


def test_the_cause_of_many_is_found_once_and_holds_for_each(story: Story) -> None:
    deals = "".join(f"  - {{id: n{i}, buyer: acme, amount: {i % 4}, date: not applicable}}\n" for i in range(30))
    story.write("monday.yaml", MONDAY + deals)
    story.watch("monday")
    story.write("tuesday.yaml", (MONDAY + deals).replace("acme, listed: no", "acme, listed: yes"))
    found = story.watch("tuesday").stdout

    assert found.count("because listed of Party/acme: no -> yes") == 2
    assert "Deal standing, n0, n1 and 28 more, licensing: changed" in found


def test_each_of_many_has_its_own_cause(story: Story) -> None:
    deals = "".join(f"  - {{id: n{i}, buyer: acme, amount: 1, date: not applicable}}\n" for i in range(40))
    story.write("monday.yaml", MONDAY + deals)
    first = story.document("monday")
    assert (first["compared_with"], first["events"], first["snapshot"]["number"]) == (None, [], 1)
    story.write("tuesday.yaml", (MONDAY + deals).replace("amount: 1,", "amount: 11,"))
    found = story.events("tuesday")

    assert {id_: named(event) for id_, event in found.items()} == {
        f"n{i}": [[("fact", f"Deal/n{i}", "amount")]] for i in range(40)
    }


# ---- snapshots


def test_a_snapshot_reads_back(story: Story) -> None:
    story.watch("monday")
    home = Snapshots(story.kept)
    last = home.last()
    assert last is not None

    policy = policy_of(last)
    assert law_digest(policy) == law_digest(load_policy([story.folder / "policy.licet"]))
    assert read_again(last, policy).facts.fingerprint == last.about["facts"]["fingerprint"]
    assert len(last.answers) == 3
    assert (story.kept / "latest").read_text() == "1\n"


def test_a_policy_of_several_folders_reads_back_where_they_are_gone(story: Story) -> None:
    """With a list, a table of another folder, and modules of the library."""
    own = 'module own "Own" jurisdiction US\n  authority L "Law"\nuse core.decisions\nuse core.lists\n'
    own += 'list mine of country from "mine.yaml" "mine"\n'
    own += 'rule far for t: Transfer cites L "1" when t.destination is in mine or t.destination is in country_group_e\n'
    own += "  then licensing of t is prohibited\n"
    story.write("own/own.licet", own)
    (story.folder / "own" / "lists").mkdir()
    head = "list: mine\ntitle: Mine\nsource: L\ncertainty: verified\ncovers: {from: 2024-01-01}\n"
    mine = f"{head}members:\n  - {{code: CH}}\n"
    story.write("own/lists/mine.yaml", mine)
    transfer = "{id: t, kind: export, destination: CH, date: 2025-09-01}"
    story.write("monday.yaml", f"Transfer:\n  - {transfer}\n")
    words = ("--as-of", "2025-09-01")
    assert story.watch("monday", *words, policy="own").exit_code == 0
    law = law_digest(load_policy([story.folder / "own"]))
    (story.folder / "own" / "own.licet").unlink()

    last = Snapshots(story.kept).last()
    assert last is not None
    assert law_digest(policy_of(last)) == law == last.law


def test_a_policy_that_is_named_by_a_link_is_kept(story: Story, tmp_path_factory: pytest.TempPathFactory) -> None:
    own = 'module own "Own" jurisdiction US\n  authority L "Law"\nuse core.decisions\n'
    own += 'rule all for t: Transfer cites L "1" then licensing of t is prohibited\n'
    file, link = (tmp_path_factory.mktemp(name) / "own.licet" for name in ("there", "here"))
    file.write_text(own, encoding="utf-8")
    link.symlink_to(file)
    story.write("monday.yaml", "Transfer:\n  - {id: t, kind: export, destination: CH, date: 2025-09-01}\n")
    words = ("--as-of", "2025-09-01")
    done = [story.watch("monday", *words, policy=str(link)) for _ in range(2)]

    assert [one.exit_code for one in done] == [0, 0], done[0].output
    assert "no difference" in done[1].stdout


def test_whenever_a_run_is_killed_the_last_snapshot_stands_and_the_next_run_goes_on(
    story: Story, tmp_path: Path
) -> None:
    story.watch("monday")
    story.facts("tuesday", ("03-02", "03-03"), ("acme, listed: no", "acme, listed: yes"))
    killed = tmp_path / "killed"
    killed.mkdir()
    words = [sys.executable, "-m", "tests.changes.killed", str(story.folder), str(story.kept), str(killed)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    steps, begun = int(done.stdout), 0
    for step in range(steps):
        story.kept = killed / str(step)
        begun += any(story.kept.glob(".partial-*"))
        last = Snapshots(story.kept).last()
        assert last is not None
        assert read_again(last, policy_of(last)).facts.fingerprint == last.about["facts"]["fingerprint"]
        found = story.watch("tuesday")
        assert found.exit_code == 0, (step, found.output)
        assert ("1 changed" in found.output) == (last.number == 1), step
        assert not list(story.kept.glob(".partial-*"))
        assert (story.kept / "latest").read_text() == f"{last.number + 1}\n"
    assert steps > 12
    assert begun > 8


def test_who_holds_the_folder_is_told(story: Story) -> None:
    story.watch("monday")
    with locked(story.kept / "latest"):
        found = story.watch("monday")
    assert found.exit_code == 2
    assert "another run (process " in found.output


@pytest.mark.parametrize("name", ["answers.parquet", "facts/monday.yaml", "policy/0/policy.licet"])
def test_a_file_that_was_changed_is_told(story: Story, name: str) -> None:
    story.watch("monday")
    file = story.kept / "1" / name
    file.write_bytes(file.read_bytes() + b"\n")
    found = story.watch("monday")
    assert found.exit_code == 2
    assert f"{name}` is not what was written" in found.output
    file.unlink()
    assert f"{name}` is missing" in story.watch("monday").output


def test_an_older_snapshot_that_was_changed_is_told(story: Story) -> None:
    story.watch("monday")
    story.watch("monday")
    about = story.kept / "1" / "snapshot.json"
    about.write_text(about.read_text().replace("2026-03-02", "2026-03-01"))
    assert "snapshot 1" in story.watch("monday").output
    assert story.watch("monday").exit_code == 2


def test_a_folder_that_would_be_read_as_facts_is_refused(story: Story) -> None:
    line = ["watch", str(story.folder), "--policy", str(story.folder / "policy.licet"), "--snapshot"]
    found = CliRunner().invoke(main, [*line, str(story.folder / "kept")])
    assert (found.exit_code, "would be read as facts" in found.output) == (2, True)
    assert CliRunner().invoke(main, [*line, str(story.folder / ".kept")]).exit_code == 0


# ---- what cannot be verified


def test_an_answer_that_the_reference_does_not_give_is_a_fault(story: Story) -> None:
    """Somebody wrote other answers, and their digests: no undoing of anything brings those back."""
    story.watch("monday")
    file, about = story.kept / "1" / "answers.parquet", story.kept / "1" / "snapshot.json"
    table, was = pq.read_table(file), "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
    for end in ("must", "may"):
        for name in (f"licensing.{end}", f"licensing.US.{end}", f"licensing.US.enforced_{end}"):
            values = ["ask" if one == "free" else one for one in table.column(name).to_pylist()]
            table = table.set_column(table.column_names.index(name), name, pa.array(values))
    pq.write_table(table, file)
    now = "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
    about.write_text(about.read_text().replace(was, now))

    assert "no difference" in story.watch("monday").stdout  # nothing changed that is read: it is taken over
    shutil.rmtree(story.kept / "2")
    (story.kept / "latest").write_text("1\n")
    found = story.watch("monday", "--full")
    assert found.exit_code == 3
    told = " ".join(found.output.split())
    assert "NOT VERIFIED: the answer before does not come back with all that changed undone" in told


def test_without_facts_a_cause_in_the_law_is_still_verified(story: Story) -> None:
    story.watch("monday", "--no-facts")
    assert not list(story.kept.rglob("*.yaml"))
    story.write("new.licet", POLICY.replace("at least 5", "at least 4").replace("from 2026-06-01", "from 2026-02-01"))
    found = story.events("monday", "--no-facts", policy="new.licet")
    assert named(found["standing"]) == [[("rule", "trade.soon", None)]]
    story.facts("tuesday", ("acme, listed: no", "acme, listed: yes"))
    told = story.document("tuesday", "--no-facts", policy="new.licet")
    assert told["records_changed"] == ["Party/acme"]
    assert {event["causes"] for event in told["events"]} == {None}


def test_ids_cannot_speak_to_a_terminal(story: Story) -> None:
    hostile = MONDAY.replace("id: standing", 'id: "st\u202eand \\u00e9|@#<b>"')
    story.write("monday.yaml", hostile)
    story.watch("monday")
    story.write("tuesday.yaml", hostile.replace("acme, listed: no", "acme, listed: yes"))
    found = story.watch("tuesday")
    assert "\u202e" not in found.output


def test_the_stories_are_told_on_a_narrow_screen() -> None:
    """Errors and what was typed apart, no line of a story is wider than 80 columns."""
    for page in sorted((ROOT / "fixtures" / "stories").rglob("*.md")):
        for block in Case.read(page).consoles():
            lines = [line for line in block[3].splitlines() if not line.startswith(("$ ", "error: "))]
            assert max(map(len, lines)) <= 80, page
