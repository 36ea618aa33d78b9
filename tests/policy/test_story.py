"""What the shipped library says of the shipped inventory, on the days that matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from licet.decide.decision import Answer, Decision
from licet.decide.from_outcome import decide
from licet.decide.steps import steps
from licet.explain.from_decision import explain
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from licet.report.explanation_text import render
from licet.values import State

ENGINES = ["reference", "forward"]
NONE, EXCEPTION, LICENCE = "no_licence_required", "licence_exception", "licence_required"
OPEN = f"{NONE} to {LICENCE}"


Decided = Mapping[str, Sequence[Decision]]
pytestmark = pytest.mark.xdist_group("frontier")


@pytest.fixture(scope="module")
def decided(library: Policy, frontier: Facts, frontier_decided: tuple[Decision, ...]) -> Decided:
    """All that is decided of the whole inventory, each on its own day, by engine."""
    return {"reference": frontier_decided, "forward": decide(library, frontier, engine_name="forward")}


def of(decided: Decided, type_: str, id_: str, engine: str = "reference") -> Decision:
    return next(decision for decision in decided[engine] if decision.subject == Subject(type_, id_))


def licensing(decision: Decision) -> Answer:
    return next(a for a in decision.answers if a.decision == "licensing" and a.jurisdiction == "US")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("id_", "must", "may", "enforced"),
    [
        ("t-swiss-early", NONE, NONE, True),
        ("t-swiss", LICENCE, LICENCE, False),
        ("t-japan", EXCEPTION, EXCEPTION, False),
        ("t-small-japan", NONE, NONE, True),
        ("t-french", NONE, NONE, True),
        ("t-french-via-us", LICENCE, LICENCE, False),
        ("t-at-line", LICENCE, LICENCE, False),
        ("t-below-line", NONE, NONE, True),
        ("t-tune-at-bound", NONE, NONE, True),
        ("t-tune-one-step", LICENCE, LICENCE, False),
        ("t-tune-two-steps", LICENCE, LICENCE, False),
        ("t-tune-unmeasured", LICENCE, LICENCE, False),
        ("t-unstated", NONE, LICENCE, False),
        ("t-norway", EXCEPTION, EXCEPTION, False),
        ("t-affiliate-1", LICENCE, LICENCE, True),
        ("t-affiliate-2", NONE, NONE, True),
        ("t-affiliate-3", NONE, LICENCE, True),
        ("t-affiliate-child", LICENCE, LICENCE, True),
        ("t-affiliate-child-2", NONE, NONE, True),
        ("t-cross", NONE, NONE, True),
        ("t-interval", NONE, LICENCE, True),
        ("t-denied", "prohibited", "prohibited", True),
        ("t-fable-foreign", LICENCE, LICENCE, True),
        ("t-fable-staff", LICENCE, LICENCE, True),
        ("t-fable-citizen", NONE, NONE, True),
        ("t-mythos-partner", NONE, NONE, True),
        ("t-fable-partner", LICENCE, LICENCE, True),
        ("t-fable-after", NONE, NONE, True),
        ("t-mythos-after", NONE, NONE, True),
        ("t-fable-weights", NONE, LICENCE, False),
        ("t-licensed", "licensed", "licensed", False),
        ("t-licence-over", LICENCE, LICENCE, False),
        ("t-letter", LICENCE, LICENCE, True),
        ("t-letter-exempt", NONE, NONE, True),
        ("t-shown-abroad", LICENCE, LICENCE, False),
        ("t-released-minsk", LICENCE, LICENCE, True),
        ("t-contract-worker", NONE, NONE, True),
        ("t-japan-staff", LICENCE, LICENCE, True),
        ("t-licence-holiday", "licensed", "licensed", False),
        ("g-accelerator", LICENCE, LICENCE, True),
        ("g-card", NONE, NONE, True),
        ("g-server", LICENCE, LICENCE, False),
        ("g-memory", LICENCE, LICENCE, True),
        ("g-no-die", NONE, LICENCE, True),
        ("g-lvs-first", EXCEPTION, EXCEPTION, True),
        ("g-lvs-second", LICENCE, LICENCE, True),
    ],
)
def test_licensing(decided: Decided, engine: str, id_: str, must: str, may: str, enforced: bool) -> None:
    answer = licensing(of(decided, "Transfer", id_, engine))

    assert (answer.must, answer.may, answer.enforced) == (must, may, enforced)


def test_as_of_tells_the_story_of_june(library: Policy, frontier: Facts) -> None:
    """The same transfers, asked about on other days."""

    def on(day: str, id_: str) -> str:
        subjects = [Subject("Transfer", id_)]
        decisions = decide(library, frontier, subjects, engine_name="reference", as_of=date.fromisoformat(day))
        return licensing(decisions[0]).must

    assert on("2026-06-11", "t-fable-foreign") == NONE
    assert on("2026-06-15", "t-fable-foreign") == LICENCE
    assert on("2026-06-15", "t-mythos-partner") == LICENCE
    assert on("2026-06-28", "t-mythos-partner") == NONE
    assert on("2026-06-28", "t-fable-foreign") == LICENCE
    assert on("2026-07-02", "t-fable-foreign") == NONE
    assert on("2026-07-02", "t-mythos-partner") == NONE


@pytest.mark.parametrize(
    ("id_", "turns"),
    [
        ("s-fable-access", [NONE, ("2026-06-12", LICENCE), ("2026-06-30", NONE)]),
        ("s-mythos-partners", [NONE, ("2026-06-12", LICENCE), ("2026-06-26", NONE)]),
        ("s-fable-staff", [NONE, ("2026-06-12", LICENCE), ("2026-06-30", NONE)]),
        ("s-letter", [NONE, ("2026-03-01", LICENCE)]),
        ("s-affiliate", [NONE, ("2026-11-10", OPEN)]),
        ("s-listing", [NONE, ("2026-08-17", LICENCE), ("2027-03-31", NONE)]),
        ("s-licence", ["licensed", ("2027-01-01", LICENCE)]),
        ("s-renewed", [LICENCE, ("2026-02-02", "licensed"), ("2027-01-30", LICENCE), ("2027-02-15", "licensed")]),
        (
            "s-emirates-staff",
            [LICENCE, ("2026-02-02", OPEN), ("2026-07-10", NONE), ("2027-01-30", LICENCE), ("2027-02-15", NONE)],
        ),
    ],
)
def test_what_stands_turns_with_the_days(
    library: Policy, frontier: Facts, id_: str, turns: list[str | tuple[str, str]]
) -> None:
    """It has no day of its own: the inventory's governs it, and on two of those it may have two answers."""
    subject = Subject("Transfer", id_)
    (found,) = steps(library, frontier, [subject], date(2026, 1, 1), date(2027, 6, 30), ["US"])
    seen = [(step.start.isoformat(), answer.must, answer.may) for step in found.steps for answer in step.answers[:1]]
    told = [(day, must if must == may else f"{must} to {may}") for day, must, may in seen]

    assert facts_day(frontier, subject) is State.NOT_APPLICABLE
    assert [told[0][1], *told[1:]] == turns
    for day, answer in told:
        (decision,) = decide(library, replace(frontier, as_of=date.fromisoformat(day)), [subject], jurisdictions=["US"])
        today = licensing(decision)
        assert (today.must if today.determined else f"{today.must} to {today.may}") == answer


