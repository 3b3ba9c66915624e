"""Start-up texts and boot code answers of other chips: each known one, and near misses of each."""

from __future__ import annotations

import pytest

from plugsmith.chips.other_chips import other_chip, other_chips
from plugsmith.link.probes import ANSWERING, PROBES
from plugsmith.link.voices import VOICES, voice_in
from plugsmith.sim.ports.other_rom import ROMS

COMPUTERS = {"SSH or web server", "computer with a login"}
SAYS = {
    "ESP8266": b"\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n",
    "ESP32-C3": b"ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\n",
    "ESP32-C2": b"ESP-ROM:esp8684-api2-20220127\r\n",
    "ESP32": b"ets Jun  8 2016 00:22:57\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13\r\n",
    "RTL8720C": b"\r\n== Rtl8710c IoT Platform ==\r\nChip VID: 5, Ver: 0\r\n",
    "RTL8710B": b"ROM:[V0.1]\r\nFLASHRATE:4\r\nBOOT TYPE:0 XTAL:40000000\r\n",
    "BL602": b"Starting bl602 now....\r\nBooting BL602 Chip...\r\n",
    "LN882H": b"Mar 14 2021/00:23:32\r\n",
    "LN8825B": b"Jun 19 2019/21:01:04\r\n",
    "W600": b"CCCCCCCCCCCCCCCCCCCC",
    "XR809": b"\r\nXRADIO Skylark SDK 1.2.1\r\n",
    "BK7239N": b"\r\nBK7239N_1.0.3 start\r\n",
    "BK7236": b"\r\nchip: BK7236 bootloader\r\n",
    "BK7258": b"\r\nbk7258_ap start\r\n",
    "computer with a login": b"\r\nbox login: ",
}
GREETS = {"SSH or web server": b"SSH-2.0-OpenSSH_9.2\r\n"}
NO_TEXT = {
    "ESP8266": (b"ets Jan  8 2014", b"rst cause 2", b"boot mode 3", b"ets Jan 8 2013", b"reset"),
    "ESP32-C3": (b"ESP-ROM esp32c3", b"ESP-ROM:esp32c6", b"esp32c3", b"ROM:esp32c3", b"ESPROM:"),
    "ESP32-C2": (b"ESP-ROM:esp8685", b"esp8684", b"ESP8684", b"ESP ROM:esp8684", b"ESP-ROM:esp32"),
    "ESP32": (b"ets Jun  8 2017", b"ets Jul 29 2018", b"POWERON_RESET", b"ESP32", b"rst:0x1"),
    "RTL8720C": (b"Rtl8711c IoT Platform", b"8710c>", b"Rtl8710c", b"$8710b>", b"IoT Platform =="),
    "RTL8710B": (b"ROM:[V1.0]", b"IMG2 ENTER", b"IMG1 DATA:", b"calibration:", b"FLASHRATE:4"),
    "BL602": (b"Starting bl616 now", b"Booting BL702", b"Bouffalolab", b"bl602", b"Booting"),
    "LN882H": (b"Mar 14 2021/00:23:33", b"LN883H", b"ln882", b"Mar 14 2021 00:23:32", b"882H"),
    "LN8825B": (b"Jun 19 2019/21:01:05", b"LN8824", b"ln882 5", b"Jun 19 2019", b"8825"),
    "W600": (
        b"CCCCCCCCCCCCCCC",
        b"CCCCCCCC CCCCCCCC",
        b"cccccccccccccccc",
        b"secboot",
        b"PCCCCCCC",
    ),
    "XR809": (b"XRADIO Skylars", b"xradio skylark", b"XR808", b"XR 872", b"Skylark"),
    "BK7239N": (b"BK7239", b"BK7239M", b"7239N", b"BK 7239N", b"Bk7239n"),
    "BK7236": (b"BK7238", b"BK7235", b"7236", b"BK-7236", b"Bk7236"),
    "BK7258": (b"BK7252", b"BK7259", b"7258", b"BK_7258", b"BK725 8"),
    "computer with a login": (b"login:", b"box login ", b"Password:", b"U-Boot", b"Linux versions"),
    "SSH or web server": (
        b"SSH-2.0-x",
        b"HTTP/1.1 200 OK",
        b"220 V, 0.3 A",
        b"<html>",
        b"GET / HTTP/1.1",
    ),
}
SYNC = bytes.fromhex("c0010802000707122000 00c0".replace(" ", ""))
SYNC_32 = bytes.fromhex("c0010804000707122000000000c0")
ANSWERS = {
    "LN882H": (b"Mar 14 2021/00:23:32\r\n", b"RAMCODE\r\n"),
    "LN8825B": (b"Jun 19 2019/21:01:04\r\n",),
    "RTL8720C": (b"ping", b"\r\n$8710c>"),
    "ESP8266": (SYNC * 8,),
    "ESP32": (SYNC_32 * 8,),
    "BL602": (b"OK",),
    "RTL8710B": (b"\x15\x15", b"\x00\x15\x15\x15"),
}
ESP_STATUS = bytes.fromhex("c001080200070712200000c0"), bytes.fromhex("c001080400070712200000c0")
MISSES = {
    "LN882H": (b"Mar 14 2021/00:23:33\r\n", b"Mar 14 2021/00:23:3", b"RAMCODE2\r\n", b"ramcode\r\n",
               b"x RAMCODE\r\n", b"Mar 14 2021\r\n00:23:32\r\n"),
    "LN8825B": (b"Jun 19 2019/21:01:05\r\n", b"Jun 19 2019/21:01:0\r\n",
                b"Jun 19 2019 21:01:04\r\n",
                b"xJun 19 2019/21:01:04\r\n", b"jun 19 2019/21:01:04\r\n"),
    "RTL8720C": (b"ping\n", b"pin", b"pingping", b"PING", b"$8710b>", b"8710c>", b"\nping"),
    "ESP8266": (SYNC[:-1], SYNC[1:], SYNC.replace(b"\x08", b"\x0a"),
                SYNC.replace(b"\x01", b"\x00", 1),
                bytes.fromhex("c001080002070712200000c0"),  # the length in the other order
                bytes.fromhex("c001080200070712200105c0"),  # the status says no
                bytes.fromhex("c0010802000707122000000000c0")),  # a status of four
    "ESP32": (SYNC_32[:-1], SYNC_32[1:], SYNC_32.replace(b"\x04", b"\x03"), ESP_STATUS[1],
              bytes.fromhex("c0010800040707122000000000c0"),
              bytes.fromhex("c0010804000707122000010000c0")),
    "BL602": (b"O", b"ok", b"OKOK", b"OK\r\n", b"KO", b"\x00O\x00K"),
    "RTL8710B": (b"\x15", b"\x15\x00\x15\x14", b"\x14\x14", b"\x51\x51", b"\x15\x15\r\n"),
}  # fmt: skip
LINK = bytes.fromhex("01e0fc0100")
NO_ANSWERS = (
    b"", b"\x00", b"\xff" * 9, LINK * 4, b"version\r\n", b"ping\n", b"ping\r\n", b"pong",
    b"\x55" * 70, b"OK\r\nERROR", b"OKAY", b"\x15", b"\x15\x15\x16", b"Mar 14 2021/00:23:3\r\n",
    b"May  1 2020/10:00:00\r\n", b"RAMCODE2\r\n", b"$8710b>", b"unknown command\r\n",
    SYNC[:-1], SYNC.replace(b"\x08", b"\x0a"), SYNC_32.replace(b"\x04", b"\x03"),
    bytes.fromhex("c0000802000707122000 00c0".replace(" ", "")),  # a request, no answer
    bytes.fromhex("c001080200070712200105c0"),  # the status says no
    b"Info:MAIN:Time 12, idle 104203/s, free 79208\r\n",
)  # fmt: skip


