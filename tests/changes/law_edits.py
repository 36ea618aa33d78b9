"""Edits of a policy as it is read by engines: some that may change what it decides, some that do not."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.operators import Operator
from licet.ir.rewrite import rewrite_rule
from licet.ir.types import Kind
from licet.ir.walk import parts_of, walk

Edit = tuple[str, ir.Policy]  # what was done, and to what
_BESIDE: dict[Operator, Operator] = {">=": ">", ">": ">=", "<=": "<", "<": "<=", "=": "!=", "!=": "="}
_DAY = timedelta(days=1)


def _with(policy: ir.Policy, *rules: ir.Rule) -> ir.Policy:
    return replace(policy, rules={**policy.rules, **{rule.id: rule for rule in rules}})


def _pick(rule: ir.Rule, wanted: Callable[[Any], bool], dice: random.Random) -> Any:
    """A node of a rule, by identity; None where there is none."""
    found = [node for top in parts_of(rule) for node in walk(top) if wanted(node)]
    return dice.choice(found) if found else None


def _put(policy: ir.Policy, rule: ir.Rule, old: Any, new: Any) -> ir.Policy:
    return _with(policy, rewrite_rule(rule, lambda node: new if node is old else None))


# ---- edits that may change what is decided


def limb_dropped(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    node = _pick(rule, lambda x: type(x) in (n.AllOf, n.AnyOf) and len(x.parts) > 1, dice)
    if node is None or rule.is_open:
        return None
    place = dice.randrange(len(node.parts))
    left = node.parts[:place] + node.parts[place + 1 :]
    return f"{rule.id}: a limb dropped", _put(policy, rule, node, replace(node, parts=left))


def constant_moved(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    node = _pick(rule, lambda x: isinstance(x, n.Known) and type(x.value) in (int, Fraction, date), dice)
    if node is None:
        return None
    value: Any = node.value
    step: Any = _DAY if isinstance(value, date) else Fraction(1, 100) if node.type.kind is Kind.PERCENT else 1
    moved = value + step if dice.random() < 0.5 else value - step
    if isinstance(moved, int | Fraction) and moved < 0:
        moved = value + step
    return f"{rule.id}: {value} to {moved}", _put(policy, rule, node, replace(node, value=moved))


def operator_changed(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    node = _pick(rule, lambda x: isinstance(x, n.Compare), dice)
    if node is None:
        return None
    return f"{rule.id}: {node.operator}", _put(policy, rule, node, replace(node, operator=_BESIDE[node.operator]))


def condition_denied(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    node = _pick(rule, lambda x: isinstance(x, n.Member | n.Holds | n.HasState), dice)
    if node is None:
        return None
    return f"{rule.id}: denied", _put(policy, rule, node, replace(node, negated=not node.negated))


def item_dropped(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    node = _pick(rule, lambda x: isinstance(x, n.SetOf) and len(x.items) > 1, dice)
    if node is None:
        return None
    place = dice.randrange(len(node.items))
    left = replace(node, items=node.items[:place] + node.items[place + 1 :])
    return f"{rule.id}: an item dropped", _put(policy, rule, node, left)


def outcome_moved(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    effects = [e for e in rule.effects if isinstance(e, ir.HasOutcome)]
    if not effects:
        return None
    chain = policy.decisions[effects[0].decision].outcomes
    others = [place for place in range(len(chain)) if place != effects[0].outcome]
    other = replace(effects[0], outcome=dice.choice(others))
    changed = replace(rule, effects=tuple(other if e is effects[0] else e for e in rule.effects))
    return f"{rule.id}: {chain[other.outcome]}", _with(policy, changed)


def days_moved(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    told = [name for name in ("in_force", "suspended", "unconfirmed") if getattr(rule.live, name)]
    if not told:
        return None
    name = dice.choice(told)
    first, *others = getattr(rule.live, name)
    moved = replace(first, start=first.start and first.start + _DAY, end=first.end and first.end - _DAY)
    if dice.random() < 0.3:
        return f"{rule.id}: no longer {name}", _with(policy, replace(rule, live=replace(rule.live, **{name: ()})))
    return f"{rule.id}: {name}", _with(policy, replace(rule, live=replace(rule.live, **{name: (moved, *others)})))


def rule_dropped(policy: ir.Policy, rule: ir.Rule, _: random.Random) -> Edit | None:
    left = {
        id_: replace(other, excepts=tuple(x for x in other.excepts if x != rule.id))
        for id_, other in policy.rules.items()
        if id_ != rule.id and other.excepts != (rule.id,)
    }
    known = set(left)
    if any(x not in known for other in left.values() for x in other.excepts):
        return None
    return f"{rule.id}: dropped", replace(policy, rules=left)


def exception_changed(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    if len(rule.excepts) < 2:
        return None
    place = dice.randrange(len(rule.excepts))
    left = rule.excepts[:place] + rule.excepts[place + 1 :]
    return f"{rule.id}: excepts one less", _with(policy, replace(rule, excepts=left))


def member_changed(policy: ir.Policy, _: ir.Rule, dice: random.Random) -> Edit | None:
    named = [dated for dated in policy.lists.values() if dated.members]
    if not named:
        return None
    dated = dice.choice(named)
    place = dice.randrange(len(dated.members))
    one = dated.members[place]
    until = replace(one, interval=replace(one.interval, end=date(2027, 1, 1)))
    others = dated.members[:place] + dated.members[place + 1 :]
    members = others if dice.random() < 0.5 else (*others, until)
    changed = replace(dated, members=members)
    return f"{dated.name}: {one.member}", replace(policy, lists={**policy.lists, dated.name: changed})


EDITS = (
    limb_dropped,
    constant_moved,
    operator_changed,
    condition_denied,
    item_dropped,
    outcome_moved,
    days_moved,
    rule_dropped,
    exception_changed,
    member_changed,
)


# ---- rewrites that change nothing that is decided


def distributed(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    """`a and (b or c)` as `(a and b) or (a and c)`, and the other way round."""
    node = _pick(rule, lambda x: type(x) in (n.AllOf, n.AnyOf) and any(map(_other(x), x.parts)), dice)
    if node is None or rule.is_open:
        return None
    inner = next(part for part in node.parts if _other(node)(part))
    rest = tuple(part for part in node.parts if part is not inner)
    outer = type(_bare(inner))
    spread = tuple(type(node)(node.span, (*rest, part)) for part in _bare(inner).parts)
    return f"{rule.id}: distributed", _put(policy, rule, node, outer(node.span, spread))


def _bare(part: Any) -> Any:
    return _bare(part.part) if isinstance(part, n.Limb) else part


def _other(node: Any) -> Callable[[Any], bool]:
    other = n.AnyOf if type(node) is n.AllOf else n.AllOf
    return lambda part: type(_bare(part)) is other


def absorbed(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    """`a` as `a or (a and b)`, where b is another condition on the same thing."""
    if rule.body is None or rule.is_open:
        return None
    node = _pick(rule, lambda x: isinstance(x, n.Compare | n.Member | n.Holds), dice)
    free = {v.name for v in walk(node) if isinstance(v, n.Variable)} if node is not None else {""}
    if free - {rule.variable}:
        return None
    both = n.AllOf(rule.body.span, (rule.body, node))
    return f"{rule.id}: absorbed", _with(policy, replace(rule, body=n.AnyOf(rule.body.span, (rule.body, both))))


def counted(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    """`any of` as `at least 1 of`, `all of` as `at least n of`."""
    node = _pick(rule, lambda x: type(x) in (n.AllOf, n.AnyOf) and len(x.parts) > 1, dice)
    if node is None or rule.is_open:
        return None
    number = len(node.parts) if type(node) is n.AllOf else 1
    return f"{rule.id}: counted", _put(policy, rule, node, n.Counted(node.span, False, number, node.parts))


def split(policy: ir.Policy, rule: ir.Rule, _: random.Random) -> Edit | None:
    """A rule for each of some alternatives; of a rule that nothing excepts and that excepts nothing."""
    body = _bare(rule.body)
    excepted = any(rule.id in other.excepts for other in policy.rules.values())
    simple = all(isinstance(e, ir.HasOutcome | ir.TermHolds) for e in rule.effects)
    if type(body) is not n.AnyOf or excepted or rule.excepts or not simple or rule.kind != "rule":
        return None
    parts = [replace(rule, id=f"{rule.id}_{i}", body=part) for i, part in enumerate(body.parts)]
    left = {id_: other for id_, other in policy.rules.items() if id_ != rule.id}
    return f"{rule.id}: split", replace(policy, rules={**left, **{part.id: part for part in parts}})


def days_split(policy: ir.Policy, rule: ir.Rule, _: random.Random) -> Edit | None:
    """In force from a day, as until another day and from it."""
    if not rule.live.in_force or rule.live.in_force[0].start is None:
        return None
    first, *others = rule.live.in_force
    middle = first.start + 40 * _DAY
    if first.end is not None and first.end <= middle:
        return None
    stretches = (replace(first, end=middle), replace(first, start=middle), *others)
    return f"{rule.id}: days split", _with(policy, replace(rule, live=replace(rule.live, in_force=stretches)))


def membership_split(policy: ir.Policy, _: ir.Rule, dice: random.Random) -> Edit | None:
    """A member throughout, as until a day and from it."""
    dated = dice.choice([one for one in policy.lists.values() if one.members])
    first, *others = dated.members
    middle = (first.interval.start or date(2020, 1, 1)) + 400 * _DAY
    if first.interval.end is not None and first.interval.end <= middle:
        return None
    stretches = (replace(first.interval, end=middle), replace(first.interval, start=middle))
    members = (*(replace(first, interval=one) for one in stretches), *others)
    changed = {**policy.lists, dated.name: replace(dated, members=members)}
    return f"{dated.name}: membership split", replace(policy, lists=changed)


def repeated(policy: ir.Policy, rule: ir.Rule, dice: random.Random) -> Edit | None:
    """A condition twice, and denied twice."""
    node = _pick(rule, lambda x: type(x) is n.AllOf and len(x.parts) > 1, dice)
    if node is None or rule.is_open:
        return None
    again = n.Not(node.span, n.Not(node.span, dice.choice(node.parts)))
    return f"{rule.id}: repeated", _put(policy, rule, node, replace(node, parts=(*node.parts, again)))


NEUTRAL = (distributed, absorbed, counted, split, days_split, membership_split, repeated)


def edited(policy: ir.Policy, dice: random.Random, sorts: tuple[Any, ...] = EDITS) -> Edit:
    """The policy with one edit of a rule or of a list."""
    rules = sorted(policy.rules.values(), key=lambda rule: rule.id)
    while True:
        found = dice.choice(sorts)(policy, dice.choice(rules), dice)
        if found is not None:
            made: Edit = found
            return made
