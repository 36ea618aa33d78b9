"""Ids that nobody can tell apart by looking at them, although they are not equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from licet.diagnostics import Diagnostic
from licet.facts.inventory.merge_yaml import Places
from licet.facts.tables import Tables
from licet.names import code_point, look


def look_alikes(tables: Tables, places: Places) -> Iterator[Diagnostic]:
    """A warning for each id that looks like another of its entity, in letters of another script or width."""
    for name, table in tables.entities.items():
        strange = {row: id_ for row, id_ in enumerate(table.id_list) if not id_.isascii()}
        by_look: dict[str, int] = {}
        looks = {look(id_) for id_ in strange.values()}
        for row, id_ in enumerate(table.id_list):
            seen_as = look(id_) if row in strange else id_
            if seen_as not in looks:
                continue
            first = by_look.setdefault(seen_as, row)
            if first != row:
                yield _said(name, row, first, table.id_list, places)


def _said(name: str, row: int, first: int, ids: Sequence[str], places: Places) -> Diagnostic:
    odd = next(c for a, c in zip(ids[first] + " ", ids[row] + " ", strict=False) if a != c)
    other = next(a for a, c in zip(ids[first] + " ", ids[row] + " ", strict=False) if a != c)
    return Diagnostic(
        "W021",
        f"the ids `{ids[first]}` and `{ids[row]}` of {name} look alike and are not equal",
        places.of(name, row, "id"),
        label=f"has {code_point(odd)} where the other has {code_point(other)}",
        others=((places.of(name, first, "id"), "the other"),),
        help="if one thing is meant, write its id alike",
        severity="warning",
    )
