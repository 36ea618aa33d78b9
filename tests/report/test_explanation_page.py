"""The page of an explanation: it says what its document says, loads nothing, shows hostile text as text, and fits."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from licet.cli.main import main
from licet.decide.from_outcome import decide
from licet.explain.verdict import COUNTED, Verdict
from licet.facts.store import Facts, Record, Subject
from licet.ir.policy import Policy
from licet.names import printable
from licet.report import explanation_json
from licet.report.explanation_page import render as render_page
from licet.report.explanation_sheet import RESULTS
from licet.report.explanation_sheets import page_of
from licet.report.explanation_words import DocumentWords, as_of, deadline, shorter
from licet_check.policy import digest
from tests.conftest import ROOT
from tests.report.accessibility import assert_can_be_read
from tests.report.test_explanation_markdown import HOSTILE as OTHERS
from tests.run.worlds import accepted

CASES = ("t-swiss", "t-affiliate-2", "t-opaque", "t-fable-weights", "t-release-employee")
HOSTILE = '<script>alert("x")</script>'
TURNED = "Acme \u202ecod.exe"
LONG = "Very " * 60
AGREED = Verdict((), dict.fromkeys(COUNTED, 1234), 1.0)
VOID = {"meta", "line", "rect", "br"}
SKIPPED = {"style", "title"}


class Read(HTMLParser):
    """The page as a browser reads it: tags, texts, links, headings, and whether every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not SKIPPED & set(self.open):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def document_of(library: Policy, frontier: Facts, id_: str, places: tuple[str, ...]) -> dict[str, Any]:
    found = decide(library, frontier, [Subject("Transfer", id_)], jurisdictions=places)
    return explanation_json.document(found[0])


@pytest.fixture(scope="module")
def documents(library: Policy, frontier: Facts) -> dict[str, dict[str, Any]]:
    return {id_: document_of(library, frontier, id_, ("US",)) for id_ in CASES}


@pytest.mark.parametrize("id_", CASES)
def test_the_page_is_whole_and_loads_nothing(documents: dict[str, dict[str, Any]], id_: str) -> None:
    document = documents[id_]
    page = render_page(document)
    read = Read(page)

    assert not read.open
    assert not {tag for tag, _ in read.tags} & {"script", "img", "link", "iframe", "object", "form", "base"}
    assert not [attrs for _, attrs in read.tags if {"src", "srcset", "style", "onclick"} & attrs.keys()]
    assert "url(" not in page
    assert "@import" not in page
    links = {attrs["href"] for attrs in read.all("a")}
    law = {cite["url"] for rule in document["labels"]["rules"].values() for cite in rule["cites"]}
    assert {link for link in links if link and not link.startswith("#")} <= law
    ids = [attrs["id"] for _, attrs in read.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links if link and link.startswith("#")} <= set(ids)
    assert len(read.all("h1")) == 1
    assert all(set(str(attrs.get("aria-labelledby")).split()) <= set(ids) for attrs in read.all("section"))
    assert len(read.all("caption")) == len(read.all("table"))
    assert "not legal advice" in read.text


@pytest.mark.parametrize("id_", CASES)
def test_nothing_that_the_answer_hangs_on_is_left_out(documents: dict[str, dict[str, Any]], id_: str) -> None:
    document = documents[id_]
    text = Read(render_page(document)).text
    words = DocumentWords(document)
    (part,) = document["parts"]

    for fact in words.facts(part["because"]["exact"]):
        assert fact.label in text
        assert fact.value.text in text
        assert fact.source in text
    for status, (_, one, several) in RESULTS.items():
        number = sum(node["status"] == status for node in part["nodes"].values())
        assert not number or f"{number} {one if number == 1 else several}" in text
    titles = {words.rule(node.partition("@")[0]).title for node in part["nodes"]}
    assert not [title for title in titles if re.sub(r"\s+", " ", title) not in text]
    for outcome in part["why_not"]:
        assert words.outcome(outcome).capitalize() in text
    for line in part["because"]["lines"]:
        assert all(cite in text for cite in line["cites"])
    for print_ in (document["policy"]["fingerprint"], document["facts"]["read"], document["facts"]["inventory"]):
        assert print_ in text
    assert "I do not agree, because" in text
    assert f"sha256:{digest(document)}" in text