def test_every_chip_that_is_heard_has_a_way_to_free_it_in_the_catalogue():
    named = {item.name for item in VOICES} - COMPUTERS
    assert {name for name in named if other_chip(name) is None} == set()
    for item in VOICES:
        chip = other_chip(item.name)
        if chip is not None and chip.backup:
            assert chip.tool in item.next_step, item.name


@pytest.mark.parametrize("name", SAYS)
def test_a_start_up_text_names_its_chip(name):
    found = voice_in(b"\x80\xf0" + SAYS[name])
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, row in NO_TEXT.items() for t in row])
def test_a_text_that_is_nearly_one_does_not(name, text):
    found = voice_in(b"\r\n" + text + b"\r\n")
    assert found is None or found.name != name


def test_each_voice_has_its_sample_and_five_near_misses():
    assert {item.name for item in VOICES} == set(SAYS) | set(GREETS) == set(NO_TEXT)
    assert all(len(row) >= 5 for row in NO_TEXT.values())


def nearly(mark: bytes) -> list[bytes]:
    """What is one mistake away from a mark: a bit, a byte too few or many, other case or order."""
    at = len(mark) // 2
    found = [
        mark[:at] + bytes((mark[at] ^ 1,)) + mark[at + 1 :],
        mark[:-1],
        mark[1:],
        mark[:at] + b"\0" + mark[at:],
        mark.swapcase(),
        mark[::-1],
        b"\0".join(mark[i : i + 1] for i in range(len(mark))),
    ]
    return [item for item in found if mark not in item]


def heard_as(name, data):
    found = voice_in(data)
    return found is not None and found.name == name


@pytest.mark.parametrize("voice", VOICES, ids=lambda item: item.name)
def test_each_single_mark_names_its_chip_and_one_mistake_away_none_does(voice):
    own = [*voice.marks, *voice.greets]
    for mark in voice.marks:
        assert heard_as(voice.name, b"\x80\xf0" + mark + b"\r\n"), mark
    for mark in voice.greets:
        assert heard_as(voice.name, mark + b"\r\n"), mark
        assert not heard_as(voice.name, b"\r\n" + mark), mark
    for mark in own:
        misses = [item for item in nearly(mark) if not any(other in item for other in own)]
        assert len(misses) >= 5 or not mark.strip(b"C"), mark
        assert not [item for item in misses if heard_as(voice.name, item + b"\r\n")], mark


@pytest.mark.parametrize(("name", "answer"), [(n, a) for n, row in ANSWERS.items() for a in row])
def test_an_answer_names_its_chip_and_is_no_other_chips(name, answer):
    assert {probe.named(answer) for probe in PROBES} - {None} == {name}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_with_one_mistake_names_nobody(name):
    assert len(MISSES[name]) >= 5
    named = {probe.named(answer) for answer in MISSES[name] for probe in PROBES}
    assert named == {None}


def test_each_chip_that_a_probe_names_is_tried():
    assert set(ANSWERS) == set(MISSES) == ANSWERING


@pytest.mark.parametrize("answer", NO_ANSWERS)
def test_an_answer_that_is_nearly_one_names_nobody(answer):
    assert [probe.named(answer) for probe in PROBES] == [None] * len(PROBES)


def test_the_simulator_plays_each_of_them():
    played = {name.partition("-")[0] for name in ROMS}
    assert played == {"esp8266", "esp32c3", "ln882h", "ln8825b", "rtl8710b", "rtl8720c", "bl602"}


def test_each_chip_has_evidence_and_no_command_without_its_tool():
    for item in other_chips():
        assert item.evidence, item.name
        assert item.tool or not item.backup, item.name
        assert "PORT" in item.backup or not item.backup, item.name
