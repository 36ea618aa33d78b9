"""Which table of an inventory is read batch by batch, though rules may ask for others of its rows: running totals."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from licet.decide.table.batches import decidable_types, streamable_types
from licet.facts.inventory.row_errors import Reject
from licet.facts.inventory.split import Inventory, Split, split_inventory
from licet.facts.inventory.stream import ROWS_PER_BATCH, NotUsableError, TableStream
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import bearing_rules
from licet.ir.remembered import by_policy
from licet.ir.rewrite import renamed
from licet.ir.walk import parts_of
from licet.plan.bits import SELF
from licet.run.columnar.batch import is_named
from licet.run.columnar.held_rows import NotKnownError
from licet.run.columnar.others import asks, is_guarded, sums_alone
from licet.run.columnar.summing import Summing

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
    resident = split.held.tables
    if stream.sheet.once:
        return "it can be read only once"
    try:
        with Summing(policy, resident, stream.name, _asked_otherwise(policy, stream.name)) as summing:
            for table, numbers in stream.numbered():
                summing.add(table, numbers)
            sums = summing.sums()
            if summing.is_open():
                for table, numbers in stream.numbered():
                    summing.take(table, numbers)
            held = summing.held(sums.columns)
    except NotKnownError as error:
        return str(error)
    except NotUsableError:
        return "something is wrong with it"
    if held is None:
        stream.further = sums.columns
        _LOG.info("%s is read twice: rules sum over it", stream.name)
        return None
    stream.held_rows, place = held
    stream.further = lambda numbers: {**sums.columns(numbers), **place(numbers)}
    rows = f"{stream.held_rows.length:,}"
    _LOG.info(
        "%s is read twice: rules sum over it; %s rows of it are held for some that ask for them", stream.name, rows
    )
    return None


@by_policy
def only_sums(policy: ir.Policy, entity: str) -> bool:
    """Whether rules and checks ask for all records of an entity, which no other names, and only to sum what is earlier
    than one, in comparisons of their conditions; or of some records, which a condition on their own facts chooses.
    """
    rules = [rule for rule in bearing_rules(policy) if any(asks(part, entity) for part in parts_of(rule))]
    checks = [check for check in policy.checks.values() if asks(check.body, entity)]
    if is_named(policy, entity) or not (rules or checks):
        return False
    return all(_only_sums(policy, rule, entity) for rule in rules) and all(
        check.entity == entity and sums_alone(check.body, check.variable, entity) for check in checks
    )


@by_policy
def _asked_otherwise(policy: ir.Policy, entity: str) -> Mapping[str, tuple[ir.Live, n.Formula]]:
    """The conditions of rules that ask for others of its records by more than running totals, about a record called
    `SELF`; by the rules' names.
    """
    return {
        rule.name: (rule.live, renamed(rule.body, rule.variable, SELF))
        for rule in bearing_rules(policy)
        if rule.body is not None and asks(rule.body, entity) and not sums_alone(rule.body, rule.variable, entity)
    }


def _only_sums(policy: ir.Policy, rule: ir.Rule, entity: str) -> bool:
    if rule.entity != entity or rule.body is None:
        return False
    if any(asks(part, entity) for part in parts_of(rule) if part is not rule.body):
        return False
    return is_guarded(policy, rule.live, rule.body, rule.variable, entity)
