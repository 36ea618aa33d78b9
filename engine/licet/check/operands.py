"""Operands: names to facts and values, with types and units."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import assert_never

from licet.check.arithmetic import fitted, prepared, type_of_arithmetic, written_number
from licet.check.context import Context, describe, type_of
from licet.check.other_names import instead, no_fact, path_to
from licet.check.scope import DURATIONS
from licet.diagnostics import Edit, Span
from licet.ir import nodes as n
from licet.ir.builtins import BUILTINS, Builtin
from licet.ir.codes import CodeForm
from licet.ir.countries import CODES, instead_of
from licet.ir.policy import Decision
from licet.ir.types import BOOLEAN, COUNTRY, DATE, DAYS, DURATION, NUMBER, PERCENT, TEXT, Kind, Type, entity, set_of
from licet.ir.units import is_simple
from licet.suggest import did_you_mean, nearest
from licet.syntax import tree as t
from licet.values import Duration, format_number, share_meant, simplest

_DATE = re.compile(r"([0-9]{1,2})\s*[/-]\s*([0-9]{1,2})\s*[/-]\s*([0-9]{4})")
_OF_LITERALS = {t.PercentLiteral: PERCENT, t.DateLiteral: DATE, t.BooleanLiteral: BOOLEAN}


def operand(tree: t.Operand, context: Context, expected: Type | None = None) -> n.Operand | None:
    """The operand an author wrote, read as `expected` where a bare name could be a value; None after an error."""
    if isinstance(tree, t.Proposition):
        context.error("E040", "a condition stands where a value is expected", tree.span, "compare a fact with a value")
        return None
    match tree:
        case t.Path():
            return _path(tree, context, expected)
        case t.NumberLiteral():
            return _number(tree, context, expected)
        case t.WorkingDays():
            context.error("E042", f"`{tree.span.said}` stands after a day and `+`", tree.span, "write `t.date + ...`")
            return None
        case t.TextLiteral():
            return _text(tree, context, expected)
        case t.PercentLiteral() | t.DateLiteral() | t.BooleanLiteral():
            return n.Known(tree.span, tree.value, _OF_LITERALS[type(tree)])
        case t.SetLiteral():
            return _set(tree, context, expected)
        case t.Negative():
            return _negative(tree, context, expected)
        case t.Arithmetic():
            return _arithmetic(tree, context, expected)
        case t.Aggregate():
            return _aggregate(tree, context)
        case t.Of():
            return _of(tree, context)
        case t.Call():
            return _call(tree, context, expected)
        case t.Under():
            return _under(tree, context)
        case t.OnDay():
            return _on_day(tree, context)
        case _:
            assert_never(tree)


def collection(tree: t.Each, context: Context) -> n.Each | None:
    """What a quantifier or an aggregate ranges over."""
    source = tree.collection
    if tree.variable.text in context.variables:
        context.error(
            "E041",
            f"`{tree.variable.text}` is already bound here",
            tree.variable.span,
            "choose another letter for the new variable",
        )
    if isinstance(source, t.Path) and (word := _collection_name(source, context)) is not None:
        name = word.text
        if name in context.scope.relations:
            if not context.scope.check_visible("relation", word, context.module):
                return None  # the author's own may have been meant: what is read of its rows is not judged
            return n.Each(tree.span, tree.variable.text, Type(Kind.ROW, name), "rows", name)
        if name in context.scope.entities:
            context.scope.check_visible("entity", word, context.module)
            return n.Each(tree.span, tree.variable.text, entity(name), "population", name)
        known = [*context.scope.relations, *context.scope.entities, *context.variables]
        context.scope.unknown("E030", "relation, entity or set", name, source.span, known, instead(name, context))
        return None
    members = operand(source, context)
    if members is None:
        return None
    found = type_of(members)
    if found.kind is not Kind.SET or found.element is None:
        context.error(
            "E040",
            f"`{source.span.said}` is {describe(found)}, not a collection",
            source.span,
            "range over a relation, an entity or a field that is a set",
        )
        return None
    return n.Each(tree.span, tree.variable.text, found.element, "members", "", members)


def _collection_name(path: t.Path, context: Context) -> t.Word | None:
    """The relation or entity that a path names, alone or after its module; None for a path of facts."""
    if path.parts[0].text in context.variables:
        return None
    if len(path.parts) == 1:
        return path.parts[0]
    scope, module = context.scope, context.module
    return scope.qualified("relation", path, module) or scope.qualified("entity", path, module)


# ---- names


def _path(tree: t.Path, context: Context, expected: Type | None) -> n.Operand | None:
    first = tree.parts[0]
    if first.text in context.lost:
        return None
    if first.text in context.variables:
        base: n.Operand | None = n.Variable(first.span, first.text, context.variables[first.text])
        for word in tree.parts[1:]:
            if base is None:
                return None
            base = field_of(base, word, context)
        return base
    if len(tree.parts) == 1:
        return _bare_name(first, context, expected)
    if (listed := context.scope.qualified("list", tree, context.module)) is not None:
        return _bare_name(listed, context, None)
    if first.text in context.module.short_names:
        context.scope.unknown_in_module(tree, context.module)
        return None
    known = list(context.variables)
    context.scope.unknown("E030", "variable", first.text, first.span, known, instead(first.text, context))
    return None


def field_of(base: n.Operand, word: t.Word, context: Context, view: str | None = None) -> n.Operand | None:
    """One step along a path."""
    owner = type_of(base)
    span = base.span.to(word.span) if base.span else word.span
    if owner.kind not in (Kind.ENTITY, Kind.ROW):
        context.error(
            "E040",
            f"`{base.span.said if base.span else ''}` is {describe(owner)} and has no fields",
            word.span,
            "only an entity or a row of a relation has fields",
        )
        return None
    if word.text == "id" and owner.kind is Kind.ENTITY:
        return n.FieldOf(span, base, "id", TEXT, applies=always_there(base))
    field = context.scope.field_named(
        owner.name, word, lambda: instead(word.text, context, span.said.rpartition(".")[0])
    )
    if field is None:
        return None
    if field.derived:
        return n.TermOf(span, base, field.name, field.type, view or context.view)
    return n.FieldOf(span, base, field.name, field.type, field.open, applies=field.always and always_there(base))


def always_there(base: n.Operand) -> bool:
    """Whether a path surely leads to a record or row: a variable stands for one."""
    return isinstance(base, n.Variable) or (isinstance(base, n.FieldOf) and base.applies)


def _bare_name(word: t.Word, context: Context, expected: Type | None) -> n.Operand | None:
    if word.text == "as_of":
        return n.AsOf(word.span)
    if expected is not None and (value := value_named(word, expected)) is not None:
        return value
    if word.text in context.scope.lists:
        context.scope.check_visible("list", word, context.module)
        found = context.scope.lists[word.text]
        return n.ListNamed(word.span, word.text, set_of(found.type))
    if word.text in context.scope.parameters:
        context.scope.check_visible("parameter", word, context.module)
        return n.ParameterNamed(word.span, word.text, context.scope.parameters[word.text].type)
    if expected is not None and (meant := no_fact(word.text)):
        context.error("E044", f"`{word.text}` is not a value", word.span, meant)
        return None
    if expected is not None and expected.kind is Kind.COUNTRY:
        _no_country(word, context)
        return None
    if expected is not None and context.scope.is_forgiven(word.text, word.span):
        return None
    if expected is not None and expected.kind is Kind.ENUMERATION:
        context.error(
            "E044", f"`{word.text}` is not a value of this field", word.span, did_you_mean(word.text, expected.values)
        )
        return None
    if expected is not None and expected.kind is Kind.TEXT:
        context.error("E044", f"`{word.text}` is not in quotes", word.span, f'write "{word.text}"')
        return None
    known = [*context.variables, *context.scope.lists, *context.scope.parameters, "as_of"]
    context.scope.unknown("E030", "variable or list", word.text, word.span, known, instead(word.text, context))
    return None


def value_named(word: t.Word, expected: Type) -> n.Known | None:
    """A bare name read as a value of a type: an enumeration's value or a country."""
    if expected.kind is Kind.ENUMERATION and (value := expected.value_named(word.text)) is not None:
        return n.Known(word.span, value, expected)
    if expected.kind is Kind.COUNTRY and word.text in CODES:
        return n.Known(word.span, word.text, COUNTRY)
    return None


