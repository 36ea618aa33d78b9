"""Generated policies and facts: text for the policies, so that a failing one can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache

from licet.facts.store import Facts, Opening, Record, Subject
from licet.ir import policy as ir
from licet.ir.types import COUNTRY, DATE, Ranked
from licet.values import Fact, Range, State
from tests.run import kept_strategies as st
from tests.run import worlds_codes
from tests.run.from_texts import THROUGHOUT, dated_list, policy_of
from tests.run.worlds_codes import CODES, code_atoms

DAYS = [date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1), date(2026, 6, 1)]
VOCABULARY = """
module core "Generated"
  authority L "Law"
unit op "operations"
unit sec "seconds"
unit kop_s is 1000 op per sec "thousands of operations a second"
enumeration grade one of bad < fair < fine
code kind_code "kind" parts "[0-9]{1,2}", "[A-B]" then ".?[a-b]"
entity Thing "thing"
  n : number "n"
  q : quantity op "q"
  s : percent "s"
  d : date "d"
  c : country "c"
  e : one of red, green, blue "e"
  f : boolean "f"
  g : boolean "g"
  tags : set of text "tags"
  marks : set of text open "marks"
  v : quantity sec "v"
  u : quantity kop_s "u"
  z : kind_code "z"
  zs : set of kind_code open "zs"
  ref : Thing "ref"
  m : quantity op always applies "m"
  h : one of red, green, blue always applies "h"
  r : grade always applies "r"
  home : Thing always applies "home"
  t0 : boolean derived "t0"
  t1 : boolean derived "t1"
  labels : set of text derived "labels"
  sorts : set of kind_code derived "sorts"
  single : one of low, high derived "single"
  t2 : boolean derived "t2"
  boss : Thing derived "boss"
  mates : set of Thing derived "mates"
entity Part "part"
  whole : Thing "whole"
  date : date "day"
  k : boolean "k"
  p0 : boolean derived "p0"
relation edge(src: Thing always applies, dst: Thing always applies, w: percent) "edge"
  key src, dst total w per dst at most 100%
relation loose(src: Thing, dst: Thing, q: quantity op always applies) "loose" open
define heavy(y: Thing) "heavy" means all of (a) y.n is at least 1 (b) not y.f end
define alike(y: Thing, z: Thing) "alike" means y.e is z.e or heavy(y)
define span(y: Thing, z: Thing) "span" means y.q + z.q
define reached(y: Thing) "reached" means some w9 in edge where (w9.dst is y)
define leads(o: edge, y: Thing) "leads" means o.dst is y and o.w is at least 25%
define top(y: Thing) "top" means y is t0
define bulk(y: Thing) "bulk" means y.m is at least 1 op and y.r is applicable
list lst of country from "lst.yaml" "lst"
list wide of country from "wide.yaml" "wide" open
list late of country from "late.yaml" "late"
parameter fee : quantity op "fee" is 1 op until 2025-06-01 is 2 op from 2025-06-01 until 2026-01-01
  is unconfirmed from 2026-01-01 until 2026-06-01 "nobody knows"
