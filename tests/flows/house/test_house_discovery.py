"""Home Assistant discovery against a real mosquitto, heard by a listener that is not ours."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from dataclasses import replace

import pytest
from lan_fleet import lan
from lan_rig import run

from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.broker import BrokerUnreachable, DiscoveryUnseen, MqttExtraMissing
from plugsmith.errors.device import (
    DeviceRefused,
)
from plugsmith.flows.device.apply import apply
from plugsmith.flows.device.info import info
from plugsmith.flows.house.discovery import discover
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.lan.broker import BrokerAddress, topics_below

PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/opt/homebrew/sbin"


@pytest.fixture
def broker(tmp_path):
    """A mosquitto that wants user `u` with password `right`; its port."""
    pytest.importorskip("aiomqtt")
    program, passwd = (shutil.which(x, path=PATH) for x in ("mosquitto", "mosquitto_passwd"))
    if program is None or passwd is None:
        pytest.skip("mosquitto is not installed (Debian: mosquitto, mosquitto-clients)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    secrets = tmp_path / "passwd"
    subprocess.run([passwd, "-b", "-c", str(secrets), "u", "right"], check=True)
    secrets.chmod(0o644)
    tmp_path.chmod(0o755)
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {secrets}\n"
        f"user {'root' if shutil.os.geteuid() == 0 else 'mosquitto'}\n"
    )
    with subprocess.Popen(
        [program, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        for _try in range(1000):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
        process.terminate()


def join_home(net, port, password):
    """A plug with a relay, in a network, with its broker; the result of the last apply."""
    net.device.run("SSID1 home")
    net.device.run("backlog setPinRole 26 Rel; setPinChannel 26 1")
    net.device.soft_reboot()
    run(net.obk.wait_back(None))
    ctx = replace(net.ctx, patience=replace(net.ctx.patience, broker_s=10.0))
    wish = desired_from(
        template=None,
        settings={"mqtt_host": "127.0.0.1", "mqtt_port": port, "mqtt_user": "u",
                  "mqtt_password": password},
    )  # fmt: skip
    return apply(ctx, net.hosts, wish)


def test_the_right_password_connects_and_is_reported(tmp_path, broker):
    with lan(tmp_path) as net:
        assert join_home(net, broker, "right").mqtt.state == "connected"
        assert info(net.ctx, net.hosts).mqtt == "connected"


def test_a_wrong_password_is_reported_and_not_said(tmp_path, broker):
    with lan(tmp_path) as net:
        data = join_home(net, broker, "canary-wrong")
        assert data.mqtt.state == "wrong user or password"
        assert "canary" not in net.everything_said() + str(data)
        with pytest.raises(DeviceRefused, match="MQTT not running"):
            discover(net.ctx, net.hosts[0])


def test_discovery_is_seen_on_the_broker(tmp_path, broker):
    with lan(tmp_path) as net:
        join_home(net, broker, "right")
        data = discover(net.ctx, net.hosts[0], wait_s=3.0)
        long_name = run(net.obk.info()).short_name[3:]
        assert any(topic.startswith("homeassistant/switch/") for topic in data.topics)
        assert all(long_name in topic for topic in data.topics)
        other = discover(net.ctx, net.hosts[0], prefix="ha", wait_s=3.0)
        assert all(topic.startswith("ha/") for topic in other.topics)
        net.device.publisher.discover = lambda *_args: None
        with pytest.raises(DiscoveryUnseen):
            discover(net.ctx, net.hosts[0], prefix="never", wait_s=0.5)
        assert discover(net.ctx, net.hosts[0], check=False).checked is False


def test_what_can_go_wrong_with_listening(tmp_path, broker, monkeypatch):
    with pytest.raises(BrokerUnreachable) as caught:
        run(topics_below(BrokerAddress(host="127.0.0.1", port=broker, user="u",
                                       password="canary"), "x", seconds=1))  # fmt: skip
    assert "canary" not in caught.value.message
    with pytest.raises(BrokerUnreachable):
        run(topics_below(BrokerAddress(host="127.0.0.1", port=1), "x", seconds=1))
    with lan(tmp_path) as net:
        for prefix in ("", "x" * 40, "a#", "a b"):
            with pytest.raises(UsageError):
                discover(net.ctx, net.hosts[0], prefix=prefix)
        monkeypatch.setitem(__import__("sys").modules, "aiomqtt", None)
        with pytest.raises(MqttExtraMissing):
            run(topics_below(BrokerAddress(host="127.0.0.1", port=broker), "x", seconds=1))
    assert issubclass(MqttExtraMissing, PlugsmithError)
