"""Where a rule stopped: the labels of the limbs that did not let it through."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from licet.ir import nodes as n
from licet.ir.policy import Rule
from licet.run.outcome import Status
from licet.values import Truth

TruthOf = Callable[[n.Formula], Truth]


def stopped_at(rule: Rule, status: Status, body: Truth, truth_of: TruthOf) -> tuple[str, ...]:
    """The deepest labels of all F limbs, else of all U limbs, in source order; `when` for a body without labels.

    A limb below one that let the rule through is not looked at. An exception whose own condition holds stops
    at `to` and the rules it has nothing to except in.
    """
    if status not in ("fails", "unknown"):
        return ()
    wanted = Truth.F if status == "fails" else Truth.U
    if status == "fails" and body is not Truth.F:
        return tuple(f"to {target.rsplit('.', 1)[-1]}" for target in rule.excepts)
    if rule.body is None or body is not wanted:
        return ()
    found = tuple(_labels(rule.body, wanted, truth_of, ""))
    return found or ("when",)


def address(above: str, label: str) -> str:
    """A label below another one: `(a)(ii)`; the name of a define is set off: `(b).frontier(a)`."""
    return f"{above}.{label}" if above and not label.startswith("(") else above + label


def _labels(formula: n.Formula, wanted: Truth, truth_of: TruthOf, above: str) -> Iterator[str]:
    match formula:
        case n.Limb(label=label, part=part):
            if truth_of(part) is wanted:
                own = address(above, label)
                deeper = list(_labels(part, wanted, truth_of, own))
                yield from deeper or [own]
        case n.AllOf(parts=parts) | n.AnyOf(parts=parts) | n.Counted(parts=parts):
            for part in parts:
                if not isinstance(part, n.Limb) and truth_of(part) is not wanted:
                    continue
                yield from _labels(part, wanted, truth_of, above)
        case _:
            return
