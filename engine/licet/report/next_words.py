"""What can be done about an answer, in words: what to obtain, what to find out, what law to have read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from licet.decide.grounds.laws import GAP
from licet.report.explanation_words import DocumentWords, shorter

_LONGEST = 150  # characters of a note
# With these the phrase of a yes or no begins.
_VERBS = ("is", "has", "needs", "was", "may", "can", "comes", "goes", "stays", "leaves", "replaces", "corrects")


def obtained(record: Mapping[str, Any]) -> str:
    """`a licence for this transfer (EAR 750.7(a)) from the Bureau of Industry and Security`."""
    title = record["title"] or record["what"].rpartition(".")[2].replace("_", " ")
    cites = f" ({', '.join(record['cites'][:2])})" if record["cites"] else ""
    return f"{title}{cites} from {record['giver']}"


def found_out(facts: Sequence[str], law: Sequence[str]) -> str:
    """`find out training compute of m1 and share of p in q`; `have the law read: …`."""
    asked = [f"find out {' and '.join(facts)}"] if facts else []
    return ", and ".join([*asked, *(f"have the law read: {one}" for one in law)])


def fact_of(text: str, id_: str) -> str:
    """A fact by its phrase, of a thing: `whether m1 has published weights`, `training compute of m1`."""
    return f"whether {id_} {text}" if text.split()[0] in _VERBS else f"{text} of {id_}"


def law_to_read(missing: Mapping[str, Any], words: DocumentWords | None = None) -> str:
    """Law that is missing, as documents have it: what is known of it, and where it stands; of a gap of the document
    whose `words` these are, what it concerns too.
    """
    of = missing["of"]
    cites = f" ({', '.join(missing['cites'][:2])})" if missing.get("cites") else ""
    known = words.told_title(of["id"]) if words is not None and of["type"] == GAP else missing.get("note")
    said = known or f"{missing['fact']} of `{of['id']}`"
    return f"{shorter(said, _LONGEST)}{cites}"
