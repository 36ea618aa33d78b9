"""The types of values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from licet.ir.codes import CodeForm


class Kind(Enum):
    """What sort of thing a type is."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    QUANTITY = "quantity"
    PERCENT = "percent"
    DATE = "date"
    DURATION = "duration"
    COUNTRY = "country"
    TEXT = "text"
    ENUMERATION = "enumeration"
    CODE = "code"
    ENTITY = "entity"
    ROW = "row"
    SET = "set"

    __hash__ = object.__hash__  # each is one object, and every node of a policy hashes its types


@dataclass(frozen=True, slots=True)
class Type:
    """`name` is the unit of a quantity, the entity, the relation of a row, a declared enumeration
    or a code, which has its `form`.

    `ranked` says that the values of an enumeration rise in the order of `values`; `spelt` is how facts may write
    them too, each with the value that is meant.
    """

    kind: Kind
    name: str = ""
    values: tuple[str, ...] = ()
    element: Type | None = None
    ranked: bool = False
    spelt: tuple[tuple[str, str], ...] = ()
    form: CodeForm | None = None

    def __hash__(self) -> int:
        return hash((self.kind, self.name))  # few types share both, and conditions are looked up by what they hold

    @property
    def is_ordered(self) -> bool:
        return self.is_numeric or self.ranked or self.kind in (Kind.DATE, Kind.DURATION)

    def value_named(self, text: str) -> str | None:
        """The value of an enumeration that has this name."""
        if text not in self.values:
            return None
        return Ranked.of(text, self.values) if self.ranked else text

    def value_spelt(self, text: str) -> str | None:
        """The value of an enumeration that a text of a file stands for: its name first, then a spelling."""
        return self.value_named(text) or self.value_named(dict(self.spelt).get(text, ""))

    @property
    def is_numeric(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.QUANTITY, Kind.PERCENT)

    def __str__(self) -> str:
        match self.kind:
            case Kind.QUANTITY:
                return f"quantity {self.name}"
            case Kind.ENTITY | Kind.CODE:
                return self.name
            case Kind.ROW:
                return f"row of {self.name}"
            case Kind.ENUMERATION:
                return self.name or "one of " + ", ".join(self.values)
            case Kind.SET:
                return f"set of {self.element}"
            case _:
                return str(self.kind.value)


class Ranked(str):
    """A value of an ordered enumeration: it is compared by its place among the values, and is equal to its name."""

    __slots__ = ("rank",)
    rank: int

    @classmethod
    def of(cls, value: str, values: tuple[str, ...]) -> Ranked:
        found = cls(value)
        found.rank = values.index(value)
        return found

    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Ranked) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.rank <= other.rank if isinstance(other, Ranked) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.rank > other.rank if isinstance(other, Ranked) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.rank >= other.rank if isinstance(other, Ranked) else NotImplemented

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other)

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return _ranked, (str(self), self.rank)


def _ranked(value: str, rank: int) -> Ranked:
    found = Ranked(value)
    found.rank = rank
    return found


BOOLEAN = Type(Kind.BOOLEAN)
NUMBER = Type(Kind.NUMBER)
PERCENT = Type(Kind.PERCENT)
DATE = Type(Kind.DATE)
DURATION = Type(Kind.DURATION)
COUNTRY = Type(Kind.COUNTRY)
TEXT = Type(Kind.TEXT)
DAYS = Type(Kind.QUANTITY, "day")  # between two dates
DOUBTS = Type(Kind.SET, "doubts", element=TEXT)  # that somebody looked into, as `check: reason`


def set_of(element: Type) -> Type:
    return Type(Kind.SET, element=element)


def entity(name: str) -> Type:
    return Type(Kind.ENTITY, name)
