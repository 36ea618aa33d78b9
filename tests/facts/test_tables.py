"""Reading tables: streams, ids across batches, rows that are left out, awkward sizes."""

from __future__ import annotations

import json
import random
import tracemalloc
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from licet.decide.from_outcome import decide
from licet.errors import FactsError, UsageError
from licet.facts.inventory.from_tables import read_sources, read_tables
from licet.facts.inventory.ids_seen import IdsSeen, hashes, rising
from licet.facts.inventory.row_errors import Reject
from licet.facts.inventory.stream import stream_table
from licet.facts.store import Opening, Subject
from licet.facts.tables import Coded, Plain, Tables
from licet.ir.policy import Policy
from licet.values import Range, State

NOTHING = Tables({}, {})


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text, encoding="utf-8")
    return folder


# ---- values


def test_numbers_are_exact(tmp_path: Path, library: Policy) -> None:
    texts = ["1e27", "2.700000000000001e25", "26_900_000", "123456789012345678901234567.25", "10^26", "0.1"]
    write(tmp_path, Model_csv="id,training_compute\n" + "".join(f"m{i},{text}\n" for i, text in enumerate(texts)))
    exact = [10**27, 2700000000000001 * 10**10, 26_900_000, Fraction(493827156049382715604938269, 4), 10**26]

    records = read_tables(tmp_path, library).facts.entities["Model"]

    assert [records[f"m{i}"].get("training_compute") for i in range(6)] == [*exact, Fraction(1, 10)]


def test_typed_columns_stand_for_their_shortest_decimals(library: Policy) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2, 3]),
            "training_compute": pa.array([1e26, 2.7e25, None]),
            "parameters": pa.array(["1e9", None, None]).cast(pa.string()),
            "synthetic_share": pa.array([0.1, 1.0, 0.0], pa.float32()),
            "released_on": pa.array([date(2026, 1, 2), None, date(1969, 12, 31)]),
            "modalities": pa.array([["a", "b"], [], None], pa.list_(pa.string())),
            "us_origin": pa.array([True, False, None]),
        }
    )

    records = read_tables(table, library, table="Model").facts.entities["Model"]

    blank = {name for name, field in library.entities["Model"].fields.items() if field.blank}
    assert {name for name in blank if records["1"].get(name) is not State.NOT_APPLICABLE} == {"synthetic_share"}

    def written(id_: str) -> dict[str, object]:
        return {
            name: fact for name, fact in records[id_].facts.items() if name not in blank or name == "synthetic_share"
        }

    assert written("1") == {
        "training_compute": 10**26,
        "parameters": 10**9,
        "synthetic_share": Fraction(1, 10),
        "released_on": date(2026, 1, 2),
        "modalities": frozenset("ab"),
        "us_origin": True,
    }
    assert records["2"].get("modalities") == frozenset()
    assert records["2"].get("synthetic_share") == 1
    assert written("3") == {"synthetic_share": 0, "released_on": date(1969, 12, 31)}


def test_decimals_of_128_bits_are_exact_on_both_sides_of_64(library: Policy) -> None:
    for values in ([12345678901234567890123456789, -1], [2**63 - 1, -(2**63)], [2**63, 0]):
        column = pa.array(values, pa.decimal128(38, 0))
        table = pa.table({"id": ["a", "b"], "parameters": column})

        records = read_tables(table, library, table="Model").facts.entities["Model"]

        assert [records[i].get("parameters") for i in "ab"] == values


