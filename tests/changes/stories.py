"""Random stories: a world, and the world after some edits of its facts, of its law, and some days.

Two policies are told of: those that are generated, in which most edits are idle, and one in which most are not.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from licet.changes.causes.causes import MovedAnswer
from licet.changes.causes.worlds import WorldOnDay
from licet.decide.dates import own_day
from licet.decide.from_outcome import decidable, decisions_of
from licet.decide.steps import Answers, answers_on_day
from licet.facts.inventory.from_tables import target_of
from licet.facts.store import Facts, Opening, Record, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.run.reference.interpreter import Interpreter
from licet.values import Fact, Range, State

POLICY = """
module deals "Deals"
  authority L "Law"
entity Party "party"
  country : country "country"
  listed : boolean "listed"
  blocked : boolean derived "blocked"
entity Deal "deal"
  buyer : Party "buyer"
  land : country "land"
  amount : number "amount"
  deadline : date "deadline"
  date : date "date"
relation owns(owner: Party, owned: Party, share: percent) "owns" key owner, owned
relation takes_part(deal: Deal, who: Party) "takes part"
relation permit(of: Deal, until: date) "permit"
list lst of country from "lst.yaml" "lst"
list late of country from "late.yaml" "late"
parameter most : number "most" is 2 until 2025-09-01 is 3 from 2025-09-01
decision licensing of d: Deal "licensing" as of d.date outcomes free < ask < licence < never otherwise free
  details form, fee
rule listed for p: Party cites L "1" when p.listed then p is blocked
rule owned for p: Party cites L "2"
  when total o.share over o in owns where (o.owned is p and o.owner is blocked) is at least 50% then p is blocked
module us "US" jurisdiction US
use deals
rule buyer for d: Deal cites L "3" when d.buyer is blocked then licensing of d is licence
rule other for d: Deal cites L "4"
  when some x in takes_part where (x.deal is d and x.who is blocked) then licensing of d is licence
rule big for d: Deal cites L "5" in force from 2025-07-01 until 2026-01-01
  when d.amount is at least most and d.land is not in late then licensing of d is ask with form
rule embargo for d: Deal cites L "6" when d.land is in lst or d.buyer.country is in lst then licensing of d is never
exception permitted to buyer, other for d: Deal cites L "7"
  when some x in permit where (x.of is d and x.until is on or after as_of)
module eu "EU" jurisdiction EU
use deals
rule due for d: Deal cites L "8" when as_of is after d.deadline + 10 days then licensing of d is ask with fee
rule near for d: Deal cites L "9" when some q in Party where (q.listed and q.country is d.land)
  then licensing of d is ask with fee
