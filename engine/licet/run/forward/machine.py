"""durable_rules under contract: one thread at a time, strings only, small rulesets, every fault raised."""

from __future__ import annotations

import itertools
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

import durable_rules_engine
from durable import engine as durable

from licet.errors import EngineError
from licet.plan.network import Join

# Beyond these, creating a ruleset slows down or corrupts memory (measured with 2.0.28).
MOST_RULES = 180
MOST_TOKENS = 140
# The library frees a session's buffers that only a fired action has set: deleting one in which nothing fired
# corrupts memory (createStateNode and deleteStateNode of 2.0.28). So every session begins with a firing.
_BEGIN = "begin"
# A ruleset keeps a message under 32 bits of its id's hash and refuses another with the same: of 100,000 tokens with
# ids of its own making, one is lost. No two of the first million numbers in octal share a hash (FNV-1a).
MOST_MESSAGES = 8**6

# The library keeps its rulesets, sessions and results in one place for the whole process and locks nothing: whoever
# makes, runs or closes a machine holds this from beginning to end.
LIBRARY = RLock()
# Handles of rulesets whose machine is gone. A machine may go in any thread at any moment, so that they wait here for
# the next one who holds the library.
_LEFT_BEHIND: deque[int] = deque()

Token = tuple[str, str, str]  # name, key, and the other key or value


@dataclass(slots=True)
class Session:
    """One run of a machine. Keys go to the library as short codes: it compares strings by 16 bits of their length."""

    id: str
    codes: dict[str, str]  # of each text
    texts: dict[str, str]  # of each code
    begun: dict[str, None] = field(default_factory=dict)  # a session exists only in rulesets where a token went
    messages: itertools.count[int] = field(default_factory=itertools.count)

    def code(self, text: str) -> str:
        code = self.codes.get(text)
        if code is None:
            code = self.codes[text] = f"k{len(self.codes)}"
            self.texts[code] = text
        return code


@dataclass(slots=True, weakref_slot=True, eq=False)
class Machine:
    """A private host with the rulesets of one stage; rulesets too large for one are split and run in turn."""

    _host: Any
    _names: list[str]
    _reads: list[set[tuple[str, str]]]  # token names, with the constant that is looked for or nothing
    _records: list[tuple[Join, dict[str, Any]]]
    _constants: dict[str, str]  # the codes of the texts that productions look for
    _sessions: itertools.count[int] = field(default_factory=itertools.count)

    def run(self, tokens: Iterable[Token], again: Callable[[set[Token]], Iterable[Token]] | None = None) -> set[Token]:
        """Asserts tokens one at a time until nothing new follows; all tokens known at the end.

        `again` is asked at each fixpoint for further tokens, until it has none.
        """
        texts = {code: text for text, code in self._constants.items()}
        session = Session(f"s{next(self._sessions)}", dict(self._constants), texts)
        known: set[Token] = set()
        try:
            pending = list(tokens)
            while pending:
                while pending:
                    token = pending.pop()
                    if token not in known:
                        known.add(token)
                        pending += self._assert(session, token)
                pending = [t for t in again(known) if t not in known] if again is not None else []
            self._raise_swallowed(session)
        finally:
            for name in session.begun:
                self._host.delete_state(name, session.id)
        return known

    def _assert(self, session: Session, token: Token) -> list[Token]:
        name, _, other = token
        concluded: list[Token] = []
        for ruleset, reads in zip(self._names, self._reads, strict=True):
            if (name, "") not in reads and (name, other) not in reads:
                continue  # the library raises on a token that no production looks for
            if ruleset not in session.begun:
                session.begun[ruleset] = None
                self._send(session, ruleset, (_BEGIN, "", ""))
            self._send(session, ruleset, token)
            concluded += [_conclusion(join, bound, session.texts) for join, bound in self._records]
            self._records.clear()
        return concluded

    def _send(self, session: Session, ruleset: str, token: Token) -> None:
        number = next(session.messages)
        if number >= MOST_MESSAGES:
            raise EngineError("more tokens than durable_rules can be trusted with; use `--engine columnar`")
        name, key, other = token
        fact = {"sid": session.id, "id": f"{number:o}", "p": name, "s": session.code(key), "x": session.code(other)}
        try:
            state = self._host.assert_fact(ruleset, fact)
        except Exception as error:  # whatever the library raises is our fault or its own
            raise EngineError(f"durable_rules refused a token: {error}") from error
        if state == 0:  # it gives up, and says nothing, when an action takes longer than ten seconds
            raise EngineError("durable_rules did not finish an action")

    def _raise_swallowed(self, session: Session) -> None:
        """The library keeps what an action raises in the session's state and says nothing."""
        for name in session.begun:
            state = self._host.get_state(name, session.id)
            if "exception" in state:
                raise EngineError(f"an action failed in durable_rules: {state['exception']}")


