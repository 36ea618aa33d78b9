"""What the page of an explanation shows, part by part: from the document `licet/explanation/2` and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from licet.explain.words import in_short
from licet.ir import policy as ir
from licet.report.explanation_layers import Layers
from licet.report.explanation_open import OpenAnswer, open_answer
from licet.report.explanation_timeline import Timeline, kind, timeline
from licet.report.explanation_words import (
    Cite,
    DocumentWords,
    Fact,
    ShownName,
    ShownRule,
    asked_of,
    causes_of,
    day,
    day_before,
    is_open,
    limb,
    next_of,
    place,
    sentence,
    shorter,
    told_of,
    turning_acts,
)
from licet.report.gravity import Rank, rank
from licet.values import counted, first_of

_LINE = 3  # facts that a line of Because shows
_NOTICES = 2
_NEAREST = 2
_CONDITIONS = 2  # of each truth, of a near rule
_LIMB = 110  # characters of a condition of a near rule
_PAPER = 200  # and of one that is printed

RESULTS: Mapping[str, tuple[str, str, str]] = {  # mark, of one rule, of several
    "holds": ("y", "applies", "apply"),
    "unknown": ("u", "is open", "are open"),
    "not_encoded": ("u", "is not encoded and may apply", "are not encoded and may apply"),
    "defeated": ("n", "is excepted", "are excepted"),
    "not_in_force": ("n", "is not in force", "are not in force"),
    "fails": ("n", "does not apply", "do not apply"),
}
_TOLD = ("holds", "defeated", "unknown", "not_encoded")  # statuses of rules that are told limb by limb
MARKS = {"true": ("y", "yes"), "unknown": ("u", "unknown"), "false": ("n", "no")}
_LINE_STARTS = {
    "fails": "Does not apply",
    "not_in_force": "Not in force",
    "defeated": "Excepted",
    "unknown": "Open",
    "not_encoded": "Not encoded",
}
_ACTS = {
    "suspended": "Suspended",
    "not_enforced": "In force, but announced as not enforced",
    "unconfirmed": "Whether it is in force is not confirmed",
    "not_in_force": "Not in force on this day",
}


@dataclass(frozen=True, slots=True)
class Notice:
    kind: str  # note, conflict
    head: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One outcome of the ladder."""

    outcome: str
    kind: str  # is, if, or nothing
    note: str


@dataclass(frozen=True, slots=True)
class BecauseLine:
    """A line of Because."""

    text: str
    of: ShownName | None
    cites: tuple[Cite, ...]
    facts: list[Fact]
    more: int


@dataclass(frozen=True, slots=True)
class Condition:
    mark: str
    said: str  # what the mark says, in words
    at: str
    text: str
    rest: str = ""  # of a text that is too long for paper


@dataclass(frozen=True, slots=True)
class ShownProvision:
    """A rule for a thing, with its result."""

    rule: ShownRule
    of: ShownName | None
    mark: str
    result: str
    why: str
    conditions: tuple[Condition, ...]
    more: int = 0
    also: tuple[ShownName, ...] = ()  # further things for which it reads alike


@dataclass(frozen=True, slots=True)
class Result:
    """`6 apply`, and the rules with the number of those that read alike."""

    mark: str
    words: str
    rules: list[tuple[ShownProvision, int]]
    is_told: bool  # limb by limb
    is_idle: bool  # does not apply

    @property
    def sections(self) -> list[tuple[str, int]]:
        """The sections that the rules cite, each with the number of its rules; a rule without any by its title."""
        found = Counter[str]()
        for provision, times in self.rules:
            cites = provision.rule.cites
            for section in dict.fromkeys([c.text.partition("(")[0] for c in cites] or [provision.rule.title]):
                found[section] += times
        return sorted(found.items())


@dataclass(frozen=True, slots=True)
class ShownWhyNot:
    outcome: str
    acts: list[str]  # legal acts that alone keep it away
    nearest: list[ShownProvision]
    other: str  # where no rule is near


@dataclass(frozen=True, slots=True)
class Remark:
    head: str
    text: str
    is_notice: bool = False  # which stands above already


