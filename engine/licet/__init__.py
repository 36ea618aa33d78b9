"""Licet evaluates export-control policies for AI models and proves every answer.

    import licet

    policy = licet.load()                                        # the shipped library; or files and folders
    facts = policy.facts("fixtures/frontier")                    # an inventory, checked against the vocabulary
    decision = policy.decide(facts, [("Transfer", "t-swiss")])[0]
    decision.overall                                             # what is decided, as far as the facts tell
    policy.explain(decision)                                     # why, and why nothing else
    policy.plan(facts, ("Model", "claude-fable-5"), as_of="2026-11-20")     # what would lawfully make answers milder

A `Policy` decides inventories (`decide`), tables of any size (`decide_table`), single cases at once (`gate`) and every
model against every destination (`matrix`); `licet.spark.decide` does so on a cluster. All take `as_of`, `today`,
`jurisdictions` and `engine`, which mean the same everywhere. What a user wrote wrongly raises `FindingsError`
(`PolicyError`, `FactsError`) with every finding; a call that asks for what is not there raises `UsageError`; a fault of
Licet `EngineError`. All are `LicetError`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from licet.errors import EngineError, FactsError, FindingsError, LicetError, PolicyError, UsageError

if TYPE_CHECKING:
    from licet.api import Policy, load
    from licet.decide.decision import Answer, Decision, Missing, Overall
    from licet.decide.gate import Gate, GateAnswer
    from licet.diagnostics import Diagnostic
    from licet.explain.proof import Explanation
    from licet.explain.ways import Plan
    from licet.facts.store import Facts, Subject
    from licet.trials.all import Trials

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Decision",
    "Diagnostic",
    "EngineError",
    "Explanation",
    "Facts",
    "FactsError",
    "FindingsError",
    "Gate",
    "GateAnswer",
    "LicetError",
    "Missing",
    "Overall",
    "Plan",
    "Policy",
    "PolicyError",
    "Subject",
    "Trials",
    "UsageError",
    "__version__",
    "load",
]
_HOMES = {
    "licet.api": ("Policy", "load"),
    "licet.decide.decision": ("Answer", "Decision", "Missing", "Overall"),
    "licet.decide.gate": ("Gate", "GateAnswer"),
    "licet.trials.all": ("Trials",),
    "licet.diagnostics": ("Diagnostic",),
    "licet.explain.proof": ("Explanation",),
    "licet.explain.ways": ("Plan",),
    "licet.facts.store": ("Facts", "Subject"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """What is exported, imported when it is first asked for: the command line starts faster."""
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module `licet` has no `{name}`")


def __dir__() -> list[str]:
    return sorted(__all__)
