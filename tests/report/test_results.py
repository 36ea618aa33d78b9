"""`licet report`: what the rows of a result come to, the same from every format, as document, text and page."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click.testing
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from jsonschema.validators import validator_for

from licet.cli.main import main
from licet.loading.policy_files import load_policy
from licet.report.results import result_counts
from licet.report.results.result_reading import read_result
from licet.report.results.result_stream import ResultStream
from licet.resources import schema_file
from tests.language.cases import unpacked
from tests.report.accessibility import assert_can_be_read
from tests.report.test_explanation_page import Read

SCHEMA = json.loads(schema_file("report-1.json").read_text(encoding="utf-8"))
POLICY = """module trade "Trade" jurisdiction US
  authority L "Law"
entity Party "party"
  name : text "name"
  country : country "country" absent "ask where it stands"
  listed : boolean "listed" absent "look it up"
entity Deal "deal"
  buyer : Party "buyer"
  amount : number "amount" absent "ask the seller"
decision licensing of d: Deal "licence duty" outcomes free < ask < licence < forbidden otherwise free
decision duty of p: Party "duty" outcomes none < report otherwise none
score risk of d: Deal "risk of loss"
  range 0 to 100
  add 60 when d.amount is at least 10 because "it is large"
  bands low from 0, high from 50
rule big "Large deals" for d: Deal cites L "1" when d.amount is at least 10 then licensing of d is ask
rule listed_buyer "Listed buyers" for d: Deal cites L "2" when d.buyer.listed then licensing of d is licence
rule north "North" for d: Deal cites L "3" when d.buyer.country is KP then licensing of d is forbidden
gap elsewhere "Other law" for d: Deal cites L "9; part 2"
  when d.amount is at least 1000 then licensing of d may be forbidden
rule listed_party "Listed parties" for p: Party cites L "4" when p.listed then duty of p is report
"""
HOSTILE = "<script>alert(1)</script>; =cmd"
FORMATS = ("parquet", "arrow", "csv", "jsonl", "json")


def facts() -> str:
    parties = [
        {"id": "p0", "name": "Zero", "country": "CH", "listed": False},
        {"id": "p1", "country": "KP", "listed": True},
        {"id": HOSTILE, "country": "DE"},
    ]
    deals: list[dict[str, Any]] = [
        {"id": f"d{at}", "buyer": ("p0", "p1", HOSTILE)[at % 3], "amount": at} for at in range(30)
    ]
    deals += [{"id": HOSTILE, "buyer": "p0"}, {"id": "huge", "buyer": "p0", "amount": 5000}]
    return json.dumps({"as_of": "2026-01-01", "Party": parties, "Deal": deals})


@pytest.fixture(autouse=True)
def _folder() -> Iterator[None]:
    with unpacked({"policy.licet": ("text", POLICY), "facts.json": ("text", facts())}):
        yield


def licet(*words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--policy", "policy.licet"], catch_exceptions=False)


def result(suffix: str = "parquet", *words: str) -> str:
    name = f"out.{suffix}"
    done = licet("batch", "facts.json", "-o", name, "--rules", "lists", "--quiet", *words)
    assert done.exit_code == 0, done.output
    return name


def document(name: str, *words: str) -> Any:
    done = licet("report", name, "--format", "json", *words)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    kind = validator_for(SCHEMA)
    kind.check_schema(SCHEMA)
    kind(SCHEMA).validate(found)
    return found


def with_place(name: str = "placed.parquet") -> str:
    """The result with a column of somebody's own."""
    table = pq.read_table(result())
    places = pa.array([("CH", "DE", None, "<b>JP</b>\u202e")[at % 4] for at in range(len(table))])
    pq.write_table(table.append_column("place", places), name)
    return name


