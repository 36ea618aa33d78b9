"""What is said of mistakes that no page of the language by example makes: one each, and nothing beside it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from licet.check.policy import check
from licet.diagnostics import Source
from licet.syntax.from_text import parse

HEAD = """
module demo "Demo" jurisdiction A
  authority L "Law"
unit op "operations"
entity Thing "thing"
  n : number "n"
  q : quantity op "q"
  s : percent "s"
  on : date "on"
  f : boolean "f"
  place : country "place"
  tags : set of text "tags"
  next : Thing "next"
  sure : boolean always applies "sure"
  t : boolean derived "t"
  labels : set of text derived "labels"
entity Other "other"
  n : number "n"
relation edge(src: Thing, dst: Thing) "edge"
decision final of x: Thing "final" outcomes keep < drop otherwise keep
"""


def rule(when: str = "x.f", then: str = "final of x is drop", clauses: str = "for x: Thing") -> str:
    return f'rule r "R"\n  {clauses}\n  when {when}\n  then {then}\n'


def table(rows: str, decides: str = "final of x hit first") -> str:
    return f'table k "K"\n  for x: Thing\n  decides {decides}\n{rows}'


def trial(given: str = "f: yes", expect: str = "final of x is drop", more: str = "") -> str:
    return rule() + f'test "T" as of 2026-01-01\n  given x is Thing {{ {given} }}\n{more}  expect {expect}\n'


DECLARED = {
    'entity Two\n  a : number "a"\n  a : number "b"': "E034 the field `a` of `Two` is declared twice",
    "term f of x: Thing": "E034 `Thing` already has a field `f`",
    "enumeration colour one of red, blue\nenumeration colour one of green, black": (
        "E034 the enumeration `colour` is declared twice"
    ),
    'code c parts "[0-9]"\ncode c parts "[0-9]"': "E034 the code `c` is declared twice",
    "define d(x: Thing) means x.f\ndefine d(x: Thing) means x.t": "E034 the define `d` is declared twice",
    "relation of_two(a: Thing, b: Thing) key c": "E032 there is no parameter of `of_two` `c`",
    'list l of boolean from "l.yaml"': "E042 the members of a list are countries, texts, days or codes, not yes or no",
    "decision d of x: Thing outcomes low < high otherwise middle": "E038 there is no outcome of `d` `middle`",
    "decision d of x: Thing as of x.n outcomes low < high otherwise low": (
        "E040 the day of a decision is a given date of its Thing, such as `x.date`"
    ),
    "score p of x: Thing range 10 to 0 add 1 when x.f": "E039 the range of `p` is empty",
    "score p of x: Thing range 0 to 10 add 1 when x.f bands low from 2, high from 5": (
        "E039 no band covers the scores from 0 on"
    ),
    "parameter p: number is 1 from 2026-01-01 until 2025-01-01": "E053 this interval is empty",
}
CONDITIONS = {
    "x is n": "E040 `n` is a number, not yes or no",
    "x.f includes x": "E042 `x.f` is yes or no, not a set",
    "x.n is in x.n": "E042 `x.n` is a number, not a list or a set",
    "(x.f and x.t) is more than 1": "E040 a condition stands where a value is expected",
    "some a in x.n where (x.f)": "E040 `x.n` is a number, not a collection",
    "x.n.m is 1": "E040 `x.n` is a number and has no fields",
    "x.on is after x.on + 1.5 days": "E040 `1.5 days` is not a whole number of days",
    "-x.f is 1": "E040 `x.f` is yes or no and has no opposite",
    "x.n under A is 1": "E040 only a term or a decision is read under a jurisdiction",
    "total a.f over a in Thing is more than 1": "E042 yes or no cannot be summed",
    "x.s is more than 2": "E042 this number is not a share",
    "final of x includes drop": "E042 a decision is not compared with `includes`",
}
CONCLUSIONS = {
    "final of x.next is drop": "E056 a rule decides about its own subject only",
    "x.n is t": "E056 `n` is a recorded fact and cannot be concluded",
    "x.next is t": "E056 `next` is a recorded fact and cannot be concluded",
    "x.next.labels includes x": "E056 a rule concludes about its own subject only",
    'x.labels is "a"': "E056 `x.labels` takes `includes`",
    "x.labels includes 1": "E042 text in quotes is expected, not a number",
    "y is t": "E030 there is no variable `y`",
    "x is 1": "E056 `x is 1` is not a conclusion",
}
CLAUSES = {
    "for x: Thing, y: Thing": "E049 `r` has more than one subject",
    "for x: number": "E049 a subject is an entity, not a number",
    "for x: Thing in force from 2025-01-01 until 2026-01-01 in force from 2025-06-01": (
        "E053 two `in force` intervals overlap"
    ),
}
TABLES = {
    table("| x.n => final | final |\n| 1 => drop | keep |\n"): "E065 the table `k` has more than one output",
    table("| x.n => other |\n| 1 => drop |\n"): (
        "E065 the last column is headed `other`, and the table decides `final`"
    ),
    table("| x.n => final |\n"): "E065 the table `k` has no row",
    table("| 1 to 2 => final |\n| 1 => drop |\n"): "E065 a column's head is one fact",
    table("| x.n => final |\n| not >= 1 => drop |\n"): "E065 `not` goes with values, not with comparisons",
    table("| x.n => final |\n| 3 to 2 => drop |\n"): "E065 no value is in `3 to 2`",
    table("| x.n => final |\n| 3 => drop, keep |\n"): "E065 an output is one value",
    table("| x.n => final with x |\n| 3 => drop |\n"): "E065 a column's head has no details",
    table("| x.n => final |\n| 1 => drop |\n", "final of x hit collect"): (
        "E065 `hit collect` needs a set to collect in"
    ),
}
TESTS = {
    trial(more="  given x is Thing { f: no }\n"): "E034 `x` is given twice",
    trial("f: yes, f: no"): "E034 `f` is given twice",
    trial(more="  given edge(x)\n"): "E043 `edge` has 2 parameters, not 1",
    trial("sure: not applicable"): "E044 `sure` always applies",
    trial("n: 3 to 2"): "E044 this range is empty",
    trial("q: 3"): "E042 this number has no unit, but a quantity in `op` is expected",
    trial("tags: [1]"): "E042 text in quotes is expected, not a number",
    trial("n: 1 + 2"): "E044 a given fact is a plain value",
    trial(expect="x.f with urgent"): "E057 only a decision has details",
    trial(expect="rule r holds for y"): "E030 there is no given `y`",
    trial(more="  given y is Thing { f: yes }\n", expect="rule r holds"): (
        "E049 `r` could be asked for several of the givens, or for none"
    ),
    'check c "C"\n  for x: Thing\n  when x.f then x is doubtful because "so"\n'
    + trial(expect="check c is defeated"): "E047 a check holds, fails or is unknown",
}
OTHERS = {
    'directive d "D" names Thing "a" issued 2026-01-01 in force from 2026-01-01 for x: Thing when x is named '
    "then final of x is drop": "E058 a directive does not say `in force`",
    'directive d "D" names Nothing "a" issued 2026-01-01 for x: Thing when x is named then final of x is drop': (
        "E030 there is no entity `Nothing`"
    ),
    'directive d "D" names Thing "a" issued 2026-01-01 for x: Thing when x.f then final of x is drop': (
        "E058 no condition asks whom or what the letter names"
    ),
    'directive d "D" names Thing "a" issued 2026-01-01 exempts Thing "b" for x: Thing when x is named '
    "then final of x is drop": "E058 no condition asks whom or what the letter exempts",
    'directive d "D" names Thing "a" issued 2026-01-01 for x: Other when x is named then x is u\nterm u of x: Other': (
        "E048 the directive names a `Thing`, and this is a `Other`"
    ),
    rule()
    + 'obligation o "O" for x: Thing when x.f then x must "act" by x.n': "E042 a deadline is a date, not a number",
    rule() + 'module two "Two" jurisdiction B\nuse demo\nexception e "E" to demo.r for x: Thing when x.f': (
        "E061 `e` stands in B, but `r` in A"
    ),
    rule() + 'exception e "E" to every rule of nothing for x: Thing when x.f': "E055 there is no decision `nothing`",
    "define one(x: Thing) means two(x)\ndefine two(x: Thing) means one(x)\n"
    + rule("one(x)"): "E078 the define `one` stands for itself",
}
CASES = {
    **DECLARED,
    **{rule(when=text): said for text, said in CONDITIONS.items()},
    **{rule(then=text): said for text, said in CONCLUSIONS.items()},
    **{rule(clauses=text): said for text, said in CLAUSES.items()},
    **TABLES,
    **TESTS,
    **OTHERS,
}


@pytest.mark.parametrize(("text", "said"), CASES.items(), ids=CASES.values())
def test_a_mistake_is_one_error(text: str, said: str) -> None:
    found = check("demo", [parse(Source("demo.licet", dedent(HEAD) + text))], {}).diagnostics
    errors = [f"{d.code} {d.message}" for d in found if d.severity == "error"]
    assert errors == [said], text
