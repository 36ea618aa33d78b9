"""What happened to the answers of an inventory since the last snapshot, as the document `licet/watch/1`."""

from __future__ import annotations

from typing import Any

from licet.changes.causes.causes import Causes
from licet.changes.causes.change import WorldChange
from licet.changes.law import law_digest
from licet.changes.watch.events import AnswerMove, Event, decisions_not_compared
from licet.changes.watch.run import RunBesideLast, WatchRun
from licet.decide.decision import NOTICE
from licet.decide.steps import AnswerOnDay, Answers

SCHEMA = "licet/watch/1"


def document(run: WatchRun, found: RunBesideLast | None, snapshot: tuple[int, str], answers: int) -> dict[str, Any]:
    """The whole of it; `snapshot` is the number and the digest of the one that is about to be kept."""
    number, digest = snapshot
    last = None if found is None else found.last
    return {
        "schema": SCHEMA,
        "snapshot": {"number": number, "digest": digest, "previous": None if last is None else last.number},
        "compared_with": None if last is None else {"number": last.number, "day": last.about["day"], "law": last.law},
        "inventory": run.inventory,
        "law": law_digest(run.policy),
        "day": run.day.isoformat(),
        "as_of": run.day.isoformat() if run.as_if else None,
        "answers": answers,
        "subjects": len(run.answers),
        "decided": run.rows.decided,
        "not_compared": {} if found is None else dict(decisions_not_compared(*found.policies)),
        "events": [_event(event) for event in (() if found is None else found.events)],
        "records_changed": [] if found is None else list(found.records),
        "notice": NOTICE,
    }


def _event(event: Event) -> dict[str, Any]:
    old, new = event.rules
    return {
        "event": event.kind,
        "subject": event.subject._asdict(),
        "decision": event.decision,
        "before": _answers(event.before),
        "after": _answers(event.after),
        "moves": [_move(move) for move in event.moves],
        "was_so_in": event.since,
        "rules": {"before": list(old), "after": list(new)} if event.kind == "reasons" else None,
        "causes": None if event.causes is None else _causes(event.causes),
    }


def _answers(answers: Answers | None) -> list[dict[str, Any]] | None:
    return None if answers is None else [_answer(answer) for answer in answers]


def _answer(answer: AnswerOnDay) -> dict[str, Any]:
    return {
        "jurisdiction": answer.jurisdiction or "overall",
        "must": answer.must,
        "may": answer.may,
        "enforced": list(answer.enforced),
        "details": list(answer.details),
        "possible_details": list(answer.possible_details),
    }


def _move(move: AnswerMove) -> dict[str, Any]:
    return {
        "what": move.what,
        "jurisdiction": move.jurisdiction,
        "from": list(move.old),
        "to": list(move.new),
        "direction": move.direction,
        "certainty": move.certainty,
    }


def _causes(causes: Causes) -> dict[str, Any]:
    return {
        "sets": [[_change(change) for change in one] for one in causes.sets],
        "how": causes.how if causes.sets else None,
        "verified": not causes.fault,
        "fault": causes.fault or None,
    }


def _change(change: WorldChange) -> dict[str, Any]:
    before, after = change.words
    return {
        "kind": change.kind,
        "of": change.of,
        "field": change.field or None,
        "before": before,
        "after": after,
        "source": change.source or None,
        "at": change.at or None,
        "limbs": [{"at": limb.at, "old": limb.old, "new": limb.new} for limb in change.limbs],
    }
