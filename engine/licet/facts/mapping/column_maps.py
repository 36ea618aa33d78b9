"""Maps from foreign columns to the vocabulary: a small YAML file that a user writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from licet.diagnostics import Findings, Span
from licet.errors import UsageError
from licet.facts import yaml_text as y
from licet.facts.files.opened import unpacked_name
from licet.facts.text_files import read_text
from licet.ir import policy as ir
from licet.suggest import did_you_mean

_TABLE_KEYS = (
    *("from", "sheet", "header", "skip", "rows", "each", "leave_out", "require", "id", "once", "fields", "ignore"),
)
_CELL_KEYS = (
    *("column", "at_least", "at_most", "constant"),
    *("values", "empty", "otherwise", "split", "date", "decimal", "unit"),
)
_BESIDE = ("open", "source", "note")  # what a record has beside its fields; rows of relations have no `open`
_DECIMAL = (".", ",")
_HOLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class CellMap:
    """Where a field's cells come from: a column, several in a pattern, the first of several that has something
    (`alternatives`), the ends of a range (`at_least`, `at_most`; where both are empty the column), or nowhere
    (a constant).

    `values` translates whole cells, or with `split` their pieces, and empty ones below `""`; a word that it does not
    name is an error, but for `otherwise`: what such words become, or `keep`. The pieces
    become a set, or one value where all are the same and `undetermined` where they are not. `unit` is put after
    numbers. `date` is how days are written, as in `%d.%m.%Y`; `decimal` what stands before the decimals of numbers.
    """

    columns: tuple[str, ...]
    pattern: str = ""  # with each column's name in braces
    constant: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    split: str = ""
    unit: str = ""
    otherwise: str = ""
    spans: tuple[Span, ...] = ()
    alternatives: tuple[str, ...] = ()
    at_least: str = ""
    at_most: str = ""
    date: str = ""
    decimal: str = ""
    only_empty: bool = False  # `values` says what empty cells mean, and of words nothing

    @property
    def translates(self) -> bool:
        """Whether a cell may become another text."""
        return bool(self.values or self.split or self.unit or self.date or self.decimal or self.otherwise)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A row for each piece of a column's cells, but for those that stand in another column of the table (`but`)."""

    column: str
    split: str
    but: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TableMap:
    """One entity's or relation's table: its file (a pattern of names) and sheet, and what its fields are made from.

    With `once` there is one record for each id, however many rows name it; a field about which these rows say
    different things is undetermined. `rows` is of a JSON document: which list in it has a member for each record; what
    `require` says of columns has to be so of each, where one text stands, or one that a pattern makes.

    Without a `header` columns are called by their numbers, from 1 on; `skip` rows stand above it, or above the first
    record. `each` makes a row of each piece of a cell. Rows are left out where a column has one of the texts that
    `leave_out` names for it.
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
    header: bool = True
    skip: int = 0
    each: Pieces | None = None
    leave_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """What its fields are made from, and what says which rows there are."""
        own = [column for cell in self.cells.values() for column in cell.columns]
        pieces = [name for name in (self.each.column, self.each.but) if name] if self.each else []
        return tuple(dict.fromkeys([*own, *pieces, *self.leave_out]))

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
    beside = [name for name in (_BESIDE if is_entity else _BESIDE[1:]) if name not in fields]
    cells = dict(_cells(node.get("fields"), fields, beside, findings))
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
        dict(_texts_of_columns("require", node.get("require"), findings)),
        node.text("header") not in ("no", "false"),
        _number(node.get("skip"), findings),
        _each(node.get("each"), findings),
        dict(_texts_of_columns("leave_out", node.get("leave_out"), findings)),
    )


def _number(node: y.Node | None, findings: Findings) -> int:
    text = node.text if isinstance(node, y.Scalar) else ""
    if node is not None and not text.isdecimal():
        findings.error("F002", "`skip` is a number of rows", node.span, help="write `skip: 3`")
    return int(text) if text.isdecimal() else 0


def _each(node: y.Node | None, findings: Findings) -> Pieces | None:
    if node is None:
        return None
    if not isinstance(node, y.Mapping) or not node.text("column") or not node.text("split"):
        help_ = 'write `each: {column: NAME, split: ","}`'
        findings.error("F002", "`each` says of which column, and what stands between its pieces", node.span, help=help_)
        return None
    node.tell_unknown(("column", "split", "but"), "`each`", findings)
    return Pieces(node.text("column"), node.text("split"), node.text("but"))


def _texts_of_columns(called: str, node: y.Node | None, findings: Findings) -> Iterator[tuple[str, tuple[str, ...]]]:
    if node is not None and not isinstance(node, y.Mapping):
        words = f"`{called}` is not a mapping"
        findings.error("F002", words, node.span, help="write `COLUMN: TEXT`, or a list of texts")
    for key, value in node.pairs if isinstance(node, y.Mapping) else ():
        several = value.items if isinstance(value, y.Sequence) else (value,)
        yield key.text, tuple(one.text for one in several if isinstance(one, y.Scalar))


def holes_of(pattern: str) -> list[str]:
    """The columns that a pattern names in braces."""
    return _HOLE.findall(pattern)


def _cells(
    node: y.Node | None, fields: Mapping[str, ir.Field], beside: Sequence[str], findings: Findings
) -> Iterator[tuple[str, CellMap]]:
    if not isinstance(node, y.Mapping):
        if node is not None:
            findings.error("F002", "`fields` is not a mapping", node.span, help="write `field: COLUMN`")
        return
    for key, value in node.pairs:
        known = fields.get(key.text)
        if key.text in beside:
            yield key.text, _cell(value, findings)
        elif known is None or known.derived:
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
    ends = [node.get(end) for end in ("at_least", "at_most")]
    if isinstance(constant, y.Scalar) and column is None and ends == [None, None]:
        return CellMap((), constant=constant.text)
    made = _source(column, findings)
    if made is None and not any(isinstance(end, y.Scalar) for end in ends):
        words = "this field has neither `column` nor `constant`"
        findings.error("F002", words, node.span, help="write `column: NAME`, or `at_least` and `at_most`")
        return CellMap(())
    made = made or CellMap(())
    pairs = values.pairs if isinstance(values, y.Mapping) else ()
    told = {key.text: value.text for key, value in pairs if isinstance(value, y.Scalar)}
    empty, decimal = node.get("empty"), node.get("decimal")
    if isinstance(empty, y.Scalar):
        told = {**told, "": empty.text}
    if isinstance(decimal, y.Scalar) and decimal.text not in _DECIMAL:
        findings.error("F002", "`decimal` is a comma or a point", decimal.span, help='write `decimal: ","`')
    bounds = [end for end in ends if isinstance(end, y.Scalar)]
    return replace(
        made,
        columns=(*made.columns, *(end.text for end in bounds)),
        spans=(*made.spans, *(end.span for end in bounds)),
        values=told,
        only_empty=isinstance(empty, y.Scalar) and len(told) == 1,
        split=node.text("split"),
        unit=node.text("unit"),
        otherwise=node.text("otherwise"),
        at_least=node.text("at_least"),
        at_most=node.text("at_most"),
        date=node.text("date"),
        decimal=node.text("decimal") if node.text("decimal") in _DECIMAL else "",
    )


def _source(node: y.Node | None, findings: Findings) -> CellMap | None:
    """A column, a pattern, or the first of several."""
    if isinstance(node, y.Scalar):
        return _from_columns(node)
    if not isinstance(node, y.Sequence):
        return None
    names = [item for item in node.items if isinstance(item, y.Scalar)]
    if not names or len(names) < len(node.items):
        findings.error("F002", "`column` is a name or a list of names", node.span, help="write `column: [A, B]`")
    texts = tuple(name.text for name in names)
    return CellMap(texts, alternatives=texts, spans=tuple(name.span for name in names))


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
