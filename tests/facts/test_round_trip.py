"""Facts written as tables of any kind come back as the same facts."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.diagnostics import Diagnostic, Findings, Source, Span
from licet.facts.inventory.from_tables import Reading, read_tables
from licet.facts.inventory.integrity import Several, check_rows
from licet.facts.inventory.stream import stream_table
from licet.facts.inventory.suspect_rows import rows_in_doubt
from licet.facts.openings import openings_of
from licet.facts.store import Facts, Record
from licet.facts.tables import Tables, facts_from_tables, tables_from_facts
from licet.values import Fact, Range, State
from tests.examples import examples
from tests.facts.written import FORMATS, write
from tests.run.worlds import VOCABULARY, compiled, worlds

POLICY = compiled(VOCABULARY)
assert POLICY is not None
SHARES: st.SearchStrategy[Fact] = st.sampled_from(
    [Fraction(1, 2), Fraction(1, 3), Fraction(2, 3), 1, Range(Fraction(1, 2), None), State.ABSENT, State.UNDETERMINED]
)


def plain(facts: Facts) -> Any:
    """What is compared: records by id, rows in their order, and whose records say that rows may be missing.

    That an entity has further records, or that a row was left out, is no fact that a table can hold.
    """
    return (
        {
            name: {id_: dict(r.facts) for id_, r in records.items()}
            for name, records in facts.entities.items()
            if records
        },
        {name: [dict(r.facts) for r in rows] for name, rows in facts.relations.items() if rows},
        {name: marks for name in facts.opened if (marks := {o for o in facts.opened[name] if o.of is not None})},
    )


def marked(facts: Facts) -> Facts:
    """The same facts, where a record's mark opens what the vocabulary says that it opens."""
    assert POLICY is not None
    opened = {
        name: tuple(
            o for of in dict.fromkeys(o.of for o in openings if o.of) for o in openings_of(POLICY.relations[name], of)
        )
        for name, openings in facts.opened.items()
    }
    return replace(facts, opened=opened)


def messages(reading: Reading) -> list[str]:
    return [f"{d.code} {d.span and d.span.address} {d.message} {d.label}" for d in reading.diagnostics]


@settings(max_examples=examples(25))
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
            assert plain(reading.facts) == plain(marked(facts)), format_
            assert plain(facts_from_tables(reading.tables)) == plain(marked(facts)), format_
            prints.add(reading.tables.fingerprint)
    assert len(prints) == 1, "a fingerprint is of the facts, not of the kind of file"


@settings(max_examples=examples(12))
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


@settings(max_examples=examples(12))
@given(worlds())
def test_arrow_objects(facts: Facts) -> None:
    assert POLICY is not None
    with tempfile.TemporaryDirectory() as name:
        write(facts, POLICY, Path(name) / "t", "parquet")
        table = parquet.read_table(Path(name) / "t" / "Thing.parquet")

        reading = read_tables(table, POLICY, table="Thing")

        assert plain(reading.facts)[0] == {"Thing": plain(facts)[0]["Thing"]}


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(*[st.sampled_from("abc")] * 2, SHARES), max_size=8))
def test_rows_without_doubt_need_no_look(rows: list[tuple[str, str, Fact]]) -> None:
    """The rows that columns show to be in order change no finding about keys and bounds."""
    assert POLICY is not None
    records = tuple(Record({"src": a, "dst": b, "w": w}) for a, b, w in rows)
    table = tables_from_facts(Facts({}, {"edge": records}), POLICY).relations["edge"]
    source = Source("edge", "")
    places = {("edge", str(i)): Span(source, i, i) for i in range(len(rows))}
    all_, doubtful = Several(), Several()

    check_rows(POLICY.relations["edge"], list(enumerate(records)), places, all_)
    looked_at = rows_in_doubt(POLICY.relations["edge"], table).tolist()
    check_rows(POLICY.relations["edge"], [(i, table.record(i)) for i in looked_at], places, doubtful)

    assert _told(doubtful) == _told(all_)


def _told(several: Several) -> list[Diagnostic]:
    findings = Findings()
    several.into(findings)
    return findings.sorted()
