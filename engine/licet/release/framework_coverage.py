"""What records show of each item of a framework: the answers of the policies, with the evidence that they rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from os.path import commonprefix
from pathlib import Path
from typing import Literal

from licet.decide.decision import Decision, Missing
from licet.decide.from_outcome import decide
from licet.errors import UsageError
from licet.facts.store import Facts, Record, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import outcome_of
from licet.ir.types import Kind
from licet.ir.walk import parts
from licet.resources import policies_folder
from licet.run.reference.settled import Settled
from licet.suggest import did_you_mean
from licet.values import Truth

COVERAGE, STATE = "coverage", "evidence_state"
FRAMEWORK, ITEM, EVIDENCE = "Framework", "Requirement", "Evidence"
OPEN = "undetermined"
_SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class Lacking:
    """A kind of record that an item asks for and that does not surely stand, and why it does not.

    `no_record` is said only of a kind of which somebody says that all records are here; any other is
    `not_recorded_here` and may be elsewhere.
    """

    kind: str
    why: Literal["no_record", "not_recorded_here", "out_of_date", "in_part", "not_known"]


@dataclass(frozen=True, slots=True)
class RestsOn:
    """A record that evidence rests on, with its kind where it has one."""

    type: str
    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Support:
    """One piece of evidence for an item: what it rests on, its state, why, and the days that have passed."""

    id: str
    must: str
    may: str
    records: tuple[RestsOn, ...]
    record: Record
    because: tuple[str, ...]
    passed: tuple[tuple[str, date], ...]

    @property
    def state(self) -> str:
        return self.must if self.must == self.may else OPEN


@dataclass(frozen=True, slots=True)
class CoveredItem:
    """One item: its answer, what shows it, what it lacks, and the facts that keep the answer open."""

    id: str
    record: Record
    must: str
    may: str
    supports: tuple[Support, ...]
    lacking: tuple[Lacking, ...]
    missing: tuple[Missing, ...]

    @property
    def status(self) -> str:
        return self.must if self.must == self.may else OPEN

    def text(self, name: str) -> str:
        """A recorded text; nothing where it is not on record."""
        value = self.record.get(name)
        return value if isinstance(value, str) else ""

    def names(self, name: str) -> tuple[str, ...]:
        """The values of a recorded set, in the order of their names."""
        value = self.record.get(name)
        return tuple(sorted(map(str, value))) if isinstance(value, frozenset) else ()


@dataclass(frozen=True, slots=True)
class Stray:
    """A number that evidence names, that looks like one of this framework and is none of its items."""

    evidence: str
    number: str
    hint: str


@dataclass(frozen=True, slots=True, eq=False)
class FrameworkCoverage:
    """All items of a framework on a day."""

    policy: ir.Policy
    facts: Facts
    title: str
    edition: str
    standing: str
    as_of: date
    items: tuple[CoveredItem, ...]
    strays: tuple[Stray, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many items have which status, each status once."""
        found = Counter(item.status for item in self.items)
        return {status: found[status] for status in statuses(self.policy)}

    def may_be(self, outcome: str) -> bool:
        """Whether some item may reach this outcome, or one beyond it."""
        return any(self.policy.decisions[COVERAGE].reaches(item.may, outcome) for item in self.items)


def statuses(policy: ir.Policy) -> tuple[str, ...]:
    """What an item may be, what is open last."""
    least, *others = policy.decisions[COVERAGE].outcomes
    return (*others, OPEN, least)


def framework_file(name: str) -> Path:
    """The facts file of a framework: one that ships, by its name, or any by its path. Errors: `UsageError`."""
    shipped = {path.stem: path for path in sorted((policies_folder() / "frameworks").glob(f"*{_SUFFIX}"))}
    if name in shipped:
        return shipped[name]
    if Path(name).exists():
        return Path(name)
    known = ", ".join(f"`{one}`" for one in shipped)
    near = did_you_mean(name, shipped)
    raise UsageError(f"there is no framework `{name}`, nor a file: {near or f'those that ship are {known}'}")


def check_vocabulary(policy: ir.Policy) -> None:
    """Errors: `UsageError` where these policies know of no coverage."""
    lacking = [name for name in (COVERAGE, STATE) if name not in policy.decisions]
    if lacking:
        raise UsageError(
            f"coverage is decided of records of `{ITEM}` and `{EVIDENCE}`: the vocabulary of these policies has no "
            f"decision `{lacking[0]}`"
        )


def covered(policy: ir.Policy, facts: Facts, day: date, engine_name: str = "auto") -> FrameworkCoverage:
    """The coverage of every item that is recorded. Errors: `UsageError` where there is none, or of two frameworks."""
    wanted = [*facts.subjects(ITEM), *facts.subjects(EVIDENCE)]
    if not facts.entities.get(ITEM):
        raise UsageError(f"no {ITEM} is recorded in this framework")
    if len(frameworks := facts.entities.get(FRAMEWORK, {})) != 1:
        raise UsageError(f"records of {len(frameworks)} {FRAMEWORK} are here: coverage is of one at a time")
    (framework,) = frameworks.values()
    made = decide(policy, facts, wanted, as_of=day, engine_name=engine_name)
    decisions = {decision.subject: decision for decision in made}
    supports = [_support(decision, facts) for s, decision in decisions.items() if s.type == EVIDENCE]
    items = tuple(
        _item(decision, facts.entities[ITEM][s.id], supports) for s, decision in decisions.items() if s.type == ITEM
    )
    title, edition, standing = (str(framework.get(name)) for name in ("title", "edition", "standing"))
    return FrameworkCoverage(policy, facts, title, edition, standing, day, items, tuple(_strays(items, supports)))


