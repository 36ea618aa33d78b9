"""The head of commands that list records: what they take, of one of which or of all, and as what it is printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path

import click

from licet.cli.asked import CommandLine
from licet.cli.options import Location, deciding_options

WIDE = 100  # columns at most, however wide a terminal is


def listing(name: str, of: str) -> Callable[[Callable[[CommandLine, str | None, str], None]], click.Command]:
    """A command of this name over FACTS and, where it is named, one of them alone, which its help calls `of`."""

    def made(command: Callable[[CommandLine, str | None, str], None]) -> click.Command:
        @click.command(name=name)
        @click.argument("facts", type=Location(), metavar="FACTS")
        @click.argument("only", required=False, metavar=f"[{of}]")
        @deciding_options
        @click.option(
            "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to print it."
        )
        @wraps(command)
        def run(
            facts: Path,
            only: str | None,
            policies: tuple[Path, ...],
            as_of: date | None,
            jurisdictions: tuple[str, ...],
            engine_name: str,
            format_: str,
        ) -> None:
            command(CommandLine(facts, policies, as_of, jurisdictions, engine_name), only, format_)

        return run

    return made
