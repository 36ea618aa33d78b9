"""Tests beside the rules as an author wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from licet.syntax.tree_expressions import Condition, GivenRange, GivenState, Node, Operand, Path, Word

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
    status: Literal["holds", "fails", "unknown", "defeated", "not_in_force", "not_encoded"]
    by: Path | None
    subject: Word | None
    is_check: bool = False


@dataclass(frozen=True, slots=True)
class Test(Node):
    title: str
    as_of: date | None
    givens: tuple[GivenRecord | GivenMember | GivenRow, ...]
    expects: tuple[Expect | ExpectRule, ...]
    notes: tuple[str, ...]
