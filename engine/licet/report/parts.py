"""A result that is written part by part, so that a run which was killed can go on where it was.

`<OUT>.parts/` holds finished parts, each a whole file, and `manifest.json`, which says what they are parts of and is
replaced when a part is finished. At the end the only part gets the name OUT, or the parts are put together: lines of
CSV and JSONL are copied, Parquet is written again row group by row group, other formats are made from parts in Parquet.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from licet.decide.table.batches import Decided
from licet.decide.table.counts import Tally, tally_from_document
from licet.decide.table.rule_bits import RuleBits
from licet.errors import UsageError
from licet.report.bits_writer import BitsWriter
from licet.report.decisions import suffix_of
from licet.report.result_file import whole_file, writer_for
from licet.report.writer import ResultNotes, Writer
from licet.values import counted

SECONDS = 20.0  # after which a part is closed
_LINES = (".csv", ".jsonl", ".ndjson", ".txt")  # put together as they are
_OWN = re.compile(r"part-[0-9]+\.|whole\.|handed$|\.?manifest\.json")  # how the names of its files begin


@dataclass(frozen=True, slots=True)
class ResultKind:
    """What a result is made of; parts of another one are not gone on with. Each has its value by what it is called."""

    policy: str
    facts: str
    options: Mapping[str, str]

    def changes(self, before: ResultKind) -> list[str]:
        """What is different, in words."""
        found = [name for name in ("policy", "facts") if getattr(self, name) != getattr(before, name)]
        names = dict.fromkeys((*self.options, *before.options))
        return found + [f"`{n}`" for n in names if self.options.get(n) != before.options.get(n)]


@dataclass(slots=True)
class _Manifest:
    """`batches` and `tally` are of all parts that are finished."""

    kind: ResultKind | None = None  # until something is written
    parts: list[str] = field(default_factory=list)
    batches: int = 0
    tally: Tally = field(default_factory=Tally)

    def write(self, path: Path) -> None:
        assert self.kind is not None
        kind = {"policy": self.kind.policy, "facts": self.kind.facts, "options": dict(self.kind.options)}
        document = {"kind": kind, "parts": self.parts, "batches": self.batches, "tally": self.tally.document()}
        with whole_file(path) as new:
            new.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _read_manifest(path: Path) -> _Manifest | None:
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    kind, tally = ResultKind(**found["kind"]), tally_from_document(found["tally"])
    return _Manifest(kind, found["parts"], found["batches"], tally)


class Parts:
    """Takes decided batches in order. `done` batches and the `tally` are of parts that were there before."""

    def __init__(
        self,
        out: Path,
        kind: Callable[[], ResultKind],
        schema: pa.Schema,
        bits_schema: pa.Schema | None,
        about: Callable[[], ResultNotes],
        format_: str = "",
        *,
        names: Callable[[Sequence[str]], Sequence[str]] = list,
        resume: bool = False,
    ) -> None:
        """In a format, else that of the suffix. `kind` and `about` are asked when they are first needed.

        Errors: `UsageError` where parts of an unfinished run are in the way, or cannot be gone on with.
        """
        self._out = out
        self._ending = suffix_of(format_, out)
        self.folder = out.with_name(out.name + ".parts")
        self._names = names
        if self._ending != ".csv":  # there the writer gives the names, and has columns of its own beside
            schema = pa.schema([f.with_name(name) for f, name in zip(schema, names(schema.names), strict=True)])
        self._schema, self._bits_schema = schema, bits_schema
        self._about = about
        before = _read_manifest(self.folder / "manifest.json")
        if before is not None and before.parts:
            _check(before, kind, self.folder, resume=resume)
        else:
            _remove(self.folder)
            before = None
        self._kind = kind
        self._manifest = before or _Manifest()
        self._open: _Part | None = None

    @property
    def done(self) -> int:
        return self._manifest.batches

    @property
    def tally(self) -> Tally:
        """Of the finished parts."""
        return self._manifest.tally

    def write(self, decided: Decided) -> None:
        if self._open is None:
            self.folder.mkdir(exist_ok=True)
            if not self._manifest.parts:
                self._manifest.kind = self._kind()
                self._manifest.write(self.folder / "manifest.json")
            name = f"part-{len(self._manifest.parts) + 1:05}{self._suffix}"
            self._open = _Part(self.folder / name, self._schema, self._bits_schema, self._about())
        if self._ending != ".csv":
            decided = replace(decided, rows=decided.rows.rename_columns(self._schema.names))
        self._open.write(decided)
        if time.monotonic() - self._open.since > SECONDS:
            self.keep()

    def keep(self) -> None:
        """Finishes the part that is being written."""
        part, self._open = self._open, None
        if part is not None:
            part.close()
            self._manifest.parts.append(part.path.name)
            self._manifest.batches += part.batches
            self._manifest.tally.add(part.tally)
            self._manifest.write(self.folder / "manifest.json")

    def stop(self) -> None:
        """Keeps what is there for a later run; all but a part that was interrupted within a batch."""
        if self._open is not None and self._open.whole:
            self.keep()
        if not self._manifest.parts:
            shutil.rmtree(self.folder, ignore_errors=True)

    def drop(self) -> None:
        """Removes everything."""
        if self._open is not None:
            self._open.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def finish(self) -> None:
        """The result under its own name; before, there is nothing new there."""
        if self._open is None and not self._manifest.parts:
            self.write_nothing()
        self.keep()
        parts = [self.folder / name for name in self._manifest.parts]
        if self._bits_schema is not None:
            bits = [_bits_of(part) for part in parts]
            _name(bits[0] if len(bits) == 1 else self._joined_bits(bits), bits_file(self._out))
        _name(parts[0] if self._whole(parts) else self._joined(parts), self._out)
        shutil.rmtree(self.folder)

    def write_nothing(self) -> None:
        """A part without rows."""
        empty = pa.RecordBatch.from_pylist([], self._schema)
        bits = None if self._bits_schema is None else RuleBits(0, [None] * len(self._bits_schema))
        self.write(Decided(empty, bits, Tally()))

    @property
    def _suffix(self) -> str:
        return self._ending if self._ending in (*_LINES, ".arrow") else ".parquet"

    def _whole(self, parts: Sequence[Path]) -> bool:
        return len(parts) == 1 and parts[0].suffix == self._ending

    def _joined(self, parts: Sequence[Path]) -> Path:
        whole = self.folder / f"whole{self._ending}"
        if whole.suffix in _LINES:
            _join_lines(parts, whole, header=whole.suffix == ".csv")
            return whole
        writer = writer_for(whole)(whole, self._schema, self._about())
        for part in parts:
            for batch in _row_groups(part):
                writer.write(batch)
        writer.close()
        return whole

    def _joined_bits(self, parts: Sequence[Path]) -> Path:
        whole = self.folder / "whole.rules.arrow"
        assert self._bits_schema is not None
        with pa.ipc.new_file(whole, self._bits_schema) as writer:
            for part in parts:
                with pa.OSFile(str(part)) as file:  # read, not mapped: what is mapped counts as memory
                    reader = pa.ipc.open_file(file)
                    for i in range(reader.num_record_batches):
                        writer.write_batch(reader.get_batch(i))
        return whole


def bits_file(out: Path) -> Path:
    """Where the rules' bits of a result stand."""
    return out.with_name(out.stem + ".rules.arrow")


