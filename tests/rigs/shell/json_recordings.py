"""Sessions of verbs with --json whose output is recorded, and how it is made comparable.

A session is a list of command lines that run one after the other in one folder. `{name}` stands for
a file or an address that the rig makes. What changes from run to run (times, folders, ports of the
network, random content) is replaced before it is compared; everything else counts byte by byte.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from dump_rig import forged

from plugsmith.forge.firmware import forge_app, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.forge.packages import forge_ota
from plugsmith.tuya.kv import StoreKind

if TYPE_CHECKING:
    from pathlib import Path

CODE = 0x8000
PINS = {"6": "LED_n;1", "7": "BL0937CF;0", "8": "BL0937CF1;0", "10": "Btn;1", "26": "Rel;1"}
TEMPLATE = {"vendor": "v", "name": "n", "chip": "BK7231T", "board": "WB2S", "pins": PINS}
LSPA9 = "plugsmith:elivco-lspa9-lspa9-bl0937-wb2s-bk7231t-wb2s"

OFFLINE: dict[str, list[str]] = {
    "dump-info": [
        "dump info {paired}",
        "dump info {turned}",
        "dump info {blank}",
        "dump info {text}",
        "dump info {missing}",
        "dump info {n3}",
    ],
    "dump-config": [
        "dump config {paired}",
        "dump config {n3}",
        "dump config {turned}",
        "dump config {blank}",
        "dump config {nopins}",
        "dump config {folder}",
        "dump config {missing}",
        "dump config",
        "dump config --port {port}",
    ],
    "dump-records": [
        "dump records {piece}",
        "dump records {piece} --show-secrets",
        "dump records {blank}",
    ],
    "dump-files": [
        "dump repair {turned} -o {out}/repaired.bin",
        "dump repair {paired} -o {out}/repaired.bin",
        "dump sanitize {paired} -o {out}/clean.bin",
        "dump diff {piece} {piece}",
        "dump diff {paired} {out}/clean.bin",
        "dump extract {piece} -o {out}/parts",
        "dump extract {piece} -o {out}/all --show-secrets",
        "dump forge -o {out}/made.bin --chip CB2S --generation tuyaos3 --no-record",
        "dump forge -o {out}/other.bin --chip Z80",
    ],
    "image": [
        "image info {qio_n}",
        "image info {qio_t}",
        "image info {app}",
        "image info {t}",
        "image info {text}",
        "image convert {qio_t} --to ota -o {out}/made.rbl",
        "image convert {t} --to app -o {out}/made.app",
        "image convert {app} --to qio -o {out}/made.qio",
        "image fetch --offline",
    ],
    "template": [
        "template search lspa9",
        "template search --chip BK7231N",
        f"template show {LSPA9}",
        "template show nothing",
        "template match {template}",
        f"template match {LSPA9}",
        "template lint {template}",
        "template export {template}",
        "template update",
        "template update --from {template}",
        "template contribute {template}",
    ],
    "obk": [
        "obk config build -o {out}/block.bin --mac 84:e3:42:01:02:03 --set mqtt_host=10.0.0.1",
        "obk config read {out}/block.bin",
        "obk config read {out}/block.bin --show-secrets",
        "obk config write {out}/block.bin -o {out}/next.bin --set short_name=lamp",
        "obk config read {text}",
        "obk config read {missing}",
    ],
    "wire-read": [
        "info --port {port}",
        "backup --port {port}",
        "read {out}/part.bin --start 0x11010 --length 100 --port {port}",
        "read {out}/part.bin --port {port}",
        "read {out}/rom.bin --space rom --port {port}",
        "verify {qio_t} --start 0 --port {port}",
        "verify {out}/part.bin --start 0x11010 --port {port}",
        "reset --port {port}",
        "doctor --module WB2S --port {port}",
        "doctor --module NONE --port {port}",
        "info --port {port_n}",
        "backup --port {port_n} --resume",
        "info --port {port} --chip bk7231n",
        "info --port {port} --allow everything",
    ],
    "wire-write": [
        "flash {qio_t} --port {port} --dry-run",
        "flash {qio_t} --port {port} --log-port {port}&log=1",
        "flash {qio_t} --port {port}",
        "restore {paired} --port {port}",
        "write {hello} --start 0x150100 --port {port}",
        "write {hello} --start 0x150100 --port {port} --dry-run",
        "write {hello} --start 0x10000 --port {port}",
        "erase --start 0x150000 --length 4k --port {port}",
        "erase --start 0x150000 --length 4k --port {port} --yes",
        "flash {qio_n} --port {port}",
        "flash {qio_n} --port {port_n} --template {template} --wifi-ssid net",
    ],
    "ports": ["ports --port /dev/none"],
}
NETWORK: dict[str, list[str]] = {
    "device": [
        "device scan {host}",
        "device info {host}",
        "device info {host},127.0.0.1:1",
        "device apply {host} {template} --name lamp --dry-run",
        "device apply {host} {template} --name lamp",
        "device undo {host}",
        "device undo {host}",
        "device backup {host} --no-full",
        "device ota {host} {rbl_n}",
        "device pins {host}",
        "device calibrate {host} --watts 100",
        "obk config read {host}",
        "template match --host {host}",
        "device info 127.0.0.1:1",
    ],
}


@cache
def _contents() -> dict[str, bytes]:
    paired = forged(paired=True).data
    return {
        "paired.bin": paired,
        "turned.bin": paired[0x1_1000:] + paired[:0x1_1000],
        "piece.bin": paired[0x1E_0000:],
        "n3.bin": forged("BK7231N", StoreKind.TUYAOS3).data,
        "nopins.bin": forged(text=None).data,
        "blank.bin": b"\xff" * 0x4000,
        "text.bin": b"a text\n" * 99,
        "hello.bin": b"hello",
        "t.bin": forge_flash(chip="BK7231T", code_len=CODE),
        "n.bin": forge_flash(chip="BK7231N", code_len=CODE),
        "qio_t.bin": forge_openbeken_qio("BK7231T", version="1.18.300", code_len=CODE),
        "qio_n.bin": forge_openbeken_qio("BK7231N", version="1.18.300", code_len=CODE),
        "app.bin": forge_app("BK7231T", code_len=CODE),
        "rbl_n.rbl": forge_ota("BK7231N"),
        "template.json": json.dumps(TEMPLATE).encode(),
    }


def names_in(folder: Path) -> dict[str, str]:
    """Make the files below `folder` and say what each placeholder stands for."""
    inputs = folder / "in"
    (folder / "out").mkdir(parents=True)
    (inputs / "several").mkdir(parents=True)
    names = {"out": str(folder / "out"), "missing": str(inputs / "missing.bin")}
    for name, data in _contents().items():
        (inputs / name).write_bytes(data)
        names[name.partition(".")[0]] = str(inputs / name)
    for name in ("nopins.bin", "blank.bin", "n3.bin"):
        (inputs / "several" / name).write_bytes(_contents()[name])
    names["folder"] = str(inputs / "several")
    names["port"] = f"sim://bk7231t?flash={names['t']}"
    names["port_n"] = f"sim://bk7231n?flash={names['n']}"
    return names


_TIMES = {"seconds", "rate", "left_s", "uptime", "created", "time", "bytes_on_wire"}
_WORDS = ("message", "hint", "title", "summary")
_RANDOM = {"sha256", "text_sha256", "fetched"}
_PATTERNS = (
    (re.compile(r"127\.0\.0\.1:\d{4,5}"), "HOST"),
    (re.compile(r"127\.0\.0\.1_\d{4,5}"), "HOST"),
    (re.compile(r"\d{4}-?\d\d-?\d\d[T-]?\d\d:?\d\d:?\d\d[A-Z+:0-9]*"), "TIME"),
    (re.compile(r"\b(?:[0-9a-f]{32}|[0-9a-f]{64})\b"), "DIGEST"),
)


def normal(line: dict[str, Any], folder: Path, arguments: str) -> dict[str, Any]:
    """The line without what differs from run to run; texts for people are only counted as there."""
    named = json.loads(_plain(json.dumps(line), folder, arguments))
    for body in (named, named.get("error")):
        if isinstance(body, dict) and named["type"] != "result":
            body.update({key: "text" if body[key] else "" for key in _WORDS if key in body})
    return _still(named)


def _plain(text: str, folder: Path, arguments: str) -> str:
    text = text.replace(arguments, "ARGUMENTS").replace(str(folder), "FOLDER")
    for pattern, word in _PATTERNS:
        text = pattern.sub(word, text)
    return text


def _changes(key: str, item: Any) -> bool:
    of_network = key == "port" and isinstance(item, int)
    return of_network or ((key in _TIMES or key in _RANDOM) and item is not None)


def _still(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "..." if _changes(key, item) else _still(item) for key, item in value.items()}
    return [_still(item) for item in value] if isinstance(value, list) else value


_FIXED = {"type", "code", "command", "exit", "schema"}  # values that programs compare


def lost(old: Any, new: Any, place: str = "") -> list[str]:
    """The places where `new` has not what a program that knows `old` reads there."""
    if isinstance(old, dict) and isinstance(new, dict):
        kept = [key for key in new if key in old]
        found = [] if kept == list(old) else [place]
        for key in kept:
            same = key not in _FIXED or old[key] == new[key]
            found += lost(old[key], new[key], f"{place}.{key}") if same else [f"{place}.{key}"]
        return found
    if isinstance(old, list) and isinstance(new, list):
        return _lost_in_rows(old, new, place)
    fits = old is None or new is None or type(old) is type(new)
    return [] if fits else [place]


def _lost_in_rows(old: list[Any], new: list[Any], place: str) -> list[str]:
    """Rows differ in which optional fields they have: what all recorded rows have must be there."""
    if not old or not new:
        return []
    if not all(isinstance(row, dict) for row in (*old, *new)):
        return [] if {type(row) for row in new} <= {type(row) for row in old} else [place]
    always = set.intersection(*(set(row) for row in old))
    return sorted({f"{place}.{key}" for row in new for key in always - set(row)})
