"""A diff in Markdown and as a page: the text, folded for a pull request, and nothing that files say is markup."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from licet.cli.main import main
from licet.names import printable
from licet.report import diff_markdown, diff_page
from licet.report.diff_outline import PROVED, DecisionTold, DiffOutline, ItemTold, MoveTold, WitnessTold
from tests.conftest import ROOT
from tests.report.accessibility import violations
from tests.report.test_explanation_markdown import HOSTILE, Rendered, spaced

OLD = """module trade "Trade" jurisdiction US
  authority L "Law"
entity Deal "deal"
  amount : number "amount"
  date : date "date"
decision licensing of d: Deal "licensing" as of d.date outcomes free < licence otherwise free
decision audit of d: Deal "audit" outcomes missing < current otherwise missing
rule big for d: Deal cites L "1" when d.amount is at least 10 then licensing of d is licence
rule known for d: Deal cites L "2" when d.amount is applicable then audit of d is current
test "a big deal"
  given d is Deal { amount: 20, date: 2026-01-01 }
  expect licensing of d is licence
"""
FACTS = "Deal:\n  - {id: d1, amount: 20, date: 2026-01-01}\n  - {id: d2, amount: 40, date: 2026-01-01}\n"
COMMENT = """<!-- licet diff -->

## Law: 1 item changed, 0 renamed, 0 texts. Vocabulary: as before.

- \\~ `trade.big` (L 1)
  - when: `d.amount` is at least 10 -\\> `d.amount` is at least 30

| Decision | Looser | Stricter | What bears on it |
| --- | --- | --- | --- |
| Licensing | shown | proved no (z3, cvc5) | `trade.big` |

Audit: neither looser nor stricter, proved: nothing that changed bears on it.

(what proved means)

<details><summary>Licensing, looser</summary>

As of 2026-01-01, Deal d in the world of the test "a big deal":

- old: licence (big)
- new: free

To paste beside the new rules:

```
test "a big deal: looser than before"
  given d is Deal { amount: 20, date: 2026-01-01 }
  expect licensing of d is free
```

</details>

### Inventory: 2 subjects, 1 moved

| Decision | Law of | Move | From | To | Rows | Subjects | Because |
| --- | --- | --- | --- | --- | --- | --- | --- |
| Licensing | all | looser, as certain | licence | free | 1 | `d1` | big |

This is not legal advice.
""".replace("(what proved means)", PROVED)


def diff(folder: Path, *words: str) -> str:
    for name, text in (("old", OLD), ("new", OLD.replace("at least 10", "at least 30"))):
        (folder / f"{name}.licet").write_text(text, encoding="utf-8")
    (folder / "facts.yaml").write_text(FACTS, encoding="utf-8")
    given = [str(folder / name) for name in ("old.licet", "new.licet")]
    done = CliRunner().invoke(main, ["diff", *given, "--facts", str(folder / "facts.yaml"), *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_comment_of_a_pull_request(tmp_path: Path) -> None:
    assert diff(tmp_path, "--format", "markdown") == COMMENT
    diff(tmp_path, "-o", str(tmp_path / "out.md"))
    assert (tmp_path / "out.md").read_text(encoding="utf-8") == COMMENT


def test_the_recipe_of_the_documentation_runs(tmp_path: Path) -> None:
    """As data: it asks for no more than it needs. And its commands, in a repository whose last commit is the base."""
    told = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
    (written,) = (text for text in re.findall(r"(?ms)^```yaml\n(.*?)^```", told) if "licet diff" in text)
    job = yaml.safe_load(written)
    steps = {step["name"]: step["run"] for step in job["jobs"]["diff"]["steps"] if "run" in step}
    assert job["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "pull_request_target" not in written
    assert not [step for step in steps.values() if "${{" in step]  # what is of others stands in variables

    for folder, name, text in (("policies", "trade.licet", OLD), ("inventory", "deals.yaml", FACTS)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "base")):
        subprocess.run(["git", *person, *words], cwd=tmp_path, check=True)
    (tmp_path / "policies" / "trade.licet").write_text(OLD.replace("at least 10", "at least 30"), encoding="utf-8")
    licet = f'licet() {{ "{sys.executable}" -m licet "$@"; }}; '
    given = {**os.environ, "BASE": "HEAD", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    codes = [
        subprocess.run(["bash", "-euc", licet + steps[name]], check=False, cwd=tmp_path, env=given).returncode
        for name in ("compare", "summary", "refuse what gets looser")
    ]

    assert codes == [0, 0, 1]
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == COMMENT


def hostile_outline(texts: list[str]) -> DiffOutline:
    """An outline in which each text stands in every place that files fill."""
    said = cycle(texts)
    items = tuple(ItemTold("~", text, next(said), next(said), (text, next(said))) for text in texts)
    worlds = tuple(WitnessTold("looser", text, (("old", "free", text), ("new", "ask", text)), text) for text in texts)
    decisions = (DecisionTold("licensing", "shown", "not found", tuple(texts[:3]), tuple(texts[:3]), worlds),)
    moves = tuple(MoveTold("licensing", "", "looser", "ask", "free", 1, (text,), (text,)) for text in texts)
    return DiffOutline("Law: changed.", items, "", decisions, "", "Proved.", "2 subjects", (), moves)


@pytest.mark.parametrize("first", range(0, len(HOSTILE), 10))
def test_what_files_say_is_text(first: int) -> None:
    texts = HOSTILE[first : first + 10]
    rendered = Rendered(diff_markdown.render(hostile_outline(texts)))
    ours = {"h2", "h3", "p", "ul", "li", "code", "pre", "details", "summary", "comment", "table", "thead", "tbody"}

    assert rendered.tags <= {*ours, "tr", "th", "td"}
    for text in texts:
        shown = spaced(printable(text.replace("\n", " ")))
        times = sum(spaced(printable(other.replace("\n", " "))) == shown for other in texts)
        assert spaced(rendered.text).count(shown) >= 6 * times, text  # name, limb, place, twice what states, subject


def test_a_long_comment_says_what_it_leaves_out() -> None:
    long = hostile_outline([f"t-{number} " + "x" * 150 for number in range(3000)])
    comment = diff_markdown.render(long)

    assert len(comment) < 60_000
    for what in ("items left out", "worlds left out", "kinds of moves more", "everything is in `--format json`"):
        assert what in comment
    assert Rendered(comment).tags >= {"table", "details"}


def test_the_page_says_the_same_and_loads_nothing(tmp_path: Path) -> None:
    page = diff(tmp_path, "--format", "html")

    for said in (
        "1 item changed",
        "trade.big",
        "at least 30",
        "proved no (z3, cvc5)",
        "looser, as certain",
        "d1",
    ):
        assert said in page
    assert "test &#34;a big deal: looser than before&#34;\n  given d is Deal { amount: 20" in page
    assert not [word for word in ("<script", "<img", "src=", "url(", "@import", "<link") if word in page]


def test_the_page_fits_and_can_be_read(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "diff.html"
    for told in (hostile_outline(HOSTILE), hostile_outline(["x" * 200, "y " * 200])):
        path.write_text(diff_page.render(told, ("git:main", "<b>new</b>")), encoding="utf-8")
        for width in (400, 1280):
            size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.get(path.as_uri())
            browser.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth"), width
        assert violations(browser) == []
        assert browser.execute_script("return document.querySelectorAll('script, img, main b b').length") == 0
    assert browser.get_log("browser") == []
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
