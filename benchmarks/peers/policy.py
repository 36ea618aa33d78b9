"""The generated policy: rules about one flat entity, as data that every translator reads.

Deterministic from a seed. The shape follows export law: conditions shared by many rules, exceptions that rebut or
undercut and are excepted in turn, derived terms in three strata, one chain of outcomes, a few dates.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from licet.ir.countries import CODES

AS_OF = date(2026, 6, 15)
OUTCOMES = ("no_licence_required", "licence_exception", "licensed", "licence_required", "prohibited")
ATOMS = {50: 52, 200: 87, 1000: 423}  # distinct conditions by rules, as counted in hand-made rule sets of that size
STRATA = 3


@dataclass(frozen=True, slots=True)
class Column:
    """`values` for a category; `low` and `high` for a number or, in days since 1970, a date. A share is per 10,000."""

    name: str
    kind: Literal["enumeration", "country", "boolean", "number", "quantity", "percent", "date"]
    values: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    unit: str = ""

    @property
    def is_category(self) -> bool:
        return bool(self.values)


@dataclass(frozen=True, slots=True)
class Atom:
    """`operator` is `in`, `not in`, `is`, `is not` (a category), `yes`, or a comparison with a number or a day."""

    column: Column
    operator: str
    operands: tuple[str, ...] | int
    chance: float


@dataclass(frozen=True, slots=True)
class Test:
    """An atom by its place in the policy, or a term by its name."""

    of: int | str


@dataclass(frozen=True, slots=True)
class Not:
    part: Formula


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Formula, ...]


Formula = Test | Not | All | Any


@dataclass(frozen=True, slots=True)
class Rule:
    """Concludes `term`, or `outcome` (a place in the chain), or, an undercutting exception, nothing.

    `stratum` is 1 to STRATA for whatever bears on a term, and the next one for whatever bears on the decision.
    """

    name: str
    stratum: int
    body: Formula
    term: str | None = None
    outcome: int | None = None
    excepts: tuple[str, ...] = ()
    since: date | None = None

    @property
    def live(self) -> bool:
        return self.since is None or self.since <= AS_OF


@dataclass(frozen=True)
class Policy:
    """Rules stand after what they except and in the order of their strata."""

    seed: int
    columns: tuple[Column, ...]
    atoms: tuple[Atom, ...]
    terms: dict[str, int]  # and their strata
    rules: tuple[Rule, ...]

    @cached_property
    def by_name(self) -> dict[str, Rule]:
        return {rule.name: rule for rule in self.rules}

    @cached_property
    def beaten_by(self) -> dict[str, tuple[Rule, ...]]:
        found: dict[str, list[Rule]] = {rule.name: [] for rule in self.rules}
        for rule in self.rules:
            for name in rule.excepts:
                found[name].append(rule)
        return {name: tuple(rules) for name, rules in found.items()}

    def stratum(self, number: int) -> list[Rule]:
        return [rule for rule in self.rules if rule.stratum == number]

    def concluding(self, term: str) -> list[Rule]:
        return [rule for rule in self.rules if rule.term == term]

    def claims(self, at_least: int) -> list[Rule]:
        """The rules with an outcome as severe as this."""
        return [rule for rule in self.rules if rule.outcome is not None and rule.outcome >= at_least]

    def lowering(self, rule: Rule, threshold: int) -> tuple[Rule, ...]:
        """The exceptions that would bring a rule's claim below an outcome: see `floors`."""
        return tuple(e for e in self.beaten_by[rule.name] if e.outcome is None or e.outcome < threshold)

    def floors(self, threshold: int) -> list[tuple[Rule, tuple[Rule, ...]]]:
        """Rules that may stand in for one of their exceptions, and the exceptions that matter at this outcome.

        The chain's floor: where a rule applies and only exceptions with outcomes of their own are in doubt, the least
        of these stands. With the least outcome as default that says: `must` reaches a threshold if, for some rule
        that claims as much, it applies and no exception that would bring it lower beats it; the other exceptions,
        where they beat it, reach the threshold themselves. Here are the pairs for which that says more than that the
        rule is effective.
        """
        pairs = [(rule, self.lowering(rule, threshold)) for rule in self.claims(threshold)]
        return [(rule, those) for rule, those in pairs if len(those) < len(self.beaten_by[rule.name])]


