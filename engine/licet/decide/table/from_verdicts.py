"""Verdicts of a batch to rows of the result table; they say what `from_outcome` says of each subject alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from licet.decide.decision import Duty
from licet.decide.from_outcome import bands_of, duty_of
from licet.decide.grounds.grounds_columns import GroundsRows
from licet.decide.missing.rows import MissingRows
from licet.decide.table.result_table import OBLIGATIONS, POINTS, STATUSES, TEXTS, WORDS, gaps_among, points_decimal
from licet.decide.table.word_columns import lists_of, words
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import acts, claims, points_added
from licet.ir.outcomes import jurisdictions_of
from licet.ir.remembered import by_policy
from licet.ir.rewrite import renamed
from licet.ir.strata import Strata
from licet.kernel.lists import Places, places_of
from licet.plan.bits import SELF
from licet.run.columnar.batch import Ranks, Verdicts
from licet.run.columnar.bitmaps import unpacked
from licet.run.columnar.row_batch import distinct
from licet.run.reference.settled import Points, points_of
from licet.run.reference.unknown_values import F, interval
from licet.values import Number

Rows = NDArray[np.int64]


def result_rows(
    verdicts: Verdicts,
    entity: str,
    ids: pa.Array,
    schema: pa.Schema,
    missing: MissingRows | None = None,
    grounds: GroundsRows | None = None,
    checked: Mapping[str, pa.Array] | None = None,
    columns: Collection[str] = (),
) -> pa.RecordBatch:
    """The columns of `schema` for the rows of a batch about one entity; what is about other entities is null.

    Without `missing` nobody looks for the facts that open answers hang on, and that column is null too; likewise
    without `grounds` the columns `GROUNDS`. `checked` are the columns of checks. `columns` names the only ones that are
    worked out and given, if not all.
    """
    fields = [field for field in schema if not columns or field.name in columns]
    batch = _Batch(verdicts, entity, frozenset(schema.names), frozenset(field.name for field in fields))
    found = dict(_columns(batch, ids))
    if missing is not None:
        found["missing"] = missing.column(verdicts, ids)
        found["not_encoded"] = gaps_among(found["missing"])
    if grounds is not None:
        found |= grounds.columns(verdicts, ids)
    found |= checked or {}
    arrays = [found[f.name] if f.name in found else pa.nulls(batch.length, f.type) for f in fields]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _columns(batch: _Batch, ids: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    yield "type", words(np.zeros(batch.length, np.int32), [batch.entity])
    yield "id", ids.cast(pa.string())
    yield "as_of", batch.days()
    for decision in batch.policy.decisions.values():
        if (decision.name, n.OVERALL) in batch.verdicts.reached:
            yield from _decision(batch, decision)
    for score in batch.policy.scores.values():
        if score.entity == batch.entity and batch.says(score.name, "low", "high", "bands"):
            yield from _score(batch, score)
    if "obligations" in batch.wanted:
        yield "obligations", _obligations(batch)
    if any(f"rules.{status}" in batch.wanted for status in STATUSES):
        yield from _rules(batch)


class _Batch:
    """What the columns are made from: `asked` are those of all that was asked about, `wanted` those that are given."""

    def __init__(self, verdicts: Verdicts, entity: str, asked: frozenset[str], wanted: frozenset[str]) -> None:
        self.verdicts = verdicts
        self.entity = entity
        self.asked = asked
        self.wanted = wanted
        self.length = verdicts.frame.length
        self.policy = verdicts.frame.world.policy
        self.rules = Strata.of(self.policy).about.get(entity, ())
        self.least: dict[str, Ranks] = {}  # by decision, the overall answers that are certain

    def says(self, what: str, *parts: str) -> bool:
        """Whether one of these columns of a decision, an answer or a score is wanted."""
        return any(f"{what}.{part}" in self.wanted for part in parts)

    def days(self) -> pa.Array:
        frame = self.verdicts.frame
        known = [day if isinstance(day, date) else None for day in frame.days]
        return pa.array(known, pa.date32()).take(pa.array(frame.day))

    def status(self, rule: str, status: str) -> NDArray[np.bool_]:
        bits = getattr(self.verdicts.statuses[rule], status)
        return unpacked(bits, self.length).astype(np.bool_)

    def possibly(self, rule: str) -> NDArray[np.bool_]:
        """Where a rule concludes, or may."""
        return self.status(rule, "holds") | self.status(rule, "unknown") | self.status(rule, "not_encoded")

    def readings(self, operand: n.Operand, rule: ir.Rule, rows: Rows) -> tuple[NDArray[np.int32], Sequence[Any]]:
        """What an operand of a rule says in some rows."""
        frame = self.verdicts.frame.take(rows)
        coded = self.verdicts.vector.readings(renamed(operand, rule.variable, SELF), frame)
        return coded.codes, coded.facts


# ---- decisions


def _decision(batch: _Batch, decision: ir.Decision) -> Iterator[tuple[str, pa.Array]]:
    places = [p for p in jurisdictions_of(batch.policy, decision.name) if f"{decision.name}.{p}.must" in batch.asked]
    if not places:
        return
    answers = [_ViewBounds(batch, decision, place) for place in places]
    whole = answers[0]
    if len(places) > 1:
        must, may = (reduce(np.maximum, ends) for ends in zip(*((a.must, a.may) for a in answers), strict=True))
        whole = _ViewBounds(batch, decision, n.OVERALL, (must, may))
    batch.least[decision.name] = whole.must
    yield f"{decision.name}.must", whole.must_words
    yield f"{decision.name}.may", whole.may_words
    if batch.says(decision.name, "determined"):
        yield f"{decision.name}.determined", pa.array(whole.must == whole.may)
    if batch.says(decision.name, "from"):
        yield f"{decision.name}.from", lists_of([a.may == whole.may for a in answers], places, WORDS, batch.length)
    for answer in answers:
        yield from _answer(batch, decision, answer)


class _ViewBounds:
    """The least and the most severe outcome of each row in one view, as places in the chain and as columns."""

    def __init__(
        self, batch: _Batch, decision: ir.Decision, view: str, bounds: tuple[Ranks, Ranks] | None = None
    ) -> None:
        self.view = view
        self.must, self.may = bounds or batch.verdicts.bounds(decision.name, view)
        self.must_words = words(self.must, decision.outcomes)
        self.may_words = words(self.may, decision.outcomes)


def _answer(batch: _Batch, decision: ir.Decision, found: _ViewBounds) -> Iterator[tuple[str, pa.Array]]:
    name = f"{decision.name}.{found.view}"
    yield f"{name}.must", found.must_words
    yield f"{name}.may", found.may_words
    if batch.says(name, "enforced", "enforced_must", "enforced_may"):
        announced, enforced = found, np.ones(batch.length, np.bool_)
        if batch.verdicts.enforced is not batch.verdicts.reached:
            bounds = batch.verdicts.bounds(decision.name, found.view, enforced=True)
            announced = _ViewBounds(batch, decision, found.view, bounds)
            enforced = (found.must == announced.must) & (found.may == announced.may)
        yield f"{name}.enforced", pa.array(enforced)
        yield f"{name}.enforced_must", announced.must_words
        yield f"{name}.enforced_may", announced.may_words
    if batch.says(name, "details", "possible_details"):
        sure, possible = _details(batch, decision, found)
        yield f"{name}.details", lists_of(sure, decision.details, TEXTS, batch.length)
        yield f"{name}.possible_details", lists_of(possible, decision.details, TEXTS, batch.length)


def _details(
    batch: _Batch, decision: ir.Decision, found: _ViewBounds
) -> tuple[list[NDArray[np.bool_]], list[NDArray[np.bool_]]]:
    """For each detail: the rows in which a certain rule with the outcome `must` has it, and in which it else may be."""
    sure = [np.zeros(batch.length, np.bool_) for _ in decision.details]
    possible = [np.zeros(batch.length, np.bool_) for _ in decision.details]
    for rule in batch.rules:
        for effect in claims(rule.effects, decision.name) if rule.jurisdiction in (found.view, None) else ():
            certain = batch.status(rule.id, "holds") & (found.must == effect.outcome)
            within = (found.must <= effect.outcome) & (effect.outcome <= found.may)
            other = batch.possibly(rule.id) & within & ~certain
            for detail in effect.details:
                i = decision.details.index(detail)
                sure[i] |= certain
                possible[i] |= other
    return sure, [p & ~s for p, s in zip(possible, sure, strict=True)]


# ---- scores


def _score(batch: _Batch, score: ir.Score) -> Iterator[tuple[str, pa.Array]]:
    items = [(rule, effect) for rule in batch.rules for effect in points_added(rule.effects, score.name)]
    numbers: list[Number] = [score.low, score.high]
    for _, effect in items:
        numbers += [effect.points, effect.maximum or 0]
    unit = lcm(*(Fraction(number).denominator for number in numbers))  # every sum is a whole number of these parts
    low, high = np.zeros(batch.length, np.int64), np.zeros(batch.length, np.int64)
    open_ = np.zeros(batch.length, np.bool_)
    for rule, effect in items:
        for status in ("holds", "unknown"):
            rows = np.flatnonzero(batch.status(rule.id, status))
            codes, pairs = _points(batch, rule, effect, rows)
            least, most = (np.array([int((pair[i] or 0) * unit) for pair in pairs], np.int64)[codes] for i in (0, 1))
            low[rows] += least if status == "holds" else 0
            high[rows] += most
            open_[rows] |= np.array([pair[1] is None for pair in pairs], np.bool_)[codes]
    ends = int(score.low * unit), int(score.high * unit)
    low, high = low.clip(*ends), np.where(open_, ends[1], high.clip(*ends))
    span = ends[1] - ends[0] + 1
    key = (low - ends[0]) * span + (high - ends[0])
    different, number = np.unique(key, return_inverse=True)
    sums = [tuple(Fraction(ends[0] + end, unit) for end in divmod(k, span)) for k in different.tolist()]
    rows_of = pa.array(number, mask=_untold(batch, score))
    yield f"{score.name}.low", pa.array([points_decimal(a) for a, _ in sums], POINTS).take(rows_of)
    yield f"{score.name}.high", pa.array([points_decimal(b) for _, b in sums], POINTS).take(rows_of)
    yield f"{score.name}.bands", pa.array([list(bands_of(score, *ends_of)) for ends_of in sums], TEXTS).take(rows_of)


def _untold(batch: _Batch, score: ir.Score) -> NDArray[np.bool_]:
    """The rows in which a score is of no account beside what is decided, or nothing is to be said of it."""
    name, least = score.told_below or ("", 0)
    decided = batch.least.get(name)
    untold: NDArray[np.bool_] = np.zeros(batch.length, np.bool_) if decided is None else decided >= least
    where = _told_where(batch.policy, score.name)
    return untold if where is None else untold | (batch.verdicts.vector.truth(where, batch.verdicts.frame) == F)


@by_policy
def _told_where(policy: ir.Policy, score: str) -> n.Formula | None:
    """About a row: one object, so that what is prepared for it is found again."""
    found = policy.scores[score]
    return None if found.told_where is None else renamed(found.told_where, found.variable, SELF)


def _points(
    batch: _Batch, rule: ir.Rule, effect: ir.AddsPoints, rows: Rows
) -> tuple[NDArray[np.int32], Sequence[Points]]:
    """The least and the most that an item adds in some rows: which of the pairs each has."""
    if effect.per is None or not len(rows):
        return np.zeros(len(rows), np.int32), [(effect.points, effect.points)]
    codes, readings = batch.readings(effect.per, rule, rows)
    return codes, [points_of(effect, interval(reading)) for reading in readings]


# ---- obligations, rules


def _obligations(batch: _Batch) -> pa.Array:
    """Duties that are due or may be due, in the order of the rules."""
    duties: dict[Duty, int] = {}
    pairs: list[tuple[Rows, NDArray[np.int64]]] = []
    for rule in batch.rules:
        for act in acts(rule.effects):
            for status in ("holds", "unknown"):
                rows = np.flatnonzero(batch.status(rule.id, status))
                if len(rows):
                    pairs.append((rows, _duties(batch, rule, act, status, rows, duties)))
    values = [{f.name: getattr(duty, f.name) for f in OBLIGATIONS.value_type} for duty in duties]
    return _gathered(pairs, pa.array(values, OBLIGATIONS.value_type), batch.length)


def _duties(
    batch: _Batch, rule: ir.Rule, effect: ir.Obliges, status: str, rows: Rows, duties: dict[Duty, int]
) -> NDArray[np.int64]:
    bearers, who = batch.readings(effect.bearer, rule, rows)
    days: tuple[NDArray[np.int32], Sequence[Any]] = np.zeros(len(rows), np.int32), [None]
    if effect.deadline is not None:
        days = batch.readings(effect.deadline, rule, rows)
    number, shown = distinct([(bearers, len(who)), (days[0], len(days[1]))], len(rows))
    places = []
    for row in shown.tolist():
        duty = duty_of(rule, effect, who[bearers[row]], days[1][days[0][row]], due=status == "holds")
        places.append(duties.setdefault(duty, len(duties)))
    return np.array(places, np.int64)[number]


def _rules(batch: _Batch) -> Iterator[tuple[str, pa.Array]]:
    names = pa.array([rule.id for rule in batch.rules], pa.string())
    for status in STATUSES:
        lists = _places(batch, status)
        if lists is not None:
            members = pa.DictionaryArray.from_arrays(pa.array(lists[1]), names)
            yield f"rules.{status}", pa.ListArray.from_arrays(pa.array(lists[0]), members).cast(WORDS)
            continue
        pairs = []
        for i, rule in enumerate(batch.rules):
            bits = getattr(batch.verdicts.statuses[rule.id], status)
            if np.ndim(bits) or bits:
                rows = np.flatnonzero(unpacked(bits, batch.length))
                pairs.append((rows, np.full(len(rows), i, np.int64)))
        found = _gathered(pairs, None, batch.length)
        members = pa.DictionaryArray.from_arrays(found.values.cast(pa.int32()), names)
        yield f"rules.{status}", pa.ListArray.from_arrays(found.offsets, members).cast(WORDS)


def _places(batch: _Batch, status: str) -> Places | None:
    """The rules that have a status in each row, by their places; None where they are to be gathered otherwise."""
    bits = [getattr(batch.verdicts.statuses[rule.id], status) for rule in batch.rules]
    there = [i for i, own in enumerate(bits) if np.ndim(own) or own]
    found = places_of([bits[i] if np.ndim(bits[i]) else None for i in there], batch.length)
    return None if found is None else (found[0], np.array(there, np.int32)[found[1]] if there else found[1])


def _gathered(pairs: Sequence[tuple[Rows, NDArray[np.int64]]], values: pa.Array | None, length: int) -> pa.Array:
    """Lists of values, or of their places, from pairs of a row and a place; each row's in the order they came."""
    rows = np.concatenate([r for r, _ in pairs]) if pairs else np.zeros(0, np.int64)
    places = np.concatenate([p for _, p in pairs]) if pairs else np.zeros(0, np.int64)
    order = np.argsort(rows, kind="stable")
    offsets = np.zeros(length + 1, np.int32)
    np.cumsum(np.bincount(rows, minlength=length), out=offsets[1:])
    members = pa.array(places[order])
    return pa.ListArray.from_arrays(pa.array(offsets), members if values is None else values.take(members))
