"""What is said of answers over time, in whatever form they are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from licet.decide.dates import own_day
from licet.decide.steps import AnswerOnDay, OverTime, Stretch
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.report.decision_cells import said
from licet.run.reference.clock import Cause
from licet.values import Range

UNKNOWN = "unknown"


def governing_day(policy: Policy, facts: Facts, subject: Subject) -> str | None:
    """The day of a subject's own, as far as it is known; None where it has none, so that time passes for it."""
    entity = policy.entities[subject.type]
    day = own_day(entity, facts.record(subject).get, date.min)
    if day == date.min:
        return None
    if isinstance(day, Range):
        return f"{day.low or UNKNOWN} to {day.high or UNKNOWN}"
    return UNKNOWN if day is None else day.isoformat()


def told(of: OverTime) -> list[str]:
    """The answers of the steps in as few words as tell each from the one before."""
    said_: list[str] = []
    for words in (_overall, _places, _all):
        said_ = [words(step) for step in of.steps]
        if all(one != other for one, other in pairwise(said_)):
            break
    return said_


def _overall(step: Stretch) -> str:
    return _range(step.answers[0]) + _mark(step.answers)


def _places(step: Stretch) -> str:
    own = step.answers[1:]
    return _overall(step) + f" ({', '.join(f'{a.jurisdiction} {_range(a)}{_mark((a,))}' for a in own)})"


def _all(step: Stretch) -> str:
    details = [said(detail) for a in step.answers for detail in a.details]
    possible = [f"perhaps {said(detail)}" for a in step.answers for detail in a.possible_details]
    enforced = [f"enforced {_between(*a.enforced)}" for a in step.answers if _mark((a,))]
    return "; ".join([_places(step), *dict.fromkeys(details + possible + enforced)])


def _mark(answers: Iterable[AnswerOnDay]) -> str:
    return " *" if any(a.enforced != (a.must, a.may) for a in answers) else ""


def _range(answer: AnswerOnDay) -> str:
    return _between(answer.must, answer.may)


def _between(must: str, may: str) -> str:
    return said(must) if must == may else f"{said(must)} to {said(may)}"


def cause_words(policy: Policy, cause: Cause) -> str:
    """`weights_licence is now in force`; `until of licensed/t-1/acme`."""
    match cause.kind:
        case "rule":
            turn = "is now" if cause.role == "begins" else "is no longer"
            return f"{policy.rules[cause.of].called} {turn} {cause.field}"
        case "list":
            member = f"{cause.field} " if cause.field else ""
            return f"{member}{cause.role.removesuffix('s')}s on the list {cause.of}"
        case "parameter":
            return f"{cause.of} is another"
        case "fact":
            return f"{said(cause.field)} of {cause.of}"
        case "day":
            return "the day itself" if cause.of == "as_of" else f"{cause.of} is reached"
