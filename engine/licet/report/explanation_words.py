"""What an explanation calls things, facts, days and outcomes: from the labels of the document alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from licet.decide.named_members import naming
from licet.explain.questions import KINDS
from licet.explain.words import answer_in_words
from licet.ir.places import PLACES
from licet.values import counted

NAME = 120  # characters of a name that are shown; its id is shown whole
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_REGIONS = {"EU": "European Union", "US_CA": "California", "US_NY": "New York", "common": "common rules"}
_DEFINED = re.compile(r"^[^(]+")  # the name of what is defined, before the label of its own limb
NOTHING = ("not applicable", "unknown", "")
_LAW = ("rule", "list", "parameter")


@dataclass(frozen=True, slots=True)
class ShownName:
    """A name, and the id of what has it where that is another text."""

    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One unit. `of` is None where it is of the subject, or of nothing."""

    unit: str
    label: str
    of: ShownName | None
    value: ShownName
    source: str

    @property
    def telling(self) -> bool:
        return self.value.text not in NOTHING

    @property
    def is_assumed(self) -> bool:
        """Whether it is that a collection is complete."""
        return self.unit.startswith("only:")


@dataclass(frozen=True, slots=True)
class Cite:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownRule:
    title: str
    because: str
    cites: tuple[Cite, ...]


class DocumentWords:
    """The words of one document `licet/explanation/2`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._labels = document["labels"]
        self.subject = "{type}/{id}".format(**document["subject"])
        self._things: Mapping[str, str] = self._labels["things"]
        self._by_id = {key.partition("/")[2]: key for key in self._things}
        gaps = document.get("not_encoded", ())
        self._named = {gap["gap"]: naming(gap["title"], tuple(gap["names"])) for gap in gaps}

    # ---- things and values

    def thing(self, key: str) -> ShownName:
        """A thing by `Type/id`."""
        id_ = key.partition("/")[2]
        name = self._things.get(key, id_)
        return ShownName(id_) if name == id_ else ShownName(cut(name), id_)

    def value(self, text: str) -> ShownName:
        """A recorded value: the name of what it refers to, of a country, of a day; else itself."""
        if text in PLACES:
            return ShownName(PLACES[text].name, text)
        if text in self._by_id:
            return self.thing(self._by_id[text])
        return ShownName(day(text))

    def reference(self, unit: str) -> ShownName | None:
        """What a fact leads to; None where it leads to nothing that is told."""
        text = self._labels["units"][unit]["value"]
        return self.thing(self._by_id[text]) if text in self._by_id and text not in PLACES else None

    def facts(self, units: Sequence[str]) -> list[Fact]:
        return [self.fact(unit) for unit in units]

    def fact(self, unit: str) -> Fact:
        label = self._labels["units"][unit]
        if unit.startswith("only:"):
            return self._only(unit, label)
        of = self._owner(unit)
        if unit in self._things:
            return Fact(unit, f"On record: {label['text']}", None, self.thing(unit), label["source"])
        value = self.value(label["value"])
        return Fact(
            unit,
            sentence(label["text"]),
            None if of in (None, self.subject) else self.thing(of),
            value,
            label["source"],
        )

    def _only(self, unit: str, label: Mapping[str, str]) -> Fact:
        scope: Mapping[str, str] = json.loads(unit[unit.index("{") :])
        names = [self.value(text) for text in scope.values()]
        said = [f"{field.replace('_', ' ')} {name.text}" for field, name in zip(scope, names, strict=True)]
        ids = ", ".join(name.id for name in names if name.id)
        value = ShownName(f"none further for {', '.join(said)}" if said else "none further", ids)
        return Fact(unit, label["text"].replace("no other record of ", "Records of ", 1), None, value, label["source"])

    def _owner(self, unit: str) -> Any:
        """`Type/id` of the thing whose fact it is; ids may have dots in them."""
        end = unit.rfind(".")
        while end > 0:
            if unit[:end] in self._things:
                return unit[:end]
            end = unit.rfind(".", 0, end)
        return None

    # ---- law

    def rule(self, id_: str) -> ShownRule:
        label = self._labels["rules"].get(id_)
        if label is None:
            return ShownRule(id_, "", ())
        cites = tuple(Cite(c["text"], c["url"] if is_link(c["url"]) else "") for c in label["cites"])
        return ShownRule(label["title"] or label["called"].replace("_", " "), label["because"], cites)

    def is_gap(self, id_: str) -> bool:
        """Whether it is a provision that is known, and not encoded."""
        return bool(self._labels["rules"][id_]["kind"] == "gap")

    def atom(self, id_: str) -> str:
        return str(self._labels["atoms"].get(id_.rpartition("#")[2], "a condition"))

    def chain(self, decision: str) -> list[str]:
        """The outcomes of a decision, from the least to the gravest."""
        return list(self._labels["decisions"][decision])

    def outcome(self, name: str) -> str:
        return str(self._labels["outcomes"].get(name, name.replace("_", " ")))

    def called(self, part: Mapping[str, Any]) -> str:
        """What a part is about, by its short name."""
        return self.rule_name(part["obligation"]) if "obligation" in part else asked_of(part)

    def rule_name(self, id_: str) -> str:
        """The short name of a rule."""
        return str(self._labels["rules"][id_]["called"])

    def answer(self, told: Any) -> str:
        """`licence required`, or `from licensed to prohibited`; what is concluded of a term."""
        if not isinstance(told, list):
            return answer_in_words(told)
        low, high = map(self.outcome, told)
        return low if low == high else f"from {low} to {high}"

    def then(self, told: Any) -> str:
        """The answer from a day on: a range is no step from one outcome to another."""
        is_open = isinstance(told, list) and told[0] != told[1]
        return f"not determined, {self.answer(told)}" if is_open else self.answer(told)

    def told_title(self, id_: str) -> str:
        """The title of a rule; of a gap that the answer hangs on also what it concerns."""
        return self._named.get(id_) or self.rule(id_).title

    def titles(self, rules: Sequence[str]) -> str:
        """Rules by title, each once: the first, and how many more."""
        titles = list(dict.fromkeys(self.rule(id_).title for id_ in rules))
        return f"“{shorter(titles[0], 90)}”" + (f" and {counted(len(titles) - 1, 'more rule')}" if titles[1:] else "")

    def cause(self, text: str) -> str:
        """Why an answer changes on a day: a rule, or a fact with its thing."""
        kind, _, rest = text.partition(" ")
        if kind == "rule":
            return f"“{shorter(self.rule(rest).title, 90)}”"
        if text in self._labels["units"]:
            fact = self.fact(text)
            return fact.label[:1].lower() + fact.label[1:] + (f" of {_plain(fact.of)}" if fact.of else "")
        return text.replace("_", " ")


def asked_of(part: Mapping[str, Any]) -> str:
    """The name of what a part is about."""
    return str(next(part[kind] for kind in KINDS if kind in part))


def told_of(part: Mapping[str, Any]) -> Any:
    """The answer of a part as it is told on other days too: of a decision its two outcomes, of a score its ends."""
    answer, ends = part["answer"], {"decision": ("must", "may"), "score": ("low", "high")}
    return next(([answer[low], answer[high]] for kind, (low, high) in ends.items() if kind in part), answer)


def is_open(told: Any) -> bool:
    """Whether an answer leaves anything open."""
    if isinstance(told, Mapping) and "holds" in told:
        return bool(told["holds"] == "unknown")
    if isinstance(told, Mapping):
        return told["others"] == "unknown" or "unknown" in told["members"].values()
    return told == "unknown" if isinstance(told, str) else bool(told[0] != told[1])


def causes_of(part: Mapping[str, Any], change: Mapping[str, Any]) -> list[str]:
    """Law that begins or ends on a day, and facts that the answer hangs on; everything, where there is neither."""
    told = [cause for cause in change["cause"] if cause in part["because"]["exact"] or cause.partition(" ")[0] in _LAW]
    return told or list(change["cause"])


def turning_acts(document: Mapping[str, Any], part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The acts of which the answer is another with their law and without it; none about what was once not encoded."""
    kinds = {id_: label["kind"] for id_, label in document["labels"]["rules"].items()}
    return [
        act
        for act in part["acts"]
        if act["if_it_stands"] != act["if_not"]
        and not (act["status"] == "not_in_force" and all(kinds[rule] == "gap" for rule in act["rules"]))
    ]