parameter rate : percent "rate" is 25% from 2025-01-01 until 2026-01-01 is not applicable from 2026-01-01
parameter seat : country "seat" is CH until 2026-01-01 is JP from 2026-01-01
parameter level : grade "level" is bad until 2025-06-01 is fine from 2025-06-01
list off of date from "off.yaml" "days off"
list ctl of kind_code from "ctl.yaml" "ctl"
decision verdict of x: Thing "verdict" outcomes a < b < c < d otherwise b details big, small
decision notice of x: Thing "notice" outcomes none < yearly < at_once otherwise none details post, form
decision final of x: Thing "final" outcomes keep < drop otherwise keep
module one "One" jurisdiction A
use core
module two "Two" jurisdiction B
use core
module three "Common"
use core
"""
LEVELS = ["t0", "boss", "t1", "labels", "sorts", "p0", "mates", "single", "t2", "verdict", "notice", "final"]
OUTCOMES = {"verdict": ["a", "b", "c", "d"], "notice": ["none", "yearly", "at_once"], "final": ["keep", "drop"]}
DETAILS = {"verdict": ["big", "small"], "notice": ["post", "form"]}
BOOLEANS = ("t0", "t1", "t2")
MODULES = ["one", "two", "three"]
LIST = dated_list(
    "lst",
    COUNTRY,
    {
        "CH": THROUGHOUT,
        "JP": ir.Interval(date(2026, 1, 1), None),
        "CN": ir.Interval(None, date(2026, 3, 1)),
    },
    ir.Territory("HK", "CN", date(2025, 6, 1), ""),
)
OFF = dated_list(
    "off",
    DATE,
    {date(2025, 1, 1): THROUGHOUT, date(2025, 6, 2): THROUGHOUT},
    phrase="days off",
    covers=ir.Interval(date(2025, 1, 1), date(2026, 3, 1)),
)
LISTS = {
    "off": OFF,
    "lst": LIST,
    "ctl": worlds_codes.LIST,
    "wide": replace(LIST, name="wide", phrase="wide"),
    "late": replace(LIST, name="late", phrase="late", members=LIST.members[1:2], territories=()),  # empty until 2026
}  # it is the policy that opens one


@st.composite
def numbers(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["0", "1", "2", "10^26", "2.5e25"]))


@st.composite
def facts_atoms(draw: st.DrawFn, x: str) -> str:
    """A condition over recorded facts only."""
    operator = draw(st.sampled_from(["is at least", "is at most", "is more than", "is less than", "is", "is not"]))
    ref = draw(st.sampled_from([x, x, f"{x}.ref"]))
    kind = draw(st.integers(0, 18))
    if kind in (16, 18):
        return draw(among(x) if kind == 18 else st.one_of(defined(x, ref, operator), dated(x, ref, operator)))
    if kind == 0:
        return f"{ref}.n {operator} {draw(numbers())}"
    if kind == 1:
        return f"{ref}.q {operator} {draw(numbers())} op"
    if kind == 2:
        return f"{ref}.s {operator} {draw(st.sampled_from(['0%', '25%', '50%', '100%']))}"
    if kind == 3:
        return f"{ref}.d {draw(st.sampled_from(['is before', 'is on or after', 'is']))} {draw(operand_dates(x))}"
    if kind == 4:
        return f"{ref}.c {draw(st.sampled_from(['is', 'is not']))} {draw(st.sampled_from(['CH', 'JP', 'CN', 'HK']))}"
    if kind == 5:
        return draw(listed(x, ref))
    if kind == 6:
        return (
            f"{ref}.e {draw(st.sampled_from(['is red', 'is not green', 'is one of [red, blue]', 'is not in [red]']))}"
        )
    if kind == 7:
        is_ref = f"{ref}.ref is {x}"
        return draw(
            st.sampled_from(
                [f"{ref}.f", f"{ref}.g", f"{ref} is f", f"{ref} is not g", f"{ref}.f is no", is_ref, is_ref]
            )
        )
    if kind == 8:
        return f'{ref}.{draw(st.sampled_from(["tags", "marks"]))} includes "{draw(st.sampled_from("uv"))}"'
    if kind == 9:
        state = draw(st.sampled_from(["undetermined", "not undetermined", "applicable", "not applicable"]))
        return f"{ref}.{draw(st.sampled_from('nqcfe'))} is {state}"
    if kind == 10:
        return f"{x}.q {operator} max({draw(numbers())} op, 25% of {ref}.q)"
    if kind == 11:
        return f"{x}.n + {ref}.n * 2 - 1 {operator} {draw(numbers())}"
    if kind in (12, 13, 14):
        return draw(computed_atoms(x, ref, operator))
    if kind == 15:
        return draw(one_fact(x, ref, operator))
    return draw(always(x, operator))


@st.composite
def always(draw: st.DrawFn, x: str, operator: str) -> str:
    """A condition over facts that always apply, along paths that do or do not."""
    base = draw(st.sampled_from([x, x, f"{x}.home", f"{x}.home.home", f"{x}.ref"]))
    kind = draw(st.integers(0, 6))
    if kind == 0:
        return f"{base}.m {operator} {draw(numbers())} op"
    if kind == 1:
        return f"{base}.m + {x}.{draw(st.sampled_from(['q', 'home.m']))} {operator} {draw(numbers())} op"
    if kind == 2:
        among = draw(st.sampled_from(["[red, green, blue]", "[red, green]", f"[{x}.e, red, green, blue]", f"[{x}.h]"]))
        return f"{base}.h is {draw(st.sampled_from(['in', 'not in']))} {among}"
    if kind == 3:
        words = draw(st.sampled_from(["at least", "at most", "more than", "less than", "", "not"]))
        return f"{base}.r is {words} {draw(st.sampled_from(['bad', 'fair', 'fine']))}"
    if kind == 4:
        word, more = draw(st.sampled_from(["one of", "not in"])), draw(st.sampled_from(["", ", fine"]))
        return f"{base}.r is {word} [bad, fair{more}]"
    if kind == 5:
        added = draw(st.sampled_from(["", " + 1 op"]))
        return f"{x}.m {operator} {base}.m{added}"
    state = draw(st.sampled_from(["undetermined", "not undetermined", "applicable", "not applicable"]))
    return f"{base}.{draw(st.sampled_from(['m', 'h', 'r', 'home', 'n']))} is {state}"


@st.composite
def dated(draw: st.DrawFn, x: str, ref: str, operator: str) -> str:
    """A parameter on the governing day or on another one; a list on another day."""
    on = draw(st.sampled_from(["", "", f" on {x}.d", f" on {ref}.d", " on 2025-03-01", " on as_of"]))
    asked = [
        f"{x}.q {operator} fee{on}",
        f"{ref}.m + {x}.q {operator} (fee{on}) * 2",
        f"fee {operator} fee{on}",
        f"{ref}.s {operator} rate{on}",
        f"rate{on} is {draw(st.sampled_from(['applicable', 'not applicable', 'undetermined']))}",
        f"{ref}.c {draw(st.sampled_from(['is', 'is not']))} seat{on}",
        f"{x}.r is {draw(st.sampled_from(['at least', 'less than', '']))} level{on}",
        f"{ref}.c is {draw(st.sampled_from(['in lst', 'not in lst', 'in late']))}{on or ' on ' + x + '.d'}",
        f"{x}.c is one of [HK, lst{on or ' on ' + x + '.d'}]",
        f"(total v9.w over v9 in edge where (v9.dst is {x} and v9.w {operator} rate on {x}.d)) {operator} 25%",
        f"(total v9.w over v9 in edge where ({x}.s {operator} rate on {x}.d)) {operator} rate on {x}.d",
        f"fee{on} is {draw(st.sampled_from(['applicable', 'not applicable', 'undetermined']))}",
    ]
    return draw(st.sampled_from(asked))


@st.composite
def listed(draw: st.DrawFn, x: str, ref: str) -> str:
    """A country and a list that is complete, or that is not; codes, and those below them."""
    if draw(st.booleans()):
        return draw(code_atoms(x, ref))
    lst = draw(st.sampled_from(["lst", "wide", "late"]))
    asked = ["{c} is in {l}", "{c} is not in {l}", "{c} is one of [CH, {l}]", "{c} is in [JP, CN]"]
    return draw(st.sampled_from(asked)).format(c=f"{ref}.c", l=lst)


@st.composite
def defined(draw: st.DrawFn, x: str, ref: str, operator: str) -> str:
    """A use of a define."""
    uses = [
        f"heavy({ref})",
        f"alike({x}, {ref})",
        f"span({x}, {ref}) {operator} {draw(numbers())} op",
        f"reached({ref})",
        f"bulk({ref})",
        f"(some u9 in edge where (leads(u9, {x}) and heavy(u9.src)))",
        f"total u9.w over u9 in edge where (leads(u9, {x})) is at least 50%",
    ]
    return draw(st.sampled_from(uses))


@st.composite
def computed_atoms(draw: st.DrawFn, x: str, ref: str, operator: str) -> str:
    """The first, the last, the least and the most of two facts; a fact divided by another, which may be zero."""
    kind = draw(st.integers(0, 7))
    if kind == 7:
        return draw(of_units(x, ref, operator))
    if kind == 6:
        number = draw(st.sampled_from(["0", "1", "20", "108", "-20"]))
        other = draw(st.sampled_from([f"{ref}.d", "2025-06-30", "as_of"]))
        counted = f"working_days({x}.d, {other}, off) {operator} {number}"
        later = f"{ref}.d + {draw(st.sampled_from(['0', '1', '60']))} working days of off"
        when = f"{later} {draw(st.sampled_from(['is before', 'is on or after', 'is']))} {draw(operand_dates(x))}"
        return draw(
            st.sampled_from([counted, counted, when, when, f"{ref}.d is {draw(st.sampled_from(['', 'not ']))}in off"])
        )
    if kind == 3:
        days = draw(st.sampled_from(["0 days", "30 days", "52 weeks"]))
        return f"{x}.d - {draw(st.sampled_from([f'{ref}.d', 'as_of', '2025-06-01']))} {operator} {days}"
    if kind == 4:
        turned, number = draw(st.sampled_from([("month", "6"), ("month", "1"), ("quarter", "2"), ("year", "2025")]))
        return f"{turned} of {ref}.d {operator} {number}"
    if kind == 5:
        rounding = draw(st.sampled_from(["rounded", "rounded_up", "rounded_down"]))
        part, step = draw(st.sampled_from([(f"{x}.n - 1", "2"), (f"{x}.n * 25%", "1"), (f"{ref}.s", "40%")]))
        least = draw(st.sampled_from(["0%", "40%"] if "%" in step else ["0", "1", "-1", "2"]))
        return f"{rounding}({part}, {step}) {operator} {least}"
    if kind == 0:
        chosen = f"{draw(st.sampled_from(['earliest', 'latest']))}({ref}.d, {draw(operand_dates(x))})"
        return f"{chosen} {draw(st.sampled_from(['is before', 'is on or after', 'is']))} {draw(operand_dates(x))}"
    if kind == 1:
        return f"{draw(st.sampled_from(['min', 'max']))}({x}.q, {ref}.q) {operator} {draw(numbers())} op"
    field = draw(st.sampled_from("nqs"))
    return f"{x}.{field} / {ref}.{field} {operator} {draw(numbers())}"


@st.composite
def of_units(draw: st.DrawFn, x: str, ref: str, operator: str) -> str:
    """Products and quotients of facts in different units; a quotient of equal ones beside a share."""
    asked = [
        f"{x}.q / {ref}.v {operator} 0.001 kop_s",
        f"{x}.u * {ref}.v {operator} {draw(numbers())} op",
        f"{ref}.u - {x}.q / {x}.v {operator} 1 op per sec",
        f"{ref}.q / {x}.m {operator} 25%",
        f"50% of {x}.q / {ref}.q + 25% {operator} {x}.s",
        f"{x}.q * {ref}.m {operator} {x}.m * {ref}.q",
        f"1 / {ref}.v {operator} {x}.u / {x}.m",
        f"{x}.q / (20 * {x}.v) * 1 week {operator} {x}.u * ({x}.d - {ref}.d)",
        f"(total v8.q over v8 in loose where (v8.dst is {x})) / {ref}.v {operator} 1 op per sec",
    ]
    return draw(st.sampled_from(asked))


@st.composite
def among(draw: st.DrawFn, x: str) -> str:
    """A fact, or the day of the decision, among values that are written and facts of which nobody may know."""
    field = draw(st.sampled_from("nqsd"))
    item, other = draw(st.permutations([f"{x}.{field}", f"{x}.ref.{field}"]))
    if field == "d":
        item = draw(st.sampled_from([item, "as_of"]))
    written = {"n": "1, 2", "q": "1 op", "s": "25%", "d": "2025-06-01"}[field]
    return f"{item} {draw(st.sampled_from(['is one of', 'is not in']))} [{other}, {written}]"


@st.composite
def one_fact(draw: st.DrawFn, x: str, ref: str, operator: str) -> str:
    """Two paths that may lead to one and the same fact, which need not be known."""
    field = draw(st.sampled_from("nnqqsde"))
    if field == "e":
        return draw(st.sampled_from([f"{x}.e is {ref}.e", f"{x}.e is not {ref}.e", f"{x}.e is one of [{ref}.e, red]"]))
    if field == "d":
        days = draw(st.sampled_from(["", " + 10 days", " - 1 days"]))
        return f"{x}.d {draw(st.sampled_from(['is before', 'is on or after', 'is', 'is after']))} {ref}.d{days}"
    added = draw(st.sampled_from(["", "", {"n": " + 1", "q": " + 1 op", "s": " - 25%"}[field]]))
    return f"{x}.{field} {operator} {ref}.{field}{added}"


@st.composite
def operand_dates(draw: st.DrawFn, x: str) -> str:
    return draw(
        st.sampled_from(
            [
                "2025-06-01",
                "2026-01-01",
                "as_of",
                f"{x}.d",
                f"{x}.d + 6 months",
                "latest(as_of, 2026-01-01)",
                f"month_end({x}.d)",
                f"quarter_end({x}.d + 1 months)",
                f"year_end({x}.d)",
            ]
        )
    )


@st.composite
def reads(draw: st.DrawFn, x: str, level: int) -> str:
    """A positive read of a conclusion below a level."""
    name = draw(st.sampled_from(LEVELS[:level]))
    under = draw(st.sampled_from(["", "", "", " under A", " under B"]))
    ref = draw(st.sampled_from([x, x, f"{x}.ref"]))
    if name == "t0" and draw(st.integers(0, 3)) == 0:
        return f"top({ref})"
    if name in BOOLEANS:
        return f"{ref} is {draw(st.sampled_from(['', 'not ']))}{name}{under}"
    if name in ("p0", "boss", "mates"):
        return draw(led(x, name, level))
    if name == "labels":
        value = draw(st.sampled_from("uvw"))
        return draw(
            st.sampled_from(
                [f'{ref}.labels{under} includes "{value}"', f'some l in {ref}.labels where (l is "{value}")']
            )
        )
    if name == "sorts":
        negated = draw(st.sampled_from(["", "not "]))
        return f'{ref}.sorts{under} is {negated}under "{draw(st.sampled_from(CODES))}"'
    if name == "single":
        return f"{ref}.single {draw(st.sampled_from(['is', 'is not']))} {draw(st.sampled_from(['low', 'high']))}"
    outcome = draw(st.sampled_from(OUTCOMES[name]))
    operator = draw(st.sampled_from(["is", "is at least", "is at most", "is not"]))
    return f"{name} of {ref}{under} {operator} {outcome}"


@st.composite
def led(draw: st.DrawFn, x: str, name: str, level: int) -> str:
    """A read of conclusions about whatever a conclusion leads to."""
    term = draw(st.sampled_from([t for t in BOOLEANS if t in LEVELS[:level]]))
    negated = draw(st.sampled_from(["", "not "]))
    if name == "p0":
        quantifier = draw(
            st.sampled_from(["some h in Part where (h.whole is {x} and h is {n}p0)", "{x}.f and {x} is {t}"])
        )
        return "(" + quantifier.format(x=x, n=negated, t=term) + ")"
    if name == "boss":
        options = [
            "{x}.boss is {n}{t}",
            "{x}.boss is {x}",
            "{x}.boss.f",
            "{x}.boss.boss is {n}{t}",
            "{x}.boss.n <= {x}.n",
        ]
        return draw(st.sampled_from(options)).format(x=x, n=negated, t=term)
    options = [
        "some m in {x}.mates where (m is {n}{t})",
        "every m in {x}.mates satisfies (m is {n}{t})",
        "{x}.mates includes {x}",
        "some m in {x}.mates where (some l in m.mates where (l is {n}{t}))",
    ]
    return "(" + draw(st.sampled_from(options)).format(x=x, n=negated, t=term) + ")"


@st.composite
def quantified(draw: st.DrawFn, x: str, level: int, depth: int) -> str:
    v = "vwyz"[depth]
    relation = draw(st.sampled_from(["edge", "edge", "loose"]))
    end, other = draw(st.sampled_from([("dst", "src"), ("src", "dst")]))
    inner = draw(conditions(f"{v}.{other}", level, depth + 1))
    where = f"{v}.{end} is {x} and ({inner})"
    kind = draw(st.integers(0, 7))
    if kind == 0:
        return f"(some {v} in {relation} where ({where}))"
    if kind == 1:
        return f"(every {v} in {relation} where ({v}.{end} is {x}) satisfies ({inner}))"
    if kind == 2:
        operator = draw(st.sampled_from(["is at least", "is less than", "is"]))
        return f"count {v} in {relation} where ({where}) {operator} {draw(st.sampled_from('012'))}"
    if kind == 3:
        operator = draw(st.sampled_from(["is at least", "is at most"]))
        threshold = draw(st.sampled_from(["25%", "50%", "0%", "150%"]))
        # the vocabulary bounds what the rows of one thing add up to, and not where each row says which thing is meant
        of = draw(st.sampled_from([x, x, f"{v}.{other}", f"{v}.{other}.ref"]))
        kept = where.replace(f"{v}.{end} is {x}", f"{v}.{end} is {of}", 1)
        return f"total {v}.w over {v} in edge where ({kept}) {operator} {threshold}"
    if kind == 4:
        which = draw(st.sampled_from(["highest", "lowest"]))
        operator = draw(st.sampled_from(["is at least", "is at most"]))
        return f"{which} {v}.w over {v} in edge where ({where}) {operator} {draw(st.sampled_from(['25%', '50%']))}"
    if kind == 5:
        which = draw(st.sampled_from([f"{v}.ref is {x}", f"{v}.d is after {x}.d", f"{v}.q is not {x}.q"]))
        return f"(some {v} in Thing where ({which} and ({draw(conditions(v, level, depth + 1))})))"
    if kind == 6:
        more = f"{v}2.dst is {x} and {v}2.w is more than {v}.w"
        return f"(some {v} in edge where ({v}.dst is {x} and not some {v}2 in edge where ({more})))"
    inner = draw(st.sampled_from([f'{v} is "u"', f"{x}.n is more than {x}.ref.n"]))
    tags = f"{x}.{draw(st.sampled_from(['tags', 'marks']))}"
    every = f'(every {v} in {tags} satisfies ({v} is not "u"))'
    return draw(st.sampled_from([f"(some {v} in {tags} where ({inner}))", every, f"count {v} in {tags} is at least 1"]))


@st.composite
def conditions(draw: st.DrawFn, x: str, level: int, depth: int = 0) -> str:
    """A condition that reads conclusions strictly below a level."""
    kind = draw(st.integers(0, 11))
    if depth < 2 and kind >= 9:
        return draw(quantified(x, level, depth))
    if depth < 3 and kind in (5, 6):
        word = draw(st.sampled_from(["and", "or"]))
        return "(" + f" {word} ".join(draw(st.lists(conditions(x, level, depth + 1), min_size=2, max_size=3))) + ")"
    if depth < 3 and kind == 7:
        head = draw(st.sampled_from(["all of", "any of", "none of", "at least 2 of", "exactly 1 of"]))
        parts = draw(st.lists(conditions(x, level, depth + 1), min_size=2, max_size=3))
        return f"{head} " + " ".join(f"({chr(97 + i)}) {p}" for i, p in enumerate(parts)) + " end"
    if depth < 3 and kind == 8:
        return f"not ({draw(conditions(x, level, depth + 1))})"
    if level > 0 and kind in (2, 3, 4):
        return draw(reads(x, level))
    return draw(facts_atoms(x))


@st.composite
def recursive(draw: st.DrawFn, x: str, name: str) -> str:
    """A plain read of the very term that is concluded."""
    labels = {"labels": 'o.src.labels includes "u"', "sorts": 'o.src.sorts is under "1A"'}
    read = {**labels, "mates": f"o.src.mates includes {x}"}.get(name, f"o.src is {name}")
    if name in ("labels", "mates") and draw(st.booleans()):  # members that the very rule may add to
        inner = {"labels": 'l is "u"', "mates": f"l is {x}.ref"}[name]
        return f"some l in {x}.{name} where ({inner} and {x} is t0)"
    threshold = draw(st.sampled_from(["25%", "50%"]))
    return draw(
        st.sampled_from(
            [
                f"some o in edge where (o.dst is {x} and {read})",
                f"total o.w over o in edge where (o.dst is {x} and {read}) is at least {threshold}",
                f"count o in edge where (o.dst is {x} and {read}) is more than 0",
                f"highest o.w over o in edge where (o.dst is {x} and {read}) is at least {threshold}",
                f"some o in loose where (o.dst is {x} and {read})",
            ]
        )
    )


@st.composite
def intervals(draw: st.DrawFn) -> str:
    parts = []
    for clause, note in (("in force", ""), ("suspended", ""), ("not enforced", ' "note"'), ("unconfirmed", ' "note"')):
        if draw(st.integers(0, 5)) == 0:
            start, end = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2, unique=True)))
            bound = draw(st.sampled_from([f"from {start}", f"from {start} until {end}", f"until {end}"]))
            parts.append(f"  {clause} {bound}{note}")
    if draw(st.integers(0, 3)) == 0:
        parts.append("  source verified")
    return "\n".join(parts)


@st.composite
def rule_effects(draw: st.DrawFn, name: str) -> str:
    if name in (*BOOLEANS, "p0"):
        return f"x is {name}"
    if name in EACH and draw(st.integers(0, 2)) == 0:
        return draw(each_effects(name, LEVELS.index(name)))
    if name in ("boss", "mates"):
        return f"x.{name} {'is' if name == 'boss' else 'includes'} {draw(st.sampled_from(['x', 'x.ref', 'x.ref.ref']))}"
    if name == "labels":
        return f'x.labels includes "{draw(st.sampled_from("uvw"))}"'
    if name == "sorts":
        return f"x.sorts includes {draw(st.sampled_from(['x.z', *map(worlds_codes.written, CODES)]))}"
    if name == "single":
        return f"x.single is {draw(st.sampled_from(['low', 'high']))}"
    details = draw(st.sampled_from(["", "", *(f" with {detail}" for detail in DETAILS.get(name, ()))]))
    return f"{name} of x is {draw(st.sampled_from(OUTCOMES[name]))}{details}"


EACH = {"labels": ["o.src.tags", "o.src.marks"], "sorts": ["o.src.z", "o.src.zs"], "mates": ["o.src", "o.src.ref"]}


@st.composite
def each_effects(draw: st.DrawFn, name: str, level: int) -> str:
    """A set that takes in what each row, thing or member says; perhaps what it holds of others, this very set too."""
    kind = draw(st.integers(0, 5))
    if kind == 0 and name == "mates":
        where = f"v.ref.n is at least 1 and {draw(conditions('v', level, 2))}"
        return f"x.mates includes each v.ref over v in Thing where ({where})"
    if kind == 1 and name != "mates":
        return f"x.{name} includes each h over h in x.{'tags' if name == 'labels' else 'zs'}"
    if kind == 2 and name != "mates":
        return f"x.{name} includes each v.{'marks' if name == 'labels' else 'z'} over v in Thing where (v.ref is x)"
    said = draw(st.sampled_from([*EACH[name], f"o.src.{name}", f"o.src.{name}"]))
    more = draw(st.sampled_from(["", "", f" and {draw(conditions('o.src', level, 2))}"]))
    relation = draw(st.sampled_from(["edge", "edge", "loose"]))
    return f"x.{name} includes each {said} over o in {relation} where (o.dst is x{more})"


@dataclass(frozen=True)
class Made:
    """A rule that was generated. `level` is below whatever it concludes; an exception may conclude nothing."""

    name: str
    module: str
    level: int
    concludes: tuple[str, ...]
    entity: str = "Thing"
    tagged: bool = False


@st.composite
def conclusions(draw: st.DrawFn, first: str, level: int) -> tuple[str, ...]:
    """Up to two more beside the first, from a level on; a decision only once, for it has one outcome a rule."""
    if first == "p0":
        return (first,)
    others = [name for name in LEVELS[level:] if name != "p0"]
    found = [first, *draw(st.lists(st.sampled_from(others), max_size=2))]
    return tuple(name for i, name in enumerate(found) if name not in OUTCOMES or name not in found[:i])


@st.composite
def thens(draw: st.DrawFn, one: Made) -> str:
    effects = [draw(rule_effects(name)) for name in one.concludes]
    return f"\n  then {' and '.join(draw(st.permutations(effects)))}" if effects else ""


@st.composite
def running(draw: st.DrawFn) -> str:
    """A condition on a part and on what is earlier, by the day or then by the id."""
    operator = draw(st.sampled_from(["is at least", "is at most", "is less than"]))
    alike = draw(st.sampled_from(["v6.whole is x.whole", "v6.k", "v6.whole.q is at least 1 op"]))
    more = draw(st.sampled_from(["", " and year of v6.date is year of x.date", " and not v6.whole.f"]))
    where = f"v6 is earlier than x and {alike}{more}"
    asked = [
        f"x.whole.q + total v6.whole.q over v6 in Part where ({where}) {operator} 2 op",
        f"x.whole.n - (total v6.whole.n over v6 in Part where ({where})) {operator} 1",
        f"count v6 in Part where ({where}) {operator} {draw(st.sampled_from('012'))}",
        f"(some v6 in Part where ({where}))",
        f"highest v6.date over v6 in Part where ({where}) is after 2025-06-01",
        f"count v6 in Part where (x is earlier than v6 and {alike}{more}) {operator} 1",
    ]
    return draw(st.sampled_from(asked))


@st.composite
def rules(draw: st.DrawFn, one: Made) -> str:
    lowest = LEVELS[one.level]
    body = draw(conditions("x.whole" if one.entity == "Part" else "x", one.level))
    if one.entity == "Part" and draw(st.booleans()):
        body = f"any of (a) {body} (b) {draw(running())} end"
    if lowest in (*BOOLEANS, "labels", "sorts", "mates") and draw(st.integers(0, 3)) == 0:
        body = f"any of (a) {body} (b) {draw(recursive('x', lowest))} end"
    tag = f"\n  tagged @group_{one.module}" if one.tagged else ""
    when = "" if draw(st.integers(0, 12)) == 0 else f"\n  when {body}"
    head = f"rule {one.name}\n  for x: {one.entity}{tag}"
    return draw(as_gap(f"{head}\n{draw(intervals())}{when}{draw(thens(one))}\n"))


@st.composite
def exceptions(draw: st.DrawFn, one: Made, to: str) -> str:
    body = draw(conditions("x.whole" if one.entity == "Part" else "x", one.level))
    clauses = draw(intervals())
    if not one.concludes:
        clauses = "\n".join(line for line in clauses.splitlines() if "not enforced" not in line)
    head = f"exception {one.name}\n  to {to}\n  for x: {one.entity}"
    return draw(as_gap(f"{head}\n{clauses}\n  when {body}{draw(thens(one))}\n"))


@st.composite
def as_gap(draw: st.DrawFn, rule: str) -> str:
    """Now and then the same provision, known and not encoded."""
    head, then, effects = rule.partition("\n  then ")
    if draw(st.integers(0, 6)):
        return rule
    head = re.sub(r"^(?:rule|exception) (.*?\n  for x: \w+)", r'gap \1\n  cites L "1"', head, flags=re.DOTALL)
    return head + then + "".join(_as_gap_says(effects))


def _as_gap_says(effects: str) -> Iterator[str]:
    """What is stated, as what may be; conditions of rows, which stand in parentheses, stay as they are."""
    depth = 0
    for part in re.split(r"([()]| is | includes )", effects):
        depth += (part == "(") - (part == ")")
        yield part if depth else {" is ": " may be ", " includes ": " may include "}.get(part, part)


def encoded(text: str, condition: str) -> str:
    """A policy in which each gap is encoded: its trigger, and a condition on a Thing in place of what is not known."""
    items = re.split(r"(?m)^(?=\w)", text)
    return "".join(_encoded(item, condition) if item.startswith("gap ") else item for item in items)


def _encoded(gap: str, condition: str) -> str:
    head, then, effects = gap.partition("\n  then ")
    own = "x.k" if "\n  for x: Part" in head else condition
    head = re.sub("^gap", "exception" if "\n  to " in head else "rule", head)
    before, when, body = head.partition("\n  when ")
    when = f"\n  when ({body.strip()}) and ({own})" if when else f"\n  when {own}"
    return before + when + (then or "\n") + effects.replace(" may be ", " is ").replace(" may include ", " includes ")


@st.composite
def excepting(draw: st.DrawFn, name: str, made: list[Made]) -> tuple[Made, str]:
    """An exception to one or two of the rules made, or to a group of them, and what it says that it excepts."""
    target = draw(st.sampled_from(made))
    like = [m for m in made if m.module == target.module and m.entity == target.entity]
    group = [m for m in like if m.tagged]
    if group and draw(st.integers(0, 3)) == 0:
        excepted, to = group, f"@group_{target.module}"
    else:
        excepted = list({m.name: m for m in (target, draw(st.sampled_from([target, *like])))}.values())
        to = ", ".join(m.name for m in excepted)
    level = min(m.level for m in excepted)
    if not draw(st.booleans()):
        return Made(name, target.module, level, (), target.entity), to
    shared = dict.fromkeys(draw(st.sampled_from(m.concludes)) for m in excepted if m.concludes)
    first = next(iter(shared), LEVELS[level])
    concludes = tuple(dict.fromkeys((*draw(conclusions(first, level)), *shared)))
    return Made(name, target.module, level, concludes, target.entity), to


_COLUMNS = {
    "x.e": ["red", "green, blue", "not red", "any"],
    "x.f": ["yes", "no", "any"],
    "x.n": [">= 1", "< 2", "0, 1", "1 to 2", "any"],
    "x.c": ["lst", "not lst", "CH, JP", "wide", "not wide", "any"],
    "x.s": ["> 25%", "<= 50%", "25% to 50%", "not 25% to 50%", "any"],
    "x.z": ['"1A"', '"1A", "1B"', 'not "1"', "ctl", "any"],
    "x.d": ["2025-01-01 to 2025-12-31", "< 2025-06-01", "any"],
    "x.ref": ["t0", "not t0", "f, t0", "x", "any"],
}
_DECIDED = [
    ("verdict of x", OUTCOMES["verdict"], ["first", "any"]),
    ("notice of x", OUTCOMES["notice"], ["first", "any"]),
    ("x.single", ["low", "high"], ["first", "any"]),
    ("x.labels", ['"u"', '"v"'], ["collect"]),
]


@st.composite
def tables(draw: st.DrawFn, name: str) -> str:
    """A decision table over recorded facts, in each way of hitting."""
    columns = draw(st.lists(st.sampled_from(sorted(_COLUMNS)), min_size=1, max_size=3, unique=True))
    decides, values, hits = draw(st.sampled_from(_DECIDED))
    lines = [f"| {' | '.join(columns)} => {decides.split('.')[-1].removesuffix(' of x')} |"]
    for _ in range(draw(st.integers(1, 5))):
        cells = [draw(st.sampled_from(_COLUMNS[column])) for column in columns]
        more = draw(st.sampled_from(["", *(f" with {d}" for d in DETAILS.get(decides.removesuffix(" of x"), ()))]))
        because = draw(st.sampled_from(["", ' because "a ""reason"""']))
        lines.append(f"| {' | '.join(cells)} => {draw(st.sampled_from(values))}{more} |{because}")
    for _ in range(draw(st.integers(0, 2))):
        rest = ["otherwise", *["any"] * (len(columns) - 1)]
        lines.append(f"| {' | '.join(rest)} => {draw(st.sampled_from(values))} |")
    head = f"table {name}\n  for x: Thing\n{draw(intervals())}\n  decides {decides} hit {draw(st.sampled_from(hits))}\n"
    return head + "\n".join(lines) + "\n"


