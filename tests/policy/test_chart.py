"""The Country Chart, the Country Groups and the entries of the library, against copies that nobody here wrote.

Every cell of the chart, member of a group and column that an encoded entry names whole is compared, on the day
of the copies; without them the tests are skipped. Liechtenstein and Hong Kong are compared by what they inherit. What
differs by day stands in `CHANGED`, with its source.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from typing import Any

import pytest

from licet.ir.countries import CODES, instead_of
from licet.ir.policy import DatedList, Policy
from licet.run.reference.dated_lists import listed_on
from licet.values import Truth
from tests.conftest import ROOT

DAY = date(2026, 7, 23)
EAR = ROOT.parent / "shared" / "data" / "ear"
COLUMNS = (
    "CB 1",
    "CB 2",
    "CB 3",
    "NP 1",
    "NP 2",
    "NS 1",
    "NS 2",
    "MT 1",
    "RS 1",
    "RS 2",
    "FC 1",
    "CC 1",
    "CC 2",
    "CC 3",
)
GROUPS = ("A:1", "A:2", "A:3", "A:4", "A:5", "A:6", "B", "D:1", "D:2", "D:3", "D:4", "D:5")
# How the copies spell places, where it is neither the name of ISO 3166 nor one that the program knows.
SPELT = {
    "Bahamas, The": "BS", "The Bahamas": "BS", "Bosnia & Herzegovina": "BA", "Brunei": "BN", "Burma": "MM",
    "Cape Verde": "CV", "China (PRC)": "CN", "Congo (Democratic Republic of the)": "CD",
    "Congo (Democratic Republic of)": "CD", "Congo (Republic of the)": "CG", "Cote d'Ivoire": "CI",
    "Cote d'lvoire": "CI", "Gambia, The": "GM", "Korea, North": "KP", "Korea, South": "KR",
    "Micronesia (Federated State of)": "FM", "Micronesia, Federated States of": "FM", "Saint Kitts & Nevis": "KN",
    "Sao Tome & Principe": "ST", "Seycheles": "SC", "South Sudan, Republic of": "SS", "St. Kitts and Nevis": "KN",
    "Sint Maarten (the Dutch two-fifths of the island of Saint Martin)": "SX", "St. Lucia": "LC",
    "St. Vincent and the Grenadines": "VC", "Trinidad & Tobago": "TT", "Vatican City": "VA",
}  # fmt: skip
NO_CODE = {"Kosovo"}  # ISO 3166 has none for it, so that no inventory can name it
# Members of lists on other days than that of the copies: since when or until when, and by what.
CHANGED = {
    "A:5": {"AE": (date(2026, 7, 10), None)},
    "A:6": {"CY": (date(2020, 12, 28), None), "MX": (date(2020, 12, 28), None), "HK": (None, date(2020, 12, 23))},
    "D:3": {"AE": (None, date(2026, 7, 10))},
    "D:4": {
        "AE": (None, date(2026, 7, 10)), "BY": (date(2022, 3, 2), None), "RU": (date(2020, 2, 24), None),
    },
    "D:5": {
        "CY": (None, date(2024, 5, 30)), "ET": (date(2021, 11, 1), None),
        "KH": (date(2021, 12, 9), date(2025, 11, 7)), "NI": (date(2024, 3, 15), None), "RU": (date(2021, 3, 18), None),
    },
}  # fmt: skip
# Of D:5 the list of 22 CFR 126.1 controls: Ethiopia stands in it since 2021-11-01 (86 FR 60165), not in the table.
BESIDE_THE_TABLE = {"D:5": {"ET"}}


@cache
def copy_of(name: str) -> Any:
    path = next((p for p in (EAR / name, ROOT.parent.parent / "shared/data/ear" / name) if p.is_file()), None)
    if path is None:
        pytest.skip(f"the copy of eCFR is not there: {EAR / name}")
    return json.loads(path.read_text(encoding="utf-8"))


def code(name: str) -> str:
    found = SPELT.get(name) or instead_of(name)
    assert found in CODES, name
    return found


def column(library: Policy, name: str) -> DatedList:
    return library.lists["chart_" + name.lower().replace(" ", "_")]


def group(library: Policy, name: str) -> DatedList:
    return library.lists["country_group_" + name.lower().replace(":", "")]


def members(dated: DatedList, day: date) -> set[str]:
    """Whoever is a member in its own name or by what it is a territory of."""
    return {place for place in CODES if listed_on(dated, place, day) is Truth.T}


def test_every_cell_of_the_chart(library: Policy) -> None:
    chart = copy_of("country-chart.json")
    rows = {name: row for name, row in chart["countries"].items() if name not in NO_CODE}
    cells = 0
    for name, row in rows.items():
        for label in chart["columns"]:
            marked = label in row["marks"]
            cells += 1
            if label not in COLUMNS:
                assert not marked, (name, label)  # AT Column 1 and 2: no rule asks the chart for them
                continue
            came = listed_on(column(library, label), code(name), DAY)
            assert came is (Truth.T if marked else Truth.F), (name, label)
    assert (len(rows), cells) == (195, 195 * 16)
    assert sum(len(row["marks"]) for row in rows.values()) == sum(
        listed_on(column(library, label), code(name), DAY) is Truth.T for label in COLUMNS for name in rows
    )
    print(f"{cells} cells of {len(rows)} rows, {sum(len(row['marks']) for row in rows.values())} with an X")


def test_embargoed_rows_have_no_mark_and_are_rows(library: Policy) -> None:
    for name in copy_of("country-chart.json")["embargoed"]:
        assert listed_on(library.lists["chart_rows"], code(name), DAY) is Truth.T
        assert all(listed_on(column(library, label), code(name), DAY) is Truth.F for label in COLUMNS)


def test_rows_and_nothing_else(library: Policy) -> None:
    """Whoever has a row, or belongs to whom has one; the United States have none."""
    chart = copy_of("country-chart.json")
    named = {code(name) for name in [*chart["countries"], *chart["embargoed"]] if name not in NO_CODE}
    dated = library.lists["chart_rows"]
    assert {str(m.member) for m in dated.members} == named - {"LI"}
    territories = {t.code for t in dated.territories if t.stands_for in named}
    assert members(dated, DAY) == named | territories
    assert {"HK", "LI", "KY"} <= territories
    assert sorted(CODES - members(dated, DAY)) == ["AQ", "AS", "CK", "GU", "MP", "NU", "PR", "PS", "UM", "US", "VI"]


def test_territories_are_their_parents(library: Policy) -> None:
    inherited = copy_of("country-chart.json")["territoryInheritance"]
    for label in COLUMNS:
        dated = column(library, label)
        for name, entry in inherited.items():
            assert listed_on(dated, code(name.title()), DAY) is listed_on(dated, code(entry["row"]), DAY), (name, label)


def test_footnotes(library: Policy) -> None:
    chart = copy_of("country-chart.json")
    told = {str(m.member): m.source for m in library.lists["chart_rows"].members}
    for name, row in {**chart["countries"], **chart["embargoed"]}.items():
        if name in NO_CODE or code(name) == "LI":  # footnote 5 is the line of the territories
            continue
        _, found, numbers = told[code(name)].partition("footnote")
        assert [int(n) for n in re.findall(r"\d+", numbers) if found] == row["footnotes"], name


def test_every_member_of_every_group(library: Policy) -> None:
    copied = copy_of("country-groups.json")["groups"]
    groups = {name: {code(n) for n in named if n not in NO_CODE} for name, named in copied.items()}
    assert set(groups) == {*GROUPS, "E:1", "E:2"}
    for name in GROUPS:
        own = {place for place in members(group(library, name), DAY) if not _inherits(group(library, name), place)}
        assert own == groups[name] | BESIDE_THE_TABLE.get(name, set()), name
        assert not groups[name] & BESIDE_THE_TABLE.get(name, set())
    assert members(library.lists["country_group_e"], DAY) == groups["E:1"] | groups["E:2"]
    print({name: len(named) for name, named in groups.items()})


def _inherits(dated: DatedList, place: str) -> bool:
    return any(t.code == place and place not in {str(m.member) for m in dated.members} for t in dated.territories)


def test_what_differs_is_explained_by_its_day(library: Policy) -> None:
    """A member with a day of its own is one that the copy has not, or that it has since that day."""
    for name in GROUPS:
        dated = {
            str(m.member): (m.interval.start, m.interval.end)
            for m in group(library, name).members
            if (m.interval.start, m.interval.end) != (None, None)
        }
        assert dated == CHANGED.get(name, {}), name


def test_columns_are_what_part_742_says(library: Policy) -> None:
    """742.4, 742.5 and 742.6 name columns by who is left out: a second source for the same cells."""
    chart = copy_of("country-chart.json")
    rows = {code(name) for name in chart["countries"] if name not in NO_CODE}
    in_group = {name: members(group(library, name), DAY) for name in GROUPS}
    all_but = {
        "NS 1": {"AU", "CA", "GB"}, "MT 1": {"AU", "CA", "GB"}, "RS 1": {"AU", "CA", "GB"},
        "NS 2": in_group["A:1"], "RS 2": in_group["A:1"] | {"IN"},
        "CB 2": in_group["A:3"], "NP 1": in_group["A:4"],
    }  # fmt: skip
    differ = {
        label: sorted((members(column(library, label), DAY) & rows) ^ (rows - left_out))
        for label, left_out in all_but.items()
    }
    assert differ == {label: [] for label in all_but}


# ---- entries

NAMES_COLUMN = re.compile(r"^([A-Z]{2}) Column ([123])")
ENTRIES = {label: "entries_" + label.lower().replace(" ", "_") for label in COLUMNS}
SAMPLE = "2A000"  # 738.4(b), which no copy of the list has
# The copy lost the requirements of this entry, or a line of them; its heading, or another line, has them.
BY_HEADING = {"3E001"}


def named_members(library: Policy, name: str) -> set[str]:
    return {str(m.member) for m in library.lists[name].members} if name in library.lists else set()


def test_every_column_that_an_encoded_entry_names_whole(library: Policy) -> None:
    """Where the copy says that a column applies to the entire entry, the entry itself stands on the column's list."""
    entries = {e["eccn"]: e for e in copy_of("ccl.json")["entries"]}
    asked = named_members(library, "encoded_entries") - {SAMPLE, "EAR99"} - BY_HEADING
    assert asked <= set(entries)
    compared = 0
    for eccn in sorted(asked):
        for row in entries[eccn]["countryChart"]:
            column_ = NAMES_COLUMN.match(row["countryChart"])
            if (
                column_ is None
                or column_[1] == "AT"
                or "xcept" in row["control"]
                or "entire entry" not in row["control"]
            ):
                continue
            compared += 1
            assert eccn in named_members(library, ENTRIES[f"{column_[1]} {column_[2]}"]), (eccn, row)
    print(f"{compared} columns of entire entries, {len(asked)} entries")
    assert compared > 40


