"""Conditions: comparisons, blocks and quantifiers to formulas."""

from __future__ import annotations

from typing import assert_never

from licet.check.arithmetic import fitted
from licet.check.codes import between_codes, is_coded, under_codes
from licet.check.context import Context, Letter, boolean_test, describe, type_of
from licet.check.earlier import earlier
from licet.check.operands import collection, compatible, field_of, is_about, mismatch, operand, value_named
from licet.check.other_names import instead
from licet.diagnostics import Span
from licet.ir import nodes as n
from licet.ir.operators import Operator
from licet.ir.policy import Decision
from licet.ir.types import BOOLEAN, DATE, Kind, set_of
from licet.suggest import did_you_mean
from licet.syntax import tree as t
from licet.values import Truth

_NOT_KNOWN = ("unknown", "undetermined", "not_determined", "open")


def condition(tree: t.Condition, context: Context) -> n.Formula:
    """The formula an author wrote. After an error it is a constant, so that the rest is still checked."""
    match tree:
        case t.And():
            return _conjunction(tree.span, tuple(condition(p, context) for p in tree.parts))
        case t.Or():
            return n.AnyOf(tree.span, tuple(condition(p, context) for p in tree.parts))
        case t.Not():
            return _negation(tree.span, condition(tree.part, context))
        case t.Block():
            return _block(tree, context)
        case t.Some():
            return _some(tree, context)
        case t.Every():
            return _every(tree, context)
        case t.Compare():
            return _compare(tree, context)
        case t.Between():
            return _between(tree, context)
        case t.StateTest():
            found = operand(tree.operand, context)
            if found is None:
                return unknown(tree.span)
            return n.HasState(tree.span, found, tree.state, tree.negated)
        case t.Call() if tree.name.text in context.scope.defines:
            return _defined(tree, context)
        case _:
            return _bare(tree, context)


def _defined(tree: t.Call, context: Context) -> n.Formula:
    """A define that is a condition, or a value that is yes or no."""
    from licet.check.defines import expanded

    found = expanded(tree, context)
    if found is None:
        return unknown(tree.span)
    return found if isinstance(found, n.Formula) else _tested(found, tree, context)


def unknown(span: Span) -> n.Formula:
    """What stands for a condition that has an error."""
    return n.Constant(span, Truth.U)


def _bare(tree: t.Valued, context: Context) -> n.Formula:
    found = operand(tree, context)
    return unknown(tree.span) if found is None else _tested(found, tree, context)


def _tested(found: n.Operand, tree: t.Operand, context: Context) -> n.Formula:
    if type_of(found) != BOOLEAN:
        context.error(
            "E040",
            f"`{tree.span.said}` is {describe(type_of(found))}, not a condition",
            tree.span,
            "compare it with a value, for example with `is` or `is at least`",
        )
        return unknown(tree.span)
    if isinstance(found, n.TermOf):
        subject = found.base.span.text if found.base.span else "x"
        context.error(
            "E045",
            f"the term `{found.name}` is tested like a fact",
            tree.span,
            f"write `{subject} is {found.name}`",
        )
        return _holds(found.base, found.name, found.view, tree.span, negated=False)
    return boolean_test(found, tree.span)


# ---- blocks and quantifiers


def _block(tree: t.Block, context: Context) -> n.Formula:
    seen: dict[str, Span] = {}
    limbs: list[n.Formula] = []
    for limb in tree.limbs:
        label = limb.label.text
        if label in seen:
            context.error("E047", f"the label `{label}` stands twice in one block", limb.label.span, "number the limbs")
        seen[label] = limb.label.span
        part = condition(limb.condition, context)
        if tree.kind == "none":  # the limb of `none of` is that its condition does not hold
            part = n.Not(limb.condition.span, part)
        limbs.append(n.Limb(limb.span, label, part))
    parts = tuple(limbs)
    match tree.kind:
        case "all" | "none":
            return n.AllOf(tree.span, parts)
        case "any":
            return n.AnyOf(tree.span, parts)
        case "at least" | "exactly":
            return _counted(tree, parts, context)
        case _:
            assert_never(tree.kind)