def _no_country(word: t.Word, context: Context) -> None:
    if context.scope.is_forgiven(word.text, word.span):
        return  # it may be a list
    code = instead_of(word.text)
    lists = [name for name, found in context.scope.lists.items() if found.type.kind is Kind.COUNTRY]
    meant = (code,) if code else nearest(word.text, lists)
    help_ = f"did you mean `{meant[0]}`?" if meant else "countries are two-letter codes of ISO 3166-1, such as CH"
    context.error("E044", f"`{word.text}` is not a country code", word.span, help_)


# ---- literals


def _number(tree: t.NumberLiteral, context: Context, expected: Type | None) -> n.Operand | None:
    if tree.unit is None:
        return n.Known(tree.span, tree.value, NUMBER)
    if tree.unit.text in DURATIONS:
        found = _duration(tree, tree.unit, context)
        return None if found is None else fitted(found, expected)
    unit = context.scope.unit(tree.unit)
    if unit is None:
        return None
    base, factor = unit
    return n.Known(tree.span, simplest(Fraction(tree.value) * factor), Type(Kind.QUANTITY, base))


def _duration(tree: t.NumberLiteral, unit: t.Word, context: Context) -> n.Operand | None:
    if not isinstance(tree.value, int):
        context.error("E040", f"`{tree.span.said}` is not a whole number of {unit.text}", tree.span)
        return None
    one = DURATIONS[unit.text]
    return n.Known(tree.span, Duration(one.months * tree.value, one.days * tree.value), DURATION)


