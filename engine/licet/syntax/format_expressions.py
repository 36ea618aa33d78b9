"""Conditions and operands as canonical text: brackets where the grammar needs them and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, assert_never

from licet.diagnostics import Span
from licet.syntax import tree as t

Style = Literal["words", "symbols"]
_WORDS: Mapping[t.Relational, str] = {
    "is": "is",
    "is not": "is not",
    ">=": "is at least",
    "<=": "is at most",
    ">": "is more than",
    "<": "is less than",
}
_DATES: Mapping[t.Relational, str] = {
    ">=": "is on or after",
    "<=": "is on or before",
    ">": "is after",
    "<": "is before",
}
_SYMBOLS: Mapping[t.Relational, str] = {"is": "=", "is not": "!=", ">=": ">=", "<=": "<=", ">": ">", "<": "<"}
WIDTH = 100


def written(text: str) -> str:
    """A text in quotes; a quotation mark inside stands twice."""
    return '"' + text.replace('"', '""') + '"'


# How tightly an operand binds: a looser one inside a tighter place is bracketed.
_CONDITION, _PART, _COMPARISON, _SUM, _PRODUCT, _VALUE = range(6)


@dataclass(frozen=True, slots=True)
class Expressions:
    """Prints in one style."""

    style: Style = "words"

    def block(self, tree: t.Condition, indent: int) -> list[str]:
        """A condition on its own lines; the first line has no indent, the others have at least `indent`."""
        if isinstance(tree, t.Block):
            lines = [self._block_head(tree)]
            for limb in tree.limbs:
                inner = self.block(limb.condition, indent + 2)
                lines.append(" " * (indent + 2) + f"{limb.label.text} {inner[0]}")
                lines += inner[1:]
            return [*lines, " " * indent + "end"]
        return [self.inline(tree)]

    def inline(self, tree: t.Operand) -> str:
        """An operand or condition on one line."""
        return self._at(tree, _CONDITION)

    def operand(self, tree: t.Operand) -> str:
        """An operand where a condition would need brackets."""
        return self._at(tree, _SUM)

    def _at(self, tree: t.Operand, place: int) -> str:
        text, own = self._text(tree)
        return text if own >= place else f"({text})"

    def _text(self, tree: t.Operand) -> tuple[str, int]:
        """The text and how tightly it binds."""
        match tree:
            case t.And(parts=parts):
                return " and ".join(self._at(p, _PART) for p in parts), _CONDITION
            case t.Or(parts=parts):
                return " or ".join(self._at(p, _PART) for p in parts), _CONDITION
            case t.Not(part=part):
                return f"not {self._at(part, _PART)}", _PART
            case t.Block():
                limbs = " ".join(f"{x.label.text} {self.inline(x.condition)}" for x in tree.limbs)
                return f"{self._block_head(tree)} {limbs} end", _PART
            case t.Some(each=each, where=where):
                return f"some {self.each(each)}{self.where(where)}", _PART
            case t.Every(each=each, where=where, condition=condition):
                return f"every {self.each(each)}{self.where(where)} satisfies ({self.inline(condition)})", _PART
            case t.Compare():
                return self._compare(tree), _COMPARISON
            case t.Between(operand=operand, low=low, high=high):
                ends = f"{self._at(low, _SUM)} and {self._at(high, _SUM)}"
                return f"{self._at(operand, _SUM)} is between {ends}", _COMPARISON
            case t.StateTest(operand=operand, state=state, negated=negated):
                return f"{self._at(operand, _SUM)} is {'not ' if negated else ''}{state}", _COMPARISON
            case t.Arithmetic():
                return self._arithmetic(tree)
            case _:
                return self._value(tree), _VALUE

    def _value(self, tree: t.Valued) -> str:
        match tree:
            case t.Path():
                return tree.text
            case t.Of(name=name, argument=argument):
                return f"{name.text} of {self.inline(argument)}"
            case t.Call(name=name, arguments=arguments):
                return f"{name.text}({', '.join(self._at(a, _SUM) for a in arguments)})"
            case t.OnDay(reading=reading, day=day):
                return f"{self.inline(reading)} on {self.inline(day)}"
            case t.Under(reading=reading, jurisdiction=jurisdiction):
                return f"{self.inline(reading)} under {jurisdiction.text}"
            case t.NumberLiteral() | t.PercentLiteral() | t.WorkingDays():
                return tree.span.said
            case t.TextLiteral(value=value):
                return f"{written(value)}"
            case t.DateLiteral(value=day):
                return day.isoformat()
            case t.BooleanLiteral(value=truth):
                return "yes" if truth else "no"
            case t.SetLiteral(items=items):
                return f"[{', '.join(self._at(i, _SUM) for i in items)}]"
            case t.Negative(operand=operand):
                return f"-{self._at(operand, _VALUE)}"
            case t.Aggregate(kind=kind, operand=summed, each=each, where=where):
                over = f"{kind} " if summed is None else f"{kind} {self._at(summed, _SUM)} over "
                return f"{over}{self.each(each)}{self.where(where)}"
            case t.Arithmetic():
                raise AssertionError("an operation is printed by its caller")
            case _:
                assert_never(tree)

    def each(self, tree: t.Each) -> str:
        return f"{tree.variable.text} in {self.inline(tree.collection)}"

    def where(self, tree: t.Condition | None) -> str:
        return "" if tree is None else f" where ({self.inline(tree)})"

    def _block_head(self, tree: t.Block) -> str:
        number = f" {tree.number.span.said}" if tree.number is not None else ""
        return f"{tree.kind}{number} of"

    def _compare(self, tree: t.Compare) -> str:
        left, right = self._at(tree.left, _SUM), self._at(tree.right, _SUM)
        match tree.operator:
            case "in" | "not in":
                word = "not " if tree.operator == "not in" else ""
                of = "one of" if isinstance(tree.right, t.SetLiteral) else "in"
                return f"{left} is {word}{of} {right}"
            case "includes":
                return f"{left} includes {right}"
            case "earlier":
                return f"{left} is earlier than {right}"
            case "under" | "not under":
                return f"{left} is {tree.operator} {right}"
            case "is" | "is not" | ">=" | "<=" | ">" | "<":
                return f"{left} {self._operator(tree, tree.operator)} {right}"
            case _:
                assert_never(tree.operator)

    def _operator(self, tree: t.Compare, operator: t.Relational) -> str:
        if self.style == "symbols" and operator not in ("is", "is not"):
            return _SYMBOLS[operator]
        # a date is compared in the words in which its author thinks of it as a date
        is_date = isinstance(tree.right, t.DateLiteral) or _written_as_date(tree)
        return _DATES[operator] if is_date and operator in _DATES else _WORDS[operator]

    def _arithmetic(self, tree: t.Arithmetic) -> tuple[str, int]:
        if tree.operator == "*" and isinstance(tree.left, t.PercentLiteral) and not _starred(tree):
            return f"{self._value(tree.left)} of {self._at(tree.right, _VALUE)}", _VALUE
        own = _SUM if tree.operator in "+-" else _PRODUCT
        # both levels associate to the left, so the right operand must bind more tightly
        return f"{self._at(tree.left, own)} {tree.operator} {self._at(tree.right, own + 1)}", own


def _written_as_date(tree: t.Compare) -> bool:
    return bool({"before", "after"} & set(_between(tree).split()))


def _starred(tree: t.Arithmetic) -> bool:
    return "*" in _between(tree)


def _between(tree: t.Compare | t.Arithmetic) -> str:
    """What stands between the two sides, without comments."""
    return Span(tree.span.source, tree.left.span.end, tree.right.span.start).said
