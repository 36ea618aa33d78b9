"""How deeply a text may nest: as deep as everything that walks over it serves, whatever Python's own limit is."""

from __future__ import annotations

from lark import Token, Tree

from licet.diagnostics import Findings, Source, Span

MOST_DEEP = 100  # productions within productions, steps of a path included


def without_deep(item: Tree[Token], source: Source, offset: int, findings: Findings) -> bool:
    """Whether an item may be gone through; if not, that is told, where it becomes too deep."""
    place = _too_deep(item)
    if place is None:
        return True
    start, end = (at + offset for at in place)
    line_end = source.text.find("\n", start)
    findings.error(
        "E019",
        f"this is nested more than {MOST_DEEP} levels deep",
        Span(source, start, min(end, len(source.text) if line_end < 0 else line_end)),
        label="from here on",
        help="let a `term` conclude an inner part of it, and read the term here",
    )
    return False


def _too_deep(item: Tree[Token]) -> tuple[int, int] | None:
    """Start and end of the first part that stands too deep."""
    waiting = [(item, 0)]
    while waiting:
        part, depth = waiting.pop()
        steps = len(part.children) - 1 if part.data == "path" else 0  # each is a field of what is before it
        if depth + steps > MOST_DEEP:
            return part.meta.start_pos, part.meta.end_pos
        waiting += [(child, depth + 1) for child in reversed(part.children) if isinstance(child, Tree)]
    return None
