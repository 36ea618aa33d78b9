"""Rules that contradict each other, looked for in small worlds made for each pair: a witness, or no finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations, islice

from licet.check.lints.subject import contradict
from licet.check.policy import Checked, is_in
from licet.diagnostics import Diagnostic
from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import term_values
from licet.ir.equations import conjuncts
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.unknown_values import T
from licet.trials.aimed_worlds import AimedWorld, live_days
from licet.trials.shrink import is_whole, smallest, written
from licet.trials.small_worlds import SmallWorlds

_MOST_WORLDS = 1000  # of one policy, so that checking stays fast
_WORLDS_OF_A_PAIR = 200


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two rules that must not hold together for one subject, and why."""

    first: ir.Rule
    second: ir.Rule
    message: str
    help: str


def conflicts(policy: ir.Policy) -> tuple[Diagnostic, ...]:
    """W006 for each pair of rules for which facts were found on which both hold. Finding none proves nothing.

    Tables that were analysed have their findings already.
    """
    pairs = list(islice(_pairs(policy), _MOST_WORLDS))
    tries = min(_WORLDS_OF_A_PAIR, _MOST_WORLDS // max(len(pairs), 1))
    if not pairs:
        return ()
    values = SmallWorlds(policy)
    found = ((pair, _witness(policy, pair, values, tries)) for pair in pairs)
    return tuple(_finding(pair, witness) for pair, witness in found if witness)


def with_conflicts(checked: Checked) -> tuple[Diagnostic, ...]:
    """The findings of a check and, where none of them is an error, the conflicts."""
    if any(d.severity == "error" for d in checked.diagnostics):
        return checked.diagnostics
    return tuple(sorted((*checked.diagnostics, *_about(checked)), key=lambda d: d.sort_key))


def _about(checked: Checked) -> Iterator[Diagnostic]:
    yield from (d for d in conflicts(checked.policy) if not is_in(d, checked.beside))


def _pairs(policy: ir.Policy) -> Iterator[_Pair]:
    searched = {g for g, hit in policy.tables.items() if hit in ("unique", "any") and g not in policy.analysed_tables}
    groups: dict[tuple[str, str], list[tuple[ir.Rule, ir.Effect]]] = {}
    for rule in policy.rules.values():
        for effect in rule.effects:
            if isinstance(effect, ir.TermValue) and effect.single:
                groups.setdefault((rule.entity, effect.term), []).append((rule, effect))
            elif rule.kind == "row" and rule.group in searched:
                groups.setdefault(("row", rule.group), []).append((rule, effect))
    for (sort, name), members in groups.items():
        unique = sort == "row" and policy.tables[name] == "unique"
        for (first, one), (second, other) in combinations(members, 2):
            in_turn = first.group == second.group and policy.tables.get(first.group) == "first"
            if not in_turn and (unique or one != other) and _may_meet(first, second):
                yield _pair(first, second, name, is_table=sort == "row")


def _pair(first: ir.Rule, second: ir.Rule, name: str, *, is_table: bool) -> _Pair:
    if is_table:
        message = f"`{first.name}` and `{second.name}` of the table `{name.rsplit('.', 1)[-1]}` can hold together"
        return _Pair(first, second, message, "narrow one of them, or write `hit first` if the upper one shall win")
    message = f"`{first.name}` and `{second.name}` can give different values to `{name}` of one {first.entity}"
    return _Pair(
        first, second, message, "make one an exception to the other, or let their conditions exclude each other"
    )


def _may_meet(first: ir.Rule, second: ir.Rule) -> bool:
    """Nothing that is plain to see keeps the two from holding together."""
    if first.id in second.excepts or second.id in first.excepts:
        return False
    if first.jurisdiction != second.jurisdiction and None not in (first.jurisdiction, second.jurisdiction):
        return False
    if first.body is None or second.body is None or first.variable != second.variable:
        return True
    return not contradict([*conjuncts(first.body), *conjuncts(second.body)])


def _witness(policy: ir.Policy, pair: _Pair, values: SmallWorlds, tries: int) -> tuple[str, ...]:
    days = live_days((pair.first, pair.second), values.days())
    for number in range(tries if days else 0):
        world = AimedWorld(policy, values, days[number % len(days)])
        thing = next(iter(world.things[pair.first.entity].values()))
        for rule in (pair.first, pair.second, pair.first):
            world.make(rule.body, {rule.variable: thing})
        shows = _shows(policy, pair, Subject(thing.type, thing.id), world.day)
        if shows(world.facts):
            found = smallest(world.facts, shows)
            return tuple(written(policy, found, [Subject(thing.type, thing.id)], world.day))
    return ()


def _shows(policy: ir.Policy, pair: _Pair, subject: Subject, day: date) -> Callable[[Facts], bool]:
    """Whether both rules surely hold, and a single value that each concludes is another."""

    def shows(facts: Facts) -> bool:
        if subject.id not in facts.entities[subject.type] or not is_whole(policy, facts):
            return False
        engine = Interpreter(policy, facts, day)
        if any(engine.result(rule, subject).effective is not T for rule in (pair.first, pair.second)):
            return False
        one, other = (_value(rule, engine, subject) for rule in (pair.first, pair.second))
        return one is None or one != other

    return shows


def _value(rule: ir.Rule, engine: Interpreter, subject: Subject) -> object:
    for effect in term_values(rule.effects):
        if effect.single:
            if isinstance(effect.value, n.Known):
                return effect.value.value
            return engine.formulas.read(effect.value, {rule.variable: subject.id})
    return None


def _finding(pair: _Pair, witness: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        "W006",
        pair.message,
        pair.second.span,
        others=((pair.first.span, "the other one"),) if pair.first.span else (),
        help=pair.help,
        notes=(f"both hold {witness[0]} on these facts, the smallest found:", *witness[1:]),
        severity="warning",
    )