def test_a_release_by_a_suspension_is_no_quiet_permission(documents: dict[str, dict[str, Any]]) -> None:
    text = Read(render_page(documents["t-affiliate-2"])).text

    assert "only because a rule is suspended on that day" in text
    assert "Released by a suspension." in text
    assert "(90 FR 50857). If the law stood: licence required." in text
    assert "The answer changes on 10 November 2026." in text
    assert "From 10 November 2026 on: from no licence required to licence required" in text
    assert "It would follow if “Owned fifty percent or more, in aggregate, directly or indirectly”" in text


def test_a_duty_that_is_not_enforced_says_so(documents: dict[str, dict[str, Any]]) -> None:
    page = render_page(documents["t-swiss"])
    read = Read(page)

    assert "In force, but announced as not enforced." in read.text
    assert "with presumption of denial" in read.text
    assert [attrs["class"] for attrs in read.all("li") if attrs.get("class") in ("is", "if")] == ["if", "is"]
    assert "counting only what is enforced" in read.text
    assert "It would follow without “Licence for a deemed export of weights” and 3 more rules" in read.text
    assert (
        "Demo Lab Inc. (fictional) must keep the records of the transaction until 1 September 2030 or later"
        in read.text
    )


def test_an_open_answer_names_its_range_and_what_is_missing(documents: dict[str, dict[str, Any]]) -> None:
    text = Read(render_page(documents["t-fable-weights"])).text

    assert "Not determined" in text
    assert "from no licence required to licence required" in text
    assert "until 2 things are known" in text
    assert "ask the developer, or estimate 6 x parameters x training tokens" in text


def test_law_that_does_not_concern_the_case_is_one_line(
    library: Policy, frontier: Facts, documents: dict[str, dict[str, Any]]
) -> None:
    here, there = documents["t-affiliate-2"], document_of(library, frontier, "t-affiliate-2", ("AU", "JP"))
    labels = {name: {**here["labels"][name], **there["labels"][name]} for name in here["labels"]}
    document = {**here, "parts": [*there["parts"], *here["parts"]], "labels": labels}
    page = page_of(document)
    read = Read(render_page(document))

    assert [sheet.place for sheet in page.sheets] == ["United States"]
    assert {sheet.place for sheet in page.folded} == {"Australia", "Japan"}
    assert "Exports from Australia" in read.text
    assert len(read.all("article")) == 1


def test_names_of_others_are_text(documents: dict[str, dict[str, Any]]) -> None:
    document = json.loads(json.dumps(documents["t-swiss"]))
    things = document["labels"]["things"]
    things["Model/demo-closed-5e26"], things["Party/alpenrose"], things["Party/demo-lab"] = HOSTILE, TURNED, LONG
    some = next(iter(document["labels"]["rules"].values()))
    some["cites"] = [{"text": HOSTILE, "url": "javascript:alert(1)"}]
    for unit in document["labels"]["units"].values():
        unit["source"] = HOSTILE
    document["labels"]["units"]["Transfer/t-swiss.end_use"]["value"] = LONG
    page = render_page(document)
    read = Read(page)

    assert not read.all("script")
    assert "javascript:" not in page
    assert HOSTILE in read.text
    assert "\u202e" not in page
    assert "Acme <U+202E>cod.exe" in read.text
    assert f"({len(LONG)} characters)" in read.text
    assert read.text.count(LONG.strip()) == 1  # where all facts stand, whole


def test_a_conflict_stands_above_everything_else(documents: dict[str, dict[str, Any]]) -> None:
    conflict = {"of": {"type": "Party", "id": "alpenrose"}, "term": "kind", "values": ["a_bank", "a_shop"], "rules": []}
    text = Read(render_page({**documents["t-swiss"], "conflicts": [conflict]})).text

    assert "is said to be a bank and a shop." in text
    assert text.index("Rules contradict each other.") < text.index("announced as not enforced")


def test_parts_are_read_from_the_gravest_to_the_least(library: Policy, frontier: Facts) -> None:
    found = decide(library, frontier, [Subject("Model", "demo-closed-5e26")])
    document = explanation_json.document(found[0])
    page = page_of(document)
    read = Read(render_page(document))

    assert [(sheet.headline, sheet.colour) for sheet in page.sheets][:2] == [("Presumed", "mid"), ("Current", "free")]
    assert len(page.sheets) + len(page.folded) == len(document["parts"])
    assert len(read.all("article")) == len(page.sheets)
    assert len(read.all("h1")) == 1
    assert "2 facts suffice" in read.text


