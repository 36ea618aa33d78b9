"""What people write who mean a number, a day or a country, and how Licet wants it: never guessed, always said."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime, timedelta

from licet.values import parse_number

_BLANKS = " \u00a0\u2007\u2009\u202f"
_GROUPED = re.compile(rf"([0-9]{{1,3}})((?:[{_BLANKS}'’][0-9]{{3}})+)([.,][0-9]+)?")
_COMMAS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_NUMBER = re.compile(rf"[-+−]?[0-9.,'’{_BLANKS}]*[0-9.](?:[eE][-+]?[0-9]+)?")
_AFTER = re.compile(rf"([^0-9{_BLANKS}.,+−-]{{1,12}})[{_BLANKS}]*({_NUMBER.pattern})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]((?:20)?[0-9]{2}|19[0-9]{2})")
_LESS_THAN_NOTHING = re.compile(r"\(([0-9][^()]*)\)")  # as accounts have it
_YEAR_FIRST = re.compile(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})(?:[T ].*)?")
_DIGITS = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})")
_POWER = re.compile(
    rf"({_NUMBER.pattern})[{_BLANKS}]*[*·×x⋅][{_BLANKS}]*10[{_BLANKS}]*(?:(?:\^|\*\*)[{_BLANKS}]*([0-9]+)|([⁰¹²³⁴⁵⁶⁷⁸⁹]+))"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_MONTH = re.compile(r"([0-9]{4})(?:-([0-9]{1,2}))?")
_QUARTER = re.compile(r"(?:Q([1-4])[ /-]?([0-9]{4})|([0-9]{4})[ /-]?Q([1-4]))", re.IGNORECASE)
_SERIAL = re.compile(r"([2-7][0-9]{4})(?:\.0+)?")  # 1954 to 2119
_NAMED_MONTHS = (
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%B %d %Y",
    "%d. %B %Y",
    "%d %b. %Y",
    "%b. %d, %Y",
)
_DAY_ZERO = date(1899, 12, 30)  # of spreadsheets, for all days after February 1900

# What programs and people put where there is no value. The first ones are no text that means anything.
NO_TEXTS = frozenset(["-", "--", "---", "–", "—", "~", "null", "n/a", "n.a.", "#n/a", "nan", "-0-"])
_NO_VALUES = (
    NO_TEXTS
    | {"na", "none", "nil", "?", "tbd", ".", "unkn", "unk", "not known", "not available", "tbc", "\\n"}
    | {"unbekannt", "inconnu", "desconocido", "k.a.", "k. a."}
    | {*("inf", "+inf", "-inf", ".inf", "-.inf", ".nan", "infinity", "-infinity", "∞", "-∞")}
)
AS_UTF_8 = "save the file as UTF-8: spreadsheets call it `CSV UTF-8`"
NO_VALUE_HELP = "leave the cell empty where nothing is known, or write `not applicable`"

_MAGNITUDES = {
    "thousand": 10**3,
    "million": 10**6,
    "millions": 10**6,
    "mio": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_FROM_TO = re.compile(
    r"(?:from |between )?([0-9][0-9_.,%]*[^-–0-9]*?)\s*(?:\bto\b|\band\b|–|-)\s*([0-9][0-9_.,]*[^-–0-9]*)"
)
_DAYS_FROM_TO = re.compile(
    r"(?:from |between )?([0-9]{4}-[0-9]{2}-[0-9]{2})\s+(?:to|until|and|–|-)\s+([0-9]{4}-[0-9]{2}-[0-9]{2})"
)
_YES = frozenset(["y", "t", "1", "1.0", "on", "x", "ja", "oui", "si", "sí", "✓", "✔"])
_NO = frozenset(["n", "f", "0", "0.0", "off", "nein", "non", "✗", "✘"])
_IN_WORDS = re.compile(r"(.*?[0-9.])\s*(?:percent|per cent|pct\.?|prozent|pc)")

_NO_CODES = {
    "XK": "Kosovo has no code in ISO 3166-1; leave it empty: what depends on the country is then unknown",
    "AN": "the Netherlands Antilles ended in 2010; write `CW`, `SX` or `BQ`",
    "CS": "Serbia and Montenegro ended in 2006; write `RS` or `ME`",
    "YU": "Yugoslavia has ended; write the code of today, such as `RS`",
    "SU": "the Soviet Union has ended; write the code of today, such as `RU`",
    "TP": "East Timor is `TL`",
    "ZR": "Zaire is `CD`",
    "BU": "Burma is `MM`",
    "EU": "the European Union is no country; write the code of the member state",
}


def no_value(text: str) -> bool:
    """Whether somebody wrote that there is no value, in words that are not ours."""
    return text.strip().casefold() in _NO_VALUES


def number_help(text: str, unit: str = "") -> str:
    """How to write a number that is written as in another language or program, with its unit."""
    text = text.strip()
    if match := _LESS_THAN_NOTHING.fullmatch(text):
        return f"write -{plain_number(match[1])}{unit} if brackets mean less than nothing"
    if _COMMAS.fullmatch(text):
        plain = text.replace(",", "_") + unit
        decimal = (
            f", or {text.replace(',', '.')}{unit} if the comma begins the decimals" if text.count(",") == 1 else ""
        )
        return f"write it without commas: {plain}{decimal}"
    plain = plain_number(text)
    if plain == text or parse_number(plain) is None:
        return ""
    comma = "decimals begin with a point: " if re.fullmatch(r"[^,]*,[0-9]*", text.lower().partition("e")[0]) else ""
    return f"{comma}write {plain}{unit}"


def range_help(text: str, *, days: bool) -> str:
    """How to write a range that is written as in a sentence, or an end that is open."""
    text = text.strip()
    if re.match(r"[<>](?!=)", text):
        return f"both ends are in a range: write `{text[0]}=` and a value that is in it"
    if match := (_DAYS_FROM_TO if days else _FROM_TO).fullmatch(text):
        low, high = match[1].strip(), match[2].strip()
        return f"write {low}{'%' if high.endswith('%') and not low.endswith('%') else ''}..{high}"
    if match := re.fullmatch(r"([0-9][^.]*)\s*\.\.", text) or re.fullmatch(
        r"(?:at least|min\.?|from)\s+([0-9].*)", text
    ):
        return f"write >= {match[1]}"
    if match := re.fullmatch(r"\.\.\s*([0-9].*)", text) or re.fullmatch(r"(?:at most|up to|max\.?)\s+([0-9].*)", text):
        return f"write <= {match[1]}"
    if re.match(r"(?:~|≈|about |approx|around |circa |ca\. ?)", text, re.IGNORECASE):
        return "write a range in which it surely lies, such as 40..60"
    return ""


def number_in_words(number: str, rest: str) -> str:
    """`5 million USD` in digits, with its unit; nothing where no such word follows the number."""
    word, _, unit = rest.partition(" ")
    factor = _MAGNITUDES.get(word.casefold().rstrip("."))
    found = parse_number(number)
    if factor is None or found is None or (whole := found * factor).denominator != 1:
        return ""
    return f"{int(whole):_} {unit}".strip()


def power_of_ten(text: str) -> tuple[str, str]:
    """`3 × 10^26 operations` as Licet reads the number, and what follows it; else nothing."""
    match = _POWER.match(text.strip())
    number = plain_number(match[1]) if match else ""
    if match is None or parse_number(number) is None:
        return "", ""
    return f"{number}e{match[2] or match[3].translate(_RAISED)}", text.strip()[match.end() :]


def number_after(text: str) -> tuple[str, str]:
    """What comes before a number, as `$` or `USD` does, and that number as Licet reads it; else nothing."""
    match = _AFTER.fullmatch(text.strip())
    number = plain_number(match[2].replace(",", "_") if _COMMAS.fullmatch(match[2]) else match[2]) if match else ""
    return (match[1], number) if match and parse_number(number) is not None else ("", "")


def has_currency_sign(text: str) -> bool:
    """Whether one of its characters is the sign of a currency."""
    return any(unicodedata.category(character) == "Sc" for character in text)


def plain_number(text: str) -> str:
    """The same number as Licet reads it, where nobody can take it for another one; else something that is none."""
    sign = "-" if text[:1] in ("-", "−") else ""
    text, e, exponent = text.lstrip("+-−").partition("e" if "e" in text else "E")
    if match := _GROUPED.fullmatch(text):
        text = re.sub(rf"[{_BLANKS}'’]", "_", match[1] + match[2]) + (match[3] or "").replace(",", ".")
    elif re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(\.[0-9]{3}){2,}|[0-9]+,[0-9]+", text):
        whole, _, decimals = text.partition(",")
        text = whole.replace(".", "_") + (f".{decimals}" if decimals else "")
    elif re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", text):
        text = text.replace(",", "_")
    return sign + re.sub(r"^\.", "0.", text).removesuffix(".") + e + exponent


def truth_help(text: str) -> str:
    """How to write yes or no that is written as in another language or program."""
    word = text.strip().casefold()
    return "write `yes`" if word in _YES else "write `no`" if word in _NO else ""


def share_in_words(text: str) -> str:
    """The number of a share whose sign is written as a word; nothing for any other text."""
    match = _IN_WORDS.fullmatch(text.strip().casefold())
    number = plain_number(match[1]) if match else ""
    return number if parse_number(number) is not None else ""


def number_at_start(text: str) -> str:
    """The part of a quantity that is meant as its number."""
    match = _NUMBER.match(text)
    return match[0].strip() if match and re.search("[0-9]", match[0]) else ""


def date_help(text: str) -> str:
    """How to write a day that is written as in another language or program."""
    text = text.strip()
    if match := _DAY_FIRST.fullmatch(text):
        first, second, year = (int(group) for group in match.groups())
        year += 2000 if year < 100 else 0
        ways = [("day/month/year", year, second, first), ("month/day/year", year, first, second)]
        found = [(_day(*ymd), order) for order, *ymd in ways]
        if found[0][0] == found[1][0] is not None:
            return f"write {found[0][0]}"
        said = [f"write {day} if this is {order}" for day, order in found if day is not None]
        return " and ".join(said[:1] + [words.removeprefix("write ") for words in said[1:]])
    if match := _SERIAL.fullmatch(text):
        counted = _DAY_ZERO + timedelta(days=int(match[1]))
        return (
            f"write {counted} if this is the number of a day in a spreadsheet, or give the column the format of dates"
        )
    if (match := _YEAR_FIRST.fullmatch(text) or _DIGITS.fullmatch(text)) and (
        day := _day(*(int(group) for group in match.groups()))
    ):
        return f"write {day}"
    if (match := _MONTH.fullmatch(text)) and (span := _span(int(match[1]), int(match[2] or 0))):
        return f"write {span} if no more is known than this"
    if span := _part_of_year(text):
        return f"write {span} if no more is known than this"
    for form in (*_NAMED_MONTHS, "%b %d %Y", "%B %d %Y"):
        with suppress(ValueError):
            return f"write {datetime.strptime(text, form).date()}"  # noqa: DTZ007 - a day has no time zone
    return ""


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _part_of_year(text: str) -> str:
    """All days of `Q4 2026` or `December 2026` as a range; nothing for any other text."""
    if match := _QUARTER.fullmatch(text):
        return _span(int(match[2] or match[3]), 3 * int(match[1] or match[4]) - 2, 3)
    for form in ("%b %Y", "%B %Y"):
        with suppress(ValueError):
            month = datetime.strptime(text, form)  # noqa: DTZ007 - a month has no time zone
            return _span(month.year, month.month)
    return ""


def _span(year: int, month: int, months: int = 1) -> str:
    """All days of a year, or of so many months of it from one on, as a range."""
    start = _day(year, month or 1, 1)
    last = month + months - 1
    after = _day(year + 1, 1, 1) if month == 0 or last == 12 else _day(year, last + 1, 1)
    return f"{start}..{after - timedelta(days=1)}" if start and after else ""


def country_help(text: str) -> str:
    """What to write for a code that was one, or that others have."""
    return _NO_CODES.get(text.strip().upper(), "")
