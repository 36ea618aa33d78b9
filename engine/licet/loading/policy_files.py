"""Policy files from disk: parsed, joined with the modules they use, checked."""

from __future__ import annotations

import gc
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from licet.check.parameters import Rows
from licet.check.policy import Checked, check, is_in
from licet.diagnostics import Diagnostic, Findings, Source, Span
from licet.errors import PolicyError, UsageError
from licet.ir.policy import DatedList, Policy
from licet.ir.types import Type
from licet.loading.given_rows import check_given_rows
from licet.loading.kept_parses import kept_parse
from licet.loading.lists import read_codes, read_list
from licet.loading.parameter_files import rows_of
from licet.loading.policy_folder import OutsideError, PolicyFolders
from licet.loading.policy_set import SUFFIX, shipped_file, siblings, top_of
from licet.loading.table_files import with_table_files
from licet.resources import policies_folder
from licet.syntax import tree as t
from licet.syntax.from_text import Parsed, parse

LITERATE = ".md"
_WORD = re.compile(r"\w\w+")  # one letter is a variable's name there
_OF_FACTS = frozenset(".yaml .yml .json .jsonl .ndjson .csv .tsv .parquet .arrow .xlsx".split())
_NOT_KNOWN = ("E030", "E032", "E038", "E040", "E042", "E054", "E055", "E056", "E057")  # where a name may be at fault


def load_policy(paths: Sequence[Path] = ()) -> Policy:
    """The policy in files and folders; without any, the shipped library. Errors: `PolicyError`, `UsageError`."""
    checked = check_files(paths)
    if any(d.severity == "error" for d in checked.diagnostics):
        raise PolicyError([d for d in checked.diagnostics if d.severity == "error"])
    return checked.policy


def files_read(paths: Sequence[Path] = ()) -> list[Path]:
    """The policy files that `load_policy` reads: those named, those beside that they use, and those of the library."""
    read = _Read.of(tuple(paths) or (policies_folder(),), whole=False)
    given = (*read.parsed, *read.beside)
    return [Path(text.source.name) for text in (*given, *_used(given))]


def check_files(paths: Sequence[Path] = (), *, whole: bool = False) -> Checked:
    """Like `load_policy`, with all findings instead of an exception.

    Of a file that belongs to a set what it uses is loaded too; with `whole` also what uses it. Findings are about what
    was named. Where a name is not known, the modules that declare it are looked for.
    """
    with _without_collector():
        read = _Read.of(tuple(paths) or (policies_folder(),), whole=whole)
        checked = read.checked()
        not_known = [d for d in checked.diagnostics if d.code in _NOT_KNOWN]
        if not_known and _may_be_of_the_library(not_known):
            return _with_uses_missed(checked, read.checked(library=True), read.own)
        return checked


def _may_be_of_the_library(not_known: Iterable[Diagnostic]) -> bool:
    """Whether any word of what is not known stands in the library: only then is all of it read for it."""
    places = [told.span for told in not_known]
    words = {word for place in places if place is not None for word in _WORD.findall(place.said)}
    texts = (file.read_text(encoding="utf-8") for file in policies_folder().rglob(f"*{SUFFIX}"))
    return None in places or any(not words.isdisjoint(_words_of(text)) for text in texts)


@lru_cache(maxsize=512)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def _with_uses_missed(checked: Checked, beside_library: Checked, own: Collection[str]) -> Checked:
    """What was found, where names that are not known are told with the modules of the library that declare them.

    A policy that is not written beside the library may clash with it: what was found of both counts only where it says
    more, and no more than that, about the policy's own files.
    """

    def errors(found: Checked) -> list[Diagnostic]:
        return [d for d in found.diagnostics if d.severity == "error" and (d.span is None or d.span.source.name in own)]

    before, after = errors(checked), errors(beside_library)
    uses_before, uses_after = (sum(d.code == "E031" for d in found) for found in (before, after))
    if uses_after <= uses_before or len(after) - uses_after > len(before) - uses_before:
        return checked
    others = [d for d in checked.diagnostics if d not in before]
    return replace(checked, diagnostics=_sorted([*others, *after]))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Trees hold no cycles and all of them stay: looking for garbage in them makes time grow faster than the policy."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Read:
    """The policy files of `roots`, and those `beside` that they use or, if the whole is asked for, that use them."""

    roots: tuple[Path, ...]
    own: frozenset[str]
    parsed: Sequence[Parsed]
    beside: Sequence[Parsed]
    around: PolicyFolders
    whole: bool
    findings: Sequence[Diagnostic]

    @classmethod
    def of(cls, roots: tuple[Path, ...], *, whole: bool) -> _Read:
        """Errors: `UsageError` where there is no policy file."""
        findings = Findings()
        files = [file for file in policy_files(roots) if _stays_inside(file, roots, findings)]
        parsed = [p for file in files if (p := parse_file(file, findings)) is not None]
        parsed = [with_table_files(p, PolicyFolders.of(roots), findings) for p in parsed]
        beside, around = _beside(roots, files, whole=whole)
        return cls(roots, frozenset(map(str, files)), parsed, beside, around, whole, findings.sorted())

    def checked(self, *, library: bool = False) -> Checked:
        """What is found with the modules of the library that are used, or with all of it."""
        findings, folders = Findings(), PolicyFolders.of(self.roots)
        findings.extend(self.findings)
        used = _used([*self.parsed, *self.beside], all_=library)
        ignored = Findings()  # what is wrong beside is not looked for
        places = (self.beside, self.around, ignored), (self.parsed, folders, findings), (used, folders, findings)
        codes = {name: code for place in places for name, code in _codes(*place)}
        lists = {name: dated for place in places for name, dated in _lists(*place, codes)}
        parameters = {name: rows for place in places for name, rows in _parameters(*place)}
        name = ", ".join(_name(root) for root in self.roots)
        checked = check(name, [*self.parsed, *self.beside, *used], lists, self.own, codes, parameters)
        check_given_rows(checked.policy, findings)
        about = frozenset(_sources([*self.beside, *used]) if self.whole else ())
        found = (*checked.diagnostics, *findings.sorted())
        return Checked(checked.policy, _sorted(d for d in found if not is_in(d, about)), about)


