"""The release map: its data say what the result table says, and the page works in a real browser."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from licet.cli.main import main
from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.ir.policy import Policy
from licet.loading.policy_files import load_policy
from licet.release.grid import DEFAULT, PROFILES, Grid, cells, decision_of, grid
from licet.release.grid_vocabulary import MODEL, TRANSFER
from licet.release.release_map import ReleaseMap, release_map
from licet.release.release_map_page import render
from licet.report.outcome_colours import colours
from tests.conftest import ROOT
from tests.report.accessibility import violations

DAY = date(2025, 9, 1)
MODELS = ["demo-closed-5e26", "demo-estimated", "demo-small", "claude-opus-4-5", "grok-4", "demo-tune-two-steps"]
PLACES = ["CH", "JP", "DE", "CN", "RU", "IR", "BR", "MO"]
GAP = """
module us.gap "A gap" jurisdiction US
  authority EAR "15 CFR Parts 730-774"
use core.decisions
rule released "Released"
  for t: Transfer
  cites EAR "742.6"
  when t.kind is release
  then licensing of t is licence_required
gap embargoes "Embargoes"
  for t: Transfer
  cites EAR "746.4"
  when t.destination is KP
  then licensing of t may be prohibited
"""
HOSTILE = '</script><script>alert("x")</script><!-- <b>'


@dataclass(frozen=True)
class Made:
    grid: Grid
    result: pa.Table
    map: ReleaseMap


@pytest.fixture(scope="module")
def made(library: Policy, frontier: Facts) -> Made:
    profiles = [DEFAULT, PROFILES["military"]]
    tables = tables_from_facts(frontier, library)
    cut = grid(library, tables, DAY, models=MODELS, destinations=PLACES, profiles=profiles)
    result = cells(library, cut.tables, TRANSFER, DAY)
    models = cells(library, cut.tables, MODEL, DAY)
    decision = decision_of(library, None)
    return Made(cut, result, release_map(library, frontier, cut, result, decision, models))


def answers(found: ReleaseMap) -> list[dict[str, Any]]:
    """The answer of each cell, in the order of the grid."""
    data = found.data
    return [data["answers"][place] for row in data["rows"] for place in data["patterns"][row]]


def test_every_cell_says_what_its_row_says(made: Made) -> None:
    data = made.map.data
    outcomes = [o["name"] for o in data["decision"]["outcomes"]]
    names = [rule["id"] for rule in data["rules"]]
    rows = made.result.to_pylist()

    assert len(answers(made.map)) == len(rows) == len(MODELS) * 2 * len(PLACES)
    for cell, row in zip(answers(made.map), rows, strict=True):
        assert outcomes[cell["must"]] == row["licensing.must"]
        assert outcomes[cell["may"]] == row["licensing.may"]
        assert cell["enforced"] is row["licensing.US.enforced"]
        assert [names[r] for r in cell["holds"]] == row["rules.holds"]
        assert [names[r] for r in cell["defeated"]] == row["rules.defeated"]
        assert len(cell["missing"]) == len(row["missing"])
        facts = [m for m in cell["missing"] if "law" not in m]
        assert {"$item", "$consignee", "$exporter", "$transfer"} >= {m["of"] for m in facts}
        assert len(facts) == sum(m["kind"] != "law" for m in row["missing"])
    assert len(data["answers"]) < len(rows) / 2


def test_classification_and_lists_stand_beside(made: Made) -> None:
    data = made.map.data
    names = [rule["id"].rsplit(".", 1)[-1] for rule in data["rules"]]
    two_steps = next(m for m in data["models"] if m["id"] == "demo-tune-two-steps")
    places = {d["code"]: d["lists"] for d in data["destinations"]}

    assert "eccn_4e091" in [names[r] for r in two_steps["holds"]]
    assert "derivative_of_published" in [names[r] for r in two_steps["defeated"]]
    assert "Supplement No. 5 to part 740, paragraph (a)" in places["JP"]
    assert "Country Group D:5" in places["CN"]
    assert any("listed" in line for line in data["assumptions"])
    assert {rule["id"] for rule in made.map.unverified} >= {"us.ear.embargoes.iran"}


def test_compute_is_ordered_exactly_and_never_rounded_up(made: Made, library: Policy, frontier: Facts) -> None:
    ids = ["demo-at-line", "demo-below-line", "claude-opus-4-5"]
    cut = grid(library, tables_from_facts(frontier, library), DAY, models=ids, destinations=["CH"])
    result = cells(library, cut.tables, TRANSFER, DAY)
    models = release_map(library, frontier, cut, result, decision_of(library, None)).data["models"]

    assert [(m["byCompute"], m["compute"]) for m in models] == [(0, "10²⁶"), (1, "9.99×10²⁵"), (2, "?")]
    estimated = next(m for m in made.map.data["models"] if m["id"] == "demo-estimated")
    assert estimated["compute"] == "8×10²⁵–1.5×10²⁶"


def test_the_page_loads_nothing_and_escapes_everything(made: Made, library: Policy, frontier: Facts) -> None:
    hostile = Record({**frontier.record(Subject(MODEL, "grok-4")).facts, "name": HOSTILE})
    entities = {**frontier.entities, MODEL: {**frontier.entities[MODEL], "grok-4": hostile}}
    renamed = Facts(entities, frontier.relations)
    page = render(release_map(library, renamed, made.grid, made.result, decision_of(library, None)))

    assert page.count("<script") == 2
    data = json.loads(re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)[0])
    assert HOSTILE in [m["name"] for m in data["models"]]
    assert not re.search(r'(src|srcset|@import|url)\s*[=(]\s*["\']?(https?:)?//', page)
    assert "cleared" not in page.lower()
    assert data["policy"]["fingerprint"] in page
    assert "not legal advice" in page


def test_the_command_writes_page_and_tables(tmp_path: Path) -> None:
    words = ["matrix", str(ROOT / "fixtures" / "frontier"), "--as-of", "2025-09-01"]
    words += ["--model", "grok-4", "--destination", "ch", "--destination", "JP"]
    for name in ("map.html", "map.csv"):
        done = CliRunner().invoke(main, [*words, "-o", str(tmp_path / name)], catch_exceptions=False)
        assert done.exit_code == 0
        assert "licence duty: 1 licence required, 1 licence exception" in done.stderr

    assert (
        (tmp_path / "map.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1]
        .startswith('"Transfer","grok-4 to CH","grok-4","CH","commercial",2025-09-01')
    )
    assert CliRunner().invoke(main, [*words, "-o", str(tmp_path / "map.doc")]).exit_code == 2


def test_a_cell_that_rests_on_a_gap_says_so(frontier: Facts, tmp_path: Path) -> None:
    """The gap is named in the open cells that hang on it, and nowhere else."""
    (tmp_path / "gap.licet").write_text(GAP, encoding="utf-8")
    policy = load_policy((tmp_path / "gap.licet",))
    cut = grid(policy, tables_from_facts(frontier, policy), DAY, models=["demo-small"], destinations=["KP", "CH"])
    result = cells(policy, cut.tables, TRANSFER, DAY)
    found = release_map(policy, frontier, cut, result, decision_of(policy, None))
    korea, switzerland = answers(found)

    assert [found.data["rules"][place]["id"] for place in korea["gaps"]] == ["us.gap.embargoes"]
    assert korea["must"] < korea["may"]
    assert switzerland["gaps"] == []


# ---- in a browser


class Page:
    """The open page, as a reader uses it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def text(self, id_: str) -> str:
        return str(self.driver.find_element("id", id_).text)

    def script(self, code: str, *values: object) -> Any:
        return self.driver.execute_script(code, *values)

    def type(self, id_: str, text: str) -> None:
        box = self.driver.find_element("id", id_)
        box.clear()
        box.send_keys(text)

    def select(self, id_: str, value: str) -> None:
        self.driver.find_element("css selector", f"#{id_} option[value={value}]").click()

    def legend(self, label: str) -> Any:
        return self.driver.find_element("css selector", f'#legend button[data-kind="{label}"]')

    def reset(self) -> None:
        """As it opens, but with a column for each destination."""
        self.driver.find_element("id", "reset").click()
        self.driver.find_element("id", "join").click()

    def keys(self, *names: str) -> None:
        from selenium.webdriver.common.keys import Keys

        self.driver.find_element("id", "map").send_keys(*(getattr(Keys, name) for name in names))

    def walk(self, *, down: int = 0, right: int = 0) -> str:
        """What the keyboard's cell is, so many steps from the first."""
        self.script("document.activeElement.blur()")
        self.keys("HOME", *["PAGE_UP"] * 3, *["ARROW_DOWN"] * down, *["ARROW_RIGHT"] * right)
        return str(self.script("return document.getElementById('active').textContent"))

    def arrives(self, start: str, **steps: int) -> bool:
        """Whether the keyboard's cell comes to be the one that is said: a choice arrives a moment after its click."""
        end = time.monotonic() + 10
        while not (found := self.walk(**steps)).startswith(start) and time.monotonic() < end:
            time.sleep(0.05)
        return found.startswith(start)