def _item(decision: Decision, record: Record, supports: Iterable[Support]) -> CoveredItem:
    answer = next(o for o in decision.overall if o.decision == COVERAGE)
    number = record.get("number")
    return CoveredItem(
        decision.subject.id,
        record,
        answer.must,
        answer.may,
        tuple(one for one in supports if number in _numbers(one)),
        tuple(_lacking(decision, record)),
        tuple(one for one in decision.missing if one.law is None and one.of[0] != ITEM),
    )


def _lacking(decision: Decision, record: Record) -> Iterator[Lacking]:
    def truth(term: str, kind: str) -> Truth:
        return decision.settled.term(ITEM, term, None, decision.subject.id).contains(kind)

    asks = record.get("asks")
    with decision.settled.turn:
        for kind in sorted(map(str, asks)) if isinstance(asks, frozenset) else ():
            shown, lapsed, in_part = (truth(term, kind) for term in ("shown", "lapsed", "partly_shown"))
            if shown is Truth.T:
                continue
            if lapsed is Truth.T:
                yield Lacking(kind, "out_of_date")
            elif in_part is Truth.T:
                yield Lacking(kind, "in_part")
            elif max(shown, lapsed, in_part) is Truth.U:
                yield Lacking(kind, "not_known")
            else:
                yield Lacking(kind, "no_record" if truth("complete", kind) is Truth.T else "not_recorded_here")


def _numbers(support: Support) -> frozenset[str]:
    found = support.record.get("supports")
    return found if isinstance(found, frozenset) else frozenset()


def _support(decision: Decision, facts: Facts) -> Support:
    answer = next(o for o in decision.overall if o.decision == STATE)
    record = facts.entities[EVIDENCE][decision.subject.id]
    policy, settled = decision.settled.policy, decision.settled
    says = [policy.rules[line.id] for a in decision.answers for line in a.rules if line.status == "holds"]
    stated = policy.decisions[STATE].outcomes.index(answer.must)
    with settled.turn:
        passed = tuple(day for rule in says for day in _days_passed(settled, rule, decision.subject))
    return Support(
        decision.subject.id,
        answer.must,
        answer.may,
        tuple(_named(facts, subject) for subject in _records(policy, record)),
        record,
        tuple(rule.because for rule in says if outcome_of(rule, STATE) == stated),
        tuple(dict.fromkeys(passed)),
    )


def _named(facts: Facts, subject: Subject) -> RestsOn:
    kind = facts.entities[subject.type][subject.id].get("kind")
    return RestsOn(subject.type, subject.id, kind if isinstance(kind, str) else "")


def _records(policy: ir.Policy, record: Record) -> Iterator[Subject]:
    """What the evidence rests on: all that it names one by one, and models."""
    for field in policy.entities[EVIDENCE].fields.values():
        value = record.get(field.name)
        if field.type.kind is Kind.ENTITY and isinstance(value, str):
            yield Subject(field.type.name, value)
        elif field.name == "models" and field.type.element and isinstance(value, frozenset):
            yield from (Subject(field.type.element.name, one) for one in sorted(map(str, value)))


def _days_passed(settled: Settled, rule: ir.Rule, subject: Subject) -> Iterator[tuple[str, date]]:
    """The recorded days that a rule which holds compares with the day of the decision, with what each is called."""
    if rule.trigger is None:
        return
    env = {rule.variable: subject.id}
    for compared in _compared(rule.trigger):
        if settled.formulas.truth(compared, env) is Truth.T:
            for side in (compared.left, compared.right):
                value = settled.formulas.read(side, env) if isinstance(side, n.FieldOf) else None
                if isinstance(side, n.FieldOf) and isinstance(value, date) and value <= _day(settled):
                    yield side.name, value


def _compared(formula: n.Formula) -> Iterator[n.Compare]:
    """The comparisons of which one makes the condition true; nothing of what it says of other records."""
    if isinstance(formula, n.Compare):
        yield formula
    elif isinstance(formula, n.Limb | n.AnyOf):
        for part in parts(formula):
            yield from _compared(part)


def _day(settled: Settled) -> date:
    assert isinstance(settled.as_of, date)  # coverage is asked of one day
    return settled.as_of


def _strays(items: Sequence[CoveredItem], supports: Iterable[Support]) -> Iterator[Stray]:
    numbers = {item.text("number") for item in items}
    short_name = commonprefix(sorted(numbers))  # noqa: RUF071 - of texts, not of paths
    for support in supports:
        for number in sorted(_numbers(support) - numbers):
            if short_name and number.startswith(short_name):
                yield Stray(support.id, number, did_you_mean(number, numbers))
