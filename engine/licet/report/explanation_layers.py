"""The layers of an explanation that its document tells: what it hangs on, law that turns it, and what comes later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from licet.report.explanation_words import DocumentWords, causes_of, limb, next_of, shorter, told_of, turning_acts
from licet.report.next_words import fact_of, found_out, law_to_read, obtained
from licet.values import counted, first_of, format_number

_LONGEST = 150  # characters of a condition or note
_MOST_FACTS = 3
_MOST_STOPS = 2  # conditions of a near rule

# A policy that marks none of its rules says nothing of who read them.
_READ = {"secondary": "read in secondary sources only", "unverified": "not verified"}

Section = tuple[str, Sequence[str]]


class Layers:
    """The lines of one part of a document `licet/explanation/2`."""

    def __init__(self, document: Mapping[str, Any], part: Mapping[str, Any]) -> None:
        self._labels = document["labels"]
        self._part = part
        self._turning = turning_acts(document, part)
        self._next = next_of(document, part)
        self._missing = {_key(one): one for one in document["missing"]}
        self._words = DocumentWords(document)
        self._answer = told_of(part)
        self._graver: Sequence[str] = ()
        if "decision" in part:
            chain = self._words.chain(part["decision"])
            self._graver = chain[chain.index(part["answer"]["may"]) + 1 :]
        self._subject = f"{document['subject']['type']}/{document['subject']['id']}"

    def sections(self) -> Iterator[Section]:
        """What the proof does not tell, in the order in which a reviewer asks."""
        yield "Points, and the score without them", list(self._points())
        yield "Law that turns the answer", [*self._acts(), *self._unverified()]
        yield "Each of these alone, if it were not known, would leave more open", list(self._necessary())
        yield "What would settle it", list(self.steps())
        yield "What would make a milder answer certain", list(self.offers())
        yield "Not known, and without weight here", list(self.idle())
        yield "Later, if the facts stay as they are", list(self._changes())
        yield "Taken as complete", [self._fact(unit) for unit in self._part["assumptions"]]

    def why_not(self) -> Iterator[Section]:
        """The other outcomes, by gravity: the rules that would bring each, and the conditions against them."""
        for outcome, why in self._part.get("why_not", {}).items():
            lines = [self._near(near) for near in why["nearest"]]
            if lines or outcome in self._graver:
                yield self._words.outcome(outcome), lines or ["no rule has this outcome"]

    def _points(self) -> Iterator[str]:
        """What each factor of a score adds, the most first; where the score is their sum, what is left without one."""
        if "score" not in self._part:
            return
        answer = self._part["answer"]
        points = [(rule, pair) for rule, pairs in answer["factors"].items() for pair in pairs]
        found = [(rule, Fraction(low), None if high is None else Fraction(high)) for rule, (low, high) in points]
        score = Fraction(answer["low"]), Fraction(answer["high"])
        most = [high for _, _, high in found if high is not None]
        is_sum = len(most) == len(found) and (sum(low for _, low, _ in found), sum(most)) == score
        for rule, low, high in sorted(found, key=lambda one: (-one[1], -(one[2] or score[1]), one[0])):
            label = self._labels["rules"][rule]
            cites = ", ".join(cite["text"] for cite in label["cites"]) or "internal judgement"
            without = f"; without it {_between(score[0] - low, score[1] - (high or 0))}" if is_sum else ""
            yield f"{_between(low, high)}: {label['because'] or label['title']} ({cites}){without}"

    def _necessary(self) -> Iterator[str]:
        if not self._part["because"]["searched"]:
            yield f"not tried: {len(self._part['because']['exact'])} facts are read, too many to hide each"
        own = self._subject + "."
        units = [unit for unit in self._part["necessary"] if not unit.startswith("only:")]
        units.sort(key=lambda unit: not unit.startswith(own))
        blank = [unit for unit in units if self._labels["units"][unit]["value"] == "not applicable"]
        yield from (self._fact(unit) for unit in units if unit not in blank)
        if blank:
            said = [self._labels["units"][u]["text"] if u.startswith(own) else self._idle(u) for u in blank]
            yield f"not applicable: {'; '.join(said)}"

    def _fact(self, unit: str) -> str:
        """`half-owned's country of location: SG [parties.yaml:46]`."""
        label = self._labels["units"][unit]
        thing = unit.split(".")[0] if "/" in unit.split(".")[0] else ""
        of = f"{thing.partition('/')[2]}: " if thing and not unit.startswith("only:") else ""
        value = f" = {label['value']}" if label["value"] else ""
        if unit.startswith("only:"):
            value = f" for {label['value']}" if label["value"] else ""
        elif unit in self._labels["things"]:
            return f"on record: {label['text']} {label['value']}"
        source = f" [{label['source']}]" if label["source"] and not unit.startswith("only:") else ""
        return f"{of}{label['text']}{value}{source}"

    # ---- what can be found out

    def steps(self) -> Iterator[str]:
        """What settles the answer, and what to ask first."""
        found = self._next
        if found is None:
            return
        for one in found["settle"][:_MOST_FACTS]:
            answers = " or ".join(map(self._settled, one["answers"]))
            tested = "" if one["proved"] else ", in every case that was tried"
            yield f"{self._found_out(one['unknown'])}: then it is {answers}{tested}"
        left = len(found["settle"]) - _MOST_FACTS
        if left > 0:
            yield f"or {counted(left, 'other set')} of {len(found['settle'][0]['unknown'])}"
        if found["questions"] and not found["settle"]:
            yield "nothing that can be found out settles it" + ("" if found["searched"] else ", as far as was tried")
        first = found["questions"][0] if len(found["questions"]) > 1 else None
        if first is not None and all(one["unknown"] != [first["unknown"]] for one in found["settle"]):
            alone = f", which alone settles {first['settled']} of {first['tried']} cases" if first["settled"] else ""
            yield f"first {self._found_out([first['unknown']])}{alone}"

    def offers(self) -> Iterator[str]:
        """What can be asked for, if the giver grants it, and what comes with time."""
        found = self._next
        if found is None:
            return
        for one in found["obtain"][:_MOST_FACTS]:
            records = " and ".join(map(obtained, one["records"]))
            answer = self._words.outcome(one["answer"])
            yield f"obtain, if it has not taken place: {records}; if granted, {answer}"
        if found["wait"] is not None and "obligation" in self._part:
            yield f"it binds nobody from {found['wait']['on']} on"
        elif found["wait"] is not None:
            answer = self._words.answer(found["wait"]["answer"])
            yield f"wait, if it has not taken place: from {found['wait']['on']}, {answer}"

    def _settled(self, answer: Any) -> str:
        """An answer that is found out."""
        if "decision" in self._part:
            return self._words.outcome(answer)
        if "obligation" in self._part:
            return "due" if answer == "true" else "not due"
        return self._words.answer(answer)

    def idle(self) -> Iterator[str]:
        """What is read and not known, and need not be asked."""
        told = [self._idle(unit) for unit in self._next["idle"]] if self._next else []
        more = f" and {len(told) - 2} more" if len(told) > 2 else ""
        if told:
            yield f"{'; '.join(told[:2])}{more}"

    def _found_out(self, unknown: Sequence[dict[str, Any]]) -> str:
        law = [law_to_read(self._missing[_key(one)], self._words) for one in unknown if self._is_law(one)]
        return found_out([self._unknown(one) for one in unknown if not self._is_law(one)], law)

    def _is_law(self, unknown: dict[str, Any]) -> bool:
        return bool(self._missing[_key(unknown)]["kind"] == "law")

    def _unknown(self, unknown: dict[str, Any]) -> str:
        type_, id_ = unknown["of"]["type"], unknown["of"]["id"]
        label = self._labels["units"].get(f"{type_}/{id_}.{unknown['fact']}")
        return fact_of(label["text"] if label else unknown["fact"].replace("_", " "), id_)

    def _idle(self, unit: str) -> str:
        thing = unit.rpartition(".")[0].partition("/")[2]
        return fact_of(self._labels["units"][unit]["text"], thing)

    def _rules(self, rules: Sequence[str]) -> str:
        called = [f"`{self._labels['rules'][rule]['called']}`" for rule in rules]
        more = f" and {counted(len(called) - _MOST_FACTS, 'more rule')}" if len(called) > _MOST_FACTS else ""
        return ", ".join(called[:_MOST_FACTS]) + more

    def _acts(self) -> Iterator[str]:
        for act in self._turning:
            ends = [f"from {act['from']}" if act["from"] else "", f"until {act['until']}" if act["until"] else ""]
            status = " ".join(filter(None, [act["status"].replace("_", " "), *ends]))
            note = f" ({act['act']})" if act["act"] else ""
            stands, without = self._words.answer(act["if_it_stands"]), self._words.answer(act["if_not"])
            yield f"{self._rules(act['rules'])} {status}{note}: in force, {stands}; not in force, {without}"

    def _unverified(self) -> Iterator[str]:
        for one in self._part["unverified"]:
            read = _READ.get(one["certainty"])
            if read is not None and one["if_not"] not in (None, self._answer):
                note = f" ({shorter(one['note'], _LONGEST)})" if one["note"] else ""
                yield f"{self._rules([one['rule']])} {read}{note}: without it, {self._words.answer(one['if_not'])}"

    def _changes(self) -> Iterator[str]:
        for change in self._part["changes"]:
            causes = [self._cause(cause) for cause in causes_of(self._part, change)]
            yield f"from {change['on']} on: {self._words.then(change['answer'])} ({first_of(causes, 2)})"

    def _cause(self, cause: str) -> str:
        kind, _, rest = cause.partition(" ")
        if kind == "rule":
            return self._rules([rest])
        if kind in ("list", "parameter"):
            return f"{kind} {rest.replace('_', ' ')}"
        return self._fact(cause).partition(" [")[0]

    def _near(self, near: dict[str, Any]) -> str:
        node = self._part["nodes"][near["node"]]
        rule = self._labels["rules"][near["node"].partition("@")[0]]
        cites = ", ".join(cite["text"] for cite in rule["cites"][:2])
        head = f"`{rule['called']}`" + (f" ({cites})" if cites else "")
        told = {"not_in_force": "is not in force", "not_encoded": "is not encoded here", "unknown": "is not known"}
        if node["status"] in told:
            return f"{head} {told[node['status']]}"
        if node["status"] == "defeated":
            by = f"is defeated by {self._rules(node['beaten_by'])}" if node["beaten_by"] else "is not needed"
            return f"{head} {by}"
        if not near["stopped"]:
            return f"{head} does not apply"
        atoms = {atom["id"]: atom for atom in node["atoms"]}
        said = [(atoms[id_]["negated"], self._stopped(atoms[id_])) for id_ in near["stopped"]]
        lacking = "; nor that ".join(text for negated, text in said[:_MOST_STOPS] if not negated)
        against = "; and ".join(text for negated, text in said[:_MOST_STOPS] if negated)
        why = [f"not so that {lacking}" if lacking else "", f"kept away, since {against}" if against else ""]
        more = f"; and {len(said) - _MOST_STOPS} more" if len(said) > _MOST_STOPS else ""
        others = (" (or another condition)" if len(said) == 1 else " (or as few others)") if near["others"] else ""
        return f"{head}: {'; '.join(filter(None, why))}{more}{others}"

    def _stopped(self, atom: dict[str, Any]) -> str:
        """A condition, and what the facts say where these are no more than two."""
        facts = [unit for unit in atom["reads"] if "/" in unit.split(".")[0] and not unit.startswith("only:")]
        things = {unit.split("/", 1)[1].rpartition(".")[0] for unit in facts}
        facts = [unit for unit in facts if str(atom["reads"][unit]) not in things]  # a reference only leads on
        told = [self._fact(unit).partition(" [")[0] for unit in facts] if len(facts) <= 2 else []
        values = f" ({'; '.join(told)})" if told else ""
        return f"{limb(atom['at'])} {shorter(self._words.atom(atom['id']), _LONGEST)}{values}".strip()


def _key(one: dict[str, Any]) -> tuple[str, str, str]:
    return one["of"]["type"], one["of"]["id"], one["fact"]


def _between(low: Fraction, high: Fraction | None) -> str:
    """`15`, `0 to 15`, `15 or more`."""
    if high is None:
        return f"{format_number(low)} or more"
    return format_number(low) if low == high else f"{format_number(low)} to {format_number(high)}"
