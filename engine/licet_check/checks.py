"""An explanation checked against a policy and facts: everything that it says is worked out again, and compared.

    licet-check POLICY FACTS EXPLANATION
    licet-check RECEIPT

Three JSON documents, or one with the parts `policy`, `facts` and `explanation`. Exit code 0: it agrees; 1: it does not,
each cause with its place; 2: something cannot be read.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from licet_check.policy import RANGING, SORTS, Facts, Policy, canonical, closure, digest, governing, nodes, stated
from licet_check.reading import Reading
from licet_check.trials import Answer, Trial, bearing, day_document, days_in, texts
from licet_check.values import ALWAYS, INF, F, Node, T, day, exact

SCHEMA = "licet/explanation/2"
SCHEMAS = ("licet/policy/1", "licet/facts/1")
# Units of a cone and unread rules of which each is tried by itself; and collections within collections: of conditions
# that go deeper no unit is tried.
SEARCHED, SWITCHED, NESTED = 400, 200, 6


def unseen(text: str) -> str:
    """The first character of a text that nobody sees, or that turns others round."""
    return next((c for c in text if not c.isprintable() and unicodedata.category(c) != "Zs"), "")


TEXT, ANY = str, object
UNDECIDED = ("scores", "obligations", "missing", "not_encoded", "conflicts", "contradictions", "doubts", "next")
LINE = {"node": TEXT, "claim": TEXT, "units": [TEXT], "cites": [TEXT]}
CHANGE = {"on": ANY, "answer": ANY, "cause": [TEXT]}
ACT = {"act": TEXT, "rules": [TEXT], "status": TEXT, "from": ANY, "until": ANY, "if_it_stands": ANY, "if_not": ANY}


def part_of(sort: str, because: Node, **more: Any) -> Node:
    """The shape of a part; what is compared as a whole may be anything here."""
    head = {sort: TEXT, "jurisdiction": TEXT, "answer": ANY, "nodes": ANY, "necessary": [TEXT], "assumptions": [TEXT]}
    sets = {"because": {"exact": [TEXT], "lines": [LINE], "searched": ANY, **because}}
    return {**head, **sets, "acts": [ACT], "unverified": [ANY], "changes": [CHANGE], **more}


ABOUT_OUTCOMES = {"floor": [TEXT], "ceiling": [TEXT], "enforced": ([TEXT], type(None))}
NEAREST = [{"node": TEXT, "stopped": [TEXT], "others": bool}]
WHY_NOT = {"*": {"units": [TEXT], "nearest": NEAREST}}
PARTS = (part_of("decision", ABOUT_OUTCOMES, why_not=WHY_NOT), *(part_of(s, {}, nearest=NEAREST) for s in SORTS[1:]))
ASKED = {"as_of": ANY, "jurisdictions": [TEXT], "about?": [TEXT]}
HEAD = {"schema": TEXT, "subject": {"type": TEXT, "id": TEXT}, "as_of": ANY, "asked": ASKED, "notice": TEXT}
FROM = {"policy": {"name": TEXT, "fingerprint": ANY, "as_read": ANY}, "facts": {"inventory": TEXT, "read": TEXT}}
REST = {"parts": [PARTS], "labels": {"*": ANY}, **dict.fromkeys((f"{part}?" for part in UNDECIDED), ANY)}
EXPLANATION = {**HEAD, **FROM, **REST}


def misshapen(found: Any, shape: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Where a document has a part that nobody knows, lacks one, or has one of another kind."""
    if isinstance(shape, tuple):
        yield from min((list(misshapen(found, one, at)) for one in shape), key=len)
    elif isinstance(shape, list) and isinstance(found, list):
        for place, inner in enumerate(found):
            yield from misshapen(inner, shape[0], f"{at}[{place}]")
    elif isinstance(shape, dict) and isinstance(found, dict):
        known = {key.rstrip("?"): inner for key, inner in shape.items()}
        yield from ((f"{at}.{key}", "is missing") for key in shape.keys() - found.keys() if key[-1] not in "?*")
        for key, inner in found.items():
            if key in known or "*" in known:
                yield from misshapen(inner, known.get(key, known.get("*")), f"{at}.{key}")
            else:
                yield f"{at}.{key}", "is no part that is known"
    elif not isinstance(shape, type) or not isinstance(found, shape):
        yield at, "is of another kind"


