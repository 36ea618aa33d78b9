"""The engine does not know what the library is about: its words stand in policies, and in the one room `release`.

Read are the names and texts of the code. Examples are told apart by where they stand: docstrings, which are the help of
commands too, and the `help` of an option may speak of transfers, as the README does; a message may not.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from licet.ir.policy import Policy
from tests.conftest import ROOT

ENGINE = ROOT / "engine" / "licet"
ROOM = "release"
# What the library says in one ordinary word; whatever it joins of several, as `training_compute`, is read from it.
ORDINARY = {
    *("transfer", "transfers", "model", "models", "party", "parties", "licence", "licences", "audit", "audits"),
    *("consignee", "recipient", "destination", "destinations", "export", "exports", "eccn", "lineage", "weights", "US"),
}
# An item is what a policy is made of, long before the library had one that is transferred.
OF_POLICIES = {"Item"}
# What speaks of it all the same, each with its reason. What leaves this table does not come back.
ELSEWHERE = {
    # The closure of a relation up to a flag has no words in the language yet: two functions are of one relation.
    "ir/builtins.py": {"Model", "derived_from", "lineage", "model", "models", "weights_published"},
    "explain/words.py": {"lineage", "model", "models"},
    # The commands and the verb that hand over to the room.
    "api.py": {"destinations", "models"},
    "cli/audit_status.py": {"audit", "audit_status"},
    "cli/gate.py": {"model"},  # as what `--of` names is called besides
    "cli/licences.py": {"licence", "licences"},
    "cli/main.py": {"audit_status", "licences"},
    "cli/matrix.py": {"destination", "destinations", "model", "models", "transfer"},
    "changes/solver/solvers.py": {"model"},  # as z3 calls what satisfies a text
    # Countries, which are of no domain.
    "ir/countries.py": {"US"},
    "ir/places.py": {"US"},
}
_WORD = re.compile(r"\w+")


def words_of(library: Policy) -> set[str]:
    """Its entities, and what else has a name of several words."""
    fields = [f for owner in library.entities.values() for f in owner.fields]
    columns = [p for relation in library.relations.values() for p in relation.parameters]
    named = (*library.relations, *library.decisions, *library.scores, *library.lists, *fields, *columns)
    return ({*library.entities, *(name for name in named if "_" in name)} | ORDINARY) - OF_POLICIES


def examples_in(tree: ast.Module) -> set[ast.AST]:
    """The texts that show something to people."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            first = node.body[0]
            assert isinstance(first, ast.Expr)
            found.add(first.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("click.option", "click.argument"):
            found |= {part for k in node.keywords if k.arg == "help" for part in ast.walk(k.value)}
    return found


def said_in(path: Path) -> Iterator[tuple[str, int]]:
    """Every word of the code of a module, with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    examples = examples_in(tree)
    for node in ast.walk(tree):
        texts: tuple[str | None, ...] = ()
        match node:
            case ast.Constant(value=str(text)) if node not in examples:
                texts = tuple(_WORD.findall(text))
            case ast.Name(id=text) | ast.Attribute(attr=text) | ast.arg(arg=text) | ast.keyword(arg=text):
                texts = (text,)
            case ast.FunctionDef(name=text) | ast.ClassDef(name=text):
                texts = (text,)
            case ast.alias(name=text, asname=other):
                texts = (*text.split("."), other)
        yield from ((text, getattr(node, "lineno", 0)) for text in texts if text)


def test_only_one_room_knows_what_the_library_is_about(library: Policy) -> None:
    words = words_of(library)
    assert {"Transfer", "training_compute", "derived_from", "audit_status"} <= words
    found: dict[str, set[str]] = {}
    places = []
    for path in sorted(ENGINE.rglob("*.py")):
        module = path.relative_to(ENGINE).as_posix()
        said = [(word, line) for word, line in said_in(path) if word in words]
        if said and not module.startswith(f"{ROOM}/"):
            found[module] = {word for word, _ in said}
            strange = sorted({(word, line) for word, line in said if word not in ELSEWHERE.get(module, ())})
            places += [f"{module}:{line}: {word}" for word, line in strange]

    assert not places, "\n".join(places)
    assert found == ELSEWHERE, "what is said no longer leaves the table"


def test_a_leak_is_seen_and_an_example_is_none(tmp_path: Path) -> None:
    code = '"""A Transfer."""\nimport click\n@click.option("--of", help="A Party.")\ndef f(model: str) -> str:\n'
    (tmp_path / "m.py").write_text(code + '    """Of a Model."""\n    return f"write `{model}: Licence`"\n', "utf-8")
    said = {word for word, _ in said_in(tmp_path / "m.py")}

    assert {"model", "Licence"} <= said
    assert not {"Transfer", "Party", "Model"} & said