def _text(tree: t.TextLiteral, context: Context, expected: Type | None) -> n.Operand | None:
    if expected is not None and expected.kind in (Kind.ENUMERATION, Kind.COUNTRY):
        is_one = value_named(t.Word(tree.span, tree.value), expected) is not None
        near = "" if is_one else did_you_mean(tree.value, expected.values)
        context.scope.findings.error(
            "E044",
            f'"{tree.value}" is in quotes, but {describe(expected)} is expected',
            tree.span,
            help=near or f"write it without quotes: `{tree.value}`",
            fix=(Edit(tree.span, tree.value),) if is_one else (),
        )
        return None
    element = expected.element if expected is not None and expected.kind is Kind.SET else expected
    if element is not None and element.form is not None:
        return _code(tree, context, element, element.form)
    return n.Known(tree.span, tree.value, TEXT)


def _code(tree: t.TextLiteral, context: Context, expected: Type, form: CodeForm) -> n.Operand | None:
    code = form.reads(tree.value)
    if code is None or not form.knows(code):
        said = f"is no code of `{form.name}`" if code is None else f"is not in the file of `{form.name}`"
        help_ = form.help(tree.value) or f'a code of `{form.name}` looks like "{form.example}"'
        context.error("E076", f'"{tree.value}" {said}', tree.span, help_)
        return None
    return n.Known(tree.span, code, expected)


def _set(tree: t.SetLiteral, context: Context, expected: Type | None) -> n.Operand | None:
    element = expected.element if expected is not None and expected.kind is Kind.SET else expected
    items = []
    for item in tree.items:
        found = operand(item, context, element)
        if found is None:
            return None
        is_list = isinstance(found.part if isinstance(found, n.OnDay) else found, n.ListNamed)
        same = type_of(found).element if is_list else type_of(found)
        if element is not None and not compatible(element, same or element):
            mismatch(context, element, type_of(found), item.span)
            return None
        element = element or type_of(found)
        items.append(found)
    return n.SetOf(tree.span, tuple(items), set_of(element or TEXT))


# ---- arithmetic


def _negative(tree: t.Negative, context: Context, expected: Type | None) -> n.Operand | None:
    part = operand(tree.operand, context, expected)
    if part is None:
        return None
    if not type_of(part).is_numeric:
        context.error("E040", f"`{tree.operand.span.said}` is {describe(type_of(part))} and has no opposite", tree.span)
        return None
    return n.Arithmetic(tree.span, "-", n.Known(tree.span, 0, type_of(part)), part, type_of(part))


