"""Values as far as they are known: ranges, sets, arithmetic, comparisons, codes and days.

A truth is 0 (false), 1 (unknown) or 2 (true), so that `and` is `min`, `or` is `max` and `not` is the distance from 2.
Days are ordinals, ordered values their places, and numbers exact; where there is no end, it is infinite.
"""

from __future__ import annotations

import math
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import groupby, pairwise
from typing import Any, NamedTuple

F, U, T = 0, 1, 2
WORDS = ("false", "unknown", "true")
INF = math.inf
MOST, MOST_SCOPES = 4096, 64  # combinations of days on which one condition is tried, and of texts
DAY = {"kind": "DATE", "ranked": False, "values": [], "element": None}  # the type of `as_of`, with which none stands
TEXTS = ("ENTITY", "COUNTRY", "TEXT", "ENUMERATION", "CODE")
FIRST, LAST = date.min.toordinal(), date.max.toordinal()
ALWAYS: dict[str, Any] = {"node": "AllOf", "parts": []}
BOTH = frozenset((False, True))
ABSENT, NOT_APPLICABLE = {"state": "absent"}, {"state": "not_applicable"}
Node = dict[str, Any]
Env = Mapping[str, Any]
Span = tuple[Any, Any]  # the first and the last day that a day may be
Cell = tuple[Any, ...]  # a term in a view: sort, view, entity, name; and of which thing


class Said(NamedTuple):
    """What an operand may be: from `low` to `high`, or, where it has no order, one of `among` (None: anything).

    `lacks` is whether it is not applicable; `state` is what is recorded instead of a value; with `zero` a divisor in it
    is or may be zero.
    """

    low: Any = -INF
    high: Any = INF
    among: frozenset[Any] | None = None
    lacks: int = F
    state: str = ""
    zero: bool = False

    @property
    def value(self) -> Any:
        """The one value that it is; None where there is none, or several."""
        if self.lacks or self.zero:
            return None
        if self.among is not None:
            return next(iter(self.among)) if len(self.among) == 1 else None
        return self.low if self.low == self.high else None


class Many(NamedTuple):
    """What a set may have in it: members with what is known of each, and `more` (unknown) that nobody names."""

    members: Mapping[Any, int]
    more: int = F
    lacks: int = F
    state: str = ""


# ---- values


def exact(value: Any) -> Said:
    """An operand that is known."""
    return Said(among=frozenset((value,))) if isinstance(value, bool | str) else Said(value, value)


def nothing(type_: Node, lacks: int = T) -> Any:
    """What is not applicable; or a set of which nothing is known, or perhaps."""
    return Many({}, F, lacks) if type_["kind"] == "SET" else Said(lacks=lacks)


def number(text: str) -> Any:
    """An exact number."""
    return Fraction(text) if "/" in text else int(text)


def day(text: str | None, otherwise: Any = None) -> Any:
    """A day as an ordinal."""
    return otherwise if text is None else date.fromisoformat(text).toordinal()


def scalar(type_: Node, value: Any) -> Any:
    """A value of a type from what is written of it."""
    if type_["kind"] == "DATE":
        return day(value)
    if type_["ranked"]:
        return type_["values"].index(value)
    return number(value) if type_["kind"] in ("NUMBER", "QUANTITY", "PERCENT") else value


def written(type_: Node, value: Any) -> Any:
    """The reverse: how a document says a value."""
    if type_["kind"] == "DATE":
        return date.fromordinal(value).isoformat()
    return type_["values"][value] if type_["ranked"] else value if isinstance(value, bool) else f"{value}"


def unknown(type_: Node, lacks: int = U, state: str = "absent") -> Any:
    """Whatever a type allows."""
    kind, values = type_["kind"], type_["values"]
    if kind == "SET":
        return Many({}, U, lacks, state)
    low, high = {"QUANTITY": (0, INF), "PERCENT": (0, 1)}.get(kind, (-INF, INF))
    if type_["ranked"]:
        low, high, values = 0, len(values) - 1, ()
    return Said(low, high, frozenset(values) or (BOTH if kind == "BOOLEAN" else None), lacks, state)


