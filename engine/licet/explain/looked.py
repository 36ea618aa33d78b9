"""What is looked at to explain a decision: the cones of its answers, and the worlds in which they are decided again."""

from __future__ import annotations

from collections.abc import Iterator

from licet.decide.decision import Answer, Decision
from licet.explain.cone import Cone, Cones
from licet.explain.questions import OfDecision, questions
from licet.explain.standing import acts, changes, unread
from licet.explain.sufficient import AnswerTrials
from licet.explain.supposed import OtherLaw
from licet.explain.units import Rows


class Looked:
    """One for a decision, whatever is made of it: a document, or the facts behind that.

    `trials` has the trials of each of the `cones`; worlds with the law otherwise are shared.
    """

    def __init__(self, decision: Decision) -> None:
        settled = decision.settled
        with settled.turn:
            self.decision = decision
            self.rows = Rows(settled.facts)
            cones = Cones(settled, self.rows)
            self.cones = [cones.of(question, decision.subject) for question in questions(decision)]
            otherwise = OtherLaw(settled.policy, settled.facts, settled.as_of, self.cones)
            self.trials = [
                AnswerTrials(settled.policy, self.rows, settled.as_of, cone, otherwise) for cone in self.cones
            ]

    def answer(self, cone: Cone) -> Answer | None:
        """The answer that a cone is of, where it is one of a decision."""
        asked = cone.question.name, cone.question.place
        found = [one for one in self.decision.answers if (one.decision, one.jurisdiction) == asked]
        return found[0] if found and isinstance(cone.question, OfDecision) else None

    def everywhere(self) -> Iterator[Cone]:
        """The cones, and what is read on the other days, and with the law otherwise, that an explanation tells of."""
        for cone, trials in zip(self.cones, self.trials, strict=True):
            yield cone
            acts(cone, trials, self.decision.settled.as_of)
            unread(cone, trials)
            changes(cone, trials, self.decision.settled.as_of)
            for world in dict.fromkeys(trials.supposed):
                yield Cones(world, self.rows).of(cone.question, cone.subject)
