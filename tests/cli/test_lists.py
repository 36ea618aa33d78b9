"""`licet lists import`: a made-up list in each of its shapes, its days and what changed; the real one if it is there.

Every name here is invented.
"""

from __future__ import annotations

import copy
import csv
import io
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from licet.cli.main import main
from licet.decide.from_outcome import decide
from licet.facts.inventory.load import load_facts
from licet.ir.policy import Policy
from licet.release.screening import folder, imported, records, shapes
from licet.resources import schema_file
from tests.conftest import ROOT

REAL = Path("shared") / "data" / "ear" / "screening-list.json"
EL = "Entity List (EL) - Bureau of Industry and Security"
MEU = "Military End User (MEU) List - Bureau of Industry and Security"
DPL = "Denied Persons List (DPL) - Bureau of Industry and Security"
UVL = "Unverified List (UVL) - Bureau of Industry and Security"
SDN = "Specially Designated Nationals (SDN) - Treasury Department"
CMIC = "Non-SDN Chinese Military-Industrial Complex Companies List (CMIC) - Treasury Department"
CAP = "Capta List (CAP) - Treasury Department"
FSE = "Foreign Sanctions Evaders (FSE) - Treasury Department"
ALL_ITEMS = "For all items subject to the EAR. (See §744.11 of the EAR)"
NARROW = "For items on the CCL and listed in supplement no. 7 to part 746 of the EAR"


def entry(source: str, name: str, **said: Any) -> dict[str, Any]:
    """An entry as official JSON has it."""
    blank: dict[str, Any] = dict.fromkeys(
        "entity_number type federal_register_notice start_date end_date license_requirement license_policy".split()
    )
    lists: dict[str, Any] = {"programs": [], "alt_names": [], "addresses": []}
    countries = said.pop("countries", ())
    addresses = [{"address": f"{i} Sample Road", "city": "Town", "country": c} for i, c in enumerate(countries)]
    return {"source": source, "name": name, **blank, **lists, "addresses": addresses, **said}


BR = {"countries": ["BR"]}
WIDE = entry(
    EL,
    "Lantern Example Works",
    alt_names=["Lantern Works", "Lamp & Lantern"],
    countries=["CN", "CN"],
    federal_register_notice="90 FR 11111",
    license_requirement="For all items subject to the EAR.  (See §744.11 of the EAR)",
    license_policy="Presumption of denial.",
)
SOME = entry(EL, "Quarry Example Group", countries=["RU"], start_date="2024-02-27", license_requirement=NARROW)
WITH_GOV = entry(
    EL,
    "Harbour Example Bureau",
    countries=["RU", "KZ"],
    license_requirement=f"{ALL_ITEMS}. It may be overcome by License Exception GOV under § 740.11(b)(2).",
)
BLOCKED = entry(SDN, "MARSH EXAMPLE TRADING", entity_number=90001, type="Entity", programs=["NPWMD", "IFSR"], **BR)
OF_TREASURY = entry(SDN, "HEATH EXAMPLE TRADING", entity_number=90002, type="Entity", programs=["VENEZUELA"], **BR)
DRUGS = entry(SDN, "MOOR, Example", entity_number=90003, type="Individual", programs=["ILLICIT DRUGS-EO14059"], **BR)
SHIP = entry(SDN, "EXAMPLE STAR", entity_number=90004, type="Vessel", programs=["NPWMD"], countries=["REGION: SAMPLE"])
DENIED = entry(
    DPL, "EXAMPLE, PERSON", countries=["US"], end_date="2030-05-01", federal_register_notice="54 F.R. 9537 3/7/89"
)
OTHERS = [
    entry(MEU, "Example Arsenal", license_requirement="For any item listed in supplement no. 2 to part 744."),
    entry(UVL, "Example Unseen Ltd", countries=["HK"]),
    entry(CMIC, "EXAMPLE SHARES", entity_number=90005, type="Entity", programs=["CMIC-EO13959"], **BR),
    entry(CAP, "EXAMPLE BANK", entity_number=90006, type="Entity", programs=["561-Related"], **BR),
    entry(FSE, "EXAMPLE EVADER", entity_number=90007, type="Entity", programs=["FSE-SAMPLE"], **BR),
    entry("Watch List (WXY) - Department of Examples", "Example Watched", **BR),
]
ENTRIES = [WIDE, SOME, WITH_GOV, BLOCKED, OF_TREASURY, DRUGS, SHIP, DENIED, *OTHERS]
STAMP = "2026-05-04T10:00:00+00:00"


