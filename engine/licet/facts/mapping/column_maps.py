"""Maps from foreign columns to the vocabulary: a small YAML file that a user writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from licet.diagnostics import Findings, Span
from licet.errors import UsageError
from licet.facts import yaml_text as y
from licet.facts.files.opened import unpacked_name
from licet.facts.text_files import read_text
from licet.ir import policy as ir
from licet.suggest import did_you_mean

_TABLE_KEYS = ("from", "sheet", "rows", "require", "id", "once", "fields", "ignore")
_CELL_KEYS = ("column", "constant", "values", "otherwise", "split", "unit")
_HOLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class CellMap:
    """Where a field's cells come from: a column, several in a pattern, or nowhere (a constant).

    `values` translates whole cells, or with `split` their pieces, and empty ones below `""`; a word that it does not
    name is an error, but for `otherwise`: what such words become, or `keep`. The pieces
    become a set, or one value where all are the same and `undetermined` where they are not. `unit` is put after
    numbers.
    """

    columns: tuple[str, ...]
    pattern: str = ""  # with each column's name in braces
    constant: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    split: str = ""
    unit: str = ""
    otherwise: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TableMap:
    """One entity's or relation's table: its file (a pattern of names) and sheet, and what its fields are made from.

    With `once` there is one record for each id, however many rows name it; a field about which these rows say
    different things is undetermined. `rows` is of a JSON document: which list in it has a member for each record; what
    `require` says of columns has to be so of each, where one text stands, or one that a pattern makes.
    """

    name: str
    cells: Mapping[str, CellMap]
    file: str = "*"
    sheet: str = ""
    once: bool = False
    ignored: frozenset[str] | None = frozenset()  # columns; None for all that are not used
    span: Span | None = None
    rows: str = ""
    require: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """What its fields are made from."""
        return tuple(dict.fromkeys(column for cell in self.cells.values() for column in cell.columns))

    def fits(self, file: Path, sheet: str) -> bool:
        return any(fnmatchcase(name, self.file) for name in (file.name, unpacked_name(file))) and self.sheet in (
            "",
            sheet,
        )


def read_map(path: Path, policy: ir.Policy, findings: Findings) -> tuple[TableMap, ...]:
    """The map in a file; what is wrong with it goes to the findings. Errors: `UsageError` if there is no file."""
    if not path.is_file():
        raise UsageError(f"there is no file `{path}`")
    source = read_text(path, findings)
    begin = f"`{policy.an_entity}:` and below it `id:` and `fields:`"
    document = None if source is None else y.read(source, findings, begin)
    if document is None:
        return ()
    if not isinstance(document, y.Mapping):
        findings.error("F002", "a map is a mapping", document.span, help=f"begin with {begin}")
        return ()
    found = []
    for key, value in document.pairs:
        known = [*policy.entities, *policy.relations]
        if key.text not in known:
            findings.error(
                "F004", f"there is no entity or relation `{key.text}`", key.span, help=did_you_mean(key.text, known)
            )
            continue
        for node in value.items if isinstance(value, y.Sequence) else (value,):
            if isinstance(node, y.Mapping):
                found.append(_table(key, node, policy, findings))
            else:
                findings.error("F002", f"the map of `{key.text}` is not a mapping", node.span, help="write `fields:`")
    return tuple(found)


def _table(key: y.Scalar, node: y.Mapping, policy: ir.Policy, findings: Findings) -> TableMap:
    node.tell_unknown(_TABLE_KEYS, f"the map of `{key.text}`", findings)
    is_entity = key.text in policy.entities
    fields = policy.entities[key.text].fields if is_entity else policy.relations[key.text].parameters
    cells = dict(_cells(node.get("fields"), fields, findings))
    id_ = node.get("id")
    if id_ is not None:
        cells = {"id": _cell(id_, findings), **cells}
    elif is_entity:
        findings.error("F006", f"this map of {key.text} has no `id`", key.span, help="write `id: COLUMN` or a pattern")
    return TableMap(
        key.text,
        cells,
        node.text("from") or "*",
        node.text("sheet"),
        node.text("once") in ("yes", "true"),
        _ignored(node.get("ignore"), findings),
        key.span,
        node.text("rows"),
        dict(_required(node.get("require"), findings)),
    )


def _required(node: y.Node | None, findings: Findings) -> Iterator[tuple[str, tuple[str, ...]]]:
    if node is not None and not isinstance(node, y.Mapping):
        findings.error("F002", "`require` is not a mapping", node.span, help="write `COLUMN: TEXT`, or a list of texts")
    for key, value in node.pairs if isinstance(node, y.Mapping) else ():
        several = value.items if isinstance(value, y.Sequence) else (value,)
        yield key.text, tuple(one.text for one in several if isinstance(one, y.Scalar))


def holes_of(pattern: str) -> list[str]:
    """The columns that a pattern names in braces."""
    return _HOLE.findall(pattern)


def _cells(node: y.Node | None, fields: Mapping[str, ir.Field], findings: Findings) -> Iterator[tuple[str, CellMap]]:
    if not isinstance(node, y.Mapping):
        if node is not None:
            findings.error("F002", "`fields` is not a mapping", node.span, help="write `field: COLUMN`")
        return
    for key, value in node.pairs:
        known = fields.get(key.text)
        if known is None or known.derived:
            names = [f.name for f in fields.values() if not f.derived]
            findings.error("F007", f"there is no field `{key.text}`", key.span, help=did_you_mean(key.text, names))
        else:
            yield key.text, _cell(value, findings)


def _cell(node: y.Node, findings: Findings) -> CellMap:
    if isinstance(node, y.Scalar):
        return _from_columns(node)
    if not isinstance(node, y.Mapping):
        findings.error("F002", "a field is made from a column", node.span, help="write `field: COLUMN`")
        return CellMap(())
    node.tell_unknown(_CELL_KEYS, "a field's map", findings)
    column, constant, values = node.get("column"), node.get("constant"), node.get("values")
    if isinstance(constant, y.Scalar) and column is None:
        return CellMap((), constant=constant.text)
    if not isinstance(column, y.Scalar):
        findings.error("F002", "this field has neither `column` nor `constant`", node.span, help="write `column: NAME`")
        return CellMap(())
    words = (
        {k.text: v.text for k, v in values.pairs if isinstance(v, y.Scalar)} if isinstance(values, y.Mapping) else {}
    )
    made = _from_columns(column)
    return CellMap(
        made.columns,
        made.pattern,
        None,
        words,
        node.text("split"),
        node.text("unit"),
        node.text("otherwise"),
        made.spans,
    )


def _from_columns(node: y.Scalar) -> CellMap:
    holes = tuple(holes_of(node.text))
    if holes:
        return CellMap(holes, node.text, spans=(node.span,) * len(holes))
    return CellMap((node.text,), spans=(node.span,))


def _ignored(node: y.Node | None, findings: Findings) -> frozenset[str] | None:
    if node is None:
        return frozenset()
    if isinstance(node, y.Scalar) and node.text == "rest":
        return None
    if isinstance(node, y.Sequence):
        return frozenset(item.text for item in node.items if isinstance(item, y.Scalar))
    findings.error("F002", "`ignore` is a list of columns, or `rest`", node.span, help="write `ignore: rest`")
    return frozenset()
