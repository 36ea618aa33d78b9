"""Two explanations beside each other: where their proofs part, and what would have to be equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from licet.decide.decision import NOTICE, Decision
from licet.decide.missing.telling import saying
from licet.explain.document import proof_document
from licet.explain.looked import Looked
from licet.explain.questions import Question
from licet.facts.inventory.document import written
from licet.facts.store import Subject
from licet.ir import policy as ir
from licet.ir.canonical import plain
from licet.ir.effects import is_about
from licet.ir.outcomes import outcome_of
from licet.run.reference.interpreter import Interpreter
from licet.values import Day

SCHEMA = "licet/comparison/1"
_NAMED = ("subject", "as_of", "policy", "labels")
_DEEPEST = 6  # conclusions behind conclusions
Nodes = Mapping[str, Any]


def comparison(one: Decision, other: Decision) -> dict[str, Any]:
    """As the schema `comparison-1.json` describes it; answers that only one has are left out.

    Both are about things of one type, under one policy or two, on one day or two; and about what is asked of both.
    """
    looked = [Looked(one), Looked(other)]
    documents = [proof_document(each) for each in looked]
    mine, theirs = (
        {cone.question: part for cone, part in zip(each.cones, document["parts"], strict=True)}
        for each, document in zip(looked, documents, strict=True)
    )
    return {
        "schema": SCHEMA,
        "compared": [{name: document[name] for name in _NAMED} for document in documents],
        "changed_rules": _changed(one.settled.policy, other.settled.policy),
        "parts": [
            _part(one, other, question, part, theirs[question]) for question, part in mine.items() if question in theirs
        ],
        "notice": NOTICE,
    }


def _part(
    one: Decision, other: Decision, question: Question, mine: Mapping[str, Any], his: Mapping[str, Any]
) -> dict[str, Any]:
    apart = _Apart(one, other, mine["nodes"], his["nodes"])
    differ = _outcome(one, question) != _outcome(other, question)
    return {
        **question.key,
        "answers": [mine["answer"], his["answer"]],
        "apart": list(apart.of(question)),
        "equal": _equal(one, other, question) if differ and one.subject != other.subject else None,
    }


def _outcome(decision: Decision, question: Question) -> Any:
    return question.answer_in_short(decision.settled, decision.subject)


def _changed(one: ir.Policy, other: ir.Policy) -> list[str]:
    """Rules that are not the same in two policies, or that one of them has not."""
    if one is other:
        return []
    ids = sorted(one.rules.keys() | other.rules.keys())
    return [id_ for id_ in ids if _plain(one, id_) != _plain(other, id_)]


def _plain(policy: ir.Policy, id_: str) -> Any:
    return plain(policy.rules[id_]) if id_ in policy.rules else None


# ---- where proofs part


@dataclass
class _Apart:
    """Follows the nodes of two cones side by side, from the rules about the subjects to facts that differ."""

    one: Decision
    other: Decision
    mine: Nodes
    theirs: Nodes
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def of(self, question: Question) -> Iterator[dict[str, Any]]:
        """The rules that state an answer, of outcomes the gravest first, where what they come to differs."""
        graves: dict[str, int] = {}
        for found in (self.one, self.other):
            policy = found.settled.policy
            for rule in question.roots(policy, found.subject):
                outcome = outcome_of(rule, question.name) if question.kind == "decision" else None
                graves[rule.id] = max(outcome or 0, graves.get(rule.id, 0))
        for rule_id in sorted(graves, key=lambda r: (-graves[r], r)):
            yield from self._rule(rule_id, self.one.subject, self.other.subject, 0)

    def _rule(self, rule: str, mine: Subject, theirs: Subject, depth: int) -> Iterator[dict[str, Any]]:
        ids = f"{rule}@{mine.type}/{mine.id}", f"{rule}@{theirs.type}/{theirs.id}"
        left, right = self.mine.get(ids[0]), self.theirs.get(ids[1])
        if ids in self._seen or _same(left, right):
            return
        self._seen.add(ids)
        found: dict[str, Any] = {
            "rule": rule,
            "things": [f"{mine.type}/{mine.id}", f"{theirs.type}/{theirs.id}"],
            "statuses": [node and node["status"] for node in (left, right)],
            "live": [node and node["live"] for node in (left, right)],
            "conditions": [],
            "behind": [],
        }
        if left is not None and right is not None:
            for atoms in _differing(left, right):
                found["conditions"].append(_condition(*atoms))
                if depth < _DEEPEST:
                    found["behind"] += self._behind(*atoms, depth + 1)
            beaten = {*left["beaten_by"], *left["doubted_by"]} ^ {*right["beaten_by"], *right["doubted_by"]}
            for exception in sorted(beaten):
                found["behind"] += self._rule(exception, mine, theirs, depth + 1)
        yield found

    def _behind(self, left: Mapping[str, Any], right: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
        """The rules behind conclusions that a condition reads, in the order in which it reads them."""
        for mine, theirs in zip(left["derives"].items(), right["derives"].items(), strict=False):
            if mine[1] != theirs[1]:
                one, other = _term(mine[0]), _term(theirs[0])
                for rule in self._concluding(one[1]):
                    yield from self._rule(rule, one[0], other[0], depth)

    def _concluding(self, term: str) -> Sequence[str]:
        rules = {**self.other.settled.policy.rules, **self.one.settled.policy.rules}
        return sorted(rule.id for rule in rules.values() if is_about(rule.effects, "term", term))


def _same(left: Mapping[str, Any] | None, right: Mapping[str, Any] | None) -> bool:
    """Whether what a rule comes to is the same; how it comes to that matters to nobody."""
    if left is None or right is None:
        return left is right
    return bool(left["effective"] == right["effective"])


def _differing(
    left: Mapping[str, Any], right: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Conditions that one rule has on both sides, and whose truth is not the same."""
    theirs = {(atom["id"].rpartition("#")[2], atom["at"]): atom for atom in right["atoms"]}
    for atom in left["atoms"]:
        other = theirs.get((atom["id"].rpartition("#")[2], atom["at"]))
        if other is not None and atom["truth"] != other["truth"]:
            yield atom, other


