"""`licet licences`: what licences that are held still carry, shipment by shipment, and what their conditions ask."""

from __future__ import annotations

from functools import partial

import click

from licet.cli.asked import CommandLine
from licet.cli.options import day_asked
from licet.cli.record_lists import WIDE, listing
from licet.cli.screen import text_width
from licet.cli.subjects import find_subject
from licet.decide.decision import NOTICE
from licet.release import licences as held
from licet.report.escapes import for_json


@listing("licences", of="LICENCE")
def licences(asked: CommandLine, only: str | None, format_: str) -> None:
    """What the licences of the inventory FACTS, or LICENCE, still carry: units and value that are left, shipments by
    day, those that race for one balance, and conditions to be told or acknowledged.

    Example: licet licences fixtures/frontier licence-06
    """
    policy, inventory = asked.load()
    held.check_policy(policy)
    known = sorted(inventory.subjects(held.LICENCE))
    wanted = [find_subject(policy, inventory, only, types=[held.LICENCE])] if only else known
    day = day_asked(inventory, asked.as_of)
    found = held.read(policy, inventory, wanted, day, partial(asked.decide, policy, inventory))
    if format_ == "json":
        listed = [held.document(one) for one in found]
        click.echo(for_json({"schema": "licet/licences/1", "licences": listed, "notice": NOTICE}, indent=2))
        return
    shown = "".join(held.text(policy, one, text_width(WIDE)) for one in found) or "no licence is on record\n"
    click.echo(f"as of {day}\n{shown}{NOTICE}")
