"""The ways to a milder answer as data: `licet/plan/1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from licet.decide.decision import NOTICE, Missing
from licet.decide.grounds.laws import GAP
from licet.explain.completions import Completion
from licet.explain.next_steps import Settling
from licet.explain.obtained import Offer, as_document
from licet.explain.ways import Plan, PlannedAnswer, Wait
from licet.explain.words import show
from licet.facts.store import Record
from licet.ir import policy as ir
from licet.ir.types import Type
from licet.report.missing_words import missing_words
from licet.report.next_words import fact_of, law_to_read
from licet.report.steps_json import cause_told
from licet.report.steps_words import because_words, governing_day
from licet.values import Truth

SCHEMA = "licet/plan/1"


def document(found: Plan) -> dict[str, Any]:
    """The whole of it, as the schema `plan-1.json` describes it."""
    decision = found.decision
    policy, facts = decision.settled.policy, decision.settled.facts
    return {
        "schema": SCHEMA,
        "subject": found.subject._asdict(),
        "as_of": found.as_of.isoformat(),
        "own_day": governing_day(policy, facts, found.subject),
        "audience": found.audience,
        "policy": {"name": decision.policy_name, "fingerprint": decision.policy_fingerprint},
        "facts": {"fingerprint": decision.facts_fingerprint},
        "as_read": {authority: day.isoformat() for authority, day in decision.as_read.items()},
        "answers": [_Told(found, one).document() for one in found.answers],
        "notice": NOTICE,
    }


class _Told:
    """One answer of a plan."""

    def __init__(self, found: Plan, planned: PlannedAnswer) -> None:
        self._policy = found.decision.settled.policy
        self._for_reviewer = found.audience == "reviewer"
        self._planned = planned
        self._chain = self._policy.decisions[planned.answer.decision].outcomes

    def document(self) -> dict[str, Any]:
        planned, answer = self._planned, self._planned.answer
        return {
            "decision": answer.decision,
            "jurisdiction": answer.jurisdiction,
            "now": {
                "must": answer.must,
                "may": answer.may,
                "enforced": list(answer.enforced_range),
                "details": list(answer.details),
                "possible_details": list(answer.possible_details),
            },
            "to": planned.to,
            "reached": planned.is_reached,
            "offers": list(self._offers()),
            "questions": [self._unknown(one.unknown) for one in planned.find_out.questions],
            "searched": planned.find_out.searched,
            "hangs_on": [
                {
                    "of": {"type": unit.type, "id": unit.id},
                    "fact": unit.field,
                    "text": missing_words(self._policy, unit.type, unit.field).fact,
                }
                for unit in planned.hangs_on
            ],
        }

    def _offers(self) -> Iterator[dict[str, Any]]:
        planned = self._planned
        yield from map(self._obtain, planned.obtain)
        first = {one.unknown: place for place, one in enumerate(planned.find_out.questions)}
        sets = sorted(
            planned.find_out.sets, key=lambda one: sorted(first.get(unknown, len(first)) for unknown in one.unknown)
        )
        yield from map(self._find_out, sets)
        if planned.wait is not None:
            yield self._wait(planned.wait)

    def _obtain(self, offer: Offer) -> dict[str, Any]:
        """With what stands beside the answer now: it says how such requests are looked at."""
        (told,) = as_document([offer])
        answer = self._planned.answer
        return {
            "kind": "obtain",
            "if": "granted",
            "what": told["records"],
            "answer": [offer.outcome, offer.outcome],
            "reaches": self._reaches(offer.outcome),
            "beside": {"details": list(answer.details), "possible_details": list(answer.possible_details)},
            "verified": True,
        }

    def _find_out(self, settling: Settling) -> dict[str, Any]:
        """What it would bring is another matter for whoever declares it than for whoever reviews that."""
        return {
            "kind": "find_out",
            "if": "known",
            "what": [self._unknown(one) for one in settling.unknown],
            "answers": list(settling.answers) if self._for_reviewer else None,
            "brings": list(map(self._case, settling.cases)) if self._for_reviewer else None,
            "proved": settling.proved,
            "verified": True,
        }

    def _wait(self, wait: Wait) -> dict[str, Any]:
        return {
            "kind": "wait",
            "if": "unchanged",
            "on": wait.on.isoformat(),
            "last": None if wait.last is None else wait.last.isoformat(),
            "answer": [wait.must, wait.may],
            "reaches": self._reaches(wait.may),
            "what": list(map(cause_told, wait.because.causes)),
            "text": because_words(self._policy, wait.because),
            "verified": True,
        }

    def _reaches(self, outcome: str) -> bool:
        return self._chain.index(outcome) <= self._chain.index(self._planned.to)

    # ---- what is not known

    def _unknown(self, missing: Missing) -> dict[str, Any]:
        of = {"type": missing.of[0], "id": missing.of[1]}
        if missing.law is not None:
            cites, note = list(missing.law.cites), missing.law.note
            told = {"of": of, "fact": missing.fact, "cites": cites, "note": note}
            return {"kind": "law", **told, "text": law_to_read(told), "ask": ""}
        words = missing_words(self._policy, missing.of[0], missing.fact)
        text = fact_of(words.fact, missing.of[1])
        return {"kind": "fact", "of": of, "fact": missing.fact, "cites": [], "note": "", "text": text, "ask": words.ask}

    def _case(self, case: tuple[tuple[Completion, ...], Any]) -> dict[str, Any]:
        told, outcome = case
        return {"found": [_found(self._policy, one) for one in told], "answer": outcome}


def _found(policy: ir.Policy, one: Completion) -> dict[str, Any]:
    type_, id_ = one.unknown.of
    return {
        "kind": one.unknown.kind,
        "of": {"type": type_, "id": id_},
        "fact": one.unknown.fact,
        "value": _value(policy, one),
    }


def _value(policy: ir.Policy, completion: Completion) -> str:
    """What something may turn out to be, in words."""
    type_, _ = completion.unknown.of
    match completion.value:
        case Truth() as truth if type_ == GAP:
            return "it concerns the case" if truth is Truth.T else "it does not concern the case"
        case Truth() as truth:
            return "it stands" if truth is Truth.T else "it does not stand"
        case ():
            return "nothing further"
        case tuple() as rows:
            return "; ".join(_row(policy.relations[completion.unknown.fact], row) for row in rows)
        case value:
            return show(value, _declared(policy, type_, completion.unknown.fact))


def _declared(policy: ir.Policy, owner: str, fact: str) -> Type:
    relation = policy.relations.get(owner)
    return (policy.entities[owner].fields if relation is None else relation.parameters)[fact].type


def _row(relation: ir.Relation, row: Record) -> str:
    """`share 1; holder p`, of a row that was not recorded."""
    said = (f"{name} {show(row.get(name), field.type)}" for name, field in relation.parameters.items())
    return "a further one: " + ", ".join(said)
