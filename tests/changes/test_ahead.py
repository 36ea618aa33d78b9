"""`watch --ahead`: what is told is what deciding on each day says; duties and days fall due as they are recorded."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from icalendar import Calendar
from jsonschema.validators import validator_for

from licet.changes.causes.worlds import WorldOnDay
from licet.cli.main import main
from licet.decide.ahead import ahead
from licet.decide.dates import own_day
from licet.decide.from_outcome import decidable, decisions_of
from licet.facts.store import Facts, Record
from licet.resources import schema_file
from licet.values import Range
from tests.changes.stories import POLICY, decided, telling_facts
from tests.examples import examples
from tests.run.worlds import accepted

DAYS, FIRST = 30, date(2025, 8, 1)
SMALL = """module trade "Trade" jurisdiction US
  authority L "Law"
entity Party "party"
entity Permit "permit"
  until : date "until"
entity Deal "deal"
  buyer : Party "buyer"
  permit : Permit "permit"
  report : date "report"
  date : date "date"
parameter grace : number "grace" is 1 until 2026-03-20 is 2 from 2026-03-20
decision licensing of d: Deal "licensing" as of d.date outcomes free < licence otherwise licence
rule permitted for d: Deal cites L "1" when d.permit.until is on or after as_of then licensing of d is free
obligation tell for d: Deal cites L "2" in force from 2026-03-10 then d.buyer must "report" by d.report
obligation keep for d: Deal cites L "3" when d.permit.until is before as_of
  then d.buyer must "keep records" until d.report
"""
FACTS = """as_of: 2026-03-01
Party:
  - {id: acme}
Permit:
  - {id: a1, until: 2026-03-15}
Deal:
  - {id: standing, buyer: acme, permit: a1, report: 2026-03-31, date: not applicable}
  - {id: range, buyer: acme, permit: a1, report: {at_least: 2026-02-01, at_most: 2026-03-25}, date: 2026-03-12}
  - {id: over, buyer: acme, permit: a1, report: 2026-02-01, date: 2026-03-12}
  - {id: never, buyer: acme, permit: a1, report: not applicable, date: 2026-03-12}
  - {id: open, buyer: acme, permit: a1, date: 2026-03-12}
"""


def with_planned(facts: Facts, dice: random.Random) -> Facts:
    """One of the deals has its day around the days that are asked about."""
    deals = dict(facts.entities["Deal"])
    id_ = dice.choice(sorted(deals))
    deals[id_] = Record({**deals[id_].facts, "date": FIRST + timedelta(dice.randint(-5, DAYS + 10))})
    return replace(facts, entities={**facts.entities, "Deal": deals})


def test_what_is_told_ahead_is_what_each_day_says() -> None:
    policy, told = accepted(POLICY), Counter[str]()
    for seed in range(examples(62)):
        facts = with_planned(telling_facts(random.Random(seed)), random.Random(seed))
        for as_if in (False, True):
            found = ahead(policy, facts, FIRST, DAYS, as_if=as_if)
            planned = {(one.subject, one.decision): one for one in found.planned}
            for subject in decidable(policy, facts):
                own = own_day(policy.entities[subject.type], facts.record(subject).get, date.min)
                for decision in decisions_of(policy, subject.type):
                    each = [
                        decided(WorldOnDay(policy, facts, FIRST + timedelta(n), as_if), subject, decision.name)
                        for n in range(DAYS + 1)
                    ]
                    turns = [FIRST + timedelta(n) for n in range(1, DAYS + 1) if each[n] != each[n - 1]]
                    mine = [one for one in found.answers if (one.subject, one.decision) == (subject, decision.name)]
                    assert [one.day for one in mine] == turns, (seed, subject)
                    assert all(one.after.answers == each[(one.day - FIRST).days] for one in mine)
                    assert all(one.before.answers == each[(one.day - FIRST).days - 1] for one in mine)
                    told["turned"] += len(turns)
                    one = planned.pop((subject, decision.name), None)
                    falls = not as_if and isinstance(own, date) and FIRST <= own <= FIRST + timedelta(DAYS)
                    assert (one is not None) == falls
                    if one is not None:
                        told["planned"] += 1
                        assert (one.day, one.answers) == (own, each[0])
            assert not planned
    assert min(told["turned"], told["planned"]) > 10, told


def test_of_a_recorded_range_both_ends_fall_due() -> None:
    policy, facts = accepted(POLICY), telling_facts(random.Random(1))
    said = Range(FIRST, FIRST + timedelta(5))
    deals = {id_: Record({**record.facts, "deadline": said}) for id_, record in facts.entities["Deal"].items()}
    facts = replace(facts, entities={**facts.entities, "Deal": deals})
    found = {(one.day, one.cause.of) for one in ahead(policy, facts, FIRST, 5, as_if=False).days}
    assert {(day, f"Deal/{id_}") for day in (FIRST, FIRST + timedelta(5)) for id_ in deals} <= found
    assert not any(
        one.cause.of in dict(found) for one in ahead(policy, facts, FIRST + timedelta(1), 3, as_if=False).days
    )


class WatchDesk:
    """A folder with a policy and an inventory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "trade.licet").write_text(SMALL, encoding="utf-8")
        (folder / "facts.yaml").write_text(FACTS, encoding="utf-8")

    def ahead(self, *words: str, days: int = 30) -> Result:
        line = ["watch", str(self.folder / "facts.yaml"), "--policy", str(self.folder), "--ahead", f"{days}"]
        return CliRunner().invoke(main, [*line, *words])

    def document(self, *words: str, days: int = 30) -> Any:
        done = self.ahead("--format", "json", *words, days=days)
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)
        schema = json.loads(schema_file("ahead-1.json").read_text(encoding="utf-8"))
        kind = validator_for(schema)
        kind.check_schema(schema)
        kind(schema).validate(found)
        return found


