"""`python -m licet`."""

from licet.cli.main import main

if __name__ == "__main__":
    main(prog_name="licet")
