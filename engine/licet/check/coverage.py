"""What of the law is encoded: the declared provisions of each authority (language.md#coverage-of-law)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from licet.check.rules import citations
from licet.check.scope import ModuleScope, Scope
from licet.ir import policy as ir
from licet.syntax import tree as t


def coverage(scope: Scope, module: ModuleScope, tree: t.Coverage) -> Iterator[ir.Provision]:
    """The provisions of one declaration, in its order."""
    review = _review(scope, tree.review)
    for line in tree.lines:
        cites = citations(scope, module, [t.Cites(line.span, tree.authority, line.sections)])
        for cite, word in zip(cites, line.sections, strict=False):
            yield ir.Provision(
                cite.authority,
                cite.section,
                line.state,
                line.because,
                tree.as_read,
                module.name,
                cite.url,
                word.span,
                review,
                tree.authority.span,
            )


def _review(scope: Scope, tree: t.NumberLiteral | None) -> int | None:
    if tree is None:
        return None
    if tree.value.denominator == 1 and tree.value >= 1:
        return int(tree.value)
    scope.findings.error(
        "E072",
        "a law is read again within a whole number of days, and at least one",
        tree.span,
        help="write `review within 180 days`",
    )
    return None


def check_coverage(scope: Scope, found: Sequence[ir.Provision], rules: Mapping[str, ir.Rule]) -> None:
    """A provision is declared once, and what is said to be encoded is cited by a rule."""
    first: dict[tuple[str, str], ir.Provision] = {}
    lacks_rules = scope.forgives_rules or not scope.rule_trees.keys() <= {rule.group for rule in rules.values()}
    cited = {str(cite): cite for rule in rules.values() if rule.kind != "gap" for cite in rule.cites}
    for provision in found:
        before = first.setdefault((provision.authority, provision.section), provision)
        if before is not provision:
            scope.findings.error(
                "E072",
                f"{provision} is declared twice",
                provision.span,
                label="second time",
                others=((before.span, "first time"),) if before.span else (),
                help="keep one of them",
            )
        elif lacks_rules:
            continue  # what cites it may be one of them
        elif provision.state == "encoded" and not any(provision.covers(cite) for cite in cited.values()):
            scope.findings.error(
                "E072",
                f"{provision} is said to be encoded, and no rule cites it",
                provision.span,
                help="let the rule cite it, or say `not encoded` and write a gap",
            )