def as_json(entries: list[dict[str, Any]], stamp: str = STAMP) -> str:
    return json.dumps({"search_performed_at": stamp, "sources_used": [], "results": entries})


def as_csv(entries: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["_id", *entries[0]])
    writer.writeheader()
    for one in entries:
        places = ["{address}, {city}, {country}".format(**where) for where in one["addresses"]]
        joined = {name: "; ".join(one[name]) for name in ("programs", "alt_names")}
        writer.writerow({**one, **joined, "addresses": "; ".join(places)})
    return text.getvalue()


def as_compact(entries: list[dict[str, Any]]) -> str:
    """As it is compacted: frequent texts in tables, and of addresses the countries alone."""
    keys = {"n": "name", "a": "alt_names", "s": "source (index into tables.sources)", "c": "address countries (ISO-2)"}
    keys |= {"t": "type", "e": "entity_number", "lr": "license_requirement", "lp": "license_policy", "pg": "programs"}
    keys |= {"fr": "federal_register_notice", "from": "start_date", "to": "end_date"}
    sources = sorted({one["source"] for one in entries})
    short = []
    for one in entries:
        told = {k: one[v] for k, v in keys.items() if one.get(v)}
        told |= {"s": sources.index(one["source"]), "pg": "; ".join(one["programs"])}
        short.append(told | {"c": sorted({where["country"] for where in one["addresses"]})})
    tables = {"sources": sources}
    return json.dumps({"sourceGeneratedAt": STAMP, "fieldKey": keys, "tables": tables, "entries": short})


def run(text: str, tmp_path: Path, *words: object, name: str = "list.json", out: str = "lists") -> Result:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    line = ["lists", "import", str(file), "-o", str(tmp_path / out), *map(str, words)]
    return CliRunner().invoke(main, line, catch_exceptions=False)


