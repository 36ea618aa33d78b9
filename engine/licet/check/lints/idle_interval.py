"""W008: a stay or a promise not to enforce for days on which the rule does not stand anyway."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic
from licet.syntax import tree as t


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Each such interval, beside the ones in which the rule is, or may be, in force."""
    for items in linted.items.values():
        for item in items:
            if isinstance(item, t.Rule | t.Table | t.Obligation):
                yield from _idle(item.name.text, item.clauses)


def _idle(name: str, clauses: t.Clauses) -> Iterator[Diagnostic]:
    stands = (*clauses.in_force, *clauses.unconfirmed)
    if not clauses.in_force:
        return
    for said, intervals in (("suspended", clauses.suspended), ("not enforced", clauses.not_enforced)):
        for interval in intervals:
            if not any(_meet(interval, other) for other in stands):
                yield Diagnostic(
                    "W008",
                    f"`{name}` is {said} on days on which it is not in force",
                    interval.span,
                    others=((clauses.in_force[0].span, "in force"),),
                    help="mend the days, or delete it: nothing changes by it",
                    severity="warning",
                )


def _meet(one: t.Interval, other: t.Interval) -> bool:
    start = max(one.start or date.min, other.start or date.min)
    return (one.end is None or start < one.end) and (other.end is None or start < other.end)
