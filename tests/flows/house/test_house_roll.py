"""The roll, plan and list: devices by MAC, numbers that stay, secrets elsewhere."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import pytest
from hostile import value_or_refusal
from hypothesis import given
from hypothesis import strategies as st
from lan_fleet import TEMPLATE
from lan_in_process import lan
from lan_rig import run

from plugsmith.errors import ExitCode, InputMissing, PlugsmithError, UsageError
from plugsmith.errors.device import NoDevices, NotInRoll, RollUnusable
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.device.backup import backup
from plugsmith.flows.house.find import hosts_seen
from plugsmith.flows.house.overview import overview
from plugsmith.flows.house.plan import plan, roll_init
from plugsmith.flows.house.roll import read_roll, roll_text
from plugsmith.flows.house.roll_apply import apply_roll
from plugsmith.flows.settings.secret_place import secret_at
from plugsmith.lan.apply import read_state
from plugsmith.library.sightings import Sighting, Sightings
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.faults import Fault, FaultKind

MAC = "c8:47:8c:1a:2b:{:02x}"


def seen(net):
    """The devices are known by their addresses: loopback has one address and many ports."""
    from plugsmith.flows.device.scan import remember
    from plugsmith.lan.discover import FoundDevice

    found = [FoundDevice(host=host, info=run(net.ctx.obk(host).info())) for host in net.hosts]
    remember(net.ctx.library, found)


def write_roll(tmp_path, count, *, extra="", head=""):
    (tmp_path / "plug.json").write_text(TEMPLATE)
    (tmp_path / "mqtt.pw").write_text("canary-pw\n")
    rows = "\n".join(
        f'[[device]]\nmac = "{MAC.format(0x3C + at)}"\nnumber = {at + 1}\nname = "plug_{{n}}"\n'
        f'place = "room {at}"\n{extra}'
        for at in range(count)
    )
    path = tmp_path / "roll.toml"
    path.write_text(
        f'[defaults]\ntemplate = "plug.json"\n{head}\n[defaults.settings]\n'
        f'mqtt_user = "u"\nmqtt_password = "file:mqtt.pw"\n\n{rows}'
    )
    return path


def name_of(net, number):
    return run(net.ctx.obk(net.hosts[number]).info()).short_name


def test_numbers_come_from_the_roll_also_when_one_device_is_off(tmp_path):
    with lan(tmp_path, count=4) as net:
        seen(net)
        roll = write_roll(tmp_path, 4)
        assert apply_roll(net.ctx, roll, None).done == 4
        assert [name_of(net, at) for at in range(4)] == ["plug_1", "plug_2", "plug_3", "plug_4"]
        net.server.endpoints[1].refused = True
        data = apply_roll(net.ctx, roll, None)
        assert (data.done, data.missing) == (3, (MAC.format(0x3D),))
        assert [name_of(net, at) for at in (0, 2, 3)] == ["plug_1", "plug_3", "plug_4"]
        found = plan(net.ctx, roll, None)
        assert [row.state for row in found.devices] == [
            "as wanted", "missing", "as wanted", "as wanted",
        ]  # fmt: skip
        assert found.exit_status is ExitCode.NOTHING_FOUND
        assert "canary" not in net.everything_said() + str(found.as_data())


def test_a_plan_names_what_differs_and_sends_nothing(tmp_path):
    with lan(tmp_path, count=2) as net:
        seen(net)
        roll = write_roll(tmp_path, 2, head='version = "1.18.301"')
        found = plan(net.ctx, roll, None)
        assert found.exit_status is ExitCode.NOTHING_FOUND
        assert {"pins", "short_name", "mqtt_password", "version"} <= set(found.devices[0].differs)
        assert not any("POST" in x for end in net.server.endpoints for x in end.requests)
        data = apply_roll(net.ctx, roll, None)
        assert data.other_version == tuple(sorted(map(str, net.hosts)))
        assert [row.differs for row in plan(net.ctx, roll, None).devices] == [("version",)] * 2


def test_a_roll_is_asked_for_once_and_goes_on_after_it_was_cut_off(tmp_path):
    with lan(tmp_path, count=4) as net:
        seen(net)
        roll = write_roll(tmp_path, 4)

        def refuse(_question, step):
            raise ConsentMissing(step=step)

        with pytest.raises(ConsentMissing):
            apply_roll(replace(net.ctx, consent=refuse), roll, None)
        for at in (9, 14, 18):
            net.server.endpoints[2].faults.add(Fault(kind=FaultKind.VANISH, at=at))
            data = apply_roll(net.hasty, roll, None)
            assert data.exit_code in {0, 10}
            net.server.endpoints[2].faults.clear()
            net.server.devices[2].power_cycle()
            run(net.ctx.obk(net.hosts[2]).wait_back(None))
        assert apply_roll(net.ctx, roll, None).failed == 0
        assert plan(net.ctx, roll, None).exit_status is ExitCode.DONE


def test_a_roll_is_made_of_what_answers_and_can_be_read_again(tmp_path):
    with lan(tmp_path, count=3) as net:
        seen(net)
        for ending in ("toml", "csv"):
            out = tmp_path / f"made.{ending}"
            assert roll_init(net.ctx, None, out).devices == 3
            roll = read_roll(out)
            assert [row.number for row in roll.rows] == [1, 2, 3]
            assert sorted(row.host for row in roll.rows) == sorted(net.hosts)
            assert plan(net.ctx, out, None).exit_status is not ExitCode.USAGE
            with pytest.raises(PlugsmithError):
                roll_init(net.ctx, None, out)


def test_one_mac_twice_in_a_house_is_told(tmp_path):
    mac = bytes.fromhex("c8478c1a2b3c")
    with lan(tmp_path, SimObk(mac=mac, speed=40.0), SimObk(mac=mac, speed=40.0)) as net:
        seen(net)
        found = roll_init(net.ctx, None, tmp_path / "r.toml")
        assert (found.devices, len(found.left_out)) == (1, 1)
        rows = plan(net.ctx, write_roll(tmp_path, 1), None).devices
        assert [row.state for row in rows] == ["skipped", "skipped"]
        assert all("twice" in row.problem for row in rows)
        with pytest.raises(PlugsmithError):
            apply_roll(net.ctx, write_roll(tmp_path, 1), None)
        named = write_roll(tmp_path, 1, extra=f'host = "{net.hosts[1]}"\n')
        data = apply_roll(net.ctx, named, None)
        assert (data.done, data.skipped) == (1, 1)
        assert (name_of(net, 0), name_of(net, 1)) == ("obk8C1A2B3C", "plug_1")
        listed = overview(net.ctx, None, now=True).devices
        assert all("seen at" in row.alarm for row in listed)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[[device]]\nnumber = 1\n", "no MAC"),
        ('[[device]]\nmac = "c8:47:8c:1a:2b:3c"\n', "no number"),
        ('[[device]]\nmac = "c8:47:8c:1a:2b:3c"\nnumber = 1\ncolour = "red"\n', "colour"),
        ('[[device]]\nmac = "c8:47:8c:1a:2b:3c"\nnumber = 1\nsettings = {wifi = 1}\n', "wifi"),
        ('[[device]]\nmac = "c8478c1a2b3c"\nnumber = 1\nsettings = {mqtt_password = "pw-plain"}\n',
         "password"),
        ('[[device]]\nmac = "c8:47:8c:1a:2b:3c"\nnumber = 1\n' * 2, "twice"),
        ('[[device]]\nmac = "c8:47:8c:1a:2b:3c"\nnumber = 1\nhost = "a b"\n', "a b"),
        ("[[device", "well formed"),
        ("device = 3", "well formed"),
    ],
)  # fmt: skip
def test_a_wrong_roll_is_refused_with_the_place(tmp_path, text, what):
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(RollUnusable, match=what) as caught:
        read_roll(path)
    assert "pw-plain" not in caught.value.message
    with pytest.raises(InputMissing):
        read_roll(tmp_path / "none.toml")


@given(st.text(max_size=300))
def test_any_text_is_a_roll_or_an_error_of_ours(tmp_path_factory, text):
    for ending in ("toml", "csv"):
        path = tmp_path_factory.mktemp("roll") / f"r.{ending}"
        path.write_text(text, encoding="utf-8", errors="replace")
        read = value_or_refusal(read_roll, path)
        assert isinstance(read, PlugsmithError) or roll_text(read.rows, as_csv=False)


def test_a_missing_secret_is_said_before_anything_is_sent(tmp_path, monkeypatch):
    with lan(tmp_path) as net:
        seen(net)
        roll = write_roll(tmp_path, 1)
        roll.write_text(roll.read_text().replace("file:mqtt.pw", "env:NO_SUCH_VARIABLE"))
        with pytest.raises(UsageError, match="NO_SUCH_VARIABLE"):
            apply_roll(net.ctx, roll, None)
        assert not net.endpoint.requests[1:]
        monkeypatch.setenv("NO_SUCH_VARIABLE", "canary-env")
        apply_roll(net.ctx, roll, None)
        assert run(read_state(net.obk)).settings["mqtt_password"] == "canary-env"


def test_nobody_of_the_roll(tmp_path):
    with lan(tmp_path) as net:
        with pytest.raises(NotInRoll):
            apply_roll(net.ctx, write_roll(tmp_path, 1), None)
        with pytest.raises(NoDevices):
            hosts_seen(net.ctx)


def test_the_list_remembers(tmp_path):
    with lan(tmp_path, count=2) as net:
        seen(net)
        backup(net.ctx, net.hosts[:1], full=False)
        rows = overview(net.ctx, None, now=True).devices
        assert [row.answers for row in rows] == [True, True]
        assert sum(row.last_backup is not None for row in rows) == 1
        assert {row.mqtt for row in rows} == {"not configured"}
        hosts = hosts_seen(net.ctx)
        assert sorted(hosts) == sorted(net.hosts)
    ctx = net.ctx
    later = overview(ctx, None, now=False).devices
    assert [row.answers for row in later] == [None, None]
    assert [row.version for row in later] == ["1.18.299"] * 2
    assert [row.answers for row in overview(ctx, None, now=True).devices] == [False, False]


def test_a_torn_list_of_sightings_counts_as_empty(tmp_path):
    path = tmp_path / "devices.json"
    store = Sightings(path)
    odd = '[1, {"mac": 3}, {"mac": "zz", "host": "h"}]'
    mine = f'{{"schema": "plugsmith-devices/1", "devices": {odd}}}'
    for text in ("{", "[]", '{"schema": "x", "devices": []}', mine):
        path.write_text(text)
        assert store.all() == []
    store.remember([Sighting(mac=MAC.format(1), host="h", name="a", rssi=-50)])
    store.remember([Sighting(mac=MAC.format(1), host="h", version="2")])
    [item] = store.all()
    assert (item.name, item.rssi, item.version) == ("a", -50, "2")
    assert json.loads(path.read_text())["schema"] == "plugsmith-devices/1"


def test_backups_for_a_timer_keep_the_newest(tmp_path):
    with lan(tmp_path, count=2) as net:
        seen(net)
        for _time in range(3):
            backup(net.ctx, hosts_seen(net.ctx), full=False, keep=2)
        folders = list((tmp_path / "library" / "devices").iterdir())
        assert len(folders) == 4


class KeyringError(Exception):
    """As the library's own."""


