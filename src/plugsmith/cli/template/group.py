"""`plugsmith template`: OpenBeken device templates and the catalogue of devices."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.cli.template.contribute import contribute
from plugsmith.cli.template.export import export
from plugsmith.cli.template.match import match
from plugsmith.cli.template.search import search, show
from plugsmith.cli.template.update import update
from plugsmith.errors import ExitCode, Fact, InputMissing
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.rules import RuleFinding

_MAX_BYTES = 1_000_000

app = typer.Typer(
    help=_("Device templates: find the device, check its pins, write them for other programs."),
    no_args_is_help=True,
    rich_markup_mode=None,
)

TemplateArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help=_("A template as JSON, the result of `dump config --json`, or - for standard input."),
    ),
]
PublishOption = Annotated[
    bool, typer.Option("--publish", help=_("Check also what a public list demands."))
]


@app.callback()
def _group() -> None:
    """Keep `template` a group however many verbs it has."""


app.command("search", help=_("Find devices of the catalogue by words, vendor, chip, module."))(
    search
)
app.command("show", help=_("Show a device of the catalogue, and what was corrected in it."))(show)
app.command("match", help=_("Say which known device a dump, configuration or template is like."))(
    match
)
app.command("export", help=_("Write a device for OpenBeken, ESPHome, Home Assistant, a forum ..."))(
    export
)
app.command("contribute", help=_("Make a complete entry that a public list accepts."))(contribute)
app.command("update", help=_("Import a list of devices from a file, a folder or an address."))(
    update
)


@app.command("lint", help=_("Say what is wrong or risky in a template; exit code 8 on an error."))
def lint(
    file: TemplateArgument, publish: PublishOption = False, as_json: JsonOption = False
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.interpret.openbeken.lint import finding_json, has_errors

        findings = _findings(_read(file), publish=publish)
        if has_errors(findings):
            session.exit_code = ExitCode.NOTHING_FOUND
        return {"findings": [finding_json(item) for item in findings]}

    run("template lint", body, as_json=as_json, render=_render)


def _findings(text: str, *, publish: bool) -> tuple[RuleFinding, ...]:
    """The findings of a template text, also of one inside a result of `dump config`."""
    from plugsmith.interpret.openbeken.lint import lint_reading
    from plugsmith.interpret.openbeken.lint_publication import publication_findings
    from plugsmith.openbeken.template import find_template

    reading = find_template(text)
    more = tuple(publication_findings(reading.template)) if publish else ()
    return (*lint_reading(reading), *more)


def _read(file: Path) -> str:
    """The text of the file; bytes that are no UTF-8 are replaced, the JSON reader judges them."""
    if str(file) == "-":
        return sys.stdin.read(_MAX_BYTES + 1)
    try:
        with file.open("rb") as stream:
            return stream.read(_MAX_BYTES + 1).decode("utf-8", "replace")
    except OSError as err:
        raise InputMissing(name=str(file), problem=err.strerror or str(err)) from err


def _render(data: dict[str, Fact]) -> str:
    from plugsmith.cli.template.text import findings_text

    return findings_text(data)
