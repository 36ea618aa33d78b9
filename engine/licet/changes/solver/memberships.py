"""Who is in lists and sets, and which codes lie below others, as pairs of terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet.changes.solver.codings import CodeNumbers, numbered_alike
from licet.changes.solver.readings import EncodedOperands, EncodedReading, share_numbers
from licet.changes.solver.script import FALSE, TRUE, Term, day, whole
from licet.changes.solver.unknowns import ThingPath
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind, Type

if TYPE_CHECKING:
    from licet.changes.solver.encoder import PolicyEncoder, TermPair

Listed = n.ListNamed | n.OnDay


@dataclass(frozen=True, slots=True)
class _RecordedCodes:
    """What codes are recorded: whether any is, whether there may be `further` ones, and one among some numbers."""

    numbers: CodeNumbers
    nothing: Term
    any: Term
    further: Term
    among: Callable[[int, int], Term]


class EncodedMembers:
    """The memberships of one policy; None of what is not encoded."""

    def __init__(self, encoder: PolicyEncoder, operands: EncodedOperands) -> None:
        self._encoder = encoder
        self._operands = operands
        self._unknowns = encoder.unknowns
        self._script = encoder.unknowns.script
        self._policy = encoder.policy

    def member(self, formula: n.Member, at: ThingPath) -> TermPair | None:
        """An item in a list, in what is written out, or in a set that is recorded."""
        item = self._operands.read(formula.item, at)
        if item is None:
            return None
        collection = formula.collection
        nothing: Term = FALSE
        found: TermPair | None = None
        if isinstance(collection, n.SetOf):
            found = self._any([self._one_of(item, part, at) for part in collection.items])
        elif isinstance(collection, n.FieldOf):
            nothing, found = self._recorded(collection, formula.item, at)
        elif isinstance(collection, n.ListNamed | n.OnDay) and (on := self._day(collection, at)) is not None:
            nothing, found = on.nothing, self._listed(collection, item, on)
        if found is None:
            return None
        some = self._script.both((self._script.inverse(item.nothing), self._script.inverse(nothing)))
        found = self._encoder.known(item.known, found, formula, at)
        return self._encoder.where(some, self._encoder.denied(found) if formula.negated else found)

    def _one_of(self, item: EncodedReading, part: n.Operand, at: ThingPath) -> TermPair | None:
        """Whether it is a part of a set that is written out, or in a list that is one."""
        if isinstance(part, n.ListNamed) or (isinstance(part, n.OnDay) and isinstance(part.part, n.ListNamed)):
            on = self._day(part, at)
            found = None if on is None else self._listed(part, item, on)
            if on is None or found is None:
                return None
            return self._encoder.where(self._script.inverse(on.nothing), found)
        other = self._operands.read(part, at)
        if other is None or other.known != TRUE or (share_numbers(item) and share_numbers(other)):
            return None
        if not numbered_alike(item.type, other.type):
            return None
        equal = self._script.both((self._script.inverse(other.nothing), self._script.equal(item.value, other.value)))
        return equal, equal

    def _recorded(self, field: n.FieldOf, item: n.Operand, at: ThingPath) -> tuple[Term, TermPair | None]:
        """A value that is written, in a set that is recorded; an open one may have it besides."""
        path = self._operands.path(field.base, at)
        if path is None or not isinstance(item, n.Known) or not isinstance(item.value, bool | str):
            return FALSE, None
        fact = self._unknowns.fact(self._policy, path, field.name)
        element = field.type.element or field.type
        has = self._unknowns.has(fact, self._unknowns.codings.number(item.value, element))
        return fact.nothing, (has, TRUE if field.open else has)

    # ---- dated lists

    def _day(self, listed: Listed, at: ThingPath) -> EncodedReading | None:
        """The day on which a list is read."""
        day_said: n.Operand = n.AsOf(None) if isinstance(listed, n.ListNamed) else listed.day
        return self._operands.read(day_said, at)

    def _listed(self, listed: Listed, item: EncodedReading, on: EncodedReading) -> TermPair | None:
        dated = self._dated(listed)
        if dated is None or on.known != TRUE or item.type.kind is not dated.type.kind:
            return None
        members = ((self._script.equal(item.value, number), here) for number, here in self._members(dated, on.value))
        return self._covered(dated, on.value, self._script.either(map(self._script.both, members)))

    def _dated(self, listed: Listed) -> ir.DatedList | None:
        part = listed.part if isinstance(listed, n.OnDay) else listed
        return self._policy.lists[part.name] if isinstance(part, n.ListNamed) else None

    def _members(self, dated: ir.DatedList, on: Term) -> Iterator[tuple[Term, Term]]:
        """Each member, and whether it is one on a day, itself or as the country it stands for."""
        intervals: dict[str | object, list[ir.Interval]] = {}
        for one in dated.members:
            intervals.setdefault(one.member, []).append(one.interval)
        for member, several in intervals.items():
            yield self._literal(member, dated.type), self._encoder.inside(several, on)
        for follows in dated.territories:
            since = TRUE if follows.since is None else self._script.at_most(day(follows.since), on)
            there = self._encoder.inside(intervals.get(follows.stands_for, ()), on)
            yield self._literal(follows.code, dated.type), self._script.both((since, there))

    def _literal(self, member: object, type_: Type) -> Term:
        assert not isinstance(member, frozenset)
        return self._unknowns.literal(member, type_)  # type: ignore[arg-type]

    def _covered(self, dated: ir.DatedList, on: Term, found: Term) -> TermPair:
        """Outside the days that a list covers nobody knows; nor who is on an open one besides."""
        covered = self._encoder.inside((dated.covers,), on)
        must = self._script.both((covered, found))
        return must, TRUE if dated.open else self._script.either((found, self._script.inverse(covered)))

    def listed_numbers(
        self, listed: Listed, element: Type, at: ThingPath
    ) -> tuple[Mapping[int, TermPair], TermPair] | None:
        """Whether each number is of a member of a list; and what is so of all others."""
        dated, on = self._dated(listed), self._day(listed, at)
        if dated is None or on is None or on.known != TRUE or element.kind is not dated.type.kind:
            return None
        by_number: dict[int, list[Term]] = {}
        for number, here in self._members(dated, on.value):
            by_number.setdefault(int(number), []).append(here)
        leads = self._script.inverse(on.nothing)

        def pair(terms: Iterable[Term]) -> TermPair:
            return self._encoder.where(leads, self._covered(dated, on.value, self._script.either(terms)))

        return {number: pair(terms) for number, terms in by_number.items()}, pair(())

    # ---- codes

    def numbers_below(self, codes: n.Operand, element: Type) -> tuple[Mapping[int, TermPair], TermPair] | None:
        """Whether each number is of a code below some codes; and what is so of all others."""
        asked = self._asked(codes)
        if asked is None or element.kind is not Kind.CODE:
            return None
        numbers, script = self._unknowns.codings.codes(element), self._script
        musts: dict[int, list[Term]] = {}
        mays: dict[int, list[Term]] = {}
        for code, (must, may) in asked:
            low, high = numbers.stretch(code)
            for number in range(low, high + 1):
                musts.setdefault(number, []).append(must)
                mays.setdefault(number, []).append(may)
            for number in numbers.beginnings(code):
                mays.setdefault(number, []).append(may)
        further = self._others(codes)
        found = {
            number: (script.either(musts.get(number, ())), script.either((further, *several)))
            for number, several in mays.items()
        }
        return found, (FALSE, further)

    def below(self, formula: n.CodeTest, at: ThingPath) -> TermPair | None:
        """Codes that are recorded, below codes that are written or listed."""
        asked = self._asked(formula.codes[0]) if formula.asks == "under" else None
        item = self._recorded_codes(formula.item, at)
        if asked is None or item is None:
            return None
        script = self._script
        pairs = [(FALSE, script.both((self._others(formula.codes[0]), item.any)))]
        pairs += [self._below(item, code, listed) for code, listed in asked]
        found = script.either(must for must, _ in pairs), script.either([item.further, *(may for _, may in pairs)])
        some = script.inverse(item.nothing)
        return self._encoder.where(some, self._encoder.denied(found) if formula.negated else found)

    def _below(self, item: _RecordedCodes, code: str, listed: TermPair) -> TermPair:
        """One that begins with a code lies below it; of one that is recorded too coarsely that is not known."""
        script = self._script
        low, high = item.numbers.stretch(code)
        is_below = item.among(low, high)
        coarser = script.either(item.among(one, one) for one in item.numbers.beginnings(code))
        return script.both((listed[0], is_below)), script.both((listed[1], script.either((is_below, coarser))))

    def _recorded_codes(self, item: n.Operand, at: ThingPath) -> _RecordedCodes | None:
        """A code, or a set of codes, that is recorded."""
        if not isinstance(item, n.FieldOf):
            return None
        numbers = self._unknowns.codings.codes(item.type.element or item.type)
        script, unknowns = self._script, self._unknowns
        if item.type.kind is not Kind.SET:
            read = self._operands.read(item, at)
            if read is None:
                return None
            value = read.value
            return _RecordedCodes(
                numbers, read.nothing, TRUE, FALSE, lambda low, high: script.within(whole(low), value, whole(high))
            )
        path = self._operands.path(item.base, at)
        if path is None:
            return None
        fact = unknowns.fact(self._policy, path, item.name)

        def among(low: int, high: int) -> Term:
            return script.either(unknowns.has(fact, number) for number in range(low, high + 1))

        further = TRUE if item.open else FALSE
        return _RecordedCodes(numbers, fact.nothing, among(1, numbers.most), further, among)

    def _asked(self, operand: n.Operand) -> list[tuple[str, TermPair]] | None:
        """The codes that are asked for, each with whether it is one of them; an open list asks for others besides."""
        if isinstance(operand, n.ListNamed):
            return self._listed_codes(self._policy.lists[operand.name])
        items = operand.items if isinstance(operand, n.SetOf) else (operand,)
        codes = [item.value for item in items if isinstance(item, n.Known) and isinstance(item.value, str)]
        return [(code, (TRUE, TRUE)) for code in codes] if len(codes) == len(items) else None

    def _listed_codes(self, dated: ir.DatedList) -> list[tuple[str, TermPair]]:
        on = self._unknowns.as_of
        intervals: dict[str, list[ir.Interval]] = {}
        for member in dated.members:
            intervals.setdefault(str(member.member), []).append(member.interval)
        inside = self._encoder.inside
        return [(code, self._covered(dated, on, inside(several, on))) for code, several in intervals.items()]

    def _others(self, operand: n.Operand) -> Term:
        """Whether there may be codes on the list that it does not name."""
        if not isinstance(operand, n.ListNamed):
            return FALSE
        dated = self._policy.lists[operand.name]
        on = self._encoder.inside((dated.covers,), self._unknowns.as_of)
        return TRUE if dated.open else self._script.inverse(on)

    def _any(self, pairs: Iterable[TermPair | None]) -> TermPair | None:
        several = list(pairs)
        if any(pair is None for pair in several):
            return None
        musts, mays = zip(*(pair for pair in several if pair is not None), strict=True) if several else ((), ())
        return self._script.either(musts), self._script.either(mays)
