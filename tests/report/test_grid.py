"""The transfers of a release map: the same answers as if somebody had recorded them one by one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from licet.decide.from_outcome import decide
from licet.decide.table.result_table import result_table
from licet.errors import UsageError
from licet.facts.inventory.load import load_facts
from licet.facts.store import Facts, Subject
from licet.facts.tables import tables_from_facts
from licet.ir.countries import CODES
from licet.ir.places import PLACES
from licet.ir.policy import Policy
from licet.loading.policy_files import load_policy
from licet.release.grid import PROFILES, Grid, cells, decision_of, grid
from licet.release.grid_vocabulary import TRANSFER

DAY = date(2025, 9, 1)
MODELS = ["demo-closed-5e26", "demo-small"]

BY_HAND = """
Party:
  - {id: jp, country: JP, headquarters: JP, ultimate_parent_country: JP, incorporated_in: JP, kind: commercial}
  - {id: cn, country: CN, headquarters: CN, ultimate_parent_country: CN, incorporated_in: CN, kind: commercial}
  - {id: lab, country: US}
Model:
  - {id: big, developer: lab, training_compute: 5e26, weights_published: no, below_published_frontier: no}
  - {id: open, training_compute: 5e26, weights_published: yes}
"""
TRANSFERS = "Transfer:\n" + "".join(
    f"  - {{id: {model} to {place.upper()}, item: {model}, {exporter}consignee: {place}, end_user: {place}, "
    f"destination: {place.upper()}, kind: export, recipient: not applicable, origin: US, end_use: commercial, "
    "date: 2025-09-01, knowledge: none, red_flags: [], facility_secure: yes}\n"
    for model, exporter in (("big", "exporter: lab, "), ("open", ""))
    for place in ("jp", "cn")
)


def frontier_grid(library: Policy, frontier: Facts, **options: object) -> Grid:
    return grid(library, tables_from_facts(frontier, library), DAY, models=MODELS, **options)  # type: ignore[arg-type]


def test_a_cell_is_decided_as_if_it_were_recorded(library: Policy, tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(BY_HAND, encoding="utf-8")
    (tmp_path / "all.yaml").write_text(BY_HAND + TRANSFERS, encoding="utf-8")
    facts = load_facts(tmp_path / "facts.yaml", library)
    recorded = load_facts(tmp_path / "all.yaml", library)
    made = grid(library, tables_from_facts(facts, library), DAY, destinations=["JP", "CN"])
    subjects = [Subject(TRANSFER, f"{m} to {d}") for m in ("big", "open") for d in ("JP", "CN")]

    found = cells(library, made.tables, TRANSFER, DAY)

    by_hand = result_table(library, decide(library, recorded, subjects, engine_name="reference"), found.schema)
    assert found.to_pylist() == by_hand.to_pylist()
    assert {row["licensing.must"] for row in found.to_pylist()} == {
        "licence_exception",
        "licence_required",
        "no_licence_required",
    }


def test_every_country_but_the_origin_is_a_destination(library: Policy, frontier: Facts) -> None:
    made = frontier_grid(library, frontier)

    assert set(made.destinations) == CODES - {"US"}
    assert made.size == 2 * 248 == made.tables.entities[TRANSFER].length
    assert any("territories" in line for line in made.assumptions)


def test_profiles_are_rows_of_their_own(library: Policy, frontier: Facts) -> None:
    profiles = [PROFILES["commercial"], PROFILES["military"]]
    made = frontier_grid(library, frontier, destinations=["RU", "CH"], profiles=profiles)
    found = cells(library, made.tables, TRANSFER, DAY).to_pylist()

    assert [row["id"] for row in found[:4]] == [
        "demo-closed-5e26 to RU",
        "demo-closed-5e26 to CH",
        "demo-closed-5e26 to RU (military)",
        "demo-closed-5e26 to CH (military)",
    ]
    holds = [any(r.endswith("military_end_use") for r in row["rules.holds"]) for row in found[:4]]
    assert holds == [False, False, True, False]


def test_the_inventory_keeps_its_parties(library: Policy, frontier: Facts) -> None:
    parties = frontier_grid(library, frontier, destinations=["CH"]).tables.entities["Party"]
    row = parties.rows_by_id["hanabi-cloud"]

    assert parties.record(row).get("ultimate_parent_country") == "CN"
    assert parties.record(parties.rows_by_id["commercial consignee in CH"]).get("headquarters") == "CH"
    assert parties.length == len(frontier.entities["Party"]) + 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"destinations": ["US"]}, "is no destination"),
        ({"destinations": ["UK"]}, "did you mean `GB`"),
        ({"destinations": ["XX"]}, "is no destination"),
    ],
)
def test_what_cannot_be_mapped_is_said(library: Policy, frontier: Facts, options: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        frontier_grid(library, frontier, **options)


def many(folder: Path, agreeing: str) -> Policy:
    policy = folder / "many.licet"
    policy.write_text(
        'module many "Many"\nuse core.decisions\n\nrule many "Many"\n  for t: Transfer\n'
        f"  when count x in Transfer where ({agreeing}) is more than 3\n"
        '  then licensing of t is prohibited because "too many"\n',
        encoding="utf-8",
    )
    return load_policy([policy])


@pytest.mark.parametrize("agreeing", ["x.destination is t.destination", "x.licence is x.licence"])
def test_a_rule_about_all_transfers_cannot_be_mapped(frontier: Facts, tmp_path: Path, agreeing: str) -> None:
    with pytest.raises(UsageError, match="looks at every Transfer"):
        frontier_grid(many(tmp_path, agreeing), frontier)


def test_one_about_transfers_that_agree_in_what_no_cell_records_can(frontier: Facts, tmp_path: Path) -> None:
    made = frontier_grid(many(tmp_path, "x.licence is t.licence"), frontier, destinations=["CH"])
    rows = cells(load_policy([tmp_path / "many.licet"]), made.tables, TRANSFER, DAY).to_pylist()
    assert {row["licensing.may"] for row in rows} == {"no_licence_required"}


def test_what_a_vocabulary_has_no_word_for_stays_unknown(tmp_path: Path) -> None:
    (tmp_path / "toy.licet").write_text(
        'module toy "Toy"\n\nentity Model "model"\n  name : text "name"\n\n'
        'entity Party "party"\n  country : country "country"\n  kind : one of firm, state "kind"\n\n'
        'entity Transfer "transfer"\n  item : Model "item"\n  consignee : Party "consignee"\n'
        '  destination : country "destination"\n\n'
        'decision permission of t: Transfer "permission"\n  outcomes free < forbidden\n  otherwise free\n\n'
        'rule state "State"\n  for t: Transfer\n  when t.consignee.kind is state\n'
        '  then permission of t is forbidden because "a state"\n',
        encoding="utf-8",
    )
    (tmp_path / "facts.yaml").write_text("Model:\n  - {id: m}\n", encoding="utf-8")
    policy = load_policy([tmp_path])
    facts = load_facts(tmp_path / "facts.yaml", policy)
    made = grid(policy, tables_from_facts(facts, policy), DAY, destinations=["CH"])
    row = cells(policy, made.tables, TRANSFER, DAY).to_pylist()[0]

    assert (row["permission.must"], row["permission.may"]) == ("free", "forbidden")
    assert "`kind` of Party is left unknown: the vocabulary has no `commercial`" in made.assumptions


def test_the_decision_must_be_about_transfers(library: Policy) -> None:
    assert decision_of(library, None).name == "licensing"
    with pytest.raises(UsageError, match="known: licensing"):
        decision_of(library, "audit_status")


TWO_PLACES = """
module one "One" jurisdiction A
use core.decisions
rule asked "Asked"
  for t: Transfer
  when t.kind is export
  then licensing of t is licence_required because "asked"
