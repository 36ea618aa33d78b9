"""The tests that stand beside the rules: small worlds and what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from licet.check.conditions import condition, decision_read, outcome_named
from licet.check.context import Context, type_of
from licet.check.operands import compatible, mismatch, operand
from licet.check.rules import rule_named
from licet.check.scope import ModuleScope, Scope
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.countries import CODES
from licet.ir.types import NUMBER, Kind, Type, entity
from licet.ir.walk import walk
from licet.syntax import tree as t
from licet.values import Duration, Fact, Range, State, Value, is_given, parse_date

STATES = {
    "unknown": State.ABSENT,
    "undetermined": State.UNDETERMINED,
    "not applicable": State.NOT_APPLICABLE,
}


def example(scope: Scope, module: ModuleScope, tree: t.Test) -> ir.Test:
    """One test; its givens are facts, its expectations formulas over them."""
    records = [g for g in tree.givens if isinstance(g, t.GivenRecord)]
    variables: dict[str, Type] = {}
    for given in records:
        if given.name.text in variables:
            scope.findings.error("E034", f"`{given.name.text}` is given twice", given.name.span, help="rename one")
        if scope.entity_named(given.entity, module) is not None:
            variables[given.name.text] = entity(given.entity.text)
    lost = frozenset(given.name.text for given in records) - variables.keys()
    context = Context(scope, module, variables, in_test=True, lost=lost)
    ids = {g.name.text: _id_of(g) for g in records}
    return ir.Test(
        tree.title,
        module.name,
        tree.as_of,
        tuple(_record(g, context, ids) for g in records if g.name.text in variables),
        tuple(r for g in tree.givens if isinstance(g, t.GivenRow) and (r := _row(g, context, ids)) is not None),
        tuple(m for g in tree.givens if isinstance(g, t.GivenMember) and (m := _member(g, context)) is not None),
        tuple(e for x in tree.expects if (e := _expect(x, context, ids)) is not None),
        tree.span,
    )


# ---- givens


def _id_of(given: t.GivenRecord) -> str:
    for word, value in given.fields:
        if word.text == "id" and isinstance(value, t.TextLiteral):
            return value.value
    return given.name.text


def _record(given: t.GivenRecord, context: Context, ids: Mapping[str, str]) -> ir.GivenRecord:
    owner = context.scope.entities[given.entity.text]
    facts: dict[str, Fact] = {}
    for word, value in given.fields:
        if word.text == "id":
            continue
        field = context.scope.field_named(owner.name, word)
        if field is None:
            continue
        if field.derived:
            context.error(
                "E059", f"`{word.text}` is derived and cannot be given", word.span, "give the facts it is derived from"
            )
            continue
        if word.text in facts:
            context.error("E034", f"`{word.text}` is given twice", word.span)
        fact = _fact(value, field.type, context, ids)
        if fact is not None and not _refused(fact, field, value, context):
            facts[word.text] = fact
    given_names = {word.text for word, _ in given.fields}
    left = [*ir.blanks(owner.fields), *(f for f, other in ir.besides(owner.fields) if is_given(facts.get(other)))]
    facts |= {name: State.NOT_APPLICABLE for name in left if name not in given_names}
    own = ids[given.name.text]
    if "name" in owner.fields and "name" not in facts and own != given.name.text:
        facts["name"] = own  # an explicit id is also what the thing is called
    return ir.GivenRecord(given.name.text, owner.name, own, facts)


def _row(given: t.GivenRow, context: Context, ids: Mapping[str, str]) -> ir.GivenRow | None:
    relation = context.scope.relations.get(given.relation.text)
    if relation is None:
        context.scope.unknown("E030", "relation", given.relation.text, given.relation.span, context.scope.relations)
        return None
    parameters = list(relation.parameters.values())
    if context.scope.has_lost(relation.name):
        return None
    if len(given.values) != len(parameters):
        names = ", ".join(p.name for p in parameters)
        context.error(
            "E043", f"`{relation.name}` has {len(parameters)} parameters, not {len(given.values)}", given.span, names
        )
        return None
    facts = {}
    for parameter, value in zip(parameters, given.values, strict=True):
        fact = _fact(value, parameter.type, context, ids)
        if fact is not None and not _refused(fact, parameter, value, context):
            facts[parameter.name] = fact
    return ir.GivenRow(relation.name, facts, given.span)


def _refused(fact: Fact, field: ir.Field, tree: t.GivenValue, context: Context) -> bool:
    """Whether it is *not applicable* of what always applies."""
    if not field.always or fact is not State.NOT_APPLICABLE:
        return False
    context.error("E044", f"`{field.name}` always applies", tree.span, "write `unknown` for what nobody knows")
    return True


def _member(given: t.GivenMember, context: Context) -> tuple[str, str | date] | None:
    found = context.scope.lists.get(given.list.text)
    if found is None:
        context.scope.unknown("E030", "list", given.list.text, given.list.span, context.scope.lists)
        return None
    if found.type.kind is Kind.COUNTRY and given.member.text not in CODES:
        context.error("E044", f"`{given.member.text}` is not a country code", given.member.span)
    if found.type.form is not None:
        code = operand(t.TextLiteral(given.member.span, given.member.text), context, found.type)
        return (given.list.text, str(code.value)) if isinstance(code, n.Known) else None
    if found.type.kind is Kind.DATE:
        day = parse_date(given.member.text)
        if day is None:
            context.error("E044", f"`{given.member.text}` is not a date", given.member.span, "write year-month-day")
        return None if day is None else (given.list.text, day)
    return (given.list.text, given.member.text)


def _fact(tree: t.GivenValue, wanted: Type, context: Context, ids: Mapping[str, str]) -> Fact | None:
    if isinstance(tree, t.GivenState):
        return STATES[tree.state]
    if isinstance(tree, t.GivenRange):
        low = _fact(tree.low, wanted, context, ids)
        high = _fact(tree.high, wanted, context, ids)
        if low is None or high is None:
            return None
        if not wanted.is_ordered or low > high:  # type: ignore[operator]
            context.error("E044", "this range is empty", tree.span, "write the lower bound first")
            return None
        return Range(low, high)  # type: ignore[arg-type]
    found = operand(tree, context, wanted)
    if found is None:
        return None
    if type_of(found).kind is Kind.NUMBER and wanted.kind is Kind.QUANTITY:
        mismatch(context, wanted, NUMBER, tree.span)
        return None
    if wanted.kind is Kind.SET and isinstance(found, n.SetOf):
        if found.items and not compatible(wanted, found.type):
            mismatch(context, wanted, found.type, tree.span)
            return None
        values = [_constant(item, context, ids, tree) for item in found.items]
        return frozenset(str(v) for v in values if v is not None)
    if not compatible(wanted, type_of(found)):
        mismatch(context, wanted, type_of(found), tree.span)
        return None
    return _constant(found, context, ids, tree)


def _constant(found: n.Operand, context: Context, ids: Mapping[str, str], tree: t.Operand) -> Value | None:
    match found:
        case n.Known(value=value) if not isinstance(value, Duration):
            return value
        case n.Variable(name=name) if name in ids:
            return ids[name]
        case n.Arithmetic(operator="-", left=n.Known(value=0), right=n.Known(value=value)):
            return -value  # type: ignore[operator]
        case _:
            context.error("E044", "a given fact is a plain value", tree.span, "write the value itself")
            return None


# ---- expectations


def _expect(
    tree: t.Expect | t.ExpectRule, context: Context, ids: Mapping[str, str]
) -> ir.ExpectTruth | ir.ExpectStatus | ir.ExpectBounds | ir.ExpectCheck | None:
    if isinstance(tree, t.ExpectRule):
        return _expect_check(tree, context, ids) if tree.is_check else _expect_rule(tree, context, ids)
    because = tuple(
        found
        for path in tree.because
        if (found := rule_named(context.scope, context.module, path.text, path.span, anywhere=True)) is not None
    )
    details = tuple(word.text for word in tree.details)
    if isinstance(tree.condition, t.Between) and not tree.unknown:
        reading = decision_read(tree.condition.operand, context)
        if reading is not None:
            return _expect_bounds(tree.condition, reading, context, tree)
    formula = condition(tree.condition, context)
    if _is_weighed_elsewhere(formula, context):
        return None
    if tree.details and not isinstance(formula, n.Outcome | n.Constant):  # of what is wrong it is told elsewhere
        context.error("E057", "only a decision has details", tree.details[0].span)
    return ir.ExpectTruth(formula, tree.unknown, details, because, tree.span)


def _is_weighed_elsewhere(formula: n.Formula, context: Context) -> bool:
    """Whether it is about points that another module gives anew: what a library expects of its own is not asked."""
    weighed = context.scope.weighed
    scores = {node.name for node in walk(formula) if isinstance(node, n.ScoreOf)}
    return any(weighed[name][0] is not context.module for name in scores & weighed.keys())


def _expect_bounds(
    tree: t.Between, reading: tuple[ir.Decision, n.Operand, str], context: Context, whole: t.Expect
) -> ir.ExpectBounds | None:
    """`expect D of t is between A and B`: the bounds themselves."""
    decision, subject, view = reading
    low = outcome_named(tree.low, decision, context)
    high = outcome_named(tree.high, decision, context)
    if low is None or high is None or not isinstance(subject, n.Variable):
        return None
    return ir.ExpectBounds(decision.name, subject, view, low, high, whole.span)


def _expect_rule(tree: t.ExpectRule, context: Context, ids: Mapping[str, str]) -> ir.ExpectStatus | None:
    rule = rule_named(context.scope, context.module, tree.rule.text, tree.rule.span, anywhere=True)
    by = (
        None
        if tree.by is None
        else rule_named(context.scope, context.module, tree.by.text, tree.by.span, anywhere=True)
    )
    if rule is None:
        return None
    _, item = context.scope.rule_trees[rule]
    assert isinstance(item, t.Rule | t.Table | t.Obligation)
    subject = _subject(tree, item, context, ids)
    return None if subject is None else ir.ExpectStatus(rule, tree.status, by, subject, tree.span)


def _expect_check(tree: t.ExpectRule, context: Context, ids: Mapping[str, str]) -> ir.ExpectCheck | None:
    item = context.scope.checks.get(tree.rule.text)
    if item is None:
        context.scope.unknown("E055", "check", tree.rule.text, tree.rule.span, context.scope.checks)
        return None
    if tree.status not in ("holds", "fails", "unknown"):
        context.error(
            "E047",
            "a check holds, fails or is unknown",
            tree.span,
            f"`expect check {tree.rule.text} holds`, or `fails`",
        )
        return None
    subject = _subject(tree, item, context, ids)
    return None if subject is None else ir.ExpectCheck(tree.rule.text, tree.status, subject, tree.span)


def _subject(
    tree: t.ExpectRule, item: t.Rule | t.Table | t.Obligation | t.Check, context: Context, ids: Mapping[str, str]
) -> str | None:
    """The id of the given that an expectation is about."""
    wanted = item.clauses.parameters[0].type.span.text if item.clauses.parameters else ""
    if wanted not in context.scope.entities:
        return None  # what it is about is not known, which has been said
    fitting = [name for name, type_ in context.variables.items() if type_.name == wanted]
    if tree.subject is not None:
        if tree.subject.text not in ids:
            context.scope.unknown("E030", "given", tree.subject.text, tree.subject.span, ids)
            return None
        if tree.subject.text not in fitting:
            if tree.subject.text in context.lost:
                return None
            context.error(
                "E042",
                f"`{tree.rule.text}` is about a {wanted}, and `{tree.subject.text}` is not one",
                tree.subject.span,
            )
            return None
        return ids[tree.subject.text]
    if len(fitting) != 1 and context.lost:
        return None
    if len(fitting) != 1:
        context.error(
            "E049",
            f"`{tree.rule.text}` could be asked for several of the givens, or for none",
            tree.span,
            "end with `for` and its name",
        )
        return None
    return ids[fitting[0]]
