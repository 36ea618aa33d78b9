"""The two graphs that must have no bad cycle: defeat, and negation."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping

from licet.diagnostics import Findings, Span
from licet.ir import policy as ir
from licet.ir.effects import About, about
from licet.ir.strata import Edge, Name, Strata


def check_defeat(rules: Mapping[str, ir.Rule], findings: Findings, groups: Collection[str] = ()) -> bool:
    """Each exception fits what it excepts, and no rule excepts itself, however indirectly.

    `groups` are the ids of exceptions to every rule of something.
    """
    for rule in rules.values():
        for target in rule.excepts:
            _check_pair(rule, rules[target], findings)
    cycle = _defeat_cycle(rules)
    if cycle is None:
        return True
    names = " -> ".join(f"`{rules[r].name}`" for r in [*cycle, cycle[0]])
    places = tuple((span, "in the cycle") for r in cycle[1:] if (span := rules[r].span) is not None)
    of_groups = [rules[r].name for r in cycle if r in groups]
    mutual = len(of_groups) > 1
    findings.error(
        "E074" if mutual else "E060",
        f"{'groups except each other' if mutual else 'exceptions form a cycle'}: {names}",
        rules[cycle[0]].span,
        label="is an exception to the next one",
        others=places,
        help=f"say `to {of_groups[0]}` in `{of_groups[1]}` too, if that is the one that goes before the other"
        if mutual
        else "one of them must be the general rule: remove its `to`",
    )
    return False


def _check_pair(rule: ir.Rule, target: ir.Rule, findings: Findings) -> None:
    others = ((target.span, "what it excepts"),) if target.span else ()
    if rule.entity != target.entity:
        findings.error(
            "E061",
            f"`{rule.name}` is about a {rule.entity}, but `{target.name}` is about a {target.entity}",
            rule.span,
            others=others,
            help=f"give the exception the same subject: `for x: {target.entity}`",
        )
    elif rule.jurisdiction != target.jurisdiction:
        places = (rule.jurisdiction or "no jurisdiction", target.jurisdiction or "no jurisdiction")
        findings.error(
            "E061",
            f"`{rule.name}` stands in {places[0]}, but `{target.name}` in {places[1]}",
            rule.span,
            others=others,
            help="an exception stays within one jurisdiction",
        )
    elif rule.effects and not _same_result(rule, target):
        findings.error(
            "E062",
            f"`{rule.name}` concludes something else than `{target.name}`, which it excepts",
            rule.span,
            others=others,
            help="conclude about the same decision or term, or leave out `then` to undercut it",
        )


def _same_result(rule: ir.Rule, target: ir.Rule) -> bool:
    """At least one result in common. A target without a conclusion is itself an exception: anything fits it."""
    return not target.effects or bool(results(rule) & results(target))


def results(rule: ir.Rule) -> frozenset[About]:
    """What a rule concludes something about."""
    return frozenset(map(about, rule.effects))


def _defeat_cycle(rules: Mapping[str, ir.Rule]) -> list[str] | None:
    done: set[str] = set()
    for start in rules:
        path: list[str] = []
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            current, leaving = stack.pop()
            if leaving:
                path.pop()
                done.add(current)
            elif current in path:
                return path[path.index(current) :]
            elif current not in done:
                path.append(current)
                stack.append((current, True))
                stack += [(target, False) for target in rules[current].excepts]
    return None


def check_strata(strata: Strata, rules: Mapping[str, ir.Rule], findings: Findings) -> None:
    """No conclusion may need its own finished answer."""
    place = strata.component_of
    reported: set[int] = set()
    for edge in strata.edges:
        if edge.read.strict and place.get(edge.read.name) == place[edge.reader]:
            component = place[edge.reader]
            if component not in reported:
                reported.add(component)
                _report(edge, strata, rules, findings)


def _report(edge: Edge, strata: Strata, rules: Mapping[str, ir.Rule], findings: Findings) -> None:
    component = strata.components[strata.component_of[edge.reader]]
    involved = sorted({e.rule for e in strata.edges if e.reader in component and e.read.name in component})
    names = ", ".join(f"`{rules[r].name}`" for r in involved)
    others: list[tuple[Span, str]] = [(span, "in the cycle") for r in involved if (span := rules[r].span) is not None]
    findings.error(
        "E063",
        f"{_subject(edge.reader, edge.read.name)} through a negation or an unfinished total, in {names}",
        edge.read.span,
        label="this needs the finished answer",
        others=tuple(others[:4]),
        notes=(f"the cycle: {_way_round(edge, strata, rules)}",),
        help="read a term that does not depend on this one, or turn the negation into an exception",
    )


def _way_round(edge: Edge, strata: Strata, rules: Mapping[str, ir.Rule]) -> str:
    """The shortest way from what an edge reads back to what reads it, and that edge first."""
    came: dict[Name, Edge] = {}
    pending = deque([edge.read.name])
    inner: dict[Name, list[Edge]] = {}
    for other in strata.edges:
        inner.setdefault(other.reader, []).append(other)
    while pending and edge.reader not in came and edge.reader != edge.read.name:
        for step in inner.get(pending.popleft(), ()):
            if step.read.name not in came:
                came[step.read.name] = step
                pending.append(step.read.name)
    way, current = [], edge.reader
    while current != edge.read.name:
        way.append(came[current])
        current = came[current].reader
    return ", ".join(
        f"`{e.reader}` needs {'the finished ' if e.read.strict else ''}`{e.read.name}` in `{rules[e.rule].name}`"
        for e in (edge, *reversed(way))
    )


def _subject(reader: Name, read: Name) -> str:
    if reader.name == read.name:
        return f"`{reader.name}` depends on itself"
    return f"`{reader.name}` and `{read.name}` depend on each other"
