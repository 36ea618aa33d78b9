"""Ways of writing that other languages, spreadsheets and statutes have, and what stands here instead.

A phrase is looked for in the text of an item up to where the parser stopped, which is often a word after the one that
is meant. `w` in a pattern marks what is blamed; its other groups may stand in the help.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = r"[A-Za-z_][A-Za-z0-9_]*"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OVER = r"[.\w]*\s+(over|for|in)\b"
_EVERY_RULE = "write `to every rule of` a decision, or `to every rule in` a module"
_MOST_LOOKED_AT = 1_000  # characters before the place; patterns look for their beginning at each of them
_COLLECTION = rf"{_WORD}\s+in\s+[\w.]+"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern of what stands before and where the parser stopped, and the help that is said of it."""

    pattern: re.Pattern[str]
    help: str
    items: tuple[str, ...] = ()  # words with which the item begins; empty for any
    after: re.Pattern[str] | None = None  # of what stands behind
    wants: str = ""  # a word that could stand there


def _phrase(pattern: str, help_: str, *items: str, after: str = "", wants: str = "") -> Phrase:
    return Phrase(re.compile(pattern + r"\s*\Z"), help_, items, re.compile(after) if after else None, wants)


_NAMED = "rule|exception|directive|gap|table|score|obligation|check|decision|entity|relation|list|term|unit|define"

