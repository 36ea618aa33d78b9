"""What axe finds on a page that a browser shows."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

AXE = files("axe_playwright_python").joinpath("axe.min.js")
RUN = "const done = arguments[0]; axe.run().then(done, error => done({violations: [], error: String(error)}))"


def violations(browser: Any) -> list[str]:
    """Each element of the page that breaks a rule of axe-core, of any of its sets, with the rule."""
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(RUN)
    assert "error" not in found, found["error"]
    assert len(found["passes"]) > 20  # the rules were run at all
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]
