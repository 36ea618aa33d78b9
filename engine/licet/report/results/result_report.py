"""What a result comes to, as one document: `licet/report/1`, of which text and page say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from licet.decide.decision import NOTICE
from licet.ir import policy as ir
from licet.ir.canonical import fingerprint
from licet.report.flat import listed
from licet.report.missing_words import missing_words
from licet.report.results.result_cases import ResultCases
from licet.report.results.result_counts import STATUSES, ResultCounts
from licet.report.results.result_stream import RECORDS, ResultStream

SCHEMA = "licet/report/1"
_FEWEST = 2  # rows that lack a fact of one thing, for that to be worth telling
Ends = tuple[str, str]


def document(
    policy: ir.Policy, stream: ResultStream, counts: ResultCounts, cases: ResultCases, most: int
) -> dict[str, Any]:
    """As the schema `report-1.json` describes it. Of what is ranked the first come first, and `most` of them."""
    own = fingerprint(policy)
    return {
        "schema": SCHEMA,
        "licet": version("licet"),
        "results": {
            "name": stream.path.name,
            "format": stream.format,
            "rows": sum(counts.rows.values()),
            "by_type": dict(counts.rows),
            "days": [_day(counts.first), _day(counts.last)],
            "without_day": counts.undated,
            "policy": stream.about.policy or None,
            "facts": stream.about.facts or None,
            "engine": stream.about.engine or None,
        },
        "policy": {"name": policy.name, "fingerprint": own, "is_of_results": _is_of(stream, own)},
        "decisions": [_decision(policy, counts, d, most) for d in counts.decisions if _is_told(counts, d)],
        "scores": [score for score in (_score(counts, score) for score in counts.scores) if score["rows"]],
        "missing": [_fact(policy, counts, key) for key in _ranked(counts, law=False)][:most],
        "records": list(_records(policy, counts, most)),
        "law": [_law(policy, counts, key) for key in _ranked(counts, law=True)][:most],
        "unverified": [{**_rule(policy, rule), "rows": n} for rule, n in _told(counts, "unverified")][:most],
        "conflicts": [{"text": text, "rows": n} for text, n in _told(counts, "conflicts")][:most],
        "contradictions": [{**_check(policy, name), "rows": n} for name, n in _told(counts, "contradictions")],
        "doubts": [{**_check(policy, name), "rows": n} for name, n in _told(counts, "doubts")],
        "assumptions": [{"text": text, "rows": n} for text, n in _told(counts, "assumptions")][:most],
        "duties": [_duty(policy, text, n) for text, n in _told(counts, "obligations")][:most],
        "too_many_values": counts.too_many,
        "cases": {
            kind: {"rows": chosen.number, "shown": [_case(policy, counts, row) for _, _, row in chosen.rows]}
            for kind, chosen in (("open", cases.open), ("determined", cases.determined))
        },
        "notice": NOTICE,
    }


def _is_of(stream: ResultStream, own: str) -> bool | None:
    """Whether the results say that this policy decided them; None where they do not say which did."""
    return stream.about.policy_fingerprint == own if stream.about.policy else None


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# ---- answers


def _is_told(counts: ResultCounts, decision: ir.Decision) -> bool:
    return any(name == decision.name for name, _, _ in counts.outcomes)


def _decision(policy: ir.Policy, counts: ResultCounts, decision: ir.Decision, most: int) -> dict[str, Any]:
    name = decision.name
    return {
        "decision": name,
        "phrase": decision.phrase,
        "of": decision.entity,
        "chain": list(decision.outcomes),
        **_answers(decision, _ends(counts.outcomes, name)),
        "jurisdictions": [
            {
                "jurisdiction": place,
                "not_enforced": counts.unenforced[name, place],
                **_answers(decision, _ends(counts.places, name, place)),
            }
            for place in counts.jurisdictions[name]
        ],
        "columns": [_column(counts, decision, own, most) for own in counts.by if own not in counts.too_many],
        "rules": list(_rules(policy, counts, decision))[:most],
    }


def _ends(counter: Mapping[Any, int], *start: str | None) -> dict[Ends, int]:
    """The last two members of the keys that begin like this."""
    return {key[-2:]: number for key, number in counter.items() if key[:-2] == start}


def _answers(decision: ir.Decision, found: Mapping[Ends, int]) -> dict[str, Any]:
    """Answers from the gravest that they may be on."""
    rank = decision.outcomes.index
    ordered = sorted(found.items(), key=lambda one: (-rank(one[0][1]), -rank(one[0][0])))
    return {
        "rows": sum(found.values()),
        "open": sum(number for (must, may), number in ordered if must != may),
        "outcomes": [{"must": must, "may": may, "rows": number} for (must, may), number in ordered],
    }


def _column(counts: ResultCounts, decision: ir.Decision, column: str, most: int) -> dict[str, Any]:
    """Answers by the values of a column of somebody's own: first those with most that may be more than the least."""
    by_value: dict[str | None, dict[Ends, int]] = {}
    for (name, of, value, must, may), number in counts.values.items():
        if (name, of) == (column, decision.name):
            by_value.setdefault(value, {})[str(must), str(may)] = number
    least = decision.outcomes[0]

    def first(item: tuple[str | None, Mapping[Ends, int]]) -> tuple[int, int, str]:
        graver = sum(number for (_, may), number in item[1].items() if may != least)
        return -graver, -sum(item[1].values()), item[0] or ""

    ordered = sorted(by_value.items(), key=first)
    rest: Counter[Ends] = Counter()
    for _, found in ordered[most:]:
        rest.update(found)
    return {
        "column": column,
        "different": len(ordered),
        "values": [{"value": value, **_answers(decision, found)} for value, found in ordered[:most]],
        "others": _answers(decision, rest) if rest else None,
    }


