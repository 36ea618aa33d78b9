"""The syntax tree: what an author wrote, before any name has a meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from licet.diagnostics import Span
from licet.values import Number


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place in a text."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A name, a quoted text or a tag, without its quotes."""

    text: str


# ---- operands


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`t.item.eccn`, or one name."""

    parts: tuple[Word, ...]

    @property
    def text(self) -> str:
        return ".".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Of(Node):
    """`licensing of t`, `year of p.date`."""

    name: Word
    argument: Reading


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`max(a, b)`."""

    name: Word
    arguments: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Under(Node):
    """`licensing of t under US`: another jurisdiction's conclusion."""

    reading: Reading
    jurisdiction: Word


@dataclass(frozen=True, slots=True)
class NumberLiteral(Node):
    value: Number
    unit: Word | None


@dataclass(frozen=True, slots=True)
class PercentLiteral(Node):
    value: Number  # 40% is 2/5


@dataclass(frozen=True, slots=True)
class TextLiteral(Node):
    value: str


@dataclass(frozen=True, slots=True)
class DateLiteral(Node):
    value: date


@dataclass(frozen=True, slots=True)
class BooleanLiteral(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class SetLiteral(Node):
    items: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Operand


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`25% of x` is a multiplication, as everywhere else."""

    operator: Literal["+", "-", "*", "/"]
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Each(Node):
    """`o in owns`."""

    variable: Word
    collection: Operand


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`total o.share over o in owns where (…)`; `count` has no operand."""

    kind: Literal["count", "total", "highest", "lowest"]
    operand: Operand | None
    each: Each
    where: Condition | None


# ---- conditions


@dataclass(frozen=True, slots=True)
class And(Node):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    part: Condition


@dataclass(frozen=True, slots=True)
class Limb(Node):
    label: Word
    condition: Condition


@dataclass(frozen=True, slots=True)
class Block(Node):
    """`all of (a) … (b) … end` and its sisters; `number` belongs to `at least` and `exactly`."""

    kind: Literal["all", "any", "none", "at least", "exactly"]
    limbs: tuple[Limb, ...]
    number: NumberLiteral | None = None


@dataclass(frozen=True, slots=True)
class Some(Node):
    each: Each
    where: Condition | None


@dataclass(frozen=True, slots=True)
class Every(Node):
    each: Each
    where: Condition | None
    condition: Condition


Operator = Literal["is", "is not", ">=", "<=", ">", "<", "in", "not in", "includes"]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    operator: Operator
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between(Node):
    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class StateTest(Node):
    """`x is undetermined`, `x is not applicable`."""

    operand: Operand
    state: Literal["undetermined", "applicable"]
    negated: bool


Reading = Path | Of | Call | Under
Operand = (
    Path
    | Of
    | Call
    | Under
    | NumberLiteral
    | PercentLiteral
    | TextLiteral
    | DateLiteral
    | BooleanLiteral
    | SetLiteral
    | Negative
    | Arithmetic
    | Aggregate
    | And
    | Or
    | Not
    | Block
    | Some
    | Every
    | Compare
    | Between
    | StateTest
)
Condition = Operand  # a bare boolean field is a condition, a bracketed condition an operand: the checker decides


# ---- vocabulary


@dataclass(frozen=True, slots=True)
class Authority(Node):
    name: Word
    title: Word
    url: Word | None


@dataclass(frozen=True, slots=True)
class Module(Node):
    name: Path
    title: str
    jurisdiction: Word | None
    authorities: tuple[Authority, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use(Node):
    name: Path
    alias: Word | None


@dataclass(frozen=True, slots=True)
class Unit(Node):
    names: tuple[Word, ...]
    factor: NumberLiteral | None  # `is 1000 operation`
    phrase: str


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """`text`, `quantity operation`, `set of Model`, `one of a, b`."""

    kind: Literal["name", "quantity", "set", "one of"]
    names: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Field(Node):
    name: Word
    type: TypeName
    phrase: str = ""
    absent: str = ""
    derived: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class Entity(Node):
    name: Word
    phrase: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: Word
    type: TypeName


@dataclass(frozen=True, slots=True)
class Bound(Node):
    """`total share per owned at most 100%`."""

    summed: Word
    per: Word
    limit: PercentLiteral


@dataclass(frozen=True, slots=True)
class Relation(Node):
    name: Word
    parameters: tuple[Parameter, ...]
    phrase: str
    open: bool
    key: tuple[Word, ...]
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class ListDeclaration(Node):
    name: Word
    type: TypeName
    file: Word
    phrase: str


@dataclass(frozen=True, slots=True)
class Term(Node):
    """A derived field that a module adds to an entity; boolean unless a type is given."""

    name: Word
    parameter: Parameter
    type: TypeName | None
    phrase: str
    absent: str


@dataclass(frozen=True, slots=True)
class Decision(Node):
    name: Word
    parameter: Parameter
    phrase: str
    outcomes: tuple[Word, ...]
    otherwise: Word
    details: tuple[Word, ...]
    notes: tuple[str, ...]


# ---- rules


@dataclass(frozen=True, slots=True)
class Cites(Node):
    authority: Word
    sections: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """Half-open: from `start` until, not including, `end`."""

    start: date | None
    end: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Certainty(Node):
    """`source secondary "law-firm summaries"`."""

    level: str
    note: str


@dataclass(frozen=True, slots=True)
class Clauses:
    """What may stand in the head of any rule."""

    parameters: tuple[Parameter, ...] = ()
    cites: tuple[Cites, ...] = ()
    certainties: tuple[Certainty, ...] = ()
    tags: tuple[Word, ...] = ()
    in_force: tuple[Interval, ...] = ()
    suspended: tuple[Interval, ...] = ()
    not_enforced: tuple[Interval, ...] = ()
    unconfirmed: tuple[Interval, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect(Node):
    """`p is restricted`, `m.eccn includes "4E091"`, `licensing of t is licence_required with x`."""

    kind: Literal["is", "includes"]
    target: Reading
    value: Operand
    details: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Target(Node):
    """What an exception excepts: a rule by name, or every rule with a tag."""

    name: str
    is_tag: bool


@dataclass(frozen=True, slots=True)
class Names(Node):
    """`names Model "x", "y"`."""

    entity: Word
    things: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Exempts(Node):
    """`exempts Party "p" as to Model "y"`."""

    entity: Word
    things: tuple[Word, ...]
    as_to: Names | None


@dataclass(frozen=True, slots=True)
class LetterEvent(Node):
    """What a letter said on a day: issued, amended or lifted."""

    kind: Literal["issued", "amended", "lifted"]
    on: date
    names: tuple[Names, ...] = ()
    exempts: tuple[Exempts, ...] = ()
    as_to: Names | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """A rule, an exception (with `targets`) or a directive (with `names` and `events`)."""

    kind: Literal["rule", "exception", "directive"]
    name: Word
    title: str
    clauses: Clauses
    when: Condition | None
    effects: tuple[Effect, ...]
    because: str
    targets: tuple[Target, ...] = ()
    names: tuple[Names, ...] = ()
    events: tuple[LetterEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell(Node):
    """A table cell: `any`, `otherwise`, or entries compared with the column."""

    kind: Literal["any", "otherwise", "entries", "not entries"]
    entries: tuple[tuple[Operator, Operand], ...] = ()


@dataclass(frozen=True, slots=True)
class Row(Node):
    inputs: tuple[Cell, ...]
    outputs: tuple[Cell, ...]
    cites: tuple[Cites, ...]


@dataclass(frozen=True, slots=True)
class Table(Node):
    name: Word
    title: str
    clauses: Clauses
    decides: Reading
    hit: str
    rows: tuple[Row, ...]
    file: Word | None


@dataclass(frozen=True, slots=True)
class ScoreItem(Node):
    points: NumberLiteral
    when: Condition | None
    per: Each | None
    where: Condition | None
    maximum: NumberLiteral | None
    because: str
    cites: tuple[Cites, ...]


@dataclass(frozen=True, slots=True)
class Score(Node):
    name: Word
    parameter: Parameter
    phrase: str
    low: NumberLiteral
    high: NumberLiteral
    items: tuple[ScoreItem, ...]
    bands: tuple[tuple[Word, NumberLiteral], ...]
    certainties: tuple[Certainty, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Obligation(Node):
    name: Word
    title: str
    clauses: Clauses
    when: Condition | None
    bearer: Reading
    modal: Literal["must", "must not", "may"]
    act: str
    deadline: tuple[Literal["by", "until"], Operand] | None


@dataclass(frozen=True, slots=True)
class Property(Node):
    name: Word
    title: str
    parameters: tuple[Parameter, ...]
    when: Condition | None
    then: Condition
    notes: tuple[str, ...]


# ---- tests


@dataclass(frozen=True, slots=True)
class GivenState(Node):
    """`unknown`, `undetermined` or `not applicable`."""

    state: Literal["unknown", "undetermined", "not applicable"]


@dataclass(frozen=True, slots=True)
class GivenRange(Node):
    low: Operand
    high: Operand


GivenValue = Operand | GivenState | GivenRange


@dataclass(frozen=True, slots=True)
class GivenRecord(Node):
    name: Word
    entity: Word
    fields: tuple[tuple[Word, GivenValue], ...]


@dataclass(frozen=True, slots=True)
class GivenMember(Node):
    member: Word
    list: Word


@dataclass(frozen=True, slots=True)
class GivenRow(Node):
    relation: Word
    values: tuple[GivenValue, ...]


@dataclass(frozen=True, slots=True)
class Expect(Node):
    condition: Condition
    details: tuple[Word, ...] = ()
    because: tuple[Path, ...] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class ExpectRule(Node):
    rule: Path
    status: Literal["holds", "fails", "unknown", "defeated", "not_in_force"]
    by: Path | None
    subject: Word | None


@dataclass(frozen=True, slots=True)
class Test(Node):
    title: str
    as_of: date | None
    givens: tuple[GivenRecord | GivenMember | GivenRow, ...]
    expects: tuple[Expect | ExpectRule, ...]
    notes: tuple[str, ...]


Item = (
    Module
    | Use
    | Unit
    | Entity
    | Relation
    | ListDeclaration
    | Term
    | Decision
    | Rule
    | Table
    | Score
    | Obligation
    | Property
    | Test
)
