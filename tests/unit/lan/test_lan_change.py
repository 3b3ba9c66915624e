"""What is sent to a running device so that its settings become the wanted ones, step by step."""

from __future__ import annotations

import pytest

from plugsmith.errors.device import SettingUnusable
from plugsmith.lan.change import (
    SETTABLE,
    check_settable,
    differences,
    make_change,
)
from plugsmith.lan.change_steps import (
    SHORTEST_WEB_PASSWORD,
    CommandStep,
    PageStep,
    StartupStep,
    StopDrivers,
)
from plugsmith.openbeken.limits import PAGE_ARGUMENT_LIMIT, startup_limit

TYPES = ("Default", "Humidity", "Toggle")
NOW = {
    "pins": {"6": "Btn;1", "24": "Rel;1", "26": "PWM;1"},
    "flags": 1024,
    "startup_command": "",
    "start_values": {"1": 0},
    "channel_types": {},
    "button_times": {"long": 10, "short": 3, "repeat": 3},
    "led_remap": [0, 1, 2, 3, 4],
    "short_name": "obk1",
    "long_name": "OpenBK 1",
    "mqtt_host": "10.0.0.2",
    "mqtt_port": 1883,
    "mqtt_user": "",
    "mqtt_password": "",
    "mqtt_client": "obk1",
    "mqtt_group": "bekens",
    "web_application": "https://example.org",
    "boot_ok_seconds": 5,
    "ping_host": "",
    "ping_seconds": 0,
    "static_ip": {"ip": "0.0.0.0"},
    "wifi_ssid": "home",
    "wifi_password": "first",
    "wifi_ssid2": "",
    "wifi_password2": "",
    "web_password": "",
}


def change(**wanted):
    return make_change(NOW, wanted, type_names=TYPES)


def commands(**wanted) -> list[str]:
    """The command lines in order, "stop" for the drivers."""
    steps = change(**wanted).steps
    told = {StopDrivers: lambda _step: "stop", CommandStep: lambda step: step.command}
    return [told[type(step)](step) for step in steps if type(step) in told]


def only_page(**wanted) -> PageStep:
    (step,) = change(**wanted).steps
    assert isinstance(step, PageStep)
    return step


def test_what_is_as_wanted_sends_nothing():
    assert change(**NOW).steps == ()
    assert change(**NOW).names == ()


@pytest.mark.parametrize(
    ("name", "value", "command"),
    [
        ("flags", 1028, "Flags 1028"),
        ("start_values", {"1": 1, "3": -1}, "SetStartValue 1 1|SetStartValue 3 -1"),
        ("channel_types", {"2": 2}, "SetChannelType 2 Toggle"),
        ("channel_types", {"1": 1, "2": 0}, "SetChannelType 1 Humidity"),
        ("button_times", {"long": 15}, "SetButtonTimes 15 3 3"),
        ("button_times", {"short": 4, "repeat": 5}, "SetButtonTimes 10 4 5"),
        ("led_remap", [2, 1, 0, 4, 3], "LED_Map 2 1 0 4 3"),
    ],
)
def test_these_settings_are_commands(name, value, command):
    made = change(**{name: value})
    assert [step.command for step in made.steps] == command.split("|")
    assert all(step.sets == (name,) for step in made.steps)
    assert made.names == (name,)


@pytest.mark.parametrize("kind", [-1, 3, "Toggle"])
def test_a_channel_type_that_the_device_does_not_know_is_refused(kind):
    with pytest.raises(SettingUnusable):
        change(channel_types={"2": kind})


@pytest.mark.parametrize("places", [[0, 1, 2], [0, 1, 2, 3, 4, 5], "01234"])
def test_an_order_of_colours_has_five_places(places):
    with pytest.raises(SettingUnusable):
        change(led_remap=places)


def test_drivers_are_stopped_before_pins_or_the_startup_command_change():
    assert commands(pins={**NOW["pins"], "24": "LED;2"})[0] == "stop"
    assert commands(startup_command="startDriver BL0942")[0] == "stop"
    assert commands(flags=0) == ["Flags 0"]
    assert change(startup_command="backlog a").steps[1] == StartupStep(text="backlog a")


