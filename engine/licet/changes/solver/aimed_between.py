"""Worlds made so that what changed of the law says something else in them: guesses, which are decided to count.

Each begins as the world of a test that has what the decision is about. One of the rules that changed, or that read what
did, is made to hold there under one policy and not under the other; or to hold at all, where only its effects, its days
or a list that it reads are others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from random import Random

from licet.changes.solver.concrete import WorldFound, completed
from licet.changes.unmoved import RuleTwice, UnmovedWorlds
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.rewrite import renamed, rewrite
from licet.ir.types import Type
from licet.ir.walk import Part
from licet.trials.aimed_worlds import AimedWorld, Thing
from licet.trials.small_worlds import SmallWorlds

_MOST_MADE = 600  # worlds of a decision
_MOST_DECIDED = 60


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be so of what a rule is about, going by the old (0) or the new policy, and days to try it on."""

    side: int
    rule: ir.Rule
    formula: n.Formula
    days: tuple[date, ...]


def aimed_between(
    policies: tuple[ir.Policy, ir.Policy], unmoved: UnmovedWorlds, bases: Sequence[WorldFound], seed: int = 0
) -> Iterator[WorldFound]:
    """Worlds in which the policies may conclude otherwise; the same ones for the same policies."""
    dice = Random(seed)  # noqa: S311 - repeatable cases, no secrets
    aims = [aim for one in unmoved.rules for aim in _aims(unmoved, one)]
    places = list(product(range(len(bases)), range(len(aims))))
    values = [SmallWorlds(policy, seed=seed) for policy in policies]
    found = 0
    for base, place in dice.sample(places, min(len(places), _MOST_MADE)):
        aim, given = aims[place], bases[base]
        day = dice.choice((given.as_of, given.as_of, *aim.days))
        world = _made(policies[aim.side], values[aim.side], given, aim, day)
        if not unmoved.holds(world.facts, world.as_of):
            yield world
            found += 1
            if found == _MOST_DECIDED:
                return


def _aims(unmoved: UnmovedWorlds, one: RuleTwice) -> Iterator[Aim]:
    rules = [rule for rule in (one.was, one.now) if rule is not None]
    days = tuple(sorted({day for rule in rules for day in _days(rule)}))
    variable = rules[0].variable
    bodies = [_body(rule, variable) for rule in rules]
    for place, body in enumerate(bodies):
        side = int(rules[place] is one.now)
        for aimed in dict.fromkeys((body, _narrowed(unmoved, body, False), _narrowed(unmoved, body, True))):
            yield Aim(side, rules[0], aimed, (*unmoved.days, *days))
        if len(rules) > 1 and bodies[0] != bodies[1]:
            denied = n.Not(None, bodies[1 - place])
            for parts in ((body, denied), (denied, body)):
                yield Aim(side, rules[0], n.AllOf(None, parts), days)


def _body(rule: ir.Rule, variable: str) -> n.Formula:
    found: n.Formula = n.AllOf(None, ()) if rule.body is None else renamed(rule.body, rule.variable, variable)
    return found


def _days(rule: ir.Rule) -> Iterator[date]:
    """The days on which a rule begins or ends, and those before."""
    for spans in rule.live.told.values():
        for day in (end for span in spans for end in (span.start, span.end) if end is not None):
            yield from (day, day - timedelta(1))


def _narrowed(unmoved: UnmovedWorlds, body: n.Formula, otherwise: bool) -> n.Formula:
    """What asks for a list that changed, asked for those members alone that did; `otherwise`, the other way round."""

    def narrow(node: Part) -> Part | None:
        match node:
            case n.Member(collection=n.ListNamed(name=name, type=type_)) if name in unmoved.members:
                members = _written(unmoved.members[name], type_)
                return replace(node, collection=members, negated=node.negated != otherwise)
            case n.CodeTest(codes=(n.ListNamed(name=name, type=type_),)) if name in unmoved.members:
                return replace(node, codes=(_written(unmoved.members[name], type_),), negated=node.negated != otherwise)
        return None

    found: n.Formula = rewrite(body, narrow)
    return found


def _written(members: tuple[str | date, ...], type_: Type) -> n.SetOf:
    return n.SetOf(None, tuple(n.Known(None, member, type_.element or type_) for member in members), type_)


def _made(policy: ir.Policy, values: SmallWorlds, given: WorldFound, aim: Aim, day: date) -> WorldFound:
    """The world of a test in which what is aimed at is probably so, of something that is in it."""
    made = AimedWorld(policy, values, day)
    own = given.facts.entities
    for type_, records in own.items():
        told = {id_: Thing(type_, id_, dict(record.facts)) for id_, record in records.items()}
        made.things.setdefault(type_, {}).update(told)
    for name in policy.relations:
        made.rows[name] = [Thing(name, "", dict(row.facts)) for row in given.facts.relations.get(name, ())]
    entity = aim.rule.entity
    places = sorted(own[entity]) if own.get(entity) else sorted(made.things[entity])
    thing = made.things[entity][values.random.choice(places)]
    made.make(aim.formula, {aim.rule.variable: thing})
    complete = completed(policy, made.facts, day)
    return WorldFound(replace(complete, members=given.facts.members), given.subject, day)
