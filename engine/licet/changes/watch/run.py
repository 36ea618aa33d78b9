"""A run over an inventory: decided, compared with the last snapshot, explained, and kept as the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.changes.causes.causes import causes_by_group
from licet.changes.causes.worlds import WorldOnDay, WorldsBetween
from licet.changes.items import matched_rules
from licet.changes.law import law_digest
from licet.changes.watch.again import NEXT_TURN, READS, SINCE, KnownRows, TracedRows, decided_again
from licet.changes.watch.answers import HOLDS, answers_in, columns_kept
from licet.changes.watch.events import Event, brought_back, events, made
from licet.changes.watch.in_part import MOST_TRACED, decided_in_part, facts_between
from licet.changes.watch.kept_facts import InventoryFiles, keep_digests, read_again, records_changed
from licet.changes.watch.row_changes import RowsApart, rows_apart
from licet.changes.watch.snapshots import ANSWERS, NewSnapshot, Snapshot, Snapshots
from licet.changes.watch.touched import touched_by_facts, touched_by_law
from licet.decide.from_outcome import decidable
from licet.decide.table.batches import Asked, decidable_types, decide_batches, schema_of
from licet.decide.table.from_tables import NOTHING
from licet.errors import UsageError
from licet.facts.inventory.from_tables import Reading
from licet.facts.store import Subject
from licet.ir import policy as ir
from licet.ir.canonical import fingerprint
from licet.loading.kept_policy import files_to_keep, kept_policy
from licet.loading.policy_files import load_policy
from licet.run.reference.traced import ReadKey
from licet.values import counted

_POLICY = "policy"
_ELSEWHERE = "name the folder of its own snapshots, or begin a new one"


@dataclass(frozen=True, eq=False)
class RunRows:
    """The result table of a run, with what its rows read where that was traced; and how many subjects were decided."""

    table: pa.Table
    known: KnownRows | None
    decided: int


@dataclass(frozen=True, eq=False)
class WatchRun:
    """What a run is about. `as_if` is whether a day was asked for, on which every subject is decided then."""

    policy: ir.Policy
    paths: tuple[Path, ...]
    files: InventoryFiles
    reading: Reading
    day: date
    as_if: bool
    inventory: str
    version: str  # of Licet
    last: Snapshot | None = None
    is_full: bool = False  # whether every subject is to be decided, by the engine of `licet batch`
    keeps_facts: bool = True
    _read_before: list[Reading] = field(default_factory=list)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Errors: `UsageError` where there is nothing to decide."""
        present = [name for name, table in self.reading.tables.entities.items() if table.length]
        if not (found := decidable_types(self.policy, present)):
            raise UsageError(NOTHING)
        return found

    @cached_property
    def rows(self) -> RunRows:
        """Every subject, decided; of few, only those whose answers may hang on what changed since the last snapshot."""
        asked = Asked(
            self.types,
            self.day if self.as_if else None,
            self.day,
            missing=False,
            columns=columns_kept(self.policy, self.types),
        )
        schema = schema_of(self.policy, asked)
        count = sum(self.reading.tables.entities[name].length for name in self.types)
        is_large = count > MOST_TRACED
        if self.is_full or not self.keeps_facts or is_large:
            part = self._in_part(asked) if is_large and not self.is_full else None
            if part is not None:
                return RunRows(part[0], None, part[1])
            decided = [one.rows for one in decide_batches(self.policy, self.reading.tables, asked)]
            return RunRows(pa.Table.from_batches(decided, schema).unify_dictionaries(), None, count)
        subjects = list(decidable(self.policy, self.reading.facts))
        known, touched = self._known(schema.names)
        traced = TracedRows(self.policy, self.reading.facts, self.day, as_if=self.as_if)
        found, again = decided_again(traced, subjects, schema, self.day, known, touched)
        return RunRows(found.table, found, again)

    @property
    def answers(self) -> pa.Table:
        return self.rows.table

    def _in_part(self, asked: Asked) -> tuple[pa.Table, int] | None:
        """The rows of a large inventory, where most of them are those of the last run."""
        last = self.last
        if last is None or not self._goes_on_from(last) or last.about["fingerprint"] != fingerprint(self.policy):
            return None
        if not set(schema_of(self.policy, asked).names) <= set(last.answers.column_names):
            return None
        same = self._has_facts_of(last)
        if not same and not last.about["facts"]["kept"]:
            return None
        tables = self.reading.tables
        before = tables if same else self.before(self.policy).tables
        return decided_in_part(self.policy, before, tables, last.answers, asked, day_before=last.day)

    def _goes_on_from(self, last: Snapshot) -> bool:
        """Whether rows of a snapshot may be taken over: of the same question, not before it, by the same Licet."""
        about = last.about
        return about["licet"] == self.version and about["as_if"] == self.as_if and last.day <= self.day

    def _has_facts_of(self, last: Snapshot) -> bool:
        return bool(last.about["facts"]["fingerprint"] == self.reading.facts.fingerprint)

    def before(self, policy: ir.Policy) -> Reading:
        """The inventory of the last run, read once; `policy` is that of its time."""
        assert self.last is not None
        if not self._read_before:
            self._read_before.append(read_again(self.last, policy))
        return self._read_before[0]

    @cached_property
    def apart(self) -> RowsApart:
        """The answers beside those of the last run."""
        assert self.last is not None
        names = {*self.answers.column_names, *self.last.answers.column_names} - {"as_of", HOLDS, SINCE, NEXT_TURN}
        return rows_apart(self.last.answers, self.answers, sorted(names - {"type", "id"}))

    def _known(self, columns: Sequence[str]) -> tuple[KnownRows | None, frozenset[ReadKey]]:
        """The rows of the last run, as far as they can be gone on from, and all that changed since."""
        nothing: tuple[None, frozenset[ReadKey]] = None, frozenset()
        last = self.last
        if last is None or READS not in last.about["files"] or not self._goes_on_from(last):
            return nothing
        policy = self.policy if last.about["fingerprint"] == fingerprint(self.policy) else policy_of(last)
        by_law = touched_by_law(policy, self.policy)
        known = KnownRows.kept(last.answers, last.table(READS))
        if by_law is None or known.table.column_names != list(columns):
            return nothing
        facts = self.reading.facts
        before = facts if self._has_facts_of(last) else self.before(policy).facts
        return known, frozenset((*by_law, *touched_by_facts(before, facts, self.policy)))

    @property
    def decisions(self) -> Mapping[str, list[str]]:
        """The outcomes of each: answers to others cannot be compared with them."""
        return {name: list(decision.outcomes) for name, decision in self.policy.decisions.items()}

    @property
    def tables(self) -> Mapping[str, int]:
        """The tables that were read, with how many rows each has."""
        tables = self.reading.tables
        return {name: table.length for name, table in {**tables.entities, **tables.relations}.items()}


