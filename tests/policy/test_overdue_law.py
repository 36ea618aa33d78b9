"""W015: law that should have been read again is told, with what rests on it; no answer hangs on it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import validator_for

import licet
from licet.cli.main import main
from licet.decide.overdue_law import overdue
from licet.diagnostics import Source
from licet.ir.canonical import fingerprint
from licet.ir.policy import Policy
from licet.resources import schema_file
from licet.syntax.format import format_policy
from licet.syntax.from_text import parse
from tests.run.worlds import accepted

NOT_READ = {"ECRA", "OtherLaws"}  # nobody read the text, so that no day can be written
POLICY = """module trade "Trade"
  authority L "Law"
  authority M "Manual"
entity Deal "deal"
  amount : number "amount"
  place : country "place"
decision fee of d: Deal "fee" outcomes none < due otherwise none
parameter ceiling : number "the ceiling"
  cites L "9"
  is 10 from 2020-01-01
coverage of L as read 2026-01-01{review}
  encoded "1"
  partly "2" because "some"
rule big for d: Deal cites L "1" when d.amount is more than ceiling then fee of d is due
rule small for d: Deal cites M "1" when d.amount is less than 0 then fee of d is due
gap rest for d: Deal cites L "2" when d.amount is 3 then fee of d may be due
check negative for d: Deal cites L "3" when d.amount is less than 0 then d is doubtful because "it is negative"
test "big"
  given d is Deal {{ amount: 11 }}
  expect fee of d is due
