"""What is said of answers over time, in whatever form they are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby, pairwise

from licet.decide.dates import NO_DAY, own_day_of
from licet.decide.step_causes import StepCauses
from licet.decide.steps import AnswerOnDay, OverTime, Stretch
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.report.decision_cells import between, said
from licet.run.reference.clock import Cause
from licet.run.reference.held_back import Held, clock_of
from licet.values import Range

UNKNOWN = "unknown"
NOT_ENFORCED = "* announced as not enforced on these days: the duty stands, see `licet explain`"
_CLOCKS = 2  # that are told of a step
_SHOWN = 20  # subjects


def governing_day(policy: Policy, facts: Facts, subject: Subject) -> str | None:
    """The day of a subject's own, as far as it is known; None where it has none, so that time passes for it."""
    day = own_day_of(policy, facts, subject)
    if day is NO_DAY:
        return None
    if isinstance(day, Range):
        return f"{day.low or UNKNOWN} to {day.high or UNKNOWN}"
    return UNKNOWN if day is None else day.isoformat()


def day_in(day: str | None) -> date | None:
    """The day itself, where it is known to be one."""
    return date.fromisoformat(day) if day is not None and day[:1].isdigit() and " " not in day else None


def of_its_own(day: str | None, span: OverTime) -> str:
    """What is said of a subject that its own day governs: no passing of time changes its answer."""
    if day is None:
        return ", without a day of its own"
    if day == UNKNOWN:
        return ", on a day of its own that is not known"
    if " to " in day:
        return f", on a day of its own: {day}"
    own = date.fromisoformat(day)
    where = ", before these days" if own < span.first else ", after these days" if own > span.last else ""
    return f", decided on its own day: {day}{where}"


def drawn(found: Sequence[OverTime], *, every: bool) -> tuple[dict[Subject, list[OverTime]], list[Subject]]:
    """All subjects, and those that are told: the first with an answer that changes; with `every`, or of one, all."""
    subjects = {subject: list(own) for subject, own in groupby(found, lambda one: one.subject)}
    shown = list(subjects) if every or len(subjects) == 1 else [s for s, own in subjects.items() if turns(own)][:_SHOWN]
    return subjects, shown


def turns(own: Iterable[OverTime]) -> bool:
    """Whether some answer changes."""
    return any(len(one.steps) > 1 for one in own)


def told(steps: Sequence[Stretch]) -> list[str]:
    """The answers of the steps in as few words as tell each from the one before."""
    said_: list[str] = []
    for words in (_overall, _places, _all):
        said_ = [words(step) for step in steps]
        if all(one != other for one, other in pairwise(said_)):
            break
    return said_


def _overall(step: Stretch) -> str:
    return _range(step.answers[0]) + _mark(step.answers)


def _places(step: Stretch) -> str:
    """With the answer of each law, unless each says what all say together."""
    laws: dict[str, list[str]] = {}
    for own in step.answers[1:]:
        laws.setdefault(_range(own) + _mark((own,)), []).append(str(own.jurisdiction))
    if laws.keys() <= {_overall(step)}:
        return _overall(step)
    each = [f"{', '.join(places)} {answer}" for answer, places in laws.items()]
    return f"{_overall(step)} ({'; '.join(each)})"


def _all(step: Stretch) -> str:
    details = [said(detail) for a in step.answers for detail in a.details]
    possible = [f"perhaps {said(detail)}" for a in step.answers for detail in a.possible_details]
    enforced = [f"enforced {between(*a.enforced)}" for a in step.answers if _mark((a,))]
    return "; ".join([_places(step), *dict.fromkeys(details + possible + enforced)])


def _mark(answers: Iterable[AnswerOnDay]) -> str:
    return " *" if any(a.enforced != (a.must, a.may) for a in answers) else ""


def _range(answer: AnswerOnDay) -> str:
    return between(answer.must, answer.may)


def because_words(policy: Policy, because: StepCauses) -> str:
    """`a and b together`; `a, and also b: either is enough`."""
    clocks: dict[Held, list[Cause]] = {}
    for cause in because.causes:
        clocks.setdefault(clock_of(cause), []).append(cause)
    turned = list(dict.fromkeys(turned_words(policy, causes) for causes in clocks.values()))
    shown = turned[:_CLOCKS] + ([f"{len(turned) - _CLOCKS} more"] if len(turned) > _CLOCKS else [])
    if len(shown) == 1:
        return shown[0]
    if because.either:
        return f"{', and also '.join(shown)}: {'either' if len(turned) == 2 else 'any of them'} is enough"
    return f"{', '.join(shown[:-1])} and {shown[-1]} together"


def turned_words(policy: Policy, clock: Sequence[Cause]) -> str:
    """`weights_licence is now in force`; `until of licensed/acme`."""
    kind, of, field, _ = clock[0]
    match kind:
        case "rule":
            turns = (f"is {'now' if one.role == 'begins' else 'no longer'} {one.field}" for one in clock)
            unread = ", which is not encoded," if policy.rules[of].kind == "gap" else ""
            return f"{policy.rules[of].called}{unread} {' and '.join(turns)}"
        case "list":
            turns = (one.role for one in clock)
            return f"{f'{field} ' if field else ''}{' and '.join(turns)} on the list {of}"
        case "parameter":
            return f"{of} is another"
        case "fact":
            return f"{said(field)} of {of}"
        case "day":
            return "the day itself" if of == "as_of" else f"{of} is reached"
