"""How text is compared, everywhere: one rule for what is read, one for names that an order and a record must share."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

_DECORATION = "™®©℠"


def normal(text: str) -> str:
    """Text as it is kept once it is read: in Unicode's composed form (NFC), so that what looks alike is alike."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=1 << 16)
def matched(name: str) -> str:
    """What two names have in common that are one: equal for `Fable-5`, `FABLE 5` and `Fable5`.

    Case is folded as Unicode folds it. Spaces, punctuation, invisible characters and the signs of a trade mark are left
    out, but between two digits something stays: `4.5` is `4-5` and not `45`. Letters, accents and other marks, digits
    and symbols of every script are kept. A name of nothing but punctuation is itself.
    """
    words = _words(name)
    out = ""
    for word in words:
        out += "-" + word if out and out[-1].isnumeric() and word[0].isnumeric() else word
    return out or normal(name)


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, as `matched` says."""
    return one == other or matched(one) == matched(other)


def in_an_id(name: str) -> str:
    """A name as the last part of a rule's id: its words with `_` between them; `thing` where it has none."""
    kept = ("".join(c for c in word if unicodedata.category(c)[0] != "S") for word in _words(name))
    return "_".join(word for word in kept if word) or "thing"


def apart(names: Iterable[str]) -> list[str]:
    """The same names, each that stood before or is another's with a number behind it."""
    taken: set[str] = set()
    out = []
    for name in names:
        free, number = name, 1
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free)
        out.append(free)
    return out


def _words(name: str) -> list[str]:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
    visible = (c for c in folded if unicodedata.category(c) != "Cf" and c not in _DECORATION)
    return ["".join(run) for kept, run in groupby(visible, _is_kept) if kept]


def _is_kept(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] not in "ZP" and category != "Cc"


def is_shown(character: str) -> bool:
    """Whether one can see a character, or that it is a space: no control, and no mark that turns the text round."""
    return character.isprintable() or unicodedata.category(character) == "Zs"


def code_point(character: str) -> str:
    """How a character that cannot be seen is called: `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    name = unicodedata.name(character, "") or {"\0": "NULL", "\x1b": "ESCAPE", "\n": "LINE FEED"}.get(character, "")
    return f"U+{ord(character):04X} {name}".strip()


def hidden_in(text: str) -> str | None:
    """The first character of an id that does not belong into one, because nobody sees it; None where there is none.

    A space of any kind is seen: real tables have no-break spaces within names.
    """
    return None if text.isprintable() else next((c for c in text if not is_shown(c)), None)


HIDDEN_HELP = "delete it: ids are of characters that one can see"


def hidden_words(text: str) -> str:
    """What to say of an id in which nobody sees a character."""
    character = hidden_in(text)
    assert character is not None
    return f"the id `{text}` holds {code_point(character)}, which nobody sees"


# Letters of Greek and Cyrillic, and those of Latin that they look like; `unicodedata` knows wide and other forms.
_ALIKE = str.maketrans(
    "АВЕЅЗІЈКМНОРСТУХЬаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορικαυ",
    "ABES3IJKMHOPCTYXbaesijopcyxhdqwABEZHIKMNOPTYXvopikau",
)


def look(text: str) -> str:
    """What ids have in common that look alike: equal for `acme` in Latin letters and with a Cyrillic `а`."""
    return unicodedata.normalize("NFKC", text).translate(_ALIKE)


def printable(text: str) -> str:
    """Text for a terminal, on one line: what cannot be seen is written out, as `<U+202E>`."""
    if text.isprintable():
        return text
    return "".join(c if is_shown(c) else f"<U+{ord(c):04X}>" for c in text)
