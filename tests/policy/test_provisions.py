"""Every provision that bears on weights is declared, and each law that is asked says what of it was read."""

from __future__ import annotations

from licet.ir.outcomes import rules_deciding
from licet.ir.policy import Policy

PROVISIONS = {
    "scope": [f"734.{n}" for n in (3, 4, 7, 8, 9, *range(13, 21))],
    "general prohibitions": [f"736.2(b)({n})" for n in range(1, 11)],
    "Country Chart": ["738.4"],
    "licence exceptions": [f"740.{n}" for n in range(2, 30)],
    "controls of the list": [f"742.{n}" for n in (*range(2, 10), 15, 19)],
    "end uses and end users": [f"744.{n}" for n in (*range(2, 9), 11, 15, 16, 17, 19, 21, 22, 23)],
    "embargoes": [f"746.{n}" for n in range(1, 10)],
    "licences": ["748.5", "748.15", "750.7", "750.11", "758.1(b)"],
    "records": [f"762.{n}" for n in range(2, 7)],
}


def test_every_provision_of_the_ear_is_declared(library: Policy) -> None:
    declared = {provision.section for provision in library.coverage if provision.authority == "EAR"}
    assert [section for part in PROVISIONS.values() for section in part if section not in declared] == []


def test_what_is_not_encoded_has_a_gap_and_what_is_encoded_a_rule(library: Policy) -> None:
    """A provision that is outside has neither, and its reason."""
    cited = {
        (rule.kind == "gap", cite.authority, cite.section)
        for rule in library.rules.values() for cite in rule.cites
    }  # fmt: skip

    def has(gap: bool, authority: str, section: str) -> bool:
        """A citation begins with the section and goes on at most with a paragraph of it."""
        return any(
            g is gap and a == authority and s.startswith(section) and not s[len(section) :][:1].isalnum()
            for g, a, s in cited
        )

    lacking = [
        f"{p.authority} {p.section} {p.state}"
        for p in library.coverage
        if (p.state in ("partly", "not encoded") and not has(True, p.authority, p.section))
        or (p.state == "encoded" and not has(False, p.authority, p.section))
        or (p.state != "encoded" and not p.because)
    ]
    assert lacking == []


def test_each_jurisdiction_that_is_asked_says_what_was_read(library: Policy) -> None:
    declared = {provision.authority for provision in library.coverage}
    for rule in rules_deciding(library)["licensing"]:
        if rule.jurisdiction is not None and rule.cites and rule.certainty != "unverified":  # else nothing was read
            assert {cite.authority for cite in rule.cites} & declared, rule.id
