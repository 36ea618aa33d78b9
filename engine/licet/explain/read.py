"""A whole rule as English: the same words as in explanations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from licet.errors import UsageError
from licet.explain.words import Words, show
from licet.ir import policy as ir
from licet.suggest import did_you_mean
from licet.values import State, first_of, format_number, with_article

_MOST_SHOWN = 6  # rules that a message names


def read_aloud(policy: ir.Policy, name: str) -> list[str]:
    """Whatever is called so, in its module or in all: parameters, a line each row, then rules, then checks.

    Errors: `UsageError` where nothing is.
    """
    told = ["\n".join(parameter_lines(policy.parameters[name]))] if name in policy.parameters else []
    told += [
        sentence(policy, rule)
        for rule in policy.rules.values()
        if name in (rule.id, rule.group) or rule.id.endswith(f".{name}") or rule.group.endswith(f".{name}")
    ]
    told += [check_sentence(policy, check) for check in policy.checks.values() if name in (check.name, check.id)]
    if not told:
        known = (*(rule.name for rule in policy.rules.values()), *policy.checks, *policy.parameters)
        help_ = _another_sort(policy, name) or did_you_mean(name, known)
        raise UsageError(f"there is no rule `{name}`" + (f"; {help_}" if help_ else ""))
    return told


def _another_sort(policy: ir.Policy, name: str) -> str:
    """What else bears the name, with the rules that are to be read instead."""
    about = [rule.called for rule in policy.rules.values() if name in {_concluded(effect) for effect in rule.effects}]
    sorts = {"decision": policy.decisions, "list": policy.lists, "score": policy.scores, "relation": policy.relations}
    sorts["entity"] = policy.entities
    sort = next((sort for sort, names in sorts.items() if name in names), "term" if about else "")
    if not sort:
        return ""
    rules = [f"`{rule}`" for rule in dict.fromkeys(about)]
    read = f", concluded by {first_of(rules, _MOST_SHOWN)}" if rules else ""
    return f"`{name}` is {with_article(sort)}{read}"


def _concluded(effect: ir.Effect) -> str:
    return next((found for word in ("decision", "term") if isinstance(found := getattr(effect, word, None), str)), "")


def sentence(policy: ir.Policy, rule: ir.Rule) -> str:
    """The rule read aloud."""
    return " ".join(_parts(policy, rule))


def _parts(policy: ir.Policy, rule: ir.Rule) -> Iterator[str]:
    words = Words(policy, aloud=True)
    kind = {"row": "", "item": "Score item "}.get(rule.kind, f"{rule.kind.capitalize()} ")
    title = f": {rule.title}" if rule.title else ""
    name = rule.called.replace("_", " ")
    yield f"{kind}{name if kind else name.capitalize()}{title}."
    if rule.excepts:
        *most, last = [f"`{excepted.rsplit('.', 1)[-1]}`" for excepted in rule.excepts]
        yield f"An exception to {', '.join(most)}{' and ' if most else ''}{last}."
    subject = policy.entities[rule.entity].phrase or rule.entity
    yield f"For {with_article(subject)}."
    if rule.cites:
        yield f"Cites {', '.join(ir.citations(rule))}."
    if rule.certainty and rule.kind != "default":
        yield f"Source: {rule.certainty}" + (f", {rule.certainty_note}." if rule.certainty_note else ".")
    yield from _standing(rule.live)
    if rule.kind == "default":
        yield "Only where no rule concludes."
    if rule.kind == "gap":
        yield "Known, and not encoded here."
    conclusion = " and ".join(_effect(policy, words, rule.entity, e, may=rule.is_open) for e in rule.effects)
    undercut = "what it excepts may not apply" if rule.kind == "gap" else "what it excepts does not apply"
    if rule.trigger is None:
        yield f"Always {conclusion or undercut}."
    else:
        yield f"When {words.condition(rule.trigger)}, {conclusion or undercut}."
    if rule.because:
        yield f"Because {rule.because}."


def parameter_lines(parameter: ir.Parameter) -> Iterator[str]:
    """The parameter and its rows."""
    cites = f" Cites {', '.join(map(str, parameter.cites))}." if parameter.cites else ""
    yield f"Parameter {parameter.name.replace('_', ' ')}: {parameter.phrase}.{cites}"
    rows = []
    for row in parameter.rows:
        start = f"from {row.interval.start}" if row.interval.start else ""
        end = f"until {row.interval.end}" if row.interval.end else ""
        said = "not confirmed" if row.value is State.ABSENT else show(row.value, parameter.type)
        why = "; ".join(part for part in (row.interval.note, row.source, ", ".join(map(str, row.cites))) if part)
        rows.append((start, end, said, why))
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    for *parts, why in rows:
        yield "  " + "  ".join(f"{part:<{width}}" for part, width in zip(parts, widths, strict=True)) + f"  {why}"


def check_sentence(policy: ir.Policy, check: ir.Check) -> str:
    """The check read aloud: `It cannot be that ...`."""
    title = f": {check.title}" if check.title else ""
    subject = policy.entities[check.entity].phrase or check.entity
    cites = f" Cites {', '.join(map(str, check.cites))}." if check.cites else ""
    cannot = "It cannot be that" if check.verdict == "impossible" else "It is doubtful that"
    return (
        f"Check {check.name.replace('_', ' ')}{title}. For {with_article(subject)}."
        f"{cites} {cannot} {Words(policy, aloud=True).condition(check.body)}: {check.because}."
    )


def _standing(live: ir.Live) -> Iterator[str]:
    for word, intervals in live.told.items():
        for interval in intervals:
            note = f" ({interval.note})" if interval.note else ""
            yield f"{f'{word} {interval}'.rstrip().capitalize()}{note}."


def _effect(policy: ir.Policy, words: Words, entity: str, effect: ir.Effect, *, may: bool = False) -> str:
    match effect:
        case ir.TermHolds(term=term):
            if may:
                return f"the subject may be {policy.entities[entity].fields[term].phrase}"
            return f"it is concluded that the subject is {policy.entities[entity].fields[term].phrase}"
        case ir.TermValue(term=term, value=value, single=single):
            verb = ("may be" if may else "is") if single else ("may include" if may else "includes")
            return f"its {policy.entities[entity].fields[term].phrase} {verb} {words.operand(value)}"
        case ir.HasOutcome(decision=decision, outcome=outcome, details=details):
            declared = policy.decisions[decision]
            with_ = f" with {', '.join(d.replace('_', ' ') for d in details)}" if details else ""
            verb = "may be" if may else "is"
            return f"the {declared.phrase} {verb} {declared.outcomes[outcome].replace('_', ' ')}{with_}"
        case ir.AddsPoints(score=score, points=points, per=per, maximum=maximum):
            each = " for each" if per is not None else ""
            most = f", at most {format_number(maximum)}" if maximum is not None else ""
            return f"the {policy.scores[score].phrase} rises by {format_number(points)}{each}{most}"
        case ir.Obliges(bearer=bearer, modal=modal, act=act, deadline_kind=kind, deadline=deadline):
            when = f" {kind} {words.operand(deadline)}" if deadline is not None else ""
            return f"{words.operand(bearer)} {modal} {act}{when}"
        case _:
            assert_never(effect)
