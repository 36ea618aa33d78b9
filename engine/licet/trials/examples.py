"""The tests that stand beside the rules, run: what was expected, what came, and which rules were exercised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from licet.diagnostics import Span
from licet.facts.store import Facts, Record, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import claims
from licet.run.engines import engine
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import F, T, U
from licet.values import Fact, State

COVERED_KINDS = ("rule", "exception", "directive", "row", "obligation", "gap", "default")
WORDS = {"not_encoded": "is not encoded", "not_in_force": "is not in force"}
# What the status of the rule behind a default says of it.
_EARNED = {"holds": "is not earned", "not_encoded": "is not earned", "fails": "is earned"}
_WANTED = {"gap": ("is not encoded", "fails"), "default": ("is earned", "is not earned"), "parameter": ("stands",)}
_STATUSES = {T: "holds", U: "unknown", F: "fails"}
_TRUTHS = {T: "true", U: "unknown", F: "false"}


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that was not met; `about` is the decision that it asked, and of what."""

    span: Span | None
    expected: str
    came: str
    about: tuple[str, Subject] | None = None


@dataclass(frozen=True, slots=True)
class ExampleResult:
    test: ir.Test
    failures: tuple[Failure, ...]


@dataclass(slots=True)
class RuleCoverage:
    """For each rule an author wrote, and each row of a table: the statuses that some test brought about."""

    seen: dict[str, set[str]] = field(default_factory=dict)

    def note(self, policy: ir.Policy, settled: Settled) -> None:
        for (rule_id, _), result in list(settled.results().items()):
            rule = policy.rules[rule_id]
            status = _EARNED.get(result.status, result.status) if rule.kind == "default" else result.status
            if rule.kind in COVERED_KINDS:
                self.seen.setdefault(written(rule), set()).add(status)

    def note_checks(self, settled: Settled) -> None:
        """Whether each check is true of some record, and false of some."""
        for check in settled.policy.checks.values():
            for subject in settled.facts.subjects(check.entity):
                status = checked(settled, check, subject.id)
                self.seen.setdefault(check.id, set()).add(status)

    def note_parameters(self, settled: Settled) -> None:
        """The rows of parameters that stand on the day of a test."""
        for parameter in settled.policy.parameters.values():
            for number, row in enumerate(parameter.rows, 1):
                if isinstance(settled.as_of, date) and row.interval.contains(settled.as_of):
                    self.seen.setdefault(_row_name(parameter, number), set()).add("stands")

    def missing(self, policy: ir.Policy) -> tuple[tuple[str, str], ...]:
        """Each rule that no test makes hold, or none makes fail, with which of the two; a gap is never made to hold."""
        found = []
        groups = covered_rules(policy)
        for group, kind in groups.items():
            wanted = _WANTED.get(kind, ("holds", "fails"))
            seen = {WORDS.get(status, status) for status in self.seen.get(group, set())}
            lacking = [word for word in wanted if word not in seen]
            if lacking:
                found.append((group, " and never ".join(lacking)))
        return tuple(found)


def covered_rules(policy: ir.Policy) -> Mapping[str, str]:
    """What tests are to cover, with the kind of each: rules by the ids that authors wrote, tables row by row."""
    rules = {written(rule): rule.kind for rule in policy.rules.values() if rule.kind in COVERED_KINDS}
    rows = {
        _row_name(parameter, number): "parameter"
        for parameter in policy.parameters.values()
        for number, _ in enumerate(parameter.rows, 1)
    }
    return rules | {check.id: "check" for check in policy.checks.values()} | rows


def _row_name(parameter: ir.Parameter, number: int) -> str:
    return f"{parameter.module}.{parameter.name}.row_{number}"


def checked(settled: Settled, check: ir.Check, id_: str) -> str:
    """What becomes of a check of a record: `holds` is a finding."""
    return _STATUSES[settled.formulas.truth(check.body, {check.variable: id_})]