def test_many_different_texts_are_read_like_few(tmp_path: Path, library: Policy) -> None:
    """Where a column has thousands of different numbers or days they are read at once, with the same meaning."""
    draw = random.Random(4)
    rows = [(str(draw.randrange(10**9)), f"{draw.randrange(10**6)}.{draw.randrange(100):02}") for _ in range(9000)]
    days = [str(date.fromordinal(735000 + i)) for i in range(9000)]
    lines = [f"e{i},{score},{threshold},{days[i]}\n" for i, (score, threshold) in enumerate(rows)]
    write(tmp_path, Evaluation_csv="id,score,threshold,performed_on\n" + "".join(lines))

    table = read_tables(tmp_path, library).tables.entities["Evaluation"]

    assert {type(table.columns[name]) for name in ("score", "threshold", "performed_on")} == {Plain}
    for i in range(0, 9000, 97):
        score, threshold = rows[i]
        assert table.columns["score"].fact(i) == int(score)
        assert table.columns["threshold"].fact(i) == Fraction(threshold)
        assert table.columns["performed_on"].fact(i) == date.fromisoformat(days[i])


def test_a_state_among_many_numbers(tmp_path: Path, library: Policy) -> None:
    lines = [f"e{i},{i}\n" for i in range(9000)] + ["x,undetermined\n", "y,>= 3\n", "z,\n"]
    write(tmp_path, Evaluation_csv="id,score\n" + "".join(lines))

    column = read_tables(tmp_path, library).tables.entities["Evaluation"].columns["score"]

    assert isinstance(column, Coded)
    assert [column.fact(i) for i in (0, 8999, 9000, 9001, 9002)] == [
        0,
        8999,
        State.UNDETERMINED,
        Range(3, None),
        State.ABSENT,
    ]


# ---- streams


def test_codes_mean_the_same_in_every_batch(tmp_path: Path, library: Policy) -> None:
    kinds = ["commercial", "academic", "government"]
    rows = [{"id": f"p{i}", "kind": kinds[i // 4 % 3], "country": "CH"} for i in range(24)]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "Party.parquet")

    tables = list(stream_table(tmp_path / "Party.parquet", library, NOTHING, rows_per_batch=4))
    columns = [table.columns["kind"] for table in tables]

    assert len(tables) == 6
    last = columns[-1]
    assert isinstance(last, Coded)
    assert [last.facts[c.codes[0]] for c in columns if isinstance(c, Coded)] == kinds * 2
    assert last.facts is columns[3].facts  # type: ignore[union-attr]


def test_columns_that_move_from_batch_to_batch_and_back(tmp_path: Path, library: Policy) -> None:
    rows = [{"id": "a", "country": "CH"}, {"country": "JP", "id": "b"}] * 2
    lines = [json.dumps({**row, "id": f"{row['id']}{i}"}) for i, row in enumerate(rows)]
    (tmp_path / "Party.jsonl").write_text("\n".join(lines), encoding="utf-8")

    stream = stream_table(tmp_path / "Party.jsonl", library, NOTHING, rows_per_batch=1)
    assert [table.columns["country"].fact(0) for table in stream] == ["CH", "JP", "CH", "JP"]
    assert stream.diagnostics == ()


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "arrow"])
def test_ids_that_stand_twice_in_different_batches(tmp_path: Path, library: Policy, suffix: str) -> None:
    ids = [f"p{i}" for i in range(50)] + ["p7", "q", "p49", "q"]
    table = pa.table({"id": ids})
    path = tmp_path / f"Party.{suffix}"
    if suffix == "csv":
        path.write_text("id\n" + "\n".join(ids))
    elif suffix == "jsonl":
        path.write_text("\n".join(f'{{"id": "{id_}"}}' for id_ in ids))
    elif suffix == "parquet":
        parquet.write_table(table, path)
    else:
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=5)

    rejects: list[Reject] = []
    stream = stream_table(path, library, NOTHING, rows_per_batch=10, rejected=rejects.extend)
    kept = [id_ for part in stream for id_ in part.ids.to_pylist()]  # type: ignore[union-attr]

    assert kept == [*ids[:50], "q"]
    assert [r.id for r in rejects] == ["p7", "p49", "q"]
    assert (stream.flawed, stream.usable) == (3, True)