def _bits_of(part: Path) -> Path:
    return part.with_suffix(".rules.arrow")


def _remove(folder: Path) -> None:
    """A folder of parts none of which was finished. Errors: `UsageError` where it holds something else."""
    foreign = [path.name for path in folder.iterdir() if not _OWN.match(path.name)] if folder.is_dir() else []
    if foreign or (folder.exists() and not folder.is_dir()):
        what = f"`{foreign[0]}` stands there" if foreign else "it is a file"
        raise UsageError(f"`{folder}` is where parts of the result are kept, and {what}; move it, or write elsewhere")
    shutil.rmtree(folder, ignore_errors=True)


def _check(before: _Manifest, kind: Callable[[], ResultKind], folder: Path, *, resume: bool) -> None:
    rows = sum(before.tally.rows.values())
    if not resume:
        raise UsageError(
            f"`{folder}` holds {counted(rows, 'row')} of a run that did not end; "
            "go on with --resume, or remove it to start again"
        )
    assert before.kind is not None
    changes = kind().changes(before.kind)
    if changes:
        differs = "differs" if len(changes) == 1 else "differ"
        raise UsageError(
            f"cannot go on with `{folder}`: {', '.join(changes)} {differs} from the run that did not end; "
            "remove it to start again"
        )


class _Part:
    """One part and, where asked for, the bits beside it."""

    def __init__(self, path: Path, schema: pa.Schema, bits_schema: pa.Schema | None, about: ResultNotes) -> None:
        self.path = path
        self.since = time.monotonic()
        self.batches = 0
        self.tally = Tally()
        self.whole = True  # not within a batch
        self._rows: Writer = writer_for(path)(path, schema, about)
        self._bits = None if bits_schema is None else BitsWriter(_bits_of(path), bits_schema)

    def write(self, decided: Decided) -> None:
        self.whole = False
        self._rows.write(decided.rows)
        if self._bits is not None and decided.bits is not None:
            self._bits.write(decided.bits)
        self.batches += 1
        self.tally.add(decided.tally)
        self.whole = True

    def close(self) -> None:
        self._rows.close()
        if self._bits is not None:
            self._bits.close()


def _row_groups(part: Path) -> Iterator[pa.RecordBatch]:
    if part.suffix == ".arrow":
        with pa.OSFile(str(part)) as source:  # read, not mapped: what is mapped counts as memory
            reader = pa.ipc.open_file(source)
            yield from map(reader.get_batch, range(reader.num_record_batches))
        return
    file = pq.ParquetFile(part)
    for i in range(file.num_row_groups):
        yield from file.read_row_group(i).combine_chunks().to_batches()


def _join_lines(parts: Sequence[Path], whole: Path, *, header: bool) -> None:
    with whole.open("wb") as out:
        for i, part in enumerate(parts):
            with part.open("rb") as lines:
                if header and i:
                    lines.readline()
                shutil.copyfileobj(lines, out, 1 << 20)


def _name(file: Path, out: Path) -> None:
    """Puts a file under a name in one step, and leaves it in the folder of the parts for a run that is killed now."""
    with whole_file(out) as new:
        try:
            os.link(file, new)
        except OSError:  # a file system without links
            shutil.copyfile(file, new)
