"""Command lines drawn over every command and option, with values as people mistype them, and what may come of one.

They are run in one process: a folder of small files is the current one, and is put right again after each line.
"""

from __future__ import annotations

import gzip
import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import click
from click.testing import CliRunner, Result

from licet.cli.main import main

POLICY = """module trade "Trade" jurisdiction US
  authority L "Law"
entity Party "party"
  name : text "name"
  country : country "country"
  listed : boolean "listed"
entity Deal "deal"
  buyer : Party "buyer"
  date : date "date"
  amount : number "amount"
relation owns(owner: Party, owned: Party, share: percent) "owns" key owner, owned
decision licensing of d: Deal "licensing" outcomes free < ask < licence otherwise free
decision duty of p: Party "duty" outcomes none < report otherwise none
decision audit_status of p: Party "audit" outcomes missing < current otherwise missing
term sale of d: Deal "a sale"
rule sale for d: Deal when d.amount is at least 1 then d is sale
rule big for d: Deal cites L "1" when d.amount is at least 10 then licensing of d is ask
rule listed_buyer for d: Deal cites L "2" when d.buyer.listed then licensing of d is licence
rule owned for p: Party cites L "3"
  when some o in owns where (o.owned is p and o.share is at least 50%) then duty of p is report
rule known for p: Party cites L "4" when p.name is applicable then audit_status of p is current
test "a big deal" as of 2026-01-01
  given d is Deal { amount: 20 }
  expect licensing of d is ask
"""
FACTS = """as_of: 2026-01-01
Party:
  - {id: p1, name: One, country: CH, listed: no}
  - {id: p2, name: Two, country: CN}
Deal:
  - {id: d1, buyer: p1, date: 2026-06-15, amount: 5}
  - {id: d2, buyer: p2, amount: 20}
owns:
  - {owner: p1, owned: p2, share: 50%}
"""
TABLES = {
    "Deal.csv": "id,buyer,date,amount\nd1,p1,2026-06-15,5\nd2,p2,,20\n",
    "Party.csv": "id,name,country,listed\np1,One,CH,no\np2,Two,CN,\n",
    "owns.jsonl": '{"owner": "p1", "owned": "p2", "share": "50%"}\n',
}
OTHERS = {
    "policy.licet": POLICY,
    "facts.yaml": FACTS,
    **TABLES,
    **{f"folder/{name}": text for name, text in TABLES.items()},
    "wrong/Deal.csv": "id,buyer,date,amount\nd1,p9,yesterday,much\nd1,p1,2026-06-15,5\n,,,\n",
    "deals.csv": "number,who,when\nd1,p1,2026-06-15\n",
    "map.yaml": "table: Deal\nid: number\ncolumns:\n  who: buyer\n  when: date\n",
    "models.yaml": "as_of: 2026-01-01\nModel:\n  - {id: m1, training_compute: 1e26, us_origin: yes}\n",
    "empty.csv": "",
    "empty.yaml": "",
    "empty.licet": "",
    "list.yaml": "- 1\n- [2, {a: b}]\n",
    "damaged.yaml": "Deal: [{id: d1\n",
    "damaged.licet": 'module trade "Trade\nrule big for d: Del when then\n',
    "damaged.zip": "PK\x03\x04 and no more",
    "two words.csv": "id,buyer\nd1,p1\n",
    "torn.ics": "BEGIN:VCALENDAR\r\nPRODID:-//Licet//licet decide//EN\r\nBEGIN:VEVENT\r\nUID:",
    "unknown.docx": "no table",
    "none": "id\n",
    "größe-表.csv": "id\nd1\n",
    "sub/trade.licet": POLICY,
}
KEYS = {  # of a test of RFC 8032
    "key.pem": (
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
        "-----END PRIVATE KEY-----\n"
    ),
    "key.pub": (
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
        "-----END PUBLIC KEY-----\n"
    ),
}
_FILES = [*OTHERS, "folder", "wrong", "sub", "packed.zip", "Deal.csv.gz", "bytes.parquet", "null.csv"]
_ODD = (
    *(
        "",
        " ",
        "-",
        "--",
        "---",
        ".",
        "..",
        "~",
        "*",
        "?",
        "[",
        "*.csv",
        "folder/*",
        "[a-",
        "nowhere",
        "nowhere.csv",
    ),
    *("nowhere/at/all.yaml", "Deal.csv/", "Deal.csv/x", "null.csv", "x" * 300 + ".csv", "a\x00b", "\x00", "\u202e"),
    *(
        "\udcff.csv",
        "é",
        "ｕｓ",
        "😀",
        "日本",
        "\n",
        "a\nb",
        "\t",
        "\r",
        "\x1b[31m",
        "%",
        "%s",
        "{}",
        "$HOME",
        "`ls`",
        "\\",
    ),
    *("0", "1", "-1", "00", "1e400", "9" * 400, "0x10", "NaN", "inf", "1_000", "٣", "None", "null", "true", "=", "=x"),
    *("US", "us", "EU", "Atlantis", "CH", "p1", "d1", "Deal", "deal", "Party", "owns", "Nothing", "licensing", "duty"),
    *(
        "licensing=ask",
        "licensing>=licence",
        "ask",
        "a=b=c",
        "big",
        "trade.big",
        "E020",
        "W001",
        "e999",
        "csv",
        "today",
    ),
    *("2026-06-15", "2026-6-1", "2026-02-30", "0000-01-01", "9999-12-31", "10000-01-01", "15.06.2026", "2026"),
    *("2026-06-15T00:00", "--help", "-h", "-o", "--policy", "--version"),
)
_DAYS = ("2026-06-15", "2025-01-01", "9999-12-31", "0001-01-01", "10000-01-01", "2026-13-01", "-1")
_OUTS = (
    *(
        "out.csv",
        "out.json",
        "out.jsonl",
        "out.parquet",
        "out.arrow",
        "out.xlsx",
        "out.txt",
        "out.html",
        "out.docx",
        "-",
    ),
    *("out", ".csv", "OUT.CSV", "folder", "folder/", "nowhere/out.csv", "Deal.csv", "folder/Party.csv", "policy.licet"),
    *("map.yaml", "null.csv", "../out.csv", "/", "", "out.csv.gz", "größe.csv", "-", "out.docx"),
)
_KNOWN: dict[str, Sequence[str]] = {
    "output": _OUTS,
    "rejects": _OUTS,
    "results": ("result.parquet", "result.parquet", "result.rules.arrow", "Deal.csv", "bytes.parquet", "facts.yaml"),
    "summary": _OUTS,
    "as_of": _DAYS,
    "old": ("policy.licet", "sub", "damaged.licet", "git:HEAD:policy.licet", "git:", "git:-x"),
    "new": ("policy.licet", "sub", "sub/trade.licet", "empty.licet", "git:HEAD"),
    "policies": ("policy.licet", "policy.licet", "sub", "damaged.licet", "empty.licet", "Deal.csv"),
    "paths": ("policy.licet", "policy.licet", "sub", "damaged.licet", "empty.licet", "folder", "."),
    "jurisdictions": ("US", "US", "EU"),
    "table": ("Deal", "Party", "owns", "deal", "Nothing"),
    "mapping": ("map.yaml", "facts.yaml", "list.yaml"),
    "map": ("map.yaml", "facts.yaml", "list.yaml"),
    "facts": (
        "facts.yaml",
        "folder",
        "Deal.csv",
        "wrong",
        "packed.zip",
        "Deal.csv.gz",
        "-",
        "folder/*.csv",
        "deals.csv",
    ),
    "with": ("Party.csv", "owns.jsonl", "folder", "facts.yaml"),
    "subject": ("d1", "d2", "p1"),
    "of": ("p1", "p2", "Party:p1", "d1"),
    "action": ("sale", "sale", "sell", "big"),
    "allow": ("ask", "licence", "free", "report"),
    "to": ("free", "ask", "licence", "none"),
    "decision": ("licensing", "duty", "audit_status"),
    "decisions": ("licensing", "duty", "licence"),
    "calendar": ("own.ics", "own.ics", "out.csv", "nowhere/own.ics", "facts.yaml", "torn.ics"),
    "folder": ("kept", "kept", "folder", "kept/deep/er", "facts.yaml"),
    "first": _DAYS,
    "last": ("2026-06-20", *_DAYS),
    "types": ("Deal", "Party"),
    "fail_on": ("licensing=ask", "ask", "licence", "licensing>=licence", "report"),
    "rule": ("big", "trade.big", "owned"),
    "code": ("E020", "W001", "e001"),
    "provision": ("Act 3", "3(1)", "740.27", "EAR 742.6", "("),
    "file": ("d1.receipt.json", "d1.receipt.json", "cut.receipt.json", "facts.yaml", "-"),
    "keys": ("key.pub", "key.pub", "key.pem"),
    "sign": ("key.pem", "key.pem", "key.pub"),
    "signer": ("Jane Doe", ""),
    "pinned": (f"sha256:{'0' * 64}", "sha256:0"),
}
_STDIN = (b"", FACTS.encode(), TABLES["Deal.csv"].encode(), b"\xff\xfe\x00", b"{", b"\x1f\x8b\x08", b'{"id": "d1"}\n')
_DEFAULT = 0.01  # so many lines leave `--policy` or a PATH out: the library takes long
_CODES = {  # 1: findings, failed tests, rejected rows, or what `--fail-on` names
    name: {0, 1, 2} if name in ("check", "fmt", "test", "decide", "batch", "verify") else {0, 2}
    for name in main.commands
} | {name: {0, 1, 2, 3} for name in ("diff", "gate", "watch")}  # 3: what is asked about is not known
_FAULT = re.compile(r"internal fault|Traceback \(most recent|please report it|\bFile \"[^\"]+\", line \d+|object at 0x")


