"""Facts written as tables of any kind come back as the same facts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
from hypothesis import given, settings

from licet.facts.from_tables import Reading, read_tables
from licet.facts.store import Facts
from licet.facts.stream import stream_table
from licet.facts.tables import Tables, facts_from_tables
from tests.facts.written import FORMATS, write
from tests.run.worlds import VOCABULARY, compiled, worlds

POLICY = compiled(VOCABULARY)
assert POLICY is not None


def plain(facts: Facts) -> Any:
    """What is compared: records by id, rows in their order, and what may be incomplete."""
    return (
        {
            name: {id_: dict(r.facts) for id_, r in records.items()}
            for name, records in facts.entities.items()
            if records
        },
        {name: [dict(r.facts) for r in rows] for name, rows in facts.relations.items() if rows},
        dict(facts.opened),
    )


def messages(reading: Reading) -> list[str]:
    return [f"{d.code} {d.span and d.span.address} {d.message} {d.label}" for d in reading.diagnostics]


@settings(max_examples=25)
@given(worlds())
def test_every_kind_of_file_holds_the_same_facts(facts: Facts) -> None:
    assert POLICY is not None
    prints = set()
    with tempfile.TemporaryDirectory() as name:
        for format_ in FORMATS:
            folder = Path(name) / format_
            write(facts, POLICY, folder, format_)
            reading = read_tables(folder, POLICY)

            assert reading.usable, (format_, messages(reading))
            assert plain(reading.facts) == plain(facts), format_
            assert plain(facts_from_tables(reading.tables)) == plain(facts), format_
            prints.add(reading.tables.fingerprint)
    assert len(prints) == 1, "a fingerprint is of the facts, not of the kind of file"


@settings(max_examples=12)
@given(worlds())
def test_a_stream_yields_what_the_whole_holds(facts: Facts) -> None:
    assert POLICY is not None
    with tempfile.TemporaryDirectory() as name:
        for format_ in ("csv", "jsonl", "parquet", "arrow"):
            folder = Path(name) / format_
            write(facts, POLICY, folder, format_)
            if not (folder / f"Part.{format_}").exists():
                continue
            whole = read_tables(folder, POLICY)
            resident = Tables({"Thing": whole.tables.entities["Thing"]}, {})

            stream = stream_table(folder / f"Part.{format_}", POLICY, resident, rows_per_batch=1)
            found = {}
            for table in stream:
                assert table.ids is not None
                found.update({id_: dict(table.record(i).facts) for i, id_ in enumerate(table.ids.to_pylist())})

            assert stream.usable
            assert found == plain(facts)[0].get("Part", {})


@settings(max_examples=12)
@given(worlds())
def test_arrow_objects(facts: Facts) -> None:
    assert POLICY is not None
    with tempfile.TemporaryDirectory() as name:
        write(facts, POLICY, Path(name) / "t", "parquet")
        table = parquet.read_table(Path(name) / "t" / "Thing.parquet")

        reading = read_tables(table, POLICY, table="Thing")

        assert plain(reading.facts)[0] == {"Thing": plain(facts)[0]["Thing"]}
