"""What is said of codes: whether a recorded one stands below another, or between two (language.md#codes)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet.ir import nodes as n
from licet.ir.codes import CodeForm, between, under
from licet.ir.types import Kind
from licet.run.reference.unknown_values import NOTHING, F, OneOf, T, U
from licet.values import State, Truth, Value

if TYPE_CHECKING:
    from licet.run.reference.formulas import Environment, Formulas


@dataclass(frozen=True, slots=True)
class _Codes:
    """The codes that an operand may say, each with its truth; `others`, that it says any other.

    What is `vague` may turn out not to be applicable, so that nothing is surely true of it.
    """

    members: Mapping[Value, Truth]
    others: Truth = F
    vague: bool = False


def code_truth(formulas: Formulas, formula: n.CodeTest, env: Environment) -> Truth:
    """F of what is not applicable, negated or not; else an OR over the codes on either side."""
    item, *asked = (_codes(formulas, operand, env) for operand in (formula.item, *formula.codes))
    if item is None or None in asked:
        return F
    known = [codes for codes in asked if codes is not None]
    found = _between(formula, item, known) if formula.asks == "between" else _under(formula, item, known[0])
    if found is T and any(codes.vague for codes in (item, *known)):
        return U
    return found


def is_coarse(formulas: Formulas, formula: n.CodeTest, env: Environment) -> bool:
    """Whether more of a recorded code would have to be known."""
    item, *asked = (_codes(formulas, operand, env) for operand in (formula.item, *formula.codes))
    if item is None or item.vague:
        return False
    form = form_of(formula.item)
    ends = [code for codes in asked if codes is not None for code in codes.members]
    return any(under(form, str(own), str(end)) is U for own in item.members for end in ends)


def form_of(item: n.Operand) -> CodeForm:
    """The form of the codes that an operand says."""
    assert not isinstance(item, n.AsOf)
    type_ = item.type.element or item.type
    assert type_.form is not None
    return type_.form


def _under(formula: n.CodeTest, item: _Codes, asked: _Codes) -> Truth:
    form = form_of(formula.item)
    pairs = (
        min(own_truth, end_truth, under(form, str(own), str(end)))
        for own, own_truth in item.members.items()
        for end, end_truth in asked.members.items()
    )
    found = max(pairs, default=F)
    if item.others is not F or (asked.others is not F and item.members):
        found = max(found, U)
    return ~found if formula.negated else found


def _between(formula: n.CodeTest, item: _Codes, asked: list[_Codes]) -> Truth:
    low, high = (next(iter(codes.members), None) for codes in asked)
    if low is None or high is None or any(codes.vague for codes in asked):
        return U
    form = form_of(formula.item)
    found = (min(truth, between(form, str(own), str(low), str(high))) for own, truth in item.members.items())
    return max((*found, U if item.others is not F else F))


def _codes(formulas: Formulas, operand: n.Operand, env: Environment) -> _Codes | None:
    """None of what is not applicable."""
    if not isinstance(operand, n.AsOf) and operand.type.kind is Kind.SET:
        if formulas.is_nothing(operand, env):
            return None
        owner = operand.base if isinstance(operand, n.TermOf) else operand
        said = formulas.read(owner, env) if isinstance(operand, n.FieldOf | n.TermOf) else None
        found = formulas.as_set(operand, env)
        return _Codes(found.members, found.others, isinstance(said, State | OneOf))
    reading = formulas.read(operand, env)
    match reading:
        case str():
            return _Codes({reading: T})
        case OneOf(ids=ids):
            return _Codes(dict.fromkeys(ids, U), vague=True)
        case _:
            return None if reading is NOTHING else _Codes({}, U, vague=True)
