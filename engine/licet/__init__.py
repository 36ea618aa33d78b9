"""Licet evaluates export-control policies for AI models and proves every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from licet.api import Policy, load

__version__ = "0.1.0"
__all__ = ["Policy", "__version__", "load"]


def __getattr__(name: str) -> Any:
    """`licet.load` and `licet.Policy`, imported when they are first asked for: the command line starts faster."""
    if name in ("Policy", "load"):
        from licet import api

        return getattr(api, name)
    raise AttributeError(f"module `licet` has no `{name}`")
