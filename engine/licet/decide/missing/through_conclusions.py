"""What conclusions about resident things hang on, however they read one another; and whoever reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from licet.run.columnar.conclusions import Solver
from licet.run.columnar.lists import Lists, joined
from licet.run.columnar.row_batch import Rows
from licet.run.columnar.sorted_unique import once

_MOST_FLAGS = 1 << 27


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What some rules about an entity conclude, where a solver has worked it out; with a `term`, its values."""

    solver: Solver
    entity: str
    rules: tuple[str, ...]
    term: str = ""


Look = tuple[Conclusion, Rows, Rows]  # origins, and the places of what they read


@dataclass(frozen=True, slots=True)
class Direct:
    """For each place in the frame of a conclusion's entity: the keys of what it hangs on, and what it reads."""

    keys: Lists
    looks: Mapping[Conclusion, Lists]


class Behind:
    """Follows conclusions to conclusions, however they refer to one another.

    What hangs on something is found from there backwards, each pair of a conclusion and a key once: a long row of
    owners takes as many steps as it has owners, not their square.
    """

    def __init__(self, of: Callable[[Conclusion], Direct]) -> None:
        """`of` says what a conclusion hangs on itself."""
        self._of = of
        self._known: dict[Conclusion, Direct] = {}
        self._closed: dict[Conclusion, _Closed] = {}

    def found(self, looks: Iterable[Look]) -> tuple[Rows, Rows]:
        """Pairs of an origin and a key, from conclusions that origins read."""
        read = together(looks)
        self._close({conclusion: once(places) for conclusion, (_, places) in read.items()})
        found: list[tuple[Rows, Rows]] = []
        for conclusion, (origins, places) in read.items():
            belongs, keys = self._closed[conclusion].keys.at(places)
            found.append((origins[belongs], keys))
        return joined(found)

    def _close(self, wanted: Mapping[Conclusion, Rows]) -> None:
        """All keys behind some places of conclusions."""
        graph = _ReadGraph()
        while wanted:
            further: dict[Conclusion, list[Rows]] = defaultdict(list)
            for conclusion, places in wanted.items():
                direct = self._direct(conclusion)
                new = self._closed.setdefault(conclusion, _Closed(conclusion)).opened(places)
                graph.add(conclusion, new)
                belongs, keys = direct.keys.at(new)
                graph.has(conclusion, new[belongs], keys)
                for other, lists in direct.looks.items():
                    belongs, there = lists.at(new)
                    if len(there):
                        graph.reads(conclusion, new[belongs], other, there)
                        further[other].append(there)
            wanted = {conclusion: once(np.concatenate(places)) for conclusion, places in further.items()}
        for conclusion, (places, keys) in graph.closed(self._closed).items():
            self._closed[conclusion].add(places, keys)

    def _direct(self, conclusion: Conclusion) -> Direct:
        if conclusion not in self._known:
            self._known[conclusion] = self._of(conclusion)
        return self._known[conclusion]


class _Closed:
    """The keys behind those places of a conclusion that somebody asked for."""

    def __init__(self, conclusion: Conclusion) -> None:
        size = conclusion.solver.frame(conclusion.entity).length
        self._asked = np.zeros(size, np.bool_)
        self._pairs = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self.keys = Lists(*self._pairs, size)

    def opened(self, places: Rows) -> Rows:
        """Those of the places that nobody asked for before."""
        new = places[~self._asked[places]]
        self._asked[new] = True
        return new

    def add(self, places: Rows, keys: Rows) -> None:
        self._pairs = joined([self._pairs, (places, keys)])
        self.keys = Lists(*self._pairs, len(self._asked))