def keyring_with(monkeypatch, held, trouble=None):
    """A desktop's keyring in place of the library; `trouble` happens when it is asked."""

    def get_password(service, user):
        if trouble is not None:
            raise trouble
        return held.get((service, user))

    library = ModuleType("keyring")
    library.get_password = get_password
    library.errors = SimpleNamespace(KeyringError=KeyringError)
    monkeypatch.setitem(sys.modules, "keyring", library)


def of_keyring(tmp_path, place):
    roll = write_roll(tmp_path, 1)
    roll.write_text(roll.read_text().replace("file:mqtt.pw", place))
    return roll


def test_secrets_come_out_of_the_keyring_and_are_told_nowhere(tmp_path, monkeypatch):
    keyring_with(monkeypatch, {("house", "mqtt/broker"): "canary-ring"})
    with lan(tmp_path) as net:
        seen(net)
        roll = of_keyring(tmp_path, "keyring:house/mqtt/broker")
        assert apply_roll(net.ctx, roll, None).done == 1
        assert run(read_state(net.obk)).settings["mqtt_password"] == "canary-ring"
        assert plan(net.ctx, roll, None).exit_status is ExitCode.DONE
        assert "canary" not in net.everything_said()


def test_the_real_library_is_asked_with_a_backend_of_ours(tmp_path):
    keyring = pytest.importorskip("keyring")

    class Held(keyring.backend.KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return "canary-ring" if (service, username) == ("house", "mqtt") else None

        def set_password(self, *_words):
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(Held())
    try:
        assert secret_at("keyring:house/mqtt", tmp_path) == "canary-ring"
        with pytest.raises(UsageError, match="holds nothing"):
            secret_at("keyring:house/other", tmp_path)
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("place", "trouble", "said"),
    [
        ("keyring:house/other", None, "holds nothing for house/other"),
        ("keyring:house/empty", None, "holds nothing"),
        ("keyring:house", None, "not keyring:SERVICE/USER"),
        ("keyring:/mqtt", None, "not keyring:SERVICE/USER"),
        ("keyring:house/mqtt", KeyringError("canary-x"), "does not open"),
        ("keyring:house/mqtt", OSError("canary-x"), "does not open"),
        ("file:empty.pw", None, "empty"),
    ],
)
def test_a_keyring_without_the_secret_is_said_before_anything_is_sent(
    tmp_path, monkeypatch, place, trouble, said
):
    (tmp_path / "empty.pw").write_text("\n")
    held = {("house", "mqtt"): "canary-ring", ("house", "empty"): ""}
    keyring_with(monkeypatch, held, trouble)
    with lan(tmp_path) as net:
        seen(net)
        with pytest.raises(UsageError, match=said) as caught:
            apply_roll(net.ctx, of_keyring(tmp_path, place), None)
        assert "canary" not in caught.value.message + caught.value.hint
        assert not net.endpoint.requests[1:]


def test_without_the_library_the_way_to_add_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(UsageError, match="keyring") as caught:
        secret_at("keyring:house/mqtt", tmp_path)
    assert "install" in caught.value.message
