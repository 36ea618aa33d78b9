"""Damaged inventories of every format, for tests and for `benchmarks/fuzz_readers.py`."""

from __future__ import annotations

import io
import json
import random
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

from licet.errors import LicetError
from licet.facts.inventory.from_tables import read_sources
from licet.facts.inventory.stream import stream_table
from licet.facts.store import Facts, Record
from licet.ir import policy as ir
from licet.report.diagnostics_full import render
from licet.values import Range, State
from tests.facts.written import cell, tables, write

VOCABULARY = """
module fuzz "Fuzz"
unit op, ops "operations"
entity Party "party"
  name : text "name"
entity Thing "thing"
  n : number "n"
  q : quantity op "q"
  s : percent "s"
  d : date "d"
  c : country "c"
  e : one of red, green, blue "e"
  f : boolean "f"
  label : text "label"
  tags : set of text "tags"
  ref : Party "ref"
check odd for t: Thing when t.f then t is doubtful because "it is odd"
"""
FORMATS = ("csv", "tsv", "jsonl", "json", "yaml", "parquet", "arrow", "xlsx")
FACTS = Facts(
    {
        "Thing": {
            f"i{k}": Record(
                {
                    "n": k,
                    "q": Range(10**25, 10**26) if k % 3 else State.UNDETERMINED,
                    "f": bool(k % 2),
                    "d": date(2026, 1, 1 + k),
                    "c": "CH",
                    "e": "green",
                    "label": f"Zoë {k}",
                    "tags": frozenset("ab"),
                }
            )
            for k in range(12)
        }
    },
    {},
)
_BYTES = (b'"', b"\n", b",", b";", b"\t", b"\x00", b"\xff\xfe", b"{", b"[", b"nan", b"1e999", b"10^400", b"\r", b"\x1b")
_WORDS = (
    *("9999-12-31", "10000-01-01", "0000-01-01", "2026-02-30", "1e999", "10^400", "-1e-999", "1_0", "..", ">= "),
    *("1..2..3", "\u202e", "e\u0301", "\u0000", "\U0001f600", "null", "~", "[", "[1,", '{"a"', "a;b|c", "50%..40%"),
    *('{"odd": "so"}', "{'odd': 1}", '{"at_least": 1}', "odd: so; so", "{}"),
    *("1e5%", "=1+1", "NaN", "[" * 5_000),
)
_TYPED = (
    pa.array([20000, 3_000_000, -800_000], pa.date32()),
    pa.array([0, 86_400_000 * 3_000_000, 1], pa.date64()),
    pa.array([1756684800000000000, 1756684800000000001, None], pa.timestamp("ns")),
    pa.array([2**62, -(2**62), 0], pa.timestamp("us")),
    pa.array([2**62, 0, 1], pa.timestamp("s")),
    pa.array([0, 1, 2], pa.timestamp("s", tz="Europe/Zurich")),
    pa.array([0, 1, 2], pa.timestamp("s", tz="Nowhere/Land")),
    pa.array([1, 2, 3], pa.time64("us")),
    pa.array([1, 2, 3], pa.duration("s")),
    pa.array([float("nan"), float("inf"), 5e-324]),
    pa.array([2**64 - 1, 0, 1], pa.uint64()),
    pa.array([1, None, 3], pa.float16()) if hasattr(pa, "float16") else pa.array([1]),
    pa.array([10**37, 1, None], pa.decimal128(38, 0)),
    pa.array([10**75, 1, None], pa.decimal256(76, 0)),
    pa.array([b"\xff", b"a", None]),
    pa.array(["a", None, "\u202e"], pa.string_view()),
    pa.array([{"a": 1}, None, {"a": 2}]),
    pa.array([{"at_least": 1, "at_most": None}, None, {"at_least": 2, "at_most": 1}]),
    pa.array(
        [{"at_least": 2**62}, {"at_least": None}, {"at_least": -(2**62)}], pa.struct({"at_least": pa.timestamp("us")})
    ),
    pa.array([{"odd": "so", "at_least": b"\xff"}, {"odd": ""}, {"odd": None, "at_least": b"\x00"}]),
    pa.array([["a"], None, [None]]),
    pa.array([[1], None, [2]]),
    pa.array([["a"], None, ["b"]], pa.large_list(pa.large_string())),
    pa.array([["a"], ["b"], ["c"]], pa.list_(pa.string(), 1)),
    pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int64())),
    pa.array([None, None, None]),
    pa.array([True, None, False]),
    pa.array(["x", "x", None]).dictionary_encode(),
    pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), pa.array(["x", None])),
    pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int8()), pa.array([1.5, 2.5])),
    pa.array([1, 1, 2]).cast(pa.int32()),
)


def written(folder: Path, policy: ir.Policy, format_: str) -> bytes:
    """A whole inventory in one file of a format."""
    if format_ in ("csv", "jsonl", "parquet", "arrow", "xlsx"):
        write(FACTS, policy, folder, format_)
        return next(folder.iterdir()).read_bytes()
    names, kinds, rows = tables(FACTS, policy)["Thing"]
    texts = [[cell(fact, kind) for fact, kind in zip(row, kinds, strict=True)] for row in rows]
    if format_ == "tsv":
        return "".join("\t".join(row) + "\n" for row in [names, *texts]).encode()
    records = [{n: _value(t) for n, t in zip(names, row, strict=True) if t} for row in texts]
    if format_ == "json":
        return json.dumps({"as_of": "2026-01-01", "Thing": records}, indent=1).encode()
    lines = [f"  - {json.dumps(record)}\n" if k % 2 else _block(record) for k, record in enumerate(records)]
    return ("as_of: 2026-01-01\nThing:\n" + "".join(lines)).encode()