def test_it_counts_what_the_rows_say() -> None:
    rows = pq.read_table(result()).to_pylist()
    found = document("out.parquet", "--cases", "1000")

    for told in found["decisions"]:
        name = told["decision"]
        ends = Counter((row[f"{name}.must"], row[f"{name}.may"]) for row in rows if row[f"{name}.must"])
        assert {(one["must"], one["may"]): one["rows"] for one in told["outcomes"]} == ends
        for rule in told["rules"]:
            for status in ("holds", "unknown"):
                of = [row for row in rows if rule["rule"] in row[f"rules.{status}"]]
                wanted = Counter((row[f"{name}.must"], row[f"{name}.may"]) for row in of)
                assert {(one["must"], one["may"]): one["rows"] for one in rule[status]["outcomes"]} == wanted
    assert {one["decision"] for one in found["decisions"]} == {"licensing", "duty"}
    lacking = [{(m["type"], m["fact"]) for m in row["missing"] if m["kind"] == "fact"} for row in rows]
    assert {(m["type"], m["fact"]): m["rows"] for m in found["missing"]} == Counter(x for s in lacking for x in s)
    only = [row["missing"][0] for row in rows if len(row["missing"]) == 1]
    alone = Counter((m["type"], m["fact"]) for m in only if m["kind"] == "fact")
    assert Counter({(m["type"], m["fact"]): m["alone"] for m in found["missing"]}) == alone
    assert found["missing"][0] | {"rows": 0} == {
        "type": "Party", "fact": "listed", "phrase": "listed", "owner": "party", "ask": "look it up",
        "alone": alone["Party", "listed"], "rows": 0,
    }  # fmt: skip
    law = Counter(m["id"] for row in rows for m in row["missing"] if m["kind"] == "law")
    assert [(one["name"], one["rows"], one["cites"]) for one in found["law"]] == [
        ("trade.elsewhere", law["trade.elsewhere"], ["L 9; part 2"])
    ]
    assert [(one["id"], one["fact"], one["rows"]) for one in found["records"]] == [(HOSTILE, "listed", 10)]
    is_open = [row["licensing.must"] != row["licensing.may"] or row["duty.must"] != row["duty.may"] for row in rows]
    assert found["cases"]["open"]["rows"] == len(found["cases"]["open"]["shown"]) == sum(is_open)


def test_the_gravest_cases_come_first_and_a_limit_is_told() -> None:
    result()
    found = document("out.parquet", "--cases", "3")["cases"]

    assert [case["answers"][0]["may"] for case in found["determined"]["shown"]] == ["report", "forbidden", "forbidden"]
    assert found["determined"]["rows"] > 3
    assert found["open"]["shown"][0]["id"] == "huge"
    page = licet("report", "out.parquet", "--format", "html", "--cases", "3").stdout
    assert f"the first 3 of {found['determined']['rows']}; the others stand in the result alone" in page


@pytest.mark.parametrize("suffix", FORMATS[1:])
def test_every_format_says_the_same(suffix: str) -> None:
    wanted, found = (document(result(one)) for one in ("parquet", suffix))

    for one in (wanted, found):
        del one["results"], one["policy"]
    assert found == wanted


def test_documents_of_decide_say_the_same_but_of_rules_that_they_leave_out() -> None:
    wanted = document(result())
    for suffix in ("jsonl", "json"):
        assert licet("decide", "facts.json", "-o", f"told.{suffix}").exit_code == 0
        found = document(f"told.{suffix}")
        for part in ("missing", "records", "scores", "conflicts", "unverified", "assumptions"):
            assert found[part] == wanted[part]
        assert [one["outcomes"] for one in found["decisions"]] == [one["outcomes"] for one in wanted["decisions"]]


def test_the_bits_beside_a_result_are_its_rules() -> None:
    wanted = document(result())
    assert licet("batch", "facts.json", "-o", "bits.parquet", "--quiet").exit_code == 0
    assert Path("bits.rules.arrow").exists()
    found = document("bits.parquet")

    assert found["decisions"] == wanted["decisions"]
    assert found["cases"] == wanted["cases"]
    pq.write_table(pq.read_table("bits.parquet").slice(1), "bits.parquet")
    done = licet("report", "bits.parquet")
    assert done.exit_code == 2
    assert "it belongs to another result" in done.stderr


