"""W005: versions of one rule with days between them, or days on which two stand; days between values of a parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic, Span
from licet.ir.policy import Parameter, ParameterRow, Rule

_VERSION = re.compile(r"(.+?)_(?:v?\d+|before|after|old|new)$")


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Rules named alike but for a number are read as versions of one rule; rows of a parameter are versions of it."""
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
        for earlier, later in pairwise(parameter.in_order()):
            yield from _hole(parameter, earlier, later)


def _between(before: Rule, after: Rule) -> Iterator[Diagnostic]:
    end, start = before.live.in_force[0].end, after.live.in_force[0].start
    if end == start and end is not None:
        return
    is_hole = end is not None and start is not None and end < start
    what = f"neither stands from {end} until {start}" if is_hole else f"both stand from {start}"
    yield _found(
        f"`{before.name}` and `{after.name}` look like versions of one rule, but {what}",
        (before.span, "the earlier version"),
        after.span,
        f"end the first `until {start}`, or rename them if they are two rules",
    )


def _hole(parameter: Parameter, before: ParameterRow, after: ParameterRow) -> Iterator[Diagnostic]:
    """Rows do not overlap."""
    end, start = before.interval.end, after.interval.start
    if end != start:
        yield _found(
            f"`{parameter.name}` has no value from {end} until {start}: it is unknown then",
            (before.span, "the earlier value"),
            after.span,
            f"let the earlier one stand `until {start}`, or say `is unconfirmed` of these days",
        )


def _found(message: str, before: tuple[Span | None, str], after: Span | None, help_: str) -> Diagnostic:
    span, said = before
    others = () if span is None else ((span, said),)
    return Diagnostic("W005", message, after, others=others, help=help_, severity="warning")