def recorded(type_: Node, fact: Any, applies: bool = False, is_open: bool = False) -> Any:
    """What a fact says, as it is written in the document of facts; None is an absent one."""
    if isinstance(fact, list):
        return Many({scalar(type_["element"], member): T for member in fact}, U if is_open else F)
    if fact is not None and not isinstance(fact, dict):
        return exact(scalar(type_, fact))
    if fact == NOT_APPLICABLE:
        return nothing(type_)
    said = {"state": "absent"} if fact is None else fact
    whole = unknown(type_, U if "state" in said and not applies else F, said.get("state", ""))
    ends = (("low", "at_least"), ("high", "at_most"))
    return whole._replace(**{end: scalar(type_, said[named]) for end, named in ends if named in said})


def hull(all_of: Iterable[Said]) -> Said:
    """What is one of several: as much as is so of each that is applicable."""
    several = list(all_of)
    found = [said for said in several if said.lacks != T]
    if not found:
        return Said(lacks=T)
    sets = [said.among for said in found]
    among = None if None in sets else frozenset().union(*(one for one in sets if one is not None))
    lacks = U if any(said.lacks for said in several) else F
    state = next((said.state for said in found if said.state), "")
    ends = min(said.low for said in found), max(said.high for said in found)
    return Said(*ends, among, lacks, state, any(said.zero for said in found))


def agreed(truths: Iterable[int]) -> int:
    """The one truth that all are; else unknown."""
    found = set(truths)
    return found.pop() if len(found) == 1 else U


# ---- arithmetic of intervals


def plus(one: Any, other: Any) -> Any:
    """A sum in which an end may be infinite."""
    return one if abs(one) == INF else other if abs(other) == INF else one + other


def times(one: Any, other: Any) -> Any:
    """A product in which an end may be infinite."""
    if not one or not other:
        return 0
    return (INF if (one > 0) == (other > 0) else -INF) if INF in (abs(one), abs(other)) else one * other


def combined(operator: str, one: Said, other: Said) -> Said:
    """The interval of a sum, difference, product or quotient; nothing of what is not applicable."""
    lacks, zero = max(one.lacks, other.lacks), one.zero or other.zero
    if operator == "/" and other.low <= 0 <= other.high:
        return Said(lacks=lacks, zero=lacks != T)
    if operator in "*/":
        inverse = [Fraction(1) / end if end and abs(end) != INF else 0 for end in other[:2]]
        ends = [times(a, b) for a in one[:2] for b in (other[:2] if operator == "*" else inverse)]
        return Said(min(ends), max(ends), lacks=lacks, zero=zero)
    low, high = (other.low, other.high) if operator == "+" else (-other.high, -other.low)
    return Said(plus(one.low, low), plus(one.high, high), lacks=lacks, zero=zero)


