"""The vocabulary and the result table as other programs declare tables: an Arrow schema, tables of SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from licet.decide.table.result_table import result_schema
from licet.ir import policy as ir
from licet.ir.outcomes import decided_entities
from licet.ir.types import Kind, Type
from licet.report.column_names import snake

RESULT = "decided"  # what the result table is called
_SQL = {Kind.BOOLEAN: "BOOLEAN", Kind.DATE: "DATE", Kind.NUMBER: "NUMERIC", Kind.QUANTITY: "NUMERIC"}
_ARROW = {Kind.BOOLEAN: "bool", Kind.DATE: "date32[day]", Kind.NUMBER: "decimal128(38, 9)"}


def arrow_schemas(policy: ir.Policy) -> str:
    """Of each table its columns, with what Arrow calls their types; facts may be texts in any of them."""
    tables = {name: [_arrow(*column) for column in columns] for name, columns in _tables(policy)}
    schema = result_schema(policy, decided_entities(policy))
    tables[RESULT] = [{"name": f.name, "type": str(f.type)} | _chain(policy, f.name) for f in schema]
    return json.dumps(tables, indent=1, ensure_ascii=False)


def _arrow(name: str, type_: Type | None, phrase: str) -> dict[str, Any]:
    if type_ is None:
        return {"name": name, "type": "string", "meaning": phrase}
    said = "list<item: string>" if type_.kind is Kind.SET else _ARROW.get(type_.kind, "string")
    more: dict[str, Any] = {"unit": type_.name} if type_.kind is Kind.QUANTITY else {}
    more |= {"one of": list(type_.values)} if type_.kind is Kind.ENUMERATION else {}
    return {"name": name, "type": said, "meaning": phrase, **more}


def _chain(policy: ir.Policy, column: str) -> dict[str, Any]:
    """Of a column with outcomes these, from the most lenient to the gravest."""
    decision, _, part = column.partition(".")
    is_one = part.rpartition(".")[2] in ("must", "may", "enforced_must", "enforced_may")
    return {"one of": list(policy.decisions[decision].outcomes)} if decision in policy.decisions and is_one else {}


def sql_tables(policy: ir.Policy) -> str:
    """A `CREATE TABLE` for each entity and relation, and for the result as `--into` writes it."""
    return "\n".join([*_of_facts(policy), *_of_result(policy)])


def _of_facts(policy: ir.Policy) -> Iterator[str]:
    for name, columns in _tables(policy):
        lines = []
        for column, type_, phrase in columns:
            key = " PRIMARY KEY" if column == "id" and name in policy.entities else ""
            lines.append((f"  {_quoted(column)} {_sql(type_)}{key}", phrase + _told(type_)))
        yield from _create(snake(name), lines)


def _of_result(policy: ir.Policy) -> Iterator[str]:
    lines = []
    for field in result_schema(policy, decided_entities(policy)):
        chain = _chain(policy, field.name).get("one of", ())
        values = ", ".join(f"'{outcome}'" for outcome in chain)
        name = _quoted(snake(field.name))
        lines.append((f"  {name} {_sql_of(field.type)}" + (f" CHECK ({name} IN ({values}))" if values else ""), ""))
    yield from _create(RESULT, lines)


def _create(name: str, lines: list[tuple[str, str]]) -> Iterator[str]:
    yield f"CREATE TABLE {_quoted(name)} ("
    for number, (line, phrase) in enumerate(lines, 1):
        comma = "," if number < len(lines) else ""
        yield f"{line}{comma}" + (f" -- {phrase}" if phrase else "")
    yield ");\n"


def _tables(policy: ir.Policy) -> Iterator[tuple[str, list[tuple[str, Type | None, str]]]]:
    own: Mapping[str, Mapping[str, ir.Field]] = {
        **{e.name: e.fields for e in policy.entities.values()},
        **{r.name: r.parameters for r in policy.relations.values()},
    }
    for name, fields in own.items():
        known = [(f.name, f.type, f.phrase) for f in fields.values() if not f.derived]
        yield name, [*([("id", None, "its id")] if name in policy.entities else []), *known]


def _sql(type_: Type | None) -> str:
    if type_ is None:
        return "TEXT"
    return "TEXT[]" if type_.kind is Kind.SET else _SQL.get(type_.kind, "TEXT")


def _told(type_: Type | None) -> str:
    if type_ is None or type_.kind not in (Kind.QUANTITY, Kind.ENUMERATION, Kind.ENTITY, Kind.COUNTRY, Kind.PERCENT):
        return ""
    return f" ({', '.join(type_.values) or type_})"


def _sql_of(type_: pa.DataType) -> str:
    if pa.types.is_list(type_):
        return "TEXT[]"
    if pa.types.is_decimal(type_):
        return "NUMERIC"
    return "BOOLEAN" if pa.types.is_boolean(type_) else "DATE" if pa.types.is_date(type_) else "TEXT"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
