"""YAML as text with places: no scalar is guessed to be a number, a date or a truth value."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import yaml

from licet.diagnostics import Findings, Source, Span
from licet.names import normal
from licet.suggest import did_you_mean

MOST_DEEP = 100  # values within values
MOST_SHARED = 10_000  # values that aliases stand for, in one file


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, as it stands; empty also for `~` and `null`."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    pairs: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.pairs if name.text == key), None)

    def text(self, key: str) -> str:
        """The text of a key; nothing where it has none."""
        found = self.get(key)
        return found.text if isinstance(found, Scalar) else ""

    def tell_unknown(self, known: Collection[str], what: str, findings: Findings) -> None:
        """Says of each key that is none of `known` that `what` has no such one: `a list`, `the map of Transfer`."""
        for key, _ in self.pairs:
            if key.text not in known:
                findings.error("F007", f"{what} has no `{key.text}`", key.span, help=did_you_mean(key.text, known))


Node = Scalar | Sequence | Mapping

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read(source: Source, findings: Findings, begin: str) -> Node | None:
    """The document in a text; None, and a finding, if it is empty, not YAML, or too large with its aliases.

    `begin` is what one that is empty should begin with.
    """
    try:
        node = yaml.compose(source.text, Loader=_LOADER)
    except yaml.YAMLError as error:
        _syntax_error(source, error, findings)
        return None
    except RecursionError:
        _refuse(source, f"it is nested more than {MOST_DEEP} deep", 0, findings)
        return None
    if node is None:
        findings.error("F001", "this file is empty", Span(source, 0, 0), help=f"begin with {begin}")
        return None
    try:
        return _Converter(source, findings).node(node, 0)
    except _TooLargeError as error:
        _refuse(source, str(error), error.at, findings)
        return None


def unlike(pairs: Iterable[tuple[Scalar, Node]], findings: Findings) -> tuple[tuple[Scalar, Node], ...]:
    """The pairs of a mapping; a key that stands twice is told, since either of its values may be meant."""
    found: list[tuple[Scalar, Node]] = []
    seen: dict[str, Span] = {}
    for key, value in pairs:
        if key.text in seen:
            findings.error(
                "F003",
                f"the key `{key.text}` stands twice",
                key.span,
                label="second time",
                others=((seen[key.text], "first time"),),
                help="keep one of them, or join their contents",
            )
        seen[key.text] = key.span
        found.append((key, value))
    return tuple(found)


def _refuse(source: Source, problem: str, offset: int, findings: Findings) -> None:
    place = Span(source, offset, offset + 1)
    findings.error("F001", f"this file is not read: {problem}", place, help="write the values out, in fewer levels")


def _syntax_error(source: Source, error: yaml.YAMLError, findings: Findings) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read")
    offset = _offset(source, mark.line, mark.column) if mark else getattr(error, "position", 0)
    help_ = "check the indentation, and put text that holds `: ` or starts with a special character in quotes"
    if "another document" in problem:
        help_ = "an inventory is one document: leave `---` out, or write a file for each"
    if "\t" in source.text[max(0, offset - 1) : offset + 1]:
        help_ = "indent with spaces, not with tabs"
    findings.error("F001", f"this is not YAML: {problem}", Span(source, offset, offset + 1), help=help_)


def _offset(source: Source, line: int, column: int) -> int:
    return source.offset(line + 1, column + 1)


class _TooLargeError(Exception):
    def __init__(self, problem: str, at: int) -> None:
        super().__init__(problem)
        self.at = at


class _Converter:
    """What an anchor stands for is made once; how many values its aliases stand for in all is counted."""

    def __init__(self, source: Source, findings: Findings) -> None:
        self._source, self._findings = source, findings
        self._made: dict[int, tuple[Node, int]] = {}  # and how many values each has
        self._open: set[int] = set()
        self._shared = 0

    def node(self, node: yaml.Node, depth: int) -> Node:
        return self._with_size(node, depth)[0]

    def _with_size(self, node: yaml.Node, depth: int) -> tuple[Node, int]:
        start = _offset(self._source, node.start_mark.line, node.start_mark.column)
        if id(node) in self._open:
            raise _TooLargeError("an alias stands within what it stands for", start)
        if depth > MOST_DEEP:
            raise _TooLargeError(f"it is nested more than {MOST_DEEP} deep", start)
        if id(node) in self._made:
            self._shared += self._made[id(node)][1]
            if self._shared > MOST_SHARED:
                raise _TooLargeError(f"its aliases stand for more than {MOST_SHARED:,} values", start)
            return self._made[id(node)]
        end = _offset(self._source, node.end_mark.line, node.end_mark.column)
        span = Span(self._source, start, max(end, start))
        self._open.add(id(node))
        made = self._new(node, span, depth)
        self._open.discard(id(node))
        self._made[id(node)] = made
        return made

    def _new(self, node: yaml.Node, span: Span, depth: int) -> tuple[Node, int]:
        if isinstance(node, yaml.ScalarNode):
            is_null = node.value in ("~", "null") and node.style is None
            return Scalar("" if is_null else normal(node.value), span), 1
        if isinstance(node, yaml.SequenceNode):
            items = [self._with_size(item, depth + 1) for item in node.value]
            return Sequence(tuple(item for item, _ in items), span), 1 + sum(size for _, size in items)
        assert isinstance(node, yaml.MappingNode)
        pairs: list[tuple[Scalar, Node]] = []
        size = 1
        for key_node, value_node in node.value:
            key, _ = self._with_size(key_node, depth + 1)
            value, values = self._with_size(value_node, depth + 1)
            size += 1 + values
            if isinstance(key, Scalar):
                pairs.append((key, value))
            else:
                self._findings.error("F002", "a key is a name", key.span)
        return Mapping(unlike(pairs, self._findings), span), size
