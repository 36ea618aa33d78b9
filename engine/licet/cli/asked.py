"""What a command line asks to decide, and by which facts, policy, day and engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from licet.cli.options import load, today
from licet.decide.asked_for import check_jurisdictions
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The options that `deciding_options` names, and the inventory."""

    facts: Path
    policies: tuple[Path, ...]
    as_of: date | None
    jurisdictions: tuple[str, ...]
    engine_name: str

    def load(self) -> tuple[Policy, Facts]:
        """The policy and the inventory. Errors: `UsageError` for a jurisdiction that the policy does not know."""
        policy, inventory = load(self.facts, self.policies)
        check_jurisdictions(policy, self.jurisdictions)
        return policy, inventory

    def decide(self, policy: Policy, inventory: Facts, subjects: Sequence[Subject]) -> tuple[Decision, ...]:
        """A decision for each, in this order."""
        return decide(
            policy,
            inventory,
            subjects,
            as_of=self.as_of,
            today=today(policy, inventory, self.as_of),
            engine_name=self.engine_name,
            jurisdictions=self.jurisdictions,
        )
