"""Tables as the real libraries have them: every public call takes them, and says what a file of the same says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import licet
from licet.errors import FactsError, UsageError

MODELS = "id,training_compute,weights_published,us_origin\nm,3e26,no,yes\nn,1e24,no,yes\n"
ROWS: list[dict[str, Any]] = [
    {"id": "t1", "item": "m", "kind": "export", "destination": "CH", "date": date(2026, 3, 1), "value": 5},
    {"id": "t2", "item": "n", "kind": "release", "destination": "CU", "date": date(2025, 9, 1), "value": 7},
    {"id": "t3", "item": "m", "kind": "export", "destination": None, "date": date(2026, 3, 1), "value": None},
]


def pandas_typed() -> Any:
    return pd.DataFrame(ROWS).astype({"kind": "category", "destination": "category", "date": "datetime64[ns]"})


def polars_typed() -> Any:
    kinds = pl.Enum(["export", "release"])
    return pl.DataFrame(ROWS).with_columns(pl.col("destination").cast(pl.Categorical), pl.col("kind").cast(kinds))


def duck() -> Any:
    return duckdb.connect().from_arrow(pa.Table.from_pylist(ROWS))


TABLES: dict[str, Callable[[], Any]] = {
    "pyarrow": lambda: pa.Table.from_pylist(ROWS),
    "a reader of pyarrow": lambda: pa.Table.from_pylist(ROWS).to_reader(),
    "a dataset of pyarrow": lambda: ds.dataset(pa.Table.from_pylist(ROWS)),
    "a scanner of pyarrow": lambda: ds.dataset(pa.Table.from_pylist(ROWS)).scanner(),
    "pandas": lambda: pd.DataFrame(ROWS),
    "pandas with categories and timestamps": pandas_typed,
    "pandas with nullable types": lambda: pd.DataFrame(ROWS).convert_dtypes(),
    "polars": lambda: pl.DataFrame(ROWS),
    "polars with Categorical and Enum": polars_typed,
    "a lazy frame of polars": lambda: pl.DataFrame(ROWS).lazy(),
    "duckdb": duck,
    "a list of dicts": lambda: ROWS,
    "a dict of lists": lambda: {name: [row[name] for row in ROWS] for name in ROWS[0]},
    "records of pandas": lambda: pd.DataFrame(ROWS).to_dict("records"),
    "a dict of series": lambda: {name: pd.Series([row[name] for row in ROWS]) for name in ROWS[0]},
}


POLICY = """
module frames "Frames" jurisdiction US
  authority EAR "15 CFR"
use core.decisions
rule large
  for t: Transfer
  cites EAR "742"
  source verified
  in force from 2025-10-01
  when t.kind is export and t.item.training_compute is at least 10^26 operations and t.destination is CH
  then licensing of t is licence_required
rule embargo
  for t: Transfer
  cites EAR "746"
  source verified
  when t.destination is CU or t.value is more than 100 USD or t.red_flags includes "a"
  then licensing of t is prohibited
rule risk
  for m: Model
  cites EAR "1"
  source verified
  when m.training_compute is more than 10^25 operations and m.us_origin
  then systemic_risk of m is presumed
