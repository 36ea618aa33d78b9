"""A first inventory: for each entity and relation of a vocabulary a sheet to fill in, with an example row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date

from licet.facts.inventory.example_rows import EXAMPLE, OTHER, asked, example_row, text_of
from licet.facts.inventory.unread_values import Fields, literals_of
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.ir.units import in_plural

README = "README.md"


def template(policy: ir.Policy, today: date) -> dict[str, str]:
    """The files of a folder that is an inventory as it is: sheets by name, and a page that says what goes in them."""
    texts = literals_of(policy)
    related = {name for relation in policy.relations.values() for name in _twice(relation.parameters)}
    files = {README: "\n".join(_page(policy, texts))}
    for entity in policy.entities.values():
        row = {"id": EXAMPLE, **example_row(entity.name, entity.fields, texts, today)}
        others = [{"id": OTHER}] if entity.name in related else []
        files[f"{entity.name}.csv"] = _sheet([row, *others])
    for relation in policy.relations.values():
        row = example_row(relation.name, relation.parameters, texts, today, relates=True)
        files[f"{relation.name}.csv"] = _sheet([row])
    return files


def _twice(fields: Mapping[str, ir.Field]) -> set[str]:
    """The entities of which a row relates two records."""
    named = [field.type.name for field in fields.values() if field.type.kind is Kind.ENTITY]
    return {name for name in named if named.count(name) > 1}


def _sheet(rows: list[dict[str, str]]) -> str:
    """As spreadsheets read it: a comma between cells, quotes where one needs them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


_HEAD = """# An inventory to fill in

A sheet for each kind of thing, a row for each thing. Each sheet has an example row, which is made up: write over it.
Where it is left as it is, it is passed over: begin with the sheets that you need. Columns that you do not need may go.
Then, in this folder, with `--policy` where the rules are your own:

```sh
licet check --facts . --fix
licet decide .
```

`--fix` mends what can mean one thing only, such as `Switzerland` for `CH`, or `3/15/2026`: there is no month 15.

- `id` is a name of your own, unique within a sheet; other sheets refer to it.
- A cell that is left empty is *unknown*, never *no*; where it means *not applicable* instead, the tables below say so.
  `unknown` and `not applicable` may be written anywhere.
- What lies between is `10..20`, `2025-01-01..2025-06-30`; several values stand in one cell, `a; b`.
- A column for people is called `note`; no rule reads it.
- A sheet without rows says that there are none: that none is recorded is said beside what rests on it.
"""


def _left_empty(field: ir.Field) -> str:
    if field.beside:
        return f"; empty: not applicable where `{field.beside}` is given"
    return "; empty: not applicable" if field.blank else ""


def _page(policy: ir.Policy, texts: Fields) -> Iterator[str]:
    yield _HEAD
    for name, phrase, fields, opened in _of(policy):
        yield f"## {name}.csv\n"
        yield f"{phrase}{' (there may be further rows than those recorded)' if opened else ''}\n"
        yield "| column | what it is | what it takes | where it is not known |"
        yield "| --- | --- | --- | --- |"
        for field in asked(fields):
            takes = _takes(field.type, text_of(name, field, texts)) + _left_empty(field)
            yield f"| `{field.name}` | {field.phrase} | {takes} | {field.absent} |"
        yield ""


def _takes(type_: Type, text: str) -> str:
    """What a cell of the column takes, in words."""
    match type_.kind:
        case Kind.BOOLEAN:
            return "`yes` or `no`"
        case Kind.QUANTITY:
            return f"a number of {in_plural(type_.name)}, such as `2e3 {in_plural(type_.name)}`"
        case Kind.PERCENT:
            return "a share, such as `40%`"
        case Kind.DATE:
            return "a day, such as `2026-06-15`"
        case Kind.COUNTRY:
            return "a country code, such as `CH`"
        case Kind.ENUMERATION:
            return f"one of {', '.join(f'`{value}`' for value in type_.values)}"
        case Kind.CODE if type_.form is not None:
            return f"a code, such as `{type_.form.example}`"
        case Kind.ENTITY:
            return f"an `id` of {type_.name}.csv"
        case Kind.SET if type_.element is not None:
            return f"any number of: {_takes(type_.element, text)}"
        case Kind.TEXT if text:
            return f"text, such as `{text}`"
        case _:
            return str(type_)


def _of(policy: ir.Policy) -> Iterator[tuple[str, str, Mapping[str, ir.Field], bool]]:
    for entity in policy.entities.values():
        yield entity.name, entity.phrase, entity.fields, False
    for relation in policy.relations.values():
        yield relation.name, relation.phrase, relation.parameters, relation.open
