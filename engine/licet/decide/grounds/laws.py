"""Law that leaves an answer open: gaps, unearned defaults, unconfirmed rules, lists and parameters without a word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import about
from licet.ir.outcomes import decided_by
from licet.values import Day, Range, State, ends_of

OPEN = "open"  # of a list
RULE, LIST, PARAMETER, GAP, DEFAULT = (
    "rule",
    "list",
    "parameter",
    "gap",
    "default",
)  # the types of what is missing where it is law
NOT_EARNED = "not earned"
TRIGGERED, PERHAPS = "not encoded", "not encoded, and perhaps it does not concern this"
# As `trace.FactKey`: type and name; "status", "members" or "provision"; how it stands.
LawKey = tuple[tuple[str, str], str, str]


@dataclass(frozen=True, slots=True, order=True)
class Law:
    """What is known of such law: its citations, what its author noted, and the day from which on it is so."""

    cites: tuple[str, ...]
    note: str
    since: date | None


def unconfirmed(rule: ir.Rule, day: Day) -> LawKey | None:
    """A rule whose status is not confirmed on a day; where that is not known, on every day."""
    found = next((i for i in rule.live.unconfirmed if i.contains_all(day)), None)
    if found is None:
        return None
    return (RULE, rule.id), "status", "unconfirmed" + (f" since {found.start}" if found.start else "")


def not_encoded(gap: ir.Rule, *, triggered: bool) -> LawKey | None:
    """A provision that is not encoded; whether it concerns the case, or whether that is unknown too.

    Of a default: that it is not earned. Where that is not known, facts are what is missing.
    """
    if gap.kind == "default":
        return ((DEFAULT, gap.id), "default", NOT_EARNED) if triggered else None
    return (GAP, gap.id), "provision", TRIGGERED if triggered else PERHAPS


def unlisted(dated: ir.DatedList, day: Day) -> LawKey | None:
    """A list that does not tell all its members: an open one, or on a day that it does not cover."""
    covers = dated.covers
    if day is not None and not covers.contains_any(day):
        _, last = ends_of(day)
        early = covers.start is not None and last is not None and last < covers.start
        side = f"before {covers.start}" if early else f"since {covers.end}"
        return (LIST, dated.name), "members", f"not covered {side}"
    return ((LIST, dated.name), "members", OPEN) if dated.open else None


def unsettled(parameter: ir.Parameter, day: Day) -> LawKey | None:
    """A parameter of which nobody knows what it is on a day: not confirmed, or without a row."""
    rows = parameter.rows_on(day)
    if any(row.value is not State.ABSENT for row in rows):
        return None
    if not rows:
        return None if day is None else ((PARAMETER, parameter.name), "value", f"no value on {day_told(day)}")
    first = min(row.interval.start or date.min for row in rows)
    since = f" since {first}" if first > date.min else ""
    return (PARAMETER, parameter.name), "value", f"unconfirmed{since}"


def day_told(day: date | Range) -> str:
    """`2026-06-12`, `2026-06-12 to 2026-06-15`, or one end."""
    low, high = ends_of(day)
    if low == high:
        return f"{low}"
    if low is None or high is None:
        return f"{high} and before" if low is None else f"{low} and after"
    return f"{low} to {high}"


def law_of(policy: ir.Policy, key: LawKey) -> Law | None:
    """What is known of the law that a key names; None where it names a fact."""
    (type_, name), _, state = key
    if type_ == RULE:
        rule = policy.rules[name]
        interval = next(i for i in rule.live.unconfirmed if state.endswith(str(i.start or "unconfirmed")))
        return Law(ir.citations(rule), interval.note, interval.start)
    if type_ == GAP:
        gap = policy.rules[name]
        return Law(ir.citations(gap), gap.title or gap.because, None)
    if type_ == DEFAULT:
        decision, place = decided_by(policy.rules[name])
        under = "" if place == ir.COMMON else f"under the law of {place} "
        return Law((), f"{under}no rule says what the {policy.decisions[decision].phrase} is", None)
    if type_ == PARAMETER:
        parameter = policy.parameters[name]
        open_ = (row for row in parameter.rows if row.value is State.ABSENT)
        row = next((r for r in open_ if state.endswith(str(r.interval.start or "unconfirmed"))), None)
        cites = tuple(str(cite) for cite in (*parameter.cites, *(row.cites if row else ())))
        return Law(cites, row.interval.note if row else parameter.phrase, row.interval.start if row else None)
    if type_ == LIST:
        dated = policy.lists[name]
        since = dated.covers.end if " since " in state else None
        return Law((dated.source,) if dated.source else (), dated.title or dated.phrase, since)
    return None


def may_bring(policy: ir.Policy, gap: ir.Rule) -> tuple[str, ...]:
    """What a gap says that its provision may bring: `prohibited`, `restricted`, `programmes: SDGT`."""
    return tuple(_brought(policy, effect) for effect in gap.effects)


def _brought(policy: ir.Policy, effect: ir.Effect) -> str:
    match effect:
        case ir.HasOutcome(decision=decision, outcome=outcome):
            return policy.decisions[decision].outcomes[outcome]
        case ir.TermValue(term=term, value=n.Known(value=value)):
            return f"{term}: {value}"
        case other:
            return about(other).name


def words(law: Law) -> str:
    """`EAR 744.11(a): no notice read says that the stay ended`."""
    return ": ".join(part for part in (", ".join(law.cites), law.note) if part)
