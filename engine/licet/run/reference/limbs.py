"""Where a rule stopped: the labels of the limbs that did not let it through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from licet.ir import nodes as n
from licet.ir.policy import Rule
from licet.ir.walk import parts
from licet.run.outcome import Status
from licet.run.reference.formulas import Environment, Formulas
from licet.values import Truth

TruthOf = Callable[[n.Formula], Truth]


def stopped_at(rule: Rule, status: Status, body: Truth, formulas: Formulas, env: Environment) -> tuple[str, ...]:
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
    found = tuple(_labels(rule.body, wanted, partial(_Once(formulas).truth, env=env), ""))
    return found or ("when",)


class _Once(Formulas):
    """Finds each part of a body once: a limb asks for all that stands below it, on every level."""

    def __init__(self, formulas: Formulas) -> None:
        super().__init__(formulas.policy, formulas.facts, formulas.as_of, formulas.conclusions)
        self._formulas = formulas
        self._known: dict[int, Truth] = {}

    def truth(self, formula: n.Formula, env: Environment) -> Truth:
        found = self._known.get(id(formula))
        if found is None:
            of_parts = isinstance(formula, n.Block)
            found = super().truth(formula, env) if of_parts else self._formulas.truth(formula, env)
            self._known[id(formula)] = found
        return found


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
        case n.Block():
            for part in parts(formula):
                if not isinstance(part, n.Limb) and truth_of(part) is not wanted:
                    continue
                yield from _labels(part, wanted, truth_of, above)
        case _:
            return
