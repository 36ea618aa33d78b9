"""Every colour of a text of a decision sheet can be read on what is behind it: in light, in dark and on paper.

A browser tells the colours of texts in the page, but not what is behind a text of a figure; here all are computed.
"""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

TEMPLATES = ROOT / "engine" / "licet" / "report" / "templates"
SHEETS = ("explanation", "explanation_index", "explanation_print", "results")
CSS = "".join((TEMPLATES / f"{name}.css").read_text(encoding="utf-8") for name in SHEETS)
PALETTES = re.findall(r":root \{([^}]*)\}", CSS)
BEHIND = {  # the colours of texts, and on what each stands
    "ink": ("paper", "card", "dutybg", "freebg", "notebg", "unkbg", "stopbg"),
    "soft": ("paper", "card"),
    "link": ("paper",),
    "duty": ("paper",),
    "free": ("paper", "freebg"),
    "unk": ("paper",),
    "note": ("paper", "notebg"),
    "stop": ("paper", "stopbg"),
    "acc": (),  # one of those above, by the answer
}


def light(colour: str) -> float:
    """The relative luminance of `#rgb` or `#rrggbb`, by WCAG 2."""
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", range(3), ids=["light", "dark", "paper"])
def test_texts_stand_out(palette: int) -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]+)", PALETTES[palette]))
    found = {(text, on): contrast(colours[text], colours[on]) for text, behind in BEHIND.items() for on in behind}

    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < 4.5} == {}


def test_no_colour_escapes() -> None:
    """Texts have the colours above, and none is written out where it is used."""
    rules = re.sub(r":root \{[^}]*\}", "", CSS)
    figures = {colour for name, colour in re.findall(r"\.(g-\w+) \{ fill: var\(--(\w+)\)", CSS)}

    assert len(PALETTES) == 3
    assert set(re.findall(r"[ {;]color: var\(--(\w+)\)", rules)) | figures <= BEHIND.keys()
    assert set(re.findall(r"--acc: var\(--(\w+)\)", CSS)) <= {text for text, on in BEHIND.items() if "paper" in on}
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", rules) == []
    assert set(re.findall(r"background: var\(--(\w+)\)", rules)) | set(
        re.findall(r"\.bar-\w+ \{ fill: var\(--(\w+)\)", CSS)
    ) <= {on for behind in BEHIND.values() for on in behind}
    assert contrast("#fff", "#000") == pytest.approx(21)
