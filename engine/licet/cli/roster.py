"""`licet roster`: who may touch what, how releases to them are decided, and what is due."""

from __future__ import annotations

from functools import partial

import click

from licet.cli.asked import CommandLine
from licet.cli.record_lists import WIDE, listing
from licet.cli.screen import text_width
from licet.cli.subjects import find_subject
from licet.decide.decision import NOTICE
from licet.release import roster as access
from licet.report.escapes import for_json


@listing("roster", of="PERSON")
def roster(asked: CommandLine, only: str | None, format_: str) -> None:
    """Who has access to what in the inventory FACTS, or what PERSON has: why, whether a release is on record and how it
    is decided, and what is due.

    Example: licet roster fixtures/frontier person-05
    """
    policy, inventory = asked.load()
    entity = access.holder(policy)
    wanted = [find_subject(policy, inventory, only, entity)] if only else list(inventory.subjects(entity))
    found = access.read(inventory, wanted, partial(asked.decide, policy, inventory))
    if format_ == "json":
        persons = [access.document(one) for one in found]
        click.echo(for_json({"schema": "licet/roster/1", "persons": persons, "notice": NOTICE}, indent=2))
        return
    shown = "".join(access.text(one, text_width(WIDE)) for one in found) or "no access is on record\n"
    click.echo(f"{shown}{NOTICE}")