class SheetPart:
    """One part: a decision in a jurisdiction, or what rules conclude."""

    def __init__(self, document: Mapping[str, Any], part: Mapping[str, Any], words: DocumentWords) -> None:
        self._document = document
        self.part = self._part = part
        self._words = words
        self.is_decision = "decision" in part
        self._name = asked_of(part)
        self._chain = words.chain(self._name) if self.is_decision else []
        self._told = told_of(part)
        self.open = is_open(self._told)
        self._may = self._chain.index(self._told[1]) if self.is_decision else 0
        self.key = f"{self._name}-{part['jurisdiction']}".replace("_", "-").replace(".", "-")
        self.place = place(part["jurisdiction"])
        self.decision = words.called(part).replace("_", " ")
        self.deciding = turning_acts(document, part)

    # ---- the answer

    @property
    def gravity(self) -> tuple[Rank, bool]:
        """Greater for what should be read first; what is no decision is no graver than the least outcome of one."""
        return rank(self._told, self._chain) if self.is_decision else (0.0, 0.0), self.open

    @property
    def colour(self) -> str:
        return kind(self._told, self._chain)

    @property
    def called(self) -> str:
        """What it is about, with the law, where rules of one conclude it."""
        common = self._part["jurisdiction"] == ir.COMMON
        return self.decision if common else f"{self.decision} ({self._part['jurisdiction']})"

    @property
    def holds(self) -> bool:
        """Whether something is concluded, or may be: a truth or a value, or that somebody is obliged."""
        told = self._told["holds"] if isinstance(self._told, Mapping) and "holds" in self._told else self._told
        return self.open or told == "true" or (isinstance(told, Mapping) and "true" in told["members"].values())

    @property
    def headline(self) -> str:
        if isinstance(self._told, Mapping) and "holds" in self._told:
            return {"true": "Due", "unknown": "May be due", "false": "Not due"}[self._told["holds"]]
        is_told = not self.open or "score" in self._part
        return sentence(self._words.answer(self._told)) if is_told else "Not determined"

    @property
    def beside(self) -> str:
        """What stands under the phrase: the range, the details, or that a suspension alone brings the answer."""
        if not self.is_decision:
            more = self._words.answer(self._told) if isinstance(self._told, Mapping) else ""
            if "score" in self._part:
                more = " or ".join(self._document["scores"][self._name]["bands"])
            return ": ".join(filter(None, (self._document["labels"]["asked"][self._name], more)))
        details = ", ".join(name.replace("_", " ") for name in self._part["answer"]["details"])
        if self.open:
            return self._words.answer(self._told)
        if details:
            return f"with {details}"
        if self.released:
            return "only because a rule is suspended on that day"
        return ""

    @property
    def possible(self) -> str:
        possible = self._part["answer"]["possible"] if self.is_decision else ()
        return ", ".join(name.replace("_", " ") for name in possible)

    @property
    def released(self) -> bool:
        """Whether a suspension alone keeps a graver outcome away."""
        return any(self._releases(act) for act in self.deciding)

    def _releases(self, act: Mapping[str, Any]) -> bool:
        is_stay = self.is_decision and act["status"] == "suspended"
        return is_stay and self._chain.index(act["if_it_stands"][1]) > self._may

    @property
    def roles(self) -> list[tuple[str, ShownName]]:
        """What the facts of the subject lead to, by what they are called; at most three things, each once."""
        found: dict[ShownName, str] = {}
        for unit in self._subject_units():
            name = self._words.reference(unit)
            if name is not None:
                found.setdefault(name, in_short(self._words.fact(unit).label).lower())
        return [(role, name) for name, role in found.items()][:3]

    @property
    def ladder(self) -> list[Step]:
        """The outcomes from the least to the gravest; none of what is no decision."""
        if not self.is_decision:
            return []
        must, (low, high) = self._chain.index(self._told[0]), map(self._chain.index, self._part["answer"]["enforced"])
        same = (low, high) == (must, self._may)
        steps = []
        for at, outcome in enumerate(self._chain):
            inside = must <= at <= self._may
            enforced = low <= at <= high and not same
            note = ("possible" if self.open else "this answer") if inside else ""
            only = "counting only what is enforced" if enforced else ""
            mark = "is" if inside else "if" if enforced else ""
            steps.append(Step(sentence(self._words.outcome(outcome)), mark, "; ".join(filter(None, (note, only)))))
        return steps

    @property
    def notices(self) -> list[Notice]:
        notes = [Notice("note", self._act_head(act), self._act_text(act)) for act in self.deciding]
        notes += [self._change(change) for change in self._part["changes"][:1]]
        return [*self._contradictory(), *notes[:_NOTICES]]

    def _contradictory(self) -> Iterator[Notice]:
        for conflict in self._document["conflicts"][:_NOTICES]:
            values = " and ".join(value.replace("_", " ") for value in conflict["values"])
            of = self._words.thing("{type}/{id}".format(**conflict["of"])).text
            text = f"{sentence(conflict['term'].replace('_', ' '))} of {of} is said to be {values}."
            yield Notice("conflict", "Rules contradict each other.", text)
        for found in self._document["contradictions"][:_NOTICES]:
            of = self._words.thing("{type}/{id}".format(**found["of"])).text
            yield Notice("conflict", "A record cannot be as it is.", f"{of}: {found['because']}.")

    def _act_head(self, act: Mapping[str, Any]) -> str:
        return "Released by a suspension." if self._releases(act) else f"{_ACTS[act['status']]}."

    def _act_text(self, act: Mapping[str, Any]) -> str:
        of = self._words.titles(act["rules"])
        since = f" from {day(act['from'])}" if act["from"] else ""
        until = f" up to and including {day_before(act['until'])}" if act["until"] else ""
        by = f" ({act['act']})" if act["act"] else ""
        stands, falls = self._words.answer(act["if_it_stands"]), self._words.answer(act["if_not"])
        if act["status"] == "suspended":
            return f"{of}: suspended{since}{until}{by}. If the law stood: {stands}."
        if act["status"] == "not_enforced":
            return f"{of}: not enforced{since}{until}{by}. Without this law: {falls}."
        if act["status"] == "unconfirmed":
            return f"{of}: not confirmed{since}{until}{by}. If it is in force: {stands}. If it is not: {falls}."
        return f"{of}: in force{since}{until}{by}. If it were in force on this day: {stands}."

    def _change(self, change: Mapping[str, Any]) -> Notice:
        causes = [self._words.cause(cause) for cause in causes_of(self._part, change)]
        why = f" Cause: {causes[0]}{f' and {len(causes) - 1} more' if causes[1:] else ''}." if causes else ""
        head = f"The answer changes on {day(change['on'])}."
        return Notice("note", head, f"From then on: {self._words.then(change['answer'])}.{why}")

    # ---- why

    @property
    def because(self) -> list[BecauseLine]:
        return [self._line(line) for line in self._part["because"]["lines"]]

    def _line(self, line: Mapping[str, Any]) -> BecauseLine:
        node = self._part["nodes"][line["node"]]
        rule, of = self._rule_and_thing(line["node"])
        if node["status"] == "holds":
            text = sentence(rule.because or rule.title).rstrip(".") + "."
        elif node["applies"] == "true":
            text = f"Its conditions hold: “{self._words.told_title(line['node'].partition('@')[0])}”."
        else:
            text = f"{_LINE_STARTS[node['status']]}: “{self._words.told_title(line['node'].partition('@')[0])}”."
        facts = sorted(self._words.facts(line["units"]), key=lambda fact: (not fact.telling, not fact.source))
        return BecauseLine(text, of, rule.cites, facts[:_LINE], len(facts) - _LINE)

    @property
    def reason(self) -> str:
        """The first that there is to say: a suspension that releases, a rule with this outcome, else of Because."""
        for act in self.deciding:
            if self._releases(act):
                return f"Released by a suspension of {self._words.titles(act['rules'])}."
        statuses, outcome = (("unknown", "not_encoded"), 1) if self.open else (("holds",), 0)
        for id_, node in self._part["nodes"].items():
            rule = id_.partition("@")[0]
            claimed = self._document["labels"]["rules"][rule]["outcomes"].get(self._name)
            if node["status"] in statuses and self.is_decision and claimed == self._told[outcome]:
                told = self._words.rule(rule)
                said = sentence(told.because or self._words.told_title(rule)).rstrip(".")
                return f"{'Open: ' if self.open else ''}{said}."
        if self.because:
            return self.because[0].text
        return "Open: no recorded fact narrows it." if self.open else "No rule can ask for more, whatever is recorded."

    @property
    def suffices(self) -> str:
        lines = self._part["because"]["lines"]
        if not lines:
            return ""
        claim = lines[0]["claim"]
        number = len(self._part["because"][claim])
        if claim == "exact":
            least = "; none can be left out" if self._part["because"]["searched"] else ""
            return f"{counted(number, 'fact suffices', 'facts suffice')}{least}"
        end = self._words.outcome(self._part["answer"]["must" if claim == "floor" else "may"])
        bound = "least" if claim == "floor" else "most"
        least = "; none can be left out" if number > 1 else ""
        return f"{counted(number, 'fact suffices', 'facts suffice')} for “at {bound} {end}”{least}"

    @property
    def because_head(self) -> str:
        """Of an open decision Because tells one end: that it is no less, or no more."""
        lines = self._part["because"]["lines"]
        if not self.open or not self.is_decision or not lines:
            return "Because"
        low, high = self._told
        if lines[0]["claim"] == "floor":
            return f"At least {self._words.outcome(low)}, because"
        return f"No more than {self._words.outcome(high)}, because"

    @property
    def hangs_on(self) -> OpenAnswer:
        """The rules that keep an open answer open."""
        labels = self._document["labels"]["rules"]
        return open_answer(self._part, self._words, {rule: label["outcomes"] for rule, label in labels.items()})

    @property
    def steps(self) -> list[str]:
        """What would settle an open answer."""
        return [sentence(line) for line in Layers(self._document, self._part).steps()] if self.open else []

    @property
    def timeline(self) -> Timeline | None:
        return timeline(self._document["as_of"], self._part, self.deciding, self._words, self._chain)

    @property
    def why_not(self) -> list[ShownWhyNot]:
        """From the gravest to the least; of what is no decision, the rules that would state it."""
        if not self.is_decision:
            near = [self._near(near) for near in self._part["nearest"][:_NEAREST]]
            return [ShownWhyNot("Other rules", [], near, "")] if near else []
        told = self._part.get("why_not", {})
        return [self._why_not(name, told[name]) for name in reversed(self._chain) if name in told]

    def _why_not(self, outcome: str, told: Mapping[str, Any]) -> ShownWhyNot:
        nearest = [self._near(near) for near in told["nearest"][:_NEAREST]]
        graver = self._chain.index(outcome) > self._may
        other = "No rule of this law asks for it." if graver else "What stands under Because asks for more."
        acts = [text for act in self.deciding if (text := self._kept_away(act, outcome))]
        return ShownWhyNot(sentence(self._words.outcome(outcome)), acts, nearest, other)

    def _kept_away(self, act: Mapping[str, Any], outcome: str) -> str:
        of = self._words.titles(act["rules"])
        if act["if_it_stands"] == [outcome, outcome]:
            return f"It would follow if {of} stood, by the facts as they are."
        return f"It would follow without {of}." if act["if_not"] == [outcome, outcome] else ""

    def _near(self, near: Mapping[str, Any]) -> ShownProvision:
        found = self._provision(near["node"], shortened=True)
        atoms = self._part["nodes"][near["node"]]["atoms"]
        chosen: list[Condition] = []
        for stops in (True, False):
            fitting = [a for a in atoms if (a["id"] in near["stopped"]) is stops and (stops or _as_asked(a) == "true")]
            chosen += list({a["id"]: self._condition(a, _LIMB) for a in fitting}.values())[:_CONDITIONS]
        more = len({a["id"] for a in atoms}) - len(chosen)
        why = "; ".join(filter(None, (found.why, "as few other conditions would do" if near["others"] else "")))
        return ShownProvision(found.rule, found.of, found.mark, found.result, why, tuple(chosen), more)

    # ---- the case

    def _subject_units(self) -> list[str]:
        start = f"{self._words.subject}."
        return [unit for unit in self._document["labels"]["units"] if unit.startswith(start)]

    @property
    def case(self) -> list[Fact]:
        return [fact for fact in self._words.facts(self._subject_units()) if fact.telling]

    @property
    def blank(self) -> int:
        return len(self._subject_units()) - len(self.case)

    @property
    def missing(self) -> list[Remark]:
        here = {"decision": self._name, "jurisdiction": self._part["jurisdiction"]}
        settle = self._next["settle"] if self._next else ()
        settling = [one["unknown"][0] for one in settle if len(one["unknown"]) == 1]
        return [
            self._missing(one, settles={"of": one["of"], "fact": one["fact"]} in settling)
            for one in self._document["missing"]
            if (here in one.get("answers", []) if self.is_decision else asked_of(self._part) in one["decides"])
        ]

    @property
    def _next(self) -> Mapping[str, Any] | None:
        return next_of(self._document, self._part)

    @property
    def offers(self) -> list[str]:
        """What can be asked for, or waited for, and the milder answer that it would bring."""
        return [sentence(line) for line in Layers(self._document, self._part).offers()]

    @property
    def missing_elsewhere(self) -> int:
        return len(self._document["missing"]) - len(self.missing)

    def _missing(self, one: Mapping[str, Any], *, settles: bool) -> Remark:
        alone = "alone settles it" if settles else ""
        of, state = one["of"], one.get("state", "")
        if one["kind"] == "law":
            gaps = {gap["gap"]: gap["title"] for gap in self._document["not_encoded"]}
            title = gaps.get(of["id"]) or self._words.rule(of["id"]).title
            note = ", ".join(one.get("cites", [])) if one.get("note", "") in ("", title) else one["note"]
            title = self._words.told_title(of["id"])
            return Remark(title, "; ".join(filter(None, (alone, f"{one['fact']} {state}".strip(), note))))
        unit = f"{of['type']}/{of['id']}.{one['fact']}"
        known = self._document["labels"]["units"].get(unit)
        phrase = sentence(known["text"] if known else one["fact"].replace("_", " "))
        owner = self._words.thing(f"{of['type']}/{of['id']}").text
        return Remark(phrase, "; ".join(filter(None, (f"of {owner}", alone, state, one.get("ask", "")))))

    @property
    def law(self) -> list[Remark]:
        acts = [
            Remark(f"{_ACTS[act['status']]}:", self._act_text(act), at < _NOTICES)
            for at, act in enumerate(self.deciding)
        ]
        unread = [one for one in self._part["unverified"] if one["if_not"] not in (None, self._told)]
        return acts + [self._unread(one) for one in unread]

    @property
    def law_without_weight(self) -> int:
        """Acts and unread rules on which the answer does not hang."""
        return len(self._part["acts"]) + len(self._part["unverified"]) - len(self.law)

    def _unread(self, one: Mapping[str, Any]) -> Remark:
        title = self._words.rule(one["rule"]).title
        note = f" {sentence(one['note'])}." if one["note"] else ""
        text = f"“{shorter(title, 90)}”.{note} Without it: {self._words.answer(one['if_not'])}."
        return Remark(f"Not read in the legal text ({one['certainty'] or 'not marked'}):", text)

    @property
    def assumptions(self) -> list[Fact]:
        return self._words.facts(self._part["assumptions"])

    # ---- side two

    def _rule_and_thing(self, node: str) -> tuple[ShownRule, ShownName | None]:
        rule, _, thing = node.partition("@")
        return self._words.rule(rule), None if thing == self._words.subject else self._words.thing(thing)

    def _condition(self, atom: Mapping[str, Any], most: int = 0) -> Condition:
        mark, said = MARKS[_as_asked(atom)]
        text = f"{'not: ' if atom['negated'] else ''}{self._words.atom(atom['id'])}"
        if most:
            return Condition(mark, said, limb(atom["at"]), shorter(text, most))
        start = text.rfind(" ", 0, _PAPER) if len(text) > _PAPER + _LIMB else len(text)
        return Condition(mark, said, limb(atom["at"]), text[:start], text[start:])

    def _provision(self, id_: str, *, shortened: bool = False) -> ShownProvision:
        node = self._part["nodes"][id_]
        rule, of = self._rule_and_thing(id_)
        if shortened and node["status"] == "fails":
            of = None  # where a rule does not apply, it is told once for all things
        mark, result, _ = RESULTS[node["status"]]
        why = ""
        if node["status"] == "defeated" and node["beaten_by"]:
            why = f"excepted by {self._words.titles(node['beaten_by'])}"
        elif node["status"] == "unknown" and node["doubted_by"]:
            why = f"perhaps excepted by {self._words.titles(node['doubted_by'])}"
        if node["status"] == "not_in_force" and node["body"] == "true":
            why = "its condition holds"
        told = self._part["answer"].get("factors", {}) if "score" in self._part else {}
        if points := told.get(id_.partition("@")[0], ()):
            why = "; ".join(filter(None, (why, *map(_adds, points))))
        conditions = () if shortened else tuple(self._condition(atom) for atom in node["atoms"])
        return ShownProvision(rule, of, mark, result, why, conditions)

    @property
    def holding(self) -> list[ShownProvision]:
        """Rules that hold, and those that are open, limb by limb; one that reads alike for several things once."""
        nodes = self._part["nodes"]
        found: dict[ShownProvision, list[ShownName]] = {}
        for id_ in (id_ for status in _TOLD for id_ in nodes if nodes[id_]["status"] == status):
            provision = self._provision(id_)
            found.setdefault(replace(provision, of=None), []).extend([provision.of] if provision.of else [])
        return [replace(p, of=names[0], also=tuple(names[1:])) if names else p for p, names in found.items()]

    @property
    def provisions(self) -> list[Result]:
        """Every rule under its result; those that read alike are told once."""
        nodes = self._part["nodes"]
        found = []
        for status, (mark, one, several) in RESULTS.items():
            ids = [id_ for id_, node in nodes.items() if node["status"] == status]
            alike = Counter(self._provision(id_, shortened=True) for id_ in ids)
            words = counted(len(ids), one, several)
            found.append(Result(mark, words, list(alike.items()), status in _TOLD, status == "fails"))
        return [result for result in found if result.rules]

    @property
    def rules(self) -> str:
        return counted(len(self._part["nodes"]), "rule")

    @property
    def exact(self) -> list[Fact]:
        return self._words.facts(self._part["because"]["exact"])

    def necessary(self, fact: Fact) -> bool:
        return fact.unit in self._part["necessary"]

    # ---- whether it is told at all

    @property
    def is_encoded(self) -> bool:
        """Whether more than gaps is told of it."""
        return not all(self._words.is_gap(id_.partition("@")[0]) for id_ in self._part["nodes"])

    @property
    def concerns(self) -> bool:
        """False where nothing of it concerns the case, as all that is told are gaps or one fact keeps all of it away:
        one line is enough.
        """
        idle = all(node["status"] in ("fails", "not_in_force") for node in self._part["nodes"].values())
        away = idle and (not self.is_encoded or len(self._part["necessary"]) == 1)
        return not (away and self.is_decision) or self._may > 0 or bool(self._part["changes"] or self.deciding)

    @property
    def in_one_line(self) -> str:
        return f"{self.decision}: {self._words.outcome(self._told[0])}"

    @property
    def not_concerned(self) -> str:
        """The first title of what was asked, for a sheet that only names it."""
        titles = [self._words.rule(node.partition("@")[0]).title for node in self._part["nodes"]]
        return first_of([f"“{shorter(title, 40)}”" for title in titles], 1) or "no provision"


def _as_asked(atom: Mapping[str, Any]) -> str:
    """Whether a condition is as its rule asks: one that stands below a `not` is, where it does not hold."""
    truth = str(atom["truth"])
    return {"true": "false", "false": "true"}.get(truth, truth) if atom["negated"] else truth


def _adds(points: Sequence[str | None]) -> str:
    """`adds 12`, `adds 0 to 12`."""
    low, high = points
    return f"adds {low}" if low == high else f"adds {low} to {high}" if high else f"adds {low} or more"
