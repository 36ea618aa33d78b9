"""What a policy may say of a record that somebody gives, and what it may not."""

from __future__ import annotations

import pytest

from licet.check.policy import check
from licet.diagnostics import Source
from licet.syntax.from_text import parse
from tests.explain.test_obtained import HEAD


def codes(text: str) -> set[str]:
    return {one.code for one in check("a", [parse(Source("a.licet", HEAD + text))], {}).diagnostics}


def permit(fields: str) -> str:
    return f'obtainable o "o" for x: Thing given by "the Office" is Permit {{ {fields} }}'


SAID = [
    "kind: plain, things: [x], holder: x.holder, until: as_of,",
    "kind: unknown, things: [], holder: not applicable, until: 2026-01-01",
    "until: x.ended",
]
WRONG = {
    "holder: x.holder, kind: x.holder.name": "E044",
    "until: as_of + 30 days": "E044",
    "until: 2026-01-01 to 2027-01-01": "E044",
    "kind: x.bad": "E044",
    "holder: x": "E042",
    "things: [x.holder]": "E042",
    "owner: x.holder": "E032",
    "holder: x.holder, holder: x.holder": "E034",
}


@pytest.mark.parametrize("fields", SAID)
def test_what_a_record_says(fields: str) -> None:
    assert not {code for code in codes(permit(fields)) if code[0] == "E"}


@pytest.mark.parametrize("fields", WRONG)
def test_what_a_record_cannot_say(fields: str) -> None:
    assert codes(permit(fields)) == {WRONG[fields]}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("E049", 'obtainable o "o" given by "the Office" is Permit { kind: plain }'),
        ("E030", 'obtainable o "o" for x: Thing given by "the Office" is Licence { kind: plain }'),
        ("E090", 'obtainable o "o" for x: Thing source verified given by "the Office" is Permit { kind: plain }'),
        ("E059", 'obtainable o "o" for x: Thing given by "the Office" is Thing { bad: yes }'),
        ("E034", permit("kind: plain") * 2),
    ],
)
def test_what_cannot_be_obtained(code: str, text: str) -> None:
    assert codes(text) == {code}
