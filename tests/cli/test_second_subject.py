"""Every command over a policy and facts of another subject: nothing breaks, and nothing speaks of the library's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import licet
from licet.cli.main import main
from licet.ir.policy import Policy
from tests.conftest import ROOT
from tests.house.test_subject_matter import words_of

FOLDER = ROOT / "fixtures" / "food_recall"
POLICY, FACTS = FOLDER / "policy", FOLDER / "facts"
OF = ("--policy", str(POLICY))
OUTCOMES = {
    "cream": ("none_needed", "none_needed"),
    "cake": ("called_back", "called_back"),
    "bread": ("none_needed", "none_needed"),
    "soup": ("none_needed", "called_back"),
    "rice": ("none_needed", "none_needed"),
    "tea": ("none_needed", "none_needed"),
}
# A command line, its exit code, and what it says; `OUT` is a file of that suffix, which is looked at too.
LINES: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("check POLICY", 0, ("7 rules in 1 module: no findings",)),
    ("check POLICY --facts FACTS", 1, ("Batch `tea` is doubtful", "what is not packed is no batch")),
    ("check POLICY --facts FACTS --format json", 1, ("F022",)),
    ("check POLICY --coverage-of-law", 2, ("add `coverage of ACT as read",)),
    ("test POLICY --coverage", 0, ("6 of 6 rules covered", "1 passed, 0 failed")),
    ("test POLICY --facts FACTS --engine columnar", 0, ("food.recall.safe: holds",)),
    ("fmt POLICY --check", 0, ()),
    ("rule silent OF", 0, ("For a batch of food. Cites ACT 6.", "with notice in shops")),
    ("rule notice OF", 0, ("the maker must tell those who bought it",)),
    ("rule early OF", 0, ("what is not packed is no batch",)),
    ("read spoilt OF", 0, ("Germs in it, or in what went into it",)),
    ("law 5 OF --facts FACTS", 0, ("rule sold: Unsafe food that was sold", "holds for Batch cake", "recall of soup")),
    ("law 5 OF --tests --format json", 0, ('"licet/law/1"', '"food.recall.sold"')),
    ("law 9 OF", 2, ("nothing here cites or declares `9`",)),
    ("diff POLICY POLICY --facts FACTS", 0, ("Recall: neither looser nor stricter", "6 subjects, 0 moved")),
    ("decide FACTS OF --from 2026-01-01 --to 2026-03-10", 0, ("every answer stays what it is for 6",)),
    ("vocabulary OF", 0, ("## Batch", "## went_into", "batch of food")),
    ("vocabulary OF --format csv-header", 0, ("Batch.csv: id,maker", "went_into.csv: part,whole,share")),
    ("vocabulary OF --format json-schema", 0, ('"Maker"', "1 gram")),
    (
        "decide FACTS OF",
        0,
        ("recall: 1 not determined (up to called back), 1 called back, 4 none needed", "tea is doub"),
    ),
    (
        "decide FACTS OF --all --engine reference",
        0,
        ("missing: germs of soup", "rests on `went_into`"),
    ),
    ("decide FACTS OF --engine forward --type Batch", 0, ("1 called back",)),
    ("decide FACTS OF --jurisdiction VELD --fail-on called_back", 1, ("called back",)),
    ("decide FACTS OF --format json", 0, ('"called_back"', "notice")),
    ("decide FACTS OF --type Maker", 2, ("no decision is about `Maker`", "Batch")),
    ("decide FACTS OF -o OUT.jsonl", 0, ("6 decisions written",)),
    ("decide FACTS OF -o OUT.json", 0, ("6 decisions written",)),
    ("decide FACTS OF -o OUT.txt", 0, ("6 decisions written",)),
    ("decide FACTS OF -o OUT.csv", 0, ("recall of 6 Batch, 1 not determined",)),
    ("decide FACTS OF -o OUT.html", 2, ("no known format", "`licet explain --all` writes pages")),
    *((f"batch FACTS OF -o OUT.{end}", 0, ("doubtful facts",)) for end in ("csv", "xlsx", "parquet", "jsonl", "arrow")),
    ("explain FACTS cake OF", 0, ("RECALL (VELD): called back", "somebody may eat it (ACT 5)", "program: it agrees")),
    ("explain FACTS soup OF", 0, ("find out germs of soup", "have a sample tested")),
    ("explain FACTS cake unsafe OF", 0, ("UNSAFE (VELD): yes", "went_into(cream, cake, 20%)", "it agrees")),
    ("explain FACTS bread danger OF", 0, ("DANGER: 20", "+20 allergens", "it agrees")),
    ("explain FACTS cake notice OF", 0, ("bakery must tell those who bought it by 2026-03-03", "it agrees")),
    ("explain FACTS Maker:mill recall OF", 2, ("Batch",)),
    ("explain FACTS cake OF --vs bread", 0, ("A maker that is trusted relabels what is left", "defeated")),
    ("explain FACTS bread OF --vs 2022-12-31", 0, ("none needed",)),
    *((f"explain FACTS cake OF -o OUT.{end}", 0, ()) for end in ("html", "md", "mmd", "json", "txt")),
    ("explain FACTS OF --all --no-check -o OUT.pages", 0, ("6 pages and index.html",)),
    ("explain FACTS OF --all --no-check --format markdown -o OUT.pages", 0, ("6 pages and index.html",)),
    ("watch FACTS OF --snapshot OUT.kept", 0, ("there is no snapshot yet", "kept as snapshot 1")),
    ("plan FACTS soup OF --as-of 2026-03-01", 0, ("find out germs of soup", "have a sample tested", "hangs on")),
    ("plan FACTS soup OF --as-of 2026-03-01 --audience reviewer --format json", 0, ('"licet/plan/1"', '"called_back"')),
    ("plan FACTS cake OF", 2, ("this happened on 2026-03-01",)),
    ("gate FACTS OF --of bakery --action unsafe", 1, ("stopped: unsafe of bakery", "somebody may eat it (ACT 5)")),
    ("gate FACTS OF --of mill --action unsafe", 3, ("no Batch that is surely unsafe of mill is recorded",)),
    ("gate FACTS OF --of mill --action eaten", 2, ("known here: `unsafe`",)),
    ("receipt FACTS cake OF -o OUT.receipt", 0, ()),
    ("report RESULTS OF", 0, ("called back", "germs")),
    ("report RESULTS OF -o OUT.html", 0, ()),
    ("map --guess BATCHES OF", 0, ("Batch:", "id: id # 6 different", "germs: germs # 4 different")),
    ("verify RECEIPT", 0, ("Batch cake as of 2026-03-01:", "recall (VELD): called back")),
    ("help F022", 0, ("Facts that hardly can be",)),
    ("help batch", 0, ("Decide every subject of FACTS",)),
)
REFUSED = (
    ("matrix FACTS OF -o OUT.html", "the vocabulary of these policies has no `Model`, `Party`, `Transfer`"),
    ("matrix FACTS OF -o OUT.csv --destination CH", "has no `Model`, `Party`, `Transfer`"),
    ("coverage nist-ai-rmf FACTS OF", "the vocabulary of these policies has no decision `coverage`"),
    ("audit-status FACTS OF", "the vocabulary of these policies has no decision `audit_status`"),
    ("audit-status FACTS cake OF", "the vocabulary of these policies has no decision `audit_status`"),
    ("licences FACTS OF", "licences are counted by `units_left` and `value_left`: no rule of these policies"),
    ("lists import FACTS -o OUT.lists OF", "a screening list becomes `Party` records and rows of `listed`"),
    ("roster FACTS OF", "a roster is of rows of `has_access`: these policies lack it"),
)


def run(line: str, tmp_path: Path) -> Result:
    words = []
    for word in line.split():
        if word == "OF":
            words += OF
        elif word == "RECEIPT":
            made = run("receipt FACTS cake OF -o OUT.receipt", tmp_path)
            assert made.exit_code == 0, made.output
            words.append(str(tmp_path / "OUT.receipt"))
        elif word == "RESULTS":
            made = run("batch FACTS OF -o OUT.results.parquet", tmp_path)
            assert made.exit_code == 0, made.output
            words.append(str(tmp_path / "OUT.results.parquet"))
        elif word.startswith("OUT."):
            words.append(str(tmp_path / word))
        else:
            words.append(
                {"POLICY": str(POLICY), "FACTS": str(FACTS), "BATCHES": str(FACTS / "Batch.csv")}.get(word, word)
            )
    return CliRunner().invoke(main, words, catch_exceptions=False)


def written_in(folder: Path) -> str:
    """What stands in the files of a folder, of every format."""
    said = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        match path.suffix:
            case ".parquet":
                table = pq.read_table(path)
                said += [str(table.to_pylist()), *table.column_names]
            case ".arrow":
                table = feather.read_table(path)
                said += [str(table.to_pylist()), *table.column_names]
            case ".xlsx":
                book = fastexcel.read_excel(path)
                said += [
                    str(book.load_sheet(name, dtypes="string").to_arrow().to_pylist()) for name in book.sheet_names
                ]
            case _:
                said.append(path.read_text(encoding="utf-8"))
    return "\n".join(said)


@pytest.fixture(scope="session")
def strange(library: Policy) -> re.Pattern[str]:
    """The words of the library's subject, and what its law is called."""
    return re.compile(rf"\b(?:{'|'.join(sorted(words_of(library) | {'EAR', 'BIS'}))})\b")