def test_an_open_answer_that_no_fact_narrows_is_not_told_as_settled() -> None:
    policy = accepted("""
module a "A"
  authority L "Law"
entity Thing "thing"
  t : text "t"
decision d of x: Thing "d" outcomes free < duty otherwise free only when x.t is "gift"
rule r "Of things" for x: Thing cites L "1" when x.t is "bomb" then d of x is duty
""")
    facts = Facts({"Thing": {"one": Record({"t": "book"})}}, {})
    found = decide(policy, facts, [Subject("Thing", "one")])[0]
    text = Read(render_page(explanation_json.document(found))).text

    assert "Not determined" in text
    assert "No recorded fact is needed for that; what is open stands below" in text
    assert "no rule can ask for more" not in text.lower()
    assert "()" not in text


def test_days_and_long_texts() -> None:
    assert deadline("by", "2026-01-02") == "by 2 January 2026"
    assert deadline("until", "2026-01-02 to unknown") == "until 2 January 2026 or later"
    assert deadline("until", "unknown to 2026-01-02") == "until 2 January 2026 or earlier"
    assert deadline("until", "unknown") == "until a day that is not known"
    assert as_of({"as_of": None}) == "a day that is not known"
    assert as_of({"as_of": {"at_least": "2026-01-02"}}) == "a day from 2 January 2026 on"
    assert as_of({"as_of": {"at_most": "2026-01-02"}}) == "a day up to 2 January 2026"
    assert as_of({"as_of": {"at_least": "2025-12-31", "at_most": "2026-01-02"}}).startswith("a day between 31 December")
    assert shorter("one two three", 9) == "one two …"
    assert shorter("x" * 40, 9) == "x" * 9 + " …"


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    words = ["explain", str(ROOT / "fixtures" / "frontier"), "t-swiss", "--jurisdiction", "US"]
    done = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "sheet.html")], catch_exceptions=False)

    assert done.exit_code == 0
    assert (tmp_path / "sheet.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    wrong = CliRunner().invoke(main, [*words, "--format", "json", "-o", str(tmp_path / "other.html")])
    assert wrong.exit_code == 2
    assert "html by its name" in wrong.output


# ---- in a browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_read(
    browser: Any,
    library: Policy,
    frontier: Facts,
    documents: dict[str, dict[str, Any]],
    tmp_path: Path,
    scheme: str,
) -> None:
    """Of one answer, of one with hostile names, and of several answers about one thing."""
    several = explanation_json.document(decide(library, frontier, [Subject("Model", "demo-at-line")])[0])
    hostile = json.loads(json.dumps(documents["t-opaque"]))
    hostile["labels"]["things"]["Party/opaque-holdings"] = "x" * 300
    path = tmp_path / "sheet.html"
    for document in (documents["t-affiliate-2"], hostile, several):
        path.write_text(render_page(document), encoding="utf-8")
        assert_can_be_read(browser, path.as_uri(), [scheme])
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0


def _written(path: Path, document: dict[str, Any]) -> str:
    path.write_text(render_page(document), encoding="utf-8")
    return path.as_uri()