@st.composite
def duties(draw: st.DrawFn) -> str:
    """An obligation that reads whatever may be read."""
    body = draw(conditions("x", len(LEVELS)))
    return f'obligation duty\n  for x: Thing\n  when {body}\n  then x.ref must "act" by x.d + 30 days\n'


@st.composite
def scores(draw: st.DrawFn) -> str:
    """A score whose items count conditions, or members of a relation, a population or a set; some are weighed anew."""
    items: list[str] = []
    weights = ""
    for i in range(draw(st.integers(1, 3))):
        points = draw(st.sampled_from(["1", "3", "2.5", "3 as s", "1 as s"]))
        if points.endswith("s"):
            points += str(i)
            weights += draw(st.sampled_from(["", f"  s{i} 2\n", f"  s{i} 0\n"]))
        if draw(st.booleans()):
            items.append(f"  add {points} when {draw(conditions('x', len(LEVELS)))}")
        else:
            each, where = draw(
                st.sampled_from(
                    [
                        ("o in edge", "o.dst is x and {}"),
                        ("o in loose", "o.dst is x and {}"),
                        ("o in Thing", "o.ref is x and {}"),
                        ("k in x.labels", "{}"),
                        ("k in x.ref.tags", "{}"),
                        ("k in x.marks", "{}"),
                    ]
                )
            )
            inner = draw(conditions("x", len(LEVELS), 2))
            most = draw(st.sampled_from(["", " max 4"]))
            items.append(f"  add {points} per {each} where ({where.format(inner)}){most}")
    bands = draw(st.sampled_from(["", "  bands low from 0, high from 3\n"]))
    told = draw(
        st.sampled_from(["", *(f" told below {outcomes[-1]} of {name}" for name, outcomes in OUTCOMES.items())])
    )
    where = draw(st.sampled_from(["", "x.n is at least 2", "not x.ref.n is 1", "x.d is on or before as_of"]))
    told += f"\n  told where {where}" if where else ""
    text = f'score standing of x: Thing "standing"\n  range 0 to 6{told}\n' + "\n".join(items) + f"\n{bands}"
    return text + (f"\nweigh standing\n{weights}{bands}" if weights else "")