def _arithmetic(tree: t.Arithmetic, context: Context, expected: Type | None) -> n.Operand | None:
    left = operand(tree.left, context, expected)
    if left is None:
        return None
    if isinstance(tree.right, t.WorkingDays) and tree.operator == "+":
        from licet.check.calendars import after_working_days

        return after_working_days(tree, left, tree.right, context)
    right = operand(tree.right, context, None if type_of(left) == DATE else expected)
    if right is None:
        return None
    left, right = prepared(tree.operator, left, right)
    found = type_of_arithmetic(tree.operator, left, right)
    if found is None:
        verb = {"+": "added to", "-": "subtracted from", "*": "multiplied by", "/": "divided by"}[tree.operator]
        if type_of(right) == DURATION and type_of(left) == DAYS:
            mismatch(context, DAYS, DURATION, tree.right.span)
            return None
        if tree.operator in "*/" and DURATION in (type_of(left), type_of(right)):
            part = tree.left if type_of(left) == DURATION else tree.right
            context.error("E079", f"`{part.span.said}` is no number of days", part.span, "write it in days or weeks")
            return None
        a, b = (right, left) if tree.operator == "-" else (left, right)
        of_units = type_of(a).kind is type_of(b).kind is Kind.QUANTITY
        code = "E079" if of_units and not (is_simple(type_of(a).name) and is_simple(type_of(b).name)) else "E042"
        help_ = "give both the same unit" if tree.operator in "+-" else "only numbers, shares and quantities are"
        if tree.operator in "+-" and type_of(left) == DATE and type_of(right) == NUMBER:
            help_ = f"say of what: `{tree.right.span.said} days`"
        context.error(code, f"{describe(type_of(a))} cannot be {verb} {describe(type_of(b))}", tree.span, help_)
        return None
    if tree.operator == "/" and written_number(right) == 0:
        context.error("E042", "nothing can be divided by zero", tree.right.span, "write what it is to be divided by")
        return None
    is_written = isinstance(tree.left, t.NumberLiteral) and isinstance(tree.right, t.NumberLiteral)
    if tree.operator == "-" and is_written and written_number(left) != written_number(right):
        between = f"`{tree.left.span.said} to {tree.right.span.said}`"
        help_ = f"a range is {between} in a cell or a test; if the difference is meant, write the number that it is"
        context.error("E042", f"`{tree.span.said}` takes a number from another", tree.span, help_)
        return None
    return n.Arithmetic(tree.span, tree.operator, left, right, found)


# ---- readings


def _of(tree: t.Of, context: Context) -> n.Operand | None:
    name = tree.name.text
    if name in BUILTINS:
        return _call(t.Call(tree.span, tree.name, (tree.argument,)), context, None)
    if name in context.scope.scores:
        return _score(tree, context)
    if name in context.scope.decisions:
        subject = operand(tree.argument, context)
        if subject is None or not is_about(context.scope.decisions[name], subject, tree.span, context):
            return None
        context.error(
            "E040",
            f"the decision `{name}` is not compared with an outcome",
            tree.span,
            f"write `{tree.span.said} is at least {context.scope.decisions[name].outcomes[-1]}`",
        )
        return None
    known = [*context.scope.decisions, *BUILTINS]
    help_ = instead(name, context, tree.argument.span.said)
    context.scope.unknown("E030", "decision or function", name, tree.name.span, known, help_)
    return None


def is_about(decision: Decision, subject: n.Operand, span: Span, context: Context) -> bool:
    """Whether a decision is about what it is asked for; says so, once, where it is not."""
    if type_of(subject).name == decision.entity:
        return True
    message = f"`{decision.name}` is decided for {decision.entity}, not for {describe(type_of(subject))}"
    meant = path_to(decision.entity, context)
    context.error("E042", message, span, f"write `{decision.name} of {meant}`" if meant else "")
    return False


def _score(tree: t.Of, context: Context) -> n.Operand | None:
    if not context.in_test:
        context.error(
            "E046",
            f"the score `{tree.name.text}` is read by a rule",
            tree.span,
            "a score never feeds a decision: write the condition itself",
        )
        return None
    subject = operand(tree.argument, context)
    return None if subject is None else n.ScoreOf(tree.span, tree.name.text, subject, NUMBER)


def _on_day(tree: t.OnDay, context: Context) -> n.Operand | None:
    from licet.check.parameters import on_day

    return on_day(tree, context)


