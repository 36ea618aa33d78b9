"""Two explanations beside each other, for a terminal: where they part, and what would have to be equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from licet.decide.decision import NOTICE
from licet.report.explanation_words import DocumentWords, day, limb, shorter, told_of
from licet.report.wrapped import wrapped
from licet.values import first_of

_MOST_FACTS = 3
_LONGEST = 150
_MOST_RULES = 6


def render(found: Mapping[str, Any], *, width: int = 80) -> str:
    """The whole comparison `licet/comparison/1`, wrapped to `width` columns."""
    words = [DocumentWords(side) for side in found["compared"]]
    names = _names(found["compared"])
    lines = [
        f"{name}: policy {side['policy']['fingerprint'][:23]}"
        for name, side in zip(names, found["compared"], strict=True)
    ]
    if found["changed_rules"]:
        changed = [rule.rpartition(".")[2] for rule in found["changed_rules"]]
        lines.append(f"rules that are not the same: {first_of(changed, _MOST_RULES)}")
    lines.append("")
    for part in found["parts"]:
        lines += _AnswerPair(part, words, names).lines()
    return "\n".join([*_wrapped_all(lines, width), f"This is {NOTICE}."]) + "\n"


def _wrapped_all(lines: Sequence[str], width: int) -> Iterator[str]:
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + (2 if line.lstrip().startswith("- ") else 0))
        yield from wrapped(line, width, rest=indent or "  ")


def _names(compared: Sequence[Mapping[str, Any]]) -> list[str]:
    """What tells the two apart: their ids, else their days, else their policies."""
    ids = [side["subject"]["id"] for side in compared]
    days = [_day(side["as_of"]) for side in compared]
    if ids[0] != ids[1]:
        return [f"{id_} ({on})" for id_, on in zip(ids, days, strict=True)]
    if days[0] != days[1]:
        return [f"{ids[0]} on {on}" for on in days]
    return [f"{ids[0]} under {which}" for which in ("the one policy", "the other")]


def _day(on: Any) -> str:
    if isinstance(on, Mapping):
        return " to ".join(str(on.get(end, "?")) for end in ("at_least", "at_most"))
    return "no day" if on is None else str(on)


class _AnswerPair:
    """One answer of both."""

    def __init__(self, part: Mapping[str, Any], words: Sequence[DocumentWords], names: Sequence[str]) -> None:
        self._part, self._words, self._names = part, words, names
        self._told: set[tuple[str, ...]] = set()

    def lines(self) -> Iterator[str]:
        part = self._part
        place = "" if part["jurisdiction"] == "common" else f" ({part['jurisdiction']})"
        answers = [_range(words, part, answer) for words, answer in zip(self._words, part["answers"], strict=True)]
        yield f"{self._words[0].called(part).replace('_', ' ').upper()}{place}"
        if answers[0] == answers[1]:
            yield f"  both: {answers[0]}"
        else:
            yield from (f"  {name}: {answer}" for name, answer in zip(self._names, answers, strict=True))
        apart = list(self._apart(part["apart"], "    "))
        if apart:
            yield "  Where the proofs part"
            yield from apart
        elif answers[0] != answers[1]:
            yield "  No rule comes to something else by itself; what follows from it is another"
        equal = part["equal"]
        if equal is not None and equal["found"]:
            yield "  With these as the other has them, the first has the other's answer too"
            yield from (f"    - {self._equal(fact)}" for fact in equal["facts"])
        elif equal is not None:
            yield "  Facts of the two themselves do not make the difference; what they lead to does"
        yield ""

    def _apart(self, nodes: Sequence[Mapping[str, Any]], indent: str) -> Iterator[str]:
        for node in nodes:
            yield f"{indent}- {self._head(node)}"
            for condition in node["conditions"]:
                key = (condition["atom"], *node["things"])
                if key not in self._told:
                    self._told.add(key)
                    yield f"{indent}  - {self._condition(condition)}"
            yield from self._apart(node["behind"], indent + "  ")

    def _head(self, node: Mapping[str, Any]) -> str:
        ids = [thing.partition("/")[2] for thing in node["things"]]
        rule = next((words.rule(node["rule"]) for words in self._words if words.rule(node["rule"]).cites), None)
        title = (rule or self._words[0].rule(node["rule"])).title
        cites = f" ({rule.cites[0].text})" if rule else ""
        said = [
            ("is not there" if status is None else status.replace("_", " "))
            + (f" for {id_}" if ids[0] != ids[1] else "")
            for status, id_ in zip(node["statuses"], ids, strict=True)
        ]
        return f"{shorter(title, _LONGEST)}{cites}: {said[0]} | {said[1]}"

    def _condition(self, condition: Mapping[str, Any]) -> str:
        text = shorter(self._words[0].atom(condition["atom"]), _LONGEST)
        truths = " | ".join({"true": "yes", "false": "no", "unknown": "not known"}[t] for t in condition["truths"])
        facts = list(self._facts(*condition["reads"]))
        more = f"; and {len(facts) - _MOST_FACTS} more" if len(facts) > _MOST_FACTS else ""
        told = f" [{'; '.join(facts[:_MOST_FACTS])}{more}]" if facts else ""
        return f"{limb(condition['at'])} {text}: {truths}{told}".strip()

    def _facts(self, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
        """Facts that one expression reads on both sides and that are not the same; else all that each reads."""
        for (left, one), (right, other) in zip(mine.items(), theirs.items(), strict=False):
            if one != other and left.rpartition(".")[2] == right.rpartition(".")[2]:
                said = [words.fact(unit) for words, unit in zip(self._words, (left, right), strict=True)]
                yield f"{said[0].label}: {said[0].value.text} | {said[1].value.text}"

    def _equal(self, fact: Mapping[str, Any]) -> str:
        phrase = fact["fact"].replace("_", " ")
        return f"{phrase}: {_written(fact['values'][1])} instead of {_written(fact['values'][0])}"


def _range(words: DocumentWords, part: Mapping[str, Any], answer: Any) -> str:
    told = words.answer(told_of({**part, "answer": answer}))
    if "decision" not in part:
        return told
    for with_, details in (("with", answer["details"]), ("perhaps with", answer["possible"])):
        told += f", {with_} {' and '.join(details).replace('_', ' ')}" if details else ""
    enforced = answer["enforced"]
    if enforced != [answer["must"], answer["may"]]:
        told += f"; without what is not enforced, {words.answer(enforced)}"
    return told


def _written(value: Any) -> str:
    match value:
        case {"state": state}:
            return str(state)
        case {"at_least": low, "at_most": high}:
            return f"{low} to {high}"
        case list():
            return ", ".join(map(_written, value)) or "none"
        case bool():
            return "yes" if value else "no"
    return day(str(value))
