"""Answers about nodes, remembered by identity: hashing a condition takes longer than most questions about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

N = TypeVar("N")
A = TypeVar("A")
_MOST = 1 << 16


def by_identity(function: Callable[[N], A]) -> Callable[[N], A]:
    """Asks once for each node; the node is kept with the answer, so that no other takes its identity."""
    kept: dict[int, tuple[N, A]] = {}

    @wraps(function)
    def remembered(node: N) -> A:
        found = kept.get(id(node))
        if found is None:
            if len(kept) >= _MOST:
                kept.clear()
            found = kept[id(node)] = node, function(node)
        return found[1]

    return remembered