def _counted(tree: t.Block, parts: tuple[n.Formula, ...], context: Context) -> n.Formula:
    assert tree.number is not None
    number = tree.number.value
    if not isinstance(number, int) or number > len(parts):
        context.error(
            "E047",
            f"`{tree.kind} {tree.number.span.said} of` has only {len(parts)} limbs",
            tree.number.span,
            "write a whole number that the limbs can reach",
        )
        return unknown(tree.span)
    return n.Counted(tree.span, tree.kind == "exactly", number, parts)


def _some(tree: t.Some, context: Context) -> n.Formula:
    each = collection(tree.each, context)
    if each is None:
        return unknown(tree.span)
    inner = context.bind(tree.each.variable, each.type)
    return n.Some(tree.span, each, None if tree.where is None else condition(tree.where, inner))


def _every(tree: t.Every, context: Context) -> n.Formula:
    each = collection(tree.each, context)
    if each is None:
        return unknown(tree.span)
    inner = context.bind(tree.each.variable, each.type)
    where = None if tree.where is None else condition(tree.where, inner)
    return n.Every(tree.span, each, where, condition(tree.condition, inner))


# ---- comparisons


def _compare(tree: t.Compare, context: Context) -> n.Formula:
    if (reading := decision_read(tree.left, context)) is not None:
        return _outcome(tree, reading, context)
    match tree.operator:
        case "in" | "not in":
            return _member(tree, tree.left, tree.right, context)
        case "includes":
            return _includes(tree, context)
        case "under" | "not under":
            return under_codes(tree, context) or unknown(tree.span)
        case "is" | "is not":
            return _equality(tree, context)
        case "earlier":
            return earlier(tree, context) or unknown(tree.span)
        case ">=" | "<=" | ">" | "<":
            return _ordering(tree, tree.operator, tree.left, tree.right, context)
        case _:
            assert_never(tree.operator)


def _meant(operator: t.Operator) -> Operator | None:
    """What it is for engines; None where it is no comparison of theirs."""
    match operator:
        case "is":
            return "="
        case "is not":
            return "!="
        case ">=" | "<=" | ">" | "<":
            return operator
        case "in" | "not in" | "includes" | "under" | "not under" | "earlier":
            return None
        case _:
            assert_never(operator)


def _ordering(
    tree: t.Compare | t.Between, operator: Operator, left: t.Operand, right: t.Operand, context: Context
) -> n.Formula:
    a = operand(left, context)
    if a is None:
        return unknown(tree.span)
    b = operand(right, context, type_of(a))
    if b is None:
        return unknown(tree.span)
    a, b = fitted(a, type_of(b)), fitted(b, type_of(a))
    if not type_of(a).is_ordered:
        inside = tree.span.start <= left.span.start < tree.span.end  # else it is the head of a column, and this a cell
        help_ = "write `is earlier than`" if type_of(a) == type_of(b) and type_of(a).kind is Kind.ENTITY else ""
        span = left.span if inside else tree.span
        message = f"`{left.span.said}` is {describe(type_of(a))}, which has no order"
        context.error(
            "E042", message, span, help_ or ("compare with `is`" if inside else "write the values themselves")
        )
        return unknown(tree.span)
    if type_of(a) != type_of(b) or type_of(a).kind is Kind.DURATION:
        mismatch(context, type_of(a), type_of(b), right.span)
        return unknown(tree.span)
    return n.Compare(tree.span, operator, a, b)


def _between(tree: t.Between, context: Context) -> n.Formula:
    if (reading := decision_read(tree.operand, context)) is not None:
        low = t.Compare(tree.span, ">=", tree.operand, tree.low)
        high = t.Compare(tree.span, "<=", tree.operand, tree.high)
        return n.AllOf(tree.span, (_outcome(low, reading, context), _outcome(high, reading, context)))
    if (item := operand(tree.operand, context)) is not None and is_coded(type_of(item)):
        return between_codes(tree, item, context) or unknown(tree.span)
    if item is None:
        return unknown(tree.span)
    low_part = _ordering(tree, ">=", tree.operand, tree.low, context)
    return n.AllOf(tree.span, (low_part, _ordering(tree, "<=", tree.operand, tree.high, context)))


