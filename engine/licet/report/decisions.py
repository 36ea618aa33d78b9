"""The formats of decisions, by name and by file suffix."""

from __future__ import annotations

FORMATS = ("text", "json", "jsonl")
BY_SUFFIX = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".txt": "text"}