@pytest.mark.parametrize(("line", "code", "wanted"), LINES, ids=[line for line, *_ in LINES])
def test_every_command_speaks_of_food(
    line: str, code: int, wanted: tuple[str, ...], tmp_path: Path, strange: re.Pattern[str]
) -> None:
    done = run(line, tmp_path)
    said = done.output.replace(str(tmp_path), "")

    assert done.exit_code == code, done.output
    for part in wanted:
        assert part in " ".join(said.split()), done.output
    if not line.startswith("help "):  # its pages are of the language, and their examples the library's
        assert strange.findall(said) == []
    if code == 0 and "OUT." in line:
        text = written_in(tmp_path)
        assert "cake" in text
        assert strange.findall(text) == []


@pytest.mark.parametrize(("line", "wanted"), REFUSED, ids=[line for line, _ in REFUSED])
def test_what_needs_other_words_says_which(line: str, wanted: str, tmp_path: Path) -> None:
    done = run(line, tmp_path)

    assert done.exit_code == 2
    assert done.stderr.startswith("error: ")
    assert wanted in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_no_command_is_left_out() -> None:
    assert {line.split()[0] for line, *_ in (*LINES, *REFUSED)} == set(main.commands)


# ---- what is wrong


MISTAKES = (
    ({"facts.yaml": ""}, "begin with `Maker:` and below it a list of records"),
    ({"facts.json": ""}, 'begin with `{"Maker": [...]}`'),
    ({"facts.yaml": "- {id: cake}\n"}, "write `Maker:` and below it a list of records"),
    ({"facts.yaml": "Batches:\n  - {id: cake}\n"}, "did you mean `Batch`"),
    ({"strange.csv": "a,b\n1,2\n"}, "known here: `Batch`, `Maker`"),
    ({"Batch.csv": "id,maker,sold\ncake,nobody,12\n"}, "of which the inventory has none"),
    ({"Batch.csv": "id,germs,sold\ncake,lots,12 pounds\n"}, "is not a value of `germs`"),
)


