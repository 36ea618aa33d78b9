"""One difference between two worlds that can be undone alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args

from licet.changes.limbs import ChangedLimb
from licet.facts.store import Subject

Kind = Literal[
    "fact",
    "row",
    "record",
    "open",
    "member",
    "list",
    "parameter",
    "rule",
    "decision",
    "vocabulary",
    "day",
    "list clock",
    "parameter clock",
    "rule clock",
]
CLOCKS: tuple[Kind, ...] = ("day", "list clock", "parameter clock", "rule clock")
_NEAREST: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class WorldChange:
    """`of` is what it is of: a record (`Type/id`), a relation, a list, a rule; `field` its fact, row or member.

    Of a clock `field` is the fact or the member whose day has come. `words` say what it was and what it is; None is not
    there. `at` is where it stands, `limbs` what of a rule is another.
    """

    kind: Kind
    of: str
    field: str = ""
    words: tuple[str | None, str | None] = dataclasses.field(default=(None, None), compare=False)
    source: str = dataclasses.field(default="", compare=False)
    at: str = dataclasses.field(default="", compare=False)
    limbs: tuple[ChangedLimb, ...] = dataclasses.field(default=(), compare=False)

    def distance(self, subject: Subject) -> tuple[bool, int, bool, str, str]:
        """By what the nearest comes first: the subject's own facts, those of others, lists, the law, and the clocks."""
        other = self.of != called(subject)
        return other or self.kind in CLOCKS, _NEAREST.index(self.kind), other, self.of, self.field


def called(thing: Subject) -> str:
    """How a record is named in a change."""
    return f"{thing.type}/{thing.id}"
