"""Which ids a stream has had: exact, in no memory while ids rise and in eight bytes each otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.kernel.cells import are_rising

Earlier = Callable[[], Iterator[pa.StringArray]]
_PRIMES = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93))


def hashes(ids: pa.StringArray) -> NDArray[np.uint64]:
    """A 64-bit hash of each text, eight bytes at a time for all texts at once."""
    offsets = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1].astype(np.int64)
    lengths = np.diff(offsets)
    data = ids.buffers()[2]
    size = data.size if data is not None else 0
    content = np.zeros(size + 8, np.uint8)  # words may be read beyond the last text
    content[:size] = np.frombuffer(data, np.uint8) if size else 0
    words: NDArray[Any] = np.ndarray((size + 1,), np.dtype("<u8"), buffer=content, strides=(1,))
    out = _mixed(lengths.astype(np.uint64))
    rows = np.arange(len(ids))
    for start in range(0, int(lengths.max(initial=0)), 8):
        rows = rows[lengths[rows] > start]
        left = np.minimum(lengths[rows] - start, 8).astype(np.uint64)
        mask = np.uint64(0xFFFFFFFFFFFFFFFF) >> (np.uint64(64) - left * np.uint64(8))
        out[rows] = _mixed(out[rows] ^ (words[offsets[rows] + start] & mask))
    return out


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    values = (values ^ (values >> np.uint64(32))) * _PRIMES[0]
    values = (values ^ (values >> np.uint64(29))) * _PRIMES[1]
    return values ^ (values >> np.uint64(32))


def rising(ids: pa.StringArray, last: str) -> bool:
    """Whether each id comes after the one before it, shorter ones first: then no two are equal."""
    found = are_rising(ids, last)
    if found is not None:
        return found
    all_ids = pa.concat_arrays([pa.array([last], pa.string()), ids])
    before, after = all_ids[:-1], all_ids[1:]
    shorter = pc.less(pc.binary_length(before), pc.binary_length(after))
    same = pc.equal(pc.binary_length(before), pc.binary_length(after))
    return bool(pc.all(pc.or_(shorter, pc.and_(same, pc.less(before, after))), min_count=0).as_py())


@dataclass(slots=True, eq=False)
class IdsSeen:
    """`earlier` reads the ids of all batches before again; without it hashes are kept from the start."""

    earlier: Earlier | None
    _last: str = ""
    _rising: bool = True
    _runs: list[NDArray[np.uint64]] = field(default_factory=list)  # sorted; each at least twice as long as the next

    def __post_init__(self) -> None:
        self._rising = self.earlier is not None

    def doubles(self, ids: pa.StringArray) -> NDArray[np.int64]:
        """The rows of a batch whose id an earlier row has; missing ids (empty) are no doubles."""
        if self._rising:
            if rising(ids, self._last):
                self._last = ids[-1].as_py() if len(ids) else self._last
                return np.zeros(0, np.int64)
            self._rising = False
            assert self.earlier is not None
            for batch in self.earlier():
                self._keep(np.sort(hashes(batch)))
        own = hashes(ids)
        order = np.argsort(own, kind="stable")
        run = own[order]
        again = np.zeros(len(ids), np.bool_)
        again[order[1:]] = run[1:] == run[:-1]
        for other in self._runs:
            places = np.minimum(np.searchsorted(other, run), len(other) - 1)
            again[order] |= other[places] == run
        self._keep(run)
        again &= ~pc.equal(ids, "").to_numpy(zero_copy_only=False)
        return self._confirmed(ids, np.flatnonzero(again))

    def _keep(self, run: NDArray[np.uint64]) -> None:
        if not len(run):
            return
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        self._runs.append(run)

    def _confirmed(self, ids: pa.StringArray, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows whose very text stood before: equal hashes alone prove nothing."""
        if not len(rows) or self.earlier is None:
            return rows
        texts = ids.to_pylist()
        wanted = {texts[row] for row in rows}
        before: set[str] = set()
        for batch in self.earlier():
            before.update(wanted.intersection(batch.to_pylist()))
        first: dict[str, int] = {}
        for row, text in enumerate(texts):
            first.setdefault(text, row)
        return np.array([r for r in rows.tolist() if texts[r] in before or first[texts[r]] != r], np.int64)