def test_no_entry_stands_under_a_column_that_the_copy_does_not_name(library: Policy) -> None:
    entries = {e["eccn"]: e for e in copy_of("ccl.json")["entries"]}
    for label, name in ENTRIES.items():
        for member in named_members(library, name) - {SAMPLE, f"{SAMPLE}.b"}:
            rows = entries[member.split(".")[0]]["countryChart"]
            assert any(row["countryChart"].startswith(label[:2] + " Column " + label[3:]) for row in rows), (
                label,
                member,
            )


def test_entries_that_name_no_column_are_on_no_list(library: Policy) -> None:
    """What the copy says in prose only (742.4(a)(5), D:5, Pakistan) is never answered by the chart."""
    on_lists = {member.split(".")[0] for name in ENTRIES.values() for member in named_members(library, name)}
    for entry in copy_of("ccl.json")["entries"]:
        labels = {m[1] for row in entry["countryChart"] if (m := NAMES_COLUMN.match(row["countryChart"]))}
        if not labels - {"AT"}:
            assert entry["eccn"] not in on_lists, entry["eccn"]


def test_every_encoded_entry_is_answered_or_named(library: Policy) -> None:
    """Each control row of an encoded entry is a column list, a part, or a rule of us.ear.worldwide or us.ear.chips."""
    somewhere = {
        member.split(".")[0]
        for name in library.lists
        if name.startswith(("entries_", "parts_", "worldwide_", "tools_", "listening_", "encryption_", "advanced_"))
        for member in named_members(library, name)
    }
    by_other_rules = {
        "3A992", "3A999",  # us.ear.worldwide, `pakistan`
        "3B993", "3B994", "3D993", "3D994", "3E993", "3E994",  # 742.6(a)(11): entities of footnote 5
        "3D001", "3E001", "4E001",  # by what they are for
    }  # fmt: skip
    at_only = set()
    for entry in copy_of("ccl.json")["entries"]:
        if (
            entry["eccn"] in named_members(library, "encoded_entries")
            and entry["eccn"] not in somewhere | by_other_rules
        ):
            at_only.add(entry["eccn"])
            assert {row["countryChart"].rstrip(".") for row in entry["countryChart"]} == {"AT Column 1"}, entry["eccn"]
    assert len(at_only) == 15