def test_rising_ids_are_told_from_others() -> None:
    assert rising(pa.array(["t9", "t10", "t11"]), "t8")
    assert not rising(pa.array(["t9", "t10"]), "t9")
    assert not rising(pa.array(["a", "c", "b"]), "")
    assert rising(pa.array([], pa.string()), "x")


def test_hashes_are_of_the_texts() -> None:
    draw = random.Random(1)
    texts = ["".join(draw.choices("abé0", k=draw.randrange(40))) for _ in range(3000)]
    found = hashes(pa.array(["skipped", *texts])[1:])

    assert len(set(found.tolist())) == len(set(texts))
    assert (found == hashes(pa.array(texts))).all()


def test_equal_hashes_alone_make_no_double(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.facts.inventory.ids_seen.hashes", lambda ids: np.zeros(len(ids), np.uint64))
    seen = IdsSeen(lambda: iter([pa.array(["d", "a"])]))

    assert seen.doubles(pa.array(["c", "b"])).tolist() == []
    assert seen.doubles(pa.array(["e", "a", "e", ""])).tolist() == [1, 2]


def test_the_memory_of_a_stream_does_not_grow_with_its_rows(tmp_path: Path, library: Policy) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.parquet"
        data = {"id": [f"t{i}" for i in range(rows)], "destination": ["CH", "JP"] * (rows // 2), "value": range(rows)}
        parquet.write_table(pa.table(data), path, row_group_size=4096)
        before = pa.total_allocated_bytes()
        tracemalloc.start()
        most = 0
        for _ in stream_table(path, library, NOTHING, table="Transfer", rows_per_batch=4096):
            most = max(most, pa.total_allocated_bytes() - before + tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        return most

    peak(4096)
    assert peak(200_000) < 1.3 * peak(40_000)


def test_references_of_a_stream_are_looked_for_in_what_is_resident(tmp_path: Path, library: Policy) -> None:
    write(tmp_path, Model_csv="id\nm1\n", Transfer_csv="id,item\nt1,m1\nt2,m2\n")
    resident = read_tables(tmp_path / "Model.csv", library).tables

    stream = stream_table(tmp_path / "Transfer.csv", library, resident)
    assert list(stream) == []

    assert not stream.usable
    assert [(d.code, d.span and d.span.address) for d in stream.diagnostics] == [
        ("F009", f"{tmp_path / 'Transfer.csv'}:3:item")
    ]


def test_what_cannot_be_streamed_says_so(tmp_path: Path, library: Policy) -> None:
    write(tmp_path, derived_csv="id\nm1\n", Party_csv="")
    with pytest.raises(UsageError, match="no entity or relation `Partie`; did you mean `Party`"):
        stream_table(tmp_path / "derived.csv", library, NOTHING, table="Partie")
    with pytest.raises(FactsError, match="it is empty"):
        stream_table(tmp_path / "Party.csv", library, NOTHING)


# ---- rows that are left out


def test_good_rows_go_on_and_bad_ones_are_told(tmp_path: Path, library: Policy) -> None:
    write(
        tmp_path,
        Party_csv="id,country\nacme,US\nbeta,UK\ngamma,CH\n",
        Model_csv="id,developer\nm1,acme\nm2,beta\nm3,nobody\n",
        Transfer_csv="id,item,destination\nt1,m1,CH\nt2,m2,CH\nt3,m3,CH\nt4,m1,XX\n",
        owns_csv="owner,owned,share\nacme,gamma,half\ngamma,acme,20%\n",
    )

    reading = read_sources([(tmp_path, None)], library, keep_going=True)

    assert reading.usable
    assert list(reading.facts.entities["Party"]) == ["acme", "gamma"]
    assert list(reading.facts.entities["Model"]) == ["m1"]
    assert list(reading.facts.entities["Transfer"]) == ["t1"]
    assert len(reading.facts.relations["owns"]) == 1
    assert reading.facts.opened == {
        "owns": (Opening((("owner", "acme"), ("owned", "gamma"))),),  # of which there may be more than are recorded
        **dict.fromkeys(["Party", "Model", "Transfer"], ()),  # of which there are more
    }
    told = {(Path(r.file).name, r.row, r.id, r.column, r.value) for r in reading.rejects}
    assert told == {
        ("Party.csv", 3, "beta", "country", "UK"),
        ("Model.csv", 3, "m2", "developer", "beta"),
        ("Model.csv", 4, "m3", "developer", "nobody"),
        ("Transfer.csv", 3, "t2", "item", "m2"),
        ("Transfer.csv", 4, "t3", "item", "m3"),
        ("Transfer.csv", 5, "t4", "destination", "XX"),
        ("owns.csv", 2, "", "share", "half"),
    }


def test_a_record_that_is_left_out_is_not_taken_as_absent(tmp_path: Path, library: Policy) -> None:
    write(
        tmp_path,
        Model_csv="id,name\nm1,One\n",
        Audit_csv="id,model,kind,result\na1,m1,misuse_resistance,fine\n",
    )
    reading = read_sources([(tmp_path, None)], library, keep_going=True)

    decision = decide(library, reading.facts, [Subject("Model", "m1")], as_of=date(2026, 6, 1))[0]
    status = next(o for o in decision.overall if o.decision == "audit_status")

    assert status.must != status.may, "nobody knows which audit was left out"
    assert ("Audit", "open") in {(m.fact, m.state) for m in decision.missing}


@pytest.mark.parametrize(
    "files",
    [
        {"Party_csv": "id,colour\na,red\n"},  # every row has this flaw
        {"Party_csv": "id\na\nb\n", "owns_csv": "owner,owned,share\na,b,60%\nb,b,60%\n"},  # which row is wrong?
        {"Party_csv": "id\na\nb\n", "owns_csv": "owner,owned,share\na,b,c,60%\n"},  # about whom is this row?
        {"Party_csv": "id\na\n", "owns_csv": "owner,owned,share\nx,y,60%\n"},  # likewise
        {"Party_csv": "id\na\n", "more_yaml": "Party:\n  - {id: b, country: UK}\n"},  # not a row of a table
    ],
)
def test_what_leaving_rows_out_cannot_mend_stops(tmp_path: Path, library: Policy, files: dict[str, str]) -> None:
    reading = read_sources([(write(tmp_path, **files), None)], library, keep_going=True)

    assert not reading.usable
    assert reading.diagnostics


def test_tables_and_yaml_are_one_inventory(tmp_path: Path, library: Policy) -> None:
    write(
        tmp_path,
        Party_csv="id,country\nacme,US\n",
        more_yaml="as_of: 2026-06-01\nParty:\n  - {id: beta, country: CH, source: the register}\n",
        owns_csv="owner,owned,share\nacme,beta,20%\n",
    )
    yaml_only = tmp_path / "yaml"
    yaml_only.mkdir()
    (yaml_only / "all.yaml").write_text(
        "as_of: 2026-06-01\nParty: [{id: beta, country: CH}, {id: acme, country: US}]\n"
        "owns: [{owner: acme, owned: beta, share: 20%}]\n"
    )
    apart = read_tables(yaml_only, library)
    (yaml_only / "all.yaml").unlink()

    reading = read_tables(tmp_path, library)

    assert reading.usable
    assert reading.facts.as_of == date(2026, 6, 1)
    assert reading.facts.entities["Party"]["beta"].provenance["country"].source == "the register"
    assert reading.facts.relations["owns"][0].get("share") == Fraction(1, 5)
    assert reading.tables.fingerprint == apart.tables.fingerprint


def test_a_record_says_where_its_facts_come_from(tmp_path: Path, library: Policy) -> None:
    write(tmp_path, Party_csv="id,country,source,note\na,CH,the register,seen\nb,US,,\n", Party_jsonl='{"id": "c"}\n')

    records = read_tables(tmp_path, library).facts.entities["Party"]

    assert records["a"].provenance["country"].source == "the register"
    assert not records["b"].provenance
