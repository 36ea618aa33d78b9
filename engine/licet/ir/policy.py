"""A checked policy: its vocabulary, its rules and what binds them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from licet.diagnostics import Span
from licet.ir.effects import AddsPoints as AddsPoints
from licet.ir.effects import Effect as Effect
from licet.ir.effects import HasOutcome as HasOutcome
from licet.ir.effects import Obliges as Obliges
from licet.ir.effects import TermHolds as TermHolds
from licet.ir.effects import TermValue as TermValue
from licet.ir.nodes import AllOf, Constant, Formula, Operand
from licet.ir.remembered import by_identity
from licet.ir.types import DATE, Type
from licet.values import Day, Fact, Number, State, Truth, ends_of

COMMON = "common"  # the name of no jurisdiction, in output


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: Type
    phrase: str
    absent: str
    derived: bool
    open: bool
    blank: bool = False  # what is left empty is *not applicable*; `unknown`, written, is still absent
    always: bool = False  # it always applies: *not applicable* is never recorded of it
    beside: str = ""  # what is left empty is *not applicable* where this field is given, else absent
    span: Span | None = field(default=None, compare=False, repr=False)


def blanks(fields: Mapping[str, Field]) -> tuple[str, ...]:
    """The fields of which what is left empty is not applicable."""
    return tuple(field.name for field in fields.values() if field.blank)


def besides(fields: Mapping[str, Field]) -> tuple[tuple[str, str], ...]:
    """Fields of which what is left empty is not applicable where another one is given, each with that one."""
    return tuple((field.name, field.beside) for field in fields.values() if field.beside)


@dataclass(frozen=True, slots=True)
class Entity:
    """`governed_by` is the field whose day governs the decisions about it, where a decision says so (`as of`)."""

    name: str
    phrase: str
    fields: Mapping[str, Field]
    governed_by: str = ""

    @property
    def day(self) -> str:
        """The field whose day governs what is decided: the declared one, else a recorded day called `date`."""
        named = self.fields.get("date")
        return self.governed_by or ("date" if named is not None and named.type == DATE and not named.derived else "")

    @property
    def always_dated(self) -> bool:
        """Whether the inventory's day never governs it."""
        return bool(self.day) and (not self.governed_by or self.fields[self.governed_by].always)


@dataclass(frozen=True, slots=True)
class Bound:
    """The sum of `summed` over the rows with one `per` is at most `limit`."""

    summed: str
    per: str
    limit: Number


