"""JSONL in columns says what JSONL record by record says: cells, lines, and what is wrong."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from licet.facts.files import sheets_jsonl
from licet.facts.files.sheets import BrokenRow
from licet.kernel import records
from licet.kernel.library import loaded

VALUES = [
    *("1", "-0", "0.10", "1e26", "-1.5E-3", "100000000000000000000000001", "0.1000000000000000055", "true", "null"),
    *('"x"', '""', '" a "', '"é"', '"\U0001f600"', '"a; b"', '"2026-01-01"', '"unknown"', '"]}"', '"nul"'),
    *(r'"\u0061"', r'"a\"b"', r'"\n"', '["a", "b"]', "[]", '{"at_least": 1.50}', '{"value": {"value": 3}}', '"a,b:c"'),
    *('{"at_least":null}', r'[{"a":["\"]}"]}]', "[1, 2.0, null, true]", "false"),
]
WRONG = [
    *("01", "1.", ".5", "+1", "1e", "NaN", "-Infinity", "nul", "True", '"x', "[1", "[1}", '{"a":1,"a":2}', "'x'", ""),
    *(r'"\ud800"', r'"\x"', '"\t"', "[1,]", r'["\ud83d"]', "1 2", "-", '"\x0b"', "tru", "1,"),
]
KEYS = ["id", "a", "b", "ab", "é", "", r"\u0061"]
BLANKS = ["", "", "", " ", "\t", "  ", "\r"]


def line(chance: random.Random, wrong: float) -> str:
    """A record, or nearly one."""

    def blank() -> str:
        return chance.choice(BLANKS)

    keys = chance.sample(KEYS[:-1], chance.randint(0, 5))
    if chance.random() < wrong:
        keys = [*keys, chance.choice(KEYS)]
    pairs = []
    for key in keys:
        value = chance.choice(WRONG if chance.random() < wrong else VALUES)
        pairs.append(f'{blank()}"{key}"{blank()}:{blank()}{value}{blank()}')
    text = f"{blank()}{{{','.join(pairs) or blank()}}}{blank()}"
    if chance.random() < wrong:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(["", ",", "}", "{", '"', "\\", ":", "x", "\x0c", "\0"]) + text[at + 1 :]
    return chance.choice(["", " ", "\x0b"]) if chance.random() < wrong else text


def said(path: Path, wished: int) -> tuple[dict[int, dict[str, str]], list[str], list[BrokenRow]]:
    """Of each line its cells, the names in the order of a file, and the rows that are broken."""
    cells: dict[int, dict[str, str]] = {}
    names: dict[str, None] = {}
    broken: list[BrokenRow] = []
    for batch in sheets_jsonl.jsonl_sheet(path).rows(wished):
        names |= dict.fromkeys(batch.names)
        broken += batch.broken
        columns = [column.to_pylist() for column in batch.columns]
        for place, number in enumerate(batch.numbers.tolist()):
            given = {name: column[place] for name, column in zip(batch.names, columns, strict=True)}
            cells[number] = {name: text for name, text in given.items() if text is not None}
    return cells, list(names), broken


@pytest.mark.skipif(loaded() is None, reason="SKIPPED: JSONL in columns: there is no C library")
def test_columns_say_what_records_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(17)
    path = tmp_path / "Thing.jsonl"
    plain = 0
    for number in range(600):
        wrong = chance.choice([0, 0, 0, 0.02, 0.3])
        lines = [line(chance, wrong) for _ in range(chance.randint(1, 12))]
        text = "\n".join(lines) + chance.choice(["", "\n", "\n\n", "\r\n"])
        damaged = text.encode() if number % 9 else b"\xef\xbb\xbf" + text.encode().replace(b"\xa9", b"\xff", 1)
        if not damaged.strip(b"\xef\xbb\xbf \r\n\t"):
            continue
        path.write_bytes(damaged)
        plain += records.records_of(damaged) is not None
        wished = chance.choice([2, 5, 100])
        found = said(path, wished)
        with monkeypatch.context() as patched:
            patched.setattr(sheets_jsonl, "records_of", lambda _: None)
            expected = said(path, wished)
        assert found == expected, damaged
    assert 150 < plain < 500
    monkeypatch.setattr(records, "_MOST_KEYS", 3)
    assert records.records_of(b'{"a":1,"b":2,"c":3}') is not None
    assert records.records_of(b'{"a":1,"b":2,"c":3,"d":4}') is None
