"""What a result comes to, for a terminal: what matters first, in lines of its width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from licet.decide.decision import NOTICE
from licet.report.decision_cells import said
from licet.report.results.result_words import answer_told, answers_of, heads, law_told, outcomes_told
from licet.report.wrapped import wrapped
from licet.values import counted

_MOST = 10  # of each kind that are told
_CASES = 10
_NUMBER = 9  # columns


def render(document: Mapping[str, Any], width: int = 80) -> str:
    """Answers, what to find out, open law and the first cases; the page and the document say more."""
    lines = [f"{document['results']['name']}: {counted(document['results']['rows'], 'subject')} decided"]
    for line in heads(document):
        lines += wrapped(line, width)
    for decision in document["decisions"]:
        lines += ["", *_decision(decision, width)]
    for score in document["scores"]:
        bands = ", ".join(f"{one['rows']:,} {one['band']}" for one in score["bands"])
        lines += ["", *wrapped(f"{said(score['score'])} of {score['rows']:,} {score['of']}: {bands}", width, rest="  ")]
    lines += _missing(document, width)
    lines += _block(
        "law that is open (only one missing / bears on)",
        ((one["alone"], one["rows"], f"{one['title']}; {law_told(one)}") for one in document["law"]),
        len(document["law"]),
        width,
    )
    for title, kind in (("conflicts", "conflicts"), ("facts that cannot be", "contradictions")):
        rows = [(one["rows"], None, one.get("text") or one["because"] or one["check"]) for one in document[kind]]
        lines += _block(title, rows, len(rows), width)
    lines += _cases(document, width)
    lines += ["", NOTICE]
    return "".join(f"{line}\n" for line in lines)


def _decision(decision: Mapping[str, Any], width: int) -> Iterator[str]:
    still_open = f", {decision['open']:,} not determined" if decision["open"] else ""
    yield from wrapped(f"{said(decision['decision'])} of {decision['rows']:,} {decision['of']}{still_open}", width)
    for one in decision["outcomes"]:
        yield from _numbered((one["rows"],), answer_told(one["must"], one["may"]), width)
    for column in decision["columns"]:
        yield from wrapped(f"  by {said(column['column'])}:", width)
        shown = column["values"][:_MOST]
        for value in shown:
            head = "(nothing)" if value["value"] in (None, "") else value["value"]
            yield from _numbered((value["rows"],), f"{head}: {outcomes_told(value)}", width)
        if column["different"] > len(shown):
            yield from _numbered(("",), f"{counted(column['different'] - len(shown), 'other value')}", width)
    rules = [rule for rule in decision["rules"] if rule["holds"]["rows"] or rule["unknown"]["rows"]]
    if rules:
        yield from wrapped("  rules (holds / not known):", width)
    for rule in rules[:_MOST]:
        cites = f" ({', '.join(rule['cites'])})" if rule["cites"] else ""
        numbers = rule["holds"]["rows"], rule["unknown"]["rows"]
        yield from _numbered(numbers, f"{rule['title'] or rule['rule']}{cites}", width)


def _missing(document: Mapping[str, Any], width: int) -> Iterator[str]:
    rows = [
        (one["alone"], one["rows"], f"{one['phrase']} of {one['owner']}" + (f": {one['ask']}" if one["ask"] else ""))
        for one in document["missing"]
    ]
    yield from _block("to find out (only one missing / bears on)", rows, len(rows), width)
    records = [
        (
            one["rows"],
            None,
            f"{one['phrase']} of {one['type']} {one['id']}" + (" (at least)" if one["at_least"] else ""),
        )
        for one in document["records"]
    ]
    yield from _block("to ask about once (bears on)", records, len(records), width)


def _cases(document: Mapping[str, Any], width: int) -> Iterator[str]:
    for kind, title in (("open", "open cases"), ("determined", "gravest cases")):
        found = document["cases"][kind]
        shown = found["shown"][:_CASES]
        if shown:
            yield ""
            yield f"{title}, the first {len(shown)} of {found['rows']:,}"
        for case in shown:
            head = f"  {case['type']} {case['id']}, {case['as_of'] or 'no day'}: {'; '.join(answers_of(case))}"
            yield from wrapped(head, width, rest="    ")


def _block(title: str, rows: Iterable[tuple[int, int | None, str]], number: int, width: int) -> Iterator[str]:
    if number:
        yield ""
        yield from wrapped(f"{title}{f', the first {_MOST} of {number}' if number > _MOST else ''}", width)
        for first, second, text in list(rows)[:_MOST]:
            yield from _numbered((first,) if second is None else (first, second), text, width)


def _numbered(numbers: Sequence[int | str], text: str, width: int) -> list[str]:
    head = "".join(f"{number:>{_NUMBER},}" if isinstance(number, int) else f"{number:>{_NUMBER}}" for number in numbers)
    return wrapped(text, width, first=f"{head}  ", rest=" " * (len(head) + 4))