def _equality(tree: t.Compare, context: Context) -> n.Formula:
    left = operand(tree.left, context)
    if left is None:
        return unknown(tree.span)
    negated = tree.operator == "is not"
    named = _name_after_is(tree, left, context, negated=negated)
    if named is not None:
        return named
    right = operand(tree.right, context, type_of(left))
    if right is None:
        return unknown(tree.span)
    left, right = fitted(left, type_of(right)), fitted(right, type_of(left))
    if isinstance(right, n.ListNamed):
        word = "is not in" if negated else "is in"
        context.error("E042", "a list stands after `is`", tree.right.span, f"write `{word} {right.name}`")
        return unknown(tree.span)
    if type_of(left).kind is Kind.SET:
        context.error(
            "E042",
            f"`{tree.left.span.said}` is a set",
            tree.left.span,
            "write `includes`, or `some x in ... where (...)`",
        )
        return unknown(tree.span)
    if not compatible(type_of(left), type_of(right)):
        mismatch(context, type_of(left), type_of(right), tree.right.span)
        return unknown(tree.span)
    return n.Compare(tree.span, "!=" if negated else "=", left, right)


def _name_after_is(tree: t.Compare, left: n.Operand, context: Context, *, negated: bool) -> n.Formula | None:
    """In this order: a bound variable, a value of the left type, a boolean field of the left entity."""
    right, view = tree.right, context.view
    if isinstance(right, t.Under) and isinstance(right.reading, t.Path):
        view = context.view_under(right.jurisdiction)
        right = right.reading
    if not (isinstance(right, t.Path) and len(right.parts) == 1):
        return None
    word, owner = right.parts[0], type_of(left)
    if word.text in context.variables or word.text in context.lost or value_named(word, owner) is not None:
        return None
    if owner.kind is not Kind.ENTITY:
        return None
    if word.text in ("named", "exempt"):
        return _in_letter(tree, word, left, context, negated=negated)
    found = context.scope.field_named(owner.name, word, lambda: instead(word.text, context, tree.left.span.said))
    if found is None:
        return unknown(tree.span)
    if found.type != BOOLEAN:
        context.error("E040", f"`{word.text}` is {describe(found.type)}, not yes or no", word.span)
        return unknown(tree.span)
    if found.derived:
        return _holds(left, word.text, view, tree.span, negated=negated)
    fact = field_of(left, word, context)
    assert fact is not None
    return boolean_test(fact, tree.span, expected=not negated)


def _holds(subject: n.Operand, term: str, view: str | None, span: Span, *, negated: bool) -> n.Formula:
    return n.Holds(span, subject, term, type_of(subject).name, view, negated)


def _in_letter(tree: t.Compare, word: t.Word, left: n.Operand, context: Context, *, negated: bool) -> n.Formula:
    letter = context.letter
    if letter is None:
        context.error("E048", f"`{word.text}` can be said only inside a directive", word.span)
        return unknown(tree.span)
    owner = type_of(left).name
    formula = _named(letter, left, owner, tree, context) if word.text == "named" else _exempt(letter, left, owner, tree)
    return _negation(tree.span, formula) if negated else formula


def _conjunction(span: Span, parts: tuple[n.Formula, ...]) -> n.Formula:
    """Without what is so in any case, as that nobody is exempt from a letter that exempts nobody."""
    if any(isinstance(part, n.AnyOf) and not part.parts for part in parts):
        return n.AnyOf(span, ())
    kept = tuple(part for part in parts if not (isinstance(part, n.AllOf) and not part.parts))
    return kept[0] if len(kept) == 1 < len(parts) else n.AllOf(span, kept)


def _negation(span: Span, part: n.Formula) -> n.Formula:
    return n.AllOf(span, ()) if isinstance(part, n.AnyOf) and not part.parts else n.Not(span, part)


def _named(letter: Letter, left: n.Operand, owner: str, tree: t.Compare, context: Context) -> n.Formula:
    if owner != letter.entity:
        context.error("E048", f"the directive names a `{letter.entity}`, and this is a `{owner}`", tree.left.span)
    return n.Named(tree.span, left, letter.name)


