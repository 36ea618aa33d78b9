"""The engines by name, and which of them runs here."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from datetime import date
from typing import Protocol

from licet.errors import UsageError
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.run import reference
from licet.run.outcome import Outcome


class Evaluate(Protocol):
    """Every rule for the subjects asked for, at one date."""

    def __call__(
        self,
        policy: Policy,
        facts: Facts,
        subjects: Iterable[Subject],
        as_of: date | None,
        *,
        enforced_only: bool = False,
    ) -> Outcome: ...


NAMES = ("auto", "forward", "reference", "columnar")


def engine(name: str = "auto") -> tuple[str, Evaluate]:
    """The engine to use, with its name. `auto` takes `forward` where durable_rules imports, else `reference`."""
    if name not in NAMES:
        raise UsageError(f"there is no engine `{name}`; choose one of {', '.join(NAMES)}")
    if name == "reference" or (name == "auto" and not forward_runs_here()):
        return reference.NAME, reference.evaluate
    if name == "columnar":
        from licet.run import columnar

        return columnar.NAME, columnar.evaluate
    if not forward_runs_here():
        raise UsageError(
            "durable_rules does not import here (CPython 3.11 or 3.12 is needed); use `--engine reference`"
        )
    from licet.run import forward

    return forward.NAME, forward.evaluate


def forward_runs_here() -> bool:
    return importlib.util.find_spec("durable_rules_engine") is not None
