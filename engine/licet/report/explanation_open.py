"""What an open answer hangs on: rules of which nobody knows whether they apply, and their open conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from licet.report.explanation_words import Cite, DocumentWords, asked_of, sentence, shorter

_MOST = 3  # rules, and conditions of each
_LONGEST = 160  # characters of a condition

_OPEN = {"unknown": "It is not known whether this applies", "not_encoded": "Law that is not encoded here may apply"}


@dataclass(frozen=True, slots=True)
class Door:
    """A rule that may bring the answer: what it would say, and its conditions of which nobody knows whether they hold.

    `doubted` is what may except it, where all its conditions hold.
    """

    text: str
    cites: tuple[Cite, ...]
    conditions: tuple[str, ...]
    more: int
    doubted: str


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """`doors` are the first of them, the gravest outcome before the others; `more` is how many further there are."""

    doors: tuple[Door, ...]
    more: int


def open_answer(part: Mapping[str, Any], words: DocumentWords, outcomes: Mapping[str, Mapping[str, str]]) -> OpenAnswer:
    """Of a decision the open rules that state another outcome than the least; of all else every open rule about it.

    `outcomes` are those that rules state, by rule and decision.
    """
    found = list(_roots(part, words, outcomes))
    found.sort(key=lambda one: one[:2])
    doors = tuple(_door(id_, part, words) for *_, id_ in found[:_MOST])
    return OpenAnswer(doors, len(found) - len(doors))


def _roots(
    part: Mapping[str, Any], words: DocumentWords, outcomes: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[int, int, str]]:
    """The open rules, each with the place of its outcome from the gravest on, and how much of it is open."""
    name = asked_of(part)
    chain = words.chain(name) if "decision" in part else []
    for id_, node in part["nodes"].items():
        rule, _, thing = id_.partition("@")
        claimed = outcomes[rule].get(name)
        if (
            node["status"] not in _OPEN
            or thing != words.subject
            or (chain and claimed in (None, part["answer"]["must"]))
        ):
            continue
        yield -chain.index(claimed) if claimed else 0, len(_open_conditions(node)), id_


def _open_conditions(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Its conditions that are open, each once."""
    return list({atom["id"]: atom for atom in node["atoms"] if atom["truth"] == "unknown"}.values())


def _door(id_: str, part: Mapping[str, Any], words: DocumentWords) -> Door:
    node = part["nodes"][id_]
    rule = words.rule(id_.partition("@")[0])
    conditions = [shorter(words.atom(atom["id"]), _LONGEST) for atom in _open_conditions(node)]
    title = words.told_title(id_.partition("@")[0])
    doubted = words.titles(node["doubted_by"]) if node["doubted_by"] else ""
    text = f"{_OPEN[node['status']]}: {sentence(rule.because or title).rstrip('.')}."
    return Door(text, rule.cites, tuple(conditions[:_MOST]), len(conditions) - _MOST, doubted)