"""
LIMITED = POLICY.format(review=" review within 30 days")


def told(policy: Policy, day: date) -> list[str]:
    return [one.message for one in overdue(policy, day)]


def test_it_is_overdue_from_the_day_after_the_last_one() -> None:
    policy = accepted(LIMITED)

    assert told(policy, date(2026, 1, 31)) == []
    (found,) = overdue(policy, date(2026, 2, 1))
    assert found.message == "L was read on 2026-01-01 and should have been read again by 2026-01-31: 1 day ago"
    assert found.notes == ("on it rest 1 rule, 1 parameter, 1 gap, 1 check and 1 test",)
    assert (found.code, found.severity) == ("W015", "warning")


def test_what_was_read_on_another_day_stands_for_itself() -> None:
    """One module may say of an authority twice when some of it was read."""
    older = 'coverage of L as read 2025-01-01 review within 30 days\n  outside "7" because "old"\n'
    policy = accepted(LIMITED.replace("rule big", f"{older}rule big"))

    (found,) = told(policy, date(2026, 1, 31))
    assert found.startswith("L was read on 2025-01-01 and should have been read again by 2025-01-31")
    assert len(told(policy, date(2026, 2, 1))) == 2


@given(st.integers(1, 10**7), st.dates())
def test_the_limit_is_counted_in_days(days: int, today: date) -> None:
    """Also where the last day lies beyond all that can be written."""
    policy = accepted(POLICY.format(review=f" review within {days} days"))

    assert bool(told(policy, today)) is ((today - date(2026, 1, 1)).days > days)


def test_no_answer_hangs_on_it() -> None:
    assert fingerprint(accepted(LIMITED)) == fingerprint(accepted(POLICY.format(review="")))
    assert told(accepted(POLICY.format(review="")), date.max) == []


@pytest.mark.parametrize("limit", ["0", "0.5", "7.25"])
def test_a_limit_is_a_whole_number_of_days(limit: str, tmp_path: Path) -> None:
    (tmp_path / "trade.licet").write_text(POLICY.format(review=f" review within {limit} days"), encoding="utf-8")
    done = CliRunner().invoke(main, ["check", str(tmp_path), "--format", "concise"])

    assert done.exit_code == 1
    assert "E072" in done.stdout
    assert "a law is read again within a whole number of days, and at least one" in done.stdout


def test_the_shipped_library_is_not_overdue_before_its_days_are_over(library: Policy) -> None:
    assert told(library, date(2027, 3, 20)) == []
    assert [text.split()[0] for text in told(library, date(2027, 3, 23))] == ["DualUse"]
    (found,) = (one for one in overdue(library, date(2027, 3, 24)) if one.message.startswith("EAR"))
    rules = {r.group for r in library.rules.values() if r.kind != "gap" and "EAR" in {c.authority for c in r.cites}}

    assert found.message.startswith("EAR was read on 2026-09-24 and should have been read again by 2027-03-23")
    assert f"{len(rules)} rules" in found.notes[0]
    assert all(kind in found.notes[0] for kind in ("gaps", "lists", "tests"))


def test_each_authority_of_the_library_says_until_when_its_reading_stands(library: Policy) -> None:
    cited = {cite.authority for rule in library.rules.values() for cite in rule.cites}
    limited = {one.authority for one in library.coverage if one.review is not None}

    assert cited - limited == NOT_READ
    unread = [r for r in library.rules.values() if {c.authority for c in r.cites} & NOT_READ]
    assert unread
    assert {rule.certainty for rule in unread} == {"secondary", "unverified"}


def test_whoever_checks_is_told_of_the_files_that_are_named(tmp_path: Path) -> None:
    """A policy that uses the library is not overdue because the library is."""
    (tmp_path / "mine.licet").write_text(
        'module mine "Mine" jurisdiction US\n  authority H "House rule"\nuse core.decisions\nuse us.ear.coverage\n'
        'coverage of H as read 2026-01-01 review within 1 day\n  encoded "1"\n'
        'rule a "A" for t: Transfer cites H "1" when t.kind is export then licensing of t is licence_required\n'
        'test "a"\n  given t is Transfer { kind: export }\n  given u is Transfer { kind: release }\n'
        "  expect rule a holds for t\n  expect rule a fails for u\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(main, ["check", str(tmp_path / "mine.licet"), "--as-of", "2030-01-01"])

    assert done.stdout.count("W015") == 1
    assert "H was read on 2026-01-01" in done.stdout


def test_from_python_today_is_a_day_too(tmp_path: Path) -> None:
    (tmp_path / "trade.licet").write_text(LIMITED, encoding="utf-8")
    policy = licet.load(tmp_path)

    assert [d.code for d in policy.check(today="2026-01-31") if d.code == "W015"] == []
    assert [d.code for d in policy.check(today=date(2026, 1, 31) + timedelta(1)) if d.code == "W015"] == ["W015"]


def test_a_provision_says_until_when_its_reading_stands(tmp_path: Path) -> None:
    schema = json.loads(schema_file("law-1.json").read_text(encoding="utf-8"))
    for review, told_, by in (
        (" review within 30 days", ", to be read again by 2026-01-31", "2026-01-31"),
        ("", "", None),
    ):
        (tmp_path / "trade.licet").write_text(POLICY.format(review=review), encoding="utf-8")
        words = ["law", "L 1", "--policy", str(tmp_path / "trade.licet")]
        text, data = (CliRunner().invoke(main, [*words, *more]).stdout for more in ([], ["--format", "json"]))
        validator_for(schema)(schema).validate(json.loads(data))

        assert f"declared as L 1: encoded, as read on 2026-01-01{told_} 1 item" in " ".join(text.split())
        assert json.loads(data)["provisions"][0]["read_again_by"] == by


def test_it_is_laid_out_as_it_is_written() -> None:
    for limit in ("1 day", "30 days"):
        text = POLICY.format(review=f" review within {limit}")
        assert f"as read 2026-01-01 review within {limit}\n" in format_policy(parse(Source("trade.licet", text)))


def test_an_inventory_has_days_of_its_own(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["check", "--facts", str(tmp_path), "--as-of", "2026-01-01"])

    assert done.exit_code == 2
    assert "an inventory is checked by its own days" in done.stderr