def _beside(roots: tuple[Path, ...], files: Sequence[Path], *, whole: bool) -> tuple[list[Parsed], PolicyFolders]:
    """The other files of the set, with their tables, and where theirs are. What is wrong in them is not looked for."""
    found = siblings(roots, files, whole=whole)
    folders = PolicyFolders.of((*dict.fromkeys(top_of(file) for file in files), *roots) if found else roots)
    ignored = Findings()
    parsed = [p for file in found if (p := parse_file(file, ignored)) is not None]
    return [with_table_files(p, folders, ignored) for p in parsed], folders


def _sources(parsed: Iterable[Parsed]) -> Iterator[str]:
    """The names of files, and of those in which rows of their tables stand."""
    for text in parsed:
        yield text.source.name
        yield from (row.span.source.name for item in text.items if isinstance(item, t.Table) for row in item.rows)


def _sorted(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(diagnostics, key=lambda d: d.sort_key))


def _name(root: Path) -> str:
    return "licet policy library" if root == policies_folder() else root.name


def policy_files(roots: Iterable[Path]) -> Iterable[Path]:
    """Every policy file in files and folders, once each. Errors: `UsageError` where there is none."""
    seen: set[Path] = set()
    for root in roots:
        if root.is_dir():
            found = sorted(
                [*root.rglob(f"*{SUFFIX}"), *(f for f in root.rglob(f"*{LITERATE}") if _is_literate(f, root))]
            )
            if not found:
                raise UsageError(f"there is no policy file (*{SUFFIX}) in `{root}`")
        elif root.is_file() and root.suffix.lower() in _OF_FACTS:
            raise UsageError(
                f"`{root}` is no policy file (*{SUFFIX}, or *{LITERATE} with policy in it); lists and tables "
                f"are checked with the policy that names them, facts with `--facts {root}`"
            )
        elif root.is_file():
            found = [root]
        else:
            raise UsageError(f"there is no file or folder `{root}`")
        for file in found:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _is_literate(file: Path, root: Path) -> bool:
    """A Markdown page with policy in it; other pages of a folder are prose."""
    if not file.is_file() or not file.resolve().is_relative_to(root.resolve()):
        return False
    return "```licet" in file.read_text(encoding="utf-8", errors="replace")


def _stays_inside(file: Path, roots: Sequence[Path], findings: Findings) -> bool:
    """Whether a file is one of the policy's, and no link to something else."""
    try:
        if file not in roots:
            PolicyFolders.of(roots).check(file)
    except OutsideError as error:
        findings.error("E064", str(error), help="put the file itself there, not a link")
        return False
    return True


def parse_file(file: Path, findings: Findings) -> Parsed | None:
    """The items of a policy file; None, and a finding, if it is not text."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        as_read = Source(str(file), error.object.decode("latin-1"))
        findings.error(
            "E001",
            f"`{file}` is not UTF-8 text: the byte at {error.start} cannot be read",
            Span(as_read, error.start, error.start + 1),
            help="save the file as UTF-8",
        )
        return None
    return _read(str(file), text)


@lru_cache(maxsize=128)
def _read(name: str, text: str) -> Parsed:
    """The items of a file; a text that has not changed is read once, however often a policy that uses it is loaded."""
    return kept_parse(name, text) if Path(name).is_relative_to(policies_folder()) else parse(Source(name, text))


def _used(parsed: Sequence[Parsed], *, all_: bool = False) -> list[Parsed]:
    """The modules of the shipped library that are used and not given, or all that are not given."""
    have = {item.name.text for p in parsed for item in p.items if isinstance(item, t.Module)}
    found: list[Parsed] = []
    pending = [item.name.text for p in parsed for item in p.items if isinstance(item, t.Use)]
    if all_:
        files = policies_folder().rglob(f"*{SUFFIX}")
        pending += [".".join(f.relative_to(policies_folder()).with_suffix("").parts) for f in files]
    while pending:
        name = pending.pop()
        if name in have or not (file := shipped_file(name)).is_file():
            continue
        have.add(name)
        text = _read(str(file), file.read_text(encoding="utf-8"))
        found.append(text)
        pending += [item.name.text for item in text.items if isinstance(item, t.Use)]
    return found


def _codes(parsed: Iterable[Parsed], folders: PolicyFolders, findings: Findings) -> Iterator[tuple[str, Type]]:
    for text in parsed:
        for item in text.items:
            if isinstance(item, t.Code) and (found := read_codes(item, folders, findings)) is not None:
                yield item.name.text, found


def _parameters(parsed: Iterable[Parsed], folders: PolicyFolders, findings: Findings) -> Iterator[tuple[str, Rows]]:
    for text in parsed:
        for item in text.items:
            if isinstance(item, t.DatedParameter) and item.file is not None:
                found = rows_of(item, folders, findings)
                if found is not None:
                    yield item.name.text, found


def _lists(
    parsed: Iterable[Parsed], folders: PolicyFolders, findings: Findings, codes: Mapping[str, Type]
) -> Iterator[tuple[str, DatedList]]:
    for text in parsed:
        for item in text.items:
            if isinstance(item, t.ListDeclaration):
                found = read_list(item, codes, folders, findings)
                if found is not None:
                    yield item.name.text, found
