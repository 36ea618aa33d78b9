"""Where the grammar, the shipped policies and the schemas are: in the wheel, or in the checkout."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path


def grammar_file() -> Path:
    """The grammar of the language."""
    return _root("_grammar", "grammar") / "licet.lark"


def policies_folder() -> Path:
    """The shipped policy library; its lists are in `lists/`."""
    return _root("_policies", "policies")


def schema_file(name: str) -> Path:
    """A JSON Schema that ships with the package, for example `decision-1.json`."""
    return Path(str(files("licet"))) / "schemas" / name


@cache
def _root(packaged: str, checkout: str) -> Path:
    package = Path(str(files("licet")))
    inside = package / packaged
    return inside if inside.is_dir() else package.parent.parent / checkout
