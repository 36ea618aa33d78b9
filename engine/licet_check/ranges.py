"""Collections: what a variable may stand for, and what is counted, summed and followed over it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import product
from typing import Any

from licet_check.conditions import Conditions
from licet_check.policy import Row, canonical, equations, fits
from licet_check.values import (
    ALWAYS,
    INF,
    MOST_SCOPES,
    TEXTS,
    Env,
    F,
    Many,
    Node,
    Said,
    T,
    U,
    as_set,
    compared,
    exact,
    gathered,
    hull,
    nothing,
    number,
    plus,
    recorded,
    times,
    unknown,
    written,
)


class Ranges(Conditions):
    """Conditions with what they range over."""

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
        self._look(name)
        found: dict[Any, Any] = {}
        opened = self.policy.part["relations"][name]["open"] if of_rows else name in self.facts.opened
        marks = [mark["facts"] for mark in self.facts.opened.get(name, ()) if of_rows]
        further: list[Any] = [{}] if opened else []
        if self.only is None:
            marks = [mark for mark in marks if any(fits(mark, pairs) for pairs in scopes)]
        else:
            found = {self._unit(name, thing): thing for thing in self.facts.all_of(name)}
            within = [self._members_within(name, pairs) for pairs in scopes]
            known = self.only if None in within else self.only.intersection(set[str]().union(*(w for w in within if w)))
            found = {(unit, getattr(thing, "place", 0)): thing for unit, thing in found.items() if unit in known}
        for pairs in scopes:
            complete = f"only:{name}{canonical(pairs).decode()}"
            inside = self.facts.saying(name, *next(iter(pairs.items()))) if pairs else self.facts.all_of(name)
            inside = [thing for thing in inside if fits(self.facts.said(name, thing), pairs)]
            if self.only is not None:
                said = [self.facts.said(name, thing) for thing in inside]
                common = {field: text for field, text in pairs.items() if all(s.get(field) == text for s in said)}
                further += [common] if self._members_within(name, pairs) is None else []
                continue
            found.update({(self._unit(name, thing), getattr(thing, "place", 0)): thing for thing in inside})
            if self._log is not None and not opened:
                self._log.reads[complete] = True
                self._log.fitting.setdefault(complete, set()).update(self._unit(name, thing) for thing in inside)
        if self._log is not None:
            self._log.reads.update({unit: thing.facts if of_rows else True for (unit, _), thing in found.items()})
        things = [(thing if of_rows else exact(thing), T, True) for thing in found.values()]
        return things + [(Row("", -1, facts), U, True) for facts in marks + further]

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
