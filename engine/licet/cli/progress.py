"""A line about how far a long run is, on a terminal only."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

_SOON, _EVERY = 1.0, 0.25  # seconds before the first line, and between two


def _on_terminal() -> bool:
    return sys.stderr.isatty()


@dataclass(slots=True)
class Progress:
    """`total` is how many rows there will be, 0 where nobody knows; `about` says that it is an estimate."""

    total: int = 0
    about: bool = False
    unit: str = "rows"
    shown: bool = field(default_factory=_on_terminal)
    _started: float = field(default_factory=time.monotonic)
    _last: float = 0.0

    def at(self, rows: int) -> None:
        """Says how far it is, unless it did so just now."""
        now = time.monotonic()
        if not self.shown or now - self._started < _SOON or now - self._last < _EVERY:
            return
        self._last = now
        sys.stderr.write("\r\x1b[K" + line(rows, self.total, now - self._started, self.unit, about=self.about)[:79])
        sys.stderr.flush()

    def end(self) -> None:
        """Removes the line."""
        if self._last:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def line(rows: int, total: int, seconds: float, unit: str = "rows", *, about: bool = False) -> str:
    """`1,310,720 of about 10,000,000 rows, 1,200,000 a second, 0:07 left`."""
    rate = rows / seconds if seconds else 0.0
    whole = f" of {'about ' if about else ''}{total:,}" if total else ""
    left = ""
    if total > rows and rate:
        left = f", {duration((total - rows) / rate)} left"
    pace = f"{rate:,.0f} a second" if rate >= 1 or not rate else f"{1 / rate:.1f} seconds each"
    return f"{rows:,}{whole} {unit}, {pace}{left}"


def duration(seconds: float) -> str:
    """Minutes and seconds, with hours where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
