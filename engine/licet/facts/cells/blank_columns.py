"""Columns whose blank cells say *not applicable*, and which no file has: nobody may have meant to say that."""

from __future__ import annotations

from collections.abc import Iterator

from licet.diagnostics import Diagnostic
from licet.facts.inventory.merge_yaml import Places
from licet.facts.tables import Tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.walk import parts_of, walk


def blank_columns(tables: Tables, policy: ir.Policy, places: Places) -> Iterator[Diagnostic]:
    """A warning for each relation in tables that lacks such columns in every row, of which rules read some.

    Of fields of entities nothing is said: few records have all, and few files a column for each. What is written record
    by record, in YAML, leaves out what does not apply.
    """
    read = _read(policy)
    for table in tables.relations.values():
        names = [name for name in ir.blanks(policy.relations[table.name].parameters) if (table.name, name) in read]
        lacking = [name for name in names if not places.gives(table.name, name)]
        first = places.first_of_tables(table.name)
        if lacking and first is not None:
            said = ", ".join(f"`{name}`" for name in lacking)
            rows = "its only row" if table.length == 1 else f"all {table.length:,} rows"
            yield Diagnostic(
                "W014",
                f"{said} of {table.name}: no such column, and so not applicable in {rows}",
                first,
                help="if that is meant, add the column and leave its cells empty",
                severity="warning",
            )


def _read(policy: ir.Policy) -> set[tuple[str, str]]:
    """The fields that rules and checks read, by owner and name."""
    conditions = [part for rule in policy.rules.values() for part in parts_of(rule)]
    conditions += [check.body for check in policy.checks.values()]
    fields = (node for part in conditions for node in walk(part) if isinstance(node, n.FieldOf))
    return {(node.base.type.name, node.name) for node in fields if not isinstance(node.base, n.AsOf)}
