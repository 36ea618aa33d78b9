"""`licet explain --all`: a page for every subject and an index; a folder that is whole, and that nothing else is in."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from licet.cli.main import main
from licet.facts.store import Subject
from licet.report.page_folder import file_names
from tests.report.accessibility import assert_can_be_read
from tests.report.test_explanation_page import Read

POLICY = """module rules "Rules"
  authority EAR "Rules"
enumeration Kind one of plain, grave, other
entity Item "item"
  name : text "name"
  kind : Kind "kind"

decision licensing of i: Item "licensing"
  outcomes free < permit < forbidden
  otherwise free

rule needs "Grave things need a permit"
  for i: Item
  cites EAR "1.1"
  when i.kind is grave
  then licensing of i is permit because "it is grave"

rule barred "Other things are barred"
  for i: Item
  cites EAR "1.2"
  when i.kind is other
  then licensing of i is forbidden because "it is of another kind"
"""
IDS = ("a-1", "Ärger", "b/../../c", "A-1", "x" * 100, "<b>&amp;", ".", "con", "index")


@pytest.fixture
def case(tmp_path: Path) -> tuple[Path, Path]:
    policy, facts = tmp_path / "p.licet", tmp_path / "facts.json"
    policy.write_text(POLICY, encoding="utf-8")
    kinds: tuple[dict[str, str], ...] = ({"kind": "plain"}, {"kind": "grave"}, {"kind": "other"}, {})
    items = [{"id": id_, "name": f"<i>{id_}", **kinds[at % 4]} for at, id_ in enumerate(IDS)]
    facts.write_text(json.dumps({"Item": items}), encoding="utf-8")
    return policy, facts


def run(case: tuple[Path, Path], *words: Any) -> Any:
    policy, facts = case
    given = ["explain", facts, "--policy", policy, "--as-of", "2026-06-15", *words]
    return CliRunner().invoke(main, [str(word) for word in given], catch_exceptions=False)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(("format_", "suffix"), [(None, "html"), ("markdown", "md"), ("json", "json")])
def test_every_subject_has_a_page(case: tuple[Path, Path], tmp_path: Path, format_: str | None, suffix: str) -> None:
    out = tmp_path / "pages"
    done = run(case, "--all", "-o", out, *(["--format", format_] if format_ else []))

    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert f"{len(IDS)} pages to write" in done.stderr
    assert f"{len(IDS)} pages and index.html written to" in done.stderr
    assert len(names(out)) == len(IDS) + 1
    assert all(re.fullmatch(r"[a-z0-9._-]+", name) for name in names(out))
    assert {f"item-a-1.{suffix}", f"item-con.{suffix}", f"item-index.{suffix}", "index.html"} <= names(out)
    read = Read((out / "index.html").read_text(encoding="utf-8"))
    assert sorted(attrs["href"] or "" for attrs in read.all("a")) == sorted({*names(out), "#all"} - {"index.html"})
    for page in names(out) - {"index.html"}:
        assert "not legal advice" in (out / page).read_text(encoding="utf-8").lower()


NAMED = (
    POLICY.replace(
        "enumeration",
        'term odd of i: Item "odd"\nscore weight of i: Item "weight" range 0 to 9\n'
        '  add 4 when i.kind is grave because "it is grave"\nenumeration',
    )
    + """
rule odd "What is grave is odd"
  for i: Item
  cites EAR "1.3"
  when i.kind is grave
  then i is odd
