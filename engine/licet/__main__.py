"""What the `licet` command and `python -m licet` run."""

from __future__ import annotations

import gc
import sys
from typing import Any

# Before Python looks for garbage among them: almost all of a policy, facts and answers stays until the end, and looking
# for cycles among every 700 new objects was an eighth of the time of deciding.
_NEW_OBJECTS = 1_000_000


class _WithoutPandas:
    """Arrow imports pandas with the first list it sees, wherever pandas is installed; the command has no use for it.

    That was a sixth of the time in which the command starts.
    """

    @staticmethod
    def find_spec(name: str, *_: Any) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("the licet command does without pandas", name=name)


def run() -> None:
    """The command line, in a process that is nobody else's."""
    sys.meta_path.insert(0, _WithoutPandas())
    from licet.cli.main import main

    gc.freeze()  # what is imported stays
    gc.set_threshold(_NEW_OBJECTS)
    main(prog_name="licet")


if __name__ == "__main__":
    run()