"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> licet.Policy:
    """Over the vocabulary of the library, and small: how tables are read does not hang on how many rules there are."""
    file = tmp_path_factory.mktemp("policy") / "frames.licet"
    file.write_text(POLICY, encoding="utf-8")
    return licet.load(file)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("models") / "models.csv"
    file.write_text(MODELS, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def expected(policy: licet.Policy, models: Path, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """From a file."""
    file = tmp_path_factory.mktemp("transfers") / "transfers.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), file)
    found = policy.decide_table({"Transfer": file, "Model": models})
    assert found["id"].to_pylist() == ["m", "n", "t1", "t2", "t3"]
    assert found["as_of"].to_pylist()[2:] == [row["date"] for row in ROWS]
    return found


@pytest.mark.parametrize("kind", TABLES)
def test_a_frame_beside_a_path(policy: licet.Policy, models: Path, expected: pa.Table, kind: str) -> None:
    for path in (models, str(models)):
        assert policy.decide_table({"Transfer": TABLES[kind](), "Model": path}).equals(expected)


@pytest.mark.parametrize("kind", TABLES)
def test_a_frame_is_an_inventory(policy: licet.Policy, kind: str) -> None:
    """References lead to nothing, which is told of each."""
    facts = policy.facts([{**row, "item": "undetermined"} for row in ROWS], table="Transfer")
    assert list(facts.entities["Transfer"]) == ["t1", "t2", "t3"]
    with pytest.raises(FactsError, match="`item` names records of Model, of which the inventory has none, in 3 rows"):
        policy.facts(TABLES[kind](), table="Transfer")


@pytest.mark.parametrize("kind", ["pandas", "polars", "polars with Categorical and Enum", "duckdb", "pyarrow"])
def test_frames_only(policy: licet.Policy, models: Path, expected: pa.Table, kind: str) -> None:
    frames = {"pandas": pd.read_csv, "polars": pl.read_csv}
    frame = frames.get(kind.split()[0], pl.read_csv)(models)
    assert policy.decide_table({"Transfer": TABLES[kind](), "Model": frame}).equals(expected)


def test_an_arrow_file_with_categories(policy: licet.Policy, models: Path, expected: pa.Table, tmp_path: Path) -> None:
    polars_typed().write_ipc(tmp_path / "transfers.arrow")
    assert policy.decide_table({"Transfer": tmp_path / "transfers.arrow", "Model": models}).equals(expected)


def test_records_of_mixed_kinds(policy: licet.Policy) -> None:
    """What cannot be one Arrow column is read value by value, like cells."""
    values = [5, "10^26", Decimal("2.5"), np.float32(0.1), np.nan, pd.NA, None, "1..2"]
    days = [
        date(2026, 1, 1),
        "2026-01-02",
        datetime(2026, 1, 3),
        pd.Timestamp("2026-01-04"),
        pd.NaT,
        None,
        "",
        "2026-01-08",
    ]
    flags = [["a", "b"], "a; b", ("a",), [], None, np.array(["a"]), {"a"}, "[]"]
    rows = [
        {"id": f"t{i}", "value": v, "date": d, "red_flags": f}
        for i, (v, d, f) in enumerate(zip(values, days, flags, strict=True))
    ]
    found = policy.facts(rows, table="Transfer").entities["Transfer"]
    assert [str(found[f"t{i}"].get("value")) for i in range(4)] == ["5", str(10**26), "5/2", "1/10"]
    assert [found[f"t{i}"].facts.get("date") for i in range(4)] == [date(2026, 1, i) for i in range(1, 5)]
    assert [found[f"t{i}"].facts.get("red_flags") for i in range(6)] == [
        {"a", "b"},
        {"a", "b"},
        {"a"},
        set(),
        None,
        {"a"},
    ]
    assert all("value" not in found[f"t{i}"].facts for i in (4, 5, 6))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (5, "this is a `int`"),
        ([5], "record 1 of a list is a dict of fields; this is a `int`"),
        ({"Transfer": 5}, "this is a `int`"),
        ({"Transfer": {"id": ["a", "b"], "kind": ["export"]}}, "columns of one table are of one length"),
        ({"Transfer": {"id": "a"}}, "the column `id` is a list of values"),
        (None, "this is a `NoneType`"),
    ],
)
def test_what_is_no_inventory_is_told(policy: licet.Policy, given: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        policy.decide_table(given)


def test_one_name_is_a_name(policy: licet.Policy, models: Path, expected: pa.Table) -> None:
    tables = {"Transfer": TABLES["pandas"](), "Model": models}
    transfers = policy.decide_table(tables, types="Transfer")
    assert transfers.equals(policy.decide_table(tables, types=["Transfer"]))
    assert transfers["id"].to_pylist() == ["t1", "t2", "t3"]
    us = policy.decide_table(tables, jurisdictions="US")
    assert us.equals(policy.decide_table(tables, jurisdictions=["US"]))
    assert us["licensing.may"].equals(expected["licensing.may"])
    facts = policy.facts(TABLES["a list of dicts"]()[:0] or [{"id": "t", "kind": "export"}], table="Transfer")
    assert [a.jurisdiction for d in policy.decide(facts, jurisdictions="US") for a in d.answers] == ["US"]
    for wrong in ("XX", ["US", "XX"]):
        for call in (
            lambda wrong=wrong: policy.decide_table(tables, jurisdictions=wrong),
            lambda wrong=wrong: policy.decide(facts, jurisdictions=wrong),
            lambda wrong=wrong: policy.gate("Transfer", jurisdictions=wrong),
        ):
            with pytest.raises(UsageError, match="no rule stands in the jurisdiction `XX`"):
                call()
    with pytest.raises(UsageError, match="no decision is about `Transfers`; did you mean `Transfer`"):
        policy.decide_table(tables, types="Transfers")


DAYS = [
    "2026-06-15",
    date(2026, 6, 15),
    datetime(2026, 6, 15),
    np.datetime64("2026-06-15"),
    np.datetime64("2026-06-15T00:00:00", "ns"),
    pd.Timestamp("2026-06-15"),
    pd.Timestamp("2026-06-15", tz="Europe/Zurich"),
]


@pytest.mark.parametrize("day", DAYS, ids=repr)
def test_a_day_in_any_form(policy: licet.Policy, models: Path, day: Any) -> None:
    facts = policy.facts([{"id": "t", "kind": "export"}], table="Transfer")
    for found in (policy.decide(facts, as_of=day), policy.decide(facts, None, day)):
        assert [d.as_of for d in found] == [date(2026, 6, 15)]
    tables = {"Transfer": TABLES["polars"](), "Model": models}
    assert set(policy.decide_table(tables, as_of=day)["as_of"].to_pylist()) == {date(2026, 6, 15)}
    case = {"kind": "export", "destination": "CH"}
    assert policy.gate("Transfer", as_of=day).decision(case).as_of == date(2026, 6, 15)


@pytest.mark.parametrize(
    "day",
    ["15.6.2026", "", 20260615, 2026.5, datetime(2026, 6, 15, 12), pd.Timestamp("2026-06-15 01:00"), pd.NaT, True],
)
def test_what_is_no_day_is_refused(policy: licet.Policy, day: Any) -> None:
    facts = policy.facts([{"id": "t", "kind": "export"}], table="Transfer")
    for call in (
        lambda: policy.decide(facts, as_of=day),
        lambda: policy.decide(facts, today=day),
        lambda: policy.gate("Transfer", as_of=day),
        lambda: policy.decide_table(ROWS, table="Transfer", as_of=day),
    ):
        with pytest.raises(UsageError, match="is no day"):
            call()


def test_subjects_are_pairs(policy: licet.Policy) -> None:
    facts = policy.facts([{"id": "t", "kind": "export"}], table="Transfer")
    assert policy.decide(facts, [("Transfer", "t")]) == policy.decide(facts)
    for wrong, said in (
        ([("Transfer", "u")], "the facts have no Transfer `u`; known here: `t`"),
        ([("Transfr", "t")], "the facts have no Transfr `t`"),
        (["t"], "a subject is a pair of type and id"),
        ([("Transfer", "t", "x")], "a subject is a pair of type and id"),
        ("Transfer", "a subject is a pair of type and id"),
    ):
        with pytest.raises(UsageError) as raised:
            policy.decide(facts, wrong)  # type: ignore[arg-type]
        assert said in str(raised.value)


# ---- the gate reads what tables read


@pytest.mark.parametrize(
    "kind",
    [
        "pandas",
        "pandas with categories and timestamps",
        "pandas with nullable types",
        "polars",
        "polars with Categorical and Enum",
    ],
)
def test_rows_of_a_frame_are_cases(policy: licet.Policy, models: Path, expected: pa.Table, kind: str) -> None:
    gate = policy.gate("Transfer", policy.facts(models, table="Model"))
    frame = TABLES[kind]()
    rows = frame.to_dict("records") if isinstance(frame, pd.DataFrame) else frame.to_dicts()
    for _ in range(2):
        found = [gate(row).outcomes["licensing"] for row in rows]
        ends = (expected[f"licensing.{end}"].to_pylist()[2:] for end in ("must", "may"))
        assert found == list(zip(*ends, strict=True))
    whole = [gate.decision(row) for row in rows]
    assert [d.subject.id for d in whole] == ["t1", "t2", "t3"]
    assert [d.as_of for d in whole] == [row["date"] for row in ROWS]
    if isinstance(frame, pd.DataFrame):
        assert [gate(row).outcomes["licensing"] for _, row in frame.iterrows()] == found


SAME = {
    "value": [5, 5.0, "5", "5 USD", np.int64(5), np.uint8(5), np.float64(5), np.float32(5), Decimal(5), pa.scalar(5)],
    "kind": ["export", np.str_("export"), " export ", pa.scalar("export"), b"export"],
    "us_origin": [True, "yes", "true", np.bool_(True), pa.scalar(True)],
    "date": [
        date(2026, 3, 1),
        datetime(2026, 3, 1),
        "2026-03-01",
        *(day for day in [np.datetime64("2026-03-01"), pd.Timestamp("2026-03-01")]),
    ],
    "red_flags": [
        ["a", "b"],
        ("b", "a"),
        {"a", "b"},
        "a; b",
        "a | b",
        '["a", "b"]',
        np.array(["a", "b"]),
        pd.Series(["a", "b"]).to_numpy(),
        pl.Series(["a", "b"]).to_list(),
    ],
}
NOTHING = [
    None,
    float("nan"),
    np.nan,
    np.float32("nan"),
    pd.NA,
    pd.NaT,
    np.datetime64("NaT", "D"),
    "",
    "unknown",
    Decimal("NaN"),
    pa.scalar(None),
]


def test_values_of_every_library_are_one_value(policy: licet.Policy) -> None:
    for field, values in SAME.items():
        entity = "Model" if field == "us_origin" else "Transfer"
        gate = policy.gate(entity)
        wanted = dict(gate.decision({field: values[0]}).settled.facts.entities[entity]["(case)"].facts)
        blank = dict(gate.decision({}).settled.facts.entities[entity]["(case)"].facts)
        assert wanted == {**blank, field: wanted[field]} != blank
        answer, without = gate({field: values[0]}), gate({})
        for value, absent in (*((v, False) for v in values), *((v, True) for v in NOTHING)):
            found = gate.decision({field: value}).settled.facts.entities[entity]["(case)"].facts
            assert found == (blank if absent else wanted), (field, value)
            assert gate({field: value}) == (without if absent else answer)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"value": np.float64("inf")}, "`inf` is not a value of `value`: expected an exact number"),
        ({"value": True}, "`True` is not a value of `value`"),
        ({"value": date(2026, 1, 1)}, "`2026-01-01` is not a value of `value`"),
        ({"value": [5]}, "`[5]` is not a value of `value`"),
        ({"value": object}, "is not a value of `value`"),
        ({"kind": 5}, "`5` is not a value of `kind`: expected `export`"),
        ({"kind": {"a": 1}}, "is not a value of `kind`: expected `export`"),
        ({"kind": complex(1, 2)}, "`(1+2j)` is not a value of `kind`"),
        ({"destination": "Kuba"}, "`Kuba` is not a value of `destination`: expected a country code"),
        (
            {"date": datetime(2026, 1, 1, 8)},
            "`2026-01-01 08:00:00` is not a value of `date`: expected a day without a time",
        ),
        ({"date": 20260101}, "`20260101` is not a value of `date`: expected a date"),
        ({"red_flags": 5}, "`5` is not a value of `red_flags`: expected a list of text"),
        ({"red_flags": [["a"]]}, "is not a value of `red_flags`: expected each member to be"),
        ({"red_flags": ["a", "undetermined"]}, "is not a value of `red_flags`: expected members that are values"),
        ({"id": 5.5}, "`5.5` is no id"),
        ({5: 5}, "there is no field `5`"),
        ([("kind", "export")], "a case is a dict of fields; this is a `list`"),
        ("export", "a case is a dict of fields; this is a `str`"),
    ],
)
def test_what_is_no_value_is_a_finding(policy: licet.Policy, case: Any, said: str) -> None:
    gate = policy.gate("Transfer")
    for call in (gate, gate.decision):
        with pytest.raises(UsageError) as raised:
            call(case)
        assert said in str(raised.value)


