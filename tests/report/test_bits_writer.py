"""The rules' bits in one piece are the file that Arrow's own writer makes, to the byte."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.decide.table.rule_bits import RuleBits
from licet.report import bits_writer
from licet.report.bits_writer import BitsWriter
from licet.run.columnar.bitmaps import ALL_BITS, NO_BITS, Bits, packed
from tests.examples import examples

KINDS = ("bits", "null", "set", "not set")


def column(kind: str, length: int, numbers: np.random.Generator) -> Bits | None:
    constants = {"null": None, "set": ALL_BITS, "not set": NO_BITS}
    return constants[kind] if kind in constants else packed(numbers.random(length) > 0.5)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=70), st.lists(st.integers(0, 200), max_size=4), st.data())
def test_it_is_what_arrow_writes(kinds: list[str], lengths: list[int], data: st.DataObject) -> None:
    numbers = np.random.default_rng(data.draw(st.integers(0, 1000)))
    schema = pa.schema([(f"r{i}.holds", pa.bool_()) for i in range(len(kinds))])
    several = [RuleBits(length, [column(kind, length, numbers) for kind in kinds]) for length in lengths]
    batches = [bits.batch(schema) for bits in several]
    with TemporaryDirectory() as folder:
        mine, theirs = Path(folder, "mine.arrow"), Path(folder, "theirs.arrow")
        writer = BitsWriter(mine, schema)
        for bits in several:
            writer.write(bits)
        writer.close()
        with pa.ipc.new_file(theirs, schema) as file:
            for batch in batches:
                file.write_batch(batch)
        with pa.OSFile(str(mine)) as file:
            assert pa.ipc.open_file(file).read_all().equals(pa.Table.from_batches(batches, schema))
        if "set" not in kinds:  # beyond the last row the library has no bit of these
            assert mine.read_bytes() == theirs.read_bytes()


def test_many_columns_and_a_write_that_is_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More columns than the system takes at once; and a signal comes after each few bytes."""
    schema = pa.schema([(f"r{i}", pa.bool_()) for i in range(2500)])
    bits = RuleBits(1000, [packed(np.arange(1000) % 3 == 0)] * 2500)
    real = bits_writer.os.writev
    monkeypatch.setattr(bits_writer.os, "writev", lambda file, pieces: real(file, [pieces[0][:5]]))

    writer = BitsWriter(tmp_path / "bits.arrow", schema)
    writer.write(bits)
    writer.close()

    with pa.OSFile(str(tmp_path / "bits.arrow")) as file:
        assert pa.ipc.open_file(file).read_all().equals(pa.Table.from_batches([bits.batch(schema)]))