def folder_of(parent: Path) -> Path:
    """A new folder with everything that command lines may name."""
    folder = parent / "above" / "here"
    for name, text in OTHERS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with ZipFile(folder / "packed.zip", "w") as packed:
        for name, text in TABLES.items():
            packed.writestr(name, text)
    (folder / "Deal.csv.gz").write_bytes(gzip.compress(TABLES["Deal.csv"].encode()))
    (folder / "null.csv").symlink_to("/dev/null")
    for name, content in KEYS.items():
        (folder / name).write_text(content, encoding="ascii")
    words = ["receipt", "facts.yaml", "d1", "--policy", "policy.licet", "--sign", "key.pem", "--signer", "Jane Doe"]
    with chdir(folder):
        done = CliRunner().invoke(main, [*words, "-o", "d1.receipt.json"], catch_exceptions=False)
        made = CliRunner().invoke(main, ["batch", "facts.yaml", "--policy", "policy.licet", "-o", "result.parquet"])
    assert done.exit_code == made.exit_code == 0, done.output + made.output
    receipt = (folder / "d1.receipt.json").read_bytes()
    (folder / "cut.receipt.json").write_bytes(receipt[: len(receipt) // 2])
    (folder / "bytes.parquet").write_bytes(b"PAR1" + bytes(range(64)) + b"PAR1")
    return folder


def lines(draw: random.Random) -> Iterator[tuple[list[str], bytes]]:
    """Words of a command line, and what comes on standard input; without an end."""
    names = sorted(main.commands)
    while True:
        if draw.random() < 0.03:
            yield [_word(draw) for _ in range(draw.randrange(4))], draw.choice(_STDIN)
            continue
        name = draw.choice(names)
        yield [name, *_words(draw, main.commands[name])], draw.choice(_STDIN)


def _words(draw: random.Random, command: click.Command) -> list[str]:
    """Mostly what the command asks for, mostly from values that mean something to it, in any order."""
    if isinstance(command, click.Group):
        name = draw.choice(sorted(command.commands))
        return [name, *_words(draw, command.commands[name])]
    groups: list[list[str]] = []
    eager = draw.choice((0.02, 0.12))  # many options seldom go together, and a line that is refused shows little
    if command.name == "matrix" and draw.random() < 0.1:  # it is about transfers, which only the library knows
        return ["models.yaml", "-o", draw.choice(_OUTS), "--destination", draw.choice(["CH", "jp", _word(draw)])]
    for param in command.params:
        if isinstance(param, click.Argument):
            wanted = draw.choice([1, 1, 2]) if param.nargs == -1 else 1
            wanted = wanted if draw.random() < 1 - _DEFAULT else 0
            groups += [[_value(draw, param)] for _ in range(wanted)]
        elif param.required or draw.random() < (5 * eager if param.name == "output" else eager):
            times = draw.choice([1, 1, 1, 1, 2, 3])
            groups += [_option(draw, param) for _ in range(times if draw.random() < 0.97 else 0)]
    if any(p.name == "policies" for p in command.params) and not any("--policy" in group[0] for group in groups):
        groups += [["--policy", "policy.licet"]] if draw.random() > _DEFAULT else []
    if draw.random() < 0.05:
        other = main.commands[draw.choice(sorted(main.commands))]
        groups += [_option(draw, p) for p in draw.sample(other.params, 1) if isinstance(p, click.Option)]
    if draw.random() < 0.05:
        groups.append([_word(draw)])
    if draw.random() < 0.3:
        draw.shuffle(groups)
    return [word for group in groups for word in group]


def _option(draw: random.Random, param: click.Parameter) -> list[str]:
    name = draw.choice([*param.opts, *param.secondary_opts])
    if getattr(param, "is_flag", False):
        return [name if draw.random() < 0.97 else f"{name}={_word(draw)}"]
    value = _value(draw, param)
    return [f"{name}={value}"] if name.startswith("--") and draw.random() < 0.2 else [name, value]


def _value(draw: random.Random, param: click.Parameter) -> str:
    if draw.random() < 0.07:
        return _word(draw)
    if isinstance(param.type, click.Choice) and draw.random() < 0.9:
        return str(draw.choice(list(param.type.choices)))
    if isinstance(param.type, click.types.IntRange):
        return draw.choice(["1", "2", "0", "-1", "64", "1e3", "9" * 30])
    if param.name in _KNOWN:
        return draw.choice(_KNOWN[param.name])
    return draw.choice(_FILES) if isinstance(param.type, click.Path) else _word(draw)


def _word(draw: random.Random) -> str:
    word = draw.choice(_ODD) if draw.random() < 0.8 else draw.choice(_FILES)
    return word if draw.random() < 0.9 else word + draw.choice(_ODD)


class Runs:
    """Runs command lines in one folder, and says what is wrong with what came of each."""

    def __init__(self, parent: Path) -> None:
        self.folder = folder_of(parent)
        self.counts: Counter[str] = Counter()
        self._runner = CliRunner()
        self._saved = shutil.copytree(self.folder, parent / "saved", symlinks=True)
        self._before = _stamps(self.folder)

    def __call__(self, words: Sequence[str], given: bytes) -> str | None:
        """What is wrong with what a line did; None where it ended as the commands promise."""
        with chdir(self.folder):
            done = self._runner.invoke(main, list(words), input=given)
        name = words[0] if words and words[0] in main.commands else ""
        self.counts[f"{name or 'licet'} {done.exit_code}"] += 1
        changed = self._put_right()
        return _wrong(done, name) or (_overwritten(words, name, changed) if changed else None)

    def _put_right(self) -> list[str]:
        """Which of the folder's files are not what they were; they are again, and what is new is gone."""
        now = _stamps(self.folder)
        for name in now.keys() - self._before.keys():
            top = Path(name).parts[0]
            _remove(self.folder / (name if (self._saved / top).exists() else top))
        for path in set(self.folder.parent.iterdir()) - {self.folder}:
            _remove(path)
        changed = [name for name, stamp in self._before.items() if now.get(name) != stamp]
        for name in changed:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).unlink(missing_ok=True)
            shutil.copy2(self._saved / name, self.folder / name, follow_symlinks=False)
        if changed:
            self._before = _stamps(self.folder)
        return changed


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            stat = os.lstat(os.path.join(parent, name))  # noqa: PTH118 - ten thousand times
            found[os.path.relpath(os.path.join(parent, name), folder)] = (stat.st_mtime_ns, stat.st_size)  # noqa: PTH118
    return found


def _wrong(done: Result, name: str) -> str | None:
    """A fault of Licet's: an exception, an exit code that nobody promised, or an end without a word."""
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return f"raises {type(done.exception).__name__}: {done.exception}"
    said = done.stdout + done.stderr
    if (found := _FAULT.search(said)) is not None:
        return f"says `{found[0]}`"
    if done.exit_code not in _CODES.get(name, {0, 2}):
        return f"ends with {done.exit_code}"
    if done.exit_code == 2 and not done.stderr.strip():
        return "ends with 2 and does not say why"
    return None


def _overwritten(words: Sequence[str], name: str, changed: list[str]) -> str | None:
    """A file that was read must not be written, but by `fmt` and `check --fix`; `-o` may name one that was not."""
    if name == "fmt" or "--fix" in words:
        return None
    outs = {after for before, after in pairwise(words) if before in ("-o", "--output", "--rejects", "--calendar")}
    outs |= {word.split("=", 1)[1] for word in words if word.startswith(("--output=", "--rejects=", "--calendar="))}
    lost = set(changed) - {os.path.normpath(out) for out in outs}
    return f"writes over {', '.join(sorted(lost))}" if lost else None


def shrunk(words: Sequence[str], fails: Callable[[Sequence[str]], Any]) -> list[str]:
    """The line without the words that it fails without as well."""
    kept = list(words)
    for i in range(len(kept) - 1, -1, -1):
        fewer = kept[:i] + kept[i + 1 :]
        if fails(fewer):
            kept = fewer
    return kept