@pytest.fixture
def page(browser: Any, made: Made, tmp_path: Path) -> Iterator[Page]:
    path = tmp_path / "map.html"
    path.write_text(render(made.map), encoding="utf-8")
    browser.get(path.as_uri())
    opened = Page(browser)
    opened.reset()
    yield opened
    assert browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0


def answers_of(page: Page) -> list[dict[str, Any]]:
    data = json.loads(page.script("return document.getElementById('data').textContent"))
    return [data["answers"][place] for row in data["rows"] for place in data["patterns"][row]]


def test_the_browser_counts_cells(page: Page) -> None:
    found = answers_of(page)
    required = sum(a["must"] == a["may"] == 3 for a in found)

    assert page.text("count") == "12 rows × 8 destinations = 96 cells"
    assert page.legend("licence required").text.split() == ["licence", "required", str(required)]
    assert page.legend("not determined").text.split()[-1] == str(sum(a["must"] != a["may"] for a in found))
    assert page.legend("announced as not enforced").text.split()[-1] == str(sum(not a["enforced"] for a in found))
    assert required > 10


def test_the_page_breaks_no_rule_of_accessibility(page: Page) -> None:
    assert violations(page.driver) == []
    page.walk(down=1)
    page.keys("ENTER")
    assert violations(page.driver) == []  # with the reason of a cell beside the map


