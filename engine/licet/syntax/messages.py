"""What a parse error means to an author: specific mistakes first, near spellings next, the rest last."""

from __future__ import annotations

import re
import unicodedata

from lark import Lark, Token, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from licet.diagnostics import Diagnostic, Edit, Source, Span
from licet.names import code_point, look
from licet.suggest import nearest
from licet.syntax.habits import habit

_KINDS = {
    "NAME": "a name",
    "FIELD": "a field and a colon",
    "STRING": "text in quotes",
    "NUMBER": "a number",
    "DATE": "a date such as 2026-06-15",
    "LABEL": "a label such as (a)",
    "TAG": "a tag such as @licence_exceptions",
    "PERCENT": "a share such as 50%",
    "CALL": "a function",
    "$END": "the end of the file",
}
# What engineers and lawyers write out of habit, and what Licet writes.
_HABITS = {
    "&&": "and",
    "&": "and",
    "||": "or",
    "!": "not",
    "==": "is",
    "=>": "then",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "<>": "!=",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": '"',
    "’": '"',
    "'": '"',
    "×": "*",
    "–": "-",
    "—": "-",
    ";": "",
    "§": "",
}
_HABIT_WORDS = {
    "greater": "more",
    "larger": "more",
    "bigger": "more",
    "exceeds": "is more than",
    "equals": "is",
    "equal": "is",
    "smaller": "less",
    "fewer": "less",
    "lower": "less",
    "if": "when",
    "unless": "an `exception`",
    "AND": "and",
    "OR": "or",
    "NOT": "not",
    "contains": "includes",
    "has": "includes",
    "isnt": "is not",
    "endif": "end",
    "else": "an `exception` or a second rule; `else` ends `otherwise ... only when ...`",
    "always": "no `when` at all",
}


_CLOSED = re.compile(r'"(?:[^"\n]|"")*"')


def explain(error: UnexpectedInput, lark: Lark, source: Source, offset: int, text: str) -> Diagnostic:
    """The diagnostic of one parse error in `text`, which stands at `offset` in `source`."""
    start, stop = _place(error, text)
    context = _Context(error, lark, Span(source, start + offset, stop + offset), text, start)
    for specific in (
        _strange_letter,
        _phrases,
        _quotes,
        _habits,
        _mixed,
        _dates,
        _unfinished_block,
        _equals,
        _of_module,
        _near_keyword,
        _unfinished,
    ):
        if diagnostic := specific(context):
            return diagnostic
    return _expected(context)


class _Context:
    """What is known at the place where the parser stopped."""

    def __init__(self, error: UnexpectedInput, lark: Lark, span: Span, text: str, at: int) -> None:
        self.error = error
        self.span = span
        self.text = text
        self.at = at
        self.token: Token | None = getattr(error, "token", None)
        self.found = "" if self.token is not None and self.token.type == "$END" else span.text
        accepted = _accepted(error)
        self.words = {str(t.pattern.value) for t in lark.terminals if t.pattern.type == "str"}
        self.kinds = {_KINDS[a] for a in accepted if a in _KINDS}
        self.keywords = {str(t.pattern.value) for t in lark.terminals if t.name in accepted and t.pattern.type == "str"}

    @property
    def before(self) -> str:
        return self.text[: self.at].rstrip()

    @property
    def at_end(self) -> bool:
        return self.token is not None and self.token.type == "$END"


def _accepted(error: UnexpectedInput) -> set[str]:
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected or ())
    if isinstance(error, UnexpectedCharacters):
        return set(error.allowed or ())
    return set(error.expected) if isinstance(error, UnexpectedEOF) else set()


def _place(error: UnexpectedInput, text: str) -> tuple[int, int]:
    """Start and end of what stands where the parser stopped; at the end of a text, its last word."""
    at = error.pos_in_stream
    token = getattr(error, "token", None)
    if at is None or at < 0 or (token is not None and token.type == "$END"):
        last = len(re.sub(r"(\s|#[^\n]*)+\Z", "", text))
        word = re.search(r"\S+\Z", text[:last])
        return (word.start() if word else max(last - 1, 0)), max(last, 1 if text else 0)
    match = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9][0-9_.eE^%/-]*|&&|\|\||==|=>|<>|[^\s]").match(text, at)
    return at, match.end() if match else at + 1


