"""What five kinds of users ran into when they were played: each of these ended badly once."""

from __future__ import annotations

import json

import pytest

from plugsmith.cli.app import main
from plugsmith.errors import UsageError
from plugsmith.flows.settings.file import refuse_passwords
from plugsmith.library.sightings import Sighting, Sightings


def test_a_word_that_is_no_backup_is_told_as_such(capsys):
    assert main(["restore", "kitchen", "--port", "sim://bk7231t"]) == 9
    assert "PS-BACKUP-UNKNOWN" in capsys.readouterr().err
    assert main(["restore", "kitchen.bin", "--port", "sim://bk7231t"]) == 9
    assert "PS-INPUT-MISSING" in capsys.readouterr().err


def test_a_dump_is_taken_where_a_template_is_judged(tmp_path, capsys):
    file = tmp_path / "plug.bin"
    assert main(["dump", "forge", "-o", str(file)]) == 0
    capsys.readouterr()
    assert main(["template", "lint", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["data"]["findings"][0]["rule"] == "flash-uart-pin"


@pytest.mark.parametrize("word", [
    "startup_command=backlog startDriver BL0937; Password1 Sesame-77",
    "startup-command=MqttPassword Sesame-77", "Startup_Command=WebPassword Sesame-77",
    "mqtt_host=mqtt://someone:Sesame-77@broker", "WiFi_Password=Sesame-77",
])  # fmt: skip
def test_a_password_inside_of_a_setting_is_refused_on_the_command_line(word):
    with pytest.raises(UsageError) as refused:
        refuse_passwords([word])
    assert "Sesame-77" not in str(refused.value)


def test_one_password_among_other_settings_is_what_is_refused():
    plain = ["startup_command=backlog startDriver BL0937; PowerMax 4300", "mqtt_host=b"]
    assert refuse_passwords(plain) is None
    with pytest.raises(UsageError, match="wifi_password"):
        refuse_passwords([*plain, "wifi_password=Sesame-77"])


def test_devices_are_listed_as_a_person_counts(tmp_path):
    seen = Sightings(tmp_path / "devices.json")
    seen.remember(
        Sighting(mac=f"c8:47:8c:1a:2b:{number:02x}", host=f"10.0.0.{number}", name=f"plug_{number}")
        for number in (10, 1, 2, 30)
    )
    assert [item.name for item in seen.all()] == ["plug_1", "plug_2", "plug_10", "plug_30"]
