"""How answers moved: in which direction, and apart from that whether they are more certain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.changes.causes.causes import Causes
from licet.decide.table.result_table import decisions_about
from licet.ir import policy as ir
from licet.ir.nodes import OVERALL
from licet.ir.outcomes import places_asked

Direction = Literal["stricter", "looser", "none"]
Certainty = Literal["more", "less", "same"]
SHOWN = 20  # subjects of a move that are named


class OutcomeRange(NamedTuple):
    """The least and the gravest outcome that an answer may be, as places in the chain of its decision."""

    must: int
    may: int


def direction(old: OutcomeRange, new: OutcomeRange) -> Direction:
    """Stricter where must or may rises and none falls; none where a range narrows or widens at both ends."""
    rises, falls = new.must > old.must or new.may > old.may, new.must < old.must or new.may < old.may
    if rises == falls:
        return "none"
    return "stricter" if rises else "looser"


def certainty(old: OutcomeRange, new: OutcomeRange) -> Certainty:
    """By the width of the range."""
    before, after = old.may - old.must, new.may - new.must
    return "same" if before == after else "more" if after < before else "less"


def surely(old: OutcomeRange, new: OutcomeRange) -> Direction:
    """The direction in which the answer moves whatever turns out of what is not known: knowledge narrows ranges."""
    if new.may < old.must:
        return "looser"
    return "stricter" if new.must > old.may else "none"


def comparable(old: ir.Policy, new: ir.Policy, decision: str) -> str:
    """Why answers to a decision cannot be compared; empty where they can."""
    was, now = old.decisions.get(decision), new.decisions.get(decision)
    if was is None or now is None:
        return f"only {'NEW' if was is None else 'OLD'} has this decision"
    if was.entity != now.entity:
        return "it is about something else"
    return "" if was.outcomes == now.outcomes else "its outcomes are others"


@dataclass(frozen=True, slots=True)
class Responsible:
    """What moved so many `rows` of a move; or, with a fault, why that is not known of them."""

    causes: Causes
    rows: int


@dataclass(frozen=True, slots=True)
class Move:
    """The subjects of which an answer moved from one range to another.

    `what` says of what: the answer, the answer as enforced where the other did not move, or its details alone.
    `subjects` are the first of `ids`. Rows of which nothing is `responsible` were not looked into.
    """

    what: Literal["answer", "enforced", "details"]
    decision: str
    jurisdiction: str
    old: tuple[str, str]
    new: tuple[str, str]
    direction: Direction
    certainty: Certainty
    surely: Direction
    rows: int
    subjects: tuple[str, ...]
    ids: pa.Array = field(compare=False, repr=False)
    responsible: tuple[Responsible, ...] = ()


@dataclass(frozen=True, slots=True)
class InventoryMoves:
    """What became of the subjects of an inventory; those that only one policy decides are counted apart."""

    subjects: int
    moved: int
    only_old: int
    only_new: int
    moves: tuple[Move, ...]
    by_decision: Mapping[str, int]

    def decided(self, decision: str) -> int:
        """How many subjects both policies gave an answer to this decision."""
        return self.by_decision.get(decision, 0)


def columns_compared(policy: ir.Policy, types: Sequence[str]) -> tuple[str, ...]:
    """The columns of the result table that `moves_between` reads."""
    found = ["type", "id"]
    for decision in decisions_about(policy, types):
        found += [f"{decision.name}.must", f"{decision.name}.may"]
        for place in places_asked(policy, decision.name, ()):
            parts = ("must", "may", "details", "possible_details", "enforced_must", "enforced_may")
            found += [f"{decision.name}.{place}.{part}" for part in parts]
    return tuple(found)


def moves_between(policies: tuple[ir.Policy, ir.Policy], tables: tuple[pa.Table, pa.Table]) -> InventoryMoves:
    """The answers of two result tables beside each other, joined by type and id."""
    was, now = (_keys(table) for table in tables)
    found = pc.index_in(was, now)
    rows = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False)), found.drop_null().to_numpy()
    joined = tables[0].take(pa.array(rows[0])), tables[1].take(pa.array(rows[1]))
    asked = [name for name in policies[0].decisions if not comparable(*policies, name)]
    touched = np.zeros(len(rows[0]), np.bool_)
    moves = [
        move
        for decision in asked
        for place in (OVERALL, *_places(policies, decision))
        for move in _of_decision(policies[0], joined, decision, place, touched)
    ]
    counts = {name: _both(joined, name) for name in asked}
    lacking = len(was) - len(touched), len(now) - len(touched)
    return InventoryMoves(len(touched), int(touched.sum()), *lacking, tuple(moves), counts)


def _both(tables: tuple[pa.Table, pa.Table], decision: str) -> int:
    """The rows in which both tables have an answer."""
    if any(f"{decision}.must" not in table.column_names for table in tables):
        return 0
    old, new = (pc.is_valid(table.column(f"{decision}.must")) for table in tables)
    return int(pc.sum(pc.and_(old, new)).as_py() or 0)


def _keys(table: pa.Table) -> pa.Array:
    """The type and the id of each row in one text."""
    types, ids = (table.column(name).cast(pa.string()).combine_chunks() for name in ("type", "id"))
    return pc.binary_join_element_wise(types, ids, "\0")


def _places(policies: tuple[ir.Policy, ir.Policy], decision: str) -> list[str]:
    """Jurisdictions whose answer both tables have."""
    old, new = (places_asked(policy, decision, ()) for policy in policies)
    return [place for place in old if place in new]


def _of_decision(
    policy: ir.Policy,
    tables: tuple[pa.Table, pa.Table],
    decision: str,
    place: str,
    touched: NDArray[np.bool_],
) -> Iterator[Move]:
    chain = policy.decisions[decision].outcomes
    prefix = decision if place == OVERALL else f"{decision}.{place}"
    if any(f"{prefix}.must" not in table.column_names for table in tables):
        return
    answers = _ranges(tables, chain, f"{prefix}.must", f"{prefix}.may")
    moved = (answers[:, :2] != answers[:, 2:]).any(axis=1) & (answers >= 0).all(axis=1)
    touched |= moved
    yield from _grouped("answer", chain, decision, place, tables[0], answers, moved)
    if place == OVERALL:
        return
    enforced = _ranges(tables, chain, f"{prefix}.enforced_must", f"{prefix}.enforced_may")
    also = (enforced[:, :2] != enforced[:, 2:]).any(axis=1) & (enforced >= 0).all(axis=1) & ~moved
    touched |= also
    yield from _grouped("enforced", chain, decision, place, tables[0], enforced, also)
    told = [as_texts(table.column(f"{prefix}.{part}")) for part in ("details", "possible_details") for table in tables]
    others = ((told[0] != told[1]) | (told[2] != told[3])) & ~moved & ~also
    touched |= others
    yield from _grouped("details", chain, decision, place, tables[0], answers, others & (answers >= 0).all(axis=1))


def as_texts(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Outcomes, and lists of details in any order, as texts that can be compared."""
    if not pa.types.is_list(column.type):
        found: NDArray[np.object_] = pc.fill_null(column.cast(pa.string()), "").to_numpy()
        return found
    texts = pc.fill_null(pc.binary_join(column.cast(pa.list_(pa.string())), ","), "").combine_chunks()
    coded = texts.dictionary_encode()
    sorted_ = np.array([",".join(sorted(text.split(","))) for text in coded.dictionary.to_pylist()], np.object_)
    return sorted_[coded.indices.to_numpy()] if len(sorted_) else np.full(len(texts), "", np.object_)


