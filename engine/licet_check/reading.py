"""The language read a second time, from docs/language.md: policies and facts as JSON, decided again.

No engine is asked, and nothing but the standard library is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from licet_check.conditions import Log
from licet_check.policy import KINDS, Facts, Policy, act_of, is_open, stated
from licet_check.ranges import Ranges
from licet_check.values import (
    ALWAYS,
    INF,
    WORDS,
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
    exact,
    gathered,
    hull,
    number,
    plus,
    stretches,
    times,
    within,
    written,
)

BLOCKS = ("AllOf", "AnyOf", "Counted")
Read = tuple[Node, Node, Any, Log]  # a part of a rule, what is said of its place, what it is, and what it reads


class Result(NamedTuple):
    """A rule for a thing."""

    status: str
    live: int
    body: int
    applies: int
    effective: int
    beaten_by: tuple[str, ...]
    doubted_by: tuple[str, ...]


class Reading(Ranges):
    """What a policy says of the things of an inventory on a day, or on some day between two."""

    def __init__(
        self, policy: Policy, facts: Facts, on: Span, *, enforced_only: bool = False, only: frozenset[str] | None = None
    ) -> None:
        super().__init__(policy, facts, on, only)
        self.enforced_only = enforced_only
        self.forced: dict[str, int] = {}  # rules of which it is supposed that they stand, or do not
        self._growing: dict[Cell, Any] = {}  # what recursive terms have so far
        self._readers: dict[Cell, dict[Cell, None]] = {}
        self._waiting: list[Cell] = []
        self._solving: Cell | None = None  # whose conclusion is worked out

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
        truth = self.truth(when, {rule["variable"]: exact(subject)})
        return min(self.live(rule), truth, self.excepted(rule, subject))

    def live(self, rule: Node) -> int:
        """Whether a rule stands."""
        return int(self._once(("live", rule["id"]), lambda: agreed(self._live_on(rule))))

    def _live_on(self, rule: Node) -> Iterator[int]:
        self._looked |= self.facts.bit(rule["id"])
        if rule["id"] in self.forced:
            yield self.forced[rule["id"]]
            return
        live = rule["live"]
        for low, _ in stretches(self.on, self.policy.changes(rule["id"])):
            suspended, announced, unconfirmed, stands = (any(within(on, low) for on in live[kind]) for kind in KINDS)
            gone = suspended or not (stands or not live["in_force"])
            yield F if announced and self.enforced_only else U if unconfirmed else F if gone else T

    def body(self, rule: Node, subject: str) -> int:
        """The condition of a rule."""
        of = {rule["variable"]: exact(subject)}
        return int(self._once(("body", rule["id"], subject), lambda: self.truth(rule["body"] or ALWAYS, of)))

    def _stands(self, rule: Node, subject: str) -> int:
        return (live := self.live(rule)) and min(live, self.body(rule, subject))

    def beats(self, rule: Node, subject: str) -> int:
        """Whether an exception stands against what it excepts."""
        work = lambda: (stands := self._stands(rule, subject)) and min(stands, T - self._beaten(rule, subject))  # noqa: E731
        return int(self._once(("beats", rule["id"], subject), work))

    def _beaten(self, rule: Node, subject: str) -> int:
        return self._any(self.beats(self.policy.rules[e], subject) for e in self.policy.beaten_by[rule["id"]])

    def applies(self, rule: Node, subject: str) -> int:
        """Whether a rule stands and its condition holds; of an exception, also what it excepts."""
        work = lambda: (stands := self._stands(rule, subject)) and min(stands, self.excepted(rule, subject))  # noqa: E731
        return int(self._once(("applies", rule["id"], subject), work))

    def excepted(self, rule: Node, subject: str) -> int:
        """Whether anything that an exception excepts applies; true of any other rule."""
        excepted = rule["excepts"]
        return self._any(self.applies(self.policy.rules[target], subject) for target in excepted) if excepted else T

    def effective(self, rule: Node, subject: str) -> int:
        """Whether a rule concludes; a default does only where no other rule does."""
        return int(self._once(("effective", rule["id"], subject), lambda: self._effective(rule, subject)))

    def _effective(self, rule: Node, subject: str) -> int:
        if rule["kind"] == "default":
            (effect,) = rule["effects"]
            if self._ground(effect["decision"], rule["jurisdiction"] or "common", subject):
                return F
        return (applies := self.applies(rule, subject)) and min(applies, T - self._beaten(rule, subject))

    def traced(self, rule: Node, subject: str, sort: str = "", name: str = "") -> tuple[list[Read], list[Read]]:
        """All that a rule reads: each leaf of its condition, with its labels, and each value that is worked out."""
        env: Env = {rule["variable"]: exact(subject)}
        atoms: list[Read] = []
        waiting = [(rule["body"] or ALWAYS, "", False)]
        while waiting:
            node, at, negated = waiting.pop()
            if node["node"] in BLOCKS:
                waiting += [(part, at, negated) for part in reversed(node["parts"])]
            elif node["node"] in ("Not", "Limb"):
                label = node.get("label", "")
                at += ("." if at and label[:1].isalpha() else "") + label
                waiting.append((node["part"], at, negated ^ (node["node"] == "Not")))
            elif node["node"] != "Constant":
                atoms.append(self._logged(node, {"at": at, "negated": negated}, self.truth, env))
        own = [e for e in rule["effects"] if "term" in e and e.get("value", ALWAYS)["node"] not in ("Known", "AllOf")]
        worked = [(effect["value"], effect["term"]) for effect in own]
        for effect in rule["effects"]:
            if sort == "score" and effect.get("score") == name:
                worked.append((effect["per"], name))
            if sort == "obligation" and (act := act_of(effect)) and rule["id"] == name:
                worked += [(act["bearer"], "who"), (act["deadline"], "when")]
        return atoms, [self._logged(value, {"at": at}, self.operand, env) for value, at in worked if value]

    def lacking(self, node: Node, env: Env, asked: int = T) -> tuple[list[Node], bool]:
        """The fewest conditions that would have to be otherwise for one to be as it is asked; whether others do too."""
        if self.truth(node, env) != T - asked or node["node"] == "Constant":
            return [], False
        if node["node"] in ("Not", "Limb"):
            return self.lacking(node["part"], env, T - asked if node["node"] == "Not" else asked)
        if node["node"] not in BLOCKS:
            return [node], False
        found = sorted((self.lacking(part, env, asked) for part in node["parts"]), key=lambda one: len(one[0]))
        wanted = {"AllOf": len(found), "AnyOf": 1}.get(node["node"]) or int(node["number"])
        wanted = wanted if asked == T else len(found) - wanted + 1
        last, rest = (found[wanted - 1][0] if wanted else []), found[wanted:]
        others = [len(one) == len(last) and one != last for one, _ in rest] + [more for _, more in found[:wanted]]
        return [leaf for one, _ in found[:wanted] for leaf in one], any(others)

    def _logged(self, node: Node, place: Node, read: Callable[[Node, Env], Any], env: Env) -> Read:
        log = self._log = Log({}, {}, {}, {}, {})
        found = read(node, env)
        self._log = None
        return node, place, found, log

    # ---- decisions

    def bounds(self, decision: str, view: str, subject: str) -> tuple[int, int]:
        """The least and the gravest outcome that are possible; `overall` the greatest of all jurisdictions."""
        if view == "overall":
            parts = [self.bounds(decision, place, subject) for place in self.policy.places("decision", "", decision)]
            return max(must for must, _ in parts), max(may for _, may in parts)
        must, may = self._once(("bounds", decision, view, subject), lambda: self._bounds(decision, view, subject))
        return must, may

    def _claims(self, decision: str, view: str, subject: str) -> list[tuple[Node, int, int]]:
        """The rules that state an outcome of a decision, or may: the outcome, and whether they are effective."""
        claims = self.policy.claims("decision", view, "", decision)
        stated = ((rule, int(effect["outcome"])) for rule, effect in claims if rule["kind"] != "default")
        work = lambda: [(*one, truth) for one in stated if (truth := self.effective(one[0], subject))]  # noqa: E731
        return list(self._once(("claims", decision, view, subject), work))

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
        for rule, effect in self.policy.claims("decision", view, "", decision):
            if rule["kind"] == "default":
                unearned, other = self.effective(rule, subject), int(effect["outcome"])
                low, high = ((low, low), (min(low, other), max(low, other)), (other, other))[unearned]
        return min([low, *stated]), max([high, *stated])

    def details(self, decision: str, view: str, subject: str) -> tuple[list[str], list[str]]:
        """The details of the rules that are effective and say the least outcome; and those that may come to it."""
        must, may = self.bounds(decision, view, subject)
        found: tuple[set[str], set[str]] = set(), set()
        for rule, outcome, truth in self._claims(decision, view, subject):
            if must <= outcome <= may:
                told = [d for e in rule["effects"] if e.get("decision") == decision for d in e["details"]]
                found[not (truth == T and outcome == must)].update(told)
        order = self.policy.part["decisions"][decision]["details"]
        return [d for d in order if d in found[0]], [d for d in order if d in found[1] - found[0]]

    def factors(self, name: str, subject: str) -> Iterator[tuple[str, Any, Any]]:
        """The rules that add to a score, or may, and the least and the most that each adds."""
        for rule, effect in self.policy.claims("score", "", "", name):
            points, most = number(effect["points"]), number(effect["maximum"]) if effect["maximum"] else INF
            count = self.operand(effect["per"], {rule["variable"]: exact(subject)}) if effect["per"] else exact(1)
            ends = [min(times(points, end), most) for end in (count.low, count.high)]
            if truth := self.effective(rule, subject):
                yield rule["id"], ends[0] if truth == T else 0, ends[1]

    def score(self, name: str, subject: str) -> tuple[Any, Any]:
        """The least and the greatest that a score may be."""
        sums: list[Any] = [0, 0]
        for _, *ends in self.factors(name, subject):
            sums = [plus(one, other) for one, other in zip(sums, ends, strict=True)]
        least, greatest = (number(self.policy.part["scores"][name][end]) for end in ("low", "high"))
        low, high = (min(max(end, least), greatest) for end in sums)
        return low, high

    # ---- terms

    def term(self, view: str | None, entity: str, name: str, subject: str) -> Any:
        """What rules conclude: a truth, a set, or what a single value may be."""
        cell = ("term", view, entity, name, subject)
        solving = self._solving
        if not self.is_found(cell) and solving is not None and self.policy.is_recursive(cell[:4], solving[:4]):
            self._unfinished += 1
            self._readers.setdefault(cell, {})[solving] = None
            if cell not in self._growing:
                self._growing[cell] = self._least(entity, name)
                self._waiting.append(cell)
            found = self._growing[cell]
        else:
            found = self._once(cell, lambda: self._solved(cell))
        if self._log is not None:
            log, key = self._log, f"{entity}/{subject}.{name}" + (f"@{view}" if view else "")
            log.derives[key] = self.term_document(view, entity, name, subject)
            log.behind[cell] = None
        return found

    def term_document(self, view: str | None, entity: str, name: str, subject: str) -> Any:
        """What a document says that a term is: its truth, or every value that a rule says, also of a single one."""
        type_, cell = self.policy.fields[entity][name]["type"], (view, entity, name, subject)
        said = self._once(("said", *cell), lambda: self._said(*cell))
        if type_["kind"] == "BOOLEAN":
            return WORDS[max((truth for truth, _ in said), default=F)]
        several = gathered(said)
        members = {written(type_["element"] or type_, value): WORDS[t] for value, t in several.members.items()}
        return {"members": members, "others": WORDS[several.more]}

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
        self.rests.update(dict.fromkeys(self._growing, self._looked))
        self._growing, self._readers, self._waiting, self._solving, self._unfinished = before
        return self.kept[cell]

    def _least(self, entity: str, name: str) -> Any:
        type_ = self.policy.fields[entity][name]["type"]
        return F if type_["kind"] == "BOOLEAN" else Many({}) if type_["kind"] == "SET" else Said(lacks=T)

    def _said(self, view: str | None, entity: str, name: str, subject: str) -> list[tuple[int, Any]]:
        """What each rule concludes that does, or may."""
        said = []
        for rule, effect in self.policy.claims("term", view, entity, name):
            if truth := self.effective(rule, subject):
                env = {rule["variable"]: exact(subject)}
                said.append((truth, self.operand(effect["value"], env) if "value" in effect else None))
        return said

    def _concluded(self, view: str | None, entity: str, name: str, subject: str) -> Any:
        kind, said = self.policy.fields[entity][name]["type"]["kind"], self._said(view, entity, name, subject)
        if kind == "BOOLEAN":
            return max((truth for truth, _ in said), default=F)
        if kind == "SET":
            return gathered(said)
        is_sure = any(truth == T and one.lacks == F for truth, one in said)
        found = hull(one for _, one in said)
        return found if is_sure else found._replace(lacks=max(found.lacks, U))
