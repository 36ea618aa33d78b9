"""The first screen of `decide`: what matters of many subjects, whole at every width, with everything counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from licet.cli.main import main
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.facts.inventory.load import load_facts
from licet.loading.policy_files import load_policy
from licet.report.decision_text import FEW, render
from tests.language.cases import ROOT, Case, unpacked

PAGE = Case.read(ROOT / "fixtures" / "language" / "good" / "40-many-subjects.md")
COMMAND = "licet decide facts.yaml --all"
WIDTHS = (60, 80, 140)


@cache
def decisions(copies: int = 1) -> tuple[Decision, ...]:
    """Of the inventory of the page, and of as many more of its deals with long names."""
    deals = [
        f"  - {{id: deal-{n}-of-a-year-long-ago, buyer: {buyer}, date: 2026-05-01, worth: {n} USD}}\n"
        for n, buyer in enumerate(("home", "north", "east", "silent") * 5 * (copies - 1))
    ]
    with unpacked(PAGE.files):
        with Path("facts.yaml").open("a", encoding="utf-8") as facts:
            facts.writelines(deals)
        policy = load_policy([Path("policy.licet")])
        return decide(policy, load_facts(Path("facts.yaml"), policy))


def licet(*words: str, **env: str) -> Result:
    with unpacked(PAGE.files):
        wanted = {"NO_COLOR": "", "FORCE_COLOR": "", **env}
        return CliRunner().invoke(main, [*words, "--policy", "policy.licet"], env=wanted, catch_exceptions=False)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("copies", [1, 3])
def test_lines_fit_and_rows_are_one_line_each(width: int, copies: int, *, every: bool) -> None:
    made = decisions(copies)
    text = render(made, width=width, every=every, command=COMMAND)

    assert max(map(cell_len, text.splitlines())) <= width
    assert "not legal advice" in text
    for type_ in ("Deal", "Party"):
        group = [d for d in made if d.subject.type == type_]
        shown = [d for d in group if re.search(rf"^{d.subject.id[:15]}", text, re.MULTILINE)]
        left = re.search(rf"^and ([\d,]+) more {type_}", text, re.MULTILINE)
        assert len(shown) + int(left[1] if left else 0) == len(group)
        assert every is (left is None) or len(shown) == len(group)
    assert (f"\n  {COMMAND}\n" in text) is not every


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("copies", [1, 3])
def test_what_is_forbidden_or_open_is_shown_or_counted(width: int, copies: int) -> None:
    made = [d for d in decisions(copies) if d.subject.type == "Deal"]
    text = render(made, width=width, every=False, command=COMMAND)
    head, _, rest = " ".join(text.split()).partition(" more Deal: trade ")
    cells = [found[1] for line in text.splitlines() if (found := re.match(r"d\S+ +[\d-]{10} (.*)", line))]

    for outcome, cell in (
        ("forbidden", r"forbidden\b"),
        ("not determined", r"(up|free|notice|licence) to forbidden\b"),
    ):
        wanted = _known(made, outcome if outcome == "forbidden" else None)
        counted = re.search(rf"(\d+) {outcome}", rest)
        assert f"{wanted} {outcome}" in head
        assert sum(bool(re.match(cell, one)) for one in cells) + int(counted[1] if counted else 0) == wanted


@pytest.mark.parametrize("width", WIDTHS)
def test_sections_of_open_law_are_never_cut(width: int, frontier_decided: tuple[Decision, ...]) -> None:
    text = render(frontier_decided, width=width, every=True, command=COMMAND)
    table = text.partition("law that is open")[2].partition("\n\n")[0]
    told = " ".join(re.sub(r" +\d+ +\d+$", "", table, flags=re.MULTILINE).split()).replace("- ", "-")
    laws = {one.law for d in frontier_decided for one in d.missing if one.law and one.decides}

    assert len(laws) > 10
    assert [law.cites for law in laws if ", ".join(law.cites) not in told] == []


def test_a_default_that_is_not_earned_is_told_by_its_decision() -> None:
    """`storage` is open because `release`, which it reads, has a default; it has none that is to be earned itself."""
    page = Case.read(ROOT / "fixtures" / "language" / "good" / "26b-earned-elsewhere.md")
    with unpacked(page.files):
        policy = load_policy([Path("policy.licet")])
        facts = load_facts(Path("facts.yaml"), policy)
        text = render(decide(policy, facts) * 4, width=140, every=False)
        storage = CliRunner().invoke(main, ["explain", "facts.yaml", "released", "--policy", "policy.licet"]).stdout

    law = text.partition("law that is open")[2].partition("\n\n")[0]
    for place in ("US", "DE"):
        assert f"default of release, not earned: under the law of {place} no rule says" in law
    assert "free, the default of release, is not earned" in storage
    assert "default of storage" not in text + storage


def test_a_star_is_explained_where_one_is_shown(frontier_decided: tuple[Decision, ...]) -> None:
    """Of all answers that are announced as not enforced, none is grave enough for the first rows."""
    for made, every, is_starred in (
        (decisions(), False, True),
        (frontier_decided, False, False),
        (frontier_decided, True, True),
    ):
        text = render(made, every=every, command=COMMAND)
        assert re.search(r"^announced as not enforced: \d+ of ", text, re.MULTILINE)
        assert bool(re.search(r"\w \*( |$)", text, re.MULTILINE)) is is_starred
        assert ("\n* announced as not enforced on that date" in text) is is_starred


def _known(made: Sequence[Decision], outcome: str | None) -> int:
    return sum((o.must if o.must == o.may else None) == outcome for d in made for o in d.overall)


def test_the_gravest_come_first_and_never_wait_for_what_is_open() -> None:
    lines = render(decisions(), every=False).splitlines()
    rows = [line.split(maxsplit=2)[2] for line in lines if re.match(r"d-\d\d ", line)]
    wanted = ("forbidden", *["notice to forbidden"] * 2, *["free to forbidden"] * 2, "licence *", "licence *")

    assert [row.startswith(words) for row, words in zip(rows, wanted, strict=False)] == [True] * len(wanted)


def test_findings_have_the_colour_of_their_gravity() -> None:
    with unpacked(PAGE.files):
        Path("policy.licet").write_text('module a "A"\nrule x\n', encoding="utf-8")
        checked, decided = (
            [CliRunner().invoke(main, words, env={"NO_COLOR": "", "FORCE_COLOR": force}) for force in ("", "1")]
            for words in (["check", "policy.licet"], ["decide", "facts.yaml", "--policy", "policy.licet"])
        )

    assert all(done.output.startswith("error[E011]: ") for done in (checked[0], decided[0]))
    assert all(done.output.startswith("\x1b[31m\x1b[1merror[E011]:\x1b[0m ") for done in (checked[1], decided[1]))
    assert licet("decide", "none.yaml", FORCE_COLOR="1").stderr.startswith("\x1b[31m\x1b[1merror:\x1b[0m ")


def test_few_subjects_are_shown_whole() -> None:
    text = render(decisions()[4 : 4 + FEW], width=80, every=False)

    assert "more" not in text
    assert "rests on rules not read in the legal text: transit" in text


def test_type_and_all_say_the_same_of_the_command_that_shows_the_rest() -> None:
    first = licet("decide", "facts.yaml", "--type", "Deal").stdout
    whole = licet("decide", "facts.yaml", "--type", "Deal", "--all").stdout

    assert "Party (" not in first
    assert "  licet decide facts.yaml --type Deal --policy policy.licet --all\n" in first or "more Deal" not in first
    assert "--all" not in whole
    assert licet("decide", "facts.yaml", "--type", "Dael").exit_code == 2


def test_a_file_has_every_row() -> None:
    with unpacked(PAGE.files):
        words = ["decide", "facts.yaml", "--policy", "policy.licet", "-o", "out.txt"]
        assert CliRunner().invoke(main, words, catch_exceptions=False).exit_code == 0
        assert "more Deal" not in Path("out.txt").read_text(encoding="utf-8")


def test_colour_is_for_terminals_and_says_nothing_of_its_own() -> None:
    plain = licet("decide", "facts.yaml").stdout
    coloured = licet("decide", "facts.yaml", FORCE_COLOR="1").stdout

    assert "\x1b" not in plain
    assert "\x1b[1;31mforbidden" in coloured
    lines = re.sub(r"\x1b\[[\d;]*m", "", coloured).splitlines()
    assert [line.rstrip() for line in lines] == plain.splitlines()
    assert licet("decide", "facts.yaml", FORCE_COLOR="1", NO_COLOR="1").stdout == plain
