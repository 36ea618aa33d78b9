"""How many cases a law is tried on: two of five that a test names, and in a campaign as many as somebody asks for.

The draws of a run are the same each time, so that most of what they find they find early. `LICET_EXAMPLES=10 pytest -m
slow` draws ten times what the tests name; what is drawn again may be passed by.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from math import ceil

_SCALE = float(os.environ.get("LICET_EXAMPLES", "0.4"))


def examples(number: int) -> int:
    """The number of cases to draw, repeats among them, where a test names one."""
    return max(2, ceil(number * _SCALE))


def each_once(test: Callable[..., None]) -> Callable[..., None]:
    """Passes by a case that has passed: hypothesis alters what it drew, and often comes back to what it had."""
    passed: set[str] = set()

    @wraps(test)
    def once(*args: object, **kwargs: object) -> None:
        case = repr((args, kwargs))
        if case not in passed:
            test(*args, **kwargs)
            passed.add(case)

    return once
