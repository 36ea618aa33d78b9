"""Columns put together: one after the other, and plain ones among coded ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from licet.facts.tables import Coded, Column, Plain
from licet.values import Fact, State


def joined(columns: Sequence[Column]) -> Column:
    """One column after the other."""
    first = columns[0]
    if len(columns) == 1:
        return first
    if all(_alike(first, column) for column in columns):
        assert isinstance(first, Plain)
        values = np.concatenate([c.values for c in columns])  # type: ignore[union-attr]
        states = np.concatenate([c.states for c in columns])  # type: ignore[union-attr]
        return Plain(values, states, first.days, first.scale)
    places: dict[Fact, int] = {}
    codes = []
    for column in map(as_coded, columns):
        own = np.fromiter((places.setdefault(f, len(places)) for f in column.facts), np.int32, len(column.facts))
        codes.append(own[column.codes])
    return Coded(np.concatenate(codes).astype(np.int32, copy=False), tuple(places))


def _alike(one: Column, other: Column) -> bool:
    return (
        isinstance(one, Plain)
        and isinstance(other, Plain)
        and one.values.dtype == other.values.dtype
        and (one.days, one.scale) == (other.days, other.scale)
    )


def as_coded(column: Column) -> Coded:
    """The same facts, equal ones sharing a code."""
    if isinstance(column, Coded):
        return column
    values, codes = np.unique(np.where(column.states == 0, column.values, 0), return_inverse=True)
    facts: list[Fact] = [column.value(value) for value in values]
    rows = np.where(column.states == 0, codes, len(facts) + column.states.astype(np.int64) - 1)
    return Coded(rows.astype(np.int32), (*facts, State.ABSENT, State.UNDETERMINED, State.NOT_APPLICABLE))


def absent(rows: int) -> Coded:
    return Coded(np.zeros(rows, np.int32), (State.ABSENT,))


def only_used(column: Column) -> Column:
    """Without facts that no row has any more: they may refer to what is not there."""
    if not isinstance(column, Coded):
        return column
    there = np.zeros(len(column.facts), np.bool_)
    there[column.codes] = True
    facts = tuple(f if has else State.ABSENT for f, has in zip(column.facts, there.tolist(), strict=True))
    return Coded(column.codes, facts)