def _under(tree: t.Under, context: Context) -> n.Operand | None:
    view = context.view_under(tree.jurisdiction)
    reading = tree.reading
    if isinstance(reading, t.Path) and len(reading.parts) > 1:
        base = operand(t.Path(reading.span, reading.parts[:-1]), context)
        found = None if base is None else field_of(base, reading.parts[-1], context, view)
        if found is None or isinstance(found, n.TermOf):
            return found
    if isinstance(reading, t.Of) and operand(reading.argument, context) is None:
        return None
    context.error("E040", "only a term or a decision is read under a jurisdiction", tree.span)
    return None


def _call(tree: t.Call, context: Context, expected: Type | None) -> n.Operand | None:
    if tree.name.text in context.scope.defines:
        return _defined(tree, context)
    if tree.name.text == "working_days":
        from licet.check.calendars import working_days

        return working_days(tree, context)
    builtin = BUILTINS.get(tree.name.text)
    if builtin is None:
        known = [*BUILTINS, *context.scope.defines]
        relation = context.scope.relations.get(tree.name.text)
        first = next(iter(relation.parameters), "") if relation else ""
        help_ = f"write `some r in {relation.name} where (r.{first} is ...)`" if relation else ""
        help_ = help_ or instead(tree.name.text, context, ", ".join(part.span.said for part in tree.arguments))
        context.scope.unknown("E030", "function", tree.name.text, tree.name.span, known, help_)
        return None
    low, high = builtin.arguments
    if len(tree.arguments) < low or (high is not None and len(tree.arguments) > high):
        context.error("E043", f"`{builtin.name}` takes {_count(low, high)}", tree.span, builtin.meaning)
        return None
    arguments: tuple[n.Operand, ...] = ()
    for part in tree.arguments:
        argument = operand(part, context, type_of(arguments[0]) if arguments else expected)
        if argument is None:
            return None
        arguments += (argument,)
    if any(type_of(argument) == PERCENT for argument in arguments):
        arguments = tuple(fitted(argument, PERCENT) for argument in arguments)
    for argument, part in zip(arguments, tree.arguments, strict=True):
        if not _accepts(builtin, type_of(argument), type_of(arguments[0])):
            context.error(
                "E042", f"`{builtin.name}` does not take {describe(type_of(argument))} here", part.span, builtin.meaning
            )
            return None
    if builtin.takes == "rounded" and not (written_number(arguments[1]) or 0) > 0:
        context.error(
            "E042", "a step is a number above zero that is written out", tree.arguments[1].span, builtin.meaning
        )
        return None
    return n.Call(tree.span, builtin.name, arguments, _gives(builtin, type_of(arguments[0])))


def _defined(tree: t.Call, context: Context) -> n.Operand | None:
    """A define that is a value."""
    from licet.check.defines import expanded

    found = expanded(tree, context)
    if isinstance(found, n.Formula):
        context.error("E040", f"`{tree.name.text}` is a condition, not a value", tree.span, "use it as a condition")
        return None
    return found


def _count(low: int, high: int | None) -> str:
    if high is None:
        return f"at least {low} arguments"
    return f"{low} argument" + ("s" if low > 1 else "")


def _accepts(builtin: Builtin, found: Type, first: Type) -> bool:
    match builtin.takes:
        case "ordered":
            return found == first and found.is_ordered and found.kind is not Kind.DURATION
        case "rounded":
            return found == first and found.is_numeric
        case "dates" | "date":
            return found.kind is Kind.DATE
        case "calendar":
            return False  # it is not called by its name
        case "entity":
            return found == entity(builtin.entity)


def _gives(builtin: Builtin, first: Type) -> Type:
    match builtin.gives:
        case "same":
            return first
        case "number":
            return NUMBER
        case "set":
            return set_of(entity(builtin.entity))
        case "boolean":
            return BOOLEAN


