"""The few exceptions that leave a room: findings of a user, or a fault of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from licet.diagnostics import Diagnostic


class LicetError(Exception):
    """Base of everything Licet raises on purpose."""


class FindingsError(LicetError):
    """What a user wrote cannot be used; carries every finding, never only the first."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(d.message for d in self.diagnostics[:3]))

    def __reduce__(self) -> tuple[type[FindingsError], tuple[Sequence[Diagnostic]]]:
        """From one process to another with its findings, not with its words."""
        return type(self), (self.diagnostics,)


class PolicyError(FindingsError):
    """A policy has errors."""


class FactsError(FindingsError):
    """An inventory has errors."""


class UsageError(LicetError):
    """A command or call asked for something that does not exist; the message says what to do."""


class EngineError(LicetError):
    """An engine broke its contract: a fault in Licet or in a library below it, never in the user's text."""
