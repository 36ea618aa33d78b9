"""Which table of an inventory is read batch by batch, though rules may ask for others of its rows: running totals."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from licet.decide.table.batches import decidable_types, streamable_types
from licet.facts.inventory.row_errors import Reject
from licet.facts.inventory.split import Inventory, Split, split_inventory
from licet.facts.inventory.stream import ROWS_PER_BATCH, NotUsableError, TableStream
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.one_fact import compares_one_fact
from licet.ir.outcomes import bearing_rules
from licet.ir.remembered import by_policy
from licet.ir.walk import Part, parts, parts_of, walk
from licet.run.columnar.batch import is_named
from licet.run.columnar.running import plan_of
from licet.run.columnar.summing import NotKnownError, Summing

_LOG = logging.getLogger(__name__)


def split_to_decide(
    policy: ir.Policy,
    sources: Sequence[Inventory],
    types: Sequence[str],
    *,
    mapping: Path | None = None,
    rows_per_batch: int = ROWS_PER_BATCH,
    rejected: Callable[[Sequence[Reject]], None] | None = None,
) -> Split:
    """An inventory in two, as `split_inventory` gives it, to decide subjects of some types, or of all.

    Where rules sum over what is earlier than a row, and all that the sums read is known, they are worked out first and
    come beside the rows; else the table is held.
    """

    def split(wanted: Sequence[str]) -> Split:
        streamable = tuple(name for name in wanted if not types or name in types)
        return split_inventory(
            sources, policy, streamable, mapping=mapping, rows_per_batch=rows_per_batch, rejected=rejected
        )

    alone = streamable_types(policy)
    summable = tuple(name for name in decidable_types(policy, policy.entities) if only_sums(policy, name))
    if summable and any(isinstance(source, pa.RecordBatchReader) for source, _ in sources):
        _LOG.info("%s is held as a whole, since rules sum over it: a reader can be read only once", summable[0])
        return split(alone)
    found = split((*alone, *summable))
    if found.stream is None or found.stream.name in alone:
        return found
    name = found.stream.name
    why = _summed(policy, found, found.stream) if found.held.usable else None
    if why is None:
        return found
    _LOG.info("%s is held as a whole, since rules sum over it: %s", name, why)
    return split(alone)


def _summed(policy: ir.Policy, split: Split, stream: TableStream) -> str | None:
    """Lets the sums come beside the rows of a stream; or says why they cannot."""
    held = split.held.tables
    if stream.sheet.once:
        return "it can be read only once"
    try:
        with Summing(policy, held, stream.name) as summing:
            for table, numbers in stream.numbered():
                summing.add(table, numbers)
            stream.further = summing.sums().columns
    except NotKnownError as error:
        return str(error)
    except NotUsableError:
        return "something is wrong with it"
    _LOG.info("%s is read twice: rules sum over it", stream.name)
    return None


@by_policy
def only_sums(policy: ir.Policy, entity: str) -> bool:
    """Whether rules and checks ask for all records of an entity, which no other names, and only to sum what is earlier
    than one, in comparisons of their conditions.
    """
    rules = [rule for rule in bearing_rules(policy) if any(_asks(part, entity) for part in parts_of(rule))]
    checks = [check for check in policy.checks.values() if _asks(check.body, entity)]
    if is_named(policy, entity) or not (rules or checks):
        return False
    return all(_only_sums(rule, entity) for rule in rules) and all(
        check.entity == entity and _sums_alone(check.body, check.variable, entity) for check in checks
    )


def _asks(part: Part, entity: str) -> bool:
    return any(
        _ranges(node, entity)
        or (isinstance(node, n.RowAbove) and any(_asks(row, entity) for row in node.rows.conditions))
        for node in walk(part)
    )


def _ranges(node: Part, entity: str) -> bool:
    if not isinstance(node, n.Some | n.Every | n.Aggregate):
        return False
    return node.each.kind == "population" and node.each.name == entity


def _only_sums(rule: ir.Rule, entity: str) -> bool:
    if rule.entity != entity or rule.body is None:
        return False
    if any(_asks(part, entity) for part in parts_of(rule) if part is not rule.body):
        return False
    return _sums_alone(rule.body, rule.variable, entity)


def _sums_alone(body: n.Formula, variable: str, entity: str) -> bool:
    return all(_compares_sums(atom, variable, entity) for atom in _atoms(body) if _asks(atom, entity))


def _atoms(part: Part) -> Iterator[Part]:
    """What stands below connectives."""
    if isinstance(part, n.Connective):
        for inner in parts(part):
            yield from _atoms(inner)
    else:
        yield part


def _compares_sums(atom: Part, variable: str, entity: str) -> bool:
    """Whether it compares such sums with each other, plain facts and what is written."""
    if not isinstance(atom, n.Compare):
        return False
    sums: list[Part] = []

    def fits(side: Part) -> bool:
        if isinstance(side, n.Arithmetic):
            return side.operator != "/" and fits(side.left) and fits(side.right)
        if _ranges(side, entity):
            sums.append(side)
            plan = plan_of(side) if isinstance(side, n.Aggregate) else None
            others = () if plan is None else (plan.other, *(equation.other for equation in plan.equal))
            return bool(others) and all(_only_of(other, variable) for other in others)
        return not any(isinstance(node, n.Some | n.Every | n.Aggregate) for node in walk(side))

    return fits(atom.left) and fits(atom.right) and not any(compares_one_fact(atom, frozenset(sums)))  # type: ignore[arg-type]


def _only_of(operand: n.Operand, variable: str) -> bool:
    return all(node.name == variable for node in walk(operand) if isinstance(node, n.Variable))
