"""`template lint`: what is wrong or risky in a template, as text from anywhere."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from plugsmith.errors import ExitCode
from plugsmith.errors.device import TemplateUnusable
from plugsmith.flows.catalogue.results import LintResult
from plugsmith.flows.file_kind import FLASHES, TEXTS
from plugsmith.flows.judged_file import JudgedFile, open_file, worked_on
from plugsmith.flows.many import ManyResult, over_files
from plugsmith.flows.settings.template_text import template_of
from plugsmith.interpret.openbeken.lint import lint_reading
from plugsmith.interpret.openbeken.lint_publication import publication_findings
from plugsmith.openbeken.template import find_template
from plugsmith.records import Record, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from plugsmith.events import CancelToken, EventSink

_MAX_BYTES = 1_000_000


def lint(file: Path, *, publish: bool = False) -> LintResult:
    """Findings about a template, also of one inside a result of `dump config`, or of a dump's pins.

    `-` is standard input; `publish` adds what a public list demands. Raises InputMissing, and the
    errors of the template reader.
    """
    data = _read(file)
    with worked_on(data, takes=TEXTS | FLASHES):
        reading = find_template(_text_of(data, name=file.name))
    more = tuple(publication_findings(reading.template)) if publish else ()
    return LintResult(findings=(*lint_reading(reading), *more))


def lint_many(
    paths: Sequence[Path], *, publish: bool, sink: EventSink, cancel: CancelToken
) -> ManyResult:
    """The same for many files: an item each."""
    work = partial(lint_one, publish=publish)
    return over_files(paths, work, word="verdict", brief=("rules",), sink=sink, cancel=cancel)


@record
class _Verdict(Record):
    verdict: str  # errors, remarks or clean
    rules: str | None  # those that something speaks against


@record
class LintedFile(LintResult, _Verdict):
    """One of many files, with its findings in a word."""


def lint_one(path: Path, *, publish: bool) -> LintedFile:
    """The findings on one of many files."""
    found = lint(path, publish=publish)
    wrong = found.exit_status is not ExitCode.DONE
    rules = ", ".join(dict.fromkeys(item.rule for item in found.findings))
    verdict = "errors" if wrong else "remarks" if found.findings else "clean"
    return LintedFile(verdict=verdict, rules=rules or None, findings=found.findings)


def _read(file: Path) -> bytes:
    return sys.stdin.read(_MAX_BYTES + 1).encode() if str(file) == "-" else open_file(file).data


def _text_of(data: bytes, *, name: str) -> str:
    """The template as text; bytes that are no UTF-8 are replaced, the JSON reader judges them."""
    with suppress(TemplateUnusable):  # then the reader of templates says what is wrong
        return template_of(JudgedFile(name=name, data=data))
    return data[: _MAX_BYTES + 1].decode("utf-8", "replace")
