"""A policy as canonical JSON, and its fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Any

import rfc8785

from licet.ir.policy import Policy


def plain(value: Any) -> Any:
    """JSON for any part of a policy: spans left out, numbers as text so that none is rounded."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | Fraction):
        return f"{value}"
    if isinstance(value, Enum):
        return value.name
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.name != "span"}
        return {"node": type(value).__name__, **parts}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(str(v) for v in value)
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return str(value)


def fingerprint(policy: Policy) -> str:
    """The SHA-256 of the canonical JSON of everything that can change an answer; tests and names cannot."""
    return _fingerprint(policy)


@lru_cache(maxsize=8)
def _fingerprint(policy: Policy) -> str:  # a policy is known by identity
    parts = ("entities", "relations", "lists", "decisions", "scores", "rules")
    document = {part: plain(getattr(policy, part)) for part in parts}
    return "sha256:" + hashlib.sha256(rfc8785.dumps(document)).hexdigest()
