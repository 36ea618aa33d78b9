"""Characters that nobody sees in a policy: what is read would not be what stands there."""

from __future__ import annotations

import re

from licet.diagnostics import Edit, Findings, Source, Span
from licet.names import code_point, is_shown

_STRANGE = re.compile(r"[^\n\r\t\x20-\x7e]")
_PROSE = re.compile(r'"(?:[^"\n]|"")*"|#[^\n]*')
_JOINERS = "\u200c\u200d"  # some scripts need them between letters


def without_hidden(source: Source, text: str, findings: Findings) -> str:
    """The text with a space in place of each character that is refused.

    Those are controls, what turns the direction of text round or has no width, and outside quotes and comments every
    space but the usual one.
    """
    if text.isascii() and not _STRANGE.search(text):
        return text
    prose = bytearray(len(text))
    for match in _PROSE.finditer(text):
        prose[match.start() : match.end()] = b"\1" * len(match[0])
    out = list(text)
    for match in _STRANGE.finditer(text):
        at, character = match.start(), match[0]
        quoted = bool(prose[at])
        if is_shown(character) and (quoted or not character.isspace()):
            continue
        if quoted and character in _JOINERS:
            continue
        instead = " " if character.isspace() else ""
        span = Span(source, at, at + 1)
        findings.error(
            "E080",
            f"{code_point(character)} stands here, which nobody sees",
            span,
            help="write a plain space" if instead else "delete it",
            fix=(Edit(span, instead),),
        )
        out[at] = " "
    return "".join(out)
