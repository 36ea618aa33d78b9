"""Which thing somebody means who names it on the command line."""

from __future__ import annotations

from collections.abc import Sequence

from licet.decide.from_outcome import decidable
from licet.errors import UsageError
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.names import normal
from licet.suggest import did_you_mean


def find_subject(policy: Policy, facts: Facts, text: str, type_: str | None = None) -> Subject:
    """The one thing with this id that a decision is about; `Type:id` where several have it."""
    head, _, tail = text.partition(":")
    if tail and head in policy.entities:
        type_, text = head, tail
    text = normal(text)
    known = [s for s in decidable(policy, facts) if type_ in (None, s.type)]
    fitting = [s for s in known if s.id == text]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(f"several things are called `{text}`: write {_choices(fitting)}")
    others = facts.find(text)
    if others and type_ is None:
        raise UsageError(f"`{text}` is a {others[0].type}: no decision is about one")
    help_ = did_you_mean(text, (s.id for s in known))
    raise UsageError(f"there is no subject `{text}` in the inventory" + (f"; {help_}" if help_ else ""))


def _choices(subjects: Sequence[Subject]) -> str:
    return " or ".join(f"`{s.type}:{s.id}`" for s in subjects)
