"""Random changes of one value or part of a document, anywhere in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

UNBOUND = ("labels", "inventory", "name", "notice")  # what is shown, and is bound by the digest alone
VALUES: list[Any] = [None, True, "", "x", "true", "unknown", "2026-05-05", 7, 1.5, [], ["x"], {}, {"state": "absent"}]


def places(part: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where there is something, but for what no check reads."""
    pairs = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, inner in pairs:
        if key not in UNBOUND or len(at) > 1:
            yield (*at, key)
            yield from places(inner, (*at, key))


def changed(document: Any, drawn: random.Random) -> tuple[Any, str]:
    """Another document, and what was done to it."""
    found = deepcopy(document)
    *path, key = drawn.choice(list(places(found)))
    holder = found
    for step in path:
        holder = holder[step]
    kind = drawn.choice(["value", "value", "drop", "twice", "text", "other"])
    if kind == "drop":
        del holder[key]
    elif kind == "twice" and isinstance(holder, list):
        holder.insert(drawn.randrange(len(holder) + 1), deepcopy(holder[key]))
    elif kind == "text" and isinstance(holder[key], str) and holder[key]:
        place = drawn.randrange(len(holder[key]))
        holder[key] = holder[key][:place] + drawn.choice("ab0~\u202e\x07") + holder[key][place + 1 :]
    elif kind == "other":
        holder[key] = deepcopy(drawn.choice(list(holder.values() if isinstance(holder, dict) else holder)))
    else:
        holder[key] = deepcopy(drawn.choice(VALUES))
    return found, f"{kind} at {[*path, key]}"


def is_no_change(before: Any, after: Any) -> bool:
    """Whether two documents say the same: sets of units and causes have no order."""
    return bool(_unordered(before) == _unordered(after))


def _unordered(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _unordered(inner) for key, inner in part.items()}
    if isinstance(part, list):
        return sorted((_unordered(inner) for inner in part), key=repr)
    return repr(part)
