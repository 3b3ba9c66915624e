"""`plugsmith device pins`: the pin doctor at a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from plugsmith.cli.device import options as opt
from plugsmith.cli.options import JsonOption, YesOption  # noqa: TC001 - typer evaluates them
from plugsmith.cli.session import Session, run
from plugsmith.errors.safety import ConsentMissing
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.host import Host

TemplateOption = Annotated[
    Path | None,
    typer.Option(
        "--template",
        metavar="FILE",
        help=_("Start from a recovered or similar template: its pins are tried first."),
    ),
]
IncludeOption = Annotated[
    list[int] | None,
    typer.Option("--include-pin", metavar="GPIO", help=_("Also drive this pin. Repeatable.")),
]
OnlyOption = Annotated[
    list[int] | None,
    typer.Option("--pin", metavar="GPIO", help=_("Examine only this pin. Repeatable.")),
]
OutOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help=_("Write the template to a file.")),
]
SingleHost = Annotated[
    str, typer.Argument(metavar="HOST", help=_("Name or address of the device."))
]


class TerminalExaminer:
    """Asks the person at the terminal; Ctrl-C ends every question at once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ready(self, text: str) -> None:
        """Say what comes next and wait for Enter."""
        from plugsmith.cli.questions import ask_line

        ask_line(self._session, text + " " + _("[Enter] "))

    def choose(self, question: str, choices: Mapping[str, str]) -> str:
        """Ask until one of the letters is typed."""
        from plugsmith.cli.questions import ask_line

        self._session.say(question)
        for key, words in choices.items():
            self._session.say(f"  {key}  {words}")
        while True:
            answer = ask_line(self._session, "> ").lower()[:1]
            if answer in choices:
                return answer

    def lamps(self, question: str) -> set[str]:
        """Ask for the names of the lights that are on."""
        from plugsmith.cli.questions import ask_line
        from plugsmith.flows.device.pins import LAMPS

        self._session.say(question)
        words = " ".join(LAMPS)
        while True:
            typed = ask_line(
                self._session, _("Names out of: {words}; Enter for none: ", words=words)
            )
            names = set(typed.lower().replace(",", " ").split())
            if names <= set(LAMPS):
                return names


def pins(
    host: SingleHost,
    *,
    template: TemplateOption = None,
    output: OutOption = None,
    include: IncludeOption = None,
    only: OnlyOption = None,
    password_file: opt.PasswordFileOption = None,
    ask_password: opt.AskPasswordOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.device.pins import examine
        from plugsmith.flows.device.settings_file import read_text
        from plugsmith.lan.host import parse_host
        from plugsmith.openbeken.template import find_template

        if not session.interactive:
            raise ConsentMissing(step=_("somebody must watch the device and answer"))
        start = find_template(read_text(template)).template if template else None
        where = parse_host(host)
        context = opt.lan_context(session, password_file=password_file, ask_password=ask_password)
        session.say(
            _(
                "The device must be closed: it is connected to mains. Unplug whatever is plugged "
                "into it, because relays will switch."
            )
        )
        data = examine(
            context,
            where,
            TerminalExaminer(session),
            start=start,
            include=tuple(include or ()),
            only=tuple(only or ()),
        )
        return _finish(session, context, where, data, output)

    run("device pins", body, as_json=as_json, assume_yes=yes, render=_text)


def _finish(
    session: Session, context: LanContext, where: Host, data: dict[str, Fact], output: Path | None
) -> dict[str, Fact]:
    """Write the template, and apply it if the user wants that."""
    import json

    from plugsmith.cli.questions import ask_yes
    from plugsmith.flows.device.apply import apply
    from plugsmith.flows.device.desired_settings import desired_from
    from plugsmith.flows.dump.files import write_whole

    text = json.dumps(data["template"], indent=2, ensure_ascii=False) + "\n"
    session.say(text)
    if output is not None:
        write_whole(output, text.encode())
        data["file"] = str(output)
    if ask_yes(session, _("Apply this template to the device now?")):
        data |= apply(context, [where], desired_from(template=text, name=_("the template")))
    return data


def _text(data: dict[str, Fact]) -> str:
    lines = [str(note) for note in cast("list[str]", data["notes"])]
    if data["applied"]:
        lines.append(_("The template is applied; to go back: {undo}", undo=data["undo"]))
    else:
        lines.append(_("The pins are as they were before."))
    return "\n".join(lines)
