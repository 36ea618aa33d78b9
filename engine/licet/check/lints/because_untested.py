"""S004: a reason that names a value which the condition does not test."""

from __future__ import annotations

import re
from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic

_NUMBER = re.compile(r"10\^\d+|\d+(?:\.\d+)?(?:e\d+)?\s*%|\d+(?:\.\d+)?e\d+")


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Thresholds in `because` must be those of the condition: readers trust the reason."""
    for rule in linted.rules():
        if rule.body is None or rule.body.span is None:
            continue
        condition = "".join(rule.body.span.text.split())
        for number in _NUMBER.findall(rule.because):
            if "".join(number.split()) not in condition:
                yield Diagnostic(
                    "S004",
                    f"the reason of `{rule.name}` names `{number}`, which its condition does not test",
                    rule.span,
                    help="name the value that the condition compares with",
                    severity="style",
                )