def columns() -> tuple[Column, ...]:
    """Ten enumerations, three countries, four booleans, two dates, five numbers of 32 bits (openfisca-core's)."""
    sizes = {"kind": 5, "end_use": 8, "party_kind": 8, "modality": 12, "sector": 20, "programme": 30}
    sizes |= {"list_entry": 40, "licence_code": 60, "user_group": 120, "product_line": 200}
    codes = tuple(sorted(CODES))
    days = [(date(*start) - date(1970, 1, 1)).days for start in ((2019, 1, 1), (2027, 1, 1))]
    return (
        *(Column(name, "enumeration", tuple(f"{name}_{i}" for i in range(size))) for name, size in sizes.items()),
        *(Column(name, "country", codes) for name in ("destination", "headquarters", "parent_country")),
        *(Column(name, "boolean") for name in ("weights_published", "us_origin", "hosted", "military_link")),
        Column("training_compute", "quantity", low=1, high=10**9, unit="exaoperations"),
        Column("price", "quantity", low=1, high=10**8, unit="USD"),
        Column("kiloparameters", "number", low=10**3, high=2 * 10**9),
        Column("employees", "number", low=1, high=10**6),
        Column("foreign_share", "percent", low=0, high=10_000),
        Column("released_on", "date", low=days[0], high=days[1]),
        Column("shipped_on", "date", low=days[0], high=days[1]),
    )


