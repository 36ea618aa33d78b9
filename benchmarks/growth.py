"""How the work grows with an inventory or a policy: each shape at four sizes, and the ratio a doubling.

    python benchmarks/growth.py [SHAPE…] [--engine auto|columnar|forward|reference] [--only decide,explain,batch]

Each shape is one of those in which an evaluator falls off a cliff: everything looks at everything else, or one thing
hangs on a long row of others. Timed is the processor time of deciding alone, without reading files and policies:
`decide` of every subject with its statuses, missing facts and assumptions, `explain` of the last one with its decision,
`batch` into a table. Exit code 1 if some time of more than a tenth of a second grew by more than 2.6 a doubling.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from licet.decide.from_outcome import decidable, decide
from licet.decide.table.batches import Asked, decidable_types, decide_batches
from licet.explain.from_decision import explain
from licet.facts.store import Facts, Record
from licet.facts.tables import tables_from_facts
from licet.ir.policy import Policy
from licet.loading.policy_files import check_files
from licet.report import decision_json, explanation_text

MOST = 2.6  # times the work of half the size
SHORT = 0.1  # seconds: less than this is not compared
DAY = date(2026, 6, 1)
VOCABULARY = """module growth "Growth" jurisdiction US
  authority EAR "15 CFR"
unit USD "dollars"
entity Party "party"
  country : country "country"
  flagged : boolean "flagged"
  bad : boolean derived "bad"
relation owns(owner: Party, owned: Party, share: percent) "owns" key owner, owned total share per owned at most 100%
entity Transfer "transfer"
  consignee : Party "consignee"
  exporter : Party "exporter"
  destination : country "destination"
  value : quantity USD "value"
  kind : one of export, release "kind"
  date : date "date"
{fields}decision licensing of t: Transfer "licensing"
  outcomes free < required < denied
  otherwise free
"""
RULE = """
rule {name} "{name}"
  for {what}
  cites EAR "1"
  when {when}
  then {then}
