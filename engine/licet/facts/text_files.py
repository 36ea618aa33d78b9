"""Files of text, from disk."""

from __future__ import annotations

from pathlib import Path

from licet.diagnostics import Findings, Source
from licet.facts.files.opened import opened, shown_name
from licet.facts.files.sheets import SheetError


def read_text(file: Path, findings: Findings) -> Source | None:
    """What stands in a file, packed or not; None, and a finding, where it is not UTF-8."""
    try:
        return Source(shown_name(file), opened(file).read_text(encoding="utf-8-sig"))
    except SheetError as error:
        findings.extend(error.diagnostics)
        return None
    except UnicodeDecodeError as error:
        words = f"`{file}` is not UTF-8 text: the byte at {error.start} cannot be read"
        findings.error("F001", words, help="save it as UTF-8")
        return None
