"""What changed between two policies in Markdown, for a pull request: tables of verdicts and moves, worlds folded away.

A comment of a host holds 65,536 characters; this is below 60,000, and says what it leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from licet.decide.decision import NOTICE
from licet.names import printable
from licet.report.diff_outline import DiffOutline, ItemTold, MoveTold, WitnessTold
from licet.report.escapes import code_for_markdown, for_markdown
from licet.report.explanation_words import sentence
from licet.values import counted, first_of

MARK = "<!-- licet diff -->"  # by which a recipe finds its own comment again
_ROOM = {"items": 20_000, "decisions": 10_000, "moves": 12_000, "worlds": 15_000}  # characters
_MOVES = 20
_NAMED = 3  # subjects of a move, and items that bear on a decision
_LESS = "everything is in `--format json`"


def render(told: DiffOutline) -> str:
    """The whole of it, in less than 60,000 characters."""
    paragraphs = [MARK, f"## {for_markdown(told.law)}"]
    if told.items:
        paragraphs.append("\n".join(_within([_item(item) for item in told.items], "items", "item")))
    if told.digest:
        paragraphs.append(f"Law digest `{told.digest}`, of both.")
    paragraphs += _decisions(told)
    if told.inventory:
        paragraphs += _inventory(told)
    paragraphs.append(f"This is {NOTICE}.")
    return "\n\n".join(paragraphs) + "\n"


def _item(item: ItemTold) -> str:
    head = f"- {for_markdown(item.sign)} {code_for_markdown(item.name)}" + (
        f" {for_markdown(item.remark)}" if item.remark else ""
    )
    head += f" ({for_markdown(item.cites)})" if item.cites else ""
    return "\n".join([head, *(f"  - {for_markdown(limb)}" for limb in item.limbs)])


def _decisions(told: DiffOutline) -> Iterator[str]:
    rows = [
        (*map(_cell, (sentence(one.name), one.looser, one.stricter)), _some(one.bearing, len(one.bearing)))
        for one in told.decisions
    ]
    if rows:
        yield _table(("Decision", "Looser", "Stricter", "What bears on it"), rows, "decisions", "decision")
    if told.settled:
        yield for_markdown(told.settled)
    if rows:
        yield for_markdown(told.certainty)
    for one in told.decisions:
        if one.sure:
            yield for_markdown(f"{sentence(one.name)}: {one.sure}.")
        if one.open:
            yield f"{for_markdown(sentence(one.name))}, not encoded: {_some(one.open, len(one.open))}."
    worlds = [_world(one.name, witness) for one in told.decisions for witness in one.witnesses]
    if worlds:
        yield "\n\n".join(_within(worlds, "worlds", "world"))


def _world(decision: str, witness: WitnessTold) -> str:
    """A world, folded; what is to be pasted stands in a fence that is longer than any within."""
    head = f"{sentence(decision)}, {witness.side}"
    lines = [f"{name}: {answer}" + (f" ({stating})" if stating else "") for name, answer, stating in witness.answers]
    parts = [f"<details><summary>{head}</summary>", f"{for_markdown(sentence(witness.where))}:"]
    parts.append("\n".join(f"- {for_markdown(line)}" for line in lines))
    if witness.test:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", witness.test)), default=0))
        written = "\n".join(printable(line) for line in witness.test.split("\n"))
        parts += ["To paste beside the new rules:", f"{fence}\n{written}\n{fence}"]
    return "\n\n".join([*parts, "</details>"])


_HEADS = ("Decision", "Law of", "Move", "From", "To", "Rows", "Subjects", "Because")


def _inventory(told: DiffOutline) -> Iterator[str]:
    yield f"### {for_markdown(f'Inventory: {told.inventory}')}"
    if told.only:
        yield "\n".join(f"- {for_markdown(only)}" for only in told.only)
    rows = [_move(move) for move in told.moves[:_MOVES]]
    if rows:
        yield _table(_HEADS, rows, "moves", "kind of move")
    if len(told.moves) > _MOVES:
        yield f"And {counted(len(told.moves) - _MOVES, 'kind of move', 'kinds of moves')} more: {_LESS}."


def _move(move: MoveTold) -> tuple[str, ...]:
    said = (sentence(move.decision), move.place or "all", move.kind, move.old, move.new, f"{move.rows:,}")
    return (*map(_cell, said), _some(move.subjects, move.rows), _cell("; ".join(move.because)))


# ---- Markdown


_cell = partial(for_markdown, in_table=True)


def _some(names: Sequence[str], of: int) -> str:
    return first_of([code_for_markdown(name, in_table=True) for name in names], _NAMED, of)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], part: str, what: str) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(
        [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |", *_within(lines, part, what)]
    )


def _within(blocks: Sequence[str], part: str, what: str) -> list[str]:
    """As many as there is room for, and how many are left out."""
    taken, room = list[str](), _ROOM[part]
    for block in blocks:
        room -= len(block) + 2
        if room < 0:
            row = part in ("decisions", "moves")
            left = f"{counted(len(blocks) - len(taken), what)} left out: {_LESS}"
            return [*taken, f"| {left} |" if row else f"- {left}." if part == "items" else f"{left}."]
        taken.append(block)
    return taken
