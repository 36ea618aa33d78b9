"""What every test shares: the library, the inventory, the order of tests, and hypothesis made repeatable."""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from tests import reached  # measures from here on, if that is asked for

# isort: split

from licet import api
from licet.check.policy import Checked
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.facts.inventory.load import load_facts
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.loading import policy_files
from licet.loading.policy_files import load_policy
from licet.resources import policies_folder
from tests.examples import examples

P = ParamSpec("P")
R = TypeVar("R")
ROOT = Path(__file__).parent.parent
os.environ.pop("FORCE_COLOR", None)  # of pytest's own output: what commands print is compared without colours
gc.set_threshold(1_000_000, 50, 100)  # policies and facts are many objects that stay

settings.register_profile(
    "ci",
    max_examples=examples(100),
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--order-seed", type=int, metavar="N", help="run the tests in a random order, the N-th")


def pytest_configure(config: pytest.Config) -> None:
    if reached.PLUGIN is not None:
        config.pluginmanager.register(reached.PLUGIN)


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = config.getoption("--order-seed")
    return None if seed is None else f"in a random order: --order-seed {seed}"


@pytest.hookimpl(tryfirst=True)  # before the processes are told which tests belong together
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow tests are begun first, each in the process that is free; the others stay with those of their file, or of the
    group that they name.
    """
    seed = config.getoption("--order-seed")
    if seed is not None:
        random.Random(seed).shuffle(items)
    else:
        items.sort(key=_is_quick)
    for item in items:
        if _is_quick(item) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))


def _is_quick(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is None


def _with_room(function: Callable[P, R]) -> Callable[P, R]:
    """Python keeps the frames of calls in pieces of 16 KB, which it asks the system for and gives back one by one: a
    recursion that goes to and fro over the end of a piece takes up to a quarter longer. A frame that is itself large
    gets one large piece, of which its calls have about a megabyte.
    """

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    called.__code__ = called.__code__.replace(co_stacksize=1 << 17)  # words, of which none is touched
    return called


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    pyfuncitem.obj = _with_room(pyfuncitem.obj)
    return (yield)


def _library_is_read_once() -> None:
    """One policy for all that ask for the shipped library in this process, as long as no file of it changes: modules of
    tests ask for it while they are collected.

    Whatever is worked out of a policy once, as the programs of the engines, is then worked out once.
    """
    read = policy_files.check_files
    known: dict[tuple[tuple[str, int], ...], Checked] = {}

    def check_files(paths: Sequence[Path] = (), *, whole: bool = False) -> Checked:
        if paths or whole:
            return read(paths, whole=whole)
        files = tuple(_changes(str(policies_folder())))
        if files not in known:
            known[files] = read()
        return known[files]

    policy_files.check_files = api.check_files = check_files


def _changes(folder: str) -> Iterator[tuple[str, int]]:
    """When each file of a folder was last changed: asked for a thousand times, and no file is looked up by its name."""
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir():
                yield from _changes(entry.path)
            else:
                yield entry.path, entry.stat().st_mtime_ns


_library_is_read_once()


@pytest.fixture(scope="session")
def library() -> Policy:
    return load_policy()


@pytest.fixture(scope="session")
def frontier(library: Policy) -> Facts:
    return load_facts(ROOT / "fixtures" / "frontier", library)


@pytest.fixture(scope="session")
@_with_room
def frontier_decided(library: Policy, frontier: Facts) -> tuple[Decision, ...]:
    """The whole inventory by the reference, each subject on its own day. Who asks for it is of the group `frontier`."""
    return decide(library, frontier, engine_name="reference")
