"""Collections: what a variable may stand for, and what is counted, summed and followed over it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import product
from typing import Any

from licet_check.conditions import Conditions
from licet_check.policy import Row, canonical, conjuncts, field_of, fits, reads
from licet_check.values import (
    ALWAYS,
    BOTH,
    DAY,
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
        by_name = {"id", *(field for field, declared in fields.items() if declared["type"]["kind"] == "ENTITY")}
        scopes, tied = [], self._tied(where or ALWAYS, each["variable"], env)
        if tied is not None:
            texts = {field: sorted(tied[field]) for field in sorted(tied) if len(tied[field]) == 1 or field in by_name}
            while math.prod(map(len, texts.values())) > MOST_SCOPES:
                del texts[max(texts, key=lambda field: (len(texts[field]), field))]
            scopes = [dict(zip(texts, combination, strict=True)) for combination in product(*texts.values())]
        return self._collection(name, scopes, of_rows)

    def _tied(self, node: Node, variable: str, env: Env) -> dict[str, set[str]] | None:
        """The fields of a variable that a condition ties to texts; None where it can let nothing through."""
        if node["node"] == "AnyOf":
            parts = [part for part in (self._tied(p, variable, env) for p in node["parts"]) if part is not None]
            fields = set.intersection(*map(set, parts)) if parts else set()
            return {field: set().union(*(part[field] for part in parts)) for field in fields} if parts else None
        if node["node"] in ("AllOf", "Limb"):
            found: dict[str, set[str]] = {}
            for tied in (self._tied(part, variable, env) for part in conjuncts(node)):
                if tied is None:
                    return None
                found |= {field: found.get(field, texts) & texts for field, texts in tied.items()}
            return found if all(found.values()) else None
        sides = [(node["left"], node["right"]), (node["right"], node["left"])] if node["node"] == "Compare" else []
        if node["node"] == "Member" and not node["negated"]:
            sides = [(node["item"], node["collection"])]
        for side, other in sides if node.get("operator", "=") == "=" else ():
            field = field_of(side, variable)
            if field and not self.policy.is_barred(other, variable):
                several, type_ = as_set(self.operand(other, env)), other.get("type", DAY)
                type_ = type_["element"] or type_
                if several.lacks == T or not (several.members or several.more):
                    return None
                if type_["kind"] in TEXTS and not several.more:
                    return {field: {str(written(type_, value)) for value in several.members}}
        return {}

    def _collection(self, name: str, scopes: list[dict[str, str]], of_rows: bool) -> list[tuple[Any, int, bool]]:
        """What lies in some scopes; of what is kept only, all of it, and something without a name for what is not."""
        self._looked |= self.facts.bit(name)
        found: dict[Any, Row] = {}
        is_open = self.policy.part["relations"][name]["open"] if of_rows else name in self.facts.opened
        further: list[Any] = [{}] if is_open else []
        for mark in self.facts.opened.get(name, ()) if of_rows else ():
            is_in = self.only is not None or any(fits(mark["facts"], pairs) for pairs in scopes)
            further += [mark["facts"]] if is_in else []
        if self.only is None:
            for pairs in scopes:
                inside = self.facts.within(name, of_rows, pairs)
                found |= inside
                if self._log is not None and not is_open:
                    complete = f"only:{name}{canonical(pairs).decode()}"
                    self._log.reads[complete] = True
                    self._log.fitting.setdefault(complete, set()).update(row.unit for row in inside.values())
        else:
            whole = [self._whole(name, pairs) for pairs in scopes]
            known = self.only if None in whole else set[str]().union(*(units or () for units in whole))
            found = {key: row for key, row in self.facts.within(name, of_rows, {}).items() if row.unit in known}
            for pairs in (pairs for pairs, units in zip(scopes, whole, strict=True) if units is None):
                said = [row.facts for row in self.facts.within(name, of_rows, pairs).values()]
                further.append({field: v for field, v in pairs.items() if all(facts.get(field) == v for facts in said)})
        if self._log is not None:
            self._log.reads.update({row.unit: row.facts if of_rows else True for row in found.values()})
        things = [(row if of_rows else exact(row.facts["id"]), T, True) for row in found.values()]
        return things + [(Row("", -1, facts), U, True) for facts in further]

    def _whole(self, name: str, pairs: dict[str, str]) -> set[str] | None:
        """All that lies in a scope, if what is kept says that nothing else does."""
        start, kept = f"only:{name}{{", self.only or frozenset()
        scopes = {unit: json.loads(unit[len(start) - 1 :]) for unit in kept if unit.startswith(start)}
        within = (self.fitting.get(unit, set()) for unit, scope in scopes.items() if scope.items() <= pairs.items())
        whole = [units for units in within if units <= kept]
        return set.intersection(*whole) if whole else None

    def _aggregate(self, node: Node, env: Env) -> Any:
        operand, said = node["operand"], list[tuple[int, Any]]()
        low: Any = 0
        high: Any = 0
        for inner, weight in self._members(node, env):
            if weight:
                one, thing = self.operand(operand, inner) if operand else Said(1, 1), inner[node["each"]["variable"]]
                said.append((weight, one))
                if node["kind"] in ("count", "total") and one.lacks != T:
                    is_many = thing.place < 0 if isinstance(thing, Row) else thing.value is None
                    ends = [times(end, INF) if is_many else end for end in (one.low, one.high)]
                    is_sure = weight == T and one.lacks == F
                    low = plus(low, ends[0] if is_sure else min(ends[0], 0))
                    high = plus(high, ends[1] if is_sure else max(ends[1], 0))
        if node["kind"] == "each":
            return gathered(said)
        if node["kind"] in ("count", "total"):
            return Said(low, max(low, min(high, self._cap(node))), zero=any(one.zero for _, one in said))
        sure = [one for weight, one in said if weight == T and one.lacks == F]
        possible = hull(one for _, one in said)
        low, high = possible.low, possible.high
        if sure:
            near = max(one.low for one in sure), min(one.high for one in sure)
            low, high = {"highest": (near[0], high), "lowest": (low, near[1])}[node["kind"]]
        lacks = possible.lacks if possible.lacks == T else F if sure else U
        return Said(low, high, lacks=lacks, zero=any(one.zero for _, one in said))

    def _cap(self, node: Node) -> Any:
        """The bound of the vocabulary on a total over the rows that keep to one value of a parameter."""
        each, where = node["each"], node["where"] or ALWAYS
        if each["kind"] != "rows" or node["operand"] is None:
            return INF
        equal = [part for part in conjuncts(where) if part["node"] == "Compare" and part["operator"] == "="]
        sides = [(part[one], part[other]) for part in equal for one, other in (("left", "right"), ("right", "left"))]
        kept = {field_of(side, each["variable"]) for side, other in sides if not reads(other, each["variable"])}
        bounds = self.policy.part["relations"][each["name"]]["bounds"]
        summed = field_of(node["operand"], each["variable"])
        limits = (number(bound["limit"]) for bound in bounds if bound["summed"] == summed and bound["per"] in kept)
        return next(limits, INF)

    def _lineage(self, published: bool, model: Said) -> Any:
        """The unpublished models that one descends from, or whether some published one is reached through them."""
        if model.value is None:
            perhaps = Said(among=BOTH, lacks=model.lacks) if published else Many({}, U, model.lacks)
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
                    if min(truth, T - is_out) > inside.get(source.value, F):
                        inside[source.value] = min(truth, T - is_out)
                        waiting.append(source.value)
        reached = max(reached, more)
        if published:
            return Said(among=BOTH) if reached == U else exact(reached == T)
        return Many(inside, more)
