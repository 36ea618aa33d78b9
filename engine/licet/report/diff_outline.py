"""What changed between two policies, in words: what the text, the Markdown and the page of a diff have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licet.changes.items import VOCABULARY, LawItem
from licet.changes.law import law_digest
from licet.changes.moves import InventoryMoves, Move
from licet.changes.sides import SIDES, CertaintyFound, ChangeWitness, DecisionFound, PolicyDiff, SideFound
from licet.changes.solver.solvers import EXTRA
from licet.report.cause_words import responsible_words
from licet.report.change_words import how_moved, limb_words
from licet.report.decision_cells import between, said
from licet.report.explanation_words import sentence, shorter
from licet.values import counted

_LONGEST = 200  # characters of a limb
_SIGNS = {"changed": "~", "exceptions": "~", "renamed": "=", "added": "+", "removed": "-"}
UNPROVED = (
    f"Without solvers nothing else is proved: not found is no proof that there is nothing. They are an extra: {EXTRA}."
)
PROVED = (
    "Looser: on some facts, all of them known, the least or the gravest outcome of the overall answer falls, enforced "
    "or not; stricter: it rises. Proved no: two solvers agree that it does on none, on no day. Shown: the reference "
    "interpreter decided a world."
)


@dataclass(frozen=True, slots=True)
class ItemTold:
    """An item that is not as before; `name` says what it is, but of a rule."""

    sign: str
    name: str
    remark: str
    cites: str
    limbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionTold:
    """A decision on which something that changed bears, and what was found of each side; `open` is what no solver was
    told of, where that stands in the way.
    """

    name: str
    looser: str
    stricter: str
    bearing: tuple[str, ...]
    open: tuple[str, ...]
    witnesses: tuple[WitnessTold, ...]
    sure: str = ""


@dataclass(frozen=True, slots=True)
class WitnessTold:
    """A world in which the answer is another: where it is, then under OLD and NEW the answer and what states it."""

    side: str
    where: str
    answers: tuple[tuple[str, str, str], ...]
    test: str


@dataclass(frozen=True, slots=True)
class MoveTold:
    decision: str
    place: str  # empty for the answer over all jurisdictions
    kind: str
    old: str
    new: str
    rows: int
    subjects: tuple[str, ...]
    because: tuple[str, ...]  # which changed items are responsible, and for how many rows where these are not all


@dataclass(frozen=True, slots=True)
class DiffOutline:
    """`digest` is that of both, where the law is the same; `settled` of decisions on which nothing bears; `certainty`
    says what the words about the others are worth.
    """

    law: str
    items: tuple[ItemTold, ...]
    digest: str
    decisions: tuple[DecisionTold, ...]
    settled: str
    certainty: str
    inventory: str
    only: tuple[str, ...]
    moves: tuple[MoveTold, ...]


_WORLDS = {"inventory": "the inventory", "solver": "a world that was made up"}


def outline(found: PolicyDiff) -> DiffOutline:
    """All that is told of two policies beside each other."""
    inventory = found.inventory
    return DiffOutline(
        _law(found),
        tuple(_item(item) for item in found.items if item.kind != "text"),
        law_digest(found.policies[0])[:23] if found.same_law else "",
        tuple(_decision(one, found.items) for one in found.decisions if not one.is_untouched),
        _settled(found),
        PROVED if found.solvers else UNPROVED,
        "" if inventory is None else f"{counted(inventory.subjects, 'subject')}, {inventory.moved:,} moved",
        () if inventory is None else tuple(_decided_by_one(inventory)),
        () if inventory is None else tuple(_move(move) for move in _shown(inventory.moves)),
    )


# ---- the law


def _law(found: PolicyDiff) -> str:
    texts = sum(item.kind == "text" for item in found.items)
    named = sum(item.kind == "renamed" for item in found.items)
    if found.same_law:
        return f"Law: the same; {counted(named, 'rule')} renamed, {counted(texts, 'text')} changed."
    law = sum(item.decides for item in found.items if item.what not in VOCABULARY)
    words = sum(item.what in VOCABULARY for item in found.items)
    return (
        f"Law: {counted(law, 'item')} changed, {named} renamed, {counted(texts, 'text')}. "
        f"Vocabulary: {counted(words, 'change') if words else 'as before'}."
    )


def _item(item: LawItem) -> ItemTold:
    remark = {"added": "added", "removed": "removed", "exceptions": "excepts others"}.get(item.kind, "")
    remark = f"was {item.was}; the same rule" if item.kind == "renamed" else remark
    cites = ", ".join(item.cites) or ("no source given" if item.what in ("rule", "list", "parameter") else "")
    limbs = tuple(limb_words(limb, _LONGEST) for limb in item.limbs)
    if item.kind == "changed" and item.was != item.id:
        limbs = (f"was called {item.was}", *limbs)
    name = item.id if item.what == "rule" else f"{item.what} {item.id}"
    return ItemTold(_SIGNS[item.kind], name, remark, shorter(cites, 40) if cites else "", limbs)


# ---- decisions


def _settled(found: PolicyDiff) -> str:
    names = [said(one.decision) for one in found.decisions if one.is_untouched]
    if not names:
        return ""
    them = "it" if len(names) == 1 else "them"
    why = "the law is the same" if found.same_law else f"nothing that changed bears on {them}"
    return sentence(f"{', '.join(names)}: neither looser nor stricter, proved: {why}.")


def _decision(one: DecisionFound, items: Sequence[LawItem]) -> DecisionTold:
    witnesses = [found.witness for found in (one.sides[side] for side in SIDES) if found.witness is not None]
    return DecisionTold(
        said(one.decision),
        _verdict(one.sides["looser"]),
        _verdict(one.sides["stricter"]),
        tuple(items[place].id for place in one.items),
        tuple(dict.fromkeys(part for side in SIDES for part in one.sides[side].open)),
        tuple(_witness(witness) for witness in witnesses),
        _sure(one.certainty),
    )


def _sure(found: CertaintyFound) -> str:
    """How certain answers are where facts are missing, beside how certain they were."""
    if not found.less and not found.more:
        return ""
    where = f', as in the test "{found.world}"' if found.world else ""
    return f"of {counted(found.tried, 'answer')} to tests {found.less} less certain{where}, {found.more} more certain"


def _verdict(found: SideFound) -> str:
    match found.verdict:
        case "not found":
            return f"not found ({counted(found.tried, 'answer')} tried{f'; {found.by}' if found.by else ''})"
        case "not encodable":
            return f"not encodable: {found.by or counted(len(found.open), 'condition')}"
        case "proved no":
            return f"proved no ({found.by})"
        case _:
            return found.verdict


def _witness(witness: ChangeWitness) -> WitnessTold:
    type_, id_ = witness.subject
    day = f"as of {witness.as_of}, " if witness.as_of is not None else ""
    world = _WORLDS.get(witness.world) or f'the world of the test "{witness.world}"'
    answers = [
        (name, between(*answer), ", ".join(rule.rpartition(".")[2] for rule in rules))
        for name, answer, rules in (
            ("old", witness.old, witness.old_rules),
            ("new", witness.new, witness.new_rules),
        )
    ]
    return WitnessTold(witness.side, f"{day}{type_} {id_} in {world}", tuple(answers), witness.test.rstrip())


# ---- the inventory


def _decided_by_one(found: InventoryMoves) -> Iterator[str]:
    for count, which in ((found.only_old, "OLD"), (found.only_new, "NEW")):
        if count:
            yield f"{counted(count, 'subject')} decided by {which} only"


def _shown(moves: Sequence[Move]) -> list[Move]:
    """Of a jurisdiction only what is not told of the overall answer."""
    overall = {move.decision for move in moves if move.jurisdiction == "overall"}
    return [m for m in moves if m.jurisdiction == "overall" or m.what != "answer" or m.decision not in overall]


def _move(move: Move) -> MoveTold:
    place = "" if move.jurisdiction == "overall" else move.jurisdiction
    ends = between(*move.old), between(*move.new)
    return MoveTold(
        said(move.decision),
        place,
        how_moved(move.what, move.direction, move.certainty),
        *ends,
        move.rows,
        move.subjects,
        tuple(_because(move)),
    )


def _because(move: Move) -> Iterator[str]:
    for one in move.responsible:
        rows = "" if one.rows == move.rows else f" ({counted(one.rows, 'row')})"
        yield f"{responsible_words(one.causes)}{rows}"
    if move.responsible and (left := move.rows - sum(one.rows for one in move.responsible)):
        yield f"not looked into: {counted(left, 'row')}"
