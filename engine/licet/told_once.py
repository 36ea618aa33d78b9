"""One finding for one cause: a name that is not known, or a value that is none, is told once a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from licet.diagnostics import Diagnostic, Span

NAMES = frozenset("E030 E032 E038 E044 E052 E054 E055 E057".split())  # that are not known
_UNKNOWN = re.compile(r"^there is no [a-z, ]+(?= `[^`]+`$)")
_NAMED = 6


def told_once(found: Sequence[Diagnostic], codes: Collection[str] = NAMES) -> tuple[Diagnostic, ...]:
    """A finding of these codes is told once a file, where it stands first, with the other places."""
    places: dict[tuple[str, ...], list[Span]] = {}
    for d in found:
        if d.code in codes and not d.fix and d.span is not None:
            places.setdefault(_cause(d, d.span), []).append(d.span)
    told = []
    for d in found:
        spans = [] if d.fix or d.span is None else places.get(_cause(d, d.span), [])
        if len(spans) < 2:
            told.append(d)
        elif spans[0] is d.span:
            message = f"{d.message}, in {len(spans)} places"
            told.append(replace(d, message=message, notes=(*d.notes, f"the others: {_named(spans[1:])}")))
    return tuple(told)


def _cause(d: Diagnostic, span: Span) -> tuple[str, ...]:
    """What findings have in common that one mend ends: of a name that is not known, whatever it was looked up as."""
    return (d.code, _UNKNOWN.sub("", d.message), d.help, span.source.name)


def _named(spans: Sequence[Span]) -> str:
    where = [span.address.removeprefix(f"{span.source.name}:") for span in spans[:_NAMED]]
    return ", ".join(where) + (f" and {len(spans) - _NAMED} more" if len(spans) > _NAMED else "")
