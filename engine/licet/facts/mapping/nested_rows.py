"""A JSON document with lists in lists as a table: a row for each member of one, with whatever stands around it.

A map says which list, step by step: `results.scores / metrics` is a row for each metric of each score. A step that
says `-> PATH` has names where others have members: of the list at that path, each the member that is called so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from licet.diagnostics import Diagnostic
from licet.facts import yaml_text as y
from licet.facts.files.sheets import BrokenRow, Cells, Sheet, SheetError, in_one
from licet.facts.mapping.column_maps import TableMap, holes_of
from licet.suggest import did_you_mean

_NAMES = ("bom-ref", "$id", "id")  # what a member is called by, in documents that others refer into
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}")
_STEPS = re.compile(r"\s+/\s+")
_FOLLOWED = re.compile(r"\s+->\s+")
_Known = Mapping[str, y.Node]  # members by what they are called


@dataclass(frozen=True, slots=True)
class _Step:
    """A list below the member before, or below the document; `target` is where the members of its names stand."""

    path: str
    target: str

    @property
    def called(self) -> str:
        """What its columns begin with."""
        return self.path.rpartition(".")[2]


def nested_sheet(file: str, title: str, document: y.Node, map_: TableMap) -> Sheet:
    """The table of one map. Its columns are those that the map reads: what a document leaves out is blank.

    Errors: `SheetError` for a name of which there is no member.
    """
    steps = _steps(map_.rows)
    named = {step.target: _by_name(_at(document, step.target)) for step in steps if step.target}
    made = [dict(row) for row in _rows(document, steps, named, {})]
    if not made:
        words = f"`{file}` has no `{map_.rows}` that this map could make rows of"
        raise SheetError(Diagnostic("F007", words, map_.span, help="write the path of a list in it"))
    for row in made:
        row.update(_days(row))
    kept, broken = [], []
    for number, row in enumerate(made, 1):
        refused = _refused(row, map_.require)
        kept += [] if refused else [(number, row)]
        broken += [BrokenRow(number, refused[0], *refused[1:], "F005")] if refused else []
    columns = [pa.array([row.get(name) for _, row in kept], pa.string()) for name in map_.columns]
    cells = Cells(map_.columns, np.array([number for number, _ in kept], np.int64), columns, tuple(broken))
    return Sheet(file, (title,), in_one(lambda *_: iter([cells])))


def _steps(text: str) -> list[_Step]:
    steps = []
    for step in _STEPS.split(text.strip()):
        path, *target = _FOLLOWED.split(step)
        steps.append(_Step(path, "".join(target)))
    return steps


def _rows(
    node: y.Node, steps: Sequence[_Step], named: Mapping[str, _Known], above: Mapping[str, str], called: str = ""
) -> Iterator[Mapping[str, str]]:
    """A row for each member of the last step, with the values of all that it is within."""
    found = {**above, **dict(_values(node, called))}
    if not steps:
        yield found
        return
    first, *rest = steps
    for key, member in _members(_at(node, first.path)):
        meant = _followed(member, first.target, named[first.target]) if first.target else member
        yield from _rows(meant, rest, named, {**found, f"{first.called}.key": key}, first.called)


def _members(node: y.Node | None) -> Iterable[tuple[str, y.Node]]:
    if isinstance(node, y.Sequence):
        return [("", item) for item in node.items]
    return [(key.text, value) for key, value in node.pairs] if isinstance(node, y.Mapping) else []


def _at(node: y.Node | None, path: str) -> y.Node | None:
    for name in path.split("."):
        node = node.get(name) if isinstance(node, y.Mapping) else None
    return node


def _by_name(node: y.Node | None) -> _Known:
    members = [member for _, member in _members(node) if isinstance(member, y.Mapping)]
    return {member.text(key): member for member in members for key in _NAMES if member.text(key)}


def _followed(name: y.Node, target: str, known: _Known) -> y.Node:
    text = name.text if isinstance(name, y.Scalar) else ""
    if text not in known:
        words = f"`{text}` is named, and `{target}` has no member that is called so"
        raise SheetError(Diagnostic("F009", words, name.span, help=did_you_mean(text, known)))
    return known[text]


def _values(node: y.Node, called: str) -> Iterator[tuple[str, str]]:
    """The texts below a node by their paths; a list of texts is one value."""
    if isinstance(node, y.Mapping):
        for key, value in node.pairs:
            yield from _values(value, f"{called}.{key.text}" if called else key.text)
    elif isinstance(node, y.Scalar):
        yield called, node.text
    elif texts := [item.text for item in node.items if isinstance(item, y.Scalar)]:
        yield called, json.dumps(texts, ensure_ascii=False)


def _days(row: Mapping[str, str]) -> dict[str, str]:
    """Of each moment its day, as a column of its own."""
    return {f"{name}.day": moment[1] for name, text in row.items() if (moment := _MOMENT.match(text))}


def _refused(row: Mapping[str, str], require: Mapping[str, Sequence[str]]) -> tuple[str, str, str] | None:
    """The text that stands where the map wants another, what is wrong with it, and what to do."""
    for column, wanted in require.items():
        text = row.get(column, "")
        taken = [_filled(pattern, row) for pattern in wanted]
        if text not in taken:
            said = " or ".join(f"`{one}`" if one else "nothing" for one in taken)
            words = f"the map requires {said} as `{column}`, and this is {f'`{text}`' if text else 'nothing'}"
            return text, words, "leave it out of the inventory, or say in `require` that it is taken"
    return None


def _filled(pattern: str, row: Mapping[str, str]) -> str:
    for hole in holes_of(pattern):
        pattern = pattern.replace("{" + hole + "}", row.get(hole, ""))
    return pattern
