"""`licet-check`, also as `python -m licet_check`."""

import sys

from licet_check.checks import main


def run() -> None:
    """The command with the words of its line."""
    sys.setrecursionlimit(20_000)  # how deep a policy is; facts are gone through without
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
