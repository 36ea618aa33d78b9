"""What differs between two policies and decides, and the policy in which some of it is undone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from licet.changes.causes.change import WorldChange
from licet.changes.items import VOCABULARY, LawItem, changed_items, matched_rules
from licet.changes.law import DecisionCone, LawPart, cone_of
from licet.ir import policy as ir

_OTHER = ("as before", "as now")
_Part = TypeVar("_Part")
_WAS = "\0"  # before the id of a rule as it was, where both are in one policy: no author can write it


class ChangedLaw:
    """Two policies beside each other. Rules have the ids of the one after; what was called otherwise is no change.

    Names that only one of them declares decide nothing by themselves, so that both are always known. Where a name is
    declared otherwise, the law that is written in the one vocabulary says nothing in the other: it is one change.
    """

    def __init__(self, before: ir.Policy, after: ir.Policy) -> None:
        self.before = _with_new_ids(before, matched_rules(before, after)) if before is not after else after
        self.after = after
        self._items = [item for item in changed_items(before, after) if item.decides] if before is not after else []
        self.redeclared = tuple(
            LawPart(item.what, item.id) for item in self._items if item.what in VOCABULARY and item.kind == "changed"
        )
        self.changes: Collection[WorldChange] = dict.fromkeys(self._changes())

    def _changes(self) -> Iterator[WorldChange]:
        if self.redeclared:
            names = ", ".join(f"{part.sort} {part.name}" for part in self.redeclared)
            yield WorldChange("vocabulary", names, words=("as declared before", "as declared now"))
            return
        for item in self._items:
            if item.what == "rule":
                was = None if item.kind == "added" else "in the policy"
                now = None if item.kind == "removed" else "in the policy"
                yield WorldChange("rule", item.id, "", (was, now), *self._place(item.id), item.limbs)
            elif item.what == "list" and item.kind == "changed":
                yield from self._of_list(item)
            elif item.kind == "changed" and item.what == "parameter":
                yield WorldChange("parameter", item.id, "", _OTHER, limbs=item.limbs)
            elif item.kind == "changed" and item.what == "decision":
                yield WorldChange("decision", item.id, "", _OTHER, limbs=item.limbs)

    def _place(self, id_: str) -> tuple[str, str]:
        rule = self.after.rules[id_] if id_ in self.after.rules else self.before.rules[id_]
        return cited(rule), address_of(rule)

    def _of_list(self, item: LawItem) -> Iterator[WorldChange]:
        """Each member by itself; what the list covers, and who stands for whom, as one."""
        members = {str(m.member) for p in (self.before, self.after) for m in p.lists[item.id].members}
        head = tuple(limb for limb in item.limbs if limb.at not in members)
        if head:
            yield WorldChange("list", item.id, "", _OTHER, self.after.lists[item.id].source, limbs=head)
        for limb in item.limbs:
            if limb.at in members:
                yield WorldChange("member", item.id, limb.at, (limb.old, limb.new), self._source_of(item.id, limb.at))

    def _source_of(self, name: str, member: str) -> str:
        dated = self.after.lists[name]
        return next((m.source for m in dated.members if str(m.member) == member and m.source), dated.source)

    # ---- what is undone

    def without(self, undone: Collection[WorldChange]) -> ir.Policy:
        """The policy after, in which some changes are undone."""
        own = [change for change in undone if change in self.changes]
        if not own:
            return self.after
        if len(own) == len(self.changes):
            return self.before
        before, after = self.before, self.after
        rules = dict(after.rules)
        lists = _both(before.lists, after.lists)
        parameters, decisions = _both(before.parameters, after.parameters), _both(before.decisions, after.decisions)
        for change in own:
            match change.kind:
                case "rule" if change.words[0] is None:
                    del rules[change.of]
                case "rule":
                    rules[change.of] = before.rules[change.of]
                case "list":
                    lists[change.of] = replace(before.lists[change.of], members=lists[change.of].members)
                case "member":
                    lists[change.of] = _with_member(lists[change.of], before.lists[change.of], change.field)
                case "parameter":
                    parameters[change.of] = before.parameters[change.of]
                case "decision":
                    decisions[change.of] = before.decisions[change.of]
                case _:
                    raise AssertionError(f"{change.kind} is no change of the law")
        rules = {id_: _only_excepting(rule, rules) for id_, rule in rules.items()}
        vocabulary = self._both_vocabularies()
        return replace(vocabulary, rules=rules, lists=lists, parameters=parameters, decisions=decisions)

    def _both_vocabularies(self) -> ir.Policy:
        before, after = self.before, self.after
        entities = _both(before.entities, after.entities)
        for name in before.entities.keys() & after.entities.keys():
            fields = _both(before.entities[name].fields, after.entities[name].fields)
            entities[name] = replace(after.entities[name], fields=fields)
        relations = _both(before.relations, after.relations)
        scores = _both(before.scores, after.scores)
        return replace(after, entities=entities, relations=relations, scores=scores)

    # ---- what can bear on a decision

    def cone(self, decision: str) -> DecisionCone:
        """All that can bear on a decision in any mixture of the two policies."""
        if self.before is self.after:
            return cone_of(self.after, decision)
        were = {f"{_WAS}{id_}": _renamed(rule, lambda id_: f"{_WAS}{id_}") for id_, rule in self.before.rules.items()}
        both = replace(
            self._both_vocabularies(),
            rules={**were, **self.after.rules},
            lists=_both(self.before.lists, self.after.lists),
            parameters=_both(self.before.parameters, self.after.parameters),
            decisions=_both(self.before.decisions, self.after.decisions),
        )
        found = cone_of(both, decision)
        return replace(found, rules=frozenset(id_.removeprefix(_WAS) for id_ in found.rules))

    def bears(self, change: WorldChange, cone: DecisionCone) -> bool:
        """Whether a change of the law can bear on a decision."""
        match change.kind:
            case "rule":
                return change.of in cone.rules
            case "list" | "member":
                return LawPart("list", change.of) in cone.parts
            case "parameter" | "decision":
                return LawPart(change.kind, change.of) in cone.parts
            case _:
                return True


def cited(rule: ir.Rule) -> str:
    return ", ".join(ir.citations(rule))


def address_of(rule: ir.Rule) -> str:
    """Where it stands, as editors read it."""
    return "" if rule.span is None else rule.span.address


def _both(before: Mapping[str, _Part], after: Mapping[str, _Part]) -> dict[str, _Part]:
    """Those after, and those that were there before only."""
    return {**after, **{name: part for name, part in before.items() if name not in after}}


def _with_new_ids(policy: ir.Policy, matched: Mapping[str, str]) -> ir.Policy:
    """The same policy, of which the rules have the ids that they have now."""
    if all(was == now for was, now in matched.items()):
        return policy
    rules = [_renamed(rule, lambda id_: matched.get(id_, id_)) for rule in policy.rules.values()]
    return replace(policy, rules={rule.id: rule for rule in rules})


def _renamed(rule: ir.Rule, name: Callable[[str], str]) -> ir.Rule:
    return replace(rule, id=name(rule.id), excepts=tuple(map(name, rule.excepts)))


def _only_excepting(rule: ir.Rule, rules: Mapping[str, ir.Rule]) -> ir.Rule:
    """A rule excepts no more than there is."""
    if all(id_ in rules for id_ in rule.excepts):
        return rule
    return replace(rule, excepts=tuple(id_ for id_ in rule.excepts if id_ in rules))


def _with_member(dated: ir.DatedList, before: ir.DatedList, member: str) -> ir.DatedList:
    kept = [m for m in dated.members if str(m.member) != member]
    return replace(dated, members=(*kept, *(m for m in before.members if str(m.member) == member)))
