"""The formats of diagnostics, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from licet.diagnostics import Diagnostic
from licet.report import diagnostics_concise, diagnostics_full, diagnostics_json

FORMATS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
    "full": diagnostics_full.render,
    "concise": diagnostics_concise.render,
    "json": diagnostics_json.render,
}
