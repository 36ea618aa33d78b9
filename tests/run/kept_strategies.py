"""Hypothesis' strategies, of which equal arguments give one and the same.

Hypothesis looks a strategy over when it is first drawn from. A generator of policies that makes its strategies while it
draws spends more on that than on drawing; what it draws is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any

from hypothesis import strategies
from hypothesis.strategies import *  # noqa: F403 - a stand-in for the whole module

_KEPT = 1 << 13


def composite(function: Callable[..., Any]) -> Callable[..., Any]:
    made = strategies.composite(function)
    kept = lru_cache(_KEPT, typed=True)(made)

    @wraps(function)
    def strategy(*arguments: Any) -> Any:
        try:
            return kept(*arguments)
        except TypeError:  # arguments that have no hash
            return made(*arguments)

    return strategy


@lru_cache(_KEPT)
def _sampled(elements: tuple[Any, ...], _: tuple[type, ...]) -> Any:
    return strategies.sampled_from(elements)


def sampled_from(elements: Sequence[Any]) -> Any:
    """One strategy for equal elements of the same types: 1, true and a share of 1 are three."""
    try:
        return _sampled(tuple(elements), tuple(map(type, elements)))
    except TypeError:
        return strategies.sampled_from(elements)