def made(tmp_path: Path, out: str = "lists") -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Parties by name, and rows."""
    sheets = folder.read(tmp_path / out)
    return {record["name"]: dict(record) for record in sheets.parties.values()}, [dict(r) for r in sheets.listings]


def changed(entries: list[dict[str, Any]], name_: str, **said: Any) -> list[dict[str, Any]]:
    found = copy.deepcopy(entries)
    next(one for one in found if one["name"] == name_).update(said)
    return found


# ---- what is made of it


def test_an_import_is_parties_and_listings(tmp_path: Path) -> None:
    done = run(as_json(ENTRIES), tmp_path)
    parties, rows = made(tmp_path)

    assert done.exit_code == 0
    assert done.stdout.startswith("as of 2026-05-04: 14 entries of 9 lists\n  SDN: 4 (Specially")
    assert done.stdout.endswith(
        "no names were matched: that a party is not found in these lists says nothing of\n    it\nnot legal advice\n"
    )
    assert "`Watch List (WXY) - Department of Examples` is no list that the vocabulary knows" in done.stderr
    assert "14 parties and 15 listings written to" in done.stderr
    wide = parties[WIDE["name"]]
    assert wide == {
        "id": wide["id"],
        "name": "Lantern Example Works",
        "aliases": ["Lamp & Lantern", "Lantern Works"],
        "country": "CN",
        "source": EL,
    }
    assert [row for row in rows if row["party"] == wide["id"]] == [
        {
            "party": wide["id"],
            "list": "EL",
            "requirement": ALL_ITEMS,  # with one space, as the policies spell it
            "exceptions": [],
            "from": "<= 2026-05-04",
            "until": "not applicable",
            "source": "90 FR 11111",
            "note": "review policy: Presumption of denial.",
        }
    ]
    assert [(row["list"], row["programme"]) for row in rows if row["party"] == "SDN-90001"] == [
        ("SDN", "IFSR"),
        ("SDN", "NPWMD"),
    ]
    assert parties["MOOR, Example"] == {
        "id": "SDN-90003",
        "name": "MOOR, Example",
        "country": "BR",
        "kind": "individual",
        "source": SDN,
    }
    assert parties["EXAMPLE STAR"]["note"] == "Vessel; addresses in REGION: SAMPLE"
    assert "country" not in parties["EXAMPLE STAR"]
    gov = parties["Harbour Example Bureau"]
    assert (gov.get("country"), gov["note"]) == (None, "addresses in KZ, RU")
    assert {tuple(row["exceptions"]) for row in rows if row["party"] == gov["id"]} == {("GOV",)}
    assert parties["Example Watched"]["id"].startswith("other-")


def test_every_shape_says_the_same(tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path, out="json")
    run(as_csv(ENTRIES), tmp_path, "--as-of", "2026-05-04", name="list.csv", out="csv")
    run(as_compact(ENTRIES), tmp_path, name="compact.json", out="compact")
    sheets = {out: [(tmp_path / out / name).read_text("utf-8") for name in folder.SHEETS] for out in ("json", "csv")}

    assert sheets["csv"][1] == sheets["json"][1]
    assert made(tmp_path, "csv")[0] == {
        **made(tmp_path, "json")[0],
        "EXAMPLE STAR": {
            **made(tmp_path, "json")[0]["EXAMPLE STAR"],
            "note": "Vessel; addresses in an unnamed country",
        },
    }
    assert made(tmp_path, "compact") == made(tmp_path, "json")
    assert json.loads((tmp_path / "compact" / "provenance.json").read_text("utf-8"))["file"]["shape"] == "compact JSON"


def test_it_is_the_same_bytes_again_and_says_where_it_comes_from(tmp_path: Path) -> None:
    shown = run(as_json(ENTRIES), tmp_path, "--format", "json").stdout
    run(as_json(ENTRIES), tmp_path, out="again")
    about = json.loads(shown)

    for name in (*folder.SHEETS, "provenance.json"):
        assert (tmp_path / "lists" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    assert json.loads((tmp_path / "again" / "provenance.json").read_text("utf-8")) == about
    jsonschema.validate(about, json.loads(schema_file("lists-1.json").read_text(encoding="utf-8")))
    assert about["file"]["generated"] == STAMP
    assert about["lists"][0] == {"list": "SDN", "source": SDN, "entries": 4, "parties": 4, "rejected": 0}


def test_ids_stay_while_the_entry_changes(tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path)
    later = changed(ENTRIES, WIDE["name"], alt_names=[], federal_register_notice="90 FR 11111; 91 FR 2")
    later = changed(later, BLOCKED["name"], name="MARSH RENAMED")
    run(as_json([*later, {**WIDE, "name": "Lantern  Example-Works"}]), tmp_path, out="later")
    before, now = made(tmp_path)[0], made(tmp_path, "later")[0]

    assert now[WIDE["name"]]["id"] == before[WIDE["name"]]["id"]
    assert now[WIDE["name"]]["aliases"] == ["Lamp & Lantern", "Lantern Example-Works", "Lantern Works"]
    assert now["MARSH RENAMED"]["id"] == before[BLOCKED["name"]]["id"] == "SDN-90001"


@pytest.mark.parametrize(
    ("notice", "since"),
    [
        ("54 F.R. 9537 3/7/89", "<= 1989-03-07"),
        ("54 F.R. 9537 3/7/89 and 90 F.R. 13715 4/5/2025", "<= 2025-04-05"),
        ("Vol. 74, No. 11, 01/16/2009", "<= 2009-01-16"),
        ("54 F.R. 9537 3/7/89, 90 FR 13715", "<= 2026-05-04"),  # the later one has no day
        ("90 FR 11111", "<= 2026-05-04"),
        ("91 F.R. 1 6/1/2026", "<= 2026-05-04"),
        ("91 F.R. 1 13/1/2025", "<= 2026-05-04"),
    ],
)
def test_a_notice_with_a_day_says_since_when_at_the_latest(notice: str, since: str) -> None:
    found = imported.read_entry("entry 1", {**DENIED, "federal_register_notice": notice})
    assert isinstance(found, imported.ListEntry)
    (row,) = records.listings([("DPL", found)], date(2026, 5, 4))

    assert row["from"] == since
    assert row["until"] == "2030-05-01..2030-05-02"


def test_words_that_mean_no_value_are_none_but_a_name_is_kept() -> None:
    said = {
        "programs": ["-", "NPWMD"],
        "license_requirement": "nan",
        "alt_names": ["NAN", "Marsh"],
        "end_date": "9999-12-31",
    }
    found = imported.read_entry("entry 1", {**BLOCKED, **said})
    assert isinstance(found, imported.ListEntry)
    (party,) = records.parties([("SDN", found)]).values()
    (row,) = records.listings([("SDN", found)], date(2026, 5, 4))

    assert (row["programme"], row.get("requirement"), row["until"]) == ("NPWMD", None, "not applicable")
    assert (party["aliases"], party["note"]) == (["Marsh"], "also called `NAN`")


def test_an_end_that_has_passed_ends_nothing() -> None:
    found = imported.read_entry("entry 1", {**DENIED, "end_date": "2026-05-03"})
    assert isinstance(found, imported.ListEntry)
    (row,) = records.listings([("DPL", found)], date(2026, 5, 4))

    assert row["until"] == "unknown"
    assert row["note"] == "it was to end on 2026-05-03, and is in the file of a later day"


# ---- what follows for a transfer


def decided(library: Policy, inventory: Path, asked: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of a small model's exports, each to a party, as it is called, on a day: the least and the most that it needs."""
    facts = load_facts(inventory, library)
    ids = {str(record.get("name")): id_ for id_, record in facts.entities["Party"].items()}
    place = {"origin": "US", "destination": "SG", "region": "elsewhere", "end_use": "commercial", "knowledge": "none"}
    transfers = [
        {"id": f"t{i:02}", "item": "m", "kind": "export", "consignee": ids[name], "end_user": ids[name], "date": day}
        | {"recipient": "not applicable", "exporter": "not applicable", "ended_on": day, **place}
        for i, (name, day) in enumerate(asked)
    ]
    model = {"id": "m", "training_compute": "1e24 operations", "weights_published": "no", "us_origin": "yes"}
    (inventory / "Transfer.json").write_text(json.dumps(transfers), encoding="utf-8")
    (inventory / "Model.json").write_text(json.dumps([model]), encoding="utf-8")
    facts = load_facts(inventory, library)
    subjects = sorted(facts.subjects("Transfer"))
    found = decide(library, facts, subjects, today=date(2026, 6, 30), jurisdictions=("US",))
    return [(one.must, one.may) for decision in found for one in decision.overall if one.decision == "licensing"]


