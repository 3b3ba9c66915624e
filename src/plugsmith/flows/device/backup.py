"""`device backup`: everything that a running device gives away, into the library.

Small things first, the whole flash last: old firmware may crash while it is read
(openbeken.md section 9.4). Read over the network, no byte has a proof by the chip: the whole flash
is kept for looking at, `plugsmith restore` does not take it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from plugsmith.chips.model import RegionRole
from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.flows.device.change.changes import state_of
from plugsmith.flows.device.context import on_each
from plugsmith.flows.device.results import KeptDevice, KeptFile
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.flows.write.target_image import mac_in_rf
from plugsmith.lan.apply import files_size, region_of
from plugsmith.lan.records import read_info
from plugsmith.lan.wire import read_json
from plugsmith.library.device_backups import DeviceBackups
from plugsmith.library.device_folders import new_folder
from plugsmith.memory import AddressRange
from plugsmith.messages import _
from plugsmith.records import fields_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.device.results import RunCounts
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk
    from plugsmith.library.device_folders import DeviceFolder

FLASH_LEN = 0x20_0000  # what /api/flash can reach
_VENDOR = AddressRange(0x1EB000, 0x200000)
_MOST_FILES = 500
_DEEPEST = 4


def backup(
    ctx: LanContext, hosts: Sequence[Host], *, full: bool = True, keep: int | None = None
) -> KeptDevice | RunCounts:
    """Fetch settings, pins, radio sector, vendor storage, files; with `full` the whole flash.

    `keep`: of each device only the newest so many stay, counted when the new one is whole.
    """

    async def one(ctx: LanContext, obk: Obk, _number: int) -> KeptDevice:
        found = await _backup(ctx, obk, full=full)
        if keep is None or not found.complete:
            return found
        kept = DeviceBackups(ctx.library.root / "devices")
        gone = kept.thin_out(found.mac or None, obk.host, keep=keep)
        return KeptDevice(**fields_apart(found) | {"removed": tuple(map(str, gone))})

    return on_each(ctx, hosts, one)


async def _backup(ctx: LanContext, obk: Obk, *, full: bool) -> KeptDevice:
    state = await state_of(ctx, obk)
    name = (state.info.mac or state.info.short_name).replace(":", "")
    folder = new_folder(ctx.library.root / "devices", device=name, created=now_text())
    folder.put("config.bin", state.sector)
    problems: list[str] = []
    for page in ("info", "pins", "channelTypes"):
        await _page(obk, page, folder, problems)
    notes: list[str] = []
    await _radio(obk, state, folder, problems, notes)
    files = await _files(obk, state, folder, problems)
    if full:
        await _whole(ctx, obk, state, folder, problems)
    complete = not problems
    problems += notes
    manifest = folder.finish(
        {
            "created": now_text(),
            "host": obk.host,
            **state.info.as_data(),
            "problems": [*problems],
            "proof": "length only: read over the network",
        }
    )
    for problem in problems:
        ctx.warn("PS-NOTE-DEVICE-BACKUP", f"{obk.host}: {problem}", data={"host": obk.host})
    kept = cast("dict[str, dict[str, Any]]", manifest["files"])
    return KeptDevice(
        host=obk.host,
        folder=str(folder.path),
        chip=state.info.chip,
        mac=state.info.mac,
        version=state.info.version,
        files={name: KeptFile(**facts) for name, facts in kept.items()},
        stored_files=files,
        full="flash.bin" in kept,
        problems=tuple(problems),
        complete=complete,
    )


async def _page(obk: Obk, page: str, folder: DeviceFolder, problems: list[str]) -> None:
    """One page of data, whole: an answer that is cut off looks like any other."""
    for _attempt in range(obk.patience.tries):
        answer = await obk.wire.get(f"/api/{page}")
        whole = read_info(answer.text) if page == "info" else read_json(answer.text)
        if whole is not None and answer.text.rstrip().endswith("}"):
            folder.put(f"{page}.json", answer.body)
            return
    problems.append(_("The answer to /api/{page} is cut off or damaged.", page=page))


async def _radio(
    obk: Obk,
    state: DeviceState,
    folder: DeviceFolder,
    problems: list[str],
    notes: list[str],
) -> None:
    """The sector with calibration and address, and what is left of the vendor's storage."""
    span = region_of(state.info.chip, RegionRole.RF)
    try:
        if span is not None:
            sector = await obk.read_flash(span)
            folder.put("rf.bin", sector)
            if mac_in_rf(sector) is None:
                notes.append(_("The RF sector holds no MAC; it may be blank."))
        vendor = await obk.read_flash(_VENDOR)
        if vendor.strip(b"\xff"):
            folder.put("vendor.bin", vendor)
    except Cancelled:
        raise
    except PlugsmithError as problem:
        problems.append(problem.message)


async def _files(obk: Obk, state: DeviceState, folder: DeviceFolder, problems: list[str]) -> int:
    """The file system: its raw image and every file; how many files."""
    try:
        image = await obk.read_filesystem(size=files_size(state))
        if image is not None:
            folder.put("littlefs.bin", image)
        return await _walk(obk, folder, "", _DEEPEST, problems)
    except Cancelled:
        raise
    except PlugsmithError as problem:
        problems.append(problem.message)
        return 0


async def _walk(obk: Obk, folder: DeviceFolder, path: str, depth: int, problems: list[str]) -> int:
    listing = await obk.list_folder(path)
    count = 0
    for item in listing.entries[:_MOST_FILES] if listing else ():
        inner = f"{path}/{item.name}" if path else item.name
        if item.folder and depth > 1:
            count += await _walk(obk, folder, inner, depth - 1, problems)
        elif not item.folder:
            folder.put(f"files/{inner}", await obk.read_file(inner, size=item.size))
            count += 1
    return count


async def _whole(
    ctx: LanContext, obk: Obk, state: DeviceState, folder: DeviceFolder, problems: list[str]
) -> None:
    title = _("Reading the flash of {host}", host=obk.host)
    try:
        with task(
            f"read {obk.host}", title, total=FLASH_LEN, clock=ctx.clock, sink=ctx.sink
        ) as meter:
            data = await obk.read_flash(AddressRange(0, FLASH_LEN), progress=meter.advance)
    except asyncio.CancelledError:
        raise
    except PlugsmithError as problem:
        text = _("The whole flash could not be read: {problem}", problem=problem.message)
        problems.append(text)
        return
    if state.sector[:0x1000] not in data:
        problems.append(_("The settings changed while the flash was read."))
    folder.put("flash.bin", data)
