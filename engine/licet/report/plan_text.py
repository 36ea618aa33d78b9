"""The ways to a milder answer as a text for a terminal, made from the document alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from licet.ir.policy import COMMON
from licet.report.decision_cells import said
from licet.report.next_words import found_out, obtained
from licet.report.steps_words import UNKNOWN
from licet.report.wrapped import wrapped
from licet.values import counted, first_of

_MOST_SETS = 3
_MOST_QUESTIONS = 3
_MOST_CASES = 6
_MOST_FACTS = 12
_LABEL = 11  # columns
_IDLE = "nothing that may be obtained, found out or waited for was found"
VERIFIED = (
    "Each way was decided again from what is recorded and the law as it was read; what changes later is not known."
)

Line = tuple[str, str]  # what stands in the margin, and the text beside it


def render(document: Mapping[str, Any], *, width: int = 80) -> str:
    """The whole of it, wrapped to `width` columns."""
    lines = wrapped(_head(document), width, rest="  ")
    for (decision, now, ways), places in _alike(document["answers"]).items():
        where = f" ({', '.join(places)})" if places != [COMMON] else ""
        lines += ["", *wrapped(f"{said(decision)}{where}: {now}", width, rest="  ")]
        for label, text in ways:
            lines += wrapped(text, width, first=f"  {label:{_LABEL}}", rest=" " * (_LABEL + 2))
    if any(answer["offers"] for answer in document["answers"]):
        lines += ["", *wrapped(VERIFIED, width)]
    return "\n".join([*lines, document["notice"]]) + "\n"


def _head(document: Mapping[str, Any]) -> str:
    name, day, now = "{type} {id}".format(**document["subject"]), document["own_day"], document["as_of"]
    if day is None:
        return f"{name}, planned as of {now}"
    if day == UNKNOWN or " to " in day:
        known = "that is not known" if day == UNKNOWN else f"between {day.replace(' to ', ' and ')}"
        return f"{name}, on a day of its own {known}, planned as of {now}: for what has not taken place"
    return f"{name}, on its own day, {day}, planned as of {now}"


def _alike(answers: Sequence[Mapping[str, Any]]) -> Mapping[tuple[str, str, tuple[Line, ...]], list[str]]:
    """What is said of a decision, with the jurisdictions of which the same is said."""
    found: dict[tuple[str, str, tuple[Line, ...]], list[str]] = {}
    for answer in answers:
        key = answer["decision"], _now(answer["now"]), tuple(_ways(answer))
        found.setdefault(key, []).append(answer["jurisdiction"])
    return found


def _now(now: Mapping[str, Any]) -> str:
    enforced = "" if now["enforced"] == [now["must"], now["may"]] else "announced as not enforced, and it stands"
    return "; ".join(filter(None, [_range(now["must"], now["may"]), _details(now), enforced]))


def _ways(answer: Mapping[str, Any]) -> Iterator[Line]:
    """Obtain, find out, wait; then what it hangs on."""
    to = said(answer["to"])
    if answer["reached"]:
        yield "asked for", f"{to}: it is no more as it stands"
    else:
        yield "asked for", f"{to} at most"
        offers = {kind: [one for one in answer["offers"] if one["kind"] == kind] for kind in ("obtain", "wait")}
        for offer in offers["obtain"]:
            yield from _obtain(offer, to)
        yield from _find_out(answer)
        for offer in offers["wait"]:
            yield from _wait(offer, to)
        if not answer["offers"] and not answer["questions"]:
            yield "", _IDLE + ("" if answer["searched"] else ", as far as was tried")
    if answer["hangs_on"]:
        facts = first_of([one["text"] for one in answer["hangs_on"]], _MOST_FACTS)
        yield "hangs on", f"what is declared: {facts}; check it"


def _obtain(offer: Mapping[str, Any], to: str) -> Iterator[Line]:
    yield "obtain", " and ".join(map(obtained, offer["what"]))
    yield "", f"if granted: {_range(*offer['answer'])}{_short(offer, to)}"
    beside = _details(offer["beside"])
    if beside:
        yield "", f"what stands beside the answer now: {beside}"


def _wait(offer: Mapping[str, Any], to: str) -> Iterator[Line]:
    last = "" if offer["last"] is None else f" to {offer['last']}"
    yield "wait", f"from {offer['on']}{last}: {_range(*offer['answer'])}{_short(offer, to)}"
    yield "", f"if facts and law stay as they are: {offer['text']}"


def _short(offer: Mapping[str, Any], to: str) -> str:
    return "" if offer["reaches"] else f", which is more than {to}"


# ---- what is not known


def _find_out(answer: Mapping[str, Any]) -> Iterator[Line]:
    """What settles the answer, then what to ask first; of what each brings, what the document has."""
    sets = [one for one in answer["offers"] if one["kind"] == "find_out"]
    for offer in sets[:_MOST_SETS]:
        tested = "" if offer["proved"] else ", in every case that was tried"
        yield "find out", f"{_asked(offer['what'])}: that settles it{tested}"
        for case in (offer["brings"] or ())[:_MOST_CASES]:
            yield "", f"{_found(case['found'])}: {said(str(case['answer']))}"
        if len(offer["brings"] or ()) > _MOST_CASES:
            yield "", f"and {counted(len(offer['brings']) - _MOST_CASES, 'more case')}"
    if len(sets) > _MOST_SETS:
        left = len(sets) - _MOST_SETS
        yield "", f"or {counted(left, 'other set')} of {len(sets[0]['what'])}"
    yield from _questions(answer, {_key(one) for offer in sets for one in offer["what"] if len(offer["what"]) == 1})


def _questions(answer: Mapping[str, Any], settling: set[tuple[str, ...]]) -> Iterator[Line]:
    questions = answer["questions"]
    if not questions:
        return
    if not any(one["kind"] == "find_out" for one in answer["offers"]):
        yield "find out", "nothing settles it" + ("" if answer["searched"] else ", as far as was tried") + "; ask first"
    asked = [one for one in questions if one["ask"] or _key(one) not in settling]
    for place, one in enumerate(asked[:_MOST_QUESTIONS]):
        ask = f": {one['ask']}" if one["ask"] else ""
        yield "" if place else "ask", f"{one['text']}{ask}"
    if len(asked) > _MOST_QUESTIONS:
        yield "", f"and {counted(len(asked) - _MOST_QUESTIONS, 'more question')}"
    yield "", "whoever does not know says so: then it stays open"


def _asked(unknown: Sequence[Mapping[str, Any]]) -> str:
    facts = [one["text"] for one in unknown if one["kind"] == "fact"]
    return found_out(facts, [one["text"] for one in unknown if one["kind"] == "law"])


def _found(found: Sequence[Mapping[str, Any]]) -> str:
    """`share of half-owned = 50 %; it stands`, of law."""
    told = (
        ("" if one["kind"] == "law" else f"{said(one['fact'])} of {one['of']['id']} = ") + one["value"] for one in found
    )
    return "; ".join(told)


def _key(unknown: Mapping[str, Any]) -> tuple[str, ...]:
    return unknown["of"]["type"], unknown["of"]["id"], unknown["fact"]


# ---- words


def _range(must: str, may: str) -> str:
    return said(must) if must == may else f"from {said(must)} to {said(may)}, not determined"


def _details(of: Mapping[str, Any]) -> str:
    perhaps = [f"perhaps {said(detail)}" for detail in of["possible_details"]]
    return ", ".join([*map(said, of["details"]), *perhaps])
