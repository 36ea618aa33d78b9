"""Vocabulary and declarations as canonical lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from licet.diagnostics import Span
from licet.syntax import tree as t
from licet.syntax.format_expressions import WIDTH

Declaration = (
    t.Module | t.Use | t.Unit | t.Enumeration | t.Entity | t.Relation | t.ListDeclaration | t.Term | t.Decision
)


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    span: Span | None = None


def vocabulary_lines(item: Declaration) -> Iterator[Line]:
    """The lines of one declaration."""
    match item:
        case t.Module():
            yield from _module(item)
        case t.Use(name=name, alias=alias):
            yield Line(f"use {name.text}" + (f" as {alias.text}" if alias else ""), item.span)
        case t.Unit():
            factor = f" is {' '.join(item.factor.span.text.split())}" if item.factor else ""
            yield Line(f"unit {', '.join(w.text for w in item.names)}{factor}{quoted(item.phrase)}", item.span)
        case t.Enumeration():
            yield from _enumeration(item)
        case t.Entity():
            yield from _entity(item)
        case t.Relation():
            yield from _relation(item)
        case t.ListDeclaration(name=name, type=type_, file=file, phrase=phrase):
            yield Line(f'list {name.text} of {type_text(type_)} from "{file.text}"{quoted(phrase)}', item.span)
        case t.Term():
            of_type = f" is {type_text(item.type)}" if item.type else ""
            absent = f' absent "{item.absent}"' if item.absent else ""
            head = f"term {item.name.text} of {parameter_text(item.parameter)}{of_type}"
            yield Line(f"{head}{quoted(item.phrase)}{absent}", item.span)
        case t.Decision():
            yield from _decision(item)
        case _:
            assert_never(item)


def quoted(text: str) -> str:
    return f' "{text}"' if text else ""


# ---- modules and vocabulary


def _module(item: t.Module) -> Iterator[Line]:
    yield Line(f"module {item.name.text}{quoted(item.title)}", item.name.span)
    if item.jurisdiction:
        yield Line(f"  jurisdiction {item.jurisdiction.text}", item.jurisdiction.span)
    for authority in item.authorities:
        url = f' url "{authority.url.text}"' if authority.url else ""
        yield Line(f'  authority {authority.name.text} "{authority.title.text}"{url}', authority.span)
    yield from notes_lines(item.notes)


def notes_lines(notes: Sequence[str]) -> Iterator[Line]:
    yield from (Line(f'  note "{note}"') for note in notes)


def type_text(type_: t.TypeName) -> str:
    names = ", ".join(w.text for w in type_.names)
    match type_.kind:
        case "name":
            return names
        case "quantity":
            return f"quantity {names}"
        case "set":
            return f"set of {names}"
        case "one of":
            return f"one of [{names}]"


def _enumeration(item: t.Enumeration) -> Iterator[Line]:
    head = f"enumeration {item.name.text}{quoted(item.phrase)} one of"
    values = [
        value.name.text + quoted(value.phrase) + "".join(f' spelt "{w.text}"' for w in value.spellings)
        for value in item.values
    ]
    between = " <" if item.ordered else ","
    one_line = f"{head} {f'{between} '.join(values)}"
    if len(one_line) <= WIDTH and not any(value.phrase or value.spellings for value in item.values):
        yield Line(one_line, item.values[-1].span)
        return
    yield Line(head, item.name.span)
    for i, (text, value) in enumerate(zip(values, item.values, strict=True)):
        yield Line(f"    {text}{between if i < len(values) - 1 else ''}", value.span)


def _entity(item: t.Entity) -> Iterator[Line]:
    yield Line(f"entity {item.name.text}{quoted(item.phrase)}", item.name.span)
    width = max((len(f.name.text) for f in item.fields), default=0)
    for field in item.fields:
        type_ = type_text(field.type).replace("one of [", "one of ").rstrip("]")
        marks = (" derived" if field.derived else "") + (" open" if field.open else "")
        yield Line(f"  {field.name.text:<{width}} : {type_}{marks}{quoted(field.phrase)}", field.span)
        if field.absent:
            yield Line(f'  {"":<{width}}   absent "{field.absent}"')


def _relation(item: t.Relation) -> Iterator[Line]:
    parameters = ", ".join(parameter_text(p) for p in item.parameters)
    yield Line(f"relation {item.name.text}({parameters})", item.name.span)
    parts = [f'"{item.phrase}"'] if item.phrase else []
    parts += ["open"] if item.open else []
    parts += [f"key {', '.join(w.text for w in item.key)}"] if item.key else []
    parts += [f"total {b.summed.text} per {b.per.text} at most {b.limit.span.text}" for b in item.bounds]
    if parts:
        yield Line("  " + " ".join(parts))


def parameter_text(parameter: t.Parameter) -> str:
    return f"{parameter.name.text}: {type_text(parameter.type)}"


def _decision(item: t.Decision) -> Iterator[Line]:
    yield Line(f"decision {item.name.text} of {parameter_text(item.parameter)}{quoted(item.phrase)}", item.name.span)
    yield Line(f"  outcomes {' < '.join(w.text for w in item.outcomes)}", item.outcomes[-1].span)
    yield Line(f"  otherwise {item.otherwise.text}", item.otherwise.span)
    if item.details:
        yield Line(f"  details {', '.join(w.text for w in item.details)}", item.details[-1].span)
    yield from notes_lines(item.notes)