def test_the_id_of_a_case_is_read(tmp_path: Path) -> None:
    """By a directive that names a thing, for example."""
    text = """
module demo "Demo"
  jurisdiction A
entity Thing "thing"
  name : text "name"
  n : number "n"
decision final of x: Thing "final" outcomes keep < drop otherwise keep
rule named "Named" for x: Thing when x.id is "zeta" or x.name is "zeta" then final of x is drop
"""
    (tmp_path / "p.licet").write_text(text, encoding="utf-8")
    policy = licet.load(tmp_path / "p.licet")
    assert not [d for d in policy.findings if d.severity == "error"], policy.findings
    gate = policy.gate("Thing")
    for _ in range(2):
        assert gate({"id": "zeta", "name": "x"}).outcomes == {"final": ("drop", "drop")}
        assert gate({"id": "eta", "name": "x"}).outcomes == {"final": ("keep", "keep")}
        assert gate({"id": None, "name": "x"}).outcomes == {"final": ("keep", "keep")}
    decision = gate.decision({"id": "zeta", "name": "x"})
    assert repr(decision).startswith("<Decision Thing zeta ")
    assert decision.overall[0].must == "drop"
    assert "zeta" in str(policy.explain(decision))


def test_a_gate_of_some_jurisdictions() -> None:
    policy = licet.load()
    every, us = policy.gate("Model"), policy.gate("Model", jurisdictions="US")
    case = {"training_compute": 3e26, "us_origin": True}
    for answer, whole in ((every(case), every.decision(case)), (us(case), us.decision(case))):
        assert answer.outcomes == {o.decision: (o.must, o.may) for o in whole.overall}
    assert every(case) != us(case)


