"""The settings options for the verbs outside of the table (see `plugsmith.api.settings`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from plugsmith.messages import _

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
