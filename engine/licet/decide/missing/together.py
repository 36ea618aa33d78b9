"""Where no missing fact narrows an open answer alone, but several together do: found by trying values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product

from licet.decide.dates import date_of
from licet.decide.decision import Answer, Decision, Missing, View
from licet.decide.missing.telling import FactName, declared, inside, recorded, told
from licet.run.reference.interpreter import evaluate
from licet.run.reference.settled import Settled
from licet.trials.small_worlds import SmallWorlds
from licet.values import Fact, Range, State

_MOST_FACTS = 8  # of one answer
_MOST_VALUES = 24  # of one fact
_MOST_TRIED = 400  # worlds of one decision
_LARGEST = 3  # facts of a group


@dataclass(frozen=True, slots=True)
class Together:
    """An open answer that no missing fact was seen to narrow alone, and the least groups of facts that do.

    Without `searched` there were too many facts or values to try them all.
    """

    decision: str
    jurisdiction: str
    groups: tuple[tuple[FactName, ...], ...]
    searched: bool = True


def together(decision: Decision) -> tuple[Together, ...]:
    """For each open answer for which something is missing that can be told, and that nothing told alone narrows."""
    trials = _Trials(decision)
    return tuple(found for answer in decision.answers if not answer.determined for found in _of(answer, trials))


def _of(answer: Answer, trials: _Trials) -> Iterator[Together]:
    view = answer.decision, answer.jurisdiction
    facts = trials.told(view)
    try:
        alone = any(trials.narrows(view, (fact,)) for fact in facts)
        if len(facts) > 1 and not alone:
            groups = () if len(facts) > _MOST_FACTS else _least(view, facts, trials)
            yield Together(*view, groups, searched=len(facts) <= _MOST_FACTS)
    except _TooManyError:
        yield Together(*view, (), searched=False)


def _least(view: View, facts: Sequence[FactName], trials: _Trials) -> tuple[tuple[FactName, ...], ...]:
    """The groups of the least size that narrow an answer."""
    for size in range(2, _LARGEST + 1):
        groups = tuple(group for group in combinations(facts, size) if trials.narrows(view, group))
        if groups:
            return groups
    return ()


class _TooManyError(Exception):
    """More would have to be tried than is worth the time."""


@dataclass
class _Trials:
    """Decides a subject again with some facts told."""

    decision: Decision
    _values: dict[FactName, tuple[Fact, ...]] = field(default_factory=dict)
    _known: dict[tuple[tuple[FactName, Fact], ...], Settled] = field(default_factory=dict)

    @cached_property
    def _before(self) -> Mapping[View, tuple[str, str]]:
        return {(a.decision, a.jurisdiction): (a.must, a.may) for a in self.decision.answers}

    @cached_property
    def _small(self) -> SmallWorlds:
        return SmallWorlds(self.decision.settled.policy)

    def told(self, view: View) -> tuple[FactName, ...]:
        """The missing facts of an answer that somebody can tell."""
        fields = [m for m in self.decision.missing if view in m.answers and m.law is None and m.state in ("", "range")]
        return tuple((m.of, m.fact) for m in fields if self._tried(m))

    def _tried(self, missing: Missing) -> tuple[Fact, ...]:
        """The values to try of a fact: those that conditions tell apart, and that it is not applicable."""
        name = missing.of, missing.fact
        if name not in self._values:
            self._values[name] = tuple(self._worth_trying(missing))
        return self._values[name]

    def _worth_trying(self, missing: Missing) -> Iterator[Fact]:
        policy, facts = self.decision.settled.policy, self.decision.settled.facts
        field = declared(policy, missing.of[0], missing.fact)
        if field is None or field.derived:
            return
        known = recorded(policy, facts, (missing.of, missing.fact))
        if isinstance(known, Range):
            yield from (end for end in (known.low, known.high) if end is not None)
        elif not field.always:
            yield State.NOT_APPLICABLE
        for value in self._small.values(field.type, facts):
            if not isinstance(known, Range) or inside(value, known):
                yield value

    def narrows(self, view: View, group: Sequence[FactName]) -> bool:
        """Whether an answer is another with some values of the facts."""
        cut = any(len(self._values[name]) > _MOST_VALUES for name in group)
        choices = [[(name, value) for value in self._values[name][:_MOST_VALUES]] for name in group]
        if any(self._bounds(view, told) != self._before[view] for told in product(*choices)):
            return True
        if cut:
            raise _TooManyError
        return False

    def _bounds(self, view: View, told: tuple[tuple[FactName, Fact], ...]) -> tuple[str, str]:
        policy = self.decision.settled.policy
        if told not in self._known:
            if len(self._known) >= _MOST_TRIED:
                raise _TooManyError
            self._known[told] = self._decided(dict(told))
        found = self._known[told].decision(*view, self.decision.subject)
        outcomes = policy.decisions[view[0]].outcomes
        return outcomes[found.must], outcomes[found.may]

    def _decided(self, known: Mapping[FactName, Fact]) -> Settled:
        settled, subject = self.decision.settled, self.decision.subject
        facts = told(settled.policy, settled.facts, known)
        day = settled.as_of or date_of(settled.policy, facts, subject, None, None)
        return Settled(settled.policy, facts, evaluate(settled.policy, facts, [subject], day))
