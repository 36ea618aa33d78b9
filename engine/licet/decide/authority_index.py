"""What rests on a provision of the law: what cites it, what that reads, and the tests and cases that show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from licet.decide.decision import Decision
from licet.decide.encoded import Encoding, encoding
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.strata import Strata
from licet.ir.walk import walk
from licet.suggest import nearest
from licet.trials.examples import exercised, written

CONCERNED = ("holds", "not_encoded", "unknown", "defeated")  # what a rule is of a case that it concerns


@dataclass(frozen=True, slots=True)
class Item:
    """A rule, gap, check or parameter that cites the provision, or what stands below it.

    `broader` says that it cites more: a section of which the provision is a part. `things` are those of an inventory
    that it concerns, by what became of it for each.
    """

    kind: str
    title: str
    certainty: str
    certainty_note: str
    encoding: Encoding
    broader: bool
    excepted_by: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()  # lists and parameters
    things: Mapping[str, tuple[Subject, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resting:
    """`provisions` are those declared which the asked one is, is a part of, or has below it."""

    asked: ir.Citation
    provisions: tuple[ir.Provision, ...]
    items: tuple[Item, ...]
    open: tuple[tuple[Subject, str], ...] = ()  # not determined, and something of it is not settled


def asked_provision(policy: ir.Policy, text: str) -> ir.Citation | None:
    """`EAR 742.6(a)`, or a section alone where one authority has it; None where nothing here cites or declares it."""
    known = [*_cited(policy), *(ir.Citation(p.authority, p.section, p.url) for p in policy.coverage)]
    for cite in known:
        for authority, section in ((cite.authority, text.removeprefix(f"{cite.authority} ")), (cite.authority, text)):
            wanted = ir.Citation(authority, section.strip(), "")
            if section.strip() and (_covers(wanted, cite) or _covers(cite, wanted)):
                return wanted
    return None


def near(policy: ir.Policy, text: str) -> tuple[str, ...]:
    """Provisions that are written like it, best first."""
    return nearest(text, {str(cite) for cite in _cited(policy)} | {str(p) for p in policy.coverage}, count=3)


def resting_on(policy: ir.Policy, asked: ir.Citation, *, tested: bool = False) -> Resting:
    """Everything that cites the provision, what stands below it, or a section of which it is a part.

    `tested` runs the tests of the policy, and says in how many each item holds and fails.
    """
    shown = exercised(policy) if tested else {}
    groups: dict[str, list[ir.Rule]] = {}
    for rule in policy.rules.values():
        groups.setdefault(rule.group, []).append(rule)
    items = [_of_rules(policy, members, asked, shown) for members in groups.values()]
    items += [_of_check(check, asked, shown) for check in policy.checks.values()]
    items += [_of_parameter(parameter, asked) for parameter in policy.parameters.values()]
    provisions = (p for p in policy.coverage if _about(asked, [ir.Citation(p.authority, p.section, p.url)])[0])
    found = [item for item in items if item is not None]
    return Resting(asked, tuple(provisions), tuple(sorted(found, key=lambda item: item.broader)))


def with_cases(resting: Resting, decisions: Sequence[Decision]) -> Resting:
    """The same, with whom of an inventory its items concern, and the open answers in which one is not settled."""
    things: dict[str, dict[str, dict[Subject, None]]] = {}
    open_: dict[tuple[Subject, str], None] = {}
    groups = {item.encoding.group for item in resting.items}
    for decision in decisions:
        policy = decision.settled.policy
        for (rule, subject), result in decision.settled.results().items():
            group = policy.rules[rule].group
            if group in groups and result.status in CONCERNED:
                things.setdefault(group, {}).setdefault(result.status, {})[subject] = None
        law = {missing.of[1] for missing in decision.missing if missing.law is not None}
        law |= {gap.gap for gap in decision.not_encoded}
        law |= {
            policy.rules[line.id].group
            for answer in decision.answers
            for line in answer.rules
            if line.status in ("unknown", "not_encoded")
        }
        if law & groups:
            undetermined = (overall.decision for overall in decision.overall if overall.must != overall.may)
            open_.update(((decision.subject, name), None) for name in undetermined)
    items = (
        replace(
            item, things={status: tuple(sorted(found)) for status, found in things.get(item.encoding.group, {}).items()}
        )
        for item in resting.items
    )
    return replace(resting, items=tuple(items), open=tuple(open_))


# ---- what cites it


def _covers(one: ir.Citation, other: ir.Citation) -> bool:
    return ir.Provision(one.authority, one.section, "encoded", "", date.min, "", "").covers(other)


def _about(asked: ir.Citation, cites: Iterable[ir.Citation]) -> tuple[tuple[str, ...], bool]:
    """The sections by which it is cited; whether none of them is the provision itself, or stands below it."""
    within = [cite.section for cite in cites if _covers(asked, cite)]
    around = [cite.section for cite in cites if _covers(cite, asked)]
    return tuple(dict.fromkeys(within or around)), not within


def _of_rules(
    policy: ir.Policy,
    members: list[ir.Rule],
    asked: ir.Citation,
    shown: Mapping[str, Mapping[str, tuple[str, ...]]],
) -> Item | None:
    sections, broader = _about(asked, [cite for rule in members for cite in rule.cites])
    if not sections:
        return None
    first, beaten_by = members[0], Strata.of(policy).beaten_by
    tested = [shown.get(one, {}) for one in dict.fromkeys(map(written, members))]
    excepted_by = (policy.rules[by].group for rule in members for by in beaten_by.get(rule.id, ()))
    kind = "table" if first.kind == "row" else first.kind
    reads = tuple(sorted({name for rule in members for name in read_by(rule)}))
    return Item(
        kind,
        first.title,
        first.certainty,
        first.certainty_note,
        encoding(members, sections, tested),
        broader,
        tuple(dict.fromkeys(excepted_by)),
        reads,
    )


def read_by(rule: ir.Rule) -> Iterator[str]:
    """The lists and parameters that its condition names."""
    for node in walk(rule.body) if rule.body is not None else ():
        if isinstance(node, n.ListNamed | n.ParameterNamed):
            yield node.name


def _of_check(check: ir.Check, asked: ir.Citation, shown: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Item | None:
    sections, broader = _about(asked, check.cites)
    if not sections:
        return None
    tests = shown.get(check.id, {})
    found = Encoding(check.id, sections, ir.Live(), tests.get("holds", ()), tests.get("fails", ()))
    return Item("check", check.title, "", "", found, broader)


def _of_parameter(parameter: ir.Parameter, asked: ir.Citation) -> Item | None:
    sections, broader = _about(asked, [*parameter.cites, *(cite for row in parameter.rows for cite in row.cites)])
    if not sections:
        return None
    found = Encoding(f"{parameter.module}.{parameter.name}", sections, ir.Live(), (), ())
    return Item("parameter", parameter.phrase, parameter.certainty, "", found, broader)


def _cited(policy: ir.Policy) -> Iterator[ir.Citation]:
    for source in (policy.rules, policy.checks, policy.parameters):
        for item in source.values():
            yield from item.cites
    for parameter in policy.parameters.values():
        for row in parameter.rows:
            yield from row.cites