def _rules(policy: ir.Policy, counts: ResultCounts, decision: ir.Decision) -> Iterator[dict[str, Any]]:
    """The rules that claim an outcome, or except one that does: those of most rows first."""
    found = {key[1]: None for key in counts.rules if key[0] == decision.name}
    told = [
        {
            **_rule(policy, rule),
            **{status: _answers(decision, _ends(counts.rules, decision.name, rule, status)) for status in STATUSES},
        }
        for rule in found
    ]
    yield from sorted(told, key=lambda one: (-one["holds"]["rows"] - one["unknown"]["rows"], one["rule"]))


def _rule(policy: ir.Policy, id_: str) -> dict[str, Any]:
    rule = policy.rules.get(id_)
    return {
        "rule": id_,
        "title": "" if rule is None else rule.title or rule.because or rule.called.replace("_", " "),
        "cites": [] if rule is None else list(ir.citations(rule)),
        "jurisdiction": None if rule is None else rule.jurisdiction,
    }


def _score(counts: ResultCounts, score: ir.Score) -> dict[str, Any]:
    names = [name for name, _ in score.bands]
    found = {text: n for (of, text), n in counts.bands.items() if of == score.name}

    def first(item: tuple[str, int]) -> tuple[int, int]:
        low, _, high = item[0].partition(" to ")
        return -names.index(high or low), -names.index(low)

    return {
        "score": score.name,
        "phrase": score.phrase,
        "of": score.entity,
        "rows": sum(found.values()),
        "bands": [{"band": text, "rows": n} for text, n in sorted(found.items(), key=first)],
    }


# ---- what is open


def _ranked(counts: ResultCounts, *, law: bool) -> list[tuple[str, str, str]]:
    """What is missing: that which settles most by itself first, then that which bears on most."""
    keys = [key for key in counts.missing if bool(key[2]) == law]
    return sorted(keys, key=lambda key: (-counts.alone[key], -counts.missing[key], key))


def _fact(policy: ir.Policy, counts: ResultCounts, key: tuple[str, str, str]) -> dict[str, Any]:
    type_, fact, _ = key
    said = missing_words(policy, type_, fact)
    return {
        "type": type_,
        "fact": fact,
        "phrase": said.fact,
        "owner": said.owner,
        "ask": said.ask,
        "alone": counts.alone[key],
        "rows": counts.missing[key],
    }


def _records(policy: ir.Policy, counts: ResultCounts, most: int) -> Iterator[dict[str, Any]]:
    """Single things that several rows refer to: what to ask about once."""
    ordered = sorted(counts.records.items(), key=lambda item: (-item[1], item[0]))
    for (type_, id_, fact), number in ordered[:most]:
        if number >= _FEWEST:
            phrase = missing_words(policy, type_, fact).fact
            yield {
                "type": type_,
                "id": id_,
                "fact": fact,
                "phrase": phrase,
                "rows": number,
                "at_least": counts.forgotten,
            }


