"""An answer decided again: as it is, from some units alone, with law supposed otherwise, and on other days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from licet_check.conditions import Log
from licet_check.policy import Facts, Policy, digest, nodes
from licet_check.reading import Reading
from licet_check.values import INF, LAST, WORDS, Cell, Node, begins_or_ends, day

LAW = ("live", "ListNamed", "ParameterNamed", "off")  # what no fact is read for
KINDS = ("suspended", "not_enforced", "unconfirmed", "in_force")
Name = tuple[str, str]  # a rule, and the thing that it is about
Answer = tuple[tuple[int, int], tuple[list[str], list[str]], tuple[int, int]]  # bounds, details, enforced bounds


class Trial:
    """What is decided about a thing: as it is, and with something hidden, supposed or on another day."""

    def __init__(self, policy: Policy, facts: Facts, on: tuple[Any, Any], about: tuple[str, str, str]) -> None:
        self.policy, self.facts, self.on = policy, facts, on
        self.decision, self.place, self.subject = about
        self.readings = [Reading(policy, facts, on, enforced_only=only) for only in (False, True)]
        self.tried = -1  # how often it was decided with something hidden, supposed or on another day
        self.answer = self._answer(self.readings)
        self.nodes: dict[Name, Any] = {}
        self.ranging: set[Name] = set()  # the nodes that go through a collection
        self._by_population: set[Name] = set()  # of whose records more may have to be known than they read
        self._trials: dict[frozenset[str], tuple[Answer, list[Reading]]] = {}
        self.readers: dict[str, set[Name]] = {}  # the nodes that read a unit, or a term or decision
        self.fitting: dict[str, set[str]] = {}
        for reading in self.readings:
            self._walk(reading)
        if not any(kind == "not_enforced" for id_, _ in self.nodes for kind, _ in bearing(policy.rules[id_], on)):
            self.readings.pop()  # what is enforced is the same
        logs = [log for atoms, values in self.nodes.values() for log in [a[3] for a in atoms] + [v[1] for v in values]]
        self.units = frozenset(unit for log in logs for unit in log.reads)

    def _answer(self, readings: list[Reading]) -> Answer:
        self.tried += 1
        about = self.decision, self.place, self.subject
        return readings[0].bounds(*about), readings[0].details(*about), readings[-1].bounds(*about)

    def _walk(self, reading: Reading) -> None:
        """The cone: the rules that state an outcome, all around them, and all behind what they read."""
        waiting = list(self._stating(("decision", self.place, "", self.decision, self.subject)))
        seen: set[Name] = set()
        while waiting:
            id_, subject = name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            waiting += ((other, subject) for other in self.policy.around(id_))
            atoms, values = reading.traced(self.policy.rules[id_], subject)
            if not reading.enforced_only:
                self.nodes[name] = atoms, values
            for log in [atom[3] for atom in atoms] + [value[1] for value in values]:
                for complete, fitting in log.fitting.items():
                    self.fitting.setdefault(complete, set()).update(fitting)
                for unit in log.reads:
                    self.readers.setdefault(unit, set()).add(name)
                for cell in log.behind:
                    if cell[0] == "members":
                        self.ranging.add(name)
                        self._by_population |= {name} if cell[3] in self.policy.fields else set()
                    for behind in self._stating(cell):
                        self.readers.setdefault(repr(behind), set()).add(name)
                        waiting.append(behind)

    def _stating(self, cell: Cell) -> Iterator[Name]:
        """The rules that state a term or a decision in a view, of a thing."""
        sort, view, entity, name, subject = cell
        for rule, _ in self.policy.stating.get((sort, entity, name), ()):
            if rule["jurisdiction"] in (view, None) or view == "overall":
                yield rule["id"], subject

    def _touched(self, units: Iterable[str], also: Iterable[Name] = ()) -> set[Name]:
        """The nodes whose condition may be another where something is hidden, and what reads their conclusions."""
        found: set[Name] = set()
        waiting = [*also, *self._by_population, *(name for unit in units for name in self.readers.get(unit, ()))]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                stating = [name, *((other, name[1]) for other in self.policy.around(name[0]))]
                waiting += [reader for one in stating for reader in self.readers.get(repr(one), ())]
        return found

    def hiding(self, units: Iterable[str]) -> Answer:
        """The answer of somebody who knows nothing of some units of the cone."""
        return self.knowing(self.units - frozenset(units))

    def knowing(self, units: frozenset[str], but: str = "") -> Answer:
        """The answer of somebody who knows nothing but some units of the cone, without one of them."""
        key = units - {but}
        if key not in self._trials:
            if but:
                self.knowing(units)
                base, touched = self._trials[units][1], self._touched([but], self.ranging)
            else:
                base, touched = self.readings, self._touched(self.units - units)
            readings = []
            for before in base:
                reading = Reading(self.policy, self.facts, self.on, enforced_only=before.enforced_only, only=key)
                reading.fitting = self.fitting
                law = {k: found for k, found in before.kept.items() if k[0] in LAW}
                bodies = {k: found for k, found in before.kept.items() if k[0] == "body" and k[1:] not in touched}
                reading.kept = law | bodies
                readings.append(reading)
            self._trials[key] = self._answer(readings), readings
        return self._trials[key][0]

    def supposing(self, rules: Iterable[str], stand: int) -> Answer:
        """The answer if some rules were in force, or were not."""
        readings = [Reading(self.policy, self.facts, self.on, enforced_only=only) for only in (False, True)][
            : len(self.readings)
        ]
        for reading in readings:
            reading.forced = dict.fromkeys(rules, stand)
        return self._answer(readings)

    def causes(self) -> dict[int, set[str]]:
        """The days after this one on which something may be another: what begins or ends there."""
        found: dict[int, set[str]] = {}
        for id_, _ in self.nodes:
            rule = self.policy.rules[id_]
            for on in begins_or_ends(span for kind in KINDS for span in rule["live"][kind]):
                found.setdefault(on, set()).add(f"rule {id_}")
            for node in nodes([rule["body"], rule["effects"]]):
                kind = {"ListNamed": "list", "ParameterNamed": "parameter"}.get(node.get("node", ""))
                name = node["name"] if kind else node.get("calendar", "")
                for on in self.policy.changes(name) if name else ():
                    found.setdefault(on, set()).add(f"{kind or 'list'} {name}")
                if node.get("node") == "Known" and node["type"]["kind"] == "DATE":
                    for on in days_in(node["value"]):
                        found.setdefault(on, set()).add(f"rule {id_}")
                        found.setdefault(on + 1, set()).add(f"rule {id_}")
        for atoms, values in self.nodes.values():
            for log in [atom[3] for atom in atoms] + [value[1] for value in values]:
                for unit, fact in log.reads.items():
                    for on in days_in(fact):
                        for day_ in (on, on + 1):
                            found.setdefault(day_, set()).add(unit)
        return {on: why for on, why in found.items() if self.on[1] < on <= LAST}

    def on_day(self, on: int) -> Answer:
        """The answer on another day."""
        return self._answer([Reading(self.policy, self.facts, (on, on), enforced_only=only) for only in (False, True)])


def node_document(trial: Trial, name: Name) -> Node:
    """What a document says of a rule for a thing."""
    id_, subject = name
    rule, (atoms, values) = trial.policy.rules[id_], trial.nodes[name]
    found = trial.readings[0].result(id_, subject)
    of = f"{id_}@{rule['entity']}/{subject}"

    def entry(node: Node, at: str, log: Log) -> Node:
        said = {"id": f"{of}#{digest(node)[:8]}", "at": at, "reads": log.reads, "derives": log.derives}
        return {**said, "decides": log.decides}

    return {
        "status": found.status,
        **{part: WORDS[getattr(found, part)] for part in ("live", "body", "applies", "effective")},
        "excepts": rule["excepts"],
        "beaten_by": list(found.beaten_by),
        "doubted_by": list(found.doubted_by),
        "atoms": [{**entry(node, at, log), "truth": WORDS[truth]} for node, at, truth, log in atoms],
        "values": [entry(node, at, log) for node, log, at in values],
    }


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
