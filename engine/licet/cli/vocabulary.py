"""`licet vocabulary`: the names of the facts, their units and phrases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from licet.cli.options import policy_option
from licet.facts.policy_files import load_policy
from licet.ir import policy as ir
from licet.ir.types import Kind, Type


@click.command()
@policy_option
@click.option(
    "--format", "format_", type=click.Choice(["md", "csv-header", "json-schema"]), default="md", help="How to print it."
)
def vocabulary(policies: tuple[Path, ...], format_: str) -> None:
    """Print what facts are called, for people, for tables or for an editor's completion.

    Example: licet vocabulary --format json-schema > inventory.schema.json
    """
    policy = load_policy(policies)
    if format_ == "json-schema":
        click.echo(json.dumps(schema(policy), indent=2))
    else:
        for line in _markdown(policy) if format_ == "md" else _headers(policy):
            click.echo(line)


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
        derived += " (left blank: not applicable)" if field.blank else ""
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
        properties[entity.name] = _records(entity.fields, with_id=True)
    for relation in policy.relations.values():
        properties[relation.name] = _records(relation.parameters, with_id=False)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Licet inventory",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _records(fields: Mapping[str, ir.Field], *, with_id: bool) -> dict[str, Any]:
    given = {f.name: {"description": f.phrase, **_type(f.type, f.always)} for f in fields.values() if not f.derived}
    extra: dict[str, Any] = {"source": {"type": "string"}, "note": {"type": "string"}}
    if with_id:
        extra |= {"id": {"type": "string"}, "open": {"type": "array", "items": {"type": "string"}}}
    item = {"type": "object", "properties": {**extra, **given}, "additionalProperties": False}
    return {"type": "array", "items": {**item, "required": ["id"]} if with_id else item}


def _type(type_: Type, always: bool) -> dict[str, Any]:
    states = ["unknown", "undetermined"] if always else ["unknown", "undetermined", "not applicable"]
    if type_.kind is Kind.ENUMERATION:
        return {
            "anyOf": [
                {"enum": list(type_.values)},
                {"enum": states},
                {"type": "object"},
            ]
        }
    never = {"not": {"enum": ["not applicable", "not_applicable"]}} if always else {}
    if type_.kind is Kind.CODE and type_.form is not None:
        said = type_.form.phrase or type_.name
        return {
            "type": ["string", "object", "null"],
            "examples": [type_.form.example],
            "$comment": f"a code: {said}",
            **never,
        }
    if type_.kind is Kind.SET:
        return {"type": ["array", "string", "object", "null"], **never}
    return {"type": ["string", "number", "boolean", "object", "null"], **never}