"""
)


def test_what_is_asked_for_by_name_has_pages_of_that_alone(case: tuple[Path, Path], tmp_path: Path) -> None:
    case[0].write_text(NAMED, encoding="utf-8")
    out = tmp_path / "pages"
    done = run(case, "odd", "weight", "--all", "--format", "json", "-o", out)

    assert done.exit_code == 0, done.output
    assert f"{len(IDS)} pages and index.html written to" in done.stderr
    one = json.loads((out / "item-a-1.json").read_text(encoding="utf-8"))
    assert one["asked"]["about"] == ["odd", "weight"]
    assert [part.get("term", part.get("score")) for part in one["parts"]] == ["odd", "weight"]
    read = Read((out / "index.html").read_text(encoding="utf-8"))
    pages = [str(attrs["href"]) for attrs in read.all("a") if str(attrs["href"]).endswith(".json")]
    ids = [json.loads((out / page).read_text(encoding="utf-8"))["subject"]["id"] for page in pages]
    places = [["grave", "unknown"].index(kind) if kind in ("grave", "unknown") else 2 for kind in map(_kind, ids)]
    assert len(ids) == len(IDS)
    assert places == sorted(places), "odd for certain, perhaps, and not"


def _kind(id_: str) -> str:
    return ("plain", "grave", "other", "unknown")[IDS.index(id_) % 4]


def test_the_index_tells_the_gravest_first(case: tuple[Path, Path], tmp_path: Path) -> None:
    run(case, "--all", "-o", tmp_path / "pages")
    page = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    read = Read(page)
    rows = read.text.split("First reason")[1]

    assert not read.all("script")
    assert "Licensing2 not determined2 forbidden2 permit3 free" in read.text
    said = re.findall(r"licensing: (not determined, from free to forbidden|forbidden|permit|free)", rows)
    assert said == ["forbidden"] * 2 + ["not determined, from free to forbidden"] * 2 + ["permit"] * 2 + ["free"] * 3
    assert "It is grave." in rows
    assert "It is of another kind." in rows
    assert "Open: It is of another kind." in rows
    assert "<i>a-1 a-1" in read.text  # a name, and the id beside it


def test_the_index_has_the_order_of_the_first_screen(case: tuple[Path, Path], tmp_path: Path) -> None:
    kinds = ("plain", "grave", "other", None)
    items = [{"id": f"i-{at:02}", **({"kind": kind} if (kind := kinds[at * 7 % 4]) else {})} for at in range(12)]
    case[1].write_text(json.dumps({"Item": items}), encoding="utf-8")
    run(case, "--all", "-o", tmp_path / "pages")
    index = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    screen = CliRunner().invoke(main, ["decide", str(case[1]), "--policy", str(case[0]), "--all"]).stdout
    rows = re.findall(r"^(i-\d\d) +(free to forbidden|\w+)", screen, re.MULTILINE)

    assert [id_ for id_, _ in rows] == re.findall(r"item-(i-\d\d)\.html", index)
    assert list(dict.fromkeys(answer for _, answer in rows)) == ["forbidden", "free to forbidden", "permit", "free"]


def test_a_folder_with_other_things_is_left_alone(case: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "pages"
    out.mkdir()
    (out / "notes.md").write_text("mine", encoding="utf-8")
    for words in ((), ("--replace",)):
        done = run(case, "--all", "-o", out, *words)
        assert done.exit_code == 2
        assert "holds other things (`notes.md`); name a new folder, or an empty one" in done.stderr
    assert names(out) == {"notes.md"}


def test_pages_are_replaced_where_that_is_said(case: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "pages"
    assert run(case, "--all", "-o", out).exit_code == 0
    before = {name: (out / name).read_bytes() for name in names(out)}

    again = run(case, "--all", "-o", out)
    assert again.exit_code == 2
    assert "holds pages already; name another folder, or add --replace" in again.stderr
    assert {name: (out / name).read_bytes() for name in names(out)} == before

    facts = {"Item": [{"id": "a-1", "kind": "grave"}, {"id": "new", "kind": "plain"}]}
    case[1].write_text(json.dumps(facts), encoding="utf-8")
    assert run(case, "--all", "-o", out, "--replace").exit_code == 0
    assert names(out) == {"item-a-1.html", "item-new.html", "index.html"}
    assert (out / "item-a-1.html").read_bytes() != before["item-a-1.html"]


def test_an_input_is_no_page(case: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "pages"
    out.mkdir()
    inside = out / "item-a-1.json"
    inside.write_bytes(case[1].read_bytes())
    done = run((case[0], inside), "--all", "-o", out, "--replace", "--format", "json")

    assert done.exit_code == 2
    assert "is read by this run" in done.stderr
    assert inside.read_bytes() == case[1].read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a-1", "--all", "-o", "{}/pages"), "--all explains every subject, and `a-1` is one: leave one of them out"),
        (("licensin", "--all", "-o", "{}/pages"), "is called `licensin`; did you mean `licensing`?"),
        (("--all",), "--all writes a page for each subject: name a folder with -o DIR"),
        (("--all", "-o", "{}/pages.html"), "`pages.html` is called like a file: name a folder"),
        (("--all", "-o", "{}/pages", "--format", "text"), "--all writes html, markdown, json, and no text"),
        (("--all", "-o", "{}/no/where"), "there is no folder"),
        (("--all", "-o", "{}/p.licet"), "is a file; name a folder"),
        ((), "name a SUBJECT (an id, or Type:id), or --all with -o DIR for every one"),
        (("a-1", "--replace"), "--replace goes with --all"),
    ],
)
def test_what_does_not_go_together(case: tuple[Path, Path], tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = run(case, *(word.format(tmp_path) for word in words))

    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "pages").exists()


SCORED = """module rules "Rules"
  authority EAR "Rules"