@dataclass(frozen=True, slots=True)
class Relation:
    name: str
    phrase: str
    parameters: Mapping[str, Field]
    key: tuple[str, ...]
    bounds: tuple[Bound, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open: `start` is in it, `end` is not; None is no bound."""

    start: date | None
    end: date | None
    note: str = ""

    def contains_all(self, day: Day) -> bool:
        """Whether every day that it may be lies within."""
        low, high = ends_of(day)
        from_here = self.start is None or (low is not None and low >= self.start)
        return from_here and (self.end is None or (high is not None and high < self.end))

    def contains_any(self, day: Day) -> bool:
        """Whether some day that it may be lies within."""
        low, high = ends_of(day)
        return (self.start is None or high is None or high >= self.start) and (
            self.end is None or low is None or low < self.end
        )

    def contains(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def meets(self, other: Interval) -> bool:
        """Whether some day is in both."""
        after = self.end is not None and other.start is not None and self.end <= other.start
        return not after and not (other.end is not None and self.start is not None and other.end <= self.start)

    def __str__(self) -> str:
        """`from 2025-11-10 until 2026-11-10`; an end that is open is left out."""
        ends = (("from", self.start), ("until", self.end))
        return " ".join(f"{word} {day}" for word, day in ends if day is not None)


@dataclass(frozen=True, slots=True)
class Membership:
    member: str | date
    interval: Interval
    source: str


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory that takes another country's place in a list, from a day on."""

    code: str
    stands_for: str
    since: date | None
    source: str


@dataclass(frozen=True, slots=True)
class DatedList:
    """Members by day; outside `covers` membership is unknown."""

    name: str
    phrase: str
    type: Type
    title: str
    source: str
    certainty: str
    covers: Interval
    members: tuple[Membership, ...]
    territories: tuple[Territory, ...]
    open: bool = False  # whoever is not on it may be on it all the same
    weekend: tuple[int, ...] = (5, 6)  # of a list of days: the days of the week, from 0, on which nobody works

    def has(self, value: object, day: date) -> bool:
        """Whether a value is a member on a day that the list covers, itself or as the country it stands for."""
        standing, followed = _standing(self), _followed(self)
        names = [value, *(x.stands_for for x in followed.get(value, ()) if x.since is None or x.since <= day)]
        return any(interval.contains(day) for name in names for interval in standing.get(name, ()))

    def is_empty(self, day: date) -> bool:
        """Whether nothing is a member on a day, which nobody can say of one that the list does not cover."""
        return self.covers.contains(day) and not self.open and not any(m.interval.contains(day) for m in self.members)

    @property
    def named(self) -> frozenset[str | date]:
        """All that are members on some day, themselves or as the country they stand for."""
        members = {m.member for m in self.members}
        return frozenset(members | {x.code for x in self.territories if x.stands_for in members})

    def on(self, day: date) -> frozenset[str | date]:
        """All members on a day that the list covers."""
        found = {m.member for m in self.members if m.interval.contains(day)}
        following = {x.code for x in self.territories if (x.since is None or x.since <= day) and x.stands_for in found}
        return frozenset(found | following)

    def with_members(self, added: Iterable[str | date]) -> DatedList:
        """The same with further members, which stand throughout."""
        further = (Membership(member, Interval(None, None), "") for member in added)
        return replace(self, members=(*self.members, *further))

    def periods(self, value: object) -> Sequence[Interval]:
        """The intervals with which alone it changes what is known of the membership of a value."""
        standing, followed = _standing(self), _followed(self).get(value, ())
        names = dict.fromkeys((value, *(x.stands_for for x in followed)))
        intervals = [self.covers, *(Interval(x.since, None) for x in followed)]
        return intervals + [interval for name in names for interval in standing.get(name, ())]

    def days(self) -> frozenset[date]:
        """The days from which it is not what it was before."""
        spans = (self.covers, *(m.interval for m in self.members))
        ends = {day for span in spans for day in (span.start, span.end)} | {x.since for x in self.territories}
        return frozenset(day for day in ends if day is not None)


# A list is asked again and again, and may have hundreds of members.
@by_identity
def _standing(dated: DatedList) -> Mapping[object, Sequence[Interval]]:
    """When each member stands."""
    found: dict[object, list[Interval]] = {}
    for one in dated.members:
        found.setdefault(one.member, []).append(one.interval)
    return found


@by_identity
def _followed(dated: DatedList) -> Mapping[object, Sequence[Territory]]:
    """Whose place each territory takes."""
    found: dict[object, list[Territory]] = {}
    for one in dated.territories:
        found.setdefault(one.code, []).append(one)
    return found


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """What a parameter is in an interval: a value; *not applicable*; absent, where nobody confirmed it."""

    interval: Interval
    value: Fact
    cites: tuple[Citation, ...]
    source: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)


