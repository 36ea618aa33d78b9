"""`licet explain`: the answer for one subject, its proof, and why no other."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import click

from licet.cli.asked import CommandLine
from licet.cli.explain_all import check_all, explain_all
from licet.cli.explain_beside import explain_beside
from licet.cli.explain_when import explain_when
from licet.cli.options import Day, Location, deciding_options
from licet.cli.outputs import claimed_outputs, deliver
from licet.cli.screen import text_width
from licet.cli.subjects import find_asked
from licet.decide.decision import Decision
from licet.errors import UsageError
from licet.explain.named import narrowed
from licet.explain.questions import questions
from licet.explain.verdict import Verdict
from licet.explain.verdict import verdict as verdict_on
from licet.names import printable
from licet.report import explanation_json, verdict_words
from licet.report.decisions import asked_format
from licet.report.explanation_pdf import checked_browser
from licet.report.explanations import FORMATS, file_of, render_document

_LOG = logging.getLogger(__name__)
_WIDE = 110  # columns


@click.command()
@click.argument("facts", type=Location(), metavar="FACTS")
@click.argument("subject", required=False)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@deciding_options
@click.option(
    "--all", "all_", is_flag=True, help="Every subject (of NAMEs alone): a page each, and an index, in OUTPUT."
)
@click.option("--replace", is_flag=True, help="With --all: in place of pages that are there.")
@click.option(
    "--format", "format_", type=click.Choice((*FORMATS, "svg")), help="Default: text, or by the suffix of OUTPUT."
)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write here instead of to stdout.")
@click.option(
    "--check/--no-check",
    "is_checked",
    default=None,
    help="Whether a second program decides again and agrees. Default: it does, but for json.",
)
@click.option(
    "--vs",
    metavar="OTHER",
    help="Compare with another subject, with this one on another day, or under another policy (a path).",
)
@click.option(
    "--when",
    nargs=2,
    type=Day(),
    metavar="FIRST LAST",
    help="As if on each of these days: when which answer holds, and why it changes; also as a drawing (-o FILE.svg).",
)
def explain(
    facts: Path,
    subject: str | None,
    names: tuple[str, ...],
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
    all_: bool,
    replace: bool,
    format_: str | None,
    output: Path | None,
    is_checked: bool | None,
    vs: str | None,
    when: tuple[date, date] | None,
) -> None:
    """Explain the decisions about SUBJECT (an id, or Type:id) in the inventory FACTS, or what is asked for by
    NAME: a decision, a term that rules conclude of it, a score, an obligation.

    A second program, which shares no code with the engines, decides again: exit code 1 where it refuses.

    Example: licet explain fixtures/frontier t-swiss, or licet explain fixtures/frontier Party:half-owned restricted
    """
    asked = CommandLine(facts, policies, as_of, jurisdictions, engine_name)
    if vs is not None and (all_ or is_checked):
        raise UsageError(f"--vs puts two answers beside each other, without {'--all' if all_ else '--check'}")
    if when is not None and (all_ or is_checked or vs is not None):
        other = "--all" if all_ else "--check" if is_checked else "--vs"
        raise UsageError(f"--when tells the answers about one subject on each of some days, without {other}")
    if when is None and format_ == "svg":
        raise UsageError("svg draws answers over time; add --when FIRST LAST")
    if all_:
        about = (*([] if subject is None else [subject]), *names)
        whole = is_checked is not False
        explain_all(asked, about, *check_all(format_, output), replace=replace, is_checked=whole)
        return
    if subject is None:
        raise UsageError("name a SUBJECT (an id, or Type:id), or --all with -o DIR for every one")
    if replace:
        raise UsageError("--replace goes with --all")
    if when is not None:
        explain_when(asked, subject, names, when, format_, output, width=text_width(_WIDE))
        return
    if vs is not None:
        explain_beside(asked, subject, names, vs, format_, output, width=text_width(_WIDE))
        return
    chosen = asked_format(format_, output, FORMATS)
    if chosen == "pdf":
        if output is None:
            raise UsageError("pdf is nothing to read on a terminal; name a file with -o")
        checked_browser()
    with nullcontext() if output is None else claimed_outputs({"OUT": output}, [facts], policies):
        decision = decided(asked, subject, names)
        document = explanation_json.document(decision)
        wanted = chosen != "json" if is_checked is None else is_checked
        verdict = verdict_on(decision, document) if wanted else None
        text = render_document(decision, document, chosen, verdict, width=text_width(_WIDE))
        deliver(text, output, lambda text: file_of(text, chosen))
    _end(verdict, told=chosen == "text" and output is None)


def _end(verdict: Verdict | None, *, told: bool) -> None:
    """Says a refusal aloud where what was written does not show it at once, and ends with it."""
    if verdict is None:
        return
    _LOG.info("the second program took %.1f s", verdict.seconds)
    if verdict.refused:
        if not told:
            click.echo(f"error: {verdict_words.REFUSED}", err=True)
            for cause in verdict_words.causes(verdict):
                click.echo(f"  {printable(cause)}", err=True)
        click.get_current_context().exit(1)


def decided(asked: CommandLine, subject: str, names: Sequence[str] = ()) -> Decision:
    """All that is decided about the one subject that somebody names; or these decisions and terms alone."""
    policy, inventory = asked.load()
    found, known = find_asked(policy, inventory, subject, names)
    decision = asked.decide(policy, inventory, [found])[0]
    if not known:
        return decision
    asked_for = narrowed(decision, known)
    if next(questions(asked_for), None) is None:
        named, places = (", ".join(f"`{one}`" for one in some) for some in (names, asked.jurisdictions))
        raise UsageError(f"no rule of {places} states {named} of {found}: leave out --jurisdiction")
    return asked_for