def _error(
    context: _Context,
    code: str,
    message: str,
    label: str,
    help_: str,
    others: tuple[tuple[Span, str], ...] = (),
    fix: tuple[Edit, ...] = (),
) -> Diagnostic:
    return Diagnostic(code, message, context.span, label, others, help_, (), "error", fix)


def _strange_letter(c: _Context) -> Diagnostic | None:
    """A letter that no name has, in the midst of a word or as it: one of another script is not seen."""
    if c.found.isascii() or not (c.found.isalpha() or c.found.isdigit()):
        return None
    start, end = c.at, c.at
    while start and (c.text[start - 1].isalnum() or c.text[start - 1] == "_"):
        start -= 1
    while end < len(c.text) and (c.text[end].isalnum() or c.text[end] == "_"):
        end += 1
    word, moved = c.text[start:end], c.span.start - c.at
    span = Span(c.span.source, start + moved, end + moved)
    meant = look(word)
    help_ = f"write `{meant}`" if meant.isascii() and meant.isidentifier() else "names are of a to z, 0 to 9 and _"
    message = f"`{word}` has a letter that no name has: `{c.found}` is {code_point(c.found)}"
    fix = (Edit(span, meant),) if help_.startswith("write") and _looks_like(word, meant) else ()
    return Diagnostic("E010", message, span, help=help_, fix=fix)


def _looks_like(word: str, meant: str) -> bool:
    """Whether nobody can tell the two apart; of `schwër` a reader sees that it is not `schwer`."""
    return len(word) == len(meant) and unicodedata.normalize("NFD", word) == word


def _phrases(c: _Context) -> Diagnostic | None:
    found = habit(c.text, c.at, c.at + len(c.span.text), frozenset(c.keywords))
    if found is None:
        return None
    moved = c.span.start - c.at
    span = Span(c.span.source, found.start + moved, found.end + moved)
    return Diagnostic("E010", f"`{span.said}` is not expected here", span, help=found.help)


def _quotes(c: _Context) -> Diagnostic | None:
    if c.token is not None and c.token.type == "STRING" and "a name" in c.kinds:
        first = re.match(r"\s*([a-z]+)", c.text)
        word = first[1] if first else "rule"
        return _error(
            c,
            "E010",
            "text in quotes stands where a name is expected",
            "",
            f"write a name first: `{word} short_name {c.token}`",
        )
    if c.found.startswith('"') and not _CLOSED.match(c.text, c.at):
        return _error(c, "E013", "this text in quotes is not closed", "opened here", 'close it with " on the same line')
    if "STRING" in {k for k, v in _KINDS.items() if v in c.kinds} and "text in quotes" in c.kinds:
        wants_only_text = c.kinds <= {"text in quotes"} and not c.keywords
        if wants_only_text and c.found.isalpha() and c.found in c.words:
            return _error(c, "E014", f"text in quotes is missing before `{c.found}`", "", "write it there in quotes")
        if wants_only_text and c.found and c.found not in _HABITS:
            return _error(
                c,
                "E014",
                f"`{c.found}` stands where text in quotes is expected",
                "not in quotes",
                f"write it in quotes, for example {_example_of_text(c.before)}",
            )
    return None


def _example_of_text(before: str) -> str:
    last = re.findall(r"[a-z]+", before.rsplit("\n", 1)[-1])
    return '"742.6(a)(13)"' if "cites" in last else '"a short text"'


