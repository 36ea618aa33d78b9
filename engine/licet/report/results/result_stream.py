"""A result of `licet batch` or `licet decide`, a file or a folder of Parquet, as batches of rows of one shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from licet.decide.table.result_table import CONFLICTS, MISSING, OBLIGATIONS, STATUSES, TEXTS, result_schema
from licet.errors import UsageError
from licet.ir import policy as ir
from licet.ir.outcomes import decided_entities
from licet.report.column_names import snake
from licet.report.decisions import BY_SUFFIX
from licet.report.parts import bits_file
from licet.report.results.result_texts import csv_batches, json_batches, json_names
from licet.values import first_of

READ = ("parquet", "arrow", "csv", "jsonl", "json")
_ROWS = 1 << 16  # of a batch
_BASE = ("type", "id", "as_of")
RECORDS = {"obligations": OBLIGATIONS, "missing": MISSING, "conflicts": CONFLICTS}


@dataclass(frozen=True, slots=True)
class ResultAbout:
    """What a result file says of itself: empty where its format has no room for that."""

    policy: str = ""  # name and fingerprint
    facts: str = ""
    engine: str = ""

    @property
    def policy_fingerprint(self) -> str:
        return self.policy.rpartition(", ")[2]


class ResultStream:
    """The rows of a file. `names` are its columns, `own` those that no result has by itself; a batch has the types of
    the result table, texts and lists of texts instead of dictionaries where the format knows none.
    """

    def __init__(self, path: Path, policy: ir.Policy) -> None:
        """Errors: `UsageError` for a file that is no result, or that another policy decided."""
        if not path.is_file() and not path.is_dir():
            raise UsageError(f"there is no file `{path}`")
        self.path = path
        self._dataset = _folder(path) if path.is_dir() else None
        self.format = "parquet" if path.is_dir() else BY_SUFFIX.get(path.suffix.lower(), "")
        if self.format not in READ:
            known = ", ".join(suffix for suffix, name in BY_SUFFIX.items() if name in READ)
            raise UsageError(f"`{path.name}` is no result that can be read again; write one with {known}")
        self._types = _types(policy)
        self._nested: set[str] = set()
        try:
            schema, self.about = self._opened()
        except (OSError, pa.ArrowException, ValueError, AttributeError, TypeError, KeyError) as error:
            raise UsageError(f"`{path.name}` is no {self.format}, or damaged: {error}") from None
        shorts = {snake(name): name for name in self._types}
        dotted = any(name in self._types and "." in name for name in schema)
        self._called = {name: name if dotted else shorts.get(name, name) for name in schema}
        self.names = [self._called[name] for name in schema]
        self._check(policy)
        self.own = [name for name in self.names if self._is_own(name)]

    @property
    def bits(self) -> Path | None:
        """The file of the rules' bits beside this one, where rows do not name their rules."""
        beside = bits_file(self.path)
        lists = any(name.startswith("rules.") for name in self.names)
        return beside if self.format == "parquet" and not lists and beside.is_file() else None

    def batches(self, wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All rows, with these of the columns that there are; `type` and `id` always."""
        names = [name for name, called in self._called.items() if called in {*wanted, "type", "id"}]
        try:
            for batch in self._raw(names):
                yield batch.rename_columns([self._called.get(name, name) for name in batch.schema.names])
        except (pa.ArrowException, ValueError, OSError, AttributeError, TypeError, KeyError) as error:
            raise UsageError(f"`{self.path.name}` is damaged: {error}") from None

    def _raw(self, names: list[str]) -> Iterator[pa.RecordBatch]:
        types = {name: self._types.get(self._called[name], pa.string()) for name in names}
        match self.format:
            case "parquet" if self._dataset is not None:
                for part in sorted(self._dataset.get_fragments(), key=lambda part: str(part.path)):
                    yield from part.to_batches(schema=self._dataset.schema, columns=names, batch_size=_ROWS)
            case "parquet":
                file = pq.ParquetFile(self.path)
                for group in range(file.num_row_groups):  # the library reads no lists of words over their ends
                    yield from file.iter_batches(_ROWS, row_groups=[group], columns=names)
            case "arrow":
                with pa.memory_map(str(self.path)) as source:
                    batches = pa.ipc.open_file(source)
                    for place in range(batches.num_record_batches):
                        yield batches.get_batch(place).select(names)
            case "csv":
                yield from csv_batches(self.path, types)
            case _:
                yield from json_batches(self.path, types)

    def _opened(self) -> tuple[list[str], ResultAbout]:
        """The names of the columns."""
        match self.format:
            case "parquet":
                schema = pq.read_schema(self.path) if self._dataset is None else self._dataset.schema
            case "arrow":
                with pa.memory_map(str(self.path)) as source:
                    schema = pa.ipc.open_file(source).schema
            case "csv":
                return list(next(csv_batches(self.path, {})).schema.names), ResultAbout()
            case _:
                return list(dict.fromkeys((*self._types, *json_names(self.path)))), ResultAbout()
        self._nested = {field.name for field in schema if pa.types.is_nested(field.type)}
        said = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
        return list(schema.names), ResultAbout(
            *(said.get(f"licet.{part}", "") for part in ("policy", "facts", "engine"))
        )

    def _check(self, policy: ir.Policy) -> None:
        if not {"type", "id"} <= set(self.names) or len(set(self.names)) < len(self.names):
            raise UsageError(
                f"`{self.path.name}` is no result of `licet batch` or `licet decide`: it has no type and id"
            )
        decided = [name.removesuffix(".must") for name in self.names if name.count(".") == 1 and name.endswith(".must")]
        other = [name for name in decided if name not in policy.decisions]
        if other:
            named = first_of([f"`{name}`" for name in other], 3)
            raise UsageError(
                f"`{self.path.name}` has answers about {named}, which this policy does not decide: name the policy that"
                " it was decided by, with --policy"
            )

    def _is_own(self, name: str) -> bool:
        return (
            name not in self._types
            and name not in self._nested
            and not name.endswith(".because")
            and not name.startswith("rules.")
        )


def _folder(path: Path) -> ds.Dataset:
    """The parts of a result that `--partition-by` divided."""
    try:
        return ds.dataset(path, format="parquet", partitioning="hive", exclude_invalid_files=False)
    except (OSError, pa.ArrowException) as error:
        raise UsageError(f"the folder `{path}` is no result in parts of Parquet: {error}") from None


def _types(policy: ir.Policy) -> dict[str, pa.DataType]:
    """The types of the columns that a result of a policy may have, with texts for words."""
    schema = result_schema(policy, decided_entities(policy))
    types = {field.name: _plain(field.type) for field in schema}
    return {**types, **RECORDS, **{f"rules.{status}": TEXTS for status in STATUSES}}


def _plain(type_: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(type_):
        return pa.string()
    return TEXTS if pa.types.is_list(type_) and pa.types.is_dictionary(type_.value_type) else type_
