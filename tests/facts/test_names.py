"""What makes two names one: laws of the rule in `licet.names`."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from licet.names import apart, in_an_id, matched, normal, same_name
from licet.suggest import nearest

LETTERS = st.characters(categories=("Lu", "Ll", "Lo", "Lt", "Lm", "Nd"))
WORDS = st.text(LETTERS, min_size=1, max_size=6)
BETWEEN = st.text(st.sampled_from(" -_.,/·・—«»\t'’"), min_size=1, max_size=3)


@given(st.text())
def test_composed_and_decomposed_are_one(text: str) -> None:
    assert normal(unicodedata.normalize("NFD", text)) == normal(text)
    assert matched(unicodedata.normalize("NFD", text)) == matched(text)
    assert normal(normal(text)) == normal(text)


@given(st.lists(WORDS, min_size=1, max_size=4), BETWEEN, BETWEEN)
def test_case_spaces_and_punctuation_do_not_count(words: list[str], one: str, other: str) -> None:
    assert same_name(one.join(words), other.join(words))
    assert matched(one.join(words)) == matched(one.join(words).casefold())


@given(WORDS, WORDS)
def test_names_of_letters_are_one_only_if_they_are_but_for_case(one: str, other: str) -> None:
    def folded(text: str) -> str:
        return unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())

    assert same_name(one, other) == (folded(one) == folded(other))


@given(st.text(min_size=1))
def test_no_name_is_compared_as_nothing(text: str) -> None:
    assert matched(text)


@given(st.lists(st.text(max_size=8), max_size=8))
def test_ids_are_printable_never_empty_and_never_equal(names: list[str]) -> None:
    ids = apart(map(in_an_id, names))

    assert len(set(ids)) == len(names)
    assert all(id_ and "." not in id_ and " " not in id_ for id_ in ids)


def test_what_keeps_names_apart() -> None:
    for one, other in (
        ("Zoé", "Zoè"),
        ("4.5", "45"),
        ("Command R", "Command R+"),
        ("智谱", "通义"),
        ("?!", "!"),
        ("か", "が"),
    ):
        assert not same_name(one, other), (one, other)
    for one, other in (
        ("Fable-5", "FABLE 5"),
        ("Straße", "STRASSE"),
        ("Fable™", "fable"),
        ("a\u200bb", "ab"),
        ("4.5", "4-5"),
    ):
        assert same_name(one, other), (one, other)


def test_of_names_that_hold_a_word_the_one_most_like_it_is_meant() -> None:
    names = ("below_published_frontier", "name", "weights_published")

    assert nearest("published", names) == ("weights_published",)
    assert nearest("Weights-Published", names) == ("weights_published",)
    assert nearest("weight", names) == ("weights_published",)
    assert nearest("colour", names) == ()
