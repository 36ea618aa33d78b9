"""DuckDB: the policy as layered SQL. SQL's three-valued logic is strong Kleene, so NULL is *unknown*."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.peers.policy import OUTCOMES, STRATA, All, Any, Atom, Formula, Not, Policy, Rule, Test


def quoted(name: str) -> str:
    return f'"{name}"'


def atom_sql(atom: Atom) -> str:
    column = atom.column
    name = quoted(column.name)
    if isinstance(atom.operands, int):
        return f"{name} {atom.operator} {_literal(atom)}"
    if atom.operator == "yes":
        return name
    words = [f"'{word}'" for word in atom.operands]
    if atom.operator in ("is", "is not"):
        return f"{name} {'=' if atom.operator == 'is' else '<>'} {words[0]}"
    return f"{name} {atom.operator.upper()} ({', '.join(words)})"


def _literal(atom: Atom) -> str:
    assert isinstance(atom.operands, int)
    if atom.column.kind == "date":
        return f"DATE '{date(1970, 1, 1) + timedelta(days=atom.operands)}'"
    if atom.column.kind == "percent":
        return f"{atom.operands / 10_000:.4f}::DECIMAL(5,4)"
    return str(atom.operands)


def formula_sql(formula: Formula) -> str:
    match formula:
        case Test(of=int(i)):
            return f"a{i}"
        case Test(of=term):
            return str(term)
        case Not(part=part):
            return f"(NOT {formula_sql(part)})"
        case All(parts=parts):
            return "(" + " AND ".join(formula_sql(p) for p in parts) + ")"
        case Any(parts=parts):
            return "(" + " OR ".join(formula_sql(p) for p in parts) + ")"


def any_of(parts: list[str]) -> str:
    return "(" + " OR ".join(parts) + ")" if parts else "FALSE"


class Layers:
    """The SELECT lists of the layers, each over the one before."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.layers: list[dict[str, str]] = [{f"a{i}": atom_sql(atom) for i, atom in enumerate(policy.atoms)}]
        for stratum in range(1, STRATA + 2):
            self._stratum(stratum)
        self.layers.append(self._decision())

    def _stratum(self, stratum: int) -> None:
        """Conditions; what beats, the last exceptions first; what is effective; the terms."""
        rules = self.policy.stratum(stratum)
        beaters = self.policy.beaten_by
        self.layers.append({f"b_{r.name}": formula_sql(r.body) if r.live else "FALSE" for r in rules})
        waiting = [rule for rule in rules if rule.excepts]
        done: set[str] = set()
        while waiting:
            ready = [r for r in waiting if all(e.name in done for e in beaters[r.name])]
            self.layers.append({f"x_{r.name}": self._beats(r) for r in ready})
            done |= {r.name for r in ready}
            waiting = [r for r in waiting if r.name not in done]
        self._applies(rules)
        self.layers.append({r.name: self._minus(self._applied(r), beaters[r.name]) for r in rules})
        terms = {t: self.policy.concluding(t) for t, own in self.policy.terms.items() if own == stratum}
        if terms:
            self.layers.append({t: any_of([r.name for r in concluding]) for t, concluding in terms.items()})

    def _beats(self, rule: Rule) -> str:
        return self._minus(f"b_{rule.name}", self.policy.beaten_by[rule.name])

    def _minus(self, own: str, exceptions: tuple[Rule, ...]) -> str:
        return f"{own} AND NOT {any_of([f'x_{e.name}' for e in exceptions])}" if exceptions else own

    def _applies(self, rules: list[Rule]) -> None:
        """An exception applies where something that it excepts does."""
        waiting = [rule for rule in rules if rule.excepts]
        done = {rule.name for rule in rules if not rule.excepts}
        while waiting:
            ready = [r for r in waiting if all(name in done for name in r.excepts)]
            self.layers.append({f"p_{r.name}": self._applies_sql(r) for r in ready})
            done |= {r.name for r in ready}
            waiting = [r for r in waiting if r.name not in done]

    def _applies_sql(self, rule: Rule) -> str:
        excepted = [self._applied(self.policy.by_name[name]) for name in rule.excepts]
        return f"b_{rule.name} AND {any_of(excepted)}"

    def _applied(self, rule: Rule) -> str:
        return f"{'p' if rule.excepts else 'b'}_{rule.name}"

    def _decision(self) -> dict[str, str]:
        must, may = [], []
        for place in range(len(OUTCOMES) - 1, 0, -1):
            claims = [r.name for r in self.policy.claims(place)]
            floors = [self._minus(self._applied(r), those) for r, those in self.policy.floors(place)]
            must.append(f"WHEN {any_of([*claims, *(f'({f})' for f in floors)])} THEN '{OUTCOMES[place]}'")
            may.append(f"WHEN {any_of(claims)} IS NOT FALSE THEN '{OUTCOMES[place]}'")
        names = ", ".join(f"'{o}'" for o in OUTCOMES)
        return {
            "must": f"(CASE {' '.join(must)} ELSE '{OUTCOMES[0]}' END)::ENUM({names})",
            "may": f"(CASE {' '.join(may)} ELSE '{OUTCOMES[0]}' END)::ENUM({names})",
        }


def query(policy: Policy, source: str, *, rules: bool = True) -> str:
    """One statement: decision columns and, three-valued, each rule."""
    layers = Layers(policy).layers
    parts = []
    below = source
    for i, layer in enumerate(layers):
        kept = "" if i == 0 else "*, "
        parts.append(
            f"l{i} AS (SELECT {kept}{', '.join(f'{sql} AS {name}' for name, sql in layer.items())} FROM {below})"
        )
        below = f"l{i}"
    columns = ["must", "may", *([r.name for r in policy.rules] if rules else [])]
    return f"WITH {', '.join(parts)} SELECT {', '.join(columns)} FROM {below}"


class DuckDB:
    """One connection with two threads; the statement is made beforehand."""

    name = "DuckDB SQL"
    two_valued = False

    def __init__(self, policy: Policy, folder: Path) -> None:
        self.policy = policy
        self.connection = duckdb.connect(config={"threads": 2})

    def compute(self, facts: Path) -> pa.Table:
        return self.connection.execute(query(self.policy, f"read_parquet('{facts}')")).to_arrow_table()
