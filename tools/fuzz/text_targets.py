"""Targets that read texts: settings, template lists, logs and pasted texts; and the redactor."""

from __future__ import annotations

import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.target import Target
from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.errors import PlugsmithError
from plugsmith.flows.catalogue.device_input import device_input_of_bytes
from plugsmith.flows.device.device_list import read_devices
from plugsmith.flows.dump.config import recover_bytes
from plugsmith.flows.house.roll import read_roll
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.flows.settings.file import read_settings_file, setting_words
from plugsmith.flows.wire.boot_watch import judge_text
from plugsmith.interpret.catalogue.entry import read_entry
from plugsmith.interpret.catalogue.traits import traits_of
from plugsmith.interpret.openbeken.from_openbeken import profile_from_openbeken
from plugsmith.interpret.openbeken.lint import lint_reading
from plugsmith.library.catalogue.list_files import list_from_bytes
from plugsmith.library.config_file import read_config
from plugsmith.link.voices import voice_in
from plugsmith.openbeken.list_schema import schema_problems
from plugsmith.openbeken.script import print_startup, read_startup
from plugsmith.openbeken.template import find_template
from plugsmith.secrets import MASK, redact, redact_told, secret_spans
from plugsmith.tuya.user_param import format_pin_text
from plugsmith.visible import json_safe, visible

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from plugsmith.tuya.user_param import Value

_SECRET = "Canary8Q-word"
_CONFIG: dict[str, Value] = {
    "rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 10, "bt1_lv": 0, "module": "WB2S", "jv": "1.1.5",
    "netled1_pin": 6, "netled1_lv": 0, "ch_num": 1, "irfunset": [[6, 2], [7, "1e"]],
}  # fmt: skip
_TEMPLATE = {
    "vendor": "Made", "bDetailed": "0", "name": "A made plug", "model": "X1", "chip": "BK7231T",
    "board": "WB2S", "flags": "1024", "keywords": ["plug", "16A"],
    "pins": {"6": "LED_n;1", "10": "Btn;1", "26": "Rel;1", "24": "BL0937SEL;0"},
    "command": "startDriver BL0937; backlog led_basecolor_rgb ff0000; setChannel 1 5",
    "image": "https://example.org/a.jpg",
}  # fmt: skip
_ROLL = (
    '[defaults]\nversion = "1.18.300"\n[[device]]\nmac = "84:e3:42:01:02:03"\nnumber = 1\n'
    'name = "desk"\nhost = "192.0.2.4"\nsettings = { mqtt_port = 1 }\n'
)
_SETTINGS = (
    (".toml", '[wifi]\nssid = "home"\npassword = "env:WIFI"\n[mqtt]\nport = 1883\nhost = "a.b"\n'),
    (".yaml", "wifi:\n  ssid: home\n  password: file:w\nflags: [1, 10]\nmqtt_port: 1883\n"),
    (".json", '{"wifi_ssid": "home", "mqtt": {"host": "192.0.2.1", "port": 1883}, "flags": [1]}'),
    (".roll.toml", _ROLL),
    (".csv", "mac,number,name,host,mqtt_port\n84:e3:42:01:02:03,1,desk,192.0.2.4,1883\n"),
    (".config", 'port = "/dev/ttyUSB0"\nbaud = 921600\n[settings]\nwifi_ssid = "home"\n'),
    (".list", "# all of them\n192.0.2.4\ndesk.local:8080\n84:e3:42:01:02:03,desk\n"),
    (".words", "mqtt_port=1883\nflags=[1]\nwifi_ssid=home\nstartup_command=a b\n"),
)  # fmt: skip


@cache
def scratch() -> Path:
    """A folder of this process for readers that want a path."""
    place = Path("/dev/shm")
    usable = place.is_dir() and os.access(place, os.W_OK)  # not everybody may write there
    return Path(tempfile.mkdtemp(prefix="fuzz-", dir=place if usable else None))


def _settings(data: bytes) -> str:
    """The first byte says which kind of file the rest is."""
    ending = _SETTINGS[data[0] % len(_SETTINGS)][0] if data else ".toml"
    path = scratch() / f"settings{ending}"
    path.write_bytes(data[1:])
    match ending:
        case ".roll.toml" | ".csv":
            return f"roll of {min(3, len(read_roll(path).rows))}"
        case ".config":
            return f"config of {len(read_config(path).values)}"
        case ".list":
            return f"devices {min(3, len(read_devices(path)))}"
        case ".words":
            found = setting_words(data[1:].decode("utf-8", "replace").split("\n"))
        case _:
            found = read_settings_file(path)
    desired_from(template=None, settings=found)
    return f"{ending} {sorted(found)[:3]}"


