"""What happened to the answers of an inventory since the last snapshot, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from licet.changes.law import law_digest
from licet.changes.watch.events import AnswerMove, Event, decisions_not_compared
from licet.changes.watch.run import RunBesideLast
from licet.decide.decision import NOTICE
from licet.decide.steps import Answers
from licet.report.cause_words import because_words
from licet.report.change_words import how_moved
from licet.report.decision_cells import between, said
from licet.report.wrapped import hanging, wrapped
from licet.values import counted, first_of

_SHOWN = 20  # groups of events
_NAMED = 3  # subjects of a group, and records
_DIGITS = 19  # of a digest, with what it is one of
_INDENT = " " * 4


def first_run(answers: int, *, width: int) -> str:
    """Of a run that has no snapshot before it."""
    text = f"{counted(answers, 'answer')}; there is no snapshot yet to compare them with"
    return "\n".join(wrapped(text, width, rest="  ")) + "\n"


def render(found: RunBesideLast, answers: int, again: tuple[int, int], *, width: int) -> str:
    """What was compared, and how many `again` of how many subjects were decided for it; then each event with its cause.

    What happened alike is told once.
    """
    lines = [_head(found, answers), _decided(*again)]
    for name, why in decisions_not_compared(*found.policies).items():
        lines.append(f"{said(name)} is not compared: {why}")
    groups: dict[object, list[Event]] = {}
    for event in found.events:
        alike = event.kind, event.subject.type, event.decision, event.moves, event.causes, event.rules, event.since
        told = None if event.moves else (event.before, event.after)
        groups.setdefault((alike, told), []).append(event)
    for events in list(groups.values())[:_SHOWN]:
        lines += _group(events)
    if len(groups) > _SHOWN:
        lines.append(f"and {counted(len(groups) - _SHOWN, 'more kind')} of event; --format json has all of them")
    lines += _foot(found)
    return "\n".join(part for line in lines for part in hanging(line, width, 2)) + "\n"


def kept(place: str, *, width: int) -> str:
    """Where the snapshot of this run is."""
    return "\n".join(wrapped(f"kept as {place}; {NOTICE}", width, rest="  ")) + "\n"


def _head(found: RunBesideLast, answers: int) -> str:
    last, law = found.last, law_digest(found.policies[1])
    digest = law[:_DIGITS] if law == last.law else f"{last.law[:_DIGITS]}, now {law[:_DIGITS]}"
    counts = Counter(event.kind for event in found.events)
    told = ", ".join(f"{number} {kind}" for kind, number in counts.items()) or "no difference"
    day = "" if found.as_if is None else f" as if on {found.as_if}"
    return (
        f"{counted(answers, 'answer')}{day} compared with snapshot {last.number} of {last.day} "
        f"(law digest {digest}): {told}"
    )


def _decided(again: int, subjects: int) -> str:
    if again == subjects:
        return f"all of {counted(subjects, 'subject')} decided again" if subjects > 1 else "1 subject decided again"
    return f"{again:,} of {counted(subjects, 'subject')} decided again; of the others nothing changed that they read"


def _group(events: Sequence[Event]) -> Iterator[str]:
    first = events[0]
    ids = first_of([event.subject.id for event in events], _NAMED)
    yield f"{first.subject.type} {ids}, {said(first.decision)}: {_kind(first)}"
    match first.kind:
        case "new":
            yield f"{_INDENT}{_overall(first.after)}"
        case "gone":
            yield f"{_INDENT}it was {_overall(first.before)}"
        case "reasons":
            old, new = (", ".join(rule.rpartition(".")[2] for rule in rules) or "no rule" for rules in first.rules)
            yield f"{_INDENT}{_overall(first.after)}: {old} -> {new}"
        case _:
            yield from (_INDENT + _move(move) for move in _told(first.moves))
    if first.causes is not None and first.causes.fault:
        yield f"{_INDENT}NOT VERIFIED: {first.causes.fault}"
    elif first.causes is not None:
        yield from (
            f"{_INDENT}{'because' if not i else 'also'} {text}" for i, text in enumerate(because_words(first.causes))
        )


def _kind(event: Event) -> str:
    if not event.moves:
        return event.kind
    move = event.moves[0]
    told = how_moved(move.what, move.direction, move.certainty)
    back = f", as in snapshot {event.since}" if event.since is not None else ""
    return f"{event.kind}, {told}{back}"


def _told(moves: Sequence[AnswerMove]) -> list[AnswerMove]:
    """Of a jurisdiction only what the overall move does not tell."""
    whole = moves[0]
    return [
        m for m in moves if m is whole or whole.jurisdiction != "overall" or (m.old, m.new) != (whole.old, whole.new)
    ]


def _move(move: AnswerMove) -> str:
    place = "" if move.jurisdiction == "overall" else f"{move.jurisdiction}: "
    if move.what == "details":
        return f"{place}{between(*move.new)} as before, with other details"
    return f"{place}{between(*move.old)} -> {between(*move.new)}"


def _overall(answers: Answers | None) -> str:
    assert answers is not None
    return between(answers[0].must, answers[0].may)


def _foot(found: RunBesideLast) -> Iterator[str]:
    if found.records:
        yield (
            f"The last snapshot keeps no facts, so that no cause can be verified. What changed of them: "
            f"{first_of(found.records, _NAMED)}."
        )
    causes = [event.causes for event in found.events if event.causes is not None]
    if any(not one.fault for one in causes):
        yield "Each cause was undone, and the first answer came back."
