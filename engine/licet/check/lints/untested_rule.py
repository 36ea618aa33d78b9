"""S005: a rule that no test touches."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """No test of the policy gives a subject of the rule's sort, or the policy has no test at all."""
    given = {record.entity for test in linted.policy.tests for record in test.records}
    for rule in linted.rules():
        if rule.entity not in given:
            yield Diagnostic(
                "S005",
                f"no test gives a {rule.entity}, which `{rule.group.rsplit('.', 1)[-1]}` is about",
                rule.span,
                help="add a `test` in which it holds and one in which it fails; `licet test --coverage` says more",
                severity="style",
            )
