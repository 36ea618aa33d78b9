"""Near-miss spelling: the names a user may have meant."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from licet.names import code_point, look

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], *, count: int = 1, at_least: float = 0.62) -> tuple[str, ...]:
    """The known words most like `word`, best first; case and underscores weigh nothing.

    A code is like the words that it stands for: `EL` like `Entity List`, `SDN` like `Treasury (SDN)`.
    """
    wanted = _plain(look(word))
    words = re.findall(r"\w+", word)
    initials = "".join(one[0] for one in words) if len(words) > 1 else ""
    scored = []
    for candidate in sorted(set(known)):
        plain = _plain(candidate)
        score = likeness = SequenceMatcher(None, wanted, plain).ratio()
        if plain != wanted:
            if candidate in words or plain == _plain(initials):
                score = max(score, 0.9)
            if len(wanted) > 2 and (wanted in plain.split("-") or plain.startswith(wanted)):
                score = max(score, 0.7)
        if score >= at_least:
            scored.append((-score, -likeness, candidate))
    return tuple(candidate for *_, candidate in sorted(scored)[:count])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A help line that names the nearest word, or the few that there are, or nothing."""
    names = sorted(set(known))
    near = nearest(word, names)
    if near:
        return meant(word, near[0])
    if 0 < len(names) <= 12:
        return "known here: " + ", ".join(f"`{name}`" for name in names)
    return ""


def meant(word: str, near: str) -> str:
    """A help line that names what was meant, and the letter by which it is another word, where nobody can see it."""
    said = f"did you mean `{near}`?"
    if word != near and len(word) == len(near) and look(word) == look(near):
        odd = next(a for a, b in zip(word, near, strict=True) if a != b)
        said += f" its `{odd}` is {code_point(odd)}"
    return said


def _plain(word: str) -> str:
    return word.lower().replace("_", "-")
