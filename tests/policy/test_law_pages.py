"""The pages of `docs/law` say what the library says, and nothing is left of a jurisdiction that went."""

from __future__ import annotations

from licet.ir.policy import Policy
from tests.policy.law_pages import FOLDER, INDEX, pages


def test_the_pages_are_as_the_library_is(library: Policy) -> None:
    made = pages(library)
    kept = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(path.name for path in made.keys() | kept.keys() if made.get(path) != kept.get(path))
    assert stale == [], "run `python -m tests.policy.law_pages` and review the diff"


def test_each_jurisdiction_each_provision_and_each_rule_has_a_line(library: Policy) -> None:
    made = pages(library)
    text = "".join(made.values())
    named = {rule.group.rsplit(".", 1)[-1] for rule in library.rules.values() if rule.jurisdiction and rule.cites}

    assert len(made) == 1 + len({rule.jurisdiction for rule in library.rules.values() if rule.jurisdiction})
    assert [path.name for path in made if path != INDEX and f"({path.name})" not in made[INDEX]] == []
    declared = [one.section for one in library.coverage if library.modules[one.module].jurisdiction]
    assert [section for section in declared if f"| {section} |" not in text] == []
    assert [name for name in named if f"| `{name}` |" not in text] == []
    assert [found.title for found in library.lists.values() if f"| {found.title} |" not in made[INDEX]] == []
