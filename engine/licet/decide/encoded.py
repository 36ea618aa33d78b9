"""What of the law is encoded, provision by provision: what cites it, when that stands, and which tests show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from licet.ir import policy as ir
from licet.trials.examples import exercised, written


@dataclass(frozen=True, slots=True)
class Encoding:
    """A rule or gap that cites a provision; `group` is the id that an author wrote.

    `holds` are the titles of the tests in which it holds (a gap: in which it is not encoded), `fails` of those in which
    it fails.
    """

    group: str
    cites: tuple[str, ...]
    live: ir.Live
    holds: tuple[str, ...]
    fails: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.group.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A declared provision, with the rules and the gaps that cite it or what stands below it."""

    provision: ir.Provision
    rules: tuple[Encoding, ...]
    gaps: tuple[Encoding, ...]


def encoded(policy: ir.Policy) -> tuple[Encoded, ...]:
    """Every declared provision, in the order of the policy. Runs the tests of the policy."""
    shown = exercised(policy)
    groups: dict[str, list[ir.Rule]] = {}
    for rule in policy.rules.values():
        groups.setdefault(rule.group, []).append(rule)
    rules: dict[ir.Provision, list[Encoding]] = {provision: [] for provision in policy.coverage}
    gaps: dict[ir.Provision, list[Encoding]] = {provision: [] for provision in policy.coverage}
    for members in groups.values():
        into = gaps if members[0].kind == "gap" else rules
        tested = [shown.get(one, {}) for one in dict.fromkeys(map(written, members))]
        for provision, cites in _cited(policy, members).items():
            into[provision].append(encoding(members, cites, tested))
    return tuple(Encoded(provision, tuple(rules[provision]), tuple(gaps[provision])) for provision in policy.coverage)


def _cited(policy: ir.Policy, members: list[ir.Rule]) -> Mapping[ir.Provision, tuple[str, ...]]:
    """The provisions that a rule cites, each with the sections of it."""
    found: dict[ir.Provision, tuple[str, ...]] = {}
    for cite in dict.fromkeys(cite for rule in members for cite in rule.cites):
        provision = policy.provision_of(cite)
        if provision is not None:
            found[provision] = (*found.get(provision, ()), cite.section)
    return found


def encoding(
    members: list[ir.Rule], cites: tuple[str, ...], shown: Sequence[Mapping[str, tuple[str, ...]]]
) -> Encoding:
    """The rules that an author wrote as one; `shown` are the titles of tests by status, for each part of it."""

    def titles(status: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(title for one in shown for title in one.get(status, ())))

    return Encoding(
        members[0].group,
        cites,
        _together([rule.live for rule in members]),
        titles("not_encoded" if members[0].kind == "gap" else "holds"),
        titles("fails"),
    )


def _together(lives: Sequence[ir.Live]) -> ir.Live:
    """One that always stands leaves nothing to say of when the others do."""

    def each(intervals: Iterable[tuple[ir.Interval, ...]]) -> tuple[ir.Interval, ...]:
        return tuple(dict.fromkeys(chain(*intervals)))

    return ir.Live(
        each(live.in_force for live in lives) if all(live.in_force for live in lives) else (),
        each(live.suspended for live in lives),
        each(live.not_enforced for live in lives),
        each(live.unconfirmed for live in lives),
    )
