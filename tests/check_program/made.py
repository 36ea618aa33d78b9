"""Small explanations that are right, made for being spoilt: each unit is tried by hiding it, nothing is clever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from functools import lru_cache, partial
from itertools import combinations
from typing import Any

from licet.facts.inventory.document import facts_document
from licet.facts.store import Facts, Opening, Record, Subject
from licet.ir.canonical import document
from licet.values import Range, State
from licet_check import policy as read_documents
from licet_check import trials
from licet_check import values as known
from tests.run.worlds import accepted

TEXT = """
module core "Made"
  authority L "Law"
unit op "operations"
list lst of country from "lst.yaml" "lst"
parameter line : quantity op "line" is 10 op until 2026-03-01 is 5 op from 2026-03-01
entity Party "party"
  name : text "name"
  country : country "country"
  held : boolean derived "held"
  circle : set of Party derived "circle"
entity Deal "deal"
  date : date "day"
  party : Party "party"
  other : Party "other party"
  size : quantity op "size"
  kind : one of sale, gift "kind"
  tags : set of text "tags"
  risky : boolean derived "risky"
relation owns(owner: Party, owned: Party, share: percent) "owns"
  key owner, owned total share per owned at most 100%
relation named(party: Party, since: date) "named"
decision duty of d: Deal "duty" outcomes free < notify < licence < forbidden
  otherwise free
  details form, fee
coverage of L as read 2026-01-02
  encoded "1"
module one "One"
  jurisdiction A
use core
rule listed
  for p: Party
  cites L "1"
  when p.country is in lst or (some n in named where (n.party is p and n.since is on or before as_of))
  then p is held
rule owned
  for p: Party
  cites L "2"
  source verified
  when total o.share over o in owns where (o.owned is p and o.owner is held) is at least 50%
  then p is held
rule circle
  for p: Party
  source verified
  then p.circle includes each o.owner over o in owns where (o.owned is p)
    and p.circle includes each o.owner.circle over o in owns where (o.owned is p)
rule risk
  for d: Deal
  source verified
  when (some q in d.party.circle where (q is held)) and d.kind is sale
  then d is risky
rule large
  for d: Deal
  cites L "3"
  source verified
  when any of
    (a) d.size is at least line
    (b) all of (i) d.other is held (ii) not d.tags includes "small" end
  end
  then duty of d is licence with fee
rule announced
  for d: Deal
  cites L "4"
  not enforced from 2026-01-01 "a press release"
  when d.party is held
  then duty of d is forbidden
rule stayed
  for d: Deal
  cites L "5"
  suspended from 2026-01-15 until 2026-09-01 "a stay"
  when d is risky
  then duty of d is notify with form
rule doubtful
  for d: Deal
  cites L "6"
  unconfirmed from 2026-02-01 until 2026-08-01 "who knows"
  when (count e in Deal where (e.party is d.party and e.kind is gift)) is at least 1
  then duty of d is notify
exception small
  to large
  for d: Deal
  cites L "7"
  source verified
  when d.tags includes "small"
  then duty of d is notify with form
score weight of p: Party "weight"
  range 0 to 10
  add 4 when p is held
  add 3 when p.country is FR
  add 1 per o in owns where (o.owned is p) max 2
obligation report
  for d: Deal
  cites L "9"
  source verified
  when d.other is held or d.size is at least line
  then d.party must "report" by d.date + 30 days
gap unread
  for d: Deal
  cites L "8"
  when d.kind is gift and d.party.name is "b"
  then duty of d may be forbidden
