"""Text of others where it is shown, one function for each destination: nothing in it is a command there."""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from licet.names import is_shown, printable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNLIKE = "^[=+\\-@]|[^\x20-\x7e]"
_MARKS = re.compile(r"[\\`*_{}\[\]<>|~$&#]")  # what Markdown reads anywhere
_LINE_STARTS = re.compile(r"[+\-=>:]|\d+[.)]")  # and where a line begins
# What hosts of Markdown turn into links, notices to people, pictures or references, whatever stands before it.
_LINKED = re.compile(r"@|://|\w\.[^\W\d_]{2}|(?<!\w):[\w+-]+:|#\w|(?<!\w)[!$%&~^]\w|\bGH-\d|\b[0-9a-f]{7,40}\b")

_SIGNS = re.compile(r"[^\w .,:()/=-]|:(?=[^\W\d_])")  # what a label of Mermaid does not hold as it is


def lines_for_terminal(text: str) -> str:
    """Text of several lines; each is shown as `printable` shows it."""
    return "\n".join(printable(line) for line in text.split("\n"))


def for_json(document: Any, **options: Any) -> str:
    """A JSON text in which whatever cannot be seen is an escape sequence of JSON: whoever parses it gets it back."""
    text = json.dumps(document, ensure_ascii=False, **options)
    return text if text.isprintable() else re.sub(r"[^\x20-\x7e\n]", _escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return match[0] if is_shown(match[0]) else json.dumps(match[0])[1:-1]


def for_csv(text: str) -> str:
    """A cell of CSV: an apostrophe stands before what a spreadsheet would take for a formula."""
    shown = printable(text)
    return f"'{shown}" if text.startswith(_FORMULA) else shown


def column_for_csv(column: pa.Array) -> pa.Array:
    """The same of a whole column, if it is one of texts."""
    if not pa.types.is_string(column.type):
        return column
    unlike = pc.fill_null(pc.match_substring_regex(column, _UNLIKE), False)
    if not pc.any(unlike, min_count=0).as_py():
        return column
    texts = pa.array([for_csv(text) for text in column.filter(unlike).to_pylist()], pa.string())
    return pc.replace_with_mask(column, unlike, texts)


def for_workbook(text: str) -> str:
    """A cell of a workbook, where a line may break."""
    return lines_for_terminal(text)


def for_page(document: Any) -> Any:
    """Data of a page: every text in it as `printable` shows it."""
    if isinstance(document, str):
        return printable(document)
    if isinstance(document, dict):
        return {key: for_page(value) for key, value in document.items()}
    return [for_page(value) for value in document] if isinstance(document, list | tuple) else document


def for_markdown(text: str, *, in_table: bool = False) -> str:
    """Text on one line of Markdown that is read as itself; words that a host would link stand as code."""
    words = re.split(r"(\s+)", printable(" ".join(text.split("\n"))).strip())
    shown = "".join(
        _as_code(word, in_table) if _LINKED.search(word) else _MARKS.sub(r"\\\g<0>", word) for word in words
    )
    return _LINE_STARTS.sub(_before_the_mark, shown, count=1) if _LINE_STARTS.match(shown) else shown


def code_for_markdown(name: str, *, in_table: bool = False) -> str:
    """A name as code on one line of Markdown."""
    return _as_code(printable(" ".join(name.split("\n"))).strip() or " ", in_table)


def _as_code(word: str, in_table: bool) -> str:
    """A code span, in which nothing is read; its fence is longer than any within. A table is cut into cells first, at
    bars within code too, and each that has a backslash before it loses that.
    """
    fence = "`" * (1 + max(map(len, re.findall("`+", word)), default=0))
    room = " " if "`" in (word[0], word[-1]) else ""
    word = word.replace("|", "\\|") if in_table else word
    return f"{fence}{room}{word}{room}{fence}"


def _before_the_mark(start: re.Match[str]) -> str:
    """The beginning of a line with a backslash before its sign."""
    return f"{start[0][:-1]}\\{start[0][-1]}"


def for_mermaid(text: str) -> str:
    """The label of a node, to stand in quotation marks: signs and what could be markup are character references."""
    shown = printable(" ".join(text.split("\n"))).strip()
    start = _LINE_STARTS.match(shown)  # Markdown, here too
    at = start.end() if start else 0
    first = shown[: at - 1] + _reference(shown[at - 1]) if start else ""
    return first + _SIGNS.sub(lambda sign: _reference(sign[0]), shown[at:])


def _reference(character: str) -> str:
    """How Mermaid writes a character that has no meaning."""
    return f"#{ord(character)};"
