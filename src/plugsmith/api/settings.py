"""What a user says about OpenBeken's settings: the options, declared once, and the wish they make.

A request of a verb that sets something inherits `SettingsRequest`. Passwords come from a file, the
environment or a question, never from the command line itself.
"""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.lan import note_secret, read_secret
from plugsmith.api.options import option, request
from plugsmith.messages import N_, _
from plugsmith.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.api.session import Session
    from plugsmith.errors import Fact
    from plugsmith.flows.settings.desired_settings import DesiredSettings

WIFI_VARIABLE = "PLUGSMITH_WIFI_PASSWORD"
MQTT_VARIABLE = "PLUGSMITH_MQTT_PASSWORD"


@request
class SettingsRequest(Record):
    """Settings from a template, a file and single values; where several speak, the later wins."""

    template: Path | None = option(
        default=None,
        metavar="FILE",
        help=N_(
            "An OpenBeken template (pins, command), or a dump with pins in it. With `flash`, "
            "`auto` takes the pins out of the device's own backup."
        ),
    )
    config: Path | None = option(
        default=None, metavar="FILE", help=N_("Settings as TOML, YAML or JSON.")
    )
    settings: tuple[str, ...] = option(
        "--set",
        private=True,
        default=(),
        metavar="NAME=VALUE",
        help=N_("One setting, or one flag by its number or words: flag.31=on. Repeatable."),
    )
    wifi_ssid: str | None = option(
        private=True, default=None, help=N_("The Wi-Fi network that the device joins.")
    )
    wifi_password_file: Path | None = option(
        private=True,
        default=None,
        metavar="FILE",
        help=N_("Its password, in a file. Or set PLUGSMITH_WIFI_PASSWORD, or be asked."),
    )
    mqtt_host: str | None = option(private=True, default=None, help=N_("The MQTT broker."))
    mqtt_user: str | None = option(
        private=True, default=None, help=N_("The user at the MQTT broker.")
    )
    mqtt_password_file: Path | None = option(
        private=True,
        default=None,
        metavar="FILE",
        help=N_("The MQTT password, in a file. Or set PLUGSMITH_MQTT_PASSWORD."),
    )
    name: str | None = option(
        private=True, default=None, help=N_("The device's name; {n} and {mac} are filled in.")
    )

    @property
    def sets_anything(self) -> bool:
        """Whether any setting was given."""
        return any(getattr(self, item.name) != item.default for item in fields(SettingsRequest))


def desired_settings(
    session: Session,
    request: SettingsRequest,
    *,
    over_lan: bool = False,
    newly: bool = False,
) -> DesiredSettings:
    """The wish of a request. Raises UsageError, InputMissing, TemplateUnusable, SettingUnusable.

    `newly`: a device is set up anew, so the user's own defaults hold.
    `over_lan`: it goes to a running device, which takes less than its stored block can hold.
    """
    from plugsmith.flows.settings.desired_settings import desired_from
    from plugsmith.flows.settings.file import (
        read_settings_file,
        refuse_passwords,
        setting_words,
    )
    from plugsmith.flows.settings.template_text import template_text

    settings: dict[str, Fact] = {**session.setting_defaults} if newly else {}
    if request.config is not None:
        settings |= read_settings_file(request.config)
    refuse_passwords(request.settings)
    settings |= setting_words(request.settings)
    settings |= _single_values(session, request, settings)
    if request.template is not None and str(request.template) != "-":
        from plugsmith.flows.house.stored_settings import is_stored

        if is_stored(request.template):
            return _of_stored(request.template, _resolved(settings), over_lan=over_lan)
    return desired_from(
        template=template_text(request.template) if request.template else None,
        name=str(request.template or ""),
        settings=_resolved(settings),
        over_lan=over_lan,
    )


def _of_stored(path: Path, settings: Mapping[str, Fact], *, over_lan: bool) -> DesiredSettings:
    """The wish in stored settings: `config.bin`, a backup folder, or JSON of `obk config read`."""
    from plugsmith.flows.house.stored_settings import open_stored
    from plugsmith.flows.settings.desired_settings import desired_from
    from plugsmith.lan.change import SETTABLE
    from plugsmith.openbeken.settings import NAMES

    stored = {
        name: value
        for name, value in open_stored(path).settings.items()
        if name in (SETTABLE if over_lan else NAMES)
    }
    stored.pop("mac", None)
    return desired_from(template=None, settings={**stored, **settings}, over_lan=over_lan)


def _single_values(
    session: Session, request: SettingsRequest, given: Mapping[str, Fact]
) -> dict[str, Fact]:
    plain = {
        "wifi_ssid": request.wifi_ssid,
        "mqtt_host": request.mqtt_host,
        "mqtt_user": request.mqtt_user,
        "short_name": request.name,
        "long_name": request.name,
        "wifi_password": _wifi_password(session, request, given),
        "mqtt_password": _mqtt_password(session, request, given),
    }
    return {name: value for name, value in plain.items() if value is not None}


def _wifi_password(
    session: Session, request: SettingsRequest, given: Mapping[str, Fact]
) -> str | None:
    from plugsmith.events import AskKind

    if request.wifi_password_file is not None:
        return read_secret(request.wifi_password_file)
    wanted = request.wifi_ssid is not None or "wifi_ssid" in given
    if not wanted or "wifi_password" in given:
        return None
    if "wifi_password" in session.secrets:
        return session.secrets["wifi_password"]
    if WIFI_VARIABLE in os.environ:
        note_secret(os.environ[WIFI_VARIABLE])
        return os.environ[WIFI_VARIABLE]
    if request.wifi_ssid is not None and session.interactive:
        question = _("Password of the Wi-Fi network: ")
        return session.text(question, step=_("typing a password"), kind=AskKind.SECRET)
    return None


def _mqtt_password(
    session: Session, request: SettingsRequest, given: Mapping[str, Fact]
) -> str | None:
    if request.mqtt_password_file is not None:
        return read_secret(request.mqtt_password_file)
    if (request.mqtt_host is None and "mqtt_host" not in given) or "mqtt_password" in given:
        return None
    note_secret(os.environ.get(MQTT_VARIABLE, ""))
    return session.secrets.get("mqtt_password") or os.environ.get(MQTT_VARIABLE)


def _resolved(settings: dict[str, Fact]) -> dict[str, Fact]:
    """Passwords written as `env:NAME`, `file:PATH` or `keyring:...` are looked up there."""
    from plugsmith.flows.settings.secret_place import names_a_place, secret_at
    from plugsmith.openbeken.settings import PASSWORDS

    for name in PASSWORDS & set(settings):
        if names_a_place(str(settings[name])):
            settings[name] = secret_at(str(settings[name]), Path())
    return settings