NONE, EXCEPTION, LICENCE, PROHIBITED = "no_licence_required", "licence_exception", "licence_required", "prohibited"
ASKED = (
    (WIDE["name"], "2026-05-03", NONE, LICENCE),  # the day before the import
    (WIDE["name"], "2026-05-04", LICENCE, LICENCE),
    (WIDE["name"], "2026-06-30", LICENCE, LICENCE),
    (SOME["name"], "2026-06-30", NONE, LICENCE),  # its entry is for some items
    (DENIED["name"], "2026-06-30", PROHIBITED, PROHIBITED),
    (BLOCKED["name"], "2026-06-30", LICENCE, PROHIBITED),  # by 744.8, and by a programme of the Treasury's alone
    (OF_TREASURY["name"], "2026-06-30", NONE, PROHIBITED),
    (DRUGS["name"], "2026-06-30", LICENCE, LICENCE),  # in the older spelling of the programme
    ("EXAMPLE EVADER", "2026-06-30", NONE, PROHIBITED),
    ("Example Watched", "2026-06-30", NONE, PROHIBITED),
    # Lists about securities and accounts are kept, and ask for no more than of a party that is in no list.
    ("EXAMPLE SHARES", "2026-06-30", NONE, LICENCE),
    ("EXAMPLE BANK", "2026-06-30", NONE, LICENCE),
    ("Example Unlisted", "2026-06-30", NONE, LICENCE),
)


