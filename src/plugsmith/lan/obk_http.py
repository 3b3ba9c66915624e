"""The typed interface of one running OpenBeken device.

Commands go through POST /api/cmnd, the only channel that reports failure and runs long commands
once (openbeken.md sections 2, 2.2). Nothing here prints or stores what a page or block holds.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from plugsmith.errors.device import (
    DeviceAnswer,
    DeviceInSafeMode,
    DeviceLocked,
    DeviceNotBack,
    DeviceRefused,
    DeviceTransfer,
    DeviceUnreachable,
    NotOpenBeken,
    OtherDeviceAnswers,
)
from plugsmith.lan.http import HttpWire
from plugsmith.lan.records import read_folder, read_info, read_meter, read_pins
from plugsmith.lan.restarts import UptimeWatch
from plugsmith.lan.wire import read_json
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import N_, _
from plugsmith.openbeken.limits import PAGE_ARGUMENT_LIMIT, startup_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.lan.host import Host
    from plugsmith.lan.http import HttpTimeouts
    from plugsmith.lan.records import ApiInfo, Folder, PinTable, Reading
    from plugsmith.lan.wire import Response

COMMAND_LIMIT = 900  # bytes; with the header it must fit the device's first read of 1022
QUERY_LIMIT = 123  # longer texts run twice through /cm
_STEADY = 2  # answers in a row until a restarted device counts as back
_SAFE_MARK = "You are in safe mode"
_PAGE_MARK = "OpenBK7231T_App"


class Obk:
    """One device. Every method raises the errors of errors/device.py."""

    def __init__(
        self, host: Host, *, password: str | None = None, patience: HttpTimeouts | None = None
    ) -> None:
        self.wire = HttpWire(host, password=password, patience=patience)
        self._mac: str | None = None  # of the device that we began with

    @property
    def host(self) -> str:
        """The address as the user wrote it."""
        return str(self.wire.host)

    @property
    def patience(self) -> HttpTimeouts:
        """How long this device is waited for."""
        return self.wire.patience

    async def info(self, *, tries: int | None = None) -> ApiInfo:
        """Who the device is; DeviceInSafeMode, DeviceLocked, NotOpenBeken where it cannot say."""
        answer = await self.wire.get("/api/info", tries=tries)
        found = read_info(answer.text) if answer.status == 200 else None
        if found is None:
            raise await self.no_api("GET /api/info", answer)
        self._mac = self._mac or found.mac
        return found

    async def expect(self, mac: str | None) -> ApiInfo:
        """Who answers; OtherDeviceAnswers where it is not the device with this MAC."""
        found = await self.info()
        if mac is not None and found.mac != mac:
            raise OtherDeviceAnswers(host=self.host, mac=mac, found=found.mac or "?")
        return found

    async def no_api(self, request: str, answer: Response) -> Exception:
        """The error for an answer that is none of the programming interface."""
        if answer.status not in {200, None} or "html" not in answer.content_type:
            if request == "GET /api/info":
                return NotOpenBeken(host=self.host)
            return self._unusable(request, _("status {status}", status=answer.status))
        page = (await self.wire.get("/index")).text
        if _SAFE_MARK in page:
            return DeviceInSafeMode(host=self.host)
        if "Chipset" in page and _PAGE_MARK in page:
            return self._unusable(request, N_("it is a page instead of data"))
        return NotOpenBeken(host=self.host)

    async def pins(self) -> PinTable:
        """Roles and channels of all pins."""
        found = read_pins((await self._json("/api/pins")).text)
        if found is None:
            raise self._unusable("GET /api/pins", "it is no pin table")
        return found

    async def channels(self) -> dict[int, int]:
        """Values of the channels in use."""
        body = read_json((await self._json("/api/channels")).text)
        items = body.items() if isinstance(body, dict) else ()
        return {int(k): v for k, v in items if k.isdecimal() and isinstance(v, int)}

    async def channel_types(self) -> tuple[list[str], list[int]]:
        """The names of the types that the firmware knows, and the type of each channel."""
        body = read_json((await self._json("/api/channelTypes")).text)
        if not isinstance(body, dict):
            raise self._unusable("GET /api/channelTypes", "it is no list of types")
        names, types = body.get("typenames"), body.get("types")
        return (
            [str(item) for item in names] if isinstance(names, list) else [],
            [item if isinstance(item, int) else 0 for item in types]
            if isinstance(types, list)
            else [],
        )

    async def command(self, text: str, *, repeatable: bool = False) -> object:
        """Run a command; its result. DeviceRefused when the device reports a failure."""
        name = text.split(" ", 1)[0][:40]
        body = text.encode()
        if len(body) > COMMAND_LIMIT or "\n" in text or "\r" in text:
            raise DeviceRefused(host=self.host, request=name, problem="it is too long or two lines")
        answer = await self.wire.post("/api/cmnd", body, repeatable=repeatable)
        result = read_json(answer.text)
        if not isinstance(result, dict) or not ({"success", "error"} & set(result)):
            raise await self.no_api("POST /api/cmnd", answer)
        if answer.status != 200 or "error" in result:
            problem = result.get("msg")
            raise DeviceRefused(
                host=self.host,
                request=name,
                problem=problem.strip()
                if isinstance(problem, str)
                else _("status {status}", status=answer.status),
                status=answer.status,
            )
        return result.get("res")

    async def query(self, text: str) -> Response:
        """The answer of /cm to a reading command; ValueError for one long enough to run twice."""
        if len(text.encode()) > QUERY_LIMIT:
            raise ValueError("too long for /cm")
        return await self.wire.get(f"/cm?cmnd={quote(text)}")

    async def meter(self) -> Reading | None:
        """What the meter shows now; None without a metering driver."""
        return read_meter((await self.query("Status 8")).text)

    async def set_startup(self, text: str) -> None:
        """Store the startup command: by command where that can carry it, else by its page."""
        if len(text.encode()) <= 511 and not ({'"', "\n", "\r", "\\"} & set(text)):
            await self.command(f'StartupCommand "{text}"', repeatable=True)
            return
        if len(text.encode()) > startup_limit():
            raise DeviceRefused(host=self.host, request="startup command", problem="it is too long")
        await self.page("/startup_command", {"startup_cmd": "1", "data": text}, long="data")

    async def page(self, path: str, arguments: Mapping[str, str], *, long: str = "") -> Response:
        """Call a page that sets something; DeviceRefused for an argument that would be cut.

        Not repeated: a page may restart the device.
        """
        for name, value in arguments.items():
            if name != long and len(value.encode()) > PAGE_ARGUMENT_LIMIT:
                raise DeviceRefused(
                    host=self.host, request=f"{path} {name}", problem="the value would be cut off"
                )
        answer = await self.wire.act(f"{path}?{urlencode(arguments)}")
        if answer.status != 200 or "Not found</title>" in answer.text[:2000]:
            raise self._unusable(f"GET {path}", _("status {status}", status=answer.status))
        return answer

    async def read_flash(
        self, span: AddressRange, *, progress: Callable[[int], None] | None = None
    ) -> bytes:
        """The bytes of `span`, in pieces of 4 KiB, each of the right length."""
        data = bytearray()
        for part in span.split(SECTOR_LEN):
            data += await self._read_piece(part)
            if progress is not None:
                progress(len(part))
        return bytes(data)

    async def _read_piece(self, part: AddressRange) -> bytes:
        path = f"/api/flash/{part.start:x}-{len(part):x}"
        got = 0
        for _attempt in range(max(self.patience.tries, 3)):
            answer = await self.wire.get(path, limit=len(part) + 512)
            if answer.status not in {200, None} or answer.is_json:
                problem = _("status {status}", status=answer.status)
                raise DeviceRefused(host=self.host, request="reading flash", problem=problem)
            if "html" in answer.content_type:
                raise await self.no_api("GET /api/flash", answer)
            if len(answer.body) == len(part):
                return answer.body
            got = len(answer.body)
            await self.patience.sleep(self.patience.pause_s)
        raise DeviceTransfer(host=self.host, name=str(part), done=got, total=len(part))

    async def list_folder(self, path: str = "") -> Folder | None:
        """A folder of the file system; None where there is no file system, or no such folder."""
        answer = await self.wire.get(f"/api/lfs/{quote(path)}")
        if answer.status == 404:
            return None
        found = read_folder(answer.text) if answer.status == 200 else None
        if found is None and answer.is_json:
            raise self._unusable("GET /api/lfs", "the list of files is cut off or damaged")
        return found

    async def read_file(self, path: str, *, size: int) -> bytes:
        """A file of the file system, of the size that its listing states."""
        got = 0
        for _attempt in range(self.patience.tries):
            answer = await self.wire.get(f"/api/lfs/{quote(path)}", limit=size + 4096)
            if answer.status == 200 and len(answer.body) == size:
                return answer.body
            got = len(answer.body)
        raise DeviceTransfer(host=self.host, name="file", done=got, total=size)

    async def write_file(self, path: str, data: bytes) -> None:
        """Store a file; DeviceTransfer where the file system took less (a full one says 200)."""
        answer = await self.wire.upload(f"/api/lfs/{quote(path)}", data)
        self._check_size(answer, "file", len(data))

    async def delete_file(self, path: str) -> bool:
        """Remove a file; whether the device said so (its answer has no header)."""
        answer = await self.wire.act(f"/api/del/{quote(path)}")
        return answer.text.strip() == "OK"

    async def read_filesystem(self, *, size: int) -> bytes | None:
        """The raw image of the file system; None where it holds nothing but FF.

        `size` is how long it must be: an answer that is cut off looks like any other.
        """
        got = 0
        for _attempt in range(self.patience.tries):
            answer = await self.wire.get("/api/fsblock", limit=size + 4096)
            if answer.status != 200 or answer.content_type != "application/octet-stream":
                raise await self.no_api("GET /api/fsblock", answer)
            if len(answer.body) == size:
                return answer.body if answer.body.strip(b"\xff") else None
            got = len(answer.body)
            await self.patience.sleep(self.patience.pause_s)
        raise DeviceTransfer(host=self.host, name="file system", done=got, total=size)

    async def write_filesystem(self, image: bytes) -> None:
        """Put a raw file-system image back; the device must restart afterwards."""
        answer = await self.wire.upload("/api/fsblock", image)
        self._check_size(answer, "file system", len(image))

    async def upload_update(self, data: bytes, *, progress: Callable[[int], None]) -> None:
        """Send an update; it is not checked by the device and takes effect at the next restart."""
        answer = await self.wire.upload("/api/ota", data, progress=progress)
        if not answer.is_json:
            raise await self.no_api("POST /api/ota", answer)
        self._check_size(answer, "update", len(data))

    async def write_sector(self, addr: int, sector: bytes) -> None:
        """Write one sector of settings raw. The caller vouches for `addr`; see lan/raw_block.py."""
        answer = await self.wire.upload(f"/api/flash/{addr:x}-{len(sector):x}", sector)
        self._check_size(answer, "settings sector", len(sector))

    async def restart(self) -> None:
        """Ask for a restart; returns before the device is gone."""
        answer = await self.wire.post("/api/reboot", b"1")
        if read_json(answer.text) is None:
            raise await self.no_api("POST /api/reboot", answer)

    async def restart_and_wait(self) -> ApiInfo:
        """Restart and wait until the device answers as a new start of itself."""
        watch = await self.watch_uptime()
        await self.restart()
        return await self.wait_back(watch)

    async def watch_uptime(self) -> UptimeWatch:
        """What is needed later to tell that the device has started again."""
        info = await self.info()
        return UptimeWatch(asyncio.get_running_loop().time(), info.uptime_s)

    async def wait_back(
        self, watch: UptimeWatch | None, *, limit_s: float | None = None
    ) -> ApiInfo:
        """Wait until a device has started again since `watch` and answers twice.

        It has when it counts its seconds from later on; that it did not answer proves nothing.
        With None any answer will do. Raises DeviceNotBack, and OtherDeviceAnswers where the device
        at this address has another MAC than the one that we began with.
        """
        self.wire.forget_login()
        began_with = self._mac
        loop = asyncio.get_running_loop()
        allowed_s = limit_s or self.patience.boot_s
        end_s, again, answers = loop.time() + allowed_s, watch is None, 0
        while loop.time() < end_s:
            await self.patience.sleep(self.patience.poll_s)
            asked_s = loop.time()
            try:
                now = await self.info(tries=1)
            except (DeviceLocked, DeviceInSafeMode):
                raise
            except (DeviceUnreachable, DeviceAnswer, NotOpenBeken):
                answers = 0  # away, or only an answer that was lost before the restart
                continue
            if watch is not None and watch.restarted(asked_s, loop.time(), now.uptime_s):
                again = True
            answers += again
            if began_with and now.mac != began_with:
                raise OtherDeviceAnswers(host=self.host, mac=began_with, found=now.mac or "?")
            if answers >= _STEADY:
                return now
        raise DeviceNotBack(host=self.host, seconds=round(allowed_s))

    async def leave_safe_mode(self) -> ApiInfo:
        """Run the normal start that safe mode left out, and wait for it."""
        await self.wire.act("/index?unsafe=1")
        loop = asyncio.get_running_loop()
        end_s = loop.time() + self.patience.boot_s
        while loop.time() < end_s:
            await self.patience.sleep(self.patience.poll_s)
            try:
                return await self.info(tries=1)
            except (DeviceInSafeMode, DeviceUnreachable, DeviceAnswer):
                continue
        raise DeviceNotBack(host=self.host, seconds=round(self.patience.boot_s))

    async def _json(self, path: str) -> Response:
        answer = await self.wire.get(path)
        if answer.status != 200 or not answer.is_json:
            raise await self.no_api(f"GET {path}", answer)
        return answer

    def _check_size(self, answer: Response, name: str, sent: int) -> None:
        result = read_json(answer.text)
        size = result.get("size") if isinstance(result, dict) else None
        if answer.status != 200 or size != sent:
            done = size if isinstance(size, int) else 0
            raise DeviceTransfer(host=self.host, name=name, done=done, total=sent)

    def _unusable(self, request: str, problem: str) -> DeviceAnswer:
        return DeviceAnswer(host=self.host, request=request, problem=problem)
