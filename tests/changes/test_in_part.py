"""A large inventory is decided in part: rows are those of a full run, whatever was edited; what is told is as small."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest

from licet.changes.watch import in_part, run
from licet.changes.watch.answers import columns_kept
from licet.changes.watch.in_part import decided_in_part, facts_between
from licet.changes.watch.row_changes import row_changes, rows_apart
from licet.decide.table.batches import Asked, decidable_types, decide_batches, schema_of
from licet.facts.inventory.from_tables import Reading
from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import Tables, coded, facts_from_tables, tables_from_facts
from licet.ir import policy as ir
from licet.ir.nodes import OVERALL
from licet.run.reference.interpreter import Interpreter
from licet.values import Range, State
from tests.changes.test_again import SMALL, WatchedFolder
from tests.examples import examples
from tests.run.worlds import accepted

ALONE = """
module deals "Deals"
  authority L "Law"
entity Party "party"
  country : country "country"
  listed : boolean "listed"
  phone : text "phone"
  blocked : boolean derived "blocked"
entity Permit "permit"
  holder : Party "holder"
entity Deal "deal"
  buyer : Party "buyer"
  permit : Permit "permit"
  land : country "land"
  amount : number "amount"
  deadline : date "deadline"
  date : date "date"
relation owns(owner: Party, owned: Party) "owns"
list lst of country from "lst.yaml" "lst"
decision licensing of d: Deal "licensing" as of d.date outcomes free < ask < licence < never otherwise free
decision risk of p: Party "risk" outcomes low < high otherwise low
rule listed for p: Party cites L "1" when p.listed then p is blocked
rule owned for p: Party cites L "2" when some o in owns where (o.owned is p and o.owner is blocked) then p is blocked
rule risky for p: Party cites L "3" when p is blocked then risk of p is high
rule buyer for d: Deal cites L "4" when d.buyer is blocked then licensing of d is licence
rule big for d: Deal cites L "5" in force from 2025-07-01 until 2025-10-01 when d.amount is at least 2
  then licensing of d is ask
rule embargo for d: Deal cites L "6" when d.land is in lst then licensing of d is never
rule due for d: Deal cites L "7" when as_of is after d.deadline + 10 days then licensing of d is ask
"""
LOOKING = (
    ALONE
    + """
rule much for d: Deal cites L "8"
  when total s.amount over s in Deal where (s is earlier than d and s.land is d.land) is at least 6
  then licensing of d is licence
rule used for d: Deal cites L "9" when d.amount is 2 and some s in Deal where (s.permit is d.permit and s.amount is 3)
  then licensing of d is never
rule held for d: Deal cites L "10" when total s.amount over s in Deal where (s.buyer is d.permit.holder) is at least 5
  then licensing of d is ask