def _value(text: str) -> object:
    low, between, high = text.partition("..")
    if between:
        return {"at_least": low, "at_most": high}
    return json.loads(text) if text.startswith("[") else text


def _block(record: dict[str, object]) -> str:
    return "  - " + "    ".join(f"{name}: {json.dumps(value)}\n" for name, value in record.items())


def damages(policy: ir.Policy, folder: Path, format_: str, draw: random.Random) -> Iterator[Path]:
    """One damaged file after the other, in the same place, without end."""
    good = written(folder / "good", policy, format_)
    file = folder / f"Thing.{format_}"
    while True:
        if format_ in ("parquet", "arrow") and draw.random() < 0.3:
            _odd_types(file, format_, policy, draw)
        elif format_ == "xlsx" and draw.random() < 0.7:
            file.write_bytes(_with_damage_inside(good, draw))
        elif format_ not in ("parquet", "arrow", "xlsx") and draw.random() < 0.5:
            file.write_bytes(_with_words(good, draw))
        else:
            file.write_bytes(damaged(good, draw))
        yield file


def damaged(data: bytes, draw: random.Random) -> bytes:
    """Bytes taken out, put in, changed, cut off, or in another encoding."""
    if draw.random() < 0.03:
        return data.decode("utf-8", errors="replace").encode(
            draw.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
        )
    out = bytearray(data)
    for _ in range(draw.randrange(1, 4)):
        at, end = sorted((draw.randrange(len(out) + 1), draw.randrange(len(out) + 1)))
        match draw.randrange(7):
            case 0:
                del out[at : min(end, at + 40)]
            case 1:
                out[at:at] = draw.randbytes(draw.randrange(1, 6))
            case 2 if at < len(out):
                out[at] = draw.randrange(256)
            case 3:
                out[at:at] = draw.choice(_BYTES)
            case 4:
                out[at:at] = out[end : end + draw.randrange(60)]
            case 5 if at + 8 < len(out):
                out[at : at + 8] = struct.pack("<q", draw.choice([0, -1, 2**31, 2**62, -(2**62), 7]))
            case _:
                del out[end:]
        if not out:
            return bytes(out)
    return bytes(out)


def _with_damage_inside(archive: bytes, draw: random.Random) -> bytes:
    """A whole archive in which one file is damaged: its sheets, its dates, its texts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as given, zipfile.ZipFile(out, "w") as taken:
        hit = draw.choice(
            [name for name in given.namelist() if "sheet" in name or "String" in name or "styles" in name]
        )
        for name in given.namelist():
            content = given.read(name)
            if name == hit:
                content = _other_numbers(content, draw) if draw.random() < 0.6 else damaged(content, draw)
            taken.writestr(name, content)
    return out.getvalue()


def _other_numbers(content: bytes, draw: random.Random) -> bytes:
    """Numbers of cells, and the places of texts and looks, are others."""
    places = list(re.finditer(rb"(?<=[>\"])[0-9.]+(?=[<\"])", content))
    for match in sorted(draw.sample(places, min(len(places), 2)), key=lambda m: -m.start()):
        other = draw.choice([b"", b"-1", b"1e999", b"2958466", b"99999999999", b"0.5", b"nan", b"x", b"1048577"])
        content = content[: match.start()] + other + content[match.end() :]
    return content


def _with_words(data: bytes, draw: random.Random) -> bytes:
    """A text with other words in place of some of its own."""
    text = data.decode()
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(text))
        end = next((i for i in range(at, len(text)) if text[i] in ',\n\t"]}'), len(text))
        text = text[:at] + draw.choice(_WORDS) + text[end:]
    return text.encode("utf-8", errors="surrogatepass")


def _odd_types(file: Path, format_: str, policy: ir.Policy, draw: random.Random) -> None:
    """Columns of types that nobody meant."""
    names = ["id", *(f.name for f in policy.entities["Thing"].fields.values() if not f.derived)]
    names += ["source", "open"]
    chosen = draw.sample(names, draw.randrange(1, len(names)))
    columns = {name: draw.choice([c for c in _TYPED if len(c) == 3]) for name in chosen}
    if draw.random() < 0.8:
        columns["id"] = pa.array(["a", "b", "c"])
    try:
        writer = parquet.write_table if format_ == "parquet" else feather.write_feather
        writer(pa.table(columns), str(file))
    except (pa.ArrowException, ValueError):
        parquet.write_table(pa.table({"id": ["a"]}), file)


def look_at(file: Path, policy: ir.Policy, draw: random.Random) -> Counter[str]:
    """Reads a file in every way; what comes out otherwise than as findings is raised."""
    keep_going = draw.random() < 0.5
    reading = read_sources([(file, "Thing")], policy, keep_going=keep_going)
    text = render(reading.diagnostics)
    assert all(line.isprintable() for line in text.replace("\u00a0", " ").split("\n") if line.isascii()), text
    for word in ("pyarrow", "Traceback", "Error:", "fastexcel", "calamine"):
        assert word not in text, text
    for name, records in reading.facts.entities.items():
        for record in records.values():
            assert set(record.facts) <= set(policy.entities[name].fields)
    told = {"told": int(bool(reading.diagnostics)), "usable": int(reading.usable), "rejected": len(reading.rejects)}
    if file.suffix in (".csv", ".tsv", ".jsonl", ".parquet", ".arrow") and draw.random() < 0.2:
        try:
            stream = stream_table(
                file, policy, reading.tables, table="Thing", rejected=[].append if keep_going else None
            )
            for _ in stream:
                pass
            told["streamed"] = 1
        except LicetError:
            told["refused"] = 1
    return Counter(told)