class _Draw:
    """The random choices behind one policy."""

    def __init__(self, seed: int, rules: int) -> None:
        self.random = random.Random(f"{seed} {rules}")
        self.columns = columns()
        self.atoms: list[Atom] = []
        self._hand: list[int] = []

    # ---- atoms

    def draw_atoms(self, number: int) -> None:
        """Distinct ones, spread over the columns."""
        seen: set[tuple[str, str, object]] = set()
        while len(self.atoms) < number:
            column = self.columns[len(seen) % len(self.columns)] if len(seen) < 2 * 24 else self._column()
            atom = self._atom(column)
            key = (column.name, atom.operator, atom.operands)
            if key in seen:
                column = self._column()
                atom = self._atom(column)
                key = (column.name, atom.operator, atom.operands)
            if key not in seen:
                seen.add(key)
                self.atoms.append(atom)

    def _column(self) -> Column:
        return self.random.choice([c for c in self.columns if c.kind != "boolean"])

    def _atom(self, column: Column) -> Atom:
        r = self.random
        if column.kind == "boolean":
            return Atom(column, "yes", (), 0.5)
        if column.is_category:
            operator = r.choices(["in", "not in", "is", "is not"], [6, 2, 1, 1])[0]
            size = len(column.values)
            most = max(2, min(size // 2, 60))
            count = r.randint(2, most) if operator.endswith("in") else 1
            share = count / size
            chosen = tuple(sorted(r.sample(column.values, count)))
            return Atom(column, operator, chosen, 1 - share if "not" in operator else share)
        operator = r.choice([">=", "<=", ">", "<"])
        quantile = r.uniform(0.1, 0.9)
        return Atom(column, operator, threshold(column, quantile), 1 - quantile if ">" in operator else quantile)

    # ---- formulas

    def body(self, target: float, terms: Sequence[str]) -> Formula:
        """Of some candidates the one whose chance is nearest to the target, so that no outcome drowns the others."""
        if not self._hand:
            self._hand = list(range(len(self.atoms)))
            self.random.shuffle(self._hand)
        first = Test(self._hand.pop())
        found = [self._body(first, terms) for _ in range(16)]
        return min(found, key=lambda f: abs(self.chance(f) - target) / max(self.chance(f), target))

    def _body(self, first: Test, terms: Sequence[str]) -> Formula:
        r = self.random
        tests: list[Formula] = [first]
        for other in r.sample(range(len(self.atoms)), r.randint(1, 4)):
            tests.append(Test(other) if r.random() < 0.85 else Not(Test(other)))
        if terms and r.random() < 0.4:
            tests[-1] = Test(r.choice(terms)) if r.random() < 0.8 else Not(Test(r.choice(terms)))
        r.shuffle(tests)
        inner, outer = (Any, All) if r.random() < 0.8 else (All, Any)
        if len(tests) > 2 and r.random() < 0.5:
            group: Formula = inner(tuple(tests[:2]))
            tests = [Not(group) if r.random() < 0.2 else group, *tests[2:]]
        return outer(tuple(tests))

    def chance(self, formula: Formula) -> float:
        """As if the columns said nothing of each other."""
        match formula:
            case Test(of=int(i)):
                return self.atoms[i].chance
            case Test():
                return 0.3
            case Not(part=part):
                return 1 - self.chance(part)
            case All(parts=parts):
                product = 1.0
                for part in parts:
                    product *= self.chance(part)
                return product
            case Any(parts=parts):
                product = 1.0
                for part in parts:
                    product *= 1 - self.chance(part)
                return 1 - product

    def since(self) -> date | None:
        """Most rules always stand, some since a past day, one in a hundred not yet."""
        lot = self.random.random()
        if lot < 0.01:
            return AS_OF + timedelta(days=self.random.randint(1, 400))
        return AS_OF - timedelta(days=self.random.randint(1, 900)) if lot < 0.06 else None


def threshold(column: Column, quantile: float) -> int:
    """A round number at about a quantile: numbers are spread evenly in their logarithm, shares and days evenly."""
    if column.kind in ("percent", "date"):
        step = 100 if column.kind == "percent" else 1
        return round((column.low + quantile * (column.high - column.low)) / step) * step
    exact = column.low * (column.high / column.low) ** quantile
    digits = 10 ** max(0, len(str(int(exact))) - 2)
    return max(round(exact / digits) * digits, column.low + 1)


def generate(rules: int, seed: int = 1) -> Policy:
    """A policy of so many rules: a quarter exceptions; of the others three quarters claim an outcome."""
    draw = _Draw(seed, rules)
    draw.draw_atoms(ATOMS.get(rules, max(24, round(rules * 0.43))))
    exceptions = rules // 4
    outcomes = round((rules - exceptions) * 0.75)
    terms = {f"flag_{i}": 1 + i * STRATA // max(1, rules // 10) for i in range(max(1, rules // 10))}
    made = [*_about_terms(draw, terms, rules - exceptions - outcomes), *_with_outcomes(draw, terms, outcomes)]
    made += _exceptions(draw, terms, made, exceptions)
    return Policy(seed, draw.columns, tuple(draw.atoms), terms, tuple(sorted(made, key=lambda rule: rule.stratum)))


def _below(terms: dict[str, int], stratum: int) -> list[str]:
    return [term for term, own in terms.items() if own < stratum]


def _about_terms(draw: _Draw, terms: dict[str, int], number: int) -> list[Rule]:
    names = list(terms)
    found = []
    for i in range(number):
        term = names[i % len(names)]
        body = draw.body(0.2, _below(terms, terms[term]))
        found.append(Rule(f"term_{i}", terms[term], body, term=term, since=draw.since()))
    return found


def _with_outcomes(draw: _Draw, terms: dict[str, int], number: int) -> list[Rule]:
    found = []
    for i in range(number):
        outcome = draw.random.choices([1, 2, 3, 4], [4, 3, 2, 1])[0]
        body = draw.body(2 / number, list(terms))
        found.append(Rule(f"duty_{i}", STRATA + 1, body, outcome=outcome, since=draw.since()))
    return found


def _exceptions(draw: _Draw, terms: dict[str, int], base: list[Rule], number: int) -> list[Rule]:
    """Every other one rebuts; two in five of those that undercut are exceptions to exceptions."""
    duties = [rule for rule in base if rule.outcome is not None]
    found: list[Rule] = []
    for i in range(number):
        outcome = None
        if i % 2 == 0:
            target = draw.random.choice(duties)
            outcome = draw.random.choice([o for o in range(len(OUTCOMES) - 1) if o != target.outcome])
        else:
            target = draw.random.choice(found if draw.random.random() < 0.4 else base)
        excepts = [target.name]
        if draw.random.random() < 0.1:  # a second one, of the same stratum
            others = [r for r in base if r.stratum == target.stratum and r.name != target.name and r.outcome != outcome]
            others = [r for r in others if (r.outcome is None) == (target.stratum <= STRATA)]
            excepts += [draw.random.choice(others).name] if others else []
        body = draw.body(0.3, _below(terms, target.stratum))
        found.append(
            Rule(f"except_{i}", target.stratum, body, outcome=outcome, excepts=tuple(excepts), since=draw.since())
        )
    return found
