"""Tables as other programs write them: each is read right, or refused with what stands there and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

import licet
from licet.errors import FactsError

VOCABULARY = """module deals "Deals" jurisdiction CH
entity Deal "deal"
  number : number "number"
  share : percent "share"
  day : date "day"
  flag : boolean "flag"
  label : text "label"
  tags : set of text "tags"
decision handling of d: Deal "handling" outcomes pass < ask otherwise pass
"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> licet.Policy:
    path = tmp_path_factory.mktemp("ordinary") / "policy.licet"
    path.write_text(VOCABULARY, encoding="utf-8")
    return licet.load(path)


def read(policy: licet.Policy, folder: Path, table: str) -> dict[str, object]:
    """The facts of the record `d1`."""
    path = folder / "Deal.csv"
    path.write_text(table, encoding="utf-8")
    return dict(policy.facts(path).entities["Deal"]["d1"].facts)


SETS = {
    "a; b": {"a", "b"},
    "['a', 'b']": {"a", "b"},  # as pandas writes a list
    '"[""a"", ""b""]"': {"a", "b"},
    "[a| b]": {"a| b"},
    "[]": set(),
    "odd routing, no reason given": {"odd routing, no reason given"},
    '"[""a, b""]"': {"a, b"},
}


@pytest.mark.parametrize("cell", SETS)
def test_a_set_as_programs_write_it(policy: licet.Policy, tmp_path: Path, cell: str) -> None:
    assert read(policy, tmp_path, f"id\ttags\nd1\t{cell}\n")["tags"] == SETS[cell]


REFUSED = [
    ("tags", "3A001, 4A003", 'write `3A001; 4A003`, or `["3A001, 4A003"]` if it is one'),
    ("tags", "a,b", "write `a; b`"),
    ("tags", "{a,b}", "write `a; b`"),  # as PostgreSQL writes an array
    ("tags", "{}", "write `[]` for none"),
    ("tags", "['a' 'b']", "write `a; b`"),  # as numpy writes one
    ("tags", "['a', None]", "members with semicolons between"),
    ("tags", '"[""a"", null]"', "each member to be a value"),
    ("number", "(500)", "write -500 if brackets mean less than nothing"),
    ("number", "1,000,000", "write it without commas: 1_000_000"),
    ("number", "1.234,5", "write 1_234.5"),
    ("number", "NULL", "leave the cell empty"),
    ("share", "0,4", "write `40%`"),
    ("day", "31.12.2026", "write 2026-12-31"),
    ("day", "31.12.26", "write 2026-12-31 if this is day/month/year"),
    ("day", "Jan 5 2026", "write 2026-01-05"),
    ("day", "46387", "write 2026-12-31 if this is the number of a day in a spreadsheet"),
    ("flag", "ja", "write `yes`"),
    ("flag", "0", "write `no`"),
    ("label", "#N/A", "leave the cell empty"),
]


@pytest.mark.parametrize(("column", "cell", "said"), REFUSED)
def test_what_is_refused_says_what_to_write(
    policy: licet.Policy, tmp_path: Path, column: str, cell: str, said: str
) -> None:
    with pytest.raises(FactsError) as raised:
        read(policy, tmp_path, f"id\t{column}\nd1\t{cell}\n")
    (found,) = raised.value.diagnostics
    assert found.span is not None
    assert found.span.address.endswith(f"Deal.csv:2:{column}")
    assert said in f"{found.label} {found.help}"


def test_a_point_in_a_file_with_semicolons(policy: licet.Policy, tmp_path: Path) -> None:
    """It groups thousands in files of spreadsheets that write `1.000,5`."""
    said = "`1.000` may be 1000 or 1, since semicolons part the cells of this file"
    for others in ("", "d2;2.500\n", "d2;7\n", "d2;1.000.000\n"):
        with pytest.raises(FactsError) as raised:
            read(policy, tmp_path, f"id;number\nd1;1.000\n{others}")
        assert said in [found.message for found in raised.value.diagnostics]
    assert read(policy, tmp_path, "id;number\nd1;1.000\nd2;0.125\n")["number"] == 1
    assert read(policy, tmp_path, "id;number\nd1;1.000\nd2;2.5\n")["number"] == 1
    assert read(policy, tmp_path, "id,number\nd1,1.000\n")["number"] == 1
    for decimal, number in ((",", 1000), (".", 1)):
        map_ = tmp_path / "map.yaml"
        map_.write_text(f'Deal: {{id: id, fields: {{number: {{column: number, decimal: "{decimal}"}}}}}}\n')
        (tmp_path / "Deal.csv").write_text("id;number\nd1;1.000\n")
        found = policy.facts(tmp_path / "Deal.csv", mapping=map_).entities["Deal"]["d1"]
        assert found.facts["number"] == number
