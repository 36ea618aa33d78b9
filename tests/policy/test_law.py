"""Every line of `fixtures/law`: its answer, what that rests on, its details, and what of it is enforced."""

from __future__ import annotations

import pytest

from tests.policy.law import Line, came, decisions, lines


@pytest.mark.parametrize("line", lines(), ids=lambda line: line.id)
def test_line(line: Line) -> None:
    assert came(decisions()[line.id]) == line.expected
