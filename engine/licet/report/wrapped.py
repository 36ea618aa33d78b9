"""Text in lines of a width: neither a word nor what a hyphen holds together is broken, so that names can be copied."""

from __future__ import annotations

import textwrap

from licet.names import printable


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """The lines of a text that is shown as `printable` has it: `first` before the first line, `rest` before the others.

    At least one line, also of a text without words.
    """
    return textwrap.wrap(
        printable(text.replace("\n", " ")),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def hanging(line: str, width: int, further: int = 4) -> list[str]:
    """The lines of one that may begin further in: what goes on stands `further` than that."""
    return wrapped(line, width, rest=" " * (len(line) - len(line.lstrip()) + further))
