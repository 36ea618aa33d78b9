"""What is written in one cell: a value, a state, a range, a set or doubts; and how a mapping stands in one."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from licet.facts.cells.values_from_text import Problem, state_named, value_from_text
from licet.facts.cells.written_otherwise import range_help
from licet.ir.types import DOUBTS, Kind, Type
from licet.ir.units import Units
from licet.values import Fact, Range, parse_number

_AT_LEAST = re.compile(r"(?:>=|≥)\s*(.+)", re.DOTALL)
_AT_MOST = re.compile(r"(?:<=|≤)\s*(.+)", re.DOTALL)
_BETWEEN = re.compile(r"(.+?)\s*\.\.\s*(.+)", re.DOTALL)
_LIST = re.compile(r"\[(.*)\]", re.DOTALL)
ONE_HELP = "write one; the records of a relation or a set hold several"
BOUNDS = frozenset(("at_least", "at_most"))  # of a range, where it is a mapping


def fact_from_cell(text: str, wanted: Type, units: Units, *, bare_shares: bool) -> Fact | Problem:
    """The fact in a cell.

    A range is `40%..60%`, `>= 40%`, `<= 60%` or a JSON mapping of `at_least` and `at_most`.
    A set is `a; b`, `a | b` or a JSON list, and `[]` has no members. A text or an id is neither list nor mapping.
    With `bare_shares` a share may be a number from 0 to 1, as typed cells have it.
    """
    text = text.strip()
    state = state_named(text)
    if state is not None:
        return state
    if wanted == DOUBTS and text.startswith("{"):
        return _doubts(text)
    if wanted.kind is Kind.SET:
        return _set(text, wanted, units)
    if wanted.kind in (Kind.TEXT, Kind.ENTITY) and is_several(text):
        return Problem(f"{'a text' if wanted.kind is Kind.TEXT else 'an id'}, not a list or a mapping", ONE_HELP)
    if wanted.is_ordered:
        found = _range(text, wanted, units, bare_shares)
        if found is not None:
            return found
    value = _value(text, wanted, units, bare_shares)
    if wanted.is_ordered and isinstance(value, Problem) and (help_ := range_help(text, days=wanted.kind is Kind.DATE)):
        return Problem(value.expected, help_)
    return value


def is_several(text: str) -> bool:
    """Whether a text is a list or a mapping written as JSON; a list of numbers such as `[1]` may also be a note's."""
    found = json_collection(text)
    if found is None:
        return False
    return not found or isinstance(found, dict) or not all(type(member) in (int, float) for member in found)


def json_collection(text: str, number: Callable[[str], Any] | None = None) -> list[Any] | dict[str, Any] | None:
    """A list or a mapping that is written as JSON; None for any other text. `number` reads numbers."""
    if not text.startswith(("[", "{")):
        return None
    try:
        found: list[Any] | dict[str, Any] = json.loads(text, parse_int=number, parse_float=number)
    except (ValueError, RecursionError):
        return None
    return found


def _value(text: str, wanted: Type, units: Units, bare_shares: bool) -> Fact | Problem:
    if wanted.kind is Kind.PERCENT and bare_shares:
        share = parse_number(text)
        if share is not None:
            within = 0 <= share <= 1
            return share if within else Problem("a share as a number from 0 to 1", f"write `{text}%` as text, if meant")
    return value_from_text(text, wanted, units)


def _range(text: str, wanted: Type, units: Units, bare_shares: bool) -> Fact | Problem | None:
    if text.startswith("{") and (told := _bounds(text)):
        bounds: tuple[str | None, str | None] = (told.get("at_least"), told.get("at_most"))
    elif match := _AT_LEAST.fullmatch(text):
        bounds = (match[1], None)
    elif match := _AT_MOST.fullmatch(text):
        bounds = (None, match[1])
    elif match := _BETWEEN.fullmatch(text):
        bounds = (match[1], match[2])
    else:
        return None
    read = [None if b is None else _value(b.strip(), wanted, units, bare_shares) for b in bounds]
    return range_of(*read)


def _bounds(text: str) -> dict[str, str]:
    """The ends of a range that is written as a JSON mapping; none where it is something else."""
    found = json_collection(text, str)
    if not isinstance(found, dict) or not found.keys() <= BOUNDS:
        return {}
    return {end: str(bound) for end, bound in found.items() if bound is not None}


