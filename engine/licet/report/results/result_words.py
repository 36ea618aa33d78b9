"""What text and page alike say of a result: sentences and counts in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from licet.report.decision_cells import OPEN, said
from licet.values import counted


def heads(document: Mapping[str, Any]) -> list[str]:
    """What is said before everything else: where the rows come from, and what may not be relied on."""
    found = document["results"]
    first, last = found["days"]
    days = "without a day" if first is None else f"as of {first}" if first == last else f"as of {first} to {last}"
    undated = f", {counted(found['without_day'], 'row')} without a day" if found["without_day"] and first else ""
    types = ", ".join(f"{number:,} {type_}" for type_, number in found["by_type"].items())
    lines = [f"{types or 'no rows'}, {days}{undated}."]
    if document["policy"]["is_of_results"] is False:
        lines.append(
            f"Decided by another policy than the one whose words stand here: {found['policy']}. "
            f"Name that one with --policy."
        )
    elif document["policy"]["is_of_results"] is None:
        lines.append(f"The file does not say which policy decided it; words are those of {document['policy']['name']}.")
    if document["too_many_values"]:
        named = ", ".join(document["too_many_values"])
        lines.append(f"Not counted by {named}: too many different values.")
    return [*lines, *document.get("notes", ())]


def answer_told(must: str, may: str) -> str:
    """`prohibited`; of what is open `not determined, free to prohibited`."""
    return said(must) if must == may else f"{OPEN}, {said(must)} to {said(may)}"


def outcomes_told(answers: Mapping[str, Any]) -> str:
    """`3 prohibited, 5 not determined (up to licence required), 2 free`, from the gravest on."""
    by_end: dict[tuple[str, bool], int] = {}
    for one in answers["outcomes"]:
        key = one["may"], one["must"] == one["may"]
        by_end[key] = by_end.get(key, 0) + one["rows"]
    return ", ".join(
        f"{number:,} {said(may)}" if settled else f"{number:,} {OPEN} (up to {said(may)})"
        for (may, settled), number in by_end.items()
    )


def share(number: int, whole: int) -> str:
    """`12%`, `under 1%`, `all`: in words that never round something to nothing or to all."""
    if number == whole:
        return "all"
    percent = 100 * number / whole if whole else 0
    return "under 1%" if percent < 1 else "over 99%" if percent > 99 else f"{percent:.0f}%"


def answers_of(case: Mapping[str, Any]) -> Sequence[str]:
    """The answers about one row, each with what is decided."""
    return [f"{said(one['decision'])}: {answer_told(one['must'], one['may'])}" for one in case["answers"]]


def law_told(law: Mapping[str, Any]) -> str:
    """How open law stands, without its title, which stands beside it: `not encoded: EAR 746.7`."""
    note = law["note"].removesuffix(law["title"]).rstrip(": ") or ", ".join(law["cites"]) or law["name"]
    return f"{'not encoded' if law['kind'] == 'gap' else law['kind']}: {note}"
