"""A receipt verified: digests worked out again, the answer decided again, and who signed it, each with its result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from licet.explain.receipts import keys as pem
from licet.explain.receipts.attestation import Signed, checker, differs, read_envelope
from licet.explain.verdict import Verdict, verdict_on
from licet.ir.canonical import digest

Result = Literal["verified", "refused", "not checked", "none"]
_UNREAD = 5  # parts of a statement that are told


@dataclass(frozen=True, slots=True)
class VerifiedPart:
    """One thing that was verified, or was not: what was found, and how much of it there is."""

    name: str
    result: Result
    says: str
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verification:
    """All of a receipt. `unmet` says what was asked for and could not be checked here."""

    receipt: Mapping[str, Any]
    checks: Sequence[VerifiedPart]
    verdict: Verdict
    signed: Signed | None
    unmet: str = ""

    @property
    def refused(self) -> bool:
        return any(check.result == "refused" for check in self.checks)

    @property
    def accepted(self) -> bool:
        return not self.refused and not self.unmet


def verify(receipt: Mapping[str, Any], *, policy: str = "", keys: Sequence[pem.Key] | None = None) -> Verification:
    """Verifies a receipt as `read_receipt` gives it; nothing else is asked, and nobody is.

    `policy` is the fingerprint that it should have, `keys` the public keys of whoever may sign; None where nobody asks
    who signed.
    """
    verdict = verdict_on(receipt["policy"], receipt["facts"], receipt["explanation"])
    signed, checks = None, [*_digests(receipt, policy), _checker(verdict)]
    unmet = ""
    if receipt["envelope"] is None:
        wanted = keys is not None
        says = "it is not signed: anybody may have written it"
        checks.append(VerifiedPart("signature", "refused" if wanted else "none", says))
    else:
        try:
            signed = read_envelope(receipt["envelope"])
        except ValueError as error:
            checks.append(VerifiedPart("signature", "refused", f"the envelope cannot be read: {error}"))
        else:
            checks += [_statement(signed, receipt, verdict), _signatures(signed, keys)]
            if keys is not None and checks[-1].result == "not checked":
                unmet = checks[-1].says
    checks.append(_inclusion(receipt["tlog_proof"]))
    return Verification(receipt, checks, verdict, signed, unmet)


def _digests(receipt: Mapping[str, Any], pinned: str) -> Iterator[VerifiedPart]:
    told, explanation = receipt["digests"], receipt["explanation"]
    policy = {name: part for name, part in receipt["policy"].items() if name != "schema"}
    found = {
        "policy": f"sha256:{digest(policy)}",
        "facts": f"sha256:{digest(receipt['facts'])}",
        "explanation": f"sha256:{digest(explanation)}",
    }
    counts = {
        "policy": {"rules": _size(policy.get("rules"))},
        "facts": {"records": sum(map(_size, _values(receipt["facts"], "entities", "relations")))},
        "explanation": {"answers": _size(explanation.get("parts"))},
    }
    for name, right in found.items():
        is_same = told[name] == right
        says = right if is_same else f"it is {right}, and the receipt says {told[name]}"
        yield VerifiedPart(name, "verified" if is_same else "refused", says, counts[name])
    if not pinned:
        says = "nobody said which policy it should be: --policy sha256:… does"
        yield VerifiedPart("expected policy", "not checked", says)
    elif pinned == found["policy"]:
        yield VerifiedPart("expected policy", "verified", "it is the policy that was asked for")
    else:
        yield VerifiedPart("expected policy", "refused", f"it is another than {pinned}")


def _values(document: Any, *names: str) -> Iterator[Any]:
    """Whatever stands by name in some parts of a document."""
    for name in names:
        part = document.get(name)
        yield from part.values() if isinstance(part, dict) else ()


def _size(part: Any) -> int:
    return len(part) if isinstance(part, dict | list) else 0


def _checker(verdict: Verdict) -> VerifiedPart:
    if verdict.unread:
        return VerifiedPart("second program", "refused", f"it cannot decide: {verdict.unread}")
    if verdict.refused:
        return VerifiedPart("second program", "refused", "it refuses the explanation", {"causes": len(verdict.refused)})
    return VerifiedPart("second program", "verified", "it agrees", verdict.counts)


def _statement(signed: Signed, receipt: Mapping[str, Any], verdict: Verdict) -> VerifiedPart:
    """Whether what was signed is said of this receipt."""
    if not verdict.agrees:  # then the explanation need not have the parts that a statement tells of
        return VerifiedPart("statement", "not checked", "what it is about is refused")
    wrong = differs(signed.statement, receipt)
    if wrong:
        return VerifiedPart("statement", "refused", f"of this receipt it says otherwise: {', '.join(wrong[:_UNREAD])}")
    told = signed.statement["predicate"]["checker"]
    own = checker()
    by = "this version of it" if told == own else "another version of it, which is not here"
    return VerifiedPart("statement", "verified", f"it is about this receipt, checked by {by}")


def _signatures(signed: Signed, keys: Sequence[pem.Key] | None) -> VerifiedPart:
    if not pem.is_there():
        return VerifiedPart("signature", "not checked", f"signature not checked: {pem.MISSING}")
    if keys is None:
        says = "signature not checked: name a file with the public keys of who may sign with --keys"
        return VerifiedPart("signature", "not checked", says)
    for keyid, signature in signed.signatures:
        key = pem.named(keys, keyid)
        if key is None:
            return VerifiedPart("signature", "refused", "it is by none of the keys that were given")
        if not key.verifies(signature, signed.message):
            return VerifiedPart("signature", "refused", f"the key {keyid} did not sign this")
    ids = ", ".join(keyid for keyid, _ in signed.signatures)
    return VerifiedPart("signature", "verified", f"by the key {ids}", {"signatures": len(signed.signatures)})


def _inclusion(proof: Any) -> VerifiedPart:
    if proof is None:
        return VerifiedPart("inclusion", "none", "no inclusion proof: nothing says when it was signed")
    return VerifiedPart("inclusion", "not checked", "there is an inclusion proof, which this version cannot check")