@pytest.mark.parametrize(
    ("id_", "answer"),
    [
        ("p-affiliate", OPEN),
        ("p-listed", LICENCE),
        ("p-delisted", NONE),
        ("p-last-day", "licensed"),
        ("p-between", LICENCE),
    ],
)
def test_what_is_planned_is_decided_on_its_own_day(library: Policy, frontier: Facts, id_: str, answer: str) -> None:
    for today in (date(2026, 1, 1), date(2026, 12, 1)):
        (decision,) = decide(library, replace(frontier, as_of=today), [Subject("Transfer", id_)], jurisdictions=["US"])
        found = licensing(decision)
        assert (found.must if found.determined else f"{found.must} to {found.may}") == answer


def facts_day(facts: Facts, subject: Subject) -> object:
    return facts.record(subject).get("date")


def test_the_swiss_rule_is_shown_not_in_force_before_its_compliance_date(decided: Decided) -> None:
    answer = licensing(of(decided, "Transfer", "t-swiss-early"))
    line = next(r for r in answer.rules if r.id.endswith(".weights_licence"))

    assert (line.status, line.would_hold) == ("not_in_force", "holds")


def test_a_model_without_compute_names_the_fact(decided: Decided) -> None:
    decision = of(decided, "Transfer", "t-opus")

    assert ("Model", "claude-opus-4-5", "training_compute") in {(*m.of, m.fact) for m in decision.missing}


