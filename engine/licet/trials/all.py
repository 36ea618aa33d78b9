"""The tests and the properties of a policy, run together: what failed, what is broken, what nothing covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from licet.errors import UsageError
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.trials.examples import ExampleResult, run_examples
from licet.trials.properties import PropertyResult, check_properties
from licet.values import counted


@dataclass(frozen=True, slots=True)
class Trials:
    """What came of the tests that stand beside the rules, and of looking for facts that break properties.

    `examples` has a result for each `test` block, with the expectations that were not met (`failures`); `properties`
    one for each property, with the facts that break it (`counterexample`), if some were found. `uncovered` names each
    rule that no test makes hold, or none makes fail, with what it lacks.
    """

    examples: tuple[ExampleResult, ...]
    properties: tuple[PropertyResult, ...]
    uncovered: tuple[tuple[str, str], ...]

    @property
    def failed(self) -> tuple[ExampleResult, ...]:
        return tuple(result for result in self.examples if result.failures)

    @property
    def broken(self) -> tuple[PropertyResult, ...]:
        return tuple(result for result in self.properties if result.counterexample)

    @property
    def passed(self) -> bool:
        """Whether every test passes and no property is broken; what is not covered does not count."""
        return not self.failed and not self.broken

    def __repr__(self) -> str:
        said = f"{len(self.examples) - len(self.failed)} passed, {len(self.failed)} failed"
        properties = counted(len(self.properties), "property", "properties")
        more = f", {len(self.broken)} of {properties} broken" if self.properties else ""
        return f"<Trials {said}{more}, {len(self.uncovered)} not covered>"


def trials_of(policy: Policy, *, engine_name: str = "reference", inventories: Iterable[Facts] = ()) -> Trials:
    """Runs all of them; properties are looked at in the inventories too.

    Errors: `UsageError` where there is nothing to run.
    """
    if not policy.tests and not policy.properties:
        raise UsageError("there is no test in these policies: nothing was checked")
    results, coverage = run_examples(policy, engine_name=engine_name)
    broken = check_properties(policy, [(facts, facts.as_of) for facts in inventories])
    return Trials(tuple(results), tuple(broken), coverage.missing(policy))
