"""Everything about every rule for one case: asked once for each different combination of what a rule's result reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import concluded
from licet.ir.remembered import by_policy
from licet.ir.rewrite import renamed
from licet.ir.strata import Name, Strata
from licet.ir.walk import parts
from licet.plan.bits import SELF, OfFormula, OfRule
from licet.plan.case import Case, compile_case
from licet.run.outcome import EngineOutcome, RuleResult
from licet.run.reference.formulas import Environment, Formulas
from licet.run.reference.interpreter import Interpreter, weighed
from licet.run.reference.limbs import stopped_at
from licet.run.reference.live import live
from licet.run.reference.unknown_values import SetReading
from licet.values import Day, Duration, Truth, Value

_MOST_KEPT = 1 << 12  # results of one rule
_NOTHING = Facts({}, {})


@dataclass(frozen=True, slots=True)
class RuleReads:
    """A rule, and what its result depends on: its conditions, whether it applies, what may beat it, of a gap whether it
    is triggered, of a default whether something is concluded anyway; `places` are those of their truths, in that order,
    among all that is wanted of the rules.
    """

    rule: ir.Rule
    conditions: tuple[n.Formula, ...]
    beaters: tuple[str, ...]
    places: tuple[int, ...]

    def reported(self, policy: ir.Policy, truths: Sequence[Truth], stands: Truth) -> RuleResult:
        """The result from these truths, on a day on which the rule stands or does not."""
        number, rule = len(self.conditions), self.rule
        formulas = _Known(policy, dict(zip(map(id, self.conditions), truths[:number], strict=True)))
        applies = truths[number]
        beaters = dict(zip(self.beaters, truths[number + 1 :], strict=False))
        rest = list(truths[number + 1 + len(self.beaters) :])
        found = weighed(
            truths=(stands, Truth.T if rule.body is None else formulas.truth(rule.body, {}), applies),
            effective=min(applies, ~max(beaters.values(), default=Truth.F)),
            beaters=beaters,
            triggered=rest.pop(0) if rule.is_open else None,
            needless=rule.kind == "default" and rest.pop() is Truth.T,
        )
        return replace(found, stopped_at=stopped_at(rule, found.status, found.body, formulas, {}))


@dataclass(frozen=True, slots=True)
class AllRules:
    """The program for every rule about an entity.

    `terms` says which of the rules, by their places, conclude which values of a term.
    """

    program: Case
    rules: tuple[RuleReads, ...]
    picks: tuple[Callable[[Sequence[int]], tuple[int, ...]], ...]  # must and may of each place of a rule, from all bits
    terms: Mapping[Name, tuple[tuple[Value, int], ...]]


def all_rules(policy: ir.Policy, entity: str, group: Callable[[n.Formula], object]) -> AllRules:
    """Compiles the program; its atoms come in groups, as in `compile_case`."""
    strata = Strata.of(policy)
    rules, wanted = rules_read(policy, entity)
    picks = tuple(itemgetter(*(bit for place in rule.places for bit in (2 * place, 2 * place + 1))) for rule in rules)
    program = compile_case(policy, strata, entity, wanted, group)
    places = {read.rule.id: place for place, read in enumerate(rules)}
    terms = written_terms(policy, entity).items()
    return AllRules(program, rules, picks, {name: tuple((v, places[rule]) for v, rule in said) for name, said in terms})


@by_policy
def rules_read(policy: ir.Policy, entity: str) -> tuple[tuple[RuleReads, ...], tuple[OfRule | OfFormula, ...]]:
    """The rules about an entity, and everything that is wanted of a program to report of them."""
    strata = Strata.of(policy)
    wanted: dict[OfRule | OfFormula, int] = {}
    rules = []
    for rule in strata.about.get(entity, ()):
        conditions = () if rule.body is None else tuple(_conditions(rule.body))
        beaters = strata.beaten_by.get(rule.id, ())
        own: list[OfRule | OfFormula] = [OfFormula(renamed(condition, rule.variable, SELF)) for condition in conditions]
        own += [OfRule("applies", rule.id), *(OfRule("beats", beater) for beater in beaters)]
        own += [OfRule("triggered", rule.id)] if rule.is_open else []
        own += [OfRule("beaten", rule.id)] if rule.kind == "default" else []
        rules.append(RuleReads(rule, conditions, beaters, tuple(wanted.setdefault(want, len(wanted)) for want in own)))
    return tuple(rules), tuple(wanted)


def _conditions(formula: n.Formula) -> Iterator[n.Formula]:
    """What the blocks of a body are made of: `stopped_at` looks no deeper."""
    if isinstance(formula, n.Block):
        for part in parts(formula):
            yield from _conditions(part)
    else:
        yield formula


@by_policy
def written_terms(policy: ir.Policy, entity: str) -> Mapping[Name, tuple[tuple[Value, str], ...]]:
    """The terms that are not recursive and whose values all stand in the rules: which of these conclude which."""
    strata = Strata.of(policy)
    found = {}
    for name, rules in strata.concluders.items():
        if name.sort == "term" and name.entity == entity and name not in strata.recursive:
            ours = [(operand, rule.id) for rule in rules for operand in concluded(rule.effects, name.name)]
            values = [(value, rule) for operand, rule in ours if (value := _written(operand)) is not None]
            if len(values) == len(ours):
                found[name] = tuple(values)
    return found


def written_reading(values: Iterable[tuple[Value, Truth]]) -> SetReading:
    """What a term is, from its values and whether the rules that conclude them are effective."""
    found: dict[Value, Truth] = {}
    for value, effective in values:
        if effective is not Truth.F:
            found[value] = max(effective, found.get(value, Truth.F))
    return SetReading(found)


def _written(operand: n.Operand) -> Value | None:
    value = operand.value if isinstance(operand, n.Known) else None
    return None if isinstance(value, Duration) else value


@dataclass(slots=True)
class Reports:
    """Results of all rules on one day for one case after the other, from the bits that a program gave for each."""

    all_rules: AllRules
    policy: ir.Policy
    as_of: Day
    _known: list[dict[tuple[int, ...], RuleResult]] = field(init=False)

    def __post_init__(self) -> None:
        self._known = [{} for _ in self.all_rules.rules]

    def outcome(self, bits: Sequence[int], subject: Subject, engine: str) -> EngineOutcome:
        results = list(self._results(bits))
        rules = {(read.rule.id, subject): result for read, result in zip(self.all_rules.rules, results, strict=True)}
        return EngineOutcome(self.as_of, False, engine, rules, dict(self._terms(results, subject)))

    def _results(self, bits: Sequence[int]) -> Iterator[RuleResult]:
        """Those of the rules in order."""
        for read, pick, known in zip(self.all_rules.rules, self.all_rules.picks, self._known, strict=True):
            own = pick(bits)
            result = known.get(own)
            if result is None:
                if len(known) >= _MOST_KEPT:
                    known.clear()
                truths = [Truth(must + may) for must, may in zip(own[::2], own[1::2], strict=True)]
                result = known[own] = read.reported(self.policy, truths, live(read.rule.live, self.as_of))
            yield result

    def _terms(
        self, results: Sequence[RuleResult], subject: Subject
    ) -> Iterator[tuple[tuple[Name, Subject], SetReading]]:
        """What the rules conclude, from their results in order."""
        for name, values in self.all_rules.terms.items():
            yield (name, subject), written_reading((value, results[place].effective) for value, place in values)


class _Known(Formulas):
    """Formulas of which every condition is known, by its identity."""

    def __init__(self, policy: ir.Policy, known: Mapping[int, Truth]) -> None:
        super().__init__(policy, _NOTHING, None, Interpreter(policy, _NOTHING, None))
        self._known = known

    def truth(self, formula: n.Formula, env: Environment) -> Truth:
        found = self._known.get(id(formula))
        return super().truth(formula, env) if found is None else found
