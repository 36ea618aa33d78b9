"""What differs between two inventories, and the inventory in which some of it is undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

from licet.changes.causes.change import WorldChange, called
from licet.explain.words import show
from licet.facts.indexes import Indexes
from licet.facts.inventory.document import record_document
from licet.facts.inventory.from_tables import target_of
from licet.facts.store import Facts, Opening, Provenance, Record, Subject
from licet.ir import policy as ir
from licet.ir.canonical import canonical_json
from licet.values import Fact, State

_NOWHERE = Provenance()
_NOBODY: tuple[frozenset[Subject], frozenset[Subject]] = (frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class _Difference:
    """What a change puts in the place of what: facts of a thing, a whole record, a row, or a mark.

    `named` are the things that it refers to, as it was and as it is.
    """

    change: WorldChange
    thing: Subject | None
    before: Any
    after: Any
    named: tuple[frozenset[Subject], frozenset[Subject]]


class ChangedRecords(MutableMapping[str, Record]):
    """Records by id, some of which are others than in another mapping, came, or went: that is not copied."""

    def __init__(self, others: Mapping[str, Record]) -> None:
        self._others = others
        self._own: dict[str, Record | None] = {}
        self._length = len(others)

    def __getitem__(self, id_: str) -> Record:
        if id_ in self._own:
            found = self._own[id_]
            if found is None:
                raise KeyError(id_)
            return found
        return self._others[id_]

    def __setitem__(self, id_: str, record: Record) -> None:
        self._length += id_ not in self
        self._own[id_] = record

    def __delitem__(self, id_: str) -> None:
        self._length -= id_ in self
        self._own[id_] = None

    def __contains__(self, id_: object) -> bool:
        return self._own[id_] is not None if id_ in self._own else id_ in self._others

    def __iter__(self) -> Iterator[str]:
        yield from (id_ for id_ in self._others if id_ in self)
        yield from (id_ for id_, record in self._own.items() if record is not None and id_ not in self._others)

    def __len__(self) -> int:
        return self._length


class ChangedFacts:
    """Two inventories beside each other; each is read by the policy of its own time.

    A record that something refers to is there: whoever undoes a row brings the record back that it names.
    """

    def __init__(self, before: Facts, after: Facts, policies: tuple[ir.Policy, ir.Policy]) -> None:
        self.before = before
        self.after = after
        self._policies = policies
        self._found = {one.change: one for one in (*self._of_records(), *self._of_rows(), *self._of_marks())}
        self._records = {
            one.thing: one for one in self._found.values() if one.thing is not None and one.change.kind == "record"
        }
        self._naming = [one for one in self._found.values() if any(one.named)]

    @property
    def changes(self) -> Collection[WorldChange]:
        """All that is not the same."""
        return self._found.keys()

    def part_of(self, change: WorldChange) -> tuple[str, str]:
        """The entity or relation that it is of, and the field."""
        found = self._found[change]
        if found.thing is not None:
            return found.thing.type, change.field if change.kind == "fact" else ""
        return change.of, ""

    def names_changed(self, change: WorldChange) -> bool:
        """Whether it refers to a record that comes or goes, which is there as long as something refers to it."""
        return any(thing in self._records for some in self._found[change].named for thing in some)

    # ---- what differs

    def _of_records(self) -> Iterator[_Difference]:
        was, now = self.before.entities, self.after.entities
        for type_ in {**was, **now}:
            old, new = was.get(type_, {}), now.get(type_, {})
            if old is new:
                continue
            for id_ in {**old, **new}:
                left, right = old.get(id_), new.get(id_)
                thing = Subject(type_, id_)
                if left is None or right is None:
                    yield self._record(thing, left, right)
                elif left.facts != right.facts:
                    yield from self._facts(thing, left, right)

    def _record(self, thing: Subject, before: Record | None, after: Record | None) -> _Difference:
        words = _there("recorded", before, after)
        change = WorldChange("record", called(thing), "", words, at=_place(after or before))
        return _Difference(change, thing, before, after, self._both_named(thing.type, before, after))

    def _facts(self, thing: Subject, before: Record, after: Record) -> Iterator[_Difference]:
        for name in sorted({*before.facts, *after.facts}):
            was, now = before.get(name), after.get(name)
            if was != now or isinstance(was, bool) != isinstance(now, bool):
                words = self._said(thing.type, name, was, 0), self._said(thing.type, name, now, 1)
                told = after.provenance.get(name) or before.provenance.get(name) or _NOWHERE
                place = told.span.address if told.span is not None else ""
                change = WorldChange("fact", called(thing), name, words, told.source, place)
                named = self._both_named(thing.type, Record({name: was}), Record({name: now}))
                yield _Difference(change, thing, was, now, named)

    def _of_rows(self) -> Iterator[_Difference]:
        """Rows with one key are one row; where a relation has no key, a row is all that it says."""
        was, now = self.before.relations, self.after.relations
        for name in {**was, **now}:
            old, new = self._rows(name, was.get(name, ()), 0), self._rows(name, now.get(name, ()), 1)
            for key in sorted({**old, **new}):
                left, right = old.get(key), new.get(key)
                if left is None or right is None or left.facts != right.facts:
                    words = self._row_said(name, left, 0), self._row_said(name, right, 1)
                    change = WorldChange("row", name, key, words, at=_place(right or left))
                    yield _Difference(change, None, left, right, self._both_named(name, left, right))

    def _rows(self, name: str, rows: Iterable[Record], side: int) -> dict[str, Record]:
        relation = self._policies[side].relations.get(name)
        found: dict[str, Record] = {}
        seen: Counter[str] = Counter()
        for row in rows:
            said = record_document(row)
            names = relation.key if relation is not None and relation.key else said
            key = [said.get(part) for part in names]
            text = ", ".join(part if isinstance(part, str) else canonical_json(part).decode() for part in key)
            seen[text] += 1
            found[text if seen[text] == 1 else f"{text} ({seen[text]})"] = row
        return found

    def _of_marks(self) -> Iterator[_Difference]:
        """Of a record that comes or goes its marks come and go with it."""
        was, now = self.before.opened, self.after.opened
        for name in sorted({**was, **now}):
            old, new = set(was.get(name, ())), set(now.get(name, ()))
            wholly = name in was, name in now  # of an entity it says nothing but that there may be more of it
            if not old and not new and wholly[0] != wholly[1]:
                words = _there("may lack some", *(True if there else None for there in wholly))
                yield _Difference(WorldChange("open", name, "", words), None, None, None, _NOBODY)
            for opening in sorted(old ^ new, key=str):
                if opening.of is None or self._in_both(opening.of):
                    sides = (opening if opening in old else None), (opening if opening in new else None)
                    about = ", ".join(f"{name} {id_}" for name, id_ in opening.facts)
                    of = "" if opening.of is None else called(opening.of)
                    change = WorldChange("open", name, f"{of} {about}".strip(), _there("may lack rows", *sides))
                    yield _Difference(change, None, *sides, _NOBODY)

    def _in_both(self, thing: Subject) -> bool:
        return all(thing.id in some.entities.get(thing.type, {}) for some in (self.before, self.after))

    # ---- what is undone

    def without(self, undone: Collection[WorldChange]) -> Facts:
        """The inventory after, in which some changes are undone."""
        own = [self._found[change] for change in undone if change in self._found]
        if not own:
            return self.after
        if len(own) == len(self._found):
            return self.before
        entities: dict[str, ChangedRecords] = {}
        for one in own:
            if one.thing is not None and one.change.kind == "fact":
                _put_fact(self._copied(entities, one.thing.type), one.thing.id, one.change.field, one.before)
        self._put_records(entities, {one.change for one in own})
        relations = dict(self.after.relations)
        for name in {one.change.of for one in own if one.change.kind == "row"}:
            rows = [one for one in own if (one.change.kind, one.change.of) == ("row", name)]
            gone = {id(one.after) for one in rows}
            kept = [row for row in relations.get(name, ()) if id(row) not in gone]
            relations[name] = (*kept, *(one.before for one in rows if one.before is not None))
        opened = self._opened(own, entities)
        whole: Mapping[str, Mapping[str, Record]] = {**self.after.entities, **entities}
        others = {one.change.of for one in own if one.change.kind == "row"}
        indexes = Indexes.beside(self.after.indexes, (*entities, *others))
        return replace(self.after, entities=whole, relations=relations, opened=opened, indexes=indexes)

    def _copied(self, entities: dict[str, ChangedRecords], type_: str) -> ChangedRecords:
        if type_ not in entities:
            entities[type_] = ChangedRecords(self.after.entities.get(type_, {}))
        return entities[type_]

    def _put_records(self, entities: dict[str, ChangedRecords], undone: Collection[WorldChange]) -> None:
        """Takes out what was not there, and puts back what was; but a record that something names stays or comes."""
        there = {thing for thing, one in self._records.items() if (one.after is None) == (one.change in undone)}
        waiting = [
            thing
            for one in self._naming
            if one.change.kind != "record" or one.thing in there
            for thing in one.named[0 if one.change in undone else 1]
        ]
        while waiting:
            thing = waiting.pop()
            if thing in self._records and thing not in there:
                there.add(thing)
                one = self._records[thing]
                waiting += one.named[0 if one.after is None else 1]
        for thing, one in self._records.items():
            if (one.after is not None) != (thing in there):
                records = self._copied(entities, thing.type)
                if thing in there:
                    records[thing.id] = one.before
                else:
                    del records[thing.id]

    def _opened(
        self, undone: Iterable[_Difference], entities: Mapping[str, Mapping[str, Record]]
    ) -> Mapping[str, tuple[Opening, ...]]:
        """Marks as they are, those of records that are not there left out, those of records that are back put back."""

        def is_there(thing: Subject) -> bool:
            return thing.id in entities.get(thing.type, self.after.entities.get(thing.type, {}))

        marks = {one.change: one for one in undone if one.change.kind == "open"}
        back = [one.before for one in marks.values() if one.before is not None]
        away = {one.after for one in marks.values() if one.after is not None}
        found = {}
        for name in {**self.before.opened, **self.after.opened}:
            old, new = self.before.opened.get(name, ()), self.after.opened.get(name, ())
            kept = [o for o in new if o not in away and (o.of is None or is_there(o.of))]
            of_back = [o for o in old if o in back or (o.of is not None and is_there(o.of) and not self._in_both(o.of))]
            wholly = name in (self.before if WorldChange("open", name) in marks else self.after).opened
            if kept or of_back or (wholly and not old and not new):
                found[name] = tuple(dict.fromkeys([*kept, *of_back]))
        return found

    # ---- what is said

    def _fields(self, name: str, side: int) -> Mapping[str, ir.Field]:
        policy = self._policies[side]
        if name in policy.entities:
            return policy.entities[name].fields
        return policy.relations[name].parameters if name in policy.relations else {}

    def _named(self, name: str, record: Record | None, side: int) -> Iterator[Subject]:
        fields = self._fields(name, side)
        for field, fact in record.facts.items() if record is not None else ():
            target = target_of(fields[field].type) if field in fields else None
            if target is not None and isinstance(fact, str | frozenset):
                yield from (Subject(target, id_) for id_ in ([fact] if isinstance(fact, str) else sorted(fact)))

    def _both_named(
        self, name: str, before: Record | None, after: Record | None
    ) -> tuple[frozenset[Subject], frozenset[Subject]]:
        return frozenset(self._named(name, before, 0)), frozenset(self._named(name, after, 1))

    def _said(self, name: str, field: str, fact: Fact, side: int) -> str:
        fields = self._fields(name, side)
        return show(fact, fields[field].type) if field in fields else "unknown"

    def _row_said(self, name: str, row: Record | None, side: int) -> str | None:
        if row is None:
            return None
        return ", ".join(self._said(name, field, fact, side) for field, fact in row.facts.items())


def _there(word: str, before: object, after: object) -> tuple[str | None, str | None]:
    return None if before is None else word, None if after is None else word


def _put_fact(records: ChangedRecords, id_: str, name: str, fact: Fact) -> None:
    record = records[id_]
    facts = dict(record.facts)
    if fact is State.ABSENT:
        facts.pop(name, None)
    else:
        facts[name] = fact
    records[id_] = Record(facts, record.provenance)


def _place(record: Record | None) -> str:
    """Where a record begins."""
    spans = [told.span for told in record.provenance.values() if told.span is not None] if record is not None else []
    return min(spans, key=lambda span: span.start).address if spans else ""
