"""Random small policies, an edit of each, and all their worlds: so few that each of them can be decided."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

from licet.changes.law import cone_digest
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.codes import CodeForm
from licet.ir.types import COUNTRY, Kind, Type
from licet.values import Fact, State
from tests.run.from_texts import THROUGHOUT, dated_list, policy_of

TURNS = (date(2025, 3, 1), date(2025, 9, 1), date(2026, 6, 1))
DAYS = tuple(day + timedelta(days=i) for day in TURNS for i in (-1, 0, 1))
VOCABULARY = """module core "Small"
  authority L "Law"
unit op "operations"
code kind_code "kind" parts "[0-9]", "[A-B]" then "[a-b]"
entity Owner "owner"
  k : boolean "k"
  c : country "c"
  p : boolean derived "p"
entity Thing "thing"
  f : boolean "f"
  g : boolean always applies "g"
  n : number "n"
  q : quantity op "q"
  e : one of red, green, blue "e"
  c : country "c"
  d : date "d"
  o : Owner "o"
  z : kind_code "z"
  tags : set of text "tags"
  zs : set of kind_code "zs"
  cs : set of country "cs"
  marks : set of text open "marks"
  t : boolean derived "t"
  u : boolean derived "u"
  single : one of low, high derived "single"
list lst of country from "lst.yaml" "lst"
list wide of country from "wide.yaml" "wide" open
list some_codes of kind_code from "some_codes.yaml" "some codes"
parameter fee : number "fee" is 1 until 2025-09-01 is 2 from 2025-09-01 until 2026-06-01
decision verdict of x: Thing "verdict" outcomes a < b < c < d otherwise b{earned}
module one "One" jurisdiction A
use core
{one}
module two "Two" jurisdiction B
use core
{two}
"""
LIST = dated_list(
    "lst", COUNTRY, {"CH": THROUGHOUT, "CN": ir.Interval(None, TURNS[2])}, ir.Territory("HK", "CN", TURNS[1], "")
)
KIND = Type(Kind.CODE, "kind_code", form=CodeForm("kind_code", "kind", ("[0-9]", "[A-B]"), "[a-b]"))
CODES = dated_list("some_codes", KIND, {"1A": THROUGHOUT, "2": ir.Interval(TURNS[1], None)}, phrase="some codes")
LISTS = {"lst": LIST, "wide": replace(LIST, name="wide", phrase="wide"), "some_codes": CODES}
_NUMBERS = ("1", "2")
_NOTHING = State.NOT_APPLICABLE
_VALUES: dict[str, tuple[Fact, ...]] = {
    "f": (True, False, _NOTHING),
    "g": (True, False),
    "n": (0, 1, Fraction(3, 2), 2, 3, _NOTHING),
    "q": (0, 1, Fraction(3, 2), 2, 3, _NOTHING),
    "e": ("red", "green", "blue", _NOTHING),
    "c": ("CH", "CN", "HK", "JP", _NOTHING),
    "d": (*DAYS, _NOTHING),
    "z": ("1", "1A", "1Aa", "1B", "2", "2B", _NOTHING),
    "tags": (frozenset(), frozenset("u"), frozenset("uv"), frozenset("w"), _NOTHING),
    "zs": (frozenset(), frozenset({"1"}), frozenset({"1Aa"}), frozenset({"1A", "2B"}), frozenset({"2"}), _NOTHING),
    "cs": (frozenset(), frozenset({"CH"}), frozenset({"CN", "JP"}), frozenset({"HK"}), _NOTHING),
    "marks": (frozenset(), frozenset("u"), _NOTHING),
    "o.k": (True, False, _NOTHING),
    "o.c": ("CH", "CN", "HK", "JP", _NOTHING),
}
_ATOMS = (
    "x.f",
    "x.g",
    "not x.f",
    "x.n is at least {number}",
    "x.n is less than {number}",
    "x.n is not {number}",
    "x.n * 2 - 1 is at most {number}",
    "x.n is at least fee",
    "max(x.n, x.q / 1 op) is more than {number}",
    "x.q is more than {number} op",
    "x.e is {colour}",
    "x.e is not {colour}",
    "x.e is one of [{colour}, {colour}]",
    "x.c is in lst",
    "x.c is not in lst",
    "x.c is in wide",
    "x.c is one of [JP, lst]",
    "x.c is x.o.c",
    "x.d is before {day}",
    "as_of is after x.d",
    "x.d + 1 days is before as_of",
    "x.c is in lst on x.d",
    "x.n is at least fee on x.d",
    'x.z is under "{code}"',
    'x.z is not under "{code}"',
    "x.z is under some_codes",
    'x.tags includes "{letter}"',
    'x.marks includes "{letter}"',
    '(some l in x.tags where (l is not "{letter}"))',
    '(some z in x.zs where (z is under "{code}"))',
    "(some z in x.zs where (z is not under some_codes and x.g))",
    '(some z in x.zs where (z is not one of ["{code}", "1A"] and z is not "{code}"))',
    '(every z in x.zs satisfies (z is under "{code}" or z is in some_codes))',
    "(every c in x.cs satisfies (c is in lst))",
    "(some c in x.cs where (c is not x.c))",
    "(some c in x.cs where (c is one of [JP, lst] and c is not in wide))",
    "(every c in x.cs where (c is in lst) satisfies (c is x.o.c))",
    "{field} is applicable",
    "{field} is not applicable",
    "x.o.k",
    "x.o is p",
    "x.o is not p",
    "x is t",
    "x is not u",
    "x.single is low",
    "x.single is not high",
)


class SmallPolicy:
    """The rules of one policy, each a text that can be drawn again."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.items: list[tuple[str, str]] = [self._rule(i) for i in range(dice.randint(2, 5))]
        self.items += [self._exception(i) for i in range(dice.randint(0, 2))]
        self.earned = f" only when {self.condition('verdict', 1)}" if dice.random() < 0.2 else ""

    def text(self) -> str:
        texts = {place: "\n".join(text for where, text in self.items if where == place) for place in ("one", "two")}
        return VOCABULARY.format(earned=self.earned, **texts)

    def edited(self) -> str:
        """The text with one edit: something of it drawn again, left out or put elsewhere."""
        before = list(self.items)
        place = self.dice.randrange(len(before))
        where, text = before[place]
        self.items[place] = where, self._edit(text)
        found = self.text()
        self.items = before
        return found

    def _edit(self, text: str) -> str:
        dice = self.dice
        match dice.randrange(7):
            case 0:
                return ""
            case 1:
                return re.sub(r"is at least|is less than|is more than", "is at most", text, count=1)
            case 2:
                return re.sub(r"verdict of x (is|may be) \w", rf"verdict of x \1 {dice.choice('abcd')}", text)
            case 3:
                return text.replace("all of", "any of") if "all of" in text else text.replace("any of", "all of")
            case 4:
                return re.sub(r"(?m)^  (in force|suspended|unconfirmed).*\n", "", text) or text
            case 5:
                days = [str(day) for day in TURNS]
                return re.sub(r"\d{4}-\d\d-\d\d", lambda _: dice.choice(days), text, count=1)
            case _:
                numbers = {"1": "2", "2": "1"}
                return re.sub(r"(?<= )[12](?=[ \n)])", lambda m: numbers[m[0]], text, count=1)

    # ---- rules

    def _rule(self, number: int) -> tuple[str, str]:
        dice = self.dice
        about = dice.choice(("verdict", "verdict", "verdict", "t", "u", "single", "p"))
        where, subject = dice.choice(("one", "two")), "Owner" if about == "p" else "Thing"
        then = self._then(about)
        body = self._about_owner() if about == "p" else self.condition(about, 2)
        head = f"rule r{number} for x: {subject}"
        if about != "p" and dice.random() < 0.15:
            head = f'gap r{number} for x: {subject}\n  cites L "1"'
            then = then.replace(" is ", " may be ", 1)
        return where, f"{head}\n{self._days()}  when {body}\n  then {then}"

    def _exception(self, number: int) -> tuple[str, str]:
        """An exception to a rule that was made, with the same conclusion or with none."""
        where, text = self.dice.choice(self.items)
        named = re.search(r"(?:rule|gap) (\w+) for x: (\w+)", text)
        assert named is not None
        name, subject = named.groups()
        about = next((a for a in ("verdict", "single") if f"{a} " in text.rpartition("then ")[2]), "t")
        body = self._about_owner() if subject == "Owner" else self.condition("t", 1)
        then = f"\n  then {self._then('verdict')}" if about == "verdict" and self.dice.random() < 0.5 else ""
        return where, f"exception e{number} to {name} for x: {subject}\n{self._days()}  when {body}{then}"

    def _then(self, about: str) -> str:
        match about:
            case "verdict":
                return f"verdict of x is {self.dice.choice('abcd')}"
            case "single":
                return f"x.single is {self.dice.choice(('low', 'high'))}"
            case _:
                return f"x is {about}"

    def _days(self) -> str:
        word = self.dice.choice(("in force", "in force", "suspended", "unconfirmed"))
        note = ' "note"' if word == "unconfirmed" else ""
        start, end = sorted(self.dice.sample(TURNS, 2))
        bounds = (f"from {start}", f"from {start} until {end}", f"until {end}")
        return f"  {word} {self.dice.choice(bounds)}{note}\n" if self.dice.random() < 0.3 else ""

    def _about_owner(self) -> str:
        return self.dice.choice(("x.k", "not x.k", "x.c is in lst", "x.c is applicable", "x.k or x.c is CN"))

    def condition(self, about: str, depth: int) -> str:
        """A condition; a term reads none that stands above it."""
        dice = self.dice
        if depth and dice.random() < 0.6:
            parts = [self.condition(about, depth - 1) for _ in range(2)]
            word = dice.choice(("all of", "any of", "all of", "exactly 1 of", "none of"))
            return f"{word} (a) {parts[0]} (b) {parts[1]} end"
        barred = {"t": ("is t", "single", "is not u"), "u": ("is not u", "single"), "single": ("single",)}
        atom = dice.choice([a for a in _ATOMS if not any(word in a for word in barred.get(about, ()))])
        return atom.format(
            number=dice.choice(_NUMBERS),
            colour=dice.choice(("red", "green", "blue")),
            day=dice.choice(TURNS),
            letter=dice.choice("uv"),
            code=dice.choice(("1", "1A", "2B")),
            field=dice.choice(("x.f", "x.n", "x.o", "x.tags", "x.g", "x.e")),
        )


