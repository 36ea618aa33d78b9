"""One rule beside another: which limbs, conclusions and days are not the same, with both texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from licet.changes.normal_form import NormalForms
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.run.reference.limbs import address
from licet.values import format_number


@dataclass(frozen=True, slots=True)
class ChangedLimb:
    """Something at an address in an item, under both policies; None where one of them has no such thing."""

    at: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A condition below labels and blocks; `within` are the blocks, from outside."""

    at: str
    within: tuple[str, ...]
    form: str
    text: str


def changed_limbs(policies: tuple[ir.Policy, ir.Policy], old: ir.Rule, new: ir.Rule) -> tuple[ChangedLimb, ...]:
    """What is not the same of two rules of which the normal forms differ."""
    return (*_heads(old, new), *_conditions(policies, old, new), *_conclusions(policies, old, new), *_days(old, new))


def _heads(old: ir.Rule, new: ir.Rule) -> Iterator[ChangedLimb]:
    if old.kind != new.kind:
        yield ChangedLimb("kind", old.kind, new.kind)
    if old.entity != new.entity:
        yield ChangedLimb("for", old.entity, new.entity)
    if old.jurisdiction != new.jurisdiction:
        yield ChangedLimb("jurisdiction", old.jurisdiction or ir.COMMON, new.jurisdiction or ir.COMMON)


# ---- conditions


def _conditions(policies: tuple[ir.Policy, ir.Policy], old: ir.Rule, new: ir.Rule) -> Iterator[ChangedLimb]:
    """Equal conditions go in pairs, at one address first; of the others those at one address, then in their order."""
    forms = NormalForms(policies[0]), NormalForms(policies[1])
    if forms[0].body(old) == forms[1].body(new):
        return
    was, now = (
        [] if rule.body is None else list(_leaves(made, rule.body, rule.variable, "", ()))
        for made, rule in zip(forms, (old, new), strict=True)
    )
    left, right = list(was), list(now)
    moved = False
    for same_place in (True, False):
        for leaf in tuple(left):
            twin = next((x for x in right if x.form == leaf.form and (x.at == leaf.at or not same_place)), None)
            if twin is not None:
                left.remove(leaf)
                right.remove(twin)
                moved |= twin.within != leaf.within
    if moved or not (left or right):
        yield ChangedLimb("when, put together otherwise", _text(old.body), _text(new.body))
    for leaf in tuple(left):
        twin = next((x for x in right if x.at == leaf.at), None)
        if twin is not None:
            left.remove(leaf)
            right.remove(twin)
            yield ChangedLimb(leaf.at or "when", leaf.text, twin.text)
    yield from (ChangedLimb(leaf.at or "when", leaf.text, None) for leaf in left)
    yield from (ChangedLimb(leaf.at or "when", None, leaf.text) for leaf in right)


def _leaves(
    forms: NormalForms, formula: n.Formula, variable: str, at: str, within: tuple[str, ...], *, denied: bool = False
) -> Iterator[_Leaf]:
    match formula:
        case n.Limb(label=label, part=part):
            yield from _leaves(forms, part, variable, address(at, label), within, denied=denied)
        case n.Not(part=part):
            yield from _leaves(forms, part, variable, at, within, denied=not denied)
        case n.AllOf(parts=parts) | n.AnyOf(parts=parts) if not isinstance(formula, n.Earlier):
            block = "all" if isinstance(formula, n.AllOf) != denied else "any"
            inside = within if within[-1:] == (block,) else (*within, block)
            for part in parts:
                yield from _leaves(forms, part, variable, at, inside, denied=denied)
        case leaf:
            form = forms.part(n.Not(None, leaf) if denied else leaf, variable)
            yield _Leaf(at, within, form, f"not ({_text(leaf)})" if denied else _text(leaf))


def _text(part: n.Formula | None) -> str:
    """As it stands in the policy, on one line."""
    if part is None:
        return "always"
    return part.span.said if part.span is not None else _unwritten(part)


def _unwritten(part: n.Formula) -> str:
    """What no author wrote: the `?` of a gap, the rows above a row."""
    return "no row above it holds" if isinstance(part, n.RowAbove) else "?"


# ---- conclusions and days


def _conclusions(policies: tuple[ir.Policy, ir.Policy], old: ir.Rule, new: ir.Rule) -> Iterator[ChangedLimb]:
    was, now = (
        sorted(_said(policy, effect) for effect in rule.effects)
        for policy, rule in zip(policies, (old, new), strict=True)
    )
    left, right = [x for x in was if x not in now], [x for x in now if x not in was]
    for i in range(max(len(left), len(right))):
        yield ChangedLimb("then", left[i] if i < len(left) else None, right[i] if i < len(right) else None)


def _each(per: n.Aggregate) -> str:
    where = f" where ({per.where.span.said})" if per.where is not None and per.where.span else ""
    return f" per {per.each.span.said}{where}" if per.each.span else ""


def _said(policy: ir.Policy, effect: ir.Effect) -> str:
    match effect:
        case ir.TermHolds(term=term):
            return term
        case ir.TermValue(term=term, value=value, single=single):
            return f"{term} {'is' if single else 'includes'} {value.span.said if value.span else '?'}"
        case ir.HasOutcome(decision=decision, outcome=outcome, details=details):
            told = f" with {', '.join(sorted(details))}" if details else ""
            return f"{decision} is {policy.decisions[decision].outcomes[outcome]}{told}"
        case ir.AddsPoints(score=score, points=points, per=per, maximum=most):
            each = _each(per) if isinstance(per, n.Aggregate) else ""
            return f"{score} {format_number(points)}{each}" + (f", at most {format_number(most)}" if most else "")
        case ir.Obliges(modal=modal, act=act, deadline_kind=kind, deadline=deadline):
            due = f" {kind} {deadline.span.said}" if deadline is not None and deadline.span else ""
            return f"{modal} {act}{due}"


def _days(old: ir.Rule, new: ir.Rule) -> Iterator[ChangedLimb]:
    for what, intervals in new.live.told.items():
        before, after = _days_said(old.live.told[what]), _days_said(intervals)
        if before != after:
            yield ChangedLimb(what, before, after)


def _days_said(intervals: tuple[ir.Interval, ...]) -> str | None:
    """`from 2025-05-15 until 2026-01-01`; None where there are none."""
    return ", ".join(sorted(interval_said(one) for one in intervals)) or None


def interval_said(interval: ir.Interval) -> str:
    """A day from which, a day until which, or `throughout`."""
    return str(interval) or "throughout"
