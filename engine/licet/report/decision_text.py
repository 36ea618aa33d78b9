"""Decisions as a table for a terminal of 80 columns."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from rich.console import Console
from rich.table import Table

from licet.decide.coarse import COARSE
from licet.decide.decision import Answer, Decision, Missing, ScoreResult
from licet.decide.divisors import IN_ZERO, ZERO
from licet.decide.laws import DEFAULT, GAP, words
from licet.explain.from_decision import conflict_line, finding_line
from licet.ir.policy import COMMON
from licet.names import printable
from licet.values import format_number

NOTICE = "not legal advice"
SINCE = "what changed since is not known here"
_MOST = 10  # conflicts that are shown


def render(decisions: Sequence[Decision], *, width: int = 80, colour: bool = False) -> str:
    """A table for each type of subject, and a summary."""
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colour, no_color=not colour, highlight=False, markup=False, emoji=False
    )
    for type_ in dict.fromkeys(d.subject.type for d in decisions):
        group = [d for d in decisions if d.subject.type == type_]
        for line in _summary(type_, group):
            console.print(printable(line))
        console.print(_table(group))
        console.print()
    for line in _footer(decisions):
        console.print(printable(line), soft_wrap=False)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _table(group: Sequence[Decision]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), expand=False)
    table.add_column("id", no_wrap=True, overflow="ellipsis", max_width=20)
    dated = len({d.as_of for d in group}) > 1
    if dated:
        table.add_column("as of", no_wrap=True)
    names = list(dict.fromkeys(o.decision for d in group for o in d.overall))
    scores = list(dict.fromkeys(s.score for d in group for s in d.scores))
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold", max_width=20)
    for name in scores:
        table.add_column(name.replace("_", " "), overflow="fold", max_width=11)
    if len(names) == 1:
        table.add_column("why", overflow="fold", ratio=1)
    for decision in group:
        cells = [decision.subject.id]
        if dated:
            cells.append(str(decision.as_of or "unknown"))
        cells += [_outcome(decision, name) for name in names]
        cells += [_score(decision, name) for name in scores]
        if len(names) == 1:
            cells.append(_why(decision, names[0]))
        table.add_row(*map(printable, cells))
    return table


def said(outcome: str) -> str:
    """An outcome in words."""
    return outcome.replace("_", " ")


def _outcome(decision: Decision, name: str) -> str:
    overall = next((o for o in decision.overall if o.decision == name), None)
    if overall is None:
        return "-"
    mark = "" if all(a.enforced for a in decision.answers if a.decision == name) else " *"
    mark += " !" if decision.conflicts or decision.contradictions else ""
    text = said(overall.must) if overall.must == overall.may else f"{said(overall.must)} to {said(overall.may)}"
    return text + mark


def _score(decision: Decision, name: str) -> str:
    score = next((s for s in decision.scores if s.score == name), None)
    return "-" if score is None else score_text(score)


def score_text(score: ScoreResult) -> str:
    """`40 medium`, `20-60 low to medium`."""
    low, high = format_number(score.low), format_number(score.high)
    numbers = low if low == high else f"{low}-{high}"
    bands = score.bands[0] if len(score.bands) == 1 else f"{score.bands[0]} to {score.bands[-1]}" if score.bands else ""
    return f"{numbers} {bands}".strip()


def _why(decision: Decision, name: str) -> str:
    """The rules that decided, or what is missing, in a few words."""
    asked = [m for m in decision.missing if name in m.decides]
    if asked:
        day = decision.settled.policy.entities[decision.subject.type].day
        first = min(asked, key=lambda m: (m.of, m.fact) != (decision.subject, day))  # the day decides about most
        more = len(asked) - 1
        return _asked(first) + (f" and {more} more" if more else "")
    answers = [a for a in decision.answers if a.decision == name]
    rules = decision.settled.policy.rules
    called = [rules[id_].called for a in answers for id_ in deciding(a)]
    return ", ".join(dict.fromkeys(said(name) for name in called)) or "no rule applies"


def _asked(missing: Missing) -> str:
    """`missing: training compute of m`; of law `unconfirmed: affiliate_50`."""
    if missing.state in (ZERO, IN_ZERO):
        return f"divided by zero: {said(missing.fact)} of {missing.of[1]}"
    if missing.state == COARSE:
        return f"{COARSE}: {said(missing.fact)} of {missing.of[1]}"
    if missing.law is None:
        return f"missing: {said(missing.fact)} of {missing.of[1]}"
    if missing.of[0] == GAP:
        return f"not encoded here: {', '.join(missing.law.cites)}"
    if missing.of[0] == DEFAULT:
        return "not earned: what is so where no rule concludes"
    return f"{re.split(' since | before ', missing.state)[0]}: {missing.of[0]} {missing.of[1].rsplit('.', 1)[-1]}"


def deciding(answer: Answer) -> list[str]:
    """The rules that hold, or may, by id."""
    wanted = ("holds",) if answer.determined else ("holds", "unknown")
    return [line.id for line in answer.rules if line.status in wanted]


def _summary(type_: str, group: Sequence[Decision]) -> list[str]:
    lines = [f"{type_} ({len(group)})"]
    for name in dict.fromkeys(o.decision for d in group for o in d.overall):
        counts: Counter[str] = Counter()
        for decision in group:
            for o in decision.overall:
                if o.decision == name:
                    counts[said(o.must) if o.must == o.may else "not determined"] += 1
        parts = ", ".join(f"{number} {outcome}" for outcome, number in counts.most_common())
        lines.append(f"{name.replace('_', ' ')}: {parts}")
    contradicted = sum(bool(decision.conflicts) for decision in group)
    if contradicted:
        lines.append(f"conflicts: in {contradicted} of {len(group)}, marked !, see below")
    impossible = sum(bool(decision.contradictions) for decision in group)
    if impossible:
        lines.append(f"facts that cannot be: in {impossible} of {len(group)}, marked !, see below")
    return lines


def _footer(decisions: Sequence[Decision]) -> list[str]:
    lines = []
    if any(not a.enforced for d in decisions for a in d.answers):
        lines.append("* announced as not enforced on that date: the duty stands, see `licet explain`")
    clashes = list(dict.fromkeys(conflict_line(d.settled.policy, c) for d in decisions for c in d.conflicts))
    lines += [f"! {line}" for line in clashes[:_MOST]]
    if len(clashes) > _MOST:
        lines.append(f"! and {len(clashes) - _MOST} more conflicts")
    lines += _checked(decisions)
    lines += list(dict.fromkeys(f"rests on {line}" for d in decisions for line in d.assumptions))
    unverified = sorted({d.settled.policy.rules[r].called for d in decisions for r in d.unverified})
    if unverified:
        lines.append("rests on rules not read in the legal text: " + ", ".join(unverified))
    for gap in sorted({g.gap: g for d in decisions for g in d.not_encoded}.values()):
        lines.append(f"not encoded here: {', '.join(gap.cites)}" + (f" ({gap.title})" if gap.title else ""))
    for law in sorted({m.of[1]: m for d in decisions for m in d.missing if m.law and m.of[0] != GAP}.values()):
        known = words(law.law) if law.law is not None else ""
        if law.of[0] == DEFAULT:
            names = dict.fromkeys([*(name for name, _ in law.answers), *law.decides])
            lines.append(f"the default of {', '.join(map(said, names))} is not earned: {known}")
            continue
        lines.append(f"law that is open: {law.of[0]} {law.of[1]}, {law.state}" + (f" ({known})" if known else ""))
    consulted = _consulted(decisions)
    if consulted:
        lines.append(f"under the law of {consulted}; no other was asked")
    read: dict[str, date] = {}
    for decision in decisions:
        read.update(decision.as_read)
    if read:
        lines.append(", ".join(f"{authority} as read {day}" for authority, day in sorted(read.items())) + f"; {SINCE}")
    missing = Counter((m.fact, m.of[0]) for d in decisions for m in d.missing if m.law is None and m.decides)
    if missing:
        top = ", ".join(f"{fact} of {type_} ({n})" for (fact, type_), n in missing.most_common(3))
        lines.append(f"most often missing: {top}")
    lines.append(NOTICE)
    return lines


def _checked(decisions: Sequence[Decision]) -> list[str]:
    """The records that cannot be as they are, marked, and those that hardly can be."""
    found = dict.fromkeys(finding for decision in decisions for finding in decision.checked)
    lines = [f"! {finding_line(one)}" for one in found if one.verdict == "impossible"]
    doubts = [finding_line(one) for one in found if one.verdict == "doubtful"]
    for some in (lines, doubts):
        more = len(some) - _MOST
        if more > 0:
            some[_MOST:] = [f"{'! ' if some is lines else ''}and {more} more like this"]
    return [*lines, *doubts]


def _consulted(decisions: Sequence[Decision]) -> str:
    """The jurisdictions under which each decision was asked: `US (licensing), EU (systemic risk)`."""
    asked: dict[str, dict[str, None]] = {}
    for decision in decisions:
        for answer in decision.answers:
            if answer.jurisdiction != COMMON:
                asked.setdefault(answer.jurisdiction, {})[said(answer.decision)] = None
    return ", ".join(f"{place} ({', '.join(asked[place])})" for place in sorted(asked))
