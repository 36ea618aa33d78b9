"""W011: a rule cites a section of an authority whose coverage is declared, but not of this section."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Once for each section: where coverage is declared at all, it is declared of everything that is cited."""
    declared = {provision.authority for provision in linted.policy.coverage}
    seen = set()
    for rule in linted.rules():
        for cite in rule.cites:
            if cite.authority not in declared or str(cite) in seen:
                continue
            seen.add(str(cite))
            if linted.policy.provision_of(cite) is not None:
                continue
            state = "not encoded" if rule.kind == "gap" else "encoded"
            yield Diagnostic(
                "W011",
                f"no `coverage` declares {cite}, which `{rule.group.rsplit('.', 1)[-1]}` cites",
                rule.span,
                help=f'add `{state} "{cite.section}"` to the coverage of {cite.authority}',
                severity="warning",
            )
