"""An answer decided again: as it is, from some units alone, with law supposed otherwise, and on other days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from licet_check.conditions import Log
from licet_check.policy import KINDS, act_of, closure, nodes
from licet_check.reading import Reading
from licet_check.values import INF, LAST, NOT_APPLICABLE, WORDS, Cell, Node, T, day, exact

Name = tuple[str, str]  # a rule, and the thing that it is about
Answer = Any  # of a decision bounds, details and enforced bounds; else what a document says


class Trial:
    """What is decided about a thing: as it is, and with something hidden, supposed or on another day."""

    def __init__(self, as_it_is: Sequence[Reading], about: Cell) -> None:
        """`as_it_is` are two readings, of all law and of what is enforced, that answers of one day have in common."""
        self.readings = as_it_is
        self.policy, self.facts, self.on = as_it_is[0].policy, as_it_is[0].facts, as_it_is[0].on
        self.sort, self.place, self.entity, self.name, self.subject = self.about = about
        self.outcomes = self.policy.part["decisions"][self.name]["outcomes"] if self.sort == "decision" else []
        self._announced = [id_ for id_, rule in self.policy.rules.items() if rule["live"]["not_enforced"]]
        self.fitting: dict[str, set[str]] = {}
        self.tried = 0  # how often somebody asked with something hidden, supposed or on another day
        self.answer = self._answer(self.readings[0])
        self.nodes: dict[Name, Any] = {}
        self.reads: dict[str, Any] = {}
        self._answers: dict[frozenset[str], Answer] = {}
        self._bases: dict[frozenset[str], Reading] = {}
        for reading in self.readings:
            closure(self.stating(*about), partial(self._walk, reading))
        kinds = {kind for id_, _ in self.nodes for kind, _ in bearing(self.policy.rules[id_], self.on)}
        if "not_enforced" not in kinds:
            self._announced = []  # what is enforced is the same
        self.units = frozenset(self.reads)

    def called(self, id_: str, subject: str) -> str:
        """How a document calls a rule for a thing."""
        return f"{id_}@{self.policy.rules[id_]['entity']}/{subject}"

    def documents(self) -> dict[str, Node]:
        """What a document says of each rule of the cone."""
        return {self.called(*name): self._node(*name) for name in self.nodes}

    def _node(self, id_: str, subject: str) -> Node:
        found, (atoms, values) = self.readings[0].result(id_, subject), self.nodes[id_, subject]

        def entry(node: Node, place: Node, log: Log) -> Node:
            said = {"id": f"{self.called(id_, subject)}#{self.policy.digest(node)[:8]}", "reads": log.reads}
            return {**said, **place, "derives": log.derives, "decides": log.decides}

        return {
            "status": found.status,
            **{part: WORDS[getattr(found, part)] for part in ("live", "body", "applies", "effective")},
            "excepts": self.policy.rules[id_]["excepts"],
            "beaten_by": list(found.beaten_by),
            "doubted_by": list(found.doubted_by),
            "atoms": [{**entry(node, place, log), "truth": WORDS[truth]} for node, place, truth, log in atoms],
            "values": [entry(node, place, log) for node, place, _, log in values],
        }

    def document(self) -> Any:
        """What a document says of the answer."""
        if self.sort == "score":
            factors = dict[str, list[Any]]()
            for id_, *points in self.readings[0].factors(self.name, self.subject):
                factors.setdefault(id_, []).append([None if end == INF else f"{end}" for end in points])
            return {"low": self.answer[0], "high": self.answer[1], "factors": factors}
        if self.sort != "decision":
            return self.answer
        (must, may), (details, possible), enforced = self.answer
        ends = {"must": self.outcomes[must], "may": self.outcomes[may], "details": details, "possible": possible}
        return {**ends, "enforced": [self.outcomes[end] for end in enforced]}

    def _answer(self, reading: Reading) -> Answer:
        if self.sort != "decision":
            return self.told(reading)
        about = self.name, self.place, self.subject
        bounds, details = reading.bounds(*about), reading.details(*about)
        if not self._announced:
            return bounds, details, bounds
        enforced = self._less(reading, self._announced, reading.only)
        enforced.enforced_only, enforced.forced = True, reading.forced
        return bounds, details, enforced.bounds(*about)

    def told(self, reading: Reading) -> Any:
        """What a document says of an answer on another day, or where law is otherwise."""
        if self.sort == "decision":
            return [self.outcomes[end] for end in reading.bounds(self.name, self.place, self.subject)]
        if self.sort == "score":
            return [f"{end}" for end in reading.score(self.name, self.subject)]
        if self.sort == "obligation":
            return self._duty(reading)
        view = None if self.place == "common" else self.place
        said = reading.term_document(view, self.entity, self.name, self.subject)
        if isinstance(said, dict):
            said["members"] = {value: truth for value, truth in said["members"].items() if truth != said["others"]}
        return said

    def _duty(self, reading: Reading) -> Node:
        rule = self.policy.rules[self.name]
        truth, env = reading.effective(rule, self.subject), {rule["variable"]: exact(self.subject)}
        duties = []
        for act in filter(None, map(act_of, rule["effects"])) if truth else ():
            who, due = reading.operand(act["bearer"], env), None
            if act["deadline"]:
                said = reading.operand(act["deadline"], env)
                on = NOT_APPLICABLE if said.lacks == T else day_document((said.low, said.high))
                due = {"kind": act["deadline_kind"], "day": on}
            told = {"who": NOT_APPLICABLE if who.lacks == T else who.value, "deadline": due}
            duties.append({**told, "modal": act["modal"], "act": act["act"]})
        return {"holds": WORDS[truth], "duties": duties}

    def _walk(self, reading: Reading, name: Name) -> Iterator[Name]:
        """What belongs to the cone with a rule of it: all around that, and all behind what it reads."""
        id_, subject = name
        asked = (self.sort, self.name) if subject == self.subject else ()
        atoms, values = reading.traced(self.policy.rules[id_], subject, *asked)
        if not reading.enforced_only:
            self.nodes[name] = atoms, values
        for *_, log in atoms + values:
            self.reads |= {} if reading.enforced_only else log.reads
            for complete, fitting in log.fitting.items():
                self.fitting.setdefault(complete, set()).update(fitting)
            yield from (behind for cell in log.behind for behind in self.stating(*cell))
        yield from ((other, subject) for other in self.policy.around(id_))

    def stating(self, sort: str, view: str, entity: str, name: str, subject: str) -> dict[Name, None]:
        """The rules that state a term or a decision in a view, of a thing."""
        return dict.fromkeys((rule["id"], subject) for rule, _ in self.policy.claims(sort, view, entity, name))

    def knowing(self, units: frozenset[str], but: str = "") -> Answer:
        """The answer of somebody who knows nothing but some units of the cone, without one of them."""
        self.tried += 1
        key = units - {but}
        if key not in self._answers:
            self._answers[key] = self._answer(self._without(units if but else self.units, key))
        return self._answers[key]

    def _without(self, base: frozenset[str], units: frozenset[str]) -> Reading:
        """A reading that knows some units; what was found of more, and from none of the others, is found already."""
        if base not in self._bases:
            new = Reading(self.policy, self.facts, self.on)
            self._bases[base] = self._less(new, [], base) if base == self.units else self._without(self.units, base)
            self._answers[base] = self._answer(self._bases[base])
        return self._less(self._bases[base], base - units, units)

    def _less(self, before: Reading, but: Iterable[str], only: frozenset[str] | None) -> Reading:
        """A reading that has found already what rests on none of some units or rules."""
        names = {name for one in but for name in self._bearing(one)}
        reading = Reading(self.policy, self.facts, self.on, only=only)
        reading.fitting, reading.before, reading.gone = self.fitting, before, sum(map(self.facts.bit, names))
        return reading

    def _bearing(self, unit: str) -> Iterator[str]:
        """What is looked at where a unit, or a rule, bears on what is found: itself, and collections that it is of."""
        for one in (unit, *(complete for complete, fitting in self.fitting.items() if unit in fitting)):
            head, slash, id_ = one.partition("/")
            yield one
            if one.startswith("only:"):
                yield one[5 : one.index("{")]
            elif not slash or id_ in self.facts.entities.get(head, {}):
                yield head.partition("~")[0]

    def supposing(self, rules: Iterable[str], stand: int) -> Any:
        """What is told of the answer if some rules were in force, or were not."""
        self.tried += 1
        reading = self._less(self.readings[0], rules, None)
        reading.forced = dict.fromkeys(rules, stand)
        return self.told(reading)

    def causes(self) -> dict[int, set[str]]:
        """The days after this one on which something may be another: what begins or ends there."""
        found: dict[int, set[str]] = {}
        for on, why in self._turning():
            if self.on[1] < on <= LAST:
                found.setdefault(on, set()).add(why)
        return found

    def _turning(self) -> Iterator[tuple[int, str]]:
        for id_, _ in self.nodes:
            yield from self.policy.once(("turning", id_), list, self._of_rule(id_))
        for unit, fact in self.reads.items():
            yield from ((on + after, unit) for on in days_in(fact) for after in (0, 1))

    def _of_rule(self, id_: str) -> Iterator[tuple[int, str]]:
        yield from ((on, f"rule {id_}") for on in self.policy.changes(id_))
        for node in nodes([self.policy.rules[id_]["body"], self.policy.rules[id_]["effects"]]):
            kind = {"ListNamed": "list", "ParameterNamed": "parameter"}.get(node.get("node", ""))
            name = node["name"] if kind else node.get("calendar", "")
            yield from ((on, f"{kind or 'list'} {name}") for on in (self.policy.changes(name) if name else ()))
            if node.get("node") == "Known" and node["type"]["kind"] == "DATE":
                yield from ((on + after, f"rule {id_}") for on in days_in(node["value"]) for after in (0, 1))

    def on_day(self, on: int) -> Any:
        """What is told of the answer on another day."""
        self.tried += 1
        reading = self._less(self.readings[0], ["as_of", *self.policy.turned(self.on[1], on)], None)
        reading.on = (on, on)
        return self.told(reading)


def day_document(on: tuple[Any, Any]) -> Any:
    """What a document says of a day."""
    low, high = (None if abs(end) == INF else date.fromordinal(end).isoformat() for end in on)
    if low == high:
        return low
    return {end: said for end, said in (("at_least", low), ("at_most", high)) if said is not None}


def bearing(rule: Node, on: tuple[Any, Any]) -> list[tuple[str, Node]]:
    """The intervals of a rule's status that bear on a day; those in which it is in force, where it is not."""
    live = rule["live"]
    meets = {
        kind: [span for span in live[kind] if day(span["start"], -INF) <= on[1] and on[0] < day(span["end"], INF)]
        for kind in KINDS
    }
    found = [(kind, span) for kind in KINDS[:3] for span in meets[kind]]
    return found + [("not_in_force", span) for span in live["in_force"][-1:] if not meets["in_force"]]


def days_in(fact: Any) -> Iterator[int]:
    """The days that a fact names, wherever in it."""
    for _, text in texts(fact):
        if len(text) == 10 and text[4] == text[7] == "-":
            try:
                yield day(text)
            except ValueError:
                continue


def texts(found: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document, keys included, and where it stands."""
    if isinstance(found, str):
        yield at, found
    elif isinstance(found, dict):
        for key, inner in found.items():
            yield at, key
            yield from texts(inner, f"{at}.{key}")
    elif isinstance(found, list):
        for place, inner in enumerate(found):
            yield from texts(inner, f"{at}[{place}]")
