"""What every test shares: the library, the inventory, and hypothesis made repeatable."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from licet.facts.inventory import load_facts
from licet.facts.policy_files import load_policy
from licet.facts.store import Facts
from licet.ir.policy import Policy

ROOT = Path(__file__).parent.parent

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def library() -> Policy:
    return load_policy()


@pytest.fixture(scope="session")
def frontier(library: Policy) -> Facts:
    return load_facts(ROOT / "fixtures" / "frontier", library)