def test_one_reading_of_python_values_for_every_call(policy: licet.Policy) -> None:
    """Several tables by name, one by its columns: facts, gates and tables take the same."""
    models = [{"id": "m", "training_compute": 1e27, "weights_published": False, "us_origin": True}]
    columns = {"id": ["t"], "item": ["m"], "kind": ["export"], "destination": ["CH"]}
    facts = policy.facts({"Model": models, "Transfer": columns})
    tables = {"Transfer": columns, "Model": models}
    by_name = policy.decide_table(tables, as_of="2026-01-01", types="Transfer").to_pylist()[0]

    assert set(facts.entities["Transfer"]) == {"t"}
    assert set(policy.facts({"id": ["t"], "red_flags": ["a"], "destination": ["CH"]}).entities["Transfer"]) == {"t"}
    overall = {
        o.decision: (o.must, o.may) for o in policy.decide(facts, [("Transfer", "t")], as_of="2026-01-01")[0].overall
    }
    assert overall["licensing"] == (by_name["licensing.must"], by_name["licensing.may"])
    case = {"item": "m", "kind": "export", "destination": "CH"}
    answer = policy.gate("Transfer", policy.facts({"Model": models}), as_of="2026-01-01")(case)
    assert answer.outcomes["licensing"] == overall["licensing"]
    assert policy.gate("Transfer", {"Model": models}, as_of="2026-01-01")(case) == answer
    same = policy.decide({"Model": models, "Transfer": columns}, as_of="2026-01-01")
    assert [repr(d) for d in same] == [repr(d) for d in policy.decide(facts, as_of="2026-01-01")]
    alone = {name: values for name, values in columns.items() if name != "item"}
    table = policy.decide_table(alone, table="Transfer", as_of="2026-01-01")
    assert table.column("id").to_pylist() == ["t"]


