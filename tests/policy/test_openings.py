"""A record's own mark opens a relation for rows about that record and no other; the answer names the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from licet.decide.from_outcome import decide
from licet.facts.openings import openings_of
from licet.facts.store import Facts, Opening, Record, Subject
from licet.ir.policy import Policy
from tests.run.worlds import compiled

ENGINES = ("reference", "columnar", "forward")


@pytest.mark.parametrize("engine", ["reference", "columnar"])
def test_a_party_that_may_be_listed_concerns_its_own_transfers_only(
    library: Policy, frontier: Facts, engine: str
) -> None:
    """The reference is asked of those transfers and of every fifth of the others."""
    party = Subject("Party", "fjord-data")
    about = {
        id_
        for id_, record in frontier.entities["Transfer"].items()
        if party.id in [record.get(role) for role in ("exporter", "consignee", "end_user")]
    }
    transfers = list(frontier.subjects("Transfer"))
    if engine == "reference":
        transfers = [s for i, s in enumerate(transfers) if s.id in about or i % 5 == 0]

    def open_ones(facts: Facts) -> dict[str, set[tuple[str, str, str]]]:
        decisions = decide(library, facts, transfers, engine_name=engine)
        undetermined = [d for d in decisions for o in d.overall if o.decision == "licensing" and o.must != o.may]
        return {d.subject.id: {(*m.of, m.fact) for m in d.missing} for d in undetermined}

    marked = {"listed": openings_of(library.relations["listed"], party)}
    before, after = open_ones(frontier), open_ones(replace(frontier, opened={**frontier.opened, **marked}))
    new = after.keys() - before.keys()

    assert new
    assert new <= about
    assert all(("Party", party.id, "listed") in after[id_] for id_ in new)


VOCABULARY = """
module core "Small"
entity Party "party"
  name : text "name"
entity Deal "deal"
  with : Party "with"
relation owns(owner: Party, owned: Party, share: percent) "owners" key owner, owned total share per owned at most 100%
relation tied(one: Party, other: Party) "ties"
relation seen(place: country, party: Party) "sightings" open
decision verdict of d: Deal outcomes a < b otherwise a
rule r
  for d: Deal
  when {condition}
  then verdict of d is b
"""
PARTIES = {"p": Record({}), "q": Record({})}


def test_what_a_mark_opens() -> None:
    policy = compiled(VOCABULARY.format(condition="d.with is applicable"))
    assert policy is not None
    p = Subject("Party", "p")
    assert openings_of(policy.relations["owns"], p) == (Opening((("owned", "p"),), p),)
    assert openings_of(policy.relations["tied"], p) == (Opening((("one", "p"),), p), Opening((("other", "p"),), p))
    assert openings_of(policy.relations["owns"], Subject("Deal", "d")) == ()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("condition", "facts", "missing"),
    [
        ("count o in owns where (o.owned is d.with) is 0", {"with": "p"}, [("Party", "p", "owns", "open")]),
        ("count o in owns where (o.owned is d.with) is 0", {"with": "q"}, None),
        ("count o in owns where (o.owned is d.with) is 0", {}, [("Deal", "x", "with", "")]),
        ("some o in owns where (o.owner is d.with)", {"with": "q"}, [("Party", "p", "owns", "open")]),
        ("some o in tied where (o.other is d.with)", {"with": "p"}, [("Party", "p", "tied", "open")]),
        ("some o in tied where (o.other is d.with)", {"with": "q"}, [("Party", "p", "tied", "open")]),
        ("some o in tied where (o.one is d.with and o.other is d.with)", {"with": "q"}, None),
        ("some s in seen where (s.party is d.with)", {"with": "q"}, [("Party", "q", "seen", "open")]),
    ],
)
def test_whose_record_left_it_open(
    condition: str, facts: dict[str, str], missing: list[tuple[str, str, str, str]] | None, engine: str
) -> None:
    """The relation `seen` is open in the vocabulary; `owns` and `tied` are for the party `p`."""
    policy = compiled(VOCABULARY.format(condition=condition))
    assert policy is not None
    opened = {name: openings_of(policy.relations[name], Subject("Party", "p")) for name in ("owns", "tied")}
    inventory = Facts({"Deal": {"x": Record(facts)}, "Party": PARTIES}, {}, date(2026, 1, 1), opened)
    decision = decide(policy, inventory, [Subject("Deal", "x")], engine_name=engine)[0]
    assert decision.answers[0].determined == (missing is None)
    assert [(*m.of, m.fact, m.state) for m in decision.missing] == (missing or [])
