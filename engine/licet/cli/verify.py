"""`licet verify`: whether a receipt says what follows from its policy and facts, and who signed it. Offline."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from licet.cli.screen import text_width
from licet.errors import UsageError
from licet.explain.receipts import keys as pem
from licet.explain.receipts.receipt_file import read_receipt, receipt_bytes
from licet.explain.receipts.verification import verify as verify_receipt
from licet.report import verification

_FINGERPRINT = re.compile("sha256:[0-9a-f]{64}")
_STDIN = "-"


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--policy", "pinned", metavar="sha256:…", default="", help="The fingerprint that its policy should have.")
@click.option("--keys", type=click.Path(path_type=Path), help="A file with the public keys (PEM) of who may sign.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
def verify(file: Path, pinned: str, keys: Path | None, format_: str) -> None:
    """Verify the receipt FILE (`-`: standard input) and tell what was verified, offline.

    Digests are worked out again, and a second program, which shares no code with the engines, decides again. Exit code
    0: accepted; 1: refused; 2: it is no receipt, or something that was asked for cannot be checked here.

    Example: licet verify t-swiss.receipt.json --keys counsel.pub.pem
    """
    if pinned and not _FINGERPRINT.fullmatch(pinned):
        raise UsageError(f"`{pinned}` is no fingerprint: --policy takes `sha256:` and 64 hexadecimal digits")
    public = None if keys is None else pem.read_keys(keys) if pem.is_there() else []
    content = sys.stdin.buffer.read() if str(file) == _STDIN else receipt_bytes(file)
    found = verify_receipt(read_receipt(content, str(file)), policy=pinned, keys=public)
    if format_ == "json":
        click.echo(verification.as_json(found), nl=False)
    else:
        click.echo(verification.as_text(found, width=max(text_width(110), 60)), nl=False)
    if found.refused:
        click.get_current_context().exit(1)
    if found.unmet:
        raise UsageError(f"{found.unmet}: --keys asked for it")