def test_pins_are_released_first_and_get_their_channel_before_their_role():
    told = commands(pins={"26": "PWM;2", "7": "Rel;3"})
    assert told == [
        "stop",
        "backlog setPinRole 6 dInput_NoPullUp; setPinRole 6 None; setPinChannel 6 0 0",
        "backlog setPinRole 24 dInput_NoPullUp; setPinRole 24 None; setPinChannel 24 0 0",
        "backlog setPinChannel 7 3; setPinRole 7 Rel",
        "backlog setPinChannel 26 2; setPinRole 26 PWM",
    ]


def test_pins_are_in_the_order_of_their_numbers():
    told = commands(pins={"26": "Rel;1", "7": "Rel;2", "10": "Rel;3"})
    assert [text.split()[2] for text in told[1:]] == ["6", "24", "7", "10", "26"]


@pytest.mark.parametrize(
    ("had", "want", "place"),
    [
        ("Btn;1;2", "Btn;1;3", "1 3"),
        ("Btn;1;2", "Rel;1", "1 0"),  # a second channel that was there would stay
        ("Btn;1", "Rel;1", "1"),
        ("Btn;1", "Rel", "0"),
        ("Rel;1", "Btn;1", "1 0"),  # a button has two
    ],
)
def test_a_second_channel_of_before_does_not_stay(had, want, place):
    made = make_change({"pins": {"6": had}}, {"pins": {"6": want}}, type_names=TYPES)
    role = want.partition(";")[0]
    assert made.steps[-1].command == f"backlog setPinChannel 6 {place}; setPinRole 6 {role}"


def test_a_page_gets_all_of_its_fields_because_it_resets_the_others():
    step = only_page(mqtt_user="me")
    assert step.page == "/cfg_mqtt_set"
    assert step.sets == ("mqtt_user",)
    assert step.arguments == {
        "host": "10.0.0.2", "port": "1883", "user": "me", "password": "", "client": "obk1",
        "group": "bekens",
    }  # fmt: skip
    assert only_page(short_name="plug").arguments == {"shortName": "plug", "name": "OpenBK 1"}
    assert only_page(web_application="http://x").arguments == {"url": "http://x"}
    assert only_page(boot_ok_seconds=9).arguments == {"boot_ok_delay": "9"}
    ping = only_page(ping_host="10.0.0.1")
    assert (ping.page, ping.arguments) == ("/cfg_ping", {"host": "10.0.0.1", "disconnectTime": "0"})


def test_a_static_address_is_sent_whole():
    step = only_page(static_ip={"ip": "10.0.0.9", "gateway": "10.0.0.1"})
    assert (step.page, step.sets) == ("/cfg_ip", ("static_ip",))
    assert step.arguments == {
        "IP": "10.0.0.9", "mask": "0.0.0.0", "dns": "0.0.0.0", "gate": "10.0.0.1",
    }  # fmt: skip
    assert change(static_ip={"ip": "10.0.0.9"}).old == {"static_ip": {"ip": "0.0.0.0"}}
    assert change(static_ip={"ip": "0.0.0.0", "mask": "0.0.0.0"}).steps == ()


@pytest.mark.parametrize("key", ["ip", "mask", "dns", "gateway"])
def test_a_static_address_that_the_page_would_cut_is_refused(key):
    with pytest.raises(SettingUnusable):
        only_page(static_ip={"ip": "10.0.0.9", key: "1" * (PAGE_ARGUMENT_LIMIT + 1)})


def test_wifi_comes_last_because_saving_it_restarts_the_device():
    made = change(wifi_password="second", flags=0, static_ip={"ip": "10.0.0.9"})
    assert [getattr(step, "page", "") for step in made.steps] == ["", "/cfg_ip", "/cfg_wifi_set"]
    assert made.steps[-1].arguments == {
        "ssid": "home", "pass": "second", "ssid2": "", "pass2": "",
    }  # fmt: skip


