"""What changed between two policies, for a terminal: items, then decisions by side, then the moves of an inventory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from licet.changes.items import VOCABULARY, LawItem
from licet.changes.law import law_digest
from licet.changes.limbs import ChangedLimb
from licet.changes.moves import InventoryMoves, Move
from licet.changes.sides import SIDES, ChangeWitness, DecisionFound, PolicyDiff, SideFound
from licet.names import printable
from licet.report.explanation_words import shorter
from licet.report.wrapped import wrapped
from licet.values import counted

_LONGEST = 200  # characters of a limb
_NAMED = 3  # subjects of a move
_SIGNS = {"changed": "~", "exceptions": "~", "renamed": "=", "added": "+", "removed": "-"}
_CERTAIN = {"same": "as certain", "more": "more certain", "less": "less certain"}
UNPROVED = "Without a solver nothing else is proved: not found is no proof that there is nothing."


def render(found: PolicyDiff, *, width: int = 80) -> str:
    """The whole of it, wrapped to `width` columns."""
    lines = [*_law(found), *_decisions(found)]
    if found.inventory is not None:
        lines += _inventory(found.inventory)
    return "\n".join(part for line in lines for part in _wrapped(line, width)) + "\n"


class _AsWritten(str):
    """A line of policy, which is not wrapped."""

    __slots__ = ()


def _wrapped(line: str, width: int) -> Sequence[str]:
    if isinstance(line, _AsWritten):
        return (printable(line),)
    return wrapped(line, width, rest=" " * (len(line) - len(line.lstrip()) + 2))


# ---- the law


def _law(found: PolicyDiff) -> Iterator[str]:
    if found.same_law:
        texts = sum(item.kind == "text" for item in found.items)
        named = sum(item.kind == "renamed" for item in found.items)
        yield f"Law: the same; {counted(named, 'rule')} renamed, {counted(texts, 'text')} changed."
    else:
        law = [item for item in found.items if item.what not in VOCABULARY]
        counts = [sum(item.decides for item in law)]
        counts += [sum(item.kind == kind for item in law) for kind in ("renamed", "text")]
        words = sum(item.what in VOCABULARY for item in found.items)
        yield (
            f"Law: {counted(counts[0], 'item')} changed, {counts[1]} renamed, {counted(counts[2], 'text')}. "
            f"Vocabulary: {counted(words, 'change') if words else 'as before'}."
        )
    for item in found.items:
        if item.kind != "text":
            yield from _item(item)
    if found.same_law:
        yield f"  law digest {law_digest(found.policies[0])[:23]}, of both"


def _item(item: LawItem) -> Iterator[str]:
    what = "" if item.what == "rule" else f"{item.what} "
    told = {"added": "added", "removed": "removed", "exceptions": "excepts others"}.get(item.kind, "")
    told = f"was {item.was}; the same rule" if item.kind == "renamed" else told
    head = f"  {_SIGNS[item.kind]} {what}{item.id}" + (f"  {told}" if told else "")
    cites = ", ".join(item.cites) or ("no source given" if item.what in ("rule", "list", "parameter") else "")
    yield f"{head}  [{shorter(cites, 40)}]" if cites else head
    if item.kind == "changed" and item.was != item.id:
        yield f"      was called {item.was}"
    yield from (f"      {_limb(limb)}" for limb in item.limbs)


def _limb(limb: ChangedLimb) -> str:
    old, new = (None if text is None else shorter(text, _LONGEST) for text in (limb.old, limb.new))
    if old is None:
        return f"{limb.at}: added: {new}"
    return f"{limb.at}: dropped: {old}" if new is None else f"{limb.at}: {old or 'none'} -> {new or 'none'}"


# ---- decisions


def _decisions(found: PolicyDiff) -> Iterator[str]:
    open_ = [one for one in found.decisions if not one.is_settled]
    settled = [_called(one.decision) for one in found.decisions if one.is_settled]
    for one in open_:
        yield from _decision(one, found.items)
    if settled:
        why = "the law is the same" if found.same_law else "nothing that changed bears on them"
        if len(settled) == 1:
            why = why.replace("them", "it")
        yield _sentence(f"{', '.join(settled)}: neither looser nor stricter, proved: {why}.")
    if open_:
        yield UNPROVED


def _decision(one: DecisionFound, items: Sequence[LawItem]) -> Iterator[str]:
    said = [f"{side.capitalize()}: {_verdict(one.sides[side])}." for side in SIDES]
    yield _sentence(f"{_called(one.decision)}. {' '.join(said)}")
    bearing = [items[place].id for place in one.items]
    if bearing:
        more = f" and {len(bearing) - _NAMED} more" if len(bearing) > _NAMED else ""
        yield f"  bears on it   {', '.join(bearing[:_NAMED])}{more}"
    for side in SIDES:
        witness = one.sides[side].witness
        if witness is not None:
            yield from _witness(witness)


def _verdict(found: SideFound) -> str:
    match found.verdict:
        case "not found":
            return f"not found ({counted(found.tried, 'answer')} tried)"
        case "not encodable":
            return f"not encodable: {found.by}"
        case _:
            return found.verdict


def _witness(witness: ChangeWitness) -> Iterator[str]:
    type_, id_ = witness.subject
    day = f"as of {witness.as_of}, " if witness.as_of is not None else ""
    where = f'the world of the test "{witness.world}"' if witness.test else "the inventory"
    yield f"  {witness.side}: {day}{type_} {id_} in {where}"
    for name, answer, rules in (("old", witness.old, witness.old_rules), ("new", witness.new, witness.new_rules)):
        stating = ", ".join(rule.rpartition(".")[2] for rule in rules)
        yield f"    {name}  {_range(answer)}" + (f"  {stating}" if stating else "")
    if witness.test:
        yield "    to paste beside the new rules:"
        yield from (_AsWritten(f"      {line}") for line in witness.test.rstrip().split("\n"))


# ---- the inventory


def _inventory(found: InventoryMoves) -> Iterator[str]:
    yield f"Inventory: {counted(found.subjects, 'subject')}, {found.moved} moved"
    for count, which in ((found.only_old, "OLD"), (found.only_new, "NEW")):
        if count:
            yield f"  {counted(count, 'subject')} decided by {which} only"
    before = ""
    for move in _shown(found.moves):
        place = "" if move.jurisdiction == "overall" else f" ({move.jurisdiction})"
        if (head := f"  {_called(move.decision)}{place}") != before:
            yield head
            before = head
        more = f" and {move.rows - _NAMED:,} more" if move.rows > _NAMED else ""
        yield f"    {_kind(move)}: {counted(move.rows, 'row')}"
        yield f"      {_range(move.old)} -> {_range(move.new)}"
        yield f"      {', '.join(move.subjects[:_NAMED])}{more}"


def _shown(moves: Sequence[Move]) -> list[Move]:
    """Of a jurisdiction only what is not told of the overall answer."""
    overall = {move.decision for move in moves if move.jurisdiction == "overall"}
    return [m for m in moves if m.jurisdiction == "overall" or m.what != "answer" or m.decision not in overall]


def _kind(move: Move) -> str:
    if move.what == "details":
        return "details alone"
    direction = "no direction" if move.direction == "none" else move.direction
    told = f"{direction}, {_CERTAIN[move.certainty]}"
    return f"as enforced: {told}" if move.what == "enforced" else told


def _range(answer: Sequence[str]) -> str:
    low, high = (outcome.replace("_", " ") for outcome in answer)
    return low if low == high else f"{low} to {high}"


def _called(decision: str) -> str:
    return decision.replace("_", " ")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
