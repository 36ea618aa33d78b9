"""The release map: what a page needs to show every model against every destination, each answer said once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from licet.explain.read import sentence
from licet.facts.store import Facts
from licet.ir import policy as ir
from licet.ir.canonical import fingerprint
from licet.ir.effects import about
from licet.ir.outcomes import outcome_of, read_for
from licet.ir.places import REGIONS
from licet.release.distinct import distinct
from licet.release.grid import Grid
from licet.release.grid_vocabulary import MODEL
from licet.release.release_map_subjects import Json, destination, lists, model, rank_by_compute
from licet.report.missing_words import law_words, missing_words
from licet.report.outcome_colours import colours, ink
from licet.values import format_number

_STATUSES = ("holds", "unknown", "defeated", "not_encoded")


@dataclass(frozen=True, slots=True, eq=False)
class ReleaseMap:
    """Plain data: `rows[r]` is the place in `patterns` of the answers of a row, `patterns[p][d]` a place in `answers`.

    A row is a model under a profile; `document` says what all the places in it refer to.
    """

    title: str
    document: Json
    rows: Sequence[int]
    patterns: Sequence[Sequence[int]]
    unverified: Sequence[Json]

    @property
    def data(self) -> Json:
        """All of it as one JSON document."""
        return {**self.document, "rows": list(self.rows), "patterns": [list(p) for p in self.patterns]}


def release_map(
    policy: ir.Policy,
    facts: Facts,
    grid: Grid,
    result: pa.Table,
    decision: ir.Decision,
    models: pa.Table | None = None,
) -> ReleaseMap:
    """The map of one decision. `result` is the result table of the grid's transfers, in its order.

    `models`, the result table of the models, says which rules classify them.
    """
    found = distinct(grid, result)
    shaped = found.codes.reshape(len(grid.models) * len(grid.profiles), len(grid.destinations))
    patterns, rows = np.unique(shaped, axis=0, return_inverse=True)
    rules = _RulesNamed(policy, decision)
    answers = [_answer(policy, decision, rules, row) for row in found.answers]
    classified = _classified(rules, models)
    described = [model(policy, facts, id_, classified.get(id_, {})) for id_ in grid.models]
    rank_by_compute(facts, grid.models, described)
    document: Json = {
        "decision": {"name": decision.name, "phrase": decision.phrase, "outcomes": _outcomes(decision)},
        "asOf": grid.as_of.isoformat(),
        "policy": {"name": policy.name, "fingerprint": fingerprint(policy)},
        "facts": facts.fingerprint,
        "asked": sorted({place["place"] for answer in answers for place in answer["places"]} - {ir.COMMON}),
        "read": {authority: day.isoformat() for authority, day in read_for(policy, decision.name).items()},
        "assumptions": [*grid.assumptions, *sorted({line for row in found.answers for line in row["assumptions"]})],
        "profiles": [{"name": p.name, "phrase": p.phrase} for p in grid.profiles],
        "models": described,
        "destinations": [destination(code, on) for code, on in lists(policy, facts, grid)],
        "regions": list(REGIONS),
        "answers": answers,
        "rules": rules.said,
    }
    title = f"Release map: {decision.phrase}"
    return ReleaseMap(title, document, rows.ravel().tolist(), patterns.tolist(), rules.unverified(answers))


def _outcomes(decision: ir.Decision) -> list[Json]:
    looks = colours(len(decision.outcomes))
    return [
        {"name": name, "words": _said(name), "colour": colour, "ink": ink(colour)}
        for name, colour in zip(decision.outcomes, looks, strict=True)
    ]


# ---- answers


def _answer(policy: ir.Policy, decision: ir.Decision, rules: _RulesNamed, row: Mapping[str, Any]) -> Json:
    """A distinct answer, with the rules that make it what it is, what is missing and how scores stand."""
    name, rank = decision.name, decision.outcomes.index
    places = [key.split(".")[1] for key in row if key.startswith(f"{name}.") and key.endswith(".enforced")]
    found: Json = {
        "must": rank(row[f"{name}.must"]),
        "may": rank(row[f"{name}.may"]),
        "enforced": all(row[f"{name}.{place}.enforced"] is not False for place in places),
        "from": [place for place in row[f"{name}.from"] if place != ir.COMMON],
        "places": [_place(row, f"{name}.{place}", place, rank) for place in places],
        "missing": [_missing(policy, fact) for fact in row["missing"]],
        "conflicts": [f"{_said(c['term'])} is {' and '.join(map(_said, c['values']))}" for c in row["conflicts"]],
        "scores": [_score(policy, score, row) for score in policy.scores if row.get(f"{score}.low") is not None],
        "obligations": [_duty(duty) for duty in row["obligations"]],
    }
    # Of a determined answer a gap could only concern another decision.
    found["gaps"] = [] if found["must"] == found["may"] else [rules.place(id_) for id_ in row["not_encoded"]]
    for status in _STATUSES:
        found[status] = [rules.place(id_) for id_ in row[f"rules.{status}"]]
    return found


def _place(row: Mapping[str, Any], prefix: str, place: str, rank: Any) -> Json:
    return {
        "place": "" if place == ir.COMMON else place,
        "must": rank(row[f"{prefix}.must"]),
        "may": rank(row[f"{prefix}.may"]),
        "details": [_said(d) for d in row[f"{prefix}.details"]],
        "possible": [_said(d) for d in row[f"{prefix}.possible_details"]],
        "enforced": row[f"{prefix}.enforced"],
        "enforcedMust": rank(row[f"{prefix}.enforced_must"]),
        "enforcedMay": rank(row[f"{prefix}.enforced_may"]),
    }


def _missing(policy: ir.Policy, fact: Mapping[str, str]) -> Json:
    if fact["kind"] == "law":
        return {"of": fact["id"], "law": law_words(fact)}
    words = missing_words(policy, fact["type"], fact["fact"])
    return {
        "of": fact["id"],
        "type": words.owner,
        "fact": words.fact,
        "whether": words.whether,
        "ask": words.ask,
        "state": fact["state"],
    }


def _score(policy: ir.Policy, score: str, row: Mapping[str, Any]) -> Json:
    low, high = (format_number(Fraction(row[f"{score}.{end}"])) for end in ("low", "high"))
    return {
        "phrase": policy.scores[score].phrase,
        "points": low if low == high else f"{low} to {high}",
        "bands": " or ".join(row[f"{score}.bands"]),
    }


def _duty(duty: Mapping[str, str | None]) -> str:
    when = f" {duty['deadline_kind']} {duty['deadline']}" if duty["deadline"] else ""
    return f"{'' if duty['status'] == 'due' else 'may be due: '}{duty['bearer']} {duty['modal']} {duty['act']}{when}"


# ---- rules


class _RulesNamed:
    """The rules that answers name, each said once."""

    def __init__(self, policy: ir.Policy, decision: ir.Decision) -> None:
        self._policy = policy
        self._decision = decision
        self._places: dict[str, int] = {}
        self.classifying = _classifying(policy)
        self.said: list[Json] = []

    def place(self, id_: str) -> int:
        if id_ not in self._places:
            self._places[id_] = len(self.said)
            self.said.append(self._rule(self._policy.rules[id_]))
        return self._places[id_]

    def _rule(self, rule: ir.Rule) -> Json:
        outcome = outcome_of(rule, self._decision.name)
        return {
            "id": rule.id,
            "title": rule.title or _said(rule.name),
            "because": rule.because,
            "cites": [[str(c), c.url if c.url.startswith("https://") else ""] for c in rule.cites],
            "certainty": rule.certainty or "not marked",
            "note": rule.certainty_note,
            "reads": sentence(self._policy, rule),
            "notes": list(rule.notes),
            "outcome": -1 if outcome is None else outcome,
            "excepts": bool(rule.excepts),
            "scores": any(about(effect).sort == "score" for effect in rule.effects),
            "notEnforced": [f"{str(i) or 'always'}: {i.note}" for i in rule.live.not_enforced],
        }

    def unverified(self, answers: Sequence[Json]) -> list[Json]:
        """Rules that the map rests on and that were not read in the legal text; score items are marked elsewhere."""
        used = {place for answer in answers for status in _STATUSES for place in answer[status]}
        used |= {place for place, rule in enumerate(self.said) if rule["id"] in self.classifying}
        found = [self.said[place] for place in sorted(used)]
        return [rule for rule in found if rule["certainty"] != "verified" and not rule["scores"]]


def _classifying(policy: ir.Policy) -> frozenset[str]:
    """Rules that conclude something of a model that other rules read, and the exceptions to them."""
    rules = [r for r in policy.rules.values() if r.entity == MODEL]
    found = {r.id for r in rules if any(about(e).sort == "term" for e in r.effects)}
    size = 0
    while size < len(found):
        size = len(found)
        found |= {r.id for r in rules if set(r.excepts) & found}
    return frozenset(found)


def _classified(rules: _RulesNamed, models: pa.Table | None) -> dict[str, dict[str, list[int]]]:
    """For each model, the places of the rules that classify it, by their status."""
    if models is None:
        return {}
    wanted = rules.classifying
    columns = [models[f"rules.{status}"].to_pylist() for status in _STATUSES]
    found = {}
    for id_, *statuses in zip(models["id"].to_pylist(), *columns, strict=True):
        found[id_] = {
            status: [rules.place(r) for r in ids or () if r in wanted]
            for status, ids in zip(_STATUSES, statuses, strict=True)
        }
    return found


def _said(name: str) -> str:
    return name.replace("_", " ")
