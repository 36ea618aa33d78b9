"""The verdict of a gate: one line, and a few reasons below it, each with what it cites."""

from __future__ import annotations

from collections.abc import Iterator

from licet.decide.action_gate import ActionVerdict, Obstacle
from licet.decide.decision import NOTICE
from licet.ir.policy import COMMON
from licet.names import printable
from licet.report.decision_cells import said
from licet.report.explanation_words import shorter
from licet.values import counted, first_of

WORDS = {"passed": "passed", "needed": "stopped", "open": "not settled"}
_MOST = 3  # reasons
_LONGEST = 200  # characters of a reason
_CITED = 3


def render(found: ActionVerdict) -> str:
    """A line that says all, and reasons where it is not passed."""
    head = f"{WORDS[found.word]}: {found.action} of {found.thing.id} as of {found.as_of}"
    counting = [one for one in found.obstacles if one.word == found.word]
    lines = [f"{head}: {_answers(found) if not counting else _first(counting)}; {NOTICE}"]
    reasons = list(dict.fromkeys(reason for one in counting for reason in _reasons(one)))
    lines += [f"  {reason}" for reason in reasons[:_MOST]]
    if len(reasons) > _MOST:
        lines.append(f"  and {counted(len(reasons) - _MOST, 'more reason')}; see `licet explain`")
    return "".join(f"{printable(line)}\n" for line in lines)


def _answers(found: ActionVerdict) -> str:
    """What was decided, of how many, under which law."""
    asked = ", ".join(f"{said(decision)} is at most {said(most)}" for decision, most in found.allowed.items())
    places = [place for place in found.places if place != COMMON]
    law = f" under the law of {', '.join(places)}" if places else ""
    return f"{asked}, for {counted(len(found.subjects), 'subject')}{law}"


def _first(obstacles: list[Obstacle]) -> str:
    """The first answer that stands in the way, and how many others do."""
    first = next((one for one in obstacles if one.answer is not None), obstacles[0])
    more = f" and {len(obstacles) - 1} more" if len(obstacles) > 1 else ""
    answer = first.answer
    if answer is None or first.subject is None:
        return first.texts[0][0] + more
    least, most = said(answer.must), said(answer.may)
    told = least if answer.determined else f"from {least} to {most}"
    place = "" if answer.jurisdiction == COMMON else f", {answer.jurisdiction}"
    return f"{told} for {first.subject.id} ({said(answer.decision)}{place}){more}"


def _reasons(obstacle: Obstacle) -> Iterator[str]:
    if obstacle.subject is None:
        return
    for text, cites in obstacle.texts:
        cited = f" ({first_of(cites, _CITED)})" if cites else ""
        yield f"{obstacle.subject.id}: {shorter(text, _LONGEST)}{cited}"