# Its own clock, of which Python 3.12 warns at every token, is `datetime.utcfromtimestamp`. It only times out by it.
durable._unix_now = time.time


class _QuietHost(durable.Host):  # type: ignore[misc]  # the library has no types
    """A host without the two polling threads: they serve stores and timers, which we do not use."""

    def _run(self) -> None:
        pass


def machine(groups: Sequence[Sequence[Join]]) -> Machine:
    """A machine for joins in groups; a group, which is one rule's, stays together. Its rulesets go when it goes."""
    free_left_behind()
    records: list[tuple[Join, dict[str, Any]]] = []
    rulesets = list(_split(groups))
    host = _QuietHost()
    constants = {join.constant: "" for group in groups for join in group if join.constant}
    constants = {text: f"c{i}" for i, text in enumerate(constants)}
    names, reads = [], []
    for i, joins in enumerate(rulesets):
        definition = {f"r{j}": _definition(join, constants, records) for j, join in enumerate(joins)}
        definition[_BEGIN] = {"all": [{"m": {"p": _BEGIN}}], "run": _nothing}
        host.register_rulesets({f"n{i}": definition})
        names.append(f"n{i}")
        reads.append({pattern for join in joins for pattern in _patterns(join)})
    made = Machine(host, names, reads, records, constants)
    weakref.finalize(made, _LEFT_BEHIND.extend, [host.get_ruleset(name)._handle for name in names])
    return made


def free_left_behind() -> None:
    """Frees the rulesets of machines that are gone."""
    while _LEFT_BEHIND:
        durable_rules_engine.delete_ruleset(_LEFT_BEHIND.popleft())


def _patterns(join: Join) -> Iterable[tuple[str, str]]:
    yield join.premises[0], ""
    for premise in join.premises[1:]:
        yield premise, join.constant


def _nothing(c: Any) -> None:
    """The first firing of a session concludes nothing."""


def too_large(group: Sequence[Join]) -> str:
    """Why the joins of one rule cannot be in one ruleset; nothing where they can."""
    tokens = _tokens(group)
    if len(group) <= MOST_RULES and len(tokens) <= MOST_TOKENS:
        return ""
    wide = f"needs {len(group)} joins over {len(tokens)} tokens, more than durable_rules can be trusted with"
    return f"{wide}: split the rule's condition into terms"


def _tokens(group: Iterable[Join]) -> set[str]:
    return {premise for join in group for premise in join.premises}


def _split(groups: Sequence[Sequence[Join]]) -> Iterable[list[Join]]:
    """Rulesets that stay within the bounds."""
    current: list[Join] = []
    tokens: set[str] = set()
    for group in groups:
        if reason := too_large(group):
            raise EngineError(f"a rule {reason}")
        own = _tokens(group)
        if current and (len(current) + len(group) > MOST_RULES or len(tokens | own) > MOST_TOKENS):
            yield current
            current, tokens = [], set()
        current.extend(group)
        tokens |= own
    if current:
        yield current


def _definition(join: Join, constants: Mapping[str, str], records: list[tuple[Join, dict[str, Any]]]) -> dict[str, Any]:
    """A production for the library: string equality and joins of strings, nothing else."""

    def run(c: Any) -> None:
        records.append((join, c._m))

    patterns: list[dict[str, Any]] = [{"m0": {"p": join.premises[0]}}]
    for i, premise in enumerate(join.premises[1:], 1):
        tests: list[dict[str, Any]] = [{"p": premise}]
        tests.append({"s": {"m0": "x" if join.kind == "through" else "s"}})
        if join.constant:
            tests.append({"x": constants[join.constant]})
        patterns.append({f"m{i}": {"$and": tests}})
    return {"all": patterns, "run": run}


def _conclusion(join: Join, bound: dict[str, Any], texts: Mapping[str, str]) -> Token:
    if len(join.premises) == 1 and "m0" not in bound:
        bound = {"m0": bound.get("m", bound)}
    facts = [bound[f"m{i}"] for i in range(len(join.premises))]
    premises = tuple((f["p"], texts[f["s"]], texts[f["x"]]) for f in facts)
    _check(join, premises)
    first, last = premises[0], premises[-1]
    match join.kind:
        case "and" | "through":
            return join.conclusion, first[1], ""
        case "up":
            return join.conclusion, first[2], ""
        case "value":
            return join.conclusion, first[1], last[2]


def _check(join: Join, premises: tuple[Token, ...]) -> None:
    """Whatever the library joined, a conclusion that its premises do not bear is never drawn."""
    meets = premises[0][2] if join.kind == "through" else premises[0][1]
    fits = all(key == meets and join.constant in ("", other) for _, key, other in premises[1:])
    if not fits or tuple(name for name, _, _ in premises) != join.premises:
        raise EngineError(f"durable_rules joined tokens that do not fit: {premises}")
