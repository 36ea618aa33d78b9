"""Tables of a database, and what a query gives: brought into files of this process, in batches, from one state."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from licet.errors import UsageError
from licet.facts.files.addresses import is_elsewhere, shown_address, version_of
from licet.facts.files.connections import DriverError, connected, database_of, file_of, quoted
from licet.names import matched
from licet.suggest import did_you_mean

_QUERY = "query"  # what the table of a query is called
_ROWS = 1 << 16  # of a row group
_LISTED = 8
_TABLES = {
    "postgresql": "SELECT table_name FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false))",
    "duckdb": "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()",
    "sqlite": "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')",
}
_FROM = "FROM (\n{}\n) AS rows_of_it"
_STRANGE = re.compile(
    r"\b(?:UHUGEINT|BIGNUM|VARINT|INTERVAL|BIT|UNION)\b|WITH TIME ZONE\b(?<!TIMESTAMP WITH TIME ZONE)"
)
_MIXED = "Type mismatch"  # said by the driver of SQLite, which takes the type of a column from its first rows

_numbers = count()
_queries: dict[Path, str] = {}
_found: dict[Path, tuple[Path, str]] = {}  # the tables: their database, and the statement that reads each


def ask(path: Path, query: str | None) -> None:
    """What is to be read of a database, instead of its tables. Errors: `UsageError` for what is no database."""
    if query is None:
        _queries.pop(path, None)
    elif not database_of(path):
        raise UsageError(f"--query asks a database, and `{shown_address(path)}` is none")
    else:
        _queries[path] = query.strip().rstrip(";")


def is_table(path: Path) -> bool:
    """Whether a path stands for a table of a database, or for what a query gives."""
    return path in _found


def tables_at(path: Path, known: Iterable[str]) -> list[Path]:
    """A path for each table that is called like an entity or relation (`known`), in any case and also in the plural.

    What `ask` said is the only one. Errors: `UsageError` where there is none, or the database cannot be reached.
    """
    if path in _queries:
        found = {_QUERY: _queries[path]}
    else:
        with connected(path) as connection, connection.cursor() as cursor:
            cursor.execute(_TABLES[database_of(path)])
            names = sorted(str(name) for (name,) in cursor.fetchall())
        called = {form: name for name in known for form in _forms(name)}
        tables = {called[matched(name)]: name for name in names if matched(name) in called}
        if not tables:
            raise UsageError(f"`{shown_address(path)}` has {_none_of(names, called)}")
        found = {name: _all_rows(table) for name, table in tables.items()}
    for before in [table for table, (database, _) in _found.items() if database == path]:
        del _found[before]
    _found.update({path / name: (path, statement) for name, statement in found.items()})
    return [path / name for name in sorted(found)]


def _all_rows(table: str) -> str:
    return f"SELECT * FROM {quoted(table)}"  # noqa: S608 - what is quoted is a name


def _forms(name: str) -> Iterator[str]:
    plain = matched(name)
    yield from (plain, f"{plain}s", f"{plain.removesuffix('y')}ies", f"{plain}es")


def _none_of(names: Sequence[str], known: Mapping[str, str]) -> str:
    if not names:
        return "no tables"
    near = next((said for name in names if (said := did_you_mean(name, known.values()))), "")
    listed = ", ".join(f"`{name}`" for name in names[:_LISTED]) + (" ..." if len(names) > _LISTED else "")
    said = f"no table called like an entity or relation, but {listed}; "
    return said + (near or "say what to read with `--query`, and of what it is a table with `--table`")


def spooled(path: Path, folder: Path) -> Path:
    """A file with the rows of a table. Errors: `UsageError` where the database cannot give them."""
    database, _ = _found[path]
    version: object = version_of(database) if is_elsewhere(database) else database.stat().st_mtime_ns
    wanted = tuple(sorted((place, statement) for place, (of, statement) in _found.items() if of == database))
    return _all_of(database, wanted, version, folder)[path]


@cache
def _all_of(database: Path, wanted: Sequence[tuple[Path, str]], _version: object, folder: Path) -> Mapping[Path, Path]:
    """All tables of a database at once, so that they are of one state."""
    files = {}
    with connected(database) as connection:
        for place, statement in wanted:
            files[place] = folder / str(next(_numbers)) / f"{place.name}.parquet"
            files[place].parent.mkdir(parents=True)
            _write(connection, database, statement, files[place])
    return files


def _write(connection: Any, database: Path, statement: str, file: Path) -> None:
    with connection.cursor() as cursor:
        if (readable := _READABLE.get(database_of(database))) is not None:
            statement = readable(cursor, statement)
        try:
            cursor.execute(statement)
            reader = cursor.fetch_record_batch()
            _write_batches(reader.schema, _batches(reader), file)
        except DriverError as error:
            if database_of(database) != "sqlite" or _MIXED not in str(error):
                raise
            _write_batches(*_as_texts(file_of(database), statement), file)


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """What comes. Errors: `DriverError`, and not that of Arrow, which writing a file raises too."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (pa.ArrowException, OSError) as error:
            raise DriverError(str(error)) from error
        yield batch


