"""`device ota`: the right update for a device, its files kept, proof that the version changed.

The device checks nothing: an update for another chip bricks it (openbeken.md section 7). So the
chip is read from the content of the file, never from its name.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_record
from plugsmith.chips.model import RegionRole
from plugsmith.errors import NothingFound, PlugsmithError
from plugsmith.errors.device import UpdateBroken, VersionUnchanged, WrongUpdate
from plugsmith.flows.device.apply import state_of
from plugsmith.flows.device.context import on_each
from plugsmith.flows.dump.config import read_dump
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.image.kinds import recognise
from plugsmith.image.model import ImageKind
from plugsmith.image.rbl import MAGIC
from plugsmith.lan.apply import region_of
from plugsmith.library.device_folders import new_folder
from plugsmith.library.releases import ReleaseCache
from plugsmith.messages import _
from plugsmith.openbeken.releases import (
    DEFAULT_REPO,
    AssetKind,
    parse_asset_name,
    version_key,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk

    Data = dict[str, Fact]

_DEFAULT_FILES_LEN = 0x8000
_TAKES_N = frozenset({"BK7231M", "T34", "BL2028N"})  # section 7: they run the N's updates


@dataclass(frozen=True, slots=True, kw_only=True)
class OtaUpdate:
    """A sound update, by its content; `variant` is what follows the version after a `_`."""

    name: str
    data: bytes = field(repr=False)
    chips: tuple[str, ...]
    version: str
    variant: str | None


def load_update(path: Path) -> OtaUpdate:
    """The update in a file; WrongUpdate for anything that is not a sound OpenBeken package."""
    data = read_dump(path)
    image = recognise(data)
    if image.kind is not ImageKind.OTA or not data.startswith(MAGIC):
        raise _refused(path.name, _("{name} is no update file (.rbl)", name=path.name))
    if image.problems:
        raise _refused(path.name, image.problems[0].text.rstrip("."))
    if image.firmware != "OpenBeken" or not image.chips:
        raise _refused(
            path.name, _("{name} does not say that it is OpenBeken for a chip", name=path.name)
        )
    text = image.version or (image.header.version if image.header else "")
    version, _mark, variant = text.partition("_")
    return OtaUpdate(
        name=path.name, data=data, chips=image.chips, version=version, variant=variant or None
    )


def ota(
    ctx: LanContext,
    hosts: Sequence[Host],
    path: Path | None,
    *,
    again: bool = False,
    other_variant: bool = False,
) -> Data:
    """Update each device with the file, or with the newest cached one for its chip and variant.

    A device that runs this version already is left alone unless `again`: so a run over many goes
    on where it was cut off.
    """
    given = load_update(path) if path is not None else None

    async def one(ctx: LanContext, obk: Obk, _number: int) -> Data:
        state = await state_of(ctx, obk)
        update = given or _cached(ctx, state)
        check_update(obk.host, update, state, other_variant=other_variant)
        if state.info.version == update.version and not again:
            ctx.say(_("{host} runs {version} already.", host=obk.host, version=update.version))
            return _data(obk, state, update, updated=False, files="none")
        return await _update(ctx, obk, state, update)

    return on_each(ctx, hosts, one)


def check_update(host: str, update: OtaUpdate, state: DeviceState, *, other_variant: bool) -> None:
    """Return if the update is for this chip, this variant, and fits; WrongUpdate otherwise."""
    chip, variant = state.info.chip.upper(), state.info.variant
    names = {chip, "BK7231N"} if chip in _TAKES_N else {chip}
    if not names & set(update.chips):
        raise _refused(
            host,
            _("{name} is for {chips}, the device is a {chip}", name=update.name,
              chips="/".join(update.chips), chip=chip),
        )  # fmt: skip
    if variant != update.variant and not other_variant:
        raise _refused(
            host,
            _("the device runs the build {old}, the file is the build {new}",
              old=variant or _("without a name"), new=update.variant or _("without a name")),
            remedy=_("Take the file of the same build, or add --other-variant if you mean it."),
        )  # fmt: skip
    room = _room(state)
    if len(update.data) > room:
        raise _refused(
            host,
            _("{name} has {size} bytes, the update area {room}", name=update.name,
              size=len(update.data), room=room),
        )  # fmt: skip


def _room(state: DeviceState) -> int:
    """Bytes from the start of the update area to the end of the file system behind it."""
    area, files = (
        region_of(state.info.chip, role) for role in (RegionRole.OTA, RegionRole.FILESYSTEM)
    )
    if area is None or files is None:
        return 0
    return files.end - area.start


def overwrites_files(update: OtaUpdate, state: DeviceState) -> bool:
    """Whether the update is so large that it reaches into the file system."""
    length = state.settings.get("littlefs_size")
    files_len = length if isinstance(length, int) and length else _DEFAULT_FILES_LEN
    return len(update.data) > _room(state) - files_len


async def _update(ctx: LanContext, obk: Obk, state: DeviceState, update: OtaUpdate) -> Data:
    files = await obk.read_filesystem()
    _keep(ctx, state, files)
    if files is not None and overwrites_files(update, state):
        ctx.say(_("The update reaches into the files of {host}: they are put back after it.",
                  host=obk.host))  # fmt: skip
    born_s = await obk.born()
    await _send(ctx, obk, update)
    await obk.restart()
    ctx.say(_("{host} unpacks the update and restarts.", host=obk.host))
    after = await obk.wait_back(born_s, limit_s=2 * obk.patience.boot_s)
    if after.version != update.version:
        raise VersionUnchanged(host=obk.host, version=after.version or "?")
    put_back = await _restore_files(obk, files)
    return _data(obk, state, update, updated=True, files=put_back)


async def _send(ctx: LanContext, obk: Obk, update: OtaUpdate) -> None:
    sent = 0

    def count(done: int) -> None:
        nonlocal sent
        meter.advance(done - sent)
        sent = done

    title = _("Sending the update to {host}", host=obk.host)
    size = len(update.data)
    with task(f"ota {obk.host}", title, total=size, clock=ctx.clock, sink=ctx.sink) as meter:
        try:
            await obk.upload_update(update.data, progress=count)
        except asyncio.CancelledError:
            ctx.warn(
                "PS-NOTE-OTA-PENDING",
                _("{host} holds the whole update; it takes effect at its next restart.",
                  host=obk.host),
            )  # fmt: skip
            raise
        except PlugsmithError as problem:
            raise UpdateBroken(
                host=obk.host, done=sent, total=size, problem=problem.message
            ) from problem


async def _restore_files(obk: Obk, files: bytes | None) -> str:
    """Put the file system back where the update changed it; "none", "kept" or "restored"."""
    if files is None:
        return "none"
    if await obk.read_filesystem() == files:
        return "kept"
    await obk.write_filesystem(files)
    await obk.restart_and_wait()  # until then the device saves nothing: openbeken.md section 7
    return "restored"


def _keep(ctx: LanContext, state: DeviceState, files: bytes | None) -> None:
    """Settings and files into the library before anything is sent."""
    name = (state.info.mac or state.info.short_name).replace(":", "")
    folder = new_folder(ctx.library.root / "devices", device=name, created=now_text())
    folder.put("config.bin", state.sector)
    if files is not None:
        folder.put("littlefs.bin", files)
    folder.finish({"created": now_text(), "why": "before an update", **state.info.as_data()})


def _cached(ctx: LanContext, state: DeviceState) -> OtaUpdate:
    """The newest cached update for the chip and variant of a device."""
    cache = ReleaseCache(ctx.library.cache / "releases")
    prefix = chip_record(state.info.chip).openbeken_prefix
    found = []
    for held in cache.all_of(DEFAULT_REPO):
        parts = parse_asset_name(held.path.name)
        if parts is None or parts.kind is not AssetKind.OTA or parts.alternative_sdk:
            continue
        if (parts.prefix, parts.variant) == (prefix, state.info.variant):
            found.append((version_key(parts.version), held.path))
    if not found:
        raise NothingFound(
            what=_("An update for {chip}", chip=state.info.chip), name=_("the release cache")
        )
    return load_update(max(found)[1])


def _data(obk: Obk, before: DeviceState, update: OtaUpdate, *, updated: bool, files: str) -> Data:
    return {
        "host": obk.host,
        "chip": before.info.chip,
        "mac": before.info.mac,
        "from": before.info.version,
        "to": update.version,
        "updated": updated,
        "verified": True,
        "files": files,
    }


def _refused(host: str, problem: str, *, remedy: str = "") -> WrongUpdate:
    return WrongUpdate(
        host=host,
        problem=problem,
        remedy=remedy
        or _("Take the .rbl file of the same release for this chip: plugsmith image fetch"),
    )
