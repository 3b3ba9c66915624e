"""`python -m plugsmith`."""

from plugsmith.cli.entry import run

run()