@dataclass(frozen=True, slots=True)
class RunBesideLast:
    """A run beside the last snapshot. Where that keeps no facts and they changed, `records` are those that did.

    `as_if` is the day that governed every subject, where one was asked for.
    """

    last: Snapshot
    policies: tuple[ir.Policy, ir.Policy]
    events: tuple[Event, ...]
    as_if: date | None = None
    records: tuple[str, ...] = ()

    @property
    def has_faults(self) -> bool:
        """Whether some cause could not be verified."""
        return any(event.causes is not None and event.causes.fault for event in self.events)


def compared(run: WatchRun, home: Snapshots, last: Snapshot, *, memory: int, reasons: bool) -> RunBesideLast:
    """What happened since the last snapshot, and why. Errors: `UsageError` where the two cannot be compared."""
    _check(run, last)
    same_law = last.law == law_digest(run.policy)
    same_names = last.about["fingerprint"] == fingerprint(run.policy)
    policies = (run.policy if same_law and (same_names or not reasons) else policy_of(last)), run.policy
    called = matched_rules(*policies) if reasons else None
    tables = run.apart.of(last.answers, run.answers) if called is None else (last.answers, run.answers)
    here = [Subject(*key) for key in zip(*(tables[1].column(name).to_pylist() for name in ("type", "id")), strict=True)]
    past = frozenset(() if run.as_if else made(run.policy, run.reading.facts, last.day, here))
    found = list(events(policies, tables, past, reasons=called))
    as_if = run.day if run.as_if else None
    found = list(_remembered(run, home, policies[0], found, memory))
    same_facts = last.about["facts"]["fingerprint"] == run.reading.facts.fingerprint
    if not same_facts and not last.about["facts"]["kept"]:
        return RunBesideLast(last, policies, tuple(found), as_if, tuple(records_changed(last, run.reading.facts)))
    moved = [one for event in found if (one := event.moved) is not None]
    if moved:
        before = run.reading if same_facts else run.before(policies[0])
        among = {one.subject for one in moved}
        facts = facts_between(policies, before, run.reading, among)
        first = WorldOnDay(policies[0], facts[0], last.day, run.as_if)
        between = WorldsBetween(first, WorldOnDay(policies[1], facts[1], run.day, run.as_if))
        causes = {(one.subject, one.decision): why for one, why in causes_by_group(between, moved)}
        found = [replace(event, causes=causes.get((event.subject, event.decision))) for event in found]
    return RunBesideLast(last, policies, tuple(found), as_if)