@pytest.fixture
def desk(tmp_path: Path) -> WatchDesk:
    return WatchDesk(tmp_path)


def test_duties_fall_due_on_their_day_also_those_that_begin_meanwhile(desk: WatchDesk) -> None:
    found = [(one["day"], one["subject"]["id"], one["act"]) for one in desk.document()["duties"]]
    assert found == [
        ("2026-03-01", "range", "report"),  # perhaps: the range began before
        ("2026-03-31", "standing", "keep records"),  # due from 2026-03-16 on
        ("2026-03-31", "standing", "report"),  # from 2026-03-10 on
        (None, "open", "report"),
    ]
    assert not desk.document(days=8)["duties"][1:-1]


def test_days_that_are_recorded_or_written(desk: WatchDesk) -> None:
    found = [(one["day"], one["kind"], one["of"], one["role"]) for one in desk.document()["days"]]
    assert found == [
        ("2026-03-10", "rule", "trade.tell", "begins"),
        ("2026-03-15", "fact", "Permit/a1", None),
        ("2026-03-20", "parameter", "grace", "begins"),
        ("2026-03-20", "parameter", "grace", "ends"),
    ]
    answers = desk.document()["answers"]
    assert [(one["day"], one["subject"]["id"], one["must"]) for one in answers] == [
        ("2026-03-16", "standing", "licence")
    ]


@pytest.mark.parametrize(("limit", "due"), [(29, False), (30, True), (60, True), (61, False)])
def test_law_is_to_be_read_again_on_the_last_day_on_which_it_stands(desk: WatchDesk, limit: int, due: bool) -> None:
    """Read on 2026-01-30 and asked about from 2026-03-01 to 2026-03-31; 2026-02-28 is past."""
    coverage = f"coverage of L as read 2026-01-30 review within {limit} days\n  encoded "
    (desk.folder / "trade.licet").write_text(f'{SMALL}{coverage}"1"\n', encoding="utf-8")
    (desk.folder / "more.licet").write_text(f'module more "More"\nuse trade\n{coverage}"2"\n', encoding="utf-8")
    day = (date(2026, 1, 30) + timedelta(limit)).isoformat()
    told = [{"day": day, "authority": "L", "module": name, "as_read": "2026-01-30"} for name in ("more", "trade")]
    assert desk.document()["readings"] == (told if due else [])
    assert desk.ahead().stdout.count("L, as read on 2026-01-30, is to be read again") == due
    desk.ahead("--calendar", str(desk.folder / "own.ics"))
    events = Calendar.from_ical((desk.folder / "own.ics").read_bytes()).walk("VEVENT")
    days = [str(event["DTSTART"].dt) for event in events if "read again" in event["SUMMARY"]]
    assert days == ([day, day] if due else [])


def test_law_to_be_read_again_falls_due(desk: WatchDesk) -> None:
    coverage = 'coverage of L as read 2026-01-30 review within 32 days\n  encoded "1"\n'
    (desk.folder / "trade.licet").write_text(SMALL + coverage, encoding="utf-8")
    (desk.folder / "facts.yaml").write_text(FACTS[: FACTS.index("  - {id: range")].replace("2026-03-31", "2026-05-31"))
    assert [desk.ahead("--fail-on", "due", days=days).exit_code for days in (1, 2)] == [0, 1]


def test_as_if_on_a_day_time_passes_for_all(desk: WatchDesk) -> None:
    found = desk.document("--as-of", "2026-03-01")
    assert (found["without_own_day"], len(found["answers"]), found["planned"]) == (5, 5, [])


def test_the_calendar_has_an_event_for_each_and_is_mended(desk: WatchDesk) -> None:
    file = desk.folder / "own.ics"
    for words in ((), ("--names",)):
        done = desk.ahead("--calendar", str(file), *words)
        assert done.exit_code == 0, done.output
        events = list(Calendar.from_ical(file.read_bytes()).walk("VEVENT"))
        days = Counter(str(event["DTSTART"].dt) for event in events)
        assert days == Counter(
            {
                "2026-03-16": 1,
                "2026-03-12": 4,
                "2026-03-10": 1,
                "2026-03-15": 1,
                "2026-03-20": 2,
                "2026-03-31": 2,
                "2026-03-01": 1,
            }
        )
        assert ("acme" in file.read_text()) == bool(words)
        assert {int(event["SEQUENCE"]) for event in events} == ({0, 1} if words else {0})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--snapshot", "kept"), "name one of the two"),
        (("--names",), "add --calendar"),
        (("--calendar", "own.txt"), "name it .ics"),
        (("--fail-on", "looser"), "nothing is compared"),
        (("--as-of", "9999-12-30"), "there are no 30 days after"),
        (("--ahead", "4000000000"), "there are no 4,000,000,000 days after"),
    ],
)
def test_what_is_asked_wrongly_is_told(desk: WatchDesk, words: tuple[str, ...], told: str) -> None:
    found = desk.ahead(*words)
    assert (found.exit_code, told in found.output) == (2, True), found.output


def test_fail_on_due(desk: WatchDesk) -> None:
    assert desk.ahead("--fail-on", "due").exit_code == 1
    (desk.folder / "facts.yaml").write_text(FACTS[: FACTS.index("  - {id: range")].replace("2026-03-31", "2026-05-31"))
    assert desk.ahead("--fail-on", "due", days=5).exit_code == 0
    assert "nothing falls due" in desk.ahead("--fail-on", "due", days=5).stdout
    line = ["watch", str(desk.folder / "facts.yaml"), "--policy", str(desk.folder), "--snapshot", "kept"]
    assert CliRunner().invoke(main, [*line, "--fail-on", "due"]).exit_code == 2
