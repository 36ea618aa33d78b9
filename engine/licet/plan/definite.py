"""Rules as plain conditions, for cases in which nothing that is read is unknown; they stop as soon as they may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from licet.agenda import Agenda
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import concluded
from licet.ir.outcomes import claims_in, jurisdictions_of
from licet.ir.rewrite import renamed
from licet.ir.strata import Name, Strata
from licet.plan.bits import SELF, function_of
from licet.plan.case import Case
from licet.values import Truth

Run = Callable[..., tuple[int, ...] | None]


def compile_definite(policy: ir.Policy, strata: Strata, entity: str, decisions: Iterable[str], case: Case) -> Run:
    """`run(truths of the first group, ..., truths of the lives)` gives the outcome of each decision, as its place.

    Where a gap is triggered there is no such outcome: `run` gives None. The groups and lives are those of `case`.
    """
    writer = _Writer(policy, strata, entity, case)
    results = [writer.rank(decision, n.OVERALL) for decision in decisions]
    groups = [[f"a{i}_{j}" for j in range(len(atoms))] for i, (_, atoms) in enumerate(case.groups)]
    groups.append([f"l{i}" for i in range(len(case.lives))])
    opening = [f"def program({', '.join(f'g{i}' for i in range(len(groups)))}):"]
    opening += [f"    {', '.join(names)}, = g{i}" for i, names in enumerate(groups) if names]
    open_ = writer.triggered_gaps()
    body = [f"    {name} = {expression}" for name, expression in writer.lines]
    unless = f" if not {open_} else None" if open_ != "0" else ""
    return function_of("\n".join([*opening, *body, f"    return ({''.join(f'{r}, ' for r in results)}){unless}", ""]))


class _Writer:
    """Writes expressions; what is read more than once, or excepted in turn, is a line of its own."""

    def __init__(self, policy: ir.Policy, strata: Strata, entity: str, case: Case) -> None:
        self.lines: list[tuple[str, str]] = []
        self._policy = policy
        self._strata = strata
        self._entity = entity
        self._atoms = {atom: f"a{i}_{j}" for i, (_, atoms) in enumerate(case.groups) for j, atom in enumerate(atoms)}
        self._lives = {live: f"l{i}" for i, live in enumerate(case.lives)}
        self._rules = case.rules
        self._known: dict[Any, str] = {}
        self._above: dict[str, list[str]] = {}  # by table: whether one of its first rows holds
        self._agenda = Agenda()

    def _line(self, key: Any, expression: Callable[[], str]) -> str:
        """A name for an expression; whatever that needs is written before."""
        if key not in self._known:
            self._agenda.do(partial(self._write, key, expression))
        return self._known[key]

    def _write(self, key: Any, expression: Callable[[], str]) -> None:
        written = expression()
        self._known[key] = f"b{len(self.lines)}"
        self.lines.append((self._known[key], written))

    # ---- formulas

    def _formula(self, formula: n.Formula) -> str:
        match formula:
            case n.Constant(truth=truth):
                return "1" if truth is Truth.T else "0"  # unknown ones stand in gaps, which are not triggered here
            case n.AllOf(parts=parts):
                return _joined("and", [self._formula(part) for part in parts], "1")
            case n.AnyOf(parts=parts):
                return _joined("or", [self._formula(part) for part in parts], "0")
            case n.Limb(part=part):
                return self._formula(part)
            case n.RowAbove():
                return self._row_above(formula)
            case n.Not(part=part):
                return f"(not {self._formula(part)})"
            case n.Counted(exactly=exactly, number=number, parts=parts):
                counted = "".join(f"{self._formula(part)}, " for part in parts)
                return f"(sum(map(bool, ({counted}))) {'==' if exactly else '>='} {number})"
            case _ if formula in self._atoms:
                return self._atoms[formula]
            case n.Holds(term=term, view=view, negated=negated):
                found = self._term(term, view, True)
            case n.Member(item=n.Known(value=value), collection=n.TermOf(name=term, view=view), negated=negated):
                found = self._term(term, view, value)
            case n.Outcome(decision=decision, view=view, operator=operator, outcome=outcome):
                return f"({self.rank(decision, view)} {'==' if operator == '=' else operator} {outcome})"
            case _:
                raise AssertionError(formula)
        return f"(not {found})" if negated else found

    def _row_above(self, formula: n.RowAbove) -> str:
        above = self._above.setdefault(formula.table, ["0"])
        for condition in formula.rows.conditions[len(above) - 1 : formula.number]:
            written = f"({above[-1]} or {self._formula(condition)})"
            above.append(self._line(("above", formula.table, len(above)), lambda written=written: written))  # type: ignore[misc]
        return above[formula.number]

    def _term(self, term: str, view: str | None, value: object) -> str:
        """The general program has inlined it, so that it is not recursive and its values stand in the rules."""
        return self._line(("term", term, view, value), lambda: self._concluded(term, view, value))

    def _concluded(self, term: str, view: str | None, value: object) -> str:
        rules = []
        for place in sorted({view or "", ""}):
            for rule in self._strata.concluders.get(Name("term", self._entity, term, place), ()):
                for operand in concluded(rule.effects, term):
                    if isinstance(operand, n.Known) and operand.value == value:
                        rules.append(self._effective(rule))
        return _joined("or", rules, "0")

    # ---- rules

    def _own(self, rule: ir.Rule) -> str:
        live = [] if rule.live == ir.Live() else [self._lives[rule.live]]
        body = [] if rule.body is None else [self._formula(renamed(rule.body, rule.variable, SELF))]
        return _joined("and", [*live, *body], "1")

    def _beaten(self, rule: ir.Rule) -> list[str]:
        exceptions = [self._policy.rules[e] for e in self._strata.beaten_by.get(rule.id, ())]
        return [self._beats(e) for e in exceptions]

    def _beats(self, rule: ir.Rule) -> str:
        if len(rule.excepts) < 2 and not self._strata.beaten_by.get(rule.id):
            return self._own(rule)
        return self._line(("beats", rule.id), lambda: _but_not(self._own(rule), self._beaten(rule)))

    def _applies(self, rule: ir.Rule) -> str:
        if not rule.excepts:
            return self._own(rule)
        excepted = [self._line(("applies", r), lambda r=r: self._applies(self._policy.rules[r])) for r in rule.excepts]  # type: ignore[misc]
        return _joined("and", [self._own(rule), _joined("or", excepted, "0")], "1")

    def _effective(self, rule: ir.Rule) -> str:
        return _but_not(self._applies(rule), self._beaten(rule))

    def triggered_gaps(self) -> str:
        """Whether some gap about the entity stands and its trigger holds, or a default without `else` is not earned."""
        found = []
        for rule in self._strata.about.get(self._entity, ()):
            if rule.is_open and rule.id in self._rules:
                live = [] if rule.live == ir.Live() else [self._lives[rule.live]]
                trigger = [] if rule.trigger is None else [self._formula(renamed(rule.trigger, rule.variable, SELF))]
                found.append(_joined("and", [*live, *trigger], "1"))
        return _joined("or", found, "0")

    # ---- decisions

    def rank(self, decision: str, view: str) -> str:
        """The place of the outcome in the chain."""
        places = jurisdictions_of(self._policy, decision) if view == n.OVERALL else (view,)
        ranks = [self._line(("rank", decision, place), lambda p=place: self._ranked(decision, p)) for place in places]  # type: ignore[misc]
        return ranks[0] if len(ranks) == 1 else f"max({', '.join(ranks)})"

    def _ranked(self, decision: str, place: str) -> str:
        """The most severe outcome of an effective rule; without one, what is declared."""
        otherwise = str(self._policy.decisions[decision].otherwise)
        by_outcome: dict[int, list[str]] = {}
        for rule, outcome in claims_in(self._policy, decision, place):
            if rule.kind == "default":
                otherwise = f"({outcome} if {self._own(rule)} else {otherwise})"
            else:
                by_outcome.setdefault(outcome, []).append(self._effective(rule))
        said = otherwise
        for outcome, rules in sorted(by_outcome.items()):
            said = f"{outcome} if {_joined('or', rules, '0')} else {said}"
        return said


def _joined(word: str, parts: Sequence[str], nothing: str) -> str:
    if len(parts) < 2:
        return parts[0] if parts else nothing
    return f"({f' {word} '.join(parts)})"


def _but_not(what: str, beaten: Sequence[str]) -> str:
    return f"({what} and not {_joined('or', beaten, '0')})" if beaten else what
