"""Every item of the frameworks is answered by facts, or its want is named (`docs/framework-items.md`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from licet.ir.policy import Policy
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "framework-items.md"
FOREIGN = ROOT.parent / "shared" / "facts" / "FRAMEWORKS.md"
_NAMED = re.compile(r"`([^`]+)`")
_WORDS = {"modelCard"}  # of other programs
# How many of each there are: an item that is deleted together with its line is missed.
COUNTS = {
    "REC-": 11,
    "KYC-": 6,
    "flag ": 29,
    "CoP C": 11,
    "CoP App.": 7,
    "CD-": 13,
    "LIC-": 17,
    "AI Act ": 16,
    "¶ ": 10,
}
COUNTS |= {"1324b": 4, "stage ": 6, "property ": 5, "date ": 5}


def rows() -> list[list[str]]:
    """The cells of each line of a table; heads and rules left out."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines]
    return [row for row in cells if row[0] not in ("item", "framework", "---")]


def items() -> dict[str, tuple[str, str]]:
    """Of each item outside `licet coverage`'s own, what answers it and what is not shown."""
    found = [row for row in rows() if not row[0].startswith("`")]
    return {item: (by, wanting) for item, by, wanting in found}


def asked() -> dict[str, set[str]]:
    """The numbers that the page lists of each framework, ranges written out."""
    listed = [row for row in rows() if row[0].startswith("`")]
    return {name.strip("`"): {f"{short} {n}" for n in numbers(text)} for name, short, text in listed}


def numbers(text: str) -> Iterator[str]:
    for part in text.split(";"):
        head, *words = part.split()
        family = f"{head} " if re.fullmatch(r"[A-Z]{3,}", head) else ""
        stem = ""
        for word in words if family else [head, *words]:
            if re.fullmatch(r"-\d{3}", word):
                yield stem + word
                continue
            stem = word[:-4]
            if (ends := re.fullmatch(r"(.+\.)(\d+)-\1(\d+)", word)) is not None:
                yield from (f"{family}{ends[1]}{n}" for n in range(int(ends[2]), int(ends[3]) + 1))
            else:
                yield family + word


@pytest.fixture(scope="module")
def requirements() -> dict[str, dict[str, object]]:
    files = sorted((ROOT / "policies" / "frameworks").glob("*.yaml"))
    read = [yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["Requirement"] for path in files]
    return {one["number"]: one for some in read for one in some}


@pytest.fixture(scope="module")
def names(library: Policy, requirements: dict[str, dict[str, object]]) -> set[str]:
    """Whatever a cell may name."""
    things = library.entities.values()
    types = [type_ for e in things for f in e.fields.values() for type_ in (f.type, f.type.element)]
    values = {f"{type_.name}.{value}" for type_ in types if type_ and type_.name for value in type_.values}
    return {
        *(rule.group for rule in library.rules.values()),
        *(check.id for check in library.checks.values()),
        *(f"score {name}" for name in library.scores),
        *(f"{e.name}.{field}" for e in things for field in e.fields),
        *library.relations,
        *values,
        *requirements,
        *_WORDS,
    }


def test_each_item_of_coverage_is_a_requirement_that_asks_for_records(
    requirements: dict[str, dict[str, object]],
) -> None:
    for framework, listed in asked().items():
        there = {n for n, one in requirements.items() if one["framework"] == framework}
        assert listed <= there, listed - there
        assert framework == "eu-gpai-code" or there == listed, there - listed
        assert all(requirements[number]["asks"] for number in listed)


def test_each_item_is_answered_or_its_want_is_named(names: set[str]) -> None:
    for item, (by, wanting) in items().items():
        named = _NAMED.findall(by)
        assert named or wanting, f"{item}: neither answered nor named as not shown"
        lost = [one for one in (*named, *_NAMED.findall(wanting)) if one not in names and not (ROOT / one).is_file()]
        assert lost == [], f"{item}: nothing is called {lost}"


def test_no_item_is_lost() -> None:
    assert {begins: sum(item.startswith(begins) for item in items()) for begins in COUNTS} == COUNTS
    assert sum(map(len, asked().values())) == 72 + 52 + 65 + 8 + 10


def test_each_requirement_is_on_the_page(requirements: dict[str, dict[str, object]]) -> None:
    said = {name for by, _ in items().values() for name in _NAMED.findall(by)} | set().union(*asked().values())
    states = {n for n, one in requirements.items() if one["framework"] == "us-frontier-states"}

    assert set(requirements) - said - states == set()
    assert said & states


def foreign() -> Iterator[tuple[str, str]]:
    """The first cell of each line of a table of the collected facts, after the number of its section."""
    section = ""
    for line in FOREIGN.read_text(encoding="utf-8").splitlines():
        if (head := re.match(r"#+ (\d+(?:\.\d+)?)", line)) is not None:
            section = head[1]
        cell = line.strip("|").split("|")[0].strip().strip("*").strip() if line.startswith("|") else ""
        if cell.strip("-") and cell not in ("id", "date", "source", "stage", "id and name", "---"):
            yield section, cell


@pytest.mark.skipif(
    not FOREIGN.is_file(), reason="the collected facts are not there: the page is compared with nothing"
)
def test_the_collected_facts_have_no_item_that_the_page_lacks() -> None:
    begins = {"4.1": "AI Act ", "4.2": "CoP ", "4.3": "date ", "3.4": "flag ", "5.3": "¶ "}
    shorts = {"1.1": "NIST", "1.2": "AI 600-1", "2": "ISO 42001"}
    listed = set().union(*asked().values())
    lost, family, seen = [], "", 0
    for section, cell in foreign():
        seen += 1
        if section in shorts:
            head = re.match(r"[A-Z]{3,} ", cell)
            family = head[0] if head else family if section == "1.1" else ""
            words = cell.replace("–", "-").removeprefix(family).replace(",", " ")
            lost += [n for n in numbers(f"{family}{words}") if f"{shorts[section]} {n}" not in listed]
        elif section.split(".")[0] in "345678":
            known = [item.removeprefix(begins.get(section, "")).removeprefix("stage ") for item in items()]
            known += [number.removeprefix("BIS ") for number in listed]
            whole = re.sub(r"^\(a\)", "1324b(a)", cell)
            lost += [] if any(re.match(rf"{re.escape(one)}(?![0-9a-z])", whole) for one in known) else [cell]
    assert lost == []
    assert seen > 200  # and they were read
