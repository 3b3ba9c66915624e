"""No verb shows or stores foreign text raw: each verb of the table has its command lines here."""

from __future__ import annotations

import json
import socket
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from foreign_world import NASTY, World, stock_library
from lan_in_process import lan

from plugsmith.api.table import BY_NAME
from plugsmith.cli.app import main
from plugsmith.library.library import Library

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

RAW = (b"\x1b", b"\x07", b"\xc2\x9b", b"\xe2\x80\xae", b"\xed\xa0\x80")
#: for every verb: command lines that bring foreign text in. A verb without any fails the test.
LINES: dict[str, tuple[str, ...]] = {
    "ports": ("ports",),
    "doctor": ("doctor --module {text}", "doctor --port {text}"),
    "console": ("console --port {talker} --seconds 1 -o {out}.log",),
    "info": ("info --port {port}", "info --port {text}"),
    "backup": ("backup --port {port} -o {out}.bin", "backup --port {text}"),
    "flash": ("flash {image} --port {port} --dry-run", "flash {rbl} --port {port} --dry-run",
              "flash {worse} --port {port}", "flash {qio} --port {port} --dry-run"),
    "restore": ("restore {dump} --port {port}", "restore {text} --port {port}"),
    "read": ("read {out}.raw --port {port} --start 0 --length 4k", "read {dump} --port {port}"),
    "write": ("write {qio} --port {port} --start 0x150000 --dry-run",),
    "erase": ("erase --port {port} --start {text} --length 4k",
              "erase --port {port} --start 0x150000 --length 4k --dry-run"),
    "health": ("health --port {port} --dry-run", "health --port {text}"),
    "verify": ("verify {qio} --port {port} --start 0x150000", "verify {worse} --port {port}"),
    "reset": ("reset --port {port} --trace {out}.jsonl",),
    "rf show": ("rf show {dump}", "rf show {whole}"),
    "rf save": ("rf save {whole} -o {out}.rf", "rf save {dump} -o {out}.rf"),
    "rf put-back": ("rf put-back {dump} --port {port}",),
    "rf set-mac": ("rf set-mac {text} --port {port}",),
    "unbrick": ("unbrick --port serprog://{text}", "unbrick --port {port} --image {dump}"),
    "rf rebuild": ("rf rebuild --port {port} --mac {text}",),
    "backups list": ("backups label {backup} {text}", "backups list", "backups list {text}"),
    "backups label": ("backups label {backup} {text} --note {text}", "backups label {text} a"),
    "backups export": ("backups export {backup} -o {out}",),
    "backups prune": ("backups prune --keep 1 --yes",),
    "dump config": ("dump config {dump}", "dump config {paste}", "dump config {dump} --explain",
                    "dump config {zip}", "dump config {zip}/{text}.bin", "dump config {dump} {qio}",
                    "dump config {template}"),
    "dump info": ("dump info {dump}", "dump info {qio}", "dump info {whole}"),
    "dump records": ("dump records {dump}", "dump records {dump} --show-secrets"),
    "dump extract": ("dump extract {dump} -o {out}",),
    "dump repair": ("dump repair {dump} -o {out}.bin",),
    "dump sanitize": ("dump sanitize {whole} -o {out}.bin", "dump sanitize {dump} -o {out}2.bin"),
    "dump diff": ("dump diff {dump} {whole}",),
    "dump forge": ("dump forge -o {out}.bin --pin-file {paste}",
                   "dump forge -o {out}.bin --pin-text {text}",
                   "dump forge -o {out}.bin --chip {text}"),
    "dump gpio": ("dump gpio {dump}",),
    "image boot": ("image boot {image}", "image boot {qio}"),
    "image info": ("image info {image}", "image info {rbl}", "image info {image} {rbl} {zip}"),
    "image convert": ("image convert {image} --to app -o {out}.bin",
                      "image convert {rbl} --to {text} -o {out}.bin"),
    "image fetch": ("image fetch --version {text} --offline",
                    "image fetch --server {text} --repo {text}"),
    "obk config read": ("obk config read {host}", "obk config read {dump}",
                        "obk config read {text}"),
    "obk config write": ("obk config write {host} --config {settings} --yes --dry-run",
                         "obk config write {whole} --config {yaml} -o {out}.bin"),
    "obk config build": ("obk config build -o {out}.cfg --config {settings}",
                         "obk config build -o {out}2.cfg --set short_name={text}"),
    "ui": ("ui --listen {text}",),
    "demo": ("demo --no-such{text}",),
    "sim": ("sim --chip {text}", "sim --chip bk7231t --flash {worse}"),
    "support": ("support -o {out}.zip info --port {text}",
                "support -o {out}2.zip device info {host}"),
    "config show": ("config show --port {text}", "config show"),
    "template search": ("template update --from {list}", "template search owned"),
    "template show": ("template show {template}", "template show {text}"),
    "template match": ("template match {template}", "template match {dump}"),
    "template export": (
        *(f"template export {{template}} --to {to} -o {{out}}.{to}"
          for to in ("openbeken", "esphome", "markdown", "home-assistant", "svg", "csv", "text")),
        "template export {dump} --to markdown", "template export --host {host} --to openbeken",
    ),
    "template contribute": ("template contribute {template} -o {out}.json --vendor {text}",),
    "template update": ("template update --from {list}", "template update --from {qio}"),
    "template lint": ("template lint {template}", "template lint {template} --publish"),
    "device scan": ("device scan {host}", "device scan {text}"),
    "device info": ("device info {host}", "device info {text}", "device info @{csv}"),
    "device apply": ("device apply {host} {template} --yes", "device apply {host} {good} --yes",
                     "device apply {host} --name {text} --yes"),
    "device undo": ("device undo {text} --yes", "device undo {host} --yes"),
    "device backup": ("device backup {host}", "device backup {text}",),
    "device ota": ("device ota {host} {rbl} --yes", "device ota {host} {worse} --yes"),
    "device calibrate": ("device calibrate {host} --volts {text}",
                         "device calibrate {text} --volts 230",),
    "device pins": ("device pins {host} --pin {text}", "device pins {text}"),
    "device list": ("device list", "device list {host}"),
    "device roll": ("device roll init {host} -o {out}.toml", "device roll init {host} -o {out}.csv",
                    "device roll {text}"),
    "device plan": ("device plan {roll} {host}", "device plan {csv} {host}"),
    "device restore": ("device restore {host} {dump} --yes",),
    "device command": ("device command {host} echo~{text} --yes", "device command {text} status"),
    "device restart": ("device restart {text}",),
    "device logs": ("device logs {host} --seconds 1", "device logs {text}"),
    "device files": ("device files {host}", "device files {host} get odd.txt {out}.txt --yes",
                     "device files {host} put {text} {template} --yes"),
}  # fmt: skip

