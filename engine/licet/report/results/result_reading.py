"""All that is read of a result file, in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from licet.errors import UsageError
from licet.ir import policy as ir
from licet.report.results.result_cases import ResultCases
from licet.report.results.result_counts import ResultCounts
from licet.report.results.result_stream import ResultStream
from licet.suggest import did_you_mean


def read_result(
    stream: ResultStream, policy: ir.Policy, by: Sequence[str] | None, most: int
) -> tuple[ResultCounts, ResultCases]:
    """What the rows come to, counted by these columns of somebody's own (all where None), and `most` cases of a kind.

    Errors: `UsageError` for a column that is not there, and where the bits beside the rows are of other rows.
    """
    for name in by or ():
        if name not in stream.own:
            hint = did_you_mean(name, stream.own) if stream.own else "; it has no columns besides those of every result"
            raise UsageError(f"`{stream.path.name}` has no column `{name}` of its own{hint}")
    counts = ResultCounts(policy, stream.names, stream.own if by is None else by)
    cases = ResultCases(policy, counts.decisions, most)
    details = [
        f"{decision.name}.{place}.{part}"
        for decision in counts.decisions
        for place in counts.jurisdictions[decision.name]
        for part in ("details", "possible_details")
    ]
    wanted = [*counts.wanted, *stream.own, *details, *(f"{d.name}.from" for d in counts.decisions)]
    bits = _BitsBeside(stream.bits) if stream.bits is not None else None
    for batch in stream.batches([name for name in wanted if name in set(stream.names)]):
        beside = None if bits is None else bits.next(len(batch))
        counts.add(batch)
        if beside is not None:
            counts.add_bits(batch, beside)
        cases.add(batch, beside)
    if bits is not None and not bits.at_end:
        raise UsageError(f"`{bits.path.name}` is of more rows than `{stream.path.name}`: it belongs to another result")
    return counts, cases


class _BitsBeside:
    """The rules' bits beside a result, row by row with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._batches = self._read()
        self._left = next(self._batches, None)

    @property
    def at_end(self) -> bool:
        return self._left is None or not len(self._left)

    def next(self, rows: int) -> pa.RecordBatch:
        parts = []
        while rows:
            if self._left is None:
                raise UsageError(f"`{self.path.name}` is of fewer rows than the result: it belongs to another one")
            part = self._left.slice(0, rows)
            parts.append(part)
            rows -= len(part)
            self._left = self._left.slice(len(part)) if len(part) < len(self._left) else next(self._batches, None)
        return parts[0] if len(parts) == 1 else pa.Table.from_batches(parts).combine_chunks().to_batches()[0]

    def _read(self) -> Iterator[pa.RecordBatch]:
        with pa.memory_map(str(self.path)) as source:
            file = pa.ipc.open_file(source)
            for place in range(file.num_record_batches):
                batch = file.get_batch(place)
                if len(batch):
                    yield batch
