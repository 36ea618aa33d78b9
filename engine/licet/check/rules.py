"""Rules, exceptions, obligations and score items: heads, conditions and conclusions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from licet.check.conditions import condition, decision_read, outcome_named
from licet.check.context import Context, Letter, describe, type_of
from licet.check.operands import collection, compatible, field_of, mismatch, operand
from licet.check.other_names import instead
from licet.check.scope import ModuleScope, Scope
from licet.diagnostics import Span
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import BOOLEAN, DATE, NUMBER, Kind, Type, set_of
from licet.ir.walk import walk
from licet.suggest import did_you_mean, nearest
from licet.syntax import tree as t
from licet.values import Truth

# What has no effects when it is built, by the sort of rule that it is built as; an obligation has its act, no outcome.
_WITHOUT_CONCLUSION = {
    "exception": ("an exception without a conclusion", "say it of the rule that it excepts"),
    "directive": ("a directive without a conclusion", "say it of the rule that it excepts"),
    "rule": (
        "an obligation",
        "no decision changes where an act is not enforced: say so in a `note`, or `suspended` if nobody owes it",
    ),
}


def rule(scope: Scope, module: ModuleScope, tree: t.Rule) -> ir.Rule | None:
    """One rule or exception; None where its head has no subject."""
    context = subject_context(scope, module, tree.clauses, tree.name, "E070" if tree.kind == "gap" else "E049")
    if context is None:
        if lost := frozenset(p.name.text for p in tree.clauses.parameters):
            _look_through(Context(scope, module, {}, lost=lost), tree)
        return None
    return build(context, tree, f"{module.name}.{tree.name.text}", live(scope, tree.clauses))


def _look_through(context: Context, tree: t.Rule) -> None:
    """Tells what else is wrong in a rule whose subject has no known type, so that nobody meets one mistake a run."""
    if tree.when is not None:
        condition(tree.when, context)
    for found in tree.effects:
        effect(found, context)
    _check_modes(context, tree)
    citations(context.scope, context.module, tree.clauses.cites)
    live(context.scope, tree.clauses)


def build(context: Context, tree: t.Rule, rule_id: str, when_live: ir.Live, letter: Letter | None = None) -> ir.Rule:
    """The rule itself; a directive calls this once for each thing it names."""
    scope, module = context.scope, context.module
    if letter is not None:
        context = Context(scope, module, context.variables, letter)
    body = None if tree.when is None else condition(tree.when, context)
    found = [effect(e, context) for e in tree.effects]
    _check_outcomes(scope, tree, found)
    if tree.kind == "gap":
        body = n.AllOf(tree.span, (*(() if body is None else (body,)), n.Constant(tree.span, Truth.U)))
    _check_modes(context, tree)
    if tree.clauses.not_enforced and not tree.effects:
        what, help_ = _WITHOUT_CONCLUSION[tree.kind]
        place = tree.clauses.not_enforced[0].span
        scope.findings.error("E051", f"{what} cannot be `not enforced`", place, help=help_)
    (variable, type_), *_ = context.variables.items()
    return ir.Rule(
        id=rule_id,
        group=f"{module.name}.{tree.name.text}",
        kind=tree.kind,
        title=tree.title,
        module=module.name,
        jurisdiction=module.jurisdiction,
        variable=variable,
        entity=type_.name,
        body=body,
        effects=tuple(e for e in found if e is not None),
        because=tree.because,
        live=when_live,
        cites=citations(scope, module, tree.clauses.cites),
        certainty=tree.clauses.certainties[-1].level if tree.clauses.certainties else "",
        certainty_note=tree.clauses.certainties[-1].note if tree.clauses.certainties else "",
        tags=tuple(tag.text for tag in tree.clauses.tags),
        excepts=tuple(_targets(scope, module, tree)),
        notes=tree.clauses.notes,
        span=tree.name.span,
    )


def _check_outcomes(scope: Scope, tree: t.Rule, effects: Sequence[ir.Effect | None]) -> None:
    """A rule states one outcome of each decision: nobody could say which of two its details belong to."""
    stated: dict[str, tuple[t.Effect, int]] = {}
    for written, effect in zip(tree.effects, effects, strict=True):
        if not isinstance(effect, ir.HasOutcome):
            continue
        first, outcome = stated.setdefault(effect.decision, (written, effect.outcome))
        if first is not written:
            if outcome == effect.outcome:
                message = f"`{tree.name.text}` states `{effect.decision}` twice"
                help_ = "state it once, with all its details after one `with`"
            else:
                message = f"`{tree.name.text}` states two outcomes of `{effect.decision}`"
                graver = scope.decisions[effect.decision].outcomes[max(outcome, effect.outcome)]
                help_ = f"keep the graver one, `{graver}`, or write two rules"
            others = ((first.span, "the first time"),)
            scope.findings.error("E073", message, written.span, others=others, help=help_)


def _check_modes(context: Context, tree: t.Rule) -> None:
    """A rule concludes; a gap says what the provision might conclude if somebody encoded it."""
    is_gap = tree.kind == "gap"
    for found in tree.effects:
        verb = t.verb(found.kind, may=True)
        if found.may and not is_gap:
            context.error(
                "E071",
                f"{_AN[tree.kind]} concludes: `{verb}` belongs to a gap",
                found.span,
                f"write `{found.kind}`, or make it a `gap` if the provision is not encoded",
            )
        elif is_gap and not found.may:
            context.error(
                "E071", "a gap concludes nothing", found.span, f"write `{verb}`: what the provision may bring"
            )
    if is_gap and not tree.clauses.cites:
        context.error(
            "E070",
            f"the gap `{tree.name.text}` cites nothing",
            tree.name.span,
            "add `cites`: a gap names the law that is not encoded",
        )
    if is_gap and not tree.targets and not tree.effects:
        context.error(
            "E070",
            f"the gap `{tree.name.text}` says neither what it may bring nor what it may except",
            tree.name.span,
            "add `then ... may be ...`, or `to` and the rule that it may except",
        )


_AN = {"rule": "a rule", "exception": "an exception", "directive": "a directive"}


# ---- heads


def subject_context(
    scope: Scope, module: ModuleScope, clauses: t.Clauses, name: t.Word, code: str = "E049"
) -> Context | None:
    """The context that binds the one subject of a rule."""
    parameters = clauses.parameters
    if not parameters:
        scope.findings.error(
            code,
            f"`{name.text}` does not say what it is about",
            name.span,
            help=f"name its subject, for example `for x: {next(iter(scope.entities), 'Entity')}`",
        )
        return None
    if len(parameters) > 1:
        scope.findings.error(
            "E049",
            f"`{name.text}` has more than one subject",
            parameters[1].span,
            help="keep one, and range over the others with `some x in ... where (...)`",
        )
    return parameter_context(scope, module, parameters[0])


def parameter_context(scope: Scope, module: ModuleScope, parameter: t.Parameter) -> Context | None:
    """What is in scope where a rule, a term or a decision is about its parameter; None where that is no entity."""
    found = scope.type_of(parameter.type, module)
    if found is None:
        return None
    if found.kind is not Kind.ENTITY:
        scope.findings.error(
            "E049",
            f"a subject is an entity, not {describe(found)}",
            parameter.span,
            help=did_you_mean(parameter.type.span.text, scope.entities),
        )
        return None
    context = Context(scope, module, {parameter.name.text: found})
    warn_if_hiding(context, parameter.name, found.name)
    return context


def warn_if_hiding(context: Context, name: t.Word, owner: str) -> None:
    """After `is` a variable comes first: one that hides a field of its entity would change meanings."""
    if name.text in context.scope.entities[owner].fields:
        context.error(
            "E041", f"the variable `{name.text}` hides a field of `{owner}`", name.span, "choose another letter"
        )


def citations(scope: Scope, module: ModuleScope, trees: Sequence[t.Cites]) -> tuple[ir.Citation, ...]:
    found = []
    for tree in trees:
        known = dict(module.authorities)
        for other in module.sees:
            for name, url in scope.modules[other].authorities.items():
                known.setdefault(name, url)
        if tree.authority.text not in known:
            scope.unknown(
                "E052",
                "authority",
                tree.authority.text,
                tree.authority.span,
                known,
                "" if known else f'add `authority {tree.authority.text} "..."` under the module\'s header',
            )
            continue
        url = known[tree.authority.text]
        found += [ir.Citation(tree.authority.text, s.text, _url(url, s.text)) for s in tree.sections]
    return tuple(found)


def _url(pattern: str, section: str) -> str:
    """The address of a section: its paragraph marks are left out, as publishers do."""
    return pattern.replace("{}", section.split("(")[0].strip()) if section[:1].isdigit() else ""


def live(scope: Scope, clauses: t.Clauses) -> ir.Live:
    """The four sorts of intervals, each checked to be non-empty and free of overlaps."""
    return ir.Live(
        _intervals(scope, clauses.in_force, "in force"),
        _intervals(scope, clauses.suspended, "suspended"),
        _intervals(scope, clauses.not_enforced, "not enforced"),
        _intervals(scope, clauses.unconfirmed, "unconfirmed"),
    )


def _intervals(scope: Scope, trees: Sequence[t.Interval], sort: str) -> tuple[ir.Interval, ...]:
    for tree in trees:
        if tree.start is not None and tree.end is not None and tree.start >= tree.end:
            scope.findings.error(
                "E053",
                f"this `{sort}` interval is empty: it ends on {tree.end}, before or when it begins",
                tree.span,
                help="`until` is the first day on which it no longer stands",
            )
    ordered = sorted(trees, key=lambda i: (i.start is not None, i.start))
    for before, after in pairwise(ordered):
        if before.end is None or after.start is None or before.end > after.start:
            scope.findings.error(
                "E053",
                f"two `{sort}` intervals overlap",
                after.span,
                others=((before.span, "the other one"),),
                help="end the first with `until`, on the day the second begins",
            )
    return tuple(ir.Interval(i.start, i.end, i.note) for i in trees)


def _targets(scope: Scope, module: ModuleScope, tree: t.Rule) -> Iterator[str]:
    for target in tree.targets:
        if target.kind == "tag":
            yield from _tagged(scope, module, tree, target)
        elif target.kind in ("decision", "module"):
            scope.rule_groups.setdefault(f"{module.name}.{tree.name.text}", []).append(target)
        elif (found := rule_named(scope, module, target.name, target.span)) is not None:
            yield found


def _tagged(scope: Scope, module: ModuleScope, tree: t.Rule, target: t.Target) -> Iterator[str]:
    """Every rule of the same jurisdiction that bears the tag."""
    tags = scope.rules_tagged(module.jurisdiction)
    own = f"{module.name}.{tree.name.text}"
    bearers = [rule for rule in tags.get(target.name, ()) if rule != own]
    if not bearers:
        scope.unknown("E054", "rule tagged", f"@{target.name}", target.span, {f"@{tag}" for tag in tags})
    yield from bearers


def rule_named(scope: Scope, module: ModuleScope, name: str, span: Span, *, anywhere: bool = False) -> str | None:
    """The id of a rule: full, or the end of one, the nearest module first. A test may name any rule."""
    written, name = name, scope.full_name(name, module)
    if name in scope.rule_trees:
        return name
    own = f"{module.name}.{name}"
    if own in scope.rule_trees:
        return own
    called = scope.rules_called(name)
    seen = [r for r in called if scope.rule_trees[r][0].name in module.sees]
    if len(seen) == 1:
        return seen[0]
    if len(seen) > 1:
        choices = ", ".join(f"`{s}`" for s in seen)
        scope.findings.error("E033", f"`{written}` could be several rules", span, help=f"write one of {choices}")
        return None
    if anywhere and len(called) == 1:
        return called[0]
    short = [r.rsplit(".", 1)[-1] for r, (owner, _) in scope.rule_trees.items() if owner.name in module.sees]
    last = name.rpartition(".")[2]
    help_ = scope.did_you_mean(last, short)
    if called and not nearest(last, short, at_least=0.9):
        help_ = f"add `use {called[0].rsplit('.', 1)[0]}`, which has it"
    if last in scope.decisions:
        help_ = f"`{last}` is a decision: write `every rule of {last}`"
    elif (table := name.rpartition(".")[0]) and last.startswith("row_") and scope.rules_called(table):
        help_ = f"rows have no names of their own here: `{table}` is all of them"
    scope.unknown("E055", "rule", written, span, short, help_)
    return None


# ---- conclusions


def effect(tree: t.Effect, context: Context) -> ir.Effect | None:
    """What a rule concludes about its own subject."""
    if (reading := decision_read(tree.target, context)) is not None:
        return _decides(tree, reading, context)
    target = tree.target
    named = target.reading if isinstance(target, t.Under) else target
    if isinstance(named, t.Of) and named.name.text not in context.scope.decisions:
        context.scope.unknown("E030", "decision", named.name.text, named.name.span, context.scope.decisions)
        return None
    if isinstance(named, t.Of):  # its subject is wrong, which has been said
        outcome_named(tree.value, context.scope.decisions[named.name.text], context)
        return None
    if tree.details:
        context.error(
            "E057", f"`{target.span.said}` is no decision and has no details", tree.details[0].span, "leave out `with`"
        )
    if not isinstance(target, t.Path):
        context.error(
            "E056", f"`{target.span.said}` cannot be concluded", target.span, "conclude a term or a decision's outcome"
        )
        return None
    subject = target.parts[0]
    if subject.text in context.lost:
        return None
    if subject.text not in context.variables:
        help_ = instead(subject.text, context)
        context.scope.unknown("E030", "variable", subject.text, subject.span, context.variables, help_)
        return None
    if len(target.parts) == 1:
        return _term_holds(tree, subject, context)
    if len(target.parts) == 2:
        return _term_value(tree, target, context)
    context.error(
        "E056",
        "a rule concludes about its own subject only",
        target.span,
        f"make that the subject, not `{subject.text}`",
    )
    return None


def _is_said_with(tree: t.Effect, verb: t.Verb, context: Context) -> bool:
    """Whether an effect has the verb that its target takes."""
    if tree.kind != verb:
        said = tree.target.span.said
        context.error("E056", f"`{said}` takes `{verb}`", tree.span, f"write `{said} {verb} ...`")
    return tree.kind == verb


def _decides(tree: t.Effect, reading: tuple[ir.Decision, n.Operand, str], context: Context) -> ir.Effect | None:
    decision, subject, _ = reading
    if not isinstance(subject, n.Variable):
        help_ = "write a rule that is `for` what it concludes something of"
        context.error("E056", "a rule decides about its own subject only", tree.target.span, help_)
        return None
    if not _is_said_with(tree, "is", context):
        return None
    place = outcome_named(tree.value, decision, context)
    for word in tree.details:
        if word.text not in decision.details:
            context.scope.unknown("E057", f"detail of `{decision.name}`", word.text, word.span, decision.details)
    if place is None:
        return None
    details = tuple(w.text for w in tree.details if w.text in decision.details)
    return ir.HasOutcome(decision.name, place, details)


def _term_holds(tree: t.Effect, subject: t.Word, context: Context) -> ir.Effect | None:
    owner = context.variables[subject.text].name
    if not _is_said_with(tree, "is", context):
        return None
    if not (isinstance(tree.value, t.Path) and len(tree.value.parts) == 1):
        context.error(
            "E056", f"`{tree.span.said}` is not a conclusion", tree.span, f"write `{subject.text} is` and a term"
        )
        return None
    word = tree.value.parts[0]
    field = context.scope.field_named(owner, word, lambda: instead(word.text, context, subject.text))
    if field is None:
        return None
    if not field.derived or field.type != BOOLEAN:
        what = "is a recorded fact" if not field.derived else f"is {describe(field.type)}"
        context.error(
            "E056",
            f"`{word.text}` {what} and cannot be concluded like this",
            word.span,
            f'declare a term: `term {word.text}_here of {subject.text}: {owner} "..."`',
        )
        return None
    return ir.TermHolds(word.text)


def _term_value(tree: t.Effect, target: t.Path, context: Context) -> ir.Effect | None:
    word = target.parts[1]
    variable = n.Variable(target.span, target.parts[0].text, context.variables[target.parts[0].text])
    found = field_of(variable, word, context)
    if found is None:
        return None
    if not isinstance(found, n.TermOf):
        context.error(
            "E056", f"`{word.text}` is a recorded fact and cannot be concluded", word.span, "declare it `derived`"
        )
        return None
    is_set = found.type.kind is Kind.SET
    wanted = found.type.element if is_set else found.type
    if wanted is None or not _is_said_with(tree, "includes" if is_set else "is", context):
        return None
    value = operand(tree.value, context, wanted) if tree.each is None else _each_value(tree, tree.each, wanted, context)
    if value is None:
        return None
    if tree.each is None and not compatible(wanted, type_of(value)):
        mismatch(context, wanted, type_of(value), tree.value.span)
        return None
    return ir.TermValue(word.text, value, single=not is_set)


def _each_value(tree: t.Effect, over: t.Each, wanted: Type, context: Context) -> n.Operand | None:
    """`includes each o.owner over o in owns where (...)`: a value, or a set of them, of each member."""
    each = collection(over, context)
    if each is None:
        return None
    inner = context.bind(over.variable, each.type)
    where = None if tree.where is None else condition(tree.where, inner)
    value = operand(tree.value, inner, wanted)
    if value is None:
        return None
    found = type_of(value)
    if not compatible(wanted, found.element if found.kind is Kind.SET and found.element else found):
        mismatch(context, wanted, found, tree.value.span)
        return None
    return n.Aggregate(tree.span, "each", value, each, where, set_of(wanted))


# ---- scores and obligations


def score_items(scope: Scope, module: ModuleScope, tree: t.Score) -> Iterator[ir.Rule]:
    """Each item of a score is a rule that adds points: those of its weight, if it has one, and none where that is 0."""
    context = parameter_context(scope, module, tree.parameter) if tree.name.text in scope.scores else None
    if context is None:
        return
    (variable, type_), *_ = context.variables.items()
    _, anew = scope.weighed.get(tree.name.text, (None, None))
    weighed = {} if anew is None else {factor.text: number.value for factor, number in anew.points}
    for number, item in enumerate(tree.items, 1):
        name = f"item_{number}" if item.factor is None else item.factor.text
        per: n.Operand | None = None
        if item.per is not None:
            body, per = _per_member(item, context)
        else:
            body = None if item.when is None else condition(item.when, context)
        maximum = item.maximum.value if item.maximum else None
        points = ir.AddsPoints(tree.name.text, weighed.get(name, item.points.value), per, maximum)
        if weighed.get(name) == 0:
            continue
        group = f"{module.name}.{tree.name.text}"
        yield ir.Rule(
            id=f"{group}.{name}",
            group=group,
            kind="item",
            title=item.because,
            module=module.name,
            jurisdiction=module.jurisdiction,
            variable=variable,
            entity=type_.name,
            body=body,
            effects=(points,),
            because=item.because,
            live=ir.Live(),
            cites=citations(scope, module, item.cites),
            certainty=tree.certainties[-1].level if tree.certainties else "",
            certainty_note="",
            tags=(),
            excepts=(),
            notes=(),
            span=item.span,
        )
    if tree.told_where is not None:
        told = condition(tree.told_where, context)
        refuse_conclusions(told, context, "what says where a score is told", tree.name.span)
        if any(isinstance(node, n.Some | n.Every | n.Aggregate) for node in walk(told)):
            help_ = "ask the facts of the subject itself: each row tells its score without the others"
            context.error("E081", "where a score is told hangs on other records", tree.told_where.span, help_)
        scope.scores[tree.name.text] = replace(scope.scores[tree.name.text], variable=variable, told_where=told)


def refuse_conclusions(body: n.Formula, context: Context, who: str, span: Span) -> None:
    """Says where a condition about recorded facts reads what rules conclude."""
    for node in walk(body):
        said = _conclusion(node)
        if said:
            context.error(
                "E081",
                f"{who} reads {said}",
                node.span or span,
                "it reads recorded facts and lists; make it a rule, or test what the rules conclude",
                label="concluded by rules",
            )


def _conclusion(node: object) -> str:
    match node:
        case n.Holds(term=name) | n.TermOf(name=name):
            return f"the derived `{name}`"
        case n.Outcome(decision=name):
            return f"the decision `{name}`"
        case n.ScoreOf(name=name):
            return f"the score `{name}`"
        case _:
            return ""


def _per_member(item: t.ScoreItem, context: Context) -> tuple[n.Formula | None, n.Operand | None]:
    """The item counts if there is a member, and as often as there are."""
    assert item.per is not None
    each = collection(item.per, context)
    if each is None:
        return None, None
    inner = context.bind(item.per.variable, each.type)
    where = None if item.where is None else condition(item.where, inner)
    count = n.Aggregate(item.span, "count", None, each, where, NUMBER)
    return n.Some(item.span, each, where), count


def obligation(scope: Scope, module: ModuleScope, tree: t.Obligation) -> ir.Rule | None:
    """An act for somebody; a rule whose conclusion nobody reads."""
    context = subject_context(scope, module, tree.clauses, tree.name)
    if context is None:
        return None
    as_rule = t.Rule(tree.span, "rule", tree.name, tree.title, tree.clauses, tree.when, (), "")
    built = build(context, as_rule, f"{module.name}.{tree.name.text}", live(scope, tree.clauses))
    bearer = operand(tree.bearer, context)
    deadline = None if tree.deadline is None else operand(tree.deadline[1], context)
    if deadline is not None and type_of(deadline) != DATE:
        assert tree.deadline is not None
        help_ = "add it to a day: `... + 30 days`" if type_of(deadline).kind is Kind.DURATION else ""
        message = f"a deadline is a date, not {describe(type_of(deadline))}"
        context.error("E042", message, tree.deadline[1].span, help_)
    if bearer is None:
        return None
    if type_of(bearer).kind is not Kind.ENTITY:
        context.error(
            "E042",
            f"{describe(type_of(bearer))} cannot owe an act",
            tree.bearer.span,
            "name whose duty it is",
        )
    kind = tree.deadline[0] if tree.deadline else None
    obliges = ir.Obliges(bearer, tree.modal, tree.act, kind, deadline)
    return replace(built, kind="obligation", effects=(obliges,))
