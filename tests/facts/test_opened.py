"""However a table comes, packed, piped, in a wide encoding or with old line ends, it is the same table."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import logging
import lzma
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from licet.cli.main import main
from licet.facts.files.opened import FORMAT, opened
from licet.facts.files.sheets import SheetError
from licet.facts.inventory.from_tables import read_tables
from licet.ir.policy import Policy

CSV = "id,us_origin,training_compute\nm1,yes,1e25\nmé2,no,\n"
TSV = CSV.replace(",", "\t")
JSONL = """{"id": "m1", "us_origin": true, "training_compute": 1e25}
{"id": "mé2", "us_origin": false, "training_compute": null}
"""
JSON = '[{"id": "m1", "us_origin": true, "training_compute": 1e25}, {"id": "mé2", "us_origin": false}]\n'


def zstd_of(data: bytes, folder: Path) -> bytes:
    with pa.output_stream(str(folder / "packed.zst"), compression="zstd") as out:
        out.write(data)
    return (folder / "packed.zst").read_bytes()


PACKINGS: dict[str, Callable[[bytes, Path], bytes]] = {
    ".gz": lambda data, _: gzip.compress(data[:20]) + gzip.compress(data[20:]),
    ".bz2": lambda data, _: bz2.compress(data),
    ".xz": lambda data, _: lzma.compress(data),
    ".zst": zstd_of,
}


def answers(policy: Policy, path: Path, table: str | None = None) -> list[tuple[str, object, object]]:
    reading = read_tables(path, policy, table=table)
    assert reading.usable, [d.message for d in reading.diagnostics]
    return sorted(
        (id_, r.get("us_origin"), r.get("training_compute")) for id_, r in reading.facts.entities["Model"].items()
    )


@pytest.fixture(scope="module")
def expected(library: Policy, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, object, object]]:
    file = tmp_path_factory.mktemp("plain") / "Model.csv"
    file.write_text(CSV, encoding="utf-8")
    return answers(library, file)


ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("suffix", "text"), [("csv", CSV), ("tsv", CSV.replace(",", "\t")), ("jsonl", JSONL), ("json", JSON)]
)
def test_wide_encodings(
    library: Policy, tmp_path: Path, expected: object, encoding: str, suffix: str, text: str
) -> None:
    file = tmp_path / f"Model.{suffix}"
    file.write_bytes(text.encode(encoding))

    assert answers(library, file) == expected


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize(
    ("suffix", "text"), [("csv", CSV), ("jsonl", JSONL), ("json", JSON), ("txt", CSV.replace(",", "\t"))]
)
def test_packed(library: Policy, tmp_path: Path, expected: object, packing: str, suffix: str, text: str) -> None:
    file = tmp_path / f"Model.{suffix}{packing}"
    file.write_bytes(PACKINGS[packing](text.encode(), tmp_path))

    assert answers(library, file) == expected


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\n" + CSV.replace(",", ";"),
        '"sep=\t"\r\n' + CSV.replace(",", "\t"),
        "\ufeffsep=|\n" + CSV.replace(",", "|"),
        "\n\nSEP=,\n\n" + CSV,
        CSV.replace(",", "|"),
        CSV.replace("\n", "\r"),
        CSV.replace("\n", "\r").rstrip("\r"),
        "sep=;\r" + CSV.replace("\n", "\r").replace(",", ";"),
        CSV.replace("m1", '"m1"').replace("\n", "\r"),
    ],
)
def test_lines_and_separators(library: Policy, tmp_path: Path, expected: object, text: str) -> None:
    file = tmp_path / "Model.csv"
    file.write_text(text, encoding="utf-8", newline="")

    assert answers(library, file) == expected


def test_rows_are_numbered_as_in_the_file(library: Policy, tmp_path: Path) -> None:
    file = tmp_path / "Model.csv"
    file.write_text("sep=;\nid;us_origin\nm1;yes\nm2;perhaps\nm3;yes;no\n", encoding="utf-8")
    found = read_tables(file, library).diagnostics

    assert [d.span.address.rpartition("/")[2] for d in found if d.span] == ["Model.csv:4:us_origin", "Model.csv:5"]


def test_an_archive_is_a_folder(library: Policy, tmp_path: Path, expected: object) -> None:
    with zipfile.ZipFile(tmp_path / "inventory.zip", "w") as archive:
        archive.writestr("inner/Model.csv", CSV.splitlines(keepends=True)[0] + "m1,yes,1e25\n")
        archive.writestr("more.jsonl", JSONL.splitlines(keepends=True)[1])
        archive.writestr("__MACOSX/._Model.csv", "dirt")
        archive.writestr("README.md", "prose")

    assert answers(library, tmp_path / "inventory.zip") == expected
    assert answers(library, tmp_path) == expected


def test_what_an_archive_holds_is_not_passed_over(library: Policy, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "inventory.zip", "w") as archive:
        archive.writestr("Model.csv", CSV)
        archive.writestr("Party.ods", "dirt")
        archive.writestr("owns.csv.gz", b"dirt")
    said = [d.message for d in read_tables(tmp_path / "inventory.zip", library).diagnostics]

    assert len(said) == 2
    assert said[0].endswith("inventory.zip/Party.ods` cannot be read: its name does not say what kind of file it is")
    assert said[1].endswith("owns.csv.gz` cannot be read: it is damaged, or not packed as its name says")


def test_a_text_file_of_a_folder_is_read_where_it_bears_a_name(
    library: Policy, tmp_path: Path, expected: object
) -> None:
    (tmp_path / "Model.txt").write_text(CSV.replace(",", "\t"), encoding="utf-8")
    (tmp_path / "readme.txt").write_text("prose", encoding="utf-8")

    assert answers(library, tmp_path) == expected


def test_a_pattern_names_files(
    library: Policy, tmp_path: Path, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, first, second = CSV.splitlines(keepends=True)
    (tmp_path / "models-1.csv").write_text(head + first, encoding="utf-8")
    (tmp_path / "models-2.csv").write_text(head + second, encoding="utf-8")
    (tmp_path / "other.csv").write_text("a\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert answers(library, Path("models-*.csv"), "Model") == expected
    assert answers(library, tmp_path / "models-?.csv", "Model") == expected


@given(st.binary(max_size=60), st.sampled_from([*PACKINGS, ".zip", ".csv", ".jsonl"]))
def test_damaged_files_are_findings(
    library: Policy, tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    whole = PACKINGS[suffix](CSV.encode() * 20, folder) if suffix in PACKINGS else b"PK\x03\x04"
    for content in (data, whole[: len(data)], whole[:-5] + data, b"\xff\xfe" + data, b"\x00i\x00d" + data):
        file = folder / f"Model.csv{suffix}"
        file.write_bytes(content)
        reading = read_tables(file, library)
        assert reading.diagnostics
        assert str(file) in str([(d.message, d.span and d.span.source.name) for d in reading.diagnostics])


def test_half_a_packed_file_is_no_table(tmp_path: Path) -> None:
    data = "".join(f"m{i},yes,{i * 7919}\n" for i in range(100_000)).encode()
    for suffix, packed in PACKINGS.items():
        file = tmp_path / f"Model.csv{suffix}"
        content = packed(data, tmp_path)
        file.write_bytes(content[: len(content) // 2])
        with pytest.raises(SheetError, match="it is damaged"):
            opened(file)


@pytest.mark.parametrize("suffix", [*PACKINGS, ".zip"])
def test_a_file_that_would_fill_the_disk_is_refused(
    library: Policy, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licet.facts.files.opened._LEAST_UNPACKED", 1 << 22)
    file, data = tmp_path / f"Model.csv{suffix}", b"id\n" + b"0" * (1 << 23)
    if suffix == ".zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Model.csv", data)
    else:
        file.write_bytes(PACKINGS[suffix](data, tmp_path))
    (finding,) = read_tables(file, library).diagnostics

    assert "more than 4 MB unpacked, 250 times what it is packed" in finding.message


# ---- the command line


def licet(*words: str, given_: bytes = b"") -> Result:
    return CliRunner().invoke(main, list(words), input=given_, catch_exceptions=False)


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"id": ["m1", "mé2"], "us_origin": [True, False], "training_compute": [1e25, None]}), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (CSV.encode(), []),
        (CSV.encode("utf-16"), []),
        (JSONL.encode(), []),
        (JSON.encode(), []),
        (
            (
                "Model:\n" + "\n".join(f"  - {{id: {i}, us_origin: {u}}}" for i, u in (("m1", "yes"), ("m2", "no")))
            ).encode(),
            [],
        ),
        (parquet(), []),
        (gzip.compress(CSV.encode()), []),
        (TSV.encode(), ["--input-format", "csv"]),
    ],
    ids=["csv", "utf-16", "jsonl", "json", "yaml", "parquet", "gz", "tab"],
)
def test_standard_input(tmp_path: Path, data: bytes, words: list[str]) -> None:
    out = tmp_path / "out.jsonl"
    words = ["batch", "-", "--table", "Model", "-o", str(out), "--as-of", "2026-01-01", "--quiet", *words]
    done = licet(*words, given_=data)

    assert done.exit_code == 0, done.output
    assert [json.loads(line)["id"][0] for line in out.read_text(encoding="utf-8").splitlines()] == ["m", "m"]
    assert licet("decide", "-", "--table", "Model", given_=data).exit_code == 0


def test_mistakes_in_standard_input_have_their_place() -> None:
    done = licet("check", "--facts", "-", "--table", "Model", given_=b"id,us_origin\nm1,perhaps\n")

    assert "--> standard input:2:us_origin" in done.output
    assert "`standard input`" in licet("check", "--facts", "-", given_=b"a,b\n1,2\n").output


@pytest.mark.slow
def test_pipes(tmp_path: Path) -> None:
    command = f"{sys.executable} -c 'from licet.cli.main import main; main()' check --facts /dev/stdin --table Model"
    done = subprocess.run(command, shell=True, input=CSV, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = f"(printf '{CSV}' > {pipe} &) ; {command.replace('/dev/stdin', str(pipe))}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "2 records: no findings" in done.stderr


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ("nothing://example.org/Transfer.csv", "nothing reaches `nothing://example.org/Transfer.csv`"),
        ("no-*.csv", "no file fits `no-*.csv`"),
        ("nothing.csv", "there is no file or folder `nothing.csv`"),
    ],
)
def test_what_is_not_there_is_told_with_what_to_do(facts: str, says: str) -> None:
    done = licet("decide", facts)

    assert done.exit_code == 2
    assert says in done.stderr


@pytest.mark.parametrize("wrong", [["--no-such-option"], []], ids=["an option", "a missing argument"])
def test_a_command_line_that_is_wrong_leaves_nothing_behind(wrong: list[str]) -> None:
    log = logging.getLogger("licet")
    before = list(log.handlers)
    done = CliRunner().invoke(main, ["explain", "--input-format", "csv", "--verbose", *wrong])
    assert done.exit_code == 2
    assert FORMAT.get() == ""
    assert log.handlers == before
