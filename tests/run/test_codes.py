"""What is said of a code holds of every finer one that it may turn out to be."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.ir.codes import CodeForm, between, is_pattern, under
from licet.values import Truth

F, U, T = Truth.F, Truth.U, Truth.T
FORM = CodeForm("kind", "", ("[0-9]{1,2}", "[A-B]"), ".?[a-b]")
LEAVES = [f"{number}{letter}.{sub}" for number, letter, sub in product(("1", "2", "10"), "AB", "ab")]
ALL = sorted({*LEAVES, *(code[:-2] for code in LEAVES), "1", "2", "10"})


def finest(code: str) -> list[str]:
    """The codes of full length that one may be the beginning of."""
    own = FORM.parts(code)
    return [leaf for leaf in LEAVES if FORM.parts(leaf)[: len(own)] == own]


@pytest.mark.parametrize("asked", ALL)
@pytest.mark.parametrize("code", ALL)
def test_below_is_what_holds_of_every_finer_code(code: str, asked: str) -> None:
    holds = {FORM.parts(leaf)[: len(FORM.parts(asked))] == FORM.parts(asked) for leaf in finest(code)}

    assert under(FORM, code, asked) is (U if len(holds) == 2 else T if holds == {True} else F)


@pytest.mark.parametrize("high", ALL)
@pytest.mark.parametrize("low", ALL)
def test_between_holds_of_every_finer_code_where_it_is_certain(low: str, high: str) -> None:
    order = [FORM.parts(leaf) for leaf in LEAVES]  # digits by value: 1, 2, 10
    first, last = (FORM.parts(end) for end in (low, high))
    from_, to = (next(i for i, leaf in enumerate(order) if leaf[: len(end)] == end) for end in (first, last))
    to += sum(leaf[: len(last)] == last for leaf in order) - 1
    for code in ALL:
        said = between(FORM, code, low, high)
        own = FORM.parts(code)
        is_coarse = any(len(own) < len(end) and end[: len(own)] == own for end in (first, last))
        assert (said is U) == is_coarse
        for leaf in finest(code) if said is not U else ():
            assert (from_ <= order.index(FORM.parts(leaf)) <= to) == said.must, (code, leaf)


@given(st.sampled_from(ALL), st.sampled_from(ALL), st.sampled_from(ALL), st.sampled_from(ALL))
def test_knowing_more_of_a_code_flips_nothing(code: str, finer: str, low: str, high: str) -> None:
    if FORM.parts(finer)[: len(FORM.parts(code))] == FORM.parts(code):
        for before, after in (
            (under(FORM, code, low), under(FORM, finer, low)),
            (between(FORM, code, low, high), between(FORM, finer, low, high)),
        ):
            assert before is U or before is after


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1A.a", "1A.a"),
        ("1Aa", "1A.a"),
        (" 1 A . a ", "1A.a"),
        ("10A.a.b.a", "10A.a.b.a"),
        ("1", "1"),
        ("1C", None),
        ("1A.c", None),
        ("1A.", None),
        ("", None),
        ("A", None),
    ],
)
def test_a_code_is_read_from_the_left(text: str, kept: str | None) -> None:
    assert FORM.reads(text) == kept
    assert kept is None or FORM.reads(kept) == kept


@given(st.lists(st.text("0123456789ABab.", max_size=6), min_size=1))
def test_equal_codes_are_equal_texts(texts: list[str]) -> None:
    read = {kept for text in texts if (kept := FORM.reads(text)) is not None}

    assert len({FORM.parts(kept) for kept in read}) == len(read)


def test_only_the_codes_of_a_file_and_what_they_begin_with_are_known() -> None:
    form = CodeForm("kind", "", FORM.patterns, FORM.then, frozenset({"1A.a", "10B"}))

    assert [code for code in [*ALL, "10B"] if form.knows(code)] == ["1", "10", "10B", "1A", "1A.a", "10B"]


@pytest.mark.parametrize("pattern", ["", "[", "[A-", "[z-a]", "a*", "a?", ".?", "(a)", "a{2,1}", "a b", "..", "[A-E"])
def test_what_is_no_pattern(pattern: str) -> None:
    assert not is_pattern(pattern)
