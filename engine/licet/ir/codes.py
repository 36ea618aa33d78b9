"""Codes of a classification: what one looks like, its parts, and which codes stand below which (language.md#codes)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from licet.suggest import nearest
from licet.values import Truth

_TOKEN = re.compile(r"(\[(?:[A-Za-z0-9](?:-[A-Za-z0-9])?)+\]|[A-Za-z0-9/-]|\.)(\?|\+|\{[0-9]{1,2}(?:,[0-9]{1,2})?\})?")
Parts = tuple[str, ...]  # of a code, without full stops
Key = tuple[tuple[bool, int, str], ...]


@dataclass(frozen=True, eq=False)
class CodeForm:
    """The patterns of the parts of a code, in order; `then` repeats after them.

    `known` are the codes of its file, if it has one: no other
    code is of the form then, but for what one of them begins with.
    """

    name: str
    phrase: str
    patterns: tuple[str, ...]
    then: str = ""
    known: frozenset[str] | None = None

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, CodeForm) and self._told == other._told)

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def _told(self) -> tuple[object, ...]:
        return self.name, self.phrase, self.patterns, self.then, self.known

    def reads(self, text: str) -> str | None:
        """A code as it is kept, so that equal ones are equal texts; None where the text is no code of this form."""
        found = _read(self.patterns, self.then, text)
        return None if found is None else found[0]

    def parts(self, code: str) -> Parts:
        """The parts of a code that was read."""
        found = _read(self.patterns, self.then, code)
        return (code,) if found is None else found[1]

    def knows(self, code: str) -> bool:
        """Whether the file has a code, or one that begins with it; without a file every code is known."""
        return self.known is None or self.parts(code) in self._beginnings

    @cached_property
    def _beginnings(self) -> frozenset[Parts]:
        every = (self.parts(code) for code in self.known or ())
        return frozenset(parts[:i] for parts in every for i in range(1, len(parts) + 1))

    def help(self, text: str) -> str:
        """What may have been meant by a text that is no code, or none of the file."""
        code = self.reads(text) or self.reads(text.upper()) or self.reads(text.lower())
        if code is not None and self.knows(code):
            return f"did you mean `{code}`?"
        near = nearest(text, self.known or ())
        return f"did you mean `{near[0]}`?" if near else ""

    @property
    def example(self) -> str:
        """A code of the form."""
        if self.known:
            return min(self.known)
        return "".join(_example(pattern) for pattern in (*self.patterns, self.then) if pattern)


def is_pattern(pattern: str) -> bool:
    """Whether a text is a pattern of one part: classes, letters, digits and full stops, each perhaps with a count."""
    return _compiled(pattern) is not None


@dataclass(frozen=True, slots=True)
class _Pattern:
    """`stops` says of each group of the expression whether it is a full stop."""

    expression: re.Pattern[str]
    stops: tuple[bool, ...] = field(default=())

    def at(self, text: str, start: int) -> tuple[str, str, int] | None:
        """What stands at a place: with the full stops of the pattern, without any, and where it ends."""
        found = self.expression.match(text, start)
        if found is None:
            return None
        groups = found.groups("")
        kept = "".join("." if stop else group for group, stop in zip(groups, self.stops, strict=True))
        return kept, "".join(group for group, stop in zip(groups, self.stops, strict=True) if not stop), found.end()


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> _Pattern | None:
    tokens = [match.groups(default="") for match in _TOKEN.finditer(pattern)]
    if not tokens or "".join(what + count for what, count in tokens) != pattern:
        return None
    if any(what == "." and count not in ("", "?") for what, count in tokens):
        return None
    try:
        expression = re.compile("".join(f"((?:{re.escape(w) if len(w) == 1 else w}){count})" for w, count in tokens))
    except re.error:
        return None  # a class or a count from more to less
    without = re.compile("".join(f"(?:{w}){count}" for w, count in tokens if w != ".")) if tokens else expression
    return None if without.fullmatch("") else _Pattern(expression, tuple(what == "." for what, _ in tokens))


@lru_cache(maxsize=1 << 16)
def _read(patterns: tuple[str, ...], then: str, text: str) -> tuple[str, Parts] | None:
    """Each part takes as much as it can, from the left; a code may end after a part, never within one."""
    text = "".join(text.split())
    kept, parts, place = "", [], 0
    waiting = list(patterns)
    while place < len(text):
        pattern = _compiled(waiting.pop(0) if waiting else then)
        found = None if pattern is None else pattern.at(text, place)
        if found is None:
            return None
        kept += found[0]
        parts.append(found[1])
        place = found[2]
    return (kept, tuple(parts)) if parts else None


def _example(pattern: str) -> str:
    out = ""
    for what, count in (match.groups(default="") for match in _TOKEN.finditer(pattern)):
        one = what[1] if len(what) > 1 else what
        least = re.match(r"\{([0-9]+)", count)
        out += one * (int(least[1]) if least else 0 if count == "?" and what != "." else 1)
    return out


# ---- what is below what


def under(form: CodeForm, code: str, asked: str) -> Truth:
    """Whether a recorded code stands below the one that is asked for, or is it; U where it is recorded too coarsely."""
    own, wanted = form.parts(code), form.parts(asked)
    if own[: len(wanted)] == wanted:
        return Truth.T
    return Truth.U if wanted[: len(own)] == own else Truth.F


def between(form: CodeForm, code: str, low: str, high: str) -> Truth:
    """Whether a recorded code lies between two others, or below the second; U where it is recorded too coarsely."""
    own, least, most = form.parts(code), form.parts(low), form.parts(high)
    if any(len(own) < len(end) and end[: len(own)] == own for end in (least, most)):
        return Truth.U
    reaches = _key(own) <= _key(most) or own[: len(most)] == most
    return Truth.T if _key(least) <= _key(own) and reaches else Truth.F


def _key(parts: Parts) -> Key:
    """Digits by value, and before text."""
    return tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)