def written(rule: ir.Rule) -> str:
    """What a test covers of a rule: the item that an author wrote, or a row of a table."""
    return rule.id if rule.kind == "row" else rule.group


def run_examples(policy: ir.Policy, *, engine_name: str = "reference") -> tuple[list[ExampleResult], RuleCoverage]:
    """Runs every test of a policy."""
    coverage = RuleCoverage()
    return [_run(policy, test, engine_name, coverage) for test in policy.tests], coverage


def exercised(policy: ir.Policy) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """For each rule an author wrote, and each status: the titles of the tests that bring it about."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for test in policy.tests:
        coverage = RuleCoverage()
        _run(policy, test, "reference", coverage)
        for group, statuses in coverage.seen.items():
            for status in statuses:
                titles = found.setdefault(group, {})
                titles[status] = (*titles.get(status, ()), test.title)
    return found


def facts_of(test: ir.Test) -> Facts:
    """The small world that a test gives."""
    entities: dict[str, dict[str, Record]] = {}
    for given in test.records:
        entities.setdefault(given.entity, {})[given.id] = Record(_known(given.facts))
    relations: dict[str, tuple[Record, ...]] = {}
    for row in test.rows:
        relations[row.relation] = (*relations.get(row.relation, ()), Record(_known(row.facts)))
    return Facts(entities, relations, members=frozenset(test.members))


def _known(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {name: fact for name, fact in facts.items() if fact is not State.ABSENT}


def date_of_test(policy: ir.Policy, test: ir.Test) -> date | None:
    """The test's own date, else the first day among its givens that governs one of them."""
    if test.as_of is not None:
        return test.as_of
    own = [given.facts.get(policy.entities[given.entity].day) for given in test.records]
    return next((day for day in own if isinstance(day, date)), None)


def _run(policy: ir.Policy, test: ir.Test, engine_name: str, coverage: RuleCoverage) -> ExampleResult:
    facts = facts_of(test)
    subjects = [Subject(type_, id_) for type_, records in facts.entities.items() for id_ in records]
    evaluate = engine(engine_name, policy, facts)
    settled = Settled(policy, facts, evaluate(policy, facts, subjects, date_of_test(policy, test)))
    coverage.note(policy, settled)
    coverage.note_checks(settled)
    coverage.note_parameters(settled)
    env = {given.name: given.id for given in test.records}
    failures = [f for expect in test.expects for f in _check(expect, settled, env)]
    return ExampleResult(test, tuple(failures))


def _check(
    expect: ir.ExpectTruth | ir.ExpectBounds | ir.ExpectStatus | ir.ExpectCheck,
    settled: Settled,
    env: Mapping[str, str],
) -> Iterator[Failure]:
    match expect:
        case ir.ExpectTruth():
            yield from _check_truth(expect, settled, env)
        case ir.ExpectBounds():
            yield from _check_bounds(expect, settled, env)
        case ir.ExpectStatus():
            yield from _check_status(expect, settled)
        case ir.ExpectCheck(check=name, status=wanted, subject=id_, span=span):
            came = checked(settled, settled.policy.checks[name], id_)
            if came != wanted:
                yield Failure(span, wanted, came)


def _check_truth(expect: ir.ExpectTruth, settled: Settled, env: Mapping[str, str]) -> Iterator[Failure]:
    wanted = U if expect.unknown else T
    came = settled.formulas.truth(expect.condition, env)
    if came is not wanted:
        asked = expect.condition
        about = (asked.decision, _subject(asked.subject, env)) if isinstance(asked, n.Outcome) else None
        yield Failure(expect.span, _TRUTHS[wanted], _TRUTHS[came] + _shown(asked, settled, env), about)
    for group in expect.because:
        if not any(_status(settled, group, s) == "holds" for s in _subjects(settled, group)):
            statuses = sorted({_status(settled, group, s) for s in _subjects(settled, group)})
            name = group.rsplit(".", 1)[-1]
            yield Failure(expect.span, f"because `{name}` holds", f"`{name}` {', '.join(statuses) or 'has no subject'}")
    if expect.details and isinstance(expect.condition, n.Outcome):
        yield from _check_details(expect, expect.condition, settled, env)


