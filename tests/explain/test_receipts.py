"""Receipts: signed, verified offline, and refused with whatever is changed in them."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from click.testing import CliRunner, Result
from jsonschema.validators import validator_for

from licet.cli.main import main
from licet.errors import UsageError
from licet.explain.receipts import attestation
from licet.explain.receipts.keys import read_keys, read_signer
from licet.explain.receipts.receipt_file import read_receipt
from licet.explain.receipts.verification import verify
from licet.ir.canonical import digest
from licet.report import explanation_json
from licet.resources import schema_file

POLICY = """module one "One" jurisdiction A
  authority L "Law"
entity Party "party"
  name : text "name"
  country : country "country"
entity Deal "deal"
  buyer : Party "buyer"
  size : number "size"
relation listed(party: Party) "listed"
decision licensing of d: Deal "licensing" outcomes free < ask < licence otherwise free
  details fee
rule big "Big" for d: Deal cites L "1" when d.size is at least 10 then licensing of d is ask with fee
rule named "Named" for d: Deal cites L "2"
  when some l in listed where (l.party is d.buyer)
  then licensing of d is licence
"""
FACTS = """as_of: 2026-01-01
Party: [{id: p, name: "Größe \\"& Söhne\\"", country: CH}, {id: q, country: CH}]
Deal: [{id: d, buyer: p, size: 12}, {id: e, buyer: q}]
listed: [{party: q}]
"""
SEEDS = ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "01" * 32)  # the first of RFC 8032
WHO = ("--signer", "Jane Doe, counsel", "--means", "read, and agreed with")
MISSING = "signature not checked: install licet[sign]"


def pem(kind: str, start: str, content: str) -> str:
    der = base64.b64encode(bytes.fromhex(start + content)).decode()
    return f"-----BEGIN {kind}-----\n{der}\n-----END {kind}-----\n"


def private(seed: str) -> str:
    return pem("PRIVATE KEY", "302e020100300506032b657004220420", seed)


def public(raw: str) -> str:
    return pem("PUBLIC KEY", "302a300506032b6570032100", raw)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of two people, and receipts: signed by the first, and by nobody."""
    found = tmp_path_factory.mktemp("receipts")
    (found / "policy.licet").write_text(POLICY, encoding="utf-8")
    (found / "facts.yaml").write_text(FACTS, encoding="utf-8")
    for number, seed in enumerate(SEEDS):
        (found / f"key{number}.pem").write_text(private(seed), encoding="ascii")
        raw = read_signer(found / f"key{number}.pem").private.public_key().public_bytes_raw().hex()
        (found / f"key{number}.pub").write_text(public(raw), encoding="ascii")
    assert receipt(found, "signed.json", "--sign", str(found / "key0.pem"), *WHO).exit_code == 0
    assert receipt(found, "plain.json").exit_code == 0
    return found


def run(*words: str | Path, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=given, catch_exceptions=False)


def receipt(folder: Path, name: str, *words: str, subject: str = "d") -> Result:
    policy = ("--policy", folder / "policy.licet")
    return run("receipt", folder / "facts.yaml", subject, *policy, "-o", folder / name, *words)


def results(done: Result) -> dict[str, str]:
    return {check["check"]: check["result"] for check in json.loads(done.stdout)["checks"]}


def fits(name: str, document: Any) -> bool:
    schema = json.loads(schema_file(name).read_text(encoding="utf-8"))
    validator_for(schema).check_schema(schema)
    return bool(validator_for(schema)(schema).is_valid(document))


# ---- what is right


