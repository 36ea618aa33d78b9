"""What an exception excepts: rules of a directive or a table, and `every rule of` a decision or `in` a module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from licet.check.scope import Scope
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import About, about, is_about
from licet.syntax import tree as t


def resolve_targets(scope: Scope, rules: Mapping[str, ir.Rule]) -> dict[str, ir.Rule]:
    """Every exception with the ids of the single rules that it excepts."""
    members: dict[str, list[str]] = {}
    for found in rules.values():
        members.setdefault(found.group, []).append(found.id)
    named = {
        found.id: replace(found, excepts=tuple(r for target in found.excepts for r in members.get(target, ())))
        for found in rules.values()
    }
    groups = {id_: targets for id_, targets in scope.rule_groups.items() if id_ in named}
    reached = {id_: frozenset(_that_reach(id_, named)) for id_ in groups}
    return {**named, **{id_: _extended(scope, named, named[id_], groups[id_], reached[id_]) for id_ in groups}}


def _that_reach(rule: str, rules: Mapping[str, ir.Rule]) -> Iterable[str]:
    """The rule and the exceptions to it by name or tag, however indirect: a group leaves these out."""
    beaten_by: dict[str, list[str]] = {}
    for found in rules.values():
        for target in found.excepts:
            beaten_by.setdefault(target, []).append(found.id)
    seen, pending = {rule}, [rule]
    while pending:
        new = set(beaten_by.get(pending.pop(), ())) - seen
        seen |= new
        pending += sorted(new)
    return seen


def _extended(
    scope: Scope,
    rules: Mapping[str, ir.Rule],
    exception: ir.Rule,
    targets: Iterable[t.Target],
    left_out: frozenset[str],
) -> ir.Rule:
    found: dict[str, None] = dict.fromkeys(exception.excepts)
    for target in targets:
        meant = [r.id for r in _meant(scope, rules, exception, target) if r.id not in left_out]
        if not meant and _is_known(scope, target):
            scope.findings.error(
                "E074",
                f"`every rule {'of' if target.kind == 'decision' else 'in'} {target.name}` is no rule here",
                target.span,
                help="a group has the rules of the same jurisdiction and subject, without the exceptions to this one",
            )
        found.update(dict.fromkeys(meant))
    return replace(exception, excepts=tuple(found))


def _is_known(scope: Scope, target: t.Target) -> bool:
    """Whether there is such a decision or module; what there is not is reported."""
    known: Iterable[str] = scope.decisions if target.kind == "decision" else scope.modules
    if target.name not in known:
        scope.unknown("E055", target.kind, target.name, target.span, known)
        return False
    return True


def _meant(scope: Scope, rules: Mapping[str, ir.Rule], exception: ir.Rule, target: t.Target) -> Iterator[ir.Rule]:
    """The members of a group, by id."""
    module = scope.full_name(target.name, scope.modules[exception.module])
    wanted = set(map(_result, exception.effects))
    for _, rule in sorted(rules.items()):
        if rule.jurisdiction != exception.jurisdiction or rule.entity != exception.entity:
            continue
        if target.kind == "decision":
            if is_about(rule.effects, "decision", target.name):
                yield rule
        elif rule.module == module and (not wanted or wanted & set(map(_result, rule.effects))):
            yield rule


def _result(effect: ir.Effect) -> tuple[About, str]:
    """What an effect is about: a decision, a term, or a value of a set."""
    match effect:
        case ir.TermValue(value=n.Known(value=value), single=False):
            return about(effect), str(value)
        case _:
            return about(effect), ""
