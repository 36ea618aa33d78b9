"""Vocabulary and declarations as canonical lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from licet.syntax import tree as t
from licet.syntax.format_expressions import WIDTH, Expressions, written

Declaration = (
    t.Module | t.Use | t.Unit | t.Enumeration | t.Code | t.Entity | t.Relation | t.ListDeclaration | t.Term | t.Decision
)


def vocabulary_lines(item: Declaration, x: Expressions) -> Iterator[str]:
    """The lines of one declaration."""
    match item:
        case t.Module():
            yield from _module(item)
        case t.Use(name=name, alias=alias):
            yield f"use {name.text}" + (f" as {alias.text}" if alias else "")
        case t.Unit():
            factor = f" is {item.factor.span.said}" if item.factor else ""
            yield f"unit {', '.join(w.text for w in item.names)}{factor}{quoted(item.phrase)}"
        case t.Enumeration():
            yield from _enumeration(item)
        case t.Code():
            yield _code(item)
        case t.Entity():
            yield from _entity(item)
        case t.Relation():
            yield from _relation(item)
        case t.ListDeclaration(name=name, type=type_, file=file, phrase=phrase):
            marks = (" open" if item.open else "") + _misplaced(item)
            yield f"list {name.text} of {type_text(type_)} from {written(file.text)}{quoted(phrase)}{marks}"
        case t.Term():
            of_type = f" is {type_text(item.type)}" if item.type else ""
            absent = f" absent {written(item.absent)}" if item.absent else ""
            head = f"term {item.name.text} of {parameter_text(item.parameter)}{of_type}"
            yield f"{head}{quoted(item.phrase)}{absent}{_misplaced(item)}"
        case t.Decision():
            yield from _decision(item, x)
        case _:
            assert_never(item)


def _misplaced(item: t.Relation | t.ListDeclaration | t.Term) -> str:
    """What the checker refuses is not lost before somebody reads that."""
    return "".join(f" {mark.text}" for mark in item.misplaced)


def quoted(text: str) -> str:
    return f" {written(text)}" if text else ""


# ---- modules and vocabulary


def _module(item: t.Module) -> Iterator[str]:
    yield f"module {item.name.text}{quoted(item.title)}"
    if item.jurisdiction:
        yield f"  jurisdiction {item.jurisdiction.text}"
    for authority in item.authorities:
        url = f" url {written(authority.url.text)}" if authority.url else ""
        yield f"  authority {authority.name.text} {written(authority.title.text)}{url}"
    yield from notes_lines(item.notes)


def notes_lines(notes: Sequence[str]) -> Iterator[str]:
    yield from (f"  note {written(note)}" for note in notes)


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


def _enumeration(item: t.Enumeration) -> Iterator[str]:
    head = f"enumeration {item.name.text}{quoted(item.phrase)} one of"
    values = [
        value.name.text + quoted(value.phrase) + "".join(f" spelt {written(w.text)}" for w in value.spellings)
        for value in item.values
    ]
    between = " <" if item.ordered else ","
    one_line = f"{head} {f'{between} '.join(values)}"
    if len(one_line) <= WIDTH and not any(value.phrase or value.spellings for value in item.values):
        yield one_line
        return
    yield head
    for i, text in enumerate(values):
        yield f"    {text}{between if i < len(values) - 1 else ''}"


def _code(item: t.Code) -> str:
    parts = ", ".join(f"{written(word.text)}" for word in item.parts)
    then = f" then {written(item.then.text)}" if item.then else ""
    file = f" from {written(item.file.text)}" if item.file else ""
    return f"code {item.name.text}{quoted(item.phrase)} parts {parts}{then}{file}"


def _entity(item: t.Entity) -> Iterator[str]:
    yield f"entity {item.name.text}{quoted(item.phrase)}"
    width = max((len(f.name.text) for f in item.fields), default=0)
    for field in item.fields:
        type_ = type_text(field.type).replace("one of [", "one of ").rstrip("]")
        marks = (" derived" if field.derived else "") + (" open" if field.open else "")
        marks += _recorded(field)
        yield f"  {field.name.text:<{width}} : {type_}{marks}{quoted(field.phrase)}"
        if field.absent:
            yield f"  {'':<{width}}   absent {written(field.absent)}"


def _relation(item: t.Relation) -> Iterator[str]:
    parameters = ", ".join(parameter_text(p) for p in item.parameters)
    yield f"relation {item.name.text}({parameters})"
    parts = [f"{written(item.phrase)}"] if item.phrase else []
    parts += ["open"] if item.open else []
    parts += [f"key {', '.join(w.text for w in item.key)}"] if item.key else []
    parts += [f"total {b.summed.text} per {b.per.text} at most {b.limit.span.said}" for b in item.bounds]
    parts += [mark.text for mark in item.misplaced]
    if parts:
        yield "  " + " ".join(parts)


def parameter_text(parameter: t.Parameter) -> str:
    return f"{parameter.name.text}: {type_text(parameter.type)}{_recorded(parameter)}"


def _recorded(field: t.Field | t.Parameter) -> str:
    """What may be recorded of it."""
    blank = " blank means not applicable" if field.blank else ""
    if isinstance(field, t.Field) and field.beside:
        blank = f" blank means not applicable beside {field.beside.text}"
    return blank + (" always applies" if field.always else "")


def _decision(item: t.Decision, x: Expressions) -> Iterator[str]:
    as_of = f" as of {x.inline(item.as_of)}" if item.as_of else ""
    yield f"decision {item.name.text} of {parameter_text(item.parameter)}{quoted(item.phrase)}{as_of}"
    yield f"  outcomes {' < '.join(w.text for w in item.outcomes)}"
    yield from _otherwise(item.otherwise, x)
    if item.details:
        yield f"  details {', '.join(w.text for w in item.details)}"
    yield from notes_lines(item.notes)


def _otherwise(item: t.Otherwise, x: Expressions) -> Iterator[str]:
    if item.only_when is None:
        yield f"  otherwise {item.outcome.text}"
        return
    first, *others = x.block(item.only_when, 2)
    lines = [f"  otherwise {item.outcome.text} only when {first}", *others]
    lines[-1] += f" else {item.unearned.text}" if item.unearned else ""
    yield from lines
