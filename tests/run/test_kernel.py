"""The C library says what numpy says, and what the reference says of whole policies; it refuses what it cannot do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.growth import checked
from hypothesis import given, settings

from licet.facts.store import Facts
from licet.facts.tables import Coded, Plain, Table, Tables
from licet.kernel import build, library
from licet.kernel.library import BITMAP, CODES32, OPERATION, OUT, SOURCE, STEP, KernelRefusedError, OneCase
from licet.run.columnar import native
from licet.run.columnar.batch import Batches, Days
from licet.run.columnar.bitmaps import unpacked
from tests.conftest import ROOT
from tests.examples import each_once, examples
from tests.policy.test_batches import differences
from tests.run import kernel_cell_cases
from tests.run.kernel_cases import look
from tests.run.worlds import DATES, policy_texts, worlds


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of this source, whether or not one is installed."""
    if build.compiler() is None:
        pytest.skip("SKIPPED: there is no C compiler: numpy decides everything")
    path = tmp_path_factory.mktemp("kernel") / "kernel.so"
    assert build.build(path) == ""
    return path


@pytest.fixture
def kernel(built: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """It decides whatever there is, few rows too."""
    monkeypatch.setattr(library, "library_file", lambda: built)
    monkeypatch.delenv("LICET_KERNEL", raising=False)
    monkeypatch.setattr(native, "LEAST_ROWS", 0)
    library.loaded.cache_clear()
    assert native.serves(0)
    yield
    library.loaded.cache_clear()


@pytest.mark.usefixtures("kernel")
def test_random_calls_are_what_numpy_makes_of_them() -> None:
    assert look(150, seed=1) == []


@pytest.mark.usefixtures("kernel")
def test_random_cells_and_single_cases_are_what_python_makes_of_them() -> None:
    assert kernel_cell_cases.look(400, seed=1) == []


@pytest.mark.slow
@pytest.mark.usefixtures("kernel")
def test_whole_policies_are_decided_as_the_reference_does() -> None:
    calls = 0
    decide = library.decide

    def counted(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        return decide(*arguments)

    @settings(max_examples=examples(40))
    @given(policy_texts(), worlds(), DATES)
    @each_once
    def compare(text: str, facts: Facts, as_of: date | None) -> None:
        found = differences(text, facts, as_of)
        assert not found, "\n".join([text, str(facts), *found])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(native.library, "decide", counted)
        compare()
    assert calls > 100


# ---- several threads


POLICY = checked(
    "module m\nentity Thing\n  place : text\n  size : number\n  share : percent\n"
    "decision v of x: Thing\n  outcomes a < b < c\n  otherwise a\n"
    'rule one for x: Thing when x.place is one of ["t1", "t3", "t5"] and x.size is at least 10 then v of x is b\n'
    'rule two for x: Thing when x.place is not "t2" and not x.size is more than 40 then v of x is c\n'
    "rule three for x: Thing when x.size is 7 or x.share is at least 30% then v of x is b\n"
)


def things(seed: int, rows: int) -> Table:
    random = np.random.default_rng(seed)
    facts = [f"t{i}" for i in random.permutation(8 + seed % 5)]
    columns: dict[str, Coded | Plain] = {
        "place": Coded(random.integers(0, len(facts), rows).astype(np.int32), tuple(facts)),
        "size": Plain(random.integers(0, 60, rows), (random.random(rows) < 0.1).astype(np.uint8)),
        "share": Plain(random.random(rows).round(2), np.zeros(rows, np.uint8)),
    }
    return Table("Thing", rows, columns)


def ranks(batches: Batches, table: Table) -> list[list[int]]:
    days = Days([date(2026, 1, 1)], np.zeros(table.length, np.int32))
    verdicts = batches.verdicts("Thing", table, None, days)
    found = [end.tolist() for end in verdicts.bounds("v", "overall")]
    for rule, statuses in sorted(verdicts.statuses.items()):
        holds = unpacked(statuses.holds, table.length)
        assert verdicts.counts is None or verdicts.counts[rule][0] == holds.sum()
        found.append(holds.tolist())
    return found


@pytest.mark.usefixtures("kernel")
def test_two_threads_whose_facts_change_say_what_numpy_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are made anew for each batch with other facts, while another thread reads those of its own."""
    tables = [things(seed, 3000 + 97 * (seed % 7)) for seed in range(60)]
    with monkeypatch.context() as patched:
        patched.setattr(native, "LEAST_ROWS", 1 << 40)
        expected = [ranks(Batches(POLICY, Tables({}, {}), "Thing"), table) for table in tables]
    monkeypatch.setattr(native, "_MOST_SHAPES", 2)
    batches = Batches(POLICY, Tables({}, {}), "Thing")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda table: ranks(batches, table), tables * 3))

    assert found == expected * 3


# ---- what is refused


def call(**changed: int) -> None:
    """A call that is in order but for what is changed."""
    rows, held = 100, library.Held()
    codes, table, registers = np.zeros(rows, np.int32), np.ones(4, np.uint8), np.array([2], np.uint32)
    source = np.zeros(1, SOURCE)
    source["values"], source["table"] = held.address(codes), held.address(table)
    source["registers"], source["entries"] = held.address(registers), 4
    source["kind"], source["width"], source["bits"] = CODES32, 8, 1
    operation = np.array([(OUT, 0, 2, 0)], OPERATION)
    for name, value in changed.items():
        if name == "register":
            registers[0] = value
        elif name in SOURCE.names:
            source[name] = value
        elif name in OPERATION.names:
            operation[name] = value
    library.decide(rows, source, operation, 3, np.zeros((1, changed.get("stride", 2)), np.uint64))


@pytest.mark.usefixtures("kernel")
def test_a_program_for_one_case_that_does_not_fit_is_refused() -> None:
    inputs = np.array([1], np.uint16)
    one = OneCase(np.array([(2, 1, 1, 0, 0)], STEP), inputs, 3, 1)
    assert (one(b"\0"), one(b"\1")) == (0, 1)
    for others in (b"", b"\1\1"):
        with pytest.raises(KernelRefusedError):
            one(others)
    sizes = [((2, 1, 0, 0, 0), registers, results) for registers, results in ((3, 3), (0, 0), (1 << 16, 1), (99, 64))]
    for step, registers, results in [*sizes, ((9, 1, 1, 0, 0), 3, 1), ((2, 3, 1, 0, 0), 3, 1), ((2, 1, 1, 8, 0), 3, 1)]:
        with pytest.raises(KernelRefusedError):
            OneCase(np.array([step], STEP), inputs, registers, results)


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(
    "changed",
    [
        {"register": 1},
        {"register": 3},
        {"kind": 5},
        {"width": 12},
        {"bits": 9},
        {"bits": 0},
        {"values": 0},
        {"table": 0},
        {"kind": BITMAP, "bits": 2},
        {"kind": 2, "bound_count": 251},
        {"kind": 2, "bound_count": 1},
        {"what": 8},
        {"a": 3},
        {"b": 3},
        {"to": 1},
        {"what": 0, "to": 1},
        {"stride": 1},
    ],
)
def test_what_it_cannot_do_is_refused(changed: dict[str, int]) -> None:
    call()
    with pytest.raises(KernelRefusedError):
        call(**changed)


def test_it_is_left_alone_where_it_is_not_wanted_or_of_another_source(
    built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(library, "library_file", lambda: built)
    said = []
    for setting, source, order in [
        ("1", "", "little"),
        ("0", "", "little"),
        ("1", "other", "little"),
        ("1", "", "big"),
    ]:
        with monkeypatch.context() as patched:
            patched.setenv("LICET_KERNEL", setting)
            patched.setattr(sys, "byteorder", order)
            if source:
                patched.setattr(library, "source_fingerprint", lambda: "of another source")
            library.loaded.cache_clear()
            said.append(library.loaded() is not None)
    monkeypatch.setattr(library, "library_file", lambda: tmp_path / "none.so")
    library.loaded.cache_clear()
    said.append(library.loaded() is not None)
    library.loaded.cache_clear()

    assert said == [True, False, False, False, False]


# ---- sanitizers


BEYOND = """
import sys
from pathlib import Path
import numpy as np
from licet.kernel import library
library.library_file = lambda: Path(sys.argv[1])
held = library.Held()
source = np.zeros(1, library.SOURCE)
source["values"], source["table"] = held.address(np.zeros(64, np.int32)), held.address(np.ones(4, np.uint8))
source["registers"], source["entries"] = held.address(np.array([2], np.uint32)), 4
source["kind"], source["width"], source["bits"] = library.CODES32, 8, 1
library.decide(4096, source, np.zeros(0, library.OPERATION), 3, np.zeros((0, 64), np.uint64))
"""


@pytest.mark.slow
def test_no_address_is_wrong_and_nothing_is_undefined(tmp_path: Path) -> None:
    """Under sanitizers the random calls go through, and a call that reads beyond its memory does not."""
    path = tmp_path / "sanitized.so"
    flags = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    command = build.compiler()
    if command is None or sys.platform != "linux" or build.build(path, flags):
        pytest.skip("SKIPPED: the C library under sanitizers: no compiler here has them")
    names = [f"-print-file-name={name}.so" for name in ("libasan", "libubsan")]
    found = [
        subprocess.run([*command, name], capture_output=True, text=True, check=True).stdout.strip() for name in names
    ]
    if not all(map(os.path.isabs, found)):
        pytest.skip("SKIPPED: the C library under sanitizers: their libraries cannot be loaded first")
    surroundings = {**os.environ, "LD_PRELOAD": " ".join(found), "ASAN_OPTIONS": "detect_leaks=0"}
    surroundings.pop("LICET_KERNEL", None)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, *words]
        return subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT, env=surroundings)

    done = run("-m", "tests.run.kernel_cases", str(path), "60")
    beyond = run("-c", BEYOND, str(path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert beyond.returncode != 0
    assert "heap-buffer-overflow" in beyond.stderr
