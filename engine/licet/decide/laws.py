"""Law that leaves an answer open: rules of unconfirmed status, and lists asked about days that they do not cover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from licet.ir import policy as ir

RULE, LIST = "rule", "list"  # the types of what is missing where it is law
LawKey = tuple[tuple[str, str], str, str]  # as `trace.FactKey`: type and name, "status" or "members", how it stands


@dataclass(frozen=True, slots=True, order=True)
class Law:
    """What is known of such law: its citations, what its author noted, and the day from which on it is so."""

    cites: tuple[str, ...]
    note: str
    since: date | None


def unconfirmed(rule: ir.Rule, day: date | None) -> LawKey | None:
    """A rule whose status is not confirmed on a day; where that is not known, on every day."""
    found = next((i for i in rule.live.unconfirmed if _stands(i, day)), None)
    if found is None:
        return None
    return (RULE, rule.id), "status", "unconfirmed" + (f" since {found.start}" if found.start else "")


def uncovered(dated: ir.DatedList, day: date | None) -> LawKey | None:
    """A list on a day that it does not cover."""
    if day is None or dated.covers.contains(day):
        return None
    early = dated.covers.start is not None and day < dated.covers.start
    side = f"before {dated.covers.start}" if early else f"since {dated.covers.end}"
    return (LIST, dated.name), "members", f"not covered {side}"


def law_of(policy: ir.Policy, key: LawKey) -> Law | None:
    """What is known of the law that a key names; None where it names a fact."""
    (type_, name), _, state = key
    if type_ == RULE:
        rule = policy.rules[name]
        interval = next(i for i in rule.live.unconfirmed if state.endswith(str(i.start or "unconfirmed")))
        return Law(ir.citations(rule), interval.note, interval.start)
    if type_ == LIST:
        dated = policy.lists[name]
        since = dated.covers.end if " since " in state else None
        return Law((dated.source,) if dated.source else (), dated.title or dated.phrase, since)
    return None


def words(law: Law) -> str:
    """`EAR 744.11(a): no notice read says that the stay ended`."""
    return ": ".join(part for part in (", ".join(law.cites), law.note) if part)


def _stands(interval: ir.Interval, day: date | None) -> bool:
    if day is None:
        return interval.start is None and interval.end is None
    return interval.contains(day)
