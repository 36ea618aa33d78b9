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
FORMATS = tuple(dict.fromkeys(BY_SUFFIX.values()))
BINARY = ("parquet", "xlsx", "arrow")  # no text that could go to a terminal


def format_of(path: Path, further: Collection[str] = (), among: Collection[str] = FORMATS) -> str:
    """The format, one of `among`, that a file's name asks for; `further` suffixes are formats of their own.

    Errors: `UsageError` for a suffix that no format has.
    """
    suffix = path.suffix.lower()
    if suffix in further:
        return suffix[1:]
    known = [*further, *(suffix for suffix, name in BY_SUFFIX.items() if name in among)]
    if suffix not in known:
        hint = "; `licet matrix` writes pages" if suffix in (".html", ".htm") and not further else ""
        raise UsageError(f"`{path.name}` has no known format; name it {', '.join(known)}{hint}")
    return BY_SUFFIX[suffix]
