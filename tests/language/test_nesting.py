"""What is nested as deeply as may be is served by every command and engine; one level more is told with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from licet.cli.main import main
from licet.diagnostics import Source
from licet.syntax.from_text import parse

HEAD = """module deep "Deep"
  authority L "Law"

entity Thing "thing"
  n    : number "n"
  f    : boolean "f"
  next : Thing "next"

relation edge(src: Thing, dst: Thing)
  "edge"

term t of x: Thing "t"

decision final of x: Thing "final"
  outcomes keep < drop
  otherwise keep

rule first "First"
  for x: Thing
  cites L "1"
  when x.f
  then x is t

"""
FACTS = """as_of: 2026-01-01
Thing:
  - {id: a, n: 1, f: yes, next: a}
  - {id: b, n: unknown, f: unknown, next: unknown}
edge:
  - {src: a, dst: a}
"""


def _blocks(k: int) -> str:
    kinds = ["all of", "any of", "none of", "at least 1 of", "exactly 1 of"]
    return "".join(f"{kinds[i % 5]} (a) " for i in range(k)) + "x.f" + " end" * k


def _joined(k: int) -> str:
    return "".join(f"(x.n is {i} {('or', 'and')[i % 2]} " for i in range(k)) + "x.f" + ")" * k


def _quantified(k: int) -> str:
    inner = "x.f"
    for i in range(k):
        inner = (
            f"some v{i} in edge where (v{i}.dst is x and ({inner}))",
            f"every v{i} in edge where (v{i}.src is x) satisfies ({inner})",
            f"count v{i} in edge where (v{i}.src is x and ({inner})) is at least 1",
        )[i % 3]
    return inner


def _totals(k: int) -> str:
    inner = "x.n"
    for i in range(k):
        inner = f"total v{i}.src.n + ({inner}) over v{i} in edge where (v{i}.dst is x)"
    return f"{inner} is at least 1"


SHAPES: dict[str, Callable[[int], str]] = {
    "not": lambda k: "not " * k + "x.f",
    "brackets": lambda k: "not (" * k + "x.f" + ")" * k,
    "blocks": _blocks,
    "joined": _joined,
    "quantified": _quantified,
    "totals": _totals,
    "calls": lambda k: "max(x.n, " * k + "1" + ")" * k + " is at least 1",
    "sums": lambda k: "x.n" + " + 1" * k + " is at least 1",
    "differences": lambda k: "x.n - (" * k + "1" + ")" * k + " is at least 1",
    "negative": lambda k: "-" + " -" * k + " x.n is at least 1",
    "shares": lambda k: "50% of " * k + "x.n is at least 1",
    "sets": lambda k: "x.n is in [" + "(x.n + " * k + "1" + ")" * k + "]",
    "path": lambda k: "x" + ".next" * k + ".f",
}


def policy(shape: str, levels: int) -> str:
    condition = SHAPES[shape](levels)
    return f'{HEAD}rule deep "Deep"\n  for x: Thing\n  cites L "2"\n  when {condition}\n  then final of x is drop\n'


def deepest(shape: str) -> int:
    """So many levels are read."""
    low, high = 1, 400
    while high - low > 1:
        middle = (low + high) // 2
        refused = [d for d in parse(Source("x", policy(shape, middle))).diagnostics if d.code == "E019"]
        low, high = (low, middle) if refused else (middle, high)
    return low


def said(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.mark.parametrize("shape", SHAPES)
def test_the_deepest_is_served(shape: str, tmp_path: Path) -> None:
    levels = deepest(shape)
    assert levels >= 20
    file, facts = tmp_path / "p.licet", tmp_path / "f.yaml"
    file.write_text(policy(shape, levels))
    facts.write_text(FACTS)
    said("fmt", str(file))
    said("fmt", "--check", str(file))
    assert "error" not in said("check", str(file))
    decide = ["decide", str(facts), "--policy", str(file), "--format", "json", "--engine"]
    answers = [json.loads(said(*decide, engine)) for engine in ("reference", "columnar", "auto")]
    for found in answers:
        for decision in found:
            decision["engine"] = ""
    assert answers[0] == answers[1] == answers[2]
    forward = CliRunner().invoke(main, [*decide, "forward"])
    assert forward.exit_code == 0 or "rule `deep.deep` needs" in forward.stderr  # a limit of the engine, which is told
    for id_ in "ab":
        assert "`deep`" in said("explain", str(facts), id_, "--policy", str(file))
    said("batch", str(facts), "--policy", str(file), "-o", str(tmp_path / "out.csv"))
    said("read", "deep", "--policy", str(file))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("more", [1, 1000])
def test_what_is_deeper_is_told_with_its_place(shape: str, more: int, tmp_path: Path) -> None:
    file = tmp_path / "p.licet"
    file.write_text(
        policy(shape, deepest(shape) + more) + "\nrule other for x: Thing when x.m then final of x is keep\n"
    )
    found = json.loads(said("check", str(file), "--format", "json", code=1))
    (deep,) = [d for d in found if d["code"] == "E019"]
    assert deep["place"]["line"] == 27
    assert deep["help"]
    assert any(d["code"] == "E032" for d in found), "the rest of the file is checked"
