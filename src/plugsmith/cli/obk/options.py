"""Options that put settings together: a file, single values, and passwords that nobody echoes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.cli.session import Session
    from plugsmith.errors import Fact
    from plugsmith.flows.device.desired_settings import DesiredSettings

TemplateOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--template", metavar="FILE", help=_("An OpenBeken template (pins, command).")),
]
ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help=_("Settings as TOML, YAML or JSON.")),
]
SetOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help=_("One setting. Repeatable.")),
]
WifiOption: TypeAlias = Annotated[
    str | None, typer.Option("--wifi-ssid", help=_("The Wi-Fi network that the device joins."))
]
WifiFileOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--wifi-password-file",
        metavar="FILE",
        help=_("Its password, in a file. Or set PLUGSMITH_WIFI_PASSWORD, or be asked."),
    ),
]
MqttOption: TypeAlias = Annotated[
    str | None, typer.Option("--mqtt-host", help=_("The MQTT broker."))
]
MqttUserOption: TypeAlias = Annotated[
    str | None, typer.Option("--mqtt-user", help=_("The user at the MQTT broker."))
]
MqttFileOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--mqtt-password-file",
        metavar="FILE",
        help=_("The MQTT password, in a file. Or set PLUGSMITH_MQTT_PASSWORD."),
    ),
]
NameOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--name", help=_("The device's name; {n} and {mac} are filled in.")),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingOptions:
    """What the command line says about settings."""

    template: Path | None = None
    config: Path | None = None
    settings: tuple[str, ...] = ()
    wifi_ssid: str | None = None
    wifi_password_file: Path | None = None
    mqtt_host: str | None = None
    mqtt_user: str | None = None
    mqtt_password_file: Path | None = None
    name: str | None = None

    @property
    def any(self) -> bool:
        """Whether anything was given."""
        return self != SettingOptions()


def wish_of(
    session: Session, options: SettingOptions, *, over_lan: bool = False
) -> DesiredSettings:
    """The wish of a command line; passwords come from files, the environment, or a prompt."""
    from plugsmith.flows.device.desired_settings import desired_from
    from plugsmith.flows.device.settings_file import read_settings_file, read_text, setting_words

    settings: dict[str, Fact] = {}
    if options.config is not None:
        settings |= read_settings_file(options.config)
    settings |= setting_words(options.settings)
    settings |= _flags(session, options, settings)
    return desired_from(
        template=read_text(options.template) if options.template else None,
        name=str(options.template or ""),
        settings=_resolved(settings),
        over_lan=over_lan,
    )


def _flags(session: Session, options: SettingOptions, given: Mapping[str, Fact]) -> dict[str, Fact]:
    plain = {
        "wifi_ssid": options.wifi_ssid,
        "mqtt_host": options.mqtt_host,
        "mqtt_user": options.mqtt_user,
        "short_name": options.name,
        "long_name": options.name,
        "wifi_password": _wifi_password(session, options, given),
        "mqtt_password": _mqtt_password(options, given),
    }
    return {name: value for name, value in plain.items() if value is not None}


def _wifi_password(
    session: Session, options: SettingOptions, given: Mapping[str, Fact]
) -> str | None:
    from plugsmith.cli.secret_input import ask_secret, read_secret

    if options.wifi_password_file is not None:
        return read_secret(options.wifi_password_file)
    wanted = options.wifi_ssid is not None or "wifi_ssid" in given
    if not wanted or "wifi_password" in given:
        return None
    if "PLUGSMITH_WIFI_PASSWORD" in os.environ:
        return os.environ["PLUGSMITH_WIFI_PASSWORD"]
    if options.wifi_ssid is not None and session.interactive:
        return ask_secret(session, _("Password of the Wi-Fi network: "))
    return None


def _mqtt_password(options: SettingOptions, given: Mapping[str, Fact]) -> str | None:
    from plugsmith.cli.secret_input import read_secret

    if options.mqtt_password_file is not None:
        return read_secret(options.mqtt_password_file)
    if (options.mqtt_host is None and "mqtt_host" not in given) or "mqtt_password" in given:
        return None
    return os.environ.get("PLUGSMITH_MQTT_PASSWORD")


def _resolved(settings: dict[str, Fact]) -> dict[str, Fact]:
    """Passwords written as `env:NAME` or `file:PATH` are looked up there."""
    from plugsmith.cli.secret_input import read_secret
    from plugsmith.openbeken.settings import PASSWORDS

    for name in PASSWORDS & set(settings):
        value = str(settings[name])
        kind, _colon, place = value.partition(":")
        if kind == "env" and place:
            if place not in os.environ:
                raise UsageError(problem=_("the variable {name} is not set", name=place))
            settings[name] = os.environ[place]
        elif kind == "file" and place:
            settings[name] = read_secret(Path(place).expanduser())
    return settings