def _exempt(letter: Letter, left: n.Operand, owner: str, tree: t.Compare) -> n.Formula:
    parts: list[n.Formula] = []
    for exemption in letter.exemptions:
        if exemption.entity == owner:
            since = n.Known(tree.span, exemption.since, DATE)
            in_time = n.Compare(tree.span, ">=", n.AsOf(tree.span), since)
            parts.append(n.AllOf(tree.span, (in_time, n.Named(tree.span, left, exemption.name))))
    return n.AnyOf(tree.span, tuple(parts))


def _includes(tree: t.Compare, context: Context) -> n.Formula:
    collection_ = operand(tree.left, context)
    if collection_ is None:
        return unknown(tree.span)
    found = type_of(collection_)
    if found.kind is not Kind.SET or found.element is None:
        context.error(
            "E042", f"`{tree.left.span.said}` is {describe(found)}, not a set", tree.left.span, "write `is` or `is in`"
        )
        return unknown(tree.span)
    item = operand(tree.right, context, found.element)
    return unknown(tree.span) if item is None else _membership(tree, item, tree.right, collection_, context)


def _member(tree: t.Compare, item: t.Operand, of: t.Operand, context: Context) -> n.Formula:
    found = operand(item, context)
    if found is None:
        return unknown(tree.span)
    collection_ = operand(of, context, set_of(type_of(found)))
    if collection_ is None:
        return unknown(tree.span)
    if type_of(collection_).kind is not Kind.SET:
        context.error(
            "E042",
            f"`{of.span.said}` is {describe(type_of(collection_))}, not a list or a set",
            of.span,
            "write `is` to compare with one value",
        )
        return unknown(tree.span)
    return _membership(tree, found, item, collection_, context)


def _membership(
    tree: t.Compare, item: n.Operand, written: t.Operand, collection_: n.Operand, context: Context
) -> n.Formula:
    element = type_of(collection_).element
    if element is not None and not compatible(element, type_of(item)):
        mismatch(context, element, type_of(item), written.span)
        return unknown(tree.span)
    return n.Member(tree.span, item, collection_, tree.operator == "not in")


# ---- decisions


def decision_read(tree: t.Operand, context: Context) -> tuple[Decision, n.Operand, str] | None:
    """`licensing of t`, with or without `under US`: the decision, its subject and the view."""
    view = context.view or n.OVERALL
    if isinstance(tree, t.Under) and isinstance(tree.reading, t.Of):
        if tree.reading.name.text not in context.scope.decisions:
            return None
        view = context.view_under(tree.jurisdiction) or n.OVERALL
        tree = tree.reading
    if not isinstance(tree, t.Of) or tree.name.text not in context.scope.decisions:
        return None
    context.scope.check_visible("decision", tree.name, context.module)
    decision = context.scope.decisions[tree.name.text]
    subject = operand(tree.argument, context)
    if subject is None:
        return None
    if not is_about(decision, subject, tree.span, context):
        return None
    return decision, subject, view


def _outcome(tree: t.Compare, reading: tuple[Decision, n.Operand, str], context: Context) -> n.Formula:
    decision, subject, view = reading
    operator = _meant(tree.operator)
    place = outcome_named(tree.right, decision, context)
    if place is None or operator is None:
        if operator is None:
            context.error(
                "E042", f"a decision is not compared with `{tree.operator}`", tree.span, "write `is at least`"
            )
        return unknown(tree.span)
    return n.Outcome(tree.span, decision.name, subject, view, operator, place)


def outcome_named(tree: t.Operand, decision: Decision, context: Context) -> int | None:
    """The place of an outcome in a decision's chain."""
    name = tree.text if isinstance(tree, t.Path) else tree.span.text
    if name in decision.outcomes:
        return decision.outcomes.index(name)
    help_ = did_you_mean(name, decision.outcomes)
    if name in _NOT_KNOWN:
        between = f"`is between {decision.outcomes[0]} and {decision.outcomes[-1]}`"
        help_ = f"an answer that is not known lies between two outcomes: a test says {between}, and no rule can ask it"
    context.error("E038", f"`{decision.name}` has no outcome `{name}`", tree.span, help_)
    return None