def _habits(c: _Context) -> Diagnostic | None:
    if c.found == "/" and c.text[c.at : c.at + 2] in ("//", "/*"):
        return _error(c, "E015", "this is not how a comment is written", "", "a comment starts with `#`")
    if c.found == "=" and c.text[c.at - 1] == "=":
        double = Span(c.span.source, c.span.start - 1, c.span.end)
        return Diagnostic(
            "E015", "`==` is not part of the language", double, help="write `is`", fix=(Edit(double, "is"),)
        )
    if joined := re.search(r"\b(at(?:least|most)|(?:more|less)than|oneof)\s*\Z", c.before):
        return _joined(c, joined[1])
    if doubled := re.search(r"\b(when|then|and|or|is|not|where|of|in)\s+(\1)\s*\Z", c.before):
        return _doubled(c, doubled)
    if c.found == "than" and (before := re.search(r"([A-Za-z]+)\s*\Z", c.before)):
        return _comparative(c, before[1])
    wanted = _HABITS.get(c.found)
    if wanted is not None:
        help_ = f"write `{wanted}`" if wanted else "leave it out"
        if wanted == '"':
            help_ = 'write straight quotes: "'
        fix = (Edit(c.span, wanted),) if c.found not in ("=>", "!") else ()
        return _error(c, "E015", f"`{c.found}` is not part of the language", "", help_, fix=fix)
    word = _HABIT_WORDS.get(c.found)
    if word and (c.keywords or c.at_end):
        if c.found in ("greater", "larger", "bigger", "smaller", "fewer", "lower") and not _follows_is(c):
            word = f"is {word}"
        quoted = word if "`" in word or word.startswith("no ") else f"`{word}`"
        tail = " than" if word.endswith(("more", "less")) else ""
        quoted = quoted[:-1] + tail + "`" if tail else quoted
        return _error(c, "E016", f"`{c.found}` is not a word of the language here", "", f"write {quoted}")
    return None


def _joined(c: _Context, words: str) -> Diagnostic:
    """`atleast`: two words run together were read as a name, and the parser stopped one word later."""
    start = c.before.rindex(words) + c.span.start - c.at
    span = Span(c.span.source, start, start + len(words))
    apart = re.sub(r"^(at|more|less|one)", r"\1 ", words)
    return Diagnostic("E016", f"`{words}` is not a word", span, help=f"write `{apart}`", fix=(Edit(span, apart),))


def _doubled(c: _Context, found: re.Match[str]) -> Diagnostic:
    start = found.start(2) + c.span.start - c.at
    span = Span(c.span.source, start, start + len(found[2]))
    return Diagnostic("E010", f"`{found[2]}` stands twice", span, help="delete one of them")


def _comparative(c: _Context, adjective: str) -> Diagnostic:
    """`greater than`: the adjective was read as a name, and the parser stopped one word later."""
    start = c.before.rindex(adjective) + c.span.start - c.at
    span = Span(c.span.source, start, c.span.end)
    wanted = "less" if _HABIT_WORDS.get(adjective) == "less" else "more"
    fix = (Edit(span, f"{wanted} than"),) if adjective in _HABIT_WORDS else ()
    return Diagnostic(
        "E016", f"`{span.text}` is not how a size is compared", span, help=f"write `is {wanted} than`", fix=fix
    )


def _follows_is(c: _Context) -> bool:
    return c.before.endswith(" is")


def _mixed(c: _Context) -> Diagnostic | None:
    if c.found not in ("and", "or"):
        return None
    other = "or" if c.found == "and" else "and"
    head = c.text[: c.at]
    start = max(head.rfind("when"), head.rfind("("), head.rfind("then"), 0)
    first = list(re.finditer(rf"\b{other}\b", head[start:]))
    if not first:
        return None
    place = start + first[0].start() + c.span.start - c.at
    span = Span(c.span.source, place, place + len(other))
    return _error(
        c,
        "E020",
        "`and` and `or` are mixed without brackets",
        f"this `{c.found}`",
        "group with ( ), or use `any of` (a) ... (b) ... `end`",
        ((span, f"first `{other}`"),),
    )


