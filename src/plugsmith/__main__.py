"""`python -m plugsmith`."""

from plugsmith.cli.app import run

run()
