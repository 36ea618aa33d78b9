"""`licet vocabulary`: the names of the facts, their units and phrases."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from licet.cli.options import policy_option
from licet.cli.vocabulary_formats import arrow_schemas, sql_tables
from licet.facts.inventory.example_rows import asked
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.loading.policy_files import load_policy
from licet.report.inventory_template import README, template
from licet.report.page_folder import check_folder
from licet.values import counted

_OF_TABLES = {"arrow-schema": arrow_schemas, "sql-ddl": sql_tables}


@click.command()
@policy_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["md", "csv-header", "json-schema", "arrow-schema", "sql-ddl"]),
    default="md",
    help="How to print it; the last two also of the result table.",
)
@click.option(
    "--template",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write an inventory to fill in: a sheet (.csv) for each kind of thing, with an example row.",
)
def vocabulary(policies: tuple[Path, ...], format_: str, folder: Path | None) -> None:
    """Print what facts are called, for people, for tables or for an editor's completion; or write sheets to fill in.

    Example: licet vocabulary --template my-inventory
    """
    policy = load_policy(policies)
    if folder is not None:
        _write_template(policy, folder)
    elif format_ == "json-schema":
        click.echo(json.dumps(schema(policy), indent=2))
    elif format_ in _OF_TABLES:
        click.echo(_OF_TABLES[format_](policy))
    else:
        for line in _markdown(policy) if format_ == "md" else _headers(policy):
            click.echo(line)


def _write_template(policy: ir.Policy, folder: Path) -> None:
    """All sheets or none, in a folder that is new or empty: nobody's rows are written over."""
    check_folder(folder, (), replace=False)
    files = template(policy, date.today())  # noqa: DTZ011 - the user's own calendar day
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as made:
        for name, text in files.items():
            (Path(made) / name).write_text(text, encoding="utf-8")
        folder.mkdir(exist_ok=True)
        for name in files:
            (Path(made) / name).replace(folder / name)
    sheets = counted(len(files) - 1, "sheet")
    click.echo(f"{sheets} written to {folder}; `{README}` there says what goes in them", err=True)


def _markdown(policy: ir.Policy) -> Iterator[str]:
    for entity in policy.entities.values():
        yield f"## {entity.name}\n\n{entity.phrase}\n"
        yield from _rows(entity.fields)
    for relation in policy.relations.values():
        further = " (open: there may be further rows)" if relation.open else ""
        yield f"## {relation.name}\n\n{relation.phrase}{further}\n"
        yield from _rows(relation.parameters)


def _rows(fields: Mapping[str, ir.Field]) -> Iterator[str]:
    yield "| field | type | meaning |"
    yield "| --- | --- | --- |"
    for field in fields.values():
        derived = " (derived: not given)" if field.derived else ""
        derived += " (open: there may be further ones)" if field.open else ""
        derived += _left_blank(field)
        derived += " (always applies)" if field.always else ""
        yield f"| `{field.name}` | {field.type} | {field.phrase}{derived} |"
    yield ""


def _headers(policy: ir.Policy) -> Iterator[str]:
    for entity in policy.entities.values():
        yield f"{entity.name}.csv: " + ",".join(["id", *(f.name for f in entity.fields.values() if not f.derived)])
    for relation in policy.relations.values():
        yield f"{relation.name}.csv: " + ",".join(relation.parameters)


def schema(policy: ir.Policy) -> dict[str, Any]:
    """A JSON Schema of an inventory, for completion in editors; `licet check --facts` says more."""
    properties: dict[str, Any] = {"as_of": {"type": "string", "format": "date"}}
    for entity in policy.entities.values():
        doubts = [c.name for c in policy.checks.values() if (c.entity, c.verdict) == (entity.name, "doubtful")]
        properties[entity.name] = _records(entity.fields, {**_OF_RECORDS, ir.ACCEPTED: _accepted(doubts)})
    for relation in policy.relations.values():
        properties[relation.name] = _records(relation.parameters, {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Licet inventory",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


_OF_ALL = {"source": {"type": "string"}, "note": {"type": "string"}}
_OF_RECORDS = {"id": {"type": "string"}, "open": {"type": "array", "items": {"type": "string"}}}


def _records(fields: Mapping[str, ir.Field], of_records: Mapping[str, Any]) -> dict[str, Any]:
    given = {f.name: _field(f) for f in asked(fields)}
    item = {"type": "object", "properties": {**_OF_ALL, **of_records, **given}, "additionalProperties": False}
    return {"type": "array", "items": {**item, "required": ["id"]} if of_records else item}


def _accepted(doubts: Sequence[str]) -> dict[str, Any]:
    """The doubtful checks whose findings somebody looked into, each with why it is so."""
    return {
        "description": "doubts that were looked into: a check, and why it is so",
        "type": ["object", "array", "string"],
        "propertyNames": {"enum": list(doubts)},
        "additionalProperties": {"type": "string"},
    }


def _left_blank(field: ir.Field) -> str:
    if field.beside:
        return f" (left blank: not applicable where `{field.beside}` is given)"
    return " (left blank: not applicable)" if field.blank else ""


def _field(field: ir.Field) -> dict[str, Any]:
    left_blank = _left_blank(field)
    further = " (there may be further ones)" if field.open else ""
    never = {"not": {"enum": ["not applicable", "not_applicable"]}} if field.always else {}
    return {"description": f"{field.phrase}{left_blank}{further}", **_type(field.type, always=field.always), **never}


def _type(type_: Type, *, always: bool) -> dict[str, Any]:
    match type_.kind:
        case Kind.ENUMERATION:
            states = ["unknown", "undetermined", *([] if always else ["not applicable", "not_applicable"])]
            spelt = [text for text, _ in type_.spelt]
            return {"anyOf": [{"enum": [*type_.values, *spelt]}, {"enum": states}, {"type": ["object", "null"]}]}
        case Kind.CODE if type_.form is not None:
            said = f"a code: {type_.form.phrase or type_.name}"
            return {"type": ["string", "object", "null"], "examples": [type_.form.example], "$comment": said}
        case Kind.SET:
            return {"type": ["array", "string", "object", "null"]}
        case Kind.QUANTITY:
            examples = {"examples": [f"1 {type_.name}"], "$comment": f"a quantity in {type_.name}"}
            return {"type": ["string", "number", "object", "null"], **examples}
        case _:
            return {"type": ["string", "number", "boolean", "object", "null"]}
