"""Defines: a condition or a value with a name, which stands for its text wherever it is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count

from licet.check.context import Context, describe, type_of
from licet.check.operands import always_there, compatible, operand
from licet.check.scope import DefineInScope, ModuleScope, Scope
from licet.diagnostics import Findings, Span
from licet.ir import nodes as n
from licet.ir.builtins import BUILTINS
from licet.ir.rewrite import rewrite, seen_from
from licet.ir.types import Kind, Type
from licet.ir.walk import Part, parts, walk
from licet.syntax import tree as t
from licet.syntax.nesting import MOST_DEEP

_MOST_PARTS = 10_000


def declare_defines(scope: Scope) -> None:
    """Every define with the types of its parameters; relations count as types, of one of their rows."""
    for module in scope.modules.values():
        for item in module.items:
            if isinstance(item, t.Define):
                _declare(scope, module, item)


def _declare(scope: Scope, module: ModuleScope, tree: t.Define) -> None:
    if tree.name.text in BUILTINS or tree.name.text in scope.relations:
        sort = "a function of the language" if tree.name.text in BUILTINS else "a relation"
        scope.findings.error("E034", f"`{tree.name.text}` is {sort}", tree.name.span, help="choose another name")
        return
    if not scope.declare("define", tree.name, module):
        return
    parameters: dict[str, Type] = {}
    for parameter in tree.parameters:
        found = _parameter_type(scope, module, parameter)
        if found is None:
            scope.lost.add(tree.name.text)
            return
        if parameter.name.text in parameters:
            scope.findings.error(
                "E034",
                f"`{tree.name.text}` has two parameters `{parameter.name.text}`",
                parameter.name.span,
                help="rename one of them",
            )
        parameters[parameter.name.text] = found
    scope.defines[tree.name.text] = DefineInScope(tree, module, parameters)


def _parameter_type(scope: Scope, module: ModuleScope, parameter: t.Parameter) -> Type | None:
    if parameter.type.kind == "name" and (word := parameter.type.names[0]).text in scope.relations:
        scope.check_visible("relation", word, module)
        return Type(Kind.ROW, word.text)
    return scope.type_of(parameter.type, module)


def check_defines(scope: Scope) -> None:
    """Gives each define its meaning, whether somebody uses it or not."""
    for define in scope.defines.values():
        _meaning(scope, define)


def _meaning(scope: Scope, define: DefineInScope) -> n.Formula | n.Operand | None:
    """What it stands for, of its own parameters; None after an error."""
    if define.is_known:
        return define.meaning
    if define in scope.defining:
        _circular(scope, define)
        return None
    if len(scope.defining) > MOST_DEEP:
        if not scope.defines_too_deep:
            told = f"`{define.name}` stands behind more than {MOST_DEEP} defines"
            _too_large(scope.findings, define.tree.name.span, told)
        scope.defines_too_deep = True
        return None
    scope.defining.append(define)
    before = scope.findings.count
    context = Context(scope, define.module, define.parameters)
    body = define.tree.means
    is_condition = isinstance(body, t.Proposition) or (isinstance(body, t.Call) and _is_condition(scope, body))
    found: n.Formula | n.Operand | None
    if is_condition:
        from licet.check.conditions import condition

        found = condition(body, context)
    else:
        found = operand(body, context)
    scope.defining.pop()
    define.is_known = True
    define.meaning = None if define.is_lost or scope.findings.count > before else found
    define.extent = (0, 0) if define.meaning is None else _extent(define.meaning)
    return define.meaning


def _is_condition(scope: Scope, call: t.Call) -> bool:
    """Whether a call of another define is one of a condition."""
    define = scope.defines.get(call.name.text)
    return define is not None and isinstance(_meaning(scope, define), n.Formula)


def _circular(scope: Scope, define: DefineInScope) -> None:
    circle = [one.name for one in scope.defining[scope.defining.index(define) :]]
    if circle[0] in scope.circles:
        return
    scope.circles.update(circle)
    scope.findings.error(
        "E078",
        f"the define `{define.name}` stands for itself",
        define.tree.name.span,
        notes=(f"the circle: {' -> '.join(f'`{name}`' for name in (*circle, circle[0]))}",),
        help="a define is replaced by its text: derive a `term` with rules where something recurs",
    )


def expanded(tree: t.Call, context: Context) -> n.Formula | n.Operand | None:
    """What a call of a define stands for; None after an error, which has been said."""
    scope = context.scope
    define = scope.defines[tree.name.text]
    scope.check_visible("define", tree.name, context.module)
    define.is_used = True
    meaning = _meaning(scope, define)
    arguments = _arguments(tree, define, context)
    if meaning is None or arguments is None or not _is_small(define, meaning, arguments, tree, scope):
        for using in scope.defining:
            using.is_lost = True
        return None
    bound = {node.each.variable for node in walk(meaning) if isinstance(node, n.Some | n.Every | n.Aggregate)}
    free = {node.name for node in chain(*map(walk, arguments.values())) if isinstance(node, n.Variable)}
    if bound & free:
        name = min(bound & free)
        context.error("E041", f"`{name}` is bound in `{define.name}` too", tree.span, "choose another letter here")
        return None
    meaning = _with_letters_of_its_own(meaning, bound, context)

    def change(part: Part) -> Part | None:
        if isinstance(part, n.FieldOf) and part.applies:  # as far as what stands for the variable is surely there
            base = rewrite(part.base, change)
            return replace(part, base=base, applies=always_there(base))
        return arguments.get(part.name) if isinstance(part, n.Variable) else None

    found: n.Formula | n.Operand = rewrite(seen_from(meaning, context.view), change)
    return n.Limb(tree.span, define.name, found) if isinstance(found, n.Formula) else replace(found, span=tree.span)


def _with_letters_of_its_own(
    meaning: n.Formula | n.Operand, bound: set[str], context: Context
) -> n.Formula | n.Operand:
    """The same text where no letter that it binds is bound around it: within a rule a name is one thing."""
    taken = {*context.variables, *bound, *(node.name for node in walk(meaning) if isinstance(node, n.Variable))}
    other: dict[str, str] = {}
    for name in sorted(bound & {*context.variables}):
        other[name] = next(new for i in count(2) if (new := f"{name}{i}") not in taken)
        taken.add(other[name])

    def change(part: Part) -> Part | None:
        if isinstance(part, n.Some | n.Every | n.Aggregate) and part.each.variable in other:
            own: Part = rewrite(replace(part, each=replace(part.each, variable=other[part.each.variable])), change)
            return own
        return replace(part, name=other[part.name]) if isinstance(part, n.Variable) and part.name in other else None

    found: n.Formula | n.Operand = rewrite(meaning, change)
    return found


def _is_small(
    define: DefineInScope, meaning: Part, arguments: Mapping[str, n.Operand], tree: t.Call, scope: Scope
) -> bool:
    """Whether what a call stands for can be gone through: defines that use each other twice grow like their power."""
    size, depth = define.extent
    uses = Counter(node.name for node in walk(meaning) if isinstance(node, n.Variable))
    given = {name: _extent(argument) for name, argument in arguments.items()}
    size += sum(uses[name] * count for name, (count, _) in given.items())
    depth += max((deep for _, deep in given.values()), default=0)
    if scope.defines_too_deep or (scope.defining and scope.defining[-1].is_lost):
        pass  # told of another call
    elif size > _MOST_PARTS:
        _too_large(
            scope.findings, tree.span, f"`{define.name}` stands for a text of more than {_MOST_PARTS:,} parts here"
        )
    elif depth > MOST_DEEP:
        _too_large(
            scope.findings, tree.span, f"`{define.name}` stands for a text that nests more than {MOST_DEEP} levels deep"
        )
    return size <= _MOST_PARTS and depth <= MOST_DEEP


def _too_large(findings: Findings, span: Span, message: str) -> None:
    help_ = "let a `term` conclude an inner part of it, and read the term: a define is replaced by its text"
    findings.error("E019", message, span, help=help_)


def _extent(whole: Part) -> tuple[int, int]:
    """How many parts a text has, and how deep they nest."""
    size, deepest, waiting = 0, 0, [(whole, 1)]
    while waiting:
        part, depth = waiting.pop()
        size, deepest = size + 1, max(deepest, depth)
        waiting += [(inner, depth + 1) for inner in parts(part)]
    return size, deepest


def _arguments(tree: t.Call, define: DefineInScope, context: Context) -> Mapping[str, n.Operand] | None:
    if len(tree.arguments) != len(define.parameters):
        wanted = ", ".join(f"{name}: {_said(type_)}" for name, type_ in define.parameters.items())
        context.error(
            "E078",
            f"`{define.name}` takes {len(define.parameters)} argument{'s' if len(define.parameters) > 1 else ''}",
            tree.span,
            f"it is declared as `{define.name}({wanted})`",
        )
        return None
    found = dict(_typed(tree.arguments, define, context))
    return found if len(found) == len(define.parameters) else None


def _typed(trees: Sequence[t.Operand], define: DefineInScope, context: Context) -> Iterator[tuple[str, n.Operand]]:
    for tree, (name, wanted) in zip(trees, define.parameters.items(), strict=True):
        found = operand(tree, context, wanted)
        if found is None:
            continue
        if compatible(wanted, type_of(found)):
            yield name, found
        else:
            context.error(
                "E078",
                f"`{define.name}` takes {describe(wanted)} as `{name}`, not {describe(type_of(found))}",
                tree.span,
                f"it is declared as `{define.tree.name.span.text}(... {name}: {_said(wanted)} ...)`",
            )


def _said(type_: Type) -> str:
    return type_.name if type_.kind is Kind.ROW else str(type_)
