"""What a caller asks for by name; what is not there, or what no rule can bring, is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from licet.errors import UsageError
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.outcomes import claims_in, decided_entities, duties_of, places_asked, points_for, rules_deciding
from licet.names import normal
from licet.suggest import did_you_mean


def names_of(given: str | Iterable[str]) -> tuple[str, ...]:
    """The names that are given as one text or as several."""
    return (given,) if isinstance(given, str) else tuple(given)


def check_jurisdictions(policy: ir.Policy, names: Iterable[str]) -> None:
    """Refuses the name of a jurisdiction that no rule stands in: it would silently decide nothing."""
    known = {m.jurisdiction for m in policy.modules.values() if m.jurisdiction}
    for name in names:
        if name not in known:
            raise UsageError(f"no rule stands in the jurisdiction `{name}`; {did_you_mean(name, known)}".rstrip("; "))


def check_types(policy: ir.Policy, types: Iterable[str], further: Sequence[str] = ()) -> None:
    """Refuses the name of what no decision or score is about, nor among `further` ones. Errors: `UsageError`."""
    known = (*decided_entities(policy), *further)
    for type_ in types:
        if type_ not in known:
            near = did_you_mean(type_, known) or f"decided are: {', '.join(known)}"
            raise UsageError(f"no decision is about `{type_}`; {near}")


def check_concluded(policy: ir.Policy, types: Iterable[str], jurisdictions: Sequence[str] = ()) -> None:
    """Refuses to decide subjects about which no rule concludes anything. Errors: `UsageError`."""
    wanted = tuple(types)
    if any(_concludes(policy, type_, jurisdictions) for type_ in wanted):
        return
    where = f" of {' or '.join(jurisdictions)}" if jurisdictions else ""
    subjects = " or ".join(wanted) or "the subjects of this inventory"
    raise UsageError(
        f"no rule{where} concludes any decision about {subjects}: the policy `{policy.name}` would decide nothing"
    )


def check_outcome(policy: ir.Policy, outcome: str, jurisdictions: Sequence[str] = ()) -> None:
    """Refuses an outcome that no decision has, or that none can reach. Errors: `UsageError`."""
    having = [d for d in policy.decisions.values() if outcome in d.outcomes]
    if not having:
        known = list(dict.fromkeys(o for d in policy.decisions.values() for o in d.outcomes))
        raise UsageError(f"no decision has the outcome `{outcome}`; known: {', '.join(known)}")
    if not any(_gravest(policy, d, jurisdictions) >= d.outcomes.index(outcome) for d in having):
        where = f" of {' or '.join(jurisdictions)}" if jurisdictions else ""
        raise UsageError(
            f"no rule{where} concludes `{outcome}` or anything graver: "
            f"with the policy `{policy.name}`, --fail-on {outcome} could never fail"
        )


def subjects_of(facts: Facts, given: Iterable[Subject | tuple[str, str]]) -> tuple[Subject, ...]:
    """Subjects that are given as pairs of type and id. Errors: `UsageError` names what is no recorded thing."""
    return tuple(_subject(facts, one) for one in ((given,) if isinstance(given, str) else given))


def _subject(facts: Facts, given: object) -> Subject:
    match given:
        case (str(type_), str(id_)):
            known, id_ = facts.entities.get(type_, {}), normal(id_)
            if id_ in known:
                return Subject(type_, id_)
            others: Sequence[str] = list(known) or [f"{s.type} {s.id}" for s in facts.find(id_)]
            help_ = did_you_mean(id_, others)
            raise UsageError(f"the facts have no {type_} `{id_}`" + (f"; {help_}" if help_ else ""))
        case _:
            one = next(((type_, id_) for type_, known in facts.entities.items() for id_ in known), ("Entity", "id"))
            raise UsageError(f"a subject is a pair of type and id, such as {one}; this is {given!r}")


def _concludes(policy: ir.Policy, type_: str, jurisdictions: Sequence[str]) -> bool:
    """Whether a subject of the type gets an answer; where no jurisdiction is asked for, a score or a duty will do."""
    decided = any(
        _gravest(policy, decision, jurisdictions) >= 0
        for decision in policy.decisions.values()
        if decision.entity == type_
    )
    scored = any(score.entity == type_ and points_for(policy, score.name) for score in policy.scores.values())
    return decided or (not jurisdictions and (scored or bool(duties_of(policy, type_))))


def _gravest(policy: ir.Policy, decision: ir.Decision, jurisdictions: Sequence[str]) -> int:
    """The place of the gravest outcome that rules of some jurisdictions may bring; -1 where none decides."""
    if not rules_deciding(policy)[decision.name]:
        return -1
    places = places_asked(policy, decision.name, tuple(jurisdictions))
    outcomes = [outcome for place in places for _, outcome in claims_in(policy, decision.name, place)]
    return max(outcomes + [decision.otherwise for _ in places], default=-1)
