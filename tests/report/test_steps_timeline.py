"""Answers over time as a drawing: a band for each answer, the same in words below, and nothing of files is markup."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from licet.cli.main import main
from licet.decide.steps import steps
from licet.facts.store import Facts, Record, Subject
from licet.names import printable
from licet.report import steps_timeline
from tests.report.test_explanation_markdown import HOSTILE
from tests.report.test_steps_calendar import FACTS, POLICY
from tests.run.worlds import compiled

SVG = "{http://www.w3.org/2000/svg}"
OURS = {"svg", "title", "desc", "style", "rect", "text", "g", "line", "path"}
OPEN = 'gap maybe for d: Deal cites L "4" when d.permit.until is at least 2026-08-01 then fee of d may be due\n'
TOLD = """Deal d1, without a day of its own
Licensing
  1  2026-01-01 to 2026-03-31  free
  2  2026-04-01 to 2026-12-31  licence
                               because until of Permit/a1
Fee
  1  2026-01-01 to 2026-04-30  none
  2  2026-05-01 to 2026-12-31  due
                               because fees is now in force"""
OVERLAPS = """
const boxes = [...document.querySelectorAll('text')].map(one => [one.getBoundingClientRect(), one.textContent]);
const across = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
const width = document.documentElement.getBoundingClientRect().width;
const wrong = boxes.filter(([box]) => box.left < 0 || box.right > width).map(([, text]) => text);
boxes.forEach(([one, text], at) => boxes.slice(at + 1).forEach(([other, next]) => {
  if (across(one, other)) wrong.push(text + ' over ' + next);
}));
document.querySelectorAll('line').forEach(line => boxes.forEach(([text, words]) => {
  const {left, top, bottom} = line.getBoundingClientRect();
  const isOver = text.left < left - 1 && left + 1 < text.right && top < text.bottom - 3 && text.top + 3 < bottom;
  if (isOver) wrong.push(words);
}));
document.querySelectorAll('g > rect').forEach(rect => {
  const text = rect.parentNode.querySelector('text');
  if (text && text.getBoundingClientRect().width > rect.getBoundingClientRect().width) wrong.push(text.textContent);
});
return wrong;
"""


def draw(folder: Path, facts: str, *words: str, policy: str = POLICY) -> Result:
    (folder / "trade.licet").write_text(policy, encoding="utf-8")
    (folder / "facts.yaml").write_text(facts, encoding="utf-8")
    given = ["decide", str(folder / "facts.yaml"), "--policy", str(folder / "trade.licet")]
    days = ["--from", "2026-01-01", "--to", "2026-12-31", "--timeline", str(folder / "own.svg")]
    return CliRunner().invoke(main, [*given, *days, *words], catch_exceptions=False)


def drawn(folder: Path, facts: str, *words: str, policy: str = POLICY) -> ET.Element:
    done = draw(folder, facts, *words, policy=policy)
    assert done.exit_code == 0, done.output
    return ET.parse(folder / "own.svg").getroot()


def texts(root: ET.Element, *kinds: str) -> list[str]:
    return [one.text or "" for one in root.iter(f"{SVG}text") if not kinds or one.get("class") in kinds]


def test_a_band_for_each_answer_and_the_same_in_words(tmp_path: Path) -> None:
    root = drawn(tmp_path, FACTS)

    assert "\n".join(texts(root, "of", "what", "list", "why")).startswith(TOLD)
    bands = [(band.findtext(f"{SVG}title"), band.findtext(f"{SVG}text")) for band in root.iter(f"{SVG}g")][1:]
    assert bands[:2] == [
        ("2026-01-01 to 2026-03-31: free", "free"),
        ("2026-04-01 to 2026-12-31: licence, because until of Permit/a1", "licence"),
    ]
    assert texts(root, "day")[:2] == ["2026-04-01", "2026-01-01"]
    assert root.get("aria-labelledby") == "title desc"
    assert root.findtext(f"{SVG}title") == "When which answer holds, 2026-01-01 to 2026-12-31"
    assert "As if on each day; facts and law as they are now. Not legal advice." in texts(root, "note")


def test_it_says_what_the_document_says(tmp_path: Path) -> None:
    policy = POLICY + OPEN
    root = drawn(tmp_path, FACTS, "--format", "json", "-o", str(tmp_path / "out.json"), policy=policy)
    steps = [
        f"{step['from']} to {step['to']}"
        for document in json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
        for step in document["steps"]
    ]

    assert [title.split(": ")[0] for title in titles(root)] == steps


def titles(root: ET.Element) -> list[str]:
    return [title.text or "" for group in root.iter(f"{SVG}g") for title in group.findall(f"{SVG}title")]


def test_what_is_open_is_dashed_and_says_both_ends(tmp_path: Path) -> None:
    root = drawn(tmp_path, FACTS, policy=POLICY + OPEN)
    open_ = f"{SVG}rect[@class='open']"
    dashed = [one.findtext(f"{SVG}title") for one in root.iter(f"{SVG}g") if one.find(open_) is not None]

    assert dashed == ["2026-01-01 to 2026-04-30: none to due"]


def test_what_has_no_room_is_a_number(tmp_path: Path) -> None:
    root = drawn(tmp_path, FACTS.replace("2026-03-31", "2026-01-12"))

    assert "1" in texts(root)
    assert "  1  2026-01-01 to 2026-01-12  free" in texts(root, "list")


def test_a_day_of_its_own_is_marked(tmp_path: Path) -> None:
    policy = POLICY.replace('  permit : Permit "permit"\n', '  permit : Permit "permit"\n  date : date "date"\n')
    for name in ("licensing", "fee"):
        policy = policy.replace(f'"{name}" outcomes', f'"{name}" as of d.date outcomes')
    root = drawn(tmp_path, FACTS.replace("permit: a1}", "permit: a1, date: 2026-06-01}"), policy=policy)

    assert texts(root, "day").count("own day") == 4  # two decisions about each of two
    assert "Deal d1, decided on its own day: 2026-06-01" in texts(root, "of")


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    many = FACTS + "".join(f"  - {{id: e{number}, permit: a2}}\n" for number in range(30))

    notes = texts(drawn(tmp_path, many), "note")
    assert any(note.startswith("13 more subjects not drawn; to draw all: licet") for note in notes)
    assert len(texts(drawn(tmp_path, many, "--all"), "of")) == 33


def hostile(names: list[str]) -> str:
    records = [{"id": name, "permit": "a1"} for name in names]
    return json.dumps({"Permit": [{"id": "a1", "until": "2026-03-31"}], "Deal": records})


def test_what_files_say_is_text() -> None:
    """Also what a reader of inventories refuses: characters that nobody sees."""
    policy = compiled(POLICY)
    assert policy is not None
    permits = {name: Record({"until": date(2026, 3, 31)}) for name in HOSTILE}
    deals = {name: Record({"permit": name}) for name in HOSTILE}
    facts = Facts({"Permit": permits, "Deal": deals}, {})
    found = steps(policy, facts, [Subject("Deal", name) for name in HOSTILE], date(2026, 1, 1), date(2026, 12, 31))
    written = steps_timeline.render(policy, facts, found, every=True)
    root = ET.fromstring(written)

    assert {one.tag.removeprefix(SVG) for one in root.iter()} == OURS - {"path"}
    assert not [key for one in root.iter() for key in one.attrib if key.startswith("on") or "href" in key]
    assert all(line.isprintable() for line in written.splitlines())
    subjects = " ".join(" ".join(texts(root, "of")).split())
    reasons = " ".join(" ".join(texts(root, "why")).split())
    for name in HOSTILE:
        assert " ".join(f"Deal {printable(name)}".split()) in subjects, name
        assert " ".join(f"until of Permit/{printable(name)}".split()) in reasons, name


def test_it_loads_nothing(tmp_path: Path) -> None:
    drawn(tmp_path, FACTS)
    written = (tmp_path / "own.svg").read_text(encoding="utf-8")

    assert not [word for word in ("<script", "<image", "href", "url(", "@import", "<foreignObject") if word in written]


def test_texts_have_room_in_a_browser(browser: Any, tmp_path: Path) -> None:
    turning = (f"in force from 2026-{n:02}-{n + 9:02} until 2026-{n:02}-{n + 19:02}" for n in range(1, 10))
    rules = (
        f'rule r{n} for d: Deal cites L "9" {live} when true then fee of d is due' for n, live in enumerate(turning)
    )
    policy = POLICY + "\n".join(rules) + "\n"
    names = ["W" * 300, "字" * 90, "a b " * 60, "<b>x</b>", *"dfg"]
    drawn(tmp_path, hostile(names), "--all", policy=policy)
    browser.get((tmp_path / "own.svg").as_uri())

    assert browser.execute_script(OVERLAPS) == []
    assert browser.execute_script("return document.querySelectorAll('script, image, b').length") == 0
    assert browser.get_log("browser") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--timeline", "own.png"), "is no drawing by its name; name it .svg"),
        (("--timeline", "facts.svg", "--calendar", "facts.svg"), "is no calendar by its name"),
    ],
)
def test_a_drawing_is_named_as_one(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = draw(tmp_path, FACTS, *words)

    assert done.exit_code == 2
    assert said in done.stderr


def test_a_drawing_is_of_days(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    done = CliRunner().invoke(main, ["decide", str(tmp_path / "facts.yaml"), "--timeline", "a.svg"])

    assert done.exit_code == 2
    assert "--timeline is of what turns on some days; add --from and --to" in done.stderr


def when(folder: Path, *words: str) -> Result:
    (folder / "trade.licet").write_text(POLICY, encoding="utf-8")
    (folder / "facts.yaml").write_text(FACTS, encoding="utf-8")
    given = ["explain", str(folder / "facts.yaml"), "d1", *words, "--policy", str(folder / "trade.licet")]
    return CliRunner().invoke(main, given, catch_exceptions=False)


def test_one_subject_is_explained_by_day(tmp_path: Path) -> None:
    days = ("--when", "2026-01-01", "2026-12-31")
    told, only = when(tmp_path, *days), when(tmp_path, "fee", *days)
    done = when(tmp_path, "fee", *days, "-o", str(tmp_path / "own.svg"))
    root = ET.parse(tmp_path / "own.svg").getroot()
    document = json.loads(when(tmp_path, "fee", *days, "--format", "json").stdout)

    assert "\n".join(line.strip() for line in told.stdout.splitlines()).count("because") == 2
    assert "licensing" not in only.stdout
    assert "2026-05-01 to 2026-12-31  due" in only.stdout
    assert done.exit_code == 0
    assert texts(root, "what") == ["Fee"]
    assert [step["from"] for step in document[0]["steps"]] == ["2026-01-01", "2026-05-01"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--when", "2026-12-31", "2026-01-01"), "the last day, 2026-01-01, lies before the first"),
        (("--when", "2026-01-01", "2026-12-31", "--as-of", "2026-02-01"), "--as-of asks for one day"),
        (("--when", "2026-01-01", "2026-12-31", "--vs", "d2"), "without --vs"),
        (("--when", "2026-01-01", "2026-12-31", "--check"), "without --check"),
        (("--when", "2026-01-01", "2026-12-31", "--engine", "columnar"), "days are gone through by the engine"),
        (("--format", "svg"), "svg draws answers over time; add --when FIRST LAST"),
    ],
)
def test_days_are_asked_for_alone(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = when(tmp_path, *words)

    assert done.exit_code == 2
    assert said in done.stderr
