"""`template lint`: what is wrong or risky in a template, as text from anywhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from plugsmith.errors import InputMissing
from plugsmith.flows.catalogue.results import LintResult
from plugsmith.interpret.openbeken.lint import lint_reading
from plugsmith.interpret.openbeken.lint_publication import publication_findings
from plugsmith.openbeken.template import find_template

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES = 1_000_000


def lint(file: Path, *, publish: bool = False) -> LintResult:
    """Findings about a template, also of one inside a result of `dump config`.

    `-` is standard input; `publish` adds what a public list demands. Raises InputMissing, and the
    errors of the template reader.
    """
    reading = find_template(_read(file))
    more = tuple(publication_findings(reading.template)) if publish else ()
    return LintResult(findings=(*lint_reading(reading), *more))


def _read(file: Path) -> str:
    """The text of the file; bytes that are no UTF-8 are replaced, the JSON reader judges them."""
    if str(file) == "-":
        return sys.stdin.read(_MAX_BYTES + 1)
    try:
        with file.open("rb") as stream:
            return stream.read(_MAX_BYTES + 1).decode("utf-8", "replace")
    except OSError as err:
        raise InputMissing(name=str(file), problem=err.strerror or str(err)) from err
