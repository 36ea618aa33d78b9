"""Which thing somebody means who names it on the command line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from licet.decide.from_outcome import decidable
from licet.errors import UsageError
from licet.explain.questions import names_about
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.names import normal
from licet.suggest import did_you_mean


def find_subject(
    policy: Policy, facts: Facts, text: str, type_: str | None = None, *, types: Collection[str] | None = None
) -> Subject:
    """The one thing with this id that a decision is about, or of these `types`; `Type:id` where several have it."""
    head, _, tail = text.partition(":")
    if tail and head in policy.entities:
        type_, text = head, tail
    text = normal(text)
    of_types = decidable(policy, facts) if types is None else (s for one in types for s in facts.subjects(one))
    known = [s for s in of_types if type_ in (None, s.type)]
    fitting = [s for s in known if s.id == text]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(f"several things are called `{text}`: write {_choices(fitting)}")
    others = facts.find(text)
    if others and type_ is None:
        told = sorted(names_about(policy, others[0].type))
        named = f"; name what rules conclude of it, to have it explained: {', '.join(told)}" if told else ""
        raise UsageError(f"`{text}` is a {others[0].type}: no decision is about one{named}")
    help_ = did_you_mean(text, (s.id for s in known))
    raise UsageError(f"there is no subject `{text}` in the inventory" + (f"; {help_}" if help_ else ""))


def find_thing(policy: Policy, facts: Facts, text: str) -> Subject:
    """The one recorded thing with this id, of whatever type."""
    return find_subject(policy, facts, text, types=policy.entities)


def find_asked(policy: Policy, facts: Facts, text: str, names: Sequence[str]) -> tuple[Subject, tuple[str, ...]]:
    """The thing that somebody names, and what of it they ask for; without any, all decisions.

    Errors: `UsageError` for a name of nothing that is concluded of such a thing.
    """
    asked = [normal(name) for name in names]
    if not asked:
        return find_subject(policy, facts, text), ()
    known = {type_: names_about(policy, type_) for type_ in policy.entities}
    fitting = [type_ for type_ in known if known[type_].keys() >= set(asked)]
    subject = find_subject(policy, facts, text, types=fitting if _is_of(policy, facts, text, fitting) else list(known))
    for name in asked:
        if name not in known[subject.type]:
            raise UsageError(_unknown_name(policy, subject, name, known))
    return subject, tuple(known[subject.type][name] for name in asked)


def types_with(policy: Policy, facts: Facts, names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The types of things of which rules may state all that is asked for, with what it is.

    Errors: `UsageError` where there is none.
    """
    asked = [normal(name) for name in names]
    known = {type_: names_about(policy, type_) for type_ in policy.entities}
    found = {
        type_: tuple(called[name] for name in asked) for type_, called in known.items() if called.keys() >= set(asked)
    }
    if found:
        return found
    every = {name for called in known.values() for name in called}
    for name in asked:
        if name not in every and facts.find(name.rpartition(":")[2]):
            raise UsageError(f"--all explains every subject, and `{name}` is one: leave one of them out")
        if name not in every:
            help_ = did_you_mean(name, every)
            told = f"nothing that is decided or concluded is called `{name}`"
            raise UsageError(f"{told}; {help_}" if help_ else told)
    raise UsageError(f"{', '.join(f'`{name}`' for name in asked)} are not concluded of one type of things")


def _is_of(policy: Policy, facts: Facts, text: str, types: Collection[str]) -> bool:
    """Whether something of these types may be meant."""
    head, _, tail = text.partition(":")
    if tail and head in policy.entities:
        return head in types
    return any(subject.type in types for subject in facts.find(text))


def _unknown_name(policy: Policy, subject: Subject, name: str, known: Mapping[str, Collection[str]]) -> str:
    declared = policy.entities[subject.type].fields
    if name in declared:
        recorded = "is" if declared[name].derived else "is recorded, and"
        return f"`{name}` of {subject} {recorded} concluded by no rule: there is nothing to prove"
    elsewhere = [type_ for type_, names in known.items() if name in names]
    if elsewhere:
        return f"`{name}` is concluded of a {' or '.join(elsewhere)}, and {subject} is none"
    if not known[subject.type]:
        return f"nothing is concluded of a {subject.type}, and `{name}` neither"
    help_ = did_you_mean(name, known[subject.type]) or f"there is {', '.join(sorted(known[subject.type]))}"
    return f"nothing that is decided or concluded of {subject} is called `{name}`; {help_}"


def _choices(subjects: Sequence[Subject]) -> str:
    return " or ".join(f"`{s.type}:{s.id}`" for s in subjects)
