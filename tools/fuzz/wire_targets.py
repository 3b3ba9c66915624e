"""Targets that read from a wire, the network or the library: frames, answers, passports."""

from __future__ import annotations

import json
import random
from functools import cache
from typing import TYPE_CHECKING

from fuzz.target import Target
from fuzz.text_targets import scratch
from plugsmith.boot.flash import Proof
from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.protocol.frames import LINK_ANSWER, FrameForm, Reply, ReplyDecoder
from plugsmith.errors import PlugsmithError
from plugsmith.lan.announced import read_ssdp
from plugsmith.lan.discover import hosts_in
from plugsmith.lan.live_page import read_live_page
from plugsmith.lan.records import (
    plain_mac,
    read_flags,
    read_folder,
    read_info,
    read_meter,
    read_pins,
)
from plugsmith.lan.wire import read_json, read_loose_object, read_response
from plugsmith.library.backups.labels import read_label
from plugsmith.library.backups.passport import (
    Passport,
    ProvenRange,
    RegionDigest,
    read_passport,
)
from plugsmith.library.device_key import DeviceKey
from plugsmith.library.jobs.journal import damaged, encode_line, never_began, replay
from plugsmith.library.jobs.state import JobHeader, JobKind, header_json, read_state
from plugsmith.library.sightings import Sightings
from plugsmith.library.undo import read_undo
from plugsmith.link.hearing import Hearing, has_mcu_frame, is_echo
from plugsmith.link.trace import redact as redact_trace
from plugsmith.memory import AddressRange
from plugsmith.openbeken.builds.releases import parse_releases

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.boot.protocol.request import Command
    from plugsmith.errors import Fact

_MAX_DATA = 4100
_COMMANDS: tuple[Command, ...] = (
    cmd.LinkCheck(), cmd.ReadBootVersion(), cmd.ReadRegister(addr=0x80_0000),
    cmd.CheckCrc(start=0, length=0x1000), cmd.Read4K(addr=0x1_1000),
    cmd.Write4K(addr=0x1_1000, data=bytes(4096)), cmd.Erase(size_code=0x20, addr=0x2_0000),
    cmd.SpiTransfer(out=b"\x9f\0\0\0"), cmd.ReadStatusRegister(opcode=5),
    cmd.WriteStatusRegister(opcode=1, values=b"\0\2"), cmd.ReadShort(addr=0, size=200),
    cmd.SetBaud(baud=921_600, delay=20),
)  # fmt: skip
_CRC32 = 0x1234_5678
_SHA256 = "ab" * 32
_MAC = "84:e3:42:01:02:03"


def _frames(data: bytes) -> str:
    """A stream in pieces: replies are bounded, and whole before and behind any noise."""
    decoder = ReplyDecoder(lambda header: header.data_len <= _MAX_DATA)
    ear, at, count = Hearing(), 0, 0
    while at < len(data):
        step = 1 + data[at] % 64
        piece = data[at : at + step]
        at += step
        ear.add(piece, at / 1000)
        for reply in decoder.feed(piece):
            assert len(reply.data) <= _MAX_DATA
            count += 1
            for command in _COMMANDS:
                command.refusal(reply)
                if command.answers(reply):
                    command.payload(reply)
        assert decoder.missing <= _MAX_DATA + 11
    decoder.reset()
    assert [reply.code for reply in decoder.feed(LINK_ANSWER)] == [1]
    is_echo(data)
    has_mcu_frame(data)
    redact_trace(data)
    return f"{min(count, 3)} {ear.sound}"


def _http(data: bytes) -> str:
    """An answer, and its body by every reader of bodies."""
    answer = read_response(data, host="h", request="r")
    assert answer.body in data or answer.headers
    text = answer.text
    found = [
        reader(text) is not None
        for reader in (read_info, read_pins, read_meter, read_folder, read_flags, read_json)
    ]
    plain_mac(text)
    read_loose_object(text, ("a", "MQTT"))
    read_live_page(text)
    told = f"{answer.status} {found}"
    body = read_json(text)
    if isinstance(body, list):
        told += f" {min(3, len(parse_releases(body)))}"
    return told


def _ssdp(data: bytes) -> str:
    host = read_ssdp(data)
    found = hosts_in(data[:60].decode("latin-1"))
    assert len(found) < 70_000
    return f"{host is not None} {min(3, len(found))}"


def _records(data: bytes) -> str:
    """Everything that is read back from the library."""
    told = []
    try:
        told.append(read_passport(data, name="p.json").chip)
    except PlugsmithError as problem:
        told.append(str(problem.facts.get("problem"))[:30])
    entries = replay(data)
    assert len(entries) <= data.count(b"\n")
    state = read_state("1", entries)
    told.append(f"{min(3, len(entries))} {state is not None} {damaged(data)} {never_began(data)}")
    path = scratch() / "record.json"
    path.write_bytes(data)
    told.append(str(read_undo(path) is not None))
    told.append(str(min(3, len(Sightings(path).all()))))
    read_label(path)
    return " ".join(told)


def _seal_records(data: bytes) -> bytes:
    """Each line that is still JSON gets its number and its sum again."""
    lines = []
    for number, line in enumerate(data.split(b"\n")):
        try:
            body = json.loads(line)
            lines.append(encode_line(number, str(body["kind"]), dict(body["data"])))
        except (ValueError, TypeError, KeyError, RecursionError):
            lines.append(line + b"\n")
    return b"".join(lines)


def _of(seeds: Callable[[], Sequence[bytes]]) -> Callable[[random.Random], bytes]:
    return lambda rng: rng.choice(seeds())


