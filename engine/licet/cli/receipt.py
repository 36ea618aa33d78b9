"""`licet receipt`: one file with which anybody can decide a case again and check what is said of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from licet.cli.asked import CommandLine
from licet.cli.explain import decided
from licet.cli.options import Location, deciding_options
from licet.cli.outputs import claimed_outputs
from licet.errors import UsageError
from licet.explain.looked import Looked
from licet.explain.receipts import attestation
from licet.explain.receipts.keys import Signer, read_signer
from licet.explain.receipts.receipt import receipt as receipt_of
from licet.explain.verdict import Verdict, verdict_on
from licet.names import code_point, hidden_in, printable
from licet.report import explanation_json, verdict_words
from licet.report.escapes import for_json
from licet.report.result_file import whole_file

_ISSUED = "issued; it does not say that anybody has read it"
_LONGEST = 200  # characters of what a signer says


@click.command()
@click.argument("facts", type=Location(), metavar="FACTS")
@click.argument("subject")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@deciding_options
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help="Write the receipt here.")
@click.option("--sign", type=click.Path(path_type=Path), metavar="KEY", help="Sign with this Ed25519 key (PEM).")
@click.option("--signer", metavar="TEXT", default="", help="With --sign: who signs, for example a name and an office.")
@click.option("--means", metavar="TEXT", default="", help=f"With --sign: what that means. Default: {_ISSUED}.")
def receipt(
    facts: Path,
    subject: str,
    names: tuple[str, ...],
    policies: tuple[Path, ...],
    as_of: date | None,
    jurisdictions: tuple[str, ...],
    engine_name: str,
    output: Path,
    sign: Path | None,
    signer: str,
    means: str,
) -> None:
    """Write a receipt of the decisions about SUBJECT (an id, or Type:id) in the inventory FACTS, or of what a NAME is.

    It holds the policy, the facts that were read and no others, and the explanation: `licet verify` decides again
    from it. What the second program refuses is not written (exit code 1).

    Example: licet receipt fixtures/frontier t-swiss -o t-swiss.receipt.json
    """
    signing = _signing(sign, signer, means)
    with claimed_outputs({"OUT": output}, [facts, *([sign] if sign is not None else [])], policies):
        decision = decided(CommandLine(facts, policies, as_of, jurisdictions, engine_name), subject, names)
        looked = Looked(decision)
        document = receipt_of(looked, explanation_json.document(decision, looked))
        verdict = verdict_on(document["policy"], document["facts"], document["explanation"])
        if not verdict.agrees:
            _refuse(verdict)
        if signing is not None:
            said = attestation.statement(document, signer, means or _ISSUED)
            document["envelope"] = attestation.envelope(said, signing.id, signing.sign)
        with whole_file(output) as part:
            part.write_text(for_json(document) + "\n", encoding="utf-8")
    if signing is not None:
        click.echo(f"signed with the key {signing.id}", err=True)


def _signing(sign: Path | None, signer: str, means: str) -> Signer | None:
    """Who signs, before anything is decided. Errors: `UsageError` for a key that cannot, or for odd words."""
    if sign is None:
        if signer or means:
            raise UsageError("--signer and --means are said by who signs: name a key with --sign")
        return None
    if not signer.strip():
        raise UsageError("say who signs, for example --signer 'Jane Doe, counsel'")
    for option, text in (("--signer", signer), ("--means", means)):
        if hidden := hidden_in(text):
            raise UsageError(f"{option} holds {code_point(hidden)}, which nobody sees: delete it")
        if len(text) > _LONGEST:
            raise UsageError(f"{option} has {len(text):,} characters: at most {_LONGEST} can be read at a glance")
    return read_signer(sign)


def _refuse(verdict: Verdict) -> None:
    said = verdict_words.head(verdict) if verdict.unread else verdict_words.REFUSED
    click.echo(f"error: {said} No receipt was written.", err=True)
    for cause in verdict_words.causes(verdict):
        click.echo(f"  {printable(cause)}", err=True)
    click.get_current_context().exit(1)