def test_a_folder_of_parquet_is_a_result_and_names_may_be_snakes() -> None:
    wanted = document(result())
    for name, words in (("parts", ("--partition-by", "licensing.may", "--format", "parquet")), ("snakes.parquet", ())):
        done = licet(
            "batch", "facts.json", "-o", name, "--rules", "lists", "--column-names", "snake", *words, "--quiet"
        )
        assert done.exit_code == 0, done.output
        found = document(name, "--cases", "0")
        for part in ("missing", "law", "records", "scores"):
            assert found[part] == wanted[part]
        for one, other in zip(found["decisions"], wanted["decisions"], strict=True):
            assert {**one, "jurisdictions": [], "columns": []} == {**other, "jurisdictions": [], "columns": []}


def test_answers_are_counted_by_a_column_of_ones_own() -> None:
    rows = pq.read_table(with_place()).to_pylist()
    (column,) = document("placed.parquet")["decisions"][0]["columns"]

    assert (column["column"], column["different"], column["others"]) == ("place", 4, None)
    for value in column["values"]:
        of = [row for row in rows if row["place"] == value["value"] and row["licensing.must"]]
        assert value["rows"] == len(of)
        wanted = Counter((row["licensing.must"], row["licensing.may"]) for row in of)
        assert {(one["must"], one["may"]): one["rows"] for one in value["outcomes"]} == wanted
    (short,) = document("placed.parquet", "--top", "1")["decisions"][0]["columns"]
    assert short["values"][0]["rows"] + short["others"]["rows"] == sum(value["rows"] for value in column["values"])
    refused = licet("report", "placed.parquet", "--by", "plase")
    assert refused.exit_code == 2
    assert "did you mean `place`?" in refused.stderr


