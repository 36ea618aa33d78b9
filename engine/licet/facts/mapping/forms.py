"""Days and numbers in forms that the vocabulary does not have, as foreign files write them."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from licet.values import parse_date, parse_number

_GROUPED = {
    ",": re.compile(r"[+-]?(?:[0-9]{1,3}(?:[. '\u00a0\u202f’][0-9]{3})+|[0-9]+)?(?:,[0-9]+)?(?:[eE][+-]?[0-9]+)?"),
    ".": re.compile(r"[+-]?(?:[0-9]{1,3}(?:[, '\u00a0\u202f’][0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"),
}
_GROUP = re.compile(r"[. ,'\u00a0\u202f’]")


@lru_cache(maxsize=1 << 14)
def in_form(text: str, date: str, decimal: str) -> str | None:
    """A day or a number as the vocabulary writes it; None where the text is not of the form.

    `date` is a form of `strptime`; what it says of times of day is left out. A day of the vocabulary's own form is one.
    """
    if date:
        return _day(text, date)
    if not _GROUPED[decimal].fullmatch(text) or not re.search("[0-9]", text):
        return None
    whole, point, rest = text.partition(decimal)
    fraction, mark, exponent = re.split("([eE])", rest, maxsplit=1) if re.search("[eE]", rest) else (rest, "", "")
    plain = _GROUP.sub("", whole).removeprefix("+") + ("." if point else "") + fraction + mark + exponent
    plain = re.sub(r"^(-?)\.", r"\g<1>0.", plain)
    return plain if parse_number(plain) is not None else None


def _day(text: str, form: str) -> str | None:
    try:
        return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return text if parse_date(text) is not None else None