def _check_details(
    expect: ir.ExpectTruth, outcome: n.Outcome, settled: Settled, env: Mapping[str, str]
) -> Iterator[Failure]:
    subject = _subject(outcome.subject, env)
    found = {
        detail
        for rule in settled.rules_about(subject.type)
        if settled.result(rule, subject).effective is T
        for effect in claims(rule.effects, outcome.decision)
        for detail in effect.details
    }
    for detail in expect.details:
        if detail not in found:
            yield Failure(expect.span, f"with `{detail}`", f"with {', '.join(sorted(found)) or 'no detail'}")


def _check_bounds(expect: ir.ExpectBounds, settled: Settled, env: Mapping[str, str]) -> Iterator[Failure]:
    outcomes = settled.policy.decisions[expect.decision].outcomes
    subject = _subject(expect.subject, env)
    found = settled.decision(expect.decision, expect.view, subject)
    if (found.must, found.may) != (expect.low, expect.high):
        yield Failure(
            expect.span,
            f"between {outcomes[expect.low]} and {outcomes[expect.high]}",
            f"between {outcomes[found.must]} and {outcomes[found.may]}",
            (expect.decision, subject),
        )


def _subject(operand: n.Operand, env: Mapping[str, str]) -> Subject:
    assert isinstance(operand, n.Variable)
    return Subject(operand.type.name, env[operand.name])


def _check_status(expect: ir.ExpectStatus, settled: Settled) -> Iterator[Failure]:
    entity = next(r.entity for r in settled.policy.rules.values() if r.group == expect.rule)
    subject = Subject(entity, expect.subject)
    came = _status(settled, expect.rule, subject)
    beaters = {b for r in _group(settled, expect.rule) for b in settled.result(r, subject).defeated_by}
    by = sorted({settled.policy.rules[b].group for b in beaters})
    names = ", ".join(group.rsplit(".", 1)[-1] for group in by)
    if came != expect.status:
        stopped = [s for r in _group(settled, expect.rule) for s in settled.stopped_at(r, subject)]
        where = ", its condition does not hold" if stopped == ["when"] else f", stopped at {', '.join(stopped)}"
        more = f" by {names}" if came == "defeated" else where if stopped else ""
        yield Failure(expect.span, expect.status.replace("_", " "), came.replace("_", " ") + more)
    elif expect.by is not None and expect.by not in by:
        yield Failure(expect.span, f"defeated by {expect.by.rsplit('.', 1)[-1]}", f"defeated by {names}")


def _group(settled: Settled, group: str) -> list[ir.Rule]:
    return [r for r in settled.policy.rules.values() if r.group == group]


def _subjects(settled: Settled, group: str) -> list[Subject]:
    entities = {r.entity for r in _group(settled, group)}
    return [s for entity in entities for s in settled.facts.subjects(entity)]


def _status(settled: Settled, group: str, subject: Subject) -> str:
    """Of several rules that one item makes: the strongest status that any has."""
    found = {settled.result(rule, subject).status for rule in _group(settled, group)}
    return next(s for s in ("holds", "not_encoded", "unknown", "defeated", "fails", "not_in_force") if s in found)


def _shown(condition: n.Formula, settled: Settled, env: Mapping[str, str]) -> str:
    """For a decision: what it is instead."""
    if not isinstance(condition, n.Outcome):
        return ""
    outcomes = settled.policy.decisions[condition.decision].outcomes
    found = settled.decision(condition.decision, condition.view, _subject(condition.subject, env))
    if found.determined:
        return f": it is {outcomes[found.must]}"
    return f": it is between {outcomes[found.must]} and {outcomes[found.may]}"
