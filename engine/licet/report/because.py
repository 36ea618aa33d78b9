"""Why a row's answer is what it is, in one short line: for duties, for permissions and for ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.ir import policy as ir
from licet.ir.outcomes import claims_in
from licet.ir.strata import Strata
from licet.report.flat import BETWEEN, flat_column
from licet.report.missing_words import law_words
from licet.run.reference.live import live
from licet.values import Truth

FACTS = "(missing)"  # where a flattened row has its missing facts as records
_SAYING = ("holds", "unknown", "defeated", "not_encoded")  # statuses of rules that a line reads
_NULL = "\0"  # in no text of a table
_MOST = 3  # rules or facts that a line names


def because_of(
    policy: ir.Policy, decision: ir.Decision, places: Iterable[str]
) -> Callable[[Mapping[str, Any]], str | None]:
    """What says it of a row of the result table, flattened; None where the row is about something else.

    Rules of other jurisdictions than the `places` that were asked say nothing about the answer.
    """
    claims = {rule.id: outcome for place in places for rule, outcome in claims_in(policy, decision.name, place)}
    answer = _Answer(policy, decision, claims)
    return lambda row: None if row[f"{decision.name}.must"] is None else "; ".join(answer.said(row))


class _Answer:
    """One decision, and the outcomes that rules claim."""

    def __init__(self, policy: ir.Policy, decision: ir.Decision, claims: Mapping[str, int]) -> None:
        self._policy = policy
        self._decision = decision
        self._claims = claims
        self._asleep = cache(self._not_in_force)

    def said(self, row: Mapping[str, Any]) -> Iterator[str]:
        must, may = (self._decision.outcomes.index(row[f"{self._decision.name}.{end}"]) for end in ("must", "may"))
        holding = [rule for rule in _ids(row, "holds") if self._claims.get(rule) == must]
        if must == may:
            yield from map(self._words, holding) if holding else self._permitted(row, must)
            return
        least = "; ".join(map(self._words, holding[:_MOST])) or "no rule surely asks for more"
        yield f"at least {self._outcome(must)}: {least}"
        doubtful = [rule for status in ("unknown", "not_encoded") for rule in _ids(row, status)]
        open_ = [rule for rule in doubtful if self._claims.get(rule) == may]
        open_ = open_ or [rule for rule in doubtful if rule in self._claims]
        most = "; ".join(map(self._words, open_[:_MOST])) or "it is open whether an exception frees"
        yield f"at most {self._outcome(may)}, if it applies: {most}{_more(open_)}"
        facts = row[FACTS] or ()
        if facts:
            yield f"to settle it: {'; '.join(map(_fact, facts[:_MOST]))}{_more(facts)}"

    def _permitted(self, row: Mapping[str, Any], must: int) -> Iterator[str]:
        """Why no rule asks for more: exceptions free, or none applies."""
        rules = self._policy.rules
        graver = [rule for rule, outcome in self._claims.items() if outcome > must and rules[rule].kind != "default"]
        freed = [rule for rule in _ids(row, "defeated") if rule in graver]
        holding = set(_ids(row, "holds"))
        for rule in freed[:_MOST]:
            beaters = [e for e in Strata.of(self._policy).beaten_by.get(rule, ()) if e in holding]
            by = ", ".join(map(self._named, beaters)) or "an exception"
            yield f"{self._named(rule)} asks for {self._outcome(self._claims[rule])}, but is excepted by {by}"
        rest = [rule for rule in graver if rule not in freed]
        if len(rest) == 1:
            status = "is not in force on that day" if self._asleep(rest[0], row["as_of"]) else "does not apply"
            yield f"the one rule that asks for more {status}: {self._named(rest[0])}"
        elif rest:
            asleep = sum(self._asleep(rule, row["as_of"]) for rule in rest)
            later = f", {asleep} of them not in force on that day" if asleep else ""
            named = ", ".join(self._named(rule) for rule in rest[:_MOST])
            yield f"none of {len(rest)} rules that ask for more applies{later}: {named}{_more(rest)}"
        elif not freed:
            yield "no rule asks for more"

    def _not_in_force(self, rule: str, day: date | None) -> bool:
        return live(self._policy.rules[rule].live, day) is Truth.F

    def _words(self, id_: str) -> str:
        rule = self._policy.rules[id_]
        return (rule.because or rule.title or rule.called) + _cites(rule)

    def _named(self, id_: str) -> str:
        rule = self._policy.rules[id_]
        return rule.called.replace("_", " ") + _cites(rule)

    def _outcome(self, place: int) -> str:
        return self._decision.outcomes[place].replace("_", " ")


def because_columns(policy: ir.Policy, schema: pa.Schema) -> Mapping[str, Callable[[pa.RecordBatch], pa.Array]]:
    """The column `<decision>.because` of each decision of a result table; none where the table lists no rules.

    What is to be said is worked out once for all rows of a batch of which it is the same.
    """
    if not {f"rules.{status}" for status in _SAYING} <= set(schema.names):
        return {}
    decisions = [d for d in policy.decisions.values() if f"{d.name}.must" in schema.names]
    return {f"{d.name}.because": _column(d, because_of(policy, d, places_in(d, schema.names))) for d in decisions}


def places_in(decision: ir.Decision, names: Iterable[str]) -> list[str]:
    """The jurisdictions that a result table has for a decision."""
    start, end = f"{decision.name}.", ".enforced"
    return [name[len(start) : -len(end)] for name in names if name.startswith(start) and name.endswith(end)]


def _column(
    decision: ir.Decision, said: Callable[[Mapping[str, Any]], str | None]
) -> Callable[[pa.RecordBatch], pa.Array]:
    names = [f"{decision.name}.must", f"{decision.name}.may", "as_of", *(f"rules.{status}" for status in _SAYING)]

    def column(batch: pa.RecordBatch) -> pa.Array:
        flat = [flat_column(batch[name]) for name in names]
        missing = flat_column(batch["missing"])
        keys = [pc.fill_null(part.cast(pa.string()), _NULL) for part in (*flat, missing)]
        rows = pc.binary_join_element_wise(*keys, _NULL).dictionary_encode()
        first = pa.array(np.unique(rows.indices.to_numpy(), return_index=True)[1])
        columns = [part.take(first).to_pylist() for part in flat]
        facts = batch["missing"].take(first).to_pylist()
        texts = [
            said({**dict(zip(names, values, strict=True)), FACTS: found})
            for *values, found in zip(*columns, facts, strict=True)
        ]
        return pa.array(texts, pa.string()).take(rows.indices)

    return column


def _ids(row: Mapping[str, Any], status: str) -> list[str]:
    return [id_ for id_ in (row[f"rules.{status}"] or "").split(BETWEEN) if id_]


def _cites(rule: ir.Rule) -> str:
    return f" ({', '.join(ir.citations(rule))})" if rule.cites else ""


def _fact(fact: Mapping[str, str]) -> str:
    if fact["kind"] == "law":
        return law_words(fact)
    state = f" ({fact['state']})" if fact["state"] else ""
    return f"{fact['fact'].replace('_', ' ')} of {fact['type']} {fact['id']}{state}"


def _more(found: Sequence[Any]) -> str:
    return f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