def _condition(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "atom": left["id"].rpartition("#")[2],
        "at": left["at"],
        "truths": [left["truth"], right["truth"]],
        "reads": [left["reads"], right["reads"]],
        "derives": [left["derives"], right["derives"]],
    }


def _term(said: str) -> tuple[Subject, str]:
    """`Party/half-owned.restricted@US`: the thing and the term."""
    thing, _, term = said.rpartition(".")
    type_, _, id_ = thing.partition("/")
    return Subject(type_, id_), term.partition("@")[0]


# ---- what would have to be equal


def _equal(one: Decision, other: Decision, question: Question) -> dict[str, Any]:
    """A least set of facts of the first subject that, were they those of the second, would bring its answer.

    Empty and not `found` where the facts of the two themselves do not make the difference.
    """
    trial = _Trial(one, other, question)
    wanted = _outcome(other, question)
    kept = list(trial.differing)
    if trial.answer(kept) != wanted:
        return {"found": False, "facts": []}
    for name in trial.differing:
        fewer = [fact for fact in kept if fact != name]
        if trial.answer(fewer) == wanted:
            kept = fewer
    return {"found": True, "facts": [trial.told(name) for name in kept]}


class _Trial:
    """Decides the first subject again with some facts of the second."""

    def __init__(self, one: Decision, other: Decision, question: Question) -> None:
        self._one, self._other, self._question = one, other, question
        self._mine, self._theirs = one.settled.facts.record(one.subject), other.settled.facts.record(other.subject)
        self._entity = one.settled.policy.entities[one.subject.type]
        self.differing = [
            name
            for name, declared in self._entity.fields.items()
            if not declared.derived and name != "name" and self._mine.get(name) != self._theirs.get(name)
        ]

    def answer(self, names: Sequence[str]) -> Any:
        settled, subject = self._one.settled, self._one.subject
        told = saying(self._mine, {name: self._theirs.get(name) for name in names})
        records = {**settled.facts.entities[subject.type], subject.id: told}
        facts = replace(settled.facts, entities={**settled.facts.entities, subject.type: records})
        day: Day = (self._other if self._entity.day in names else self._one).settled.as_of
        return self._question.answer_in_short(Interpreter(settled.policy, facts, day), subject)

    def told(self, name: str) -> dict[str, Any]:
        return {"fact": name, "values": [written(record.get(name)) for record in (self._mine, self._theirs)]}
