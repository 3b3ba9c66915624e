"""`plugsmith template`: OpenBeken device templates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode, Fact, InputMissing
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.rules import Finding

_MAX_BYTES = 1_000_000

app = typer.Typer(
    help=_("OpenBeken device templates: check one before it is applied."),
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


@app.callback()
def group() -> None:
    """Keep `lint` a verb of its own while it is the only one."""


@app.command("lint", help=_("Say what is wrong or risky in a template; exit code 8 on an error."))
def lint(file: TemplateArgument, as_json: JsonOption = False) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.interpret.lint import finding_json, has_errors

        findings = _findings(_read(file))
        if has_errors(findings):
            session.exit_code = ExitCode.NOTHING_FOUND
        return {"findings": [finding_json(item) for item in findings]}

    run("template lint", body, as_json=as_json, render=_render)


def _findings(text: str) -> tuple[Finding, ...]:
    """The findings of a template text, also of one inside a result of `dump config`."""
    from plugsmith.interpret.lint import lint_reading
    from plugsmith.openbeken.template import find_template

    return lint_reading(find_template(text))


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
    findings = data["findings"]
    lines: list[str] = []
    for item in findings if isinstance(findings, list) else []:
        if isinstance(item, dict):
            lines.append(f"{_level(str(item['level']))}: {item['text']}")
            lines.append(f"  {item['fix']} ({item['rule']})")
    return "\n".join(lines) or _("Nothing is wrong with this template.")


def _level(name: str) -> str:
    return {"error": _("Error"), "warning": _("Warning"), "info": _("Note")}.get(name, name)
