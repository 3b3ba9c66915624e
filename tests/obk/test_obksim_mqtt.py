"""MQTT state and Home Assistant discovery of the simulated device, checked at a real broker.

Needs mosquitto and mosquitto_sub (Debian: mosquitto, mosquitto-clients); skips without them.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from typing import IO, TYPE_CHECKING

import pytest
from obksim_rig import FAST, get, post

from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.server import serve
from plugsmith.sim.obk.plug.plug import Load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from plugsmith.sim.obk.net.endpoint import Endpoint

PATIENCE_S = 30
SPEED = 20.0


class Broker:
    """A real mosquitto on a free port, and a listener that hears everything."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which(
            "mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/opt/homebrew/sbin"
        )
        if program is None or shutil.which("mosquitto_sub") is None:
            pytest.skip("mosquitto is not installed (Debian: mosquitto, mosquitto-clients)")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        settings = folder / "mosquitto.conf"
        settings.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self._program = subprocess.Popen(
            [program, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait_until_up()
        self._log = (folder / "heard.txt").open("w+", encoding="utf-8")
        self._listener = self._listen(self._log)

    def _wait_until_up(self) -> None:
        for _attempt in range(500):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("mosquitto does not listen")

    def _listen(self, log: IO[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["mosquitto_sub", "-p", str(self.port), "-t", "#", "-F", "%r\t%t\t%p"],
            stdout=log,
            stderr=subprocess.DEVNULL,
        )

    def heard(self) -> list[tuple[str, str]]:
        """Topics and payloads so far."""
        self._log.seek(0)
        rows = [line.rstrip("\n").split("\t", 2) for line in self._log if line.count("\t") >= 2]
        return [(row[1], row[2]) for row in rows]

    def wait_for(self, topic: str, payload: str | None = None, *, since: int = 0) -> str:
        """The payload of the first message with this topic (and payload), after `since` others."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for name, text in self.heard()[since:]:
                if name == topic and payload in (None, text):
                    return text
            time.sleep(0.05)
        raise AssertionError(f"never heard {topic} {payload}: {[name for name, _ in self.heard()]}")

    def retained(self) -> dict[str, str]:
        """What a new subscriber gets."""
        done = subprocess.run(
            ["mosquitto_sub", "-p", str(self.port), "-t", "#", "-F", "%t\t%p", "-W", "1"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        rows = [line.split("\t", 1) for line in done.stdout.splitlines() if "\t" in line]
        return {row[0]: row[1] for row in rows}

    def say(self, topic: str, payload: str) -> None:
        subprocess.run(
            ["mosquitto_pub", "-p", str(self.port), "-t", topic, "-m", payload],
            check=True,
            timeout=120,
        )

    def close(self) -> None:
        for process in (self._listener, self._program):
            process.terminate()
            process.wait(60)
        self._log.close()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    found = Broker(tmp_path_factory.mktemp("mosquitto"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def plug(broker: Broker) -> Iterator[Endpoint]:
    device = SimObk(speed=SPEED)
    device.plug_in(Load(volts=230, watts=100, amps=0.5))
    with serve(device, settle_s=FAST) as server:
        endpoint = server.endpoints[0]
        for line in (
            "backlog setPinRole 7 BL0937CF; setPinRole 8 BL0937CF1; setPinRole 24 BL0937SEL",
            "backlog setPinRole 26 Rel; setPinChannel 26 1",
            "SSID1 Home",
            "MqttClient plug1",
        ):
            assert post(endpoint, "/api/cmnd", line).status == 200
        get(endpoint, f"/cfg_mqtt_set?host=127.0.0.1&port={broker.port}&user=u&password=p")
        post(endpoint, "/api/reboot")
        broker.wait_for("plug1/connected", "online")
        yield endpoint


def test_state_on_connect(plug: Endpoint, broker: Broker) -> None:
    assert broker.wait_for("plug1/build").startswith("OpenBK7231T 1.18.299 ")
    assert broker.wait_for("plug1/mac") == "C8:47:8C:1A:2B:3C"
    assert broker.wait_for("plug1/ip") == "127.0.0.1"
    assert broker.wait_for("plug1/1/get") in ("0", "1")


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_channel_follows_both_ways(plug: Endpoint, broker: Broker) -> None:
    post(plug, "/api/cmnd", "POWER OFF")  # whatever a test before this one left
    before = len(broker.heard())
    broker.say("plug1/1/set", "1")
    until(lambda: plug.device.relay_closed)
    broker.wait_for("plug1/1/get", "1", since=before)
    before = len(broker.heard())
    broker.say("bekens_t/1/set", "toggle")
    until(lambda: not plug.device.relay_closed)  # or it comes late, into the next test
    broker.wait_for("plug1/1/get", "0", since=before)
    post(plug, "/api/cmnd", "POWER ON")
    assert plug.device.relay_closed


def test_commands_are_answered(plug: Endpoint, broker: Broker) -> None:
    broker.say("cmnd/plug1/POWER", "ON")
    assert json.loads(broker.wait_for("stat/plug1/RESULT")) == {"POWER": "ON"}
    broker.say("cmnd/plug1/Status", "8")
    assert "ENERGY" in json.loads(broker.wait_for("stat/plug1/STATUS8"))["StatusSNS"]


def test_meter_readings(plug: Endpoint, broker: Broker) -> None:
    post(plug, "/api/cmnd", "POWER ON")
    deadline = time.monotonic() + PATIENCE_S
    power: list[float] = []
    while not any(95 < value < 105 for value in power):
        assert time.monotonic() < deadline, power
        power = [float(text) for topic, text in broker.heard() if topic == "plug1/power/get"]
        time.sleep(0.05)
    assert 228 < float(broker.wait_for("plug1/voltage/get")) < 232


def test_home_assistant_discovery(plug: Endpoint, broker: Broker) -> None:
    reply = get(plug, "/ha_discovery?prefix=homeassistant")
    assert reply.text == "MQTT discovery queued."
    base = "homeassistant/{}/OpenBK7231T_8C1A2B3C_{}/config"
    broker.wait_for(base.format("sensor", "ip"))
    kept = broker.retained()
    switch = json.loads(kept[base.format("switch", "relay_1")])
    assert switch["~"] == "plug1"
    assert (switch["stat_t"], switch["cmd_t"]) == ("~/1/get", "~/1/set")
    assert (switch["pl_on"], switch["pl_off"]) == ("1", "0")
    assert switch["avty_t"] == "~/connected"
    assert switch["uniq_id"] == "OpenBK7231T_8C1A2B3C_relay_1"
    assert switch["dev"]["mdl"] == "BK7231T"
    for number in (0, 1, 2, 3, 4, 9, 10, 11):
        sensor = json.loads(kept[base.format("sensor", f"sensor_{number}")])
        assert sensor["stat_t"].startswith("~/")
    assert kept["plug1/connected"] == "online"


def test_no_broker_says_so() -> None:
    with serve(SimObk(), settle_s=FAST) as server:
        assert get(server.endpoints[0], "/ha_discovery").text == "MQTT not running."


def test_loss_of_the_device_is_the_brokers_to_tell(broker: Broker) -> None:
    device = SimObk(speed=SPEED)
    with serve(device, settle_s=FAST) as server:
        plug = server.endpoints[0]
        for line in ("SSID1 Home", "MqttClient dying"):
            post(plug, "/api/cmnd", line)
        get(plug, f"/cfg_mqtt_set?host=127.0.0.1&port={broker.port}")
        post(plug, "/api/reboot")
        broker.wait_for("dying/connected", "online")
        device.power_off()
        broker.wait_for("dying/connected", "offline")
