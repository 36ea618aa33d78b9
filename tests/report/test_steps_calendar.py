"""Answers over time as a calendar: what turns is an event, which moves or is cancelled where the calendar is mended."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from icalendar import Calendar

from licet.cli.main import main

POLICY = """module trade "Trade" jurisdiction US
  authority L "Law"
entity Permit "permit"
  until : date "until"
entity Deal "deal"
  permit : Permit "permit"
decision licensing of d: Deal "licensing" outcomes free < licence otherwise licence
decision fee of d: Deal "fee" outcomes none < due otherwise none
exception permitted to needed for d: Deal cites L "1" when d.permit.until is at least as_of
  then licensing of d is free
rule needed for d: Deal cites L "2" when true then licensing of d is licence
rule fees for d: Deal cites L "3" in force from 2026-05-01 when true then fee of d is due
"""
FACTS = """Permit:
  - {id: a1, until: 2026-03-31}
  - {id: a2, until: 2026-08-31}
Deal:
  - {id: d1, permit: a1}
  - {id: d2, permit: a1}
  - {id: d3, permit: a2}
"""
TOLD = [
    (date(2026, 4, 1), "Licensing: free -> licence, because until of Permit", 0, "CONFIRMED"),
    (date(2026, 5, 1), "Fee: none -> due, because fees is now in force", 0, "CONFIRMED"),
    (date(2026, 9, 1), "Licensing: free -> licence, because until of Permit", 0, "CONFIRMED"),
]


class Desk:
    """A folder with a policy, an inventory and its calendar."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "trade.licet").write_text(POLICY, encoding="utf-8")
        self.record(FACTS)

    def record(self, facts: str) -> None:
        (self.folder / "facts.yaml").write_text(facts, encoding="utf-8")

    def decide(self, *words: str, first: str = "2026-01-01", last: str = "2026-12-31") -> Result:
        given = ["decide", str(self.folder / "facts.yaml"), "--policy", str(self.folder), "--from", first, "--to", last]
        return CliRunner().invoke(main, [*given, "--calendar", str(self.folder / "own.ics"), *words])

    def events(self, *words: str, **days: str) -> dict[str, Any]:
        done = self.decide(*words, **days)
        assert done.exit_code == 0, done.output
        written = Calendar.from_ical((self.folder / "own.ics").read_bytes())
        return {str(event["UID"]): event for event in written.walk("VEVENT")}

    def told(self, *words: str, **days: str) -> list[tuple[date, str, int, str]]:
        return [
            (event["DTSTART"].dt, str(event["SUMMARY"]), int(event["SEQUENCE"]), str(event["STATUS"]))
            for event in self.events(*words, **days).values()
        ]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_turns_is_an_event_for_all_with_whom_it_turns(desk: Desk) -> None:
    assert desk.told() == TOLD
    first, *_ = desk.events().values()
    assert str(first["DESCRIPTION"]).split("\n") == [
        "Because until of Permit.",
        "Licensing: free -> licence, of 2 subjects.",
        "As if on each day; facts and law as they are now. Not legal advice.",
    ]
    assert first["DTEND"].dt == date(2026, 4, 2)


def test_nothing_recorded_is_named_unless_that_is_asked_for(desk: Desk) -> None:
    desk.events()
    silent = (desk.folder / "own.ics").read_text(encoding="utf-8")
    first, *_ = desk.events("--names").values()

    said = "".join(line for line in silent.splitlines() if not line.startswith("UID"))
    assert not [name for name in ("a1", "a2", "d1", "d2", "d3") if name in said]
    assert str(first["SUMMARY"]).endswith("because until of Permit/a1")
    assert "Deal d1, Deal d2" in str(first["DESCRIPTION"])


def test_a_day_that_moves_moves_its_event(desk: Desk) -> None:
    before = desk.events()
    assert desk.told() == TOLD  # again, and nothing is another
    desk.record(FACTS.replace("2026-03-31", "2026-06-30"))
    after = desk.events()

    assert before.keys() == after.keys()
    moved = [uid for uid, event in after.items() if event["SEQUENCE"] == 1]
    assert [(before[uid]["DTSTART"].dt, after[uid]["DTSTART"].dt) for uid in moved] == [
        (date(2026, 4, 1), date(2026, 7, 1))
    ]


def test_what_is_no_longer_due_is_cancelled_once(desk: Desk) -> None:
    desk.told()
    desk.record(FACTS.replace("2026-03-31", "2027-06-30"))

    assert desk.told() == [(*TOLD[0][:2], 1, "CANCELLED"), *TOLD[1:]]
    assert desk.told() == TOLD[1:]


def test_what_lies_outside_of_the_days_that_are_asked_for_stays_or_is_past(desk: Desk) -> None:
    desk.told()

    assert desk.told(first="2026-04-15", last="2026-06-30") == TOLD[1:]


def test_lines_are_folded_and_what_files_say_is_text(desk: Desk) -> None:
    hostile = "END:VEVENT;,\\n \\\\ \U0001f600" * 8
    desk.record(FACTS.replace("d1", f"'{hostile}'"))
    first, *_ = (events := desk.events("--names")).values()
    written = (desk.folder / "own.ics").read_bytes()

    assert len(events) == 3
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert f"Deal {hostile}, Deal d2" in str(first["DESCRIPTION"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--calendar", "own.txt"), "is no calendar by its name; name it .ics"),
        (("--calendar", "other.ics"), "was not written by `licet decide`; name another file"),
        (("--calendar", "torn.ics"), "is not as `licet decide` writes one; put the calendar back, or remove it"),
    ],
)
def test_what_is_no_calendar_of_its_own_stays_as_it_is(
    desk: Desk, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk.folder)
    Path("other.ics").write_text("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", encoding="utf-8")
    desk.events()
    whole = Path("own.ics").read_bytes()
    Path("torn.ics").write_bytes(whole.replace(b"SEQUENCE:0", b"SEQUENCE:", 1))
    done = desk.decide(*words)

    assert done.exit_code == 2
    assert said in done.stderr
    assert Path("other.ics").read_text(encoding="utf-8").startswith("BEGIN:VCALENDAR\nEND")


def test_a_calendar_is_of_days(desk: Desk) -> None:
    given = ["decide", str(desk.folder / "facts.yaml"), "--policy", str(desk.folder)]
    for words, said in ((["--calendar", "a.ics"], "add --from and --to"), (["--names"], "add --calendar FILE")):
        done = CliRunner().invoke(main, [*given, *words])
        assert done.exit_code == 2
        assert said in done.stderr
