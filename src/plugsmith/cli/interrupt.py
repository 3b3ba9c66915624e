"""The words for a run that was stopped before it began."""

from __future__ import annotations


def interrupted(args: list[str]) -> int:
    """Say that nothing was begun, as a JSON line where that was asked for; exit code 130."""
    from plugsmith.cli.session import report_error
    from plugsmith.errors import Cancelled

    return report_error(Cancelled(), as_json="--json" in args)
