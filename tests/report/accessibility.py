"""What axe finds on a page that a browser shows."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

AXE = files("axe_playwright_python").joinpath("axe.min.js")
RUN = "const done = arguments[0]; axe.run().then(done, error => done({violations: [], error: String(error)}))"

# Texts of less contrast than 4.5 to 1 with what is behind them, those in drawings too, which axe cannot decide.
CONTRAST = """
const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b; };
const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
  if (c.length === 3 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
const found = [];
for (const e of document.querySelectorAll('body *')) {
  if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
  const one = light(rgb(getComputedStyle(e).color).slice(0, 3)), two = light(behind(e));
  const ratio = (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
  if (ratio < 4.5) found.push(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2));
}
return found;
"""


def violations(browser: Any) -> list[str]:
    """Each element of the page that breaks a rule of axe-core, of any of its sets, with the rule."""
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(RUN)
    assert "error" not in found, found["error"]
    assert len(found["passes"]) > 20  # the rules were run at all
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]


def assert_can_be_read(browser: Any, uri: str, schemes: Sequence[str] = ("light", "dark")) -> None:
    """A page fits a telephone and a screen, every text stands out, and axe finds nothing; in each colour scheme."""
    for scheme in schemes:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        for width in (400, 1280):
            size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.get(uri)
            assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
            assert browser.execute_script(CONTRAST) == []
        assert violations(browser) == []
    assert browser.get_log("browser") == []
