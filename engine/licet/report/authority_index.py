"""What rests on a provision of the law: for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from licet.decide.authority_index import Item, Resting
from licet.decide.overdue_law import read_again_by
from licet.names import printable
from licet.report.coverage_of_law import standing
from licet.report.escapes import for_json
from licet.report.wrapped import wrapped
from licet.values import counted

SCHEMA = "licet/law/1"
_SHOWN = 5  # things of one kind, after which they are counted
_WORDS = {"holds": "holds for", "unknown": "may hold for", "defeated": "gives way for"}
_OF_GAPS = {"not_encoded": "concerns", "unknown": "may concern", "defeated": "gives way for"}


def render(resting: Resting, *, width: int = 80) -> str:
    """The declared state of the provision, then each item that cites it with what it reads, excepts and concerns."""
    lines = list(_head(resting, width))
    for title, broader in (("cites it, or what is below it", False), ("cites a section that it is a part of", True)):
        items = [item for item in resting.items if item.broader is broader]
        if items:
            lines += ["", f"{counted(len(items), 'item')} {title if len(items) == 1 else _several(title)}"]
            lines += [line for item in items for line in _item(item, width)]
    if resting.open:
        lines += ["", f"{counted(len(resting.open), 'answer')} not determined, in which something of it is not settled"]
        lines += _filled(_shown([f"{name} of {subject.id}" for subject, name in resting.open]), 2, width)
    return "\n".join(lines) + "\n"


def _several(words: str) -> str:
    return words.replace("cites", "cite", 1)


def _head(resting: Resting, width: int) -> Iterator[str]:
    yield printable(str(resting.asked))
    for found in resting.provisions:
        again = f", to be read again by {by}" if (by := read_again_by(found)) is not None else ""
        yield from _filled(f"declared as {found}: {found.state}, as read on {found.as_read}{again}", 2, width)
        if found.because:
            yield from _filled(found.because, 4, width)
        if found.url:
            yield f"    {printable(found.url)}"
    if not resting.provisions:
        yield from _filled("no `coverage` declares it: whether all of it is encoded, nobody says", 2, width)
    if not resting.items:
        yield from _filled("no rule, gap, check or parameter cites it", 2, width)


def _item(item: Item, width: int) -> Iterator[str]:
    found = item.encoding
    yield from _filled(f"{item.kind} {found.name}: {item.title}", 2, width)
    yield from _filled(f"{found.group}, by {', '.join(found.cites)}", 4, width)
    states = [f"{word} {i}" for word, intervals in found.live.told.items() for i in intervals]
    source = f"{item.certainty}: {item.certainty_note}" if item.certainty_note else item.certainty
    for words in ("; ".join(states), source):
        if words:
            yield from _filled(words, 4, width)
    for words, names in (("excepted by", item.excepted_by), ("reads", item.reads)):
        if names:
            yield from _filled(f"{words} {', '.join(name.rsplit('.', 1)[-1] for name in names)}", 4, width)
    if found.holds or found.fails:
        shown = "concerns a case in" if item.kind == "gap" else "holds in"
        yield f"    tests: {shown} {len(found.holds):,}, fails in {len(found.fails):,}"
    for status, words in (_OF_GAPS if item.kind == "gap" else _WORDS).items():
        if things := item.things.get(status):
            yield from _filled(f"{words} {_shown([str(thing) for thing in things])}", 4, width)


def _shown(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _filled(text: str, indent: int, width: int) -> list[str]:
    blank = " " * indent
    return wrapped(text, width, blank, f"{blank}  ")


def render_json(resting: Resting) -> str:
    """A document of `licet/law/1` (`engine/licet/schemas/law-1.json`)."""
    provisions = [
        {
            "authority": found.authority,
            "section": found.section,
            "state": found.state,
            "because": found.because or None,
            "as_read": found.as_read.isoformat(),
            "read_again_by": by.isoformat() if (by := read_again_by(found)) is not None else None,
            "url": found.url or None,
        }
        for found in resting.provisions
    ]
    document = {
        "schema": SCHEMA,
        "authority": resting.asked.authority,
        "section": resting.asked.section,
        "provisions": provisions,
        "items": [_document(item) for item in resting.items],
        "open": [{"subject": subject._asdict(), "decision": name} for subject, name in resting.open],
    }
    return for_json(document, indent=2) + "\n"


def _document(item: Item) -> dict[str, Any]:
    found = item.encoding
    return {
        "id": found.group,
        "kind": item.kind,
        "title": item.title,
        "cites": list(found.cites),
        "broader": item.broader,
        "source": item.certainty or None,
        "source_note": item.certainty_note or None,
        **standing(found.live),
        "excepted_by": list(item.excepted_by),
        "reads": list(item.reads),
        "holds_in": list(found.holds),
        "fails_in": list(found.fails),
        "things": {status: [thing._asdict() for thing in things] for status, things in item.things.items()},
    }
