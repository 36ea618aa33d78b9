"""The proof as a graph, for Mermaid: the answer, the rules that make it, what they except and read, and the facts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from licet.explain.verdict import Verdict
from licet.report import verdict_words
from licet.report.escapes import for_mermaid
from licet.report.explanation_sheet import RESULTS, SheetPart
from licet.report.explanation_sheets import page_of
from licet.report.explanation_words import DocumentWords, as_of, asked_of, shorter, told_of
from licet.values import counted

_LONGEST = 120  # characters of a title or value in a node
_BEAR = ("holds", "unknown", "not_encoded", "defeated")
_OPEN = ("unknown", "not_encoded")
_STYLES = (
    "classDef open stroke-dasharray: 6 4",
    "classDef answer stroke-width: 3px",
    "classDef left stroke-width: 0px",
)


def render(document: Mapping[str, Any], verdict: Verdict | None = None) -> str:
    """One graph of a document `licet/explanation/2`, with a box for each part of it, and one for a refusal."""
    words = DocumentWords(document)
    page = page_of(document)
    title = for_mermaid(f"{page.kind} {page.subject.text}, as of {page.day}")
    lines = [
        f"%% {title}. This is {document['notice']}.",
        f"%% {for_mermaid(verdict_words.line(verdict))}",
        "flowchart LR",
        *(f"  {style}" for style in _STYLES),
    ]
    if verdict is not None and verdict.refused:
        lines += [_node("refused", "; ".join([verdict_words.REFUSED, *verdict_words.causes(verdict)]))]
    for number, sheet in enumerate(page.sheets, 1):
        lines += _Graph(document, sheet, words, f"p{number}").lines()
    if page.folded:
        places = ", ".join(f"{sheet.decision} ({sheet.place})" for sheet in page.folded)
        lines.append(_node("other", f"left out, because nothing of it concerns the case: {places}"))
        lines.append("  class other left")
    return "\n".join(lines) + "\n"


def _node(id_: str, text: str, shape: str = "[]") -> str:
    return f'  {id_}{shape[: len(shape) // 2]}"{for_mermaid(text)}"{shape[len(shape) // 2 :]}'


class _Graph:
    """One part: what bears on its answer, and a line about the rest."""

    def __init__(self, document: Mapping[str, Any], sheet: SheetPart, words: DocumentWords, key: str) -> None:
        self._document = document
        self._sheet = sheet
        self._part = sheet.part
        self._words = words
        self._key = key
        self._nodes: Mapping[str, Any] = self._part["nodes"]
        self._rules = document["labels"]["rules"]
        self._units = document["labels"]["units"]
        self._told = {line["node"] for line in self._part["because"]["lines"]}
        self._acting = {rule: words.answer(act["if_it_stands"]) for act in sheet.deciding for rule in act["rules"]}
        self._edges: dict[tuple[str, str, str], None] = {}
        missing = {f"{one['of']['type']}/{one['of']['id']}.{one['fact']}" for one in document["missing"]}
        telling = missing.union(self._part["because"]["exact"])
        self._telling = {unit for unit in telling & self._units.keys() if not words.reference(unit)}

    def lines(self) -> Iterator[str]:
        shown = self._bearing()
        facts = self._facts(shown)
        ids = {name: f"{self._key}r{at}" for at, name in enumerate(shown)}
        ids |= {unit: f"{self._key}f{at}" for at, unit in enumerate(facts)}
        ids[""] = f"{self._key}answer"
        title = f"{self._sheet.decision}, {self._sheet.place}, {as_of(self._document)}"
        yield f'  subgraph {self._key}["{for_mermaid(title)}"]'
        yield "  direction LR"
        yield _node(ids[""], self._answer(), "{{}}")
        for name in shown:
            yield _node(ids[name], self._rule(name))
        for unit in facts:
            yield _node(ids[unit], self._fact(unit), "[()]" if unit.startswith("only:") else "([])")
        for start, arrow, end in self._edges:
            yield f"  {ids[start]} {arrow} {ids[end]}"
        yield _node(f"{self._key}left", self._left_out(shown, facts))
        yield "  end"
        open_ = [ids[name] for name in shown if self._nodes[name]["status"] in _OPEN]
        open_ += [ids[unit] for unit in facts if self._units[unit]["value"] == "unknown"]
        yield f"  class {ids['']} answer"
        yield f"  class {self._key}left left"
        if self._sheet.open:
            open_.append(ids[""])
        if open_:
            yield f"  class {','.join(open_)} open"

    # ---- what bears on the answer

    def _bearing(self) -> list[str]:
        """Rules that state the answer or bear on it, then what they rest on, each once."""
        roots = []
        for name, node in self._nodes.items():
            rule = name.partition("@")[0]
            claims = self._states(rule, name.partition("@")[2])
            if node["status"] in _BEAR and claims:
                arrow = "-->"
            elif rule in self._acting and node["status"] not in _BEAR and node["body"] != "false":
                arrow = f'-.->|"{for_mermaid(f"if it stood, {self._acting[rule]}")}"|'
            elif name in self._told:
                arrow = "-->" if node["status"] in _BEAR else "-.->|does not apply|"
            else:
                continue
            roots.append(name)
            self._edges[name, arrow, ""] = None
        return self._with_what_they_rest_on(roots)

    def _states(self, rule: str, thing: str) -> bool:
        """Whether a rule states what the part is about."""
        if self._sheet.is_decision:
            return self._part["decision"] in self._rules[rule]["outcomes"]
        stating = self._rules[rule]["terms"]
        if "score" in self._part:
            stating = [asked_of(self._part)] if rule in self._part["answer"]["factors"] else []
        return thing == self._words.subject and asked_of(self._part) in (rule, *stating)

    def _with_what_they_rest_on(self, roots: list[str]) -> list[str]:
        concluding = self._concluding()
        found = dict.fromkeys(roots)
        waiting = deque(roots)
        while waiting:
            name = waiting.popleft()
            for other, arrow in self._behind(name, concluding):
                if other not in self._told and self._nodes[other]["status"] not in _BEAR:
                    continue
                self._edges[other, arrow, name] = None
                if other not in found:
                    found[other] = None
                    waiting.append(other)
        return list(found)

    def _concluding(self) -> Mapping[str, list[str]]:
        """The nodes that conclude each term of a thing."""
        found: dict[str, list[str]] = {}
        for name in self._nodes:
            rule, _, thing = name.partition("@")
            for term in self._rules[rule]["terms"]:
                found.setdefault(f"{thing}.{term}", []).append(name)
        return found

    def _behind(self, name: str, concluding: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
        rule, _, thing = name.partition("@")
        for other, node in self._nodes.items():
            if rule in node["excepts"] and other.partition("@")[2] == thing:
                yield other, self._excepting(other.partition("@")[0], self._nodes[name])
        for atom in (*self._nodes[name]["atoms"], *self._nodes[name]["values"]):
            for term in atom["derives"]:
                read = term if term in concluding else term.rpartition("@")[0]
                yield from ((other, "-->") for other in concluding.get(read, ()) if other != name)

    @staticmethod
    def _excepting(exception: str, node: Mapping[str, Any]) -> str:
        if exception in node["beaten_by"]:
            return "--x|excepts|"
        return "-.-x|may except|" if exception in node["doubted_by"] else "-.-|does not except|"

    def _facts(self, shown: list[str]) -> list[str]:
        found: dict[str, None] = {}
        for name in shown:
            for atom in (*self._nodes[name]["atoms"], *self._nodes[name]["values"]):
                for unit in atom["reads"]:
                    if unit in self._telling:
                        found[unit] = None
                        self._edges[unit, "-->", name] = None
        return list(found)

    # ---- in words

    def _answer(self) -> str:
        with_ = self._part["answer"]["details"] if self._sheet.is_decision else ()
        details = f", with {', '.join(with_)}".replace("_", " ") if with_ else ""
        return f"{self._sheet.decision}: {self._words.answer(told_of(self._part))}{details}"

    def _rule(self, name: str) -> str:
        rule, _, thing = name.partition("@")
        told = self._words.rule(rule)
        cites = f" ({', '.join(cite.text for cite in told.cites[:2])})" if told.cites else ""
        of = "" if thing == self._words.subject else f" for {shorter(self._words.thing(thing).text, _LONGEST)}"
        return f"{shorter(told.title, _LONGEST)}{cites}{of}: {RESULTS[self._nodes[name]['status']][1]}"

    def _fact(self, unit: str) -> str:
        fact = self._words.fact(unit)
        of = f" of {fact.of.text}" if fact.of else ""
        source = f" - {fact.source}" if fact.source else ""
        return f"{fact.label}{of}: {shorter(fact.value.text, _LONGEST)}{source}"

    def _left_out(self, shown: list[str], facts: list[str]) -> str:
        read = {unit for node in self._nodes.values() for atom in node["atoms"] for unit in atom["reads"]}
        rules, units = len(self._nodes) - len(shown), len(read - set(facts))
        return (
            f"left out: {counted(rules, 'rule')} that do not apply or do not bear on the answer, "
            f"and {counted(units, 'fact')} without which it is the same"
        )
