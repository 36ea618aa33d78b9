"""Databases: which a path stands for, and connections to them by ADBC, whose drivers speak Arrow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from licet.errors import UsageError
from licet.facts.files.addresses import address_of, scheme_of, shown_address, without_secrets

ENDINGS: Mapping[str, str] = {".duckdb": "duckdb", ".sqlite": "sqlite", ".sqlite3": "sqlite"}
_SCHEMES: Mapping[str, str] = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
}
_SAID_LAST = re.compile(r"(?:\s*Query was:|\n\s*query: |\. SQLSTATE:).*", re.DOTALL)
_SAID_FIRST = re.compile(r"^[A-Z_]+: (?:\[\w+\] )?")  # of a driver's messages: the kind of error, the driver
_NEEDED = "databases need their drivers: `pip install 'licet[sql]'`"


class DriverError(Exception):
    """What a driver says of rows that are already on their way."""


class DatabaseError(UsageError):
    """What a database cannot do, in its own words, without secrets."""


def kind_of_database(path: Path) -> str:
    """Which database a path names, there or not: `postgresql`, `sqlite` or `duckdb`; empty for other places."""
    return _SCHEMES.get(scheme_of(path), "") or ENDINGS.get(path.suffix.lower(), "")


def database_of(path: Path) -> str:
    """The same of a path that facts are read from: a file has to be there."""
    return kind_of_database(path) if scheme_of(path) or path.is_file() else ""


def file_of(path: Path) -> Path:
    """The file that a database of SQLite or DuckDB is."""
    return Path(address_of(path).split(":", 1)[1]) if scheme_of(path) else path


@contextmanager
def connected(path: Path, *, writes: bool = False) -> Iterator[Any]:
    """A connection (`adbc_driver_manager.dbapi`) in a transaction; unless it `writes`, it can read only.

    Errors: `UsageError` where the driver is not installed, `DatabaseError` for whatever goes wrong in the database.
    """
    kind = kind_of_database(path)
    if kind != "postgresql" and not writes and not file_of(path).is_file():
        raise UsageError(f"there is no file `{file_of(path)}`")
    errors = _errors()
    try:
        connection = _OPENED[kind](path, writes)
    except ImportError as error:
        raise UsageError(_NEEDED) from error
    except errors as error:
        raise _told(path, error) from error
    try:
        yield connection
    except errors as error:
        raise _told(path, error) from error
    finally:
        with suppress(*errors):
            connection.close()


def _errors() -> tuple[type[Exception], ...]:
    try:
        found: type[Exception] = import_module("adbc_driver_manager").Error
    except ImportError as error:
        raise UsageError(_NEEDED) from error
    return found, DriverError


def _told(path: Path, error: Exception) -> DatabaseError:
    said = re.sub(r"\s+", " ", _SAID_LAST.sub("", _SAID_FIRST.sub("", without_secrets(str(error))))).strip()
    return DatabaseError(f"`{shown_address(path)}`: {said}")


def _postgresql(path: Path, writes: bool) -> Any:
    connection = import_module("adbc_driver_postgresql.dbapi").connect(address_of(path))
    if not writes:
        with connection.cursor() as cursor:
            # One state of all tables, and rows in the same order each time, which a run that goes on counts on.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL synchronize_seqscans = off")
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    return connection


def _sqlite(path: Path, writes: bool) -> Any:
    mode = "rwc" if writes else "ro"
    return import_module("adbc_driver_sqlite.dbapi").connect(f"{file_of(path).absolute().as_uri()}?mode={mode}")


def _duckdb(path: Path, writes: bool) -> Any:
    mode = {} if writes else {"db_kwargs": {"access_mode": "READ_ONLY"}}
    driver = import_module("adbc_driver_duckdb")
    manager = import_module("adbc_driver_manager.dbapi")
    return manager.connect(
        driver=driver.driver_path(),
        entrypoint="duckdb_adbc_init",
        db_kwargs={"path": str(file_of(path)), **mode.get("db_kwargs", {})},
        autocommit=False,
    )


_OPENED: Mapping[str, Callable[[Path, bool], Any]] = {"postgresql": _postgresql, "sqlite": _sqlite, "duckdb": _duckdb}


def quoted(name: str) -> str:
    """A name in a statement of SQL."""
    return '"' + name.replace('"', '""') + '"'
