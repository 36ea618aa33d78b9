"""The formats of diagnostics, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from licet.diagnostics import Diagnostic
from licet.report import (
    diagnostics_concise,
    diagnostics_full,
    diagnostics_github,
    diagnostics_json,
    diagnostics_junit,
    diagnostics_sarif,
)

FORMATS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
    "full": diagnostics_full.render,
    "concise": diagnostics_concise.render,
    "json": diagnostics_json.render,
    "sarif": diagnostics_sarif.render,
    "junit": diagnostics_junit.render,
    "github": diagnostics_github.render,
}