def _ranges(tables: tuple[pa.Table, pa.Table], chain: tuple[str, ...], *names: str) -> NDArray[np.int64]:
    """Old must and may, new must and may of each row, as places in the chain; -1 where there is no answer."""
    order = pa.array(chain)
    columns = [pc.index_in(table.column(name).cast(pa.string()), order) for table in tables for name in names]
    return np.stack([pc.fill_null(column, -1).to_numpy() for column in columns], axis=1).astype(np.int64)


def _grouped(
    what: Literal["answer", "enforced", "details"],
    chain: tuple[str, ...],
    decision: str,
    place: str,
    table: pa.Table,
    answers: NDArray[np.int64],
    chosen: NDArray[np.bool_],
) -> Iterator[Move]:
    """Rows with one answer before and one after are one move; the most rows first."""
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return
    kinds, of_row, counts = np.unique(answers[rows], axis=0, return_inverse=True, return_counts=True)
    for kind in sorted(range(len(kinds)), key=lambda i: (-counts[i], tuple(kinds[i]))):
        values = [int(value) for value in kinds[kind]]
        old, new = OutcomeRange(values[0], values[1]), OutcomeRange(values[2], values[3])
        ids = table.column("id").take(rows[of_row.reshape(-1) == kind]).cast(pa.string()).combine_chunks()
        yield Move(
            what,
            decision,
            place,
            (chain[old.must], chain[old.may]),
            (chain[new.must], chain[new.may]),
            direction(old, new),
            certainty(old, new),
            surely(old, new),
            int(counts[kind]),
            tuple(ids[:SHOWN].to_pylist()),
            ids,
        )