class Told:
    """A document, or a part of it: what is wrong with it, by place, and how much was compared."""

    def __init__(self, at: str, faults: list[str], counts: Counter[str]) -> None:
        self.at, self.faults, self.counts = at, faults, counts

    def fault(self, at: str, words: str) -> None:
        """What is wrong with a part."""
        self.faults.append(f"{ascii(f'{self.at}{at}'.lstrip('.'))[1:-1] or 'the document'} {words}")

    def expect(self, at: str, told: Any, found: Any) -> None:
        """What differs between what a part says and what is found again; `true` is not 1, and null not nothing."""
        if isinstance(told, dict) and isinstance(found, dict):
            for key in {**told, **found}:
                self.expect(f"{at}.{key}", told.get(key, ...), found.get(key, ...))
        elif isinstance(told, list) and isinstance(found, list) and len(told) == len(found):
            for place, (one, other) in enumerate(zip(told, found, strict=True)):
                self.expect(f"{at}[{place}]", one, other)
        elif type(told) is not type(found) or told != found:
            self.fault(at, f"says {brief(told)}, and it is {brief(found)}")

    def expect_all(self, at: str, told: list[Any], found: list[Any]) -> None:
        """The same of what has no order."""
        self.expect(at, sorted(told, key=canonical), sorted(found, key=canonical))


class Check(Told):
    """One explanation beside a policy and facts."""

    def __init__(self, policy: Policy, facts: Facts, explanation: Node) -> None:
        super().__init__("", [], Counter())
        self.policy, self.facts, self.told = policy, facts, explanation
        for at, words in misshapen(explanation, EXPLANATION):
            self.fault(at, words)
        for step in (self._unseen, self._head, self._parts):
            if not self.faults:
                step()

    def _unseen(self) -> None:
        """What nobody sees stands only in texts of the policy or the facts, as they say them, and never in a label."""
        found = [(at, text) for at, text in texts(self.told) if not text.isprintable() and unseen(text)]
        own = {text for _, text in texts([self.policy.document, self.facts.document] if found else "")}
        for at, text in found:
            if text not in own or at.startswith(".labels"):
                self.fault(at, f"has U+{ord(unseen(text)):04X}, which nobody sees")

    def _head(self) -> None:
        told, (type_, id_) = self.told, (self.told["subject"]["type"], self.told["subject"]["id"])
        self.expect("schema", told["schema"], SCHEMA)
        self.expect("policy.fingerprint", told["policy"]["fingerprint"], self.policy.fingerprint)
        if id_ not in self.facts.entities.get(type_, {}) or type_ not in self.policy.fields:
            self.fault("subject", f"is {brief(id_)}, and no {brief(type_)} is called so")
            return
        self._day(type_, id_)
        names, law, stating = told["asked"].get("about", []), told["asked"]["jurisdictions"], self.policy.stating
        places = sorted({module["jurisdiction"] for _, module in self.policy.document["modules"]} - {None})
        if law != [place for place in places if place in law]:
            self.fault("asked.jurisdictions", "are none of the policy, or not in order")
        known = [cell for cell, by in stating.items() if by[0][0]["entity"] == type_]
        known = [cell for cell in known if (cell[2] in names if names else cell[0] == "decision")]
        self.expect("asked.about", names, sorted({name for _, _, name in known}.intersection(names)))
        cells = sorted((*cell, place) for cell in known for place in self.policy.places(*cell))
        cells = [cell for cell in cells if not law or cell[3] in (*law, "common")]
        sorts = ((sort, part) for part in told["parts"] for sort in SORTS if sort in part)
        self.cells = [(s, type_ if s == "term" else "", part[s], part["jurisdiction"]) for s, part in sorts]
        self.expect("parts", sorted(self.cells), cells)
        stated = (self.policy.claims(sort, view, about, name) for sort, about, name, view in cells)
        rules = closure((rule["id"] for by in stated for rule, _ in by), lambda id_: self.policy.beaten_by[id_])
        cited = {cite["authority"] for id_ in rules for cite in self.policy.rules[id_]["cites"]}
        read: dict[str, str] = {}
        for provision in self.policy.document["coverage"]:
            if provision["authority"] in cited:
                read[provision["authority"]] = min(provision["as_read"], read.get(provision["authority"], "9"))
        self.expect("policy.as_read", told["policy"]["as_read"], read)

    def _day(self, type_: str, id_: str) -> None:
        """The day that governs; that of the explanation where one was asked for, or nobody recorded any."""
        told, asked = self.told["as_of"], next(days_in(self.told["asked"]["as_of"]), None)
        self.expect("asked.as_of", self.told["asked"]["as_of"], asked and date.fromordinal(asked).isoformat())
        on = asked or day(self.facts.as_of)
        if on is None and isinstance(told, str):
            on = next(days_in(told), None)
        self.on = (-INF, INF) if on is None else (on, on)
        self.on = self.on if asked else governing(self.policy, self.facts, type_, id_, self.on)
        self.expect("as_of", told, day_document(self.on))

    def _parts(self) -> None:
        reads: dict[str, Any] = {}
        as_it_is = [Reading(self.policy, self.facts, self.on, enforced_only=only) for only in (False, True)]
        for place, (sort, of, name, view) in enumerate(self.cells):
            trial = Trial(as_it_is, (sort, view, of, name, self.told["subject"]["id"]))
            reads |= trial.reads
            PartCheck(self, place, trial)
        self.expect("facts.read", self.told["facts"]["read"], f"sha256:{digest(reads)}")
        if not self.told["facts"]["inventory"].startswith("sha256:"):
            self.fault("facts.inventory", "is no fingerprint")