def test_the_browser_filters(page: Page) -> None:
    page.type("find-models", "grok, opus")
    assert page.text("count") == "4 rows × 8 destinations = 32 cells of 96"
    page.type("find-destinations", "D:5")
    assert page.text("count") == "4 rows × 3 destinations = 12 cells of 96"
    page.type("find-destinations", "ch, Japan")  # the code of Switzerland, not a part of China
    assert page.text("count") == "4 rows × 2 destinations = 8 cells of 96"
    page.type("find-destinations", "jp")
    assert page.text("count") == "4 rows × 1 destination = 4 cells of 96"
    page.reset()
    page.legend("licence exception").click()
    assert page.text("count").endswith(" of 96")
    assert "× 2 destinations" in page.text("count")
    page.type("find-models", "no such model")
    assert page.text("count").startswith("0 rows")


def test_the_browser_sorts(page: Page) -> None:
    page.select("sort-models", "compute")
    assert page.arrives("Grok 4 (commercial) → Brazil: ")  # by compute, by region
    page.select("sort-models", "name")
    assert page.arrives("Claude Opus 4.5 (commercial) → Brazil: from no licence required to licence required")
    page.select("sort-destinations", "name")
    assert page.arrives("Claude Opus 4.5 (commercial) → China: ", right=1)
    page.select("sort-destinations", "code")
    assert page.arrives("Claude Opus 4.5 (commercial) → Switzerland: ", right=1)
    page.select("sort-models", "strictness")
    page.select("sort-destinations", "strictness")
    assert page.arrives("Demo Closed (commercial) → Russia: licence required")


