"""openfisca-core: every condition and rule a variable with a vectorised formula over all transfers at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any as Anything

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.peers import answers, facts
from benchmarks.peers.engine import Engine
from benchmarks.peers.policy import OUTCOMES, All, Any, Atom, Formula, Not, Policy, Rule, Test
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERIOD = "2026-06-15"
Array = np.ndarray[Anything, Anything]
Read = Callable[[str], Array]


def atom_numpy(atom: Atom, read: Read) -> Array:
    """Categories are codes, and a set of them a lookup table."""
    column = atom.column
    values = read(column.name)
    if isinstance(atom.operands, int):
        compare = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less}[atom.operator]
        return compare(values, atom.operands)
    if atom.operator == "yes":
        return values
    negated = "not" in atom.operator
    table = np.full(len(column.values), negated)
    table[[column.values.index(word) for word in atom.operands]] = not negated
    return table[values]


def formula_numpy(formula: Formula, read: Read) -> Array:
    match formula:
        case Test(of=int(i)):
            return read(f"a{i}")
        case Test(of=term):
            return read(str(term))
        case Not(part=part):
            return ~formula_numpy(part, read)
        case All(parts=parts):
            return reduce(np.logical_and, [formula_numpy(p, read) for p in parts])
        case Any(parts=parts):
            return reduce(np.logical_or, [formula_numpy(p, read) for p in parts])


class OpenFisca(Engine):
    """One simulation a table; the system of variables is built beforehand."""

    name = "openfisca-core"
    two_valued = True

    def __init__(self, policy: Policy, folder: Path) -> None:  # noqa: ARG002
        self.policy = policy
        self._entity = build_entity("transfer", "transfers", "A transfer", is_person=True)
        self.system = TaxBenefitSystem([self._entity])
        for column in policy.columns:
            self._add(column.name, bool if column.kind == "boolean" else int, None)
        for i, atom in enumerate(policy.atoms):
            self._add(f"a{i}", bool, lambda read, atom=atom: atom_numpy(atom, read))
        for rule in policy.rules:
            self._add_rule(rule)
        for term in policy.terms:
            names = [r.name for r in policy.concluding(term)]
            self._add(term, bool, lambda read, names=names: reduce(np.logical_or, map(read, names)))

    def _add(self, name: str, type_: type, formula: Callable[[Read], Array] | None) -> None:
        parts: dict[str, Anything] = {
            "value_type": type_,
            "entity": self._entity,
            "definition_period": DateUnit.DAY,
            "label": name,
        }
        if formula is not None:
            parts["formula"] = lambda transfer, period: formula(lambda other: transfer(other, period))
        self.system.add_variable(type(name, (Variable,), parts))

    def _add_rule(self, rule: Rule) -> None:
        beaters = [f"x_{e.name}" for e in self.policy.beaten_by[rule.name]]
        excepted = [f"p_{name}" for name in rule.excepts]
        live = rule.live

        def body(read: Read) -> Array:
            return formula_numpy(rule.body, read) & live

        def minus(own: str) -> Callable[[Read], Array]:
            return lambda read: reduce(lambda left, e: left & ~read(e), beaters, read(own))

        def applies(read: Read) -> Array:
            own = read(f"b_{rule.name}")
            return own & reduce(np.logical_or, map(read, excepted)) if excepted else own

        self._add(f"b_{rule.name}", bool, body)
        if rule.excepts:
            self._add(f"x_{rule.name}", bool, minus(f"b_{rule.name}"))
        self._add(f"p_{rule.name}", bool, applies)
        self._add(rule.name, bool, minus(f"p_{rule.name}"))

    def compute(self, path: Path) -> pa.Table:
        used = facts.used(self.policy)
        table = pq.read_table(
            path, columns=used, read_dictionary=[c.name for c in self.policy.columns if c.is_category]
        )
        simulation = SimulationBuilder().build_default_simulation(self.system, table.num_rows)
        for column in self.policy.columns:
            if column.name in used:
                simulation.set_input(column.name, PERIOD, _numpy(table[column.name], column.values))
        rules = {r.name: simulation.calculate(r.name, PERIOD) for r in self.policy.rules}
        places = np.zeros(table.num_rows, np.int8)
        for place in range(1, len(OUTCOMES)):
            claims = [rules[r.name] for r in self.policy.claims(place)]
            if claims:
                places[reduce(np.logical_or, claims)] = place
        decided = pa.DictionaryArray.from_arrays(pa.array(places), answers.NAMES)
        return pa.table({"must": decided, "may": decided, **rules})


def _numpy(cells: pa.ChunkedArray, values: tuple[str, ...]) -> Array:
    """Codes in the order of the vocabulary, shares in ten-thousandths, days as numbers."""
    if not values:
        return facts.plain(pa.table({"c": cells}))["c"].to_numpy()
    unified = cells.unify_dictionaries().combine_chunks()
    unified = unified.chunk(0) if isinstance(unified, pa.ChunkedArray) else unified
    places = np.array([values.index(word) for word in unified.dictionary.to_pylist()], np.int32)
    return places[unified.indices.to_numpy()]
