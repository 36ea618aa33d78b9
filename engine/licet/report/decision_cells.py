"""What stands in a cell of a table of decisions: an answer, a score, the reason for an answer."""

from __future__ import annotations

import re

from licet.decide.decision import Answer, Decision, Missing, Overall, ScoreResult
from licet.decide.grounds.laws import DEFAULT, GAP
from licet.decide.missing.coarse import COARSE
from licet.decide.missing.divisors import IN_ZERO, ZERO
from licet.ir import policy as ir
from licet.ir.outcomes import decided_by
from licet.values import format_number

OPEN = "not determined"
_STYLES = {"open": "bold yellow", "gravest": "bold red", "grave": "red", "mild": "", "least": "green"}


def said(outcome: str) -> str:
    """An outcome in words."""
    return outcome.replace("_", " ")


def between(must: str, may: str) -> str:
    """An answer in words: `free`, `free to needed`."""
    return said(must) if must == may else f"{said(must)} to {said(may)}"


def overall_of(decision: Decision, name: str) -> Overall | None:
    """The answer to a decision over all jurisdictions, if there is one."""
    return next((o for o in decision.overall if o.decision == name), None)


def outcome_text(decision: Decision, name: str, *, short: bool = False) -> str:
    """`licence required *`; of what is open `licence exception to prohibited`, or in short `up to prohibited`."""
    overall = overall_of(decision, name)
    if overall is None:
        return "-"
    mark = "" if all(a.enforced for a in decision.answers if a.decision == name) else " *"
    mark += " !" if decision.conflicts or decision.contradictions else ""
    if short and overall.must != overall.may:
        return f"up to {said(overall.may)}{mark}"
    return between(overall.must, overall.may) + mark


def outcome_style(decision: Decision, name: str) -> str:
    """The style in which a terminal shows an answer; its words always say the same."""
    overall = overall_of(decision, name)
    if overall is None:
        return ""
    if overall.must != overall.may:
        return _STYLES["open"]
    chain = decision.settled.policy.decisions[name].outcomes
    at = chain.index(overall.must)
    return _STYLES[
        "least" if not at else "gravest" if at == len(chain) - 1 else "mild" if 2 * at < len(chain) else "grave"
    ]


def score_of(decision: Decision, name: str, *, bands: bool = True) -> str:
    """A score of the decision, with the bands that it reaches or without."""
    score = next((s for s in decision.scores if s.score == name and s.told), None)
    return "-" if score is None else score_text(score) if bands else _points(score)


def score_text(score: ScoreResult) -> str:
    """`40 medium`, `20-60 low to medium`."""
    return f"{_points(score)} {bands_text(score)}".strip()


def bands_text(score: ScoreResult) -> str:
    """`medium`, `low to medium`."""
    if not score.bands:
        return ""
    return score.bands[0] if len(score.bands) == 1 else f"{score.bands[0]} to {score.bands[-1]}"


def _points(score: ScoreResult) -> str:
    low, high = format_number(score.low), format_number(score.high)
    return low if low == high else f"{low}-{high}"


def why(decision: Decision, name: str) -> str:
    """The rules that decided, or what is missing, in a few words."""
    asked = [m for m in decision.missing if name in m.decides]
    if asked:
        day = decision.settled.policy.entities[decision.subject.type].day
        first = min(asked, key=lambda m: (m.of, m.fact) != (decision.subject, day))  # the day decides about most
        more = len(asked) - 1
        return _asked(decision.settled.policy, first) + (f" and {more} more" if more else "")
    answers = [a for a in decision.answers if a.decision == name]
    rules = decision.settled.policy.rules
    called = [rules[id_].called for a in answers for id_ in deciding(a)]
    return ", ".join(dict.fromkeys(said(name) for name in called)) or "no rule applies"


def _asked(policy: ir.Policy, missing: Missing) -> str:
    """`missing: training compute of m`; of law `unconfirmed: affiliate_50`."""
    if missing.state in (ZERO, IN_ZERO):
        return f"divided by zero: {said(missing.fact)} of {missing.of[1]}"
    if missing.state == COARSE:
        return f"{COARSE}: {said(missing.fact)} of {missing.of[1]}"
    if missing.law is None:
        return f"missing: {said(missing.fact)} of {missing.of[1]}"
    if missing.of[0] == GAP:
        return f"not encoded here: {', '.join(missing.law.cites)}"
    if missing.of[0] == DEFAULT:
        return f"not earned: the default of {said(decided_by(policy.rules[missing.of[1]])[0])}"
    return f"{standing(missing)}: {missing.of[0]} {missing.of[1].rsplit('.', 1)[-1]}"


def standing(missing: Missing) -> str:
    """How law stands that is open: `unconfirmed`, `not covered`."""
    return re.split(" since | before ", missing.state)[0]


def deciding(answer: Answer) -> list[str]:
    """The rules that hold, or may, by id."""
    wanted = ("holds",) if answer.determined else ("holds", "unknown")
    return [line.id for line in answer.rules if line.status in wanted]
