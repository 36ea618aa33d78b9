"""W008: a stay or a promise not to enforce for days on which the rule does not stand anyway."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic
from licet.ir.policy import Interval
from licet.syntax import tree as t


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Each such interval, beside the ones in which the rule is, or may be, in force."""
    for items in linted.items.values():
        for item in items:
            if isinstance(item, t.Rule | t.Table | t.Obligation):
                yield from _idle(item.name.text, item.clauses)


def _idle(name: str, clauses: t.Clauses) -> Iterator[Diagnostic]:
    stands = [_days(interval) for interval in (*clauses.in_force, *clauses.unconfirmed)]
    if not clauses.in_force:
        return
    for said, intervals in (("suspended", clauses.suspended), ("not enforced", clauses.not_enforced)):
        for interval in intervals:
            if not any(_days(interval).meets(other) for other in stands):
                yield Diagnostic(
                    "W008",
                    f"`{name}` is {said} on days on which it is not in force",
                    interval.span,
                    others=((clauses.in_force[0].span, "in force"),),
                    help="mend the days, or delete it: nothing changes by it",
                    severity="warning",
                )


def _days(tree: t.Interval) -> Interval:
    return Interval(tree.start, tree.end)
