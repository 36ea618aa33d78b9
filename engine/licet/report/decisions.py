"""The formats that everything which decides can write, by file suffix and by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from licet.errors import UsageError

BY_SUFFIX: Mapping[str, str] = {
    ".txt": "text",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".arrow": "arrow",
}
# Pages, pictures and Markdown as well, where a command writes them.
_OF_FILES: Mapping[str, str] = {
    **BY_SUFFIX,
    ".html": "html",
    ".pdf": "pdf",
    ".md": "markdown",
    ".mmd": "mermaid",
    ".svg": "svg",
}
FORMATS = tuple(dict.fromkeys(BY_SUFFIX.values()))
BINARY = ("parquet", "xlsx", "arrow")  # no text that could go to a terminal


def format_of(path: Path, further: Collection[str] = (), among: Collection[str] = FORMATS) -> str:
    """The format, one of `among`, that a file's name asks for; `further` suffixes are formats of their own.

    Errors: `UsageError` for a suffix that no format has.
    """
    suffix = path.suffix.lower()
    if suffix in further:
        return suffix[1:]
    known = [*further, *(suffix for suffix, name in _OF_FILES.items() if name in among)]
    if suffix not in known:
        hint = "; `licet explain --all` writes pages" if suffix in (".html", ".htm") and not further else ""
        raise UsageError(f"`{path.name}` has no known format; name it {', '.join(known)}{hint}")
    return _OF_FILES[suffix]


def asked_format(format_: str | None, output: Path | None, among: Collection[str] = FORMATS) -> str:
    """What `--format` says or, where it says nothing, the file's name; text for a screen.

    Errors: `UsageError` for a name that asks for another format, and for one without a known suffix where nothing else
    says what is wanted.
    """
    if format_ is None:
        return "text" if output is None else format_of(output, among=among)
    named = None if output is None else _OF_FILES.get(output.suffix.lower())
    if named not in (None, format_):
        raise UsageError(f"`{output}` is {named} by its name, and --format asks for {format_}; leave one of them out")
    return format_


def suffix_of(format_: str, path: Path) -> str:
    """The suffix of a file in a format: its own where that says so, or where no format is asked for."""
    own = path.suffix.lower()
    if not format_ or BY_SUFFIX.get(own) == format_:
        return own
    return next(suffix for suffix, name in BY_SUFFIX.items() if name == format_)
