"""Whether an action about a thing needs anything: a question for pipelines, with an answer in one word and its reasons.

An action is a yes or no that rules conclude of what is decided: a policy says what is one, and nothing here does.
The gate passes only what is decided for certain; nothing recorded, and nothing known, are no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from licet.decide.dates import is_past, own_day
from licet.decide.decision import Answer, Decision
from licet.decide.from_outcome import decide, decisions_of
from licet.decide.missing.telling import is_open
from licet.errors import UsageError
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.outcomes import outcomes_claimed, places_asked
from licet.ir.strata import Strata
from licet.ir.types import Kind
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.unknown_values import F, T, U
from licet.suggest import did_you_mean
from licet.values import Day, Truth

Word = Literal["passed", "needed", "open"]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps the gate from passing: an answer that is, or may be, graver than allowed, or what is not known.

    `texts` are its reasons, each with what it cites; `subject` and `answer` are None where nothing was decided.
    """

    word: Word
    subject: Subject | None
    answer: Answer | None
    texts: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class ActionVerdict:
    """`passed`, if each answer is certain and at most what is allowed; `needed`, if one surely is more; else `open`.

    `allowed` has the gravest outcome of each decision that may pass; `subjects` is what was decided.
    """

    thing: Subject
    action: str
    as_of: date
    allowed: Mapping[str, str]
    subjects: tuple[Subject, ...]
    places: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def word(self) -> Word:
        words = {one.word for one in self.obstacles}
        return "needed" if "needed" in words else "open" if words else "passed"


def verdict_on(
    policy: ir.Policy,
    facts: Facts,
    thing: Subject,
    action: str,
    as_of: date,
    *,
    allow: Sequence[str] = (),
    decisions: Sequence[str] = (),
    jurisdictions: Sequence[str] = (),
) -> ActionVerdict:
    """Of the recorded subjects that are the action and refer to the thing; of the thing itself, where a decision about
    it is asked for. No day before `as_of` governs: what lies behind is decided as if on that day.

    Errors: `UsageError` for the name of an action, decision or outcome that is not there, and for a decision that none
    of the jurisdictions decides.
    """
    entities = acting_on(policy, thing.type, action)
    allowed = _allowed(policy, (*entities, thing.type), decisions or _about(policy, entities), allow)
    places = _places(policy, allowed, jurisdictions)
    about = {policy.decisions[name].entity for name in allowed}
    acting = [entity for entity in entities if entity in about]
    members = dict(_members(policy, facts, thing, action, acting, as_of))
    if thing.type in about:
        members[thing] = T
    found = [
        one
        for decision in _decided(policy, facts, members, as_of, jurisdictions)
        for one in _obstacles(decision, allowed, "" if members[decision.subject] is T else f"{action} of {thing.id}")
    ]
    for entity in acting:
        if not any(subject.type == entity and truth is T for subject, truth in members.items()):
            said = f"no {entity} that is surely {action} of {thing.id} is recorded, and silence is no answer: record it"
            found.append(Obstacle("open", None, None, ((said, ()),)))
    found.sort(key=lambda one: -_gravity(policy, one))
    return ActionVerdict(thing, action, as_of, allowed, tuple(members), places, tuple(found))


def _gravity(policy: ir.Policy, obstacle: Obstacle) -> int:
    answer = obstacle.answer
    return -1 if answer is None else policy.decisions[answer.decision].outcomes.index(answer.may)


# ---- what is asked


def acting_on(policy: ir.Policy, type_: str, action: str) -> tuple[str, ...]:
    """What is decided, refers to things of a type, and may be the action. Errors: `UsageError` where nothing is."""
    known = {
        (entity, name.name)
        for entity in policy.entities
        if any(decisions_of(policy, entity)) and any(_referring(policy, entity, type_))
        for name in Strata.of(policy).concluders
        if (name.sort, name.entity) == ("term", entity)
        and policy.entities[entity].fields[name.name].type.kind is Kind.BOOLEAN
    }
    found = tuple(entity for entity in policy.entities if (entity, action) in known)
    if not found:
        names = sorted({name for _, name in known})
        help_ = did_you_mean(action, names) or (
            f"there is {', '.join(names)}" if names else "no rule concludes any such"
        )
        raise UsageError(f"nothing that is decided about a {type_} may be `{action}`; {help_}")
    return found


def _referring(policy: ir.Policy, entity: str, type_: str) -> Iterator[str]:
    """The fields of an entity that refer to things of a type."""
    for name, field in policy.entities[entity].fields.items():
        if field.type.kind is Kind.ENTITY and field.type.name == type_ and not field.derived:
            yield name


def _about(policy: ir.Policy, entities: Iterable[str]) -> list[str]:
    return [decision.name for entity in entities for decision in decisions_of(policy, entity)]


