"""What a caller asks for by name: jurisdictions, types, subjects; what is not there is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from licet.errors import UsageError
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.outcomes import decided_entities
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


def check_types(policy: ir.Policy, types: Iterable[str]) -> None:
    """Refuses the name of what no decision or score is about. Errors: `UsageError`."""
    known = decided_entities(policy)
    for type_ in types:
        if type_ not in known:
            near = did_you_mean(type_, known) or f"decided are: {', '.join(known)}"
            raise UsageError(f"no decision is about `{type_}`; {near}")


def subjects_of(facts: Facts, given: Iterable[Subject | tuple[str, str]]) -> tuple[Subject, ...]:
    """Subjects that are given as pairs of type and id. Errors: `UsageError` names what is no recorded thing."""
    return tuple(_subject(facts, one) for one in ((given,) if isinstance(given, str) else given))


def _subject(facts: Facts, given: object) -> Subject:
    match given:
        case (str(type_), str(id_)):
            known = facts.entities.get(type_, {})
            if id_ in known:
                return Subject(type_, id_)
            others: Sequence[str] = list(known) or [f"{s.type} {s.id}" for s in facts.find(id_)]
            help_ = did_you_mean(id_, others)
            raise UsageError(f"the facts have no {type_} `{id_}`" + (f"; {help_}" if help_ else ""))
        case _:
            raise UsageError(f'a subject is a pair of type and id, such as ("Transfer", "t-1"); this is {given!r}')
