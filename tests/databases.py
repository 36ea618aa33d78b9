"""Databases for tests: a PostgreSQL of their own, SQLite and DuckDB in files."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PASSWORD = "pass-w0rd/über"
_QUOTED = "pass-w0rd%2F%C3%BCber"
_USER = "postgres" if os.getuid() == 0 else None  # who PostgreSQL runs as: not as root


def drivers() -> None:
    """Skips, and says so, where the drivers are not installed."""
    for name in ("adbc_driver_manager", "adbc_driver_postgresql", "adbc_driver_sqlite", "duckdb"):
        pytest.importorskip(name, reason=f"{name} is not installed: the extra `sql` has it")


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a server that ends with this block; skips, and says so, where there is none."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: its tests did not run")
    with TemporaryDirectory(prefix="licet-pg-") as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        folder.chmod(0o755)
        if _USER is not None:
            for path in (folder, folder / "password"):
                shutil.chown(path, _USER)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data = folder / "data"
        made = ["initdb", "-D", data, "-U", "licet", "-A", "scram-sha-256", "--pwfile", folder / "password"]
        _run(programs, folder, *made, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        said = f"-p {port} -k {folder} -c fsync=off -c listen_addresses=127.0.0.1 -c log_statement=none"
        _run(programs, folder, "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", said, "start")
        try:
            yield f"postgresql://licet:{_QUOTED}@127.0.0.1:{port}/postgres"
        finally:
            _run(programs, folder, "pg_ctl", "-D", data, "-m", "immediate", "stop")


def _run(programs: Path, folder: Path, program: str, *words: str | Path) -> None:
    given = [programs / program, *words]
    done = subprocess.run(given, user=_USER, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()
