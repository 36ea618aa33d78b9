"""What is signed of a receipt: an in-toto statement about its explanation, in a DSSE envelope."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from licet.explain.questions import KINDS
from licet.ir.canonical import canonical_json, in_order

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://licet.example/attestations/decision/v1"
PAYLOAD = "application/vnd.in-toto+json"
_OWN = ("signed_by", "means", "checker")  # what a statement says and no receipt has besides

Sign = Callable[[bytes], bytes]


def statement(receipt: Mapping[str, Any], signed_by: str, means: str) -> dict[str, Any]:
    """What somebody says of a receipt: about which explanation, what it answers, from what, checked by what."""
    explanation, digests = receipt["explanation"], receipt["digests"]
    subject = explanation["subject"]
    return {
        "_type": STATEMENT,
        "subject": [
            {
                "name": f"{subject['type']}/{subject['id']}",
                "digest": {"sha256": digests["explanation"].removeprefix("sha256:")},
            }
        ],
        "predicateType": PREDICATE,
        "predicate": {
            "answers": answers(explanation),
            "as_of": explanation["as_of"],
            "asked": explanation["asked"],
            "policy": digests["policy"],
            "facts": digests["facts"],
            "facts_read": explanation["facts"]["read"],
            "checker": checker(),
            "signed_by": signed_by,
            "means": means,
        },
    }


def answers(explanation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What it says in short: of a decision its two outcomes and details, of anything else the whole answer."""
    return [
        {name: part[name] for name in ("decision", "jurisdiction")}
        | {name: part["answer"][name] for name in ("must", "may", "details")}
        if "decision" in part
        else {name: part[name] for name in part.keys() & {*KINDS, "jurisdiction", "answer"}}
        for part in explanation["parts"]
    ]


def differs(found: Mapping[str, Any], receipt: Mapping[str, Any]) -> list[str]:
    """The parts of a statement that do not say what a receipt does, or that nobody knows."""
    predicate = found.get("predicate")
    if not isinstance(predicate, dict) or not all(isinstance(predicate.get(name), str) for name in _OWN[:2]):
        return ["predicate"]
    right = statement(receipt, predicate["signed_by"], predicate["means"])
    right["predicate"]["checker"] = predicate.get("checker")  # that of another version may have checked it too
    wrong = [name for name in sorted({*found, *right}) if name != "predicate" and found.get(name) != right.get(name)]
    own = right["predicate"]
    return wrong + [f"predicate.{n}" for n in sorted({*predicate, *own}) if n not in own or predicate.get(n) != own[n]]


def checker() -> dict[str, str]:
    """The second program: its version, and the SHA-256 of its sources, each by name and SHA-256."""
    sources = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files("licet_check").iterdir()
        if file.name.endswith(".py")
    }
    digest = hashlib.sha256(canonical_json(in_order(sources))).hexdigest()
    return {"name": "licet-check", "version": version("licet"), "digest": f"sha256:{digest}"}


def pae(type_: str, payload: bytes) -> bytes:
    """What a DSSE signature is of: the pre-authentication encoding of a payload and its type."""
    kind = type_.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def envelope(found: Mapping[str, Any], keyid: str, sign: Sign) -> dict[str, Any]:
    """A statement with one signature."""
    payload = canonical_json(in_order(found))
    return {
        "payloadType": PAYLOAD,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"keyid": keyid, "sig": base64.b64encode(sign(pae(PAYLOAD, payload))).decode()}],
    }


@dataclass(frozen=True, slots=True)
class Signed:
    """An envelope as it was read: the statement, what each signature is of, and the signatures by the ids of keys."""

    statement: dict[str, Any]
    message: bytes
    signatures: Sequence[tuple[str, bytes]]


def read_envelope(found: Any) -> Signed:
    """An envelope. Errors: `ValueError` where it is none, or is written in another way than we write them."""
    if not isinstance(found, dict) or sorted(found) != ["payload", "payloadType", "signatures"]:
        raise ValueError("it is no DSSE envelope")
    if found["payloadType"] != PAYLOAD:
        raise ValueError(f"its payload is not of the type {PAYLOAD}")
    payload = _bytes(found["payload"])
    signatures = found["signatures"]
    if not isinstance(signatures, list) or not signatures:
        raise ValueError("it has no signature")
    for one in signatures:
        if not isinstance(one, dict) or sorted(one) != ["keyid", "sig"] or not isinstance(one["keyid"], str):
            raise ValueError("a signature is not one of `keyid` and `sig`")
    try:
        said = json.loads(payload)
        is_canonical = isinstance(said, dict) and canonical_json(in_order(said)) == payload
    except (ValueError, RecursionError) as error:
        raise ValueError("its payload is no JSON") from error
    if not is_canonical:
        raise ValueError("its payload is no statement in canonical JSON")
    return Signed(said, pae(PAYLOAD, payload), [(one["keyid"], _bytes(one["sig"])) for one in signatures])


def _bytes(text: Any) -> bytes:
    """Base64 in the one way in which it is written."""
    try:
        found = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise ValueError("a part of it is no base64") from error
    if base64.b64encode(found).decode() != text:
        raise ValueError("a part of it is no base64 as it is written")
    return found
