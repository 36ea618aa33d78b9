"""The fingerprint of a policy binds it: what is written in canonical JSON (RFC 8785), and that nothing is left out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from typing import Any

import pytest
import rfc8785

from licet.diagnostics import Span
from licet.facts.store import Facts
from licet.ir import canonical
from licet.ir.canonical import canonical_json, document, fingerprint, plain
from licet.ir.policy import Policy
from licet.loading.policy_files import load_policy
from licet.values import State

POLICY = load_policy()
LEFT_OUT = ("name", "tests", "properties", "obtainables", "analysed_tables", "defines")


@dataclass(frozen=True)
class Part:
    z: tuple[Any, ...]
    a: Mapping[str, Any]
    half: Fraction = Fraction(1, 2)
    day: date = date(2026, 1, 1)


def test_it_is_written_as_the_rfc_says() -> None:
    document = plain(Part(('"\\/\x1f\U0001f600', None, True, 7), {"b": (), "a": frozenset("ba")}))

    assert document == {
        "a": [["b", []], ["a", ["a", "b"]]],
        "day": "2026-01-01",
        "half": "1/2",
        "node": "Part",
        "z": ['"\\/\x1f\U0001f600', None, True, "7"],
    }
    assert canonical_json(document) == rfc8785.dumps(document)


def test_the_fingerprint_is_of_the_document_without_its_schema() -> None:
    whole = document(POLICY)
    parts = {name: part for name, part in whole.items() if name != "schema"}

    assert whole["schema"] == "licet/policy/1"
    assert canonical_json(whole) == rfc8785.dumps(whole)
    assert fingerprint(POLICY) == "sha256:" + hashlib.sha256(rfc8785.dumps(parts)).hexdigest()


def test_a_text_is_not_the_state_that_it_is_called_like() -> None:
    assert [plain(State.ABSENT), plain("ABSENT"), plain("absent")] == [{"state": "absent"}, "ABSENT", "absent"]


@pytest.mark.slow
def test_every_change_of_a_policy_changes_its_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    """All attributes, recursively, but for places in the text and what no answer is made from."""
    before = fingerprint(POLICY)
    remembered = _remembering()
    monkeypatch.setattr(canonical, "plain", remembered)
    missed = []
    tried = 0
    for name in (f.name for f in fields(Policy) if f.name not in LEFT_OUT):
        written = remembered(getattr(POLICY, name))  # of texts, truths and nulls: none is equal to one of another kind
        for number, (where, changed) in enumerate(_changes(getattr(POLICY, name), name)):
            tried += 1
            if remembered(changed) == written:
                missed.append(where)
            elif number % 50 == 0 and fingerprint(replace(POLICY, **{name: changed})) == before:
                missed.append(f"{where}, which the fingerprint leaves out")

    assert not missed
    assert tried > 400


@pytest.mark.slow
def test_what_is_left_out_changes_no_answer(frontier: Facts) -> None:
    from licet.api import Policy as Public  # the public one decides

    subjects = list(frontier.subjects("Transfer"))[::20]

    def said(policy: Policy) -> list[tuple[Any, ...]]:
        decisions = Public(policy, ()).decide(frontier, subjects, date(2026, 6, 15), engine="columnar")
        return [(d.answers, d.overall, d.missing, d.scores, d.obligations, d.conflicts) for d in decisions]

    before = said(POLICY)
    for name in LEFT_OUT:
        empty = {"name": "another", "analysed_tables": frozenset(), "defines": {}}.get(name, ())
        assert said(replace(POLICY, **{name: empty})) == before, name


def test_which_parameter_comes_first_is_bound() -> None:
    """What a model descends from is walked from the first parameter to the second, whatever they are called."""
    relation = POLICY.relations["derived_from"]
    turned = replace(relation, parameters=dict(reversed(relation.parameters.items())))
    other = replace(POLICY, relations={**POLICY.relations, "derived_from": turned})

    assert fingerprint(other) != fingerprint(POLICY)


# ---- changes


def _remembering() -> Callable[[Any], Any]:
    """`plain`, which goes once through each part that is in the policy of every change: those are the same objects."""
    parts = (getattr(POLICY, f.name) for f in fields(Policy))
    known = {id(item): plain(item) for part in parts if isinstance(part, Mapping) for item in part.values()}

    def remembered(value: Any) -> Any:
        return known[id(value)] if id(value) in known else plain(value)

    return remembered


def _changes(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """The same value with one thing changed, in every way: leaves are others, parts are left out or turned round.

    Of many alike parts, only a few are gone into.
    """
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.compare:  # what is not compared says where something is, or when it is to be read again
                for inner, changed in _changes(getattr(value, field.name), f"{where}.{field.name}"):
                    yield inner, replace(value, **{field.name: changed})
    elif isinstance(value, Mapping):
        yield from _of_mapping(dict(value), where)
    elif isinstance(value, tuple):
        yield f"{where} with one more", (*value, "another")
        if value:
            yield f"{where} with one less", value[:-1]
        if len(set(map(repr, value))) > 1:
            yield f"{where} turned round", value[::-1]
        for i, item in list(enumerate(value))[:3]:
            for inner, changed in _changes(item, f"{where}[{i}]"):
                yield inner, (*value[:i], changed, *value[i + 1 :])
    elif isinstance(value, frozenset):
        yield f"{where} with one more", value | {"another"}
    elif not isinstance(value, Span):
        yield where, _another(value)


def _of_mapping(value: dict[Any, Any], where: str) -> Iterator[tuple[str, Any]]:
    if len(value) > 1:
        yield f"{where} turned round", dict(reversed(value.items()))
    for key, item in _few(value):
        yield f"{where} without {key}", {k: v for k, v in value.items() if k != key}
        yield f"{where} with another name for {key}", {f"{k}x" if k == key else k: v for k, v in value.items()}
        for inner, changed in _changes(item, f"{where}.{key}"):
            yield inner, {**value, key: changed}


def _few(value: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """One of each kind, so that every kind of part is gone into."""
    kinds: dict[Any, tuple[Any, Any]] = {}
    for key, item in value.items():
        kinds.setdefault((type(item), getattr(item, "kind", None), getattr(item, "derived", None)), (key, item))
    return list(kinds.values())


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, Enum):
        return next(other for other in type(value) if other is not value)
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, int | Fraction):
        return value + 1
    return f"{value}x" if isinstance(value, str) else "something"
