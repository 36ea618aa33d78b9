"""The pages are the specification: every production and every node stands in one."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from lark import Tree, UnexpectedInput

from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.loading.policy_files import check_files
from licet.syntax.grammar import build, parser
from tests.language.cases import cases

_BLOCK = re.compile(r"^```licet[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_UNION_MEMBERS = (*n.Formula.__args__, *n.Operand.__args__, n.Each)  # type: ignore[attr-defined]
_EFFECTS = ir.Effect.__args__  # type: ignore[attr-defined]


def texts() -> list[str]:
    return ["".join(_BLOCK.findall(case.text)) for case in cases() if "/good/" in str(case.path)]


def productions(text: str) -> set[str]:
    try:
        tree = parser().parse(text, start="start")
    except UnexpectedInput:
        return set()
    return {str(sub.data) for sub in tree.iter_subtrees() if isinstance(sub, Tree)}


def node_types(value: Any, found: set[type], seen: set[int] | None = None) -> set[type]:
    """The types within a value; what several nodes share, such as the rows of a table, is gone through once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return found
    seen.add(id(value))
    if is_dataclass(value) and not isinstance(value, type):
        found.add(type(value))
        for field in fields(value):
            if field.name != "span":
                node_types(getattr(value, field.name), found, seen)
    elif isinstance(value, tuple | list):
        for part in value:
            node_types(part, found, seen)
    elif isinstance(value, dict):
        for part in value.values():
            node_types(part, found, seen)
    return found


def test_every_production_stands_in_a_page() -> None:
    all_ = set()
    for rule in build().rules:
        name = str(rule.alias or rule.origin.name)
        kept = [s for s in rule.expansion if not getattr(s, "filter_out", False)]
        inlined = rule.options.expand1 and len(kept) == 1 and not rule.alias
        if not name.startswith("_") and not inlined:
            all_.add(name)
    seen = {name for text in texts() for name in productions(text)}
    missing = {name for name in all_ - seen if name not in ("item", "module_clause", "target")}
    print(f"{len(all_ - missing)} of {len(all_)} productions stand in the pages")

    assert not missing, sorted(missing)


def test_every_node_stands_in_a_page(tmp_path: Path) -> None:
    """Each page is checked with what it uses of the library."""
    found: set[type] = set()
    page = tmp_path / "page.licet"
    for text in filter(None, texts()):
        page.write_text(text, encoding="utf-8")
        policy = check_files([page]).policy
        for items in (policy.rules.values(), policy.tests, policy.properties):
            node_types([item for item in items if item.span and item.span.source.name == str(page)], found)
    wanted = {*_UNION_MEMBERS, *_EFFECTS}
    missing = {t.__name__ for t in wanted - found if t is not n.Constant}  # only errors make constants
    print(f"{len(wanted) - len(missing)} of {len(wanted)} node types stand in the pages")

    assert not missing, sorted(missing)