def test_a_click_gives_the_reason(page: Page) -> None:
    from selenium.webdriver import ActionChains

    page.type("find-models", "demo-closed-5e26")
    page.type("find-destinations", "CH")
    canvas = page.driver.find_element("id", "canvas")
    for across in range(-canvas.size["width"] // 2 + 4, canvas.size["width"] // 2, 12):  # until a cell is under it
        ActionChains(page.driver, duration=0).move_to_element_with_offset(
            canvas, across, 52 - canvas.size["height"] // 2
        ).perform()
        if page.driver.find_element("id", "tip").is_displayed():
            break
    ActionChains(page.driver).click().perform()

    said = page.text("reason")
    assert "Switzerland (CH)" in said
    assert "\nlicence required\n" in said
    assert "with presumption of denial" in said
    assert "Announced as not enforced; without those rules: no licence required" in said
    assert "4E091 weights need a licence for every destination (EAR 742.6(a)(13))" in said
    assert "5×10²⁶ operations" in said
    assert page.script("return document.querySelector('#reason a').href").startswith("https://www.ecfr.gov/")
    assert "Switzerland" in page.text("tip")


def test_the_keyboard_gives_the_reason_and_takes_it_away(page: Page) -> None:
    page.type("find-models", "opus")
    page.walk()
    page.keys("ENTER")
    said = page.text("reason")
    assert "Claude Opus 4.5" in said
    assert "training compute, of Claude Opus 4.5: ask the developer" in said
    page.keys("ESCAPE")
    assert "Choose a cell" in page.text("reason")


def test_it_opens_on_what_is_open(page: Page) -> None:
    """Destinations in groups of equal answers, the open ones and the models with most open cells first."""
    page.driver.find_element("id", "reset").click()
    found = answers_of(page)
    still_open = [a for a in found if a["must"] != a["may"]]
    first = page.walk()

    assert re.search(r"in [2-7] columns of destinations with the same answers", page.text("count"))
    assert ": from " in first
    questions = page.driver.find_elements("css selector", "#reason .asked button")
    assert "ask the developer" in questions[0].text
    assert int(questions[0].text.split()[0]) <= len(still_open)
    questions[0].click()
    assert page.text("count").endswith(f" of {len(found)}")
    assert ": from " in page.walk()
    page.driver.find_element("css selector", "#groups summary").click()
    assert "Switzerland" in page.text("groups") or "Japan" in page.text("groups")


def test_it_fits_a_telephone(page: Page) -> None:
    size = {"width": 400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.driver.find_element("id", "reset").click()

    assert page.script("return document.documentElement.scrollWidth <= window.innerWidth")
    for id_ in ("find-models", "find-destinations"):
        room = "const box = document.getElementById(arguments[0]); box.value = box.placeholder;"
        assert page.script(room + "return box.scrollWidth <= box.clientWidth", id_)
    assert violations(page.driver) == []
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_equal_destinations_are_joined_and_printed(page: Page) -> None:
    page.driver.find_element("id", "join").click()
    assert re.search(r"= 96 cells, in [2-7] columns", page.text("count"))
    pdf = page.driver.execute_cdp_cmd("Page.printToPDF", {})["data"]
    assert len(pdf) > 20_000
    assert page.script("return document.querySelectorAll('#paper canvas').length") >= 1


def test_outcomes_get_darker_and_differ() -> None:
    for outcomes in range(1, 12):
        found = colours(outcomes)
        light = [sum(int(c[i : i + 2], 16) * w for i, w in ((1, 299), (3, 587), (5, 114))) for c in found]
        assert len(set(found)) == outcomes
        assert light == sorted(light, reverse=True)
