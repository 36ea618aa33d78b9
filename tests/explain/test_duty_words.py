"""A duty in words: by or until when, as far as that is known."""

from __future__ import annotations

import pytest

from licet.decide.decision import Duty


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        (None, "lab must report"),
        ("2026-05-01", "lab must report by 2026-05-01"),
        ("unknown", "lab must report by a day that is not known"),
        ("2026-05-01 to unknown", "lab must report by 2026-05-01 or later"),
        ("unknown to 2026-05-01", "lab must report by 2026-05-01 or earlier"),
        ("2026-05-01 to 2026-06-01", "lab must report by 2026-05-01 to 2026-06-01"),
    ],
)
def test_words(deadline: str | None, said: str) -> None:
    assert Duty("r", "due", "lab", "must", "report", deadline and "by", deadline, ()).words == said
