"""Checked policies to networks: monotone structure becomes joins, everything else inputs."""

from __future__ import annotations

from collections.abc import Iterator

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import concluded
from licet.ir.strata import Name, Strata
from licet.ir.walk import walk
from licet.plan.network import (
    Atom,
    Input,
    Join,
    Link,
    Members,
    Network,
    RuleNet,
    Value,
    applies_token,
    body_token,
    effective_token,
    encode,
    free_token,
    live_token,
    name_token,
    reached_token,
)
from licet.plan.stages import stages

_WIDEST = 4  # premises of one join; longer conjunctions are chained


def compile_policy(policy: ir.Policy, strata: Strata) -> Network:
    """The network of a policy, with its stages in the order in which they must be run."""
    nets = {rule.id: _Lowering(policy, strata, rule).net() for rule in policy.rules.values()}
    return Network(nets, stages(policy, strata))


class _Lowering:
    """Lowers one rule."""

    def __init__(self, policy: ir.Policy, strata: Strata, rule: ir.Rule) -> None:
        self._strata = strata
        self._rule = rule
        self._number = 0
        self._joins: list[Join] = []
        waiting = [rule.id, *strata.exceptions_to(rule.id)]  # these apply only where the rule does
        concluded = (name for id_ in waiting for name in strata.conclusions(policy.rules[id_]))
        self._own = {strata.component_of[name] for name in concluded}

    def net(self) -> RuleNet:
        body = body_token(self._rule.id)
        inputs: list[Input] = []
        if self._rule.body is not None:
            whole = self._lower(self._rule.body, inputs)
            self._joins.append(Join("and", (whole,), body))
        values = tuple(
            Value(f"value {self._rule.id} {i}", effect, self._grows(effect.value))
            for i, effect in enumerate(self._rule.effects)
            if isinstance(effect, ir.TermValue)
        )
        outlet = tuple(self._outlet(values))
        return RuleNet(self._rule.id, body, tuple(inputs), tuple(self._joins), values, outlet)

    def _token(self) -> str:
        self._number += 1
        return f"{self._rule.id} {self._number}"

    # ---- conditions

    def _lower(self, formula: n.Formula, inputs: list[Input]) -> str:
        """The token that stands for a formula; what it takes to get it goes to `inputs` and the joins."""
        match formula:
            case n.AllOf(parts=parts) if parts:
                return self._and([self._lower(part, inputs) for part in parts])
            case n.AnyOf(parts=parts) if parts:
                return self._or([self._lower(part, inputs) for part in parts])
            case n.Limb(part=part):
                return self._lower(part, inputs)
            case n.Counted(exactly=False, number=number, parts=parts) if number > 0:
                return self._at_least(number, [self._lower(part, inputs) for part in parts])
            case n.Holds(negated=False, subject=subject, entity=entity, term=term, view=view):
                return self._link(subject, entity, self._names(entity, term, view), "", inputs)
            case n.Member(negated=False, item=n.Known(value=value), collection=n.TermOf() as collection):
                if self._is_literal(collection):
                    owner = entity_of(collection.base)
                    names = self._names(owner, collection.name, collection.view)
                    return self._link(collection.base, owner, names, encode(value), inputs)
            case n.Some(each=each, where=where) if where is not None and self._is_joined(each, where):
                return self._members(each, where, inputs)
            case _:
                pass
        token = self._token()
        inputs.append(Atom(token, formula, self._grows(formula)))
        return token

    def _and(self, tokens: list[str]) -> str:
        while len(tokens) > 1:
            head, tokens = tokens[:_WIDEST], tokens[_WIDEST:]
            joined = self._token()
            self._joins.append(Join("and", tuple(dict.fromkeys(head)), joined))
            tokens = [joined, *tokens]
        return tokens[0]

    def _or(self, tokens: list[str]) -> str:
        joined = self._token()
        self._joins.extend(Join("and", (token,), joined) for token in tokens)
        return joined

    def _at_least(self, number: int, tokens: list[str]) -> str:
        """`reached[j]`: at least j of the parts so far; each part lifts every count by one."""
        reached: dict[int, str] = {}
        for token in tokens:
            after: dict[int, str] = {}
            for j in range(1, number + 1):
                count = self._token()
                if j in reached:
                    self._joins.append(Join("and", (reached[j],), count))
                if j == 1:
                    self._joins.append(Join("and", (token,), count))
                elif j - 1 in reached:
                    self._joins.append(Join("and", (reached[j - 1], token), count))
                if j == 1 or j - 1 in reached:
                    after[j] = count
            reached = after
        if number not in reached:  # more than there are parts
            return self._token()
        return reached[number]

    def _names(self, entity: str, term: str, view: str | None) -> tuple[Name, ...]:
        names = [Name("term", entity, term, place) for place in sorted({view or "", ""})]
        return tuple(name for name in names if name in self._strata.concluders)

    def _link(self, subject: n.Operand, entity: str, names: tuple[Name, ...], value: str, inputs: list[Input]) -> str:
        token, link = self._token(), self._token()
        inputs.append(Link(token, link, subject, entity, names))
        for name in names:
            self._joins.append(Join("through", (link, name_token(name)), token, value))
        return token

    def _members(self, each: n.Each, where: n.Formula, inputs: list[Input]) -> str:
        token, link = self._token(), self._token()
        inner: list[Input] = []
        found = self._lower(where, inner)
        self._joins.append(Join("up", (link, found), token))
        inputs.append(Members(token, link, each, where, tuple(inner)))
        return token

    def _is_literal(self, collection: n.TermOf) -> bool:
        """Whether every value that rules put into a set is written in them."""
        names = self._names(entity_of(collection.base), collection.name, collection.view)
        rules = (rule for name in names for rule in self._strata.concluders[name])
        values = (value for rule in rules for value in concluded(rule.effects, collection.name))
        return all(isinstance(value, n.Known) for value in values)

    def _is_joined(self, each: n.Each, where: n.Formula) -> bool:
        """Only where there is something to join, and its members are known before the stage begins."""
        if each.members is not None and self._grows(each.members):
            return False
        return any(isinstance(node, n.Holds | n.TermOf) for node in walk(where))

    def _grows(self, formula: n.Formula | n.Operand) -> bool:
        """Whether an input reads the rule's own component, so that it must be asked again as that grows."""
        place = self._strata.component_of
        return any(place.get(read.name) in self._own for read in self._strata.reads_of(formula) if not read.strict)

    # ---- conclusions

    def _outlet(self, values: tuple[Value, ...]) -> Iterator[Join]:
        rule = self._rule
        applies, effective = applies_token(rule.id), effective_token(rule.id)
        own = (live_token(rule.id), body_token(rule.id))
        if rule.excepts:  # in two steps: the library has no room for more than 64 joins that begin alike
            reached = reached_token(rule.id)
            yield from (Join("and", (applies_token(target),), reached) for target in rule.excepts)
            yield Join("and", (*own, reached), applies)
        else:
            yield Join("and", own, applies)
        yield Join("and", (applies, free_token(rule.id)), effective)
        place = rule.jurisdiction or ""
        for effect in rule.effects:
            if isinstance(effect, ir.TermHolds):
                name = Name("term", rule.entity, effect.term, place)
                yield Join("and", (effective,), name_token(name))
        for value in values:
            name = Name("term", rule.entity, value.effect.term, place)
            yield Join("value", (effective, value.token), name_token(name))


def entity_of(operand: n.Operand) -> str:
    """The entity of a reference."""
    return "" if isinstance(operand, n.AsOf) else operand.type.name