def _template_list(data: bytes) -> str:
    found = list_from_bytes(data, name="list.json")
    told = set()
    for raw in found.entries[:20]:
        try:
            entry = read_entry(raw)
        except PlugsmithError as problem:
            told.add(type(problem).__name__)
            continue
        told |= {item.rule for item in entry.corrections}
        if isinstance(raw, dict):
            told.add(f"{len(schema_problems(raw))} problems")
        traits_of(entry.template)
        profile_from_openbeken(entry.template)
        print_startup(read_startup(entry.template.command))
    text = data.decode("utf-8", "replace")
    reading = find_template(text)
    told |= {finding.rule for finding in lint_reading(reading)}
    return f"{min(3, len(found.entries))} {sorted(told)}"


def _log(data: bytes) -> str:
    """A log or a pasted text, by everybody who listens to one."""
    told = [str(judge_text(data)), str(voice_in(data) is not None)]
    told.append(str(read_pasted(data) is not None))
    for take in (recover_bytes, device_input_of_bytes):
        try:
            take(data, name="text")
        except PlugsmithError as problem:
            told.append(problem.code)
    return " ".join(told)


def _redactor(data: bytes) -> str:
    """Known values never stay, nor what stands after a telling name on a line of its own."""
    text = data.decode("utf-8", "replace" if len(data) % 2 else "surrogateescape")
    known = redact(text, known=[_SECRET])
    assert _SECRET not in known
    line = redact(f"{text}\nwifi_password={_SECRET}\n{text}")
    assert f"wifi_password={_SECRET}" not in line
    for start, end in secret_spans(text[:5000]):
        assert 0 <= start < end <= len(text)
    visible(json_safe(redact_told(text)))
    return f"{min(3, known.count(MASK))} {min(3, line.count(MASK))}"


def _utf8(data: bytes) -> bytes:
    return data.decode("utf-8", "replace").encode()


def _of(texts: Callable[[], Sequence[bytes]]) -> Callable[[random.Random], bytes]:
    return lambda rng: rng.choice(texts())


@cache
def _setting_seeds() -> tuple[bytes, ...]:
    return tuple(bytes([at]) + text.encode() for at, (_end, text) in enumerate(_SETTINGS))


@cache
def _list_seeds() -> tuple[bytes, ...]:
    profile = {"manufacturer": "Made", "name": "plug", "device_configuration": _CONFIG}
    return (
        json.dumps({"version": "1", "devices": [_TEMPLATE, profile]}).encode(),
        json.dumps([_TEMPLATE]).encode(),
        json.dumps(_TEMPLATE, indent=1).encode(),
        json.dumps(profile).encode(),
    )


@cache
def _log_seeds() -> tuple[bytes, ...]:
    text = format_pin_text(_CONFIG)
    log = f"[01-01 00:00:00 TUYA N][lr:0x1] json cfg:[,{text[1:]}\n"
    lines = "[RELAY] - pin:26, io_drive:2\n[KEY] - pin:10, io_drive:1, type:0\n"
    start = "V:BK7231S_1.0.5\nCPSR:000000D3\nprvHeapInit-start addr:0x41a8c0, size:152384\n"
    obk = "Info:MAIN:Main_Init_Before_Delay\nInfo:MAIN:Main_Init_After_Delay done\n"
    mcu = bytes.fromhex("55aa0000000000ff55aa00010000010055aa0300010003")
    texts = (text, log + lines, f"> {text}", json.dumps({"value": text}), start * 3, start + obk,
             json.dumps(_TEMPLATE), json.dumps(_CONFIG), f"<pre>{text}</pre>")  # fmt: skip
    return (*(item.encode() for item in texts), mcu, start.encode() + mcu * 3)


@cache
def _secret_seeds() -> tuple[bytes, ...]:
    words = (
        f"ssid:home, passwd:{_SECRET}\n",
        f'{{"ssid": "home", "passwd": "{_SECRET}", "token": "abc"}}',
        f"mqtt://user:{_SECRET}@192.0.2.1:1883/x",
        f'backlog MqttPassword {_SECRET}; Password1 {_SECRET}; SSID1 "my net"',
        f'network={{\n ssid="home"\n psk="{_SECRET}"\n}}',
        '{\\"auth_key\\": \\"0123456789abcdef0123456789abcdef\\"}',
        "sta: home, aid 1 mac 84:e3:42:01:02:03, obkC31B4C8E, the password is wrong",
    )
    return tuple(word.encode() for word in words)


TEXT_TARGETS = (
    Target(name="settings", take=_settings, make=_of(_setting_seeds)),
    Target(name="template list", take=_template_list, make=_of(_list_seeds), seal=_utf8),
    Target(name="log texts", take=_log, make=_of(_log_seeds)),
    Target(name="redactor", take=_redactor, make=_of(_secret_seeds)),
)
