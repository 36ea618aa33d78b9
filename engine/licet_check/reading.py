"""The language read a second time, from docs/language.md: policies and facts as JSON, decided again.

No engine is asked, and nothing but the standard library is imported. A truth is 0 (false), 1 (unknown) or 2 (true), so
that `and` is `min`, `or` is `max` and `not` is the distance from 2. Days are ordinals, ordered values their places, and
numbers exact; where there is no end, it is infinite.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import groupby, pairwise, product
from typing import Any, NamedTuple

F, U, T = 0, 1, 2
WORDS = ("false", "unknown", "true")
INF = math.inf
MOST = 4096  # combinations of days on which one condition is tried
MOST_SCOPES = 64
TEXTS = ("ENTITY", "COUNTRY", "TEXT", "ENUMERATION", "CODE")
FIRST, LAST = date.min.toordinal(), date.max.toordinal()
ALWAYS: dict[str, Any] = {"node": "AllOf", "parts": []}
ABSENT, NOT_APPLICABLE = {"state": "absent"}, {"state": "not_applicable"}
Node = dict[str, Any]
Env = Mapping[str, Any]
Span = tuple[Any, Any]  # the first and the last day that a day may be
Cell = tuple[Any, ...]  # a term in a view: sort, view, entity, name; and of which thing


class Said(NamedTuple):
    """What an operand may be: from `low` to `high`, or, where it has no order, one of `among` (None: anything).

    `lacks` is whether it is not applicable; `state` is what is recorded instead of a value; with `zero` a divisor in it
    is or may be zero.
    """

    low: Any = -INF
    high: Any = INF
    among: frozenset[Any] | None = None
    lacks: int = F
    state: str = ""
    zero: bool = False

    @property
    def value(self) -> Any:
        """The one value that it is; None where there is none, or several."""
        if self.lacks or self.zero:
            return None
        if self.among is not None:
            return next(iter(self.among)) if len(self.among) == 1 else None
        return self.low if self.low == self.high else None


class Many(NamedTuple):
    """What a set may have in it: members with what is known of each, and `more` (unknown) that nobody names."""

    members: Mapping[Any, int]
    more: int = F
    lacks: int = F
    state: str = ""


class Row(NamedTuple):
    """A record of a relation by the name of its unit, which has none where nobody recorded it."""

    unit: str
    place: int
    facts: Mapping[str, Any]


class Log(NamedTuple):
    """What a condition reads: units, terms and decisions; and these two by what they are, and of which thing.

    `fitting` are the units that were read as lying in what is said to be complete.
    """

    reads: dict[str, Any]
    derives: dict[str, Any]
    decides: dict[str, Any]
    behind: dict[Cell, None]
    fitting: dict[str, set[str]]


class Result(NamedTuple):
    """A rule for a thing."""

    status: str
    live: int
    body: int
    applies: int
    effective: int
    beaten_by: tuple[str, ...]
    doubted_by: tuple[str, ...]


# ---- values


def exact(value: Any) -> Said:
    """An operand that is known."""
    return Said(among=frozenset((value,))) if isinstance(value, bool | str) else Said(value, value)


def nothing(type_: Node, lacks: int = T) -> Any:
    """What is not applicable; or a set of which nothing is known, or perhaps."""
    return Many({}, F, lacks) if type_["kind"] == "SET" else Said(lacks=lacks)


def number(text: str) -> Any:
    """An exact number."""
    return Fraction(text) if "/" in text else int(text)


def day(text: str | None, otherwise: Any = None) -> Any:
    """A day as an ordinal."""
    return otherwise if text is None else date.fromisoformat(text).toordinal()


def scalar(type_: Node, value: Any) -> Any:
    """A value of a type from what is written of it."""
    if type_["kind"] == "DATE":
        return day(value)
    if type_["ranked"]:
        return type_["values"].index(value)
    return number(value) if type_["kind"] in ("NUMBER", "QUANTITY", "PERCENT") else value


def written(type_: Node, value: Any) -> Any:
    """The reverse: how a document says a value."""
    if type_["kind"] == "DATE":
        return date.fromordinal(value).isoformat()
    return type_["values"][value] if type_["ranked"] else value if isinstance(value, bool) else f"{value}"


def unknown(type_: Node, lacks: int = U, state: str = "absent") -> Any:
    """Whatever a type allows."""
    low, high, among = -INF, INF, None
    match type_["kind"]:
        case "SET":
            return Many({}, U, lacks, state)
        case "BOOLEAN":
            among = frozenset((False, True))
        case "QUANTITY":
            low = 0
        case "PERCENT":
            low, high = 0, 1
        case "ENUMERATION" if type_["ranked"]:
            low, high = 0, len(type_["values"]) - 1
        case "ENUMERATION":
            among = frozenset(type_["values"])
    return Said(low, high, among, lacks, state)


def recorded(type_: Node, fact: Any, applies: bool = False, is_open: bool = False) -> Any:
    """What a fact says, as it is written in the document of facts; None is an absent one."""
    if isinstance(fact, list):
        return Many({scalar(type_["element"], member): T for member in fact}, U if is_open else F)
    if fact is not None and not isinstance(fact, dict):
        return exact(scalar(type_, fact))
    if fact == NOT_APPLICABLE:
        return nothing(type_)
    state = "absent" if fact is None else fact.get("state")
    whole = unknown(type_, F if applies or state is None else U, state or "")
    low, high = (scalar(type_, fact[end]) if fact and end in fact else None for end in ("at_least", "at_most"))
    return (
        whole
        if state
        else whole._replace(low=whole.low if low is None else low, high=whole.high if high is None else high)
    )


def hull(all_of: Iterable[Said]) -> Said:
    """What is one of several: as much as is so of each that is applicable."""
    several = list(all_of)
    found = [said for said in several if said.lacks != T]
    if not found:
        return Said(lacks=T)
    sets = [said.among for said in found]
    among = None if None in sets else frozenset().union(*(one for one in sets if one is not None))
    lacks = U if any(said.lacks for said in several) else F
    state = next((said.state for said in found if said.state), "")
    ends = min(said.low for said in found), max(said.high for said in found)
    return Said(*ends, among, lacks, state, any(said.zero for said in found))


def agreed(truths: Iterable[int]) -> int:
    """The one truth that all are; else unknown."""
    found = set(truths)
    return found.pop() if len(found) == 1 else U


# ---- arithmetic of intervals


def plus(one: Any, other: Any) -> Any:
    """A sum in which an end may be infinite."""
    return one if abs(one) == INF else other if abs(other) == INF else one + other


def times(one: Any, other: Any) -> Any:
    """A product in which an end may be infinite."""
    if not one or not other:
        return 0
    return (INF if (one > 0) == (other > 0) else -INF) if INF in (abs(one), abs(other)) else one * other


def combined(operator: str, one: Said, other: Said) -> Said:
    """The interval of a sum, difference, product or quotient; nothing of what is not applicable."""
    lacks, zero = max(one.lacks, other.lacks), one.zero or other.zero
    if operator == "/" and other.low <= 0 <= other.high:
        return Said(lacks=lacks, zero=lacks != T)
    if operator in "*/":
        right = [other.low, other.high]
        if operator == "/":
            right = [0 if abs(end) == INF else Fraction(1) / end for end in right]
        ends = [times(a, b) for a in (one.low, one.high) for b in right]
        return Said(min(ends), max(ends), lacks=lacks, zero=zero)
    low, high = (other.low, other.high) if operator == "+" else (-other.high, -other.low)
    return Said(plus(one.low, low), plus(one.high, high), lacks=lacks, zero=zero)


def shifted(start: Any, months: int, days: int) -> Any:
    """A day so much later; within the calendar, at the end of a month that is too short."""
    if abs(start) == INF:
        return start
    then = date.fromordinal(start)
    year, month = divmod(then.year * 12 + then.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return LAST if year > 9999 else FIRST
    within = date(year, month + 1, min(then.day, monthrange(year, month + 1)[1]))
    return min(max(within.toordinal() + days, FIRST), LAST)


def rounded(function: str, value: Any, step: Any) -> Any:
    """A multiple of a step; halves go away from zero."""
    if abs(value) == INF:
        return value
    ratio = Fraction(value) / step
    if function == "rounded":
        return math.floor(abs(ratio) + Fraction(1, 2)) * (step if ratio >= 0 else -step)
    return (math.ceil(ratio) if function == "rounded_up" else math.floor(ratio)) * step


def end_of(function: str, start: Any) -> Any:
    """The last day of a month, a quarter or a year."""
    if abs(start) == INF:
        return start
    then = date.fromordinal(start)
    month = {"month_end": then.month, "quarter_end": (then.month + 2) // 3 * 3, "year_end": 12}[function]
    return date(then.year, month, monthrange(then.year, month)[1]).toordinal()


def part_of(function: str, said: Said) -> Said:
    """The year, the month or the quarter of a day: over the turn of a year any."""
    ends = [None if abs(end) == INF else date.fromordinal(end) for end in (said.low, said.high)]
    first, last = ends
    if function == "year":
        return Said(first.year if first else -INF, last.year if last else INF, lacks=said.lacks)
    step = 1 if function == "month" else 3
    if first and last and first.year == last.year:
        return Said((first.month + step - 1) // step, (last.month + step - 1) // step, lacks=said.lacks)
    return Said(1, 12 // step, lacks=said.lacks)


# ---- comparisons


def compared(operator: str, one: Said, other: Said) -> int:
    """The truth of a comparison."""
    if T in (one.lacks, other.lacks):
        return F
    if one.zero or other.zero:
        return U
    truth = _compared(operator, one, other)
    return min(truth, U) if one.lacks or other.lacks else truth


def _compared(operator: str, one: Said, other: Said) -> int:
    if operator == "!=":
        return T - _compared("=", one, other)
    if operator in ("<", "<="):
        return _compared(">" if operator == "<" else ">=", other, one)
    if one.among is not None and other.among is not None:
        if operator == "=":
            return F if not one.among & other.among else T if len(one.among | other.among) == 1 else U
        return agreed(T if a > b or (a == b and operator == ">=") else F for a in one.among for b in other.among)
    if one.among is not None or other.among is not None:
        return U
    if operator == "=":
        return min(_compared(">=", one, other), _compared(">=", other, one))
    if operator == ">":
        return T if one.low > other.high else U if one.high > other.low else F
    return T if one.low >= other.high else U if one.high >= other.low else F


def contains(several: Many, item: Said) -> int:
    """Whether a set has a value."""
    if T in (several.lacks, item.lacks):
        return F
    candidates = item.among if item.among is not None else None if item.value is None else (item.value,)
    if candidates is None:
        return U if several.members or several.more else F
    return agreed(max(several.members.get(value, F), several.more) for value in candidates)


# ---- names and codes


@cache
def matched(name: str) -> str:
    """What two names have in common that are one: letters and digits of every script, in whatever case."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
    visible = [c for c in folded if c not in "™®©℠" and unicodedata.category(c) != "Cf"]
    words = groupby(visible, lambda c: unicodedata.category(c)[0] not in "ZP" and unicodedata.category(c) != "Cc")
    out = ""
    for word in ("".join(run) for is_kept, run in words if is_kept):
        out += "-" + word if out and out[-1].isnumeric() and word[0].isnumeric() else word
    return out or unicodedata.normalize("NFC", name)


