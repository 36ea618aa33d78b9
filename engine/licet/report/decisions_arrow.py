"""The result table as an Arrow file, which programs map into their memory: the columns as they are, words as texts.

The file format has one dictionary of a column for all batches. So types and outcomes keep theirs, of all that there can
be; other words become texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from licet.decide.table.result_table import WORD
from licet.ir import policy as ir
from licet.ir.outcomes import jurisdictions_of
from licet.report.decisions_parquet import said_of_file
from licet.report.writer import ResultNotes

_ENDS = ("must", "may", "enforced_must", "enforced_may")


class ArrowWriter:
    """Takes batches as `Writer` says."""

    def __init__(self, path: Path, schema: pa.Schema, about: ResultNotes) -> None:
        known = {about.names([name])[0]: words for name, words in _words(about.policy)}
        self._words = [known.get(field.name) if field.type == WORD else None for field in schema]
        columns = [
            (field.name, _plain(field.type) if words is None else WORD)
            for field, words in zip(schema, self._words, strict=True)
        ]
        self._schema = pa.schema(columns, metadata=said_of_file(about))
        self._file = pa.ipc.new_file(str(path), self._schema)

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [
            column.cast(field.type) if words is None else _of_words(column, words)
            for column, field, words in zip(batch.columns, self._schema, self._words, strict=True)
        ]
        self._file.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        self._file.close()


def _words(policy: ir.Policy) -> Iterator[tuple[str, pa.Array]]:
    """The columns in which only certain words can be, with these."""
    yield "type", pa.array(policy.entities, pa.string())
    for decision in policy.decisions.values():
        outcomes = pa.array(decision.outcomes, pa.string())
        views = ("", *(f".{place}" for place in jurisdictions_of(policy, decision.name)))
        for view, end in product(views, _ENDS):
            yield f"{decision.name}{view}.{end}", outcomes


def _of_words(column: pa.Array, words: pa.Array) -> pa.Array:
    """The same column with a dictionary of these words."""
    column = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if column.dictionary.equals(words):
        return column
    places = pc.index_in(column.dictionary, value_set=words)
    assert not places.null_count, f"{column.dictionary.to_pylist()} are not all among {words.to_pylist()}"
    return pa.DictionaryArray.from_arrays(places.take(column.indices), words)


def _plain(type_: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(type_):
        return type_.value_type
    return pa.list_(_plain(type_.value_type)) if pa.types.is_list(type_) else type_
