"""W010: a provision that is not encoded, or only partly, and no gap says so where it matters."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Without a gap the silence of a provision can be taken for a permission."""
    cited = [cite for rule in linted.policy.rules.values() if rule.kind == "gap" for cite in rule.cites]
    for provision in linted.policy.coverage:
        if provision.module not in linted.items or provision.state not in ("partly", "not encoded"):
            continue
        if not any(provision.covers(cite) for cite in cited):
            state = "only partly" if provision.state == "partly" else "not"
            yield Diagnostic(
                "W010",
                f"{provision} is {state} encoded, and no gap cites it",
                provision.span,
                notes=("where it concerns a case, its silence is taken for a permission",),
                help=f'write `gap ... cites {provision.authority} "{provision.section}" when ... then ... may be ...`',
                severity="warning",
            )
