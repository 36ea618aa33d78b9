"""Codes that are recorded too coarsely: what they stand below cannot be told, although they are recorded."""

from __future__ import annotations

COARSE = "recorded too coarsely"  # a state of what is missing
