"""`licet batch --summary`: what a run comes to, as a document that its schema describes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from jsonschema.validators import validator_for

from licet.cli.main import main
from licet.loading.policy_files import load_policy
from licet.resources import schema_file
from tests.cli.lines import FACTS, POLICY
from tests.language.cases import unpacked

SCHEMA = json.loads(schema_file("summary-1.json").read_text(encoding="utf-8"))
DEALS = (
    "id,buyer,date,amount\nd1,p1,2026-06-15,5\nd2,p2,,20\nd3,p1,2026-06-16,\nd4,p1,yesterday,1\nd5,p9,2026-06-15,2\n"
)


@pytest.fixture(autouse=True)
def _folder() -> Iterator[None]:
    with unpacked({"policy.licet": ("text", POLICY), "facts.yaml": ("text", FACTS), "Deal.csv": ("text", DEALS)}):
        yield


def licet(*words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--policy", "policy.licet"], catch_exceptions=False)


def read(path: str) -> Any:
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    kind = validator_for(SCHEMA)
    kind.check_schema(SCHEMA)
    kind(SCHEMA).validate(found)
    return found


def test_it_counts_what_the_rows_say() -> None:
    done = licet("batch", "facts.yaml", "-o", "out.parquet", "--summary", "out.json", "--jurisdiction", "US")
    found = read("out.json")
    rows = pq.read_table("out.parquet").to_pylist()

    assert done.exit_code == 0, done.output
    assert found["rows"] == {"read": 4, "decided": 4, "rejected": 0, "by_type": {"Party": 2, "Deal": 2}}
    for told in found["decisions"]:
        ends = Counter((row[f"{told['decision']}.must"], row[f"{told['decision']}.may"]) for row in rows)
        del ends[None, None]
        assert {(one["must"], one["may"]): one["rows"] for one in told["outcomes"]} == ends
        assert told["open"] == sum(number for (must, may), number in ends.items() if must != may)
    missing = Counter((m["type"], m["fact"]) for row in rows for m in row["missing"])
    assert {(one["type"], one["fact"]): one["rows"] for one in found["missing"]} == missing
    assert missing
    about = {key.decode(): value.decode() for key, value in pq.read_schema("out.parquet").metadata.items()}
    assert about["licet.policy"] == ", ".join(found["policy"].values())
    assert about["licet.facts"] == found["facts"]["fingerprint"]
    assert (found["as_of"], found["day"], found["jurisdictions"]) == (None, "2026-01-01", ["US"])
    assert found["notice"] == "not legal advice"


def test_it_counts_what_was_left_out() -> None:
    words = ("--with", "parties.yaml", "--keep-going", "--as-of", "2026-06-15", "--quiet")
    head, _, _ = FACTS.partition("Deal:")
    Path("parties.yaml").write_text(head, encoding="utf-8")
    assert licet("batch", "Deal.csv", "-o", "out.csv", "--summary", "out.json", *words).exit_code == 1
    found = read("out.json")

    assert found["rows"] == {"read": 7, "decided": 5, "rejected": 2, "by_type": {"Party": 2, "Deal": 3}}
    assert (found["as_of"], found["day"]) == ("2026-06-15", "2026-06-15")


def test_law_is_told_by_its_kind() -> None:
    gap = 'gap elsewhere for d: Deal cites L "9" when d.amount is at least 1 then licensing of d may be licence\n'
    Path("policy.licet").write_text(POLICY + gap, encoding="utf-8")
    assert load_policy([Path("policy.licet")]).rules["trade.elsewhere"].kind == "gap"
    licet("batch", "facts.yaml", "-o", "out.parquet", "--summary", "out.json")

    law = {(one["type"], one["name"], one["fact"], one["rows"]) for one in read("out.json")["law"]}
    assert law == {("gap", "trade.elsewhere", "provision", 2)}


@pytest.mark.parametrize(
    ("summary", "says"),
    [
        ("facts.yaml", "the summary `facts.yaml` is read by this run"),
        ("out.parquet", "OUT and the summary are the same file"),
        ("nowhere/out.json", "there is no folder `nowhere`"),
    ],
)
def test_it_overwrites_nothing(summary: str, says: str) -> None:
    done = licet("batch", "facts.yaml", "-o", "out.parquet", "--summary", summary)

    assert done.exit_code == 2
    assert says in done.stderr
    assert Path("facts.yaml").read_text(encoding="utf-8") == FACTS
    assert not Path("out.parquet").exists()


def test_it_is_for_rows_in_a_file() -> None:
    done = licet("decide", "facts.yaml", "--summary", "out.json")

    assert done.exit_code == 2
    assert "--summary is for rows in a file" in done.stderr
