"""What was counted over an inventory, for people: outcomes, what is missing, which rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from licet.decide.table.counts import Tally, most
from licet.ir import policy as ir
from licet.names import printable

MOST, WIDEST = 10, 65


def render(policy: ir.Policy, tally: Tally) -> str:
    """A paragraph for each decision, then what is most often missing and which rules hold or are unknown most often."""
    lines: list[str] = []
    for decision in policy.decisions.values():
        rows = [(must, may, n) for (name, must, may), n in tally.outcomes.items() if name == decision.name]
        if rows:
            rank = decision.outcomes.index
            rows.sort(key=lambda row: (-rank(row[1]), -rank(row[0])))
            still_open = sum(n for must, may, n in rows if must != may)
            more = f", {still_open:,} not determined" if still_open else ""
            lines.append(f"{decision.name} of {sum(n for _, _, n in rows):,} {decision.entity}{more}")
            lines += _counts((must if must == may else f"{must} to {may}", n) for must, may, n in rows)
    for (type_,), number in tally.contradicted.items():
        lines.append(f"rules contradict each other for {number:,} of {tally.rows[type_]:,} {type_}")
    if tally.conflicts:
        said = {f"{term} of {of}: {values}, by {rules}": n for (of, term, values, rules), n in tally.conflicts.items()}
        lines += _counts(most(said, MOST))
    for kind, verdict in (("contradictions", "impossible"), ("doubts", "doubtful")):
        names = {name: n for (found, name), n in tally.checks.items() if found == kind}
        lines += _top(f"{verdict} facts", {_said(policy, name): n for name, n in names.items()})
    lines += _top("missing most often", {f"{fact} of {type_}": n for (type_, fact), n in tally.missing.items()})
    for status, words in (("holds", "hold"), ("unknown", "are unknown")):
        rules = {rule: n for (rule, found), n in tally.rules.items() if found == status}
        lines += _top(f"rules that {words} most often", rules)
    for kind, title in (("assumptions", "taken as complete"), ("unverified", "rules not read in the legal text")):
        lines += _top(title, {text: n for (found, text), n in tally.rests.items() if found == kind})
    return "".join(line + "\n" for line in lines)


def _said(policy: ir.Policy, check: str) -> str:
    return f"{check}: {policy.checks[check].because}" if check in policy.checks else check


def _top(title: str, counter: Mapping[str, int]) -> Iterator[str]:
    if counter:
        more = len(counter) - MOST
        yield title + (f", the first {MOST} of {len(counter)}" if more > 0 else "")
        yield from _counts(most(counter, MOST))


def _counts(rows: Iterable[tuple[Any, int]]) -> Iterator[str]:
    for words, number in ((printable(str(words)), number) for words, number in rows):
        yield f"{number:>13,}  {words if len(words) <= WIDEST else words[: WIDEST - 1] + '…'}"
