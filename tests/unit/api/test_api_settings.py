"""The settings that a request asks for: which source wins, and where passwords come from."""

from __future__ import annotations

import json

import pytest

from plugsmith.api.chip import ChangeRequest
from plugsmith.api.options import parameters, request
from plugsmith.api.session import Session
from plugsmith.api.settings import SettingsRequest, desired_settings
from plugsmith.errors import UsageError
from plugsmith.events import AskKind


@pytest.fixture(autouse=True)
def no_passwords_around(monkeypatch):
    monkeypatch.delenv("PLUGSMITH_WIFI_PASSWORD", raising=False)
    monkeypatch.delenv("PLUGSMITH_MQTT_PASSWORD", raising=False)


def wish(session=None, **told):
    return desired_settings(session or Session(), SettingsRequest(**told)).settings


def test_any_single_option_counts_as_something_to_set(tmp_path):
    assert not SettingsRequest().sets_anything
    for item in parameters(SettingsRequest):
        value = ("mqtt_port=1",) if item.many else str(tmp_path)
        assert SettingsRequest(**{item.name: value}).sets_anything, item.name


def test_options_win_over_words_and_words_over_the_file(tmp_path):
    file = tmp_path / "wish.json"
    file.write_text(json.dumps({"mqtt_host": "file", "mqtt_user": "file", "mqtt_group": "file"}))
    found = wish(config=file, settings=("mqtt_host=word", "mqtt_user=word"), mqtt_host="option")
    assert (found["mqtt_host"], found["mqtt_user"], found["mqtt_group"]) == (
        "option",
        "word",
        "file",
    )


def test_a_wifi_password_is_asked_for_as_a_secret_and_only_where_somebody_can_answer():
    asked = []

    def answer(ask):
        asked.append(ask.form)
        return "typed"

    found = wish(Session(answer=answer), wifi_ssid="home")
    assert (found["wifi_password"], asked) == ("typed", [AskKind.SECRET])
    assert "wifi_password" not in wish(wifi_ssid="home")


def test_passwords_come_from_files_and_variables(tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("from-file\nsecond line\n")
    monkeypatch.setenv("PLUGSMITH_MQTT_PASSWORD", "from-variable")
    found = wish(wifi_ssid="home", wifi_password_file=secret, mqtt_host="broker")
    assert (found["wifi_password"], found["mqtt_password"]) == ("from-file", "from-variable")
    assert wish(settings=(f"mqtt_password=file:{secret}",))["mqtt_password"] == "from-file"
    with pytest.raises(UsageError):
        wish(settings=("mqtt_password=env:PLUGSMITH_NOT_SET",))


def test_a_request_can_have_the_options_of_the_link_and_of_the_settings():
    @request
    class Both(ChangeRequest, SettingsRequest):
        """A chip that is changed and set up."""

    names = {item.name for item in parameters(Both)}
    assert {"port", "allow", "template", "wifi_ssid"} <= names
    assert Both(port="x", name="lamp").sets_anything