@cache
def parts_of(patterns: tuple[str, ...], then: str, code: str) -> tuple[str, ...]:
    """The parts of a code, without full stops: each takes as much as it can, from the left."""
    found, place, waiting = [], 0, list(patterns)
    while place < len(code):
        pattern = waiting.pop(0) if waiting else then
        match = re.compile(pattern.replace(".", r"\.")).match(code, place) if pattern else None
        if match is None or not match[0]:
            return (code,)
        found.append(match[0].replace(".", ""))
        place = match.end()
    return tuple(found)


def is_under(own: tuple[str, ...], asked: tuple[str, ...]) -> int:
    """Whether a recorded code stands below another, or is it; unknown where it is recorded too coarsely."""
    return T if own[: len(asked)] == asked else U if asked[: len(own)] == own else F


def is_between(own: tuple[str, ...], *ends: tuple[str, ...]) -> int:
    """Whether a recorded code lies between two others, or below the second."""
    if any(len(own) < len(end) and end[: len(own)] == own for end in ends):
        return U
    keys = [[(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in code] for code in (ends[0], own, ends[1])]
    return T if keys[0] <= keys[1] and (keys[1] <= keys[2] or own[: len(ends[1])] == ends[1]) else F


# ---- intervals of days


def begins_or_ends(intervals: Iterable[Node]) -> set[int]:
    """The days on which something begins, or no longer is."""
    return {day(end) for interval in intervals for end in (interval["start"], interval["end"]) if end is not None}


def within(interval: Node, on: Any) -> bool:
    """Whether a day lies in a half-open interval."""
    return bool(day(interval["start"], -INF) <= on < day(interval["end"], INF))


def stretches(on: Span, changes: Iterable[int]) -> list[Span]:
    """The days that a day may be, cut where something changes."""
    low, high = on
    starts = [low, *sorted(change for change in changes if low < change <= high)]
    return [(start, after - 1) for start, after in pairwise(starts)] + [(starts[-1], high)]


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
                for kind, name in stated:
                    about = rule["entity"] if kind == "term" else ""
                    self.stating.setdefault((kind, about, name), []).append((rule, effect))
        for rule in self.rules.values():
            self.rows.setdefault(rule["group"], []).append(rule)
        self._dated: dict[int, list[tuple[str, Node | None, str]]] = {}
        self._barred: dict[tuple[int, str], bool] = {}
        self._reach: dict[Cell, set[Cell]] = {}

    def places(self, decision: str) -> list[str]:
        """The jurisdictions that have rules for a decision; `common` where there is no other."""
        found = {rule["jurisdiction"] for rule, _ in self.stating.get(("decision", "", decision), ())} - {None}
        return sorted(found) or ["common"]

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
        self.as_of: str | None = document["as_of"]
        self.entities: dict[str, dict[str, Node]] = document["entities"]
        self.opened: dict[str, list[Node]] = document["opened"]
        self.added: list[list[str]] = document["members"]
        self.rows: dict[str, list[Row]] = {}
        for name, rows in document["relations"].items():
            self.rows[name] = [Row(f"{name}~{digest(row)[:12]}", place, row) for place, row in enumerate(rows)]
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


# ---- an inventory decided on a day


class Reading:
    """What a policy says of the things of an inventory on a day, or on some day between two.

    With `only` nothing is known but these units: facts, rows, members of populations, and that collections are
    complete, for which everything that is `fitting` has to be known.
    """

    def __init__(
        self, policy: Policy, facts: Facts, on: Span, *, enforced_only: bool = False, only: frozenset[str] | None = None
    ) -> None:
        self.policy, self.facts, self.on, self.enforced_only, self.only = policy, facts, on, enforced_only, only
        self.fitting: Mapping[str, set[str]] = {}
        self.forced: dict[str, int] = {}  # rules of which it is supposed that they stand, or do not
        self.kept: dict[Cell, Any] = {}
        self._log: Log | None = None
        self._stretch: dict[str, Span] = {}  # the days on which a condition is tried
        self._growing: dict[Cell, Any] = {}  # what recursive terms have so far
        self._readers: dict[Cell, dict[Cell, None]] = {}
        self._waiting: list[Cell] = []
        self._solving: Cell | None = None  # whose conclusion is worked out
        self._unfinished = 0  # how often something was read that still grows

    def _once(self, key: Cell, work: Callable[[], Any]) -> Any:
        """What is worked out once, whoever reads it; again where it was made of what still grows."""
        if key in self.kept:
            return self.kept[key]
        before, log, stretch = self._unfinished, self._log, self._stretch
        self._log, self._stretch = None, {}
        found = work()
        self._log, self._stretch = log, stretch
        if self._unfinished == before:
            self.kept[key] = found
        return found

    # ---- rules

    def result(self, id_: str, subject: str) -> Result:
        """All that is said of a rule for a thing."""
        rule, exceptions = self.policy.rules[id_], self.policy.beaten_by[id_]
        live, applies, effective = self.live(rule), self.applies(rule, subject), self.effective(rule, subject)
        beats = {other: self.beats(self.policy.rules[other], subject) for other in exceptions}
        beaten, doubted = (tuple(other for other in exceptions if beats[other] == truth) for truth in (T, U))
        status = "holds" if effective == T else "unknown"
        if is_open(rule) and self._triggered(rule, subject) == T:
            status = "not_encoded"
        if beaten or (rule["kind"] == "default" and not effective):
            status = "defeated"
        if not applies:
            status = "fails" if live else "not_in_force"
        return Result(status, live, self.body(rule, subject), applies, effective, beaten, doubted)

    def _triggered(self, rule: Node, subject: str) -> int:
        """Of a gap: whether it would apply if its `?` held."""
        when = {"node": "AllOf", "parts": rule["body"].get("parts", [None])[:-1]}
        excepted = [self.applies(self.policy.rules[target], subject) for target in rule["excepts"]]
        return min(self.live(rule), self.truth(when, {rule["variable"]: exact(subject)}), max(excepted, default=T))

    def live(self, rule: Node) -> int:
        """Whether a rule stands."""
        if rule["id"] in self.forced:
            return self.forced[rule["id"]]
        return int(self._once(("live", rule["id"]), lambda: agreed(self._live_on(rule["live"]))))

    def _live_on(self, live: Node) -> Iterator[int]:
        kinds = "not_enforced", "unconfirmed", "suspended", "in_force"
        for low, _ in stretches(self.on, begins_or_ends(span for kind in kinds for span in live[kind])):
            announced, unconfirmed, suspended, stands = (
                any(within(span, low) for span in live[kind]) for kind in kinds
            )
            gone = suspended or not (stands or not live["in_force"])
            yield F if announced and self.enforced_only else U if unconfirmed else F if gone else T

    def body(self, rule: Node, subject: str) -> int:
        """The condition of a rule."""
        work = lambda: self.truth(rule["body"] or ALWAYS, {rule["variable"]: exact(subject)})  # noqa: E731
        return int(self._once(("body", rule["id"], subject), work))

    def beats(self, rule: Node, subject: str) -> int:
        """Whether an exception stands against what it excepts."""
        work = lambda: min(self.live(rule), self.body(rule, subject), T - self._beaten(rule, subject))  # noqa: E731
        return int(self._once(("beats", rule["id"], subject), work))

    def _beaten(self, rule: Node, subject: str) -> int:
        return max((self.beats(self.policy.rules[e], subject) for e in self.policy.beaten_by[rule["id"]]), default=F)

    def applies(self, rule: Node, subject: str) -> int:
        """Whether a rule stands and its condition holds; of an exception, also what it excepts."""
        excepted = (self.applies(self.policy.rules[target], subject) for target in rule["excepts"])
        work = lambda: min(self.live(rule), self.body(rule, subject), max(excepted, default=T))  # noqa: E731
        return int(self._once(("applies", rule["id"], subject), work))

    def effective(self, rule: Node, subject: str) -> int:
        """Whether a rule concludes; a default does only where no other rule does."""
        if rule["kind"] == "default":
            (effect,) = rule["effects"]
            if self._ground(effect["decision"], rule["jurisdiction"] or "common", subject):
                return F
        return min(self.applies(rule, subject), T - self._beaten(rule, subject))

    def traced(self, rule: Node, subject: str) -> tuple[list[tuple[Node, str, int, Log]], list[tuple[Node, Log, str]]]:
        """All that a rule reads: each leaf of its condition, with its labels and truth, and each value worked out."""
        env: Env = {rule["variable"]: exact(subject)}
        atoms: list[tuple[Node, str, int, Log]] = []
        waiting = [(rule["body"] or ALWAYS, "")]
        while waiting:
            node, at = waiting.pop()
            if node["node"] in ("AllOf", "AnyOf", "Counted"):
                waiting += [(part, at) for part in reversed(node["parts"])]
            elif node["node"] in ("Not", "Limb"):
                label = node.get("label", "")
                waiting.append((node["part"], at + ("." if at and label[:1].isalpha() else "") + label))
            elif node["node"] != "Constant":
                log = self._log = Log({}, {}, {}, {}, {})
                atoms.append((node, at, self.truth(node, env), log))
        values = []
        for effect in rule["effects"]:
            if "term" in effect and effect.get("value", ALWAYS)["node"] not in ("Known", "AllOf"):
                log = self._log = Log({}, {}, {}, {}, {})
                self.operand(effect["value"], env)
                values.append((effect["value"], log, effect["term"]))
        self._log = None
        return atoms, values

    # ---- decisions

    def bounds(self, decision: str, view: str, subject: str) -> tuple[int, int]:
        """The least and the gravest outcome that are possible; `overall` the greatest of all jurisdictions."""
        if view == "overall":
            parts = [self.bounds(decision, place, subject) for place in self.policy.places(decision)]
            return max(must for must, _ in parts), max(may for _, may in parts)
        must, may = self._once(("bounds", decision, view, subject), lambda: self._bounds(decision, view, subject))
        return must, may

    def _claims(self, decision: str, view: str, subject: str) -> list[tuple[Node, int, int]]:
        """The rules that state an outcome of a decision, or may: the outcome, and whether they are effective."""
        return [
            (rule, int(effect["outcome"]), truth)
            for rule, effect in self.policy.stating.get(("decision", "", decision), ())
            if rule["kind"] != "default" and rule["jurisdiction"] in (view, None)
            if (truth := self.effective(rule, subject))
        ]

    def _ground(self, decision: str, view: str, subject: str) -> list[int]:
        """The outcomes that rules state for sure, or surely leave."""
        found = []
        for rule, outcome, truth in self._claims(decision, view, subject):
            exceptions = [self.policy.rules[id_] for id_ in self.policy.beaten_by[rule["id"]]]
            said = [stated(e, decision) for e in exceptions if self.beats(e, subject) == U]
            if truth == T or (self.applies(rule, subject) == T and None not in said):
                found.append(min([outcome, *(one for one in said if one is not None)]))
        return found

    def _bounds(self, decision: str, view: str, subject: str) -> tuple[int, int]:
        stated = [outcome for _, outcome, _ in self._claims(decision, view, subject)]
        if ground := self._ground(decision, view, subject):
            return max(ground), max(stated)
        low = high = int(self.policy.part["decisions"][decision]["otherwise"])
        for rule, effect in self.policy.stating.get(("decision", "", decision), ()):
            if rule["kind"] == "default" and (rule["jurisdiction"] or "common") == view:
                unearned, other = self.effective(rule, subject), int(effect["outcome"])
                low, high = ((low, low), (min(low, other), max(low, other)), (other, other))[unearned]
        return min([low, *stated]), max([high, *stated])

    def details(self, decision: str, view: str, subject: str) -> tuple[list[str], list[str]]:
        """The details of the rules that are effective and say the least outcome; and those that may come to it."""
        must, may = self.bounds(decision, view, subject)
        found: tuple[set[str], set[str]] = set(), set()
        for place in self.policy.places(decision) if view == "overall" else [view]:
            for rule, outcome, truth in self._claims(decision, place, subject):
                if must <= outcome <= may:
                    told = [d for e in rule["effects"] if e.get("decision") == decision for d in e["details"]]
                    found[not (truth == T and outcome == must)].update(told)
        order = self.policy.part["decisions"][decision]["details"]
        return [d for d in order if d in found[0]], [d for d in order if d in found[1] - found[0]]

    def score(self, name: str, subject: str) -> tuple[Any, Any]:
        """The least and the greatest that a score may be."""
        low: Any = 0
        high: Any = 0
        for rule, effect in self.policy.stating.get(("score", "", name), ()):
            points, most = number(effect["points"]), number(effect["maximum"] or "0")
            ends = points, points
            if effect["per"] is not None:
                count = self.operand(effect["per"], {rule["variable"]: exact(subject)})
                ends = times(points, count.low), times(points, count.high)
                ends = (min(ends[0], most), min(ends[1], most)) if effect["maximum"] else ends
            truth = self.effective(rule, subject)
            low = plus(low, ends[0] if truth == T else min(ends[0], 0) if truth else 0)
            high = plus(high, ends[1] if truth == T else max(ends[1], 0) if truth else 0)
        least, greatest = (number(self.policy.part["scores"][name][end]) for end in ("low", "high"))
        return min(max(low, least), greatest), min(max(high, least), greatest)

    # ---- terms

    def term(self, view: str | None, entity: str, name: str, subject: str) -> Any:
        """What rules conclude: a truth, a set, or what a single value may be."""
        cell = ("term", view, entity, name, subject)
        if cell in self.kept:
            found = self.kept[cell]
        elif self._solving is not None and self.policy.is_recursive(cell[:4], self._solving[:4]):
            self._unfinished += 1
            self._readers.setdefault(cell, {})[self._solving] = None
            if cell not in self._growing:
                self._growing[cell] = self._least(entity, name)
                self._waiting.append(cell)
            found = self._growing[cell]
        else:
            found = self._once(cell, lambda: self._solved(cell))
        if self._log is not None:
            type_ = self.policy.fields[entity][name]["type"]
            self._log.derives[f"{entity}/{subject}.{name}" + (f"@{view}" if view else "")] = told(type_, found)
            self._log.behind[cell] = None
        return found

    def _solved(self, cell: Cell) -> Any:
        """The least fixpoint of a term and of all that it reads and that reads it."""
        before = self._growing, self._readers, self._waiting, self._solving, self._unfinished
        self._growing, self._readers, self._waiting = {cell: self._least(*cell[2:4])}, {}, [cell]
        while self._waiting:
            self._solving = self._waiting.pop()
            found = self._concluded(*self._solving[1:])
            if found != self._growing[self._solving]:
                self._growing[self._solving] = found
                self._waiting += self._readers.get(self._solving, ())
        self.kept.update(self._growing)
        self._growing, self._readers, self._waiting, self._solving, self._unfinished = before
        return self.kept[cell]

    def _least(self, entity: str, name: str) -> Any:
        type_ = self.policy.fields[entity][name]["type"]
        return F if type_["kind"] == "BOOLEAN" else Many({}) if type_["kind"] == "SET" else Said(lacks=T)

    def _concluded(self, view: str | None, entity: str, name: str, subject: str) -> Any:
        kind, said = self.policy.fields[entity][name]["type"]["kind"], list[tuple[int, Any]]()
        for rule, effect in self.policy.stating.get(("term", entity, name), ()):
            if rule["jurisdiction"] in (view, None) and (truth := self.effective(rule, subject)):
                env = {rule["variable"]: exact(subject)}
                said.append((truth, self.operand(effect["value"], env) if "value" in effect else None))
        if kind == "BOOLEAN":
            return max((truth for truth, _ in said), default=F)
        if kind == "SET":
            return gathered(said)
        is_sure = any(truth == T and one.lacks == F for truth, one in said)
        found = hull(one for _, one in said)
        return found if is_sure else found._replace(lacks=max(found.lacks, U))

    # ---- conditions

    def truth(self, node: Node, env: Env) -> int:
        """The truth of a condition, of which nothing is left unread."""
        match node["node"]:
            case "Constant":
                return int(node["truth"])
            case "Not":
                return T - self.truth(node["part"], env)
            case "AllOf":
                return min([self.truth(part, env) for part in node["parts"]], default=T)
            case "AnyOf" | "Earlier":
                return max([self.truth(part, env) for part in node["parts"]], default=F)
            case "Counted":
                truths = [self.truth(part, env) for part in node["parts"]]
                count = Said(truths.count(T), len(truths) - truths.count(F))
                return compared("=" if node["exactly"] else ">=", count, exact(int(node["number"])))
            case "Limb":
                return self.truth(node["part"], env)
            case "RowAbove":
                rows, thing = self.policy.rows[node["table"]][: int(node["number"])], env[node["variable"]]
                return max([self.truth(cells(row["body"]), {row["variable"]: thing}) for row in rows], default=F)
            case "Some":
                return max([weight for _, weight in self._members(node, env)], default=F)
            case "Every":
                of = [(w, self.truth(node["condition"], inner)) for inner, w in self._members(node, env) if w]
                return min([max(T - weight, truth) for weight, truth in of], default=T)
        return self._on_each_day(node, env)

    def _on_each_day(self, node: Node, env: Env) -> int:
        """A condition that is so on every day on which it may be asked."""
        spans: dict[str, tuple[Span, set[int]]] = {}
        for name, on, key in self.policy.dated(node):
            span = self.on if on is None else self._day_of(on, env)
            if span is not None and span[0] != span[1]:
                spans.setdefault(key, (span, set()))[1].update(self.policy.changes(name))
        cut = [stretches(span, changes) for span, changes in spans.values()]
        if not cut or math.prod(map(len, cut)) > MOST:
            truth = self._atom(node, env)
            return U if cut else truth
        before, truths = self._stretch, []
        for combination in product(*cut):
            self._stretch = {**before, **dict(zip(spans, combination, strict=True))}
            truths.append(self._atom(node, env))
        self._stretch = before
        return agreed(truths)

    def _day_of(self, on: Node, env: Env) -> Span | None:
        said = self.operand(on, env)
        return None if said.lacks == T else (said.low, said.high)

    def _atom(self, node: Node, env: Env) -> int:
        match node["node"]:
            case "Compare":
                return self._compare(node["operator"], node["left"], node["right"], env)
            case "Member":
                truth, lacks = self._member(node, env)
            case "CodeTest":
                truth, lacks = self._code_test(node, env)
            case "HasState":
                said = self.operand(node["operand"], env)
                truth, lacks = T - said.lacks, F
                if node["state"] == "undetermined":
                    truth = {"undetermined": T, "absent": U}.get(said.state, F)
            case "Holds":
                about = self.operand(node["subject"], env)
                truth, lacks = U, about.lacks
                if about.value is not None:
                    truth = self.term(node["view"], node["entity"], node["term"], about.value)
            case "Outcome":
                return self._outcome(node, env)
            case "Named":
                return self._named(node, env)
            case kind:
                raise ValueError(f"no condition is a `{kind}`")
        truth = T - truth if node["negated"] else truth
        return (truth, min(truth, U), F)[lacks]

    def _outcome(self, node: Node, env: Env) -> int:
        about = self.operand(node["subject"], env)
        if about.value is None:
            return F if about.lacks == T else U
        must, may = self.bounds(node["decision"], node["view"], about.value)
        if self._log is not None:
            outcomes = self.policy.part["decisions"][node["decision"]]["outcomes"]
            key = f"{node['decision']}({node['view']}) {node['subject']['type']['name']}/{about.value}"
            self._log.decides[key] = [outcomes[must], outcomes[may]]
            self._log.behind["decision", node["view"], "", node["decision"], about.value] = None
        return compared(node["operator"], Said(must, may), exact(int(node["outcome"])))

    def _named(self, node: Node, env: Env) -> int:
        thing, type_ = self.operand(node["thing"], env), node["thing"]["type"]["name"]
        if thing.value is None:
            return F if thing.lacks == T else U
        field = self.policy.fields[type_].get("name")
        said = recorded(field["type"], self._fact(type_, thing.value, "name")) if field else Said(lacks=T)
        names = [matched(name) for name in (thing.value, said.value) if name is not None]
        return T if matched(node["name"]) in names else U if said.value is None and said.lacks != T else F

    def _compare(self, operator: str, one: Node, other: Node, env: Env) -> int:
        left, right = self.operand(one, env), self.operand(other, env)
        sides = [side for side in (shift(one), shift(other)) if side is not None]
        if len(sides) == 2 and sides[0][0]["name"] == sides[1][0]["name"] != "id":
            owners = [self._record(field["base"], env) for field, _ in sides]
            fact = self.operand(sides[0][0], env)
            if owners[0] is not None and owners[0] == owners[1] and fact.value is None and fact.lacks != T:
                truth = compared(operator, exact(sides[0][1]), exact(sides[1][1]))
                return truth if F in (left.lacks, right.lacks) or fact.state != "absent" else min(truth, U)
        return compared(operator, left, right)

    def _record(self, base: Node, env: Env) -> Any:
        """The row or the thing that a path leads to; None where nobody knows which."""
        found = env[base["name"]] if base["node"] == "Variable" else self.operand(base, env)
        if isinstance(found, Row):
            return (found.unit, found.place) if found.unit else base["name"]
        if found.value is None:
            return base["name"] if base["node"] == "Variable" else None
        return base["type"]["name"], found.value

    def _member(self, node: Node, env: Env) -> tuple[int, int]:
        """Whether a value is in a set or on a list, or is one of those written out; and whether that can be asked."""
        item, collection = self.operand(node["item"], env), node["collection"]
        if collection["node"] != "SetOf":
            several = self.operand(collection, env)
            return contains(several, item), U if item.zero else max(item.lacks, several.lacks)
        truth, known = F, set()
        for other in collection["items"]:
            said = self.operand(other, env)
            if isinstance(said, Many):
                truth = max(truth, contains(said, item))
            else:
                truth = max(truth, self._compare("=", node["item"], other, env))
                known.add(said.value)
        values = item.among or (range(item.low, item.high + 1) if node["item"]["type"]["ranked"] else (None,))
        return T if known.issuperset(values) else truth, item.lacks

    def _code_test(self, node: Node, env: Env) -> tuple[int, int]:
        item, asked = self.operand(node["item"], env), [self.operand(code, env) for code in node["codes"]]
        form = (node["item"]["type"]["element"] or node["item"]["type"])["form"]

        def split(code: str) -> tuple[str, ...]:
            return parts_of(tuple(form["patterns"]), form["then"], code)

        own = as_set(item)
        truths = [own.more]
        for code, weight in own.members.items():
            if node["asks"] == "between":
                ends = [end.value for end in asked]
                truths.append(min(weight, U if None in ends else is_between(split(code), *map(split, ends))))
            for several in map(as_set, asked if node["asks"] == "under" else ()):
                truths.append(min(weight, several.more))
                truths += (min(weight, there, is_under(split(code), split(c))) for c, there in several.members.items())
        missing = any(code.lacks == T for code in asked) and (len(asked) == 1 or node["asks"] == "between")
        return max(truths), T if missing else item.lacks

    # ---- operands

    def operand(self, node: Node, env: Env) -> Any:
        """What an operand may be: `Said`, `Many`, or the `Row` that a variable stands for."""
        match node["node"]:
            case "Known":
                return recorded(node["type"], node["value"])
            case "Variable":
                found = env[node["name"]]
                is_thing = isinstance(found, Row) and node["type"]["kind"] != "ROW"  # of which nobody has heard
                return recorded(node["type"], found.facts.get("id"), True) if is_thing else found
            case "AsOf":
                return Said(*self._stretch.get("", self.on))
            case "FieldOf":
                return self._field(node, env)
            case "TermOf":
                about = self.operand(node["base"], env)
                if about.value is None:
                    return nothing(node["type"]) if about.lacks == T else unknown(node["type"])
                return self.term(node["view"], node["base"]["type"]["name"], node["name"], about.value)
            case "Arithmetic":
                return self._arithmetic(node, env)
            case "Call":
                return self._call(node, [self.operand(argument, env) for argument in node["arguments"]])
            case "SetOf":
                said = [(T, as_set(self.operand(item, env))) for item in node["items"]]
                return gathered(said)
            case "ListNamed" | "ParameterNamed":
                return self._of_law(node, self._stretch.get("", self.on))
            case "OnDay":
                on = self.operand(node["day"], env)
                span = self._stretch.get(repr(node["day"]), (on.low, on.high))
                found = self._of_law(node["part"], span)
                return nothing(node["type"]) if on.lacks == T else found._replace(lacks=max(found.lacks, on.lacks))
            case "Aggregate":
                before, self._stretch = self._stretch, {}  # each member has days of its own
                found = self._aggregate(node, env)
                self._stretch = before
                return found
            case "ScoreOf":
                return Said(*self.score(node["name"], self.operand(node["subject"], env).value))
        raise ValueError(f"no operand is a `{node['node']}`")

    def _fact(self, type_: str, id_: str, name: str) -> Any:
        """What is recorded in a field of a thing."""
        unit = f"{type_}/{id_}.{name}"
        hidden = self.only is not None and unit not in self.only
        fact = None if hidden else self.facts.entities.get(type_, {}).get(id_, {}).get(name)
        if self._log is not None:
            self._log.reads[unit] = ABSENT if fact is None else fact
        return fact

    def _field(self, node: Node, env: Env) -> Any:
        of, type_ = node["base"], node["type"]
        base = env[of["name"]] if of["node"] == "Variable" else self.operand(of, env)
        if isinstance(base, Row):
            return recorded(type_, base.facts.get(node["name"]), node["applies"], node["open"])
        if node["name"] == "id" or base.lacks == T:
            return base if node["name"] == "id" else nothing(type_)
        if base.value is None:
            return unknown(type_, F if node["applies"] else U)
        fact = self._fact(node["base"]["type"]["name"], base.value, node["name"])
        return recorded(type_, fact, node["applies"], node["open"])

    def _arithmetic(self, node: Node, env: Env) -> Said:
        sign = -1 if node["operator"] == "-" else 1
        for start, length in ((node["left"], node["right"]), (node["right"], node["left"])):
            if isinstance(length.get("value"), dict):
                said, (months, days) = self.operand(start, env), months_and_days(length)
                low, high = (shifted(end, sign * months, sign * days) for end in (said.low, said.high))
                return Said(low, high, lacks=said.lacks, zero=said.zero)
        found = combined(node["operator"], self.operand(node["left"], env), self.operand(node["right"], env))
        if node["type"]["kind"] == "DATE":
            low, high = (end if abs(end) == INF else min(max(end, FIRST), LAST) for end in found[:2])
            return found._replace(low=low, high=high)
        return found

    def _call(self, node: Node, given: list[Any]) -> Any:
        function, first = node["function"], given[0]
        match function:
            case "max" | "min" | "latest" | "earliest":
                chosen = max if function in ("max", "latest") else min
                ends = [chosen(said.low for said in given), chosen(said.high for said in given)]
            case "year" | "month" | "quarter":
                return part_of(function, first)
            case "month_end" | "quarter_end" | "year_end":
                ends = [end_of(function, end) for end in (first.low, first.high)]
            case "rounded" | "rounded_up" | "rounded_down":
                ends = [rounded(function, end, given[1].low) for end in (first.low, first.high)]
            case "working_days":
                pairs = (first.high, given[1].low), (first.low, given[1].high)
                ends = [self._working_days(node["calendar"], *pair) for pair in pairs]
            case "after_working_days":
                pairs = (first.low, given[1].low), (first.high, given[1].high)
                ends = [self._after(node["calendar"], *pair) for pair in pairs]
            case _:
                return self._lineage(function == "derived_from_published", first)
        lacks = max(said.lacks for said in given)
        if None in ends:
            return Said(lacks=max(lacks, U), state="absent")
        return Said(ends[0], ends[1], lacks=lacks, zero=any(said.zero for said in given))

    # ---- lists, parameters and days of work

    def _of_law(self, named: Node, on: Span) -> Any:
        """A list, as a set, or a parameter, on some day between two."""
        name, work = named["name"], self._listed if named["node"] == "ListNamed" else self._parameter
        return self._once((named["node"], name, on), lambda: work(name, on))

    def _parameter(self, name: str, on: Span) -> Said:
        parameter = self.policy.part["parameters"][name]
        said = []
        for low, _ in stretches(on, self.policy.changes(name)):
            value = next((row["value"] for row in parameter["rows"] if within(row["interval"], low)), None)
            said.append(recorded(parameter["type"], None if value == ABSENT else value))
        return hull(said)

    def _listed(self, name: str, on: Span) -> Many:
        listed = self.policy.lists[name]
        spans = [low for low, _ in stretches(on, self.policy.changes(name))]
        added = {member for of, member in self.facts.added if of == name}
        named = added | {m["member"] for m in listed["members"]} | {t["code"] for t in listed["territories"]}
        weights = {value: agreed(self._is_on(listed, added, value, low) for low in spans) for value in named}
        perhaps = listed["open"] or not all(within(listed["covers"], low) for low in spans)
        members = {scalar(listed["type"], value): weight for value, weight in weights.items() if weight}
        return Many(members, U if perhaps else F)

    def _is_on(self, listed: Node, added: set[str], value: str, on: Any) -> int:
        """Whether something is on a list on one day; a territory is where the country is for which it stands."""
        if not within(listed["covers"], on):
            return U
        instead = [t["stands_for"] for t in listed["territories"] if t["code"] == value and day(t["since"], -INF) <= on]
        value = instead[0] if instead else value
        stands = any(m["member"] == value and within(m["interval"], on) for m in listed["members"])
        return T if stands or value in added else U if listed["open"] else F

    def _works(self, name: str, on: int) -> int | None:
        """Whether a day is one of work; None where the list does not cover it."""
        listed, then = self.policy.lists[name], date.fromordinal(on)
        if not within(listed["covers"], on):
            return None
        off = self._once(("off", name), lambda: self._off(name))
        return int(str(then.weekday()) not in listed["weekend"] and on not in off)

    def _off(self, name: str) -> set[int]:
        members = [m["member"] for m in self.policy.lists[name]["members"] if within(m["interval"], day(m["member"]))]
        return {day(member) for member in (*members, *(member for of, member in self.facts.added if of == name))}

    def _working_days(self, name: str, start: Any, end: Any) -> Any:
        if INF in (abs(start), abs(end)):
            return INF if start < end else -INF
        works = [self._works(name, on) for on in range(min(start, end) + 1, max(start, end) + 1)]
        return None if None in works else works.count(1) * (1 if start < end else -1)

    def _after(self, name: str, start: Any, count: Any) -> Any:
        if INF in (abs(start), abs(count)):
            return start if abs(start) == INF else count
        on, left = (start, count) if count else (start - 1, 1)
        while left:
            on += 1
            works = self._works(name, on) if on <= LAST else None
            if works is None:
                return None
            left -= works
        return on

    # ---- members

    def _members(self, node: Node, env: Env) -> Iterator[tuple[Env, int]]:
        """What a variable may stand for, with its weight: whether it is a member, and what the filter says of it."""
        each, where, log = node["each"], node["where"], self._log
        things = self._ranged(each, where, env)
        if log is not None and where is not None and not any(is_told for _, _, is_told in things):
            without = unknown(each["type"], F) if each["kind"] == "members" else Row("", -1, {})
            self.truth(where, {**env, each["variable"]: without})  # what the filter reads without a member
        for thing, there, is_told in things:
            self._log = log if is_told else None
            inner = {**env, each["variable"]: thing}
            yield inner, there if where is None else min(there, self.truth(where, inner))
        self._log = log

    def _ranged(self, each: Node, where: Node | None, env: Env) -> list[tuple[Any, int, bool]]:
        """Each thing over which a variable ranges, whether it is a member, and whether anything is read of it."""
        if each["kind"] == "members":
            said = self.operand(each["members"], env)
            found = [(exact(member), weight, True) for member, weight in said.members.items()]
            return [*found, (unknown(each["type"], F), U, False)] if said.more else found
        of_rows, name = each["kind"] == "rows", each["name"]
        fields = dict(self.policy.part["relations"][name]["parameters"]) if of_rows else self.policy.fields[name]
        tied = self._tied(where or ALWAYS, each["variable"], env)
        if tied is None:
            return self._collection(name, [], of_rows)
        by_name = {"id", *(field for field, declared in fields.items() if declared["type"]["kind"] == "ENTITY")}
        tied = {field: tied[field] for field in sorted(tied) if len(tied[field]) == 1 or field in by_name}
        while math.prod(map(len, tied.values())) > MOST_SCOPES:
            del tied[max(tied, key=lambda field: (len(tied[field]), field))]
        return self._collection(
            name, [dict(zip(tied, c, strict=True)) for c in product(*map(sorted, tied.values()))], of_rows
        )

    def _tied(self, node: Node, variable: str, env: Env) -> dict[str, set[str]] | None:
        """The fields of a variable that a condition ties to texts; None where it can let nothing through."""
        found: dict[str, set[str]] = {}
        if node["node"] == "Limb":
            return self._tied(node["part"], variable, env)
        if node["node"] in ("AllOf", "AnyOf"):
            parts = [self._tied(part, variable, env) for part in node["parts"]]
            tied = [part for part in parts if part is not None]
            if node["node"] == "AnyOf":
                fields = set.intersection(*map(set, tied)) if tied else set()
                return {field: set().union(*(part[field] for part in tied)) for field in fields} if tied else None
            for field, texts in ((field, texts) for part in tied for field, texts in part.items()):
                found[field] = found[field] & texts if field in found else texts
            return found if len(tied) == len(parts) and all(found.values()) else None
        sides = [(node["left"], node["right"]), (node["right"], node["left"])] if node["node"] == "Compare" else []
        if node["node"] == "Member" and not node["negated"]:
            sides = [(node["item"], node["collection"])]
        for side, other in sides if node.get("operator", "=") == "=" else ():
            field = "id" if side.get("node") == "Variable" else side["name"] if side["node"] == "FieldOf" else ""
            owner = side if side["node"] == "Variable" else side.get("base", {})
            if (
                field
                and owner.get("node") == "Variable"
                and owner["name"] == variable
                and not self.policy.is_barred(other, variable)
            ):
                several = as_set(self.operand(other, env))
                if several.lacks == T or not (several.members or several.more):
                    return None
                of = other["type"]["element"] or other["type"]
                if of["kind"] in TEXTS and not several.more:
                    found = {field: {str(written(of, value)) for value in several.members}}
        return found

    def _collection(self, name: str, scopes: list[dict[str, str]], of_rows: bool) -> list[tuple[Any, int, bool]]:
        """What lies in some scopes; of what is kept only, all of it, and something without a name for what is not."""
        found: dict[Any, Any] = {}
        opened = self.policy.part["relations"][name]["open"] if of_rows else name in self.facts.opened
        marks = [mark["facts"] for mark in self.facts.opened.get(name, ()) if of_rows]
        further: list[tuple[Any, bool]] = [({}, False)] if opened else []
        if self.only is None:
            marks = [mark for mark in marks if any(fits(mark, pairs) for pairs in scopes)]
        else:
            found = {self._unit(name, thing): thing for thing in self.facts.all_of(name)}
            within = [self._members_within(name, pairs) for pairs in scopes]
            known = self.only if None in within else self.only.intersection(set[str]().union(*(w for w in within if w)))
            found = {(unit, getattr(thing, "place", 0)): thing for unit, thing in found.items() if unit in known}
        for pairs in scopes:
            complete = f"only:{name}{canonical(pairs).decode()}"
            if self.only is not None:
                further += [(pairs, False)] if self._members_within(name, pairs) is None else []
                continue
            inside = self.facts.saying(name, *next(iter(pairs.items()))) if pairs else self.facts.all_of(name)
            inside = [thing for thing in inside if fits(self.facts.said(name, thing), pairs)]
            found.update({(self._unit(name, thing), getattr(thing, "place", 0)): thing for thing in inside})
            if self._log is not None and not opened:
                self._log.reads[complete] = True
                self._log.fitting.setdefault(complete, set()).update(self._unit(name, thing) for thing in inside)
        if self._log is not None:
            self._log.behind["members", None, "", name, ""] = None
            self._log.reads.update({unit: thing.facts if of_rows else True for (unit, _), thing in found.items()})
        things = [(thing if of_rows else exact(thing), T, True) for thing in found.values()]
        return things + [(Row("", -1, f), U, told) for f, told in [(mark, True) for mark in marks] + further]

    def _unit(self, name: str, thing: Any) -> str:
        return thing.unit if isinstance(thing, Row) else f"{name}/{thing}"

    def _members_within(self, name: str, pairs: dict[str, str]) -> set[str] | None:
        """All that lies in a scope, if what is kept says that nothing else does."""
        start, kept = f"only:{name}{{", self.only or frozenset()
        within = [
            self.fitting.get(unit, set())
            for unit in kept
            if unit.startswith(start) and json.loads(unit[len(start) - 1 :]).items() <= pairs.items()
        ]
        whole = [units for units in within if units <= kept]
        return set.intersection(*whole) if whole else None

    def _aggregate(self, node: Node, env: Env) -> Any:
        each, operand = node["each"], node["operand"]
        said, things = list[tuple[int, Any]](), []
        for inner, weight in self._members(node, env):
            if weight:
                said.append((weight, self.operand(operand, inner) if operand else Said(1, 1)))
                things.append(inner[each["variable"]])
        if node["kind"] == "each":
            return gathered(said)
        nameless = [t.place < 0 if isinstance(t, Row) else t.value is None for t in things]
        if node["kind"] in ("count", "total"):
            ends: list[tuple[Any, Any]] = []
            for (weight, one), without_name in zip(said, nameless, strict=True):
                if one.lacks != T:
                    low, high = (times(end, INF) if without_name else end for end in (one.low, one.high))
                    ends.append((low, high) if weight == T and one.lacks == F else (min(low, 0), max(high, 0)))
            sums = [F, F]
            for low, high in ends:
                sums = [plus(sums[0], low), plus(sums[1], high)]
            most = max(sums[0], min(sums[1], self._cap(node)))
            return Said(sums[0], most, zero=any(one.zero for _, one in said))
        sure = [one for weight, one in said if weight == T and one.lacks == F]
        possible = hull(one for _, one in said)
        low, high = possible.low, possible.high
        if sure and node["kind"] == "highest":
            low = max(one.low for one in sure)
        elif sure:
            high = min(one.high for one in sure)
        lacks = possible.lacks if possible.lacks == T else F if sure else U
        return Said(low, high, lacks=lacks, zero=any(one.zero for _, one in said))

    def _cap(self, node: Node) -> Any:
        """The bound of the vocabulary on a total over the rows that keep to one value of a parameter."""
        each, summed = node["each"], node["operand"]
        has_bounds = each["kind"] == "rows" and summed is not None
        bounds = self.policy.part["relations"][each["name"]]["bounds"] if has_bounds else []
        for bound in bounds:
            for field, other in equations(node["where"], each["variable"]):
                is_own = other["node"] == "FieldOf" and other["base"].get("name") == each["variable"]
                is_bounded = summed["node"] == "FieldOf" and summed["name"] == bound["summed"]
                if is_bounded and field == bound["per"] and not is_own:
                    return number(bound["limit"])
        return INF

    def _lineage(self, published: bool, model: Said) -> Any:
        """The unpublished models that one descends from, or whether some published one is reached through them."""
        if model.value is None:
            perhaps = Said(among=frozenset((False, True)), lacks=model.lacks) if published else Many({}, U, model.lacks)
            return nothing({"kind": "BOOLEAN" if published else "SET"}) if model.lacks == T else perhaps
        (start, of_start), (base, of_base), *_ = self.policy.part["relations"]["derived_from"]["parameters"]
        stops = self.policy.fields["Model"]["weights_published"]["type"]
        inside, more, reached, waiting = {model.value: T}, F, F, [model.value]
        while waiting:
            current = waiting.pop()
            for row, there, _ in self._collection("derived_from", [{start: current}], True):
                from_here = compared("=", recorded(of_start["type"], row.facts.get(start)), exact(current))
                truth = min(inside[current], there, from_here)
                source = recorded(of_base["type"], row.facts.get(base))
                if source.value is None:
                    more = max(more, min(truth, U) if source.lacks != T else F)
                elif truth:
                    stop = recorded(stops, self._fact("Model", source.value, "weights_published"))
                    is_out = compared("=", stop, exact(True))
                    reached = max(reached, min(truth, is_out))
                    if self._log is not None:
                        scope = f"only:derived_from{canonical({start: current}).decode()}"
                        self._log.fitting.setdefault(scope, set()).add(f"Model/{source.value}.weights_published")
                    if min(truth, T - is_out) > inside.get(source.value, F):
                        inside[source.value] = min(truth, T - is_out)
                        waiting.append(source.value)
        reached = max(reached, more)
        if published:
            return Said(among=frozenset((False, True))) if reached == U else exact(reached == T)
        return Many(inside, more)


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


def as_set(said: Any) -> Many:
    """A value as a set of nothing else."""
    if isinstance(said, Many):
        return said
    if said.value is not None:
        return Many({said.value: T})
    return Many({}, F if said.lacks == T else U, said.lacks)


def gathered(said: Iterable[tuple[int, Any]]) -> Many:
    """A set of all that is said, each with the weight of what says it."""
    members: dict[Any, int] = {}
    more = F
    for truth, several in ((truth, as_set(one)) for truth, one in said):
        more = max(more, min(truth, several.more))
        for member, weight in several.members.items():
            members[member] = max(members.get(member, F), min(truth, weight))
    return Many({member: weight for member, weight in members.items() if weight}, more)


def told(type_: Node, found: Any) -> Any:
    """How a document says what a term is."""
    if isinstance(found, int):
        return WORDS[found]
    several, of = as_set(found), type_["element"] or type_
    if isinstance(found, Said) and found.value is None and found.among is not None and found.lacks != T:
        several = Many(dict.fromkeys(found.among, U))
    members = {str(written(of, member)): WORDS[weight] for member, weight in several.members.items()}
    return {"members": members, "others": WORDS[several.more]}