def test_the_web_password_goes_with_the_wifi_page_and_a_short_one_is_refused():
    step = only_page(web_password="12345")
    assert step.page == "/cfg_wifi_set"
    assert step.arguments["web_admin_password"] == "12345"
    assert step.arguments["web_admin_password_enabled"] == "1"
    assert step.arguments["pass"] == "first"
    assert SHORTEST_WEB_PASSWORD == 5
    with pytest.raises(SettingUnusable) as refused:
        change(web_password="1234")
    assert "1234" not in str(refused.value)
    kept = make_change(
        NOW | {"web_password": "keep-me"}, {"wifi_ssid": "new"}, type_names=TYPES
    ).steps
    assert kept[0].arguments["web_admin_password"] == "keep-me"


@pytest.mark.parametrize(
    ("wanted", "restart", "by_itself", "moves"),
    [
        ({"pins": {}}, True, False, False),
        ({"startup_command": "x"}, True, False, False),
        ({"flags": 1}, True, False, False),
        ({"channel_types": {"1": 1}}, True, False, False),
        ({"static_ip": {"ip": "10.0.0.9"}}, True, False, True),
        ({"wifi_ssid": "other"}, False, True, True),
        ({"wifi_ssid": "other", "flags": 1}, False, True, True),
        ({"web_password": "12345"}, False, False, False),
        ({"mqtt_host": "x"}, False, False, False),
        ({"start_values": {"1": 1}}, False, False, False),
    ],
)
def test_who_restarts_the_device_and_whether_it_moves(wanted, restart, by_itself, moves):
    made = change(**wanted)
    assert (made.restart, made.restarts_itself, made.may_move) == (restart, by_itself, moves)


def test_the_old_values_are_enough_to_undo_a_change():
    made = change(start_values={"1": 5, "4": 7}, mqtt_host="x", channel_types={"2": 1})
    assert made.old == {
        "start_values": {"1": 0, "4": 0}, "mqtt_host": "10.0.0.2", "channel_types": {"2": 0},
    }  # fmt: skip
    assert made.new == {
        "start_values": {"1": 5, "4": 7}, "mqtt_host": "x", "channel_types": {"2": 1},
    }  # fmt: skip


def test_of_tables_with_keys_only_what_differs_counts():
    now = {"start_values": {"1": 1, "2": 2}, "static_ip": None}
    assert differences(now, {"start_values": {"2": 2, "1": 3}}) == {"start_values": {"1": 3}}
    assert differences(now, {"start_values": {"9": 0}}) == {}  # none is nought
    assert differences(now, {"static_ip": {"ip": "0.0.0.0"}}) == {}
    assert differences(now, {"static_ip": {"ip": "1.2.3.4"}}) == {"static_ip": {"ip": "1.2.3.4"}}
    assert differences({}, {"flags": 3, "start_values": {"1": 1}}) == {
        "flags": 3, "start_values": {"1": 1},
    }  # fmt: skip


def test_what_cannot_be_set_over_the_network_is_refused_before_anything_is_sent():
    check_settable(dict.fromkeys(SETTABLE))
    with pytest.raises(SettingUnusable):
        change(flags=1, mac="c8:47:8c:00:00:01")


@pytest.mark.parametrize(
    ("length", "fits"), [(PAGE_ARGUMENT_LIMIT, True), (PAGE_ARGUMENT_LIMIT + 1, False)]
)
def test_what_is_longer_than_the_device_takes_is_refused(length, fits):
    if fits:
        assert change(mqtt_group="x" * length).steps
    else:
        with pytest.raises(SettingUnusable):
            change(mqtt_group="x" * length)


@pytest.mark.parametrize(
    ("length", "fits"), [(startup_limit(), True), (startup_limit() + 1, False)]
)
def test_a_startup_command_that_is_too_long_is_refused(length, fits):
    if fits:
        assert change(startup_command="x" * length).steps
    else:
        with pytest.raises(SettingUnusable):
            change(startup_command="x" * length)


def test_neither_what_was_nor_what_is_sent_is_in_a_repr():
    made = change(wifi_password="second", startup_command="echo third", flags=4711)
    assert made.old["wifi_password"] == "first"
    shown = repr(made) + "".join(map(repr, made.steps))
    assert not [word for word in ("first", "second", "third", "4711") if word in shown]
