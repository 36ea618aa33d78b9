"""`licet receipt`: one file with which anybody can decide a case again and check what is said of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from licet.cli.asked import Asked
from licet.cli.explain import decided
from licet.cli.options import deciding_options
from licet.cli.outputs import claimed_outputs
from licet.explain.receipt import receipt as receipt_of
from licet.report import explanation_json
from licet.report.escapes import for_json
from licet.report.result_file import whole_file


@click.command()
@click.argument("facts", type=click.Path(path_type=Path), metavar="FACTS")
@click.argument("subject")
@deciding_options
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help="Write the receipt here.")
def receipt(
    facts: Path,
    subject: str,
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
    output: Path,
) -> None:
    """Write a receipt of the decisions about SUBJECT (an id, or Type:id) in the inventory FACTS.

    It holds the policy, the facts that were read and no others, and the explanation: `licet-check` decides again
    from it.

    Example: licet receipt fixtures/frontier t-swiss -o t-swiss.receipt.json
    """
    with claimed_outputs({"OUT": output}, [facts], policies):
        decision = decided(Asked(facts, policies, as_of, jurisdictions, engine_name), subject)
        document = receipt_of(decision, explanation_json.document(decision))
        with whole_file(output) as part:
            part.write_text(for_json(document) + "\n", encoding="utf-8")
