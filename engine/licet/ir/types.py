"""The types of values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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
    ENTITY = "entity"
    ROW = "row"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Type:
    """`name` is the unit of a quantity, the entity, or the relation of a row."""

    kind: Kind
    name: str = ""
    values: tuple[str, ...] = ()
    element: Type | None = None

    @property
    def is_ordered(self) -> bool:
        return self.is_numeric or self.kind in (Kind.DATE, Kind.DURATION)

    @property
    def is_numeric(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.QUANTITY, Kind.PERCENT)

    def __str__(self) -> str:
        match self.kind:
            case Kind.QUANTITY:
                return f"quantity {self.name}"
            case Kind.ENTITY:
                return self.name
            case Kind.ROW:
                return f"row of {self.name}"
            case Kind.ENUMERATION:
                return "one of " + ", ".join(self.values)
            case Kind.SET:
                return f"set of {self.element}"
            case _:
                return str(self.kind.value)


BOOLEAN = Type(Kind.BOOLEAN)
NUMBER = Type(Kind.NUMBER)
PERCENT = Type(Kind.PERCENT)
DATE = Type(Kind.DATE)
DURATION = Type(Kind.DURATION)
COUNTRY = Type(Kind.COUNTRY)
TEXT = Type(Kind.TEXT)


def set_of(element: Type) -> Type:
    return Type(Kind.SET, element=element)


def entity(name: str) -> Type:
    return Type(Kind.ENTITY, name)