@cache
def _frame_seeds() -> tuple[bytes, ...]:
    rng = random.Random(1)
    seeds = []
    for command in _COMMANDS:
        data = (command.echo() + rng.randbytes(5000))[: command.reply_len()]
        status = 0 if command.form is FrameForm.LONG else None
        reply = Reply(form=command.form, code=command.answer_code, status=status, data=data)
        seeds.append(reply.encode() + LINK_ANSWER)
        seeds.append(b"V:BK7231S_1.0.5\r\n" + reply.encode())
    return (*seeds, bytes.fromhex("55aa0000000000ff") * 3, cmd.LinkCheck().encode() * 9)


@cache
def _answers() -> tuple[bytes, ...]:
    info = {"uptime_s": 5, "build": "Built on Nov 1 2025 version 1.18.300", "ip": "192.0.2.4",
            "mac": _MAC, "flags": "1024", "mqtthost": "192.0.2.1:1883", "chipset": "BK7231T",
            "shortName": "desk", "webapp": "x", "supportsClientDeviceDB": True}  # fmt: skip
    pins = {"rolenames": [" ", "Rel", "Btn"], "roles": [0] * 26 + [1], "channels": [0] * 29,
            "states": [0] * 29}  # fmt: skip
    meter = {"StatusSNS": {"ENERGY": {"Voltage": 230.1, "Current": 0.5, "Power": 60}}}
    folder = {"dir": "/", "content": [{"name": "autoexec.bat", "type": 1, "size": 20}]}
    releases = [
        {
            "tag_name": "1.18.300",
            "published_at": "2026-01-01T00:00:00Z",
            "assets": [
                {
                    "name": "OpenBK7231T_1.18.300.rbl",
                    "size": 9,
                    "browser_download_url": "https://a/b",
                }
            ],
        }
    ]
    page = "<h5>MQTT State: <span>connected</span> RES: 0(OK)</h5><h5>Wifi RSSI: Good (-50dBm)"
    head = b"HTTP/1.1 200 OK\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    bodies = [json.dumps(body).encode() for body in (info, pins, meter, folder, releases)]
    chunked = (
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n'
    )
    return (*(head % len(body) + body for body in bodies), *bodies, page.encode(), chunked,
            b"HTTP/1.1 -401 Unauthorized\nWWW-Authenticate: Basic\r\n\r\nno")  # fmt: skip


@cache
def _announcements() -> tuple[bytes, ...]:
    head = b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\n"
    server = b"SERVER: OpenBk/1.0 UPnP/1.0\r\nLOCATION: http://192.0.2.4:80/ssdp.xml\r\n\r\n"
    return (head + server, server, b"192.0.2.0/28", b"10.0.0.5-30", b"desk.local:8080,192.0.2.9")


@cache
def _library_seeds() -> tuple[bytes, ...]:
    size = 0x20_0000
    whole = AddressRange(0, size)
    passport = Passport(
        tool="plugsmith 1", created="2026-01-01T00:00:00Z", label="desk", chip="BK7231T",
        family="t", chip_id=None, boot="t-1.0.5", boot_version="1.0.5", loader_crc=5,
        loader_covers=17, jedec=None, flash_part=None, flash_size=size, size_proof="wrap",
        key_class="tuya", key_evidence="inferred", mac=_MAC, rf_start=0x1E_0000,
        rf_sha256=_SHA256, sha256=_SHA256, crc32=_CRC32, adapter="CH340", port="/dev/ttyUSB0",
        baud=921_600, notes=("a note",),
        regions=(RegionDigest(name="app", role="app", span=whole, sha256=_SHA256, blank=False),),
        ranges=(ProvenRange(span=whole, proof=Proof.DEVICE_CRC),),
    )  # fmt: skip
    device = DeviceKey(chip="BK7231T", flash_size=size, mac=_MAC, rf_sha256=_SHA256, jedec=None)
    header = JobHeader(kind=JobKind.FLASH, device=device, port="/dev/ttyUSB0", adapter=None,
                       subject="a.bin", command="plugsmith flash a.bin",
                       started="2026-01-01T00:00:00Z", number=1)  # fmt: skip
    span: dict[str, Fact] = {"start": 0x1_1000, "end": 0x1_2000}
    entries: list[tuple[str, dict[str, Fact]]] = [
        ("begin", header_json(header)), ("baud", {"baud": 921_600}), ("change", span),
        ("kept", {**span, "crc32": 5}), ("erase", span), ("write", span), ("done", span),
        ("read", {**span, "crc32": 5, "proof": "device-crc"}),
    ]  # fmt: skip
    journal = b"".join(
        encode_line(number, kind, data) for number, (kind, data) in enumerate(entries)
    )
    undo = {
        "schema": "plugsmith-undo/1",
        "mac": _MAC,
        "chip": "BK7231T",
        "host": "192.0.2.4",
        "created": "x",
        "kind": "apply",
        "finished": False,
        "settings": {"mqtt_port": 1883},
    }
    seen = {
        "schema": "plugsmith-devices/1",
        "devices": [
            {"mac": _MAC, "host": "192.0.2.4", "name": "desk", "chip": "BK7231T", "seen": "x"}
        ],
    }
    return (passport.to_bytes(), journal, json.dumps(undo).encode(), json.dumps(seen).encode())


WIRE_TARGETS = (
    Target(name="HTTP answers", take=_http, make=_of(_answers)),
    Target(name="SSDP", take=_ssdp, make=_of(_announcements)),
    Target(name="passports and journals", take=_records, make=_of(_library_seeds),
           seal=_seal_records),
    Target(name="boot frames", take=_frames, make=_of(_frame_seeds)),
)  # fmt: skip
