"""A policy as a network of tokens: what is joined, what concludes what, and what must be looked up first.

A token is a name at a key. A key stands for a subject, or for a subject with the members bound so far. The engine
below sees equal strings and nothing else; numbers, dates, sets, negation and missing facts are settled before, in
the inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from licet.ir import nodes as n
from licet.ir.policy import TermValue
from licet.ir.strata import Name


@dataclass(frozen=True, slots=True)
class Join:
    """A production: its premises, and the token it concludes.

    `and`: all premises at one key, the conclusion there too. `through`: a link from key s to key x, and a token
    at x; the conclusion is at s. `up`: a link from an inner key s to its outer key x, and a token at s; the
    conclusion is at x. `value`: a token at s and a value at s; the conclusion is that value at s.
    """

    kind: Literal["and", "through", "up", "value"]
    premises: tuple[str, ...]
    conclusion: str
    constant: str = ""  # of `through`: the value that the conclusion looked up must have


@dataclass(frozen=True, slots=True)
class Atom:
    """A condition that our own exact code evaluates. A growing one reads its own component and is asked again."""

    token: str
    formula: n.Formula
    grows: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A path from a key to the subject of a conclusion; where the path is unknown, `token` itself may hold."""

    token: str
    link: str
    subject: n.Operand
    entity: str
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """A quantifier: an inner key for each member, linked to the outer one."""

    token: str
    link: str
    each: n.Each
    where: n.Formula
    inner: tuple[Input, ...]


Input = Atom | Link | Members


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a rule puts into a term, looked up when the rule is grounded. One that grows is a set of values that
    reads its own component, and is asked again.
    """

    token: str
    effect: TermValue
    grows: bool = False


@dataclass(frozen=True, slots=True)
class RuleNet:
    """One rule: the joins of its condition, and the joins that let it through to its conclusions."""

    rule: str
    body: str
    inputs: tuple[Input, ...]
    joins: tuple[Join, ...]
    values: tuple[Value, ...]
    outlet: tuple[Join, ...]  # applies, effective, conclusions


@dataclass(frozen=True, slots=True)
class Stage:
    """What is brought to a fixpoint together: first bodies of exceptions, later the rules that they may beat."""

    component: frozenset[Name]
    bodies: tuple[str, ...]  # rules whose conditions are joined here
    outlets: tuple[str, ...]  # rules of which it is worked out whether they apply
    concluding: tuple[str, ...]  # rules that may conclude here: all that may beat them is known


@dataclass(frozen=True, slots=True)
class Network:
    """A compiled policy."""

    nets: Mapping[str, RuleNet]
    stages: tuple[Stage, ...]


def live_token(rule: str) -> str:
    return f"live {rule}"


def free_token(rule: str) -> str:
    """No exception beats the rule."""
    return f"free {rule}"


def body_token(rule: str) -> str:
    return f"body {rule}"


def applies_token(rule: str) -> str:
    return f"applies {rule}"


def reached_token(rule: str) -> str:
    """One of the rules that the exception is to applies."""
    return f"reached {rule}"


def effective_token(rule: str) -> str:
    return f"effective {rule}"


UNKNOWN_VALUE = "?"


def encode(value: object) -> str:
    """A value as the text that stands for it in a token; equal exactly when the values are."""
    return f"{type(value).__name__} {value}"


def name_token(name: Name) -> str:
    return f"{name.sort} {name.entity}.{name.name} {name.jurisdiction}"