def next_of(document: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What can be found out about a part."""
    place = part["jurisdiction"]
    named = [one for one in document["next"] if _is_about(one, part) and one["jurisdiction"] == place]
    return named[0] if named else None


def _is_about(one: Mapping[str, Any], part: Mapping[str, Any]) -> bool:
    return any(kind in part and one.get(kind) == part[kind] for kind in KINDS)


def place(code: str) -> str:
    """A jurisdiction by name."""
    return _REGIONS.get(code) or (PLACES[code].name if code in PLACES else code.replace("_", " "))


def is_link(url: str) -> bool:
    """Whether it leads to a page, and is no script."""
    return url.startswith(("https://", "http://"))


def day(text: str) -> str:
    """`1 December 2025`; any other text is itself."""
    if not _ISO.fullmatch(text):
        return text
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.day} {found:%B %Y}"


def day_before(text: str) -> str:
    return day((date.fromisoformat(text) - timedelta(days=1)).isoformat())


def deadline(kind: str, date: str) -> str:
    """`until 1 December 2030`; of a day of which only one end is known, that it may be another."""
    first, _, last = date.partition(" to ")
    if last == "unknown":
        return f"{kind} {day(first)} or later"
    if first == "unknown":
        return f"{kind} {day(last)} or earlier" if last else f"{kind} a day that is not known"
    return f"{kind} {day(first)}" + (f" to {day(last)}" if last else "")


def as_of(document: Mapping[str, Any]) -> str:
    """The day that governs, or what is known of it."""
    found = document["as_of"]
    if found is None:
        return "a day that is not known"
    if isinstance(found, str):
        return day(found)
    low, high = (day(found.get(end, "")) for end in ("at_least", "at_most"))
    return (
        f"a day between {low} and {high}" if low and high else f"a day from {low} on" if low else f"a day up to {high}"
    )


def limb(at: str) -> str:
    """Where a condition stands in its rule, `(c).delivered(a)`, for people: `(c) “delivered” (a)`."""
    steps = (_DEFINED.sub(lambda name: f"“{name[0].replace('_', ' ')}” ", step, count=1) for step in at.split("."))
    return " ".join(step.strip() for step in steps).replace("” “", "”, “")


def shorter(text: str, most: int) -> str:
    """The beginning of a long text, up to a word's end."""
    if len(text) <= most:
        return text
    return text[: text.rfind(" ", most // 2, most) if " " in text[most // 2 : most] else most].rstrip(" ,;:(") + " …"


def cut(text: str) -> str:
    """A name that is too long for a line, without its middle; how long it is stands behind it."""
    if len(text) <= NAME:
        return text
    return f"{text[: NAME // 2]} … {text[-NAME // 4 :]} ({len(text)} characters)"


def sentence(text: str) -> str:
    """With a capital at its beginning, and nothing else changed."""
    return text[:1].upper() + text[1:]


def _plain(name: ShownName) -> str:
    return f"{name.text} ({name.id})" if name.id else name.text
