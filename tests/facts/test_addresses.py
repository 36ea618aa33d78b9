"""Inventories that stand elsewhere: on a web server, in a bucket, in memory; and no secret in what is said of them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from licet.cli.main import main
from licet.facts.files.addresses import located, note_secrets, public, without_secrets
from licet.facts.inventory.from_tables import read_tables
from licet.facts.inventory.sources import source_of
from licet.ir.policy import Policy

CSV = b"id,us_origin\nm1,yes\nm2,no\n"
FILES = {
    "bucket/inventory/Model.csv": CSV,
    "bucket/inventory/us_origin=yes/more/Model.csv": b"id,name\nm3,M\n",
    "bucket/inventory/readme.md": b"prose",
    "download": b'{"id": "m4"}\n{"id": "m5"}\n',
}


class _Served(BaseHTTPRequestHandler):
    """A web server, and as much of an S3 server as reading files and folders asks for."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        name, query = unquote(parts.path.strip("/")), parse_qs(parts.query)
        if name == "private" and self.headers.get("Authorization") != "Basic dTpwYXNzd29yZDEyMw==":
            self._answer(403, b"")
        elif "list-type" in query:
            self._answer(200, _listing(query.get("prefix", [""])[0]), "application/xml")
        else:
            data = FILES.get("download" if name == "private" else name)
            self._answer(200 if data is not None else 404, data or b"")

    def _answer(self, status: int, data: bytes, kind: str = "application/octet-stream") -> None:
        asked = self.headers.get("Range")
        if asked and data:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            status, data = 206, data[int(first) : int(last) + 1 if last else None]
        self.send_response(status)
        for header, value in {
            "Content-Type": kind,
            "Content-Length": str(len(data)),
            "Last-Modified": formatdate(0, usegmt=True),
            "ETag": '"1"',
        }.items():
            self.send_header(header, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


def _listing(prefix: str) -> bytes:
    keys = [name.removeprefix("bucket/") for name in FILES if name.startswith("bucket/" + prefix)]
    entries = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{len(FILES['bucket/' + key])}</Size>"
        "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
        for key in keys
    )
    about = f"<Name>bucket</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(keys)}</KeyCount>"
    text = f"<ListBucketResult>{about}<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{entries}"
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}</ListBucketResult>'.encode()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    served = ThreadingHTTPServer(("127.0.0.1", 0), _Served)
    thread = threading.Thread(target=partial(served.serve_forever, poll_interval=0.01))
    thread.start()
    yield f"127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()


def models(policy: Policy, address: str, table: str | None = None) -> list[str]:
    reading = read_tables(located(address), policy, table=table)
    assert reading.usable, [d.message for d in reading.diagnostics]
    return sorted(reading.facts.entities["Model"])


def licet(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


def test_from_a_web_server(library: Policy, server: str) -> None:
    assert models(library, f"http://{server}/bucket/inventory/Model.csv") == ["m1", "m2"]
    assert models(library, f"http://{server}/download?token=hush-hush", "Model") == ["m4", "m5"]
    assert models(library, f"http://u:password123@{server}/private", "Model") == ["m4", "m5"]


def test_from_a_bucket(library: Policy, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ID": "id", "SECRET": "key"}.items():
        monkeypatch.setenv(f"AWS_{'ACCESS_KEY_ID' if name == 'ID' else 'SECRET_ACCESS_KEY'}", value)
    asked = f"region=eu-central-1&scheme=http&endpoint_override={server}"

    assert models(library, f"s3://bucket/inventory/Model.csv?{asked}") == ["m1", "m2"]
    assert models(library, f"s3://bucket/inventory?{asked}") == ["m1", "m2", "m3"]
    assert models(library, f"s3://bucket/inventory/M*.csv?{asked}".replace("*", "%2A")) == ["m1", "m2"]


@pytest.mark.parametrize("beside", ["password", "query", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN"])
def test_azure_is_asked_with_the_key_that_is_given(server: str, beside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []

    def refused(self: _Served) -> None:
        seen.append((self.headers.get("Authorization", ""), self.path))
        self._answer(403, b"")

    monkeypatch.setattr(_Served, "do_GET", refused)
    is_key = beside in ("password", "AZURE_STORAGE_KEY")
    secret = "c2VjcmV0LWtleQ==" if is_key else "sv=2026-10-06&sig=c2VjcmV0LWtleQ%3D%3D"
    if beside.isupper():
        monkeypatch.setenv(beside, secret)
    user = "account:c2VjcmV0LWtleQ%3D%3D" if beside == "password" else "account"
    query = f"&{secret}" if beside == "query" else ""

    said = licet("decide", f"abfs://{user}@{server}/container/{beside}.csv?enable_tls=false{query}").output

    assert seen
    assert all(header.startswith("SharedKey account:") if is_key else "sig=c2V" in path for header, path in seen)
    assert f"`abfs://account@{server}/container/{beside}.csv` cannot be read" in said
    assert "c2VjcmV0" not in said


def test_from_whatever_fsspec_reaches(library: Policy) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    memory.pipe("/h3/Model.csv", CSV)
    memory.pipe("/h3/more/Model.jsonl", b'{"id": "m9"}\n')

    assert models(library, "memory://h3/Model.csv") == ["m1", "m2"]
    assert models(library, "memory://h3") == ["m1", "m2", "m9"]
    memory.pipe("/h3/Model.csv", b"id\nother\n")
    assert models(library, "memory://h3/Model.csv") == ["other"]  # asked again, it is read again


def test_without_it_the_extra_is_named(library: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    said = licet("check", "--facts", "sftp://u:password123@host/Model.csv").stderr

    assert "nothing reaches `sftp://u@host/Model.csv`" in said
    assert "pip install 'licet[cloud]'" in said


@pytest.mark.parametrize("command", [("decide",), ("batch", "-o", "out.csv"), ("check", "--facts"), ("decide", "x")])
@pytest.mark.parametrize("place", ["nothing", "bucket/inventory/readme.md", "private"])
def test_no_secret_is_told(server: str, command: tuple[str, ...], place: str, tmp_path: Path) -> None:
    address = f"http://u:passw0rd-9@{server}/{place}?token=hush-hush"
    words = [str(tmp_path / word) if word == "out.csv" else word for word in command]
    done = licet(*words, address)

    assert done.exit_code == (1 if "readme" in place and "check" in command else 2)
    assert "passw0rd-9" not in done.output
    assert "hush" not in done.output
    assert "Traceback" not in done.output
    assert f"u@{server}/{place}" in done.output or "x" in command


def test_a_file_of_this_machine_by_its_address(library: Policy, tmp_path: Path) -> None:
    (tmp_path / "Model.csv").write_bytes(CSV)

    assert models(library, f"file://{tmp_path}/Model.csv") == ["m1", "m2"]


def test_two_that_differ_in_what_is_hidden(library: Policy, server: str) -> None:
    one, other = (located(f"http://{server}/{name}?id={number}") for name, number in (("download", 1), ("download", 2)))

    assert one != other
    assert str(source_of(f"http://{server}/download?id=1")) == str(one)


@given(st.text("xyz&?#/@:=.", max_size=12), st.text("abcd-9%", min_size=4, max_size=12))
def test_whatever_an_address_is_like(place: str, password: str) -> None:
    address = f"postgresql://user:{password}@host/{place}?password={password}"
    note_secrets([address])

    assert password not in public(address)
    assert password not in without_secrets(f"could not connect to {address}: {password}")
