"""durable_rules used directly, within what it can be trusted with.

Field tests on one fact with 24 fields, as its documentation shows them, were tried first: with 50 rules, in rulesets
of at most 40, nothing was decided within 100 seconds. So generated Python tests the conditions, each truth becomes a
token, and the library joins tokens: a production for each alternative of a rule's condition, few to a ruleset.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any as Anything

from benchmarks.peers.generated_python import Staged, test_atoms
from benchmarks.peers.policy import All, Any, Formula, Not, Policy, Test
from durable import engine

MOST_RULES, MOST_TOKENS = 150, 130  # beyond, creating a ruleset slows down or corrupts memory
_BEGIN = "begin"  # deleting a session in which nothing fired corrupts memory


def alternatives(formula: Formula, *, negated: bool = False) -> list[frozenset[str]]:
    """The disjunctive normal form: sets of tokens; `+` says that an atom or a term is true, `-` that it is false."""
    match formula:
        case Test(of=of):
            return [frozenset({f"{'-' if negated else '+'}{of}"})]
        case Not(part=part):
            return alternatives(part, negated=not negated)
        case All(parts=parts) | Any(parts=parts):
            found = [alternatives(part, negated=negated) for part in parts]
            if isinstance(formula, All) == negated:
                return [one for each in found for one in each]
            return [frozenset().union(*combination) for combination in itertools.product(*found)]


class _QuietHost(engine.Host):
    """Without the two polling threads, which serve stores and timers."""

    def _run(self) -> None:
        pass


class Durable(Staged):
    """A session a case in every ruleset, deleted afterwards."""

    name = "durable_rules"

    def __init__(self, policy: Policy, folder: Path) -> None:
        super().__init__(policy, folder)
        self._host = _QuietHost()
        self._test = test_atoms(policy)
        self._hits: list[int] = []
        self._sessions = itertools.count()
        self._rulesets = [self._register(stratum) for stratum in range(len(self.strata))]

    def _register(self, stratum: int) -> list[tuple[str, list[str]]]:
        """Names of rulesets, and the tokens that each reads."""
        found = []
        groups: list[list[tuple[int, frozenset[str]]]] = [[]]
        for place, rule in enumerate(self.strata[stratum]):
            for one in alternatives(rule.body) if rule.live else ():
                tokens = frozenset[str]().union(one, *(other for _, other in groups[-1]))
                if len(groups[-1]) >= MOST_RULES or len(tokens) > MOST_TOKENS:
                    groups.append([])
                groups[-1].append((place, one))
        for i, group in enumerate(groups):
            name = f"s{stratum}_{i}"
            definition = {f"r{j}": self._production(place, one) for j, (place, one) in enumerate(group)}
            definition[_BEGIN] = {"all": [{"m": {"p": _BEGIN}}], "run": lambda c: None}  # noqa: ARG005
            self._host.register_rulesets({name: definition})
            found.append((name, sorted(frozenset[str]().union(*(one for _, one in group)))))
        return found

    def _production(self, place: int, tokens: frozenset[str]) -> dict[str, Anything]:
        patterns = [{f"m{i}": {"p": token}} for i, token in enumerate(sorted(tokens))]
        return {"all": patterns, "run": lambda c: self._hits.append(place)}  # noqa: ARG005

    def bodies(self, stratum: int, records: Sequence[dict[str, Anything]]) -> list[Sequence[bool]]:
        size = len(self.strata[stratum])
        terms = [term for term, own in self.policy.terms.items() if own <= stratum]
        found = []
        for record in records:
            true = {str(i) for i, holds in enumerate(self._test(record)) if holds}
            true |= {term for term in terms if record[term]}
            self._hits.clear()
            session = f"c{next(self._sessions)}"
            for name, reads in self._rulesets[stratum]:
                self._run(name, session, [token for token in reads if (token[0] == "+") == (token[1:] in true)])
            hit = set(self._hits)
            found.append([i in hit for i in range(size)])
        return found

    def _run(self, ruleset: str, session: str, tokens: list[str]) -> None:
        for number, token in enumerate((_BEGIN, *tokens)):
            self._host.assert_fact(ruleset, {"sid": session, "id": f"{number:o}", "p": token})
        state = self._host.get_state(ruleset, session)
        assert "exception" not in state, state
        self._host.delete_state(ruleset, session)
