"""Decisions as a text for a terminal: what matters of all of them, then a row for each subject."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from rich.console import Console
from rich.table import Table

from licet.decide.decision import NOTICE, Decision, Finding, Missing
from licet.decide.grounds.laws import DEFAULT, GAP, words
from licet.decide.named_members import naming
from licet.explain.from_decision import conflict_line, finding_line, unearned_line
from licet.ir.policy import Rule
from licet.names import printable
from licet.report.decision_cells import said
from licet.report.decision_overview import (
    SINCE,
    Help,
    as_read,
    by_band,
    by_outcome,
    consulted,
    helps,
    is_answered,
    is_open,
    names,
    rests,
    scores,
    summary,
)
from licet.report.decision_rows import rows, whole_rows
from licet.report.gravity import order
from licet.values import counted

FEW = 10  # subjects of which everything is shown
_ROWS = 16  # of all types together, on the first screen
_HELPS = 3  # facts, and pieces of law, on the first screen
_MOST = 10  # conflicts that are shown, and rules of one item that are named
_NARROWEST = 8  # columns of the words of a kind of fact
_READABLE = 100  # columns of a sentence
_HANGING = "  "  # before further lines of a kind of fact, or of law
_SECTION, _UNBROKEN = re.compile(r" (?=\d)"), "\N{NO-BREAK SPACE}"


def render(
    decisions: Sequence[Decision], *, width: int = 80, colour: bool = False, every: bool = True, command: str = ""
) -> str:
    """A table for each type of subject, below what is counted over all of them, and what the answers rest on.

    Of few subjects everything is shown. Of more, a line each, the gravest and the open ones first, of which without
    `every` only the first are shown: the others are counted, with the `command` that shows them.
    """
    page = _Page(width, colour=colour)
    types = dict.fromkeys(d.subject.type for d in decisions)
    groups = {type_: [d for d in decisions if d.subject.type == type_] for type_ in types}
    if len(decisions) <= FEW:
        for type_, group in groups.items():
            page.say(*summary(type_, group))
            if is_answered(group):
                page.show(whole_rows(group))
            page.say("")
        page.say(*_few_footer(decisions), NOTICE)
    else:
        _overview(page, groups, decisions, every=every)
        shown: list[Decision] = []
        told = [group for group in groups.values() if is_answered(group)]
        for place, group in enumerate(told):
            most = len(group) if every else max(1, (_ROWS - len(shown)) // (len(told) - place))
            shown += page.show_rows(sorted(group, key=order), most)
        page.say(*(_footer(decisions) if every else _marks(decisions, shown)))
        if not every:
            page.say("every row, and all that they rest on:")
            page.type(command)
        page.say(NOTICE)
    return page.text()


class _Page:
    """A text of a width, written from above."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = width
        self._out = io.StringIO()
        self._console = Console(
            file=self._out,
            width=width,
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def say(self, *lines: str, style: str = "") -> None:
        """Sentences, wrapped."""
        for line in lines:
            self._console.print(printable(line), style=style or None, width=min(self.width, _READABLE))

    def show(self, table: Table) -> None:
        self._console.print(table)

    def show_rows(self, group: Sequence[Decision], most: int) -> Sequence[Decision]:
        """The first of a type, which are returned, and how many others there are with which answers."""
        shown, left = group[:most], group[most:]
        self.show(rows(group, shown, self.width))
        if left:
            answers = "; ".join(f"{said(name)} {by_outcome(left, name)}" for name in names(left))
            self.say(f"and {len(left):,} more {group[0].subject.type}" + (f": {answers}" if answers else ""))
        self.say("")
        return shown

    def type(self, command: str) -> None:
        """What somebody may type, on a line of its own that is not broken."""
        self._console.print(f"  {printable(command)}", soft_wrap=True)

    def text(self) -> str:
        return "".join(line.rstrip() + "\n" for line in self._out.getvalue().splitlines())


# ---- above the rows


def _overview(page: _Page, groups: dict[str, list[Decision]], decisions: Sequence[Decision], *, every: bool) -> None:
    counts = ", ".join(f"{len(group):,} {type_}" for type_, group in groups.items())
    still_open = sum(map(is_open, decisions))
    told = f"some answer is open for {still_open:,}" if still_open else "every answer is determined"
    page.say(f"{counted(len(decisions), 'subject')} ({counts}), {told}", "")
    for type_, group in groups.items():
        head, *lines = summary(type_, group)
        page.say(head, style="bold")
        page.say(*lines)
        page.say(*(f"{said(name)}: {found}" for name in scores(group) if (found := by_band(group, name))))
        page.say("")
    wanted = helps(decisions)
    for title, is_law in (("what would help most", False), ("law that is open", True)):
        some = [one for one in wanted if one.is_law is is_law]
        if some:
            page.show(_helps(title, some if every else some[:_HELPS], page.width))
            if not every and some[_HELPS:]:
                page.say(f"and {len(some) - _HELPS:,} more")
            page.say("")
    if wanted:
        page.say("subjects: whose open answers it may narrow; only this: of which nothing else is missing", "")
    page.say(*rests(decisions), *_asked_and_read(decisions), "")


def _helps(title: str, some: Sequence[Help], width: int) -> Table:
    """How many answers each may narrow."""
    heads = ("subjects", "only this") if some[0].is_law else ("records", "subjects", "only this")
    room = max(_NARROWEST, width - sum(len(head) + 1 for head in heads) - 1)
    table = Table(box=None, padding=(0, 1, 0, 0), expand=False, header_style="bold")
    table.add_column(title, overflow="fold", max_width=room)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True, min_width=len(head))
    for one in some:
        numbers = (one.records, one.subjects, one.alone)[-len(heads) :]
        table.add_row(_called(one, room), *(f"{number:,}" for number in numbers))
    return table


