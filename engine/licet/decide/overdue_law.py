"""W015: law that should have been read again by now, and what rests on it (language.md#coverage-of-law)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from licet.check.policy import Checked, is_in
from licet.decide.authority_index import read_by
from licet.diagnostics import Diagnostic
from licet.ir import policy as ir
from licet.values import counted


def with_overdue(checked: Checked, found: Iterable[Diagnostic], today: date) -> tuple[Diagnostic, ...]:
    """These findings and, where none of them is an error, what is overdue in the files that were named."""
    before = tuple(found)
    if any(d.severity == "error" for d in before):
        return before
    more = (d for d in overdue(checked.policy, today) if not is_in(d, checked.beside))
    return tuple(sorted((*before, *more), key=lambda d: d.sort_key))


def overdue(policy: ir.Policy, today: date) -> tuple[Diagnostic, ...]:
    """One for each coverage whose days are over."""
    return tuple(_finding(policy, one, last, today) for last, one in limited(policy) if last < today)


def limited(policy: ir.Policy) -> Iterator[tuple[date, ir.Provision]]:
    """Each coverage that stands for so long, by its first provision, and the last day on which it does."""
    found: dict[tuple[str, str, date, int | None], ir.Provision] = {}
    for one in policy.coverage:
        found.setdefault((one.authority, one.module, one.as_read, one.review), one)
    for one in found.values():
        if (last := read_again_by(one)) is not None:
            yield last, one


def read_again_by(provision: ir.Provision) -> date | None:
    """The last day on which what was read of the authority stands; None where nobody says, or none can be written."""
    if provision.review is None or provision.review > (date.max - provision.as_read).days:
        return None
    return provision.as_read + timedelta(days=provision.review)


def _finding(policy: ir.Policy, provision: ir.Provision, last: date, today: date) -> Diagnostic:
    late = counted((today - last).days, "day")
    return Diagnostic(
        "W015",
        f"{provision.authority} was read on {provision.as_read} and should have been read again by {last}: {late} ago",
        provision.declared,
        notes=(f"on it rest {_told(_resting(policy, provision.authority))}",),
        help="compare what it says now with the rules, then write the day on which you did: `as read DAY`",
        severity="warning",
    )


def _resting(policy: ir.Policy, authority: str) -> Iterator[tuple[str, str]]:
    """What cites it by its kind, the lists that this reads, and the tests that stand beside it."""
    modules = set()
    for rule in policy.rules.values():
        if _cites(rule.cites, authority):
            modules.add(rule.module)
            yield ("gap" if rule.kind == "gap" else "rule"), rule.group
            yield from (("list", name) for name in read_by(rule) if name in policy.lists)
            yield from (("parameter", name) for name in read_by(rule) if name in policy.parameters)
    for check in policy.checks.values():
        if _cites(check.cites, authority):
            yield "check", check.id
    for parameter in policy.parameters.values():
        if _cites((*parameter.cites, *(cite for row in parameter.rows for cite in row.cites)), authority):
            yield "parameter", parameter.name
    yield from (("test", f"{test.module}.{test.title}") for test in policy.tests if test.module in modules)


def _cites(cites: Iterable[ir.Citation], authority: str) -> bool:
    return any(cite.authority == authority for cite in cites)


def _told(resting: Iterable[tuple[str, str]]) -> str:
    numbers = Counter(kind for kind, _ in dict.fromkeys(resting))
    *some, last = [counted(number, kind) for kind, number in numbers.items()] or ["nothing"]
    return f"{', '.join(some)} and {last}" if some else last