@pytest.mark.parametrize(("files", "wanted"), MISTAKES, ids=[wanted for _, wanted in MISTAKES])
def test_mistakes_are_told_with_examples_of_food(
    files: dict[str, str], wanted: str, tmp_path: Path, strange: re.Pattern[str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["decide", str(tmp_path), *OF], catch_exceptions=False)

    assert done.exit_code == 2
    assert wanted in " ".join(done.output.split())
    assert strange.findall(done.output) == []


def test_mistakes_of_a_policy_too(tmp_path: Path, strange: re.Pattern[str]) -> None:
    text = (POLICY / "recall.licet").read_text(encoding="utf-8")
    text = text.replace(
        'rule sold "Unsafe food that was sold"\n  for b: Batch', 'rule sold "Unsafe food that was sold"'
    )
    (tmp_path / "recall.licet").write_text(text.replace("b.maker must", "b.germs must"), encoding="utf-8")
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "allergens.yaml").write_text("", encoding="utf-8")
    (tmp_path / "map.yaml").write_text("", encoding="utf-8")
    done = CliRunner().invoke(main, ["check", str(tmp_path)], catch_exceptions=False)
    mapped = CliRunner().invoke(main, ["decide", str(FACTS), "--map", str(tmp_path / "map.yaml"), *OF])

    assert "begin with `list:` and `members:`" in done.output
    assert "for example `for x: Maker`" in done.output
    assert "name whose duty it is" in done.output
    assert "begin with `Maker:` and below it `id:` and `fields:`" in mapped.output
    assert strange.findall(done.output + mapped.output) == []


