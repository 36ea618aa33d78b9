"""Codes: their declarations, texts that are to be codes, and conditions about what stands below what."""

from __future__ import annotations

from collections.abc import Mapping

from licet.check.context import Context, describe, type_of
from licet.check.operands import mismatch, operand
from licet.check.scope import ModuleScope, Scope
from licet.ir import nodes as n
from licet.ir.codes import CodeForm, is_pattern
from licet.ir.types import Kind, Type, set_of
from licet.syntax import tree as t

Codes = Mapping[str, Type]  # those whose files were read, by name


def form_of_tree(tree: t.Code) -> CodeForm | None:
    """The form that a declaration describes, without its file; None where a pattern is none."""
    patterns = tuple(word.text for word in tree.parts)
    then = tree.then.text if tree.then else ""
    if not all(map(is_pattern, (*patterns, *([then] if tree.then else [])))):
        return None
    return CodeForm(tree.name.text, tree.phrase, patterns, then)


def declare_code(scope: Scope, module: ModuleScope, tree: t.Code, codes: Codes) -> None:
    """A type of codes; one with a broken pattern takes any text, so that the rest is still checked."""
    for word in (*tree.parts, *([tree.then] if tree.then else [])):
        if not is_pattern(word.text):
            scope.findings.error(
                "E076",
                f'"{word.text}" is no pattern of a part of a code',
                word.span,
                help="write classes, letters, digits and full stops, with counts: `[0-9]{3}`, `.?[a-z0-9]+`",
            )
    if not scope.declare("code", tree.name, module):
        return
    form = form_of_tree(tree) or CodeForm(tree.name.text, tree.phrase, ("[A-Za-z0-9]+",), ".?[A-Za-z0-9]+")
    scope.codes[form.name] = codes.get(form.name) or Type(Kind.CODE, form.name, form=form)


def under_codes(tree: t.Compare, context: Context) -> n.Formula | None:
    """`x is under "3A090"`: a code or a set of codes, and a code, a set or a list of them; None after an error."""
    item = operand(tree.left, context)
    if item is None:
        return None
    element = _coded(item, tree.left, context)
    if element is None:
        return None
    codes = operand(tree.right, context, set_of(element) if isinstance(tree.right, t.SetLiteral) else element)
    if codes is None:
        return None
    found = type_of(codes)
    of = found.element if found.kind is Kind.SET and found.element else found
    if of != element:
        mismatch(context, element, of, tree.right.span)
        return None
    return n.CodeTest(tree.span, item, "under", (codes,), tree.operator == "not under")


def between_codes(tree: t.Between, item: n.Operand, context: Context) -> n.Formula | None:
    """`x is between "3A001" and "3A090"`, x being a code or a set of codes; None after an error."""
    element = _coded(item, tree.operand, context)
    ends = []
    for side in (tree.low, tree.high):
        end = None if element is None else operand(side, context, element)
        if element is None or end is None:
            return None
        if type_of(end) != element:
            mismatch(context, element, type_of(end), side.span)
            return None
        ends.append(end)
    return n.CodeTest(tree.span, item, "between", tuple(ends))


def is_coded(type_: Type) -> bool:
    """Whether it is a code, or a set of codes."""
    return (type_.element if type_.kind is Kind.SET and type_.element else type_).kind is Kind.CODE


def _coded(item: n.Operand, tree: t.Operand, context: Context) -> Type | None:
    found = type_of(item)
    if not is_coded(found):
        context.error(
            "E042",
            f"`{tree.span.said}` is {describe(found)}, not a code",
            tree.span,
            "declare a `code`, and give the field that type",
        )
        return None
    return found.element if found.kind is Kind.SET else found
