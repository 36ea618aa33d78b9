"""An inventory from YAML and JSON: one file, or a folder of files that are read as one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from licet.diagnostics import Findings, Source, Span
from licet.facts import json_text
from licet.facts import yaml_text as y
from licet.facts.cells.values_from_text import NEVER_NOTHING, Problem, never_nothing, state_named, value_from_text
from licet.facts.files.sheets import named
from licet.facts.openings import nothing_about, openings_of
from licet.facts.store import Facts, Opening, Provenance, Record, Subject
from licet.ir import policy as ir
from licet.ir.types import DOUBTS, Kind, Type
from licet.names import HIDDEN_HELP, hidden_in, hidden_words
from licet.suggest import did_you_mean, nearest
from licet.values import Fact, Number, Range, State, is_given, parse_date

_CELL_RANGE = re.compile(r"(?P<low>.*[^.\s])\s*\.\.\s*(?P<high>[^.\s].*)|>=\s*(?P<least>.+)|<=\s*(?P<most>.+)")
_RANGE_IN_WORDS = re.compile(
    r"(?P<low>[0-9][^-–]*?)\s*(?:\bto\b|–|-)\s*(?P<high>[0-9][0-9_.,eE]*\s*[^-–0-9]*)(?P<least>\Z)(?P<most>\Z)"
)
_NO_MERGE = "write the fields out: merge keys are not read, and an alias stands for one value"
_PROVENANCE = ("source", "date", "note")
_RECORD_KEYS = ("source", "note", "open", ir.ACCEPTED)


@dataclass(slots=True)
class Draft:
    """An inventory while it is read; spans are kept for what can only be checked at the end."""

    policy: ir.Policy
    findings: Findings
    entities: dict[str, dict[str, Record]] = field(default_factory=dict)
    relations: dict[str, list[Record]] = field(default_factory=dict)
    opened: dict[str, dict[Opening, None]] = field(default_factory=dict)
    places: dict[tuple[str, str], Span] = field(default_factory=dict)  # of records, by type and id
    hidden: set[str] = field(default_factory=set)  # entities with records whose id could not be read, or misspelt
    as_of: date | None = None
    as_of_place: Span | None = None

    @property
    def units(self) -> dict[str, tuple[str, Number]]:
        return dict(self.policy.units)

    def facts(self) -> Facts:
        """The records so far, without a fingerprint."""
        return Facts(
            entities={type_: dict(records) for type_, records in self.entities.items()},
            relations={name: tuple(rows) for name, rows in self.relations.items()},
            as_of=self.as_of,
            opened={name: tuple(openings) for name, openings in self.opened.items()},
        )


@dataclass(frozen=True, slots=True)
class RecordsText:
    """A YAML or JSON text, and what its records are of where it is a bare list."""

    source: Source
    is_json: bool
    table: str


def draft_from_documents(sources: Iterable[RecordsText], policy: ir.Policy, findings: Findings) -> Draft:
    """What stands in YAML and JSON files, read but not yet checked as a whole."""
    draft = Draft(policy, findings)
    for given in sources:
        example = policy.an_entity
        if given.is_json:
            document = json_text.read(given.source, findings, f'`{{"{example}": [...]}}`')
        else:
            document = y.read(given.source, findings, f"`{example}:` and below it a list of records")
        name = given.table
        if isinstance(document, y.Sequence) and (name in policy.entities or name in policy.relations):
            _read_records(name, document, draft)
        elif document is not None:
            _read_document(document, draft)
    return draft


def _read_document(document: y.Node, draft: Draft) -> None:
    if not isinstance(document, y.Mapping):
        draft.findings.error(
            "F002",
            "an inventory is a mapping",
            document.span,
            help=f"write `{draft.policy.an_entity}:` and below it a list of records",
        )
        return
    for key, value in document.pairs:
        if key.text == "as_of":
            _read_as_of(value, draft)
        elif key.text in draft.policy.entities or key.text in draft.policy.relations:
            _read_records(key.text, value, draft)
        else:
            draft.hidden.update(nearest(key.text, draft.policy.entities))
            known = [*draft.policy.entities, *draft.policy.relations, "as_of"]
            draft.findings.error(
                "F004", f"there is no entity or relation `{key.text}`", key.span, help=did_you_mean(key.text, known)
            )


def _read_as_of(value: y.Node, draft: Draft) -> None:
    day = parse_date(value.text) if isinstance(value, y.Scalar) else None
    if day is None:
        draft.findings.error("F005", "`as_of` is not a date", value.span, help="write year-month-day: 2026-11-20")
    elif draft.as_of not in (None, day):
        assert draft.as_of_place is not None
        draft.findings.error(
            "F003", "`as_of` is given twice, differently", value.span, others=((draft.as_of_place, "first time"),)
        )
    else:
        draft.as_of, draft.as_of_place = day, value.span


def _read_records(name: str, value: y.Node, draft: Draft) -> None:
    for item in _items(name, value, draft):
        if name in draft.policy.entities:
            _read_entity(name, item, draft)
        else:
            _read_row(name, item, draft)


def _items(name: str, value: y.Node, draft: Draft) -> list[y.Mapping]:
    if isinstance(value, y.Scalar) and not value.text.strip():
        return []
    if not isinstance(value, y.Sequence):
        draft.findings.error(
            "F002", f"`{name}` is not a list of records", value.span, help="begin each record with `- `"
        )
        draft.hidden.add(name)
        return []
    found = []
    for item in value.items:
        if isinstance(item, y.Mapping):
            found.append(item)
        else:
            draft.findings.error("F002", "a record is a mapping of fields", item.span, help="write `- id: ...`")
            draft.hidden.add(name)
    return found


# ---- records


def _read_entity(type_: str, item: y.Mapping, draft: Draft) -> None:
    entity = draft.policy.entities[type_]
    records = draft.entities.setdefault(type_, {})
    id_node = item.get("id")
    id_ = id_node.text.strip() if isinstance(id_node, y.Scalar) else ""
    if not id_:
        place = id_node.span if id_node else _first(item)
        words, help_ = f"this {type_} has no id", "every record has one: `id: my-name`"
        if id_node is not None and not isinstance(id_node, y.Scalar):
            words = f"the id of this {type_} is a list or a mapping"
            help_ = "an id is one text; a record for each, if several are meant"
        draft.findings.error("F006", words, place, help=help_)
        draft.hidden.add(type_)
        id_ = f"(line {item.span.line})"
    elif hidden_in(id_):
        place = id_node.span if id_node else item.span
        draft.findings.error("F020", hidden_words(id_), place, help=HIDDEN_HELP)
    elif id_ in records:
        draft.findings.error(
            "F003",
            f"the id `{id_}` stands twice among {type_}",
            id_node.span if id_node else item.span,
            label="second time",
            others=((draft.places[type_, id_], "first time"),),
            help="give one of them another id",
        )
        return
    draft.places[type_, id_] = id_node.span if id_node else _first(item)
    pairs = [(k, v) for k, v in item.pairs if k.text != "id"]
    record = _record(type_, entity.fields, pairs, draft, record_keys=True)
    _read_open(item, Subject(type_, id_), draft)
    records[id_] = record


def _first(item: y.Mapping) -> Span:
    return item.pairs[0][0].span if item.pairs else item.span


def _read_row(relation: str, item: y.Mapping, draft: Draft) -> None:
    parameters = draft.policy.relations[relation].parameters
    row = _record(relation, parameters, list(item.pairs), draft, record_keys=False)
    rows = draft.relations.setdefault(relation, [])
    draft.places[relation, str(len(rows))] = _first(item)
    rows.append(row)


def _read_open(item: y.Mapping, subject: Subject, draft: Draft) -> None:
    """A record's own diligence mark: `open: [owns]`."""
    node = item.get("open")
    if node is None:
        return
    names = node.items if isinstance(node, y.Sequence) else (node,)
    for name in names:
        text = name.text if isinstance(name, y.Scalar) else ""
        relation = draft.policy.relations.get(text)
        if relation is None:
            known = draft.policy.relations
            draft.findings.error("F004", f"there is no relation `{text}`", name.span, help=did_you_mean(text, known))
        elif openings := openings_of(relation, subject):
            draft.opened.setdefault(text, {}).update(dict.fromkeys(openings))
        else:
            message, help_ = nothing_about(text, subject.type)
            draft.findings.error("F018", message, name.span, help=help_)


