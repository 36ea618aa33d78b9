"""What a line of Because says of a rule: the facts that lead to it, or what leaves it open."""

from __future__ import annotations

from collections.abc import Iterator

from licet.explain.prove import Prover, source_text
from licet.explain.running_totals import so_far
from licet.explain.words import condition_in_words
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.walk import parts
from licet.run.reference.formulas import Environment, Nameless, Row, thing_type
from licet.run.reference.unknown_values import F, T, U

_MOST_LEADING = 64  # facts, and terms on the way to one


class LeadingProver(Prover):
    """A prover that also tells the beginning of a proof."""

    def leading_facts(self, rule: ir.Rule, subject: Subject) -> list[str]:
        """The facts that lead to a rule, what it asks itself before what stands in defines, terms and records."""
        found: dict[str, int] = {}
        if rule.trigger is not None:
            self._lead(rule.trigger, {rule.variable: subject.id}, found, 0)
        return sorted(found, key=found.__getitem__)

    def _lead(self, formula: n.Formula, env: Environment, found: dict[str, int], depth: int) -> None:
        """Each fact with how deep it stands."""
        if len(found) >= _MOST_LEADING or self.settled.formulas.truth(formula, env) is F:
            return
        match formula:
            case n.Earlier():
                self._lead(formula.days, env, found, depth)
            case n.Limb(label=label, part=part):
                self._lead(part, env, found, depth + (not label.startswith("(")))
            case n.Block():
                for part in parts(formula):
                    self._lead(part, env, found, depth)
            case n.Some(each=each, where=where):
                for inner, weight in self.settled.formulas.members(each, where, env):
                    bound = inner[each.variable]
                    if weight is T and not isinstance(bound, Nameless):
                        found.setdefault(self._on_record(each, bound), depth)
                        if where is not None:
                            self._lead(where, inner, found, depth + 1)
            case (
                n.Compare()
                | n.Member(collection=n.ListNamed() | n.SetOf() | n.FieldOf())
                | n.CodeTest(item=n.FieldOf())
            ):
                for total in so_far(self.settled.formulas, formula, env):
                    found.setdefault(total, depth)
                for fact in self._facts(formula, env):
                    source = f" [{fact.source}]" if fact.source else ""
                    found.setdefault(f"{fact.text} = {fact.value}{source}", depth)
            case n.Holds(subject=subject, entity=entity, term=term, view=view, negated=False):
                self._lead_term(subject, entity, term, view, env, found, depth + 1)
            case n.Member(collection=n.TermOf(base=base, name=name, view=view), negated=False):
                self._lead_term(base, thing_type(base), name, view, env, found, depth + 1)
            case _:
                pass

    def _lead_term(
        self,
        subject: n.Operand,
        entity: str,
        term: str,
        view: str | None,
        env: Environment,
        found: dict[str, int],
        depth: int,
    ) -> None:
        owner = self.settled.formulas.read(subject, env)
        if not isinstance(owner, str) or len(self._path) >= _MOST_LEADING:
            return
        for rule in self._supports(entity, term, view, Subject(entity, owner), T):
            if rule.trigger is not None and (rule.id, Subject(entity, owner)) not in self._path:
                self._path.append((rule.id, Subject(entity, owner)))
                self._lead(rule.trigger, {rule.variable: owner}, found, depth)
                self._path.pop()
                return

    def _on_record(self, each: n.Each, bound: object) -> str:
        """A record that a condition asks for, with where it is from."""
        if isinstance(bound, Row):
            record = self.settled.facts.relations[bound.relation][bound.index]
            what = self._member_name(bound)
        elif each.kind == "population":
            record = self.settled.facts.record(Subject(each.name, str(bound)))
            what = f"{self.policy.entities[each.name].phrase or each.name} {bound}"
        else:
            return str(bound)
        sources = [source for one in record.provenance.values() if (source := source_text(one))]
        return what + (f" [{sources[0]}]" if sources else "")

    def unknowns(self, rule: ir.Rule, subject: Subject) -> Iterator[str]:
        """What leaves a rule open, down to facts and law that is not encoded."""
        env, key = {rule.variable: subject.id}, (rule.id, subject)
        if rule.body is None or key in self._path or len(self._path) >= _MOST_LEADING:
            return
        self._path.append(key)
        if rule.kind == "gap" and self.settled.result(rule, subject).status == "not_encoded":
            yield f"law that is not encoded here: {rule.title}"
        else:
            for atom in self._atoms(rule.body, env, U):
                yield from self._unknown(atom, env)
        self._path.pop()

    def _unknown(self, atom: n.Formula, env: Environment) -> Iterator[str]:
        found = [said for read in self._terms(atom, env) for said in self._unknown_term(*read)]
        if not found:
            values = [*self._coarse(atom, env), *so_far(self.settled.formulas, atom, env)]
            values += [f"{fact.text}: {fact.value}" for fact in self._facts(atom, env) if fact.kind == "fact"]
            found = [
                f"whether {condition_in_words(self.policy, atom)}" + (f" ({'; '.join(values[:1])})" if values else "")
            ]
        yield from found

    def _unknown_term(self, entity: str, term: str, view: str | None, owner: Subject) -> Iterator[str]:
        for rule in self._supports(entity, term, view, owner, U):
            yield from self.unknowns(rule, owner)
