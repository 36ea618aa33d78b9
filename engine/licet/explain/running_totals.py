"""What running totals come to, for people: the sum, of how many records, the last of them, and what is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from licet.explain.words import show
from licet.ir import nodes as n
from licet.ir.equations import conjuncts
from licet.ir.remembered import by_identity
from licet.ir.walk import parts
from licet.run.reference.formulas import Environment, Formulas
from licet.values import Truth, counted


def so_far(formulas: Formulas, node: n.Formula | n.Operand, env: Environment) -> Iterator[str]:
    """`so far 10 TPP in 2 records, the last b` for each running total in a node, outside of other quantifiers; and
    what is left below a limit, with the record that is asked about.
    """
    for total, earlier in _totals(node):
        yield _said(formulas, total, earlier, env)
    if isinstance(node, n.Compare) and node.operator in ("<", "<=") and _totals(node.left):
        used, most = formulas.read(node.left, env), formulas.read(node.right, env)
        if isinstance(used, int | Fraction) and isinstance(most, int | Fraction) and not isinstance(node.left, n.AsOf):
            type_, left = node.left.type, "left of" if used <= most else "more than"
            yield f"{show(abs(most - used), type_)} {left} {show(most, type_)}, this one counted"


@by_identity
def _totals(node: n.Formula | n.Operand) -> tuple[tuple[n.Aggregate, n.Earlier], ...]:
    """The running totals in a node, outside of other quantifiers, each with what says that its records are earlier."""
    if isinstance(node, n.Aggregate) and node.kind in ("total", "count") and node.where is not None:
        of_members = (part for part in conjuncts(node.where) if isinstance(part, n.Earlier) and _is_of(part, node.each))
        earlier = next(of_members, None)
        return () if earlier is None else ((node, earlier),)
    if isinstance(node, n.Some | n.Every | n.Aggregate):
        return ()
    return tuple(found for part in parts(node) for found in _totals(part))


def _is_of(earlier: n.Earlier, each: n.Each) -> bool:
    """Whether it is the members that are earlier, and not the other record."""
    member = earlier.sides[0]
    return isinstance(member, n.Variable) and member.name == each.variable


def _said(formulas: Formulas, total: n.Aggregate, earlier: n.Earlier, env: Environment) -> str:
    members = list(formulas.members(total.each, total.where, env))
    sure = [inner for inner, weight in members if weight is Truth.T]
    least = "" if len(sure) == len(members) else f"{len(sure):,} to "
    records = least + counted(len(members), "record")
    what = f"{show(formulas.read(total, env), total.type)} in {records}" if total.kind == "total" else records
    days = [(formulas.read(earlier.days.left, inner), inner[total.each.variable]) for inner in sure]
    dated = [(day, id_) for day, id_ in days if isinstance(day, date) and isinstance(id_, str)]
    return f"so far {what}" + (f", the last {max(dated)[1]}" if dated else "")
