"""What changed between two policies, for a terminal: items, then decisions by side, then the moves of an inventory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from licet.names import printable
from licet.report.diff_outline import DecisionTold, DiffOutline, ItemTold, WitnessTold
from licet.report.explanation_words import sentence
from licet.report.wrapped import hanging
from licet.values import counted, first_of

_NAMED = 3  # subjects of a move, and items that bear on a decision


def render(told: DiffOutline, *, width: int = 80) -> str:
    """The whole of it, wrapped to `width` columns."""
    lines = [*_law(told), *_decisions(told), *_inventory(told)]
    return "\n".join(part for line in lines for part in _wrapped(line, width)) + "\n"


class _AsWritten(str):
    """A line of policy, which is not wrapped."""

    __slots__ = ()


def _wrapped(line: str, width: int) -> Sequence[str]:
    if isinstance(line, _AsWritten):
        return (printable(line),)
    return hanging(line, width, 2)


def _law(told: DiffOutline) -> Iterator[str]:
    yield told.law
    for item in told.items:
        yield from _item(item)
    if told.digest:
        yield f"  law digest {told.digest}, of both"


def _item(item: ItemTold) -> Iterator[str]:
    head = f"  {item.sign} {item.name}" + (f"  {item.remark}" if item.remark else "")
    yield f"{head}  [{item.cites}]" if item.cites else head
    yield from (f"      {limb}" for limb in item.limbs)


def _decisions(told: DiffOutline) -> Iterator[str]:
    for one in told.decisions:
        yield from _decision(one)
    if told.settled:
        yield told.settled
    if told.decisions:
        yield told.certainty


def _decision(one: DecisionTold) -> Iterator[str]:
    yield sentence(f"{one.name}. Looser: {one.looser}. Stricter: {one.stricter}.")
    if one.bearing:
        yield f"  bears on it   {first_of(one.bearing, _NAMED)}"
    if one.sure:
        yield f"  certainty     {one.sure}"
    if one.open:
        yield f"  not encoded   {first_of(one.open, _NAMED)}"
    for witness in one.witnesses:
        yield from _witness(witness)


def _witness(witness: WitnessTold) -> Iterator[str]:
    yield f"  {witness.side}: {witness.where}"
    for name, answer, stating in witness.answers:
        yield f"    {name}  {answer}" + (f"  {stating}" if stating else "")
    if witness.test:
        yield "    to paste beside the new rules:"
        yield from (_AsWritten(f"      {line}") for line in witness.test.split("\n"))


def _inventory(told: DiffOutline) -> Iterator[str]:
    if told.inventory:
        yield f"Inventory: {told.inventory}"
    yield from (f"  {only}" for only in told.only)
    before = ""
    for move in told.moves:
        if (head := f"  {move.decision}" + (f" ({move.place})" if move.place else "")) != before:
            yield head
            before = head
        yield f"    {move.kind}: {counted(move.rows, 'row')}"
        yield f"      {move.old} -> {move.new}"
        yield f"      {first_of(move.subjects, _NAMED, move.rows)}"
        yield from (f"      because: {why}" for why in move.because)
