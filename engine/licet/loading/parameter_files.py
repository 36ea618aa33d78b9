"""Files of the rows of parameters: values of the law by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from licet.check.parameters import Rows
from licet.diagnostics import Findings
from licet.facts import yaml_text as y
from licet.facts.cells.values_from_text import Problem, value_from_text
from licet.ir.policy import Interval, ParameterRow
from licet.ir.types import Type
from licet.ir.units import Units
from licet.loading.lists import interval_of, named_file
from licet.loading.policy_folder import PolicyFolders
from licet.syntax import tree as t
from licet.values import Fact, State

_KEYS = ("parameter", "title", "source", "certainty", "note", "rows")
_ROW_KEYS = ("from", "until", "value", "not_applicable", "unconfirmed", "source", "note")


def rows_of(tree: t.DatedParameter, folders: PolicyFolders, findings: Findings) -> Rows | None:
    """How to read the rows of a parameter that names a file, once its type is known; None where that cannot be read."""
    assert tree.file is not None
    found = named_file(tree.file, "parameter", folders, findings)
    if found is None:
        return None
    document = found[1]
    document.tell_unknown(_KEYS, "a file of a parameter", findings)
    name, node = document.get("parameter"), document.get("rows")
    if isinstance(name, y.Scalar) and name.text != tree.name.text:
        words = f"this file is the parameter `{name.text}`, and `{tree.name.text}` names it"
        findings.error("F019", words, name.span, others=((tree.file.span, "named here"),), help="name its own file")
    if not isinstance(node, y.Sequence):
        place = node.span if node else document.span
        findings.error("F002", "this file has no `rows`", place, help="write `rows: [{from: 2026-01-01, value: 5}]`")
        return None
    items = node.items

    def read(type_: Type, units: Units, into: Findings) -> Iterator[ParameterRow]:
        rows = [row for item in items if (row := _row(item, type_, units, document.text("source"), into))]
        starts = sorted(row.interval.start for row in rows if row.interval.start is not None)
        for row in rows:
            yield _until_the_next(row, starts)

    return read


def _until_the_next(row: ParameterRow, starts: Sequence[date]) -> ParameterRow:
    """Without `until` it stands until the next one begins."""
    start, end, note = row.interval.start, row.interval.end, row.interval.note
    if end is None:
        end = next((day for day in starts if start is None or day > start), None)
    return ParameterRow(Interval(start, end, note), row.value, row.cites, row.source, row.span)


def _row(item: y.Node, type_: Type, units: Units, source: str, findings: Findings) -> ParameterRow | None:
    if not isinstance(item, y.Mapping):
        findings.error("F002", "a row is a mapping", item.span, help="write `{from: 2026-01-01, value: 5}`")
        return None
    item.tell_unknown(_ROW_KEYS, "a row", findings)
    said = [key for key in ("value", "not_applicable", "unconfirmed") if item.get(key) is not None]
    if len(said) != 1:
        help_ = "write `value: 5`, or why there is none: `not_applicable: ...`, `unconfirmed: ...`"
        findings.error("F002", "a row says one thing", item.span, help=help_)
        return None
    stands = interval_of(item, findings)
    fact: Fact = State.NOT_APPLICABLE if said[0] == "not_applicable" else State.ABSENT
    node = item.get(said[0])
    if said[0] == "value":
        text = node.text if isinstance(node, y.Scalar) else item.span.said
        found = value_from_text(text, type_, units)
        if isinstance(found, Problem):
            words, label = f"`{text}` is not a value of this parameter", f"expected {found.expected}"
            findings.error("F005", words, node.span if node else item.span, label=label, help=found.help)
            return None
        fact = found
    note = stands.note or (node.text if said[0] != "value" and isinstance(node, y.Scalar) else "")
    own = item.text("source") or source
    return ParameterRow(Interval(stands.start, stands.end, note), fact, (), own, item.span)