_PHRASES = (
    # ---- names and texts
    _phrase(rf"\A\s*(?:{_NAMED})\s+(?P<w>\w+-)", "names are of letters, digits and `_`: write `_` for `-`"),
    _phrase(rf"\A\s*(?:{_NAMED})\s+(?P<w>[0-9]\S*)", "names begin with a letter"),
    _phrase(
        rf"\A\s*(?:{_NAMED})\s+(?P<w>(?P<a>\w+)\s+(?P<b>{_WORD}))",
        "a name is one word: `{a}_{b}`",
        after=r"\s*[\"\n]",
    ),
    _phrase(r"(?P<w>\\\")\s*\w+", 'a quotation mark inside quotes stands twice: `""`'),
    # ---- the head of a rule
    _phrase(rf"\A\s*(?:{_NAMED}|test|module)\s+\w+\s*(?P<w>:)\s*", "leave the colon out", after=r'\s*"'),
    _phrase(r"\bfor\s+(?P<w>(?P<a>\w+))", "write a colon: `for {a}: ...`", after=r"\s+[A-Z]\w*\s", wants="for"),
    _phrase(r"\bfor\s+(?P<w>each|every|all|any)", "write `for x: ...`: a rule is about each of them"),
    _phrase(r"\bfor\s+(?P<w>(?P<a>\w+))", "write a colon: `for {a}: ...`", after=r"\s+[A-Z]\w*\s"),
    _phrase(r"\bthen\b(?:.|\n)*(?P<w>\bwhen)", "`when` stands before `then`"),
    _phrase(
        r"\bwhen\b(?:.|\n)*(?P<w>\bwhen)(?:\s+\w+)?",
        "there is one `when`: join the conditions with `and`",
        wants="then",
    ),
    _phrase(r"(?P<w>\bbecause)", "the reason stands at the end, behind `then`", "rule", "exception", wants="when"),
    _phrase(
        r"\bthen\b[^\n]*(?P<w>\bor)",
        "a conclusion has no `or`: write a rule for each case, or a `gap`",
        wants="because",
    ),
    _phrase(
        r"\bincludes\s+(?P<w>all|every)\s+\w+",
        "write `includes each ... over x in ...`",
        after=r"[.\w]*\s+(?:over|for|in)\b",
    ),
    _phrase(r"\bincludes\s+each\s+[\w.]+\s+(?P<w>in|for|of|from)", "say over what: `over x in ...`", wants="over"),
    _phrase(r"\bis\s+(?P<w>each)\s+\w+", "a set takes in: write `includes each ... over x in ...`"),
    _phrase(r"\b(?P<w>includes\s+[\w.]+)\s+over", "write `includes each ... over x in ...`"),
    # ---- vocabulary
    _phrase(rf"\b(?P<a>{_WORD})\s*:\s*(?P<w>list|array|sets?)\s+of", "several values are a set: `set of ...`"),
    _phrase(
        r":\s*(?P<w>enum|enumeration|choice|either|oneof)\s+\w+", "write `one of`, and the values", "entity", "relation"
    ),
    _phrase(r":\s*quantity\s+(?P<w>in|of)\s+(?P<a>\w+)", "write `quantity {a}`"),
    _phrase(
        r":\s*(?P<w>number|decimal|float)\s+(?P<a>\w+)",
        "a number with a unit is `quantity {a}`",
        "entity",
        "relation",
        wants="open",
    ),
    _phrase(r':\s*(?P<w>quantity)\s*"', "say in which unit: `quantity kg`"),
    _phrase(
        r"(?P<w>optional|nullable|required|mandatory|default)",
        "every fact may be unknown; `always applies` says that it is never not applicable, and there are no defaults",
        "entity",
        "relation",
        wants="open",
    ),
    _phrase(r'"\s*(?P<w>,)', "fields stand one below the other, without commas", "entity", wants="open"),
    _phrase(
        r"\A\s*parameter\s+(?P<w>(?P<a>\w+)(?:\s+(?:of|is|as))?)",
        "write a colon and the type: `parameter {a} : ...`",
        "parameter",
    ),
    _phrase(
        r'\A\s*list\s+(?P<a>\w+)\s+of\s+(?P<b>\w+)\s*(?P<w>")', "say that it is the file: `list {a} of {b} from ...`"
    ),
    _phrase(
        r"\bone of\s+[\w\s]+(?P<w><)",
        "values that rise are declared: `enumeration rank one of low < high`, and the field is `of_what : rank`",
        "entity",
        "term",
        "relation",
    ),
    _phrase(r"\b(?P<w>spelled|spelling|alias|aka|called)", "write `spelt`, and a text in quotes", "enumeration"),
    _phrase(
        rf"\bone of\s+(?:{_WORD}\s*,\s*)*(?P<a>{_WORD})\s+(?P<w>{_WORD})", "put a comma between: `{a}, {w}`", wants=","
    ),
    _phrase(r"\bis\s+[\d_.eE^]+\s+(?P<a>\w+)\s*(?P<w>/)", "a quotient of units is written `{a} per ...`", "unit"),
    _phrase(
        r"\bis\s+[\d_.eE^]+\s+(?P<a>\w+)\s*(?P<w>\*|\w+)",
        "a unit is a number of one other unit, or of one `per` another: `1 {a} per ...`",
        "unit",
    ),
    _phrase(
        rf"\bblank\s+(?:means|is)\s+(?P<w>{_WORD})", "the one thing that it may mean: `blank means not applicable`"
    ),
    _phrase(rf"\bblank\s+(?P<w>{_WORD})", "write `blank means not applicable`"),
    _phrase(
        rf"\bof\s+{_WORD}\s*:\s*{_WORD}\s+(?P<w>one|set|quantity|number|text|percent|date|country)",
        "the type of a term stands behind `is`: `is {w} ...`",
        "term",
    ),
    _phrase(r"\boutcomes\s+[\w\s<]+(?P<w>,)", "outcomes rise from the mildest on: put `<` between them", "decision"),
    # ---- days
    _phrase(
        rf"\bfrom\s+{_DATE}\s+(?P<w>to|till|til|through|thru|up)",
        "write `until`, and the first day on which it no longer stands",
    ),
    _phrase(
        r"\b(?P<a>in force|suspended|not enforced|unconfirmed)\s+(?P<w>since|on|after|starting|as)",
        "write `{a} from ...`",
    ),
    _phrase(rf"\b(?P<a>in force|suspended|not enforced|unconfirmed)\s+(?P<w>{_DATE})", "write `{a} from {w}`"),
    _phrase(
        r"\b(?P<w>announced|unenforced|unenforceable|nonenforced)",
        'what an authority said that it will not enforce is `not enforced from 2026-03-01 "who said so, and where"`',
        "rule",
        "exception",
        "directive",
        "table",
        "obligation",
        wants="not",
    ),
    _phrase(
        r"\b\d+\s+(?P<w>business|work|workin|bank)(?:\s+days?)?",
        "days of work are counted by a list: `+ 30 working days of holidays`, with `list holidays of date from ...`",
    ),
    _phrase(
        r"\b(?P<w>\d+\s+working\s+days?)\s+\S+", "say by which list of days nobody works: `{w} of holidays`", wants="of"
    ),
    _phrase(
        r"\b(?P<w>within)(?:\s+\d+)?",
        "name the last day: `by ... + 30 days` of a duty, `is at most ... + 30 days` in a condition",
    ),
    _phrase(
        r"\A\s*parameter\b(?:.|\n)*(?P<w>\bis\s+[^\n]*)",
        "say from which day on it stands: `{w} from 2026-01-01`",
        "parameter",
        wants="from",
    ),
    _phrase(
        r"\b(?P<w>(?P<a>not\s+enforced|unconfirmed)\s+from\s+\S+(?:\s+until\s+\S+)?)\s+\w+",
        'say who said so, and where, in quotes: `{w} "..."`',
    ),
    # ---- collections
    _phrase(rf"\b(?:where|satisfies)\s+(?P<w>{_WORD}|\S)", "put the condition in brackets: `where (...)`", wants="("),
    _phrase(
        rf"\b(?:some|every|count|over)\s+{_COLLECTION}\s*(?P<w>\()", "write `where` before the bracket", wants="where"
    ),
    _phrase(
        rf"\b(?:some|every|count|over)\s+{_COLLECTION}\s+(?P<w>with|such|whose|that|which|who|if|when|having|for)",
        "write `where (...)`",
    ),
    _phrase(
        r"\bevery\b[^|]*?(?P<w>\S+)",
        "say what is so of each: `every x in ... where (...) satisfies (...)`",
        wants="satisfies",
    ),
    _phrase(
        rf"\b(?P<w>(?:there\s+(?:is|are|exists?)|exists?|any)(?:\s+(?:some|any|an?))?)\s+(?P<a>{_WORD})",
        "write `some {a} in ...`",
        after=r"\s+in\b",
    ),
    _phrase(rf"\b(?P<w>all|each)\s+(?P<a>{_WORD})", "write `every {a} in ...`", after=r"\s+in\b"),
    _phrase(rf"\b(?P<w>no|none)\s+(?P<a>{_WORD})", "write `not some {a} in ...`", after=r"\s+in\b"),
    _phrase(r"\b(?P<w>(?:count|number)\s+of)\s+(?P<a>\w+)\s+in", "write `count {a} in ...`"),
    _phrase(
        rf"\b(?P<w>(?:count|number)\s+(?:of|all|every))\s+(?P<a>{_WORD})", "write `count {a} in ...`", after=r"\s+in\b"
    ),
    _phrase(rf"\b(?P<w>sum(?:\s+of)?|sums|total\s+of)\s+{_WORD}", "write `total ... over ...`", after=_OVER),
    _phrase(rf"\b(?P<w>max|maximum|largest|greatest|latest)\s+{_WORD}", "write `highest ... over ...`", after=_OVER),
    _phrase(rf"\b(?P<w>min|minimum|smallest|least|earliest)\s+{_WORD}", "write `lowest ... over ...`", after=_OVER),
    _phrase(
        rf"\b(?P<w>average|mean|median|avg)\s+{_WORD}",
        "there are `total`, `count`, `highest` and `lowest`: an average is a total divided by a count",
        after=_OVER,
    ),
    _phrase(r"\b(?:total|highest|lowest)\s+[\w.]+\s+(?P<w>for|of|from|in)\b", "write `over x in ...`", wants="over"),
    _phrase(
        r"\b(?P<w>(?P<a>total|highest|lowest)\s+(?:\w+\.)?(?P<b>[\w.]+))\s+\S+",
        "say over what, with a name for each of them: `{a} x.{b} over x in ... where (...)`",
        wants="over",
    ),
    # ---- conditions
    _phrase(r"\bis\s+(?:not\s+)?(?:one\s+of|in)\s+(?P<a>[\w.\"]+)\s*(?P<w>,)", "write square brackets: `[{a}, ...]`"),
    _phrase(r"\bis\s+(?:not\s+)?(?:one\s+of|in)\s+\((?P<a>[\w.\"]+)\s*(?P<w>,)", "write square brackets: `[{a}, ...]`"),
    _phrase(r"\bis\s+(?P<w>either|neither)\s+\S+", "write `is one of [..., ...]`, or `is not one of [..., ...]`"),
    _phrase(r"\b(?P<w>(?:is|has|does|was|are)n)", "write `is not`", after=r"['’]t\b"),
    _phrase(r"\b(?P<w>includes\s+not)\b.*", "`not` stands before the comparison: `not ... includes ...`"),
    _phrase(
        r"(?P<a>[\w.]+)\s+(?P<w>does(?:\s+not)?|not)",
        "`not` stands before the comparison: `not {a} includes ...`; or write `is not`",
        after=r"\s+(?:not\s+)?(?:includes?|contains?|has|have|hold|match)\b",
    ),
    _phrase(
        r"(?P<w>starts|begins|ends|matches|like|matching)",
        "rules look at no patterns of texts; codes that are declared with `code` have `is under`",
        wants="is",
    ),
    _phrase(
        r"(?P<a>[\w.]+)\s*(?:<=?|>=?|is\s+(?:at\s+(?:least|most)|(?:more|less)\s+than))\s*[\w.% ]+?\s*(?P<w><=?|>=?)",
        "compare one pair at a time: `... and ...`, or `is between ... and ...`",
    ),
    _phrase(r"\bbetween\s+(?P<a>[\w.]+?)(?P<w>\.|-|to|and)", "write `is between {a} and ...`", wants="and"),
    _phrase(r"\bcites\s+(?P<w>\")", 'say whose law it is before the section: `cites ACT "1"`', after=r'[^"\n]*"'),
    _phrase(
        r"\b(?P<w>(?P<a>[\d.]+)\s+per\s*cent|(?P<b>[\d.]+)\s+percent)\s+(?:of\b)?.*",
        "write the share with its sign, as in `25%`",
    ),
    # ---- obligations, exceptions, scores, tests
    _phrase(
        r"\bthen\s+[\w.]+\s+(?P<w>shall|should|has|have|needs|ought|will|is)",
        "a duty is `must`, `must not` or `may`",
        "obligation",
    ),
    _phrase(r"\bto\s+(?P<w>all|any|each)\s+rules?", _EVERY_RULE),
    _phrase(r"\bto\s+(?P<w>all|any|each)", _EVERY_RULE, after=r"\s+rules?\b"),
    _phrase(
        r"\A\s*exception\b[^:]*?(?P<w>for|cites|when|then|tagged|source|in)",
        "say first what it is an exception to: `to` and the name of a rule",
        "exception",
        wants="to",
    ),
    _phrase(r"\btagged\s+(?:@\w+\s*,\s*)*(?P<w>\w+)", "a tag begins with its sign: `@{w}`"),
    _phrase(r"\badd\s+(?P<w>-)", "nothing is taken off a score: give points to the other cases", "score"),
    _phrase(r"\b(?P<w>for|for\s+each|each)", "write `per f in ...`", "score", wants="per"),
    _phrase(r"\bwhen\b.*(?P<w>\bmax)", "`max` stands behind `per ... in ...`, where the points are added up", "score"),
    _phrase(r"\bgiven\s+(?P<a>\w+)\s*(?P<w>:)", "write `given {a} is ... {{ ... }}`", "test"),
    _phrase(r"\bgiven\s+(?P<a>\w+)\s+is\s+(?P<w>an?)\s+(?P<b>\w+)", "write `given {a} is {b} {{ ... }}`", "test"),
    _phrase(
        r"\bgiven\s+(?P<a>\w+)\s+is\s+(?P<b>\w+)\s*(?P<w>\()", "write braces: `given {a} is {b} {{ ... }}`", "test"
    ),
    _phrase(r"\bgiven\s+(?P<a>\w+)\s+(?P<w>in)", "write `given {a} is in ...`", "test"),
    _phrase(r"\bgiven\s+(?P<a>\w+)\s+is\s+(?P<w>\{)", "the row of a relation is written `given {a}(..., ...)`", "test"),
    _phrase(r"[{,]\s*(?P<w>(?P<a>\w+))", "write `{a}: ...`", "test", after=r"\s*="),
    _phrase(rf"[{{,]\s*{_WORD}\s*:[^{{}}]*?\s(?P<w>{_WORD})", "put a comma before `{w}`", "test", after=r"\s*:"),
    _phrase(r"\bgiven\s+\w+\(.*(?P<w>:)", "values of a row stand in the order of its columns, without names", "test"),
    _phrase(r"(?P<w>\bgiven)", "write it above the first `expect`: facts come first", "test", wants="expect"),
    _phrase(
        r"\bexpect\b.*\bis\b.*(?P<w>\bis)",
        "write `expect not ...` where it is false, `expect unknown whether ...` where it is not known",
        "test",
    ),
    _phrase(r"\bexpect\s+unknown\s+(?P<w>\S+)", "write `expect unknown whether ...`", "test", wants="whether"),
    _phrase(r"\btest\s+\"[^\"]*\"\s+(?P<w>on|at|in|for)", "write `as of` and a day", "test"),
    _phrase(r"\b(?P<w>must|may)\s+(?:must|may)", "one of them is enough", "obligation"),
    _phrase(r"\b(?:must|may)(?:\s+not)?\s+(?P<w>\w+)", 'say what is to be done in quotes: `must "..."`', "obligation"),
    _phrase(r"\bto\s+(?P<w>every\s+rule)\s+\w+", _EVERY_RULE, "exception"),
    # ---- tables
    _phrase(r"\n[ \t]*\|[ \t]*(?P<w>-+)[ \t]*\|", "rows follow the heads at once: leave this line out", "table"),
    _phrase(
        r"[^\s|][ \t]*\|[ \t]*(?P<w>)=>",
        "leave out the bar before `=>`: `| ... => ... |`; a cell in which nothing matters is `any`",
        "table",
    ),
    _phrase(r"\|[ \t]*(?P<w>[-–—*?]?)[ \t]*(?:\||=>)", "a cell in which nothing matters is `any`", "table"),
    _phrase(r"\|[ \t]*(?P<w>\*)", "a cell in which nothing matters is `any`", "table"),
    _phrase(r"\n(?![ \t]*\|)[^|\n]+(?P<w>\|)[^\n]*=>", "a row begins with `|`", "table"),
    _phrase(r"\|[^|\n]*\b(?P<w>or)", "put a comma between the values of a cell", "table"),
    _phrase(r"\|[^|\n]*\d\S*[ \t]*(?P<w>\.)", "a range in a cell is `5 to 10`, both ends in it", "table", after=r"\."),
    _phrase(r"\|[^|\n]*\d\S*[ \t]*(?P<w>[–—])", "a range in a cell is `5 to 10`, both ends in it", "table"),
    _phrase(
        r"\|[^|\n]*(?P<w>\band)", "a range in a cell is `5 to 10`; what is more goes into a column of its own", "table"
    ),
    _phrase(r"\|[ \t]*(?P<w>between)\b[^|\n]*", "a range in a cell is `5 to 10`, both ends in it", "table"),
    _phrase(
        r"\|[ \t]*(?P<w>(?:is\s+)?(?:at|more|less|over|under|above|below))\b[^|\n]*",
        "a cell is `>= 5`, `> 5`, `<= 5`, `< 5` or `5 to 10`",
        "table",
    ),
    _phrase(r"\|[ \t]*(?P<w>is)\s+[^|\n]*", "leave `is` out: a cell is the value, or `not` and the value", "table"),
    _phrase(
        r"\bdecides\b[^\n]*\n\s*(?P<w>\|)",
        "say first which of its rows count: `hit first` or `hit unique`",
        "table",
        wants="hit",
    ),
    _phrase(
        r"\n[ \t]*(?P<w>\|(?:(?!=>)[^\n])*\|)",
        "behind its inputs a row says what it decides: `| inputs => output |`",
        "table",
        after=r"\s*(?:\n|\Z)",
    ),
    _phrase(r"=>[^|\n]*?(?P<w>[^|\s]+)", "end the row with `|`", "table", after=r"\s*(?:\n|\Z)", wants="|"),
)


@dataclass(frozen=True, slots=True)
class Habit:
    """What is blamed, from and up to which place of the item's text, and what to write."""

    start: int
    end: int
    help: str


def habit(text: str, at: int, end: int, wanted: frozenset[str]) -> Habit | None:
    """The first phrase that ends in `text[at:end]`, where the parser stopped; `wanted` are words that may stand."""
    item = re.match(r"(?:\s|#[^\n]*\n)*([a-z]+)", text)
    first = item[1] if item else ""
    before = max(end - _MOST_LOOKED_AT, 0)
    head = re.sub(r"#[^\n]*(?=\n)", lambda m: " " * len(m[0]), text[before:end])
    for phrase in _PHRASES:
        if (phrase.items and first not in phrase.items) or (phrase.wants and phrase.wants not in wanted):
            continue
        if phrase.after is not None and not phrase.after.match(text, end):
            continue
        if found := phrase.pattern.search(head):
            start, stop = found.span("w")
            if stop == start:  # an empty cell
                start, stop = at - before, end - before
            return Habit(
                start + before, stop + before, phrase.help.format(**{k: v for k, v in found.groupdict().items() if v})
            )
    return None