def _allowed(policy: ir.Policy, types: Sequence[str], decisions: Sequence[str], allow: Sequence[str]) -> dict[str, str]:
    """The gravest outcome of each decision that may pass: the most lenient one, where none is named."""
    known = _about(policy, dict.fromkeys(types))
    for name in decisions:
        if name not in known:
            raise UsageError(
                f"no decision about {' or '.join(dict.fromkeys(types))} is called `{name}`; "
                f"{did_you_mean(name, known) or 'known: ' + ', '.join(known)}"
            )
    chains = {name: policy.decisions[name].outcomes for name in decisions}
    found = {name: chain[0] for name, chain in chains.items()}
    for outcome in allow:
        having = [name for name, chain in chains.items() if outcome in chain]
        if not having:
            outcomes = [one for chain in chains.values() for one in chain]
            raise UsageError(
                f"{', '.join(chains)} cannot be `{outcome}`; {did_you_mean(outcome, outcomes)}".rstrip("; ")
            )
        found |= dict.fromkeys(having, outcome)
    return found


def _places(policy: ir.Policy, decisions: Iterable[str], jurisdictions: Sequence[str]) -> tuple[str, ...]:
    """The jurisdictions whose law is asked."""
    found: dict[str, None] = {}
    for name in decisions:
        places = places_asked(policy, name, tuple(jurisdictions))
        if not places:
            raise UsageError(f"no rule of {', '.join(jurisdictions)} decides `{name}`: nothing would be asked")
        found |= dict.fromkeys(places)
    return tuple(found)


# ---- who is meant


def _members(
    policy: ir.Policy, facts: Facts, thing: Subject, action: str, entities: Iterable[str], as_of: date
) -> Iterator[tuple[Subject, Truth]]:
    """The subjects that are the action and refer to the thing, or may: unknown counts, and is told apart."""
    worlds: dict[Day, Interpreter] = {}
    for entity in entities:
        fields = list(_referring(policy, entity, thing.type))
        concluding = [n for n in Strata.of(policy).concluders if n[:3] == ("term", entity, action)]
        views = {name.jurisdiction or None for name in concluding}  # it is the action, if it is in some of them
        for subject in facts.subjects(entity):
            said = [facts.record(subject).get(name) for name in fields]
            refers = T if thing.id in said else U if any(map(is_open, said)) else F
            if refers is F:
                continue
            day = _day(policy, facts, subject, as_of)
            if day not in worlds:
                worlds[day] = Interpreter(policy, facts, day)
            is_action = max(worlds[day].term(entity, action, view, subject.id).contains(True) for view in views)
            truth = min(refers, is_action)
            if truth is not F:
                yield subject, truth


def _day(policy: ir.Policy, facts: Facts, subject: Subject, as_of: date) -> Day:
    """The subject's own day; that of the gate, where it has none or where its own is over."""
    own = own_day(policy.entities[subject.type], facts.record(subject).get, as_of)
    return as_of if is_past(own, as_of) else own


def _decided(
    policy: ir.Policy, facts: Facts, members: Iterable[Subject], as_of: date, jurisdictions: Sequence[str]
) -> Iterator[Decision]:
    by_own: dict[bool, list[Subject]] = {}
    for subject in members:
        by_own.setdefault(_day(policy, facts, subject, as_of) != as_of, []).append(subject)
    for is_own, subjects in by_own.items():
        yield from decide(policy, facts, subjects, as_of=None if is_own else as_of, jurisdictions=jurisdictions)


# ---- what stands in the way


def _obstacles(decision: Decision, allowed: Mapping[str, str], perhaps: str) -> Iterator[Obstacle]:
    """Each answer that is, or may be, more than is allowed, and what makes all of them doubtful.

    `perhaps` says what the subject is where that is not known: then its answers settle nothing.
    """
    subject, policy = decision.subject, decision.settled.policy
    doubt = ((f"it is not known whether this is {perhaps}", ()),) if perhaps else ()
    for answer in decision.answers:
        if answer.decision in allowed:
            chain = policy.decisions[answer.decision].outcomes
            most = chain.index(allowed[answer.decision])
            if chain.index(answer.may) > most or not answer.determined:
                word: Word = "needed" if chain.index(answer.must) > most and not perhaps else "open"
                yield Obstacle(word, subject, answer, (*doubt, *_because(decision, answer, most)))
    for found in decision.contradictions:
        yield Obstacle("open", subject, None, ((f"{found.of} cannot be as it is recorded: {found.because}", ()),))
    for conflict in decision.conflicts:
        said = f"{conflict.of}: rules contradict each other about {conflict.term}"
        yield Obstacle("open", subject, None, ((said, conflict.rules),))


def _because(decision: Decision, answer: Answer, most: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The rules that bring, or may bring, more than is allowed; where none holds, also what is not known."""
    policy = decision.settled.policy
    claimed = outcomes_claimed(policy, answer.decision)
    lines = [one for one in answer.rules if one.status in ("holds", "unknown") and claimed.get(one.id, -1) > most]
    for line in sorted(lines, key=lambda one: (one.status, -claimed[one.id], one.id)):
        rule = policy.rules[line.id]
        said = rule.because or rule.title or rule.called
        yield said if line.status == "holds" else f"it is not known whether this applies: {said}", line.cites
    if any(line.status == "holds" for line in lines):
        return
    for missing in decision.missing:
        if (answer.decision, answer.jurisdiction) in missing.answers:
            if missing.law is None:
                yield f"{missing.fact.replace('_', ' ')} of {missing.of[0]} {missing.of[1]} is not known", ()
            else:
                note = missing.law.note or f"{missing.fact} of {missing.of[1]}"
                yield f"the law itself is open here: {note}", missing.law.cites
