"""What the Python interface takes as an inventory: a path, a frame, a reader, or records as Python has them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.errors import UsageError
from licet.facts.cells.values_from_python import plain_value
from licet.facts.files.addresses import located
from licet.ir.policy import Policy
from licet.values import State

_UNLIKE = (pa.ArrowException, TypeError, ValueError, OverflowError)  # what Arrow says of values of no one type


def sources_of(given: Any, policy: Policy, table: str | None = None) -> list[tuple[Path | Any, str | None]]:
    """Inventories, each with what its single table is of: one, or several by the entities and relations they are of.

    A dict is one table of columns where `table` says of what, or where none of its keys names an entity or relation and
    one names a field.
    """
    if isinstance(given, Mapping):
        owners = {**policy.entities, **policy.relations}
        fields = {"id", *(name for e in policy.entities.values() for name in e.fields)}
        fields.update(name for r in policy.relations.values() for name in r.parameters)
        if table is None and (owners.keys() & given.keys() or not fields & given.keys()):
            return [(source_of(source), name) for name, source in given.items()]
    return [(source_of(given), table)]


def source_of(given: Any) -> Path | Any:
    """A path, or an object with `__arrow_c_stream__`. Errors: `UsageError` names what is neither."""
    if isinstance(given, str | os.PathLike):
        return located(os.fspath(given)) if isinstance(given, str) else Path(given)
    if hasattr(given, "__arrow_c_stream__"):
        library = type(given).__module__.partition(".")[0]
        return _frame(given, library) if library in ("pandas", "polars") and hasattr(given, "columns") else given
    if hasattr(given, "collect") and hasattr(given, "collect_schema"):  # a lazy frame of Polars
        return given.collect()
    if hasattr(given, "scanner"):  # a dataset of pyarrow
        given = given.scanner()
    if hasattr(given, "to_reader"):
        return given.to_reader()
    if isinstance(given, Mapping):
        return _table({str(name): _column(name, values) for name, values in given.items()})
    if isinstance(given, Sequence) and not isinstance(given, bytes):
        return _records(given)
    kinds = "a file, a folder, a table or frame, records as a list of dicts, or columns as a dict of lists"
    raise UsageError(f"an inventory is {kinds}; this is a `{type(given).__name__}`")


def _frame(given: Any, library: str) -> Any:
    """A frame of pandas or Polars, by Arrow where all of its values are of one Arrow type each, else value by value.

    Integers beyond 64 bits are none, nor are columns of pandas with values of several kinds.
    """
    try:
        reader = pa.RecordBatchReader.from_stream(given)
        return reader.read_all() if library == "pandas" else given
    except _UNLIKE:
        names = list(given.columns)
        is_told = len({str(name) for name in names}) < len(names)  # by whoever reads it
        return given if is_told else _table({str(name): _column(name, given[name]) for name in names})


def _records(given: Sequence[Any]) -> pa.Table:
    for number, record in enumerate(given, 1):
        if not isinstance(record, Mapping):
            raise UsageError(f"record {number} of a list is a dict of fields; this is a `{type(record).__name__}`")
    names = dict.fromkeys(name for record in given for name in record)
    return _table({str(name): [record.get(name) for record in given] for name in names})


def _column(name: object, values: Any) -> list[Any]:
    if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__iter__"):
        raise UsageError(f"the column `{name}` is a list of values; this is a `{type(values).__name__}`")
    return list(values)


def _table(columns: Mapping[str, list[Any]]) -> pa.Table:
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"`{name}` {length}" for name, length in lengths.items())
        raise UsageError(f"columns of one table are of one length; here: {said}")
    return pa.table({name: _array([plain_value(value) for value in values]) for name, values in columns.items()})


def _array(values: list[Any]) -> pa.Array:
    """Values of one kind as they are, which then are cells with a type; of several kinds as texts."""
    if len(types := {type(value) for value in values if value is not None}) <= 1 and dict not in types:
        try:
            return pa.array(values)
        except _UNLIKE:
            pass
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: Any) -> str:
    """A value as it would stand in a cell."""
    match value:
        case bool():
            return "true" if value else "false"
        case State():
            return value.name.lower().replace("_", " ") if value is not State.ABSENT else ""
        case float() | Decimal():
            return str(value)
        case datetime():
            midnight = value.time().replace(tzinfo=None).isoformat() == "00:00:00"
            return value.date().isoformat() if midnight else value.isoformat(" ")
        case date():
            return value.isoformat()
        case dict():
            plain = {str(key): plain_value(inner) for key, inner in value.items()}
            told = {key: _text(inner) for key, inner in plain.items() if inner is not None}
            return json.dumps(told, ensure_ascii=False) if told or not value else ""
        case list() | tuple() | set() | frozenset():
            return json.dumps([_text(plain_value(member)) for member in value], ensure_ascii=False)
        case _:
            return str(value)
