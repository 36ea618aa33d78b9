"""The page of each diagnostic code, from the Markdown beside this file."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def _pages() -> dict[str, str]:
    text = (files("licet") / "check" / "pages.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (?=[EFWS]\d{3})", text, flags=re.MULTILINE)[1:]
    return {part[:4]: part.strip() for part in parts}


PAGES: dict[str, str] = {code: text.split("\n", 1)[0][5:].strip() for code, text in _pages().items()}


def page(code: str) -> str | None:
    """The whole page of a code, or None if there is none such."""
    return _pages().get(code)
