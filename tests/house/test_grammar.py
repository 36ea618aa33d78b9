"""The grammar is LALR(1) without conflicts, and no two terminals collide where both may stand."""

from __future__ import annotations

from licet.syntax.from_lark import TreeBuilder
from licet.syntax.from_text import TOP_WORDS
from licet.syntax.grammar import build


def test_strict() -> None:
    assert build(strict=True).rules


def test_every_production_is_built_into_a_tree() -> None:
    """A production without its method would leave a parse tree in the syntax tree."""
    missing = set()
    for rule in build().rules:
        name = str(rule.alias or rule.origin.name)
        kept = [s for s in rule.expansion if not getattr(s, "filter_out", False)]
        inlined = rule.options.expand1 and len(kept) == 1 and not rule.alias
        if not name.startswith("_") and not inlined and not hasattr(TreeBuilder, name):
            missing.add(name)

    assert missing <= {"item", "module_clause", "target"}, missing


def test_top_words_are_those_of_the_grammar() -> None:
    accepted = {rule.expansion[0].name for rule in build().rules if str(rule.origin.name) == "item"}

    assert set(TOP_WORDS) == accepted