module two "Two" jurisdiction B
use core.decisions
rule forbidden "Forbidden"
  for t: Transfer
  when t.kind is export
  then licensing of t is prohibited because "forbidden"
"""


@pytest.mark.parametrize(
    ("chosen", "must", "places"),
    [((), "prohibited", ["B"]), (("A",), "licence_required", ["A"]), (("B",), "prohibited", ["B"])],
)
def test_only_some_jurisdictions(
    frontier: Facts, tmp_path: Path, chosen: tuple[str, ...], must: str, places: list[str]
) -> None:
    (tmp_path / "two.licet").write_text(TWO_PLACES, encoding="utf-8")
    policy = load_policy([tmp_path / "two.licet"])
    made = frontier_grid(policy, frontier, destinations=["CH"])
    row = cells(policy, made.tables, TRANSFER, DAY, chosen).to_pylist()[0]

    assert (row["licensing.must"], row["licensing.from"]) == (must, places)


def test_a_jurisdiction_that_decides_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "two.licet").write_text(TWO_PLACES, encoding="utf-8")
    policy = load_policy([tmp_path / "two.licet"])

    with pytest.raises(UsageError, match="no rule of C decides `licensing`; it is decided in A, B"):
        decision_of(policy, None, ["C"])


def test_every_country_has_a_name_and_a_region() -> None:
    assert PLACES.keys() == CODES
    assert len({place.name for place in PLACES.values()}) == len(CODES)
