"""Options that several commands take, and what they stand for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from licet.decide.asked_for import check_jurisdictions
from licet.decide.dates import has_undated
from licet.decide.table.result_table import decisions_about
from licet.errors import FactsError
from licet.facts.files.addresses import located
from licet.facts.files.databases import ask
from licet.facts.files.opened import FORMAT, FORMATS
from licet.facts.inventory.from_tables import Reading, read_sources
from licet.facts.store import Facts
from licet.ir.outcomes import jurisdictions_of
from licet.ir.policy import COMMON, Policy
from licet.loading.policy_files import load_policy
from licet.run.engines import NAMES
from licet.values import parse_date

C = TypeVar("C", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A date of the command line."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        found = parse_date(str(value))
        if found is None:
            self.fail(f"`{value}` is not a date; write year-month-day, for example 2026-06-15", param, ctx)
        return found


class Location(click.ParamType[Path]):
    """Where an inventory stands: a file, a folder, a pattern, `-`, or an address such as `s3://bucket/folder`."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = value if isinstance(value, Path) else located(str(value))
        if ctx is not None and param is not None and param.name == "facts":
            ask(path, ctx.meta.get("licet.query"))
        return path


def paths_option(*names: str, metavar: str, words: str, type_: click.ParamType[Any] | None = None) -> Callable[[C], C]:
    """An option that takes a file or a folder, and may be repeated."""
    type_ = type_ or click.Path(path_type=Path)
    return click.option(*names, multiple=True, type=type_, metavar=metavar, help=words)


def policy_option(command: C) -> C:
    words = "A policy file or folder; may be repeated. Default: the shipped library."
    return paths_option("--policy", "policies", metavar="PATH", words=words)(command)


def inventory_options(command: C) -> C:
    """`--table` and `--map`, which `read_inventory` looks at: what a table that does not say so is a table of.

    `--input-format` says of what kind a file is that does not say so.
    """
    command = click.option(
        "--input-format",
        type=click.Choice(list(FORMATS)),
        expose_value=False,
        callback=_tell_format,
        help="What standard input (`-`), or a file without a known ending, is. Default: as its beginning tells.",
    )(command)
    for name, type_, words in (
        ("--map", click.Path(path_type=Path), "A file that says what the columns of foreign tables mean."),
        ("--table", str, "The entity or relation that a single table is of, where its name does not tell."),
        ("--query", str, "What is read of a database, in SQL. Default: its tables called like entities and relations."),
    ):
        option = click.option(
            name,
            type=type_,
            expose_value=False,
            is_eager=name == "--query",  # FACTS is read by it
            callback=_keep,
            metavar={"--map": "FILE", "--table": "NAME", "--query": "SQL"}[name],
            help=words,
        )
        command = option(command)
    return command


def _tell_format(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        # Of the whole command line: a command of which another word is wrong is never entered, and never closed.
        ctx.find_root().call_on_close(partial(FORMAT.reset, FORMAT.set(value)))


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    ctx.meta[f"licet.{param.name}"] = value


def read_inventory(policy: Policy, facts: Path, *further: Path) -> Reading:
    """The inventory that the command line names, with every finding."""
    meta = click.get_current_context().meta
    sources = [(facts, meta.get("licet.table")), *((path, None) for path in further)]
    return read_sources(sources, policy, mapping=meta.get("licet.map"))


jurisdiction_option = click.option(
    "--jurisdiction",
    "jurisdictions",
    multiple=True,
    metavar="NAME",
    help="Only this jurisdiction, for example US; may be repeated.",
)


def typed() -> tuple[str, ...]:
    """The words of the command line, without the name of the program."""
    words: tuple[str, ...] = click.get_current_context().find_root().meta.get("licet.words", ())
    return words


engine_option = click.option(
    "--engine", "engine_name", type=click.Choice(NAMES), default="auto", help="Which engine decides."
)


def verbose_option(command: C) -> C:
    """`--verbose`: what the engine room logs goes to stderr."""
    return click.option(
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_verbose,
        help="Say which engine decides or which table is held, and why.",
    )(command)


def _verbose(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        handler = _ToStderr()
        log = logging.getLogger("licet")
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        ctx.find_root().call_on_close(lambda: log.removeHandler(handler))


class _ToStderr(logging.Handler):
    """Each message once."""

    def __init__(self) -> None:
        super().__init__()
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text not in self._said:
            self._said.add(text)
            click.echo(text, err=True)


def deciding_options(command: C) -> C:
    """`--policy`, `--as-of`, `--jurisdiction`, `--engine`, `--verbose`, and the options of an inventory."""
    for option in (
        inventory_options,
        verbose_option,
        engine_option,
        jurisdiction_option,
        click.option("--as-of", type=Day(), help="The date that governs every decision."),
    ):
        command = option(command)
    return policy_option(command)


def load(facts: Path, policies: tuple[Path, ...]) -> tuple[Policy, Facts]:
    """The policy and the inventory that a command names."""
    policy = load_policy(policies)
    return policy, load_facts(policy, facts)


def load_for_day(
    facts: Path, policies: tuple[Path, ...], jurisdictions: tuple[str, ...], as_of: date | None
) -> tuple[Policy, Facts, date]:
    """The same, with the day on which somebody asks.

    Errors: also `UsageError` for a jurisdiction that the policy does not know.
    """
    policy, inventory = load(facts, policies)
    check_jurisdictions(policy, jurisdictions)
    return policy, inventory, day_asked(inventory, as_of)


def day_asked(facts: Facts, as_of: date | None) -> date:
    """The day on which somebody asks: the one that is named, else the inventory's, else today."""
    return as_of or facts.as_of or date.today()  # noqa: DTZ011 - the user's own calendar day


def load_facts(policy: Policy, facts: Path, *further: Path) -> Facts:
    """The inventory that the command line names. Errors: `FactsError` with every finding."""
    reading = read_inventory(policy, facts, *further)
    if not reading.usable:
        raise FactsError(reading.diagnostics)
    return reading.facts


def today(policy: Policy, facts: Facts, as_of: date | None) -> date:
    """Today, for subjects without any date; said aloud where it will be used."""
    decided = {d.entity for d in policy.decisions.values()}
    types = [type_ for type_ in decided if has_undated(policy.entities[type_], facts.entities.get(type_, {}))]
    return day_for_undated(policy, types, as_of or facts.as_of)


def day_for_undated(policy: Policy, types: Iterable[str], given: date | None) -> date:
    """Today; said aloud where no day is given and one of these types of subjects has none of its own."""
    now = date.today()  # noqa: DTZ011 - the user's own calendar day
    if given is None and not all(policy.entities[type_].always_dated for type_ in types):
        click.echo(f"no date given: subjects without one are decided as of today, {now}", err=True)
    return now


def note_undecided(policy: Policy, types: Iterable[str], jurisdictions: Iterable[str]) -> None:
    """Says aloud where a jurisdiction was asked for whose rules decide nothing about a type: its answers stay empty."""
    for type_ in types:
        decided = {place for d in decisions_about(policy, [type_]) for place in jurisdictions_of(policy, d.name)}
        for place in jurisdictions:
            if decided and place not in decided:
                known = ", ".join(sorted(decided - {COMMON})) or "no jurisdiction"
                click.echo(f"no rule of {place} decides about {type_}; rules about it stand in {known}", err=True)
