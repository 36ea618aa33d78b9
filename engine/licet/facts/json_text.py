"""JSON as the nodes of YAML, with places: a key that stands twice is found, numbers keep their digits."""

from __future__ import annotations

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]

from licet.diagnostics import Findings, Source, Span
from licet.facts import yaml_text as y
from licet.names import normal

_BLANK = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")


class _UnreadableError(Exception):
    """Not JSON from here on."""

    def __init__(self, problem: str, at: int) -> None:
        super().__init__(problem)
        self.at = at


class _TooDeepError(Exception):
    """Values within values beyond what any fact has."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def read(source: Source, findings: Findings, begin: str) -> y.Node | None:
    """The document in a text; None, and a finding, if it is empty or not JSON.

    `begin` is what one that is empty should begin with.
    """
    if not source.text.strip():
        findings.error("F001", "this file is empty", Span(source, 0, 0), help=f"begin with {begin}")
        return None
    try:
        return _Reader(source, findings).whole()
    except _UnreadableError as error:
        place = Span(source, error.at, error.at + 1)
        help_ = "write it again with a program that knows JSON"
        findings.error("F001", f"this is not JSON: {error}", place, help=help_)
    except _TooDeepError as error:
        place = Span(source, error.at, error.at + 1)
        help_ = "a fact is a value or a list of values: take the brackets round it away"
        findings.error("F001", f"this is nested more than {y.MOST_DEEP} levels deep", place, help=help_)
    return None


def _after(text: str, at: int) -> int:
    """Where the blanks from a place on end."""
    match = _BLANK.match(text, at)
    assert match is not None
    return match.end()


class _Reader:
    def __init__(self, source: Source, findings: Findings) -> None:
        self._source, self._findings, self._text = source, findings, source.text

    def whole(self) -> y.Node:
        node, end = self._value(_after(self._text, 0), 0)
        end = _after(self._text, end)
        if end < len(self._text):
            raise _UnreadableError("there is something after its end", end)
        return node

    def _value(self, at: int, depth: int) -> tuple[y.Node, int]:
        """The value that begins at a place, and where it ends."""
        if depth > y.MOST_DEEP:
            raise _TooDeepError(at)
        begins = self._text[at : at + 1]
        if begins == "{":
            return self._record(at, depth)
        if begins == "[":
            return self._list(at, depth)
        if begins == '"':
            return self._string(at)
        plain = _PLAIN.match(self._text, at)
        if plain is None:
            raise _UnreadableError("a value is expected", at)
        text = "" if plain[0] == "null" else plain[0]
        return y.Scalar(text, Span(self._source, at, plain.end())), plain.end()

    def _string(self, at: int) -> tuple[y.Scalar, int]:
        try:
            text, end = scanstring(self._text, at + 1, True)
        except JSONDecodeError as error:
            raise _UnreadableError(error.msg.lower().removesuffix(" at"), error.pos) from None
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise _UnreadableError("half of a character stands alone", at)
        return y.Scalar(normal(text), Span(self._source, at, end)), end

    def _record(self, at: int, depth: int) -> tuple[y.Mapping, int]:
        pairs: list[tuple[y.Scalar, y.Node]] = []
        end = _after(self._text, at + 1)
        while self._text[end : end + 1] != "}":
            if self._text[end : end + 1] != '"':
                raise _UnreadableError("a key in quotation marks is expected", end)
            key, end = self._string(end)
            end = self._past(":", end)
            value, end = self._value(end, depth + 1)
            pairs.append((key, value))
            end = self._next("}", end)
        return y.Mapping(y.unlike(pairs, self._findings), Span(self._source, at, end + 1)), end + 1

    def _list(self, at: int, depth: int) -> tuple[y.Sequence, int]:
        items: list[y.Node] = []
        end = _after(self._text, at + 1)
        while self._text[end : end + 1] != "]":
            item, end = self._value(end, depth + 1)
            items.append(item)
            end = self._next("]", end)
        return y.Sequence(tuple(items), Span(self._source, at, end + 1)), end + 1

    def _next(self, close: str, at: int) -> int:
        """Where the next one begins, or where `close` stands."""
        at = _after(self._text, at)
        if self._text[at : at + 1] == close:
            return at
        at = self._past(",", at)
        if self._text[at : at + 1] == close:
            raise _UnreadableError("a comma stands before the end", at)
        return at

    def _past(self, mark: str, at: int) -> int:
        at = _after(self._text, at)
        if self._text[at : at + 1] != mark:
            raise _UnreadableError(f"`{mark}` is expected", at)
        return _after(self._text, at + 1)
