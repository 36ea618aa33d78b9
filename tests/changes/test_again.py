"""What is decided again: the rows are those of a full run, whatever was edited, and only some subjects were decided."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from licet.changes.watch.touched import touched_by_facts, touched_by_law
from licet.cli.main import main
from licet.facts.store import Facts, Record
from licet.ir import policy as ir
from licet.run.reference.traced import UNSTATED, WHOLE
from licet.values import Range, State
from tests.changes.editing import FAULTS, WIDER, EditedWorld, EditTally, chain, touched
from tests.examples import examples
from tests.run.worlds import accepted

SMALL = """module trade "Trade" jurisdiction US
  authority L "Law"
entity Party "party"
  listed : boolean "listed"
entity Deal "deal"
  buyer : Party "buyer"
  until : date "until"
relation permit(of: Deal, until: date) "permit"
decision licensing of d: Deal "licensing" outcomes free < ask < licence otherwise free
rule listed for d: Deal cites L "1" when d.buyer.listed then licensing of d is licence
rule over for d: Deal cites L "2" when as_of is after d.until then licensing of d is ask
exception permitted to over for d: Deal cites L "3" when some p in permit where (p.of is d)
"""
MONDAY = """as_of: 2026-03-02
Party:
  - {id: acme, listed: no}
  - {id: bolt, listed: no}
Deal:
  - {id: one, buyer: acme, until: 2026-03-10}
  - {id: two, buyer: bolt, until: 2026-05-01}
  - {id: three, buyer: bolt}
"""


@pytest.mark.slow
def test_rows_are_those_of_a_full_run_and_a_forgotten_key_is_seen() -> None:
    policy, tally = accepted(WIDER), EditTally()
    for seed in range(examples(40)):
        chain(policy, random.Random(seed), 10, tally, FAULTS)

    assert not tally.wrong, tally.first_wrong
    assert tally.changed > 100, tally
    assert tally.decided < tally.answers * 0.7, tally
    assert all(tally.caught[fault] for fault in FAULTS), tally.caught


class WatchedFolder:
    """A folder with a policy and an inventory, watched from day to day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "policy.licet").write_text(SMALL, encoding="utf-8")

    def watch(self, facts: str, *words: str) -> Result:
        (self.folder / "facts.yaml").write_text(facts, encoding="utf-8")
        line = ["watch", str(self.folder / "facts.yaml"), "--policy", str(self.folder / "policy.licet")]
        return CliRunner().invoke(main, [*line, "--snapshot", str(self.folder / "kept"), *words])

    def decided(self, facts: str, *words: str) -> tuple[int, list[str]]:
        """How many subjects were decided, and who has an event."""
        done = self.watch(facts, "--format", "json", *words)
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)
        return found["decided"], [event["subject"]["id"] for event in found["events"]]

    def kept(self, number: int) -> dict[str, dict[str, Any]]:
        rows = pq.read_table(self.folder / "kept" / f"{number}" / "answers.parquet").to_pylist()
        return {row["id"]: row for row in rows}


@pytest.fixture
def watched(tmp_path: Path) -> WatchedFolder:
    return WatchedFolder(tmp_path)


def test_only_who_reads_what_changed_is_decided_again(watched: WatchedFolder) -> None:
    assert watched.decided(MONDAY) == (3, [])
    assert watched.decided(MONDAY) == (0, [])
    assert watched.decided(MONDAY.replace("acme, listed: no", "acme, listed: yes")) == (1, ["one"])
    assert watched.decided(MONDAY.replace("acme, listed: no", "acme, listed: yes"), "--full") == (3, [])
    assert watched.decided(MONDAY) == (3, ["one"])  # a full run keeps nothing of what was read
    assert watched.decided(MONDAY + "permit:\n  - {of: two, until: 2026-01-01}\n") == (
        1,
        [],
    )  # it was looked for, and not needed
    later = MONDAY.replace("as_of: 2026-03-02", "as_of: 2026-03-11")
    later += "permit:\n  - {of: two, until: 2026-01-01}\n"
    assert watched.decided(later) == (1, ["one"])  # that alone has turned
    assert watched.decided(later + "  - {of: one, until: 2026-01-01}\n") == (1, ["one"])


def test_since_when_an_answer_is_what_it_is_and_until_when(watched: WatchedFolder) -> None:
    later = MONDAY.replace("as_of: 2026-03-02", "as_of: 2026-03-11")
    watched.watch(MONDAY)
    watched.watch(later)
    first, second = watched.kept(1), watched.kept(2)
    days = date(2026, 3, 2), date(2026, 3, 11)
    assert {id_: row["next_turn"] for id_, row in first.items()} == {
        "one": days[1],
        "two": date(2026, 5, 2),
        "three": date(2036, 3, 3),  # nothing turns in the ten years that are looked ahead
    }
    assert {id_: row["since"] for id_, row in second.items()} == {"one": days[1], "two": days[0], "three": days[0]}
    assert {row["as_of"] for row in second.values()} == {days[1]}


def test_the_first_day_of_all_is_a_day_of_its_own(watched: WatchedFolder) -> None:
    policy = SMALL.replace('"until"\nrelation', '"until"\n  date : date "date"\nrelation')
    (watched.folder / "policy.licet").write_text(policy.replace('"licensing" out', '"licensing" as of d.date out'))
    facts = MONDAY.replace("until: 2026-03-10", "until: 2026-01-01, date: 0001-01-01")
    assert watched.decided(facts) == (3, [])
    assert watched.kept(1)["one"]["as_of"] == date(1, 1, 1)
    assert watched.decided(facts, "--full") == (3, [])