def shifted(start: Any, months: int, days: int) -> Any:
    """A day so much later; within the calendar, at the end of a month that is too short."""
    if abs(start) == INF:
        return start
    then = date.fromordinal(start)
    year, month = divmod(then.year * 12 + then.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return LAST if year > 9999 else FIRST
    within = date(year, month + 1, min(then.day, monthrange(year, month + 1)[1]))
    return min(max(within.toordinal() + days, FIRST), LAST)


def rounded(function: str, value: Any, step: Any) -> Any:
    """A multiple of a step; halves go away from zero."""
    if abs(value) == INF:
        return value
    ratio = Fraction(value) / step
    if function == "rounded":
        return math.floor(abs(ratio) + Fraction(1, 2)) * (step if ratio >= 0 else -step)
    return (math.ceil(ratio) if function == "rounded_up" else math.floor(ratio)) * step


def end_of(function: str, start: Any) -> Any:
    """The last day of a month, a quarter or a year."""
    if abs(start) == INF:
        return start
    then = date.fromordinal(start)
    month = {"month_end": then.month, "quarter_end": (then.month + 2) // 3 * 3, "year_end": 12}[function]
    return date(then.year, month, monthrange(then.year, month)[1]).toordinal()


def part_of(function: str, said: Said) -> Said:
    """The year, the month or the quarter of a day: over the turn of a year any."""
    first, last = (None if abs(end) == INF else date.fromordinal(end) for end in (said.low, said.high))
    if function == "year":
        return Said(first.year if first else -INF, last.year if last else INF, lacks=said.lacks)
    step = 1 if function == "month" else 3
    if first and last and first.year == last.year:
        return Said((first.month + step - 1) // step, (last.month + step - 1) // step, lacks=said.lacks)
    return Said(1, 12 // step, lacks=said.lacks)


# ---- comparisons


def compared(operator: str, one: Said, other: Said) -> int:
    """The truth of a comparison."""
    if T in (one.lacks, other.lacks):
        return F
    if one.zero or other.zero:
        return U
    truth = _compared(operator, one, other)
    return min(truth, U) if one.lacks or other.lacks else truth


def _compared(operator: str, one: Said, other: Said) -> int:
    if operator == "!=":
        return T - _compared("=", one, other)
    if operator in ("<", "<="):
        return _compared(">" if operator == "<" else ">=", other, one)
    if one.among is not None and other.among is not None:
        if operator != "=":
            return agreed(T if a > b or (a == b and operator == ">=") else F for a in one.among for b in other.among)
        return F if not one.among & other.among else T if len(one.among | other.among) == 1 else U
    if one.among is not None or other.among is not None:
        return U
    if operator == "=":
        return min(_compared(">=", one, other), _compared(">=", other, one))
    if operator == ">":
        return T if one.low > other.high else U if one.high > other.low else F
    return T if one.low >= other.high else U if one.high >= other.low else F


def contains(several: Many, item: Said) -> int:
    """Whether a set has a value."""
    if T in (several.lacks, item.lacks):
        return F
    candidates = item.among if item.among is not None else None if item.value is None else (item.value,)
    if candidates is None:
        return U if several.members or several.more else F
    return agreed(max(several.members.get(value, F), several.more) for value in candidates)


# ---- names and codes


@cache
def matched(name: str) -> str:
    """What two names have in common that are one: letters and digits of every script, in whatever case."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
    visible = [c for c in folded if c not in "™®©℠" and unicodedata.category(c) != "Cf"]
    words = groupby(visible, lambda c: unicodedata.category(c)[0] not in "ZP" and unicodedata.category(c) != "Cc")
    out = ""
    for word in ("".join(run) for is_kept, run in words if is_kept):
        out += "-" + word if out and out[-1].isnumeric() and word[0].isnumeric() else word
    return out or unicodedata.normalize("NFC", name)


@cache
def parts_of(patterns: tuple[str, ...], then: str, code: str) -> tuple[str, ...]:
    """The parts of a code, without full stops: each takes as much as it can, from the left."""
    found, place, waiting = [], 0, list(patterns)
    while place < len(code):
        pattern = waiting.pop(0) if waiting else then
        match = re.compile(pattern.replace(".", r"\.")).match(code, place) if pattern else None
        if match is None or not match[0]:
            return (code,)
        found.append(match[0].replace(".", ""))
        place = match.end()
    return tuple(found)


def is_under(own: tuple[str, ...], asked: tuple[str, ...]) -> int:
    """Whether a recorded code stands below another, or is it; unknown where it is recorded too coarsely."""
    return T if own[: len(asked)] == asked else U if asked[: len(own)] == own else F


def is_between(own: tuple[str, ...], *ends: tuple[str, ...]) -> int:
    """Whether a recorded code lies between two others, or below the second."""
    if any(len(own) < len(end) and end[: len(own)] == own for end in ends):
        return U
    keys = [[(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in code] for code in (ends[0], own, ends[1])]
    return T if keys[0] <= keys[1] and (keys[1] <= keys[2] or own[: len(ends[1])] == ends[1]) else F


# ---- intervals of days


def begins_or_ends(intervals: Iterable[Node]) -> set[int]:
    """The days on which something begins, or no longer is."""
    return {day(end) for interval in intervals for end in (interval["start"], interval["end"]) if end is not None}


def within(interval: Node, on: Any) -> bool:
    """Whether a day lies in a half-open interval."""
    return bool(day(interval["start"], -INF) <= on < day(interval["end"], INF))


def stretches(on: Span, changes: Iterable[int]) -> list[Span]:
    """The days that a day may be, cut where something changes."""
    low, high = on
    starts = [low, *sorted(change for change in changes if low < change <= high)]
    return [(start, after - 1) for start, after in pairwise(starts)] + [(starts[-1], high)]


# ---- sets


def as_set(said: Any) -> Many:
    """A value as a set of nothing else."""
    if isinstance(said, Many):
        return said
    if said.value is not None:
        return Many({said.value: T})
    return Many({}, F if said.lacks == T else U, said.lacks)


def gathered(said: Iterable[tuple[int, Any]]) -> Many:
    """A set of all that is said, each with the weight of what says it."""
    members: dict[Any, int] = {}
    more = F
    for truth, several in ((truth, as_set(one)) for truth, one in said):
        more = max(more, min(truth, several.more))
        for member, weight in several.members.items():
            members[member] = max(members.get(member, F), min(truth, weight))
    return Many({member: weight for member, weight in members.items() if weight}, more)
