"""Operands and conditions as an author wrote them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, assert_never

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
class OnDay(Node):
    """`usd_per_eur on t.date`, `t.destination is in embargo on 2026-01-01`: on another day than the governing one."""

    reading: Path | Of | Call
    day: Operand


@dataclass(frozen=True, slots=True)
class NumberLiteral(Node):
    value: Number
    unit: Word | None


@dataclass(frozen=True, slots=True)
class WorkingDays(Node):
    """`5 working days of holidays`, after a day and `+`."""

    number: NumberLiteral
    calendar: Word


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


AggregateKind = Literal["count", "total", "highest", "lowest"]


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`total o.share over o in owns where (…)`; `count` has no operand."""

    kind: AggregateKind
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


Relational = Literal["is", "is not", ">=", "<=", ">", "<"]  # for engines too
Operator = Relational | Literal["in", "not in", "includes", "under", "not under", "earlier"]


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


Reading = Path | Of | Call | Under | OnDay
Valued = (
    Path
    | Of
    | Call
    | Under
    | OnDay
    | NumberLiteral
    | WorkingDays
    | PercentLiteral
    | TextLiteral
    | DateLiteral
    | BooleanLiteral
    | SetLiteral
    | Negative
    | Arithmetic
    | Aggregate
)
Proposition = And | Or | Not | Block | Some | Every | Compare | Between | StateTest  # nothing but a condition
Operand = Valued | Proposition
Condition = Operand  # a bare boolean field is a condition, a bracketed condition an operand: the checker decides


# ---- what a test gives instead of a value


@dataclass(frozen=True, slots=True)
class GivenState(Node):
    """`unknown`, `undetermined` or `not applicable`."""

    state: Literal["unknown", "undetermined", "not applicable"]


@dataclass(frozen=True, slots=True)
class GivenRange(Node):
    low: Operand
    high: Operand


Verb = Literal["is", "includes"]


def verb(kind: Verb, *, may: bool) -> str:
    """How an effect is written; with `may`, as a gap says it."""
    match kind:
        case "is":
            return "may be" if may else "is"
        case "includes":
            return "may include" if may else "includes"
        case _:
            assert_never(kind)
