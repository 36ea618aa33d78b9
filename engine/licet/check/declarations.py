"""The vocabulary of a policy: entities, relations, lists, terms, decisions and scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from licet.check.codes import Codes, declare_code
from licet.check.context import describe
from licet.check.scope import ModuleScope, Scope
from licet.check.units import convert_units, declare_unit
from licet.diagnostics import Source
from licet.ir import policy as ir
from licet.ir.types import BOOLEAN, DATE, Kind, Type
from licet.syntax import tree as t
from licet.values import Number

RULE_ITEMS = (t.Rule, t.Table, t.Obligation)


_MEANT = {
    ("open", "term"): "a term is what its rules conclude",
    ("derived", "relation"): "the rows of a relation are recorded; no rule concludes one",
    ("derived", "list"): "the members of a list stand in its file; no rule concludes one",
}


def collect_modules(scope: Scope, sources: Iterable[tuple[Source, tuple[t.Item, ...]]]) -> None:
    """Puts each item under the module header above it."""
    for source, items in sources:
        current: ModuleScope | None = None
        for item in items:
            if isinstance(item, t.Module):
                current = _open_module(scope, item)
            elif current is None:
                current = _headless(scope, source, item)
                current.items.append(item)
            elif isinstance(item, t.Use):
                current.uses.append(item)
            else:
                current.items.append(item)


def _open_module(scope: Scope, tree: t.Module) -> ModuleScope:
    name = tree.name.text
    if name in scope.modules and (first := scope.modules[name].tree) is not None:
        scope.findings.error(
            "E034",
            f"the module `{name}` is declared twice",
            tree.name.span,
            label="second time",
            others=((first.name.span, "first time"),),
            help="give one of them another name",
        )
        return scope.modules[name]
    jurisdiction = tree.jurisdiction.text if tree.jurisdiction else None
    module = ModuleScope(tree, name, jurisdiction)
    scope.once_each("authority", (authority.name for authority in tree.authorities))
    for authority in tree.authorities:
        module.authorities[authority.name.text] = authority.url.text if authority.url else ""
    scope.modules[name] = module
    return module


def _headless(scope: Scope, source: Source, item: t.Item) -> ModuleScope:
    if not scope.forgives_names:
        scope.findings.error(
            "E036",
            "this file does not say which module it is",
            item.span,
            label="first item",
            help='begin the file with a header such as `module law.example "What it is about" jurisdiction CH`',
        )
    scope.forgiven.add(source.name)  # the header is the one thing that is wrong
    module = ModuleScope(None, source.name)
    scope.modules[source.name] = module
    return module


def declare_all(scope: Scope, lists: Mapping[str, ir.DatedList], codes: Codes) -> None:
    """Everything but rules and tests; the order lets later declarations use the types of earlier ones."""
    for module in scope.modules.values():
        for item in module.items:
            if isinstance(item, t.Unit):
                declare_unit(scope, module, item)
            elif isinstance(item, t.Entity) and scope.declare("entity", item.name, module):
                scope.entities[item.name.text] = ir.Entity(item.name.text, item.phrase, {})
    for module in scope.modules.values():
        for item in module.items:
            if isinstance(item, t.Enumeration):
                _declare_enumeration(scope, module, item)
            elif isinstance(item, t.Code):
                declare_code(scope, module, item, codes)
    scope.see_modules()
    convert_units(scope)
    for kinds in ((t.Entity,), (t.Term,), (t.Relation, t.ListDeclaration), (t.Decision, t.Score), RULE_ITEMS):
        for module in scope.modules.values():
            for item in module.items:
                if isinstance(item, kinds):
                    _declare(scope, module, item, lists)


def _declare(scope: Scope, module: ModuleScope, item: t.Item, lists: Mapping[str, ir.DatedList]) -> None:
    if isinstance(item, t.Term | t.Relation | t.ListDeclaration):
        _check_marks(scope, item)
    match item:
        case t.Entity():
            _declare_fields(scope, module, item)
        case t.Term():
            _declare_term(scope, module, item)
        case t.Relation():
            _declare_relation(scope, module, item)
        case t.ListDeclaration():
            _declare_list(scope, module, item, lists)
        case t.Decision():
            _declare_decision(scope, module, item)
        case t.Score():
            _declare_score(scope, module, item)
        case t.Rule() | t.Table() | t.Obligation():
            scope.declare_rule(module, item)
        case _:
            pass


def _declare_enumeration(scope: Scope, module: ModuleScope, tree: t.Enumeration) -> None:
    """A named enumeration; every value has one name, and every spelling one value."""
    if not scope.declare("enumeration", tree.name, module):
        return
    scope.check_values(value.name for value in tree.values)
    places: dict[str, t.Word] = {}
    spelt: list[tuple[str, str]] = []
    for word, value in [(v.name, v.name.text) for v in tree.values] + [
        (word, v.name.text) for v in tree.values for word in v.spellings
    ]:
        first = places.setdefault(word.text, word)
        if first is not word:
            scope.findings.error(
                "E075",
                f"`{word.text}` stands for two values of `{tree.name.text}`",
                word.span,
                label="second time",
                others=((first.span, "first time"),),
                help="leave it with the value that facts mean by it",
            )
        elif word.text != value:
            spelt.append((word.text, value))
    values = tuple(value.name.text for value in tree.values)
    scope.enumerations[tree.name.text] = Type(
        Kind.ENUMERATION, tree.name.text, values, ranked=tree.ordered, spelt=tuple(spelt)
    )
    scope.enumeration_trees[tree.name.text] = tree


def _declare_fields(scope: Scope, module: ModuleScope, tree: t.Entity) -> None:
    if scope.entities[tree.name.text].fields:
        return
    fields: dict[str, ir.Field] = {}
    for field in tree.fields:
        if field.name.text == "id":
            continue  # every entity has one
        if field.name.text in fields:
            scope.findings.error(
                "E034",
                f"the field `{field.name.text}` of `{tree.name.text}` is declared twice",
                field.name.span,
                help="rename one of them, or delete one",
            )
            continue
        found = scope.type_of(field.type, module)
        if found is not None:
            _check_open(scope, field, found)
            open_ = field.open is not None and found.kind is Kind.SET
            declared = _field(field.name, found, field.phrase, field.absent, field.derived, open_)
            beside = field.beside.text if field.beside else ""
            marks = replace(declared, blank=field.blank, always=_always(scope, field), beside=beside)
            fields[field.name.text] = marks
        else:
            scope.lost.add((tree.name.text, field.name.text))
    for field in tree.fields:
        _check_beside(scope, tree.name.text, field, fields)
    scope.entities[tree.name.text] = ir.Entity(tree.name.text, tree.phrase, fields)


def _field(name: t.Word, type_: Type, phrase: str, absent: str, derived: bool, open_: bool) -> ir.Field:
    phrase = phrase or name.text.replace("_", " ")
    return ir.Field(name.text, type_, phrase, absent, derived, open_, span=name.span)


def _check_open(scope: Scope, field: t.Field, type_: Type) -> None:
    """What may have further members is recorded, and has members."""
    if field.open is None or (type_.kind is Kind.SET and not field.derived):
        return
    if type_.kind is Kind.SET:
        why, help_ = "is derived: it includes what its rules conclude", "leave out `open`, or `derived`"
    else:
        why = f"is {describe(type_)}, not a set"
        help_ = "leave out `open`: a fact that is not recorded is unknown in any case"
    scope.findings.error("E090", f"`open` means nothing here: `{field.name.text}` {why}", field.open.span, help=help_)


def _check_beside(scope: Scope, owner: str, field: t.Field, fields: Mapping[str, ir.Field]) -> None:
    """What stands beside a field is another one that is recorded."""
    if field.beside is None or scope.has_lost(owner):
        return
    other = fields.get(field.beside.text)
    if other is None:
        scope.unknown("E030", "field", field.beside.text, field.beside.span, fields)
        return
    if other.name == field.name.text:
        why = "it stands beside itself"
    elif field.derived or other.derived:
        why = "nothing is recorded of what is derived"
    elif field.blank or other.beside:
        why = f"what is left empty of `{field.name.text if field.blank else other.name}` is settled otherwise"
    else:
        return
    help_ = "name another field, which facts record and which has no such mark"
    scope.findings.error("E090", f"`beside {other.name}` means nothing here: {why}", field.beside.span, help=help_)


def _always(scope: Scope, field: t.Field | t.Parameter) -> bool:
    """Whether it always applies; the mark means nothing where rules conclude, or where an empty cell says no."""
    if field.always is None:
        return False
    name = field.name.text
    if isinstance(field, t.Field) and field.derived:
        why, help_ = f"`{name}` is derived, and nothing is recorded of it", "leave out `always applies`, or `derived`"
    elif field.blank or (isinstance(field, t.Field) and field.beside):
        why = f"`{name}` is not applicable wherever nothing is written"
        help_ = "leave out `blank means not applicable`: what is left empty is then unknown"
    else:
        return True
    scope.findings.error("E090", f"`always applies` means nothing here: {why}", field.always.span, help=help_)
    return False


def _check_marks(scope: Scope, item: t.Term | t.Relation | t.ListDeclaration) -> None:
    """Marks of fields on what is no field."""
    what = {t.Term: "term", t.Relation: "relation", t.ListDeclaration: "list"}[type(item)]
    for mark in item.misplaced:
        word = mark.text.split()[0]
        said = "it says of a field how it is recorded" if word in ("absent", "blank", "always") else _MEANT[word, what]
        message = f"`{word}` means nothing here: `{item.name.text}` is a {what}"
        scope.findings.error("E090", message, mark.span, label=said, help="leave it out")


def _declare_term(scope: Scope, module: ModuleScope, tree: t.Term) -> None:
    owner = scope.entity_named(tree.parameter.type.names[0], module)
    type_ = BOOLEAN if tree.type is None else scope.type_of(tree.type, module)
    if owner is None or type_ is None:
        scope.lost.add(tree.name.text if owner is None else (owner.name, tree.name.text))
        return
    if tree.name.text in owner.fields:
        first = owner.fields[tree.name.text].span
        scope.findings.error(
            "E034",
            f"`{owner.name}` already has a field `{tree.name.text}`",
            tree.name.span,
            label="second time",
            others=((first, "first time"),) if first else (),
            help="delete one: a term is declared once, and rules of any module may conclude it",
        )
        return
    found = _field(tree.name, type_, tree.phrase, tree.absent, True, False)
    scope.entities[owner.name] = ir.Entity(owner.name, owner.phrase, {**owner.fields, tree.name.text: found})


def _declare_relation(scope: Scope, module: ModuleScope, tree: t.Relation) -> None:
    if not scope.declare("relation", tree.name, module):
        scope.lost.update((tree.name.text, parameter.name.text) for parameter in tree.parameters)
        return
    scope.once_each("parameter", (parameter.name for parameter in tree.parameters))
    scope.once_each("key", tree.key)
    parameters = {}
    for parameter in tree.parameters:
        found = scope.type_of(parameter.type, module)
        if found is not None:
            declared = _field(parameter.name, found, "", "", False, False)
            parameters[parameter.name.text] = replace(declared, blank=parameter.blank, always=_always(scope, parameter))
        else:
            scope.lost.add((tree.name.text, parameter.name.text))
    bounds = []
    for name in (*tree.key, *(w for b in tree.bounds for w in (b.summed, b.per))):
        if name.text not in parameters and (tree.name.text, name.text) not in scope.lost:
            scope.unknown("E032", f"parameter of `{tree.name.text}`", name.text, name.span, parameters)
    for bound in tree.bounds:
        if (
            bound.summed.text in parameters
            and bound.per.text in parameters
            and _can_be_summed(scope, bound, parameters)
        ):
            bounds.append(ir.Bound(bound.summed.text, bound.per.text, bound.limit.value))
    key = tuple(word.text for word in tree.key if word.text in parameters)
    phrase = tree.phrase or tree.name.text.replace("_", " ")
    scope.relations[tree.name.text] = ir.Relation(tree.name.text, phrase, parameters, key, tuple(bounds), tree.open)


def _can_be_summed(scope: Scope, bound: t.Bound, parameters: Mapping[str, ir.Field]) -> bool:
    """Whether it is shares that are bounded, of another column; what is not is told."""
    summed = parameters[bound.summed.text].type
    if summed.kind is not Kind.PERCENT:
        shares = [name for name, column in parameters.items() if column.type.kind is Kind.PERCENT]
        message = f"`{bound.summed.text}` is {describe(summed)}, and a total of shares is bounded"
        help_ = f"write `total {shares[0]} per ...`" if shares else "declare a column `: percent`"
        scope.findings.error("E042", message, bound.summed.span, help=help_)
        return False
    if bound.summed.text == bound.per.text:
        message = f"`{bound.per.text}` is added up for each `{bound.per.text}`"
        scope.findings.error("E042", message, bound.per.span, help="name the column whose shares make a whole")
        return False
    return True


def _declare_list(
    scope: Scope, module: ModuleScope, tree: t.ListDeclaration, lists: Mapping[str, ir.DatedList]
) -> None:
    type_ = scope.type_of(tree.type, module)
    if not scope.declare("list", tree.name, module) or type_ is None:
        scope.lost.add(tree.name.text)
        return
    if type_.kind not in (Kind.COUNTRY, Kind.TEXT, Kind.CODE, Kind.DATE):
        scope.findings.error(
            "E042",
            f"the members of a list are countries, texts, days or codes, not {describe(type_)}",
            tree.type.span,
            help="write `country`, `text`, `date` or the name of a code",
        )
        scope.lost.add(tree.name.text)
        return
    found = lists.get(tree.name.text)
    if found is None:  # its file could not be read, which has been said
        nothing = ir.Interval(None, None)
        found = ir.DatedList(tree.name.text, tree.phrase, type_, "", "", "unverified", nothing, (), ())
    scope.lists[tree.name.text] = replace(found, open=tree.open, type=type_)


def _declare_decision(scope: Scope, module: ModuleScope, tree: t.Decision) -> None:
    owner = scope.entity_named(tree.parameter.type.names[0], module)
    if not scope.declare("decision", tree.name, module) or owner is None:
        scope.lost.add(tree.name.text)
        scope.lacks_days |= tree.as_of is not None
        return
    _declare_day(scope, tree, owner)
    outcomes = scope.once_each("outcome", tree.outcomes)
    otherwise = tree.otherwise.outcome
    if otherwise.text not in outcomes:
        scope.unknown("E038", f"outcome of `{tree.name.text}`", otherwise.text, otherwise.span, outcomes)
        scope.lost.add(tree.name.text)
        return
    phrase = tree.phrase or tree.name.text.replace("_", " ")
    details = scope.once_each("detail", tree.details)
    default = outcomes.index(otherwise.text)
    scope.decisions[tree.name.text] = ir.Decision(tree.name.text, owner.name, phrase, outcomes, default, details)


def _declare_day(scope: Scope, tree: t.Decision, owner: ir.Entity) -> None:
    """The day that governs a decision is a given date of its subject, and one for all that is decided about it."""
    if tree.as_of is None:
        return
    words = tree.as_of.parts if isinstance(tree.as_of, t.Path) else ()
    field = owner.fields.get(words[1].text) if len(words) == 2 else None
    if field is None and len(words) == 2 and (owner.name, words[1].text) in scope.lost:
        scope.lacks_days = True
        return
    if field is None or words[0].text != tree.parameter.name.text or field.derived or field.type != DATE:
        dates = ", ".join(f"`{f.name}`" for f in owner.fields.values() if f.type == DATE and not f.derived)
        known = f"known here: {dates}" if dates else f"give `{owner.name}` a field that is a date"
        message = (
            f"the day of a decision is a given date of its {owner.name}, such as `{tree.parameter.name.text}.date`"
        )
        scope.findings.error("E040", message, tree.as_of.span, help=known)
        scope.lacks_days = True
        return
    if owner.governed_by not in ("", field.name):
        first = next(d for d in scope.governed if d[0] == owner.name)[1]
        scope.findings.error(
            "E082",
            f"another day governs this decision about {owner.name}",
            tree.as_of.span,
            others=((first, f"decisions about it are as of `{owner.governed_by}`"),),
            help="decide both as of one day; what another day says of the facts can be compared with it in a rule",
        )
        return
    scope.governed.append((owner.name, tree.as_of.span))
    scope.entities[owner.name] = replace(owner, governed_by=field.name)


def _declare_score(scope: Scope, module: ModuleScope, tree: t.Score) -> None:
    owner = scope.entity_named(tree.parameter.type.names[0], module)
    if not scope.declare("score", tree.name, module) or owner is None:
        scope.lost.add(tree.name.text)
        return
    if tree.low.value > tree.high.value:
        scope.findings.error("E039", f"the range of `{tree.name.text}` is empty", tree.low.span.to(tree.high.span))
    bands = bands_of(scope, tree.bands, tree.low.value)
    certainty = tree.certainties[0].level if tree.certainties else ""
    phrase = tree.phrase or tree.name.text.replace("_", " ")
    scope.scores[tree.name.text] = ir.Score(
        tree.name.text, owner.name, phrase, tree.low.value, tree.high.value, bands, certainty, tree.notes
    )


def bands_of(
    scope: Scope, trees: Sequence[tuple[t.Word, t.NumberLiteral]], least: Number
) -> tuple[tuple[str, Number], ...]:
    """The bands of a score, each with its lower end; they begin at the least score, and rise."""
    scope.once_each("band", (word for word, _ in trees))
    for (word, literal), (_, earlier) in zip(trees[1:], trees, strict=False):
        if literal.value <= earlier.value:
            scope.findings.error(
                "E039",
                f"the band `{word.text}` does not begin above the one before it",
                literal.span,
                help="bands rise: `bands low from 0, medium from 40, high from 70`",
            )
    if trees and trees[0][1].value > least:
        scope.findings.error(
            "E039",
            f"no band covers the scores from {least} on",
            trees[0][1].span,
            help=f"begin the first band at {least}",
        )
    return tuple((word.text, literal.value) for word, literal in trees)
