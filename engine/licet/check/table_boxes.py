"""Rows of a decision table as boxes: what none of them covers, and which of them meet.

A box has for each dimension the classes that are in it, as the bits of a whole number. Sets of rows are written so too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import islice
from operator import and_, or_

Box = tuple[int, ...]
MOST_BOXES = 20_000
_COVERED, _GAP = 0, 1  # the nodes in which every way ends

Part = tuple[int, int]  # rows, and the classes of a dimension at which just these rows hold
Node = tuple[tuple[int, int], ...]  # classes of a dimension, and the node to which they lead


class TooManyBoxesError(Exception):
    """More boxes than anybody waits for."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What no row covers, as boxes that do not meet: how many there are, and the first of them."""

    number: int
    first: tuple[Box, ...]


def gaps(space: Box, rows: Sequence[Box], most: int = MOST_BOXES, shown: int = 3) -> Gaps:
    """What of a space no row covers.

    Dimension after dimension the classes part by the rows that are still possible; ways that leave the same rows go on
    as one. Raises TooManyBoxesError where more than `most` boxes are looked at.
    """
    parts = [_parted(whole, [row[d] for row in rows]) for d, whole in enumerate(space)]
    order = sorted(range(len(space)), key=lambda d: -len(parts[d]))
    decided = _decided(space, rows, order)
    every = (1 << len(rows)) - 1
    layers = [[every]] if every and not every & decided[0] else []
    links: list[dict[int, list[tuple[int, int]]]] = []  # of each layer: from the rows possible, by classes, to others
    seen = 0
    for d, rest in zip(order, decided[1:], strict=True):
        linked = {state: _ways(state, parts[d], rest) for state in (layers[-1] if layers else ())}
        seen += len(linked)
        if seen > most:
            raise TooManyBoxesError
        links.append(linked)
        layers.append(list(dict.fromkeys(s for ways in linked.values() for _, s in ways if s not in (0, _ALL))))
    nodes, root = _nodes(links, _COVERED if every & decided[0] else _GAP)
    boxes = (_box(path, order, space) for path in islice(_paths(nodes, root), shown))
    return Gaps(_number(nodes, root), tuple(boxes))


_ALL = -1  # in place of the rows still possible: one of them holds whatever comes after


def _parted(whole: int, cells: Sequence[int]) -> list[Part]:
    """The classes of a dimension, together where the same rows hold, lowest class first."""
    everywhere, at = 0, dict.fromkeys(_bits(whole), 0)
    for number, cell in enumerate(cells):
        if cell & whole == whole:
            everywhere |= 1 << number
        else:
            for place in _bits(cell & whole):
                at[place] |= 1 << number
    found: dict[int, int] = {}
    for place, rows in at.items():
        found[rows | everywhere] = found.get(rows | everywhere, 0) | 1 << place
    return list(found.items())


def _bits(number: int) -> Iterator[int]:
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def _decided(space: Box, rows: Sequence[Box], order: Sequence[int]) -> list[int]:
    """For each place in the order, and at its end, the rows that cover everything from there on."""
    found = [(1 << len(rows)) - 1]
    for d in reversed(order):
        found.append(found[-1] & reduce(or_, (1 << i for i, r in enumerate(rows) if r[d] & space[d] == space[d]), 0))
    return found[::-1]


def _ways(state: int, parts: Sequence[Part], rest: int) -> list[tuple[int, int]]:
    """Where the classes of a dimension lead from the rows still possible."""
    ways: dict[int, int] = {}
    for rows, classes in parts:
        left = state & rows
        left = _ALL if left & rest else left
        ways[left] = ways.get(left, 0) | classes
    return [(classes, left) for left, classes in ways.items()]


def _nodes(links: Sequence[dict[int, list[tuple[int, int]]]], empty: int) -> tuple[list[Node], int]:
    """The ways to a gap, equal ones once; a node's children stand before it. The root is the last, or `empty`."""
    nodes: list[Node] = [(), ()]
    known: dict[Node, int] = {}
    below: dict[int, int] = {}
    for linked in reversed(links):
        ends = {**below, 0: _GAP, _ALL: _COVERED}
        below = {}
        for state, ways in linked.items():
            merged: dict[int, int] = {}
            for classes, following in ways:
                merged[ends[following]] = merged.get(ends[following], 0) | classes
            node = tuple((classes, child) for child, classes in merged.items() if child != _COVERED)
            if node and node not in known:
                known[node] = len(nodes)
                nodes.append(node)
            below[state] = known[node] if node else _COVERED
    return nodes, next(iter(below.values()), empty)


def _number(nodes: Sequence[Node], root: int) -> int:
    count = [0, 1]
    for node in nodes[2:]:
        count.append(sum(count[child] for _, child in node))
    return count[root]


def _paths(nodes: Sequence[Node], root: int) -> Iterator[Sequence[int]]:
    """The classes taken in each dimension on every way to a gap; what comes after the end of one is left out."""
    waiting: list[tuple[int, tuple[int, ...]]] = [(root, ())]
    while waiting:
        node, taken = waiting.pop()
        if node == _GAP:
            yield taken
        waiting += [(child, (*taken, classes)) for classes, child in reversed(nodes[node])]


def _box(path: Sequence[int], order: Sequence[int], space: Box) -> Box:
    box = list(space)
    for d, classes in zip(order, path, strict=False):
        box[d] = classes
    return tuple(box)


def meeting(rows: Sequence[Box]) -> Iterator[tuple[int, int]]:
    """Each row that has a case in common with rows above it, and these rows."""
    columns = list(zip(*rows, strict=True))
    parts = [_parted(reduce(or_, column, 0), column) for column in columns]

    @cache
    def at(d: int, cell: int) -> int:
        return reduce(or_, (found for found, classes in parts[d] if classes & cell), 0)

    for number, row in enumerate(rows):
        above = reduce(and_, (at(d, cell) for d, cell in enumerate(row)), (1 << number) - 1)
        if above:
            yield number, above


def rows_of(bits: int) -> list[int]:
    """The places of the rows in a set of them."""
    return list(_bits(bits))
