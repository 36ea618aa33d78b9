"""Generated texts as policies, and the lists that they read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from licet.check.policy import check
from licet.diagnostics import Source
from licet.ir import policy as ir
from licet.ir.types import Type
from licet.syntax.from_text import Parsed, parse

THROUGHOUT = ir.Interval(None, None)
COVERED = ir.Interval(date(2025, 3, 1), None)


def policy_of(text: str, lists: Mapping[str, ir.DatedList]) -> ir.Policy | None:
    """The policy of the modules of a text; None where the checker refuses it."""
    modules = [_parsed(module) for module in re.split(r"(?m)^(?=module )", text) if module]
    checked = check("generated", modules, dict(lists))
    return None if any(d.severity == "error" for d in checked.diagnostics) else checked.policy


@lru_cache(128)
def _parsed(module: str) -> Parsed:
    """One module of a text: that of the vocabulary, and one without rules, are read once."""
    return parse(Source("generated.licet", module))


def dated_list(
    name: str,
    type_: Type,
    members: Mapping[str | date, ir.Interval],
    *territories: ir.Territory,
    phrase: str = "",
    covers: ir.Interval = COVERED,
) -> ir.DatedList:
    """A list without notes."""
    told = tuple(ir.Membership(member, interval, "") for member, interval in members.items())
    return ir.DatedList(name, phrase or name, type_, "", "", "verified", covers, told, territories)