def test_names_are_read_as_facts_are(policy: licet.Policy) -> None:
    """A subject that is asked for in decomposed letters is the one that is recorded in composed ones."""
    facts = policy.facts({"Transfer": [{"id": "t\u00e9", "kind": "export"}]})

    assert [d.subject.id for d in policy.decide(facts, [("Transfer", "te\u0301")], as_of="2026-01-01")] == ["t\u00e9"]


@pytest.mark.parametrize(
    "flags",
    [
        pl.Series([["a", "b"], None, []]),
        pl.Series([["a", "b"], None, []]).cast(pl.List(pl.Categorical)),
        pl.Series([["a", "b"], None, []]).cast(pl.List(pl.Enum(["a", "b"]))),
        pl.Series([["b", "a"], None, []], dtype=pl.List(pl.String)),
        pa.array([["a", "b"], None, []], pa.large_list(pa.string_view())),
        pa.array([["z"], ["a", "b"], None, []], pa.list_view(pa.string())).slice(1),
    ],
    ids=["texts", "categories", "enumeration", "order", "views", "slice"],
)
def test_lists_of_every_library_are_sets(policy: licet.Policy, flags: Any) -> None:
    """What Polars calls a list of texts is one of views into texts, of which Arrow computes little."""
    if isinstance(flags, pl.Series):
        frame: Any = pl.DataFrame({"id": ["t0", "t1", "t2"], "red_flags": flags})
    else:
        frame = pa.table({"id": ["t0", "t1", "t2"], "red_flags": flags})
    found = policy.facts({"Transfer": frame}).entities["Transfer"]

    assert [found[f"t{i}"].facts.get("red_flags") for i in range(3)] == [{"a", "b"}, None, set()]


