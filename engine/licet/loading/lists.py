"""Dated lists from YAML: members with their days and sources, and territories that follow a country."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from licet.check.codes import form_of_tree
from licet.diagnostics import Diagnostic, Findings, Source, Span
from licet.facts import yaml_text as y
from licet.facts.cells.values_from_text import Problem, value_from_text
from licet.facts.text_files import read_text
from licet.ir.calendars import WEEKDAYS
from licet.ir.policy import DatedList, Interval, Membership, Territory
from licet.ir.types import COUNTRY, DATE, TEXT, Kind, Type
from licet.loading.policy_folder import BESIDE, OutsideError, PolicyFolders
from licet.suggest import did_you_mean
from licet.syntax import tree as t
from licet.values import parse_date

_KEYS = ("list", "title", "source", "certainty", "note", "covers", "inherits", "members")
_CODE_KEYS = ("code", "title", "source", "certainty", "note", "codes")
_BEGIN = {"list": "`list:` and `members:`", "code": "`code:` and `codes:`", "parameter": "`parameter:` and `rows:`"}
_CERTAINTIES = ("verified", "secondary", "unverified")
_MEMBER_KEYS = ("code", "value", "date", "name", "from", "until", "source", "note")


_MEMBERS = {"text": TEXT, "country": COUNTRY, "date": DATE}  # codes besides, which policies declare


def read_list(
    tree: t.ListDeclaration, codes: Mapping[str, Type], folders: PolicyFolders, findings: Findings
) -> DatedList | None:
    """The list that a declaration names; its file is looked for in each folder in turn. `codes` are those declared."""
    found = named_file(tree.file, "list", folders, findings)
    if found is None:
        return None
    path, document = found
    type_ = _MEMBERS.get(tree.type.names[0].text) or codes.get(tree.type.names[0].text)
    document.tell_unknown((*_KEYS, "weekend") if type_ == DATE else _KEYS, "a list", findings)
    _check_head(document, tree, findings)
    members, told = ((), ()) if type_ is None else _members(document.span.source, type_)
    findings.extend(told)
    return DatedList(
        name=tree.name.text,
        phrase=tree.phrase,
        type=type_ or TEXT,
        title=document.text("title"),
        source=document.text("source"),
        certainty=document.text("certainty"),
        covers=_covers(document, findings),
        members=tuple(member for member, _ in members),
        territories=_territories(document, path, folders, findings),
        weekend=_weekend(document, findings),
    )


def read_codes(tree: t.Code, folders: PolicyFolders, findings: Findings) -> Type | None:
    """The codes of a declaration, with those that its file lists if it names one."""
    form = form_of_tree(tree)
    if form is None:
        return None  # which is told where it is checked
    if tree.file is None:
        return Type(Kind.CODE, form.name, form=form)
    found = named_file(tree.file, "code", folders, findings)
    node = None if found is None else found[1].get("codes")
    if found is None:
        return None
    found[1].tell_unknown(_CODE_KEYS, "a file of codes", findings)
    if not isinstance(node, y.Sequence):
        place = node.span if node else found[1].span
        findings.error("F002", "this file has no `codes`", place, help=f"write `codes: [{form.example}]`")
        return None
    known = set()
    for item in node.items:
        text = item.text if isinstance(item, y.Scalar) else item.span.said
        code = form.reads(text) if isinstance(item, y.Scalar) else None
        if code is None:
            help_ = form.help(text) or f"write codes such as {form.example}"
            findings.error("F005", f"`{text}` is no code of `{form.name}`", item.span, help=help_)
        else:
            known.add(code)
    return Type(Kind.CODE, form.name, form=replace(form, known=frozenset(known)))


def named_file(file: t.Word, what: str, folders: PolicyFolders, findings: Findings) -> tuple[Path, y.Mapping] | None:
    """The file that a declaration names, and what stands in it."""
    try:
        own = Path(file.span.source.name).parent  # where a folder above the policy's own was given
        path = folders.find(file.text) or folders.find(file.text, own / "lists", own)
    except OutsideError as error:
        findings.error("E064", str(error), file.span, help=BESIDE)
        return None
    if path is None:
        findings.error(
            "E064",
            f"there is no {what} file `{file.text}`",
            file.span,
            help="the path is relative to a folder `lists/` beside the policies",
        )
        return None
    document = _document(path, what, findings)
    return None if document is None else (path, document)


def _check_head(document: y.Mapping, tree: t.ListDeclaration, findings: Findings) -> None:
    """The file says itself which list it is, and how well it was read."""
    name, certainty = document.get("list"), document.get("certainty")
    if isinstance(name, y.Scalar) and name.text != tree.name.text:
        findings.error(
            "F019",
            f"this file is the list `{name.text}`, and `{tree.name.text}` names it",
            name.span,
            others=((tree.file.span, "named here"),),
            help=f"write `list: {tree.name.text}` if it is that list, or let `{tree.name.text}` name its own file",
        )
    if certainty is not None and not (isinstance(certainty, y.Scalar) and certainty.text in _CERTAINTIES):
        said = certainty.text if isinstance(certainty, y.Scalar) else certainty.span.said
        findings.error(
            "F005",
            f"`{said}` says nothing of how a list was read",
            certainty.span,
            label=f"expected one of {', '.join(f'`{c}`' for c in _CERTAINTIES)}",
            help=did_you_mean(said, _CERTAINTIES),
        )


def _weekend(document: y.Mapping, findings: Findings) -> tuple[int, ...]:
    """The days of the week on which nobody works; Saturday and Sunday where the file says nothing."""
    node = document.get("weekend")
    if node is None:
        return (5, 6)
    found: set[int] = set()
    items = node.items if isinstance(node, y.Sequence) else (node,)
    for item in items:
        text = item.text if isinstance(item, y.Scalar) else item.span.said
        if text in WEEKDAYS:
            found.add(WEEKDAYS.index(text))
        else:
            findings.error("F005", f"`{text}` is no day of the week", item.span, help=did_you_mean(text, WEEKDAYS))
    if len(found) == len(WEEKDAYS):
        findings.error("F005", "nobody works on any day of the week", node.span, help="leave one of them out")
    return tuple(sorted(found))


def _check_once(members: Iterable[tuple[Membership, Span]], findings: Findings) -> None:
    """Nobody is a member twice on one day; again after a while is another matter."""
    before: dict[str | date, list[tuple[Interval, Span]]] = {}
    for member, place in members:
        earlier = before.setdefault(member.member, [])
        for interval, first in earlier:
            if interval.meets(member.interval):
                findings.error(
                    "F003",
                    f"`{member.member}` is a member twice on the same days",
                    place,
                    label="second time",
                    others=((first, "first time"),),
                    help="keep one of them, or let the first end, with `until`, before the second begins",
                )
                break
        earlier.append((member.interval, place))


def _document(path: Path, what: str, findings: Findings) -> y.Mapping | None:
    source = read_text(path, findings)
    begin = _BEGIN[what]
    document, found = (None, ()) if source is None else _nodes(source.name, source.text, begin)
    findings.extend(found)
    if document is not None and not isinstance(document, y.Mapping):
        findings.error("F002", f"a {what} file is a mapping", document.span, help=f"begin with {begin}")
        return None
    return document


_KEPT = 512  # more files than a library has: were it one too few, each would be read again in every turn


@lru_cache(maxsize=_KEPT)
def _nodes(name: str, text: str, begin: str) -> tuple[y.Node | None, tuple[Diagnostic, ...]]:
    """What stands in a file, and what is wrong with it; a text that has not changed is read once."""
    findings = Findings()
    return y.read(Source(name, text), findings, begin), findings.sorted()


def _day(node: y.Mapping, key: str, findings: Findings) -> date | None:
    value = node.get(key)
    if value is None or (isinstance(value, y.Scalar) and not value.text):
        return None
    found = parse_date(value.text) if isinstance(value, y.Scalar) else None
    if found is None:
        findings.error("F005", f"`{key}` is not a date", value.span, help="write year-month-day: 2026-07-10")
    return found


def interval_of(node: y.Mapping, findings: Findings) -> Interval:
    start, end = _day(node, "from", findings), _day(node, "until", findings)
    if start is not None and end is not None and start >= end:
        findings.error("F005", "this stretch of time is empty", node.span, help="`until` is the first day outside it")
    return Interval(start, end, node.text("note"))


def _covers(document: y.Mapping, findings: Findings) -> Interval:
    node = document.get("covers")
    if isinstance(node, y.Mapping):
        node.tell_unknown(("from", "until", "note"), "`covers`", findings)
        return interval_of(node, findings)
    place = node.span if node else Span(document.span.source, 0, 0)
    findings.error(
        "F013", "this list does not say which days it covers", place, help="write `covers: {from: 2025-01-13}`"
    )
    return Interval(None, None)


@lru_cache(maxsize=_KEPT)
def _members(source: Source, type_: Type) -> tuple[tuple[tuple[Membership, Span], ...], tuple[Diagnostic, ...]]:
    """The members of a list, and what is wrong with them."""
    findings = Findings()
    document, _ = _nodes(source.name, source.text, _BEGIN["list"])
    assert isinstance(document, y.Mapping)
    members = tuple(_each_member(document, type_, findings))
    _check_once(members, findings)
    return members, findings.sorted()


def _each_member(document: y.Mapping, type_: Type, findings: Findings) -> Iterator[tuple[Membership, Span]]:
    node = document.get("members")
    if not isinstance(node, y.Sequence):
        findings.error(
            "F002", "this list has no `members`", node.span if node else document.span, help="write `members: [CH, JP]`"
        )
        return
    source = document.text("source")
    for item in node.items:
        if isinstance(item, y.Mapping):
            item.tell_unknown(_MEMBER_KEYS, "a member", findings)
            name = item.get("code") or item.get("value") or item.get("date")
            if isinstance(name, y.Scalar):
                yield from _member(name, type_, interval_of(item, findings), item.text("source") or source, findings)
            else:
                findings.error("F006", "this member has no `code`", item.span, help="write `{code: AE, from: ...}`")
        elif isinstance(item, y.Scalar):
            yield from _member(item, type_, Interval(None, None), source, findings)
        else:
            findings.error("F002", "a member is a value or a mapping", item.span)


def _member(
    name: y.Scalar, type_: Type, interval: Interval, source: str, findings: Findings
) -> Iterator[tuple[Membership, Span]]:
    value = value_from_text(name.text, type_, {})
    if isinstance(value, Problem):
        findings.error(
            "F005",
            f"`{name.text}` cannot be a member of this list",
            name.span,
            label=f"expected {value.expected}",
            help=value.help,
        )
    else:
        yield Membership(value if isinstance(value, date) else str(value), interval, source), name.span


def _territories(document: y.Mapping, path: Path, folders: PolicyFolders, findings: Findings) -> tuple[Territory, ...]:
    """Those of the list itself, or of the file that it names."""
    node = document.get("inherits")
    if node is None:
        return ()
    key = "inherits"
    if isinstance(node, y.Scalar):
        try:
            file = folders.find(node.text, *folders.above(path))
        except OutsideError as error:
            findings.error("E064", str(error), node.span, help=BESIDE)
            return ()
        if file is None:
            findings.error("E064", f"there is no file `{node.text}`", node.span, help="name a file of the lists folder")
            return ()
        shared = _document(file, "list", findings)
        if shared is None:
            return ()
        document, key = shared, "territories"
    found, told = _followers(document.span.source, key)
    findings.extend(told)
    return found


@lru_cache(maxsize=_KEPT)
def _followers(source: Source, key: str) -> tuple[tuple[Territory, ...], tuple[Diagnostic, ...]]:
    """The territories under a key of a file, and what is wrong with them."""
    findings = Findings()
    document, _ = _nodes(source.name, source.text, _BEGIN["list"])
    node = document.get(key) if isinstance(document, y.Mapping) else None
    found = tuple(_each_territory(node, findings)) if isinstance(node, y.Mapping) else ()
    return found, findings.sorted()


def _each_territory(node: y.Mapping, findings: Findings) -> Iterator[Territory]:
    for code, entry in node.pairs:
        stands_for = entry.get("as") if isinstance(entry, y.Mapping) else None
        if not isinstance(entry, y.Mapping) or not isinstance(stands_for, y.Scalar):
            findings.error("F002", f"`{code.text}` does not say which country it follows", entry.span, help="{as: CN}")
            continue
        yield Territory(code.text, stands_for.text, _day(entry, "from", findings), entry.text("source"))