def _aggregate(tree: t.Aggregate, context: Context) -> n.Operand | None:
    from licet.check.conditions import condition

    each = collection(tree.each, context)
    if each is None:
        return None
    inner = context.bind(tree.each.variable, each.type)
    where = None if tree.where is None else condition(tree.where, inner)
    if tree.operand is None:
        return n.Aggregate(tree.span, "count", None, each, where, NUMBER)
    summed = operand(tree.operand, inner)
    if summed is None:
        return None
    found = type_of(summed)
    match tree.kind:
        case "total" | "count":
            fits, what = found.is_numeric, "summed"
        case "highest" | "lowest":
            fits, what = found.is_ordered, "ordered"
        case _:
            assert_never(tree.kind)
    if not fits:
        context.error("E042", f"{describe(found)} cannot be {what}", tree.operand.span)
        return None
    return n.Aggregate(tree.span, tree.kind, summed, each, where, found)


# ---- types


def compatible(left: Type, right: Type) -> bool:
    """Whether two values can be the same."""
    if left.kind is Kind.ENUMERATION and right.kind is Kind.ENUMERATION:
        return left == right or not (left.name and right.name)
    return left == right


def mismatch(context: Context, left: Type, right: Type, span: Span) -> None:
    """Says that two types do not meet, and what would; of units, what converts into what."""
    match left.kind, right.kind:
        case (Kind.QUANTITY, _) | (_, Kind.QUANTITY) if _do_not_cancel(left, right):
            context.error(
                "E079",
                f"units do not cancel: {describe(left)} is expected, not {describe(right)}",
                span,
                _which_unit(left, span),
                notes=tuple(note for type_ in (left, right) for note in _conversions(context, type_.name)),
            )
        case Kind.QUANTITY, Kind.NUMBER:
            help_ = f"add the unit: `{span.said} {left.name}`"
            message = f"this number has no unit, but {describe(left)} is expected"
            context.error("E042", message, span, help_, notes=_conversions(context, left.name))
        case Kind.QUANTITY, Kind.QUANTITY:
            context.error(
                "E042",
                f"`{right.name}` cannot be compared with `{left.name}`",
                span,
                f"no conversion between the two is declared; expected {describe(left)}",
                notes=(*_conversions(context, left.name), *_conversions(context, right.name)),
            )
        case Kind.QUANTITY, Kind.DURATION if left == DAYS:
            context.error(
                "E079", f"`{span.said}` is no number of days", span, "add it to the earlier day: `a + 3 months`"
            )
        case Kind.DATE, Kind.NUMBER if written := _DATE.fullmatch(span.text):
            day, month, year = written.groups()
            help_ = f"write {year}-{month:0>2}-{day:0>2} if this is day, month, year"
            context.error("E017", f"`{span.said}` is not a date of the language", span, help_)
        case Kind.DATE, Kind.TEXT:
            context.error("E042", "a date is expected, not text", span, f"write it without quotes: {span.said[1:-1]}")
        case Kind.PERCENT, Kind.NUMBER:
            context.error("E042", "this number is not a share", span, share_meant(span.text))
        case Kind.BOOLEAN, Kind.TEXT:
            context.error("E042", "yes or no is expected, not text", span, "write `yes` or `no`, without quotes")
        case Kind.NUMBER, Kind.QUANTITY:
            message = f"a number is expected, not {describe(right)}"
            context.error("E042", message, span, "leave the unit out, or divide by one of it")
        case _:
            context.error("E042", f"{describe(left)} is expected, not {describe(right)}", span)


def _do_not_cancel(left: Type, right: Type) -> bool:
    """Whether a product or quotient of units meets something that is not in them."""
    return all(type_.is_numeric for type_ in (left, right)) and any(
        not is_simple(type_.name) for type_ in (left, right)
    )


def _which_unit(expected: Type, span: Span) -> str:
    written = not expected.name.startswith("1 per ") and " * " not in expected.name  # others stand nowhere in a policy
    if expected.kind is Kind.QUANTITY and written and span.said.replace("_", "").replace(".", "").isdigit():
        return f"add the unit: `{span.said} {expected.name}`"
    return "multiply or divide by what is left over, or compare with a quantity in the same units"


def _conversions(context: Context, base: str) -> tuple[str, ...]:
    """Every unit that is counted in `base`."""
    factors = {name: factor for name, (of, factor) in context.scope.units.items() if of == base}
    same = ", ".join(f"`{name}`" for name, factor in factors.items() if factor == 1)
    others = [f"1 `{name}` = {format_number(factor)} `{base}`" for name, factor in factors.items() if factor != 1]
    return (*((f"the same unit: {same}",) if "," in same else ()), *others)
