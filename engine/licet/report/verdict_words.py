"""What is said of the second program's verdict: with what it counted, or with what it refuses."""

from __future__ import annotations

from collections.abc import Mapping

from licet.explain.verdict import Verdict
from licet.report.explanation_words import shorter
from licet.values import counted

NOT_CHECKED = "Not checked by a second program."
REFUSED = "A second program refuses this explanation. Do not rely on it."
_MOST = 10  # causes that are told
_LONGEST = 300
_WORDS = {
    "answers": ("answer", "answers"),
    "rules": ("rule", "rules"),
    "conditions": ("condition", "conditions"),
    "reads": ("value that was read", "values that were read"),
    "claims": ("set of facts", "sets of facts"),
    "trials": ("answer with something hidden or supposed", "answers with something hidden or supposed"),
}


def head(verdict: Verdict | None) -> str:
    """The verdict in one sentence; None where nobody asked for one."""
    if verdict is None:
        return NOT_CHECKED
    if verdict.unread:
        return f"Not checked by a second program: {verdict.unread}."
    return "Checked by a second program: it agrees." if verdict.agrees else REFUSED


def line(verdict: Verdict | None) -> str:
    """The same with what was counted, of a verdict that is no refusal."""
    if verdict is None or not verdict.agrees:
        return head(verdict)
    return f"{head(verdict)} It decided again {', '.join(counts(verdict.counts))}."


def counts(found: Mapping[str, int]) -> list[str]:
    """What the second program compared, each with its number."""
    return [counted(found[name], one, several) for name, (one, several) in _WORDS.items()]


def causes(verdict: Verdict) -> list[str]:
    """Why it refuses: the first of them, and how many more there are."""
    told = [shorter(cause, _LONGEST) for cause in verdict.refused[:_MOST]]
    more = len(verdict.refused) - len(told)
    return [*told, *([f"and {more} more"] if more else [])]