def compiled(text: str) -> ir.Policy | None:
    """The policy of a text; None where the checker refuses it."""
    return policy_of(text, LISTS)


World = tuple[Facts, date]


def pairs(dice: random.Random, most: int) -> Iterator[tuple[tuple[str, str], tuple[ir.Policy, ir.Policy], list[World]]]:
    """Policies of which the second is the first with an edit that may bear on the answers, and all their worlds."""
    while True:
        made = SmallPolicy(dice)
        texts = made.text(), made.edited()
        worlds = None if texts[0] == texts[1] else worlds_of(texts, most)
        old = None if worlds is None else compiled(texts[0])
        new = None if old is None else compiled(texts[1])
        if worlds is None or old is None or new is None or cone_digest(old, "verdict") == cone_digest(new, "verdict"):
            continue
        yield texts, (old, new), worlds


def worlds_of(texts: tuple[str, str], most: int) -> list[World] | None:
    """All complete worlds that two policies can tell apart; None where there are more than `most`."""
    said = "\n".join(text.partition("module one")[2] + text.partition("otherwise b")[2] for text in texts)
    own = [name for name in _VALUES if "." not in name and re.search(rf"x\.{name}\b", said)]
    owned = [name for name in ("o.k", "o.c") if "x.o" in said]
    ways = [_VALUES[name] for name in (*own, *owned)]
    count = len(DAYS)
    for values in ways:
        count *= len(values)
    if count > most:
        return None
    return [(_facts([*own, *owned], chosen), day) for chosen in product(*ways) for day in DAYS] + list(
        _without_owner(own, owned)
    )


def _without_owner(own: list[str], owned: list[str]) -> Iterator[World]:
    for chosen in product(*(_VALUES[name] for name in own)) if owned else ():
        facts = _facts(own, chosen)
        record = dict(facts.entities["Thing"]["x1"].facts) | {"o": _NOTHING}
        yield from ((replace(facts, entities={**facts.entities, "Thing": {"x1": Record(record)}}), day) for day in DAYS)


def _facts(names: list[str], chosen: tuple[Fact, ...]) -> Facts:
    """One thing and its owner; of what nobody reads nothing is said but that it does not apply."""
    thing: dict[str, Fact] = {name: _NOTHING for name in _VALUES if "." not in name} | {"g": True, "o": "o1"}
    owner: dict[str, Fact] = {"k": _NOTHING, "c": _NOTHING}
    for name, value in zip(names, chosen, strict=True):
        if name.startswith("o."):
            owner[name[2:]] = value
        else:
            thing[name] = value
    return Facts({"Thing": {"x1": Record(thing)}, "Owner": {"o1": Record(owner)}}, {})


SUBJECT = Subject("Thing", "x1")