class PartCheck(Told):
    """What a part says of an answer; what it claims beyond its proof, only where that is right."""

    def __init__(self, check: Check, place: int, trial: Trial) -> None:
        super().__init__(f"parts[{place}].", check.faults, check.counts)
        self.part, self.because, self.trial = check.told["parts"][place], check.told["parts"][place]["because"], trial
        self.rules = {id_: trial.policy.rules[id_] for id_, _ in sorted(trial.nodes)}
        depths = (trial.policy.once(("depth", id_), nesting, rule) for id_, rule in self.rules.items())
        self.searched = len(trial.units) <= SEARCHED and max(depths, default=0) <= NESTED
        before = len(self.faults)
        self._proof()
        if len(self.faults) == before:
            self._claims()
            self._units()
            self._law()
            self._changes()
            self._lines()
            self.counts["trials"] += trial.tried

    def _proof(self) -> None:
        """The answer, and each node of the cone with its atoms: none missing, none more, each as it is."""
        nodes = self.trial.documents()
        atoms = [atom for node in nodes.values() for atom in node["atoms"]]
        reads = sum(len(atom["reads"]) for atom in atoms)
        self.counts.update(answers=1, rules=len(nodes), conditions=len(atoms), reads=reads)
        self.expect("answer", self.part["answer"], self.trial.document())
        self.expect("nodes", self.part["nodes"], nodes)

    def _claims(self) -> None:
        """Each set is of units of the cone, sufficient and minimal; all are within `exact`."""
        whole = self.trial.answer
        self._claim("because.exact", self.because["exact"], lambda a: a == whole)
        if self.trial.sort == "decision":
            self._about_outcomes(whole, *whole[0])
        self.expect("because.searched", self.because["searched"], self.searched)

    def _about_outcomes(self, whole: Answer, must: int, may: int) -> None:
        """The sets that only a part about a decision has, and what each is given for."""
        because, outcomes, details = self.because, self.trial.outcomes, set(whole[1][0])
        least = must, True
        self._claim("because.floor", because["floor"], lambda a: not must or (a[0][0], details <= {*a[1][0]}) >= least)
        self._claim("because.ceiling", because["ceiling"], lambda a: a[0][1] <= may)
        if because["enforced"] is not None:
            self._claim("because.enforced", because["enforced"], lambda a: a[2] == whole[2])
        if (because["enforced"] is None) != (whole[2] == whole[0]):
            self.fault("because.enforced", "is told where nothing else is enforced, or is not where something is")
        outside = {outcome: place for place, outcome in enumerate(outcomes) if not must <= place <= may}
        self.expect("why_not", sorted(self.part["why_not"]), sorted(outside))
        for outcome, place in outside.items():
            units = self.part["why_not"].get(outcome, {"units": []})["units"]
            self._claim(f"why_not.{outcome}", units, lambda a, o=place: not a[0][0] <= o <= a[0][1])  # type: ignore[misc]
        for at, is_told in (("floor", must > 0), ("ceiling", may < len(outcomes) - 1)):
            if because[at] and not is_told:
                self.fault(f"because.{at}", "is told where no outcome is beyond it")

    def _claim(self, at: str, told: list[str], claim: Callable[[Answer], bool]) -> None:
        self.counts["claims"] += 1
        units, exact = frozenset(told), set(self.because["exact"])
        if len(units) < len(told) or not units <= self.trial.units & exact:
            self.fault(at, f"has units twice, or none of the cone or of `exact`: {brief(sorted(units - exact))}")
        elif not claim(self.trial.knowing(units)):
            self.fault(at, "is not enough for what it is given for")
        elif self.searched:
            for unit in sorted(units):
                if claim(self.trial.knowing(units, unit)):
                    self.fault(at, f"holds without {brief(unit)} too")

    def _units(self) -> None:
        """What is needed by itself, and what is taken as complete."""
        trial, whole, told = self.trial, self.trial.answer, self.part["assumptions"]
        exact = trial.units.intersection(self.because["exact"])
        needed = [unit for unit in sorted(exact) if self.searched and trial.knowing(trial.units - {unit}) != whole]
        self.counts["units"] += len(trial.units)
        self.expect("necessary", sorted(self.part["necessary"]), needed)
        complete = {unit for unit in trial.units if unit.startswith("only:")}
        base, taken, others = complete & exact, set(told), complete.difference(told)
        if len(taken) < len(told) or not base <= taken <= complete:
            self.fault("assumptions", f"lacks {brief(sorted(base - taken))}, or has what is none")
        elif trial.knowing(trial.units - others) != whole:
            self.fault("assumptions", "are not all: opening all others changes the answer")
        for unit in taken - base:
            if trial.knowing(trial.units - others - {unit}) == whole:
                self.fault("assumptions", f"has {brief(unit)}, which nothing rests on")

    def _law(self) -> None:
        """The acts that bear on the status of rules, and the rules that nobody read in the legal text."""
        trial, by_act, acts = self.trial, dict[tuple[Any, ...], list[str]](), self.part["acts"]
        for id_, rule in self.rules.items():
            for kind, span in bearing(rule, trial.on):
                key = kind, span["note"], span["start"], span["end"], "" if span["note"] else id_
                by_act.setdefault(key, []).append(id_)
        found = []
        for (kind, note, start, end, _), rules in by_act.items():
            stands, falls = (trial.supposing(rules, truth) for truth in (T, F))
            act = {"act": note, "rules": rules, "status": kind, "from": start, "until": end}
            found.append({**act, "if_it_stands": stands, "if_not": falls})
        self.counts["acts"] += len(found)
        self.expect_all("acts", [{**act, "rules": sorted(act["rules"])} for act in acts], found)
        applied = {id_ for id_, subject in trial.nodes if trial.readings[0].applies(self.rules[id_], subject)}
        rest = [rule for id_, rule in self.rules.items() if id_ in applied and rule["kind"] != "default"]
        unread = [rule for rule in rest if rule["certainty"] != "verified"]
        found = []
        for rule in unread:
            if_not = trial.supposing([rule["id"]], F) if len(unread) <= SWITCHED else None
            said = {"certainty": rule["certainty"], "note": rule["certainty_note"]}
            found.append({"rule": rule["id"], **said, "if_not": if_not})
        self.expect_all("unverified", self.part["unverified"], found)

    def _changes(self) -> None:
        """The days after this one on which the answer is another than the day before, and why."""
        trial, before, found = self.trial, self.trial.told(self.trial.readings[0]), list[Node]()
        causes = trial.causes() if trial.on[0] == trial.on[1] else {}
        for on in sorted(causes):
            answer = trial.on_day(on)
            if answer != before:
                found.append({"on": date.fromordinal(on).isoformat(), "answer": answer, "cause": sorted(causes[on])})
            before = answer
        self.counts["days"] += len(causes)
        self.expect("changes", [{**c, "cause": sorted(c["cause"])} for c in self.part["changes"]], found)

    def _lines(self) -> None:
        """At most three lines, which name all units of what is told, and rules with what they cite."""
        lines, trial = self.because["lines"], self.trial
        claim = "exact" if trial.sort != "decision" else "floor" if trial.answer[0][0] else "ceiling"
        cited = {trial.called(*name): self.rules[name[0]]["cites"] for name in trial.nodes}
        for place, line in enumerate(lines):
            cites = [f"{cite['authority']} {cite['section']}" for cite in cited.get(line["node"], ())]
            if (line["claim"], line["cites"]) != (claim, cites) or line["node"] not in cited:
                self.fault(f"because.lines[{place}]", "is of another claim, or not of a rule of the cone as it is")
        told = sorted(unit for line in lines for unit in line["units"])
        if told != sorted(self.because[claim]) or len(lines) > 3 or not all(line["units"] for line in lines):
            self.fault("because.lines", f"do not name each unit of {claim} once, or are more than three, or empty")
        for outcome, near in self.part.get("why_not", {"": self.part}).items():
            found = [{"node": n, "stopped": s, "others": o} for *_, n, s, o in sorted(self._near(outcome))[:3]]
            self.expect(f"{outcome}.nearest", near["nearest"], found)

    def _near(self, outcome: str) -> Iterator[tuple[bool, bool, int, str, list[str], bool]]:
        """The rules that state an outcome, or else what is asked for and do not, by how much is against them."""
        for name in self.trial.stating(*self.trial.about):
            called, rule = self.trial.called(*name), self.rules[name[0]]
            node, place = self.part["nodes"][called], stated(rule, self.trial.name)
            reading = self.trial.readings[0]
            lacking, others = reading.lacking(rule["body"] or ALWAYS, {rule["variable"]: exact(name[1])})
            stopped = [f"{called}#{self.trial.policy.digest(leaf)[:8]}" for leaf in lacking]
            if node["effective"] == "false" if place is None else self.trial.outcomes[place] == outcome:
                is_idle = not reading.excepted(rule, name[1])
                yield rule["kind"] == "gap", is_idle, len(stopped) or len(node["atoms"]), called, stopped, others


