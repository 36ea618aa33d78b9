"""The engines by name, and which of them is fit for a policy and its facts."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterable
from typing import Protocol

from licet.errors import EngineError, UsageError
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.run.columnar import engine as columnar
from licet.run.outcome import EngineOutcome
from licet.run.reference import interpreter as reference
from licet.suggest import did_you_mean
from licet.values import Day, counted


class Evaluate(Protocol):
    """Every rule for the subjects asked for, at one date."""

    def __call__(
        self,
        policy: Policy,
        facts: Facts,
        subjects: Iterable[Subject],
        as_of: Day,
        *,
        enforced_only: bool = False,
    ) -> EngineOutcome: ...


NAMES = ("auto", "forward", "reference", "columnar")
MOST_RECORDS = 400  # with more the columnar engine is done in a tenth of the time
MOST_PAIRS = 30_000  # of a rule and a record: what `forward` asserts grows with their product
_LOG = logging.getLogger(__name__)


def engine(name: str, policy: Policy, facts: Facts) -> Evaluate:
    """The engine to use; whatever it finds says by its name which one that was.

    `auto` takes `forward` where that is safe and quick, else `columnar`, and logs which and why.
    Errors: `UsageError` where there is no such engine, or `forward` is asked for and cannot answer.
    """
    match name:
        case "auto":
            return _fit(policy, facts)
        case "columnar":
            return columnar.evaluate
        case "reference":
            return reference.evaluate
        case "forward":
            if reason := _beyond_forward(policy):
                raise UsageError(f"{reason}; use `--engine {columnar.NAME}`, which gives the same answers")
            return _forward
    raise no_engine(name)


def no_engine(name: str) -> UsageError:
    """What to say of a name that no engine has."""
    help_ = did_you_mean(name, NAMES)
    return UsageError(f"there is no engine `{name}`; {help_ or 'choose one of ' + ', '.join(NAMES)}")


def _fit(policy: Policy, facts: Facts) -> Evaluate:
    reason = _beyond_forward(policy)
    if not reason:
        records = sum(map(len, facts.entities.values())) + sum(map(len, facts.relations.values()))
        if records > MOST_RECORDS:
            reason = f"{records:,} records are more than the {MOST_RECORDS:,} for which `forward` is quick"
        elif len(policy.rules) * records > MOST_PAIRS:
            rules = counted(len(policy.rules), "rule")
            reason = f"{rules} over {records:,} records are more than `forward` is quick for"
    if reason:
        _LOG.info("engine `%s`: %s", columnar.NAME, reason)
        return columnar.evaluate
    _LOG.info("engine `forward`: every rule is within the bounds of durable_rules, and the facts are few")
    return _forward_or_columnar


def _forward(
    policy: Policy, facts: Facts, subjects: Iterable[Subject], as_of: Day, *, enforced_only: bool = False
) -> EngineOutcome:
    from licet.run.forward import driver as forward  # where durable_rules imports

    return forward.evaluate(policy, facts, subjects, as_of, enforced_only=enforced_only)


def _forward_or_columnar(
    policy: Policy, facts: Facts, subjects: Iterable[Subject], as_of: Day, *, enforced_only: bool = False
) -> EngineOutcome:
    wanted = list(subjects)
    try:
        return _forward(policy, facts, wanted, as_of, enforced_only=enforced_only)
    except EngineError as error:
        _LOG.info("engine `%s`: `forward` gave up: %s", columnar.NAME, error)
        return columnar.evaluate(policy, facts, wanted, as_of, enforced_only=enforced_only)


def _beyond_forward(policy: Policy) -> str:
    """Why the forward engine cannot answer for a policy; nothing where it can."""
    if not forward_runs_here():
        return "durable_rules does not import here (CPython 3.11 or 3.12 is needed)"
    from licet.run.forward import driver as forward

    return forward.beyond(policy)


def forward_runs_here() -> bool:
    return importlib.util.find_spec("durable_rules_engine") is not None
