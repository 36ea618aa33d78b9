"""The documents of a policy and of facts, and what only their text decides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, NamedTuple, TypeVar

from licet_check.values import ALWAYS, INF, NOT_APPLICABLE, Cell, Node, Span, T, begins_or_ends, day, recorded

Found = TypeVar("Found")
SORTS = ("decision", "term", "score", "obligation")  # of what rules state
KINDS = ("suspended", "not_enforced", "unconfirmed", "in_force")  # of the intervals of a rule
RANGING = ("Some", "Every", "Aggregate")


class Row(NamedTuple):
    """A row of a relation, or a record with its id, by the name of its unit; that has none where nobody recorded it."""

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


def nodes(part: Any, closed: tuple[str, ...] = ()) -> Iterator[Node]:
    """Every node of a part of a policy, itself included, but for those within nodes of some kinds."""
    waiting = [part]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting += found.values() if found.get("node") not in closed else ()
        elif isinstance(found, list):
            waiting += found


def closure(start: Iterable[Found], step: Callable[[Found], Iterable[Found]]) -> dict[Found, None]:
    """All that some things lead to, one step after the other, and these."""
    found = dict.fromkeys(start)
    waiting = list(found)
    while waiting:
        further = [one for one in dict.fromkeys(step(waiting.pop())) if one not in found]
        found.update(dict.fromkeys(further))
        waiting += further
    return found


class Once(dict[Any, Any]):
    """What is worked out once, by key."""

    def __call__(self, key: Any, work: Callable[..., Any], *of: Any) -> Any:
        """What it is, of what it is made."""
        return self[key] if key in self else self.setdefault(key, work(*of))


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
                stated = {**effect, "obligation": id_} if act_of(effect) else effect
                for sort in stated.keys() & SORTS:
                    about = rule["entity"] if sort == "term" else ""
                    self.stating.setdefault((sort, about, stated[sort]), []).append((rule, effect))
        for rule in self.rules.values():
            self.rows.setdefault(rule["group"], []).append(rule)
        self.once = Once()
        self.changes = cache(self._changes)  # the days from which a rule, a list or a parameter is not what it was
        self._reached = cache(lambda cell: closure(self._reads(cell), self._reads))

    @cached_property
    def fingerprint(self) -> str:
        """That of all that it says."""
        return f"sha256:{digest({name: part for name, part in self.document.items() if name != 'schema'})}"

    def digest(self, part: Node) -> str:
        """That of a part: what reads the same is the same, wherever it stands."""
        return str(self.once(id(part), digest, part))

    def claims(self, sort: str, view: str | None, about: str, name: str) -> list[tuple[Node, Node]]:
        """The rules that state something in a view, with their effects; of a score, and overall, those of any law."""
        stating, is_any = self.stating.get((sort, about, name), ()), sort == "score" or view == "overall"
        return [(rule, effect) for rule, effect in stating if is_any or rule["jurisdiction"] in (view, None)]

    def places(self, sort: str, about: str, name: str) -> list[str]:
        """The jurisdictions that have rules for something; `common` where there is no other, and of a score."""
        stating = self.stating.get((sort, about, name), ()) if sort != "score" else ()
        return sorted({r["jurisdiction"] for r, _ in stating if r["kind"] != "default"} - {None}) or ["common"]

    def _changes(self, name: str) -> set[int]:
        if name in self.rules:
            return begins_or_ends(span for kind in KINDS for span in self.rules[name]["live"][kind])
        if name in self.part["parameters"]:
            return begins_or_ends(row["interval"] for row in self.part["parameters"][name]["rows"])
        listed = self.lists[name]
        since = {day(territory["since"], -INF) for territory in listed["territories"]}
        return since | begins_or_ends([listed["covers"], *(member["interval"] for member in listed["members"])])

    def turned(self, after: int, until: int) -> list[str]:
        """The rules, lists and parameters that may not be what they were."""
        names = [*self.rules, *self.lists, *self.part["parameters"]]
        return [name for name in names if any(after < on <= until for on in self.changes(name))]

    def dated(self, atom: Node) -> list[tuple[str, Node | None, str]]:
        """The lists and parameters that a condition reads outside of aggregates: the day on which, and its key."""
        return list(self.once(("dated", id(atom)), lambda: [*_dated(atom)]))

    def is_barred(self, part: Node, variable: str) -> bool:
        """Whether an operand reads a variable, a conclusion, a collection or a score."""
        kinds = "TermOf", "Aggregate", "ScoreOf"
        work = lambda: reads(part, variable) or any(node.get("node") in kinds for node in nodes(part))  # noqa: E731
        return bool(self.once(("barred", variable, id(part)), work))

    def is_recursive(self, cell: Cell, other: Cell) -> bool:
        """Whether two terms, as views read them, are read by each other."""
        return other in self._reached(cell) and cell in self._reached(other)

    def _reads(self, cell: Cell) -> Iterator[Cell]:
        for rule, effect in self.claims(*cell):
            yield from _cells(effect)
            for around in self.around(rule["id"]):
                yield from _cells(self.rules[around]["body"])
                for node in nodes(self.rules[around]["body"]):
                    if node.get("node") == "RowAbove":
                        yield from _cells([row["body"] for row in self.rows[node["table"]]])

    def around(self, id_: str) -> Iterable[str]:
        """A rule, what it excepts, and all exceptions to these, however indirect."""
        return closure(closure([id_], lambda r: self.rules[r]["excepts"]), lambda r: self.beaten_by[r])


def _dated(part: Any) -> Iterator[tuple[str, Node | None, str]]:
    for node in nodes(part, ("Aggregate", "OnDay")):
        if node.get("node") == "OnDay":
            yield node["part"]["name"], node["day"], repr(node["day"])
            yield from _dated(node["day"])
        elif node.get("node") in ("ListNamed", "ParameterNamed"):
            yield node["name"], None, ""


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


def act_of(effect: Node) -> Node | None:
    """What an effect says that somebody must, must not or may do, with who, and by or until when; None of others."""
    return effect if "modal" in effect else None


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
        self.once = Once()  # of all that rests on these facts and one policy
        self._bits: dict[str, int] = {}
        self._all: dict[tuple[str, bool], list[Row]] = {}
        self._indexes: dict[tuple[str, bool, str], dict[str, list[Row]]] = {}
        for name, rows in document["relations"].items():
            self._all[name, True] = [Row(f"{name}~{digest(said)[:12]}", place, said) for place, said in enumerate(rows)]
        for name, records in self.entities.items():
            self._all[name, False] = [Row(f"{name}/{id_}", 0, {**said, "id": id_}) for id_, said in records.items()]

    def bit(self, name: str) -> int:
        """A bit of its own for what may be hidden or supposed otherwise."""
        return self._bits.get(name) or self._bits.setdefault(name, 1 << len(self._bits))

    def within(self, name: str, of_rows: bool, pairs: Mapping[str, str]) -> dict[Any, Row]:
        """The rows of a relation, or the records of an entity, that do not surely lie outside of a scope."""
        found = self._all.get((name, of_rows), [])
        if pairs:
            field, value = next(iter(pairs.items()))
            if (name, of_rows, field) not in self._indexes:
                index = self._indexes[name, of_rows, field] = {}
                for row in found:
                    said = row.facts.get(field)
                    index.setdefault(said if isinstance(said, str) else "", []).append(row)
            index = self._indexes[name, of_rows, field]
            found = [*index.get(value, ()), *index.get("", ())]
        return {row[:2]: row for row in found if fits(row.facts, pairs)}


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
    is_time = isinstance(added["value"], dict)
    months, amount = months_and_days(added) if is_time else (0, recorded(added["type"], added["value"]).value)
    return None if months else (found[0], found[1] + (amount if node["operator"] == "+" else -amount))


def conjuncts(node: Node) -> list[Node]:
    """The parts of a condition that must all hold."""
    parts = node["parts"] if node["node"] == "AllOf" else [node["part"]] if node["node"] == "Limb" else None
    return [node] if parts is None else [inner for part in parts for inner in conjuncts(part)]


def field_of(node: Node, variable: str) -> str:
    """The field of a variable that an operand is, `id` for itself; empty for anything else."""
    owner = node["base"] if node["node"] == "FieldOf" else node
    is_own = owner["node"] == "Variable" and owner["name"] == variable
    return node["name"] if is_own and node is not owner else "id" if is_own else ""


def reads(part: Node, variable: str) -> bool:
    """Whether an operand reads a variable."""
    return any(node.get("node") == "Variable" and node["name"] == variable for node in nodes(part))


def cells(body: Node | None) -> Node:
    """The condition of a row without the rows above it."""
    parts = [] if body is None else body["parts"] if body["node"] == "AllOf" else [body]
    return {**ALWAYS, "parts": [p for p in parts if p["node"] != "Not" or p["part"]["node"] != "RowAbove"]}
