"""The files of a policy in the one canonical layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from licet.diagnostics import Findings
from licet.errors import PolicyError
from licet.loading.policy_files import parse_file, policy_files
from licet.syntax.format import format_policy
from licet.syntax.format_expressions import Style
from licet.syntax.from_text import Parsed


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A file, its text, and what that is in the canonical layout."""

    file: Path
    before: str
    after: str


def laid_out(paths: Sequence[Path], style: Style = "words") -> Iterator[LaidOut]:
    """Each file of a policy but literate pages, whose prose is the author's own. Errors: `PolicyError`."""
    for file in policy_files(paths):
        if file.suffix == ".md":
            continue
        findings = Findings()
        parsed = parse_file(file, findings)
        if parsed is None:
            raise PolicyError(findings.sorted())
        yield LaidOut(file, parsed.source.text, formatted(parsed, style))


def formatted(parsed: Parsed, style: Style) -> str:
    """A text in the canonical layout. Errors: `PolicyError` where it cannot be read."""
    if parsed.diagnostics:
        raise PolicyError(parsed.diagnostics)
    return format_policy(parsed, style)
