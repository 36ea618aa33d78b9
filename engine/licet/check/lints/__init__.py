"""Lint rules: what is allowed by the language and rarely meant. One file each; `RULES` is their table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from licet.check.lints import (
    because_untested,
    dead_rule,
    gapped_versions,
    idle_interval,
    misleading_indentation,
    never_concluded,
    shadowed_rule,
    silent_provision,
    taken_away,
    uncited_rule,
    undated_decision,
    undeclared_provision,
    untested_rule,
    unused,
    useless_exception,
)
from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic

RULES: dict[str, Callable[[Linted], Iterator[Diagnostic]]] = {
    "W002": dead_rule.lint,
    "W003": shadowed_rule.lint,
    "W004": useless_exception.lint,
    "W005": gapped_versions.lint,
    "W007": never_concluded.lint,
    "W008": idle_interval.lint,
    "W010": silent_provision.lint,
    "W011": undeclared_provision.lint,
    "W012": undated_decision.lint,
    "S001": uncited_rule.lint,
    "S002": unused.lint,
    "S003": misleading_indentation.lint,
    "S004": because_untested.lint,
    "S005": untested_rule.lint,
    "S006": taken_away.lint,
}
