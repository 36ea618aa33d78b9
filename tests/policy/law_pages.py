"""The pages of `docs/law`, a jurisdiction each: what of its law is encoded, as read when, and what is to be checked.

`python -m tests.policy.law_pages` writes them as the library is now.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

from licet.ir.policy import Policy, Provision, Rule
from licet.loading.policy_files import load_policy
from licet.report.explanation_words import place
from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "law"
INDEX = FOLDER / "README.md"
_AUTHORITY = re.compile(r'(?m)^  authority (\w+) "([^"]+)"')
_NOTE = (
    "Written from the policies by `python -m tests.policy.law_pages`; whoever finds it wrong mends the policy. "
    "No legal advice."
)
_HOW = {
    "verified": "read in the text, or in a copy of it",
    "secondary": "read in secondary sources only",
    "unverified": "from general knowledge",
}


def pages(policy: Policy) -> dict[Path, str]:
    """Each page by its path."""
    codes = sorted({r.jurisdiction for r in policy.rules.values() if r.jurisdiction}, key=place)
    made = {FOLDER / f"{_file(code)}.md": "\n".join(_page(policy, code)) + "\n" for code in codes}
    return {INDEX: "\n".join(_index(policy, codes)) + "\n", **made}


def _file(code: str) -> str:
    return place(code).lower().replace(" ", "-")


@cache
def _titles() -> dict[str, str]:
    texts = (path.read_text(encoding="utf-8") for path in sorted((ROOT / "policies").rglob("*.licet")))
    return {name: title for text in texts for name, title in _AUTHORITY.findall(text)}


def _of(policy: Policy, code: str) -> tuple[list[Provision], dict[str, Rule]]:
    """The declared provisions of a jurisdiction, and its rules by the name that an author wrote."""
    here = [one for one in policy.coverage if policy.modules[one.module].jurisdiction == code]
    return here, {r.group: r for _, r in sorted(policy.rules.items()) if r.jurisdiction == code and r.cites}


def _index(policy: Policy, codes: list[str]) -> Iterator[str]:
    yield "# The law, by jurisdiction\n"
    yield "What of each law is encoded, in part, not, or outside, as read when. " + _NOTE + "\n"
    yield "| jurisdiction | provisions: encoded, in part, not, outside | rules and duties | gaps | as read |"
    yield "| --- | --- | --- | --- | --- |"
    for code in codes:
        here, rules = _of(policy, code)
        counts = [sum(one.state == state for one in here) for state in ("encoded", "partly", "not encoded", "outside")]
        gaps = sum(rule.kind == "gap" for rule in rules.values())
        days = sorted({str(one.as_read) for one in here})
        read = " to ".join(dict.fromkeys((*days[:1], *days[-1:]))) or "not read"
        numbers = ", ".join(map(str, counts))
        link = f"[{place(code)}]({_file(code)}.md)"
        yield f"| {link} | {numbers} | {len(rules) - gaps} | {gaps} | {read} |"
    yield "\n## Dated lists that rules read\n"
    yield "| list | how it was read | source |\n| --- | --- | --- |"
    for _, found in sorted(policy.lists.items()):
        yield f"| {_cell(found.title)} | {_HOW.get(found.certainty, found.certainty)} | {_cell(found.source)} |"


def _page(policy: Policy, code: str) -> Iterator[str]:
    here, rules = _of(policy, code)
    yield f"# {place(code)}\n"
    yield (
        f"`licet decide FACTS --jurisdiction {code}` asks this law alone, `licet rule NAME` reads a rule aloud. "
        + _NOTE
    )
    for authority in dict.fromkeys(one.authority for one in here):
        yield from _authority(authority, [one for one in here if one.authority == authority], rules)
    undeclared = {cite.authority for rule in rules.values() for cite in rule.cites} - {one.authority for one in here}
    for authority in sorted(undeclared):
        yield f"\n## {_titles()[authority]} (`{authority}`)\n\nCited, and of no day: its text was not read.\n"
    yield from _to_check(rules)


def _authority(authority: str, provisions: list[Provision], rules: dict[str, Rule]) -> Iterator[str]:
    first = provisions[0]
    again = f"; to be read again by {first.as_read + timedelta(days=first.review)}" if first.review else ""
    yield f"\n## {_titles()[authority]} (`{authority}`)\n\nAs read on {first.as_read}{again}.\n"
    yield "| provision | state | rules, duties and gaps |"
    yield "| --- | --- | --- |"
    for one in provisions:
        by = [_named(group, rule) for group, rule in rules.items() if any(map(one.covers, rule.cites))]
        state = one.state + (f": {one.because}" if one.because else "")
        yield f"| {_cell(one.section)} | {_cell(state)} | {_cell('; '.join(by)) or 'none'} |"


def _named(group: str, rule: Rule) -> str:
    gap = "gap " if rule.kind == "gap" else ""
    days = [f"{word} {interval}" for word, some in rule.live.told.items() for interval in some]
    return f"{gap}`{group.rsplit('.', 1)[-1]}`" + (f" ({', '.join(days)})" if days else "")


def _to_check(rules: dict[str, Rule]) -> Iterator[str]:
    """Every rule with what was read of it, those first of which least was."""
    for certainty in ("unverified", "secondary", "verified"):
        found = {group: rule for group, rule in rules.items() if rule.certainty == certainty}
        if found:
            yield f"\n## {_HOW[certainty].capitalize()}\n"
            yield "| rule, duty or gap | what it is | cites | what was read |\n| --- | --- | --- | --- |"
        for group, rule in found.items():
            cites = ", ".join(dict.fromkeys(map(str, rule.cites)))
            notes = "; ".join(filter(None, (rule.certainty_note, *rule.notes)))
            cells = (f"`{group.rsplit('.', 1)[-1]}`", rule.title, cites, notes or "the text")
            yield f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def update() -> None:
    FOLDER.mkdir(exist_ok=True)
    made = pages(load_policy())
    for path in set(FOLDER.glob("*.md")) - made.keys():
        path.unlink()
    for path, text in made.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"written: {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    update()
