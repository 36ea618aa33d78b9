"""Result files of text, CSV and JSON, as batches: cells that joined lists become lists again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from pyarrow import json as arrow_json

from licet.decide.grounds.laws import DEFAULT, GAP, LIST, PARAMETER, RULE
from licet.decide.table.result_table import MISSING, STATUSES, TEXTS
from licet.report.flat import BETWEEN

_BLOCK = 1 << 24  # bytes that are read at a time
_LAW = (RULE, LIST, PARAMETER, GAP, DEFAULT)
_MISSING = re.compile(r"(\w+) of (\w+) (.+?)(?: \(([^()]*?)(?:: (.*))?\))?", re.DOTALL)
_NEXT = re.compile(r"; (?=\w+ of \w+ )")
_QUOTED = "^'[=+\\-@]"  # as `for_csv` writes what a spreadsheet would take for a formula


def csv_batches(path: Path, types: Mapping[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    """Batches with these columns, all where none is named: then every cell is text."""
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(types, pa.string()),
        include_columns=list(types),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    reading = csv.ReadOptions(block_size=_BLOCK)
    parsing = csv.ParseOptions(newlines_in_values=True)
    with csv.open_csv(path, reading, parsing, options) as reader:
        for batch in reader:
            columns = [
                _from_text(column, types.get(name)) for name, column in zip(batch.schema.names, batch, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
        if not types:
            yield pa.RecordBatch.from_pylist([], reader.schema)  # a table without rows has columns all the same


def _from_text(column: pa.Array, type_: pa.DataType | None) -> pa.Array:
    """What a cell of text says, by what it says it of; of records, the words for them."""
    if type_ is None:
        return column
    if type_ == pa.string():
        guarded = pc.match_substring_regex(column, _QUOTED)
        return pc.if_else(pc.fill_null(guarded, False), pc.utf8_slice_codeunits(column, 1), column)
    if not pa.types.is_list(type_):
        return column.cast(type_)
    whole = column.dictionary_encode()
    texts = whole.dictionary
    if type_ == MISSING:
        found = pa.array([list(_missing(text)) for text in texts.to_pylist()], MISSING)
    else:
        found = pa.array([text.split(BETWEEN) if text else [] for text in texts.to_pylist()], TEXTS)
    return found.take(whole.indices)


def _missing(text: str) -> Iterator[dict[str, str | None]]:
    """The records that `flat` put into words; `; ` in a note or a name parts nothing, unless a record follows."""
    for member in _NEXT.split(text) if text else ():
        read = _MISSING.fullmatch(member)
        if read is not None:
            fact, type_, id_, state, note = read.groups()
            kind = "law" if type_ in _LAW else "fact"
            yield {"type": type_, "id": id_, "fact": fact, "state": state or "", "kind": kind, "note": note}


def json_names(path: Path) -> list[str]:
    """The columns of the first rows: what is null in a row is left out of it."""
    if _is_documents(path):
        return list(_document_row({}))
    found: dict[str, None] = {}
    with path.open("rb") as file:
        for line in file.readlines(_BLOCK >> 3):
            found.update(dict.fromkeys(json.loads(_row_of(line) or b"{}")))
    return list(found)


def json_batches(path: Path, types: Mapping[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    """Batches with these columns, null where a row says nothing of them."""
    schema = pa.schema(list(types.items()))
    with path.open("rb") as file:
        if _is_documents(path):
            for documents in _documents(file):
                rows = [_document_row(document) for document in documents]
                yield pa.RecordBatch.from_pylist(rows, schema)
            return
        while lines := file.readlines(_BLOCK):
            rows_of = [row for row in map(_row_of, lines) if row]
            if rows_of:
                yield from _from_lines(rows_of, schema)


def _row_of(line: bytes) -> bytes:
    """The object of a row, whether rows are lines or members of one list with a line each."""
    return line.strip().removesuffix(b",").strip(b"[]" if line.strip() in (b"[", b"]", b"[]") else b"")


def _from_lines(rows: list[bytes], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    options = arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    try:
        table = arrow_json.read_json(BytesIO(b"\n".join(rows)), arrow_json.ReadOptions(block_size=_BLOCK), options)
        yield from table.select(schema.names).to_batches()
    except pa.ArrowInvalid:  # a column of somebody's own that is a number here and a text there
        found = [json.loads(row) for row in rows]
        plain = [{name: _as_typed(row.get(name), schema.field(name).type) for name in schema.names} for row in found]
        yield pa.RecordBatch.from_pylist(plain, schema)


def _as_typed(value: Any, type_: pa.DataType) -> Any:
    if isinstance(value, str) and pa.types.is_date32(type_):
        return date.fromisoformat(value)
    return value if value is None or type_ != pa.string() else str(value)


# ---- documents of `licet decide`


def _is_documents(path: Path) -> bool:
    with path.open("rb") as file:
        return re.match(rb'(?:\[\s*)?\{\s*"schema": ?"licet/decision/1"', file.read(1 << 10)) is not None


def _documents(file: BinaryIO) -> Iterator[list[dict[str, Any]]]:
    """One list of them as a whole, as it was decided; lines of them in blocks."""
    if file.read(1) == b"[":
        file.seek(0)
        yield json.load(file)
        return
    file.seek(0)
    while lines := file.readlines(_BLOCK):
        yield [json.loads(line) for line in lines]


def _document_row(document: Mapping[str, Any]) -> dict[str, Any]:
    """The row of the result table that says the same as a document does, as far as it is read here."""
    day = document.get("as_of")
    row: dict[str, Any] = {
        "type": "",
        "id": "",
        **document.get("subject", {}),
        "as_of": day and date.fromisoformat(day),
    }
    for name, overall in document.get("overall", {}).items():
        row |= {f"{name}.{part}": overall[part] for part in ("must", "may", "from")}
    for answer in document.get("decisions", ()):
        prefix = f"{answer['decision']}.{answer['jurisdiction']}."
        row |= {prefix + part: answer[part] for part in ("must", "may", "details", "possible_details", "enforced")}
    row |= {
        f"{name}.bands": score["bands"] for name, score in document.get("scores", {}).items() if "told" not in score
    }
    row["missing"] = [
        {**one["of"], "fact": one["fact"], "state": one.get("state", ""), "kind": one["kind"], "note": one.get("note")}
        for one in document.get("missing", ())
    ]
    row["obligations"] = [
        {
            **duty,
            "deadline_kind": (duty["deadline"] or {}).get("kind"),
            "deadline": (duty["deadline"] or {}).get("date"),
        }
        for duty in document.get("obligations", ())
    ]
    row["conflicts"] = [{**one["of"], **one} for one in document.get("conflicts", ())]
    row["not_encoded"] = [gap["gap"] for gap in document.get("not_encoded", ())]
    row["contradictions"] = [one["check"] for one in document.get("contradictions", ())]
    row["doubts"] = [one["check"] for one in document.get("doubts", ()) if not one["accepted"]]
    row |= {part: document.get(part, []) for part in ("assumptions", "unverified")}
    rules = [rule for answer in document.get("decisions", ()) for rule in answer["rules"]]
    for status in STATUSES:
        row[f"rules.{status}"] = list(dict.fromkeys(rule["id"] for rule in rules if rule["status"] == status))
    return row
