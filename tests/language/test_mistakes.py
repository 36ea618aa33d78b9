"""Forty mistakes that lawyers and engineers make: at least thirty-six are told the right thing to write."""

from __future__ import annotations

from dataclasses import dataclass

from licet.check.policy import check
from licet.diagnostics import Diagnostic, Source
from licet.loading.policy_files import check_files
from licet.resources import policies_folder
from licet.syntax.from_text import parse

HEAD = 'module demo "Demo" jurisdiction US\n  authority EAR "15 CFR"\nuse core.decisions\nuse core.lists\n\n'
RULE = 'rule a "A"\n  for t: Transfer\n  cites EAR "742"\n  when {}\n  then licensing of t is licence_required\n'


@dataclass(frozen=True, slots=True)
class Mistake:
    text: str
    helps: str  # what the help must name


def when(condition: str, helps: str) -> Mistake:
    return Mistake(RULE.format(condition), helps)


def line(before: str, after: str, helps: str) -> Mistake:
    text = RULE.format("t.kind is export")
    assert before in text
    return Mistake(text.replace(before, after), helps)


MISTAKES = [
    when("t.kind == export", "write `is`"),
    when("t.kind is export && t.origin is US", "write `and`"),
    when("t.kind is export || t.origin is US", "write `or`"),
    when("!t.item.us_origin", "write `not`"),
    when("t.item.training_compute is greater than 10^26 operations", "is more than"),
    when("t.item.training_compute is larger than 10^26 operations", "is more than"),
    when("t.item.training_compute ≥ 10^26 operations", "write `>=`"),
    when("t.item.training_compute is at least 10^26", "add the unit: `10^26 operation`"),
    when("t.item.training_compute is at least 10^26 flops", "did you mean `operations`?"),
    when("t.item.training_compute is at least 10^26 USD", "expected a quantity in `operation`"),
    when("t.item.training_compute is atleast 10^26 operations", "write `at least`"),
    when("t.kind is export and t.origin is US or t.destination is CH", "group with ( )"),
    when("t.item.name is “Fable”", "straight quotes"),
    when("t.item.name is 'Fable'", "straight quotes"),
    when("t.item.name is Fable", 'write "Fable"'),
    when("t.destination is UK", "did you mean `GB`?"),
    when('t.destination is "CH"', "write it without quotes: `CH`"),
    when("t.destination is Switzerland", "did you mean `CH`?"),
    when("t.destination is supplement_5a", "write `is in supplement_5a`"),
    when("t.destination is in suplement_5a", "did you mean `supplement_5a`?"),
    when("t.destinaton is CH", "did you mean `destination`?"),
    when("t.kind is exprot", "did you mean `export`?"),
    when("x.kind is export", "known here: `t`"),
    when("t.consignee.restricted", "write `t.consignee is restricted`"),
    when('t.item.eccn is "4E091"', "write `includes`"),
    when("t.date is after 29/09/2025", "write 2025-09-29"),
    when('t.date is after "2025-09-29"', "write it without quotes: 2025-09-29"),
    when("t.date is after 2025-02-30", "year-month-day"),
    when("all of (a) t.kind is export (b) t.origin is US", "close the block with `end`"),
    when("t.kind is export then", "delete one"),
    when("owns(t.exporter, t.consignee)", "some r in owns where"),
    line("when", "whne", "did you mean `when`?"),
    line("when", "if", "write `when`"),
    line("rule a", "ruel a", "did you mean `rule`?"),
    line('"742"', "742", "write it in quotes"),
    line("EAR", "EARR", "did you mean `EAR`?"),
    line("licence_required", "license_required", "did you mean `licence_required`?"),
    line("  for t: Transfer\n", "", "for t: Transfer"),
    line("Transfer", "Transfers", "did you mean `Transfer`?"),
    line("  when", "  in force from May 15, 2025\n  when", "write year-month-day"),
    line("  when", "  in force from 2025-05-15 until 2025-01-01\n  when", "`until` is the first day"),
    Mistake(
        RULE.format("t.kind is export") + '\nexception x "X"\n  to aa\n  for t: Transfer\n  when t.origin is US\n',
        "did you mean `a`?",
    ),
    Mistake(
        'rule "A"\n  for t: Transfer\n  then licensing of t is licence_required\n',
        'write a name first: `rule short_name "A"`',
    ),
]


def findings(text: str) -> tuple[Diagnostic, ...]:
    files = sorted((policies_folder() / "core").glob("*.licet"))
    shipped = [parse(Source(str(f), f.read_text(encoding="utf-8"))) for f in files]
    lists = check_files([policies_folder() / "core"]).policy.lists
    return check("mistakes", [parse(Source("demo.licet", HEAD + text)), *shipped], lists, {"demo.licet"}).diagnostics


def test_the_mistakes_people_make_are_told_what_to_write() -> None:
    missed = []
    for mistake in MISTAKES:
        found = [d for d in findings(mistake.text) if d.severity == "error"]
        said = " ".join(f"{d.message} {d.label} {d.help}" for d in found)
        assert found, mistake.text
        assert all(d.span is not None for d in found)
        for terminal in ("LABEL", "RPAR", "LPAR", "NAME", "STRING", "$END", "Token(", "__ANON"):
            assert terminal not in said, (mistake.text, said)
        if not any(mistake.helps in d.help for d in found):
            missed.append((mistake.text, said))
    print(f"{len(MISTAKES) - len(missed)} of {len(MISTAKES)} mistakes are told the right fix")

    assert len({m.text for m in MISTAKES}) >= 40
    assert len(missed) <= 4, missed
