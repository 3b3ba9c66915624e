"""`plugsmith device apply` and `undo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.api.settings import SettingsRequest, desired_settings
from plugsmith.cli.device import options as opt
from plugsmith.cli.obk import options as obk  # noqa: TC001 - typer reads annotations at run time
from plugsmith.cli.options import (  # noqa: TC001 - typer evaluates the annotations
    DryRunOption,
    JsonOption,
    YesOption,
)
from plugsmith.cli.session import Session, run
from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

TemplateArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="TEMPLATE",
        help=_(
            "A template as JSON, a vendor configuration in any notation, or the result of "
            "`dump config --json`; - for standard input."
        ),
    ),
]


RollOption = Annotated[
    Path | None,
    typer.Option(
        "--roll",
        metavar="FILE",
        help=_("Make the devices of a roll what it says; HOST is then where to look for them."),
    ),
]


def apply(
    host: opt.MaybeHostArgument = None,
    template: TemplateArgument = None,
    *,
    roll: RollOption = None,
    config: obk.ConfigOption = None,
    setting: obk.SetOption = None,
    wifi_ssid: obk.WifiOption = None,
    wifi_password_file: obk.WifiFileOption = None,
    mqtt_host: obk.MqttOption = None,
    mqtt_user: obk.MqttUserOption = None,
    mqtt_password_file: obk.MqttFileOption = None,
    name: obk.NameOption = None,
    dry_run: DryRunOption = False,
    password_file: opt.PasswordFileOption = None,
    ask_password: opt.AskPasswordOption = False,
    at_once: opt.ParallelOption = 32,
    leave_safe_mode: opt.SafeModeOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.device.apply import apply as do_it
        from plugsmith.flows.device.targets import find_targets

        options = SettingsRequest(
            template=template,
            config=config,
            settings=tuple(setting or ()),
            wifi_ssid=wifi_ssid,
            wifi_password_file=wifi_password_file,
            mqtt_host=mqtt_host,
            mqtt_user=mqtt_user,
            mqtt_password_file=mqtt_password_file,
            name=name,
        )
        if roll is not None:
            from plugsmith.flows.house.plan import apply_roll

            if options.sets_anything:
                raise UsageError(problem=_("with --roll the roll alone says what is wanted"))
            context = opt.lan_context(
                session,
                password_file=password_file,
                ask_password=ask_password,
                at_once=at_once,
                leave_safe_mode=leave_safe_mode,
            )
            return opt.set_exit(session, apply_roll(context, roll, host, dry_run=dry_run))
        if host is None:
            raise UsageError(problem=_("give a HOST, or a roll with --roll"))
        if not options.sets_anything:
            raise UsageError(problem=_("give a TEMPLATE, --config FILE or --set NAME=VALUE"))
        desired = desired_settings(session, options, over_lan=True)
        context = opt.lan_context(
            session,
            password_file=password_file,
            ask_password=ask_password,
            at_once=at_once,
            leave_safe_mode=leave_safe_mode,
        )
        found = find_targets(context, host)
        return opt.set_exit(
            session,
            do_it(context, found.hosts, desired, dry_run=dry_run, by_scan=found.by_scan),
        )

    run("device apply", body, as_json=as_json, assume_yes=yes, render=change_text)


def undo(
    host: opt.HostArgument,
    *,
    password_file: opt.PasswordFileOption = None,
    ask_password: opt.AskPasswordOption = False,
    at_once: opt.ParallelOption = 32,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.device.apply import undo as do_it
        from plugsmith.flows.device.targets import targets

        context = opt.lan_context(
            session, password_file=password_file, ask_password=ask_password, at_once=at_once
        )
        return opt.set_exit(session, do_it(context, targets(context, host)))

    run("device undo", body, as_json=as_json, assume_yes=yes, render=change_text)


def change_text(data: dict[str, Fact]) -> str:
    """The result of a change for people."""
    from plugsmith.cli.device.look import counts_text

    if "failed" in data:
        return counts_text(data)
    applied = data["applied"]
    if not applied:
        return _("Nothing was changed.")
    names = ", ".join(map(str, applied)) if isinstance(applied, list) else ""
    state = _("read back equal") if data["verified"] else _("not read back")
    lines = [_("{host}: {names} set, {state}.", host=data["host"], names=names, state=state)]
    broker = data.get("mqtt")
    if isinstance(broker, dict) and broker["state"]:
        lines.append(_("MQTT: {state}", state=broker["state"]))
    if data.get("undo"):
        lines.append(_("To go back: {command}", command=data["undo"]))
    return "\n".join(lines)
