"""What a terminal shows: how wide a text may be, and whether in colours."""

from __future__ import annotations

import os
import re
import shutil
import sys

import click

_GRAVITY = re.compile(r"^(error|internal fault|warning|style)(?:\[\w+\])?:", re.MULTILINE)
_COLOURS = {"error": "red", "internal fault": "red", "warning": "yellow", "style": "cyan"}
_NARROW = 80  # columns, where nobody can tell


def text_width(most: int, otherwise: int = _NARROW) -> int:
    """The columns that a text may take on stdout: those of the terminal, `otherwise` where there is none."""
    wide = shutil.get_terminal_size((otherwise, 24)).columns if sys.stdout.isatty() else otherwise
    return min(wide, most)


def coloured(*, err: bool = False) -> bool:
    """Whether stdout, or stderr, takes colours: not with `NO_COLOR`, with `FORCE_COLOR` always, else on a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    stream = sys.stderr if err else sys.stdout
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def echo_findings(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Prints findings or an error; where there are colours, how grave each is has its own."""
    shown = coloured(err=err)
    if shown:
        text = _GRAVITY.sub(lambda head: click.style(head[0], fg=_COLOURS[head[1]], bold=True), text)
    click.echo(text, err=err, nl=nl, color=shown)