def test_what_a_listing_asks_for_and_since_when(library: Policy, tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path)
    own = [{"id": "own", "name": "Example Unlisted", "country": "BR"}]
    (tmp_path / "lists" / "Party.json").write_text(json.dumps(own), encoding="utf-8")
    found = decided(library, tmp_path / "lists", [(name, day) for name, day, _, _ in ASKED])

    assert [(name, day, *answer) for (name, day, *_), answer in zip(ASKED, found, strict=True)] == [*ASKED]


# ---- the import before


def test_what_changed_since_the_import_before(library: Policy, tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path, out="first")
    later = [one for one in ENTRIES if one is not WIDE] + [entry(UVL, "Example New Ltd", countries=["SG"])]
    later = changed(later, OF_TREASURY["name"], programs=["VENEZUELA", "SDGT"])
    done = run(as_json(later, "2026-06-01T09:00:00Z"), tmp_path, "--previous", tmp_path / "first")
    gone = made(tmp_path, "first")[0][WIDE["name"]]["id"]
    parties, rows = made(tmp_path)
    since = {(row["party"], row.get("programme")): (row["from"], row["until"]) for row in rows}
    lines = done.stdout.splitlines()

    assert done.exit_code == 0
    assert lines[lines.index("since 2026-05-04: 1 new, 1 gone, 1 changed") + 1 : -3] == [
        f"  new {parties['Example New Ltd']['id']}: Example New Ltd",
        f"  gone {gone}: Lantern Example Works",
        "  changed SDN-90002: HEATH EXAMPLE TRADING",
        "      programme: VENEZUELA -> SDGT; VENEZUELA",
        "      from: <= 2026-05-04 -> <= 2026-05-04; <= 2026-06-01",
    ]
    assert max(map(len, lines)) <= 80
    assert since[gone, None] == ("<= 2026-05-04", "2026-05-05..2026-06-01")
    assert since["SDN-90002", "VENEZUELA"] == ("<= 2026-05-04", "not applicable")
    assert since["SDN-90002", "SDGT"] == ("<= 2026-06-01", "not applicable")
    days = ["2026-05-04", "2026-05-20", "2026-06-01"]
    assert decided(library, tmp_path / "lists", [(WIDE["name"], day) for day in days]) == [
        (LICENCE, LICENCE),
        (NONE, LICENCE),
        (NONE, LICENCE),
    ]


def test_what_ended_stays_ended_and_may_come_back(tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path)
    less = [one for one in ENTRIES if one is not WIDE]
    for stamp, entries in (("2026-06-01", less), ("2026-07-01", less), ("2026-08-01", ENTRIES)):
        assert run(as_json(entries, stamp), tmp_path, "--previous", tmp_path / "lists").exit_code == 0
    parties, rows = made(tmp_path)

    assert [(row["from"], row["until"]) for row in rows if row["party"] == parties[WIDE["name"]]["id"]] == [
        ("<= 2026-05-04", "2026-05-05..2026-06-01"),
        ("<= 2026-08-01", "not applicable"),
    ]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_day_that_an_entry_names_is_known_and_its_own_end_stands(tmp_path: Path) -> None:
    ends = changed(ENTRIES, DENIED["name"], end_date="2026-05-20")
    run(as_json(ends), tmp_path)
    later = changed([one for one in ends if one["name"] != DENIED["name"]], WIDE["name"], start_date="2020-02-02")
    shown = run(as_json(later, "2026-06-01"), tmp_path, "--previous", tmp_path / "lists").stdout
    parties, rows = made(tmp_path)
    days = {row["party"]: (row["from"], row["until"]) for row in rows}

    assert "from: <= 2026-05-04 -> 2020-02-02" in shown
    assert days[parties[WIDE["name"]]["id"]] == ("2020-02-02", "not applicable")
    assert days[parties[SOME["name"]]["id"]] == ("2024-02-27", "not applicable")
    assert days[parties[DENIED["name"]]["id"]] == ("<= 1989-03-07", "2026-05-20..2026-05-21")