def test_columns_of_runs_and_small_truths_are_read(policy: licet.Policy) -> None:
    frame = pa.table(
        {
            "id": ["m0", "m1"],
            "name": pa.RunEndEncodedArray.from_arrays([2], ["Fable"]),
            "weights_published": pa.array([1, None], pa.int8()).cast(pa.bool8()),
        }
    )
    found = policy.facts({"Model": frame}).entities["Model"]

    assert [found[i].facts.get("name") for i in ("m0", "m1")] == ["Fable", "Fable"]
    assert [found[i].facts.get("weights_published") for i in ("m0", "m1")] == [True, None]


def test_a_frame_that_is_no_table_is_a_finding(policy: licet.Policy) -> None:
    with pytest.raises(FactsError, match=r"`Transfer` cannot be read: .*Arrow table"):
        policy.facts({"Transfer": pd.DataFrame([["t", "u"]], columns=["id", "id"])})


MANY = {"id": ["t", 5, "u"], "value": [10**26, 1, None]}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"id": ["t", 5, "u"], "value": [10**26, "1", None]}),
        pd.DataFrame({**MANY, "gone": [0, 0, 1]}).query("gone < 9").iloc[[2, 1, 0]].drop(columns="gone"),
        pl.DataFrame({"id": ["t", "5", "u"], "value": pl.Series(MANY["value"], dtype=pl.Int128)}),
        pa.table({"id": ["t", "5", "u"], "value": ["1e26", "1", ""], "__index_level_0__": [2, 1, 0]}),
    ],
    ids=["of several kinds", "beyond 64 bits", "a type of one library", "numbers of rows"],
)
def test_a_frame_of_values_that_arrow_has_no_type_for(policy: licet.Policy, frame: Any) -> None:
    found = policy.facts({"Transfer": frame}).entities["Transfer"]
    assert {i: found[i].facts.get("value") for i in ("t", "5", "u")} == {"t": 10**26, "5": 1, "u": None}

    frame = pd.DataFrame({"id": ["t", "u"], "value": [10**26, "1,5"]})
    with pytest.raises(FactsError, match="`1,5` is not a value of `value`"):
        policy.facts({"Transfer": frame})


def test_workers_are_at_least_one(policy: licet.Policy) -> None:
    with pytest.raises(UsageError, match="at least 1, not 0"):
        policy.decide_table({"Transfer": [{"id": "t"}]}, workers=0)
