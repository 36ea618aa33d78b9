"""W005: versions of one rule with days between them, or days on which two stand; days between values of a parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic
from licet.ir.policy import Parameter, ParameterRow, Rule

_VERSION = re.compile(r"(.+?)_(?:v?\d+|before|after|old|new)$")


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Rules named alike but for a number are read as versions of one rule."""
    families: dict[tuple[str, str], list[Rule]] = {}
    for rule in linted.rules():
        match = _VERSION.fullmatch(rule.name)
        if match and len(rule.live.in_force) == 1 and rule.kind in ("rule", "exception"):
            families.setdefault((rule.module, match[1]), []).append(rule)
    for versions in families.values():
        ordered = sorted(versions, key=lambda r: str(r.live.in_force[0].start))
        for before, after in pairwise(ordered):
            yield from _between(before, after)
    for parameter in linted.parameters():
        rows = sorted(parameter.rows, key=lambda row: str(row.interval.start or ""))
        for earlier, later in pairwise(rows):
            if earlier.interval.end != later.interval.start:  # they do not overlap
                yield _hole(parameter, earlier, later)


def _hole(parameter: Parameter, before: ParameterRow, after: ParameterRow) -> Diagnostic:
    return Diagnostic(
        "W005",
        f"`{parameter.name}` has no value from {before.interval.end} until {after.interval.start}: it is unknown then",
        after.span,
        others=((before.span, "the earlier value"),) if before.span else (),
        help=f"let the earlier one stand `until {after.interval.start}`, or say `is unconfirmed` of these days",
        severity="warning",
    )


def _between(before: Rule, after: Rule) -> Iterator[Diagnostic]:
    end, start = before.live.in_force[0].end, after.live.in_force[0].start
    if end == start and end is not None:
        return
    if end is not None and start is not None and end < start:
        what, help_ = f"neither stands from {end} until {start}", f"end the first `until {start}`"
    else:
        what, help_ = f"both stand from {start}", f"end the first `until {start}`"
    yield Diagnostic(
        "W005",
        f"`{before.name}` and `{after.name}` look like versions of one rule, but {what}",
        after.span,
        others=((before.span, "the earlier version"),) if before.span else (),
        help=f"{help_}, or rename them if they are two rules",
        severity="warning",
    )
