"""The documents of a policy and of facts, and what only their text decides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from licet_check.values import ALWAYS, INF, NOT_APPLICABLE, Cell, Node, Span, T, begins_or_ends, day, recorded


class Row(NamedTuple):
    """A record of a relation by the name of its unit, which has none where nobody recorded it."""

    unit: str
    place: int
    facts: Mapping[str, Any]


# ---- documents


def canonical(document: Any) -> bytes:
    """As RFC 8785 writes texts, truths, nulls, lists and objects."""
    return json.dumps(_ordered(document), ensure_ascii=False, separators=(",", ":")).encode()


def _ordered(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _ordered(part[key]) for key in sorted(part, key=lambda key: key.encode("utf-16-be"))}
    return [_ordered(inner) for inner in part] if isinstance(part, list) else part


def digest(document: Any) -> str:
    """The SHA-256 of its canonical JSON."""
    return hashlib.sha256(canonical(document)).hexdigest()


def nodes(part: Any) -> Iterator[Node]:
    """Every node of a part of a policy, itself included."""
    waiting = [part]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def conjuncts(where: Node | None) -> Iterator[Node]:
    """The parts of a filter that must all hold."""
    waiting = [] if where is None else [where]
    while waiting:
        found = waiting.pop(0)
        if found["node"] == "Limb":
            waiting.insert(0, found["part"])
        elif found["node"] == "AllOf":
            waiting[:0] = found["parts"]
        else:
            yield found


def equations(where: Node | None, variable: str) -> Iterator[tuple[str, Node]]:
    """The recorded fields of a variable that a filter says to equal something else, and what."""
    for part in conjuncts(where):
        if part["node"] == "Compare" and part["operator"] == "=":
            for side, other in ((part["left"], part["right"]), (part["right"], part["left"])):
                is_field = side["node"] == "FieldOf" and side["base"]["node"] == "Variable" and side["name"] != "id"
                if is_field and side["base"]["name"] == variable:
                    yield side["name"], other


class Policy:
    """A policy, and what only its text decides."""

    def __init__(self, document: Node) -> None:
        self.document = document
        parts = ("entities", "relations", "lists", "parameters", "decisions", "scores", "rules")
        self.part: dict[str, dict[str, Node]] = {part: dict(document[part]) for part in parts}
        self.rules, self.lists = self.part["rules"], self.part["lists"]
        self.fields = {name: dict(entity["fields"]) for name, entity in self.part["entities"].items()}
        self.beaten_by: dict[str, list[str]] = {id_: [] for id_ in self.rules}
        self.stating: dict[Cell, list[tuple[Node, Node]]] = {}  # the rules, with their effects, by what they state
        self.rows: dict[str, list[Node]] = {}
        for id_, rule in sorted(self.rules.items()):
            for target in rule["excepts"]:
                self.beaten_by[target].append(id_)
            for effect in rule["effects"]:
                stated = [(kind, effect[kind]) for kind in ("decision", "term", "score") if kind in effect]
                stated += [("obligation", id_)] if "modal" in effect else []
                for kind, name in stated:
                    about = rule["entity"] if kind == "term" else ""
                    self.stating.setdefault((kind, about, name), []).append((rule, effect))
        for rule in self.rules.values():
            self.rows.setdefault(rule["group"], []).append(rule)
        self._dated: dict[int, list[tuple[str, Node | None, str]]] = {}
        self._barred: dict[tuple[int, str], bool] = {}
        self._reach: dict[Cell, set[Cell]] = {}

    def places(self, sort: str, about: str, name: str) -> list[str]:
        """The jurisdictions that have rules for something; `common` where there is no other, and of a score."""
        stating = self.stating.get((sort, about, name), ()) if sort != "score" else ()
        return sorted({r["jurisdiction"] for r, _ in stating if r["kind"] != "default"} - {None}) or ["common"]

    def changes(self, name: str) -> set[int]:
        """The days from which a list or a parameter is not what it was before."""
        if name in self.part["parameters"]:
            return begins_or_ends(row["interval"] for row in self.part["parameters"][name]["rows"])
        listed = self.lists[name]
        since = {day(territory["since"], -INF) for territory in listed["territories"]}
        return since | begins_or_ends([listed["covers"], *(member["interval"] for member in listed["members"])])

    def dated(self, atom: Node) -> list[tuple[str, Node | None, str]]:
        """The lists and parameters that a condition reads outside of aggregates: the day on which, and its key."""
        if id(atom) not in self._dated:
            found: list[tuple[str, Node | None, str]] = []
            waiting: list[Any] = [atom]
            while waiting:
                part = waiting.pop(0)
                if isinstance(part, list):
                    waiting += part
                elif isinstance(part, dict) and part.get("node") in ("ListNamed", "ParameterNamed"):
                    found.append((part["name"], None, ""))
                elif isinstance(part, dict) and part.get("node") == "OnDay":
                    found.append((part["part"]["name"], part["day"], repr(part["day"])))
                    waiting.append(part["day"])
                elif isinstance(part, dict) and part.get("node") != "Aggregate":
                    waiting += part.values()
            self._dated[id(atom)] = found
        return self._dated[id(atom)]

    def is_barred(self, part: Node, variable: str) -> bool:
        """Whether an operand reads a variable, a conclusion, a collection or a score."""
        key = id(part), variable
        if key not in self._barred:
            self._barred[key] = any(
                node.get("node") in ("TermOf", "Aggregate", "ScoreOf")
                or (node.get("node") == "Variable" and node["name"] == variable)
                for node in nodes(part)
            )
        return self._barred[key]

    def is_recursive(self, cell: Cell, other: Cell) -> bool:
        """Whether two terms, as views read them, are read by each other."""
        return other in self._reached(cell) and cell in self._reached(other)

    def _reached(self, cell: Cell) -> set[Cell]:
        if cell not in self._reach:
            seen: set[Cell] = set()
            waiting = list(self._read_by(cell))
            while waiting:
                found = waiting.pop()
                if found not in seen:
                    seen.add(found)
                    waiting += self._read_by(found)
            self._reach[cell] = seen
        return self._reach[cell]

    def _read_by(self, cell: Cell) -> Iterator[Cell]:
        sort, view, entity, name = cell
        for rule, effect in self.stating.get((sort, entity, name), ()):
            if view in ("overall", rule["jurisdiction"]) or rule["jurisdiction"] is None:
                yield from _cells(effect)
                for around in (rule["id"], *self.around(rule["id"])):
                    yield from _cells(self.rules[around]["body"])
                    for node in nodes(self.rules[around]["body"]):
                        if node.get("node") == "RowAbove":
                            yield from _cells([row["body"] for row in self.rows[node["table"]]])

    def around(self, id_: str) -> list[str]:
        """The exceptions to a rule and what it excepts, however indirect."""
        found: dict[str, None] = {}
        for step in (lambda r: self.rules[r]["excepts"], lambda r: self.beaten_by[r]):
            waiting = [id_, *found]
            while waiting:
                further = [other for other in step(waiting.pop()) if other not in found]
                found.update(dict.fromkeys(further))
                waiting += further
        return list(found)


def _cells(part: Any) -> Iterator[Cell]:
    """The terms and decisions that a part of a rule reads, as its view reads them."""
    for node in nodes(part):
        match node.get("node"):
            case "Holds":
                yield "term", node["view"], node["entity"], node["term"]
            case "TermOf":
                yield "term", node["view"], node["base"]["type"]["name"], node["name"]
            case "Outcome":
                yield "decision", node["view"], "", node["decision"]


def stated(rule: Node, decision: str) -> int | None:
    """The outcome of a decision that a rule states."""
    return max(
        (int(effect["outcome"]) for effect in rule["effects"] if effect.get("decision") == decision), default=None
    )


def is_open(rule: Node) -> bool:
    """Whether a `?` ends the body of a rule: nobody encoded what it concludes."""
    body = rule["body"]
    return bool(rule["kind"] in ("gap", "default") and body and (body.get("parts") or [body])[-1].get("truth") == "1")


class Facts:
    """The facts of an inventory, and what may be besides."""

    def __init__(self, document: Node) -> None:
        self.document = document
        self.as_of: str | None = document["as_of"]
        self.entities: dict[str, dict[str, Node]] = document["entities"]
        self.opened: dict[str, list[Node]] = document["opened"]
        self.added: list[list[str]] = document["members"]
        self.rows: dict[str, list[Row]] = {}
        for name, rows in document["relations"].items():
            self.rows[name] = [Row(f"{name}~{digest(row)[:12]}", place, row) for place, row in enumerate(rows)]
        self.bits: dict[str, int] = {}  # by what may be hidden or supposed otherwise: a bit of its own
        self._indexes: dict[tuple[str, str], tuple[dict[str, list[Any]], list[Any]]] = {}

    def all_of(self, name: str) -> list[Any]:
        """The rows of a relation, or the ids of an entity."""
        return [*self.entities.get(name, ()), *self.rows.get(name, ())]

    def said(self, name: str, thing: Any) -> Mapping[str, Any]:
        """What is recorded of a row, or of a thing and its id."""
        return thing.facts if isinstance(thing, Row) else {**self.entities[name][thing], "id": thing}

    def saying(self, name: str, field: str, value: str) -> list[Any]:
        """The rows of a relation, or the ids of an entity, that say a text in a field, or no text at all."""
        if (name, field) not in self._indexes:
            said: dict[str, list[Any]] = {}
            loose: list[Any] = []
            for thing in self.all_of(name):
                fact = self.said(name, thing).get(field)
                (said.setdefault(fact, []) if isinstance(fact, str) else loose).append(thing)
            self._indexes[name, field] = said, loose
        said, loose = self._indexes[name, field]
        return [*said.get(value, ()), *loose]


def governing(policy: Policy, facts: Facts, type_: str, id_: str, otherwise: Span) -> Span:
    """The day that governs what is decided about a thing; `otherwise` for what has none of its own."""
    declared, fields = policy.part["entities"][type_]["governed_by"], policy.fields[type_]
    own = fields.get(declared or "date")
    if own is None or own["type"]["kind"] != "DATE" or own["derived"]:
        return otherwise
    said = recorded(own["type"], facts.entities[type_][id_].get(own["name"]))
    if said.lacks == T and declared:
        return otherwise
    return (-INF, INF) if said.lacks else (said.low, said.high)


# ---- parts of conditions


def fits(facts: Mapping[str, Any], pairs: Mapping[str, str]) -> bool:
    """Whether something does not surely lie outside of a scope."""
    said = [(facts.get(field), value) for field, value in pairs.items()]
    return all(fact == value or (not isinstance(fact, str) and fact != NOT_APPLICABLE) for fact, value in said)


def months_and_days(node: Node) -> tuple[int, int]:
    """A stretch of calendar time that is written out."""
    return int(node["value"]["months"]), int(node["value"]["days"])


def shift(node: Node) -> tuple[Node, Any] | None:
    """A field, and how much is added to it; days, where it is one."""
    if node["node"] == "FieldOf":
        return node, 0
    if node["node"] != "Arithmetic" or node["operator"] not in "+-":
        return None
    inner, added = node["left"], node["right"]
    if node["operator"] == "+" and inner["node"] == "Known":
        inner, added = added, inner
    if added["node"] != "Known" or (found := shift(inner)) is None:
        return None
    months, amount = (
        months_and_days(added)
        if isinstance(added["value"], dict)
        else (0, recorded(added["type"], added["value"]).value)
    )
    return None if months else (found[0], found[1] + (amount if node["operator"] == "+" else -amount))


def cells(body: Node | None) -> Node:
    """The condition of a row without the rows above it."""

    def is_above(part: Node) -> bool:
        return bool(part["node"] == "Not" and part["part"]["node"] == "RowAbove")

    if body is None or is_above(body):
        return ALWAYS
    is_later = body["node"] == "AllOf" and len(body["parts"]) == 2 and is_above(body["parts"][1])
    return body["parts"][0] if is_later else body
