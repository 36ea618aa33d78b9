"""Conditions and operands on a day, from facts and what is concluded (docs/language.md#atoms to #aggregates)."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from typing import Any, NamedTuple

from licet_check.policy import Facts, Policy, Row, cells, months_and_days, shift
from licet_check.values import (
    ABSENT,
    DAY,
    FIRST,
    INF,
    LAST,
    MOST,
    Cell,
    Env,
    F,
    Many,
    Node,
    Said,
    Span,
    T,
    U,
    agreed,
    as_set,
    combined,
    compared,
    contains,
    day,
    end_of,
    exact,
    gathered,
    hull,
    is_between,
    is_under,
    matched,
    nothing,
    part_of,
    parts_of,
    recorded,
    rounded,
    scalar,
    shifted,
    stretches,
    unknown,
    within,
)


class Log(NamedTuple):
    """What a condition reads: units, terms and decisions; and these two by what they are, and of which thing.

    `fitting` are the units that were read as lying in what is said to be complete.
    """

    reads: dict[str, Any]
    derives: dict[str, Any]
    decides: dict[str, Any]
    behind: dict[Cell, None]
    fitting: dict[str, set[str]]


class Conditions(ABC):
    """What conditions say of the things of an inventory on a day; what rules conclude, whoever goes on knows.

    With `only` nothing is known but these units: facts, rows, members of populations, and that collections are
    complete, for which everything that is `fitting` has to be known.
    """

    def __init__(self, policy: Policy, facts: Facts, on: Span, only: frozenset[str] | None) -> None:
        self.policy, self.facts, self.on, self.only = policy, facts, on, only
        self.fitting: Mapping[str, set[str]] = {}
        self.before: Conditions | None = None  # what has found much already, and
        self.gone = 0  # the bits of what is otherwise here
        self.kept: dict[Cell, Any] = {}
        self.rests: dict[Cell, int] = {}  # the bits of what each was found from
        self._log: Log | None = None
        self._stretch: dict[str, Span] = {}  # the days on which a condition is tried
        # The bits of all that was looked at, and how often something was read that still grows.
        self._looked = self._unfinished = 0

    def _once(self, key: Cell, work: Callable[[], Any]) -> Any:
        """What is worked out once, whoever reads it; again where it was made of what still grows."""
        if self.is_found(key):
            self._looked |= self.rests[key]
            return self.kept[key]
        before, log, stretch, looked = self._unfinished, self._log, self._stretch, self._looked
        self._log, self._stretch, self._looked = None, {}, 0
        found, rests = work(), self._looked
        self._log, self._stretch, self._looked = log, stretch, looked | rests
        if self._unfinished == before:
            self.kept[key], self.rests[key] = found, rests
        return found

    def is_found(self, key: Cell) -> bool:
        """Whether something is worked out already: here, or before and from nothing that is otherwise here."""
        before = self.before
        if key not in self.kept and before is not None and before.is_found(key) and not before.rests[key] & self.gone:
            self.kept[key], self.rests[key] = before.kept[key], before.rests[key]
        return key in self.kept

    @abstractmethod
    def term(self, view: str | None, entity: str, name: str, subject: str) -> Any:
        """What a term of a thing is, read in a view."""

    @abstractmethod
    def bounds(self, decision: str, view: str, subject: str) -> tuple[int, int]:
        """The least and the gravest outcome of a decision."""

    @abstractmethod
    def score(self, name: str, subject: str) -> tuple[Any, Any]:
        """The least and the most points of a score."""

    @abstractmethod
    def _members(self, node: Node, env: Env) -> Iterator[tuple[Env, int]]:
        """What a variable may stand for, with its weight."""

    @abstractmethod
    def _aggregate(self, node: Node, env: Env) -> Any:
        """What an aggregate says of its members."""

    @abstractmethod
    def _lineage(self, published: bool, model: Said) -> Any:
        """What a model descends from, or whether that leads to a published one."""

    # ---- conditions

    def _all(self, truths: Iterable[int]) -> int:
        """Whether all hold: asked until one does not, or where it is told what is read, to the end."""
        found, is_told = T, self._log is not None
        for truth in truths:
            found = min(found, truth)
            if not found and not is_told:
                break
        return found

    def _any(self, truths: Iterable[int]) -> int:
        """Whether one holds, asked in the same way."""
        return T - self._all(T - truth for truth in truths)

    def truth(self, node: Node, env: Env) -> int:
        """The truth of a condition, of which nothing is left unread where it is told what is read."""
        match node["node"]:
            case "Limb":
                return self.truth(node["part"], env)
            case "AllOf":
                return self._all(self.truth(part, env) for part in node["parts"])
            case "AnyOf" | "Earlier":
                return self._any(self.truth(part, env) for part in node["parts"])
            case "Not":
                return T - self.truth(node["part"], env)
            case "Constant":
                return int(node["truth"])
            case "Counted":
                truths = [self.truth(part, env) for part in node["parts"]]
                count = Said(truths.count(T), len(truths) - truths.count(F))
                return compared("=" if node["exactly"] else ">=", count, exact(int(node["number"])))
            case "RowAbove":
                rows, thing = self.policy.rows[node["table"]][: int(node["number"])], env[node["variable"]]
                return self._any(self.truth(cells(row["body"]), {row["variable"]: thing}) for row in rows)
        about = [one.value if isinstance(one, Said) else one[:2] if one.unit else None for one in env.values()]
        if None in about or self._log is not None or self._stretch:
            return self._leaf(node, env)
        return int(self._once(("leaf", self.policy.digest(node), *env, *about), lambda: self._leaf(node, env)))

    def _leaf(self, node: Node, env: Env) -> int:
        match node["node"]:
            case "Some":
                return self._any(weight for _, weight in self._members(node, env))
            case "Every":
                of = ((w, self.truth(node["condition"], inner)) for inner, w in self._members(node, env) if w)
                return self._all(max(T - weight, truth) for weight, truth in of)
        return self._on_each_day(node, env)

    def _on_each_day(self, node: Node, env: Env) -> int:
        """A condition that is so on every day on which it may be asked."""
        spans: dict[str, tuple[Span, set[int]]] = {}
        for name, on, key in self.policy.dated(node):
            said = Said(*self.on) if on is None else self.operand(on, env)
            if said.lacks != T and said.low != said.high:
                spans.setdefault(key, ((said.low, said.high), set()))[1].update(self.policy.changes(name))
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
                truth, lacks = T if said.state == "undetermined" else T - said.lacks, F
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
        items = [(other, self.operand(other, env)) for other in collection["items"]]
        known = {said.value for _, said in items if not isinstance(said, Many)}
        same = (self._compare("=", node["item"], other, env) for other, said in items if not isinstance(said, Many))
        if (truth := max(same, default=F)) == T:  # of what is undetermined too, where it is compared with itself
            return T, F
        truth = max([truth, *(contains(said, item) for _, said in items if isinstance(said, Many))])
        of = node["item"].get("type", DAY)
        values = item.among or [r for r, _ in enumerate(of["values"]) if of["ranked"] and item.low <= r <= item.high]
        return T if values and not item.lacks and known.issuperset(values) else truth, item.lacks

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
                self._looked |= self.facts.bit("as_of")
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
                return gathered((T, self.operand(item, env)) for item in node["items"])
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
        self._looked |= self.facts.bit(unit)
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
            case "working_days" | "after_working_days":
                ends = self._of_work(function, node["calendar"], *given)
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
        self._looked |= self.facts.bit(name)
        return self.facts.once((named["node"], name, on), work, name, stretches(on, self.policy.changes(name)))

    def _parameter(self, name: str, days: list[Span]) -> Said:
        parameter = self.policy.part["parameters"][name]
        values = [next((r["value"] for r in parameter["rows"] if within(r["interval"], on)), None) for on, _ in days]
        return hull([recorded(parameter["type"], value) for value in values])

    def _listed(self, name: str, days: list[Span]) -> Many:
        """A list on some of several days; a territory is where the country is for which it stands."""
        listed, added = self.policy.lists[name], {member for of, member in self.facts.added if of == name}
        named = added | {m["member"] for m in listed["members"]} | {t["code"] for t in listed["territories"]}
        perhaps = listed["open"] or not all(within(listed["covers"], on) for on, _ in days)
        truths: dict[str, set[int]] = {value: set() for value in named}
        for on, _ in days:
            stands = added | {m["member"] for m in listed["members"] if within(m["interval"], on)}
            moved = {t["code"]: t["stands_for"] for t in listed["territories"] if day(t["since"], -INF) <= on}
            absent = U if listed["open"] else F
            for value in named:
                is_on = T if moved.get(value, value) in stands else absent
                truths[value].add(is_on if within(listed["covers"], on) else U)
        weights = {scalar(listed["type"], value): agreed(several) for value, several in truths.items()}
        return Many({member: weight for member, weight in weights.items() if weight}, U if perhaps else F)

    def _of_work(self, function: str, name: str, one: Said, other: Said) -> list[Any]:
        """What ends map to; None where a day may lie outside what the list covers."""
        covers = self.policy.lists[name]["covers"]
        if (-INF in (one.low, other.low) and covers["start"]) or (INF in (one.high, other.high) and covers["end"]):
            return [None]
        if function == "working_days":
            return [self._working_days(name, one.high, other.low), self._working_days(name, one.low, other.high)]
        return [self._after(name, one.low, other.low), self._after(name, one.high, other.high)]

    def _works(self, name: str, on: int) -> int | None:
        """Whether a day is one of work; None where the list does not cover it."""
        listed, then = self.policy.lists[name], date.fromordinal(on)
        if not within(listed["covers"], on):
            return None
        is_off = str(then.weekday()) in listed["weekend"] or on in self._once(("off", name), lambda: self._off(name))
        return int(not is_off)

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
