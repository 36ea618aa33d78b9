"""The syntax tree: what an author wrote, before any name has a meaning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from licet.syntax.tree_expressions import (
    Aggregate as Aggregate,
)
from licet.syntax.tree_expressions import (
    AggregateKind as AggregateKind,
)
from licet.syntax.tree_expressions import (
    And as And,
)
from licet.syntax.tree_expressions import (
    Arithmetic as Arithmetic,
)
from licet.syntax.tree_expressions import (
    Between as Between,
)
from licet.syntax.tree_expressions import (
    Block as Block,
)
from licet.syntax.tree_expressions import (
    BooleanLiteral as BooleanLiteral,
)
from licet.syntax.tree_expressions import (
    Call as Call,
)
from licet.syntax.tree_expressions import (
    Compare as Compare,
)
from licet.syntax.tree_expressions import (
    Condition as Condition,
)
from licet.syntax.tree_expressions import (
    DateLiteral as DateLiteral,
)
from licet.syntax.tree_expressions import (
    Each as Each,
)
from licet.syntax.tree_expressions import (
    Every as Every,
)
from licet.syntax.tree_expressions import (
    GivenRange as GivenRange,
)
from licet.syntax.tree_expressions import (
    GivenState as GivenState,
)
from licet.syntax.tree_expressions import (
    Limb as Limb,
)
from licet.syntax.tree_expressions import (
    Negative as Negative,
)
from licet.syntax.tree_expressions import (
    Node as Node,
)
from licet.syntax.tree_expressions import (
    Not as Not,
)
from licet.syntax.tree_expressions import (
    NumberLiteral as NumberLiteral,
)
from licet.syntax.tree_expressions import (
    Of as Of,
)
from licet.syntax.tree_expressions import (
    OnDay as OnDay,
)
from licet.syntax.tree_expressions import (
    Operand as Operand,
)
from licet.syntax.tree_expressions import (
    Operator as Operator,
)
from licet.syntax.tree_expressions import (
    Or as Or,
)
from licet.syntax.tree_expressions import (
    Path as Path,
)
from licet.syntax.tree_expressions import (
    PercentLiteral as PercentLiteral,
)
from licet.syntax.tree_expressions import (
    Proposition as Proposition,
)
from licet.syntax.tree_expressions import (
    Reading as Reading,
)
from licet.syntax.tree_expressions import (
    Relational as Relational,
)
from licet.syntax.tree_expressions import (
    SetLiteral as SetLiteral,
)
from licet.syntax.tree_expressions import (
    Some as Some,
)
from licet.syntax.tree_expressions import (
    StateTest as StateTest,
)
from licet.syntax.tree_expressions import (
    TextLiteral as TextLiteral,
)
from licet.syntax.tree_expressions import (
    Under as Under,
)
from licet.syntax.tree_expressions import (
    Valued as Valued,
)
from licet.syntax.tree_expressions import (
    Verb as Verb,
)
from licet.syntax.tree_expressions import (
    Word as Word,
)
from licet.syntax.tree_expressions import (
    WorkingDays as WorkingDays,
)
from licet.syntax.tree_expressions import (
    verb as verb,
)
from licet.syntax.tree_tests import Expect as Expect
from licet.syntax.tree_tests import ExpectRule as ExpectRule
from licet.syntax.tree_tests import GivenMember as GivenMember
from licet.syntax.tree_tests import GivenRecord as GivenRecord
from licet.syntax.tree_tests import GivenRow as GivenRow
from licet.syntax.tree_tests import GivenValue as GivenValue
from licet.syntax.tree_tests import Test as Test

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
class ValueName(Node):
    """A value of an enumeration, what it means, and how else facts may spell it."""

    name: Word
    phrase: str
    spellings: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Enumeration(Node):
    """`enumeration knowledge one of none < reason_to_know < actual`; with `<` the values are ordered."""

    name: Word
    phrase: str
    values: tuple[ValueName, ...]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Code(Node):
    """`code eccn "ECCN" parts "[0-9]", "[A-E]", "[0-9]{3}" then ".[a-z0-9]+" from "us/eccn.yaml"`."""

    name: Word
    phrase: str
    parts: tuple[Word, ...]
    then: Word | None
    file: Word | None


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
    open: Word | None = None
    blank: bool = False  # an empty cell or a missing key is *not applicable*
    always: Word | None = None  # it always applies: *not applicable* is never recorded
    beside: Word | None = None  # what is left empty is *not applicable* only where this field is given


@dataclass(frozen=True, slots=True)
class Entity(Node):
    name: Word
    phrase: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: Word
    type: TypeName
    blank: bool = False  # of a column: see Field
    always: Word | None = None


@dataclass(frozen=True, slots=True)
class ParameterRow(Node):
    kind: Literal["value", "not applicable", "unconfirmed"]  # what it is in the interval
    interval: Interval
    value: Operand | None = None
    cites: Cites | None = None


@dataclass(frozen=True, slots=True)
class DatedParameter(Node):
    """`parameter fee : quantity USD "the fee" cites EAR "1" is 5 USD from 2025-01-01`; its rows, or their file."""

    name: Word
    type: TypeName
    phrase: str
    clauses: Clauses
    rows: tuple[ParameterRow, ...]
    file: Word | None


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
    misplaced: tuple[Word, ...] = ()  # marks that the grammar takes and that mean nothing here


@dataclass(frozen=True, slots=True)
class ListDeclaration(Node):
    name: Word
    type: TypeName
    file: Word
    phrase: str
    open: bool = False
    misplaced: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Term(Node):
    """A derived field that a module adds to an entity; boolean unless a type is given."""

    name: Word
    parameter: Parameter
    type: TypeName | None
    phrase: str
    absent: str
    misplaced: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Otherwise(Node):
    """What remains where no rule concludes: `otherwise free`, or `otherwise free only when ... else licensed`."""

    outcome: Word
    only_when: Condition | None
    unearned: Word | None


@dataclass(frozen=True, slots=True)
class Decision(Node):
    name: Word
    parameter: Parameter
    phrase: str
    outcomes: tuple[Word, ...]
    otherwise: Otherwise
    details: tuple[Word, ...]
    notes: tuple[str, ...]
    as_of: Reading | None = None  # the date that governs it


@dataclass(frozen=True, slots=True)
class Define(Node):
    """`define heavy(m: Model) "heavy" means m.training_compute is at least 10^26 operations`."""

    name: Word
    parameters: tuple[Parameter, ...]
    phrase: str
    means: Condition  # or an operand


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
    """`p is restricted`, `m.eccn includes "4E091"`, `licensing of t may be prohibited with x`."""

    kind: Verb
    target: Reading
    value: Operand
    details: tuple[Word, ...] = ()
    may: bool = False  # `may be`, `may include`: what a gap says
    each: Each | None = None  # of `includes each`: what is gone through, and the filter
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Target(Node):
    """What an exception excepts: a rule by name, or every rule with a tag, of a decision or in a module."""

    name: str
    kind: Literal["rule", "tag", "decision", "module"]


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
    """A rule, an exception (with `targets`), a directive (with `names` and `events`) or a gap."""

    kind: Literal["rule", "exception", "directive", "gap"]
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
class CoverageLine(Node):
    """`partly "740.27" because "..."`: what is encoded of some sections."""

    state: Literal["encoded", "partly", "not encoded", "outside"]
    sections: tuple[Word, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Coverage(Node):
    """What of an authority's text is encoded, as it was read on a day; `review` is within how many it is read again."""

    authority: Word
    as_read: date
    review: NumberLiteral | None
    lines: tuple[CoverageLine, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """`CH`, `>= 10 USD`, or `10 to 20 USD`, whose two ends are both in it."""

    operator: Operator
    value: Operand
    until: Operand | None = None


@dataclass(frozen=True, slots=True)
class Cell(Node):
    """A table cell: `any`, `otherwise`, or entries compared with the column."""

    kind: Literal["any", "otherwise", "entries", "not entries"]
    entries: tuple[Entry, ...] = ()
    details: tuple[Word, ...] = ()  # of an output: what stands after `with`


@dataclass(frozen=True, slots=True)
class Row(Node):
    inputs: tuple[Cell, ...]
    outputs: tuple[Cell, ...]
    cites: tuple[Cites, ...]
    because: str = ""


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
    factor: Word | None
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
    told_below: tuple[Word, Word] | None  # an outcome, and its decision
    told_where: Condition | None
    items: tuple[ScoreItem, ...]
    bands: tuple[tuple[Word, NumberLiteral], ...]
    certainties: tuple[Certainty, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighing(Node):
    """`weigh misuse "as our committee weighs it" reached_threshold 30 bands low from 0, high from 40`."""

    score: Word
    phrase: str
    points: tuple[tuple[Word, NumberLiteral], ...]
    bands: tuple[tuple[Word, NumberLiteral], ...]
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
class Check(Node):
    """`check stays "..." for t: Transfer when ... then t is impossible because "..."`."""

    name: Word
    title: str
    clauses: Clauses
    when: Condition
    subject: Word
    verdict: Literal["impossible", "doubtful"]
    because: str


@dataclass(frozen=True, slots=True)
class Property(Node):
    name: Word
    title: str
    parameters: tuple[Parameter, ...]
    when: Condition | None
    then: Condition
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Obtainable(Node):
    """`obtainable permit "..." for t: Transfer given by "..." is Licence { consignee: t.consignee }`."""

    name: Word
    title: str
    clauses: Clauses
    giver: str
    record: Word
    fields: tuple[tuple[Word, GivenValue], ...]


Item = (
    Module
    | Use
    | Unit
    | Enumeration
    | Code
    | Entity
    | Relation
    | ListDeclaration
    | Term
    | Decision
    | Define
    | DatedParameter
    | Rule
    | Coverage
    | Table
    | Score
    | Weighing
    | Obligation
    | Property
    | Check
    | Obtainable
    | Test
)
