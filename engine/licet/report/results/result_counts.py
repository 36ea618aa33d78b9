"""What the rows of a result come to, batch by batch: nothing that is kept grows with their number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.ir import policy as ir
from licet.ir.outcomes import rules_deciding
from licet.report.flat import listed

VALUES = 1_000  # different ones of a column of one's own, beyond which it is not counted by
RECORDS = 50_000  # that are counted one by one; the rarest are forgotten beyond
_LAW = "law"
Ends = tuple[str, str]


class ResultCounts:
    """Counts over rows; `add` takes the batches of a `ResultStream`.

    `outcomes` is by decision and ends; `places` by decision, jurisdiction and ends; `values` by column, decision, value
    and ends; `rules` by decision, rule, status and ends. `missing` and `alone` are by the type and fact, or by the kind
    and name of law: in how many rows, and in how many of them nothing else is missing. `records` is by single things
    that rows of others lack a fact of; where `forgotten`, its numbers may be too low.
    """

    def __init__(self, policy: ir.Policy, names: Sequence[str], by: Sequence[str]) -> None:
        self.policy = policy
        self.decisions = [d for d in policy.decisions.values() if {f"{d.name}.must", f"{d.name}.may"} <= set(names)]
        self.jurisdictions = {d.name: _places(d.name, names) for d in self.decisions}
        self.scores = [score for score in policy.scores.values() if f"{score.name}.bands" in names]
        self.by = list(by)
        self.rows: Counter[str] = Counter()
        self.first: date | None = None
        self.last: date | None = None
        self.undated = 0
        self.outcomes: Counter[tuple[str, str, str]] = Counter()
        self.places: Counter[tuple[str, str, str, str]] = Counter()
        self.unenforced: Counter[tuple[str, str]] = Counter()
        self.values: Counter[tuple[str, str, str | None, str | None, str | None]] = Counter()
        self.rules: Counter[tuple[str, str, str, str, str]] = Counter()
        self.bands: Counter[tuple[str, str]] = Counter()
        self.missing: Counter[tuple[str, str, str]] = Counter()
        self.alone: Counter[tuple[str, str, str]] = Counter()
        self.records: Counter[tuple[str, str, str]] = Counter()
        self.forgotten = False
        self.told: Counter[tuple[str, str]] = Counter()
        self._notes: dict[tuple[str, str, str], str] = {}
        self._different: dict[str, set[str | None]] = {name: set() for name in by}
        self._claims = {d.name: _claiming(policy, d.name) for d in self.decisions}

    @property
    def too_many(self) -> list[str]:
        """The columns of one's own that have too many different values to be counted by."""
        return [name for name, found in self._different.items() if len(found) > VALUES]

    @property
    def wanted(self) -> list[str]:
        """The columns that are counted."""
        names = ["type", "id", "as_of", *self.by, *_LISTS, "missing", *_RECORDS]
        for decision in self.decisions:
            names += [f"{decision.name}.must", f"{decision.name}.may"]
            names += [
                f"{decision.name}.{place}.{part}"
                for place in self.jurisdictions[decision.name]
                for part in ("must", "may", "enforced")
            ]
        return [*names, *(f"{score.name}.bands" for score in self.scores), *(f"rules.{status}" for status in STATUSES)]

    def claiming(self, decision: str) -> list[str]:
        """The rules that claim an outcome of a decision, or except one that does."""
        return self._claims[decision]

    def add(self, batch: pa.RecordBatch) -> None:
        for type_, number in zip(*counts_of(coded(batch["type"])), strict=True):
            self.rows[type_] += number
        self._days(batch)
        for decision in self.decisions:
            self._answers(batch, decision)
        for score in self.scores:
            self._bands(batch, score.name)
        for kind in _LISTS:
            if kind in batch.schema.names:
                self._told(kind, pc.list_parent_indices(batch[kind]), batch[kind].flatten())
        for kind in _RECORDS:
            if kind in batch.schema.names:
                self._records(kind, batch[kind])
        if "missing" in batch.schema.names:
            self._missing(batch)

    def _days(self, batch: pa.RecordBatch) -> None:
        if "as_of" not in batch.schema.names:
            return
        ends = pc.min_max(batch["as_of"]).as_py()
        self.undated += batch["as_of"].null_count
        days = [day for day in (self.first, self.last, ends["min"], ends["max"]) if day is not None]
        self.first, self.last = (min(days), max(days)) if days else (None, None)

    def _answers(self, batch: pa.RecordBatch, decision: ir.Decision) -> None:
        must, may = batch[f"{decision.name}.must"], batch[f"{decision.name}.may"]
        if must.null_count == len(must):
            return
        ends = paired(coded(must), coded(may))
        self.outcomes.update({(decision.name, *key): n for key, n in _pairs(ends) if None not in key})
        for place in self.jurisdictions[decision.name]:
            start = f"{decision.name}.{place}."
            found = paired(coded(batch[start + "must"]), coded(batch[start + "may"]))
            self.places.update({(decision.name, place, *key): n for key, n in _pairs(found) if None not in key})
            if start + "enforced" in batch.schema.names:
                enforced = truths(batch[start + "enforced"], otherwise=True)
                self.unenforced[decision.name, place] += enforced.false_count
        for name in self.by:
            if name in batch.schema.names and len(self._different[name]) <= VALUES:
                value = coded(batch[name])
                self._different[name].update(value[1])
                self.values.update(
                    {(name, decision.name, *key): n for key, n in _triples(value, ends) if key[1] is not None}
                )
        for status in STATUSES:
            if f"rules.{status}" in batch.schema.names:
                self._rules(batch[f"rules.{status}"], status, decision.name, ends)

    def _rules(self, column: pa.Array, status: str, decision: str, ends: Coded2) -> None:
        rows, members = pc.list_parent_indices(column), coded(column.flatten())
        claims = set(self._claims[decision])
        is_claim = np.array([rule in claims for rule in members[1]], np.bool_)
        kept = is_claim[members[0]] if len(members[1]) else np.zeros(0, np.bool_)
        codes = ends[0][rows.to_numpy()[kept]], ends[1]
        for (rule, must, may), number in _triples((members[0][kept], members[1]), codes):
            if must is not None:
                self.rules[decision, str(rule), status, must, str(may)] += number

    def add_bits(self, batch: pa.RecordBatch, bits: pa.RecordBatch) -> None:
        """The rules of rows that do not name them; `bits` are of the same rows."""
        there = set(bits.schema.names)
        for decision in self.decisions:
            ends = paired(coded(batch[f"{decision.name}.must"]), coded(batch[f"{decision.name}.may"]))
            for rule in self._claims[decision.name]:
                for status in STATUSES:
                    if f"{rule}.{status}" not in there:
                        continue
                    held = truths(bits[f"{rule}.{status}"]).to_numpy(zero_copy_only=False)
                    for (must, may), number in _pairs((ends[0][held], ends[1])):
                        if must is not None:
                            self.rules[decision.name, rule, status, must, str(may)] += number

    def _bands(self, batch: pa.RecordBatch, score: str) -> None:
        column = batch[f"{score}.bands"]
        if column.null_count == len(column):
            return
        texts = pc.binary_join(column.cast(pa.list_(pa.string())), _BETWEEN)
        for text, number in zip(*counts_of(coded(texts)), strict=True):
            if text:
                ends = text.split(_BETWEEN)
                self.bands[score, ends[0] if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"] += number

    def _told(self, kind: str, rows: pa.Array, members: pa.Array) -> None:
        """Each text once a row."""
        codes, texts = coded(members)
        once = np.unique(rows.to_numpy().astype(np.int64) * max(1, len(texts)) + codes) % max(1, len(texts))
        for code, number in zip(*np.unique(once, return_counts=True), strict=True):
            if (text := texts[code]) is not None:
                self.told[kind, text] += int(number)

    def _records(self, kind: str, column: pa.Array) -> None:
        """Conflicts and duties by their words, without what they are about: a thousand things may have the same."""
        words = listed(column) if pa.types.is_struct(column.type.value_type) else column
        members = words.flatten()
        if not len(members):
            return
        whole = members.dictionary_encode()
        short = pa.array([_without_subject(kind, text) for text in whole.dictionary.to_pylist()], pa.string())
        self._told(kind, pc.list_parent_indices(words), short.take(whole.indices))

    def _missing(self, batch: pa.RecordBatch) -> None:
        column = batch["missing"]
        members = column.flatten()
        if not len(members):
            return
        rows = pc.list_parent_indices(column).to_numpy()
        is_law = pc.equal(members.field("kind"), _LAW)
        name = pc.if_else(is_law, members.field("id"), "")
        kinds = paired(paired(coded(members.field("type")), coded(members.field("fact"))), coded(name))
        width = max(1, len(kinds[1]))
        once = np.unique(rows.astype(np.int64) * width + kinds[0])
        each = np.bincount(once // width, minlength=len(batch))
        for counter, found in ((self.missing, once), (self.alone, once[each[once // width] == 1])):
            for code, number in zip(*np.unique(found % width, return_counts=True), strict=True):
                (type_, fact), named = kinds[1][code]
                counter[str(type_), str(fact), str(named)] += int(number)
        for note, key in zip(*self._noted(members, kinds, is_law), strict=True):
            self._notes.setdefault(key, note)
        self._single(batch, members, rows, is_law)

    def note(self, type_: str, fact: str, name: str) -> str:
        """What is noted of law that is open."""
        return self._notes.get((type_, fact, name), "")

    @staticmethod
    def _noted(members: pa.Array, kinds: Any, is_law: pa.Array) -> tuple[list[str], list[tuple[str, str, str]]]:
        places = np.flatnonzero(is_law.to_numpy(zero_copy_only=False))
        first = np.unique(kinds[0][places], return_index=True)[1] if len(places) else places
        notes = [note or "" for note in members.field("note").take(pa.array(places[first])).to_pylist()]
        keys = [kinds[1][code] for code in kinds[0][places[first]]]
        return notes, [(str(type_), str(fact), str(name)) for (type_, fact), name in keys]

    def _single(self, batch: pa.RecordBatch, members: pa.Array, rows: NDArray[Any], is_law: pa.Array) -> None:
        """Things that other rows refer to: to ask about one of these once may settle many rows."""
        own = pc.equal(members.field("id"), batch["id"].take(pa.array(rows)))
        others = members.filter(pc.invert(pc.or_(own, is_law)))
        if not len(others):
            return
        table = pa.table({name: _texts(others.field(name)) for name in ("type", "id", "fact")})
        for found in table.group_by(["type", "id", "fact"]).aggregate([([], "count_all")]).to_pylist():
            self.records[found["type"], found["id"], found["fact"]] += found["count_all"]
        if len(self.records) > RECORDS:
            self.forgotten = True
            self.records = Counter(dict(self.records.most_common(RECORDS // 2)))


STATUSES = ("holds", "unknown")
_LISTS = ("not_encoded", "contradictions", "doubts", "assumptions", "unverified")
_RECORDS = ("conflicts", "obligations")
_BETWEEN = "; "
_CONFLICT = re.compile(r"(\w+) .*: (\w+ is .*, by .*)", re.DOTALL)
Coded1 = tuple[NDArray[Any], list[str | None]]  # a code for each row, and what it stands for
Coded2 = tuple[NDArray[Any], list[Any]]


def coded(column: pa.Array) -> Coded1:
    """A column of texts as numbers of its different values; null is one of them."""
    words = column if pa.types.is_dictionary(column.type) else _texts(column).dictionary_encode()
    values: list[str | None] = words.dictionary.to_pylist()
    if not words.null_count:
        return words.indices.to_numpy(), values
    return pc.fill_null(words.indices, len(values)).to_numpy(), [*values, None]


def paired(one: Coded2, other: Coded2) -> Coded2:
    """Two columns as one of pairs: only those that there are."""
    width = max(1, len(other[1]))
    found, codes = np.unique(one[0].astype(np.int64) * width + other[0], return_inverse=True)
    return codes, [(one[1][code // width], other[1][code % width]) for code in found.tolist()]


def counts_of(column: Coded1) -> tuple[list[Any], list[int]]:
    """Each value that there is, and in how many rows."""
    numbers = np.bincount(column[0], minlength=len(column[1]))
    there = np.flatnonzero(numbers).tolist()
    return [column[1][code] for code in there], [int(numbers[code]) for code in there]


def _pairs(ends: Coded2) -> Iterator[tuple[Any, int]]:
    yield from zip(*counts_of(ends), strict=True)


def _triples(value: Coded1, ends: Coded2) -> Iterator[tuple[tuple[str | None, str | None, str | None], int]]:
    for (one, (must, may)), number in _pairs(paired(value, ends)):
        yield (one, must, may), number


def _texts(column: pa.Array) -> pa.Array:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def truths(column: pa.Array, *, otherwise: bool = False) -> pa.BooleanArray:
    """A column of truths, `otherwise` where it is null."""
    found = pc.equal(column, "true") if pa.types.is_string(column.type) else column
    return pc.fill_null(found, otherwise)


def _places(decision: str, names: Sequence[str]) -> list[str]:
    start, end = f"{decision}.", ".must"
    return [
        name[len(start) : -len(end)]
        for name in names
        if name.startswith(start) and name.endswith(end) and name.count(".") == 2
    ]


def _claiming(policy: ir.Policy, decision: str) -> list[str]:
    deciding = [rule.id for rule in rules_deciding(policy)[decision]]
    excepting = [rule.id for rule in policy.rules.values() if not set(rule.excepts).isdisjoint(deciding)]
    return list(dict.fromkeys((*deciding, *excepting)))


def _without_subject(kind: str, text: str | None) -> str | None:
    """A conflict with the type of what it is about, without its id; a duty by its rule."""
    if text is None:
        return None
    if kind == "obligations":
        status = "may be due" if text.startswith("may be due: ") else "due"
        return f"{status} {text.rpartition(' [')[2].rstrip(']')}"
    return _CONFLICT.sub(r"\1: \2", text)