def _write_batches(given: pa.Schema, batches: Iterable[pa.RecordBatch], file: Path) -> None:
    """Batches in row groups of one size, whatever size they come in: the same rows are the same file."""
    schema = pa.schema([field.with_type(_stored(field.type)).remove_metadata() for field in given])
    with pq.ParquetWriter(file, schema, compression="lz4") as writer:
        waiting: list[pa.RecordBatch] = []
        rows = 0
        for batch in batches:
            columns = [_storage(column).cast(type_) for column, type_ in zip(batch.columns, schema.types, strict=True)]
            waiting.append(pa.RecordBatch.from_arrays(columns, schema=schema))
            rows += len(batch)
            if rows >= _ROWS:
                table = pa.Table.from_batches(waiting)
                whole = rows // _ROWS * _ROWS
                writer.write_table(table.slice(0, whole), row_group_size=_ROWS)
                waiting, rows = table.slice(whole).to_batches(), rows - whole
        writer.write_table(pa.Table.from_batches(waiting, schema), row_group_size=_ROWS)


def _stored(type_: pa.DataType) -> pa.DataType:
    return _stored(type_.storage_type) if isinstance(type_, pa.BaseExtensionType) else type_


def _storage(column: pa.Array) -> pa.Array:
    return _storage(column.storage) if isinstance(column.type, pa.BaseExtensionType) else column


def _readable(cursor: Any, statement: str) -> str:
    """The statement with columns as texts whose types Arrow does not have: enumerations, UUIDs, addresses.

    Of money the driver gives the hundredths, without a word: it is cast to a number.
    """
    cursor.execute(f"SELECT * {_FROM.format(statement)} LIMIT 0")
    return _cast(statement, {field.name: _wanted(field) for field in cursor.fetch_record_batch().schema})


def _wanted(field: pa.Field) -> str:
    """The type that a column of PostgreSQL has to be cast to; none where its values come as they are."""
    type_ = _stored(field.type)
    named = (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode()
    is_bytes = pa.types.is_binary(type_) or pa.types.is_fixed_size_binary(type_)
    if named == "money":
        return "numeric"
    is_strange = (is_bytes and isinstance(field.type, pa.BaseExtensionType)) or pa.types.is_interval(type_)
    return "text" if is_strange or named == "_money" else ""


def _readable_of_duckdb(cursor: Any, statement: str) -> str:
    """The same. Integers of 128 bits without a sign come as others where they are large."""
    cursor.execute(f"DESCRIBE {statement}")
    return _cast(statement, {name: "text" if _STRANGE.search(type_) else "" for name, type_, *_ in cursor.fetchall()})


_READABLE = {"postgresql": _readable, "duckdb": _readable_of_duckdb}


def _cast(statement: str, wanted: Mapping[str, str]) -> str:
    """The statement, with some columns of another type."""
    if not any(wanted.values()):
        return statement
    columns = [
        f"CAST({quoted(name)} AS {type_}) AS {quoted(name)}" if type_ else quoted(name)
        for name, type_ in wanted.items()
    ]
    return f"SELECT {', '.join(columns)} {_FROM.format(statement)}"


def _as_texts(file: Path, statement: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Rows of SQLite whose columns have values of several types: each value as a text, with all of its digits."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    cursor = connection.execute(statement)
    schema = pa.schema([(name, pa.string()) for name, *_ in cursor.description])

    def batches() -> Iterator[pa.RecordBatch]:
        with closing(connection):
            while rows := cursor.fetchmany(_ROWS):
                columns = [pa.array(map(_text, column), pa.string()) for column in zip(*rows, strict=True)]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return schema, batches()


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return None if value is None else str(value)