"""
)
FIELDS = ("buyer", "permit", "land", "amount", "deadline", "date")
ABSENT = State.ABSENT


def fact(name: str, dice: random.Random) -> Any:
    day = date(2025, 6, 1) + timedelta(dice.randint(0, 200))
    match name:
        case "buyer":
            return dice.choice(("p0", "p1", "p2", ABSENT))
        case "permit":
            return dice.choice(("m0", "m1", State.NOT_APPLICABLE, State.NOT_APPLICABLE, ABSENT))
        case "land":
            return dice.choice(("CH", "JP", "CN", ABSENT))
        case "amount":
            return dice.choice((1, 2, 3, Range(1, 3), ABSENT))
        case "deadline":
            return dice.choice((day, ABSENT))
        case _:
            return dice.choice((State.NOT_APPLICABLE, State.NOT_APPLICABLE, day, ABSENT, Range(day, None)))


def record(facts: dict[str, Any]) -> Record:
    return Record({name: said for name, said in facts.items() if said is not ABSENT})


def inventory(dice: random.Random) -> Facts:
    parties = {
        f"p{i}": record({"country": "CH", "listed": dice.choice((True, False, ABSENT)), "phone": "1"}) for i in range(3)
    }
    deals = {f"d{i}": record({name: fact(name, dice) for name in FIELDS}) for i in range(12)}
    permits = {"m0": record({"holder": "p0"}), "m1": record({"holder": dice.choice(("p1", ABSENT))})}
    return Facts(
        {"Party": parties, "Permit": permits, "Deal": deals}, {"owns": (record({"owner": "p0", "owned": "p1"}),)}, None
    )


def edited(facts: Facts, dice: random.Random) -> Facts:
    """One of: facts of deals, a deal that comes or goes, deals in another order, a fact of a party, a row."""
    deals, parties = dict(facts.entities["Deal"]), dict(facts.entities["Party"])
    relations = facts.relations
    match dice.choice(("fact", "fact", "fact", "new", "gone", "order", "phone", "listed", "row")):
        case "fact":
            id_, name = dice.choice(sorted(deals)), dice.choice(FIELDS)
            deals[id_] = record({**deals[id_].facts, name: fact(name, dice)})
        case "new":
            deals[f"n{dice.randint(0, 99)}"] = record({name: fact(name, dice) for name in FIELDS})
        case "gone":
            del deals[dice.choice(sorted(deals))]
        case "order":
            ids = sorted(deals)
            dice.shuffle(ids)
            deals = {id_: deals[id_] for id_ in ids}
        case "phone":
            parties["p1"] = record({**parties["p1"].facts, "phone": str(dice.random())})
        case "listed":
            parties["p1"] = record({**parties["p1"].facts, "listed": dice.choice((True, False, ABSENT))})
        case _:
            relations = {"owns": (*relations["owns"], record({"owner": "p2", "owned": dice.choice(("p0", ABSENT))}))}
    return replace(facts, entities={**facts.entities, "Party": parties, "Deal": deals}, relations=relations)


class EditedTables:
    """An inventory that is decided in full and in part, step by step."""

    def __init__(self, policy: ir.Policy, dice: random.Random, as_if: bool) -> None:
        self.policy, self.dice, self.as_if = policy, dice, as_if
        self.today, self.facts = date(2025, 8, 1), inventory(dice)
        self.types = decidable_types(policy, ["Party", "Deal"])

    @property
    def asked(self) -> Asked:
        columns = columns_kept(self.policy, self.types)
        return Asked(self.types, self.today if self.as_if else None, self.today, missing=False, columns=columns)

    @property
    def tables(self) -> Tables:
        return tables_from_facts(self.facts, self.policy)

    def in_full(self) -> pa.Table:
        rows = [decided.rows for decided in decide_batches(self.policy, self.tables, self.asked)]
        return pa.Table.from_batches(rows, schema_of(self.policy, self.asked)).unify_dictionaries()

    def steps(self, number: int) -> Iterator[tuple[str, int, int]]:
        """Whether it was decided in part, of how many subjects how many."""
        answers = self.in_full()
        for _ in range(number):
            before, day = self.tables, self.today
            for _ in range(self.dice.randint(1, 2)):
                self.facts = edited(self.facts, self.dice)
            self.today += timedelta(self.dice.choice((0, 0, 0, 1, 30)))
            found = decided_in_part(self.policy, before, self.tables, answers, self.asked, day_before=day)
            answers = self.in_full()
            if found is not None:
                assert found[0].to_pylist() == answers.to_pylist()
            yield "in full" if found is None else "in part", len(answers), 0 if found is None else found[1]


@pytest.mark.parametrize("text", [ALONE, LOOKING], ids=["alone", "looking"])
def test_rows_are_those_of_a_full_run(text: str) -> None:
    policy, how, decided, all_ = accepted(text), Counter[str](), 0, 0
    for seed in range(examples(30)):
        world = EditedTables(policy, random.Random(seed), as_if=seed % 3 == 0)
        for way, subjects, again in world.steps(6):
            how[way] += 1
            decided, all_ = decided + again, all_ + (subjects if way == "in part" else 0)
    assert how["in part"] > 15, how
    assert how["in full"] > 5, how
    assert decided < all_ * 0.8, (decided, all_)


def test_of_a_large_inventory_causes_need_only_what_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subject is decided among the rows that it may read as among all, in both states."""
    monkeypatch.setattr(in_part, "MOST_TRACED", 1)
    policy, left_out = accepted(LOOKING), 0
    for seed in range(examples(20)):
        dice = random.Random(seed)
        facts = [inventory(dice)]
        facts.append(edited(edited(facts[0], dice), dice))
        states = [facts_from_tables(tables_from_facts(one, policy)) for one in facts]
        first, last = (Reading(tables_from_facts(one, policy), one, (), cast("Any", None)) for one in states)
        subject = Subject("Deal", dice.choice(sorted(facts[0].entities["Deal"].keys() & facts[1].entities["Deal"])))
        for whole, some in zip(facts, facts_between((policy, policy), first, last, {subject}), strict=True):
            left_out += len(whole.entities["Deal"]) - len(some.entities["Deal"])
            worlds = [Interpreter(policy, one, date(2025, 8, 1)) for one in (whole, some)]
            assert len({world.decision("licensing", OVERALL, subject) for world in worlds}) == 1, seed
    assert left_out > 20


