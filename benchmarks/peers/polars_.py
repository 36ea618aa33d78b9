"""Polars: the policy as layers of lazy expressions. Its booleans are bitmaps with validity, its logic strong Kleene."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from pathlib import Path

import polars as pl
from benchmarks.peers.engine import Engine
from benchmarks.peers.policy import OUTCOMES, STRATA, All, Any, Atom, Formula, Not, Policy, Rule, Test

NEVER = pl.lit(False)


def atom_expression(atom: Atom) -> pl.Expr:
    column = pl.col(atom.column.name)
    if isinstance(atom.operands, int):
        bound = _literal(atom)
        return {">=": column >= bound, "<=": column <= bound, ">": column > bound, "<": column < bound}[atom.operator]
    if atom.operator == "yes":
        return column
    if atom.operator in ("is", "is not"):
        return column == atom.operands[0] if atom.operator == "is" else column != atom.operands[0]
    words = pl.Series(atom.operands, dtype=pl.Categorical)
    found = column.is_in(pl.lit(words).implode())
    return found if atom.operator == "in" else ~found


def _literal(atom: Atom) -> pl.Expr:
    assert isinstance(atom.operands, int)
    if atom.column.kind == "date":
        return pl.lit(date(1970, 1, 1) + timedelta(days=atom.operands))
    if atom.column.kind == "percent":
        return pl.lit(Decimal(atom.operands) / 10_000, dtype=pl.Decimal(5, 4))
    return pl.lit(atom.operands)


def formula_expression(formula: Formula) -> pl.Expr:
    match formula:
        case Test(of=int(i)):
            return pl.col(f"a{i}")
        case Test(of=term):
            return pl.col(str(term))
        case Not(part=part):
            return ~formula_expression(part)
        case All(parts=parts):
            return reduce(and_, [formula_expression(p) for p in parts])
        case Any(parts=parts):
            return any_of([formula_expression(p) for p in parts])


def any_of(parts: list[pl.Expr]) -> pl.Expr:
    return reduce(or_, parts) if parts else NEVER


class _Layers:
    """Expressions in layers, each over the columns of those before."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.layers: list[dict[str, pl.Expr]] = [{f"a{i}": atom_expression(a) for i, a in enumerate(policy.atoms)}]
        for stratum in range(1, STRATA + 2):
            self._stratum(stratum)
        self.layers.append(self._decision())

    def _stratum(self, stratum: int) -> None:
        rules = self.policy.stratum(stratum)
        beaters = self.policy.beaten_by
        self.layers.append({f"b_{r.name}": formula_expression(r.body) for r in rules if r.live})
        waiting, done = [rule for rule in rules if rule.excepts], set[str]()
        while waiting:
            ready = [r for r in waiting if all(e.name in done for e in beaters[r.name])]
            self.layers.append({f"x_{r.name}": self._minus(self._body(r), beaters[r.name]) for r in ready})
            done |= {r.name for r in ready}
            waiting = [r for r in waiting if r.name not in done]
        waiting, done = [rule for rule in rules if rule.excepts], {rule.name for rule in rules if not rule.excepts}
        while waiting:
            ready = [r for r in waiting if all(name in done for name in r.excepts)]
            self.layers.append({f"p_{r.name}": self._body(r) & self._excepted(r) for r in ready})
            done |= {r.name for r in ready}
            waiting = [r for r in waiting if r.name not in done]
        self.layers.append({r.name: self._minus(self._applied(r), beaters[r.name]) for r in rules})
        terms = {t: self.policy.concluding(t) for t, own in self.policy.terms.items() if own == stratum}
        self.layers.append({t: any_of([pl.col(r.name) for r in concluding]) for t, concluding in terms.items()})

    def _body(self, rule: Rule) -> pl.Expr:
        return pl.col(f"b_{rule.name}") if rule.live else NEVER

    def _minus(self, own: pl.Expr, exceptions: tuple[Rule, ...]) -> pl.Expr:
        return own & ~any_of([pl.col(f"x_{e.name}") for e in exceptions]) if exceptions else own

    def _applied(self, rule: Rule) -> pl.Expr:
        return pl.col(f"p_{rule.name}") if rule.excepts else self._body(rule)

    def _excepted(self, rule: Rule) -> pl.Expr:
        return any_of([self._applied(self.policy.by_name[name]) for name in rule.excepts])

    def _decision(self) -> dict[str, pl.Expr]:
        must: pl.Expr = pl.lit(0, dtype=pl.UInt8)
        may: pl.Expr = pl.lit(0, dtype=pl.UInt8)
        for place in range(1, len(OUTCOMES)):
            claims = [pl.col(r.name) for r in self.policy.claims(place)]
            floors = [self._minus(self._applied(r), those) for r, those in self.policy.floors(place)]
            here = pl.lit(place, dtype=pl.UInt8)
            must = pl.when(any_of([*claims, *floors]).fill_null(value=False)).then(here).otherwise(must)
            may = pl.when(any_of(claims).fill_null(value=True)).then(here).otherwise(may)
        return {"must": must, "may": may}


class Polars(Engine):
    """The lazy plan over a scan, collected by the in-memory engine (`collect()`), written as Arrow IPC."""

    name = "Polars"

    def __init__(self, policy: Policy, folder: Path) -> None:  # noqa: ARG002
        self.policy = policy
        self.layers = _Layers(policy).layers

    def frame(self, path: Path) -> pl.LazyFrame:
        frame = pl.scan_parquet(path)
        categories = [c.name for c in self.policy.columns if c.is_category]
        frame = frame.with_columns(pl.col(categories).cast(pl.Categorical))
        for layer in self.layers:
            frame = frame.with_columns(**layer)
        return frame.select("id", "must", "may", *(r.name for r in self.policy.rules))

    def compute(self, path: Path) -> pl.DataFrame:
        return self.frame(path).collect()

    def whole(self, path: Path, out: Path) -> None:
        self.compute(path).write_ipc(out)
