"""What was verified of a receipt: as text for a terminal, and as `licet/verification/1`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from licet.decide.decision import NOTICE
from licet.explain.receipts.attestation import answers
from licet.explain.receipts.verification import Verification, VerifiedPart
from licet.explain.words import answer_in_words
from licet.report import verdict_words
from licet.report.escapes import for_json
from licet.report.explanation_words import asked_of, shorter, told_of
from licet.report.wrapped import wrapped
from licet.values import counted

SCHEMA = "licet/verification/1"
_SHOWS = "This shows that the answer follows from this policy and these facts, not that the facts are true."
_NAMES = 17  # columns
_RESULTS = 13
_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_SHORT = 15
_LONGEST = 200  # characters of what a signer says


def as_text(found: Verification, *, width: int = 80) -> str:
    """A line for each thing, and the answer that it is about."""
    lines = _wrapped(_head(found), "", width)
    for check in found.checks:
        first, said = f"  {check.result:<{_RESULTS}}{check.name:<{_NAMES}}", _said(check, found)
        lines += _wrapped(_DIGEST.sub(lambda whole: f"{whole[0][:_SHORT]}…", said), first, width)
        lines += [f"      {whole}" for whole in _DIGEST.findall(said)]  # on a line of its own, to be compared
        if check.name == "second program":
            lines += [one for cause in found.verdict.refused for one in _wrapped(cause, " " * 12 + "- ", width)]
    if found.accepted:
        lines += ["", *(line for one in _answers(found) for line in _wrapped(one, "", width))]
    return "\n".join([*lines, "", *_wrapped(f"{_SHOWS} This is {NOTICE}.", "", width)]) + "\n"


def as_json(found: Verification) -> str:
    """The document `licet/verification/1`."""
    return for_json(document(found), indent=1) + "\n"


def document(found: Verification) -> dict[str, Any]:
    """The same as data, as the schema `verification-1.json` describes it. Of what is refused, no answer is told."""
    explanation, told = found.receipt["explanation"], found.accepted
    return {
        "schema": SCHEMA,
        "accepted": found.accepted,
        "checks": [
            {"check": c.name.replace(" ", "_"), "result": c.result.replace(" ", "_"), "says": c.says}
            | {"counts": dict(c.counts)}
            for c in found.checks
        ],
        "refused": list(found.verdict.refused),
        "subject": explanation["subject"] if told else None,
        "as_of": explanation["as_of"] if told else None,
        "asked": explanation["asked"] if told else None,
        "answers": answers(explanation) if told else [],
        "signed": _signed(found) if told else None,
        "notice": NOTICE,
    }


def _signed(found: Verification) -> Mapping[str, str] | None:
    """Who says that they signed, and what it means; whether they did, the check of the signature says."""
    if found.signed is None:
        return None
    predicate = found.signed.statement["predicate"]
    return {"by": predicate["signed_by"], "means": predicate["means"]}


def _head(found: Verification) -> str:
    if found.refused:
        return "Refused. Do not rely on this receipt."
    if found.unmet:
        return f"Not accepted: {found.unmet}."
    open_ = [check.name for check in found.checks if check.result == "not checked"]
    return f"Accepted{', but not checked: ' + ', '.join(open_) if open_ else ''}."


def _said(check: VerifiedPart, found: Verification) -> str:
    if check.name == "second program" and check.result == "verified":
        return f"{check.says}; decided again: {', '.join(verdict_words.counts(found.verdict.counts))}"
    counts = ", ".join(counted(number, name.removesuffix("s"), name) for name, number in check.counts.items())
    return f"{check.says} ({counts})" if counts else check.says


def _answers(found: Verification) -> Iterator[str]:
    explanation = found.receipt["explanation"]
    asked, subject = explanation["asked"], explanation["subject"]
    on = explanation["as_of"]
    if isinstance(on, dict):
        ends = {"at_least": "from {} on", "at_most": "up to {}"}
        on = "a day " + " and ".join(words.format(on[end]) for end, words in ends.items() if end in on)
    day = f"as of {on or 'a day that is not known'}" + (", as was asked" if asked["as_of"] else "")
    law = f"; under the law of {', '.join(asked['jurisdictions'])} alone" if asked["jurisdictions"] else ""
    yield f"{subject['type']} {subject['id']} {day}{law}:"
    for part in explanation["parts"]:
        place = "" if part["jurisdiction"] == "common" else f" ({part['jurisdiction']})"
        yield f"  {asked_of(part).replace('_', ' ')}{place}: {_answer(part)}"
    signed = _signed(found)
    if signed:
        is_sure = any(check.name == "signature" and check.result == "verified" for check in found.checks)
        verb = "Signed by" if is_sure else "Said to be signed by"
        by, means = (shorter(signed[name], _LONGEST) for name in ("by", "means"))
        yield f"{verb} “{by}”, and what it means is “{means}”."


def _wrapped(text: str, first: str, width: int) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()))
    return wrapped(text.strip(), width, first + indent, " " * len(first) + indent + ("" if first else "  "))


def _answer(part: Mapping[str, Any]) -> str:
    if "decision" not in part:
        return answer_in_words(told_of(part))
    answer = part["answer"]
    is_one = answer["must"] == answer["may"]
    told = (answer["must"] if is_one else f"from {answer['must']} to {answer['may']}").replace("_", " ")
    return told + (f", with {', '.join(answer['details']).replace('_', ' ')}" if answer["details"] else "")
