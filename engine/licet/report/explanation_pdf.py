"""The page of an explanation as PDF: printed by a browser that is there, which loads nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from licet.errors import UsageError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
_PLACES = (  # where a system keeps programs that have no name on the path
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    r"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
)
_SECONDS = 120
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no name leads anywhere
    "--no-pdf-header-footer",
)


def browser() -> str | None:
    """The program of a browser that prints without a screen."""
    found = (shutil.which(name) for name in (*_NAMES, *_PLACES))
    return next((path for path in found if path), None)


def checked_browser() -> str:
    """The same. Errors: `UsageError` where there is none."""
    found = browser()
    if found is None:
        raise UsageError(
            "a PDF is printed by Chromium, Chrome or Edge, and none of them is here: "
            "write the page with `--format html` and print it from a browser"
        )
    return found


def printed(page: str) -> bytes:
    """A page as PDF, on the paper that it asks for. Errors: `UsageError` where no browser prints it."""
    program = checked_browser()
    with TemporaryDirectory(prefix="licet-", ignore_cleanup_errors=True) as folder:
        source, result = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, encoding="utf-8")
        options = [*_OPTIONS, f"--user-data-dir={Path(folder, 'profile')}", f"--print-to-pdf={result}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # for whom Chromium does not start with its sandbox
            options.append("--no-sandbox")
        try:
            done = subprocess.run(  # noqa: S603 - the user's own browser, with options of ours
                [program, *options, source.as_uri()], capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UsageError(_failed(program, str(error))) from None
        if done.returncode or not result.is_file():
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise UsageError(_failed(program, said[-1] if said else f"it ended with {done.returncode}"))
        return result.read_bytes()


def _failed(program: str, why: str) -> str:
    return f"`{program}` did not print the page ({why}); write it with `--format html` and print it from a browser"