"""
OWNED = RULE.format(name="marked", what="p: Party", when="p is flagged", then="p is bad") + RULE.format(
    name="owned",
    what="p: Party",
    when="total o.share over o in owns where (o.owned is p and o.owner is bad) is at least 50%",
    then="p is bad",
)
CONSIGNED = RULE.format(
    name="consigned", what="t: Transfer", when="t.consignee is bad", then="licensing of t is denied"
)
COUNTRIES = "US GB DE FR NL JP KR TW SG AE SA IN IL CN HK RU BY IR BR VN MY TH KZ TR PL CH AT ES".split()


@dataclass(frozen=True)
class Case:
    """A policy and an inventory."""

    policy: str
    entities: Mapping[str, Mapping[str, Record]]
    owns: Sequence[Record] = field(default_factory=tuple)

    @property
    def facts(self) -> Facts:
        return Facts(self.entities, {"owns": tuple(self.owns)}, DAY)


def policy_of(rules: str, fields: str = "") -> str:
    return VOCABULARY.format(fields=fields) + rules


def transfers(count: int, parties: int, *, gap: int = 0) -> dict[str, Record]:
    """Transfers to one party after the other; each so-manieth without its value."""
    found = {}
    for i in range(count):
        facts: dict[str, Any] = {
            "consignee": f"p{i % parties}",
            "exporter": f"p{(i * 7 + 1) % parties}",
            "destination": COUNTRIES[i % len(COUNTRIES)],
            "value": i * 37 % 1000,
            "kind": "export" if i % 3 else "release",
            "date": DAY - timedelta(i % 300),
        }
        if gap and i % gap == 0:
            del facts["value"]
        found[f"t{i}"] = Record(facts)
    return found


def parties(count: int, flagged: Callable[[int], bool | None] = lambda i: i % 10 == 0) -> dict[str, Record]:
    found = {}
    for i in range(count):
        facts: dict[str, Any] = {"country": COUNTRIES[i % len(COUNTRIES)]}
        if flagged(i) is not None:
            facts["flagged"] = flagged(i)
        found[f"p{i}"] = Record(facts)
    return found


def holding(owner: int, owned: int, share: int = 60) -> Record:
    return Record({"owner": f"p{owner}", "owned": f"p{owned}", "share": Fraction(share, 100)})


def rule(when: str, then: str = "licensing of t is required", name: str = "r") -> str:
    return RULE.format(name=name, what="t: Transfer", when=when, then=then)


# ---- the shapes


def nested(size: int) -> Case:
    """Quantifiers in one another over the transfers themselves: those of one consignee, and of these one exporter's."""
    inner = "b.exporter is a.exporter and b.kind is release and b.value is more than a.value"
    body = f"some a in Transfer where (a.consignee is t.consignee and some b in Transfer where ({inner}))"
    return Case(policy_of(rule(body)), {"Party": parties(size // 4), "Transfer": transfers(size, size // 4, gap=9)})


def running(size: int) -> Case:
    """A total over what the same consignee got until that day."""
    body = (
        "total a.value over a in Transfer where (a.consignee is t.consignee"
        " and a.date is on or before t.date) is more than 900 USD"
    )
    return Case(policy_of(rule(body)), {"Party": parties(20), "Transfer": transfers(size, 20, gap=50)})


def chain(size: int, first: bool | None = True) -> Case:
    """Each party owned by the one before it, and a transfer to each: the last one hangs on all others."""
    owns = [holding(i, i + 1) for i in range(size - 1)]
    people = parties(size, lambda i: first if i == 0 else False)
    return Case(policy_of(OWNED + CONSIGNED), {"Party": people, "Transfer": transfers(size, size)}, owns)


def unknown_chain(size: int) -> Case:
    """The same, where it is not known whether the first is flagged."""
    return chain(size, None)


def fan(size: int) -> Case:
    """One party owns all others."""
    owns = [holding(0, i) for i in range(1, size)]
    people = parties(size, lambda i: i == 0)
    return Case(policy_of(OWNED + CONSIGNED), {"Party": people, "Transfer": transfers(size, size)}, owns)


def inverse_fan(size: int) -> Case:
    """One party is owned by all others, and everything goes to it; of some it is not known whether they are flagged."""
    owns = [Record({"owner": f"p{i}", "owned": "p0", "share": Fraction(1, size)}) for i in range(1, size)]
    people = parties(size, lambda i: None if i % 50 == 1 else i % 3 == 0)
    return Case(policy_of(OWNED + CONSIGNED), {"Party": people, "Transfer": transfers(size, 1)}, owns)


def plain(size: int) -> Case:
    """Transfers that have nothing to do with one another, on many days, a value missing now and then."""
    rules = rule("t.destination is one of [CN, RU, IR] and t.value is at least 100 USD", name="a")
    rules += rule("t.kind is export and t.consignee is flagged", "licensing of t is denied", "b")
    rules += 'exception small "s"\n  to a\n  for t: Transfer\n  cites EAR "2"\n  when t.value is less than 500 USD\n'
    return Case(policy_of(rules), {"Party": parties(50), "Transfer": transfers(size, 50, gap=10)})


def first_hit(size: int) -> Case:
    """A table of which the first row that fits counts."""
    rows = [f"  | >= {size - i} USD | {COUNTRIES[i % len(COUNTRIES)]} => required |" for i in range(size)]
    head = 'table d "D"\n  for t: Transfer\n  cites EAR "1"\n  decides licensing of t hit first\n'
    text = head + "  | t.value | t.destination => licensing |\n" + "\n".join(rows) + "\n"
    return Case(policy_of(text), {"Party": parties(10), "Transfer": transfers(100, 10, gap=10)})


def chart(size: int) -> Case:
    """A country chart: rows of sixteen columns."""
    reasons = [f"reason{i}" for i in range(16)]
    fields = "".join(f'  {r} : boolean "{r}"\n' for r in reasons)
    rows = []
    for i in range(size):
        cells = [COUNTRIES[i % len(COUNTRIES)], *("yes" if (i >> b) & 1 else "any" for b in range(15))]
        rows.append("  | " + " | ".join(cells) + " => required |")
    head = 'table d "D"\n  for t: Transfer\n  cites EAR "1"\n  decides licensing of t hit any\n'
    columns = " | ".join(["t.destination", *(f"t.{r}" for r in reasons[:15])])
    text = head + f"  | {columns} => licensing |\n" + "\n".join(rows) + "\n"
    items = {}
    for id_, record in transfers(100, 10).items():
        number = int(id_[1:])
        items[id_] = Record({**record.facts, **{r: bool((number >> b) & 1) for b, r in enumerate(reasons)}})
    return Case(policy_of(text, fields), {"Party": parties(10), "Transfer": items})


def wide(size: int) -> Case:
    """One rule with many alternatives."""
    kinds = " or ".join(
        f"(t.destination is {COUNTRIES[i % len(COUNTRIES)]} and t.value is at least {i} USD)" for i in range(size)
    )
    return Case(policy_of(rule(kinds)), {"Party": parties(10), "Transfer": transfers(100, 10, gap=10)})


def terms(size: int) -> Case:
    """A term that rests on a term that rests on a term."""
    fields = "".join(f'  k{i} : boolean derived "k{i}"\n' for i in range(size))
    text = rule("t.kind is export", "t is k0", "k0")
    text += "".join(rule(f"t is k{i - 1}", f"t is k{i}", f"k{i}") for i in range(1, size))
    text += rule(f"t is k{size - 1}")
    return Case(policy_of(text, fields), {"Party": parties(10), "Transfer": transfers(100, 10)})


def exceptions(size: int) -> Case:
    """Many exceptions to one rule."""
    text = rule("t.kind is export")
    text += "".join(
        f'exception e{i} "e"\n  to r\n  for t: Transfer\n  cites EAR "2"\n  when t.value is {i} USD\n'
        for i in range(size)
    )
    return Case(policy_of(text), {"Party": parties(10), "Transfer": transfers(100, 10, gap=10)})


SHAPES: Mapping[str, tuple[Callable[[int], Case], tuple[int, ...]]] = {
    "nested quantifiers": (nested, (160, 320, 640, 1280)),
    "running totals": (running, (400, 800, 1600, 3200)),
    "ownership chain": (chain, (250, 500, 1000, 2000)),
    "unknown chain": (unknown_chain, (250, 500, 1000, 2000)),
    "ownership fan": (fan, (250, 500, 1000, 2000)),
    "inverse fan": (inverse_fan, (250, 500, 1000, 2000)),
    "plain rows": (plain, (1000, 2000, 4000, 8000)),
    "hit first": (first_hit, (50, 100, 200, 400)),
    "country chart": (chart, (125, 250, 500, 1000)),
    "wide rule": (wide, (60, 120, 240, 480)),
    "terms": (terms, (50, 100, 200, 400)),
    "exceptions": (exceptions, (500, 1000, 2000, 4000)),
}


# ---- what is timed


def checked(text: str) -> Policy:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "growth.licet"
        file.write_text(text, encoding="utf-8")
        found = check_files([file])
    errors = [d for d in found.diagnostics if d.severity == "error"]
    assert not errors, errors[0]
    return found.policy


def decide_all(policy: Policy, facts: Facts, engine: str) -> int:
    return len(decision_json.render_lines(decide(policy, facts, engine_name=engine)))


def explain_last(policy: Policy, facts: Facts, engine: str) -> int:
    last = list(decidable(policy, facts))[-1]
    return len(explanation_text.render(explain(decide(policy, facts, [last], engine_name=engine)[0])))


def batch(policy: Policy, facts: Facts, engine: str) -> int:  # noqa: ARG001 - there is one engine for tables
    tables = tables_from_facts(facts, policy)
    asked = Asked(decidable_types(policy, tables.entities))
    return sum(decided.rows.num_rows for decided in decide_batches(policy, tables, asked))


TIMED = {"decide": decide_all, "explain": explain_last, "batch": batch}


def seconds(what: str, case: Case, engine: str) -> float:
    """The processor time of the faster of two runs; each has a policy of its own, so that nothing is remembered."""
    return min(_seconds(what, case, engine) for _ in range(2))


def _seconds(what: str, case: Case, engine: str) -> float:
    policy, facts = checked(case.policy), case.facts
    gc.collect()
    start = time.process_time()
    TIMED[what](policy, facts, engine)
    return time.process_time() - start


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"of {', '.join(SHAPES)}; without any, all")
    options.add_argument("--engine", default="auto")
    options.add_argument("--only", default=",".join(TIMED), help="what is timed, with commas")
    options.add_argument("--sizes", type=int, default=4, help="how many of the sizes, the smallest first")
    asked = options.parse_args()
    seconds("decide", plain(100), asked.engine)
    steep = 0
    for shape in asked.shapes or SHAPES:
        made, sizes = SHAPES[shape]
        sizes = sizes[: asked.sizes]
        print(f"{shape:20}" + "".join(f"{size:>16,}" for size in sizes), flush=True)
        for what in asked.only.split(","):
            line, before = f"  {what:18}", 0.0
            for size in sizes:
                took = seconds(what, made(size), asked.engine)
                ratio = took / before if before else 0.0
                line += f"{took:>9.2f}" + (f" (x{ratio:3.1f})" if before else " " * 7)
                steep += before > SHORT and ratio > MOST
                before = took
            print(line, flush=True)
    print(f"{steep} times more than x{MOST} a doubling")
    sys.exit(1 if steep else 0)


if __name__ == "__main__":
    main()
