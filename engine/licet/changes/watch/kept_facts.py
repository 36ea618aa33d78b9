"""The files of an inventory as they were read, kept in a snapshot to be read again; or a digest of each record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.changes.causes.change import called
from licet.changes.watch.snapshots import NewSnapshot, Snapshot
from licet.errors import FactsError, UsageError
from licet.facts.files.addresses import is_elsewhere
from licet.facts.files.connections import database_of
from licet.facts.files.opened import STDIN, archive_of, shown_name
from licet.facts.files.sheets_of import files_in
from licet.facts.inventory.document import record_document
from licet.facts.inventory.from_tables import Reading, read_sources
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.canonical import canonical_json

_FACTS, _MAP, _RECORDS = "facts", "map", "records.parquet"
_BYTES = 8  # of a record's digest


@dataclass(frozen=True, slots=True)
class InventoryFiles:
    """Where an inventory is read, what was said of its tables, and the digest of each file before it was read."""

    path: Path
    table: str | None
    mapping: Path | None
    digests: Mapping[Path, str]

    @classmethod
    def of(cls, path: Path, policy: ir.Policy, *, table: str | None, mapping: Path | None) -> InventoryFiles:
        """Errors: `UsageError` where there is none, or where it can be read only once."""
        if path == STDIN or is_elsewhere(path) or database_of(path):
            raise UsageError(f"the inventory is kept as it was read, and {shown_name(path)} is no file here: name one")
        known = [*policy.entities, *policy.relations]
        files = dict.fromkeys(archive_of(file) or file for file in files_in(path, known))
        return cls(path, table, mapping, {file: _digest(file) for file in [*files, *([mapping] if mapping else [])]})

    def read(self, policy: ir.Policy) -> Reading:
        """Errors: `FactsError` with every finding."""
        reading = read_sources([(self.path, self.table)], policy, mapping=self.mapping)
        if not reading.usable:
            raise FactsError(reading.diagnostics)
        return reading

    def keep(self, new: NewSnapshot) -> Mapping[str, Any]:
        """Copies what was read; gives what is said of it. Errors: `UsageError` where a file is another by now."""
        for file, digest in self.digests.items():
            data = file.read_bytes()
            if hashlib.sha256(data).hexdigest() != digest:
                raise UsageError(f"`{file}` was written to while it was read; run again")
            new.add(f"{_MAP}/{file.name}" if file == self.mapping else f"{_FACTS}/{self._place(file)}", data)
        single = self.path.name if self.path.is_file() else ""
        mapping = None if self.mapping is None else self.mapping.name
        return {"kept": True, "file": single, "table": self.table, "map": mapping}

    def _place(self, file: Path) -> str:
        return file.relative_to(self.path).as_posix() if self.path.is_dir() else file.name


def read_again(snapshot: Snapshot, policy: ir.Policy) -> Reading:
    """The inventory of a snapshot that keeps its facts, by the policy of its time."""
    told = snapshot.about["facts"]
    mapping = snapshot.folder / _MAP / told["map"] if told["map"] else None
    path = snapshot.folder / _FACTS
    return InventoryFiles(path / told["file"] if told["file"] else path, told["table"], mapping, {}).read(policy)


# ---- without facts


def keep_digests(new: NewSnapshot, facts: Facts) -> Mapping[str, Any]:
    """Which records there are and whether they change, and nothing of what they say."""
    names, digests = zip(*_digests(facts), strict=True)
    new.add_table(_RECORDS, pa.table({"record": pa.array(names), "digest": pa.array(digests, pa.binary(_BYTES))}))
    return {"kept": False}


def records_changed(snapshot: Snapshot, facts: Facts) -> list[str]:
    """The records, and the relations, that are not what they were; a relation as a whole."""
    before = snapshot.table(_RECORDS).to_pydict()
    was = dict(zip(before["record"], before["digest"], strict=True))
    now = dict(_digests(facts))
    return sorted(name for name in {**was, **now} if was.get(name) != now.get(name))


def _digests(facts: Facts) -> Iterator[tuple[str, bytes]]:
    yield "the day of the inventory", _short(str(facts.as_of).encode())
    for type_, records in facts.entities.items():
        for id_, record in records.items():
            yield called(Subject(type_, id_)), _short(canonical_json(record_document(record)))
    for name in {**facts.relations, **facts.opened}:
        rows = sorted(canonical_json(record_document(row)) for row in facts.relations.get(name, ()))
        marks = sorted(str(opening).encode() for opening in facts.opened.get(name, ()))
        yield name, _short(b"\n".join([*rows, *marks]))


def _short(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:_BYTES]


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
