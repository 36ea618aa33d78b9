"""YAML as text with places: no scalar is guessed to be a number, a date or a truth value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from licet.diagnostics import Findings, Source, Span


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


Node = Scalar | Sequence | Mapping

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read(source: Source, findings: Findings) -> Node | None:
    """The document in a text; None, and a finding, if it is empty or not YAML."""
    try:
        node = yaml.compose(source.text, Loader=_LOADER)
    except yaml.YAMLError as error:
        _syntax_error(source, error, findings)
        return None
    if node is None:
        findings.error("F001", "this file is empty", Span(source, 0, 0), help="write `Model:` and a list of records")
        return None
    return _convert(source, node, findings)


def _syntax_error(source: Source, error: yaml.YAMLError, findings: Findings) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or "it cannot be read")
    offset = _offset(source, mark.line, mark.column) if mark else 0
    help_ = "check the indentation, and put text that holds `: ` or starts with a special character in quotes"
    if "\t" in source.text[max(0, offset - 1) : offset + 1]:
        help_ = "indent with spaces, not with tabs"
    findings.error("F001", f"this is not YAML: {problem}", Span(source, offset, offset + 1), help=help_)


def _offset(source: Source, line: int, column: int) -> int:
    return source.offset(line + 1, column + 1)


def _convert(source: Source, node: yaml.Node, findings: Findings) -> Node:
    start = _offset(source, node.start_mark.line, node.start_mark.column)
    end = _offset(source, node.end_mark.line, node.end_mark.column)
    span = Span(source, start, max(end, start))
    if isinstance(node, yaml.ScalarNode):
        return Scalar("" if node.value in ("~", "null") and node.style is None else node.value, span)
    if isinstance(node, yaml.SequenceNode):
        return Sequence(tuple(_convert(source, item, findings) for item in node.value), span)
    assert isinstance(node, yaml.MappingNode)
    return Mapping(tuple(_pairs(source, node, findings)), span)


def _pairs(source: Source, node: yaml.MappingNode, findings: Findings) -> Iterator[tuple[Scalar, Node]]:
    seen: dict[str, Span] = {}
    for key_node, value_node in node.value:
        key = _convert(source, key_node, findings)
        if not isinstance(key, Scalar):
            findings.error("F002", "a key is a name", key.span)
            continue
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
        yield key, _convert(source, value_node, findings)
