"""Decisions to explanations: because, proof, why not, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from licet.decide.decision import Answer, Conflict, Decision, Duty, Factor, Finding, Missing, RuleLine
from licet.decide.grounds.laws import DEFAULT, GAP, TRIGGERED, words
from licet.decide.missing.divisors import IN_ZERO, ZERO
from licet.decide.missing.together import Together, together
from licet.decide.named_members import naming
from licet.decide.rule_lines import rule_line
from licet.explain.leads import LeadingProver
from licet.explain.proof import Explained, Explanation, Proof, WhyNot
from licet.explain.questions import OfDecision, OfObligation, Question, as_read, questions
from licet.explain.words import answer_in_words
from licet.ir import policy as ir
from licet.ir.outcomes import decided_by, jurisdictions_of, outcomes_claimed
from licet.run.reference.unknown_values import F, T, U
from licet.values import Day, counted, first_of, format_number

_MOST = 3  # lines of because
_MOST_RULES = 12  # lines of why-not for an outcome
_RANKS = {"defeated": 0, "unknown": 2, "fails": 3, "not_in_force": 4}  # of how near a rule came
_UNTOUCHED = "none of its law is encoded here, and what is told of it does not concern this"
_AWAKE = 1  # not in force, and its condition holds


def explain(decision: Decision) -> Explanation:
    """The explanation of every answer in a decision."""
    with decision.settled.turn:
        return _explanation(decision)


def _explanation(decision: Decision) -> Explanation:
    prover = LeadingProver(decision.settled)
    policy = decision.settled.policy
    named = {gap.gap: gap.names for gap in decision.not_encoded}
    return Explanation(
        subject=f"{decision.subject.type} {decision.subject.id}",
        as_of=str(decision.as_of) if decision.as_of else "unknown",
        policy=f"{decision.policy_name}, {decision.policy_fingerprint[:23]}",
        parts=(
            *(_explained(answer, decision, prover) for answer in decision.answers),
            *(
                _concluded(asked, decision, prover)
                for asked in questions(decision)
                if not isinstance(asked, OfDecision)
            ),
        ),
        scores=tuple(line for s in decision.scores for line in _score_lines(policy, s.score, decision)),
        obligations=tuple(_duty_line(d) for d in decision.obligations),
        missing=tuple(missing_line(policy, m, named.get(m.of[1], ())) for m in decision.missing),
        conflicts=tuple(conflict_line(policy, c) for c in decision.conflicts),
        contradictions=tuple(finding_line(found) for found in decision.contradictions),
        doubts=tuple(finding_line(found) for found in decision.doubts),
        assumptions=decision.assumptions,
        unverified=tuple(_unverified_line(policy.rules[r]) for r in decision.unverified),
        as_read=tuple(f"{authority} as read {day}" for authority, day in sorted(as_read(decision).items())),
        asked=tuple(sorted({question.place for question in questions(decision)} - {ir.COMMON})),
        together=tuple(_together_line(policy, found) for found in together(decision)),
        notes=tuple(dict.fromkeys(n for a in decision.answers for n in _notes(policy, a))),
    )


def _explained(answer: Answer, decision: Decision, prover: LeadingProver) -> Explained:
    policy = decision.settled.policy
    deciding = [line for line in answer.rules if _decides(policy, line, answer)]
    untouched = _touches_nothing(policy, answer)
    return Explained(
        decision=answer.decision,
        jurisdiction=answer.jurisdiction,
        answer=_range(answer.must, answer.may),
        remarks=tuple(_remarks(answer, policy, decision.settled.as_of)),
        because=(_UNTOUCHED,) if untouched else tuple(_because(answer, decision, prover, deciding))[:_MOST],
        proofs=tuple(_proofs(decision, prover, deciding)),
        why_not=() if untouched else tuple(_why_not(answer, decision, prover)),
    )


def _touches_nothing(policy: ir.Policy, answer: Answer) -> bool:
    """Whether of a jurisdiction only gaps are told, and none of them concerns the case: nothing came near."""
    claimed = outcomes_claimed(policy, answer.decision)
    claiming = [line for line in answer.rules if line.id in claimed]
    return bool(claiming) and all(line.status == "fails" and policy.rules[line.id].kind == "gap" for line in claiming)


def _range(must: str, may: str) -> str:
    low, high = must.replace("_", " "), may.replace("_", " ")
    return low if must == may else f"from {low} to {high}, not determined"


def _decides(policy: ir.Policy, line: RuleLine, answer: Answer) -> bool:
    """The rules that make the answer what it is: certain ones with its outcome, or those that leave it open."""
    if line.status not in ("holds", "unknown"):
        return line.status == "not_encoded" and policy.rules[line.id].kind == "default"
    claimed = outcomes_claimed(policy, answer.decision).get(line.id)
    if line.status == "holds":
        return policy.decisions[answer.decision].outcomes.index(answer.must) == claimed
    return not answer.determined and claimed is not None


def _remarks(answer: Answer, policy: ir.Policy, day: Day) -> Iterator[str]:
    if not answer.enforced:
        yield f"announced as not enforced; without those rules: {_range(*answer.enforced_range)}"
        for line in answer.rules:
            if line.status == "holds":
                rule = policy.rules[line.id]
                for interval in rule.live.not_enforced:
                    if interval.contains_any(day):
                        yield f"`{rule.called}` not enforced {str(interval) or 'always'}: {interval.note}"
    if answer.details:
        yield "details: " + ", ".join(d.replace("_", " ") for d in answer.details)
    if answer.possible_details:
        yield "possibly: " + ", ".join(d.replace("_", " ") for d in answer.possible_details)


def _because(answer: Answer, decision: Decision, prover: LeadingProver, deciding: Sequence[RuleLine]) -> Iterator[str]:
    policy = decision.settled.policy
    told: set[str] = set()
    for line in deciding:
        rule = policy.rules[line.id]
        if rule.kind == "default":
            yield _default_line(policy, line, decision, prover)
            continue
        yield _line_of(line, decision, prover, told)
    if not deciding:
        name = answer.must.replace("_", " ")
        claimed = outcomes_claimed(policy, answer.decision)
        claiming = [line for line in answer.rules if line.id in claimed and policy.rules[line.id].kind != "default"]
        stopped = [line for line in claiming if line.status in ("fails", "defeated")]
        asleep = [line for line in claiming if line.status == "not_in_force" and line.would_hold != "fails"]
        idle = counted(len(stopped), "does not apply", "do not apply") if stopped else "each is open"
        more = f"no rule asks for more than {name}" + (" for certain" if answer.must != answer.may else "")
        yield f"{more}: of {counted(len(claiming), 'rule')}, {idle}" if claiming else more
        yield from _not_encoded(answer, decision, prover, told)
        for line in asleep:
            yield f"{prover.status_line(line, decision.subject)}"
    else:
        yield from _not_encoded(answer, decision, prover, told)


def _not_encoded(answer: Answer, decision: Decision, prover: LeadingProver, told: set[str]) -> Iterator[str]:
    """Law that may bring a graver answer than the least that is certain, and that nobody encoded."""
    policy, claimed = decision.settled.policy, outcomes_claimed(decision.settled.policy, answer.decision)
    least = policy.decisions[answer.decision].outcomes.index(answer.must)
    named = {gap.gap: naming(gap.title, gap.names) for gap in decision.not_encoded}
    for line in answer.rules:
        rule = policy.rules[line.id]
        if line.status == "not_encoded" and rule.kind != "default" and claimed.get(line.id, least) > least:
            said = f"{named.get(line.id, rule.title)}{_facts_of(rule, decision, prover, told)}"
            yield f"more may follow from law that concerns this case and is not encoded here: {said}"


def _line_of(line: RuleLine, decision: Decision, prover: LeadingProver, told: set[str]) -> str:
    """A rule that holds with the facts that lead to it, and what it frees from; one that is open with what opens it."""
    rule = decision.settled.policy.rules[line.id]
    cites = f" ({', '.join(line.cites)})" if line.cites else ""
    said = rule.because or rule.title or rule.called
    if line.status == "holds":
        return f"{said}{cites}{_freed(rule, decision)}{_facts_of(rule, decision, prover, told)}"
    return f"it is not known whether this applies: {said}{cites}" + _unknown_reason(rule, decision, prover, told)


def _freed(rule: ir.Rule, decision: Decision) -> str:
    """What an exception sets aside in this case."""
    rules = [decision.settled.policy.rules[target] for target in rule.excepts]
    beaten = [one for one in rules if decision.settled.result(one, decision.subject).status == "defeated"]
    names = [f"`{one.called}`" + (f" ({ir.citations(one)[0]})" if one.cites else "") for one in beaten]
    return f", instead of {first_of(names, 2)}" if names else ""


def _facts_of(rule: ir.Rule, decision: Decision, prover: LeadingProver, told: set[str]) -> str:
    """The facts that lead to a rule, at most three, and none that a line before it has told."""
    facts = [fact for fact in prover.leading_facts(rule, decision.subject) if fact not in told][:_MOST]
    told.update(facts)
    return f": {'; '.join(facts)}" if facts else ""


def _default_line(policy: ir.Policy, line: RuleLine, decision: Decision, prover: LeadingProver) -> str:
    """`no rule concludes, and no licence required is not earned: (b) ...`."""
    rule = policy.rules[line.id]
    declared = policy.decisions[decided_by(rule)[0]]
    name = declared.outcomes[declared.otherwise].replace("_", " ")
    said = prover.unearned(rule, decision.subject)
    if line.status == "unknown":
        return f"it is not known whether {name} is earned: {said}"
    return f"no rule concludes, and {name} is not earned: {said}"


def _unknown_reason(rule: ir.Rule, decision: Decision, prover: LeadingProver, told: set[str]) -> str:
    result = decision.settled.result(rule, decision.subject)
    notes = [i.note for i in rule.live.unconfirmed if i.contains_all(decision.settled.as_of)]
    if result.live.name == "U" and notes:
        return f"; its status is unconfirmed: {'; '.join(notes)}"
    opens = dict.fromkeys(said for said in prover.unknowns(rule, decision.subject) if said not in told)
    told.update(opens)
    return f"; open: {'; '.join(list(opens)[:_MOST])}" if opens else ""


def _proofs(decision: Decision, prover: LeadingProver, deciding: Sequence[RuleLine]) -> Iterator[Proof]:
    rules = decision.settled.policy.rules
    return prover.proofs((rules[line.id] for line in deciding), decision.subject)


def _why_not(answer: Answer, decision: Decision, prover: LeadingProver) -> Iterator[WhyNot]:
    """The other outcomes, nearest first: each with the rules that would have brought it."""
    policy = decision.settled.policy
    chain = policy.decisions[answer.decision].outcomes
    low, high = chain.index(answer.must), chain.index(answer.may)
    others = [o for o in chain if not low <= chain.index(o) <= high]
    others.sort(key=lambda o: min(abs(chain.index(o) - low), abs(chain.index(o) - high)))
    claimed = outcomes_claimed(policy, answer.decision)
    stopped = [line for line in answer.rules if line.status != "holds"]
    for outcome in others:
        place = chain.index(outcome)
        lines = [line for line in stopped if claimed.get(line.id) == place]
        if not lines and place < low:
            continue  # it is what remains where no rule asks for more, and one does
        lines.sort(key=lambda line: (policy.rules[line.id].kind == "gap", _nearness(line)))
        said = [prover.status_line(line, decision.subject) for line in lines[:_MOST_RULES]]
        left = len(lines) - _MOST_RULES
        if left > 0:
            said.append(f"and {counted(left, 'more rule that does', 'more rules that do')} not apply")
        yield WhyNot(outcome.replace("_", " "), tuple(said) or ("no rule has this outcome",))


def _nearness(line: RuleLine) -> tuple[int, int, str]:
    rank = _AWAKE if line.status == "not_in_force" and line.would_hold == "holds" else _RANKS.get(line.status, 5)
    return (rank, len(line.stopped_at), line.id)


def _concluded(asked: Question, decision: Decision, prover: LeadingProver) -> Explained:
    """What is no decision: the rules that state it, or may; of others, what stopped them."""
    policy, settled, subject = decision.settled.policy, decision.settled, decision.subject
    roots = asked.roots(policy, subject)
    effective = {rule.id: settled.result(rule, subject).effective for rule in roots}
    said = answer_in_words(asked.shown(policy, subject, asked.outcome(settled, subject)))
    wanted = next((truth for truth in (T, U) if truth in effective.values()), F)
    deciding = [rule for rule in roots if wanted is not F and effective[rule.id] is not F]
    stopped = [rule_line(rule, prover.settled, subject) for rule in roots if effective[rule.id] is F]
    told: set[str] = set()
    because = [_line_of(rule_line(rule, prover.settled, subject), decision, prover, told) for rule in deciding[:_MOST]]
    if not deciding:
        because = ["no rule concludes it" + (f": of {counted(len(roots), 'rule')}, none applies" if roots else "")]
    near = sorted(stopped, key=_nearness)[:_MOST_RULES]
    return Explained(
        decision=policy.rules[asked.name].called if isinstance(asked, OfObligation) else asked.name,
        jurisdiction=asked.place,
        answer=said,
        remarks=(asked.phrase(policy, subject),),
        because=tuple(because),
        proofs=tuple(prover.proofs(deciding, subject)),
        why_not=(WhyNot("other rules", tuple(prover.status_line(line, subject) for line in near)),) if near else (),
    )


# ---- the other sections


def _score_lines(policy: ir.Policy, name: str, decision: Decision) -> Iterator[str]:
    score = next(s for s in decision.scores if s.score == name)
    if not score.told:
        yield f"{policy.scores[name].phrase}: of no account here"
        return
    low, high = format_number(score.low), format_number(score.high)
    bands = f" ({' to '.join(dict.fromkeys((score.bands[0], score.bands[-1])))})" if score.bands else ""
    yield f"{policy.scores[name].phrase}: {low if low == high else f'{low} to {high}'}{bands}"
    for factor in score.factors:
        yield "  " + _factor_line(factor)


def _factor_line(factor: Factor) -> str:
    points = f"+{format_number(factor.high)}"
    if not factor.known:
        points = f"{'up to' if factor.low == 0 else f'+{format_number(factor.low)} to'} {points}, not known"
    cites = f" ({', '.join(factor.cites)})" if factor.cites else " (internal judgement)"
    return f"{points} {factor.because}{cites}"


def _duty_line(duty: Duty) -> str:
    cites = f" ({', '.join(duty.cites)})" if duty.cites else ""
    status = "" if duty.status == "due" else "may be due: "
    return f"{status}{duty.words}{cites}"


def missing_line(policy: ir.Policy, missing: Missing, names: tuple[str, ...] = ()) -> str:
    """`training_compute of Model x may settle licensing (EU): ask the developer`."""
    state = f" ({missing.state})" if missing.state else ""
    ask = f": {missing.ask}" if missing.ask else ""
    decides = ", ".join(_narrowed(policy, missing))
    if missing.law is not None and missing.of[0] == GAP:
        concerns = "" if missing.state == TRIGGERED else "; whether it concerns this is unknown too"
        told = f"{naming(words(missing.law), names)}{concerns}"
        return f"not encoded here: {told}; `{missing.of[1]}` leaves {decides} open"
    if missing.law is not None and missing.of[0] == DEFAULT:
        return unearned_line(policy, missing, decides)
    if missing.law is not None:
        said = f"{missing.fact} of the {missing.of[0]} `{missing.of[1]}`: {missing.state}; {words(missing.law)}".rstrip(
            "; "
        )
        return f"the law itself, {said}; to know it may settle {decides}"
    if missing.state in (ZERO, IN_ZERO):
        return f"division by zero: `{missing.fact}` of {missing.of[0]} {missing.of[1]}{state} leaves {decides} open"
    return f"`{missing.fact}` of {missing.of[0]} {missing.of[1]}{state} may settle {decides}{ask}"


def unearned_line(policy: ir.Policy, missing: Missing, decides: str) -> str:
    """`free, the default of release, is not earned: no rule says what the duty of release is; that leaves ... open`."""
    declared = policy.decisions[decided_by(policy.rules[missing.of[1]])[0]]
    default = f"{declared.outcomes[declared.otherwise]}, the default of {declared.name},".replace("_", " ")
    known = f": {words(missing.law)}" if missing.law is not None else ""
    return f"{default} is not earned{known}; that leaves {decides} open"


def _together_line(policy: ir.Policy, found: Together) -> str:
    """`alpha (A): no one of these narrows it alone; `f` of Thing x and `g` of Thing x together do`."""
    several = len(jurisdictions_of(policy, found.decision)) > 1
    name = found.decision.replace("_", " ") + (f" ({found.jurisdiction})" if several else "")
    if not found.searched:
        return f"{name}: which facts narrow it alone, and which together, was not searched: there are too many to try"
    if not found.groups:
        return f"{name}: no one of these was seen to narrow it, nor up to three together"
    groups = [" and ".join(f"`{fact}` of {type_} {id_}" for (type_, id_), fact in group) for group in found.groups]
    more = f"; or {counted(len(groups) - _MOST, 'other group')}" if len(groups) > _MOST else ""
    return f"{name}: no one of these was seen to narrow it alone; together do {'; or '.join(groups[:_MOST])}{more}"


def _narrowed(policy: ir.Policy, missing: Missing) -> Iterator[str]:
    """The answers that it may narrow: `licensing (US, EU)`, with jurisdictions where there are several."""
    for name in dict.fromkeys([*(name for name, _ in missing.answers), *missing.decides]):
        places = [place for decision, place in missing.answers if decision == name]
        several = places and len(jurisdictions_of(policy, name)) > 1
        called = policy.rules[name].called if name in policy.rules else name
        yield called.replace("_", " ") + (f" ({', '.join(places)})" if several else "")


def conflict_line(policy: ir.Policy, conflict: Conflict) -> str:
    """`Transfer t: chips is both free and forbidden, by chips row 1 and chips row 3`."""
    rules = " and ".join(policy.rules[rule].called for rule in conflict.rules)
    values = [value.replace("_", " ") for value in conflict.values]
    both = f"both {' and '.join(values)}" if len(values) > 1 else f"{values[0]} more than once"
    return f"{conflict.of}: {conflict.term.replace('_', ' ')} is {both}, by {rules}"


def finding_line(found: Finding) -> str:
    """`Transfer t is impossible: a movement within the United States is no export (inside_the_us)`."""
    accepted = f"; accepted: {found.accepted}" if found.accepted else ""
    return f"{found.of} is {found.verdict}: {found.because} ({found.check}){accepted}"


def _unverified_line(rule: ir.Rule) -> str:
    certainty = {"secondary": "read in secondary sources only", "unverified": "not verified", "": "not marked"}
    note = f": {rule.certainty_note}" if rule.certainty_note else ""
    return f"`{rule.called}` {certainty.get(rule.certainty, rule.certainty)}{note}"


def _notes(policy: ir.Policy, answer: Answer) -> Iterator[str]:
    for line in answer.rules:
        if line.status in ("holds", "unknown"):
            yield from (f"`{policy.rules[line.id].called}`: {note}" for note in policy.rules[line.id].notes)
