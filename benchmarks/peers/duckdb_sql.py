"""DuckDB: the policy as layered SQL. SQL's three-valued logic is strong Kleene, so NULL is *unknown*."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
from benchmarks.peers import facts
from benchmarks.peers.engine import Engine
from benchmarks.peers.policy import OUTCOMES, STRATA, All, Any, Atom, Formula, Not, Policy, Rule, Test

TRIED = 50_000
ROWS = 1 << 17  # in an Arrow batch


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
        self.layers.append(decision(policy, lambda r, _, those: f"({self._minus(self._applied(r), those)})"))

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


def inlined(policy: Policy) -> list[dict[str, str]]:
    """The same in fewer layers: what beats and what applies written out in each rule."""

    def body(rule: Rule) -> str:
        return formula_sql(rule.body) if rule.live else "FALSE"

    def minus(own: str, exceptions: Sequence[Rule]) -> str:
        if not exceptions:
            return own
        return f"({own} AND NOT {any_of([minus(body(e), policy.beaten_by[e.name]) for e in exceptions])})"

    def applies(rule: Rule) -> str:
        if not rule.excepts:
            return body(rule)
        return f"({body(rule)} AND {any_of([applies(policy.by_name[name]) for name in rule.excepts])})"

    layers = [{f"a{i}": atom_sql(atom) for i, atom in enumerate(policy.atoms)}]
    for stratum in range(1, STRATA + 2):
        layers.append({r.name: minus(applies(r), policy.beaten_by[r.name]) for r in policy.stratum(stratum)})
        terms = [term for term, own in policy.terms.items() if own == stratum]
        layers.append({term: any_of([r.name for r in policy.concluding(term)]) for term in terms})
    floors = [(r, place, those) for place in range(1, len(OUTCOMES)) for r, those in policy.floors(place)]
    layers[-1] |= {f"f{place}_{r.name}": minus(applies(r), those) for r, place, those in floors}
    layers.append(decision(policy, lambda r, place, _: f"f{place}_{r.name}"))
    return layers


def decision(policy: Policy, floor: Callable[[Rule, int, tuple[Rule, ...]], str]) -> dict[str, str]:
    """The two bounds, from the most severe outcome down."""
    must, may = [], []
    for place in range(len(OUTCOMES) - 1, 0, -1):
        claims = [r.name for r in policy.claims(place)]
        floors = [floor(r, place, those) for r, those in policy.floors(place)]
        must.append(f"WHEN {any_of([*claims, *floors])} THEN '{OUTCOMES[place]}'")
        may.append(f"WHEN {any_of(claims)} IS NOT FALSE THEN '{OUTCOMES[place]}'")
    names = ", ".join(f"'{outcome}'" for outcome in OUTCOMES)
    return {
        "must": f"(CASE {' '.join(must)} ELSE '{OUTCOMES[0]}' END)::ENUM({names})",
        "may": f"(CASE {' '.join(may)} ELSE '{OUTCOMES[0]}' END)::ENUM({names})",
    }


def query(policy: Policy, layers: Sequence[Mapping[str, str]], source: str) -> str:
    """One statement: decision columns and, three-valued, each rule."""
    parts = []
    below = source
    for i, layer in enumerate(layers):
        named = [f"{sql} AS {name}" for name, sql in layer.items()]
        parts.append(f"l{i} AS (SELECT {', '.join(['id' if i == 0 else '*', *named])} FROM {below})")
        below = f"l{i}"
    columns = ["id", "must", "may", *(r.name for r in policy.rules)]
    return f"WITH {', '.join(parts)} SELECT {', '.join(columns)} FROM {below}"


class DuckDB(Engine):
    """The statement in three forms, of which the one that needs least processor time on `TRIED` rows is timed.

    Which one that is depends on the number of rules: DuckDB's optimizer gains half the time at 200 rules, and at
    1,000 spends more than it gains. Results leave by Arrow, which was faster than COPY to Parquet.
    """

    name = "DuckDB SQL"

    def __init__(self, policy: Policy, folder: Path) -> None:
        self.policy = policy
        layered, flat = Layers(policy).layers, inlined(policy)
        self.forms = ((layered, True), (flat, True), (flat, False))  # with the optimizer or without
        tried = facts.write(policy, folder / "tried.parquet", TRIED)
        costs = [self._cost(form, tried) for form in range(len(self.forms))]
        self.use(costs.index(min(costs)))

    def use(self, form: int) -> None:
        """Takes one of the forms."""
        self._layers, optimized = self.forms[form]
        self._connection = duckdb.connect(config={"threads": 2})
        if not optimized:
            self._connection.execute("PRAGMA disable_optimizer")

    def _cost(self, form: int, path: Path) -> float:
        self.use(form)
        start = time.process_time()
        self.compute(path)
        return time.process_time() - start

    def _reader(self, path: Path) -> pa.RecordBatchReader:
        statement = query(self.policy, self._layers, f"read_parquet('{path}')")
        return self._connection.sql(statement).to_arrow_reader(ROWS)

    def compute(self, path: Path) -> list[pa.RecordBatch]:
        return list(self._reader(path))

    def whole(self, path: Path, out: Path) -> None:
        reader = self._reader(path)
        with pa.OSFile(str(out), "wb") as sink, pa.ipc.new_file(sink, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)