def test_hostile_names_are_shown_as_text(browser: Any, documents: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """Each of forty and more as a name and as a source: a browser shows it and reads nothing in it."""
    path = tmp_path / "sheet.html"
    hostile = [HOSTILE, "</title><h1>x", "</style><b>x", '"><img src=x onerror=alert(1)>', *OTHERS]
    document = json.loads(json.dumps(documents["t-release-employee"]))
    things, units = document["labels"]["things"], document["labels"]["units"].values()
    browser.get(_written(path, document))
    before = _spaced(browser.execute_script("return document.body.textContent"))
    for unseen in [thing for thing, name in things.items() if _spaced(name) not in before]:
        del things[unseen]  # of what was read and changes nothing no line speaks
    assert len(things) >= 5
    for start in range(0, len(hostile), len(things)):
        told = [*hostile[start:], *hostile][: len(things)]
        things.update(zip(things, told, strict=True))
        for unit, source in zip(units, cycle(told)):
            unit["source"] = source
        browser.get(_written(path, document))
        shown = _spaced(browser.execute_script("return document.body.textContent"))
        assert [one for one in told if _spaced(printable(one)) not in shown] == []
        assert browser.execute_script("return document.querySelectorAll('script, img, h1').length") == 1, told
    assert browser.get_log("browser") == []


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize("checked", [None, AGREED])
def test_a_sheet_is_two_sides_of_paper(
    browser: Any, documents: dict[str, dict[str, Any]], tmp_path: Path, checked: Verdict | None
) -> None:
    """What the answer hangs on stands on the first side; every provision, all facts and the signature behind it."""
    path = tmp_path / "sheet.html"
    for id_ in CASES:
        path.write_text(render_page(documents[id_], checked), encoding="utf-8")
        browser.get(path.as_uri())
        paper = {"preferCSSPageSize": True, "printBackground": True}
        printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", paper)["data"])
        assert sides(printed) == 2, id_


def test_the_law_of_all_jurisdictions_fits_too(browser: Any, library: Policy, frontier: Facts, tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    for id_ in CASES[:3]:
        path.write_text(render_page(document_of(library, frontier, id_, ()), AGREED), encoding="utf-8")
        browser.get(path.as_uri())
        paper = {"preferCSSPageSize": True, "printBackground": True}
        printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", paper)["data"])
        assert sides(printed) == 2, id_


def sides(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


PAPER = """
const shown = e => e.getClientRects().length > 0 && parseFloat(getComputedStyle(e).fontSize) > 0;
const small = [...document.querySelectorAll('main *')].filter(e => shown(e) && !e.closest('svg')
  && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => parseFloat(getComputedStyle(e).fontSize));
return {text: document.querySelector('main').innerText, smallest: Math.min(...small) * .75};
"""


def test_on_paper_nothing_that_matters_is_left_out(
    browser: Any, documents: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """Only what stands on the sheet already is not repeated; sections stand for rules that do not apply."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    path = tmp_path / "sheet.html"
    for id_ in CASES:
        document = documents[id_]
        words = DocumentWords(document)
        (part,) = document["parts"]
        path.write_text(render_page(document), encoding="utf-8")
        browser.get(path.as_uri())
        found = browser.execute_script(PAPER)
        text = re.sub(r"\s+", " ", found["text"])
        for fact in words.facts([*part["because"]["exact"], *part["assumptions"]]):
            assert re.sub(r"\s+", " ", fact.label) in text, (id_, fact)
            assert re.sub(r"\s+", " ", fact.value.text) in text, (id_, fact)
        for name, node in part["nodes"].items():
            rule = words.rule(name.partition("@")[0])
            if node["status"] == "fails":
                sections = [cite.text.partition("(")[0] for cite in rule.cites] or [rule.title]
                assert all(section in text for section in sections), (id_, name)
            else:
                assert re.sub(r"\s+", " ", rule.title) in text, (id_, name)
                assert all(cite.text in text for cite in rule.cites), (id_, name)
        assert found["smallest"] >= 5.9, id_  # points
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_command_prints_a_pdf(browser: Any, tmp_path: Path) -> None:
    words = ["explain", str(ROOT / "fixtures" / "frontier"), "t-swiss", "--jurisdiction", "US"]
    done = CliRunner().invoke(main, [*words, "--no-check", "-o", str(tmp_path / "sheet.pdf")], catch_exceptions=False)
    pdf = (tmp_path / "sheet.pdf").read_bytes()

    assert done.exit_code == 0, done.output
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert sides(pdf) == 2
    assert re.search(rb"/MediaBox \[0 0 59[45]\S* 84[12]\S*\]", pdf)  # A4


def test_without_a_browser_there_is_no_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["explain", str(ROOT / "fixtures" / "frontier"), "t-swiss", "--jurisdiction", "US", "--format", "pdf"]
    to_terminal = CliRunner().invoke(main, words)
    monkeypatch.setattr("shutil.which", lambda _: None)
    without = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "sheet.pdf")])
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda _: str(broken))
    failing = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "sheet.pdf"), "--no-check"])

    assert (to_terminal.exit_code, without.exit_code, failing.exit_code) == (2, 2, 2)
    assert "name a file with -o" in to_terminal.output
    assert "write the page with `--format html` and print it from a browser" in without.output
    assert "did not print the page (no display)" in failing.output
    assert not (tmp_path / "sheet.pdf").exists()
