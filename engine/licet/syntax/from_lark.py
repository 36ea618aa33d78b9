"""Lark's parse tree to the syntax tree: every production of the grammar has its method here or in a sister file."""

from __future__ import annotations

from lark import v_args
from lark.tree import Meta

from licet.syntax import tree as t
from licet.syntax.builder import Children
from licet.syntax.from_lark_conditions import ConditionBuilder
from licet.syntax.from_lark_rules import RuleBuilder
from licet.syntax.from_lark_tables import TableBuilder
from licet.syntax.from_lark_tests import TestBuilder
from licet.syntax.from_lark_vocabulary import VocabularyBuilder


@v_args(meta=True)
class TreeBuilder(VocabularyBuilder, RuleBuilder, ConditionBuilder, TableBuilder, TestBuilder):
    """Builds the items of one parsed text."""

    def start(self, _meta: Meta, children: Children) -> tuple[t.Item, ...]:
        return tuple(children)
