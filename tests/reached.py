"""Which lines and branches of the engine the tests reach, and the floors below which a run of all of them fails.

With `LICET_REACHED=1` the processes that run tests measure it, from the moment this module is imported: that has to be
before anything of the engine is. What tests start as processes of their own is not measured.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {"lines": 97, "branches": 93}  # per cent: what is reached, rounded down
_SOURCE = [str(ROOT / "engine" / name) for name in ("licet", "licet_check")]
_LIST = ROOT / "build" / "reached.txt"
_BETWEEN = 15  # seconds


class InOneProcess:
    """Measures, and hands over at the end what was reached."""

    def __init__(self) -> None:
        import slipcover as sc

        # By itself it would look through all modules whenever some line was met fifty times.
        self._measured = sc.Slipcover(branch=True, d_miss_threshold=1 << 30, source=_SOURCE)
        sc.ImportManager(self._measured, sc.FileMatcher(sources=_SOURCE)).__enter__()
        self._looked = time.monotonic()

    def pytest_runtest_logfinish(self) -> None:
        """Lines that were met are let go of, where Python does not do that by itself, as it does from 3.12 on."""
        if time.monotonic() - self._looked > _BETWEEN and hasattr(self._measured, "deinstrument_seen"):
            self._measured.deinstrument_seen()
            self._looked = time.monotonic()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        session.config.workeroutput["reached"] = json.dumps(self._measured.get_coverage())  # type: ignore[attr-defined]


class OfAllProcesses:
    """Adds up what they reached, and says whether it is enough."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        import slipcover as sc

        own = getattr(node, "workeroutput", {}).get("reached")
        if own is not None:
            found = json.loads(own)
            self._found = sc.merge_coverage(self._found, found) if self._found else found

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        done = yield
        session.testsfailed += any(share < FLOORS[what] for what, share in self._shares().items())
        return done

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        import slipcover as sc

        _LIST.parent.mkdir(exist_ok=True)
        with _LIST.open("w", encoding="utf-8") as file:
            sc.print_coverage(self._found, outfile=file, skip_covered=True)
        for what, share in self._shares().items():
            said = f"{share:.2f} % of the {what} of the engine are reached; the floor is {FLOORS[what]} %"
            terminalreporter.write_line(said, red=share < FLOORS[what])
        terminalreporter.write_line(f"the others, file by file: {_LIST.relative_to(ROOT)}")

    def _shares(self) -> dict[str, float]:
        """In per cent; 0 where no process measured, as with `-n 0`."""
        counts = self._found.get("summary", {})
        shares = {}
        for what in FLOORS:
            reached, missed = counts.get(f"covered_{what}", 0), counts.get(f"missing_{what}", 0)
            shares[what] = 100 * reached / max(1, reached + missed)
        return shares


def _plugin() -> InOneProcess | OfAllProcesses | None:
    if not os.environ.get("LICET_REACHED"):
        return None
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return OfAllProcesses()
    del os.environ["LICET_REACHED"]  # what tests start would measure too, and nobody would ask
    return InOneProcess()


PLUGIN = _plugin()
