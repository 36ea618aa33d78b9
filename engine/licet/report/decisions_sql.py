"""A result in a table of a database, part by part: each part is one transaction, with a line in a ledger.

Rows are gathered in a table of their own, TABLE_licet, and are TABLE's when the last part is there, in one transaction
as well: whoever reads TABLE sees the result before or this one, whole. The ledger, `licet_parts`, says which batches
are in. A part that was not committed is in neither, however its process ended.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa

from licet.decide.table.batches import Decided
from licet.decide.table.counts import Tally, tally_from_document
from licet.errors import UsageError
from licet.facts.files.addresses import shown_address
from licet.facts.files.connections import connected, kind_of_database, quoted
from licet.report import parts
from licet.report.column_names import called
from licet.report.flat import flat_column, listed
from licet.values import counted

LEDGER = "licet_parts"
_MOST_LETTERS = 63  # of a name, in PostgreSQL


@dataclass(slots=True)
class _Ledger:
    """What is committed: parts, batches, and what was counted in them."""

    parts: int = 0
    batches: int = 0
    tally: Tally = field(default_factory=Tally)


class TableParts:
    """Takes decided batches in order, as `Parts` does. `done` batches and the `tally` were there before."""

    def __init__(
        self,
        database: Path,
        table: str,
        kind: Callable[[], parts.ResultKind],
        schema: pa.Schema,
        *,
        names: str,
        resume: bool,
    ) -> None:
        """Errors: `UsageError` where a run that did not end is in the way, or cannot be gone on with, where TABLE has
        other columns, or the database cannot be reached.
        """
        self._database, self._table, self._staging = database, table, f"{table}_licet"
        self._names = dict(zip(schema.names, called(schema.names, names), strict=True))
        self._schema = schema
        self._kind = kind
        self._own = kind_of_database(database)
        self._check_names()
        self.folder = Path(mkdtemp(prefix="licet-"))
        with connected(database, writes=True) as connection:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {LEDGER} (into_table TEXT, part INTEGER, kind TEXT, batches INTEGER, "
                    "tally TEXT, PRIMARY KEY (into_table, part))"
                )
                self._done = self._read_ledger(cursor, resume=resume)
                self._check_columns(_columns_of(cursor, self._own, table))
            connection.commit()
        self._open: _TablePart | None = None

    @property
    def done(self) -> int:
        return self._done.batches

    @property
    def tally(self) -> Tally:
        """Of the parts that are committed."""
        return self._done.tally

    def write(self, decided: Decided) -> None:
        if self._open is None:
            self._open = _TablePart(self.folder / f"part-{self._done.parts + 1:05}.arrow", self._stored_schema)
        self._open.write(self._stored(decided.rows), decided.tally)
        if time.monotonic() - self._open.since > parts.SECONDS:
            self.keep()

    def keep(self) -> None:
        """Commits the part that is being gathered."""
        part, self._open = self._open, None
        if part is None:
            return
        part.close()
        with connected(self._database, writes=True) as connection:
            with connection.cursor() as cursor:
                self._enter(cursor, part)
                if not self._done.parts:
                    cursor.execute(f"DROP TABLE IF EXISTS {quoted(self._staging)}")
                with pa.OSFile(str(part.path)) as file:
                    mode = "append" if self._done.parts else "create"
                    cursor.adbc_ingest(self._staging, pa.ipc.open_stream(file), mode=mode)
            connection.commit()
        part.path.unlink()
        self._done.parts += 1
        self._done.batches += part.batches
        self._done.tally.add(part.tally)

    def stop(self) -> None:
        """Commits what is there for a later run; all but a part that was interrupted within a batch."""
        if self._open is not None and self._open.whole:
            self.keep()
        shutil.rmtree(self.folder, ignore_errors=True)

    def drop(self) -> None:
        """Removes everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with connected(self._database, writes=True) as connection:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS {quoted(self._staging)}")
                self._clear(cursor)
            connection.commit()

    def finish(self) -> None:
        """The rows under the table's own name; before, there is nothing new there."""
        if self._open is None and not self._done.parts:
            self.write(Decided(pa.RecordBatch.from_pylist([], self._schema), None, Tally()))
        self.keep()
        table, staging = quoted(self._table), quoted(self._staging)
        with connected(self._database, writes=True) as connection:
            with connection.cursor() as cursor:
                there = _columns_of(cursor, self._own, self._table)
                self._check_columns(there)
                if there:  # it stays the same table, with its rights and its views
                    columns = ", ".join(map(quoted, self._names.values()))
                    cursor.execute(f"DELETE FROM {table}")
                    cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {staging}")
                    cursor.execute(f"DROP TABLE {staging}")
                else:
                    cursor.execute(f"ALTER TABLE {staging} RENAME TO {table}")
                self._clear(cursor)
            connection.commit()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- the ledger

    def _read_ledger(self, cursor: Any, *, resume: bool) -> _Ledger:
        cursor.execute(
            f"SELECT part, kind, batches, tally FROM {LEDGER} WHERE into_table = {_literal(self._table)} ORDER BY part"
        )
        rows = cursor.fetchall()
        found = _Ledger(len(rows))
        for _, _, batches, tally in rows:
            found.batches += batches
            found.tally.add(tally_from_document(json.loads(tally)))
        if rows:
            self._check_before(rows[0][1], sum(found.tally.rows.values()), resume=resume)
        return found

    def _check_before(self, kind: str, rows: int, *, resume: bool) -> None:
        where = f"`{shown_address(self._database)}`"
        again = f"`DELETE FROM {LEDGER} WHERE into_table = {_literal(self._table)}` lets a run start again"
        if not resume:
            words = f"{where} holds {counted(rows, 'row')} for `{self._table}` of a run that did not end"
            raise UsageError(f"{words}; go on with --resume, or {again}")
        changes = self._kind().changes(parts.ResultKind(**json.loads(kind)))
        if changes:
            differs = "differs" if len(changes) == 1 else "differ"
            words = f"cannot go on with `{self._table}` in {where}: {', '.join(changes)} {differs}"
            raise UsageError(f"{words} from the run that did not end; {again}")

    def _enter(self, cursor: Any, part: _TablePart) -> None:
        """Errors: `UsageError` where another run has entered a part; else the database lets one of the two in."""
        cursor.execute(f"SELECT count(*) FROM {LEDGER} WHERE into_table = {_literal(self._table)}")
        if cursor.fetchone()[0] != self._done.parts:
            words = f"another run writes into `{self._table}` of `{shown_address(self._database)}`"
            raise UsageError(f"{words}; wait until it ends, or write into another table")
        made = self._kind()
        kind = {"policy": made.policy, "facts": made.facts, "options": dict(made.options)}
        values = [
            _literal(self._table),
            str(self._done.parts + 1),
            _literal(json.dumps(kind)),
            str(part.batches),
            _literal(json.dumps(part.tally.document())),
        ]
        cursor.execute(f"INSERT INTO {LEDGER} VALUES ({', '.join(values)})")

    def _clear(self, cursor: Any) -> None:
        cursor.execute(f"DELETE FROM {LEDGER} WHERE into_table = {_literal(self._table)}")

    # ---- columns

    def _check_names(self) -> None:
        long = [name for name in (*self._names.values(), self._staging) if len(name.encode()) > _MOST_LETTERS]
        if long and self._own == "postgresql":
            raise UsageError(f"`{long[0]}` is longer than PostgreSQL's names, {_MOST_LETTERS} letters; see `--columns`")

    def _check_columns(self, there: Sequence[str]) -> None:
        wanted = list(self._names.values())
        if there and set(there) != set(wanted):
            more = [f"`{name}`" for name in there if name not in wanted]
            less = [f"`{name}`" for name in wanted if name not in there]
            said = [f"has {', '.join(more[:8])}"] if more else []
            said += [f"has no {', '.join(less[:8])}"] if less else []
            raise UsageError(
                f"the table `{self._table}` is another: it {' and '.join(said)}; write into one of its own"
            )

    @property
    def _stored_schema(self) -> pa.Schema:
        return self._stored(pa.RecordBatch.from_pylist([], self._schema)).schema

    def _stored(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        columns = [_stored_column(column, self._own) for column in rows.columns]
        return pa.RecordBatch.from_arrays(columns, names=[self._names[name] for name in rows.schema.names])


class _TablePart:
    """Rows of one transaction, until they are sent."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.since = time.monotonic()
        self.batches = 0
        self.tally = Tally()
        self.whole = True  # not within a batch
        self._rows = pa.ipc.new_stream(path, schema)

    def write(self, rows: pa.RecordBatch, tally: Tally) -> None:
        self.whole = False
        self._rows.write_batch(rows)
        self.batches += 1
        self.tally.add(tally)
        self.whole = True

    def close(self) -> None:
        self._rows.close()


def _stored_column(column: pa.Array, database: str) -> pa.Array:
    """Lists of texts, where the database has such; else as in CSV."""
    if pa.types.is_list(column.type):
        return flat_column(column) if database == "sqlite" else listed(column)
    if pa.types.is_decimal(column.type):
        return column.cast(pa.float64()) if database == "sqlite" else column
    return flat_column(column)


_COLUMNS: Mapping[str, str] = {
    "postgresql": "SELECT column_name FROM information_schema.columns WHERE table_name = {} "
    "AND table_schema = ANY (current_schemas(false))",
    "duckdb": "SELECT column_name FROM information_schema.columns WHERE table_name = {} "
    "AND table_schema = current_schema()",
    "sqlite": "SELECT name FROM pragma_table_info({})",
}


def _columns_of(cursor: Any, database: str, table: str) -> list[str]:
    """None where there is no such table."""
    cursor.execute(_COLUMNS[database].format(_literal(table)))
    return [str(name) for (name,) in cursor.fetchall()]


def _literal(text: str) -> str:
    """A text in a statement of SQL, as the standard has it: whatever stands in it stays in it."""
    return "'" + text.replace("'", "''") + "'"