@by_identity
def _in_order(parameter: Parameter) -> tuple[list[date], list[ParameterRow]]:
    """Its rows as time goes by, and the day on which each begins."""
    rows = sorted(parameter.rows, key=lambda row: row.interval.start or date.min)
    return [row.interval.start or date.min for row in rows], rows


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of the law, by day. Its rows do not overlap; where none stands it is absent."""

    name: str
    phrase: str
    type: Type
    rows: tuple[ParameterRow, ...]
    cites: tuple[Citation, ...]
    certainty: str
    notes: tuple[str, ...]
    module: str

    def in_order(self) -> Sequence[ParameterRow]:
        """Its rows as time goes by."""
        return _in_order(self)[1]

    def row(self, day: date) -> ParameterRow | None:
        """The row that stands on a day."""
        starts, rows = _in_order(self)
        found = rows[place - 1] if (place := bisect_right(starts, day)) else None
        return found if found is not None and found.interval.contains(day) else None

    def rows_on(self, day: Day) -> Sequence[ParameterRow]:
        """The rows that stand on some day that it may be."""
        if isinstance(day, date):
            found = self.row(day)
            return () if found is None else (found,)
        return [row for row in self.rows if row.interval.contains_any(day)]

    def on(self, day: date) -> Fact:
        """What it is on a day."""
        found = self.row(day)
        return State.ABSENT if found is None else found.value

    def days(self) -> frozenset[date]:
        """The days from which it may be something else than before."""
        ends = {end for row in self.rows for end in (row.interval.start, row.interval.end)}
        return frozenset(end for end in ends if end is not None)


@dataclass(frozen=True, slots=True)
class Decision:
    """Outcomes from the least to the most severe."""

    name: str
    entity: str
    phrase: str
    outcomes: tuple[str, ...]
    otherwise: int
    details: tuple[str, ...]

    def reaches(self, outcome: str, other: str) -> bool:
        """Whether an outcome is another one, or beyond it; no chain goes as far as an outcome that it lacks."""
        return other in self.outcomes and self.outcomes.index(outcome) >= self.outcomes.index(other)


@dataclass(frozen=True, slots=True)
class Score:
    """`told_below`: a decision and the place of an outcome, from which on the score is of no account.

    `told_where`: a condition about recorded facts of the `variable`; where it is surely false, nothing is to be said.
    """

    name: str
    entity: str
    phrase: str
    low: Number
    high: Number
    bands: tuple[tuple[str, Number], ...]  # name and its lower end, rising
    certainty: str
    notes: tuple[str, ...]
    told_below: tuple[str, int] | None = None
    variable: str = ""
    told_where: Formula | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    authority: str
    section: str
    url: str

    def __str__(self) -> str:
        return f"{self.authority} {self.section}"


@dataclass(frozen=True, slots=True)
class Live:
    """When a rule stands: four different things."""

    in_force: tuple[Interval, ...] = ()
    suspended: tuple[Interval, ...] = ()
    not_enforced: tuple[Interval, ...] = ()
    unconfirmed: tuple[Interval, ...] = ()

    @property
    def told(self) -> Mapping[str, tuple[Interval, ...]]:
        """The intervals by what is said of a rule in them."""
        return {
            "in force": self.in_force,
            "suspended": self.suspended,
            "not enforced": self.not_enforced,
            "unconfirmed": self.unconfirmed,
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """`id` is module and name. `group` is the id an author wrote, where one item makes several rules.

    A `default` says what an earned default is where it is not earned; it concludes only where no other rule does.
    """

    id: str
    group: str
    kind: Literal["rule", "exception", "directive", "row", "item", "obligation", "gap", "default"]
    title: str
    module: str
    jurisdiction: str | None
    variable: str
    entity: str
    body: Formula | None
    effects: tuple[Effect, ...]
    because: str
    live: Live
    cites: tuple[Citation, ...]
    certainty: str
    certainty_note: str
    tags: tuple[str, ...]
    excepts: tuple[str, ...]  # ids of rules
    notes: tuple[str, ...]
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        return self.id.rsplit(".", 1)[-1]

    @property
    def called(self) -> str:
        """What people call it: its name; one of several that an item makes by the item's too: `chips row 3`."""
        item, own = self.group.rsplit(".", 1)[-1], self.id.removeprefix(self.group).lstrip(".")
        return f"{item} {own.replace('_', ' ')}" if own else item

    @property
    def trigger(self) -> Formula | None:
        """The condition that an author wrote: its body without the `?` behind it (language.md#gaps)."""
        if not self.is_open or not isinstance(self.body, AllOf):
            return self.body
        return self.body.parts[0] if len(self.body.parts) > 1 else None

    @property
    def is_open(self) -> bool:
        """Whether nobody encoded what it concludes, so that a `?` ends its body: a gap, a default without `else`."""
        if self.kind != "default":
            return self.kind == "gap"
        last = self.body.parts[-1] if isinstance(self.body, AllOf) and self.body.parts else None
        return isinstance(last, Constant) and last.truth is Truth.U


@by_identity
def citations(rule: Rule) -> tuple[str, ...]:
    """The sections that a rule cites, as text."""
    return tuple(str(cite) for cite in rule.cites)


@dataclass(frozen=True, slots=True)
class Provision:
    """What is encoded of a section, and of all that stands below it, as it was read on a day.

    `review` is within how many days of that day its authority is to be read again; no answer hangs on it.
    """

    authority: str
    section: str
    state: Literal["encoded", "partly", "not encoded", "outside"]
    because: str
    as_read: date
    module: str
    url: str
    span: Span | None = field(default=None, compare=False, repr=False)
    review: int | None = field(default=None, compare=False)
    declared: Span | None = field(default=None, compare=False, repr=False)

    def covers(self, citation: Citation) -> bool:
        """Whether a citation is of this section: it begins with it and does not go on with a letter or digit."""
        if citation.authority != self.authority or not citation.section.startswith(self.section):
            return False
        return not citation.section[len(self.section) :][:1].isalnum()

    def __str__(self) -> str:
        return f"{self.authority} {self.section}"


