"""A policy opens the files of its own folder, and no others: whoever writes it may be a stranger."""

from __future__ import annotations

from pathlib import Path

import pytest

from licet.diagnostics import Diagnostic
from licet.loading.policy_files import check_files

SECRET = "root:x:0:0:the words of another file"
HEAD = """module demo "Demo"
  authority EAR "15 CFR"
use core.decisions
"""
LIST = 'list x of country from "{}" "x"\n'
TABLE = """table k "K"
  for t: Transfer
  cites EAR "1"
  decides licensing of t hit first
  from "{}"
"""
GOOD = "list: x\ntitle: X\nsource: invented\ncertainty: unverified\ncovers: {}\nmembers: [CH]\n"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """The folder of a policy, with another one beside it."""
    (tmp_path / "outside").mkdir()
    for name in ("secret", "secret.yaml", "secret.csv", "secret.xlsx", "secret.licet", "secret.md"):
        (tmp_path / "outside" / name).write_text(SECRET + "\n```licet\n", encoding="utf-8")
    folder = tmp_path / "policy"
    (folder / "lists").mkdir(parents=True)
    (folder / "lists" / "x.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "lists" / "in.yaml").symlink_to(folder / "lists" / "x.yaml")
    (folder / "lists" / "out.yaml").symlink_to(tmp_path / "outside" / "secret.yaml")
    (folder / "linked").symlink_to(tmp_path / "outside", target_is_directory=True)
    return folder


def found(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    (folder / "demo.licet").write_text(HEAD + text, encoding="utf-8")
    diagnostics = check_files([folder]).diagnostics
    for diagnostic in diagnostics:
        assert SECRET not in (diagnostic.message + diagnostic.help)
        for span in [diagnostic.span, *(s for s, _ in diagnostic.others)]:
            assert span is None or SECRET not in span.source.text
    return tuple(d for d in diagnostics if d.severity == "error")


@pytest.mark.parametrize("form", [LIST, TABLE], ids=["list", "table"])
@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "{outside}/secret",
        "../outside/secret.yaml",
        "../../outside/secret.csv",
        "lists/../../outside/secret.xlsx",
        "../nothing/there",
        "linked/secret.yaml",
        "lists/out.yaml",
        "C:\\secret.csv",
        "\\\\host\\secret.csv",
    ],
)
def test_nothing_outside_is_opened(policy: Path, form: str, path: str) -> None:
    named = path.format(outside=policy.parent / "outside")

    errors = found(policy, form.format(named))

    assert [d.code for d in errors] == ["E064"]
    assert "leads out of the policy's folder" in errors[0].message


@pytest.mark.parametrize("path", ["x.yaml", "lists/x.yaml", "lists/../lists/x.yaml", "../lists/x.yaml", "in.yaml"])
def test_what_is_inside_is_read(policy: Path, path: str) -> None:
    assert not found(policy, LIST.format(path))


@pytest.mark.parametrize("path", ["/outside/secret.yaml", "../outside/secret.yaml", "outside/secret.yaml", "out.yaml"])
def test_territories_are_not_read_from_outside(policy: Path, path: str) -> None:
    (policy / "lists" / "x.yaml").write_text(GOOD + f"inherits: {path}\n", encoding="utf-8")

    errors = found(policy, LIST.format("x.yaml"))

    assert [d.code for d in errors] == ["E064"]


@pytest.mark.parametrize("name", ["secret.licet", "secret.md"])
def test_a_policy_file_is_no_link_to_something_outside(policy: Path, name: str) -> None:
    (policy / name).symlink_to(policy.parent / "outside" / name)

    errors = found(policy, LIST.format("x.yaml"))

    assert all(d.code == "E064" for d in errors)
    assert len(errors) == (1 if name.endswith(".licet") else 0)  # a page is prose until it is read
