"""Formulas and operands: every name resolved, every value exact, every node with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from licet.diagnostics import Span
from licet.ir.operators import Operator
from licet.ir.types import Type
from licet.values import Duration, Truth, Value

OVERALL = "overall"  # a view: the maximum over all jurisdictions


@dataclass(frozen=True, slots=True)
class Node:
    """`span` and nothing else is left out of comparison and of the fingerprint."""

    span: Span | None = field(compare=False, repr=False)


# ---- operands


@dataclass(frozen=True, slots=True)
class Known(Node):
    value: Value | Duration
    type: Type


@dataclass(frozen=True, slots=True)
class Variable(Node):
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class AsOf(Node):
    """The date that governs the decision."""


@dataclass(frozen=True, slots=True)
class FieldOf(Node):
    """A recorded fact of an entity, a parameter of a relation's row, or `id`.

    A set that is `open` may have further members besides those recorded. With `applies` the field and every step on
    the path to it always apply: whatever is not known of it, it is some value of its type.
    """

    base: Operand
    name: str
    type: Type
    open: bool = False
    applies: bool = False


@dataclass(frozen=True, slots=True)
class TermOf(Node):
    """A derived set or a derived single value, read in a jurisdiction's view (None: common rules only)."""

    base: Operand
    name: str
    type: Type
    view: str | None


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: Literal["+", "-", "*", "/"]
    left: Operand
    right: Operand
    type: Type


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A built-in of ir/builtins.py; of working days, `calendar` is the list of the days that are none."""

    function: str
    arguments: tuple[Operand, ...]
    type: Type
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class SetOf(Node):
    items: tuple[Operand, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class ListNamed(Node):
    """A dated list of the policy."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class ParameterNamed(Node):
    """A parameter of the policy, on the day that governs."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class OnDay(Node):
    """A parameter or a list, on another day than the one that governs."""

    part: ParameterNamed | ListNamed
    day: Operand
    type: Type


AggregateKind = Literal["count", "total", "highest", "lowest", "each"]


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`each` is the set of what the operand says, and of its members where it says a set: a rule puts it in a term."""

    kind: AggregateKind
    operand: Operand | None
    each: Each
    where: Formula | None
    type: Type


@dataclass(frozen=True, slots=True)
class ScoreOf(Node):
    """A score, read in a test only."""

    name: str
    subject: Operand
    type: Type


Leaf = Known | Variable | AsOf | ListNamed | ParameterNamed
Computed = FieldOf | TermOf | Arithmetic | Call | SetOf | OnDay | ScoreOf  # of operands and nothing else
Operand = Leaf | Computed | Aggregate


@dataclass(frozen=True, slots=True)
class Each(Node):
    """A variable that ranges over an entity's population, a relation's rows or the members of a set."""

    variable: str
    type: Type
    kind: Literal["population", "rows", "members"]
    name: str  # the entity or relation; empty for members
    members: Operand | None = None


class SupposedOpen(Each):
    """The same with further members that nobody recorded: what it changes relies on there being none."""


# ---- formulas


@dataclass(frozen=True, slots=True)
class Constant(Node):
    truth: Truth


class Connective(Node):
    """Its truth comes of the truths of its parts, which are formulas."""

    __slots__ = ()


class Block(Connective):
    """What is asked of the whole is asked of its parts: a limb that stopped a rule is looked for among them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Not(Connective):
    part: Formula


@dataclass(frozen=True, slots=True)
class AllOf(Block):
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Block):
    parts: tuple[Formula, ...]


class Earlier(AnyOf):
    """One record is earlier than another of its type: a lesser id and no later a day; or an earlier day."""

    @property
    def sides(self) -> tuple[Operand, Operand]:
        """The two records."""
        by_id = self.parts[0]
        assert isinstance(by_id, AllOf)
        ids = by_id.parts[0]
        assert isinstance(ids, Compare)
        left, right = ids.left, ids.right
        assert isinstance(left, FieldOf)
        assert isinstance(right, FieldOf)
        return left.base, right.base

    @property
    def days(self) -> Compare:
        """The comparison of their days."""
        by_day = self.parts[1]
        assert isinstance(by_day, Compare)
        return by_day


@dataclass(frozen=True, slots=True)
class Counted(Block):
    """At least, or exactly, so many of the parts."""

    exactly: bool
    number: int
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Limb(Block):
    """A labelled part: the address of explanations. What a define stands for bears its name."""

    label: str
    part: Formula


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """Also a bare boolean field (`= yes`)."""

    operator: Operator
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`item in collection`, `collection includes item`: a set, a list or a derived set."""

    item: Operand
    collection: Operand
    negated: bool


@dataclass(frozen=True, slots=True)
class CodeTest(Node):
    """A code, or one of a set, is one of some codes or stands below it: a code, a set or a list; or it lies between
    two codes, or below the second.
    """

    item: Operand
    asks: Literal["under", "between"]
    codes: tuple[Operand, ...]  # two where it asks `between`
    negated: bool = False


@dataclass(frozen=True, slots=True)
class HasState(Node):
    operand: Operand
    state: Literal["undetermined", "applicable"]
    negated: bool


@dataclass(frozen=True, slots=True)
class Holds(Node):
    """A derived boolean of an entity, read in a jurisdiction's view (None: common rules only)."""

    subject: Operand
    term: str
    entity: str
    view: str | None
    negated: bool


@dataclass(frozen=True, slots=True)
class Outcome(Node):
    """A decision compared with an outcome; `outcome` is its place in the chain."""

    decision: str
    subject: Operand
    view: str
    operator: Operator
    outcome: int


@dataclass(frozen=True, slots=True)
class Named(Node):
    """The thing is the one that an order calls `name`."""

    thing: Operand
    name: str


@dataclass(frozen=True, slots=True)
class Some(Node):
    each: Each
    where: Formula | None


@dataclass(frozen=True, slots=True)
class Every(Node):
    each: Each
    where: Formula | None
    condition: Formula


@dataclass(slots=True, eq=False)
class RowConditions:
    """What the cells of each row of a table ask, in order. One object for all its rows, so that they grow as one."""

    conditions: tuple[Formula, ...]
    renamed: dict[str, RowConditions] = field(default_factory=dict, repr=False)  # by the variable they are about then


@dataclass(frozen=True, slots=True)
class RowAbove(Node):
    """One of the first `number` rows of a table holds, going by its cells alone.

    The conditions stand in the rules of those rows too: here they are no parts of the node, are not compared, and are
    left out of the fingerprint. Without that a table would grow with the square of its rows.
    """

    table: str
    variable: str
    number: int
    rows: RowConditions = field(compare=False, repr=False)


Blocks = AllOf | AnyOf | Counted | Limb  # every `Block`
Connectives = Not | Blocks  # every `Connective`
Atom = Compare | Member | CodeTest | HasState | Holds | Outcome | Named  # what asks something of operands
Formula = Constant | Connectives | Atom | Some | Every | RowAbove
