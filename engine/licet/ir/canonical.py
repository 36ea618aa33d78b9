"""A policy as canonical JSON, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from licet.ir.policy import Policy
from licet.ir.remembered import by_policy
from licet.values import State

SCHEMA = "licet/policy/1"
_WITHOUT = ("name", "tests", "properties", "obtainables", "analysed_tables", "defines")  # what no answer is made from


def plain(value: Any) -> Any:
    """JSON for any part of a policy: spans left out, numbers as text so that none is rounded.

    A mapping is a list of pairs in its own order: which parameter of a relation comes first, or which rule, is meant.
    """
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | Fraction):
        return f"{value}"
    if isinstance(value, State):
        return {"state": value.name.lower()}  # a text may read like one
    if isinstance(value, Enum):
        return value.name
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: plain(getattr(value, name)) if name != "node" else type(value).__name__
            for name in _members(type(value))
        }
    if isinstance(value, Mapping):
        return [[plain(k), plain(v)] for k, v in value.items()]
    if isinstance(value, frozenset | set):
        return sorted(str(v) for v in value)
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return str(value)


@cache
def _members(type_: Any) -> tuple[str, ...]:
    """What a part of a policy is written with, in the order of RFC 8785."""
    return tuple(sorted(["node", *(f.name for f in fields(type_) if f.compare)], key=_place))


def _place(key: str) -> bytes:
    """By what RFC 8785 sorts."""
    return key.encode("utf-16-be")


def ordered(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The same with its keys as RFC 8785 sorts them."""
    return {key: mapping[key] for key in sorted(mapping, key=_place)}


def canonical_json(document: Any) -> bytes:
    """As RFC 8785 writes what `plain` gives: there is nothing but texts, truths and nulls, and keys are `ordered`."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def in_order(part: Any) -> Any:
    """JSON with the keys of every object in it as RFC 8785 sorts them."""
    if isinstance(part, Mapping):
        return ordered({key: in_order(value) for key, value in part.items()})
    return [in_order(value) for value in part] if isinstance(part, list | tuple) else part


def digest(document: Any) -> str:
    """The SHA-256 of the canonical JSON of a document of texts, truths, nulls and whole numbers, in hexadecimal."""
    return hashlib.sha256(canonical_json(in_order(document))).hexdigest()


def fingerprint(policy: Policy) -> str:
    """The SHA-256 of the canonical JSON of everything that can change an answer; tests and names cannot."""
    return _fingerprint(policy)


@lru_cache(maxsize=8)
def _fingerprint(policy: Policy) -> str:  # a policy is known by identity
    return "sha256:" + hashlib.sha256(canonical_json(_parts(policy))).hexdigest()


@by_policy
def document(policy: Policy) -> dict[str, Any]:
    """A policy as JSON that any program can decide by: `schema`, and everything of which the fingerprint is made.

    The rows that a row of a table looks back at are not repeated in it: they are the rules of that table.
    """
    return ordered({"schema": SCHEMA, **_parts(policy)})


def _parts(policy: Policy) -> dict[str, Any]:
    return {part: plain(getattr(policy, part)) for part in _members(Policy) if part not in (*_WITHOUT, "node")}
