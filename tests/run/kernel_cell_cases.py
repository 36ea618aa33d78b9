"""Random cells and single cases read by the C library, each beside what Python makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from licet.kernel import cells, records
from licet.kernel.lists import places_of
from licet.plan.bits import function_of
from licet.plan.registers import ONES, ZERO, Line, one_case, registered
from licet.run.columnar.bitmaps import packed

VALUES = ["1", "-0.5", "2e26", '"x"', '"\\u00e9"', '[1, "]"]', "null", '{"b": {}}']
LENGTHS = (0, 1, 7, 8, 9, 64, 200)
TEXTS = ["", " ", "a", "b", "ab", "a b", " a", "a ", "a\tb", "é", "\x7f", "~", "aaaaaaaaa", "aaaaaaaab"]


def _cut(random: np.random.Generator, array: pa.Array, length: int) -> pa.Array:
    """So many of its cells, from anywhere on."""
    return array.slice(int(random.integers(0, len(array) - length + 1)), length)


def _mask(random: np.random.Generator, size: int) -> Any:
    return random.random(size) < random.choice([0, 0.3, 1])


def differences(random: np.random.Generator) -> Iterator[str]:
    """What is said otherwise of some random cells."""
    length = int(random.choice(LENGTHS))
    size = length + int(random.integers(0, 20))
    yield from _of_codes(random, size, length)
    yield from _of_truths(random, size, length)
    yield from _of_numbers(random, size, length)
    yield from _of_texts(random, size, length)
    yield from _of_one_case(random)
    yield from _of_lists(random)
    yield from _of_records(random)


def _of_codes(random: np.random.Generator, size: int, length: int) -> Iterator[str]:
    entries = [f"t{i}" for i in range(random.integers(1, 9))]
    indices = pa.array(random.integers(0, len(entries), size).astype(np.int32), mask=_mask(random, size))
    given = _cut(random, pa.DictionaryArray.from_arrays(indices, pa.array(entries)), length)
    codes = random.integers(0, 100, len(entries)).astype(np.int32)
    expected = [7 if index is None else codes[index] for index in given.indices.to_pylist()]
    level = int(random.integers(0, 3))
    found = cells.codes_of(given, codes, 7, level)
    if found is None or found.tolist() != expected:
        yield f"codes: {found} instead of {expected}"
    beyond = len(entries) - 1 in given.indices.to_pylist()
    if beyond and cells.codes_of(given, codes[:-1], 7, level) is not None:
        yield "codes: an index beyond the entries was taken"


PIECES = [
    '"a"',
    '"id"',
    ":",
    ",",
    "{",
    "}",
    "\n",
    "1.50",
    '"x"',
    '"\\\\"',
    '"\\"',
    "[",
    "]",
    "null",
    "tru",
    "-",
    " ",
    '"',
    "1e",
]


def _of_records(random: np.random.Generator) -> Iterator[str]:
    """Lines of records, or pieces of such, in memory that ends where they end."""
    if random.random() < 0.5:
        text = "".join(random.choice(PIECES, int(random.integers(1, 12))))
    else:
        lines = [f'{{"id": "d{n}", "a": {random.choice(VALUES)}}}' for n in range(random.integers(1, 9))]
        text = "\n".join(lines)
        text = text[: random.integers(1, len(text) + 1)]
    found = records.cut(np.frombuffer(text.encode(), np.uint8).copy(), text.count("\n") + 1)
    try:
        expected = [json.loads(line, parse_int=str, parse_float=str) for line in text.split("\n") if line.strip()]
    except ValueError:
        expected = [None]
    if found is None:
        if all(isinstance(one, dict) for one in expected) and text.count('"a"') == len(expected):
            yield f"records: {text} was not taken"
        return
    if expected == [None] and any(found.marked):
        return  # whether what is in brackets is JSON is seen by whoever reads it
    columns = [column.to_pylist() for column in found.columns]
    rows = [{n: c[i] for n, c in zip(found.names, columns, strict=True)} for i in range(len(found.lines))]
    told = [{name: str(read) for name, text in row.items() if (read := _unmarked(text)) is not None} for row in rows]
    wanted = [{name: str(value) for name, value in (one or {}).items() if value is not None} for one in expected]
    if told != wanted:
        yield f"records: {told} instead of {wanted}"


def _unmarked(text: str | None) -> Any:
    if text is None or not text.startswith(records.MARK):
        return text
    return json.loads(text[1:], parse_int=str, parse_float=str)


def _of_truths(random: np.random.Generator, size: int, length: int) -> Iterator[str]:
    given = _cut(random, pa.array(random.random(size) < 0.5, mask=_mask(random, size)), length)
    expected = [{False: 4, True: 9, None: -3}[truth] for truth in given.to_pylist()]
    found = cells.truths_of(given, 4, 9, -3, int(random.integers(0, 3)))
    if found is None or found.tolist() != expected:
        yield f"truths: {found} instead of {expected}"


def _of_numbers(random: np.random.Generator, size: int, length: int) -> Iterator[str]:
    numbers = random.integers(-(1 << 40), 1 << 40, size)
    mask = _mask(random, size)
    columns = [
        pa.array(numbers, mask=mask),
        pa.array(numbers / 7, mask=mask),
        pa.array((numbers % 100_000).astype(np.int32), mask=mask).cast(pa.date32()),
        pa.array(numbers, mask=mask).cast(pa.decimal128(38, 0)),
    ]
    for column in columns:
        given = _cut(random, column, length)
        plain = given.cast(pa.int32()) if pa.types.is_date32(given.type) else given
        expected = [0 if number is None else number for number in plain.to_pylist()]
        found = cells.numbers_of(given, int(random.integers(0, 3)))
        states = [int(not valid) for valid in given.is_valid().to_pylist()]
        if found is None or found[0].tolist() != expected or found[1].tolist() != states:
            yield f"numbers of {given.type}: {found} instead of {expected}"
    if length:
        wide = pa.array([1 << 63, *[1] * (length - 1)], pa.decimal128(38, 0))
        if cells.numbers_of(wide) is not None:
            yield "numbers: a decimal beyond 64 bits was taken"


def _of_texts(random: np.random.Generator, size: int, length: int) -> Iterator[str]:
    texts = TEXTS if random.random() < 0.3 else ["a", "b", "a b", "~"]
    drawn = [str(text) for text in random.choice(texts, size)]
    given = _cut(random, pa.array(drawn if random.random() < 0.5 else sorted(drawn, key=_key), pa.string()), length)
    own = given.to_pylist()
    plain = all(text and text == text.strip(" ") and all(" " <= letter <= "~" for letter in text) for text in own)
    if cells.are_plain(given) != plain:
        yield f"plain: not {plain} of {own}"
    last = str(random.choice(TEXTS))
    keys = [_key(text) for text in (last, *own)]
    rising = all(one < other for one, other in pairwise(keys))
    if cells.are_rising(given, last) != rising:
        yield f"rising: not {rising} of {last!r} and {own}"


def _key(text: str) -> tuple[int, bytes]:
    return len(text.encode()), text.encode()


def _of_one_case(random: np.random.Generator) -> Iterator[str]:
    """A random program: what its lines say as Python has to be what the operations say."""
    inputs = [f"i{n}" for n in range(random.integers(1, 12))]
    names, lines = [*inputs], list[Line]()
    for n in range(random.integers(1, 30)):
        operator = str(random.choice(["&", "|", "^"]))
        used = [str(name) for name in random.choice(names, min(len(names), int(random.integers(2, 5))), replace=False)]
        used = [used[0], ONES] if operator == "^" or len(used) < 2 else used
        operator = "^" if ONES in used else operator
        lines.append((f"b{n}", f" {operator} ".join(used), tuple(used)))
        names.append(f"b{n}")
    results = [str(name) for name in random.choice([*names, ZERO, ONES], int(random.integers(1, 63)))]
    body = [f"    {', '.join(inputs)}, = inputs", *(f"    {name} = {expression}" for name, expression, _ in lines)]
    run = function_of("\n".join(["def program(M, inputs):", *body, f"    return [{', '.join(results)}]"]))
    given = random.integers(0, 2, len(inputs)).tolist()
    one = one_case(inputs, lines, results)
    expected = sum(bit << n for n, bit in enumerate(run(1, given)))
    if one is None or one(bytes(given)) != expected:
        yield f"one case: {None if one is None else one(bytes(given))} instead of {expected}"
    if registered(inputs, lines, results).registers > 2 + len(inputs) + len(lines):
        yield "more registers than bitmaps"


def _of_lists(random: np.random.Generator) -> Iterator[str]:
    rows = int(random.choice([0, 1, 63, 64, 65, 4095, 4096, 4097, 5000]))
    truths = [random.random(rows) < random.choice([0, 0.1, 1]) for _ in range(random.integers(0, 4))]
    bitmaps = [None if truth.all() and random.random() < 0.5 else packed(truth) for truth in truths]
    found = places_of(bitmaps, rows)
    expected = [[n for n, truth in enumerate(truths) if truth[row]] for row in range(rows)]
    if found is None or np.diff(found[0]).tolist() != [len(own) for own in expected]:
        yield "lists: other lengths"
    elif found[1].tolist() != [n for own in expected for n in own]:
        yield "lists: other members"


def look(number: int, seed: int = 0) -> list[str]:
    """The differences of so many draws."""
    random = np.random.default_rng(seed)
    return [found for _ in range(number) for found in differences(random)]
