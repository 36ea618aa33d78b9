"""The rows that tests give obey what the vocabulary says of rows: keys, and how much they may add up to."""

from __future__ import annotations

from licet.diagnostics import Findings, Span
from licet.facts.inventory.integrity import Several, check_rows
from licet.facts.store import Record
from licet.ir import policy as ir


def check_given_rows(policy: ir.Policy, findings: Findings) -> None:
    """Reports, of each test, the rows that an inventory could not have together."""
    for test in policy.tests:
        rows: dict[str, list[tuple[int, Record]]] = {}
        places: dict[tuple[str, str], Span] = {}
        for i, given in enumerate(test.rows):
            rows.setdefault(given.relation, []).append((i, Record(given.facts)))
            if given.span is not None:
                places[given.relation, str(i)] = given.span
        for name, found in rows.items():
            several = Several()
            check_rows(policy.relations[name], found, places, several)
            several.into(findings)
