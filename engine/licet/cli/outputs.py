"""What a command writes, kept apart from what it reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click

from licet.cli.stopping import exit_code, stopped_by_signals
from licet.facts.files.sheets_of import may_be_read_in
from licet.loading.policy_files import policy_files
from licet.report.claims import claimed
from licet.report.page_folder import INDEX, check_folder
from licet.report.result_file import whole_file

_FROM = re.compile(r'\bfrom\s+"([^"\n]+)"')  # a list's or a table's file, in a policy


def claimed_outputs(
    outputs: Mapping[str, Path], facts: Iterable[Path], policies: Sequence[Path], others: Iterable[Path] = ()
) -> AbstractContextManager[None]:
    """Holds the files of these options, as `claimed` does: none of them may be facts, a map or part of the policy.

    `others` are files that may be written too.
    """
    map_ = click.get_current_context().meta.get("licet.map")
    inputs = [file for path in facts for file in may_be_read_in(path)]
    return claimed(outputs, [*inputs, *([map_] if map_ is not None else []), *policy_inputs(policies)], others)


@contextmanager
def claimed_folder(
    folder: Path, names: Collection[str], facts: Iterable[Path], policies: Sequence[Path], *, replace: bool
) -> Iterator[None]:
    """Holds a folder of pages and an index while it is written: whole or, where the run is stopped, not at all.

    A folder that was not there goes again where nothing was written. Errors: `UsageError` where it holds anything else.
    """
    check_folder(folder, set(names), replace=replace)
    is_new = not folder.exists()
    folder.mkdir(exist_ok=True)
    pages = [folder / name for name in names]
    try:
        with claimed_outputs({"DIR": folder / INDEX}, facts, policies, pages), stopped_by_signals():
            yield
    except KeyboardInterrupt as stopped:
        click.echo("stopped; nothing was written", err=True)
        click.get_current_context().exit(exit_code(stopped))
    finally:
        if is_new and not any(folder.iterdir()):
            folder.rmdir()


def deliver(text: str, output: Path | None, as_file: Callable[[str], bytes] = str.encode) -> None:
    """Shows a text, or writes it to a file, whole or not at all."""
    if output is None:
        click.echo(text, nl=False)
        return
    with whole_file(output) as part:
        part.write_bytes(as_file(text))


def policy_inputs(policies: Sequence[Path]) -> Iterator[Path]:
    """The files of a policy, and the lists and tables that these name."""
    folders = [
        place
        for root in policies
        for base in (root if root.is_dir() else root.parent,)
        for place in (base, base / "lists")
    ]
    for file in policy_files(policies):
        yield file
        named = _FROM.findall(file.read_text(encoding="utf-8", errors="replace"))
        yield from (folder / name for name in named for folder in (file.parent, *folders))