def test_what_is_kept_does_not_grow_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns with many values are not counted by, and the rarest records are forgotten and that is said."""
    monkeypatch.setattr(result_counts, "VALUES", 3)
    monkeypatch.setattr(result_counts, "RECORDS", 0)
    found = document(with_place())

    assert found["too_many_values"] == ["place"]
    assert found["decisions"][0]["columns"] == []
    policy = load_policy([Path("policy.licet")])
    counts, _ = read_result(ResultStream(Path("placed.parquet"), policy), policy, None, 0)
    assert counts.forgotten
    assert "Not counted by place: too many different values" in licet("report", "placed.parquet").stdout


def test_a_result_of_another_policy_says_so() -> None:
    result()
    Path("policy.licet").write_text(POLICY.replace("at least 10", "at least 11"), encoding="utf-8")
    assert "Decided by another policy" in licet("report", "out.parquet").stdout
    assert document("out.parquet")["policy"]["is_of_results"] is False
    Path("policy.licet").write_text(POLICY.replace("licensing", "permission"), encoding="utf-8")
    done = licet("report", "out.parquet")
    assert done.exit_code == 2
    assert "has answers about `licensing`, which this policy does not decide" in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.csv", None, "there is no file"),
        ("book.xlsx", b"", "is no result that can be read again"),
        ("bad.parquet", b"PAR1 and no more", "or damaged"),
        ("bad.csv", b"a,b\n1,2\n", "it has no type and id"),
        ("bad.jsonl", b'{"type": "Deal", \n', "damaged"),
        ("empty.csv", b"", "damaged"),
    ],
)
def test_what_is_no_result_is_refused(name: str, content: bytes | None, says: str) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    done = licet("report", name, "-o", "page.html")

    assert done.exit_code == 2
    assert says in done.stderr
    assert not Path("page.html").exists()


def test_it_overwrites_nothing_that_it_reads() -> None:
    before = Path(result("json")).read_bytes()
    assert licet("report", "out.json", "-o", "out.json").exit_code == 2
    assert Path("out.json").read_bytes() == before


def test_a_result_without_rows_is_a_report_of_none() -> None:
    table = pq.read_table(result())
    pq.write_table(table.slice(0, 0), "none.parquet")
    found = document("none.parquet")

    assert (found["results"]["rows"], found["decisions"], found["cases"]["open"]["rows"]) == (0, [], 0)
    assert "0 subjects decided" in licet("report", "none.parquet").stdout


def test_the_text_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click.testing._NamedTextIOWrapper, "isatty", lambda _: True, raising=False)
    with_place()
    for columns in (60, 80, 140):
        monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, wide=columns: os.terminal_size((wide, 24)))
        shown = licet("report", "placed.parquet").stdout
        assert max(map(len, shown.splitlines())) <= columns
    assert shown.endswith("not legal advice\n")
    assert "cleared" not in shown.lower()
    assert "\u202e" not in shown


GOLDEN = Path(__file__).with_name("results.txt")


def test_the_text_says_what_matters_first() -> None:
    result()
    assert licet("report", "out.parquet", "--cases", "2").stdout == GOLDEN.read_text(encoding="utf-8")


def test_the_page_shows_names_of_others_as_text() -> None:
    assert licet("report", with_place(), "-o", "page.html").exit_code == 0
    page = Path("page.html").read_text(encoding="utf-8")
    read = Read(page)

    assert not read.all("script")
    assert "<b>JP</b>" not in page
    assert "\u202e" not in page
    assert "<script>alert(1)</script>" in read.text
    assert "not legal advice" in page.lower()
    assert "cleared" not in page.lower()
    assert set(re.findall(r'(?:src|href)="(?!#)([^"]*)"', page)) == set()
    assert all(f'id="{name}"' in page for name in re.findall(r'href="#([^"]+)"', page))


def test_of_open_cases_what_is_open_counts() -> None:
    """A grave answer that is certain makes no grave open case of one that is open to something mild."""
    more = 'decision note of d: Deal "note" outcomes none < some < told otherwise none\n'
    more += "rule noted for d: Deal when d.amount is at least 100 then note of d is some\n"
    Path("policy.licet").write_text(POLICY + more, encoding="utf-8")
    deals = [{"id": "certain", "buyer": "p1"}, {"id": "open", "buyer": "q", "amount": 1}]
    parties = [{"id": "p1", "country": "KP", "listed": False}, {"id": "q", "listed": False}]
    Path("facts.json").write_text(
        json.dumps({"as_of": "2026-01-01", "Party": parties, "Deal": deals}), encoding="utf-8"
    )

    shown = document(result())["cases"]["open"]["shown"]
    assert [case["id"] for case in shown] == ["open", "certain"]


def test_every_case_leads_to_its_sheet() -> None:
    result()
    done = licet("report", "out.parquet", "--facts", "facts.json", "--cases", "3", "-o", "pages")
    assert done.exit_code == 0, done.output
    index = Path("pages/index.html").read_text(encoding="utf-8")
    pages = {path.name for path in Path("pages").iterdir()} - {"index.html"}
    read = Read(index)
    links = {str(attrs["href"]) for attrs in read.all("a")}

    assert len(pages) == 6
    assert {link for link in links if not link.startswith("#")} == pages
    huge = Path("pages/deal-huge.html").read_text(encoding="utf-8")
    assert "huge" in Read(huge).text
    assert "say something else" not in index
    again = licet("report", "out.parquet", "--facts", "facts.json", "-o", "pages")
    assert again.exit_code == 2
    assert "holds pages already" in again.stderr
    changed = json.loads(Path("facts.json").read_text(encoding="utf-8"))
    changed["Deal"] = [deal for deal in changed["Deal"] if deal["id"] != "d1"]
    changed["Deal"][-1]["amount"] = 1
    Path("facts.json").write_text(json.dumps(changed), encoding="utf-8")
    words = ("--cases", "3", "--replace", "--check", "-o", "pages")
    assert licet("report", "out.parquet", "--facts", "facts.json", *words).exit_code == 0
    index = Path("pages/index.html").read_text(encoding="utf-8")
    assert "No sheet for 1 case that the facts do not have: Deal d1." in index
    assert "The sheets of 1 case say something else than the rows" in index
    assert ": Deal huge." in index


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--facts", "facts.json"), "name it with -o DIR"),
        (("--facts", "facts.json", "-o", "page.html"), "name it with -o DIR"),
        (("--replace",), "--replace goes with --facts"),
        (("--check", "-o", "page.html"), "--check goes with --facts"),
    ],
)
def test_what_does_not_go_together(words: tuple[str, ...], says: str) -> None:
    done = licet("report", result(), *words)

    assert done.exit_code == 2
    assert says in done.stderr


def test_the_page_fits_and_can_be_read(browser: Any) -> None:
    assert licet("report", with_place(), "--cases", "3", "-o", "page.html").exit_code == 0
    assert_can_be_read(browser, Path("page.html").resolve().as_uri())