def test_a_list_that_is_not_there_any_more_is_told(tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path)
    later = [one for one in ENTRIES if one["source"] != SDN]
    done = run(as_json(later, "2026-06-01"), tmp_path, "--previous", tmp_path / "lists")

    assert "the file has no entry of `SDN` any more, and the import before had: look whether it is whole" in done.stderr


# ---- what cannot be read

BROKEN = [
    ({"start_date": "02/27/2024"}, "`start_date` is `02/27/2024`; expected a day as year-month-day"),
    ({"name": " "}, "`name` is ``; expected a name"),
    ({"source": None}, "`source` is ``; expected the name of a list"),
    ({"alt_names": 7}, "`alt_names` is `7`; expected a list of texts"),
    ({"addresses": "Town"}, "`addresses` is `Town`; expected a list of addresses with their countries"),
    ({"license_requirement": ["x"]}, "`license_requirement` is `x`; expected a text"),
    ({"entity_number": "9 / 1"}, "`entity_number` is `9 / 1`; expected a number of letters, digits and hyphens"),
    (
        {"start_date": "2026-01-02", "end_date": "2026-01-01"},
        "`end_date` is `2026-01-01`; expected a day that is not before the start, 2026-01-02",
    ),
]


@pytest.mark.parametrize(("said", "reason"), BROKEN)
def test_an_entry_that_cannot_be_read_is_told_with_its_place(said: dict[str, Any], reason: str, tmp_path: Path) -> None:
    done = run(as_json([WIDE, {**SOME, **said}]), tmp_path)

    assert done.exit_code == 2
    assert f"error[F005]: list.json, entry 2: {reason}" in " ".join(done.stderr.split())
    assert not (tmp_path / "lists").exists()


def test_what_cannot_be_read_is_left_out_whole_and_never_gone(tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path, out="first")
    bad = changed(ENTRIES, WIDE["name"], start_date="soon")
    words = ("--previous", tmp_path / "first", "--keep-going")
    done = run(as_json([one for one in bad if one["name"] != "Example Arsenal"], "2026-06-01"), tmp_path, *words)
    parties, rows = made(tmp_path)
    with (tmp_path / "lists" / "entries.rejects.csv").open(encoding="utf-8", newline="") as file:
        (rejected,) = csv.DictReader(file)

    assert done.exit_code == 1
    assert "1 entry left out, with the reasons in" in done.stderr
    assert "entries of `EL` cannot be read: nothing of them is said to be gone" in done.stderr
    assert "since 2026-05-04: 0 new, 1 gone, 0 changed" in done.stdout  # the one of another list
    assert (rejected["name"], rejected["start_date"], rejected["rejected_row"]) == (WIDE["name"], "soon", "entry 1")
    assert rejected["reason"] == "`start_date` is `soon`; expected a day as year-month-day"
    assert next(row["until"] for row in rows if row["party"] == parties[WIDE["name"]]["id"]) == "not applicable"
    assert (
        CliRunner().invoke(main, ["check", "--facts", str(tmp_path / "lists")]).exit_code == 0
    )  # rejects are no facts


def test_an_entry_of_nobody_knows_which_list_keeps_all_of_them(tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path, out="first")
    text = as_csv(ENTRIES[1:]) + "one,cell,too,few\n"
    words = ("--previous", tmp_path / "first", "--keep-going", "--as-of", "2026-06-01")
    done = run(text, tmp_path, *words, name="list.csv")

    assert "a cell for each column; here are 4" in done.stderr
    assert "since 2026-05-04: 0 new, 0 gone" in done.stdout


