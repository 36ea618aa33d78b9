"""The `licet` command and what all of its commands share: exit codes, messages, faults."""

from __future__ import annotations

import os
import sys
from collections import UserDict
from importlib import import_module
from typing import Any

import click

from licet import __version__
from licet.cli.screen import echo_findings
from licet.errors import FindingsError, LicetError, UsageError
from licet.facts.files.addresses import note_secrets, public, without_secrets
from licet.names import printable
from licet.report.diagnostics_full import render, summary

USAGE = 2
UNREAD = 141  # of whoever writes to a reader that has gone: what a shell says of it
_ALIKE = (
    "check test fmt decide batch report explain receipt verify matrix diff watch plan gate audit_status roster "
    "licences coverage rule law vocabulary lists"
)
_HOMES = {name.replace("_", "-"): f"{name}.{name}" for name in _ALIKE.split()}
_HOMES |= {"map": "guess_map.map_", "help": "help_page.help_", "read": "rule.read"}


class _Commands(UserDict[str, Any]):
    """Each command by its name, from the module and by the function that it has there.

    It is imported when it is asked for: what decides needs nothing of what watches or draws pages, and all the others
    took a fifth of the time in which a command starts.
    """

    def __getitem__(self, name: str) -> Any:
        module, function = self.data[name].split(".")
        return getattr(import_module(f"licet.cli.{module}"), function)


class LicetGroup(click.Group):
    """Turns findings into messages, and faults of ours into one line instead of a stack trace."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for word in args:
            if "\0" in word:
                raise click.UsageError(f"`{printable(word)}` has a NUL character in it, which no name has", ctx)
        note_secrets(args)
        ctx.meta["licet.words"] = tuple(map(public, args))
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> None:
        try:
            try:
                super().invoke(ctx)
            finally:
                sys.stdout.flush()  # while somebody can be told that it fails
        except FindingsError as error:
            echo_findings(render(error.diagnostics), err=True)
            click.echo(summary(error.diagnostics), err=True)
        except UsageError as error:
            echo_findings(f"error: {printable(without_secrets(str(error)))}", err=True)
        except LicetError as error:
            echo_findings(f"internal fault: {printable(without_secrets(str(error)))}", err=True)
        except BrokenPipeError:  # `licet … | head` has read what it wanted
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(UNREAD)
        except OSError as error:
            echo_findings(f"error: {printable(without_secrets(_of_system(error)))}", err=True)
        except RecursionError:
            echo_findings("error: the policy is nested too deeply; split its conditions into terms", err=True)
        except click.ClickException as error:
            said = without_secrets(error.format_message())
            if said != error.format_message():
                raise click.UsageError(said, getattr(error, "ctx", None)) from None
            raise
        except (click.exceptions.Exit, click.Abort):
            raise
        except Exception as fault:
            if os.environ.get("LICET_TRACEBACK"):
                raise
            said = printable(without_secrets(str(fault)))
            echo_findings(f"internal fault: {type(fault).__name__}: {said}; please report it", err=True)
        else:
            return
        ctx.exit(USAGE)


def _of_system(error: OSError) -> str:
    """What the system says of a file; a library's own words where it has no number of the system's."""
    said = os.strerror(error.errno) if error.errno else str(error)
    return f"{said}: {error.filename}" if error.filename else said


@click.group(
    cls=LicetGroup,
    commands=_Commands(_HOMES),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="licet")
def main() -> None:
    """Export-control policies for AI models: check them, decide by them, and see why.

    Example: licet decide fixtures/frontier --as-of 2026-06-15
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
