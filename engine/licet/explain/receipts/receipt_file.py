"""A receipt as a file of somebody else's: read whole, or refused in a sentence that says what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from licet.errors import UsageError
from licet.explain.receipts.receipt import SCHEMA
from licet.ir.canonical import digest
from licet.names import printable

_PARTS = {"schema": str, "policy": dict, "facts": dict, "explanation": dict, "digests": dict}
_OPTIONAL = ("envelope", "tlog_proof")  # null, where there is none
_DIGESTS = ("explanation", "facts", "policy")
_NEW = "write one with `licet receipt FACTS SUBJECT -o FILE`"
_AGAIN = "copy it again from where it was written"


def read_receipt(content: bytes, name: str) -> dict[str, Any]:
    """The receipt in a file of this name. Errors: `UsageError` for whatever is none, or is damaged."""
    document = _json(content, name)
    if not isinstance(document, dict):
        raise UsageError(f"`{name}` is JSON, but no receipt: {_NEW}")
    schema = document.get("schema")
    if schema != SCHEMA:
        raise UsageError(f"`{name}` is no receipt ({SCHEMA}): {_other(schema)}")
    known = (*_PARTS, *_OPTIONAL)
    wrong = [f"does not know `{_brief(key)}`" for key in document if key not in known]
    wrong += [f"misses `{key}`" for key in known if key not in document]
    wrong += [f"reads `{k}` otherwise" for k, kind in _PARTS.items() if k in document and type(document[k]) is not kind]
    if not wrong and (sorted(document["digests"]) != list(_DIGESTS) or not _is_text(document["digests"].values())):
        wrong.append("reads `digests` otherwise")
    if wrong:
        raise UsageError(f"`{name}` is no receipt as this version writes them: it {'; it '.join(wrong)}; {_AGAIN}")
    try:
        digest(document)
    except UnicodeEncodeError as error:
        raise UsageError(f"`{name}` has half of a character in a text (`\\ud800` or the like); {_AGAIN}") from error
    except RecursionError as error:
        raise _too_deep(name) from error
    return document


def _json(content: bytes, name: str) -> Any:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"`{name}` is not UTF-8, from byte {error.start + 1:,} on; {_AGAIN}, as a file") from error
    if not text.strip():
        raise UsageError(f"`{name}` is empty; {_AGAIN}")
    try:
        return json.loads(
            text, object_pairs_hook=_without_twins, parse_float=_no_number, parse_constant=_no_number, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        if not text[error.pos :].strip() or error.msg.startswith("Unterminated string"):
            raise UsageError(f"`{name}` is cut off: it ends in the middle of its JSON; {_AGAIN}") from error
        at = f"line {error.lineno:,}, column {error.colno:,}"
        is_other = not text[: error.pos].strip()
        raise UsageError(f"`{name}` is no JSON from {at} on; {_NEW if is_other else _AGAIN}") from error
    except _OddError as error:
        raise UsageError(f"`{name}` {error}; {_AGAIN}") from error
    except RecursionError as error:
        raise _too_deep(name) from error


class _OddError(Exception):
    """JSON that no receipt has."""


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twin = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
        raise _OddError(f"says `{_brief(twin)}` twice of one thing, and nobody knows which counts")
    return found


def _no_number(text: str) -> Any:
    raise _OddError(f"has the number `{_brief(text)}`: in receipts, what is not whole is text")


def _whole(text: str) -> int:
    if len(text) > 400:
        raise _OddError(f"has a number of {len(text):,} digits, which no receipt has")
    return int(text)


def _too_deep(name: str) -> UsageError:
    return UsageError(f"`{name}` is nested deeper than any receipt; {_AGAIN}")


def _other(schema: Any) -> str:
    if not isinstance(schema, str):
        return _NEW
    if schema.startswith("licet/receipt/"):
        return f"it is `{_brief(schema)}`; install the version of Licet that reads it"
    if schema.startswith("licet/"):
        return f"it is `{_brief(schema)}`, which a receipt has within it; {_NEW}"
    return f"it says that it is `{_brief(schema)}`; {_NEW}"


def _brief(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def _is_text(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def receipt_bytes(path: Path) -> bytes:
    """The content of a file. Errors: `UsageError` where there is none."""
    if path.is_dir():
        raise UsageError(f"`{path}` is a folder; name the file of a receipt")
    if not path.exists():
        raise UsageError(f"there is no file `{path}`; {_NEW}")
    return path.read_bytes()
