"""S001: a rule of a jurisdiction that cites nothing."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Common modules are an organisation's own rules and need no law."""
    for rule in linted.rules():
        if rule.jurisdiction is not None and not rule.cites:
            yield Diagnostic(
                "S001",
                f"`{rule.group.rsplit('.', 1)[-1]}` cites no law",
                rule.span,
                help=f'add `cites ... "section"`; {rule.jurisdiction} law is written somewhere',
                severity="style",
            )
