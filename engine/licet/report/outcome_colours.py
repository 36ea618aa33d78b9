"""The colours of outcomes, light to dark from the least to the most severe, told apart by the colour-blind."""

from __future__ import annotations

from fractions import Fraction

# Lightness falls from step to step, and blue turns to orange where a duty begins: neither needs red or green.
STEPS = ("#F2F0E9", "#CBDDE9", "#86B4D2", "#E08F3E", "#6E1F3F")
_BY_NUMBER = {1: (0,), 2: (0, 3), 3: (0, 3, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}


def colours(outcomes: int) -> tuple[str, ...]:
    """As many colours as a decision has outcomes; beyond five, shades between the steps."""
    if outcomes in _BY_NUMBER:
        return tuple(STEPS[step] for step in _BY_NUMBER[outcomes])
    return tuple(_between(Fraction(place * (len(STEPS) - 1), outcomes - 1)) for place in range(outcomes))


def _between(at: Fraction) -> str:
    step = min(int(at), len(STEPS) - 2)
    pairs = zip(_parts(STEPS[step]), _parts(STEPS[step + 1]), strict=True)
    return "#" + "".join(f"{round(low + (high - low) * (at - step)):02X}" for low, high in pairs)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def ink(colour: str) -> str:
    """Text that can be read on the colour."""
    red, green, blue = _parts(colour)
    return "#1B1F24" if red * 299 + green * 587 + blue * 114 > 120_000 else "#FFFFFF"
