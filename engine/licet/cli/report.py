"""`licet report`: what a result file comes to, as a page, as text or as data."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from licet.cli.asked import CommandLine
from licet.cli.options import Location, policy_option
from licet.cli.outputs import deliver, policy_inputs
from licet.cli.report_folder import report_folder
from licet.cli.screen import text_width
from licet.errors import UsageError
from licet.ir.policy import Policy
from licet.loading.policy_files import load_policy
from licet.report.claims import claimed
from licet.report.decisions import asked_format
from licet.report.escapes import for_json
from licet.report.results import result_page, result_report, result_text
from licet.report.results.result_reading import read_result
from licet.report.results.result_stream import ResultStream

FORMATS = ("text", "html", "json")
_WIDE = 140  # columns


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@policy_option
@click.option(
    "--by",
    multiple=True,
    metavar="COLUMN",
    help="A column of your own that answers are counted by; may be repeated. Default: all that the result has.",
)
@click.option(
    "--cases", type=click.IntRange(0, 1000), default=50, help="How many cases of a kind are told. Default: 50."
)
@click.option("--top", type=click.IntRange(1, 1000), default=20, help="How much of each ranking is told. Default: 20.")
@click.option(
    "--facts",
    type=Location(),
    metavar="FACTS",
    help="The inventory: OUTPUT is a folder then, with a sheet for each case.",
)
@click.option("--replace", is_flag=True, help="With --facts: in place of pages that are there.")
@click.option("--check", "is_checked", is_flag=True, help="With --facts: a second program decides each case again.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Default: text, or by the suffix of OUTPUT.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write here: .html, .json or .txt.")
def report(
    results: Path,
    policies: tuple[Path, ...],
    by: Sequence[str],
    cases: int,
    top: int,
    facts: Path | None,
    replace: bool,
    is_checked: bool,
    format_: str | None,
    output: Path | None,
) -> None:
    """What the rows of RESULTS come to, a file of `licet batch` or `licet decide`: answers, what to find out, open law,
    and the cases to look at first.

    The file is read once, batch by batch, however many rows it has. A page needs no script and no network.

    Example: licet report out.parquet -o report.html, or licet report out.parquet --facts inventory -o pages
    """
    if facts is not None:
        if output is None or output.suffix or format_ is not None:
            raise UsageError("--facts writes a folder of pages: name it with -o DIR, without --format")
        policy = load_policy(policies)
        document = _document(policy, results, by, cases, top)
        asked = CommandLine(facts, policies, None, (), "auto")
        report_folder(policy, document, asked, results, output, replace=replace, is_checked=is_checked)
        return
    if replace or is_checked:
        raise UsageError(f"{'--replace' if replace else '--check'} goes with --facts")
    chosen = asked_format(format_, output, FORMATS)
    inputs = [results, *policy_inputs(policies)]
    with nullcontext() if output is None else claimed({"OUT": output}, inputs):
        document = _document(load_policy(policies), results, by, cases, top)
        if chosen == "json":
            text = for_json(document, indent=2) + "\n"
        elif chosen == "html":
            text = result_page.render(document)
        else:
            text = result_text.render(document, text_width(_WIDE))
        deliver(text, output)
    if output is not None:
        click.echo(f"written to {output}; {document['notice']}", err=True)


def _document(policy: Policy, results: Path, by: Sequence[str], cases: int, top: int) -> dict[str, Any]:
    stream = ResultStream(results, policy)
    counts, chosen = read_result(stream, policy, by or None, cases)
    return result_report.document(policy, stream, counts, chosen, top)