def _called(one: Help, room: int) -> str:
    """Its name in full, and of what else is said of it as much as a line more has room for."""
    name = _SECTION.sub(_UNBROKEN, one.name)  # `EAR 744.2` stands on one line
    most = len(wrap(name, room, subsequent_indent=_HANGING)) + 1
    told = f"{name}: {one.note}" if one.note else name
    lines = wrap(told, room, subsequent_indent=_HANGING, max_lines=most, placeholder=" …")
    return "\n".join(printable(line.replace(_UNBROKEN, " ")) for line in lines)


# ---- below them


def _marks(decisions: Sequence[Decision], shown: Sequence[Decision]) -> Iterator[str]:
    """What a `*` in a row that is shown means, and what stands behind each `!`, also of the rows that are counted."""
    if any(not a.enforced for d in shown for a in d.answers):
        yield "* announced as not enforced on that date: the duty stands, see `licet explain`"
    clashes = list(dict.fromkeys(conflict_line(d.settled.policy, c) for d in decisions for c in d.conflicts))
    yield from (f"! {line}" for line in clashes[:_MOST])
    if len(clashes) > _MOST:
        yield f"! and {counted(len(clashes) - _MOST, 'more conflict')}"
    yield from _first([finding_line(one) for one in _checked(decisions, "impossible")], "! ")


def _footer(decisions: Sequence[Decision]) -> Iterator[str]:
    """All that the answers rest on, piece by piece."""
    yield from _marks(decisions, decisions)
    yield from _first([finding_line(one) for one in _checked(decisions, "doubtful")])
    yield from dict.fromkeys(f"rests on {line}" for d in decisions for line in d.assumptions)
    unverified = {r: d.settled.policy.rules[r] for d in decisions for r in d.unverified}
    if unverified:
        yield "rests on rules not read in the legal text: " + ", ".join(_called_together(unverified.values()))
    yield from _open_law(decisions)


def _called_together(rules: Iterable[Rule]) -> Iterator[str]:
    """The names of rules; of many that one item makes, as a table does, the item's and how many they are."""
    by_item: dict[str, list[str]] = {}
    for rule in rules:
        by_item.setdefault(rule.group, []).append(rule.called)
    for group, called in sorted(by_item.items(), key=lambda found: found[0].rsplit(".", 1)[-1]):
        many = f"{group.rsplit('.', 1)[-1]} ({counted(len(called), 'rule')})"
        yield from sorted(called) if len(called) <= _MOST else (many,)


def _few_footer(decisions: Sequence[Decision]) -> Iterator[str]:
    yield from _footer(decisions)
    yield from _asked_and_read(decisions)
    missing = Counter((m.fact, m.of[0]) for d in decisions for m in d.missing if m.law is None and m.decides)
    if missing:
        yield "most often missing: " + ", ".join(f"{fact} of {of} ({n})" for (fact, of), n in missing.most_common(3))


def _asked_and_read(decisions: Sequence[Decision]) -> Iterator[str]:
    if places := consulted(decisions):
        yield f"under the law of {places}; no other was asked"
    if days := as_read(decisions):
        yield f"{days}; {SINCE}"


def _open_law(decisions: Sequence[Decision]) -> Iterator[str]:
    gaps = {g.gap: g for d in decisions for g in d.not_encoded}
    names: dict[str, set[str]] = {}
    for of_one in (g for d in decisions for g in d.not_encoded):
        names.setdefault(of_one.gap, set()).update(of_one.names)
    for gap in sorted(gaps.values()):
        title = naming(gap.title, tuple(sorted(names[gap.gap])))
        yield f"not encoded here: {', '.join(gap.cites)}" + (f" ({title})" if title else "")
    found: dict[tuple[str, str], Missing] = {}
    leaves_open: dict[tuple[str, str], dict[str, None]] = {}
    for one in (m for d in decisions for m in d.missing if m.law and m.of[0] != GAP):
        found[one.of] = one
        leaves_open.setdefault(one.of, {}).update(dict.fromkeys((*(name for name, _ in one.answers), *one.decides)))
    for of, missing in sorted(found.items()):
        if of[0] == DEFAULT:
            yield unearned_line(decisions[0].settled.policy, missing, ", ".join(map(said, leaves_open[of])))
        else:
            known = words(missing.law) if missing.law is not None else ""
            name = f"{of[0]} {of[1]}, {missing.state}"
            yield f"law that is open: {name}" + (f" ({known})" if known else "")


def _checked(decisions: Sequence[Decision], verdict: str) -> list[Finding]:
    """The records that cannot be as they are, or hardly can."""
    found = dict.fromkeys(finding for decision in decisions for finding in decision.checked)
    return [one for one in found if one.verdict == verdict]


def _first(lines: Sequence[str], mark: str = "") -> Iterator[str]:
    yield from (mark + line for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield f"{mark}and {len(lines) - _MOST} more like this"