def nesting(rule: Node) -> int:
    """How deep quantifiers and aggregates of a rule stand in one another."""
    depth, within = -1, [rule["body"], rule["effects"]]
    while within:
        depth += 1
        within = [list(node.values()) for node in nodes(within, RANGING) if node.get("node") in RANGING]
    return depth


def brief(value: Any) -> str:
    """A value in a message: on one line, whatever is in it, and not long."""
    text = "nothing" if value is ... else ascii(value)
    return text if len(text) <= 120 else f"{text[:60]} … {text[-50:]}"


def refusals(policy: Any, facts: Any, explanation: Any) -> tuple[list[str], Counter[str]]:
    """What is wrong with an explanation, each with its place, and what was compared; nothing where it agrees.

    The three are JSON documents; the policy may have been read before. Errors: `ValueError` where the policy or the
    facts cannot be decided by.
    """
    try:
        read = policy if isinstance(policy, Policy) else Policy(policy), Facts(facts)
        if (read[0].document["schema"], facts["schema"]) != SCHEMAS:
            raise ValueError(f"the documents are not {SCHEMAS[0]} and {SCHEMAS[1]}")
        check = Check(*read, explanation)
    except (KeyError, TypeError, AttributeError, IndexError, ZeroDivisionError) as error:
        raise ValueError(
            f"a document lacks a part, or says what cannot be: {type(error).__name__} {brief(error)}"
        ) from error
    return check.faults, check.counts


def main(words: list[str], say: Callable[[str], object] = print) -> int:
    """The command; gives the exit code."""
    if len(words) not in (1, 3) or words[0] in ("-h", "--help"):
        say(str(__doc__).strip())
        return 0 if words[:1] in (["-h"], ["--help"]) else 2
    try:
        read = []
        for word in words:
            with open(word, encoding="utf-8") as file:  # noqa: PTH123 - one thing less to import
                read.append(json.load(file, object_pairs_hook=_without_twins))
        policy, facts, explanation = read if len(read) > 1 else map(read[0].get, ("policy", "facts", "explanation"))
        found, counts = refusals(policy, facts, explanation)
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        say(f"cannot be read: {brief(error)}")
        return 2
    for refusal in found:
        say(f"refused: {refusal}")
    counted = ", ".join(f"{number} {name}" for name, number in counts.items())
    say(f"checked: {counted or 'nothing'}; {'agrees' if not found else f'{len(found)} causes to refuse it'}")
    return 1 if found else 0


def _without_twins(pairs: list[tuple[str, Any]]) -> Node:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("an object has one key twice")
    return dict(pairs)