rule later for d: Deal cites L "10" in force from 2025-10-01 when d.amount is at least 2 then licensing of d is licence
"""
_COUNTRIES = ("CH", "JP", "CN", "HK", "MO")
_UNKNOWN = State.ABSENT


def telling_facts(dice: random.Random) -> Facts:
    """Three or four parties and three deals, of which one or another has a day of its own."""
    ids = [f"p{i}" for i in range(dice.choice((3, 4)))]
    parties = {
        id_: _record(country=dice.choice(_COUNTRIES), listed=dice.choice((False, False, True, _UNKNOWN))) for id_ in ids
    }
    deals = {f"d{i}": _deal(sorted(parties), dice) for i in range(3)}
    pairs = dice.sample([(a, b) for a in parties for b in parties if a != b], 2)
    owns = tuple(_record(owner=a, owned=b, share=dice.choice((Fraction(1, 4), Fraction(1, 2), 1))) for a, b in pairs)
    takes_part = tuple(_record(deal=dice.choice(sorted(deals)), who=dice.choice(sorted(parties))) for _ in range(2))
    permits = tuple(_record(of=dice.choice(sorted(deals)), until=_day(dice)) for _ in range(2))
    marks = [Subject("Party", id_) for id_ in dice.sample(sorted(parties), dice.choice((0, 2)))]
    opened = {"owns": tuple(Opening((("owned", thing.id),), thing) for thing in marks)} if marks else {}
    relations = {"owns": owns, "takes_part": takes_part, "permit": permits}
    return Facts({"Party": parties, "Deal": deals}, relations, None, opened)


def _deal(parties: list[str], dice: random.Random) -> Record:
    own = dice.choice((State.NOT_APPLICABLE, State.NOT_APPLICABLE, _day(dice)))
    amount = dice.choice((1, 2, 3, Range(1, 3), _UNKNOWN))
    return _record(
        buyer=dice.choice(parties), land=dice.choice(_COUNTRIES), amount=amount, deadline=_day(dice), date=own
    )


def _day(dice: random.Random) -> date:
    return date(2025, 6, 1) + timedelta(days=dice.randint(0, 300))


def _record(**facts: Fact) -> Record:
    return Record({name: fact for name, fact in facts.items() if fact is not _UNKNOWN})


def decided(world: WorldOnDay, subject: Subject, decision: str) -> Answers:
    """The law: the reference on the day that governs."""
    policy, facts = world.policy, world.facts
    day = own_day(policy.entities[subject.type], facts.record(subject).get, world.today)
    day = world.today if world.as_if else day
    worlds = (Interpreter(policy, facts, day, enforced_only=some) for some in (False, True))
    return answers_on_day(*worlds, subject, policy.decisions[decision])


def moved(before: WorldOnDay, after: WorldOnDay) -> Iterator[MovedAnswer]:
    """Every answer that is another."""
    for subject in decidable(after.policy, after.facts):
        if subject.id not in before.facts.entities.get(subject.type, {}):
            continue
        for decision in decisions_of(after.policy, subject.type):
            was, now = (decided(world, subject, decision.name) for world in (before, after))
            if was != now:
                yield MovedAnswer(subject, decision.name, was, now)


def edited_facts(facts: Facts, other: Facts, policy: ir.Policy, dice: random.Random) -> Facts:
    """One to eight edits towards another inventory; those after which something refers to nobody are left out."""
    for _ in range(dice.randint(1, 8)):
        facts = edited_once(facts, other, policy, dice)
    return facts


def edited_once(facts: Facts, other: Facts, policy: ir.Policy, dice: random.Random) -> Facts:
    """The same after one edit, or as it is."""
    edits = (_with_fact, _with_fact, _with_row, _with_row, _with_mark, _with_record)
    found = dice.choice(edits)(facts, other, dice)
    return found if _is_whole(found, policy) else facts


def _with_fact(facts: Facts, other: Facts, dice: random.Random) -> Facts:
    type_ = dice.choice([name for name, records in facts.entities.items() if records])
    id_ = dice.choice(sorted(facts.entities[type_]))
    model = other.entities.get(type_, {}).get(id_) or dice.choice([*facts.entities[type_].values()])
    record = facts.entities[type_][id_]
    names = sorted({*record.facts, *model.facts})
    if not names:
        return facts  # neither says anything
    name = dice.choice(names)
    told = {**record.facts, name: model.facts[name]} if name in model.facts else dict(record.facts)
    if name not in model.facts:
        told.pop(name)
    return _with_records(facts, type_, {**facts.entities[type_], id_: Record(told)})


def _with_row(facts: Facts, other: Facts, dice: random.Random) -> Facts:
    name = dice.choice(sorted(facts.relations))
    rows, further = list(facts.relations[name]), other.relations[name]
    if rows and dice.random() < 0.5:
        rows.pop(dice.randrange(len(rows)))
    elif further:
        row = dice.choice(further)
        pair = [*row.facts.values()][:2]
        rows = [r for r in rows if [*r.facts.values()][:2] != pair] + [row]
    return replace(facts, relations={**facts.relations, name: tuple(rows)})


def _with_mark(facts: Facts, other: Facts, dice: random.Random) -> Facts:
    name = dice.choice(sorted({*facts.opened, *other.opened}) or sorted(facts.entities))
    opened = {key: value for key, value in facts.opened.items() if key != name}
    if name in other.opened:
        opened[name] = other.opened[name]
    return replace(facts, opened=opened)


def _with_record(facts: Facts, other: Facts, dice: random.Random) -> Facts:
    type_ = dice.choice(sorted(facts.entities))
    records = dict(facts.entities.get(type_, {}))
    id_ = dice.choice(sorted({*records, *other.entities.get(type_, {})}) or ["none"])
    if id_ in records:
        del records[id_]
    elif id_ in other.entities.get(type_, {}):
        records[id_] = other.entities[type_][id_]
    return _with_records(facts, type_, records)


def _with_records(facts: Facts, type_: str, records: dict[str, Record]) -> Facts:
    return replace(facts, entities={**facts.entities, type_: records})


def _is_whole(facts: Facts, policy: ir.Policy) -> bool:
    """Whether whatever is named is there."""
    told = [(policy.entities[type_].fields, r) for type_, rs in facts.entities.items() for r in rs.values()]
    told += [(policy.relations[name].parameters, row) for name, rows in facts.relations.items() for row in rows]
    for fields, record in told:
        for name, fact in record.facts.items():
            target = target_of(fields[name].type)
            ids = [fact] if isinstance(fact, str) else fact if isinstance(fact, frozenset) else ()
            if target is not None and not set(ids) <= set(facts.entities.get(target, {})):
                return False
    opened = [o for openings in facts.opened.values() for o in openings if o.of is not None]
    return all(o.of.id in facts.entities[o.of.type] for o in opened if o.of is not None) and any(
        facts.entities.values()
    )


def edited_law(policy: ir.Policy, dice: random.Random) -> ir.Policy:
    """One edit, of a rule, a list or a decision."""
    rules, lists = dict(policy.rules), dict(policy.lists)
    decisions, relations = dict(policy.decisions), dict(policy.relations)
    id_ = dice.choice(sorted(rules))
    match dice.choice(("without", "denied", "later", "otherwise", "member", "renamed", "open")):
        case "without":
            del rules[id_]
            rules = {k: replace(r, excepts=tuple(e for e in r.excepts if e != id_)) for k, r in rules.items()}
        case "denied" if (body := rules[id_].body) is not None and not rules[id_].is_open:
            rules[id_] = replace(rules[id_], body=n.Not(None, body))
        case "later":
            ends = ir.Interval(date(2025, 9, 1), dice.choice((None, date(2026, 2, 1))))
            rules[id_] = replace(rules[id_], live=ir.Live(in_force=(ends,)))
        case "otherwise":
            name = dice.choice(sorted(decisions))
            worst = len(decisions[name].outcomes) - 1
            decisions[name] = replace(decisions[name], otherwise=dice.randint(0, worst))
        case "member":
            name = dice.choice(("lst", "late"))
            kept = lists[name].members
            lists[name] = replace(lists[name], members=kept[:-1] if dice.random() < 0.5 else kept[1:])
        case "renamed":
            rules = {
                k: replace(r, excepts=tuple(f"{e}_x" if e == id_ else e for e in r.excepts)) for k, r in rules.items()
            }
            rules[f"{id_}_x"] = replace(rules.pop(id_), id=f"{id_}_x")
        case "open":
            name = dice.choice(sorted(relations))
            relations[name] = replace(relations[name], open=not relations[name].open)
        case _:
            pass
    return replace(policy, rules=rules, lists=lists, decisions=decisions, relations=relations)


def story(
    policy: ir.Policy, facts: Facts, other: Facts, day: date | None, dice: random.Random
) -> tuple[WorldOnDay, WorldOnDay]:
    """Half of them with an edit of the law, a third with some days; all but a few with edits of facts."""
    first = day or date(2025, 8, 1)
    last = first + timedelta(days=dice.choice((0, 0, dice.randint(7, 180))))
    later = edited_law(policy, dice) if dice.random() < 0.5 else policy
    as_if = dice.random() < 0.5
    now = edited_facts(facts, other, policy, dice) if dice.random() < 0.9 else facts
    return WorldOnDay(policy, facts, first, as_if), WorldOnDay(later, now, last, as_if)
