"""What was found in any world of one answer: each world asks what others found, and adds what it finds."""

from __future__ import annotations

from licet.explain.bodies import Bodies
from licet.explain.remembered import AskedCondition, Found, MembersAsked, Question, TermAsked
from licet.ir import policy as ir
from licet.run.reference.interpreter import Key


class Memory:
    """The bodies of rules, and who asked for what."""

    def __init__(self, policy: ir.Policy) -> None:
        self.bodies = Bodies(policy)
        self.asking: dict[Question, set[AskedCondition]] = {}
        self.of_collection: dict[str, set[str | MembersAsked]] = {}
        self.told_by: dict[Question, set[Key]] = {}  # conclusions, by what their values read
        self.readings: dict[Key, set[TermAsked]] = {}  # in which a conclusion is read

    def found(self, condition: AskedCondition, found: Found) -> None:
        """Remember what a condition was found from."""
        condition.add(found)
        for question in found.answers:
            self.asking.setdefault(question, set()).add(condition)
            self.asked(question)

    def told(self, key: Key, found: Found) -> None:
        """Remember what the values of a conclusion were read from."""
        for question in found.answers:
            self.told_by.setdefault(question, set()).add(key)
            self.asked(question)

    def asked(self, question: Question) -> None:
        """Somebody asks this: what changes its answer is known from now on."""
        match question:
            case TermAsked(keys=keys):
                for key in keys:
                    self.readings.setdefault(key, set()).add(question)
            case MembersAsked(collection=collection):
                self.of_collection.setdefault(collection, set()).add(question)
            case str():
                self.of_collection.setdefault(question, set()).add(question)
