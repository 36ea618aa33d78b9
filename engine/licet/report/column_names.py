"""What the columns of a result are called: as the vocabulary has it, or in names that SQL needs no quotes for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from licet.errors import UsageError
from licet.suggest import did_you_mean

NAMES = ("dotted", "snake")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9]+")


def snake(name: str) -> str:
    """A name such as verdict.US.details as `verdict_us_details`."""
    return _OTHER.sub("_", _CAPITAL.sub("_", name).lower()).strip("_")


def called(columns: Sequence[str], style: str) -> list[str]:
    """The columns' names in a style of `NAMES`. Errors: `UsageError` where two would be called alike."""
    if style != "snake":
        return list(columns)
    found: dict[str, str] = {}
    for name in columns:
        other = found.setdefault(snake(name), name)
        if other != name:
            words = f"`{name}` and `{other}` would both be called `{snake(name)}`"
            raise UsageError(f"{words}; write with `--column-names dotted`")
    return list(map(snake, columns))


def chosen_columns(columns: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Those that are named, in full, in snake_case or by a pattern such as `verdict.*`, in the order of the table.

    Errors: `UsageError` for a name that none has.
    """
    found: set[str] = set()
    for pattern in wanted:
        fitting = [name for name in columns if fnmatchcase(name, pattern) or snake(name) == pattern]
        if not fitting:
            raise UsageError(
                f"there is no column `{pattern}`; {did_you_mean(pattern, columns) or 'see `--columns` in the help'}"
            )
        found.update(fitting)
    return tuple(name for name in columns if name in found)
