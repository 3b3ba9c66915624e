"""Raw storage over HTTP: flash, file system, files, firmware (openbeken.md sections 2, 7, 8)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugsmith.sim.obk.nor import SIZE
from plugsmith.sim.obk.web.message import Reply, Request, json_reply

if TYPE_CHECKING:
    from plugsmith.sim.obk.firmware import Firmware

_RANGE = re.compile(r"(-?[0-9a-fA-F]+)-([0-9a-fA-F]+)")
_START = re.compile(r"([0-9a-fA-F]+)")
_BINARY = "application/octet-stream"
_TYPES = {
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "css": "text/css",
    "txt": _BINARY,
}


def get_storage(device: Firmware, request: Request) -> Reply | None:
    """Answer a GET of storage; None if it is something else."""
    target = request.target.removeprefix("api/")
    if target.startswith("flash/"):
        return _read_flash(device, target.removeprefix("flash/"))
    if target.startswith("lfs/"):
        return _read_file(device, target.removeprefix("lfs/"))
    if target.startswith("del/"):
        return _delete(device, target.removeprefix("del/"))
    if target.startswith("run/"):
        return Reply(status=404, content_type="text/plain")
    if target == "fsblock":
        return Reply(content_type=_BINARY, body=device.files.image())
    return None


def post_storage(device: Firmware, request: Request) -> Reply | None:
    """Answer an upload; None if it is something else."""
    target = request.target.removeprefix("api/")
    if target.startswith("flash/"):
        return _write_flash(device, target.removeprefix("flash/"), request.body)
    if target.startswith("lfs/"):
        name = target.removeprefix("lfs/")
        stored = device.files.write(name, request.body)
        return json_reply(f'{{"fname":"{name}","size":{stored}}}')
    if target.startswith("fsblock"):
        return _write_files(device, request.body)
    if target.startswith("ota"):
        return _write_ota(device, request.body)
    return None


def _refused(message: str, code: int = -1) -> Reply:
    return json_reply(f'{{"error":{code}, "msg":"{message}"}}', -1)


def _read_flash(device: Firmware, text: str) -> Reply:
    found = _RANGE.match(text)
    if found is None:
        return _refused("invalid url")
    at, length = int(found[1], 16), int(found[2], 16)
    if at < 0 or at + length > SIZE:
        return _refused("requested flash read out of range")
    return Reply(content_type=_BINARY, body=device.flash.read(at, length))


def write_part(device: Firmware, request: Request, arrived: bytes) -> None:
    """Store what came of an upload that broke off; nothing answers it."""
    target = request.target.removeprefix("api/")
    start = _START.match(target.removeprefix("flash/"))
    if target.startswith("flash/") and start:
        at = int(start[1], 16)
    elif target.startswith("fsblock"):
        at = device.files.start
    else:
        at = device.layout.ota_start
    if device.layout.ota_start <= at < SIZE:
        device.flash.write_sectors(at, arrived[: SIZE - at])


def _write_flash(device: Firmware, text: str, body: bytes) -> Reply:
    found = _START.match(text)
    at = int(found[1], 16) if found else 0
    if at < device.layout.ota_start or at >= SIZE:
        return _refused("invalid url")
    device.flash.write_sectors(at, body[: SIZE - at])
    device.uploaded()
    return json_reply(f'{{"size":{len(body)}}}')


def _write_files(device: Firmware, body: bytes) -> Reply:
    if len(body) > device.files.size:
        return _refused("image too big", -20)
    device.flash.write_sectors(device.files.start, body)
    device.uploaded()
    device.files.mount()
    return json_reply(f'{{"size":{len(body)}}}')


def _write_ota(device: Firmware, body: bytes) -> Reply:
    room = device.layout.files_end - device.layout.ota_start
    if len(body) > room:
        return _refused("image too big", -20)
    device.flash.write_sectors(device.layout.ota_start, body)
    device.files.mount()  # a large update has run over the files
    device.uploaded()
    return json_reply(f'{{"size":{len(body)}}}')


def _read_file(device: Firmware, name: str) -> Reply:
    files = device.files.files
    if files is None:
        return Reply(status=404, content_type="text/plain")
    if name in files:
        packed = name.lower().endswith(".gz")
        ending = name[:-3] if packed else name
        kind = _TYPES.get(ending.rpartition(".")[2].lower(), _BINARY)
        if packed and ending.lower().endswith(".js"):
            kind = "application/javascript"
        headers = {"Content-Encoding": "gzip"} if packed else {}
        return Reply(content_type=kind, body=files[name], headers=headers)
    folder = name.rstrip("/")
    found = device.files.listing(folder)
    if found is None:
        return json_reply(f'{{"fname":"{name}","error":-2}}', 404)
    rows = ",".join(
        f'{{"name":"{entry}","type":{kind},"size":{size}}}' for entry, kind, size in found
    )
    return json_reply(f'{{"dir":"{folder}","content":[{rows}]}}')


def _delete(device: Firmware, name: str) -> Reply:
    if device.files.files is None:
        return Reply(status=404, content_type="text/plain", body=b"Not found")
    return Reply(status=None, body=b"OK" if device.files.remove(name) else b"Error")