@dataclass(frozen=True, slots=True)
class Check:
    """Facts of a record that cannot be, or hardly can: a finding where its condition is surely true.

    It decides nothing. `name` is unique among checks; `id` has the module before it.
    """

    id: str
    title: str
    variable: str
    entity: str
    body: Formula
    verdict: Literal["impossible", "doubtful"]
    because: str
    cites: tuple[Citation, ...]
    notes: tuple[str, ...]
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        return self.id.rsplit(".", 1)[-1]


ACCEPTED = "accepted"  # the field of a record that says which doubts somebody looked into: `check: reason`


def accepted(fact: object, check: str) -> str:
    """The reason for which a record's doubt is accepted; nothing where it is not."""
    said = sorted(fact) if isinstance(fact, frozenset) else ()
    reasons = (text.partition(":") for text in said)
    return next((reason.strip() or name for name, _, reason in reasons if name.strip() == check), "")


@dataclass(frozen=True, slots=True)
class Obtainable:
    """A record that somebody may give for a subject: each fact is one of the subject's, the day, or said here.

    It decides nothing. A set of operands is a set of such facts.
    """

    id: str
    title: str
    variable: str
    entity: str
    giver: str
    record: str  # the entity of the record
    facts: Mapping[str, Operand | State]
    cites: tuple[Citation, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Property:
    id: str
    title: str
    parameters: tuple[tuple[str, str], ...]  # variable and entity
    when: Formula | None
    then: Formula
    span: Span | None = field(default=None, compare=False, repr=False)


# ---- tests that stand beside the rules


@dataclass(frozen=True, slots=True)
class GivenRecord:
    name: str
    entity: str
    id: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class GivenRow:
    relation: str
    facts: Mapping[str, Fact]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ExpectTruth:
    """A condition is true, or with `unknown` neither true nor false; `because` names rules that hold."""

    condition: Formula
    unknown: bool
    details: tuple[str, ...]
    because: tuple[str, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ExpectBounds:
    """The two bounds of a decision, exactly."""

    decision: str
    subject: Operand
    view: str
    low: int
    high: int
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ExpectStatus:
    rule: str  # group id
    status: str
    by: str | None
    subject: str  # id
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ExpectCheck:
    check: str  # its name
    status: str
    subject: str  # id
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Test:
    title: str
    module: str
    as_of: date | None
    records: tuple[GivenRecord, ...]
    rows: tuple[GivenRow, ...]
    members: tuple[tuple[str, str | date], ...]  # list, member
    expects: tuple[ExpectTruth | ExpectBounds | ExpectStatus | ExpectCheck, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Module:
    name: str
    title: str
    jurisdiction: str | None
    authorities: Mapping[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Policy:
    """Everything that an engine, a decision and an explanation need; nothing else is read."""

    name: str
    modules: Mapping[str, Module]
    entities: Mapping[str, Entity]
    relations: Mapping[str, Relation]
    units: Mapping[str, tuple[str, Number]]  # any name of a unit: base unit and factor
    lists: Mapping[str, DatedList]
    decisions: Mapping[str, Decision]
    scores: Mapping[str, Score]
    rules: Mapping[str, Rule]
    properties: tuple[Property, ...]
    tables: Mapping[str, str]  # group of rows, and `hit`
    analysed_tables: frozenset[str]  # those whose findings tell all that their rows can do together
    tests: tuple[Test, ...]
    coverage: tuple[Provision, ...] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)  # by name
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    obtainables: tuple[Obtainable, ...] = ()
    defines: Mapping[str, str] = field(default_factory=dict)  # how each is called in words

    @property
    def an_entity(self) -> str:
        """The name of one, for what is said by way of example."""
        return next(iter(self.entities), "Entity")

    def provision_of(self, citation: Citation) -> Provision | None:
        """The declared provision that covers a citation: the longest of them."""
        return max((p for p in self.coverage if p.covers(citation)), key=lambda p: len(p.section), default=None)
