"""rule-engine: a compiled rule for each condition, matched one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any as Anything

import rule_engine
from benchmarks.peers.generated_python import Staged
from benchmarks.peers.policy import Policy
from benchmarks.peers.zen_ import formula_zen


class RuleEngine(Staged):
    """Its expressions are written as zen-engine's are."""

    name = "rule-engine"

    def __init__(self, policy: Policy, folder: Path) -> None:
        super().__init__(policy, folder)
        self._rules = [
            [rule_engine.Rule(formula_zen(policy, r.body)) if r.live else None for r in rules] for rules in self.strata
        ]

    def bodies(self, stratum: int, records: Sequence[dict[str, Anything]]) -> list[Sequence[bool]]:
        rules = self._rules[stratum]
        return [[rule is not None and rule.matches(record) for rule in rules] for record in records]