class _ReadGraph:
    """Conclusions that read each other, with the keys that each has itself."""

    def __init__(self) -> None:
        self._starts: dict[Conclusion, int] = {}  # the number of its first place
        self._end = 0
        self._has: list[tuple[Rows, Rows]] = []
        self._reads: list[tuple[Rows, Rows]] = []  # who is read, who reads
        self._nodes: list[Rows] = []

    def _numbers(self, conclusion: Conclusion, places: Rows) -> Rows:
        if conclusion not in self._starts:
            self._starts[conclusion] = self._end
            self._end += conclusion.solver.frame(conclusion.entity).length
        return self._starts[conclusion] + places

    def add(self, conclusion: Conclusion, places: Rows) -> None:
        self._nodes.append(self._numbers(conclusion, places))

    def has(self, conclusion: Conclusion, places: Rows, keys: Rows) -> None:
        self._has.append((self._numbers(conclusion, places), keys))

    def reads(self, conclusion: Conclusion, places: Rows, other: Conclusion, there: Rows) -> None:
        self._reads.append((self._numbers(other, there), self._numbers(conclusion, places)))

    def closed(self, before: Mapping[Conclusion, _Closed]) -> Mapping[Conclusion, tuple[Rows, Rows]]:
        """For each conclusion the places that were added, each with its own keys and all behind it."""
        nodes = np.sort(np.concatenate(self._nodes)) if self._nodes else np.zeros(0, np.int64)
        read, readers = joined(self._reads)
        new = _among(read, nodes)
        known = [self._before(before, read[~new], readers[~new])]
        places, keys = joined([*self._has, *known])
        used, keys = np.unique(keys, return_inverse=True)
        lists = Lists(np.searchsorted(nodes, read[new]), np.searchsorted(nodes, readers[new]), len(nodes))
        found, numbers = _spread(np.searchsorted(nodes, places), keys, lists, len(nodes), len(used))
        return dict(self._by_conclusion(nodes[found], used[numbers]))

    def _before(self, before: Mapping[Conclusion, _Closed], read: Rows, readers: Rows) -> tuple[Rows, Rows]:
        """The keys of what was closed earlier, for those who read it."""
        found = []
        for conclusion, (read_here, readers_here) in self._by_conclusion(read, readers):
            belongs, keys = before[conclusion].keys.at(read_here)
            found.append((readers_here[belongs], keys))
        return joined(found)

    def _by_conclusion(self, numbers: Rows, values: Rows) -> Iterator[tuple[Conclusion, tuple[Rows, Rows]]]:
        for conclusion, start in self._starts.items():
            here = (numbers >= start) & (numbers < start + conclusion.solver.frame(conclusion.entity).length)
            if here.any():
                yield conclusion, (numbers[here] - start, values[here])


def _spread(nodes: Rows, keys: Rows, readers: Lists, size: int, different: int) -> tuple[Rows, Rows]:
    """Each key of a node is one of its readers too; pairs of a node and a key, each once."""
    seen = _Seen(size * different)
    found = []
    new = seen.new(once(nodes * different + keys))
    while len(new):
        found.append(new)
        nodes, keys = np.divmod(new, different)
        belongs, reading = readers.at(nodes)
        new = seen.new(once(reading * different + keys[belongs]))
    pairs = np.concatenate(found) if found else np.zeros(0, np.int64)
    return tuple(np.divmod(pairs, max(different, 1)))  # type: ignore[return-value]


class _Seen:
    """Numbers below a limit that were met before."""

    def __init__(self, limit: int) -> None:
        self._flags = np.zeros(limit, np.bool_) if limit <= _MOST_FLAGS else None
        self._numbers = np.zeros(0, np.int64)

    def new(self, numbers: Rows) -> Rows:
        """Those not met before, of numbers in order and each once; they are met now."""
        if self._flags is not None:
            numbers = numbers[~self._flags[numbers]]
            self._flags[numbers] = True
            return numbers
        numbers = numbers[~_among(numbers, self._numbers)]
        self._numbers = np.sort(np.concatenate([self._numbers, numbers]))
        return numbers


def _among(numbers: Rows, some: Rows) -> NDArray[np.bool_]:
    """Which of the numbers are among some others; these in order."""
    if not len(some):
        return np.zeros(len(numbers), np.bool_)
    found: NDArray[np.bool_] = some[np.minimum(np.searchsorted(some, numbers), len(some) - 1)] == numbers
    return found


def together(looks: Iterable[Look]) -> Mapping[Conclusion, tuple[Rows, Rows]]:
    """Looks by the conclusion that is looked at: all origins and places of each."""
    parts: dict[Conclusion, list[tuple[Rows, Rows]]] = defaultdict(list)
    for conclusion, origins, places in looks:
        parts[conclusion].append((origins, places))
    return {conclusion: joined(pairs) for conclusion, pairs in parts.items()}
