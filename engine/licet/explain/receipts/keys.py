"""Ed25519 keys in PEM files, by the library `cryptography`, which the extra `sign` installs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from licet.errors import UsageError

MISSING = "install licet[sign]"
_MAKE = "make one with `openssl genpkey -algorithm ed25519 -out key.pem`"
_PUBLIC = "openssl pkey -in key.pem -pubout -out key.pub.pem"
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_MOST = 1 << 20  # bytes of a file of keys


def is_there() -> bool:
    """Whether signatures can be made and checked here."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, by the SHA-256 of its SubjectPublicKeyInfo."""

    id: str
    public: Any

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether a signature of a message is by this key."""
        from cryptography.exceptions import InvalidSignature

        try:
            self.public.verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, and the id of its public one. Nothing shows it."""

    id: str
    private: Any

    def __repr__(self) -> str:
        return f"Signer({self.id})"

    def sign(self, message: bytes) -> bytes:
        """The signature of a message."""
        return bytes(self.private.sign(message))


def read_signer(path: Path) -> Signer:
    """The private key in a PEM file. Errors: `UsageError` for whatever is none that signs."""
    if not is_there():
        raise UsageError(f"--sign needs the library `cryptography`: {MISSING}")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _content(path)
    kinds = [block[1] for block in _BLOCK.finditer(content)]
    if kinds and all(kind.endswith(b"PUBLIC KEY") for kind in kinds):
        raise UsageError(f"`{path}` is a public key, which signs nothing: name the private one")
    if len(kinds) != 1:
        number = f"has {len(kinds)} keys, and one signs" if kinds else "is no key in PEM"
        raise UsageError(f"`{path}` {number}; {_MAKE}")
    if b"ENCRYPTED" in content:
        raise UsageError(f"`{path}` is locked with a password: `openssl pkey -in {path.name} -out open.pem` opens it")
    found = _loaded(load_pem_private_key, content, path, password=None)
    if not isinstance(found, Ed25519PrivateKey):
        raise UsageError(f"`{path}` is a key of another kind than Ed25519; {_MAKE}")
    return Signer(_id(found.public_key()), found)


def read_keys(path: Path) -> list[Key]:
    """The public keys in a PEM file, one after the other. Errors: `UsageError` for whatever is none that verifies."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    content = _content(path)
    found: list[Key] = []
    for number, block in enumerate(_BLOCK.finditer(content), 1):
        if block[1].endswith(b"PRIVATE KEY"):
            raise UsageError(f"`{path}` is a private key, which nobody but its owner should have: {_PUBLIC}")
        key = _loaded(load_pem_public_key, block[0], path)
        if not isinstance(key, Ed25519PublicKey):
            raise UsageError(f"key {number} of `{path}` is of another kind than Ed25519: leave it out")
        found.append(Key(_id(key), key))
    if not found:
        raise UsageError(f"`{path}` has no public key in PEM; {_PUBLIC}")
    return found


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise UsageError(f"`{path}` is a folder; name a file with a key in PEM")
    if not path.exists():
        raise UsageError(f"there is no file `{path}` with a key; {_MAKE}")
    with path.open("rb") as file:
        content = file.read(_MOST + 1)
    if len(content) > _MOST:
        raise UsageError(f"`{path}` is too large for a file of keys")
    return content


def _loaded(load: Any, content: bytes, path: Path, **options: Any) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return load(content, **options)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(f"`{path}` holds a key that cannot be read; {_MAKE}") from error


def _id(public: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    whole = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "sha256:" + hashlib.sha256(whole).hexdigest()


def named(keys: Sequence[Key], id_: str) -> Key | None:
    """The key with an id."""
    return next((key for key in keys if key.id == id_), None)
