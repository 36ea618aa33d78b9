"""Decisions as a table: one row a subject, the shape that every engine gives and every writer takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide.decision import Decision, Finding, Missing
from licet.decide.grounds.laws import GAP, words
from licet.ir import policy as ir
from licet.ir.outcomes import outcome_of, places_asked
from licet.values import Number

WORD = pa.dictionary(pa.int32(), pa.string())
WORDS = pa.list_(WORD)
TEXTS = pa.list_(pa.string())
POINTS = pa.decimal128(38, 9)
OBLIGATIONS = pa.list_(
    pa.struct(
        [(name, pa.string()) for name in ("rule", "status", "bearer", "modal", "act", "deadline_kind", "deadline")]
    )
)
MISSING = pa.list_(pa.struct([(name, pa.string()) for name in ("type", "id", "fact", "state", "kind", "note")]))
STATUSES = ("holds", "unknown", "defeated", "not_encoded")
CONFLICTS = pa.list_(
    pa.struct(
        [(name, pa.string()) for name in ("type", "id", "term")]
        + [(name, pa.list_(pa.string())) for name in ("values", "rules")]
    )
)


def decisions_about(policy: ir.Policy, types: Iterable[str]) -> list[ir.Decision]:
    """The decisions about these types for which there are rules, in the order of the policy."""
    wanted = set(types)
    ruled = {
        name for name in policy.decisions for r in policy.rules.values() if outcome_of(r, name) is not None
    }  # a decision without a rule is never given
    return [d for d in policy.decisions.values() if d.entity in wanted and d.name in ruled]


def result_schema(policy: ir.Policy, types: Sequence[str], jurisdictions: Sequence[str] = ()) -> pa.Schema:
    """The columns for subjects of these types; with `jurisdictions`, only those and the common one."""
    fields = [("type", WORD), ("id", pa.string()), ("as_of", pa.date32())]
    for decision in decisions_about(policy, types):
        name = decision.name
        fields += [(f"{name}.must", WORD), (f"{name}.may", WORD), (f"{name}.determined", pa.bool_())]
        fields.append((f"{name}.from", WORDS))
        for place in places_asked(policy, name, tuple(jurisdictions)):
            fields += [(f"{name}.{place}.{part}", type_) for part, type_ in _ANSWER]
    for score in policy.scores.values():
        if score.entity in types:
            fields += [(f"{score.name}.low", POINTS), (f"{score.name}.high", POINTS), (f"{score.name}.bands", TEXTS)]
    fields += [("obligations", OBLIGATIONS), ("missing", MISSING), ("not_encoded", WORDS), ("conflicts", CONFLICTS)]
    fields += [("contradictions", WORDS), ("doubts", WORDS)]
    fields += [("assumptions", WORDS), ("unverified", WORDS)]
    fields += [(f"rules.{status}", WORDS) for status in STATUSES]
    return pa.schema(fields)


_ANSWER = (
    ("must", WORD),
    ("may", WORD),
    ("details", TEXTS),
    ("possible_details", TEXTS),
    ("enforced", pa.bool_()),
    ("enforced_must", WORD),
    ("enforced_may", WORD),
)


def result_table(policy: ir.Policy, decisions: Sequence[Decision], schema: pa.Schema | None = None) -> pa.RecordBatch:
    """The rows of these decisions, in their order."""
    if schema is None:
        schema = result_schema(policy, list(dict.fromkeys(d.subject.type for d in decisions)))
    rows = [_row(policy, d) for d in decisions]
    columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def decisions_table(
    policy: ir.Policy, decisions: Sequence[Decision], jurisdictions: Sequence[str] = (), *, missing: bool = True
) -> pa.Table:
    """The rows with the columns of these jurisdictions; without `missing` that column is null."""
    types = list(dict.fromkeys(decision.subject.type for decision in decisions))
    schema = result_schema(policy, types, jurisdictions)
    table = pa.Table.from_batches([result_table(policy, decisions, schema)])
    if missing:
        return table
    return table.set_column(schema.get_field_index("missing"), "missing", pa.nulls(len(table), MISSING))


def _row(policy: ir.Policy, decision: Decision) -> dict[str, Any]:
    row: dict[str, Any] = {"type": decision.subject.type, "id": decision.subject.id, "as_of": decision.as_of}
    for overall in decision.overall:
        row[f"{overall.decision}.must"] = overall.must
        row[f"{overall.decision}.may"] = overall.may
        row[f"{overall.decision}.determined"] = overall.must == overall.may
        row[f"{overall.decision}.from"] = list(overall.source)
    for answer in decision.answers:
        prefix = f"{answer.decision}.{answer.jurisdiction}."
        row[prefix + "must"] = answer.must
        row[prefix + "may"] = answer.may
        row[prefix + "details"] = list(answer.details)
        row[prefix + "possible_details"] = list(answer.possible_details)
        row[prefix + "enforced"] = answer.enforced
        row[prefix + "enforced_must"], row[prefix + "enforced_may"] = answer.enforced_range
    for score in (found for found in decision.scores if found.told):
        row[f"{score.score}.low"] = points_decimal(score.low)
        row[f"{score.score}.high"] = points_decimal(score.high)
        row[f"{score.score}.bands"] = list(score.bands)
    row["obligations"] = [{name: getattr(duty, name) for name in _DUTY} for duty in decision.obligations]
    row["missing"] = [_missing(m) for m in decision.missing]
    row["not_encoded"] = [gap.gap for gap in decision.not_encoded]
    row["conflicts"] = [
        {"type": c.of.type, "id": c.of.id, "term": c.term, "values": list(c.values), "rules": list(c.rules)}
        for c in decision.conflicts
    ]
    row["contradictions"] = _checks(policy, decision.contradictions)
    row["doubts"] = _checks(policy, decision.doubts)
    row["assumptions"], row["unverified"] = list(decision.assumptions), list(decision.unverified)
    for status in STATUSES:
        row[f"rules.{status}"] = _rules(decision, status)
    return row


def _missing(missing: Missing) -> dict[str, str | None]:
    type_, id_ = missing.of
    note = None if missing.law is None else words(missing.law)
    return {
        "type": type_,
        "id": id_,
        "fact": missing.fact,
        "state": missing.state,
        "kind": missing.kind,
        "note": note,
    }


def _checks(policy: ir.Policy, findings: Sequence[Finding]) -> list[str]:
    """The checks that find something, without the doubts that are accepted, in the order of the policy."""
    names = {found.check for found in findings if not found.accepted}
    return [name for name in policy.checks if name in names]


def gaps_among(missing: pa.ListArray) -> pa.Array:
    """The column `not_encoded` from `missing`: the gaps of each row, once each and in order."""
    entries = missing.flatten()
    is_gap = pc.equal(entries.field("type"), GAP).to_numpy(zero_copy_only=False)
    places = np.flatnonzero(is_gap)
    rows = np.repeat(np.arange(len(missing)), pc.fill_null(pc.list_value_length(missing), 0).to_numpy())[places]
    names = entries.field("id").take(pa.array(places)).dictionary_encode()
    codes = names.indices.to_numpy(zero_copy_only=False)
    # INVARIANT: entries are sorted, so that the two states of one gap stand beside each other.
    new = np.ones(len(places), np.bool_)
    new[1:] = (rows[1:] != rows[:-1]) | (codes[1:] != codes[:-1])
    offsets = np.zeros(len(missing) + 1, np.int32)
    np.cumsum(np.bincount(rows[new], minlength=len(missing)), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), names.filter(pa.array(new))).cast(WORDS)


_DUTY = ("rule", "status", "bearer", "modal", "act", "deadline_kind", "deadline")


def _rules(decision: Decision, status: str) -> list[str]:
    """Every rule about the subject itself that has this status, deciding or not, in the order of the policy."""
    settled = decision.settled
    about = settled.rules_about(decision.subject.type)
    return [r.id for r in about if settled.result(r, decision.subject).status == status]


def points_decimal(number: Number) -> Decimal:
    """To nine places, the last one rounded half to even."""
    scaled = round(Fraction(number) * 10**9)
    return Decimal(scaled).scaleb(-9)