entity Item "item"
  name : text "name"
  kind : text "kind"

score risk of i: Item "risk"
  source unverified "invented"
  note "an example"
  range 0 to 100
  add 40 when i.kind is "grave" because "it is grave" cites EAR "1"
"""


def test_a_score_alone_has_no_sheet(case: tuple[Path, Path], tmp_path: Path) -> None:
    case[0].write_text(SCORED, encoding="utf-8")

    assert "risk: 40" in run(case, "Item:Ärger", "--no-check").stdout
    for words in (("--format", "html"), ("-o", tmp_path / "proof.mmd"), ("-o", tmp_path / "sheet.pdf")):
        done = run(case, "a-1", *words)
        assert done.exit_code == 2
        assert "nothing is decided about `Item a-1`: no sheet, no graph" in done.stderr
    every = run(case, "--all", "-o", tmp_path / "pages")
    assert every.exit_code == 2
    assert "nothing to decide" in every.stderr
    assert not (tmp_path / "pages").exists()


def test_names_of_files_are_plain_and_apart() -> None:
    subjects = [Subject(type_, id_) for type_ in ("Model", "MODEL") for id_ in (*IDS, "0" * 16, "é", "e\u0301", "")]
    found = list(file_names(subjects, "html").values())

    assert len({name.lower() for name in found}) == len(subjects)
    assert all(re.fullmatch(r"[a-z0-9._-]{1,90}\.html", name) for name in found)


def test_a_run_that_is_stopped_leaves_nothing(case: tuple[Path, Path], tmp_path: Path) -> None:
    items = [{"id": f"i-{at}", "kind": "grave"} for at in range(4000)]
    case[1].write_text(json.dumps({"Item": items}), encoding="utf-8")
    out = tmp_path / "pages"
    words = ["explain", case[1], "--policy", case[0], "--as-of", "2026-06-15", "--all", "-o", out]
    process = subprocess.Popen(
        [sys.executable, "-m", "licet", *map(str, words)], stderr=subprocess.PIPE, env={**os.environ}
    )
    deadline = time.monotonic() + 60
    while not any(tmp_path.glob(".pages.*.part/*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 128 + signal.SIGTERM
    assert b"stopped; nothing was written" in said
    assert {path.name for path in tmp_path.iterdir()} == {"p.licet", "facts.json"}


def test_the_index_fits_and_can_be_read(browser: Any, case: tuple[Path, Path], tmp_path: Path) -> None:
    run(case, "--all", "-o", tmp_path / "pages")
    assert_can_be_read(browser, (tmp_path / "pages" / "index.html").as_uri())
