"""The first later day on which something that was read may read otherwise, and what reads otherwise then."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeVar

from licet.ir.policy import Interval

Remembered = tuple[str, Hashable]  # a memory, and a key of it
Turning = Literal["rule", "list", "parameter", "fact", "day"]
_DAY = timedelta(days=1)
_Key = TypeVar("_Key", bound=Hashable)


class Cause(NamedTuple):
    """What reads otherwise from a day on.

    `of` is a rule, a list, a parameter, a record (`type/id`, or a row by its references), or a written day. `field`
    says which fact of a record, which member of a list, or how a rule stands; `role` whether that begins or ends there.
    """

    kind: Turning
    of: str
    field: str = ""
    role: str = ""


AS_OF = Cause("day", "as_of")  # of whatever reads the day itself: it may read otherwise on any other


class Horizon(NamedTuple):
    """Until the day `until`, exclusive, all reads the same; `announced` is whether a rule was read that is announced as
    not enforced.
    """

    until: date
    causes: frozenset[Cause]
    announced: bool = False


NEVER = Horizon(date.max, frozenset())


def nearer(one: Horizon, other: Horizon) -> Horizon:
    """The horizon of whatever reads both."""
    if one is other or other is NEVER:
        return one
    if one is NEVER:
        return other
    causes = one.causes if one.until < other.until else other.causes
    if one.until == other.until:
        causes = one.causes | other.causes
    return Horizon(min(one.until, other.until), causes, one.announced or other.announced)


def horizon_of(today: date, turns: Iterable[tuple[date | None, Cause]], *, announced: bool = False) -> Horizon:
    """That of whatever turns on some days."""
    later = [(day, cause) for day, cause in turns if day is not None and day > today]
    until = min((day for day, _ in later), default=date.max)
    return Horizon(until, frozenset(cause for day, cause in later if day == until), announced)


def ends_told(interval: Interval, kind: Turning, of: str, field: str = "") -> Iterator[tuple[date | None, Cause]]:
    """The two ends of an interval."""
    yield interval.start, Cause(kind, of, field, "begins")
    yield interval.end, Cause(kind, of, field, "ends")


class Clock:
    """Keeps the horizon of what is read on a day, and of conclusions that are remembered.

    Whatever is found once and then remembered, under a key of some memory, is found within a `scope`; whoever is given
    it again recalls that. What has no scope of its own is stamped when the one around it ends.
    """

    def __init__(self, today: date, last: date) -> None:
        self.today = today
        self.last = last  # what turns after it is nobody's concern
        self.horizon = NEVER
        self._stamps: dict[Remembered, Horizon] = {}
        self._turning: dict[date, list[Remembered]] = {}

    def advance(self, day: date) -> Iterator[Remembered]:
        """A later day; gives what is not to be remembered any longer."""
        self.today = day
        for turn in [turn for turn in self._turning if turn <= day]:
            for key in self._turning.pop(turn):
                if self._stamps.pop(key, None) is not None:
                    yield key

    def reset(self) -> None:
        """What is read from here on is a matter of its own."""
        self.horizon = NEVER

    def read(self, horizon: Horizon) -> None:
        self.horizon = nearer(self.horizon, horizon)

    def read_known(self, known: dict[_Key, Horizon], key: _Key, anew: Callable[[], Horizon]) -> None:
        """Reads a horizon that is worked out again only once it has turned."""
        found = known.get(key)
        if found is None or found.until <= self.today:
            found = known[key] = anew()
        self.read(found)

    def tomorrow(self, cause: Cause) -> None:
        """Something read the day itself: nobody knows what it says on the next."""
        if self.today < self.last:
            self.read(Horizon(self.today + _DAY, frozenset({cause})))

    def recall(self, memory: str, key: Hashable) -> None:
        self.read(self._stamps.get((memory, key), NEVER))

    def stamp(self, memory: str, keys: Iterable[Hashable]) -> None:
        """What was found on the way, and has no horizon of its own, has that of all that was read since."""
        for key in keys:
            if (memory, key) not in self._stamps:
                self._keep((memory, key), self.horizon)

    def _keep(self, key: Remembered, horizon: Horizon) -> None:
        self._stamps[key] = horizon
        if horizon.until <= self.last:
            self._turning.setdefault(horizon.until, []).append(key)

    @contextmanager
    def scope(self, memory: str, key: Hashable) -> Iterator[None]:
        """What is read within belongs to a key, besides what it had; and to whatever reads around it."""
        around, self.horizon = self.horizon, NEVER
        try:
            yield
            before = self._stamps.get((memory, key))
            found = self.horizon if before is None else nearer(before, self.horizon)
            if found is not before:
                self._keep((memory, key), found)
            self.horizon = found
        finally:
            self.horizon = nearer(around, self.horizon)
