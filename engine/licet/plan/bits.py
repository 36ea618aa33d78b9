"""Rules as a straight-line program over bits: `&`, `|` and `^` on a pair (must, may) for every formula.

The bits are words of a bitmap with one bit a row; `plan/case.py` writes the same lines for a single case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal
from weakref import WeakKeyDictionary

from licet.agenda import Agenda
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import concluded
from licet.ir.operators import over_thresholds
from licet.ir.outcomes import claims_in, decided_by, jurisdictions_of, outcome_of
from licet.ir.rewrite import renamed
from licet.ir.strata import Name, Strata
from licet.plan.registers import ONES, ZERO, Line, RegisterProgram, registered
from licet.values import Truth

SELF = "self"  # the variable of every rule in a program
_WIDEST = 64  # operands of one expression
Pair = tuple[str, str]  # the names of a must and a may bit
NEVER, ALWAYS, MAYBE = (ZERO, ZERO), (ONES, ONES), (ZERO, ONES)


@dataclass(frozen=True, slots=True)
class OfRule:
    """Must and may of something about a rule."""

    what: Literal["body", "applies", "beats", "beaten", "effective", "triggered"]
    rule: str


@dataclass(frozen=True, slots=True)
class OfFormula:
    """Must and may of a condition on the row, which is called `SELF` in it."""

    formula: n.Formula


@dataclass(frozen=True, slots=True)
class StatusOf:
    """Four bits that exclude each other: the rule holds, is unknown, is defeated, is not encoded; else it fails."""

    rule: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Whether a decision in a view surely, or possibly, reaches an outcome or a more severe one."""

    decision: str
    view: str
    outcome: int


Wanted = OfRule | OfFormula | StatusOf | AtLeast


@dataclass(frozen=True, eq=False)
class Program:
    """`run(M, inputs)` gives the bits wanted, flat and in order: two for each want, four for a status.

    `M` has every bit set. The inputs are must and may of each atom, then of each `Live`, flat. `lines` say the same to
    whoever does it otherwise (`plan/registers.py`).
    """

    entity: str
    atoms: tuple[n.Formula, ...]
    lives: tuple[ir.Live, ...]
    wanted: tuple[Wanted, ...]
    inputs: tuple[str, ...]
    lines: tuple[Line, ...]
    results: tuple[str, ...]

    @cached_property
    def run(self) -> Callable[[Any, Sequence[Any]], Sequence[Any]]:
        opening = ["def program(M, inputs):", f"    {', '.join(self.inputs)}, = inputs" if self.inputs else ""]
        return function_of("\n".join([*opening, *_statements(self.lines, self.results, frozenset(self.inputs)), ""]))

    @cached_property
    def registers(self) -> RegisterProgram:
        return registered(self.inputs, self.lines, self.results)


def compile_program(policy: ir.Policy, strata: Strata, entity: str, wanted: Iterable[Wanted]) -> Program:
    """The program that gives what is wanted of rules about one entity, and nothing else."""
    writer = ProgramWriter(policy, strata, entity)
    asked = tuple(wanted)
    return compiled(writer, asked, [bit for want in asked for bit in writer.bits(want)])


def compiled(writer: ProgramWriter, wanted: tuple[Wanted, ...], results: Sequence[str]) -> Program:
    """A program from what was written."""
    inputs = [f"{bit}a{i}" for i in range(len(writer.atoms)) for bit in "my"]
    inputs += [f"{bit}l{i}" for i in range(len(writer.lives)) for bit in "my"]
    atoms, lives, lines = tuple(writer.atoms), tuple(writer.lives), tuple(writer.needed(results))
    return Program(writer.entity, atoms, lives, wanted, tuple(inputs), lines, tuple(results))


def function_of(source: str) -> Callable[..., Any]:
    """The function `program` of a generated source."""
    scope: dict[str, Any] = {}
    exec(compile(source, "<bit program>", "exec"), scope)  # noqa: S102 - our own generated source
    program: Callable[..., Any] = scope["program"]
    return program