# ---- from Python


@pytest.fixture(scope="module")
def policy() -> licet.Policy:
    return licet.load(POLICY)


@pytest.mark.parametrize("engine", ["auto", "reference", "forward", "columnar"])
def test_it_is_decided_alike(policy: licet.Policy, engine: str) -> None:
    facts = policy.facts(FACTS)
    made = policy.decide(facts, engine=engine)
    table = policy.decide_table(facts, engine=engine).to_pylist()

    assert {d.subject.id: (d.overall[0].must, d.overall[0].may) for d in made} == OUTCOMES
    assert {row["id"]: (row["recall.must"], row["recall.may"]) for row in table} == OUTCOMES


def test_a_gate_decides_one_batch(policy: licet.Policy) -> None:
    gate = policy.gate("Batch", policy.facts(FACTS), as_of="2026-03-01")
    case = {"maker": "mill", "germs": "many", "allergens": "[]", "sold": "2 grams"}

    assert gate(case).outcomes == {"recall": ("called_back", "called_back")}
    assert gate({**case, "sold": "unknown"}).outcomes == {"recall": ("none_needed", "called_back")}
    assert policy.explain(gate.decision(case)).parts[0].answer == "called back"


def test_every_verb_of_python(policy: licet.Policy, strange: re.Pattern[str]) -> None:
    rows: list[dict[str, Any]] = [{"id": "jam", "germs": "none", "allergens": ["nuts"], "labelled": [], "sold": 1}]
    table = policy.decide_table(rows, table="Batch", as_of="2026-03-01")

    assert isinstance(table, pa.Table)
    assert table["recall.may"].to_pylist() == ["withdrawn"]
    assert policy.check() == []
    assert policy.test(facts=FACTS).passed
    assert policy.format() == {POLICY / "recall.licet": (POLICY / "recall.licet").read_text(encoding="utf-8")}
    assert strange.findall(policy.read("trusted") + json.dumps(table.to_pylist(), default=str)) == []
    with pytest.raises(licet.UsageError, match=r"has no `Model`, `Party`, `Transfer`"):
        policy.matrix(FACTS)
    with pytest.raises(licet.UsageError, match=r"such as \('Maker', 'dairy'\)"):
        policy.decide(FACTS, ["cake"])  # type: ignore[list-item]


def test_a_cluster_is_told_what_refers_to_others(policy: licet.Policy) -> None:
    pytest.importorskip("pyspark")
    from licet.spark import decide

    with pytest.raises(licet.UsageError, match="records name others of `Batch`"):
        decide(policy, None, FACTS, of="Batch")
