"""`licet batch` says what `decide` says, in every format, and its exit codes say how it went."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from licet.api import Policy as ApiPolicy
from licet.api import load
from licet.cli.main import main
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.decide.table.result_table import result_schema, result_table
from licet.errors import FactsError, UsageError
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.report.flat import flat
from tests.conftest import ROOT

FRONTIER = str(ROOT / "fixtures" / "frontier")
DAY = date(2026, 6, 15)


def licet(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


pytestmark = pytest.mark.xdist_group("frontier")


@pytest.fixture(scope="module")
def expected(library: Policy, frontier_decided: tuple[Decision, ...]) -> pa.RecordBatch:
    return result_table(library, frontier_decided)


@pytest.fixture(scope="module")
def api() -> ApiPolicy:
    return load()


def rows(table: pa.Table | pa.RecordBatch) -> list[dict[str, object]]:
    """In plain Python; missing facts of a row are a set."""
    found = table.to_pylist()
    for row in found:
        if row.get("missing") is not None:
            row["missing"] = sorted(row["missing"], key=str)
    return found


def test_parquet_says_what_is_decided_each_on_its_own_date(tmp_path: Path, expected: pa.RecordBatch) -> None:
    done = licet("batch", FRONTIER, "-o", tmp_path / "out.parquet", "--rules", "lists")

    assert done.exit_code == 0
    assert done.stdout == ""
    assert rows(pq.read_table(tmp_path / "out.parquet")) == rows(expected)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.parquet"]


def test_csv_says_it_in_text(tmp_path: Path, expected: pa.RecordBatch) -> None:
    licet("batch", FRONTIER, "-o", tmp_path / "out.csv", "--workers", "2")
    types = {field.name: field.type for field in flat(expected).schema}
    text = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False)
    found = pa.csv.read_csv(tmp_path / "out.csv", convert_options=text)

    reasons = [name for name in found.column_names if name.endswith(".because")]
    assert found.drop_columns(["missing", *reasons]).to_pylist() == flat(expected).drop_columns(["missing"]).to_pylist()


def test_json_lines_on_one_date_in_one_jurisdiction(tmp_path: Path, library: Policy, frontier: Facts) -> None:
    chosen = ("--as-of", str(DAY), "--jurisdiction", "US", "--type", "Transfer")
    licet("batch", FRONTIER, "-o", tmp_path / "out.jsonl", *chosen)
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    transfers = list(frontier.subjects("Transfer"))
    decisions = decide(library, frontier, transfers, as_of=DAY, engine_name="reference", jurisdictions=("US",))
    expected = result_table(library, decisions, result_schema(library, ["Transfer"], ["US"]))

    assert len(found) == expected.num_rows
    for row, wanted in zip(found, expected.to_pylist(), strict=True):
        assert {k: row[k] for k in row if k.startswith(("licensing", "rules"))} == {
            k: v for k, v in wanted.items() if k.startswith(("licensing", "rules")) and v is not None
        }


def test_bitmaps_say_what_lists_say(tmp_path: Path, expected: pa.RecordBatch) -> None:
    done = licet("batch", FRONTIER, "-o", tmp_path / "out.parquet", "--no-missing")
    bits = pa.ipc.open_file(tmp_path / "out.rules.arrow").read_all()
    found = pq.read_table(tmp_path / "out.parquet")

    assert done.exit_code == 0
    assert "out.rules.arrow" in done.stderr
    assert found["missing"].null_count == bits.num_rows == expected.num_rows
    assert not [name for name in found.column_names if name.startswith("rules.")]
    columns = bits.to_pydict()
    for i, row in enumerate(expected.to_pylist()):
        for status in ("holds", "unknown", "defeated"):
            ending = f".{status}"
            ids = [name.removesuffix(ending) for name, bits in columns.items() if name.endswith(ending) and bits[i]]
            assert ids == row[f"rules.{status}"]


def test_fail_on_looks_at_the_may_bound(tmp_path: Path) -> None:
    words = ("batch", FRONTIER, "-o", tmp_path / "out.csv", "--type", "Transfer", "--quiet", "--fail-on")

    assert licet(*words, "prohibited").exit_code == 1
    assert licet(*words, "presumed").exit_code == 0
    assert licet(*words, "presumd").exit_code == 2


def test_nothing_is_written_where_facts_are_wrong(tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    facts.mkdir()
    (facts / "Model.csv").write_text("id,training_compute\nm,much\n", encoding="utf-8")
    (facts / "Transfer.csv").write_text("id,item,date\nt,m,2026-02-31\n", encoding="utf-8")
    (tmp_path / "out.csv").write_text("as it was", encoding="utf-8")
    done = licet("batch", facts, "-o", tmp_path / "out.csv")

    assert done.exit_code == 2
    assert "`much`" in done.stderr
    assert "`2026-02-31`" in done.stderr, "what is wrong with the streamed table is said in the same run"
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "as it was"
    assert not (tmp_path / "out.csv.parts").exists()


def test_the_example_of_the_help_fits_and_stands(tmp_path: Path) -> None:
    done = licet("batch", "--help")

    assert "Example: licet batch" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


class Frame:
    """Somebody else's table."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def test_decide_table_takes_whatever_speaks_arrow(tmp_path: Path, api: ApiPolicy) -> None:
    models = pa.table({"id": ["m", "n"], "training_compute": [2e25, None], "released_on": [DAY, DAY]})
    transfers = pa.table({"id": ["t"], "item": ["m"], "destination": ["CH"], "date": [DAY], "kind": ["export"]})
    pq.write_table(transfers, tmp_path / "Transfer.parquet")
    facts = (
        "Model:\n  - {id: m, training_compute: 2e25, released_on: 2026-06-15}\n  - {id: n, released_on: 2026-06-15}\n"
    )
    facts += "Transfer:\n  - {id: t, item: m, destination: CH, date: 2026-06-15, kind: export}\n"
    (tmp_path / "facts.yaml").write_text(facts, encoding="utf-8")
    decisions = api.decide(api.facts(tmp_path / "facts.yaml"), today=DAY, engine="reference")
    expected = rows(result_table(api.checked, decisions))

    for given in (
        {"Model": models, "Transfer": transfers},
        {"Model": Frame(models), "Transfer": Frame(transfers)},
        {"Model": models, "Transfer": tmp_path / "Transfer.parquet"},
        {"Transfer": transfers.to_reader(), "Model": models.to_reader()},
        str(tmp_path / "facts.yaml"),
    ):
        assert rows(api.decide_table(given, today=DAY)) == expected
    only = api.decide_table(Frame(models), table="Model", types=["Model"], as_of=DAY)
    assert only.num_rows == 2
    assert "licensing.must" not in only.column_names


def test_decide_table_says_what_is_wrong(api: ApiPolicy) -> None:
    with pytest.raises(FactsError, match="`UK` is not a value"):
        api.decide_table({"Transfer": pa.table({"id": ["t"], "destination": ["UK"]})})
    with pytest.raises(UsageError, match="nothing to decide"):
        api.decide_table({"Party": pa.table({"id": ["p"]})})
    with pytest.raises(UsageError, match="did you mean `Transfer`"):
        api.decide_table({"Party": pa.table({"id": ["p"]})}, types=["Transfers"])
