"""Transfers that nobody recorded: every model to every destination, under assumptions that are said aloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from licet.decide.checks import CheckRows
from licet.decide.from_outcome import decide
from licet.decide.grounds.grounds_columns import GroundsRows
from licet.decide.missing.rows import MissingRows, views_of
from licet.decide.table.from_verdicts import result_rows
from licet.decide.table.result_table import result_schema, result_table
from licet.errors import UsageError
from licet.facts.tables import Coded, Column, Table, Tables, facts_from_tables
from licet.ir.countries import CODES, instead_of
from licet.ir.outcomes import jurisdictions_of
from licet.ir.policy import COMMON, Decision, Policy
from licet.names import normal
from licet.release.grid_vocabulary import MODEL, PARTY, TRANSFER, GridVocabulary, check_independence, check_vocabulary
from licet.run.columnar.batch import Batches, Days
from licet.run.columnar.engine import NAME
from licet.suggest import did_you_mean
from licet.values import Fact, State

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORIGIN = "US"
_ROWS = 65_536  # decided at once
_SEATS = ("country", "headquarters", "ultimate_parent_country", "incorporated_in")


@dataclass(frozen=True, slots=True)
class Profile:
    """Who receives: what is assumed of the consignee, who is the end user too, and of the end use."""

    name: str
    phrase: str
    kind: str
    end_use: str


PROFILES: Mapping[str, Profile] = {
    p.name: p
    for p in (
        Profile("commercial", "a commercial company, for a commercial end use", "commercial", "commercial"),
        Profile("academic", "an academic institution, for research", "academic", "research"),
        Profile("government", "a government body, for a commercial end use", "government", "commercial"),
        Profile("military", "a military body, for a military end use", "military", "military"),
    )
}
DEFAULT = PROFILES["commercial"]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """`tables` holds a transfer for each cell: by model, then profile, then destination.

    `models` and `developers` (None where none is recorded) stand side by side.
    """

    tables: Tables
    models: tuple[str, ...]
    developers: tuple[str | None, ...]
    destinations: tuple[str, ...]
    profiles: tuple[Profile, ...]
    as_of: date
    assumptions: tuple[str, ...] = field(default=())

    @property
    def size(self) -> int:
        return len(self.models) * len(self.profiles) * len(self.destinations)


def grid(
    policy: Policy,
    tables: Tables,
    as_of: date,
    *,
    models: Sequence[str] | None = None,
    destinations: Sequence[str] | None = None,
    profiles: Sequence[Profile] = (DEFAULT,),
) -> Grid:
    """The transfers of a map, in place of those of the inventory; without `models` and `destinations`, all.

    Errors: `UsageError` where the vocabulary has no transfers, a model or destination is unknown,
    or a rule looks at all transfers or parties, so that cells would change each other's answers.
    """
    check_vocabulary(policy)
    recorded = tables.entities.get(MODEL)
    if recorded is None or not recorded.length:
        raise UsageError("the inventory has no model to map")
    chosen = tuple(normal(model) for model in models) if models is not None else tuple(recorded.rows_by_id)
    for model in chosen:
        if model not in recorded.rows_by_id:
            raise UsageError(f"there is no model `{model}` in the inventory")
    places = tuple(sorted(CODES - {ORIGIN})) if destinations is None else tuple(destinations)
    for place in places:
        if place not in CODES or place == ORIGIN:
            meant = instead_of(place)
            hint = f"; did you mean `{meant}`?" if meant not in (None, ORIGIN, place) else ""
            raise UsageError(f"`{place}` is no destination: write a country code of two letters, not {ORIGIN}{hint}")
    developers = _developers(recorded, chosen)
    vocabulary = GridVocabulary(policy)
    parties = _with_consignees(vocabulary, tables.entities.get(PARTY), places, profiles)
    transfers = _transfers(vocabulary, chosen, developers, places, profiles, as_of)
    check_independence(policy, transfers)
    entities = {**tables.entities, PARTY: parties, TRANSFER: transfers}
    made = Tables(entities, tables.relations, tables.as_of, tables.opened, tables.members, tables.fingerprint)
    return Grid(
        made,
        chosen,
        developers,
        places,
        tuple(profiles),
        as_of,
        tuple(_assumptions(vocabulary, profiles, destinations)),
    )


def cells(
    policy: Policy,
    tables: Tables,
    type_: str,
    as_of: date,
    jurisdictions: Sequence[str] = (),
    engine_name: str = "auto",
) -> pa.Table:
    """The result table of all records of a type on one day, in the order of their table.

    In columns, unless another engine is asked for by name. Errors: `UsageError` where that cannot answer.
    """
    table = tables.entities[type_]
    assert table.ids is not None
    schema = result_schema(policy, [type_], jurisdictions)
    if engine_name not in ("auto", NAME):
        facts = facts_from_tables(tables)
        decisions = decide(
            policy,
            facts,
            list(facts.subjects(type_)),
            as_of=as_of,
            engine_name=engine_name,
            jurisdictions=jurisdictions,
        )
        return pa.Table.from_batches([result_table(policy, decisions, schema)])
    batches = Batches(policy, tables)
    missing = MissingRows(policy, type_, views_of(policy, type_, tuple(jurisdictions)))
    grounds = GroundsRows(policy, type_, jurisdictions)
    checks = CheckRows(policy, type_, batches, tuple(jurisdictions))
    found = []

    def day_of(table: Table) -> Days:
        return Days([as_of], np.zeros(table.length, np.int32))

    for start in range(0, table.length, _ROWS):
        rows = np.arange(start, min(start + _ROWS, table.length))
        verdicts = batches.verdicts(type_, table, rows, Days([as_of], np.zeros(len(rows), np.int32)))
        ids, checked = table.ids.take(pa.array(rows)), checks.columns(verdicts, day_of)
        found.append(result_rows(verdicts, type_, ids, schema, missing, grounds, checked))
    return pa.Table.from_batches(found, schema)


def with_places(made: Grid, result: pa.Table) -> pa.Table:
    """The result table with the model, destination and profile of each row beside its id."""
    transfers = made.tables.entities[TRANSFER]
    columns = {
        "model": pa.array([m for m in made.models for _ in range(made.size // len(made.models))], pa.string()),
        "destination": pa.array(list(made.destinations) * (transfers.length // len(made.destinations)), pa.string()),
        "profile": pa.array(
            [p.name for _ in made.models for p in made.profiles for _ in made.destinations], pa.string()
        ),
    }
    for place, (name, column) in enumerate(columns.items(), 2):
        result = result.add_column(place, name, column)
    return result


def chosen_profiles(names: Sequence[str]) -> list[Profile]:
    """Those of these names; the commercial one where there are none. Errors: `UsageError` for an unknown name."""
    for name in names:
        if name not in PROFILES:
            help_ = did_you_mean(name, PROFILES) or f"known: {', '.join(PROFILES)}"
            raise UsageError(f"there is no profile `{name}`; {help_}")
    return [PROFILES[name] for name in dict.fromkeys(names)] or [DEFAULT]


def decision_of(policy: Policy, name: str | None, jurisdictions: Sequence[str] = ()) -> Decision:
    """The decision about transfers that a map shows.

    Errors: `UsageError` where there is none of that name, or no rule of the jurisdictions decides it.
    """
    about = [d for d in policy.decisions.values() if d.entity == TRANSFER]
    found = about[:1] if name is None else [d for d in about if d.name == name]
    if not found:
        known = ", ".join(d.name for d in about)
        raise UsageError(
            f"no decision `{name}` is about transfers; known: {known}" if known else "no decision is about transfers"
        )
    deciding = jurisdictions_of(policy, found[0].name)
    if jurisdictions and not {*jurisdictions, COMMON} & set(deciding):
        raise UsageError(
            f"no rule of {' or '.join(jurisdictions)} decides `{found[0].name}`; it is decided in {', '.join(deciding)}"
        )
    return found[0]


# ---- the cells


def cell_id(model: str, destination: str, profile: Profile) -> str:
    """How the transfer of a cell is called in answers."""
    return f"{model} to {destination}" if profile is DEFAULT else f"{model} to {destination} ({profile.name})"


def consignee_id(destination: str, profile: Profile) -> str:
    return f"{profile.name} consignee in {destination}"


def _transfers(
    vocabulary: GridVocabulary,
    models: Sequence[str],
    developers: Sequence[str | None],
    places: Sequence[str],
    profiles: Sequence[Profile],
    as_of: date,
) -> Table:
    """Coded columns: a model's and a destination's facts stand once, however many cells there are."""
    per_model = len(profiles) * len(places)
    model = np.repeat(np.arange(len(models), dtype=np.int32), per_model)
    profile = np.tile(np.repeat(np.arange(len(profiles), dtype=np.int32), len(places)), len(models))
    place = np.tile(np.arange(len(places), dtype=np.int32), len(models) * len(profiles))
    consignees = tuple(consignee_id(c, p) for p in profiles for c in places)
    unnamed = State.NOT_APPLICABLE if vocabulary.blank(TRANSFER, "exporter") else State.ABSENT
    exporters: tuple[Fact, ...] = tuple(unnamed if d is None else d for d in developers)
    at_party = profile * len(places) + place
    columns: dict[str, Coded] = {
        "item": Coded(model, tuple(models)),
        "destination": Coded(place, tuple(places)),
        "consignee": Coded(at_party, consignees),
        "end_user": Coded(at_party, consignees),
        "exporter": Coded(model, exporters),
        "end_use": Coded(profile, tuple(p.end_use for p in profiles)),
    }
    same: dict[str, Fact] = {
        "kind": "export",
        "origin": ORIGIN,
        "recipient": State.NOT_APPLICABLE,
        vocabulary.day(TRANSFER): as_of,
        "knowledge": "none",
        "red_flags": frozenset(),
        "facility_secure": True,
    }
    columns |= {name: Coded(np.zeros(len(model), np.int32), (fact,)) for name, fact in same.items()}
    ids = [cell_id(m, c, p) for m in models for p in profiles for c in places]
    return Table(TRANSFER, len(ids), vocabulary.recorded(TRANSFER, columns, len(ids)), pa.array(ids, pa.string()))


def _with_consignees(
    vocabulary: GridVocabulary, recorded: Table | None, places: Sequence[str], profiles: Sequence[Profile]
) -> Table:
    """The parties of the inventory, and a consignee for each destination and profile."""
    ids = [consignee_id(c, p) for p in profiles for c in places]
    if recorded is not None and (twice := set(ids) & set(recorded.rows_by_id)):
        raise UsageError(f"a party of the inventory is called `{min(twice)}`, as the map calls its own; rename it")
    codes = np.tile(np.arange(len(places), dtype=np.int32), len(profiles))
    made: dict[str, Coded] = {name: Coded(codes, tuple(places)) for name in _SEATS}
    kinds = np.repeat(np.arange(len(profiles), dtype=np.int32), len(places))
    made["kind"] = Coded(kinds, tuple(p.kind for p in profiles))
    made = vocabulary.recorded(PARTY, made, len(ids))
    if recorded is None:
        return Table(PARTY, len(ids), made, pa.array(ids, pa.string()))
    assert recorded.ids is not None
    columns: dict[str, Column] = {}
    for name in {**recorded.columns, **made}:
        columns[name] = _joined(recorded.columns.get(name), recorded.length, made.get(name), len(ids))
    return Table(PARTY, recorded.length + len(ids), columns, pa.array([*recorded.ids.to_pylist(), *ids], pa.string()))


def _joined(above: Column | None, rows_above: int, below: Coded | None, rows_below: int) -> Coded:
    """One column under another; what is not there is absent."""
    absent: tuple[Fact, ...] = (State.ABSENT,)
    upper = _coded(above, rows_above) if above is not None else Coded(np.zeros(rows_above, np.int32), absent)
    lower = below if below is not None else Coded(np.zeros(rows_below, np.int32), absent)
    codes: NDArray[np.int32] = np.concatenate([upper.codes, lower.codes + np.int32(len(upper.facts))])
    return Coded(codes.astype(np.int32), (*upper.facts, *lower.facts))


def _coded(column: Column, rows: int) -> Coded:
    if isinstance(column, Coded):
        return column
    return Coded(np.arange(rows, dtype=np.int32), tuple(column.fact(row) for row in range(rows)))


def _developers(recorded: Table, models: Sequence[str]) -> tuple[str | None, ...]:
    column = recorded.columns.get("developer")
    if column is None:
        return (None,) * len(models)
    facts = [column.fact(recorded.rows_by_id[model]) for model in models]
    return tuple(fact if isinstance(fact, str) else None for fact in facts)


def _assumptions(
    vocabulary: GridVocabulary, profiles: Sequence[Profile], destinations: Sequence[str] | None
) -> list[str]:
    lines = [
        f"the consignee is the end user too: {profile.phrase}; unlisted; located, headquartered, "
        "incorporated and parented in the destination"
        for profile in profiles
    ]
    lines += [
        f"the developer exports the model from {ORIGIN}, to a company and not to a person",
        "the exporter knows of nothing prohibited, and there are no red flags",
        "the transfers of the inventory are not looked at",
    ]
    if vocabulary.knows(TRANSFER, "facility_secure"):
        lines.append(
            "the weights are kept in a facility that is secure enough for a licence exception that asks for one"
        )
    if destinations is None:
        lines.append(f"every code of ISO 3166-1 but {ORIGIN} is a destination of its own, territories among them")
    return [*lines, *vocabulary.unsaid]