def _law(policy: ir.Policy, counts: ResultCounts, key: tuple[str, str, str]) -> dict[str, Any]:
    kind, fact, name = key
    rule = policy.rules.get(name)
    titled = rule.title or rule.called if rule is not None else name
    if rule is None and name in policy.lists:
        titled = policy.lists[name].title or policy.lists[name].phrase or name
    elif rule is None and name in policy.parameters:
        titled = policy.parameters[name].phrase or name
    return {
        "kind": kind,
        "name": name,
        "fact": fact,
        "title": titled.replace("_", " "),
        "cites": [] if rule is None else list(ir.citations(rule)),
        "note": counts.note(*key),
        "alone": counts.alone[key],
        "rows": counts.missing[key],
    }


def _told(counts: ResultCounts, kind: str) -> list[tuple[str, int]]:
    found = [(text, number) for (of, text), number in counts.told.items() if of == kind]
    return sorted(found, key=lambda item: (-item[1], item[0]))


def _check(policy: ir.Policy, name: str) -> dict[str, str]:
    check = policy.checks.get(name)
    return {"check": name, "because": check.because if check is not None else ""}


def _duty(policy: ir.Policy, text: str, number: int) -> dict[str, Any]:
    status, _, rule = text.rpartition(" ")
    return {**_rule(policy, rule), "status": status, "rows": number}


# ---- cases


def _case(policy: ir.Policy, counts: ResultCounts, row: Mapping[str, Any]) -> dict[str, Any]:
    missing = row.get("missing") or []
    return {
        "type": row["type"],
        "id": row["id"],
        "as_of": _day(row.get("as_of")),
        "answers": [
            {
                "decision": d.name,
                "must": row[f"{d.name}.must"],
                "may": row[f"{d.name}.may"],
                "from": list(row.get(f"{d.name}.from") or ()),
                "jurisdictions": list(_asked(row, d, counts.jurisdictions[d.name])),
                "rules": {status: list(_of_case(policy, counts, row, d, status)) for status in STATUSES},
            }
            for d in counts.decisions
            if row.get(f"{d.name}.must") is not None
        ],
        "scores": {s.name: row[f"{s.name}.bands"] for s in counts.scores if row.get(f"{s.name}.bands")},
        "missing": [_missing(policy, one) for one in missing if one["kind"] != "law"],
        "law": [
            {"kind": one["type"], "name": one["id"], "state": one["state"], "note": one["note"] or ""}
            for one in missing
            if one["kind"] == "law"
        ],
        "duties": list(_words(row.get("obligations"), "obligations")),
        "conflicts": list(_words(row.get("conflicts"), "conflicts")),
        **{kind: [_check(policy, name) for name in row.get(kind) or ()] for kind in ("contradictions", "doubts")},
        "own": {name: row.get(name) for name in counts.by},
    }


def _asked(row: Mapping[str, Any], decision: ir.Decision, places: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What each jurisdiction says by itself, where that is more than the most lenient outcome or open."""
    for place in places:
        start = f"{decision.name}.{place}."
        must, may = row.get(start + "must"), row.get(start + "may")
        if must is not None and may != decision.outcomes[0]:
            yield {
                "jurisdiction": place,
                "must": must,
                "may": may,
                "enforced": row.get(start + "enforced") is not False,
                "details": list(row.get(start + "details") or ()),
                "possible_details": list(row.get(start + "possible_details") or ()),
            }


def _of_case(
    policy: ir.Policy, counts: ResultCounts, row: Mapping[str, Any], decision: ir.Decision, status: str
) -> Iterator[dict[str, Any]]:
    claims = set(counts.claiming(decision.name))
    yield from (_rule(policy, rule) for rule in row.get(f"rules.{status}") or () if rule in claims)


def _missing(policy: ir.Policy, one: Mapping[str, Any]) -> dict[str, Any]:
    said = missing_words(policy, one["type"], one["fact"])
    return {
        **{name: one[name] for name in ("type", "id", "fact", "state")},
        "phrase": said.fact,
        "ask": said.ask,
    }


def _words(records: Any, kind: str) -> Iterator[str]:
    """Records of a row in the words of the result as text."""
    if records and isinstance(records[0], Mapping):
        yield from listed(pa.array([records], RECORDS[kind]))[0].as_py()
    else:
        yield from records or ()