def _check(run: WatchRun, last: Snapshot) -> None:
    """What is not the next run of the same watch is no "no difference"."""
    about, number = last.about, f"snapshot {last.number}"
    if about["inventory"] != run.inventory:
        words = f"{number} is of the inventory `{about['inventory']}`, and this is `{run.inventory}`"
        raise UsageError(f"{words}: {_ELSEWHERE}, or say with --inventory that it is the same")
    if run.day < last.day:
        raise UsageError(
            f"{number} is of {last.day}, and this run of {run.day}, a day before: nothing is compared backwards"
        )
    if about["as_if"] != run.as_if:
        asks = ("each subject on the day that governs it", f"all subjects as if on {last.day}")[about["as_if"]]
        do = "add --as-of" if about["as_if"] else "leave out --as-of"
        raise UsageError(f"{number} asks for {asks}, which is another question: {do}, or {_ELSEWHERE}")
    for name, rows in about["tables"].items():
        if rows and name not in run.tables:
            words = f"the table `{name}`, of {counted(rows, 'row')} in {number}, is missing from `{run.files.path}`"
            raise UsageError(f"{words}: put it back; if there are none any longer, give it without rows")
    if not (run.apart.places >= 0).any():
        raise UsageError(
            f"no subject of {number} is in `{run.files.path}`, so that it is another inventory: {_ELSEWHERE}"
        )


def policy_of(snapshot: Snapshot) -> ir.Policy:
    """The policy of its time. Errors: `UsageError` where it reads otherwise today."""
    found = load_policy(kept_policy(snapshot.files(_POLICY)))
    if law_digest(found) != snapshot.law:
        words = f"the policy of snapshot {snapshot.number} reads otherwise than in Licet {snapshot.about['licet']}"
        raise UsageError(f"{words}, which wrote it: {_ELSEWHERE}")
    return found


def _remembered(
    run: WatchRun, home: Snapshots, policy: ir.Policy, found: Sequence[Event], memory: int
) -> Iterator[Event]:
    """An answer that had been there before the last one, within some days, is back."""
    waiting = [event for event in found if event.kind in ("changed", "settled")]
    earlier = []
    if waiting and memory:
        for snapshot in home.since(date.fromordinal(max(1, run.day.toordinal() - memory))):
            if snapshot.about["decisions"] != run.decisions:
                break
            snapshot.check()
            asked = pa.array([event.subject.id for event in waiting])
            rows = snapshot.answers.filter(pc.is_in(snapshot.answers.column("id").cast(pa.string()), asked))
            earlier.append((snapshot.number, answers_in(rows, policy)))
    for event in found:
        number = brought_back(event, earlier[1:]) if event in waiting else None
        yield event if number is None else replace(event, kind="reopened", since=number)


# ---- the next snapshot


def _kept_answers(run: WatchRun, last: Snapshot | None) -> pa.Table:
    """The answers, each with the run since which it has been what it is, and the day on which it may be another."""
    table, known = run.answers, run.rows.known
    turns = [None] * len(table) if known is None else known.next_turn
    since = np.full(len(table), run.day, "datetime64[D]")
    if last is not None and SINCE in last.answers.column_names:
        apart = run.apart
        stands = ~apart.fresh
        before = last.answers.column(SINCE).to_numpy().astype("datetime64[D]")
        since[stands] = before[apart.places[stands]]
    table = table.append_column(SINCE, pa.array(since))
    return table.append_column(NEXT_TURN, pa.array(turns, pa.date32()))


def _was_read_before(run: WatchRun, last: Snapshot | None, new: NewSnapshot) -> bool:
    """Whether the last snapshot has the same files, of which this version of Licet said that they are the same law."""
    if last is None or (last.law, last.about["licet"]) != (law_digest(run.policy), run.version):
        return False
    return last.files_of(_POLICY) == new.files_of(_POLICY)


def _reads_alike(run: WatchRun, new: NewSnapshot) -> bool:
    return law_digest(load_policy(kept_policy(new.folder / _POLICY))) == law_digest(run.policy)


def begun(run: WatchRun, home: Snapshots, last: Snapshot | None, *, keep_facts: bool) -> tuple[NewSnapshot, str]:
    """All of it on the disk, so that it need only be finished; and its digest.

    Errors: `UsageError` where the policy, copied, is not the same law: it could not be read again.
    """
    new = home.begun(last.number + 1 if last is not None else 1)
    new.add_table(ANSWERS, _kept_answers(run, last))
    if run.rows.known is not None and keep_facts:
        new.add_table(READS, run.rows.known.reads_table())
    for place, file in files_to_keep(run.paths).items():
        new.add(f"{_POLICY}/{place}", file.read_bytes())
    if not (_was_read_before(run, last, new) or _reads_alike(run, new)):
        raise UsageError(
            "the policy, copied into the snapshot, is not the same law: name its files and folders one by one"
        )
    facts = run.files.keep(new) if keep_facts else keep_digests(new, run.reading.facts)
    digest = new.describe(
        {
            "licet": run.version,
            "law": law_digest(run.policy),
            "fingerprint": fingerprint(run.policy),
            "inventory": run.inventory,
            "day": run.day.isoformat(),
            "as_if": run.as_if,
            "tables": dict(run.tables),
            "decisions": dict(run.decisions),
            "facts": {**facts, "fingerprint": run.reading.facts.fingerprint},
            "previous": None if last is None else {"number": last.number, "digest": last.digest},
        }
    )
    return new, digest
