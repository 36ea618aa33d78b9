"""`licet vocabulary`: the names of the facts, their units and phrases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from licet.cli.options import policy_option
from licet.ir import policy as ir
from licet.ir.types import DOUBTS, Kind, Type
from licet.loading.policy_files import load_policy


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
    given = {f.name: _field(f) for f in fields.values() if not f.derived and f.type != DOUBTS}
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


def _field(field: ir.Field) -> dict[str, Any]:
    left_blank = " (left blank: not applicable)" if field.blank else ""
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
