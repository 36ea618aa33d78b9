"""What of the law is encoded: as a table for a terminal, and as JSON."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from licet.decide.encoded import Encoded, Encoding
from licet.ir.policy import Interval, Live
from licet.names import printable
from licet.report.escapes import for_json

_COLUMNS = ("provision", "state", "as read", "rules and gaps", "in force", "holds", "fails")
_WHOLE = ("as read", "holds", "fails")  # a day and numbers are not broken
_NOTE = "holds, fails: in how many tests; of a gap `holds` says that it is not encoded and concerns the case"


def render(provisions: Sequence[Encoded], *, width: int = 120) -> str:
    """One line for each rule or gap of a provision, with how many tests show it; reasons below."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in _COLUMNS:
        table.add_column(column, overflow="fold", no_wrap=column in _WHOLE)
    for found in provisions:
        provision = found.provision
        head: tuple[str, str, str] = (str(provision), provision.state, str(provision.as_read))
        lines = [*(_line(one, "") for one in found.rules), *(_line(one, "gap ") for one in found.gaps)]
        for line in lines or [("-", "", "", "")]:
            table.add_row(*map(printable, (*head, *line)))
            head = ("", "", "")
        if provision.because:
            table.add_row("", "", "", f"[{printable(provision.because)}]")
    out = io.StringIO()
    console = Console(file=out, width=width, no_color=True, highlight=False, markup=False, emoji=False)
    console.print(table)
    console.print(_NOTE)
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


def _line(one: Encoding, sort: str) -> tuple[str, str, str, str]:
    said = ["always" if not one.live.in_force else ", ".join(map(str, one.live.in_force))]
    said += [f"{word} {i}" for word, some in one.live.told.items() if word != "in force" for i in some]
    return sort + one.name, "; ".join(said), str(len(one.holds)), str(len(one.fails))


def render_json(provisions: Iterable[Encoded]) -> str:
    """A JSON array with an object for each provision."""
    return for_json([_document(found) for found in provisions], indent=2) + "\n"


def _document(found: Encoded) -> dict[str, Any]:
    provision = found.provision
    return {
        "authority": provision.authority,
        "section": provision.section,
        "state": provision.state,
        "because": provision.because or None,
        "as_read": provision.as_read.isoformat(),
        "module": provision.module,
        "url": provision.url or None,
        "rules": [_encoding(one) for one in found.rules],
        "gaps": [_encoding(one) for one in found.gaps],
    }


def _encoding(one: Encoding) -> dict[str, Any]:
    return {
        "id": one.group,
        "cites": list(one.cites),
        **standing(one.live),
        "holds_in": list(one.holds),
        "fails_in": list(one.fails),
    }


def standing(live: Live) -> dict[str, list[dict[str, str | None]]]:
    """Of JSON: the intervals by what is said of a rule in them: `in_force`, `not_enforced`."""
    return {word.replace(" ", "_"): [_days(one) for one in some] for word, some in live.told.items()}


def _days(found: Interval) -> dict[str, str | None]:
    """Of JSON: the first day, and the first on which it is over; null where it is open."""
    return {
        "from": found.start.isoformat() if found.start else None,
        "until": found.end.isoformat() if found.end else None,
    }