@st.composite
def checks(draw: st.DrawFn) -> str:
    """Facts of things and of parts that cannot be recorded together, or hardly can."""
    lines = []
    for i in range(draw(st.integers(1, 3))):
        entity, subject = draw(st.sampled_from([("Thing", "x"), ("Thing", "x"), ("Part", "x.whole")]))
        verdict = draw(st.sampled_from(["impossible", "doubtful"]))
        condition = draw(conditions(subject, 0))
        lines.append(f'check c{i}\n  for x: {entity}\n  when {condition}\n  then x is {verdict} because "so"\n')
    return "\n".join(lines)


@st.composite
def earned(draw: st.DrawFn, vocabulary: str) -> str:
    """Now and then a default that counts only where something holds."""
    for name, outcomes in OUTCOMES.items():
        if draw(st.integers(0, 4)) == 0:
            condition = draw(conditions("x", LEVELS.index(name)))
            unearned = draw(st.sampled_from(["", *(f" else {outcome}" for outcome in outcomes)]))
            declared = rf"(decision {name} .* otherwise \w+)"
            vocabulary = re.sub(declared, rf"\1 only when {condition}{unearned}", vocabulary)
    return vocabulary


@st.composite
def policy_texts(draw: st.DrawFn) -> str:
    """A policy of two jurisdictions and a common module."""
    texts: dict[str, list[str]] = {module: [] for module in MODULES}
    made: list[Made] = []
    for i in range(draw(st.integers(2, 7))):
        level = draw(st.integers(0, len(LEVELS) - 1))
        module, name = draw(st.sampled_from(MODULES)), LEVELS[level]
        entity, tagged = ("Part", False) if name == "p0" else ("Thing", draw(st.booleans()))
        one = Made(f"r{i}", module, level, draw(conclusions(name, level)), entity, tagged)
        texts[one.module].append(draw(rules(one)))
        made.append(one)
    if draw(st.integers(0, 2)) == 0:
        one = Made("later", draw(st.sampled_from(MODULES)), LEVELS.index("p0"), ("p0",), "Part")
        head = f"rule later\n  for x: Part\n{draw(intervals())}  when {draw(running())}"
        texts[one.module].append(draw(as_gap(f"{head}{draw(thens(one))}\n")))
        made.append(one)
    for i in range(draw(st.integers(0, 4))):
        one, to = draw(excepting(f"e{i}", made))
        texts[one.module].append(draw(exceptions(one, to)))
        made.append(one)
    if draw(st.integers(0, 3)) == 0:
        texts[draw(st.sampled_from(MODULES))].append(draw(tables("grid")))
    if draw(st.integers(0, 3)) == 0:
        module = draw(st.sampled_from(MODULES))
        texts[module].append(draw(duties()))
        if draw(st.booleans()):
            one = Made("spared", module, len(LEVELS), ())
            texts[module].append(draw(exceptions(one, "duty")))
    if draw(st.integers(0, 3)) == 0:
        texts[draw(st.sampled_from(MODULES))].append(draw(scores()))
    if draw(st.integers(0, 2)) == 0:
        texts[draw(st.sampled_from(MODULES))].append(draw(checks()))
    head, *tails = VOCABULARY.split("module ")[1:]
    out = "module " + draw(earned(head))
    for module, tail in zip(MODULES, tails, strict=True):
        out += "module " + tail + "\n" + "\n".join(texts[module]) + "\n"
    return out


