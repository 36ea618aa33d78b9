"""Facts as JSON: exact, canonical, and the same for the same facts only."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import rfc8785
from hypothesis import given, settings

from licet.facts.inventory.document import facts_document
from licet.facts.store import Facts, Opening, Record, Subject
from licet.values import Range, State
from tests.examples import examples
from tests.run.worlds import worlds

FACTS = Facts(
    {
        "Party": {
            "\U0001f600": Record({"yes": True, "name": "2", "number": Fraction(3, 2)}),
            "\uff5e": Record({"since": date(2026, 1, 2), "share": Range(Fraction(1, 2), None)}),
            "b": Record({"yes": State.ABSENT, "name": State.UNDETERMINED, "number": State.NOT_APPLICABLE}),
        },
        "Ship": {},
    },
    {"owns": (Record({"of": frozenset({"b", "a"})}), Record({"of": frozenset()})), "none": ()},
    date(2026, 11, 20),
    {"owns": (Opening((), None), Opening((("owner", "b"),), Subject("Party", "b"))), "Ship": ()},
    frozenset({("holidays", date(2026, 1, 1)), ("arms", "XX")}),
)


def test_what_it_is_like() -> None:
    document = facts_document(FACTS)

    assert document == {
        "schema": "licet/facts/1",
        "as_of": "2026-11-20",
        "entities": {
            "Party": {
                "\U0001f600": {"yes": True, "name": "2", "number": "3/2"},
                "\uff5e": {"since": "2026-01-02", "share": {"at_least": "1/2"}},
                "b": {"name": {"state": "undetermined"}, "number": {"state": "not_applicable"}},
            }
        },
        "relations": {"owns": [{"of": ["a", "b"]}, {"of": []}]},
        "opened": {"owns": [{"facts": {"owner": "b"}, "of": "Party/b"}, {"facts": {}, "of": None}], "Ship": []},
        "members": [["arms", "XX"], ["holidays", "2026-01-01"]],
    }
    assert list(document["entities"]["Party"]) == ["b", "\U0001f600", "\uff5e"]  # by UTF-16, as RFC 8785 sorts


@settings(max_examples=examples(100))
@given(worlds())
def test_the_order_of_facts_is_not_in_it(facts: Facts) -> None:
    turned = Facts(
        {type_: dict(reversed(records.items())) for type_, records in reversed(facts.entities.items())},
        {name: rows[::-1] for name, rows in facts.relations.items()},
        facts.as_of,
        facts.opened,
        facts.members,
    )
    written = rfc8785.dumps(facts_document(facts))

    assert rfc8785.dumps(facts_document(turned)) == written
    assert len(written) > 100
