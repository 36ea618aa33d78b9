"""What rules conclude, found by what it is about: outcomes and their jurisdictions, points, duties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from licet.ir import policy as ir
from licet.ir.effects import about, acts, claims, points_added
from licet.ir.remembered import by_policy
from licet.ir.strata import Strata


def outcome_of(rule: ir.Rule, decision: str) -> int | None:
    """The outcome of a decision that a rule claims; the checker allows one, and several join like those of rules."""
    return max((claim.outcome for claim in claims(rule.effects, decision)), default=None)


@by_policy
def decided_entities(policy: ir.Policy) -> tuple[str, ...]:
    """What some decision or score is about, in the order of the vocabulary."""
    decided = {d.entity for d in policy.decisions.values()} | {s.entity for s in policy.scores.values()}
    return tuple(name for name in policy.entities if name in decided)


@by_policy
def bearing_rules(policy: ir.Policy) -> tuple[ir.Rule, ...]:
    """All but those that are only shown: they conclude terms, of what nothing is decided of, that no rule and no check
    reads.
    """
    strata, decided = Strata.of(policy), decided_entities(policy)
    read = strata.names_read | {r.name for check in policy.checks.values() for r in strata.reads_of(check.body)}

    def is_shown_only(rule: ir.Rule) -> bool:
        is_term = all(about(effect).sort == "term" for effect in rule.effects)
        return is_term and not rule.excepts and rule.entity not in decided and read.isdisjoint(strata.conclusions(rule))

    return tuple(rule for rule in policy.rules.values() if not is_shown_only(rule))


@by_policy
def jurisdictions_of(policy: ir.Policy, decision: str) -> tuple[str, ...]:
    """Those with a rule for the decision, those of gaps only last; of the others first that of which most provisions
    are declared to be encoded, or in part; the common one only where there is no other.
    """
    kinds: dict[str, set[str]] = {}
    for rule in policy.rules.values():
        if rule.jurisdiction is not None and rule.kind != "default" and outcome_of(rule, decision) is not None:
            kinds.setdefault(rule.jurisdiction, set()).add(rule.kind)
    encoded = Counter(
        policy.modules[one.module].jurisdiction for one in policy.coverage if one.state in ("encoded", "partly")
    )
    return tuple(sorted(kinds, key=lambda place: (kinds[place] == {"gap"}, -encoded[place], place))) or (ir.COMMON,)


@by_policy
def places_asked(policy: ir.Policy, decision: str, jurisdictions: tuple[str, ...]) -> tuple[str, ...]:
    """Those with a rule for the decision that are asked for, all where none is named; the common one always."""
    places = jurisdictions_of(policy, decision)
    return tuple(place for place in places if not jurisdictions or place in (*jurisdictions, ir.COMMON))


@by_policy
def rules_deciding(policy: ir.Policy) -> Mapping[str, tuple[ir.Rule, ...]]:
    """The rules that claim an outcome of each decision, by id."""
    found: dict[str, list[ir.Rule]] = {name: [] for name in policy.decisions}
    for _, rule in sorted(policy.rules.items()):
        for decision in {e.decision: None for e in rule.effects if isinstance(e, ir.HasOutcome)}:
            found[decision].append(rule)
    return {name: tuple(rules) for name, rules in found.items()}


def decided_by(default: ir.Rule) -> tuple[str, str]:
    """The decision and the jurisdiction of a rule that says what an earned default is where it is not earned."""
    (effect,) = default.effects
    assert isinstance(effect, ir.HasOutcome)
    return effect.decision, default.jurisdiction or ir.COMMON


@by_policy
def claims_in(policy: ir.Policy, decision: str, place: str) -> tuple[tuple[ir.Rule, int], ...]:
    """The rules that claim an outcome of a decision in a jurisdiction, and the outcome of each."""
    rules = [rule for rule in rules_deciding(policy)[decision] if rule.jurisdiction in (place, None)]
    return tuple((rule, outcome) for rule in rules if (outcome := outcome_of(rule, decision)) is not None)


@by_policy
def details_in(policy: ir.Policy, decision: str, place: str) -> tuple[tuple[ir.Rule, ir.HasOutcome], ...]:
    """The outcomes with details that rules claim of a decision in a jurisdiction."""
    rules = [rule for rule, _ in claims_in(policy, decision, place)]
    return tuple((rule, claim) for rule in rules for claim in claims(rule.effects, decision) if claim.details)


@by_policy
def days_read(policy: ir.Policy) -> Mapping[str, date]:
    """For each authority of which provisions are declared: the day as of which it was read, the first of several."""
    found: dict[str, date] = {}
    for provision in policy.coverage:
        found[provision.authority] = min(provision.as_read, found.get(provision.authority, provision.as_read))
    return found


@by_policy
def read_for(policy: ir.Policy, decision: str) -> Mapping[str, date]:
    """What of `days_read` the rules that state an outcome of a decision cite."""
    return read_by(policy, rules_deciding(policy)[decision])


def read_by(policy: ir.Policy, rules: Iterable[ir.Rule]) -> Mapping[str, date]:
    """What of `days_read` some rules cite, by the names of the authorities."""
    read = days_read(policy)
    cited = {cite.authority for rule in rules for cite in rule.cites} if read else set()
    return {authority: read[authority] for authority in sorted(read.keys() & cited)}


@by_policy
def outcomes_claimed(policy: ir.Policy, decision: str) -> Mapping[str, int]:
    """The outcome of a decision that each rule claims, by its id; rules that claim none are left out."""
    rules = rules_deciding(policy)[decision]
    return {rule.id: outcome for rule in rules if (outcome := outcome_of(rule, decision)) is not None}


@by_policy
def points_for(policy: ir.Policy, score: str) -> tuple[tuple[ir.Rule, ir.AddsPoints], ...]:
    """What adds to a score, by rule."""
    rules = [rule for _, rule in sorted(policy.rules.items()) if rule.entity == policy.scores[score].entity]
    return tuple((rule, effect) for rule in rules for effect in points_added(rule.effects, score))


@by_policy
def duties_of(policy: ir.Policy, entity: str) -> tuple[tuple[ir.Rule, ir.Obliges], ...]:
    """What rules about an entity oblige to, by rule."""
    rules = [rule for _, rule in sorted(policy.rules.items()) if rule.entity == entity]
    return tuple((rule, act) for rule in rules for act in acts(rule.effects))