def _record(
    owner: str,
    fields: Any,
    pairs: list[tuple[y.Scalar, y.Node]],
    draft: Draft,
    *,
    record_keys: bool,
) -> Record:
    facts: dict[str, Fact] = {}
    provenance: dict[str, Provenance] = {}
    whole = _record_provenance(pairs, fields, draft)
    for key, node in pairs:
        known = fields.get(key.text)
        if known is None:
            if key.text in ("source", "note") or (record_keys and key.text in _RECORD_KEYS):
                continue  # what is accepted where nothing is doubted silences nothing
            names = [*fields, *(("id",) if record_keys else ())]
            help_ = _NO_MERGE if key.text == "<<" else did_you_mean(key.text, names)
            draft.findings.error("F007", f"`{owner}` has no field `{key.text}`", key.span, help=help_)
        elif known.derived:
            draft.findings.error(
                "F008",
                f"`{key.text}` is derived by rules and cannot be given",
                key.span,
                help="delete it, and record the facts that the rules read",
            )
        else:
            fact = _fact(known, node, draft, provenance, whole)
            if known.blank and _is_empty(node):
                fact = State.NOT_APPLICABLE
            if known.always and fact is State.NOT_APPLICABLE:
                draft.findings.error("F023", never_nothing(key.text), node.span, help=NEVER_NOTHING)
            elif fact is not None and fact is not State.ABSENT:
                facts[key.text] = fact
    written = {key.text for key, node in pairs if not _is_empty(node)}
    left = [*ir.blanks(fields), *(name for name, other in ir.besides(fields) if is_given(facts.get(other)))]
    return Record(facts | {name: State.NOT_APPLICABLE for name in left if name not in written}, provenance)


