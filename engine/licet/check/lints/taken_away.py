"""S006: an exception that rebuts one conclusion of a rule, and takes another away without a word."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.graphs import results
from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """What it excepts concludes something that it does not state itself."""
    for rule in linted.rules():
        targets = [linted.policy.rules[target] for target in rule.excepts] if rule.effects else []
        for target in {target.group: target for target in targets}.values():
            taken = sorted(results(target) - results(rule))
            if taken:
                names = " and ".join(f"the {sort} `{name}`" for sort, name in taken)
                yield Diagnostic(
                    "S006",
                    f"`{rule.name}` takes away {names}, which `{target.name}` concludes",
                    rule.span,
                    others=((target.span, "what it excepts"),) if target.span else (),
                    help=f"state it in `{rule.name}` too, or split `{target.name}` into two rules",
                    severity="style",
                )