def test_a_signed_receipt_is_accepted_with_what_was_verified(folder: Path) -> None:
    document = json.loads((folder / "signed.json").read_text(encoding="utf-8"))
    pinned = document["digests"]["policy"]
    done = run("verify", folder / "signed.json", "--keys", folder / "key0.pub", "--policy", pinned, "--format", "json")
    found = json.loads(done.stdout)

    assert done.exit_code == 0
    assert fits("receipt-1.json", document)
    assert fits("verification-1.json", found)
    assert [*results(done).values()] == ["verified"] * 7 + ["none"]
    assert found["checks"][4]["counts"]["rules"] == 2
    assert found["answers"] == [
        {"decision": "licensing", "jurisdiction": "A", "must": "ask", "may": "ask", "details": ["fee"]}
    ]
    assert found["signed"] == {"by": "Jane Doe, counsel", "means": "read, and agreed with"}

    text = run("verify", folder / "signed.json", "--keys", folder / "key0.pub", "--policy", pinned).stdout
    assert text.startswith("Accepted.\n")
    assert (
        "licensing (A): ask, with fee\nSigned by “Jane Doe, counsel”, and what it means is “read, and agreed with”.\n"
        in text
    )
    assert "no inclusion proof" in text
    assert max(map(len, text.splitlines())) <= 80


def test_without_keys_nobody_is_said_to_have_signed(folder: Path) -> None:
    signed, plain = (run("verify", folder / name) for name in ("signed.json", "plain.json"))

    assert (signed.exit_code, plain.exit_code) == (0, 0)
    assert signed.stdout.startswith("Accepted, but not checked: expected policy, signature.\n")
    assert "Said to be signed by “Jane Doe, counsel”" in signed.stdout
    assert "it is not signed: anybody may have written it" in plain.stdout
    assert "igned by" not in plain.stdout
    assert run("verify", "-", given=(folder / "plain.json").read_bytes()).stdout == plain.stdout


def test_whoever_asks_who_signed_takes_no_receipt_without(folder: Path) -> None:
    plain = run("verify", folder / "plain.json", "--keys", folder / "key0.pub", "--format", "json")
    other = run("verify", folder / "signed.json", "--keys", folder / "key1.pub", "--format", "json")
    (folder / "both.pub").write_text((folder / "key1.pub").read_text() + (folder / "key0.pub").read_text())

    assert (plain.exit_code, results(plain)["signature"]) == (1, "refused")
    assert (other.exit_code, results(other)["signature"]) == (1, "refused")
    assert json.loads(other.stdout)["answers"] == []
    assert fits("verification-1.json", json.loads(other.stdout))
    assert run("verify", folder / "signed.json", "--keys", folder / "both.pub").exit_code == 0


def test_another_policy_than_the_one_that_is_expected_is_refused(folder: Path) -> None:
    other = run("verify", folder / "plain.json", "--policy", f"sha256:{'0' * 64}")

    assert other.exit_code == 1
    assert other.stdout.startswith("Refused. Do not rely on this receipt.\n")
    assert "licensing" not in other.stdout
    assert run("verify", folder / "plain.json", "--policy", "sha256:0").exit_code == 2


def test_a_receipt_says_what_was_asked_for(folder: Path) -> None:
    assert receipt(folder, "asked.json", "--as-of", "2026-03-03", "--jurisdiction", "A").exit_code == 0
    done = run("verify", folder / "asked.json")

    assert done.exit_code == 0
    assert "Deal d as of 2026-03-03, as was asked; under the law of A alone:" in done.stdout


