"""The columnar engine: atoms once per column, rules as bit operations, conclusions of entities gathered by key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from licet.facts.store import Facts, Subject
from licet.facts.tables import tables_from_facts
from licet.ir import policy as ir
from licet.ir.strata import Name, Strata
from licet.plan.bits import OfRule
from licet.run.formulas import Formulas
from licet.run.frame import World
from licet.run.judge import Truths
from licet.run.live import live
from licet.run.outcome import Outcome, RuleResult
from licet.run.readings import SetReading
from licet.run.reference import reported
from licet.run.solver import Solver
from licet.values import Truth

NAME = "columnar"


def evaluate(
    policy: ir.Policy, facts: Facts, subjects: Iterable[Subject], as_of: date | None, *, enforced_only: bool = False
) -> Outcome:
    """Every rule about the subjects asked for; conclusions about everything."""
    solver = Solver(World(policy, tables_from_facts(facts, policy), facts), (as_of,), enforced_only=enforced_only)
    wanted: dict[str, list[Subject]] = {}
    for subject in subjects:
        wanted.setdefault(subject.type, []).append(subject)
    rules: dict[tuple[str, Subject], RuleResult] = {}
    for type_, group in wanted.items():
        rules.update(_results(solver, type_, group, as_of))
    return Outcome(as_of, enforced_only, NAME, rules, _terms(solver, facts))


_PARTS = ("body", "applies", "beats", "effective")
_GAP_PARTS = (*_PARTS, "triggered")


def _results(
    solver: Solver, type_: str, subjects: list[Subject], as_of: date | None
) -> dict[tuple[str, Subject], RuleResult]:
    policy = solver.policy
    rules = [r for r in sorted(policy.rules.values(), key=lambda r: r.id) if r.entity == type_]
    wanted = tuple(
        OfRule(part, rule.id)  # type: ignore[arg-type]
        for rule in rules
        for part in (_GAP_PARTS if rule.kind == "gap" else _PARTS)
    )
    found = solver.run(solver.program(type_, wanted), solver.frame(type_))
    truths: dict[tuple[str, str], Truths] = {(w.rule, w.what): t for w, t in zip(wanted, found, strict=True)}
    formulas = Formulas(policy, solver.world.facts, as_of, solver.at(as_of))
    results = {}
    for rule in rules:
        stands = live(rule.live, as_of, enforced_only=solver.enforced_only)
        for subject in subjects:
            place = solver.place(subject, as_of)
            beaters = Strata.of(policy).beaten_by.get(rule.id, ())
            results[rule.id, subject] = reported(
                formulas,
                rule,
                subject,
                truths=(stands, _at(truths[rule.id, "body"], place), _at(truths[rule.id, "applies"], place)),
                effective=_at(truths[rule.id, "effective"], place),
                beaters={e: _at(truths[e, "beats"], place) for e in beaters},
                triggered=_at(truths[rule.id, "triggered"], place) if rule.kind == "gap" else None,
            )
    return results


def _at(truths: Truths, place: int) -> Truth:
    return Truth(int(truths[place]))


def _terms(solver: Solver, facts: Facts) -> dict[tuple[Name, Subject], SetReading]:
    """Every conclusion about every resident thing."""
    return {
        (name, subject): solver.term(name).reading(solver.place(subject, solver.days[0]))
        for name in solver.strata.concluders
        if name.sort == "term"
        for subject in facts.subjects(name.entity)
    }
