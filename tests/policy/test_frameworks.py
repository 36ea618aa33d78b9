"""Coverage of frameworks stands apart: no other rule, check or duty reads it, so that no answer of law hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from licet.ir.policy import Policy
from licet.ir.walk import walk

HOME = "practice.frameworks"
# What a rule would have to name to read any of it.
APART = {
    *("Framework", "Requirement", "Evidence", "Document", "Training", "Assignment", "recorded_completely"),
    *("coverage", "evidence_state"),
}


def named_in(part: Any) -> Iterator[str]:
    """Every text in a node, whatever it is there: the name of an entity, a relation, a decision, a type."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple | list | frozenset):
        for one in part:
            yield from named_in(one)
    elif is_dataclass(part):
        for field in fields(part):
            yield from named_in(getattr(part, field.name))


def readers(policy: Policy) -> dict[str, set[str]]:
    """The rules and checks that name something of it, each with what they name."""
    parts = {
        **{rule.id: [rule.body, *rule.effects, rule.entity] for rule in policy.rules.values()},
        **{check.id: [check.body, check.entity] for check in policy.checks.values()},
        **{property_.id: [property_.when, property_.then] for property_ in policy.properties},
    }
    return {id_: found for id_, read in parts.items() if (found := APART & set(named_in(read)))}


def test_no_other_rule_reads_it(library: Policy) -> None:
    found = readers(library)

    assert {id_ for id_ in found if not id_.startswith(f"{HOME}.")} == set()
    assert len(found) > 10  # and those at home are seen


def test_what_it_reads_is_seen(library: Policy) -> None:
    rule = library.rules[f"{HOME}.out_of_date"]

    assert rule.body is not None
    assert any(type(node).__name__ == "Member" for node in walk(rule.body))
    assert {"coverage", "Requirement"} <= readers(library)[rule.id]