#: nothing foreign to show with these lines, or it was made harmless when it was stored
SILENT = {"ports", "backups prune", "backups list"}


@pytest.fixture
def world(tmp_path, monkeypatch):
    library = Library()
    name = stock_library(library)
    monkeypatch.setattr("plugsmith.flows.device.scan.own_network", lambda: None)
    monkeypatch.chdir(tmp_path)
    with lan(tmp_path / "net") as net, _talker() as address:
        made = World.made(tmp_path / "in", net)
        made.places |= {"backup": name, "talker": address}
        yield made


class _talker:
    """A socket:// port behind which a device prints nasty things."""

    def __enter__(self) -> str:
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return f"socket://127.0.0.1:{self._server.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._server.accept()
            except OSError:
                return
            with client:
                try:
                    client.sendall(f"boot {NASTY}\r\n".encode() + b"\x9b2J\xff\r\n")
                    while client.recv(64):
                        pass
                except OSError:
                    pass

    def __exit__(self, *_exc: object) -> None:
        self._server.close()


def test_every_verb_is_here():
    assert set(LINES) == set(BY_NAME)


@pytest.mark.sample(24)
@pytest.mark.parametrize("verb", sorted(LINES))
def test_foreign_text_is_never_raw(verb, world, tmp_path, capsysbinary, monkeypatch):
    shown = b""
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    for line in LINES[verb]:
        for more in ([], ["--json"]):
            monkeypatch.setattr(sys, "argv", ["plugsmith", *world.words(line), *more])
            code = main([*world.words(line), *more])
            out, err = capsysbinary.readouterr()
            shown += out + err
            assert code != 1, (line, more, err, out)
            for raw in RAW:
                assert raw not in out, (line, out)
                assert raw not in err, (line, err)
            if more and verb != "support":
                kinds = [json.loads(text)["type"] for text in out.splitlines()]
                ends = [kind for kind in kinds if kind in {"result", "error"}]
                assert (ends, kinds[-1:]) == (kinds[-1:], ends), line
    assert verb in SILENT or rb"\x1b" in shown or rb"\u001b" in shown, shown
    for path in tmp_path.rglob("*"):
        if path.is_file() and path not in before:
            _check_file(path, world)


def _check_file(path: Path, world: World) -> None:
    """A text that we wrote holds nothing raw; binary files and exact copies are what they are."""
    data = path.read_bytes()
    if data in world.copied or b"\0" in data or path.suffix == ".bin":
        return
    stored = path.parent.name == "records" or "devices" in path.parts  # bytes as they were read
    if stored and path.name != "manifest.json":
        return
    for raw in RAW:
        assert raw not in data, (path, data[max(0, data.find(raw) - 60) :][:200])