@lru_cache(16)
def compiled(text: str) -> ir.Policy | None:
    """The policy of a text, the same for a text that is drawn again; None where the checker refuses it."""
    return compiled_anew(text)


def compiled_anew(text: str) -> ir.Policy | None:
    """The policy of a text, of which nothing is remembered."""
    return policy_of(text, LISTS)


def accepted(text: str) -> ir.Policy:
    """The policy of a text that is written to be right."""
    found = compiled_anew(text)
    assert found is not None, text
    return found


GRADES = tuple(Ranked.of(value, ("bad", "fair", "fine")) for value in ("bad", "fair", "fine"))
UNKNOWN = st.sampled_from([State.ABSENT, State.UNDETERMINED])
STATES = st.sampled_from([State.ABSENT, State.ABSENT, State.UNDETERMINED, State.NOT_APPLICABLE])
VALUES: dict[str, st.SearchStrategy[Fact]] = {
    "n": st.sampled_from([0, 1, 2, 3, -1, 10**26]),
    "q": st.sampled_from([0, 1, 2, 10**26, 10**26 - 1, 25 * 10**24]),
    "s": st.sampled_from([Fraction(0), Fraction(1, 4), Fraction(1, 2), 1]),
    "d": st.sampled_from([*DAYS, date(2025, 12, 31)]),
    "c": st.sampled_from(["CH", "JP", "CN", "HK", "MO"]),
    "e": st.sampled_from(["red", "green", "blue"]),
    "f": st.booleans(),
    "g": st.booleans(),
    "tags": st.sampled_from([frozenset(), frozenset("u"), frozenset("uv")]),
    "marks": st.sampled_from([frozenset(), frozenset("u"), frozenset("uv")]),
    "m": st.sampled_from([0, 1, 2, 10**26]),
    "h": st.sampled_from(["red", "green", "blue"]),
    "r": st.sampled_from(GRADES),
    "v": st.sampled_from([0, 1, 2]),
    "u": st.sampled_from([0, 1, Fraction(1, 2), 2, 10**26]),
    "z": st.sampled_from(CODES),
    "zs": st.sampled_from([frozenset(), frozenset({"1A"}), frozenset({"1", "10A.a"}), frozenset({"1A.a", "2A"})]),
}
ALWAYS = ("m", "h", "r", "home")  # they always apply
RANGES: dict[str, st.SearchStrategy[Fact]] = {
    "n": st.sampled_from([Range(0, 2), Range(1, None), Range(None, 1)]),
    "q": st.sampled_from([Range(1, 2), Range(10**26 - 1, 10**26), Range(1, None), Range(None, 1)]),
    "s": st.sampled_from(
        [
            Range(Fraction(1, 4), Fraction(1, 2)),
            Range(Fraction(2, 5), Fraction(3, 5)),
            Range(Fraction(1, 4), None),
            Range(None, Fraction(1, 4)),
        ]
    ),
    "v": st.sampled_from([Range(1, 2), Range(0, 1), Range(1, None)]),
    "u": st.sampled_from([Range(Fraction(1, 2), 1), Range(None, 1)]),
    "m": st.sampled_from([Range(1, 2), Range(1, None), Range(None, 1)]),
    "r": st.sampled_from([Range(GRADES[0], GRADES[1]), Range(GRADES[1], None), Range(None, GRADES[1])]),
    "d": st.sampled_from([Range(DAYS[0], DAYS[2]), Range(DAYS[1], None), Range(None, DAYS[2])]),
}


