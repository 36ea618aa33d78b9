"""Where the grammar, the shipped policies and the schemas are, in the wheel or in the checkout; and what is kept
between runs.
"""

from __future__ import annotations

import os
import tempfile
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
def cache_folder() -> Path | None:
    """The user's own folder for what is worked out once; a shared one would let others plant a pickle. None where it
    cannot be written.
    """
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "licet"
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = tempfile.NamedTemporaryFile(dir=base)  # noqa: SIM115 - only asks whether we may write
        probe.close()
    except (OSError, RuntimeError):
        return None
    return base


@cache
def _root(packaged: str, checkout: str) -> Path:
    package = Path(str(files("licet")))
    inside = package / packaged
    return inside if inside.is_dir() else package.parent.parent / checkout
