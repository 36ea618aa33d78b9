"""Policies with random damage, for the parser and the checker."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from licet.resources import policies_folder

_PIECES = [
    "and", "or", "not", "(", ")", "[", "]", '"', "=", "==", "is", "end", "when", "then", "@", "|", "=>", "#", "10^26",
    "50%", "2025-01-01", "rule", "test", "“", "\t", "\n", "é", "\x00", "all of", "(a)", "some x in", ",", ".", ":", "{",
]  # fmt: skip


def mutants(number: int, seed: int) -> Iterator[str]:
    """So many damaged texts: stretches of the library with pieces deleted, doubled, swapped or put in."""
    random = Random(seed)
    texts = [f.read_text(encoding="utf-8") for f in sorted(policies_folder().rglob("*.licet"))]
    for _ in range(number):
        text = random.choice(texts)
        start = random.randrange(max(1, len(text) - 1500))
        piece = text[start : start + random.randrange(20, 1500)]
        for _ in range(random.randrange(1, 5)):
            piece = _damage(piece, random)
        yield piece


def _damage(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    end = min(len(text), at + random.randrange(1, 12))
    match random.randrange(4):
        case 0:
            return text[:at] + text[end:]
        case 1:
            return text[:at] + text[at:end] * 2 + text[end:]
        case 2:
            return text[:at] + random.choice(_PIECES) + text[at:]
        case _:
            return text[:at] + text[at:end][::-1] + text[end:]