@st.composite
def records(draw: st.DrawFn, ids: list[str]) -> Record:
    facts: dict[str, Fact] = {}
    for name, values in VALUES.items():
        kind = draw(st.integers(0, 6))
        if kind == 0:
            fact: Fact = draw(UNKNOWN if name in ALWAYS else STATES)
        elif kind == 1 and name in RANGES:
            fact = draw(RANGES[name])
        else:
            fact = draw(values)
        if fact is not State.ABSENT:
            facts[name] = fact
    for name, nothing in (("ref", [State.NOT_APPLICABLE]), ("home", [])):
        other = draw(st.sampled_from([*ids, *ids, *nothing, State.UNDETERMINED, State.ABSENT]))
        if other is not State.ABSENT:
            facts[name] = other
    return Record(facts)


@st.composite
def worlds(draw: st.DrawFn) -> Facts:
    """Up to four things, and their relations."""
    ids = [f"i{k}" for k in range(draw(st.integers(1, 4)))]
    things = {i: draw(records(ids)) for i in ids}
    pairs = draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=5, unique=True))
    shares = st.sampled_from([Fraction(1, 4), Fraction(1, 5), Range(Fraction(1, 10), Fraction(1, 4)), State.ABSENT])
    edges = tuple(_row({"src": a, "dst": b, "w": draw(shares)}) for a, b in pairs)
    loose = tuple(_row({"src": a, "dst": b, "q": 1}) for a, b in pairs[:1])
    marks = draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))
    opened = {"edge": tuple(o for id_ in marks for o in draw(st.sampled_from(_openings(id_))))}
    further = draw(st.sampled_from([(), (), (), ("Thing",), ("Part",)]))
    wholes = draw(st.lists(st.sampled_from([*ids, State.ABSENT]), max_size=3))
    dates = st.one_of(VALUES["d"], VALUES["d"], RANGES["d"], STATES)
    parts = {f"p{k}": _row({"whole": whole, "k": True} | {"date": draw(dates)}) for k, whole in enumerate(wholes)}
    return Facts(
        {"Thing": things, "Part": parts},
        {"edge": edges, "loose": loose},
        None,
        {k: v for k, v in opened.items() if v} | dict.fromkeys(further, ()),
    )


def _openings(id_: str) -> list[tuple[Opening, ...]]:
    """What a thing's mark opens where a bound is per something, and where none is; a row that was left out."""
    marks = [Opening(((end, id_),), Subject("Thing", id_)) for end in ("dst", "src")]
    return [(marks[0],), tuple(marks), (Opening((("src", id_), ("dst", id_))),)]


def _row(facts: dict[str, Fact]) -> Record:
    return Record({name: fact for name, fact in facts.items() if fact is not State.ABSENT})


def subjects(facts: Facts) -> list[Subject]:
    return [*facts.subjects("Thing"), *facts.subjects("Part")]


DATES = st.sampled_from([*DAYS, None])
