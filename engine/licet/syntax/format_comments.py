"""Comments of an item, put back where they stood: behind the token before them, or above the token after them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_TOKEN = re.compile(r'"(?:[^"\n]|"")*"|#[^\n]*|\w+|[^\w\s]')
_LONG = 2000  # tokens, from which on those that are everywhere do not help to compare
_NEAR = 3  # tokens to each side by which a token that moved is known again


@dataclass(frozen=True, slots=True)
class _Comment:
    """`place` counts the tokens before it; a trailing one stands on the line of the last of them."""

    text: str
    place: int
    trailing: bool


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    line: int
    start: int
    end: int


def with_comments(lines: Sequence[str], source: str) -> Iterator[str]:
    """The canonical lines of an item with the comments of its source text.

    What this gives is laid out the same again: a comment has the same neighbours in it.
    """
    before, comments = _read(source)
    if not comments:
        yield from lines
        return
    after = [_Token(m[0], i, m.start(), m.end()) for i, text in enumerate(lines) for m in _TOKEN.finditer(text)]
    same = _same(before, [token.text for token in after])
    inserted: dict[int, list[tuple[int, bool, str]]] = {}
    taken: set[int] = set()
    for comment in comments:
        trailing = comment.trailing
        nearest = range(comment.place - 1, -1, -1) if trailing else range(comment.place, len(before))
        place = next((same[i] for i in nearest if i in same), 0 if trailing else len(after) - 1)
        if trailing and place in taken:  # a line has one; the next stands above what follows
            trailing, place = False, min(place + 1, len(after) - 1)
        if trailing:
            taken.add(place)
        token = after[place]
        inserted.setdefault(token.line, []).append((token.end if trailing else token.start, trailing, comment.text))
    for number, line in enumerate(lines):
        yield from _split(line, sorted(inserted.get(number, ()), key=lambda i: (i[0], not i[1])))


def _read(source: str) -> tuple[list[str], list[_Comment]]:
    """The tokens of a text, and the comments among them."""
    tokens: list[str] = []
    comments: list[_Comment] = []
    end = 0
    for match in _TOKEN.finditer(source):
        if match[0].startswith("#"):
            trailing = bool(tokens) and "\n" not in source[end : match.start()]
            comments.append(_Comment(match[0].rstrip(), len(tokens), trailing))
        else:
            tokens.append(match[0])
        end = match.end()
    return tokens, comments


def _same(before: Sequence[str], after: Sequence[str]) -> dict[int, int]:
    """Which tokens of the source are which of the canonical ones."""
    if list(before) == list(after):
        return {i: i for i in range(len(before))}
    blocks = SequenceMatcher(None, before, after, autojunk=len(before) > _LONG).get_matching_blocks()
    known = {a + i: b + i for a, b, size in blocks for i in range(size)}
    _find_moved(before, after, known)
    return known


def _find_moved(before: Sequence[str], after: Sequence[str], known: dict[int, int]) -> None:
    """Clauses stand in one order, whatever order they were written in."""
    free: dict[str, list[int]] = {}
    taken = set(known.values())
    for j, text in enumerate(after):
        if j not in taken:
            free.setdefault(text, []).append(j)
    for i, text in enumerate(before):
        if i not in known and (candidates := free.get(text)):
            known[i] = max(candidates, key=lambda j, i=i: _alike(before, i, after, j))  # type: ignore[misc]
            candidates.remove(known[i])


def _alike(before: Sequence[str], i: int, after: Sequence[str], j: int) -> int:
    steps = [s for s in range(-_NEAR, _NEAR + 1) if 0 <= i + s < len(before) and 0 <= j + s < len(after)]
    return sum(before[i + s] == after[j + s] for s in steps)


def _split(line: str, inserted: Sequence[tuple[int, bool, str]]) -> Iterator[str]:
    """A line cut where comments stand: behind what is on their left, or on a line of their own."""
    indent = " " * (len(line) - len(line.lstrip()))
    written, left = 0, ""
    for place, trailing, comment in inserted:
        left, written = _joined(left, line[written:place]), place
        if trailing and left.strip():
            yield f"{left.rstrip()}  {comment}"
            left = indent + "    "
            continue
        if left.strip():
            yield left.rstrip()
            left = indent + "    "
        yield (left or indent) + comment
    rest = _joined(left, line[written:])
    if rest.strip():
        yield rest.rstrip()


def _joined(left: str, more: str) -> str:
    return left + more.lstrip() if left and not left.strip() else left + more
