"""Damaged table files are told, never a stack trace, whatever the damage is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from licet.facts.from_tables import read_tables
from licet.facts.store import Facts, Record
from licet.report.diagnostics_full import render
from licet.values import Range, State
from tests.facts.test_round_trip import POLICY
from tests.facts.written import FORMATS, write

FACTS = Facts(
    {
        "Thing": {
            f"i{k}": Record(
                {
                    "n": k,
                    "q": Range(10**25, 10**26) if k % 3 else State.UNDETERMINED,
                    "f": bool(k % 2),
                    "c": "CH",
                    "tags": frozenset("ab"),
                    "ref": f"i{(k + 1) % 12}",
                }
            )
            for k in range(12)
        }
    },
    {},
)


@pytest.mark.parametrize("format_", FORMATS)
def test_damage(tmp_path: Path, format_: str) -> None:
    assert POLICY is not None
    write(FACTS, POLICY, tmp_path / "good", format_)
    file = next((tmp_path / "good").iterdir())
    good = file.read_bytes()
    draw = random.Random(f"damage {format_}")
    told = 0
    for _ in range(120):
        file.write_bytes(damaged(good, draw))

        reading = read_tables(tmp_path / "good", POLICY, keep_going=draw.random() < 0.5)

        told += bool(reading.diagnostics)
        text = render(reading.diagnostics)
        assert "pyarrow" not in text.lower()
        assert "Error" not in text
    assert told > 30


def damaged(data: bytes, draw: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(draw.randrange(1, 4)):
        at, end = sorted((draw.randrange(len(out) + 1), draw.randrange(len(out) + 1)))
        match draw.randrange(5):
            case 0:
                del out[at : min(end, at + 40)]
            case 1:
                out[at:at] = draw.randbytes(draw.randrange(1, 6))
            case 2 if at < len(out):
                out[at] = draw.randrange(256)
            case 3:
                out[at:at] = draw.choice([b'"', b"\n", b",", b";", b"\x00", b"\xff\xfe", b"{", b"nan", b"1e999", b"\r"])
            case _:
                del out[end:]
        if not out:
            return bytes(out)
    return bytes(out)
