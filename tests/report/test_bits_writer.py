"""The rules' bits in one piece are the file that Arrow's own writer makes, to the byte."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.report import bits_writer
from licet.report.bits_writer import BitsWriter
from tests.examples import examples

KINDS = ("truths", "nulls", "same", "some nulls", "cut")


def column(kind: str, length: int, numbers: np.random.Generator) -> pa.Array:
    truths = numbers.random(length) > 0.5
    match kind:
        case "nulls":
            return pa.nulls(length, pa.bool_())
        case "same":
            return pa.repeat(pa.scalar(True), length)
        case "some nulls":
            return pa.array(truths, mask=numbers.random(length) > 0.5)
        case "cut":
            return pa.array(np.concatenate([[True] * 3, truths]))[3:]
        case _:
            return pa.array(truths)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=70), st.lists(st.integers(0, 200), max_size=4), st.data())
def test_it_is_what_arrow_writes(kinds: list[str], lengths: list[int], data: st.DataObject) -> None:
    numbers = np.random.default_rng(data.draw(st.integers(0, 1000)))
    schema = pa.schema([(f"r{i}.holds", pa.bool_()) for i in range(len(kinds))])
    batches = [
        pa.RecordBatch.from_arrays([column(kind, length, numbers) for kind in kinds], schema=schema)
        for length in lengths
    ]
    with TemporaryDirectory() as folder:
        mine, theirs = Path(folder, "mine.arrow"), Path(folder, "theirs.arrow")
        writer = BitsWriter(mine, schema)
        for batch in batches:
            writer.write_batch(batch)
        writer.close()
        with pa.ipc.new_file(theirs, schema) as file:
            for batch in batches:
                file.write_batch(batch)
        with pa.OSFile(str(mine)) as file:
            assert pa.ipc.open_file(file).read_all().equals(pa.Table.from_batches(batches, schema))
        assert mine.read_bytes() == theirs.read_bytes()


def test_many_columns_and_a_write_that_is_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More columns than the system takes at once; and a signal comes after each few bytes."""
    schema = pa.schema([(f"r{i}", pa.bool_()) for i in range(2500)])
    truths = pa.array(np.arange(1000) % 3 == 0)
    batch = pa.RecordBatch.from_arrays([truths] * 2500, schema=schema)
    real = bits_writer.os.writev
    monkeypatch.setattr(bits_writer.os, "writev", lambda file, pieces: real(file, [pieces[0][:5]]))

    writer = BitsWriter(tmp_path / "bits.arrow", schema)
    writer.write_batch(batch)
    writer.close()

    assert pa.ipc.open_file(tmp_path / "bits.arrow").read_all().equals(pa.Table.from_batches([batch]))
