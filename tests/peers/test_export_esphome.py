"""The real `esphome` judges our configurations (`esphome config`: checked, not compiled)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from plugsmith.device.profile import DeviceProfile
from plugsmith.errors.catalogue import NotExportable
from plugsmith.export.esphome.config import render
from plugsmith.export.esphome.extras import EXTRAS
from plugsmith.export.output import ExportOptions
from plugsmith.interpret.answer import answer_for_config, answer_for_serial_mcu
from plugsmith.interpret.openbeken.from_openbeken import profile_from_openbeken
from plugsmith.interpret.vendor.from_tuya import profile_from_tuya
from plugsmith.openbeken.template import read_template

HERE = Path(__file__).resolve()
PYTHON = HERE.parents[2] / ".peers" / "esphome" / "bin" / "python"
JUDGE = HERE.with_name("judge_esphome.py")
PLATFORMS = ("bk72xx", "rtl87xx", "ln882x")
SECRETS = """wifi_ssid: nowhere
wifi_password: nothing-secret
api_key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
ota_password: nothing-secret
mqtt_broker: broker.example
mqtt_username: nobody
mqtt_password: nothing-secret
"""

pytestmark = [pytest.mark.peers, pytest.mark.timeout(600)]

SCHEMA = [
    {"id": 1, "mode": "rw", "property": {"type": "bool"}},
    {"id": 2, "mode": "ro", "property": {"type": "bool"}},
    {"id": 9, "mode": "rw", "property": {"type": "value", "min": 0, "max": 86400}},
    {"id": 19, "mode": "ro", "property": {"type": "value", "min": 0, "max": 80000, "scale": 1}},
    {"id": 38, "mode": "rw", "property": {"type": "enum", "range": ["off", "on", "memory"]}},
    {"id": 42, "mode": "rw", "property": {"type": "string", "maxlen": 255}},
    {"id": 26, "mode": "ro", "property": {"type": "bitmap", "maxlen": 6}},
]
HOSTILE = "a: [${x} !lambda 'return 1;' \"#\n- \x1b[31m `id` \u202e {{ }} %s"


def golden() -> dict[str, str]:
    """Name -> YAML of every hand-worked kind of device, and of some that only templates have."""
    sys.path.insert(0, str(HERE.parents[1] / "unit"))
    try:
        from test_interpret_golden import GOLDEN
    finally:
        sys.path.pop(0)
    profiles = {item.name: answer_for_config(item.config).profile for item in GOLDEN}
    profiles["serial with data points"] = answer_for_serial_mcu(
        baud=115200, schema=SCHEMA, chip="BK7231N"
    ).profile
    profiles[HOSTILE] = profiles["the plug of the forum thread"]
    for name, pins in {
        "two relays on one channel": {"6": "Rel;1", "7": "Rel;1", "8": "LED;1", "9": "Btn;1"},
        "whites only": {"6": "PWM;3", "7": "PWM;4"},
        "four colours": {"6": "PWM;1", "7": "PWM;2", "8": "PWM;3", "9": "PWM;4"},
        "driver without a map": {"24": "BP5758D_CLK;0", "26": "BP5758D_DAT;0"},
        "one wire and i2c": {"7": "DS1820_IO;1", "21": "SHT3X_SDA;1;2", "20": "SHT3X_SCK;0"},
        "infrared and radio": {"7": "IRSend;0", "8": "IRRecv;0", "9": "RCRecv;0"},
        "latching": {"24": "BridgeFWD;1", "26": "BridgeREV;1", "6": "LED_n;1"},
        "a T1": {"6": "Rel;1", "9": "Btn;1"},
    }.items():
        chip = "BK7238" if name == "a T1" else "BK7231N"
        template = read_template({"chip": chip, "pins": pins}).template
        profiles[name] = profile_from_openbeken(template)
    return {
        name: render(item, ExportOptions(title=name))[0].text for name, item in profiles.items()
    }


@pytest.fixture
def judge(tmp_path: Path):
    """Name -> YAML in, name -> what ESPHome says about those that it does not accept, out."""
    if not PYTHON.exists():
        pytest.skip("no esphome: run `make peers` (250 MB, two to three minutes)")
    (tmp_path / "secrets.yaml").write_text(SECRETS)

    def call(texts: dict[str, str]) -> dict[str, str]:
        files = {str(tmp_path / f"device-{number}.yaml"): name for number, name in enumerate(texts)}
        for file, name in files.items():
            Path(file).write_text(texts[name])
        answers = []
        for platform in PLATFORMS:  # ESPHome keeps tables of the first platform it meets
            mine = [file for file, name in files.items() if f"\n{platform}:" in texts[name]]
            done = subprocess.run(
                [str(PYTHON), str(JUDGE), *mine],
                capture_output=True,
                text=True,
                timeout=500,
                check=True,
                cwd=tmp_path,
            )
            answers += [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(texts)
        return {files[item["file"]]: item["said"] for item in answers if not item["valid"]}

    return call


def test_esphome_accepts_every_part_that_may_be_chosen(judge) -> None:
    texts = {}
    for chip, module in (("BK7231T", "WB2S"), ("BK7231N", "CB3S")):
        profile = DeviceProfile(module=module, chip=chip)
        for names in ([name] for name in EXTRAS):
            options = ExportOptions(title="plug", extras=tuple(names))
            texts[f"{chip} {names}"] = render(profile, options)[0].text
        options = ExportOptions(title="plug", extras=EXTRAS)
        texts[f"{chip} all"] = render(profile, options)[0].text
    assert judge(texts) == {}


def test_esphome_accepts_every_golden_configuration(judge) -> None:
    texts = golden()
    assert len(texts) >= 25
    assert judge(texts) == {}


def test_the_judge_can_refuse(judge) -> None:
    text = golden()["the plug of the forum thread"]
    broken = {
        "board": text.replace("wb2s", "wb9s"),
        "pin": text.replace("P26", "P99"),
        "good": text,
    }
    assert set(judge(broken)) == {"board", "pin"}


def test_the_program_itself_says_the_same(judge, tmp_path: Path) -> None:
    assert judge({"plug": golden()["the plug of the forum thread"]}) == {}
    program = PYTHON.with_name("esphome")
    done = subprocess.run(
        [str(program), "config", str(tmp_path / "device-0.yaml")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0
    assert "Configuration is valid" in done.stdout + done.stderr


@pytest.mark.corpus
def test_esphome_accepts_configurations_of_real_products(judge, corpus: Path) -> None:
    """Every fourth of the corpus; a manual run over all gave the same."""
    body = json.loads((corpus / "device-configurations.json").read_text())
    texts: dict[str, str] = {}
    for name, item in sorted(body.items())[::4]:
        try:
            texts[name] = render(profile_from_tuya(item["config"]), ExportOptions(title=name))[
                0
            ].text
        except NotExportable:
            continue
    assert len(texts) > 60
    assert judge(texts) == {}


def test_the_golden_configurations_cover_what_they_should() -> None:
    text = "\n".join(golden().values())
    for component in (
        "platform: gpio",
        "platform: hbridge",
        "platform: time_based",
        "platform: hlw8012",
        "platform: bl0942",
        "platform: cse7766",
        "platform: libretiny_pwm",
        "platform: rgbww",
        "platform: rgbct",
        "platform: cwww",
        "platform: monochromatic",
        "platform: sm2135",
        "platform: sm2235",
        "platform: bp1658cj",
        "platform: bp5758d",
        "platform: beken_spi_led_strip",
        "platform: adc",
        "platform: tuya",
        "status_led:",
        "remote_receiver:",
        "remote_transmitter:",
        "tuya:",
    ):
        assert component in text, component
