"""W002: a rule that can never hold."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted, surely
from licet.diagnostics import Diagnostic
from licet.ir.policy import Rule
from licet.values import Truth


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Contradictory conditions, or dates on which it is always suspended."""
    for rule in linted.rules():
        reason = _reason(rule)
        if reason:
            yield Diagnostic(
                "W002",
                f"`{rule.group.rsplit('.', 1)[-1]}` can never hold: {reason}",
                rule.span,
                help="delete it, or mend its condition or its dates",
                severity="warning",
            )


def _reason(rule: Rule) -> str:
    if rule.kind != "directive" and surely(rule.body) is Truth.F:
        return "its conditions exclude each other"
    live = rule.live
    for interval in live.in_force:
        covered = any(
            (s.start is None or (interval.start is not None and s.start <= interval.start))
            and (s.end is None or (interval.end is not None and s.end >= interval.end))
            for s in live.suspended
        )
        if not covered:
            return ""
    return "it is suspended whenever it is in force" if live.in_force and not live.unconfirmed else ""