@pytest.mark.parametrize(("id_", "fact"), [("g-accelerator", None), ("g-memory", None), ("g-no-die", "die_area")])
def test_goods_to_china_are_presumed_denied_or_name_what_is_missing(
    decided: Decided, id_: str, fact: str | None
) -> None:
    decision = of(decided, "Transfer", id_)
    details = [] if fact else ["presumption_of_denial"]

    assert list(licensing(decision).details) == details
    assert fact is None or ("Item", "demo-no-die", fact) in {(*m.of, m.fact) for m in decision.missing}


def test_a_model_trained_further_took_what_its_base_took(decided: Decided) -> None:
    """The proof cites the base's record, and the missing figure of the model itself has no weight."""
    decision = of(decided, "Transfer", "t-tune-unmeasured")
    text = " ".join(render(explain(decision)).replace("│", " ").split())

    assert "derived_from(demo-tune-unmeasured, demo-closed-5e26" in text
    assert "demo-closed-5e26's training compute = 5e26 operations" in text
    assert [m for m in decision.missing if m.fact == "training_compute"] == []


def test_the_unconfirmed_return_is_explained(decided: Decided) -> None:
    text = render(explain(of(decided, "Transfer", "t-affiliate-3")))

    assert "unconfirmed from 2026-11-10" in text
    assert "no notice that was read says that it did" in " ".join(text.split())


@pytest.mark.parametrize("engine", ENGINES)
def test_the_european_line_is_strict_and_exact(decided: Decided, engine: str) -> None:
    decisions = [of(decided, "Model", id_, engine) for id_ in ("demo-eu-line", "demo-eu-above")]
    found = [next(o.must for o in d.overall if o.decision == "systemic_risk") for d in decisions]

    assert found == ["not_presumed", "presumed"]
    text = " ".join(render(explain(decisions[1])).split())
    assert "10,000,000,000,000,000,000,000,001 operations" in text


def test_numbers_beside_the_line_print_exactly(decided: Decided) -> None:
    text = " ".join(render(explain(of(decided, "Transfer", "t-below-line"))).split())

    assert "99,999,999,999,999,999,999,999,999 operations" in text
    assert "10^26 operations" in text


def test_every_transfer_has_a_licence_answer_and_a_risk(decided: Decided) -> None:
    decisions = [decision for decision in decided["reference"] if decision.subject.type == "Transfer"]

    assert len(decisions) >= 60
    for decision in decisions:
        assert [o.decision for o in decision.overall] == ["licensing"]
        assert [s.score for s in decision.scores] == ["diversion_risk"]
    assert any(s.factors for d in decisions for s in d.scores)


def test_a_model_without_an_audit_says_so(decided: Decided) -> None:
    decision = of(decided, "Model", "gpt-4-5")
    found = {o.decision: o.must for o in decision.overall}

    assert found["audit_status"] == "missing"
    assert "no audit record found" in render(explain(decision))


def test_both_engines_decide_the_whole_inventory_alike(decided: Decided) -> None:
    for one, two in zip(*decided.values(), strict=True):
        assert one.answers == two.answers
        assert one.scores == two.scores
        assert one.missing == two.missing


def test_the_inventory_is_as_large_as_it_says(frontier: Facts) -> None:
    real = [m for m in frontier.entities["Model"] if not m.startswith("demo-")]
    fictional = [r for r in frontier.entities["Party"].values() if "(fictional)" in str(r.get("name"))]

    assert len(real) >= 40
    assert len(fictional) >= 30
    assert len(frontier.entities["Person"]) >= 15
    assert len(frontier.entities["Transfer"]) >= 60


def test_law_that_nobody_encoded_is_told_where_an_act_touches_it(library: Policy, frontier: Facts) -> None:
    """From France nothing is determined overall before the item is classified; under US law it is, and of Japan."""
    decision = decide(library, frontier, [Subject("Transfer", "t-french")], engine_name="columnar")[0]
    answers = {answer.jurisdiction: answer for answer in decision.answers if answer.decision == "licensing"}

    assert next(iter(answers)) == "US", "the law of which most is encoded comes first"
    assert answers["US"].determined
    assert not answers["EU"].determined
    assert answers["JP"].determined
    assert [(o.must, o.may, o.source) for o in decision.overall if o.decision == "licensing"] == [
        (NONE, "prohibited", ("EU",))
    ]
    text = " ".join(render(explain(decision)).split())
    assert "LICENSING (JP): no licence required Because - none of its law is encoded here" in text
