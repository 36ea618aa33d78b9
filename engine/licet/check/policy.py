"""Syntax trees to a checked policy, with every finding of one run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from licet.check.checks import declare_checks, fact_checks
from licet.check.codes import Codes
from licet.check.conditions import condition
from licet.check.context import Context
from licet.check.coverage import check_coverage, coverage
from licet.check.declarations import collect_modules, declare_all
from licet.check.defines import check_defines, declare_defines
from licet.check.directives import directive
from licet.check.earned import with_earned
from licet.check.examples import example
from licet.check.graphs import check_defeat, check_strata
from licet.check.groups import resolve_targets
from licet.check.lints import RULES
from licet.check.lints.subject import Linted
from licet.check.obtainables import obtainables
from licet.check.parameters import Files, declare_parameters
from licet.check.rules import obligation, parameter_context, rule, score_items
from licet.check.scope import ModuleScope, Scope
from licet.check.scores import finish_scores
from licet.check.tables import table
from licet.diagnostics import Diagnostic, Findings, Source
from licet.ir import policy as ir
from licet.ir.strata import Strata
from licet.ir.types import Type
from licet.syntax import tree as t
from licet.syntax.from_text import Parsed
from licet.told_once import told_once


@dataclass(frozen=True, slots=True)
class Checked:
    """A policy and what was found in it; with an error among the findings it must not be run."""

    policy: ir.Policy
    diagnostics: tuple[Diagnostic, ...]
    beside: frozenset[str] = frozenset()  # files that were loaded to know what is in them, and are not judged


def is_in(diagnostic: Diagnostic, files: Collection[str]) -> bool:
    """Whether a finding is about some files and no other: a name that is taken twice is about both places."""
    spans = [span for span, _ in diagnostic.others]
    if diagnostic.span is not None:
        spans.append(diagnostic.span)
    return bool(spans) and all(span.source.name in files for span in spans)


def check(
    name: str,
    parsed: Iterable[Parsed],
    lists: Mapping[str, ir.DatedList],
    own: Collection[str] | None = None,
    codes: Codes | None = None,
    parameters: Files | None = None,
) -> Checked:
    """Checks all texts of a policy together. `lists` are the dated lists they declare, by name; `codes` the
    codes whose files were read; `parameters` the rows of those that have a file.

    Lint rules look at the texts named in `own`, or at all.
    """
    texts = list(parsed)
    findings = Findings()
    for text in texts:
        for diagnostic in text.diagnostics:
            findings.add(diagnostic)
    scope = Scope(findings, {word for text in texts for word in text.unread})
    sources: list[tuple[Source, tuple[t.Item, ...]]] = [(text.source, text.items) for text in texts]
    collect_modules(scope, sources)
    declare_all(scope, lists, codes or {})
    finish_scores(scope)
    declare_checks(scope)
    declare_parameters(scope, parameters or {})
    declare_defines(scope)
    check_defines(scope)
    built = [r for module in scope.modules.values() for item in module.items for r in _rules(scope, module, item)]
    rules = with_earned(scope, resolve_targets(scope, _by_id(built, findings)))
    provisions = tuple(
        p for m in scope.modules.values() for i in m.items if isinstance(i, t.Coverage) for p in coverage(scope, m, i)
    )
    check_coverage(scope, provisions, rules)
    strata = Strata(rules, (m.jurisdiction for m in scope.modules.values() if m.jurisdiction))
    if check_defeat(rules, findings, scope.rule_groups):
        check_strata(strata, rules, findings)
    policy = ir.Policy(
        name=name,
        modules={m.name: _module(m) for m in scope.modules.values()},
        entities=scope.entities,
        relations=scope.relations,
        units=scope.units,
        lists=scope.lists,
        decisions=scope.decisions,
        scores=scope.scores,
        rules=rules,
        properties=_properties(scope),
        tables=_tables(scope),
        analysed_tables=frozenset(scope.analysed_tables),
        tests=tuple(example(scope, m, i) for m in scope.modules.values() for i in m.items if isinstance(i, t.Test)),
        coverage=provisions,
        parameters=scope.parameters,
        checks=fact_checks(scope),
        obtainables=obtainables(scope),
        defines={define.name: define.tree.phrase for define in scope.defines.values()},
    )
    scope.report_missing_uses()
    if not findings.has_errors:
        _lint(policy, scope, findings, own)
    return Checked(policy, told_once(findings.sorted()))


def _tables(scope: Scope) -> dict[str, str]:
    """The hit of each table, by its full name."""
    return {f"{m.name}.{i.name.text}": i.hit for m in scope.modules.values() for i in m.items if isinstance(i, t.Table)}


def _is_own(module: ModuleScope, own: Collection[str] | None) -> bool:
    tree = module.tree
    return own is None or (tree is not None and tree.span.source.name in own)


def _lint(policy: ir.Policy, scope: Scope, findings: Findings, own: Collection[str] | None) -> None:
    """Runs every lint rule on a policy that has no errors, about the author's own modules."""
    linted = Linted(
        policy,
        {m.name: (*m.uses, *m.items) for m in scope.modules.values() if _is_own(m, own)},
        {define.name for define in scope.defines.values() if define.is_used},
    )
    for lint in RULES.values():
        for diagnostic in lint(linted):
            findings.add(diagnostic)


def _module(module: ModuleScope) -> ir.Module:
    tree = module.tree
    return ir.Module(
        module.name, tree.title if tree else "", module.jurisdiction, module.authorities, tree.notes if tree else ()
    )


def _rules(scope: Scope, module: ModuleScope, item: t.Item) -> Iterable[ir.Rule]:
    match item:
        case t.Rule(kind="directive"):
            yield from directive(scope, module, item)
        case t.Rule():
            if (built := rule(scope, module, item)) is not None:
                yield built
        case t.Score():
            yield from score_items(scope, module, item)
        case t.Table():
            yield from table(scope, module, item)
        case t.Obligation():
            if (duty := obligation(scope, module, item)) is not None:
                yield duty
        case _:
            pass


def _by_id(built: Iterable[ir.Rule], findings: Findings) -> dict[str, ir.Rule]:
    """Two rules of one id could be made from names that differ, a row's of `m.table` and a module's `m.table.row_1`."""
    rules: dict[str, ir.Rule] = {}
    for found in built:
        first = rules.setdefault(found.id, found)
        if first.group != found.group and found.span is not None and first.span is not None:
            findings.error(
                "E034",
                f"the rule `{found.id}` is made twice",
                found.span,
                label="second time",
                others=((first.span, "first time"),),
                help="rename one of them, or the module that it stands in",
            )
    return rules


def _properties(scope: Scope) -> tuple[ir.Property, ...]:
    return tuple(_property(scope, m, i) for m in scope.modules.values() for i in m.items if isinstance(i, t.Property))


def _property(scope: Scope, module: ModuleScope, tree: t.Property) -> ir.Property:
    variables: dict[str, Type] = {}
    for parameter in tree.parameters:
        context = parameter_context(scope, module, parameter)
        if context is not None:
            variables.update(context.variables)
    lost = frozenset(parameter.name.text for parameter in tree.parameters) - variables.keys()
    context = Context(scope, module, variables, lost=lost)
    when = None if tree.when is None else condition(tree.when, context)
    return ir.Property(
        f"{module.name}.{tree.name.text}",
        tree.title,
        tuple((name, type_.name) for name, type_ in variables.items()),
        when,
        condition(tree.then, context),
        tree.name.span,
    )
