"""Files of a folder on a web server of this machine, and as much of an S3 server as reading one file asks for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit


class ServedFolder(BaseHTTPRequestHandler):
    """`/name` and `/bucket/name` are a file; a listing has the files whose names begin as it asks."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *given: object, folder: Path) -> None:
        self._folder = folder
        super().__init__(*given)  # type: ignore[arg-type]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        name, query = unquote(parts.path).strip("/").removeprefix("bucket/"), parse_qs(parts.query)
        file = self._folder / name
        if "list-type" in query:
            self._answer(200, self._listing(query.get("prefix", [""])[0]))
        elif file.is_file():
            self._answer(200, file.read_bytes())
        else:
            self._answer(404, b"")

    def _listing(self, prefix: str) -> bytes:
        files = sorted(file for file in self._folder.iterdir() if file.is_file() and file.name.startswith(prefix))
        entries = "".join(
            f"<Contents><Key>{file.name}</Key><Size>{file.stat().st_size}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for file in files
        )
        about = f"<Name>bucket</Name><Prefix>{prefix}</Prefix><KeyCount>{len(files)}</KeyCount>"
        text = f"<ListBucketResult>{about}<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{entries}"
        return f'<?xml version="1.0" encoding="UTF-8"?>{text}</ListBucketResult>'.encode()

    def _answer(self, status: int, data: bytes) -> None:
        whole, asked = len(data), self.headers.get("Range")
        headers = {"Last-Modified": formatdate(0, usegmt=True), "ETag": '"1"', "Accept-Ranges": "bytes"}
        if asked and data:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start = int(first) if first else max(whole - int(last), 0)
            end = min(int(last), whole - 1) if first and last else whole - 1
            status, data = 206, data[start : end + 1]
            headers["Content-Range"] = f"bytes {start}-{end}/{whole}"
        self.send_response(status)
        for header, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(header, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """`host:port` of a server that ends with this block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(ServedFolder, folder=folder))  # type: ignore[arg-type]
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
