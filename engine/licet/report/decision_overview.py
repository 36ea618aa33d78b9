"""What matters of many decisions at a glance: answers by outcome, what would help most, what the answers rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from licet.decide.decision import Decision, Missing
from licet.decide.grounds.laws import DEFAULT, GAP
from licet.decide.missing.coarse import COARSE
from licet.decide.missing.divisors import IN_ZERO, ZERO
from licet.ir import policy as ir
from licet.ir.outcomes import decided_by
from licet.report.decision_cells import OPEN, bands_text, overall_of, said, standing
from licet.values import counted

SINCE = "what changed since is not known here"


@dataclass(frozen=True, slots=True)
class Help:
    """A kind of fact, or a piece of law, that keeps answers open as long as it is not known.

    `name` tells it apart, law by its sections first of all; `note` is what else is said of it. It is not known in so
    many `records`, may narrow the answers about so many `subjects`, and is for so many of them all that is missing
    (`alone`).
    """

    name: str
    note: str
    is_law: bool
    records: int
    subjects: int
    alone: int


def is_open(decision: Decision) -> bool:
    """Whether some answer about the subject is not determined."""
    return any(overall.must != overall.may for overall in decision.overall)


def names(group: Iterable[Decision]) -> list[str]:
    """The decisions that are answered of these subjects."""
    return list(dict.fromkeys(o.decision for d in group for o in d.overall))


def scores(group: Iterable[Decision]) -> list[str]:
    """The scores of these subjects that are told of some."""
    return list(dict.fromkeys(s.score for d in group for s in d.scores if s.told))


def is_answered(group: Iterable[Decision]) -> bool:
    """Whether anything is decided or scored of these subjects: a decision may be declared, and no rule be about it."""
    return any(decision.overall or decision.scores for decision in group)


def by_outcome(group: Sequence[Decision], name: str) -> str:
    """`3 not determined (up to prohibited), 1 prohibited, 2 free`: what is open, then from the gravest on."""
    found = [overall for decision in group if (overall := overall_of(decision, name)) is not None]
    chain = group[0].settled.policy.decisions[name].outcomes
    known = Counter(o.must for o in found if o.must == o.may)
    still_open = Counter(o.may for o in found if o.must != o.may)
    parts = [f"{known[outcome]:,} {said(outcome)}" for outcome in reversed(chain) if known[outcome]]
    if still_open:
        one = len(still_open) == 1
        ends = [f"{'' if one else f'{still_open[o]:,} '}up to {said(o)}" for o in reversed(chain) if still_open[o]]
        parts.insert(0, f"{still_open.total():,} {OPEN} ({', '.join(ends)})")
    return ", ".join(parts)


def by_band(group: Iterable[Decision], name: str) -> str:
    """`2 high, 1 low to high`, from the highest on; nothing where a score has no bands."""
    found = [s for decision in group for s in decision.scores if s.score == name and s.bands and s.told]
    found.sort(key=lambda score: (score.high, score.low), reverse=True)
    return ", ".join(f"{number:,} {band}" for band, number in Counter(map(bands_text, found)).items())


def summary(type_: str, group: Sequence[Decision]) -> list[str]:
    """How many subjects of a type have which answer, and how many of these are doubtful."""
    lines = [f"{type_} ({len(group):,})" + ("" if is_answered(group) else ": no rule decides or scores anything here")]
    lines += [f"{said(name)}: {by_outcome(group, name)}" for name in names(group)]
    for words, number in (
        ("conflicts", sum(bool(decision.conflicts) for decision in group)),
        ("facts that cannot be", sum(bool(decision.contradictions) for decision in group)),
    ):
        if number:
            lines.append(f"{words}: in {number:,} of {len(group):,}, marked !, see below")
    return lines


# ---- what would help


def helps(decisions: Iterable[Decision]) -> list[Help]:
    """What is not known of open answers, what may narrow most of them first."""
    records: dict[_Kind, set[tuple[str, str]]] = {}
    subjects: Counter[_Kind] = Counter()
    alone: Counter[_Kind] = Counter()
    for decision in decisions:
        open_ = [o.decision for o in decision.overall if o.must != o.may]
        wanted = [m for m in decision.missing if not set(open_).isdisjoint(m.decides)]
        kinds = {missing: _kind(decision.settled.policy, missing) for missing in wanted}
        for missing, kind in kinds.items():
            records.setdefault(kind, set()).add(missing.of)
        subjects.update({*kinds.values()})
        for_each = ([m for m in wanted if name in m.decides] for name in open_)
        alone.update({kinds[only[0]] for only in for_each if len(only) == 1})
    found = [
        Help(_only(kind, of), kind.note, kind.is_law, len(of), subjects[kind], alone[kind])
        for kind, of in records.items()
    ]
    return sorted(found, key=lambda one: (-one.subjects, -one.alone, one.name, one.note))


class _Kind(NamedTuple):
    is_law: bool
    name: str
    note: str


def _only(kind: _Kind, of: Collection[tuple[str, str]]) -> str:
    """Its name, with the record where it is one."""
    return kind.name if kind.is_law or len(of) > 1 else f"{kind.name} {next(iter(of))[1]}"


def _kind(policy: ir.Policy, missing: Missing) -> _Kind:
    """The kind of fact, or the law."""
    kind, name = missing.of
    if missing.law is None:
        state = {ZERO: "divided by zero: ", IN_ZERO: "divided by zero: ", COARSE: f"{COARSE}: "}.get(missing.state, "")
        return _Kind(is_law=False, name=f"{state}{said(missing.fact)} of {kind}", note="")
    cites = ", ".join(missing.law.cites)
    if kind == GAP:
        return _Kind(is_law=True, name=f"{cites}, not encoded", note=missing.law.note)
    if kind == DEFAULT:
        decided = said(decided_by(policy.rules[name])[0])
        return _Kind(is_law=True, name=f"default of {decided}, not earned", note=missing.law.note)
    called = f"{kind} {name.rsplit('.', 1)[-1]}"
    return _Kind(is_law=True, name=f"{cites or called}, {standing(missing)}", note=called if cites else "")


# ---- what answers rest on


def rests(decisions: Sequence[Decision]) -> Iterator[str]:
    """Of how many subjects the answers rest on law that nobody read or enforces, or on facts in doubt."""
    unread = {id_ for d in decisions for id_ in d.unverified}
    complete = {line for d in decisions for line in d.assumptions}
    of = f"of {counted(len(decisions), 'subject')}"
    for words, number in (
        ("announced as not enforced", sum(map(_unenforced, decisions))),
        (
            f"rests on {counted(len(unread), 'rule')} not read in the legal text",
            sum(bool(d.unverified) for d in decisions),
        ),
        (
            f"rests on {counted(len(complete), 'collection')} taken as complete",
            sum(bool(d.assumptions) for d in decisions),
        ),
        ("rests on records that hardly can be as they are", sum(bool(d.doubts) for d in decisions)),
    ):
        if number:
            yield f"{words}: {number:,} {of}"


def _unenforced(decision: Decision) -> bool:
    return any(not answer.enforced for answer in decision.answers)


def consulted(decisions: Iterable[Decision]) -> str:
    """The jurisdictions under which each decision was asked: `US (licensing), EU (systemic risk)`."""
    asked: dict[str, dict[str, None]] = {}
    for decision in decisions:
        for answer in decision.answers:
            if answer.jurisdiction != ir.COMMON:
                asked.setdefault(answer.jurisdiction, {})[said(answer.decision)] = None
    by_decisions: dict[str, list[str]] = {}
    for place in sorted(asked):
        by_decisions.setdefault(", ".join(asked[place]), []).append(place)
    return "; ".join(f"{', '.join(places)} ({about})" for about, places in by_decisions.items())


def as_read(decisions: Iterable[Decision]) -> str:
    """The day as of which each authority was read, the oldest first: `EAR as read 2026-09-24, ...`."""
    read: dict[str, date] = {}
    for decision in decisions:
        read.update(decision.as_read)
    days: dict[date, list[str]] = {}
    for authority, day in sorted(read.items()):
        days.setdefault(day, []).append(authority)
    return "; ".join(f"{', '.join(authorities)} as read {day}" for day, authorities in sorted(days.items()))