"""
PARTIES: dict[str, Record] = {
    "a": Record({"name": "a", "country": "CH"}),
    "b": Record({"name": "b", "country": "FR"}),
    "x": Record({"country": "FR"}),
    "c": Record({"name": "c", "country": "FR"}),
    "y": Record({"name": State.UNDETERMINED}),
}
OWNS = (
    Record({"owner": "a", "owned": "b", "share": Fraction(1, 2)}),
    Record({"owner": "b", "owned": "x", "share": Range(Fraction(1, 4), Fraction(3, 4))}),
)


def _deal(day: date, **facts: Any) -> Record:
    return Record({"date": day, "tags": frozenset(), **facts})


MARCH, JULY = date(2026, 4, 1), date(2026, 10, 1)
JUNE = (date(2026, 6, 1).toordinal(),) * 2
DEALS = {
    "large": _deal(MARCH, party="b", other="x", size=12, kind="sale"),
    "small": _deal(MARCH, party="x", other="y", size=7, kind="gift", tags=frozenset({"small"})),
    "vague": _deal(MARCH, party="y", other="b", size=State.UNDETERMINED, kind="sale"),
    "free": _deal(JULY, party="y", other="y", size=1, kind="gift"),
    "later": _deal(date(2026, 1, 20), party="c", other="c", size=7, kind="sale"),
    "early": _deal(date(2026, 1, 20), party="b", other="b", size=7, kind="sale"),
}
# What is asked for by name: the type, the thing, what it is, and its name.
ASKED = {
    "held x": ("Party", "x", "term", "held"),
    "circle b": ("Party", "b", "term", "circle"),
    "held a": ("Party", "a", "term", "held"),
    "weight x": ("Party", "x", "score", "weight"),
    "weight b": ("Party", "b", "score", "weight"),
    "report large": ("Deal", "large", "obligation", "one.report"),
    "report vague": ("Deal", "vague", "obligation", "one.report"),
    "report free": ("Deal", "free", "obligation", "one.report"),
}
FACTS = Facts(
    {"Party": PARTIES, "Deal": DEALS},
    {"owns": OWNS, "named": (Record({"party": "a", "since": date(2026, 2, 1)}),)},
    None,
    {"owns": (Opening((("owned", "y"),), Subject("Party", "y")),)},
)


@lru_cache(1)
def documents() -> tuple[Any, Any]:
    """The policy and the facts that all of them are about."""
    return document(accepted(TEXT)), facts_document(FACTS)


def made(case: str, day: tuple[int, int] = JUNE) -> dict[str, Any]:
    """The explanation of a deal, or of one of `ASKED`, right in all parts; `day` governs what has none of its own."""
    policy, facts = read_documents.Policy(documents()[0]), read_documents.Facts(documents()[1])
    type_, id_, sort, name = ASKED.get(case, ("Deal", case, "decision", "duty"))
    cell = sort, "common" if sort == "score" else "A", type_ if sort == "term" else "", name
    on = read_documents.governing(policy, facts, type_, id_, day)
    as_it_is = [trials.Reading(policy, facts, on, enforced_only=only) for only in (False, True)]
    trial = trials.Trial(as_it_is, (*cell, id_))
    reads = {unit: read for node in trial.nodes.values() for log in _logs(*node) for unit, read in log.reads.items()}
    parts = {name: part for name, part in policy.document.items() if name != "schema"}
    return {
        "schema": "licet/explanation/2",
        "subject": {"type": type_, "id": id_},
        "as_of": trials.day_document(on),
        "asked": {"as_of": None, "jurisdictions": [], **({"about": [name]} if case in ASKED else {})},
        "policy": {
            "name": "made",
            "fingerprint": f"sha256:{read_documents.digest(parts)}",
            "as_read": {} if name in ("circle", "weight") else {"L": "2026-01-02"},
        },
        "facts": {"inventory": "sha256:" + "0" * 64, "read": f"sha256:{read_documents.digest(reads)}"},
        "parts": [_with_the_rest(trial, _by_name(trial) if case in ASKED else _part(trial))],
        "labels": {"things": {f"{type_}/{id_}": "a thing"}},
        "notice": "not legal advice",
    }


def _logs(atoms: Any, values: Any) -> list[Any]:
    return [log for *_, log in atoms + values]


def _least(trial: trials.Trial, units: list[str], holds: Callable[[trials.Answer], bool]) -> list[str]:
    kept = list(units)
    for unit in units:
        if holds(trial.knowing(frozenset(kept) - {unit})):
            kept.remove(unit)
    return kept


def _line(trial: trials.Trial, name: trials.Name, claim: str, units: list[str]) -> dict[str, Any]:
    cites = [f"{cite['authority']} {cite['section']}" for cite in trial.policy.rules[name[0]]["cites"]]
    return {"node": trial.called(*name), "claim": claim, "units": units, "cites": cites}


def _nearest(trial: trials.Trial, outcome: int | None = None) -> list[dict[str, Any]]:
    """The rules that would state something, those of which the fewest conditions would have to be otherwise first."""
    near = []
    applying = {name for name, node in trial.documents().items() if node["applies"] != "false"}
    for name, node in ((name, trial.documents()[trial.called(*name)]) for name in trial.stating(*trial.about)):
        rule = trial.policy.rules[name[0]]
        stated = {int(effect["outcome"]) for effect in rule["effects"] if "decision" in effect}
        if outcome in stated if stated else node["effective"] == "false":
            stopped, others = _fewest(rule["body"], node["atoms"])
            excepted = {trial.called(target, name[1]) for target in rule["excepts"]}
            idle = bool(excepted) and not excepted & applying
            said = {"node": trial.called(*name), "stopped": stopped, "others": others}
            near.append((rule["kind"] == "gap", idle, len(stopped) or len(node["atoms"]), said["node"], said))
    return [said for *_, said in sorted(near, key=lambda one: one[:4])[:3]]


def _fewest(body: Any, atoms: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """The fewest conditions that, were they the other way, would leave a body not false: all sets are tried. And
    whether another set is as small.
    """
    for size in range(len(atoms) + 1):
        found = []
        for flipped in combinations(range(len(atoms)), size):
            turned = {"true": "false", "false": "true"}
            said = [turned.get(a["truth"], "") if at in flipped else a["truth"] for at, a in enumerate(atoms)]
            if body is None or _worth(body, iter(said)) > 0:
                found.append([atoms[at]["id"] for at in flipped])
        if found:
            return found[0], found != found[:1] * len(found)
    return [], False


def _worth(node: Any, truths: Iterator[str]) -> int:
    """The truth of a body, 0 to 2, whose conditions have some truths, in the order of the text."""
    if node["node"] in ("AllOf", "AnyOf"):
        parts = [_worth(part, truths) for part in node["parts"]]
        return (min if node["node"] == "AllOf" else max)(parts)
    if node["node"] in ("Not", "Limb"):
        found = _worth(node["part"], truths)
        return 2 - found if node["node"] == "Not" else found
    if node["node"] == "Constant":
        return int(node["truth"])
    return {"true": 2, "false": 0}.get(next(truths), 1)


def _by_name(trial: trials.Trial) -> dict[str, Any]:
    exact = _least(trial, sorted(trial.units), lambda a: a == trial.answer)
    return {
        trial.sort: trial.name,
        "jurisdiction": trial.place,
        "answer": trial.document(),
        "nodes": trial.documents(),
        "because": {
            "searched": True,
            "exact": exact,
            "lines": [_line(trial, min(trial.nodes), "exact", exact)][: len(exact)],
        },
        "nearest": _nearest(trial),
    }


def _part(trial: trials.Trial) -> dict[str, Any]:
    outcomes = trial.policy.part["decisions"]["duty"]["outcomes"]
    whole, (must, may) = trial.answer, trial.answer[0]
    least = partial(_least, trial)
    exact = least(sorted(trial.units), lambda a: a == whole)
    floor = least(exact, lambda a: a[0][0] > must or (a[0][0] == must and set(whole[1][0]) <= set(a[1][0])))
    ceiling = least(exact, lambda a: a[0][1] <= may)
    ceiling = ceiling if may < len(outcomes) - 1 else []
    told = floor if must else ceiling
    outside = [o for o in range(len(outcomes)) if not must <= o <= may]
    first = next(name for name in trial.nodes if name[0] == "one.large")
    return {
        "decision": "duty",
        "jurisdiction": "A",
        "answer": trial.document(),
        "nodes": trial.documents(),
        "because": {
            "searched": True,
            "exact": exact,
            "floor": floor if must else [],
            "ceiling": ceiling,
            "enforced": least(exact, lambda a: a[2] == whole[2]) if whole[2] != whole[0] else None,
            "lines": [_line(trial, first, "floor" if must else "ceiling", told)][: len(told)],
        },
        "why_not": {
            outcomes[o]: {
                "units": least(exact, lambda a, o=o: not a[0][0] <= o <= a[0][1]),
                "nearest": _nearest(trial, o),
            }
            for o in outside
        },  # type: ignore[misc]
    }


def _with_the_rest(trial: trials.Trial, part: dict[str, Any]) -> dict[str, Any]:
    part["necessary"] = [
        unit for unit in sorted(part["because"]["exact"]) if trial.knowing(trial.units - {unit}) != trial.answer
    ]
    part |= {"acts": [], "unverified": [], "changes": []}
    sets = [
        part["necessary"],
        *(units for key, units in part["because"].items() if isinstance(units, list) and key != "lines"),
    ]
    sets += [why["units"] for why in part.get("why_not", {}).values()]
    complete = {unit for unit in trial.units if unit.startswith("only:")}
    taken = {unit for units in sets for unit in units} & complete
    for unit in sorted(complete - taken):
        others = {other for other in complete - taken if other <= unit}
        if trial.knowing(trial.units - frozenset(others)) != trial.answer:
            taken.add(unit)

    rules = {id_: trial.policy.rules[id_] for id_, _ in sorted(trial.nodes)}
    for id_, rule in rules.items():
        if rule["certainty"] != "verified" and any(
            trial.readings[0].applies(rule, s) for o, s in trial.nodes if o == id_
        ):
            if_not = trial.supposing([id_], known.F)
            part["unverified"].append(
                {"rule": id_, "certainty": rule["certainty"], "note": rule["certainty_note"], "if_not": if_not}
            )
        for kind, span in trials.bearing(rule, trial.on):
            act = {"act": span["note"], "rules": [id_], "status": kind, "from": span["start"], "until": span["end"]}
            stands, falls = (trial.supposing([id_], truth) for truth in (known.T, known.F))
            part["acts"].append({**act, "if_it_stands": stands, "if_not": falls})
    before = trial.told(trial.readings[0])
    for on, why in sorted(trial.causes().items()):
        answer = trial.on_day(on)
        if answer != before:
            part["changes"].append({"on": date.fromordinal(on).isoformat(), "answer": answer, "cause": sorted(why)})
        before = answer
    return {**part, "assumptions": sorted(taken)}
