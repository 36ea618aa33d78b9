"""Inventories from disk: a YAML file, or a folder of them."""

from __future__ import annotations

from pathlib import Path

from licet.diagnostics import Diagnostic, Findings, Source
from licet.errors import FactsError, UsageError
from licet.facts.from_yaml import facts_from_yaml
from licet.facts.store import Facts
from licet.ir.policy import Policy

SUFFIXES = (".yaml", ".yml")


def load_facts(path: Path, policy: Policy) -> Facts:
    """The facts in a file or folder. Errors: `FactsError` with every finding, `UsageError` if nothing is there."""
    facts, diagnostics = check_facts(path, policy)
    if any(d.severity == "error" for d in diagnostics):
        raise FactsError(diagnostics)
    return facts


def check_facts(path: Path, policy: Policy) -> tuple[Facts, tuple[Diagnostic, ...]]:
    """Like `load_facts`, with all findings instead of an exception."""
    findings = Findings()
    sources = []
    for file in _files(path):
        try:
            sources.append(Source(str(file), file.read_text(encoding="utf-8-sig")))
        except UnicodeDecodeError as error:
            findings.error(
                "F001", f"`{file}` is not UTF-8 text: the byte at {error.start} cannot be read", help="save it as UTF-8"
            )
    facts, diagnostics = facts_from_yaml(sources, policy)
    return facts, (*findings.sorted(), *diagnostics)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(f"there is no file or folder `{path}`")
    found = sorted(f for f in path.rglob("*") if f.suffix in SUFFIXES)
    if not found:
        raise UsageError(f"there is no inventory (*.yaml) in `{path}`")
    return found