def _is_empty(node: y.Node) -> bool:
    """Whether nothing is written: an empty value, with provenance or without."""
    inner = node.get("value") if isinstance(node, y.Mapping) else node
    return isinstance(inner, y.Scalar) and not inner.text.strip()


def _record_provenance(pairs: list[tuple[y.Scalar, y.Node]], fields: Any, draft: Draft) -> Provenance:
    texts = {}
    for key, node in pairs:
        if key.text in ("source", "note") and key.text not in fields:
            if isinstance(node, y.Scalar):
                texts[key.text] = node.text
            else:
                draft.findings.error("F005", f"`{key.text}` takes one text, not a list or a mapping", node.span)
    return Provenance(texts.get("source", ""), "", texts.get("note", ""))


# ---- facts


def _fact(
    known: ir.Field, node: y.Node, draft: Draft, provenance: dict[str, Provenance], whole: Provenance
) -> Fact | None:
    source = Provenance(whole.source, whole.date, "", node.span)
    if isinstance(node, y.Mapping) and ("value" in {k.text for k, _ in node.pairs}):
        source = _own_provenance(node, draft, whole)
        inner = node.get("value")
        assert inner is not None
        node = inner
    provenance[known.name] = source
    if isinstance(node, y.Mapping) and known.type == DOUBTS:
        return _accepted(node, draft)
    if isinstance(node, y.Mapping):
        return _range(known, node, draft)
    if known.type.kind is Kind.SET:
        return _set(known, node, draft)
    if isinstance(node, y.Sequence):
        draft.findings.error("F005", f"`{known.name}` takes one value, not a list", node.span)
        return None
    return _scalar(known.name, known.type, node, draft)


