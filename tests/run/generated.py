"""Laws of generated policies, which are tried on those that the checker accepts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps

from hypothesis import given, settings

from licet.facts.store import Facts
from licet.ir.policy import Policy
from tests.examples import each_once, examples
from tests.run.worlds import DATES, compiled, policy_texts, worlds

Law = Callable[[Policy, Facts, date | None], None]


def of_generated(number: int) -> Callable[[Law], Callable[[], None]]:
    """Tries a law on so many draws of a text, facts and a day; fails too where few of the texts are policies."""

    def tried_on_draws(law: Law) -> Callable[[], None]:
        policies = 0

        def of_a_text(text: str, facts: Facts, day: date | None) -> None:
            nonlocal policies
            policy = compiled(text)
            if policy is not None:
                law(policy, facts, day)
                policies += 1

        of_a_text.__name__, of_a_text.__qualname__ = law.__name__, law.__qualname__
        drawn: Callable[[], None] = settings(max_examples=examples(number))(
            given(policy_texts(), worlds(), DATES)(each_once(of_a_text))
        )

        @wraps(drawn)
        def test() -> None:
            drawn()
            assert policies >= number // 3, f"the law was tried on {policies} policies"

        test.__doc__, test.__module__ = law.__doc__, law.__module__
        return test

    return tried_on_draws
