"""What scores say of decisions, and points of a team's own (language.md#scores-obligations-properties)."""

from __future__ import annotations

import re
from dataclasses import replace

from licet.check.declarations import bands_of
from licet.check.scope import ModuleScope, Scope
from licet.syntax import tree as t

_NUMBERED = re.compile(r"item_\d+")  # what an item without a name is called


def finish_scores(scope: Scope) -> None:
    """Keeps what weighs each score anew, lets it have other bands, and finds the outcome below which it is told."""
    items = [(module, item) for module in scope.modules.values() for item in module.items]
    factors: dict[str, tuple[str, ...]] = {}
    for module, item in items:
        if isinstance(item, t.Score) and item.name.text in scope.scores:
            factors[item.name.text] = _factors(scope, item)
            _tell_below(scope, module, item)
    for module, item in items:
        if isinstance(item, t.Weighing):
            _weigh(scope, module, item, factors.get(item.score.text, ()))


def _tell_below(scope: Scope, module: ModuleScope, tree: t.Score) -> None:
    if tree.told_below is None:
        return
    outcome, name = tree.told_below
    score, decision = scope.scores[tree.name.text], scope.decisions.get(name.text)
    if decision is None:
        scope.unknown("E030", "decision", name.text, name.span, scope.decisions)
        return
    scope.check_visible("decision", name, module)
    if decision.entity != score.entity:
        scope.findings.error(
            "E040",
            f"`{decision.name}` is about `{decision.entity}`, and `{score.name}` about `{score.entity}`",
            name.span,
            help="name a decision about what the score is of",
        )
    elif outcome.text not in decision.outcomes:
        scope.unknown("E038", f"outcome of `{decision.name}`", outcome.text, outcome.span, decision.outcomes)
    else:
        told = (decision.name, decision.outcomes.index(outcome.text))
        scope.scores[score.name] = replace(score, told_below=told)


def _factors(scope: Scope, tree: t.Score) -> tuple[str, ...]:
    """The names of a score's items."""
    names = [item.factor for item in tree.items if item.factor is not None]
    for name in names:
        if _NUMBERED.fullmatch(name.text):
            scope.findings.error(
                "E034",
                f"`{name.text}` is what an item without a name is called, by its place",
                name.span,
                help="name the item after what it asks for",
            )
    return scope.once_each("item", names)


def _weigh(scope: Scope, module: ModuleScope, tree: t.Weighing, factors: tuple[str, ...]) -> None:
    name = tree.score.text
    score = scope.scores.get(name)
    if score is None:
        scope.unknown("E030", "score", name, tree.score.span, scope.scores)
        return
    scope.check_visible("score", tree.score, module)
    _, first = scope.weighed.setdefault(name, (module, tree))
    if first is not tree:
        scope.findings.error(
            "E034",
            f"the score `{name}` is weighed anew twice",
            tree.score.span,
            label="second time",
            others=((first.score.span, "first time"),),
            help="weigh a score in one place",
        )
        return
    scope.once_each("weight", (factor for factor, _ in tree.points))
    for factor, _ in tree.points:
        if factor.text not in factors:
            scope.unknown("E030", f"named item of `{name}`", factor.text, factor.span, factors)
    bands = bands_of(scope, tree.bands, score.low) or score.bands
    said = f"weighed anew in `{module.name}`" + (f": {tree.phrase}" if tree.phrase else "")
    scope.scores[name] = replace(score, bands=bands, notes=(*score.notes, said, *tree.notes))
