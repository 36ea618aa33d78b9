"""What every part of the tree builder needs: spans, words, dates and numbers from tokens."""

from __future__ import annotations

from datetime import date
from typing import Any

from lark import Token, Transformer
from lark.tree import Meta

from licet.diagnostics import Findings, Source, Span
from licet.names import normal
from licet.syntax import tree as t
from licet.values import MOST_DIGITS, parse_date, parse_number, parse_percent

Children = list[Any]


_MARKS = {
    "absent": "mark `absent`",
    "derived": "mark `derived`",
    "open": "mark `open`",
    "blank": "mark `blank means not applicable`",
    "beside": "mark `beside`",
    "always": "mark `always applies`",
}


def _place(value: Any) -> Span:
    """Where a part stands: a word, or several."""
    if not isinstance(value, tuple):
        value = (value,)
    first: Span = value[0].span
    return first.to(value[-1].span) if isinstance(value[-1], t.Word) else first


def _unquoted(token: str) -> str:
    """What stands between quotation marks; two of them inside are one."""
    return normal(token[1:-1].replace('""', '"'))


class Builder(Transformer[Token, Any]):
    """Builds the nodes of one parsed text, which stands at `offset` in its source."""

    def __init__(self, source: Source, offset: int, findings: Findings) -> None:
        super().__init__(visit_tokens=False)
        self._source = source
        self._offset = offset
        self._findings = findings

    def _span(self, meta: Meta) -> Span:
        if meta.empty:
            return Span(self._source, self._offset, self._offset)
        return Span(self._source, meta.start_pos + self._offset, meta.end_pos + self._offset)

    def _token_span(self, token: Token) -> Span:
        start = (token.start_pos or 0) + self._offset
        return Span(self._source, start, start + len(token))

    def _word(self, token: Token) -> t.Word:
        text = str(token)
        if token.type == "STRING":
            text = _unquoted(text)
        elif token.type in ("TAG", "LABEL"):
            text = text.lstrip("@")
        return t.Word(self._token_span(token), text)

    def _words(self, children: Children) -> tuple[t.Word, ...]:
        return tuple(self._word(c) for c in children if isinstance(c, Token))

    def _text(self, children: Children) -> str:
        """The first quoted text among the children, or nothing."""
        return next((_unquoted(c) for c in children if isinstance(c, Token) and c.type == "STRING"), "")

    def _date(self, token: Token) -> date:
        day = parse_date(token)
        if day is None:
            self._findings.error(
                "E012",
                f"there is no day `{token}`",
                self._token_span(token),
                help="dates are written year-month-day, for example 2026-06-15",
            )
            return date(1970, 1, 1)
        return day

    def _number(self, token: Token) -> t.NumberLiteral:
        number = parse_number(token)
        return t.NumberLiteral(self._token_span(token), self._too_long(token) if number is None else number, None)

    def _too_long(self, token: Token) -> int:
        """What stands for a number that the grammar takes and nothing can work with."""
        self._findings.error(
            "E018",
            f"this number has more than {MOST_DIGITS} digits",
            self._token_span(token),
            help="write a smaller number, for example 10^26",
        )
        return 1

    @staticmethod
    def _of(children: Children, *kinds: type) -> tuple[Any, ...]:
        return tuple(c for c in children if isinstance(c, kinds))

    @staticmethod
    def _one(children: Children, *kinds: type) -> Any:
        return next((c for c in children if isinstance(c, kinds)), None)

    @staticmethod
    def _notes(children: Children) -> tuple[str, ...]:
        return tuple(c[1] for c in children if isinstance(c, tuple) and c[0] == "note")

    @staticmethod
    def _where(children: Children) -> t.Condition | None:
        return next((c[1] for c in children if isinstance(c, tuple) and c[0] == "where"), None)

    def _percent(self, token: Token) -> t.PercentLiteral:
        share = parse_percent(token)
        return t.PercentLiteral(self._token_span(token), self._too_long(token) if share is None else share)

    def _parts(self, children: Children) -> dict[str, Any]:
        """What children say, by what they are called: each once, and of what stands twice the first time."""
        parts: dict[str, Any] = {}
        name: str
        for name, value in (c for c in children if isinstance(c, tuple)):
            if parts.setdefault(name, value) is not value:
                self._twice(_MARKS.get(name) or name, _place(parts[name]), _place(value))
        return parts

    def _twice(self, what: str, first: Span, second: Span) -> None:
        others, help_ = ((first, "first time"),), "one of them counts: delete the other one"
        self._findings.error("E034", f"the {what} stands twice", second, label="second time", others=others, help=help_)

    def _certainties(self, children: Children) -> tuple[t.Certainty, ...]:
        found = self._of(children, t.Certainty)
        for more in found[1:]:
            self._twice("source", found[0].span, more.span)
        return found

    def _clauses(self, children: Children) -> t.Clauses:
        def gather(kind: str) -> tuple[Any, ...]:
            return tuple(x for c in children if isinstance(c, tuple) and c[0] == kind for x in c[1])

        return t.Clauses(
            gather("for"),
            self._of(children, t.Cites),
            self._certainties(children),
            gather("tagged"),
            gather("in force"),
            gather("suspended"),
            gather("not enforced"),
            gather("unconfirmed"),
            self._notes(children),
        )
