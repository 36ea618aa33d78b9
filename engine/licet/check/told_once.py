"""One finding for one cause: a name that is not known is told once, however often it is used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from licet.diagnostics import Diagnostic, Span

_NOT_KNOWN = frozenset("E030 E032 E038 E044 E052 E054 E055 E057".split())
_NAMED = 6


def told_once(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """A name that is not known is told once a file, where it stands first, with the other places."""
    places: dict[tuple[str, str, str, str], list[Span]] = {}
    for d in found:
        if d.code in _NOT_KNOWN and not d.fix and d.span is not None:
            places.setdefault((d.code, d.message, d.help, d.span.source.name), []).append(d.span)
    told = []
    for d in found:
        spans = (
            places.get((d.code, d.message, d.help, d.span.source.name), []) if d.span is not None and not d.fix else []
        )
        if not spans or spans[0] is d.span:
            told.append(replace(d, notes=(*d.notes, *_also_in(spans[1:]))))
    return tuple(told)


def _also_in(spans: Sequence[Span]) -> Iterable[str]:
    if spans:
        where = [span.address.removeprefix(f"{span.source.name}:") for span in spans[:_NAMED]]
        more = f" and {len(spans) - _NAMED} more" if len(spans) > _NAMED else ""
        yield f"it stands in {len(spans)} more place{'s' * (len(spans) > 1)} of this file: {', '.join(where)}{more}"
