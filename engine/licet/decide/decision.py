"""A decision about one subject: the answer, its range, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from licet.decide.grounds.laws import Law
from licet.facts.store import Subject
from licet.ir.outcomes import read_by
from licet.values import Number

if TYPE_CHECKING:
    from licet.run.reference.settled import Settled


NOTICE = "not legal advice"  # stands on whatever is written
View = tuple[str, str]  # a decision and a jurisdiction; a score and nothing


@dataclass(frozen=True)
class RuleLine:
    """What became of one rule.

    `look` finds where it stopped, when somebody asks: of all rules that do not apply it takes as long as deciding.
    """

    id: str
    status: str
    cites: tuple[str, ...]
    certainty: str
    look: Callable[[], tuple[str, ...]] = field(repr=False, compare=False)
    defeated_by: tuple[str, ...] = ()
    would_hold: str | None = None  # where it is not in force: what its condition says

    @cached_property
    def stopped_at(self) -> tuple[str, ...]:
        """The limbs that did not let it through, as `Settled.stopped_at`."""
        return self.look()


@dataclass(frozen=True, slots=True)
class Answer:
    """One decision in one jurisdiction (`common` if it belongs to none), as outcomes from the chain."""

    decision: str
    jurisdiction: str
    must: str
    may: str
    details: tuple[str, ...]
    possible_details: tuple[str, ...]
    enforced: bool
    enforced_range: tuple[str, str]
    rules: tuple[RuleLine, ...]

    @property
    def determined(self) -> bool:
        return self.must == self.may


@dataclass(frozen=True, slots=True)
class Overall:
    """The stricter of all jurisdictions; `source` lists those that reach it."""

    decision: str
    must: str
    may: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """Points between two bounds, the bands they reach, and each factor with its points and truth.

    One that is not `told` is of no account beside what is decided, or nothing is to be said of it: not shown to people.
    """

    score: str
    low: Number
    high: Number
    bands: tuple[str, ...]
    factors: tuple[Factor, ...]
    told: bool = True


@dataclass(frozen=True, slots=True)
class Factor:
    rule: str
    because: str
    low: Number
    high: Number
    known: bool
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """An act that somebody owes, or may owe."""

    rule: str
    status: str  # due, may be due
    bearer: str
    modal: str
    act: str
    deadline_kind: str | None
    deadline: str | None
    cites: tuple[str, ...]

    @property
    def words(self) -> str:
        """`lab must report by 2026-05-01`."""
        first, _, last = (self.deadline or "").partition(" to ")
        open_ends = {"unknown": f"{first} or later"} if first != "unknown" else {last: f"{last} or earlier"}
        day = open_ends.get(last, self.deadline) if self.deadline != "unknown" else "a day that is not known"
        return f"{self.bearer} {self.modal} {self.act}" + (f" {self.deadline_kind} {day}" if self.deadline else "")


@dataclass(frozen=True, slots=True, order=True)
class Missing:
    """A fact, or with `law` a rule, list or gap, that would narrow an answer.

    `state` says more where it is not simply absent. `decides` names the decisions, overall, and the scores that it may
    narrow; `answers` the answers of jurisdictions, each by its decision and jurisdiction: also those that make no
    difference overall.
    """

    of: tuple[str, str]  # type and id; of law `rule`, `list` or `gap` and its name
    fact: str
    state: str = ""
    decides: tuple[str, ...] = ()
    ask: str = ""
    law: Law | None = None
    answers: tuple[View, ...] = ()

    @property
    def kind(self) -> str:
        return "fact" if self.law is None else "law"


@dataclass(frozen=True, slots=True, order=True)
class NotEncoded:
    """A provision that the answer hangs on and that is not encoded here.

    `may_be` is what it might bring: outcomes, terms, or nothing where it would only except. `trigger` says whether it
    concerns the case: `holds` or `unknown`. `names` are the recorded values that it concerns, where its condition goes
    through a set of them.
    """

    gap: str
    title: str
    cites: tuple[str, ...]
    may_be: tuple[str, ...]
    trigger: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A record that cannot be as it is recorded (`impossible`), or hardly can (`doubtful`), by a check of the facts.

    `accepted` is why a doubt is accepted, as its record says; nothing where it is not.
    """

    check: str
    verdict: Literal["impossible", "doubtful"]
    of: Subject
    because: str
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rules surely conclude different single values."""

    of: Subject
    term: str
    values: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything Licet says about a subject at a date.

    `overall` has for each decision the least and the gravest outcome that the facts leave open (`must` and `may`, the
    same where it is determined), over all jurisdictions; `answers` the same for each jurisdiction, with every rule and
    what became of it. `scores` are points between two bounds, `missing` the facts and the law that would narrow an
    answer, `not_encoded` what the answer hangs on and is not encoded here. `as_of` is None where the day is not known.
    """

    subject: Subject
    as_of: date | None
    policy_name: str
    policy_fingerprint: str
    facts_fingerprint: str
    engine: str
    answers: tuple[Answer, ...]
    overall: tuple[Overall, ...]
    scores: tuple[ScoreResult, ...]
    obligations: tuple[Duty, ...]
    missing: tuple[Missing, ...]
    not_encoded: tuple[NotEncoded, ...]
    conflicts: tuple[Conflict, ...]
    assumptions: tuple[str, ...]
    unverified: tuple[str, ...]  # rules that the answer rests on and that were not read in the legal text
    settled: Settled = field(repr=False, compare=False)
    checked: tuple[Finding, ...] = ()  # of the subject, and of the records of which its rules read something
    asked_day: date | None = None  # what was asked for in place of the day that governs the subject
    asked_places: tuple[str, ...] = ()  # the jurisdictions that were asked for; without any, all
    asked_names: tuple[str, ...] = ()  # of decisions, terms, scores and duties; without any, all decisions

    @property
    def contradictions(self) -> tuple[Finding, ...]:
        """What is recorded and cannot be: it changes no answer, and makes it doubtful."""
        return tuple(found for found in self.checked if found.verdict == "impossible")

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """What is recorded and hardly can be, accepted or not."""
        return tuple(found for found in self.checked if found.verdict == "doubtful")

    @property
    def as_read(self) -> Mapping[str, date]:
        """For each authority that the rules cite which were asked: the first day as of which it was read.

        Also of rules that fail: that nothing applies is an answer from the law as it was read.
        """
        policy = self.settled.policy
        return read_by(policy, (policy.rules[line.id] for answer in self.answers for line in answer.rules))

    def __repr__(self) -> str:
        said = ", ".join(f"{o.decision} {o.must}" + ("" if o.must == o.may else f" to {o.may}") for o in self.overall)
        return f"<Decision {self.subject} as of {self.as_of}: {said}>"