def test_without_the_library_a_signature_is_not_said_to_be_verified(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    quiet, asked = run("verify", folder / "signed.json"), run("verify", folder / "signed.json", "--keys", "any.pub")

    assert quiet.exit_code == 0
    assert MISSING in " ".join(quiet.stdout.split())
    assert "verified     signature" not in quiet.stdout
    assert asked.exit_code == 2
    assert asked.stdout.startswith(f"Not accepted: {MISSING}.\n")
    signing = receipt(folder, "no.json", "--sign", str(folder / "key0.pem"), *WHO)
    assert (signing.exit_code, (folder / "no.json").exists()) == (2, False)
    assert "install licet[sign]" in signing.stderr


# ---- what is signed


@pytest.mark.parametrize(
    ("kind", "payload", "encoded"),
    [
        ("http://example.com/HelloWorld", b"hello world", b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"),
        ("", b"", b"DSSEv1 0  0 "),
        ("é", b"a b", "DSSEv1 2 é 3 a b".encode()),
    ],
)
def test_vectors_of_dsse(kind: str, payload: bytes, encoded: bytes) -> None:
    assert attestation.pae(kind, payload) == encoded


def test_a_vector_of_ed25519(folder: Path) -> None:
    """RFC 8032, section 7.1, the first."""
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    (key,) = read_keys(folder / "key0.pub")

    assert read_signer(folder / "key0.pem").sign(b"") == signature
    assert key.verifies(signature, b"")
    assert not key.verifies(signature, b"x")
    assert key.id == read_signer(folder / "key0.pem").id
    assert SEEDS[0] not in repr(read_signer(folder / "key0.pem"))


def test_what_is_signed_is_an_in_toto_statement(folder: Path) -> None:
    document = json.loads((folder / "signed.json").read_text(encoding="utf-8"))
    payload = base64.b64decode(document["envelope"]["payload"])
    said = json.loads(payload)

    assert payload == rfc8785.dumps(said)
    assert document["envelope"]["payloadType"] == "application/vnd.in-toto+json"
    assert (said["_type"], said["subject"][0]["name"]) == ("https://in-toto.io/Statement/v1", "Deal/d")
    assert said["subject"][0]["digest"]["sha256"] == digest(document["explanation"])
    assert digest(document["explanation"]) == hashlib.sha256(rfc8785.dumps(document["explanation"])).hexdigest()
    assert said["predicate"]["policy"] == document["explanation"]["policy"]["fingerprint"]
    assert said["predicate"]["facts_read"] == document["explanation"]["facts"]["read"]
    assert said["predicate"]["checker"] == attestation.checker()
    assert document["tlog_proof"] is None


def test_the_digest_of_the_checker_is_that_of_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = attestation.checker()
    (tmp_path / "checks.py").write_text("pass\n", encoding="utf-8")
    monkeypatch.setattr(attestation, "files", lambda _: tmp_path)
    after = attestation.checker()
    (tmp_path / "checks.py").write_text("pass \n", encoding="utf-8")

    assert len({found["digest"] for found in (before, after, attestation.checker())}) == 3


# ---- what is not


def forged(folder: Path, change: Callable[[Any], object]) -> Result:
    document = json.loads((folder / "signed.json").read_text(encoding="utf-8"))
    change(document)
    (folder / "forged.json").write_text(json.dumps(document), encoding="utf-8")
    return run("verify", folder / "forged.json", "--keys", folder / "key0.pub", "--format", "json")


def anew(document: Any, change: Callable[[Any], object], seed: int | None = None, folder: Path | None = None) -> None:
    """Changes what is signed, and signs it again where somebody has a key."""
    said = json.loads(base64.b64decode(document["envelope"]["payload"]))
    change(said)
    payload = rfc8785.dumps(said)
    document["envelope"]["payload"] = base64.b64encode(payload).decode()
    if folder is not None:
        signer = read_signer(folder / f"key{seed}.pem")
        signature = signer.sign(attestation.pae(attestation.PAYLOAD, payload))
        document["envelope"]["signatures"] = [{"keyid": signer.id, "sig": base64.b64encode(signature).decode()}]


def milder(document: Any) -> None:
    document["explanation"]["parts"][0]["answer"].update(must="free", may="free")
    document["digests"]["explanation"] = f"sha256:{digest(document['explanation'])}"


FORGERIES: dict[str, tuple[str, Callable[[Any, Path], object]]] = {
    "a milder answer": ("second_program", lambda d, f: milder(d)),
    "another label": ("explanation", lambda d, f: d["explanation"]["labels"]["things"].update({"Deal/d": "x"})),
    "a fact that nobody reads": ("facts", lambda d, f: d["facts"]["entities"]["Party"].setdefault("z", {})),
    "a rule": ("policy", lambda d, f: d["policy"]["rules"].pop()),
    "a digest": ("facts", lambda d, f: d["digests"].update(facts=f"sha256:{'0' * 64}")),
    "who signs": ("signature", lambda d, f: anew(d, lambda s: s["predicate"].update(signed_by="Somebody"))),
    "what it means": ("signature", lambda d, f: anew(d, lambda s: s["predicate"].update(means="approved"))),
    "a key of somebody else": ("signature", lambda d, f: anew(d, lambda s: None, 1, f)),
    "an answer in what is signed": (
        "statement",
        lambda d, f: anew(d, lambda s: s["predicate"]["answers"][0].update(may="free"), 0, f),
    ),
    "more in what is signed": ("statement", lambda d, f: anew(d, lambda s: s["predicate"].update(more=1), 0, f)),
    "another subject": ("statement", lambda d, f: anew(d, lambda s: s["subject"].append(s["subject"][0]), 0, f)),
    "another kind of statement": ("statement", lambda d, f: anew(d, lambda s: s.update(predicateType="x"), 0, f)),
    "no predicate": ("statement", lambda d, f: anew(d, lambda s: s.pop("predicate"), 0, f)),
    "no signature": ("signature", lambda d, f: d["envelope"].update(signatures=[])),
    "no envelope": ("signature", lambda d, f: d.update(envelope=None)),
    "an envelope of another shape": ("signature", lambda d, f: d.update(envelope=[1])),
    "a payload of another kind": ("signature", lambda d, f: d["envelope"].update(payloadType="text/plain")),
    "a payload that is none": ("signature", lambda d, f: d["envelope"].update(payload="e30=")),
    "a payload with blanks": (
        "signature",
        lambda d, f: d["envelope"].update(payload=base64.b64encode(b'{"_type": "x"}').decode()),
    ),
    "a second signature by nobody": (
        "signature",
        lambda d, f: d["envelope"]["signatures"].append({"keyid": "sha256:x", "sig": "AAAA"}),
    ),
    "a signature that is cut": (
        "signature",
        lambda d, f: d["envelope"]["signatures"][0].update(sig=d["envelope"]["signatures"][0]["sig"][:40]),
    ),
}


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forgery_is_refused(folder: Path, kind: str) -> None:
    where, change = FORGERIES[kind]
    done = forged(folder, lambda document: change(document, folder))

    assert done.exit_code == 1, done.stdout
    assert results(done)[where] == "refused"
    assert "Traceback" not in done.output


def test_a_checker_of_another_version_is_told_and_not_refused(folder: Path) -> None:
    def by_another(document: Any) -> None:
        anew(document, lambda said: said["predicate"]["checker"].update(version="9.9"), 0, folder)

    done = forged(folder, by_another)

    assert done.exit_code == 0
    assert "another version of it" in json.loads(done.stdout)["checks"][5]["says"]


def test_an_inclusion_proof_is_not_said_to_be_checked(folder: Path) -> None:
    done = forged(folder, lambda document: document.update(tlog_proof="c2sp.org/tlog-proof@v1\n"))

    assert (done.exit_code, results(done)["inclusion"]) == (0, "not_checked")


def test_every_single_character_counts(folder: Path) -> None:
    """Two hundred places: whatever is changed is refused, or the JSON is the same as before."""
    text, drawn = (folder / "signed.json").read_text(encoding="utf-8"), random.Random(13)
    before, keys = json.loads(text), read_keys(folder / "key0.pub")
    own = before["digests"]["policy"]
    start = text.index('"explanation": {')
    ends = [(0, len(text)), (start, len(text)), (text.index('"envelope"'), len(text))]  # the policy is most of it
    refused = 0
    for number in range(200):
        place = drawn.randrange(*ends[number % 3])
        other = drawn.choice([c for c in 'ab0"} ,é\u202e' if c != text[place]])
        changed = text[:place] + other + text[place + 1 :]
        try:
            found = read_receipt(changed.encode(), "r.json")
            is_taken = verify(found, policy=own, keys=keys).accepted
        except UsageError:
            is_taken = False
        refused += not is_taken
        assert not is_taken or found == before, (place, other, text[place - 40 : place + 40])

    assert refused > 150


# ---- what is no receipt


def nested(signed: bytes, depth: int) -> bytes:
    return signed.replace(b'"labels"', b'"x":' + b"[" * depth + b"]" * depth + b', "labels"', 1)


def test_bad_files_end_in_a_sentence(folder: Path) -> None:
    signed = (folder / "signed.json").read_bytes()
    right = json.loads(signed)
    files: dict[str, tuple[bytes, str]] = {
        "empty": (b"", "is empty"),
        "blank": (b" \n", "is empty"),
        "words": (b"dear counsel,", "is no JSON from line 1, column 1 on"),
        "cut": (signed[: len(signed) // 2], "is cut off"),
        "cut-text": (b'{"schema": "licet/rec', "is cut off"),
        "cut-early": (b"{", "is cut off"),
        "twice": (signed + signed, "is no JSON from line 2, column 1 on"),
        "latin": ('{"schema": "größe"}'.encode("latin-1"), "is not UTF-8, from byte 15 on"),
        "utf-16": (signed.decode().encode("utf-16"), "is not UTF-8"),
        "list": (b"[1]", "is JSON, but no receipt"),
        "number": (b"7", "is JSON, but no receipt"),
        "nothing": (b"{}", "is no receipt (licet/receipt/1)"),
        "of-a-number": (b'{"schema": 1}', "is no receipt"),
        "newer": (b'{"schema": "licet/receipt/9"}', "install the version of Licet that reads it"),
        "explanation": (json.dumps(right["explanation"]).encode(), "it is `licet/explanation/2`"),
        "other": (b'{"schema": "some/thing"}', "it says that it is `some/thing`"),
        "more": (json.dumps({**right, "extra\u202e": 1}).encode(), "does not know `extra<U+202E>`"),
        "less": (json.dumps({k: v for k, v in right.items() if k != "facts"}).encode(), "misses `facts`"),
        "odd": (json.dumps({**right, "policy": []}).encode(), "reads `policy` otherwise"),
        "odd-digests": (json.dumps({**right, "digests": {"facts": 1}}).encode(), "reads `digests` otherwise"),
        "twins": (b'{"schema": "licet/receipt/1", "schema": "licet/receipt/1"}', "says `schema` twice"),
        "deep": (b"[" * 100_000 + b"]" * 100_000, "is nested deeper than any receipt"),
        "deep-objects": (b'{"a":' * 100_000, "is nested deeper than any receipt"),
        "deep-within": (nested(signed, 5_000), "is nested deeper than any receipt"),
        "deep-enough": (nested(signed, 100), ""),
        "huge": (b'{"schema": ' + b"9" * 100_000 + b"}", "has a number of 100,000 digits"),
        "exponent": (b'{"schema": 1e999}', "has the number `1e999`"),
        "fraction": (signed.replace(b'"tlog_proof": null', b'"tlog_proof": 1.5'), "has the number `1.5`"),
        "nan": (b'{"schema": NaN}', "has the number `NaN`"),
        "half": (json.dumps({**right, "facts": {"x": "\ud800"}}).encode(), "half of a character"),
        "nul": (b"\x00" * 64, "is no JSON"),
    }
    for name, (content, words) in files.items():
        (folder / f"{name}.bad").write_bytes(content)
        for format_ in ("text", "json"):
            done = run("verify", folder / f"{name}.bad", "--keys", folder / "key0.pub", "--format", format_)
            assert done.exit_code == (2 if words else 1), (name, done.output)
            assert words in done.stderr, (name, done.stderr)
            assert not words or f"{name}.bad`" in done.stderr
            assert len(done.stderr) < 600
            assert "Traceback" not in done.output
            assert "internal fault" not in done.output


@pytest.mark.parametrize("part", ["policy", "facts", "explanation"])
def test_parts_that_are_damaged_end_in_words(folder: Path, part: str) -> None:
    signed = json.loads((folder / "signed.json").read_text(encoding="utf-8"))
    for odd in ({}, {"schema": "x"}, {**signed[part], "schema": None}, dict.fromkeys(signed[part], 10**300)):
        document = deepcopy(signed)
        document[part] = odd
        document["digests"][part] = "sha256:" + digest(
            {k: v for k, v in odd.items() if part != "policy" or k != "schema"}
        )
        (folder / "damaged.json").write_text(json.dumps(document), encoding="utf-8")
        done = run("verify", folder / "damaged.json", "--format", "json")
        assert done.exit_code == 1, done.output
        assert results(done)["second_program"] == "refused"
        assert fits("verification-1.json", json.loads(done.stdout))


def test_files_that_are_not_there(folder: Path) -> None:
    assert "there is no file" in run("verify", folder / "none.json").stderr
    assert "is a folder" in run("verify", folder).stderr
    assert run("verify", folder).exit_code == run("verify", folder / "none.json").exit_code == 2


# ---- keys and signers


def test_keys_that_do_not_sign_or_verify_are_told(folder: Path) -> None:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    other = generate_private_key(SECP256R1())
    form = s.Encoding.PEM, s.PrivateFormat.PKCS8
    (folder / "ec.pem").write_bytes(other.private_bytes(*form, s.NoEncryption()))
    (folder / "ec.pub").write_bytes(
        other.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    )
    locked = Ed25519PrivateKey.generate().private_bytes(*form, s.BestAvailableEncryption(b"secret"))
    (folder / "locked.pem").write_bytes(locked)
    (folder / "two.pem").write_text(private(SEEDS[0]) + private(SEEDS[1]))
    (folder / "cut.pem").write_text(private(SEEDS[0]).replace("MC4", "MC5"))
    (folder / "words.pem").write_text("my key")
    (folder / "large.pem").write_bytes(b"x" * 2_000_000)
    signs = {
        "none.pem": "there is no file",
        "key0.pub": "is a public key, which signs nothing",
        "ec.pem": "of another kind than Ed25519",
        "locked.pem": "is locked with a password",
        "two.pem": "has 2 keys, and one signs",
        "cut.pem": "cannot be read",
        "words.pem": "is no key in PEM",
        "large.pem": "is too large",
        ".": "is a folder",
    }
    for name, words in signs.items():
        done = receipt(folder, "no.json", "--sign", str(folder / name), *WHO)
        assert (done.exit_code, (folder / "no.json").exists()) == (2, False), name
        assert words in done.stderr, (name, done.stderr)
        assert "openssl" in done.stderr or words in ("is a folder", "is too large") or name == "key0.pub"
    keys = {
        "none.pub": "there is no file",
        "key0.pem": "is a private key",
        "ec.pub": "key 1 of",
        "words.pem": "has no public key in PEM",
        ".": "is a folder",
    }
    for name, words in keys.items():
        done = run("verify", folder / "signed.json", "--keys", folder / name)
        assert done.exit_code == 2, name
        assert words in done.stderr, (name, done.stderr)


def test_who_signs_says_so_in_words_that_can_be_seen(folder: Path) -> None:
    key = ("--sign", str(folder / "key0.pem"))
    for words, says in (
        (key, "say who signs"),
        ((*key, "--signer", " "), "say who signs"),
        (("--signer", "Jane"), "name a key with --sign"),
        ((*key, "--signer", "Jane\u202e"), "holds U+202E RIGHT-TO-LEFT OVERRIDE"),
        ((*key, "--signer", "Jane", "--means", "x" * 201), "has 201 characters"),
    ):
        done = receipt(folder, "no.json", *words)
        assert (done.exit_code, (folder / "no.json").exists()) == (2, False)
        assert says in done.stderr
    assert receipt(folder, "key0.pem", *key, *WHO).exit_code == 2  # a key is not written over


def test_what_the_second_program_refuses_is_neither_written_nor_signed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = explanation_json.document

    def lying(*told: Any) -> dict[str, Any]:
        found = right(*told)
        found["parts"][0]["answer"].update(may="free")
        return found

    monkeypatch.setattr(explanation_json, "document", lying)
    done = receipt(folder, "no.json", "--sign", str(folder / "key0.pem"), *WHO)

    assert (done.exit_code, (folder / "no.json").exists()) == (1, False)
    assert "No receipt was written." in done.stderr
