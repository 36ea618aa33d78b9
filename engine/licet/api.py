"""The Python interface: the verbs of the command line, on frozen values and without global state.

import licet
policy = licet.load()
facts = policy.facts("fixtures/frontier")
for decision in policy.decide(facts, as_of=date(2026, 6, 15)):
    print(decision)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from licet.check.policy import Checked
from licet.decide.conflicts import with_conflicts
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.diagnostics import Diagnostic
from licet.errors import PolicyError
from licet.explain.from_decision import explain
from licet.explain.proof import Explanation
from licet.facts.inventory import load_facts
from licet.facts.policy_files import check_files
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.canonical import fingerprint


@dataclass(frozen=True, slots=True)
class Policy:
    """A loaded policy. `check` says what was found; with errors among that, deciding raises `PolicyError`."""

    checked: ir.Policy = field(repr=False)
    findings: tuple[Diagnostic, ...] = field(repr=False)

    def __repr__(self) -> str:
        return f"<Policy {self.checked.name}: {len(self.checked.rules)} rules, {len(self.findings)} findings>"

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of everything that can change an answer."""
        return fingerprint(self.checked)

    def check(self) -> list[Diagnostic]:
        """Every finding, by file and place, and the rules for which facts were found on which they contradict."""
        return list(with_conflicts(Checked(self.checked, self.findings)))

    def facts(self, path: str | Path) -> Facts:
        """An inventory, checked against this policy's vocabulary. Errors: `FactsError` with every finding."""
        self._usable()
        return load_facts(Path(path), self.checked)

    def decide(
        self,
        facts: Facts,
        subjects: Sequence[Subject] | None = None,
        as_of: date | None = None,
        *,
        today: date | None = None,
        engine: str = "auto",
    ) -> tuple[Decision, ...]:
        """A decision for each subject; without any, for everything that a decision or score is about."""
        self._usable()
        return decide(self.checked, facts, subjects, as_of=as_of, today=today, engine_name=engine)

    def explain(self, decision: Decision) -> Explanation:
        """Why the decision is what it is, and why it is nothing else."""
        return explain(decision)

    def _usable(self) -> None:
        errors = [d for d in self.findings if d.severity == "error"]
        if errors:
            raise PolicyError(errors)


def load(*paths: str | Path) -> Policy:
    """The policy in files and folders; without any, the shipped library. Errors: `UsageError` if nothing is there."""
    checked = check_files([Path(p) for p in paths])
    return Policy(checked.policy, checked.diagnostics)
