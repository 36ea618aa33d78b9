"""W012: decisions about something with a date, and none says that this is the day that governs them."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic, Edit, Span
from licet.syntax import tree as t


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Once for each decision: a field called `date` governs it for its name alone."""
    for items in linted.items.values():
        for item in items:
            if not isinstance(item, t.Decision):
                continue
            entity = linted.policy.entities[linted.policy.decisions[item.name.text].entity]
            if entity.governed_by or not entity.day:
                continue
            clause = f"as of {item.parameter.name.text}.date"
            yield Diagnostic(
                "W012",
                f"`{item.name.text}` does not say which day governs it: `date` of {entity.name} does",
                item.name.span,
                help=f"add `{clause}`, or another date of the {entity.name}",
                severity="warning",
                fix=tuple(_fix(item, clause)),
            )


def _fix(item: t.Decision, clause: str) -> Iterator[Edit]:
    """After the decision's phrase, unless a comment stands there."""
    source, first = item.span.source, item.outcomes[0].span.start
    place = source.text.rindex("outcomes", 0, first)
    between = source.text[item.parameter.span.end : place]
    if "#" not in between:
        end = item.parameter.span.end + len(between.rstrip())
        yield Edit(Span(source, end, end), f" {clause}")