def test_what_stands_in_other_columns_is_the_same() -> None:
    """A column may be coded in another order, or be absent: what it says counts."""
    policy = accepted(ALONE)
    before = tables_from_facts(inventory(random.Random(1)), policy).entities["Deal"]
    turned = coded([before.columns["land"].fact(row) for row in reversed(range(before.length))])
    after = replace(before, columns={**before.columns, "land": turned.take(pa.array(range(12))[::-1].to_numpy())})
    assert not row_changes(before, after).rows.any()
    without = replace(before, columns={name: c for name, c in before.columns.items() if name != "land"})
    absent = [before.columns["land"].fact(row) is ABSENT for row in range(before.length)]
    assert row_changes(before, without).fields["land"].tolist() == [not one for one in absent]


def test_rows_apart_are_those_that_say_something_else() -> None:
    def table(rows: list[tuple[str, str | None, list[str]]]) -> pa.Table:
        ids, words, lists = zip(*rows, strict=True)
        words_ = pa.array(words).dictionary_encode()
        return pa.table(
            {"type": ["T"] * len(rows), "id": ids, "a": words_, "b": pa.array(lists, pa.list_(pa.string()))}
        )

    old = table([("1", "x", []), ("2", "x", ["m"]), ("3", None, []), ("4", "x", []), ("5", None, [])])
    new = table([("3", None, []), ("2", "x", ["n"]), ("1", "y", []), ("6", "x", []), ("5", "x", [])])
    found = rows_apart(old, new, ("a", "b", "c"))
    before, after = found.of(old, new)
    assert found.differs.tolist() == [False, True, True, False, True]
    assert (before.column("id").to_pylist(), after.column("id").to_pylist()) == (
        ["1", "2", "4", "5"],
        ["2", "1", "6", "5"],
    )


def test_a_run_over_a_large_inventory_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large is a matter of a number; here it is lowered."""
    watched = WatchedFolder(tmp_path)
    policy = SMALL[: SMALL.index("exception")].replace('relation permit(of: Deal, until: date) "permit"\n', "")
    (tmp_path / "policy.licet").write_text(policy, encoding="utf-8")
    for module in (run, in_part):
        monkeypatch.setattr(module, "MOST_TRACED", 1)
    head = "as_of: 2026-03-02\nParty:\n  - {id: acme, listed: no}\n  - {id: bolt, listed: yes}\nDeal:\n"
    deals = [f"  - {{id: d{i}, buyer: acme, until: 2026-05-01}}\n" for i in range(8)]
    assert watched.decided(head + "".join(deals)) == (8, [])
    assert watched.decided(head + "".join(deals)) == (0, [])
    deals[3] = deals[3].replace("acme", "bolt")
    found = json.loads(watched.watch(head + "".join(deals), "--format", "json").stdout)
    assert (found["subjects"], found["decided"]) == (8, 1)
    (event,) = found["events"]
    (named,) = event["causes"]["sets"]
    assert [(change["of"], change["field"]) for change in named] == [("Deal/d3", "buyer")]

    moved = head.replace("03-02", "05-02") + "".join(deals)  # all but one turn
    assert watched.decided(moved) == (8, [f"d{i}" for i in range(8) if i != 3])
    days = {id_: row["since"].isoformat() for id_, row in watched.kept(4).items()}
    assert days == {f"d{i}": "2026-03-02" if i == 3 else "2026-05-02" for i in range(8)}
    assert watched.decided(moved.replace("acme, listed: no", "acme, listed: yes"))[0] == 8
    assert watched.decided(moved.replace("acme, listed: no", "acme, listed: yes"), "--full") == (8, [])
