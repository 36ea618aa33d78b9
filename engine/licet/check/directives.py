"""A directive: one rule for each thing that the letter names, live from its issue until its lifting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from licet.check.context import Exemption, Letter
from licet.check.rules import build, live, subject_context
from licet.check.scope import ModuleScope, Scope
from licet.ir import policy as ir
from licet.names import apart, in_an_id, same_name
from licet.syntax import tree as t


def directive(scope: Scope, module: ModuleScope, tree: t.Rule) -> Iterator[ir.Rule]:
    """The rules of one letter; their ids end in the thing they are about."""
    context = subject_context(scope, module, tree.clauses, tree.name)
    if context is None or not _in_order(scope, tree):
        return
    clauses = live(scope, tree.clauses)
    if clauses.in_force:
        scope.findings.error(
            "E058",
            "a directive does not say `in force`",
            tree.clauses.in_force[0].span,
            help="it stands from `issued` until `lifted`",
        )
    _check_asked(scope, tree)
    things = list(_things(tree))
    ids = apart(in_an_id(thing.text) for _, thing, _ in things)
    for (entity, thing, since), own in zip(things, ids, strict=True):
        if entity.text not in scope.entities:
            scope.unknown("E030", "entity", entity.text, entity.span, scope.entities)
            continue
        letter = Letter(entity.text, thing.text, tuple(_exemptions(tree, entity.text, thing.text)))
        stands = ir.Interval(since, _lifted(tree, entity.text, thing.text))
        when_live = ir.Live((stands,), clauses.suspended, clauses.not_enforced, clauses.unconfirmed)
        yield build(context, tree, f"{module.name}.{tree.name.text}.{own}", when_live, letter)


def _check_asked(scope: Scope, tree: t.Rule) -> None:
    """A letter whose condition does not ask what it names binds everything; without the other, nobody is exempt."""
    asked = tree.when.span.said if tree.when is not None else ""
    exempts = [exempts for event in tree.events for exempts in event.exempts]
    for word, said, place in (("named", "names", tree.names[:1]), ("exempt", "exempts", exempts[:1])):
        if place and not re.search(rf"\bis\s+(?:not\s+)?{word}\b", asked):
            part = "... is named" if word == "named" else "not ... is exempt"
            scope.findings.error(
                "E058",
                f"no condition asks whom or what the letter {said}",
                place[0].span,
                help=f"add `{part}` to its condition: without it the letter binds as if this did not stand here",
            )


def _in_order(scope: Scope, tree: t.Rule) -> bool:
    days = [event.on for event in tree.events]
    for event, before in zip(tree.events[1:], days, strict=False):
        if event.on < before:
            scope.findings.error(
                "E058",
                f"the letter is {event.kind} on {event.on}, before {before}",
                event.span,
                help="write the events in the order in which they happened",
            )
            return False
    return True


def _things(tree: t.Rule) -> Iterator[tuple[t.Word, t.Word, date]]:
    """Everything named, with the day from which it is."""
    issued = tree.events[0].on
    for names in tree.names:
        yield from ((names.entity, thing, issued) for thing in names.things)
    for event in tree.events:
        for names in event.names:
            yield from ((names.entity, thing, event.on) for thing in names.things)


def _exemptions(tree: t.Rule, entity: str, thing: str) -> Iterator[Exemption]:
    for event in tree.events:
        for exempts in event.exempts:
            if _concerns(exempts.as_to, entity, thing):
                for word in exempts.things:
                    yield Exemption(exempts.entity.text, word.text, event.on)


def _lifted(tree: t.Rule, entity: str, thing: str) -> date | None:
    return next((e.on for e in tree.events if e.kind == "lifted" and _concerns(e.as_to, entity, thing)), None)


def _concerns(as_to: t.Names | None, entity: str, thing: str) -> bool:
    if as_to is None:
        return True
    return as_to.entity.text == entity and any(same_name(thing, word.text) for word in as_to.things)