def _own_provenance(node: y.Mapping, draft: Draft, whole: Provenance) -> Provenance:
    node.tell_unknown(("value", *_PROVENANCE), "a fact's provenance", draft.findings)
    source = node.text("source") if isinstance(node.get("source"), y.Scalar) else whole.source
    return Provenance(source, node.text("date"), node.text("note"), node.span)


def _scalar(name: str, type_: Type, node: y.Scalar, draft: Draft) -> Fact | None:
    state = state_named(node.text)
    if state is not None:
        return state
    found = value_from_text(node.text, type_, draft.units)
    if isinstance(found, Problem):
        draft.findings.error(
            "F005",
            f"{named(node.text)} is not a value of `{name}`",
            node.span,
            label=f"expected {found.expected}",
            help=_range_help(node.text) or found.help,
        )
        return None
    return found


def _range_help(text: str) -> str:
    """How a range is written here, for one that is written as in a cell of a table."""
    text = text.strip()
    if re.match(r"[<>](?!=)", text):
        return "both ends are in a range: write `{at_least: ...}` or `{at_most: ...}` with a value that is in it"
    match = _CELL_RANGE.fullmatch(text) or _RANGE_IN_WORDS.fullmatch(text)
    if match is None:
        return ""
    ends = {"at_least": match["low"] or match["least"], "at_most": match["high"] or match["most"]}
    return f"write a range as `{{{', '.join(f'{end}: {value}' for end, value in ends.items() if value)}}}`"


def _set(known: ir.Field, node: y.Node, draft: Draft) -> Fact | None:
    element = known.type.element
    assert element is not None
    if isinstance(node, y.Scalar):
        state = state_named(node.text)
        if state is not None:
            return state
        draft.findings.error(
            "F005", f"`{known.name}` takes a list", node.span, help=f"write `[{node.text}]`, or `[]` for none"
        )
        return None
    if not isinstance(node, y.Sequence):
        draft.findings.error("F005", f"`{known.name}` takes a list", node.span, help="write `[a, b]`, or `[]` for none")
        return None
    found = []
    for item in node.items:
        if not isinstance(item, y.Scalar) or state_named(item.text) is not None:
            draft.findings.error("F005", f"this is not a member of `{known.name}`", item.span)
            continue
        value = _scalar(known.name, element, item, draft)
        if value is not None:
            found.append(str(value))
    return frozenset(found)


def _accepted(node: y.Mapping, draft: Draft) -> Fact:
    """Doubts that somebody looked into, each with why it is so all the same: `accepted: {goes_elsewhere: "..."}`."""
    members = []
    for key, value in node.pairs:
        reason = value.text.strip() if isinstance(value, y.Scalar) else ""
        if reason:
            members.append(f"{key.text}: {reason}")
        else:
            words = f"`{key.text}` is accepted without a reason"
            draft.findings.error("F005", words, value.span, help="write why it is so all the same, as a text")
    return frozenset(members)


def _range(known: ir.Field, node: y.Mapping, draft: Draft) -> Fact | None:
    bounds: dict[str, Any] = {}
    for key, value in node.pairs:
        if key.text not in ("at_least", "at_most"):
            draft.findings.error(
                "F007",
                f"a range has no `{key.text}`",
                key.span,
                help="write `{at_least: 40%, at_most: 60%}`, or `{value: ..., source: ...}`",
            )
        elif not known.type.is_ordered or not isinstance(value, y.Scalar):
            draft.findings.error("F005", f"`{known.name}` cannot be a range", node.span)
            return None
        else:
            bounds[key.text] = _scalar(known.name, known.type, value, draft)
    low, high = bounds.get("at_least"), bounds.get("at_most")
    if isinstance(low, State) or isinstance(high, State) or (low is None and high is None):
        return None
    if low is not None and high is not None and low > high:
        draft.findings.error("F005", "this range is empty", node.span, help="`at_least` is the lower bound")
        return None
    return low if low == high else Range(low, high)
