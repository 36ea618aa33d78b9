"""A class name of the engine means one thing, so that whoever searches for it finds that thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

ENGINE = ROOT / "engine" / "licet"
# Names that are taken twice, each with its reason. What leaves this table does not come back.
TWICE = {
    "Decision": "what a policy declares under this word (its class names are in the fingerprint of every policy), and "
    "what users get: an exported name",
    "Policy": "what engines read (the same), and the exported name around it, which has the verbs",
    "Row": "a row of a decision table as written, and of a relation, as a variable's value: the field's word for both",
    "Table": "a decision table as written, and the records of an entity in columns: the field's word for both",
}


def classes() -> Iterator[tuple[str, Path]]:
    for path in sorted(ENGINE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node.name, path.relative_to(ENGINE)


def is_pair(homes: list[Path]) -> bool:
    """One thing as it is written and as it is checked: a node of the syntax tree, and what the checker makes of it."""
    return sorted(home.parts[0] for home in homes) == ["ir", "syntax"]


def test_no_class_name_means_two_things() -> None:
    homes = defaultdict(list)
    for name, home in classes():
        homes[name].append(home)
    twice = {name for name, found in homes.items() if len(found) > 1 and not is_pair(found)}

    assert len(homes) > 500
    assert twice == set(TWICE), {name: homes[name] for name in twice ^ set(TWICE)}
