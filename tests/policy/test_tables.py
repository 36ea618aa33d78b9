"""Facts in columns say the same as facts in records."""

from __future__ import annotations

from hypothesis import given

from licet.facts.store import Facts
from licet.facts.tables import facts_from_tables, tables_from_facts
from tests.run.worlds import VOCABULARY, compiled, worlds

POLICY = compiled(VOCABULARY)


@given(worlds())
def test_columns_and_records_say_the_same(facts: Facts) -> None:
    assert POLICY is not None
    back = facts_from_tables(tables_from_facts(facts, POLICY))
    assert {name: dict(records) for name, records in back.entities.items()} == facts.entities
    assert dict(back.relations) == facts.relations
    assert back.opened == facts.opened
