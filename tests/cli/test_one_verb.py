"""`decide` and `batch` are one verb at two sizes: the same options, the same rows, whichever engine decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from licet.cli.batch import batch
from licet.cli.decide import decide
from licet.cli.main import main
from tests.language.cases import ROOT, Case, unpacked

PAGE = Case.read(ROOT / "fixtures" / "language" / "good" / "40-many-subjects.md")
POLICY = ("--policy", "policy.licet")


@pytest.fixture(autouse=True)
def _folder() -> Iterator[None]:
    with unpacked(PAGE.files):
        yield


def licet(*words: str) -> Result:
    return CliRunner().invoke(main, [*words, *POLICY], catch_exceptions=False)


def written(*words: str) -> str:
    done = licet(*words, "-o", "out.csv")
    assert done.exit_code == 0, done.output
    return Path("out.csv").read_text(encoding="utf-8")


OF_DAYS = (
    "--from",
    "--to",
    "--calendar",
    "--names",
    "--timeline",
)  # answers by day are of a few subjects: `decide` tells them


def test_both_take_the_same_options() -> None:
    of_decide = [p for p in decide.params if p.opts[0] not in OF_DAYS]

    assert len(of_decide) == len(decide.params) - len(OF_DAYS)
    assert [(p.name, p.opts, p.secondary_opts) for p in of_decide] == [
        (p.name, p.opts, p.secondary_opts) for p in batch.params
    ]


@pytest.mark.parametrize(
    ("command", "engines"), [("decide", ("auto", "reference")), ("batch", ("forward", "columnar"))]
)
def test_rows_are_the_same_whatever_writes_them(command: str, engines: tuple[str, str]) -> None:
    wanted = written("batch", "facts.yaml")

    for engine in engines:
        assert written(command, "facts.yaml", "--engine", engine) == wanted
    assert written(command, "facts.yaml", "--type", "Deal").count("\n") == 15


@pytest.mark.parametrize(("command", "engine"), [("decide", "auto"), ("batch", "auto"), ("decide", "reference")])
def test_a_format_may_be_asked_for_where_a_name_says_nothing(command: str, engine: str) -> None:
    wanted = written("batch", "facts.yaml")
    done = licet(command, "facts.yaml", "--engine", engine, "--format", "csv", "-o", "rows")

    assert done.exit_code == 0, done.output
    assert Path("rows").read_text(encoding="utf-8") == wanted
    assert licet(command, "facts.yaml", "--engine", engine, "--format", "csv", "-o", "out.parquet").exit_code == 2


def test_a_further_file_is_read_for_the_screen_too() -> None:
    head, _, deals = Path("facts.yaml").read_text(encoding="utf-8").partition("Deal:\n")
    Path("facts.yaml").write_text(head, encoding="utf-8")
    Path("deals.yaml").write_text("Deal:\n" + deals, encoding="utf-8")

    assert "18 subjects (4 Party, 14 Deal)" in licet("decide", "facts.yaml", "--with", "deals.yaml").stdout


@pytest.mark.parametrize(
    "option",
    [
        ("--keep-going",),
        ("--resume",),
        ("--rules", "none"),
        ("--no-missing",),
        ("--workers", "2"),
        ("--summary", "sum.json"),
    ],
)
def test_what_is_for_rows_in_a_file_is_refused_elsewhere(option: tuple[str, ...]) -> None:
    for words in (("decide",), ("decide", "-o", "out.json"), ("batch", "-o", "out.csv", "--engine", "reference")):
        done = licet(words[0], "facts.yaml", *words[1:], *option)

        assert done.exit_code == 2
        assert f"{option[0]} is for rows in a file" in done.stderr
    assert licet("decide", "facts.yaml", "-o", "out.csv", *option).exit_code == 0


def test_batch_wants_a_file() -> None:
    done = licet("batch", "facts.yaml")

    assert done.exit_code == 2
    assert "with -o OUT" in done.stderr
