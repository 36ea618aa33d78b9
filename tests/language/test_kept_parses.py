"""Parses that are kept between runs: the same items, and never those of another text."""

from __future__ import annotations

from pathlib import Path

import pytest

from licet.diagnostics import Source
from licet.loading import kept_parses
from licet.resources import policies_folder
from licet.syntax.from_text import Parsed, parse

TEXT = 'module a "A"\nentity Thing "thing"\n  heavy : boolean "heavy"\nrule broken for x Thing\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_parses, "cache_folder", lambda: tmp_path)
    return tmp_path


def never(source: Source) -> Parsed:
    raise AssertionError(f"`{source.name}` is read again")


def test_a_text_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in sorted((policies_folder() / "us").rglob("*.licet"))[:3]:
        kept_parses.kept_parse(str(file), file.read_text(encoding="utf-8"))
    first = kept_parses.kept_parse("a.licet", TEXT)
    monkeypatch.setattr(kept_parses, "parse", never)

    again = kept_parses.kept_parse("a.licet", TEXT)
    assert again is not first
    assert repr(again) == repr(parse(Source("a.licet", TEXT)))
    assert [d.code for d in again.diagnostics] == ["E010"]
    for file in sorted((policies_folder() / "us").rglob("*.licet"))[:3]:
        text = file.read_text(encoding="utf-8")
        assert repr(kept_parses.kept_parse(str(file), text)) == repr(parse(Source(str(file), text)))


@pytest.mark.parametrize("other", [("b.licet", TEXT), ("a.licet", TEXT + "\n"), ("a.licet", "")])
def test_another_text_or_name_is_read(folder: Path, other: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    kept_parses.kept_parse("a.licet", TEXT)
    monkeypatch.setattr(kept_parses, "parse", never)
    with pytest.raises(AssertionError, match="read again"):
        kept_parses.kept_parse(*other)


def test_another_reader_reads_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_parses.kept_parse("a.licet", TEXT)
    monkeypatch.setattr(kept_parses, "_reader", lambda: "another")
    monkeypatch.setattr(kept_parses, "parse", never)
    with pytest.raises(AssertionError, match="read again"):
        kept_parses.kept_parse("a.licet", TEXT)


@pytest.mark.parametrize("damage", [b"", b"\x80\x05N.", b"nothing of the kind"])
def test_what_is_damaged_is_read_again(folder: Path, damage: bytes) -> None:
    kept_parses.kept_parse("a.licet", TEXT)
    (file,) = folder.iterdir()
    file.write_bytes(damage)
    assert repr(kept_parses.kept_parse("a.licet", TEXT)) == repr(parse(Source("a.licet", TEXT)))
    assert file.read_bytes() != damage


def test_a_folder_that_cannot_be_written_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kept_parses, "cache_folder", lambda: tmp_path / "nowhere")
    assert kept_parses.kept_parse("a.licet", TEXT).items
    monkeypatch.setattr(kept_parses, "cache_folder", lambda: None)
    assert kept_parses.kept_parse("a.licet", TEXT).items


def test_what_nobody_reads_is_removed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_parses.kept_parse("a.licet", TEXT)
    monkeypatch.setattr(kept_parses, "_UNUSED", -60)
    kept_parses.kept_parse("b.licet", TEXT)
    assert not list(folder.iterdir())
