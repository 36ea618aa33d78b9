"""Answers that are asked for again and again: about nodes, by identity, and about policies, as long as they live."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

N = TypeVar("N")
M = TypeVar("M")
A = TypeVar("A")
P = ParamSpec("P")
_MOST = 1 << 14
_MISSING: Any = object()
_working_out = RLock()  # what is asked of a policy reads nothing but the policy, so that no other lock is waited for


def by_identity(function: Callable[Concatenate[N, P], A]) -> Callable[Concatenate[N, P], A]:
    """Asks once for each node and further arguments: hashing a condition takes longer than most questions about it.

    The node is kept with the answer, so that no other takes its identity.
    """
    kept: dict[Any, tuple[N, A]] = {}

    @wraps(function)
    def remembered(node: N, /, *args: P.args, **kwargs: P.kwargs) -> A:
        if not args and not kwargs:
            known = kept.get(id(node))
            if known is not None:
                return known[1]
        key = (id(node), args, *kwargs.items()) if args or kwargs else id(node)
        found = kept.get(key)
        if found is None:
            if len(kept) >= _MOST:
                kept.clear()
            found = kept[key] = node, function(node, *args, **kwargs)
        return found[1]

    return remembered


def by_node(function: Callable[[N, M], A]) -> Callable[[N, M], A]:
    """Asks once for each policy and node of it, by identity; what is remembered goes when the policy goes."""
    kept: WeakKeyDictionary[Any, dict[int, tuple[M, A]]] = WeakKeyDictionary()

    @wraps(function)
    def remembered(policy: N, node: M) -> A:
        known = kept.setdefault(policy, {})
        found = known.get(id(node))
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            found = known[id(node)] = node, function(policy, node)
        return found[1]

    return remembered


def by_policy(function: Callable[Concatenate[N, P], A]) -> Callable[Concatenate[N, P], A]:
    """Asks once for each policy and further arguments; what is remembered goes when the policy goes.

    Every thread gets the very same answer: programs are known by the identity of their atoms.
    """
    kept: WeakKeyDictionary[Any, dict[Any, A]] = WeakKeyDictionary()

    @wraps(function)
    def remembered(policy: N, /, *args: P.args, **kwargs: P.kwargs) -> A:
        known = kept.get(policy)
        key = (args, *kwargs.items())
        found: A = _MISSING if known is None else known.get(key, _MISSING)
        if found is _MISSING:
            with _working_out:
                known = kept.setdefault(policy, {})
                found = known.get(key, _MISSING)
                if found is _MISSING:
                    found = known[key] = function(policy, *args, **kwargs)
        return found

    return remembered
