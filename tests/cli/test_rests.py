"""An answer says what it rests on, in every format: law that is unconfirmed, conflicts, assumptions, unread rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from licet.cli.main import main

LAW = """
module port "Port" jurisdiction X
authority PA "Port Act"
entity Firm "firm"
  seat : country "seat"
  owner : Firm "owner"
  listed : boolean "listed"
  bound : boolean derived "bound"
entity Shipment "shipment"
  date : date "date"
  by : Firm "sent by"
  urgent : boolean "urgent"
decision permit of s: Shipment "permit"
  outcomes free < needed < forbidden
  otherwise free
list allies of country from "allies.yaml" "the allies"
rule owner_listed "Bound by its owner"
  for f: Firm
  cites PA "7(2)"
  in force from 2020-01-01 until 2026-03-01
  unconfirmed from 2026-03-01 "the act lapsed; no notice was read"
  when f.owner is listed
  then f is bound
rule permit_bound "A bound firm needs a permit"
  for s: Shipment
  cites PA "9"
  when s.by is bound
  then permit of s is needed because "it is sent by a bound firm"
rule far "Not to an ally"
  for s: Shipment
  cites PA "11"
  when s.by.seat is not in allies
  then permit of s is needed because "it goes elsewhere"
exception waived "Urgent"
  to far
  for s: Shipment
  cites PA "12"
  unconfirmed until 2021-01-01 "nobody has read the gazette of that year"
  when s.urgent
"""
ALLIES = "title: Allies\nsource: PA Annex\ncovers: {from: 2020-01-01, until: 2027-01-01}\nmembers: [{code: CH}]\n"
FACTS = """
Firm:
  - {id: parent, seat: CH, owner: not applicable, listed: yes}
  - {id: child, seat: CH, owner: parent, listed: no}
  - {id: abroad, seat: JP, owner: not applicable, listed: no}
Shipment:
  - {id: before, date: 2025-05-05, by: child, urgent: no}
  - {id: lapsed, date: 2026-05-05, by: child, urgent: no}
  - {id: waived, date: 2020-05-05, by: abroad, urgent: yes}
  - {id: late, date: 2028-05-05, by: abroad, urgent: no}
  - {id: free, date: 2026-05-05, by: parent, urgent: no}
"""


def licet(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def law(tmp_path: Path) -> list[Path | str]:
    """The inventory, and the policy that decides it."""
    folder = tmp_path / "law"
    folder.mkdir()
    (folder / "port.licet").write_text(LAW, encoding="utf-8")
    (folder / "allies.yaml").write_text(ALLIES, encoding="utf-8")
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    return [tmp_path / "facts.yaml", "--policy", folder]


OF_LAW = {
    "lapsed": ("port.owner_listed", "unconfirmed since 2026-03-01", "PA 7(2): the act lapsed; no notice was read"),
    "waived": ("port.waived", "unconfirmed", "PA 12: nobody has read the gazette of that year"),
    "late": ("allies", "not covered since 2027-01-01", "PA Annex: Allies"),
}


@pytest.mark.parametrize("engine", ["reference", "columnar", "auto"])
def test_open_law_is_missing_with_what_is_known_of_it(law: list[Path | str], engine: str) -> None:
    documents = json.loads(licet("decide", *law, "--format", "json", "--engine", engine).stdout)
    found = {d["subject"]["id"]: [m for m in d["missing"] if m["kind"] == "law"] for d in documents}

    assert [id_ for id_, laws in found.items() if laws] == ["lapsed", "waived", "late"]
    assert found["lapsed"] == [
        {
            "kind": "law",
            "fact": "status",
            "of": {"type": "rule", "id": "port.owner_listed"},
            "decides": ["permit"],
            "state": "unconfirmed since 2026-03-01",
            "cites": ["PA 7(2)"],
            "note": "the act lapsed; no notice was read",
            "since": "2026-03-01",
        }
    ]
    assert (found["waived"][0]["of"]["id"], found["waived"][0]["since"]) == ("port.waived", None)
    assert found["late"][0] == {
        "kind": "law",
        "fact": "members",
        "of": {"type": "list", "id": "allies"},
        "decides": ["permit"],
        "state": "not covered since 2027-01-01",
        "cites": ["PA Annex"],
        "note": "Allies",
        "since": "2027-01-01",
    }


def written(law: list[Path | str], out: Path) -> Path:
    done = licet("batch", *law, "-o", out, "--quiet")
    assert done.exit_code == 0, done.output
    return out


def test_open_law_stands_in_every_table(law: list[Path | str], tmp_path: Path) -> None:
    table = pq.read_table(written(law, tmp_path / "out.parquet"))
    lines = written(law, tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    csv = written(law, tmp_path / "out.csv").read_text(encoding="utf-8")
    sheet = fastexcel.read_excel(written(law, tmp_path / "out.xlsx")).load_sheet("Missing facts").to_arrow()

    for rows in (table.to_pylist(), [json.loads(line) for line in lines]):
        found: dict[str, Any] = {
            row["id"]: (m["id"], m["state"], m["note"]) for row in rows for m in row["missing"] if m["kind"] == "law"
        }
        assert found == OF_LAW
    assert {r["Subject"]: (r["Id"], r["Recorded"]) for r in sheet.to_pylist()} == {
        id_: (name, state) for id_, (name, state, _) in OF_LAW.items()
    }
    assert all(f"({state}: {note})" in csv for _, state, note in OF_LAW.values())


def test_open_law_is_explained(law: list[Path | str]) -> None:
    said = " ".join(licet("explain", law[0], "lapsed", *law[1:]).stdout.split())

    assert "status of the rule `port.owner_listed`: unconfirmed since 2026-03-01; PA 7(2): the act lapsed" in said