def _dates(c: _Context) -> Diagnostic | None:
    if "a date such as 2026-06-15" not in c.kinds:
        return None
    rest = c.text[c.at : c.at + 24]
    match = re.match(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", rest)
    if match:
        day, month, year = (int(g) for g in match.groups())
        iso = f"{year:04}-{month:02}-{day:02}"
        return _error(
            c,
            "E017",
            f"`{match[0]}` is not a date of the language",
            "",
            f"write year-month-day: {iso} if this is day/month/year",
        )
    if re.match(r"\d{4}|[A-Z][a-z]+ \d|\d{1,2} [A-Z]", rest):
        return _error(c, "E017", f"`{c.found}` is not a date", "", "write year-month-day, for example 2026-06-15")
    return None


def _unfinished_block(c: _Context) -> Diagnostic | None:
    if "end" not in c.keywords or c.found == "end":
        return None
    opened = list(re.finditer(r"\b(all|any|none|at least \d+|exactly \d+) of\b", c.text[: c.at]))
    closed = len(re.findall(r"\bend\b", c.text[: c.at]))
    if not opened:
        return None
    match = opened[-1] if closed == 0 else opened[max(0, len(opened) - 1 - closed)]
    place = match.start() + c.span.start - c.at
    where = "here" if c.found else "before the end of the item"
    return _error(
        c,
        "E021",
        f"the block `{match[0]}` is not closed",
        f"`end` is missing {where}",
        "close the block with `end`, or begin the next limb with a label such as (c)",
        ((Span(c.span.source, place, place + len(match[0])), "opened here"),),
    )


def _equals(c: _Context) -> Diagnostic | None:
    if c.found in ("=", ":=") and "is" in c.keywords:
        return _error(c, "E015", "`=` stands where `is` is expected", "", "write `is`", fix=(Edit(c.span, "is"),))
    return None


def _of_module(c: _Context) -> Diagnostic | None:
    """A clause of the module that stands below another item."""
    if c.found not in ("authority", "jurisdiction") or c.text.startswith("module"):
        return None
    help_ = f"`{c.found}` is a clause of `module`: write it right below the module's title, before `use` and rules"
    return _error(c, "E010", f"`{c.found}` is not expected here", "", help_)


def _near_keyword(c: _Context) -> Diagnostic | None:
    if not re.fullmatch(r"[A-Za-z_]+", c.found):
        return None
    near = nearest(c.found, c.keywords, at_least=0.6)
    most = 1 if c.found in c.words else max(1, len(c.found) // 3)  # a word of the language was hardly mistyped
    if near and _slips(c.found.lower(), near[0]) <= most:
        return _error(
            c,
            "E010",
            f"`{c.found}` is not expected here",
            "",
            f"did you mean `{near[0]}`?",
            fix=(Edit(c.span, near[0]),),
        )
    return None


def _slips(one: str, other: str) -> int:
    """How many letters were left out, put in, changed or swapped; words that only look alike have many."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(row[-1] + 1, rows[-1][j] + 1, rows[-1][j - 1] + (a != b)))
            if i > 1 and j > 1 and (a, b) == (other[j - 2], one[i - 2]):
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


def _unfinished(c: _Context) -> Diagnostic | None:
    if not c.at_end:
        return None
    first = re.match(r"[A-Za-z]+", c.text)
    item = f"this `{first[0]}`" if first else "this item"
    return _error(c, "E011", f"{item} is not finished", "ends here", _help(c))


def _expected(c: _Context) -> Diagnostic:
    found = c.found or c.text[c.at : c.at + 1]
    if found == '"' and (closed := _CLOSED.match(c.text, c.at)):
        span = Span(c.span.source, c.span.start, c.span.start + len(closed[0]))
        return Diagnostic("E010", "text in quotes is not expected here", span, help=_help(c))
    if found == "\t":
        return _error(c, "E010", "a tab is not expected here", "", _help(c))
    return _error(c, "E010", f"`{found}` is not expected here", "", _help(c))


def _help(c: _Context) -> str:
    words = sorted(f"`{w}`" for w in c.keywords if w.isalpha())
    marks = sorted(f"`{w}`" for w in c.keywords if not w.isalpha())
    kinds = sorted(c.kinds - {"the end of the file"})
    options = kinds + words + marks
    if not options:
        return "an item starts with `rule`, `exception`, `decision`, `test`, ..." if c.error else ""
    shown = options[:8]
    tail = ", ..." if len(options) > 8 else ""
    return "expected " + ", ".join(shown) + tail
