"""The canonical JSON of a policy is that of RFC 8785."""

from __future__ import annotations

from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from licet.ir.canonical import canonical_json, plain

SCALARS = st.none() | st.booleans() | st.text()
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(DOCUMENTS)
def test_it_is_written_as_the_rfc_says(document: Any) -> None:
    assert canonical_json(plain(document)) == rfc8785.dumps(document)


def test_keys_are_sorted_as_utf_16() -> None:
    document = {"\ufb33": "later", "\U0001f600": "sooner", "\x7f\x1f\n": '"\\/'}

    assert canonical_json(plain(document)) == rfc8785.dumps(document)
    assert list(plain(document)) == ["\x7f\x1f\n", "\U0001f600", "\ufb33"]
