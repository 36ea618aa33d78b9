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

from licet_check.policy import Facts, Policy, canonical, digest, governing
from licet_check.trials import Answer, Name, Trial, bearing, day_document, days_in, node_document, texts
from licet_check.values import INF, F, Node, T, day

SCHEMA = "licet/explanation/2"
SCHEMAS = ("licet/policy/1", "licet/facts/1")
SEARCHED, SWITCHED = 400, 200  # units of a cone, and unread rules, of which each is tried by itself
NESTED = 6  # collections within collections: of conditions that go deeper no unit is tried


def unseen(text: str) -> str:
    """The first character of a text that nobody sees, or that turns others round."""
    if text.isprintable():
        return ""
    return next((c for c in text if unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp")), "")


TEXT, ANY = str, object
SORTS = ("decision", "term", "score", "obligation")
UNDECIDED = ("scores", "obligations", "missing", "not_encoded", "conflicts", "contradictions", "doubts", "next")
PAIR = [TEXT]
ENTRY = {"id": TEXT, "at": TEXT, "reads": {"*": ANY}, "derives": {"*": ANY}, "decides": {"*": PAIR}}
NODE = {
    **dict.fromkeys(("status", "live", "body", "applies", "effective"), TEXT),
    "excepts": [TEXT],
    "beaten_by": [TEXT],
    "doubted_by": [TEXT],
    "atoms": [{**ENTRY, "truth": TEXT}],
    "values": [ENTRY],
}
LINE = {"node": TEXT, "claim": TEXT, "units": [TEXT], "cites": [TEXT]}
ACT = {"act": TEXT, "rules": [TEXT], "status": TEXT, "from": (TEXT, None), "until": (TEXT, None)}


def part_of(told: Any, because: Node, **more: Any) -> Node:
    """The shape of a part, by how it tells its answer on other days, and what only some parts have."""
    return {
        "jurisdiction": TEXT,
        "nodes": {"*": NODE},
        "because": {"exact": [TEXT], "lines": [LINE], "searched": bool, **because},
        "necessary": [TEXT],
        "assumptions": [TEXT],
        "acts": [{**ACT, "if_it_stands": told, "if_not": told}],
        "unverified": [{"rule": TEXT, "certainty": TEXT, "note": TEXT, "if_not": (told, None)}],
        "changes": [{"on": TEXT, "answer": told, "cause": [TEXT]}],
        **more,
    }


DUTY = {
    "holds": TEXT,
    "duties": [{"who": ANY, "modal": TEXT, "act": TEXT, "deadline": (None, {"kind": TEXT, "day": ANY})}],
}
READ = (TEXT, {"members": {"*": TEXT}, "others": TEXT})
PARTS = (
    part_of(
        PAIR,
        {"floor": [TEXT], "ceiling": [TEXT], "enforced": ([TEXT], None)},
        decision=TEXT,
        answer={"must": TEXT, "may": TEXT, "details": [TEXT], "possible": [TEXT], "enforced": PAIR},
        why_not={"*": {"units": [TEXT], "nearest": [{"node": TEXT, "stopped": [TEXT]}]}},
    ),
    part_of(READ, {}, term=TEXT, answer=READ),
    part_of(PAIR, {}, score=TEXT, answer={"low": TEXT, "high": TEXT, "factors": {"*": [[(TEXT, None)]]}}),
    part_of(DUTY, {}, obligation=TEXT, answer=DUTY),
)
EXPLANATION = {
    "schema": TEXT,
    "subject": {"type": TEXT, "id": TEXT},
    "as_of": (TEXT, {"at_least?": TEXT, "at_most?": TEXT}, None),
    "asked": {"as_of": (TEXT, None), "jurisdictions": [TEXT], "about?": [TEXT]},
    "policy": {"name": TEXT, "fingerprint": TEXT, "as_read": {"*": TEXT}},
    "facts": {"inventory": TEXT, "read": TEXT},
    "parts": [PARTS],
    "labels": {"*": ANY},
    "notice": TEXT,
    **dict.fromkeys((f"{part}?" for part in UNDECIDED), ANY),
}


def misshapen(found: Any, shape: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Where a document has a part that nobody knows, lacks one, or has one of another kind."""
    if isinstance(shape, tuple):
        yield from min((list(misshapen(found, one, at)) for one in shape), key=len)
    elif shape is None or isinstance(shape, type):
        if found is not None if shape is None else not isinstance(found, shape):
            yield at, "is of another kind"
    elif not isinstance(found, type(shape)):
        yield at, "is of another kind"
    elif isinstance(shape, list):
        for place, inner in enumerate(found):
            yield from misshapen(inner, shape[0], f"{at}[{place}]")
    elif "*" in shape:
        for key, inner in found.items():
            yield from misshapen(inner, shape["*"], f"{at}.{key}")
    else:
        known = {key.rstrip("?"): inner for key, inner in shape.items()}
        yield from ((f"{at}.{key}", "is no part that is known") for key in found.keys() - known.keys())
        yield from ((f"{at}.{key}", "is missing") for key in shape if "?" not in key and key not in found)
        for key in found.keys() & known.keys():
            yield from misshapen(found[key], known[key], f"{at}.{key}".lstrip("."))


class Check:
    """One explanation beside a policy and facts: what is wrong with it, by place, and how much was compared."""

    def __init__(self, policy: Policy, facts: Facts, explanation: Node) -> None:
        self.policy, self.facts, self.told = policy, facts, explanation
        self.faults: list[tuple[str, str]] = list(misshapen(explanation, EXPLANATION))
        self.counts: Counter[str] = Counter()
        self._unseen()
        if not self.faults:
            self._head()
        if not self.faults:
            self._parts()

    def expect(self, at: str, told: Any, found: Any) -> bool:
        """Whether a part says what is found again."""
        if told != found:
            self.faults.append((at, f"says {brief(told)}, and it is {brief(found)}"))
        return bool(told == found)

    def _unseen(self) -> None:
        """What nobody sees stands only in texts of the policy or the facts, as they say them, and never in a label."""
        found = [(at, text) for at, text in texts(self.told) if unseen(text)]
        own = {text for _, text in texts([self.policy.document, self.facts.document] if found else "")}
        for at, text in found:
            if text not in own or at.startswith(".labels"):
                self.faults.append((at, f"has U+{ord(unseen(text)):04X}, which nobody sees"))

    def _head(self) -> None:
        told, (type_, id_) = self.told, (self.told["subject"]["type"], self.told["subject"]["id"])
        self.expect("schema", told["schema"], SCHEMA)
        parts = {name: part for name, part in self.policy.document.items() if name != "schema"}
        self.expect("policy.fingerprint", told["policy"]["fingerprint"], f"sha256:{digest(parts)}")
        if id_ not in self.facts.entities.get(type_, {}) or type_ not in self.policy.fields:
            self.faults.append(("subject", f"is {brief(id_)}, and no {brief(type_)} is called so"))
            return
        self._day(type_, id_)
        asked = told["asked"]["jurisdictions"]
        places = sorted({module["jurisdiction"] for _, module in self.policy.document["modules"]} - {None})
        if asked != [place for place in places if place in asked]:
            self.faults.append(("asked.jurisdictions", "are none of the policy, or not in order"))
        stating, names = self.policy.stating, told["asked"].get("about", [])
        known = [one for one, by in stating.items() if by[0][0]["entity"] == type_]
        wanted = [one for one in known if (one[2] in names if names else one[0] == "decision")]
        self.expect("asked.about", names, sorted({name for _, _, name in wanted}.intersection(names)))
        pairs = [(*one, place) for one in wanted for place in self.policy.places(*one)]
        decided = sorted(one for one in pairs if not asked or one[3] in (*asked, "common"))
        sorts = [next(sort for sort in SORTS if sort in part) for part in told["parts"]]
        cells = zip(sorts, told["parts"], strict=True)
        self.cells = [(s, type_ if s == "term" else "", part[s], part["jurisdiction"]) for s, part in cells]
        self.expect("parts", sorted(self.cells), decided)
        claims = [(rule, one[0], one[3]) for one in decided for rule, _ in stating.get(one[:3], ())]
        waiting = [r["id"] for r, sort, place in claims if sort == "score" or r["jurisdiction"] in (place, None)]
        for id_ in waiting:
            waiting += set(self.policy.beaten_by[id_]).difference(waiting)
        cited = {cite["authority"] for id_ in waiting for cite in self.policy.rules[id_]["cites"]}
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
        for place, (part, (sort, of, name, view)) in enumerate(zip(self.told["parts"], self.cells, strict=True)):
            trial = Trial(self.policy, self.facts, self.on, (sort, view, of, name, self.told["subject"]["id"]))
            reads |= trial.reads
            before = len(self.faults)
            self._proof(f"parts[{place}]", part, trial)
            if len(self.faults) == before:
                PartCheck(self, f"parts[{place}]", part, trial)
        self.expect("facts.read", self.told["facts"]["read"], f"sha256:{digest(reads)}")
        if not self.told["facts"]["inventory"].startswith("sha256:"):
            self.faults.append(("facts.inventory", "is no fingerprint"))

    def _proof(self, at: str, part: Node, trial: Trial) -> None:
        """The answer, and each node of the cone with its atoms: none missing, none more, each as it is."""
        self.counts["answers"] += 1
        self.expect(f"{at}.answer", part["answer"], answer_document(trial))
        nodes = {node_name(trial, name): node_document(trial, name) for name in trial.nodes}
        for missing in nodes.keys() - part["nodes"].keys():
            self.faults.append((f"{at}.nodes", f"lacks {missing}"))
        for name, told in part["nodes"].items():
            if name not in nodes:
                self.faults.append((f"{at}.nodes", f"has {brief(name)}, which is not in the cone"))
                continue
            self.counts["rules"] += 1
            self.counts["conditions"] += len(nodes[name]["atoms"])
            self.counts["reads"] += sum(len(atom["reads"]) for atom in nodes[name]["atoms"])
            if told != nodes[name]:
                self._differs(f"{at}.nodes.{name}", told, nodes[name])

    def _differs(self, at: str, told: Any, found: Any) -> None:
        if isinstance(told, list) and isinstance(found, list) and len(told) == len(found):
            for place, (one, other) in enumerate(zip(told, found, strict=True)):
                if one != other:
                    self._differs(f"{at}[{place}]", one, other)
        elif isinstance(told, dict) and isinstance(found, dict):
            for key in sorted(told.keys() | found.keys()):
                if told.get(key) != found.get(key):
                    self._differs(f"{at}.{key}", told.get(key), found.get(key))
        else:
            self.expect(at, told, found)


class PartCheck:
    """What a part claims beyond its proof."""

    def __init__(self, check: Check, at: str, part: Node, trial: Trial) -> None:
        self.check, self.at, self.part, self.trial = check, at, part, trial
        self.told_sets: dict[str, list[str]] = {}
        asked = ([rule["body"], rule["effects"]] for rule in (trial.policy.rules[id_] for id_, _ in trial.nodes))
        self.searched = len(trial.units) <= SEARCHED and max(map(nesting, asked), default=0) <= NESTED
        self._claims()
        self._units()
        self._status()
        self._changes()
        self._lines()
        check.counts["trials"] += trial.tried

    def fault(self, at: str, words: str) -> None:
        """What is wrong with a part of the part."""
        self.check.faults.append((f"{self.at}.{at}", words))

    def _claims(self) -> None:
        """Each set is of units of the cone, in order, sufficient and minimal; all are within `exact`."""
        because, whole = self.part["because"], self.trial.answer
        holds: dict[str, tuple[Any, Callable[[Answer], bool]]] = {
            "because.exact": (because["exact"], lambda a: a == whole)
        }
        if self.trial.sort == "decision":
            holds |= self._about_outcomes(because, whole)
        for at, (units, claim) in holds.items():
            if units is not None:
                self._claim(at, units, claim, set(because["exact"]))
                self.told_sets[at] = units
        self.check.expect(f"{self.at}.because.searched", because["searched"], self.searched)

    def _about_outcomes(self, because: Node, whole: Answer) -> dict[str, tuple[Any, Callable[[Answer], bool]]]:
        """The sets that only a part about a decision has, and what each is given for."""
        must, may = whole[0]
        outcomes = self.trial.policy.part["decisions"][self.trial.name]["outcomes"]
        holds: dict[str, tuple[Any, Callable[[Answer], bool]]] = {
            "because.floor": (
                because["floor"],
                lambda a: not must or a[0][0] > must or (a[0][0] == must and set(whole[1][0]) <= set(a[1][0])),
            ),
            "because.ceiling": (because["ceiling"], lambda a: a[0][1] <= may),
            "because.enforced": (because["enforced"], lambda a: a[2] == whole[2]),
        }
        if (because["enforced"] is None) != (whole[2] == whole[0]):
            self.fault("because.enforced", "is told where nothing else is enforced, or is not where something is")
        outside = [place for place in range(len(outcomes)) if not must <= place <= may]
        self.check.expect(f"{self.at}.why_not", sorted(self.part["why_not"]), sorted(outcomes[o] for o in outside))
        for place in outside:
            units = self.part["why_not"].get(outcomes[place], {}).get("units", [])
            holds[f"why_not.{outcomes[place]}"] = units, lambda a, p=place: not a[0][0] <= p <= a[0][1]  # type: ignore[misc]
        for at, is_told in (("floor", must > 0), ("ceiling", may < len(outcomes) - 1)):
            if because[at] and not is_told:
                self.fault(f"because.{at}", "is told where no outcome is beyond it")
        return holds

    def _claim(self, at: str, told: list[str], claim: Callable[[Answer], bool], exact: set[str]) -> None:
        self.check.counts["claims"] += 1
        units = frozenset(told)
        if len(units) < len(told) or not units <= self.trial.units & exact:
            self.fault(at, f"has units twice, or none of the cone or of `exact`: {brief(sorted(units - exact))}")
        elif not claim(self.trial.knowing(units)):
            self.fault(at, "is not enough for what it is given for")
        elif self.searched:
            for unit in sorted(units):
                if claim(self.trial.knowing(units, unit)):
                    self.fault(at, f"holds without {unit} too")

    def _units(self) -> None:
        """What is needed by itself, and what is taken as complete."""
        trial, whole = self.trial, self.trial.answer
        exact = sorted(trial.units.intersection(self.part["because"]["exact"]))
        needed = [unit for unit in exact if self.searched and trial.hiding([unit]) != whole]
        self.check.counts["units"] += len(trial.units)
        self.check.expect(f"{self.at}.necessary", sorted(self.part["necessary"]), needed)
        told = self.part["assumptions"]
        complete = {unit for unit in trial.units if unit.startswith("only:")}
        base = {unit for units in (needed, *self.told_sets.values()) for unit in units} & complete
        if len(set(told)) < len(told) or not base <= set(told) <= complete:
            self.fault("assumptions", f"lacks {brief(sorted(base - set(told)))}, or has what is none")
        elif trial.hiding(complete - set(told)) != whole:
            self.fault("assumptions", "are not all: opening all others changes the answer")
        for unit in set(told) - base:
            if trial.hiding((complete - set(told)) | {unit}) == whole:
                self.fault("assumptions", f"has {unit}, which nothing rests on")

    def _status(self) -> None:
        """The acts that bear on the status of rules, and the rules that nobody read in the legal text."""
        trial, part = self.trial, self.part
        rules = {id_: trial.policy.rules[id_] for id_, _ in trial.nodes}
        found = {(kind, span["note"], id_) for id_, rule in rules.items() for kind, span in bearing(rule, trial.on)}
        told = [(act["status"], act["act"], id_) for act in part["acts"] for id_ in act["rules"]]
        self.check.expect(f"{self.at}.acts", sorted(set(told)), sorted(found))
        spans = [(id_, a["status"], a["from"], a["until"]) for a in part["acts"] for id_ in a["rules"]]
        if len(set(spans)) < len(spans):
            self.fault("acts", "tell one interval of a rule twice")
        for place, act in enumerate(part["acts"]):
            at, said = f"{self.at}.acts[{place}]", (act["status"], act["from"], act["until"])
            self.check.counts["acts"] += 1
            own = [(k, span) for id_ in act["rules"] if id_ in rules for k, span in bearing(rules[id_], trial.on)]
            is_one = bool(act["act"]) or len(act["rules"]) == 1
            if not is_one or said not in [(k, span["start"], span["end"]) for k, span in own]:
                self.check.faults.append((at, "is of no interval of its rules, or of several"))
            stands, falls = (trial.supposing(act["rules"], truth) for truth in (T, F))
            self.check.expect(f"{at}.if_it_stands", act["if_it_stands"], stands)
            self.check.expect(f"{at}.if_not", act["if_not"], falls)
        unread = []
        for id_, rule in rules.items():
            of = [subject for other, subject in trial.nodes if other == id_]
            is_read = rule["certainty"] == "verified" or rule["kind"] == "default"
            if not is_read and any(trial.readings[0].applies(rule, subject) for subject in of):
                unread.append({"rule": id_, "certainty": rule["certainty"], "note": rule["certainty_note"]})
        for one in unread if len(unread) <= SWITCHED else ():
            one["if_not"] = trial.supposing([one["rule"]], F)
        unread = [{"if_not": None, **one} for one in unread]
        unverified = sorted(part["unverified"], key=canonical)
        self.check.expect(f"{self.at}.unverified", unverified, sorted(unread, key=canonical))

    def _changes(self) -> None:
        """The days after this one on which the answer is another than the day before, and why."""
        trial, before, found = self.trial, self.trial.told(self.trial.readings[0]), list[Node]()
        causes = trial.causes() if trial.on[0] == trial.on[1] else {}
        for on in sorted(causes):
            answer = trial.on_day(on)
            if answer != before:
                told = {"on": date.fromordinal(on).isoformat(), "answer": answer, "cause": sorted(causes[on])}
                found.append(told)
            before = answer
        self.check.counts["days"] += len(causes)
        changes = [{**change, "cause": sorted(change["cause"])} for change in self.part["changes"]]
        self.check.expect(f"{self.at}.changes", changes, found)

    def _lines(self) -> None:
        """At most three lines, which name all units of what is told, and rules with what they cite."""
        lines, because = self.part["because"]["lines"], self.part["because"]
        claim = "exact" if self.trial.sort != "decision" else "floor" if self.trial.answer[0][0] else "ceiling"
        names = {node_name(self.trial, name): self.trial.policy.rules[name[0]] for name in self.trial.nodes}
        for place, line in enumerate(lines):
            rule = names.get(line["node"])
            cites = [f"{cite['authority']} {cite['section']}" for cite in rule["cites"]] if rule else []
            is_right = rule is not None and (line["claim"], line["cites"]) == (claim, cites)
            if not is_right or not set(line["units"]) <= set(because[claim]) or line in lines[:place]:
                self.fault(f"because.lines[{place}]", "is of another claim, or not of a rule of the cone as it is")
        if len(lines) > 3 or {unit for line in lines for unit in line["units"]} != set(because[claim]):
            self.fault("because.lines", f"do not name all units of {claim}, or are more than three")
        for outcome, near in self.part.get("why_not", {}).items():
            for place, one in enumerate(near["nearest"]):
                atoms = [atom["id"] for atom in self.part["nodes"].get(one["node"], {}).get("atoms", ())]
                if one["node"] not in names or not set(one["stopped"]) <= set(atoms):
                    self.fault(f"why_not.{outcome}.nearest[{place}]", "is no rule of the cone with these conditions")


def node_name(trial: Trial, name: Name) -> str:
    """How a document calls a rule for a thing."""
    return f"{name[0]}@{trial.policy.rules[name[0]]['entity']}/{name[1]}"


def answer_document(trial: Trial) -> Any:
    """What a document says of an answer."""
    if trial.sort == "score":
        factors = dict[str, list[Any]]()
        for id_, *points in trial.readings[0].factors(trial.name, trial.subject):
            factors.setdefault(id_, []).append([None if end == INF else f"{end}" for end in points])
        return {"low": trial.answer[0], "high": trial.answer[1], "factors": factors}
    if trial.sort != "decision":
        return trial.answer
    outcomes, (bounds, details, enforced) = trial.policy.part["decisions"][trial.name]["outcomes"], trial.answer
    ends = dict(zip(("must", "may"), (outcomes[end] for end in bounds), strict=True))
    return {**ends, "details": details[0], "possible": details[1], "enforced": [outcomes[end] for end in enforced]}


def nesting(part: Any) -> int:
    """How deep quantifiers and aggregates stand in one another."""
    deepest, waiting = 0, [(part, 0)]
    while waiting:
        found, depth = waiting.pop()
        if isinstance(found, dict):
            depth += found.get("node") in ("Some", "Every", "Aggregate")
            found = list(found.values())
        if isinstance(found, list):
            waiting += ((inner, depth) for inner in found)
        deepest = max(deepest, depth)
    return deepest


def brief(value: Any) -> str:
    """A value in a message: on one line, whatever is in it, and not long."""
    text = ascii(value)
    return text if len(text) <= 120 else f"{text[:60]} … {text[-50:]}"


def refusals(policy: Any, facts: Any, explanation: Any) -> tuple[list[str], Counter[str]]:
    """What is wrong with an explanation, each with its place, and what was compared; nothing where it agrees.

    The three are JSON documents. Errors: `ValueError` where the policy or the facts cannot be decided by.
    """
    try:
        read = Policy(policy), Facts(facts)
        if (policy["schema"], facts["schema"]) != SCHEMAS:
            raise ValueError(f"the documents are not {SCHEMAS[0]} and {SCHEMAS[1]}")
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"a document has not the parts that it should have: {brief(error)}") from error
    try:
        check = Check(*read, explanation)
    except (KeyError, TypeError, AttributeError, IndexError, ZeroDivisionError) as error:
        raise ValueError(f"policy or facts say what cannot be: {type(error).__name__} {brief(error)}") from error
    return [f"{at or 'the document'} {words}" for at, words in check.faults], check.counts


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
