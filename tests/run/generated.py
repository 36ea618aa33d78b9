"""Laws of generated policies, which are tried on those that the checker accepts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from hypothesis import given, settings

from licet.facts.store import Facts
from licet.ir.policy import Policy
from tests.examples import each_once, examples
from tests.run.worlds import DATES, compiled, policy_texts, worlds

Law = Callable[[Policy, Facts, date | None], None]


def of_generated(number: int) -> Callable[[Law], Callable[[], None]]:
    """Makes a test of a law: it is tried on so many draws of a policy's text, facts and a day, each once."""

    def test_of(law: Law) -> Callable[[], None]:
        def tried(text: str, facts: Facts, day: date | None) -> None:
            policy = compiled(text)
            if policy is not None:
                law(policy, facts, day)

        tried.__name__, tried.__qualname__, tried.__doc__ = law.__name__, law.__qualname__, law.__doc__
        tried.__module__ = law.__module__
        test: Callable[[], None] = settings(max_examples=examples(number))(
            given(policy_texts(), worlds(), DATES)(each_once(tried))
        )
        return test

    return test_of