def test_what_is_alike_is_told_once(tmp_path: Path) -> None:
    said = run(
        as_json([{**WIDE, "start_date": "soon"}] * 3 + [{**WIDE, "name": 1.5, "type": i} for i in range(2)]), tmp_path
    )

    assert said.stderr.count("error[F005]") == 2
    assert "and in 2 further entries" in " ".join(said.stderr.split())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "it is a list, and no object with `results`"),
        ("{", "it is not JSON"),
        ("{}", "it has neither `results` nor `entries` with a `fieldKey`"),
        ('{"entries": [], "fieldKey": {"s": "source (index into tables.sources)"}}', "does not say what `s` is"),
        ("source,name,programs,alt_names\n" + "x" * (1 << 18), "line 2 is no CSV"),
        ("id,name\n", "it lacks the columns `source`, `programs`, `alt_names`"),
        (as_json([]), "has no entry that can be read: nothing is written"),
    ],
)
def test_what_is_no_such_list_is_refused(text: str, why: str, tmp_path: Path) -> None:
    done = run(text, tmp_path, "--as-of", "2026-05-04")

    assert done.exit_code == 2
    assert why in " ".join(done.stderr.split())
    assert not (tmp_path / "lists").exists()


# ---- where it is written


def test_nothing_but_the_import_before_is_replaced(tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "lists").iterdir()}
    refused = run(as_json(ENTRIES), tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    other = run(as_json(ENTRIES), tmp_path, out="other")

    assert refused.exit_code == other.exit_code == 2
    assert "replace the import there with `--previous" in refused.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "lists").iterdir()} == before
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["notes.txt"]
    assert run(as_json(ENTRIES), tmp_path, "--previous", tmp_path / "lists").exit_code == 0


def test_an_import_that_somebody_changed_is_compared_with_nothing(tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path)
    with (tmp_path / "lists" / "listed.jsonl").open("a", encoding="utf-8") as file:
        file.write("{}\n")
    done = run(as_json(ENTRIES), tmp_path, "--previous", tmp_path / "lists", out="later")
    nothing = run(as_json(ENTRIES), tmp_path, "--previous", tmp_path, out="later")

    assert "is not what the import wrote" in done.stderr
    assert "there is no import in" in nothing.stderr


def test_days_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    run(as_json(ENTRIES), tmp_path)
    early = run(as_json(ENTRIES), tmp_path, "--as-of", "2026-05-03", out="early")
    words = ("--previous", tmp_path / "lists", "--as-of", "2026-05-03")
    older = run(as_csv(ENTRIES), tmp_path, *words, name="list.csv", out="older")
    silent = run(as_csv(ENTRIES), tmp_path, name="list.csv", out="silent")

    assert "is of 2026-05-04: it says nothing as of 2026-05-03" in early.stderr
    assert "is as of 2026-05-04, later than 2026-05-03" in older.stderr
    assert "the file says no day: taken as of today" in silent.stderr


# ---- the real one


@pytest.fixture(scope="module")
def real() -> Path:
    path = next((up / REAL for up in (ROOT.parent, ROOT.parent.parent) if (up / REAL).is_file()), None)
    if path is None:
        pytest.skip(f"the Consolidated Screening List is not there: {ROOT.parent / REAL}")
    return path


@pytest.mark.slow
def test_no_entry_of_the_real_list_is_lost(real: Path, library: Policy) -> None:
    file = shapes.read(real)
    found = imported.make(library, file, date(2026, 7, 31), None)
    about = json.loads(real.read_text(encoding="utf-8"))
    parties, rows = found.sheets.parties, found.sheets.listings
    wordings = Counter(row["requirement"] for row in rows if row["list"] == "EL")
    known = {one.member for name in ("wide_entries", "narrow_entries") for one in library.lists[name].members}

    assert {one["source"]: one["entries"] for one in imported.counts(found)} == about["countsBySource"]
    assert imported.findings(found) == list(imported.remarks(found)) == []
    assert {records.party_id(list_, one) for list_, one in found.entries} == set(parties) == {r["party"] for r in rows}
    assert (len(parties), len(rows), len(wordings)) == (25_720, 29_532, 88)
    assert sum(wordings[text] for text in wordings if "746.8(a)(4)" in text and "projects" in text) == 82
    assert {row["exceptions"][0] for row in rows if row.get("exceptions")} == {"GOV"}
    assert set(wordings) == known - {"all items", "some items"}
