"""All sheets of an explanation in the order of reading, and what its page says of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from licet.report.explanation_sheet import Remark, SheetPart
from licet.report.explanation_words import DocumentWords, ShownName, as_of, day, deadline, place, sentence


@dataclass(frozen=True, slots=True)
class Page:
    """All of a document: the sheets in the order of reading, and what is said of the whole."""

    document: Mapping[str, Any]
    subject: ShownName
    day: str
    sheets: list[SheetPart]
    folded: list[SheetPart]

    @property
    def elsewhere(self) -> Mapping[str, list[SheetPart]]:
        """The law that is folded, by what is answered under it."""
        found: dict[str, list[SheetPart]] = {}
        for sheet in self.folded:
            found.setdefault(sheet.in_one_line, []).append(sheet)
        return found

    @property
    def not_concerned(self) -> list[tuple[str, str]]:
        """The answers of the law that is folded, each with its places and what was asked there."""
        return [
            (f"{said}.", f"Not concerned: {'; '.join(f'{sheet.place}, {sheet.not_concerned}' for sheet in sheets)}.")
            for said, sheets in self.elsewhere.items()
        ]

    @property
    def order(self) -> list[int]:
        """The numbers of the document's parts that are told, in the order of reading."""
        numbers = {id(part): i for i, part in enumerate(self.document["parts"])}
        return [numbers[id(sheet.part)] for sheet in self.sheets]

    @property
    def places(self) -> str:
        return ", ".join(dict.fromkeys(place(part["jurisdiction"]) for part in self.document["parts"]))

    @property
    def kind(self) -> str:
        return str(self.document["subject"]["type"])

    @property
    def read(self) -> list[tuple[str, str]]:
        """The laws that were read on one day, and the day."""
        found: dict[str, list[str]] = {}
        for name, on in self.document["policy"]["as_read"].items():
            found.setdefault(on, []).append(name)
        return [(", ".join(names), day(on)) for on, names in sorted(found.items())]

    @property
    def duties(self) -> list[Remark]:
        """Obligations that follow, due or perhaps due."""
        return [self._duty(duty) for duty in self.document["obligations"]]

    def _duty(self, duty: Mapping[str, Any]) -> Remark:
        bearer = DocumentWords(self.document).value(duty["bearer"]).text
        when = f" {deadline(**duty['deadline'])}" if duty["deadline"] else ""
        cites = f" ({', '.join(duty['cites'])})" if duty["cites"] else ""
        return Remark(f"{sentence(duty['status'])}:", f"{bearer} {duty['modal']} {duty['act']}{when}{cites}.")

    @property
    def doubts(self) -> list[Remark]:
        """Records that hardly can be as they are."""
        words = DocumentWords(self.document)
        return [
            Remark(
                words.thing("{type}/{id}".format(**found["of"])).text,
                "; accepted: ".join(filter(None, (found["because"], found["accepted"]))),
            )
            for found in self.document["doubts"]
        ]

    @property
    def scores(self) -> list[tuple[str, str]]:
        said = []
        for name, score in self.document["scores"].items():
            if not score.get("told", True):
                continue
            low, high = score["low"], score["high"]
            number = str(low) if low == high else f"{low} to {high}"
            said.append(
                (sentence(name.replace("_", " ")), ", ".join(filter(None, (number, " or ".join(score["bands"])))))
            )
        return said


def page_of(document: Mapping[str, Any]) -> Page:
    """The gravest parts first (`report/gravity.py`); those that do not concern the case at the end, in a line each."""
    words = DocumentWords(document)
    sheets = sorted(
        (SheetPart(document, part, words) for part in document["parts"]), key=lambda s: s.gravity, reverse=True
    )
    told = [sheet for sheet in sheets if sheet.concerns or (sheet is sheets[0] and sheet.is_encoded)] or sheets[:1]
    return Page(document, words.thing(words.subject), as_of(document), told, [s for s in sheets if s not in told])