def _statements(lines: Sequence[Line], results: Sequence[str], inputs: frozenset[str]) -> Iterator[str]:
    """A bitmap is dropped after its last use: those of a thousand rules need not fit in the cache together."""
    last = {name: i for i, (_, _, used) in enumerate(lines) for name in used}
    kept = {ZERO, ONES, *results, *inputs}
    for i, (name, expression, used) in enumerate(lines):
        yield f"    {name} = {expression}"
        dead = [u for u in dict.fromkeys(used) if last[u] == i and u not in kept]
        if dead:
            yield f"    del {', '.join(dead)}"
    yield f"    return [{', '.join(results)}]"


# The atoms of a policy, one object for equal ones: whoever has the bits of one for some rows finds them by identity.
_INTERNED: WeakKeyDictionary[ir.Policy, dict[n.Formula, n.Formula]] = WeakKeyDictionary()


class ProgramWriter:
    """Writes the lines of one program; equal expressions are written once.

    What is `definite` is written for cases in which nothing that is read is unknown: must and may are one bit.
    """

    def __init__(self, policy: ir.Policy, strata: Strata, entity: str, *, definite: bool = False) -> None:
        self._interned = _INTERNED.setdefault(policy, {})
        self.atoms: dict[n.Formula, int] = {}
        self.lives: dict[ir.Live, int] = {}
        self.lines: list[Line] = []
        self.policy = policy
        self.strata = strata
        self.entity = entity
        self._definite = definite
        self._agenda = Agenda()
        self._known: dict[str, str] = {}  # expression: name
        self._pairs: dict[tuple[str, str], Pair] = {}  # of rules
        # By identity: to hash a condition is to walk all of it, and equal ones come to the same lines anyway.
        self._formulas: dict[int, tuple[n.Formula, Pair]] = {}
        self._above: dict[str, list[Pair]] = {}  # by table: whether one of its first rows holds
        self._reached: dict[tuple[str, str], list[Pair]] = {}

    def bits(self, want: Wanted) -> tuple[str, ...]:
        match want:
            case OfRule(what=what, rule=rule):
                return self.of_rule(what, rule)
            case OfFormula(formula=formula):
                return self.formula(formula)
            case StatusOf(rule=rule):
                return self._status(rule)
            case AtLeast(decision=decision, view=view, outcome=outcome):
                return self.at_least(decision, view, outcome)

    @property
    def rules(self) -> frozenset[str]:
        """Every rule of which something has been written."""
        return frozenset(rule for _, rule in self._pairs)

    def needed(self, results: Iterable[str]) -> list[Line]:
        """The lines that some results need, in order."""
        wanted, found = set(results), []
        for line in reversed(self.lines):
            if line[0] in wanted:
                wanted.update(line[2])
                found.append(line)
        return found[::-1]

    # ---- expressions

    def _line(self, operator: str, operands: Iterable[str]) -> str:
        used = tuple(operands)
        while len(used) > _WIDEST:  # Python reads `a | b | c` as deep as it is long
            pieces = [used[i : i + _WIDEST] for i in range(0, len(used), _WIDEST)]
            used = tuple(self._line(operator, piece) if len(piece) > 1 else piece[0] for piece in pieces)
        expression = f" {operator} ".join(used)
        if expression not in self._known:
            name = f"b{len(self.lines)}"
            self.lines.append((name, expression, used))
            self._known[expression] = name
        return self._known[expression]

    def both(self, bits: Iterable[str]) -> str:
        found = dict.fromkeys(bits)
        found.pop(ONES, None)
        if ZERO in found:
            return ZERO
        return next(iter(found), ONES) if len(found) < 2 else self._line("&", found)

    def either(self, bits: Iterable[str]) -> str:
        found = dict.fromkeys(bits)
        found.pop(ZERO, None)
        if ONES in found:
            return ONES
        return next(iter(found), ZERO) if len(found) < 2 else self._line("|", found)

    def inverse(self, bit: str) -> str:
        return {ZERO: ONES, ONES: ZERO}.get(bit) or self._line("^", (bit, ONES))

    def _all(self, pairs: Sequence[Pair]) -> Pair:
        return self.both(m for m, _ in pairs), self.both(y for _, y in pairs)

    def _any(self, pairs: Sequence[Pair]) -> Pair:
        return self.either(m for m, _ in pairs), self.either(y for _, y in pairs)

    def _negated(self, pair: Pair) -> Pair:
        return self.inverse(pair[1]), self.inverse(pair[0])

    def unknown(self, pair: Pair) -> str:
        must, may = pair
        return ZERO if must == may else self.both((may, self.inverse(must)))

    def _input(self, name: str) -> Pair:
        return (name, name) if self._definite else (f"m{name}", f"y{name}")

    # ---- formulas: language.md#connectives

    def formula(self, formula: n.Formula) -> Pair:
        known = self._formulas.get(id(formula))
        if known is None:
            known = self._formulas[id(formula)] = formula, self._formula(formula)
        return known[1]

    def _formula(self, formula: n.Formula) -> Pair:
        match formula:
            case n.Constant(truth=truth):
                return ALWAYS if truth is Truth.T else MAYBE if truth is Truth.U and not self._definite else NEVER
            case n.AllOf(parts=parts):
                return self._all([self.formula(part) for part in parts])
            case n.AnyOf(parts=parts):
                return self._any([self.formula(part) for part in parts])
            case n.Limb(part=part):
                return self.formula(part)
            case n.RowAbove():
                return self._row_above(formula)
            case n.Not(part=part):
                return self._negated(self.formula(part))
            case n.Counted(exactly=exactly, number=number, parts=parts):
                return self._counted([self.formula(part) for part in parts], number, exactly=exactly)
            case n.Holds(subject=n.Variable(name="self"), term=term, view=view, negated=negated):
                found = self._own_term(term, view, True)
            case n.Member(
                item=n.Known(value=value), collection=n.TermOf(base=n.Variable(name="self")) as term_of, negated=negated
            ):
                found = self._own_term(term_of.name, term_of.view, value)
            case n.Outcome(subject=n.Variable(name="self")):
                return self._outcome(formula)
            case _:
                found, negated = None, False
        if found is None:
            return self._atom(formula)
        return self._negated(found) if negated else found

    def _row_above(self, formula: n.RowAbove) -> Pair:
        """Each row adds its own condition to what was written for the row above it."""
        above = self._above.setdefault(formula.table, [NEVER])
        for condition in formula.rows.conditions[len(above) - 1 : formula.number]:
            above.append(self._any([above[-1], self.formula(condition)]))
        return above[formula.number]

    def _atom(self, formula: n.Formula) -> Pair:
        i = self.atoms.setdefault(self._interned.setdefault(formula, formula), len(self.atoms))
        return self._input(f"a{i}")

    def _counted(self, pairs: Sequence[Pair], number: int, *, exactly: bool) -> Pair:
        musts, mays = [m for m, _ in pairs], [y for _, y in pairs]
        if not exactly:
            return self._reaches(musts, number), self._reaches(mays, number)
        sure = self.both((self._reaches(musts, number), self.inverse(self._reaches(mays, number + 1))))
        return sure, self.both((self.inverse(self._reaches(musts, number + 1)), self._reaches(mays, number)))

    def _reaches(self, bits: Sequence[str], number: int) -> str:
        """Whether at least `number` of the bits are set: `reached[j]`, at least j of those so far."""
        reached = [ONES] + [ZERO] * number
        for bit in bits:
            for j in range(number, 0, -1):
                reached[j] = self.either((reached[j], self.both((reached[j - 1], bit))))
        return reached[number]

    def _own_term(self, term: str, view: str | None, value: object) -> Pair | None:
        """A derived term of the row itself; None where it is recursive, or its values are not written in the rules."""
        found = []
        for place in sorted({view or "", ""}):
            name = Name("term", self.entity, term, place)
            if name in self.strata.recursive:
                return None
            for rule in self.strata.concluders.get(name, ()):
                for operand in concluded(rule.effects, term):
                    if not isinstance(operand, n.Known):
                        return None
                    if operand.value == value:
                        found.append(rule.id)
        return self._any([self.of_rule("effective", rule) for rule in found])

    def _outcome(self, formula: n.Outcome) -> Pair:
        """A decision about the row itself, compared (language.md#reading-a-decision)."""
        reaches = partial(self.at_least, formula.decision, formula.view)
        this, above = (partial(reaches, place) for place in (formula.outcome, formula.outcome + 1))
        return over_thresholds(formula.operator, this, above, self._negated, lambda *parts: self._all(parts))

    # ---- rules: language.md#live, language.md#defeat

    def of_rule(self, what: str, rule: str) -> Pair:
        key = (what, rule)
        if key not in self._pairs:
            self._agenda.do(partial(self._write_rule, what, rule))
        return self._pairs[key]

    def _write_rule(self, what: str, rule: str) -> None:
        self._pairs[what, rule] = getattr(self, f"_{what}")(self.policy.rules[rule])

    def _body(self, rule: ir.Rule) -> Pair:
        return ALWAYS if rule.body is None else self.formula(renamed(rule.body, rule.variable, SELF))

    def _own(self, rule: ir.Rule) -> Pair:
        """The rule stands, and its condition holds."""
        return self._all([self.live(rule.live), self.of_rule("body", rule.id)])

    def live_of(self, rule: str) -> Pair:
        return self.live(self.policy.rules[rule].live)

    def live(self, live: ir.Live) -> Pair:
        if live == ir.Live():
            return ALWAYS
        i = self.lives.setdefault(live, len(self.lives))
        return self._input(f"l{i}")

    def _beaten(self, rule: ir.Rule) -> Pair:
        """Of a default: whether something is concluded anyway."""
        if rule.kind == "default":
            decision, place = decided_by(rule)
            certain = self._certain(decision, self._claims(decision, place))
            return certain, certain
        return self._any([self.of_rule("beats", e) for e in self.strata.beaten_by.get(rule.id, ())])

    def _beats(self, rule: ir.Rule) -> Pair:
        return self._all([self._own(rule), self._negated(self.of_rule("beaten", rule.id))])

    def _applies(self, rule: ir.Rule) -> Pair:
        if not rule.excepts:
            return self._own(rule)
        return self._all([self._own(rule), self._any([self.of_rule("applies", r) for r in rule.excepts])])

    def _effective(self, rule: ir.Rule) -> Pair:
        return self._all([self.of_rule("applies", rule.id), self._negated(self.of_rule("beaten", rule.id))])

    def triggers(self, rule: ir.Rule) -> Pair:
        """Of a gap: it stands, and its trigger holds."""
        trigger = ALWAYS if rule.trigger is None else self.formula(renamed(rule.trigger, rule.variable, SELF))
        return self._all([self.live(rule.live), trigger])

    def _triggered(self, rule: ir.Rule) -> Pair:
        """Of a gap: whether the provision would apply if its `?` were true."""
        own = self.triggers(rule)
        return self._all([own, self._any([self.of_rule("applies", r) for r in rule.excepts])]) if rule.excepts else own

    def _status(self, rule: str) -> tuple[str, str, str, str]:
        applies, beaten = self.of_rule("applies", rule)[1], self.of_rule("beaten", rule)[0]
        holds = self.of_rule("effective", rule)[0]
        triggered = self.of_rule("triggered", rule)[0] if self.policy.rules[rule].is_open else ZERO
        unknown = self.both((applies, self.inverse(beaten), self.inverse(holds), self.inverse(triggered)))
        return holds, unknown, self.both((applies, beaten)), self.both((triggered, self.inverse(beaten)))

    # ---- decisions: language.md#outcomes, language.md#jurisdictions

    def at_least(self, decision: str, view: str, outcome: int) -> Pair:
        if outcome <= 0:
            return ALWAYS
        declared = self.policy.decisions[decision]
        if outcome >= len(declared.outcomes):
            return NEVER
        key = (decision, view)
        if key not in self._reached:
            self._agenda.do(partial(self._write_decision, *key))
        return self._reached[key][outcome - 1]

    def _write_decision(self, decision: str, view: str) -> None:
        places = jurisdictions_of(self.policy, decision) if view == n.OVERALL else (view,)
        parts = [self._decided_in(self.policy.decisions[decision], place) for place in places]
        self._reached[decision, view] = [self._any(pairs) for pairs in zip(*parts, strict=True)]

    def _claims(self, decision: str, place: str) -> list[tuple[ir.Rule, int]]:
        """The rules that claim an outcome of a decision, with it; without the default."""
        claims = [claim for claim in claims_in(self.policy, decision, place) if claim[0].entity == self.entity]
        return [(rule, outcome) for rule, outcome in claims if rule.kind != "default"]

    def _certain(self, decision: str, claims: Sequence[tuple[ir.Rule, int]]) -> str:
        """Whether something is concluded whatever the unknown turns out to be."""
        floors = [self._floor(rule, self._doubts(rule, decision), 0) for rule, _ in claims]
        return self.either([self.of_rule("effective", rule.id)[0] for rule, _ in claims] + floors)

    def _decided_in(self, declared: ir.Decision, place: str) -> list[Pair]:
        """For each outcome but the first: whether must, and whether may, reaches it."""
        claims = self._claims(declared.name, place)
        effective = {rule.id: self.of_rule("effective", rule.id) for rule, _ in claims}
        doubts = {rule.id: self._doubts(rule, declared.name) for rule, _ in claims}
        open_ = self.inverse(self._certain(declared.name, claims))
        concluded, steps = NEVER, []  # whether some rule of at least this outcome is effective
        for reached in range(len(declared.outcomes) - 1, 0, -1):
            concluded = self._any([concluded, *(effective[rule.id] for rule, outcome in claims if outcome == reached)])
            floors = [self._floor(rule, doubts[rule.id], reached) for rule, outcome in claims if outcome >= reached]
            low = self.either(effective[rule.id][1] for rule, outcome in claims if outcome < reached)
            least, most = self._otherwise(declared, place, reached)
            must = self.either([concluded[0], *floors, self.both((open_, self.inverse(low), least))])
            steps.append((must, self.either([concluded[1], self.both((open_, most))])))
        return steps[::-1]

    def _otherwise(self, declared: ir.Decision, place: str, reached: int) -> Pair:
        """Whether what remains where no rule concludes surely, or possibly, reaches an outcome."""
        pair = ALWAYS if declared.otherwise >= reached else NEVER
        for rule, outcome in claims_in(self.policy, declared.name, place):
            if rule.kind == "default":
                taken, possible = self._own(rule)
                least = (
                    self.either((pair[0], taken))
                    if outcome >= reached
                    else self.both((pair[0], self.inverse(possible)))
                )
                most = (
                    self.either((pair[1], possible))
                    if outcome >= reached
                    else self.both((pair[1], self.inverse(taken)))
                )
                pair = least, most
        return pair

    def _doubts(self, rule: ir.Rule, decision: str) -> list[tuple[str, int | None]]:
        """Each exception to a rule: whether it is unknown if it beats it, and its own outcome of the decision."""
        found = []
        for exception in self.strata.beaten_by.get(rule.id, ()):
            unknown = self.unknown(self.of_rule("beats", exception))
            found.append((unknown, outcome_of(self.policy.rules[exception], decision)))
        return found

    def _floor(self, rule: ir.Rule, doubts: Sequence[tuple[str, int | None]], least: int) -> str:
        """Whether the rule applies, may be beaten, and every exception that may beat it has an outcome of at least."""
        if not doubts:
            return ZERO
        open_ = self.unknown(self.of_rule("effective", rule.id))
        fitting = [self.inverse(unknown) for unknown, outcome in doubts if outcome is None or outcome < least]
        return self.both((self.of_rule("applies", rule.id)[0], open_, *fitting))
