"""A first map of a foreign table, guessed from the names of its columns and from what stands in them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from licet.errors import UsageError
from licet.facts.cells.values_from_text import Problem, state_named, value_from_text
from licet.facts.files.sheets import Sheet, shortened
from licet.facts.inventory.from_sheets import fields_of
from licet.facts.mapping.forms import in_form
from licet.facts.mapping.mapped_sheet import texts_in
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.suggest import did_you_mean, nearest
from licet.values import counted

_ROWS = 1 << 16  # read at a time
_MOST = 50_000  # different values of a column that are told apart
_LOOKED_AT = 400  # of these, for what they are
_LISTED = 60  # of these, in the map
_ALIKE = 0.62  # a column and a field of names so much alike
_FORMS = ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%dT%H:%M:%S", "%d %B %Y", "%b %d, %Y")
_SPLITS = (";", "|", ",")
_IDS = ("id", "key", "code", "number", "name")
_WORDS = ("no", "yes", "on", "off", "null", "y", "n", "true", "false")  # of YAML
_CHOICES = (Kind.ENUMERATION, Kind.COUNTRY, Kind.BOOLEAN)


@dataclass(slots=True)
class ColumnSeen:
    """The values of a column, and how many rows have each; `more` rows have others than are told apart."""

    name: str
    values: Counter[str] = field(default_factory=Counter)
    empty: int = 0
    more: int = 0

    @property
    def different(self) -> str:
        return f"{'more than ' if self.more else ''}{len(self.values):,}"

    @property
    def first(self) -> Sequence[str]:
        return [text for text, _ in self.values.most_common(_LOOKED_AT)]


def guessed(sheet: Sheet, file: Path, policy: ir.Policy, table: str | None) -> str:
    """The text of a map. Errors: `UsageError` for a `table` that there is not, `SheetError` for a damaged file."""
    known = [*policy.entities, *policy.relations]
    if table is not None and table not in known:
        raise UsageError(f"there is no entity or relation `{table}`; {did_you_mean(table, known)}")
    columns, rows = _columns(sheet)
    names = [column.name for column in columns]
    found = table or max(policy.entities, key=lambda name: _likeness(names, name, sheet, policy))
    fields = {f.name: f for f in fields_of(policy, found).values() if not f.derived}
    id_ = _id_of(columns, found, rows) if found in policy.entities else None
    chosen = _chosen([column for column in columns if column is not id_], fields)
    lines = [
        f"# A first map of {file.name}, guessed from names and values: read every line before you rely on it.",
        f"# {counted(rows, 'row')}, {counted(len(columns), 'column')}. What a map may say stands in docs/maps.md.",
        f"{found}:",
        f"  from: {_text(file.name)}",
    ]
    if found in policy.entities:
        said = f"{_text(id_.name)}{_of(id_)}" if id_ else "??? # no column has another value in each row"
        lines.append(f"  id: {said}")
    lines.append("  fields:" if chosen else "  fields: {} # no column is called like a field")
    for name, column in chosen.items():
        lines += _field(name, fields[name].type, column, policy)
    left = [column for column in columns if column is not id_ and column not in chosen.values() and column.name]
    lines += ["  ignore: # nothing is made from these"] if left else []
    lines += [f"    - {_text(column.name)}{_of(column)}" for column in left]
    return "\n".join(lines) + "\n"


def _columns(sheet: Sheet) -> tuple[list[ColumnSeen], int]:
    found: dict[str, ColumnSeen] = {}
    rows = 0
    for cells in sheet.rows(_ROWS):
        rows += len(cells.numbers)
        for name, column in zip(cells.names, cells.columns, strict=True):
            _count(found.setdefault(name, ColumnSeen(name)), column)
    return list(found.values()), rows


def _count(seen: ColumnSeen, column: pa.Array) -> None:
    counts = pc.value_counts(pc.utf8_trim_whitespace(texts_in(column).fill_null("")))
    for text, number in zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True):
        if not text:
            seen.empty += number
        elif text in seen.values or len(seen.values) < _MOST:
            seen.values[text] += number
        else:
            seen.more += number


# ---- which column is what


def _likeness(columns: Sequence[str], name: str, sheet: Sheet, policy: ir.Policy) -> float:
    """How many columns are called like fields of an entity; its own name in that of the file weighs as much as two."""
    fields = [f.name for f in fields_of(policy, name).values() if not f.derived]
    alike = sum(bool(nearest(column, fields, at_least=_ALIKE)) for column in columns if column)
    return alike + 2 * bool(nearest(name, re.split(r"[\W_]+", sheet.titles[0]), at_least=0.75))


def _id_of(columns: Sequence[ColumnSeen], entity: str, rows: int) -> ColumnSeen | None:
    unlike = [column for column in columns if column.name and not column.empty and len(column.values) == rows]
    nearly = [column for column in columns if column.name and len(column.values) > 0.9 * (rows - column.empty) > 0]
    for among in (unlike, nearly):
        near = nearest(entity, [c.name for c in among], at_least=0.75)
        near = near or next((found for word in _IDS if (found := _called(word, among))), ())
        if near:
            return next(column for column in among if column.name == near[0])
    return next(iter(unlike), None)


def _called(word: str, columns: Sequence[ColumnSeen]) -> tuple[str, ...]:
    return tuple(column.name for column in columns if word in re.split(r"[\W_]+", column.name.lower()))


def _chosen(columns: Sequence[ColumnSeen], fields: Mapping[str, ir.Field]) -> dict[str, ColumnSeen]:
    """The column of each field: the one that is called most like it, each column for one field."""
    scored = (
        (_score(column.name, one), name, place) for name, one in fields.items() for place, column in enumerate(columns)
    )
    pairs = sorted(scored, reverse=True)
    found: dict[str, ColumnSeen] = {}
    for score, name, place in pairs:
        if score >= _ALIKE and name not in found and columns[place] not in found.values() and columns[place].values:
            found[name] = columns[place]
    return {name: found[name] for name in fields if name in found}


def _score(column: str, one: ir.Field) -> float:
    words = [word for word in re.split(r"[\W_]+", re.sub(r"\(.*?\)", " ", column.lower())) if word]
    own = one.name.split("_")
    whole = SequenceMatcher(None, " ".join(words), " ".join(own)).ratio()
    return max(whole, 0.9 if own == words[: len(own)] else 0.0)


# ---- what is said of a column


def _field(name: str, type_: Type, column: ColumnSeen, policy: ir.Policy) -> Iterator[str]:
    """The lines of a field: plain where each value is one, else with what makes them so."""
    said: dict[str, str] = {}
    values = list(column.first)
    element = type_.element if type_.kind is Kind.SET and type_.element else type_
    if type_.kind is Kind.SET or not all(_is_one(text, element, policy) for text in values):
        split = next((mark for mark in _SPLITS if sum(mark in text for text in values) > len(values) // 20), "")
        if split and element.kind in (*_CHOICES, Kind.TEXT, Kind.CODE, Kind.ENTITY) and type_.kind is Kind.SET:
            said["split"] = split
            values = list(dict.fromkeys(piece.strip() for text in values for piece in text.split(split)))
    unread = [text for text in values if text and not _is_one(text, element, policy)]
    note = ""
    if unread and element.kind is Kind.DATE:
        forms = [form for form in _FORMS if all(in_form(text, form, "") for text in values)]
        if forms:
            said["date"], unread = forms[0], []
            note = f" # or {forms[1]}: each day fits both" if len(forms) > 1 else ""
    if unread and element.is_numeric and all(in_form(text, "", ",") for text in values):
        said["decimal"], unread = ",", []
    if not said and not unread:
        yield f"    {name}: {_text(column.name)}{_of(column)}"
        return
    yield f"    {name}:{_of(column)}"
    yield f"      column: {_text(column.name)}"
    for key, text in said.items():
        yield f"      {key}: {json.dumps(text)}{note}"
    if unread and element.kind in _CHOICES:
        yield from _values(unread, element, column, said.get("split", ""))
    elif unread:
        few = ", ".join(f"`{shortened(text)}`" for text in unread[:5])
        yield f"      # not of the kind {element}: {few}{' ...' if len(unread) > 5 else ''}"


def _is_one(text: str, type_: Type, policy: ir.Policy) -> bool:
    if state_named(text) is not None or type_.kind in (Kind.ENTITY, Kind.TEXT):
        return True
    return not isinstance(value_from_text(text, type_, policy.units), Problem)


def _values(unread: Sequence[str], type_: Type, column: ColumnSeen, split: str) -> Iterator[str]:
    """A line for each value that means nothing yet, with what it may mean where a name is near."""
    choices = list(type_.values) if type_.kind is Kind.ENUMERATION else ["yes", "no"]
    known = f" one of {', '.join(choices)}" if type_.kind is not Kind.COUNTRY else " a country, as `CH`"
    yield f"      values: # what each means:{known}, unknown, undetermined or not applicable"
    counts = Counter[str]()
    for text, number in column.values.items():
        for piece in text.split(split) if split else (text,):
            counts[piece.strip()] += number
    for text in sorted(unread, key=lambda text: -counts[text])[:_LISTED]:
        near = nearest(text, choices) if type_.kind is Kind.ENUMERATION else ()
        line = f"{_text(text)}: {_text(near[0])}" if near else f"# {_text(text)}:"
        yield f"        {line} # {counts[text]:,}"
    if len(unread) > _LISTED:
        yield f"        # and {len(unread) - _LISTED:,} more"


def _of(column: ColumnSeen) -> str:
    few = ", ".join(f"{shortened(text)[:24]} ({number:,})" for text, number in column.values.most_common(3))
    empty = f", {column.empty:,} empty" if column.empty else ""
    few = f": {few}" if few and column.values.most_common(1)[0][1] > 1 else ""
    return f" # {column.different} different{empty}{few}"


def _text(text: str) -> str:
    """A scalar of YAML, in quotation marks where it could be anything else."""
    plain = re.fullmatch(r"[A-Za-z][\w ()/%.-]*[\w)]|[A-Za-z]", text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