def range_of(low: Fact | Problem | None, high: Fact | Problem | None) -> Fact | Problem:
    """What lies between two values, of which one may be None."""
    for end in (low, high):
        if isinstance(end, Problem):
            return Problem(f"{end.expected} on each side of a range", end.help)
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        return Problem("a range from the lower to the higher bound", "write the lower end first")
    return low if low is not None and low == high else Range(low, high)  # type: ignore[arg-type]


def mapping_text(told: Mapping[str, str | None]) -> str:
    """How a mapping stands in a cell: `{at_least: ..., at_most: ...}` as a range, others as JSON, nothing as blank."""
    given = {key: text for key, text in told.items() if text is not None}
    if not given:
        return ""
    if not given.keys() <= BOUNDS:
        return json.dumps(given, ensure_ascii=False)
    low, high = given.get("at_least"), given.get("at_most")
    if low is None or high is None:
        return f"<= {high}" if low is None else f">= {low}"
    return f"{low}..{high}"


def _set(text: str, wanted: Type, units: Units) -> Fact | Problem:
    assert wanted.element is not None
    members = _members(text)
    if members is None or (wanted.element.kind is not Kind.ENTITY and _are_several(text)):
        return Problem("members with semicolons between", _members_help(text))
    found = []
    for member in members:
        value = _member(member, wanted.element, units)
        if state_named(member) is not None:
            return Problem("each member to be a value", "leave out what is not known, or the whole set; `[]` is none")
        if isinstance(value, Problem):
            return Problem(f"each member to be {value.expected}", value.help or "write `a; b`, or `[]` for none")
        found.append(str(value))
    return frozenset(found)


def _member(text: str, wanted: Type, units: Units) -> Fact | Problem:
    found = fact_from_cell(text, wanted, units, bare_shares=False) if is_several(text) else None
    return found if isinstance(found, Problem) else _value(text, wanted, units, False)


def _doubts(text: str) -> Fact | Problem:
    try:
        return doubts(json.loads(text))
    except ValueError:
        return Problem("a JSON object of reasons", 'write `{"check": "why it is so all the same"}`, or `check: ...`')


def doubts(reasons: Mapping[str, object]) -> Fact | Problem:
    """What a record accepts, by the name of the check that doubts it: why it is so all the same."""
    for check, reason in reasons.items():
        if not isinstance(reason, str) or not reason.strip():
            return Problem(f"a reason why `{check}` is accepted", "write why it is so all the same, as a text")
    return frozenset(f"{check}: {str(reason).strip()}" for check, reason in reasons.items())


def _members(text: str) -> list[str] | None:
    """None of a list that another program wrote, where its members begin and end as nobody here knows."""
    if match := _LIST.fullmatch(text):
        members = _listed(text)
        if members is None and re.search("['\"]", text):
            return None
        if members is None:
            members = match[1].split(",") if match[1].strip() else []
    elif text.startswith("{") and text.endswith("}"):
        return None
    else:
        separator = ";" if ";" in text else "|"
        members = [member for member in text.split(separator) if member.strip()]
    return [member.strip() for member in members]


def _listed(text: str) -> list[str] | None:
    """The members of a list as JSON has it, or as Python writes one of texts."""
    with suppress(ValueError):
        members = ["" if m is None else m for m in json.loads(text)]
        return [m if isinstance(m, str) else json.dumps(m, ensure_ascii=False) for m in members]
    with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
        found = ast.literal_eval(text)
        if isinstance(found, list) and all(isinstance(m, str) for m in found) and repr(found) == text:
            return found
    return None


def _are_several(text: str) -> bool:
    """Whether it seems to be several, with commas between: `3A001, 4A003`, and neither a list nor a sentence."""
    pieces = [] if re.match(r"\[|.*[;|]", text) else text.split(",")
    return len(pieces) > 1 and all(len(piece.split()) == 1 for piece in pieces)


def _members_help(text: str) -> str:
    pieces = [piece.strip(" '\"") for piece in text.strip("{}[]").split(",")]
    if pieces == [""]:
        return "write `[]` for none"
    is_plain = all(piece and not re.search("[\"':;]", piece) for piece in pieces)
    one = json.dumps([text], ensure_ascii=False)
    return f"write `{'; '.join(pieces) if is_plain else 'a; b'}`, or `{one}` if it is one"
