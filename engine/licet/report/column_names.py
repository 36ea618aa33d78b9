"""What the columns of a result are called: as the vocabulary has it, or in names that SQL needs no quotes for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from licet.errors import UsageError

NAMES = ("dotted", "snake")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9]+")


def snake(name: str) -> str:
    """A name such as verdict.US.details as `verdict_us_details`."""
    return _OTHER.sub("_", _CAPITAL.sub("_", name).lower()).strip("_")


def names_of(columns: Sequence[str], style: str) -> Mapping[str, str]:
    """Each column's name in a style of `NAMES`. Errors: `UsageError` where two would be called alike."""
    if style != "snake":
        return {name: name for name in columns}
    found: dict[str, str] = {}
    for name in columns:
        other = found.setdefault(snake(name), name)
        if other != name:
            raise UsageError(
                f"`{name}` and `{other}` would both be called `{snake(name)}`; write with `--column-names dotted`"
            )
    return {name: short for short, name in found.items()}