def test_days_and_memory_may_end_with_the_calendar(watched: WatchedFolder) -> None:
    last = ("--as-of", "9999-12-31", "--memory", "4000000")
    assert watched.decided(MONDAY, *last) == (3, [])
    assert watched.decided(MONDAY.replace("acme, listed: no", "acme, listed: yes"), *last) == (3, ["one"])


def test_without_facts_nothing_is_kept_of_what_was_read(watched: WatchedFolder) -> None:
    for _ in range(2):
        assert watched.decided(MONDAY, "--no-facts") == (3, [])
    assert not list(watched.folder.glob("kept/*/reads.parquet"))
    assert watched.decided(MONDAY) == (3, [])


def test_another_vocabulary_touches_everything() -> None:
    policy = accepted(WIDER)
    assert list(touched_by_law(policy, policy) or ()) == []
    other = accepted(WIDER.replace("takes_part(deal: Deal, who: Party)", "takes_part(deal: Deal, who: Party) open"))
    assert touched_by_law(policy, other) is None
    assert touched_by_law(policy, accepted(WIDER.replace('"buyer"', '"who buys"'))) is not None


DATED = """module deals "Deals"
  authority L "Law"
entity Deal "deal"
  amount : number "amount"
  signed : date "signed"
  sent : date "sent"
  paid : date "paid"
{parameters}
decision licensing of d: Deal "licensing" outcomes free < ask otherwise free
rule big for d: Deal cites L "1" when {condition} then licensing of d is ask
"""
SINCE = "is {} from 2000-01-01"
YEARLY = " ".join(f"is {year % 2} from {year}-01-01 until {year + 1}-01-01" for year in range(2000, 2020))
VAGUE = Range(date(2000, 1, 1), date(2019, 12, 31))


@pytest.mark.parametrize(
    ("condition", "day", "before", "after"),
    [
        ("d.amount is at least p on d.signed", date(2024, 1, 1), SINCE.format(2), SINCE.format(9)),
        ("total (p on e.signed) over e in Deal is at least 5", date(2024, 1, 1), SINCE.format(2), SINCE.format(9)),
        ("d.amount is at least p on d.signed + p on d.sent + p on d.paid", VAGUE, YEARLY, SINCE.format(0)),
    ],
    ids=["beside a fact", "in a total", "on more days than are tried"],
)
def test_a_parameter_that_is_read_on_another_day_is_read(
    condition: str, day: date | Range, before: str, after: str
) -> None:
    said = [f'parameter p : number "p" {rows}' for rows in (before, after)]
    old, new = (accepted(DATED.format(parameters=one, condition=condition)) for one in said)
    facts = Facts({"Deal": {"d": Record({"amount": 5, "signed": day, "sent": day, "paid": day})}}, {}, None)
    worlds = [EditedWorld(policy, facts, date(2025, 8, 1), as_if=False) for policy in (old, new)]
    known, _ = worlds[0].again(None, ())
    found, decided = worlds[1].again(known, touched(*worlds) or ())
    assert (decided, found.table.to_pylist()) == (1, worlds[1].in_full().table.to_pylist())
    assert found.table.to_pylist() != known.table.to_pylist()


def test_a_country_that_follows_another_is_touched_with_it() -> None:
    policy = accepted(WIDER)
    spans = ir.Interval(None, date(2025, 1, 1)), ir.Interval(date(2026, 1, 1), None)
    follows = (ir.Territory("HK", "CN", date(2030, 1, 1), ""),)

    def with_members(*codes: str) -> ir.Policy:
        members = tuple(ir.Membership(code, span, "") for code, span in zip(codes, spans, strict=True))
        return replace(policy, lists={**policy.lists, "lst": replace(policy.lists["lst"], members=members)})

    old, new = (
        replace(one, lists={**one.lists, "lst": replace(one.lists["lst"], territories=follows)})
        for one in (with_members("HK", "CN"), with_members("CN", "HK"))
    )
    keys = {key for key in touched_by_law(old, new) or () if key[1] == "lst"}
    assert keys == {("list", "lst", WHOLE), ("list", "lst", "'HK"), ("list", "lst", "'CN")}


def test_what_a_change_touches() -> None:
    policy = accepted(WIDER)
    before = Facts({"Party": {"a": Record({"country": "CH"})}}, {}, None)
    after = Facts(
        {"Party": {"a": Record({"country": Range(date(2026, 1, 1), None), "listed": State.NOT_APPLICABLE})}}, {}, None
    )
    assert set(touched_by_facts(before, after, policy)) == {
        ("fact", "Party", "a", "country"),
        ("in", "Party", "country", "'CH"),
        ("in", "Party", "country", UNSTATED),
        ("fact", "Party", "a", "listed"),
        ("in", "Party", "listed", UNSTATED),  # it did not say
    }
    row = Record({"deal": "d", "who": "a"})
    with_row = Facts(before.entities, {"takes_part": (row, row)}, None)
    assert set(touched_by_facts(Facts(before.entities, {"takes_part": (row,)}, None), with_row, policy)) == {
        ("in", "takes_part", WHOLE),
        ("in", "takes_part", "deal", "'d"),
        ("in", "takes_part", "who", "'a"),
    }
